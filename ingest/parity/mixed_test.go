package parity_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest/detect"
	"github.com/feedparity/feedparity/ingest/normalize"
	"github.com/feedparity/feedparity/ingest/parity"
)

// TestManyCharsets: a delivery whose rows are by turns in two charsets is read row by
// row, and one with more turns than are kept is refused rather than guessed at.
func TestManyCharsets(t *testing.T) {
	const both = "1,caf\xc3\xa9 cr\xc3\xa8me\n2,M\xfcller\n"
	for _, c := range []struct {
		pairs int
		fails bool
	}{{1000, false}, {40000, true}} {
		in := []byte("sku,name\n" + strings.Repeat(both, c.pairs))
		found, err := detect.Bytes(in, detect.Options{})
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		_, err = normalize.Normalize(&out, bytes.NewReader(in), parity.NormalizeOptions(found))
		if c.fails {
			if err == nil || !strings.Contains(err.Error(), "ascii") {
				t.Errorf("%d pairs: %v", c.pairs, err)
			}
			continue
		}
		if want := "sku,name\n" + strings.Repeat("1,café crème\n2,Müller\n", c.pairs); err != nil || out.String() != want {
			t.Errorf("%d pairs: %v, %.60q", c.pairs, err, out.String())
		}
	}
}
