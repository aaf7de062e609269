package main

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"strings"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/normalize"
)

// editJSON is an edit as a line of JSON.
type editJSON struct {
	File   string         `json:"file"`
	Offset int64          `json:"offset"`
	Kind   normalize.Kind `json:"kind"`
	Length int            `json:"length"` // of before, in bytes
	Before string         `json:"before"`
	After  string         `json:"after"`
}

// noteJSON is a note as a line of JSON.
type noteJSON struct {
	File   string         `json:"file"`
	Offset int64          `json:"offset"`
	Kind   normalize.Kind `json:"kind"`
	Kept   string         `json:"kept"`
	Why    string         `json:"why"`
}

// editList prints the edits and notes of a file, and keeps the edits in a spool if
// they are to be verified.
type editList struct {
	file   string
	out    io.Writer
	asJSON bool
	spool  *os.File
	edits  int
	notes  []noteCount

	spooled *bufio.Writer
}

// keep makes the spool.
func (l *editList) keep() (err error) {
	if l.spool, err = os.CreateTemp("", "feedparity-edits-*"); err == nil {
		l.spooled = bufio.NewWriter(l.spool)
	}
	return err
}

// drop removes the spool, if there is one.
func (l *editList) drop() {
	if l.spool != nil {
		l.spool.Close()
		os.Remove(l.spool.Name())
	}
}

type noteCount struct {
	kind normalize.Kind
	n    int
}

func (l *editList) record(e normalize.Edit) error {
	l.edits++
	line := editJSON{l.file, e.Offset, e.Kind, len(e.Before), hex.EncodeToString(e.Before), hex.EncodeToString(e.After)}
	if l.spool != nil {
		if err := writeJSON(l.spooled, line); err != nil {
			return err
		}
	}
	if l.asJSON {
		return writeJSON(l.out, line)
	}
	_, err := fmt.Fprintf(l.out, "%s\n", e)
	return err
}

func (l *editList) note(n normalize.Note) error {
	i := 0
	for i < len(l.notes) && l.notes[i].kind != n.Kind {
		i++
	}
	if i == len(l.notes) {
		l.notes = append(l.notes, noteCount{kind: n.Kind})
	}
	l.notes[i].n++
	if l.asJSON {
		return writeJSON(l.out, noteJSON{l.file, n.Offset, n.Kind, hex.EncodeToString(n.Bytes), n.Why})
	}
	_, err := fmt.Fprintf(l.out, "%s\n", n)
	return err
}

// noted sums the notes up, each kind in the order of its first.
func (l *editList) noted() string {
	var b strings.Builder
	for _, n := range l.notes {
		fmt.Fprintf(&b, ", %d %s", n.n, n.kind)
	}
	return b.String()
}

// verify derives the original from what was written and recorded.
func (l *editList) verify(in ingest.Input, normalized io.ReadSeeker) error {
	if err := l.spooled.Flush(); err != nil {
		return err
	}
	for _, f := range []io.Seeker{normalized, l.spool} {
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			return err
		}
	}
	return normalize.Verify(io.NewSectionReader(in.Data, 0, in.Size), normalized, readEdits(l.spool))
}

// readEdits reads the lines that --json printed. Those that are notes are passed over.
func readEdits(r io.Reader) iter.Seq2[normalize.Edit, error] {
	return func(yield func(normalize.Edit, error) bool) {
		d := json.NewDecoder(r)
		for {
			var line struct {
				editJSON
				Kept *string `json:"kept"`
			}
			err := d.Decode(&line)
			if errors.Is(err, io.EOF) {
				return
			}
			e := normalize.Edit{Kind: line.Kind, Offset: line.Offset}
			var err1, err2 error
			e.Before, err1 = hex.DecodeString(line.Before)
			e.After, err2 = hex.DecodeString(line.After)
			err = errors.Join(err, err1, err2)
			if err == nil && line.Kept != nil {
				continue
			}
			if !yield(e, err) || err != nil {
				return
			}
		}
	}
}

// replay makes or undoes the edits of a file.
func (n *normalizing) replay(std streams, name string, in ingest.Input, target string) error {
	list, change := n.apply, normalize.Apply
	if n.revert != "" {
		list, change = n.revert, normalize.Revert
	}
	edits, err := os.Open(list)
	if err != nil {
		return usageError("", "open %q: %w", list, cause(err))
	}
	defer edits.Close()
	w, err := n.create(std, name, target)
	if err != nil {
		return err
	}
	defer w.abandon()
	if err := change(w, io.NewSectionReader(in.Data, 0, in.Size), readEdits(edits)); err != nil {
		return usageError("the edits must be of this file, all of them and in order", "replay %q on %q: %w", list, name, err)
	}
	return w.commit()
}
