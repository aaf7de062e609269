package normalize

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"sync"
)

// writer is the last stage: it writes the text and records the edits and notes.
type writer struct {
	o    Options
	out  *bufio.Writer
	edit Edit // not recorded yet, so that adjoining ones can join it
	note Note // likewise: CR and LF inside quotes are one line break
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

// noted takes a note of a piece that is kept.
func (w *writer) noted(kind Kind, p piece, why string) error {
	n := &w.note
	if kind == QuotedNewline && n.Kind == kind && n.Offset+int64(len(n.Bytes)) == p.offset && n.Why == why && bytes.ContainsRune(n.Bytes, '\r') && p.is('\n') {
		n.Bytes = append(n.Bytes, p.src...)
		return nil
	}
	if err := w.flushNote(); err != nil {
		return err
	}
	*n = Note{kind, p.offset, bytes.Clone(p.src), why}
	return nil
}

func (w *writer) flushNote() error {
	if w.note.Kind == "" {
		return nil
	}
	if err := w.o.Note(w.note); err != nil {
		return fmt.Errorf("take note: %w", err)
	}
	w.note = Note{}
	return nil
}

// end records what is left and flushes the output.
func (w *writer) end() error {
	if err := w.record(); err != nil {
		return err
	}
	if err := w.flushNote(); err != nil {
		return err
	}
	if err := w.out.Flush(); err != nil {
		return fmt.Errorf("write output: %w", err)
	}
	return nil
}
