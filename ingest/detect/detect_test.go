package detect

import (
	"testing"

	"github.com/feedparity/feedparity/corpus"
)

// TestCorpus holds detection to what the demo's suppliers really sent.
func TestCorpus(t *testing.T) {
	for _, d := range corpus.Feeds() {
		seed, err := corpus.Open(d.Seed)
		if err != nil {
			t.Fatal(err)
		}
		r, err := Bytes(seed.Data, Options{})
		if err != nil {
			t.Errorf("%s: %v", d.Seed, err)
			continue
		}
		dialect := "-"
		if len(d.Dialect) > 0 {
			dialect = d.Dialect[0]
		}
		if r.Charset != d.Charset || r.Dialect.String() != dialect {
			t.Errorf("%s: %s %q, want %s %q (%s; %s)", d.Seed, r.Charset, r.Dialect, d.Charset, dialect, r.Why, r.Dialect.Why)
		}
		if r.Dialect.Columns < 3 || !r.Dialect.Header {
			t.Errorf("%s: %d columns, header %v", d.Seed, r.Dialect.Columns, r.Dialect.Header)
		}
	}
}
