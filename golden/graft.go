package golden

import (
	"bytes"
	"slices"
	"strings"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/pycodec"
	"github.com/feedparity/feedparity/ingest/shrink"
)

// maxGraftedColumns is how many columns of a delivery a piece is put into.
const maxGraftedColumns = 16

// pieces are what of a case's input may be put into another delivery.
type pieces struct {
	cells [][]byte // raw cells, with their quotes
	ends  [][]byte // line ends
	front []byte   // what stands before the first cell
	tail  []byte   // what the input ends with, where it ends within a row
}

// piecesOf takes a case's input apart. Only what the divergence needs is a piece, and the
// cell that it is in; where nobody found out what is needed, all of it is.
func piecesOf(c *Case) pieces {
	var out pieces
	needed := c.Needed()
	if len(needed) == 0 {
		needed = []shrink.Span{{Start: 0, End: len(c.Input)}}
	}
	touches := func(s shrink.Span) bool {
		return s.End > s.Start && slices.ContainsFunc(needed, func(n shrink.Span) bool { return n.Start < s.End && s.Start < n.End })
	}
	mark, records := shrink.Layout(c.Input, layoutOf(c.Py3))
	if touches(mark) {
		out.front = c.Input[mark.Start:mark.End]
	}
	for i, r := range records {
		for _, cell := range r.Cells {
			if touches(cell) {
				out.cells = append(out.cells, c.Input[cell.Start:cell.End])
			}
		}
		if touches(r.End) {
			out.ends = append(out.ends, c.Input[r.End.Start:r.End.End])
		}
		if n := len(r.Cells); i == len(records)-1 && r.End.End == r.End.Start && n > 0 && touches(r.Cells[n-1]) {
			out.tail = c.Input[r.Cells[n-1].Start:r.Cells[n-1].End]
		}
	}
	out.cells, out.ends = distinct(out.cells), distinct(out.ends)
	return out
}

func distinct(list [][]byte) [][]byte {
	var out [][]byte
	for _, b := range list {
		if !slices.ContainsFunc(out, func(o []byte) bool { return bytes.Equal(o, b) }) {
			out = append(out, b)
		}
	}
	return out
}

// layoutOf is how settings say that an input is laid out.
func layoutOf(s ingest.Settings) shrink.Options {
	var o shrink.Options
	for name, into := range map[string]*byte{"delimiter": &o.Delimiter, "quotechar": &o.Quote} {
		if v, ok := s.Dialect.Get(name); ok && len(v.Str) == 1 {
			*into = v.Str[0]
		}
	}
	return o
}

// grafts puts the pieces of a case into a delivery, one at a time: a cell in the place of
// each cell of its first row of data, behind what is in it and at the front of all, a
// line end in the place of that row's, a mark at the front, a tail at the end. Each piece comes as it is
// and, where that differs, in the delivery's own charset.
func grafts(c *Case, delivery []byte, charset string, dialect ingest.Settings) [][]byte {
	p := piecesOf(c)
	_, records := shrink.Layout(delivery, layoutOf(dialect))
	if len(records) == 0 {
		return nil
	}
	into := records[min(1, len(records)-1)]
	var out [][]byte
	put := func(at shrink.Span, piece []byte) {
		out = append(out, slices.Concat(delivery[:at.Start], piece, delivery[at.End:]))
	}
	if len(p.front) > 0 {
		put(shrink.Span{}, p.front)
	}
	for _, piece := range bothWays(p.cells, c, charset) {
		for _, cell := range into.Cells[:min(len(into.Cells), maxGraftedColumns)] {
			put(cell, piece)
			put(shrink.Span{Start: cell.End, End: cell.End}, piece)
		}
		put(shrink.Span{}, piece)
	}
	for _, end := range p.ends {
		put(into.End, end)
	}
	if len(p.tail) > 0 {
		trimmed := bytes.TrimRight(delivery, "\r\n")
		out = append(out, slices.Concat(trimmed, p.tail))
	}
	return distinct(out)
}

// bothWays adds to pieces what their text is in another charset.
func bothWays(all [][]byte, c *Case, charset string) [][]byte {
	encode := encoderOf(charset)
	out := slices.Clone(all)
	for _, piece := range all {
		codec, fault, err := pycodec.Lookup(c.Py3.Python, c.Py3.Codec)
		if err != nil || fault != nil || encode == nil {
			break
		}
		if text, bad := codec.Decode(nil, piece, "strict"); bad == nil {
			if other, ok := encode(string(text)); ok {
				out = append(out, other)
			}
		}
	}
	return distinct(out)
}

// encoderOf writes text in UTF-8 or a charset of single bytes, by the table that
// Python decodes it with; nil for others.
func encoderOf(charset string) func(string) ([]byte, bool) {
	if name := strings.ToLower(charset); name == "utf-8" || name == "utf-8-sig" || name == "ascii" || name == "" {
		return func(s string) ([]byte, bool) { return []byte(s), true }
	}
	codec, fault, err := pycodec.Lookup(ingest.Python313, charset)
	if err != nil || fault != nil || !codec.SingleByte() {
		return nil
	}
	table := map[rune]byte{}
	for b := range 0x100 {
		if text, bad := codec.Decode(nil, []byte{byte(b)}, "strict"); bad == nil {
			r, _ := ingest.DecodeRune(string(text))
			table[r] = byte(b)
		}
	}
	return func(s string) ([]byte, bool) {
		var out []byte
		for _, r := range ingest.Runes(s) {
			b, ok := table[r]
			if !ok {
				return nil, false
			}
			out = append(out, b)
		}
		return out, true
	}
}
