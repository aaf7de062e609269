package generator

import (
	"bytes"
	"slices"

	"github.com/feedparity/feedparity/ingest"
)

// maxMutated bounds an input that mutating makes.
const maxMutated = 1 << 14

// editor changes an input as suppliers' tools and editors do: a cell, a row, a line end, a
// mark at the front, a tail that is cut off. The pieces are those of the generator and of
// what was learned, if anything was. It works in a buffer of its own, which is there for
// the next input again.
type Editor struct {
	c       *Choices
	codec   string                      // of the settings
	put     func([]byte, string) []byte // in that charset
	Learned *Grammar
	out     []byte
	piece   []byte
}

// mutate changes n things of an input; other is one to take rows from. What it returns is
// good until it is called again.
func (e *Editor) Mutate(c *Choices, n int, data, other []byte, s *ingest.Settings) []byte {
	if e.c = c; e.put == nil || e.codec != s.Codec {
		e.codec, e.put = s.Codec, encoder(s.Codec)
	}
	e.out = append(e.out[:0], data...)
	for range n {
		e.once(other)
	}
	return e.out[:min(len(e.out), maxMutated)]
}

func (e *Editor) once(other []byte) {
	c := e.c
	switch c.N(16) {
	case 0, 1, 2:
		e.insert(e.position(e.out), e.write(piece(c)))
	case 3:
		e.insert(e.position(e.out), e.raw(pick(c, Malformed)))
	case 4:
		e.replaceCell()
	case 5:
		from := e.position(e.out)
		e.out = slices.Delete(e.out, from, min(from+1+c.N(16), len(e.out)))
	case 6:
		from, to := e.line(e.out)
		e.insert(to, e.out[from:to])
	case 7:
		if c.N(2) == 0 {
			e.replaceLineEnd()
		} else {
			e.out = append(e.out[:0], bytes.ReplaceAll(e.out, []byte("\n"), e.raw(pick(c, newlines)))...)
		}
	case 8:
		e.insert(0, e.raw(pick(c, marks)))
	case 9:
		e.out = append(e.out, pick(c, tails)...)
	case 10: // a line of another input between two lines
		from, to := e.line(other)
		_, at := e.line(e.out)
		e.insert(at, other[from:to])
	case 11, 12, 13, 14:
		e.swap()
	default:
		if len(e.out) > 0 {
			e.out[min(e.position(e.out), len(e.out)-1)] = byte(c.N(256))
		}
	}
}

// What stands at the beginning and at the end of deliveries and belongs to neither table.
var (
	marks = []string{"\xef\xbb\xbf", "\xff\xfe", "\ufeff", "\n", "sep=;\n"}
	tails = []string{"\x1a", "\xe2\x82", "\r", "\"", "\n\n", "\x00"}
)

// pieces are worth a try in any cell.
var pieces = [][]string{Oddities, Numbers, Words, letters, dates, amounts}

func piece(c *Choices) string { return pick(c, pick(c, pieces)) }

// write is a text in the charset, good until the next one is written.
func (e *Editor) write(text string) []byte {
	e.piece = e.put(e.piece[:0], text)
	return e.piece
}

func (e *Editor) raw(text string) []byte {
	e.piece = append(e.piece[:0], text...)
	return e.piece
}

func (e *Editor) insert(at int, piece []byte) {
	e.out = slices.Insert(e.out, min(at, len(e.out)), piece...)
}

// nearby is how far the edge of a cell, or a character, is looked for.
const nearby = 64

// position is a place in an input, at the edge of a cell more often than not.
func (e *Editor) position(data []byte) int {
	if len(data) == 0 {
		return 0
	}
	at := (e.c.N(256)<<8 | e.c.N(256)) % (len(data) + 1)
	if e.c.N(3) == 0 {
		return at
	}
	for i, b := range data[at:min(at+nearby, len(data))] {
		if b == '"' || isEdge(b) {
			return at + i + e.c.N(2)
		}
	}
	return at
}

// isEdge: a cell ends here, in whatever dialect.
func isEdge(b byte) bool {
	switch b {
	case ',', ';', '\t', '|', '\n', '\r':
		return true
	}
	return false
}

// replaceCell puts a piece in the place of what is between two delimiters.
func (e *Editor) replaceCell() {
	word := piece(e.c)
	if e.Learned != nil && !e.c.Rare(3) {
		word = e.Learned.word(e.c)
	}
	from := e.position(e.out)
	to := from
	for to < min(from+nearby, len(e.out)) && !isEdge(e.out[to]) {
		to++
	}
	e.out = slices.Replace(e.out, from, to, e.write(word)...)
}

// line is the range of one of an input's lines, its end included.
func (e *Editor) line(data []byte) (from, to int) {
	at := e.position(data)
	from = bytes.LastIndexByte(data[:at], '\n') + 1
	if to = bytes.IndexByte(data[from:], '\n'); to < 0 {
		return from, len(data)
	}
	return from, from + to + 1
}

func (e *Editor) replaceLineEnd() {
	_, to := e.line(e.out)
	from := to
	for from > 0 && (e.out[from-1] == '\n' || e.out[from-1] == '\r') {
		from--
	}
	e.out = slices.Replace(e.out, from, to, e.raw(pick(e.c, newlines))...)
}

// swap puts a character of a pool in the place of one that is there, behind the first
// line more often than not: in the header it takes a column away from the code.
func (e *Editor) swap() {
	p, from := &pools[e.c.N(len(pools))], 0
	if end := bytes.IndexByte(e.out, '\n') + 1; !e.c.Rare(6) && end < len(e.out) {
		from = end
	}
	if at := next(e.out, from, from+e.position(e.out[from:]), p.of); at >= 0 {
		e.out = slices.Replace(e.out, at, at+1, e.write(pick(e.c, p.with))...)
	}
}
