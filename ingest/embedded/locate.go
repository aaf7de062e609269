package embedded

import (
	"context"
	"strings"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/pycodec"
	"github.com/feedparity/feedparity/ingest/pycsv"
)

// Span is a range of bytes of an input, from Start up to but not including End.
type Span struct{ Start, End int64 }

// Locate finds the bytes a cell was made of, quotes and escapes included, by an
// embedded read of the input. Row counts the rows produced, from 1, so that a
// DictReader's row 1 is the first after the header; column counts from 1. It
// answers false where the bytes cannot be told: never by a guess.
func (e *Engine) Locate(ctx context.Context, in ingest.Input, row, column int) (Span, bool) {
	r, err := e.open(ctx, &in)
	if err != nil || r.reader == nil {
		return Span{}, false
	}
	record := &recorder{Lines: r.items, translated: translates(in.Settings.Open)}
	// The reader pulled nothing yet, so it may be given another iterator.
	r.reader = pycsv.NewReader(r.plan.version, r.dialect, in.Settings.FieldLimit, record)
	r.reader.Trace(true)
	next := r.reader.Next
	if in.Settings.Reader == ingest.DictReader {
		d := pycsv.NewDictReader(r.plan.version, r.reader)
		next = func() ([]ingest.Value, bool) { _, ok := d.Next(); return nil, ok }
	}
	for n := 0; n < row; n++ {
		record.items = record.items[:0]
		if _, ok := next(); !ok {
			return Span{}, false
		}
	}
	spans := r.reader.Spans()
	width, known := widthOf(in.Settings)
	if column < 1 || column > len(spans) || !known {
		return Span{}, false
	}
	start, ok1 := record.byteAt(spans[column-1].Start, width)
	end, ok2 := record.byteAt(spans[column-1].End, width)
	return Span{start, end}, ok1 && ok2 && start <= end && end <= in.Size
}

// recorder keeps the items a record was made of.
type recorder struct {
	pycsv.Lines
	items      []item
	translated bool // the LF that ends an item may have been CR or CRLF
}

// translates reports whether a mode's lines all end in LF, whatever the file has.
func translates(m ingest.OpenMode) bool {
	return m == ingest.OpenUniversal || m == ingest.OpenTextUniversal || m == ingest.OpenLocale
}

type item struct {
	offset int64
	text   string
}

func (r *recorder) Next() (ingest.Value, bool) {
	v, ok := r.Lines.Next()
	if ok {
		v = v.Clone()
		r.items = append(r.items, item{r.Offset(), v.Str})
	}
	return v, ok
}

// byteAt maps a mark to a byte of the input, given how wide the text before it
// is there.
func (r *recorder) byteAt(m pycsv.Mark, width func(string) int64) (int64, bool) {
	for _, it := range r.items {
		if it.offset == m.Offset && m.Offset >= 0 && m.At <= len(it.text) {
			if r.translated && m.At == len(it.text) && strings.HasSuffix(it.text, "\n") {
				return 0, false // a quoted cell that the input's end cuts off
			}
			return it.offset + width(it.text[:m.At]), true
		}
	}
	return 0, false
}

// widthOf tells how many bytes of the input some text of an item came from.
// Where a handler may have replaced or dropped bytes, that cannot be known.
func widthOf(s ingest.Settings) (func(string) int64, bool) {
	byteLength := func(t string) int64 { return int64(len(t)) }
	if s.Python.Path() == ingest.Py2 {
		return byteLength, s.Open != ingest.OpenRecode && s.Open != ingest.OpenCodecs && s.Open != ingest.OpenIO
	}
	c, fault, err := pycodec.Lookup(s.Python, s.Codec)
	if fault != nil || err != nil || s.Errors != "strict" {
		return nil, false
	}
	switch c.Name() {
	case "utf-8", "utf-8-sig", "ascii":
		return byteLength, true
	case "utf-16", "utf-16-le", "utf-16-be":
		return utf16Length, true
	}
	if c.SingleByte() {
		return func(t string) int64 { return int64(ingest.RuneCount(t)) }, true
	}
	return nil, false
}

func utf16Length(t string) int64 {
	n := int64(0)
	for _, r := range ingest.Runes(t) {
		n += 2
		if r > 0xFFFF {
			n += 2
		}
	}
	return n
}
