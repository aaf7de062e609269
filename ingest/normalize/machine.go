package normalize

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
)

const (
	ctrlZ = '\x1a'
	bom   = "\ufeff"
)

// state is where in a record the next character stands, as in CPython's _csv.c
// reduced to what decides whether a line break is data.
type state uint8

const (
	fieldStart state = iota
	inField
	inQuoted
	quoteInQuoted
)

// normalizer is a chain of three small machines over the characters of the input:
// NULs, byte order marks and Ctrl-Zs first, then line breaks, then the dialect.
// The dialect sees only what is kept: otherwise a second pass could see other
// quotes than the first.
type normalizer struct {
	o       Options
	out     *bufio.Writer
	offset  int64 // of the character at hand
	edit    Edit  // not recorded yet, so that adjoining ones can join it
	state   state
	escaped bool // the last character was the escape character
	wrote   bool // a character was kept
	crs     []piece
	held    []run
}

// piece is a character whose fate is not decided yet.
type piece struct {
	offset int64
	src    []byte
}

// run is a number of equal characters held back: Ctrl-Zs, of which only the next
// kept character or the end of the input tells whether they are trailing, and NULs
// among them.
type run struct {
	piece
	kind  Kind // CtrlZ or NUL
	count int64
}

// maxRuns bounds the memory of held. Only NULs and Ctrl-Zs by turns reach it.
const maxRuns = 4096

var errRuns = errors.New("more than 4096 alternating runs of NUL and Ctrl-Z: this is no text")

// char takes the next character: src are its bytes in the input, text is its
// UTF-8, which may be more than one code point.
func (n *normalizer) char(src, text []byte) error {
	switch {
	case string(text) == "\x00":
		return n.nul(src)
	case string(text) == "\x1a":
		return n.hold(CtrlZ, src)
	case !n.wrote && len(n.held) == 0 && len(n.crs) == 0 && string(text) == bom:
		return n.change(BOM, piece{n.offset, src}, nil)
	}
	if err := n.release(); err != nil {
		return err
	}
	return n.keep(piece{n.offset, src}, text)
}

func (n *normalizer) nul(src []byte) error {
	if len(n.held) > 0 {
		return n.hold(NUL, src)
	}
	if err := n.lineBreaks(); err != nil {
		return err
	}
	return n.change(NUL, piece{n.offset, src}, nil)
}

func (n *normalizer) hold(kind Kind, src []byte) error {
	if k := len(n.held); k > 0 && n.held[k-1].kind == kind {
		n.held[k-1].count++
		return nil
	}
	if len(n.held) == maxRuns {
		return fmt.Errorf("normalize byte 0x%x: %w", n.offset, errRuns)
	}
	n.held = append(n.held, run{piece{n.offset, bytes.Clone(src)}, kind, 1})
	return nil
}

