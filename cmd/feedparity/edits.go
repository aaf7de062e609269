package main

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
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

// sumsJSON is the line that ends the edits of a file: how many there are, and what they
// lead from and to.
type sumsJSON struct {
	File       string   `json:"file"`
	Kind       string   `json:"kind"` // "end"
	Edits      int      `json:"edits"`
	Original   sideJSON `json:"original"`
	Normalized sideJSON `json:"normalized"`
}

// sideJSON is a file before or after.
type sideJSON struct {
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"` // in hexadecimal
}

// sum counts what is written to it and sums it up.
type sum struct {
	hash.Hash
	size int64
}

func newSum() *sum { return &sum{Hash: sha256.New()} }

func (s *sum) Write(p []byte) (int, error) {
	s.size += int64(len(p))
	return s.Hash.Write(p)
}

func (s *sum) side() sideJSON { return sideJSON{s.size, hex.EncodeToString(s.Sum(nil))} }

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

// end prints the sums, if edits are printed as JSON.
func (l *editList) end(original, normalized *sum) error {
	if !l.asJSON {
		return nil
	}
	return writeJSON(l.out, sumsJSON{l.file, "end", l.edits, original.side(), normalized.side()})
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
