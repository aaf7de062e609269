package pycsv

import (
	"math/bits"
	"slices"
	"strings"

	"github.com/feedparity/feedparity/ingest"
)

// A packer makes rows of lines in which the bytes that mean something are marked, 64 in
// a word: what is within quotes is dropped by whole words, and a single field is looked
// at only where that is not enough.
type packer struct {
	limit       int64 // of a field
	quotechar   byte
	doublequote bool

	*ingest.Batch
	quoted  bool  // there are quotes
	folded  bool  // there is a newline within quotes
	odd     bool  // there is something behind the rows that is not so plain
	special []int // indexes of cells to be looked at: quotes are doubled in them, or there may be something to strip

	count int           // of cells
	row   ingest.RowEnd // the last one
	// Of the byte before the next word, in the lowest bit: a field begins behind it; it is
	// none of printable ASCII; it is a quote that opens, or one that closes. Within is all
	// ones if it is within quotes.
	starts, bare, opened, closed, within uint64
	pending                              bool // quotes have closed and their field has not ended
}

// pack makes b's rows of its text.
func (p *packer) pack(b *ingest.Batch, words []marks, quoted bool) {
	p.Batch, p.quoted, p.folded, p.odd, p.special, p.count = b, quoted, false, false, p.special[:0], 0
	p.row = ingest.RowEnd{}
	p.starts, p.bare, p.opened, p.closed, p.within, p.pending = 1, 0, 0, 0, 0, false
	b.Cells = slices.Grow(b.Cells, len(b.Text)+64) // a field for each byte, and more than a word's
	b.Cells = b.Cells[:cap(b.Cells)]
	cells, start := b.Cells, 0 // of the field
	for w := range words {
		m, base := &words[w], w*64
		ends := m.ends
		if quoted && (m.quotes|p.within != 0 || p.pending) {
			ends = p.outside(w, m)
			p.quotedCells(base, start, ends)
		} else {
			bare := m.bare &^ ends
			special := bare&(ends<<1|p.starts) | (bare<<1|p.bare)&ends
			p.starts, p.bare = ends>>63, bare>>63
			if special != 0 {
				p.note(ends, special)
			}
			cut(cells[p.count:], base, start, ends)
		}
		if ends != 0 {
			if newlines := ends & m.newlines; newlines != 0 {
				p.rows(base, ends, newlines)
			}
			p.count += bits.OnesCount64(ends)
			start = base + bits.Len64(ends)
		}
		if p.odd {
			break
		}
	}
	p.finish()
}

// cut makes a cell up to each of the ends in a word, and beyond those up to three cells
// that are none: to tell four from three costs more.
func cut(cells []ingest.Cell, base, start int, ends uint64) {
	for ; ends != 0; cells = cells[4:] {
		four := (*[4]ingest.Cell)(cells)
		a := base + bits.TrailingZeros64(ends)
		ends &= ends - 1
		b := base + bits.TrailingZeros64(ends)
		ends &= ends - 1
		c := base + bits.TrailingZeros64(ends)
		ends &= ends - 1
		d := base + bits.TrailingZeros64(ends)
		ends &= ends - 1
		four[0], four[1] = ingest.InText(start, a), ingest.InText(a+1, b)
		four[2], four[3] = ingest.InText(b+1, c), ingest.InText(c+1, d)
		start = d + 1
	}
}

// outside returns the ends of fields in a word that are not within quotes. Where a quote
// neither opens a field nor closes it nor is one of two that stand for one, it is odd:
// the ends behind that are left out.
func (p *packer) outside(w int, m *marks) uint64 {
	in := parity(m.quotes) ^ p.within // the opening quote counts as within, the closing one as outside
	ends, bare := m.ends&^in, m.bare&^m.ends|m.bare&in
	opening, closing := m.quotes&in, m.quotes&^in
	p.folded = p.folded || m.newlines&in != 0
	before, behind := closing<<1|p.closed, ends<<1|p.starts // of quotes that close, of ends
	opens := behind
	if p.doublequote {
		opens |= before
	}
	odd := opening &^ opens
	if after := before &^ (m.ends | m.quotes); after != 0 {
		odd |= notCR(p.Text[w*64:], after)
	}
	if odd != 0 {
		p.odd = true
		ends &= odd&-odd - 1
	}
	first := behind&^m.quotes | opening<<1 | p.opened
	p.note(ends, bare&first|(bare<<1|p.bare)&(ends|closing)|opening&before)
	p.starts, p.bare = ends>>63, bare>>63
	p.opened, p.closed, p.within = opening>>63, closing>>63, uint64(int64(in)>>63)
	p.pending = closing > ends // its last is the later
	return ends
}

