package embedded

import (
	"unicode/utf8"
	"unsafe"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/pycsv"
)

// batches reports whether rows of these settings may come in batches: of csv.reader,
// with no more done to a cell than that it is decoded and stripped.
func (p *plan) batches() bool {
	return p.settings.Reader != ingest.DictReader && !p.settings.Sniff && len(p.settings.Types) == 0 &&
		(len(p.settings.Clean) == 0 || p.strip != stripper{}) && (p.cells == nil || p.cells.ascii)
}

// Batch produces the next rows that are ordinary and at hand all at once, nil if the
// next one is for Next. They are what Next would have returned, and are valid until the
// following call of either.
func (r *rows) Batch() *ingest.Batch {
	if r == nil || r.done || !r.packs {
		return nil
	}
	if r.lines.Over() {
		r.done = true
		return nil
	}
	b := &r.batch
	if !r.reader.Batch(b) {
		return nil
	}
	good := len(b.Text)
	if r.cells != nil {
		good = r.cells.decodeBatch(r.reader, b)
	}
	if r.strips && !r.stripBatch(b) {
		good = 0
	}
	if good < len(b.Text) {
		b.TruncateAt(good)
		r.reader.Odd(b.Rows)
	}
	n := b.Rows
	if n == 0 {
		return nil
	}
	r.reader.Took(b)
	if b.Last = r.lines.Over(); b.Last {
		r.done = true
	} else if r.ctx.Err() != nil {
		r.err, r.done = r.ctx.Err(), true
		return nil
	}
	r.produced += n
	return b
}

// untouched reports whether the cells of these settings stay as they are: where decoding is
// no more than to see that they are UTF-8.
func (p *plan) untouched() bool {
	return p.strip == stripper{} && (p.cells == nil || p.cells.sees())
}

// sees reports whether a text that is decoded at all is what was decoded.
func (d *cellDecoder) sees() bool {
	return d.ascii && d.codec.Name() == "utf-8" && d.errors == "strict"
}

// decodeBatch decodes the cells of a batch and returns how many bytes of it are rows
// that raise nothing.
func (d *cellDecoder) decodeBatch(r *pycsv.Reader, b *ingest.Batch) int {
	b.Kind = ingest.KindText
	if r.ASCII() || d.codec.Name() == "utf-8" && utf8.ValidString(b.Text) { // then all cells are text as they are
		return len(b.Text)
	}
	if d.sees() { // the row of what is not valid is for Next
		return b.RowStart(validLen(b.Text))
	}
	for i := range b.Special {
		c := &b.Special[i]
		if !d.decodeCell(b, &c.Cell) {
			return b.RowStart(c.End)
		}
	}
	return len(b.Text)
}

// validLen is where a string ceases to be UTF-8.
func validLen(s string) int {
	for i, r := range s {
		if _, n := utf8.DecodeRuneInString(s[i:]); r == utf8.RuneError && n == 1 {
			return i
		}
	}
	return len(s)
}

// decodeCell decodes a cell that is not ASCII into Extra. It answers false if decoding
// raises.
func (d *cellDecoder) decodeCell(b *ingest.Batch, c *ingest.Cell) bool {
	s := b.Str(*c)
	if ingest.IsASCII(s) {
		return true
	}
	from := len(b.Extra)
	out, err := d.codec.Decode(b.Extra, raw(s), d.errors)
	if err != nil {
		return false
	}
	b.Extra = out
	*c = b.ToExtra(from)
	return true
}

// stripBatch strips the cells. It answers false if that raises, which Next knows more of.
func (r *rows) stripBatch(b *ingest.Batch) bool {
	spaces := r.plan.strip
	for i := range b.Special {
		c := &b.Special[i].Cell
		s := b.Str(*c)
		if start, end, all := spaces.spaces(s); all {
			*c = c.Trim(start, len(s)-end)
			continue
		}
		v := ingest.Value{Kind: b.Kind, Str: s}
		if r.stripCell(&v) != nil {
			return false
		}
		if len(v.Str) < len(s) {
			*c = c.Part(leftOf(v.Str, s), len(v.Str))
		}
	}
	return true
}

// leftOf returns how many bytes of s are left of a part of it, 0 of an empty one.
func leftOf(part, s string) int {
	if part == "" {
		return 0
	}
	return int(uintptr(unsafe.Pointer(unsafe.StringData(part))) - uintptr(unsafe.Pointer(unsafe.StringData(s))))
}
