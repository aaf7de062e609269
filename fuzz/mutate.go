package fuzz

import (
	"bytes"
	"slices"

	"github.com/feedparity/feedparity/ingest"
)

// maxMutated bounds an input that mutating makes.
const maxMutated = 1 << 14

// mutate changes n things of an input as suppliers' tools and editors do: a cell, a row, a line
// end, a mark at the front, a tail that is cut off. The pieces are those of the
// generator and of what was learned, if anything was, in the charset of the settings. Other
// is an input to take rows from.
func mutate(c *Choices, n int, data, other []byte, s ingest.Settings, learned *Grammar) []byte {
	put := encoder(s.Codec)
	out := slices.Clone(data)
	for range n {
		out = mutateOnce(c, out, other, put, learned)
	}
	return out[:min(len(out), maxMutated)]
}

func mutateOnce(c *Choices, data, other []byte, put func([]byte, string) []byte, learned *Grammar) []byte {
	switch c.N(16) {
	case 0, 1, 2:
		return insert(data, position(c, data), put(nil, piece(c)))
	case 3:
		return insert(data, position(c, data), []byte(pick(c, malformed)))
	case 4:
		word := piece(c)
		if learned != nil && !c.Rare(3) {
			word = learned.word(c)
		}
		return replaceCell(c, data, put(nil, word))
	case 5:
		return removeSpan(c, data)
	case 6:
		return repeatLine(c, data)
	case 7:
		return replaceLineEnd(c, data)
	case 8:
		return append([]byte(pick(c, []string{"\xef\xbb\xbf", "\xff\xfe", "\ufeff", "\n", "sep=;\n"})), data...)
	case 9:
		return append(data, pick(c, []string{"\x1a", "\xe2\x82", "\r", "\"", "\n\n", "\x00"})...)
	case 10:
		return splice(c, data, other)
	case 11, 12, 13, 14:
		return swap(c, data, put)
	}
	return flip(c, data)
}

// piece is something that is worth a try in any cell.
func piece(c *Choices) string {
	return pick(c, pick(c, [][]string{oddities, numbers, words, letters, dates, amounts}))
}

// position is a place in an input, at the edge of a cell more often than not.
func position(c *Choices, data []byte) int {
	if len(data) == 0 {
		return 0
	}
	at := (c.N(256)<<8 | c.N(256)) % (len(data) + 1)
	if c.N(3) == 0 {
		return at
	}
	if i := bytes.IndexAny(data[at:], ",;\t|\n\""); i >= 0 {
		return at + i + c.N(2)
	}
	return at
}

func insert(data []byte, at int, piece []byte) []byte {
	return slices.Insert(data, min(at, len(data)), piece...)
}

// replaceCell puts a piece in the place of what is between two delimiters.
func replaceCell(c *Choices, data, piece []byte) []byte {
	from := position(c, data)
	to := from
	for to < len(data) && !bytes.ContainsRune([]byte(",;\t|\n\r"), rune(data[to])) {
		to++
	}
	return slices.Concat(data[:from], piece, data[to:])
}

func removeSpan(c *Choices, data []byte) []byte {
	from := position(c, data)
	return slices.Delete(data, from, min(from+1+c.N(16), len(data)))
}

// line is the range of one of an input's lines, its end included.
func line(c *Choices, data []byte) (from, to int) {
	at := position(c, data)
	from = bytes.LastIndexByte(data[:at], '\n') + 1
	if to = bytes.IndexByte(data[from:], '\n'); to < 0 {
		return from, len(data)
	}
	return from, from + to + 1
}

func repeatLine(c *Choices, data []byte) []byte {
	from, to := line(c, data)
	return insert(data, to, slices.Clone(data[from:to]))
}

func replaceLineEnd(c *Choices, data []byte) []byte {
	_, to := line(c, data)
	from := to
	for from > 0 && (data[from-1] == '\n' || data[from-1] == '\r') {
		from--
	}
	return slices.Concat(data[:from], []byte(pick(c, newlines)), data[to:])
}

// splice puts a line of another input between two lines.
func splice(c *Choices, data, other []byte) []byte {
	from, to := line(c, other)
	_, at := line(c, data)
	return insert(data, at, slices.Clone(other[from:to]))
}

func flip(c *Choices, data []byte) []byte {
	if len(data) > 0 {
		data[min(position(c, data), len(data)-1)] = byte(c.N(256))
	}
	return data
}
