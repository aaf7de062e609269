package pollute

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode/utf16"
)

// file is a table on its way to bytes: how it is written, and what is done to single
// records after that.
type file struct {
	records   [][]string
	delimiter string
	quote     string
	quoteAll  bool
	escape    string // in place of doubling a quote, or of quoting at all
	noQuotes  bool
	after     string // behind each delimiter
	ending    func(i int) string
	above     []string // lines
	below     []string
	edit      map[int]func(cells []string) string // of a record: its cells as written, and the line
	final     bool                                // the last record ends with a line break
	wrap      func([]byte) []byte
	headless  bool
	shown     int // records written, -1 for all: others are among the lines below
}

// bytes writes the file.
func (f *file) bytes() []byte {
	var b bytes.Buffer
	n := 0
	line := func(s string) {
		b.WriteString(s)
		b.WriteString(f.ending(n))
		n++
	}
	for _, s := range f.above {
		line(s)
	}
	for i, r := range f.records {
		if i == f.shown {
			break
		}
		cells := make([]string, len(r))
		for c, s := range r {
			cells[c] = f.cell(s)
		}
		s := strings.Join(cells, f.delimiter+f.after)
		if edit := f.edit[i]; edit != nil {
			s = edit(cells)
		}
		line(s)
	}
	for _, s := range f.below {
		line(s)
	}
	out := b.Bytes()
	if !f.final {
		out = bytes.TrimRight(out, "\r\n")
	}
	if f.wrap != nil {
		out = f.wrap(out)
	}
	return out
}

// cell writes a cell.
func (f *file) cell(s string) string {
	switch {
	case f.noQuotes:
		return strings.NewReplacer(f.escape, f.escape+f.escape, f.delimiter, f.escape+f.delimiter, f.quote, f.escape+f.quote).Replace(s)
	case !f.quoteAll && !f.needsQuotes(s):
		return s
	case f.escape != "":
		return f.quote + strings.NewReplacer(f.escape, f.escape+f.escape, f.quote, f.escape+f.quote).Replace(s) + f.quote
	}
	return f.quote + strings.ReplaceAll(s, f.quote, f.quote+f.quote) + f.quote
}

func (f *file) needsQuotes(s string) bool {
	return strings.Contains(s, f.delimiter) || strings.Contains(s, f.quote) || strings.ContainsAny(s, "\r\n") || f.escape != "" && strings.Contains(s, f.escape)
}

// utf16le encodes a text with a byte order mark.
func utf16le(text []byte) []byte {
	out := []byte{0xFF, 0xFE}
	for _, u := range utf16.Encode([]rune(string(text))) {
		out = binary.LittleEndian.AppendUint16(out, u)
	}
	return out
}

// latin1 encodes a text whose characters are all below U+0100.
func latin1(text []byte) []byte {
	var out []byte
	for _, r := range string(text) {
		out = append(out, byte(r))
	}
	return out
}