// parity sets each bit to whether an odd number of bits up to and including it is set.
func parity(m uint64) uint64 {
	m ^= m << 1
	m ^= m << 2
	m ^= m << 4
	m ^= m << 8
	m ^= m << 16
	return m ^ m<<32
}

// notCR leaves of bytes in a word those that are no CR, which in ordinary lines is part
// of a CRLF.
func notCR(text string, word uint64) uint64 {
	for left := word; left != 0; left &= left - 1 {
		if n := bits.TrailingZeros64(left); text[n] == '\r' {
			word &^= 1 << n
		}
	}
	return word
}

// note makes the cells special in which the bytes of a word are.
func (p *packer) note(ends, special uint64) {
	for special != 0 {
		before := special&-special - 1
		cell := p.count + bits.OnesCount64(ends&before)
		if n := len(p.special); n == 0 || p.special[n-1] != cell {
			p.special = append(p.special, cell)
		}
		ends := ends &^ before // the first of them is the cell's, and all up to it
		special &= -(ends & -ends << 1)
	}
}

// quotedCells is cut where a field may be quoted from end to end.
func (p *packer) quotedCells(base, start int, ends uint64) {
	for count := p.count; ends != 0; ends &= ends - 1 {
		end := base + bits.TrailingZeros64(ends)
		quotes := 0
		if p.Text[start] == p.quotechar {
			quotes = 1
		}
		p.Cells[count] = ingest.InText(start+quotes, end-quotes)
		count, start = count+1, end+1
	}
}

// rows makes a row up to each newline in a word.
func (p *packer) rows(base int, ends, newlines uint64) {
	for ; newlines != 0; newlines &= newlines - 1 {
		end := base + bits.TrailingZeros64(newlines)
		last := p.count + bits.OnesCount64(ends&(newlines&-newlines-1))
		start, row := p.row.Text, ingest.RowEnd{Text: end + 1, From: p.row.To, To: last + 1}
		if end > start && p.Text[end-1] == '\r' {
			end--
			p.Cells[last] = p.Cells[last].Part(0, p.Cells[last].Len()-1)
		}
		if end == start { // an empty row
			row.From = row.To
		}
		if int64(row.Text-start) > p.limit { // a field may be too large
			p.odd = true
			return
		}
		p.Ends, p.row = append(p.Ends, row), row
	}
}

// finish drops what is behind the last row and looks at the special cells.
func (p *packer) finish() {
	p.Text, p.Cells = p.Text[:p.row.Text], p.Cells[:p.row.To]
	text, cells, odd := p.Text, p.Cells, p.Odd
	for _, i := range p.special {
		if i >= len(cells) {
			break
		}
		from, to := cells[i].Start(), cells[i].End() // of Text: none is in Extra yet
		if from == to {
			continue
		}
		if !printable(text[from]) || !printable(text[to-1]) {
			odd = append(odd, i)
		}
		if p.quoted && from > 0 && text[from-1] == p.quotechar {
			p.undouble(i, text[from:to])
		}
	}
	p.Odd = odd
}

// undouble makes one quote of each two in a cell, which then is no part of the text.
func (p *packer) undouble(i int, s string) {
	quote := strings.IndexByte(s, p.quotechar)
	if quote < 0 {
		return
	}
	from := len(p.Extra)
	for ; quote >= 0; quote = strings.IndexByte(s, p.quotechar) {
		p.Extra = append(p.Extra, s[:quote+1]...)
		s = s[quote+2:]
	}
	p.Extra = append(p.Extra, s...)
	p.Cells[i] = p.ToExtra(from)
}

// printable reports whether a byte is an ASCII character that no version strips.
func printable(c byte) bool { return c > ' ' && c < 0x80 }
