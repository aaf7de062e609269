package questions

import (
	"reflect"
	"testing"

	"github.com/feedparity/feedparity/ingest"
)

// TestDrawn: a seed draws the same again, what is drawn can be asked, and all codecs,
// error handlers and calls come up.
func TestDrawn(t *testing.T) {
	codecs := []string{"cp1252", "utf-8", "utf-16-le", "utf-32", "unicode_escape", "punycode", "idna", "unicode_internal", "utf-7"}
	for _, c := range Eastern {
		codecs = append(codecs, c.Name)
	}
	for _, py := range []ingest.Python{ingest.Python27, ingest.Python313} {
		seen := map[string]bool{}
		for seed := range uint64(3000) {
			draw := func() []ingest.Question {
				g := New(py, seed)
				return []ingest.Question{g.Sniffing(), g.Looking(), g.Writing(), g.Decoding(codecs)}
			}
			drawn := draw()
			if !reflect.DeepEqual(drawn, draw()) {
				t.Fatalf("seed %d draws another time %v", seed, drawn)
			}
			for _, q := range drawn {
				if err := q.Check(); err != nil || q.Python != py {
					t.Errorf("seed %d: %s: %v", seed, &q, err)
				}
				seen[string(q.Asked)], seen[q.Codec], seen["errors "+q.Errors] = true, true, true
			}
		}
		for _, h := range handlers {
			codecs = append(codecs, "errors "+h)
		}
		for _, want := range append(codecs, "sniff", "has_header", "write", "decode", "incremental") {
			if !seen[want] {
				t.Errorf("python %s: %s is never drawn", py, want)
			}
		}
		codecs = codecs[:len(codecs)-len(handlers)]
	}
}
