package pycsv

import (
	"cmp"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest"
)

// FuzzReader reads any items with any dialect in every version: the reader must
// not panic, must do the same twice, and its spans must lie within the items, in
// order. The items are the input's parts between U+0001 bytes.
func FuzzReader(f *testing.F) {
	for _, c := range readerCases {
		f.Add(strings.Join(c.items, "\x01"), strings.ReplaceAll(c.dialect, " ", "\x01"), cmp.Or(c.limit, ingest.DefaultFieldLimit))
	}
	f.Fuzz(func(t *testing.T, data, dialect string, limit int64) {
		t.Logf("items %q dialect %q limit %d", data, dialect, limit)
		for _, py := range Modelled() {
			v := version(t, py)
			c := call{Limit: limit}
			for _, s := range strings.Split(data, "\x01") {
				if v.Text { // text is always well-formed
					s = strings.ToValidUTF8(s, "\xed\xa0\x80")
				}
				c.Items = append(c.Items, v.str(s))
			}
			c.Dialect = fuzzDialect(py, dialect)
			first := c.run(v)
			if again := c.run(v); strings.Join(first, ";") != strings.Join(again, ";") {
				t.Errorf("python %s: %s, the second time %s", py, first, again)
			}
			c.Dict = true
			c.run(v)
			checkSpans(t, v, c)
		}
	})
}

func fuzzDialect(py ingest.Python, options string) ingest.Dialect {
	var d ingest.Dialect
	for _, s := range strings.Split(options, "\x01") {
		if o, err := ingest.ParseDialectOption(py.Path(), s); err == nil {
			d = append(d, o)
		}
	}
	return d
}

func checkSpans(t *testing.T, v *Version, c call) {
	d, fault := NewDialect(v, c.Dialect)
	if fault != nil {
		return
	}
	r := NewReader(v, d, c.Limit, &items{values: c.Items})
	r.Trace(true)
	for range mostCalls {
		row, ok := r.Next()
		if !ok {
			if r.Fault() == nil {
				return
			}
			continue
		}
		last := Mark{r.RowOffset(), 0}
		for _, s := range r.Spans() {
			if len(r.Spans()) != len(row) || before(s.Start, last) || before(s.End, s.Start) || s.End.At > len(c.Items[s.End.Offset/1000].Str) {
				t.Fatalf("python %s: spans %v of %d fields in %q", v.Python, r.Spans(), len(row), c.Items)
			}
			last = s.End
		}
	}
}

func before(a, b Mark) bool { return a.Offset < b.Offset || a.Offset == b.Offset && a.At < b.At }
