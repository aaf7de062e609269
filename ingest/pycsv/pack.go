package pycsv

import (
	"math/bits"
	"strings"

	"github.com/feedparity/feedparity/ingest"
)

// A packer makes rows of lines in which the bytes that mean something are marked, 64 in
// a word: what is within quotes is dropped by whole words, and a single field is looked
// at only where that is not enough.
type packer struct {
	limit       int64 // of a field
	quotechar   byte  // 0: none means anything
	doublequote bool
	untouched   bool // nobody strips or decodes cells: only where quotes are doubled are they looked at

	*ingest.Batch
	quoted bool // there are quotes
	folded bool // there is a newline within quotes
	odd    bool // there is something behind the rows that is not so plain
	// Look are the ends, in order, of fields to be looked at: quotes are doubled in them,
	// there may be something to strip, or they are not ASCII.
	look []int32

	// Of the byte before the next word, in the lowest bit: a field begins behind it; it is
	// none of printable ASCII; it is a quote that opens, or one that closes. Within is all
	// ones if it is within quotes.
	starts, bare, opened, closed, within uint64
	looking                              uint64 // 1 if the field there is to be looked at
	pending                              bool   // quotes have closed and their field has not ended
}

// pack makes b's rows of its text, in which all delimiters and newlines are ends as yet.
func (p *packer) pack(b *ingest.Batch, words []marks, quoted bool) {
	p.Batch, p.quoted, p.folded, p.odd = b, quoted, false, false
	p.starts, p.bare, p.opened, p.closed, p.within, p.looking, p.pending = 1, 0, 0, 0, 0, 0, false
	b.Quote = p.quotechar
	if len(p.look) <= len(b.Text) { // each byte may end a field
		p.look = make([]int32, max(len(b.Text)+1, 2*len(p.look)))
	}
	look, n := p.look, 0
	rows, last := 0, 0 // the word in which the last of them ends
	for w := range words {
		m := &words[w]
		var odd uint64
		if quoted && (m.quotes|p.within != 0 || p.pending) {
			odd = p.outside(w, m)
		} else {
			odd = p.plain(m, b.Ends[w].Cells)
		}
		look[n] = int32(w*64 + bits.TrailingZeros64(odd)) // nearly always there is one or none
		if odd != 0 {
			n++
		}
		for odd &= odd - 1; odd != 0; odd &= odd - 1 {
			look[n] = int32(w*64 + bits.TrailingZeros64(odd))
			n++
		}
		if ends := b.Ends[w].Rows; ends != 0 {
			rows += bits.OnesCount64(ends)
			last = w
		}
		if p.odd {
			break
		}
	}
	b.Rows, b.Text = rows, b.Text[:last*64+bits.Len64(b.Ends[last].Rows)]
	if int64(len(b.Text)) > p.limit {
		p.withinLimit()
	}
	p.finish(look[:n])
}

// plain returns the ends of the fields to be looked at in a word without quotes.
func (p *packer) plain(m *marks, ends uint64) uint64 {
	if p.untouched {
		p.starts = ends >> 63
		return p.ending(ends, 0)
	}
	bare := m.bare &^ ends
	first, last := bare&(ends<<1|p.starts), (bare<<1|p.bare)&ends
	p.starts, p.bare = ends>>63, bare>>63
	return p.ending(ends, first|m.high) | last
}

// ending returns the ends of the fields in which some bytes are. To add a byte to all
// that end no field carries it to the one that does.
func (p *packer) ending(ends, within uint64) uint64 {
	sum, carry := bits.Add64(^ends, within, p.looking)
	p.looking = carry
	return sum & ends
}

// withinLimit drops the first row in which a field may be too large, and what is behind.
func (p *packer) withinLimit() {
	at := 0
	for n := range p.Rows {
		end := p.RowEnd(at)
		if int64(end-at) > p.limit {
			p.odd = true
			p.Truncate(n)
			return
		}
		at = end
	}
}

// outside leaves the ends of fields in a word that are not within quotes, and returns
// those of fields to be looked at. Where a quote neither opens a field nor closes it nor is one of
// two that stand for one, it is odd: the ends behind that are left out.
func (p *packer) outside(w int, m *marks) uint64 {
	e := &p.Ends[w]
	in := parity(m.quotes) ^ p.within // the opening quote counts as within, the closing one as outside
	all := e.Cells
	ends, bare := all&^in, m.bare&^all|m.bare&in
	opening, closing := m.quotes&in, m.quotes&^in
	p.folded = p.folded || e.Rows&in != 0
	before, behind := closing<<1|p.closed, ends<<1|p.starts // of quotes that close, of ends
	opens := behind
	if p.doublequote {
		opens |= before
	}
	odd := opening &^ opens
	if after := before &^ (all | m.quotes); after != 0 {
		odd |= notCR(p.Text[w*64:], after)
	}
	if odd != 0 {
		p.odd = true
		ends &= odd&-odd - 1
	}
	first := behind&^m.quotes | opening<<1 | p.opened
	last := (bare<<1 | p.bare) & (ends | closing)
	p.starts, p.bare = ends>>63, bare>>63
	p.opened, p.closed, p.within = opening>>63, closing>>63, uint64(int64(in)>>63)
	p.pending = closing > ends // its last is the later
	e.Cells = ends
	e.Rows &= ends
	if p.untouched {
		return p.ending(ends, opening&before)
	}
	return p.ending(ends, bare&first|last&^ends|opening&before|m.high) | last&ends
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

// finish looks at the fields with these ends.
func (p *packer) finish(look []int32) {
	b := p.Batch
	special := b.Special
	for _, at := range look {
		end := int(at)
		if end >= len(b.Text) {
			break
		}
		cell := b.CellAt(b.CellStart(end), end)
		from, to := cell.Start(), cell.End()
		if from == to {
			continue
		}
		doubled := b.Text[to] == p.quotechar && p.quoted && p.undouble(b.Text[from:to], &cell)
		if !doubled && b.Text[end-1] == '\r' && plain(b.Text[from:to]) { // it is the CR of a CRLF that is not printable
			continue
		}
		special = append(special, ingest.Special{End: end, Cell: cell})
	}
	b.Special = special
}

// undouble makes one quote of each two in a cell, which then is no part of the text. It
// answers false if there are none.
func (p *packer) undouble(s string, cell *ingest.Cell) bool {
	quote := strings.IndexByte(s, p.quotechar)
	if quote < 0 {
		return false
	}
	from := len(p.Extra)
	for ; quote >= 0; quote = strings.IndexByte(s, p.quotechar) {
		p.Extra = append(p.Extra, s[:quote+1]...)
		s = s[quote+2:]
	}
	p.Extra = append(p.Extra, s...)
	*cell = p.ToExtra(from)
	return true
}

// plain reports whether a cell is ASCII and has nothing to strip.
func plain(s string) bool { return printable(s[0]) && printable(s[len(s)-1]) && ingest.IsASCII(s) }

// printable reports whether a byte is an ASCII character that no version strips.
func printable(c byte) bool { return c > ' ' && c < 0x80 }
