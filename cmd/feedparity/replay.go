package main

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"

	"github.com/spf13/pflag"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/normalize"
)

// editLine is any line that --json prints.
type editLine struct {
	File   *string         `json:"file"`
	Kind   *normalize.Kind `json:"kind"`
	Offset *int64          `json:"offset"`
	Length *int            `json:"length"`
	Before *string         `json:"before"`
	After  *string         `json:"after"`

	Kept *string `json:"kept"`
	Why  *string `json:"why"`

	Edits      *int      `json:"edits"`
	Original   *sideJSON `json:"original"`
	Normalized *sideJSON `json:"normalized"`
}

func (l *editLine) isEdit() bool {
	return l.Offset != nil && l.Length != nil && l.Before != nil && l.After != nil && l.Kept == nil && !l.isSums()
}

func (l *editLine) isNote() bool {
	return l.Offset != nil && l.Kept != nil && l.Before == nil && l.After == nil && !l.isSums()
}

func (l *editLine) isSums() bool { return l.Edits != nil && l.Original != nil && l.Normalized != nil }

// editLines reads lines, the offset of each with it.
func editLines(r io.Reader) iter.Seq2[int64, lineOrError] {
	return func(yield func(int64, lineOrError) bool) {
		d := json.NewDecoder(r)
		d.DisallowUnknownFields()
		for n := 1; ; n++ {
			at := d.InputOffset()
			var l lineOrError
			err := d.Decode(&l.editLine)
			switch {
			case errors.Is(err, io.EOF):
				return
			case err != nil:
				l.err = fmt.Errorf("line %d: %w", n, err)
			case l.File == nil || l.Kind == nil || !l.isEdit() && !l.isNote() && !l.isSums():
				l.err = fmt.Errorf("line %d: no edit, no note and no sums", n)
			}
			if !yield(at, l) || l.err != nil {
				return
			}
		}
	}
}

type lineOrError struct {
	editLine
	err error
}

// readEdits reads the edits up to the sums. Notes are passed over.
func readEdits(r io.Reader) iter.Seq2[normalize.Edit, error] {
	return func(yield func(normalize.Edit, error) bool) {
		for _, l := range editLines(r) {
			if l.err == nil && l.isSums() {
				return
			}
			if l.err == nil && l.isNote() {
				continue
			}
			e, err := normalize.Edit{}, l.err
			if err == nil {
				e, err = l.edit()
			}
			if !yield(e, err) || err != nil {
				return
			}
		}
	}
}

func (l *editLine) edit() (normalize.Edit, error) {
	before, err1 := hex.DecodeString(*l.Before)
	after, err2 := hex.DecodeString(*l.After)
	err := errors.Join(err1, err2)
	if err == nil && len(before) != *l.Length {
		err = fmt.Errorf("the edit at byte 0x%x is of %d bytes and has %d", *l.Offset, *l.Length, len(before))
	}
	return normalize.Edit{Kind: *l.Kind, Offset: *l.Offset, Before: before, After: after}, err
}

// section is the edits of one file in a list.
type section struct {
	from int64 // its first line in the list
	sums sumsJSON
}

var errCut = errors.New("the last line, with the sums of the file, is missing")

// sections finds the edits of each file in a list, all of which must be there.
func sections(r io.Reader) ([]section, error) {
	var out []section
	var now section
	lines, edits := 0, 0
	for at, l := range editLines(r) {
		switch {
		case l.err != nil:
			return nil, l.err
		case lines == 0:
			now = section{at, sumsJSON{File: *l.File}}
		case now.sums.File != *l.File:
			return nil, fmt.Errorf("edits of %q: %w", now.sums.File, errCut)
		}
		lines++
		if l.isEdit() {
			edits++
		}
		if !l.isSums() {
			continue
		}
		if *l.Edits != edits {
			return nil, fmt.Errorf("edits of %q: there are %d of %d", now.sums.File, edits, *l.Edits)
		}
		now.sums.Original, now.sums.Normalized = *l.Original, *l.Normalized
		out = append(out, now)
		lines, edits = 0, 0
	}
	if lines > 0 {
		return nil, fmt.Errorf("edits of %q: %w", now.sums.File, errCut)
	}
	if len(out) == 0 {
		return nil, errCut
	}
	return out, nil
}