// release keeps the Ctrl-Zs held back, because something follows them.
func (n *normalizer) release() error {
	held := n.held
	n.held = n.held[:0]
	for _, r := range held {
		err := r.each(func(p piece) error {
			if r.kind == CtrlZ {
				return n.keep(p, []byte{ctrlZ})
			}
			if err := n.lineBreaks(); err != nil {
				return err
			}
			return n.change(NUL, p, nil)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (r run) each(f func(piece) error) error {
	for i := range r.count {
		if err := f(piece{r.offset + i*int64(len(r.src)), r.src}); err != nil {
			return err
		}
	}
	return nil
}

// keep takes a character that stays, in whatever form.
func (n *normalizer) keep(p piece, text []byte) error {
	outside := n.state != inQuoted && !n.escaped
	switch {
	case outside && string(text) == "\r":
		return n.carriageReturn(p)
	case outside && string(text) == "\n" && len(n.crs) > 0:
		whole := piece{n.crs[0].offset, nil}
		for _, cr := range n.crs {
			whole.src = append(whole.src, cr.src...)
		}
		whole.src = append(whole.src, p.src...)
		n.crs = n.crs[:0]
		return n.lineBreak(whole)
	}
	if err := n.lineBreaks(); err != nil {
		return err
	}
	n.dialect(text)
	return n.write(p, text)
}

// carriageReturn waits for what follows: CR CR LF, which text mode makes of CRLF
// on Windows, is one line break, as are CR LF and CR.
func (n *normalizer) carriageReturn(p piece) error {
	if len(n.crs) == 2 {
		first := n.crs[0]
		n.crs = append(n.crs[:0], n.crs[1])
		if err := n.lineBreak(first); err != nil {
			return err
		}
	}
	n.crs = append(n.crs, piece{p.offset, bytes.Clone(p.src)})
	return nil
}

// lineBreaks ends the wait: each CR is a line break of its own.
func (n *normalizer) lineBreaks() error {
	for _, p := range n.crs {
		if err := n.lineBreak(p); err != nil {
			return err
		}
	}
	n.crs = n.crs[:0]
	return nil
}

func (n *normalizer) lineBreak(p piece) error {
	n.dialect([]byte{'\n'})
	n.wrote = true
	return n.change(Newline, p, []byte{'\n'})
}

// dialect follows the record with a character that is kept.
func (n *normalizer) dialect(text []byte) {
	c := rune(text[0])
	if c >= 0x80 {
		c = []rune(string(text))[0]
	}
	if n.escaped {
		n.escaped = false
		if n.state != inQuoted {
			n.state = inField
		}
		return
	}
	if n.o.Escapechar != 0 && c == n.o.Escapechar {
		n.escaped = true
		return
	}
	n.state = n.next(c)
}

func (n *normalizer) next(c rune) state {
	quote := c == n.o.Quotechar && !n.o.NoQuotes
	switch {
	case n.state == inQuoted && quote:
		return quoteInQuoted
	case n.state == inQuoted:
		return inQuoted
	case quote && (n.state == fieldStart || n.state == quoteInQuoted):
		return inQuoted
	case c == n.o.Delimiter || c == '\n' || c == '\r':
		return fieldStart
	case n.state == fieldStart && c == ' ' && n.o.SkipInitialSpace:
		return fieldStart
	}
	return inField
}

// write puts out a character, recording it if its bytes changed.
func (n *normalizer) write(p piece, text []byte) error {
	n.wrote = true
	if bytes.Equal(p.src, text) {
		n.out.Write(text) // its error is kept and returned by Flush
		return nil
	}
	kind := Transcode
	if len(p.src) == 6 && p.src[0] == 0xED {
		kind = Surrogates
	}
	return n.change(kind, p, text)
}

// change puts out text in place of p and records it.
func (n *normalizer) change(kind Kind, p piece, text []byte) error {
	n.out.Write(text) // its error is kept and returned by Flush
	e := &n.edit
	joins := kind == Transcode || kind == NUL || kind == CtrlZ
	if joins && e.Kind == kind && e.Offset+int64(len(e.Before)) == p.offset && len(e.Before)+len(p.src) <= maxEdit {
		e.Before, e.After = append(e.Before, p.src...), append(e.After, text...)
		return nil
	}
	if err := n.record(); err != nil {
		return err
	}
	*e = Edit{kind, p.offset, bytes.Clone(p.src), bytes.Clone(text)}
	return nil
}

func (n *normalizer) record() error {
	if n.edit.Kind == "" {
		return nil
	}
	if err := n.o.Record(n.edit); err != nil {
		return fmt.Errorf("record edit: %w", err)
	}
	n.edit = Edit{}
	return nil
}

// finish decides what the end of the input decides.
func (n *normalizer) finish() error {
	if err := n.lineBreaks(); err != nil {
		return err
	}
	for _, r := range n.held {
		if err := r.each(func(p piece) error { return n.change(r.kind, p, nil) }); err != nil {
			return err
		}
	}
	if err := n.record(); err != nil {
		return err
	}
	if err := n.out.Flush(); err != nil {
		return fmt.Errorf("write output: %w", err)
	}
	return nil
}
