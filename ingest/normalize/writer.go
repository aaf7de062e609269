package normalize

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math"
	"slices"
	"sync"
)

// writer is the last stage: it writes the text and records the edits and notes.
type writer struct {
	o    Options
	out  *bufio.Writer
	edit Edit // not recorded yet, so that adjoining ones can join it
	// notes are those not taken yet, by offset: stages see what they note sooner or later,
	// and CR and LF inside quotes are one line break.
	notes []Note
}

func newWriter(dst io.Writer, o Options) *writer {
	out := writers.Get().(*bufio.Writer)
	out.Reset(dst)
	return &writer{o: o, out: out}
}

var writers = sync.Pool{New: func() any { return bufio.NewWriterSize(nil, 64<<10) }}

// release gives the buffer back.
func (w *writer) release() {
	w.out.Reset(nil)
	writers.Put(w.out)
}

func (w *writer) put(p piece) error {
	w.out.Write(p.text) // its error is kept and returned by Flush
	if len(w.notes) > 0 {
		if err := w.flushNotes(p.offset); err != nil {
			return err
		}
	}
	if p.kind == "" || bytes.Equal(p.src, p.text) {
		return nil
	}
	e := &w.edit
	if p.kind != Newline && p.kind != BOM && e.Kind == p.kind && e.Offset+int64(len(e.Before)) == p.offset && len(e.Before)+len(p.src) <= maxEdit {
		e.Before, e.After = append(e.Before, p.src...), append(e.After, p.text...)
		return nil
	}
	if err := w.record(); err != nil {
		return err
	}
	if p.kind == Newline && bytes.Equal(p.src, crlf) && bytes.Equal(p.text, lf) { // one for each line
		*e = Edit{p.kind, p.offset, crlf[:2:2], lf[:1:1]}
		return nil
	}
	*e = Edit{p.kind, p.offset, bytes.Clone(p.src), bytes.Clone(p.text)}
	return nil
}

func (w *writer) record() error {
	if w.edit.Kind == "" {
		return nil
	}
	if err := w.o.Record(w.edit); err != nil {
		return fmt.Errorf("record edit: %w", err)
	}
	w.edit = Edit{}
	return nil
}

// noted keeps a note of a piece until what is before it has been written.
func (w *writer) noted(kind Kind, p piece, why string) error {
	i := len(w.notes)
	for i > 0 && w.notes[i-1].Offset > p.offset {
		i--
	}
	if i > 0 && w.notes[i-1].brokenBy(kind, p) {
		w.notes[i-1].Bytes = append(w.notes[i-1].Bytes, p.src...)
		return nil
	}
	w.notes = slices.Insert(w.notes, i, Note{kind, p.offset, bytes.Clone(p.src), why})
	return nil
}

// brokenBy reports that an LF belongs to the CR that was noted.
func (n *Note) brokenBy(kind Kind, p piece) bool {
	return kind == QuotedNewline && n.Kind == kind && n.Offset+int64(len(n.Bytes)) == p.offset && bytes.IndexByte(n.Bytes, '\r') >= 0 && bytes.IndexByte(n.Bytes, '\n') < 0 && p.is('\n')
}

// flushNotes takes the notes before an offset, and before them the edits that are.
func (w *writer) flushNotes(before int64) error {
	if e := &w.edit; e.Kind != "" && e.Offset+int64(len(e.Before)) < before {
		if err := w.record(); err != nil {
			return err
		}
	} else if e.Kind != "" {
		before = min(before, e.Offset)
	}
	n := 0
	for ; n < len(w.notes) && w.notes[n].Offset < before; n++ {
		if err := w.o.Note(w.notes[n]); err != nil {
			return fmt.Errorf("take note: %w", err)
		}
	}
	w.notes = slices.Delete(w.notes, 0, n)
	return nil
}

// end records what is left and flushes the output.
func (w *writer) end() error {
	if err := w.record(); err != nil {
		return err
	}
	if err := w.flushNotes(math.MaxInt64); err != nil {
		return err
	}
	if err := w.out.Flush(); err != nil {
		return fmt.Errorf("write output: %w", err)
	}
	return nil
}