// replaying is a list of edits and which way they are made.
type replaying struct {
	list     *os.File
	change   func(io.Writer, io.Reader, iter.Seq2[normalize.Edit, error]) error
	from, to func(*section) sideJSON
}

// replaying opens the list that was asked for.
func (n *normalizing) replaying() (*replaying, error) {
	original := func(s *section) sideJSON { return s.sums.Original }
	normalized := func(s *section) sideJSON { return s.sums.Normalized }
	p := &replaying{change: normalize.Apply, from: original, to: normalized}
	name := n.apply
	if n.revert != "" {
		p.change, p.from, p.to, name = normalize.Revert, normalized, original, n.revert
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, usageError("", "open %q: %w", name, cause(err))
	}
	if p.list, err = seekable(f); err != nil {
		return nil, fmt.Errorf("read %q: %w", name, err)
	}
	return p, nil
}

// seekable copies a pipe, which cannot be read twice.
func seekable(f *os.File) (*os.File, error) {
	if info, err := f.Stat(); err != nil || info.Mode().IsRegular() {
		return f, err
	}
	defer f.Close()
	spool, err := os.CreateTemp("", "feedparity-edits-*")
	if err != nil {
		return nil, err
	}
	os.Remove(spool.Name()) // it is gone with the process
	_, err = io.Copy(spool, f)
	return spool, err
}

// section finds the edits that are of a file.
func (p *replaying) section(in ingest.Input) (*section, error) {
	if _, err := p.list.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	all, err := sections(p.list)
	if err != nil {
		return nil, err
	}
	got := newSum()
	if _, err := io.Copy(got, io.NewSectionReader(in.Data, 0, in.Size)); err != nil {
		return nil, err
	}
	i := slices.IndexFunc(all, func(s section) bool { return p.from(&s) == got.side() })
	if i < 0 {
		names := fmt.Sprintf("of %q", all[0].sums.File)
		if len(all) > 1 {
			names = fmt.Sprintf("of %d files", len(all))
		}
		return nil, fmt.Errorf("the edits are %s, not of this one: no SHA-256 is %.12s…", names, got.side().SHA256)
	}
	return &all[i], nil
}

// make replays the edits of a section on a file.
func (p *replaying) make(w io.Writer, in ingest.Input, s *section) error {
	if _, err := p.list.Seek(s.from, io.SeekStart); err != nil {
		return err
	}
	return p.change(w, io.NewSectionReader(in.Data, 0, in.Size), readEdits(p.list))
}

// replay makes or undoes the edits of a file, once it is known what comes of them.
func (n *normalizing) replay(std streams, name string, in ingest.Input, target string) error {
	p, err := n.replaying()
	if err != nil {
		return err
	}
	defer p.list.Close()
	s, err := p.section(in)
	if err == nil {
		made := newSum()
		if err = p.make(made, in, s); err == nil && made.side() != p.to(s) {
			err = errors.New("what they make is not what was recorded")
		}
	}
	if err != nil {
		return usageError(replayHint(err), "replay %q on %q: %w", p.list.Name(), name, err)
	}
	w, err := n.create(std, name, target)
	if err != nil {
		return err
	}
	defer w.abandon()
	if err := p.make(w, in, s); err != nil {
		return w.fault(err)
	}
	return w.commit()
}

func replayHint(err error) string {
	if errors.Is(err, errCut) {
		return "lists that were cut, or made before there were sums, cannot be checked: make it again with feedparity normalize --json -o FILE ORIGINAL"
	}
	return "the edits must be of this file, all of them and in order"
}

// replays are the flags that --apply and --revert go with.
var replays = []string{"apply", "revert", "output", "to"}

// onlyReplays refuses the flags that would be without effect.
func onlyReplays(flags *pflag.FlagSet) (err error) {
	for _, verb := range replays[:2] {
		if !flags.Changed(verb) {
			continue
		}
		flags.VisitAll(func(f *pflag.Flag) {
			if f.Changed && err == nil && !slices.Contains(replays, f.Name) {
				err = usageError("edits are made as they are", "read arguments: --%s takes no --%s", verb, f.Name)
			}
		})
		if f := flags.Lookup(verb); err == nil && f.Value.String() == "" {
			err = usageError("", "read arguments: --%s names no file", verb)
		}
	}
	return err
}
