package golden

import (
	"bytes"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/embedded"
	"github.com/feedparity/feedparity/ingest/parity"
)

// neighbour is another feed's delivery with a built-in pair, changed.
func neighbour(t *testing.T, pair, charset, data string, change func(*ingest.Pair)) parity.Delivery {
	t.Helper()
	p, err := ingest.BuiltinPair(pair)
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(&p)
	}
	return parity.Delivery{Feed: "beta", Name: "beta.csv", Data: strings.NewReader(data), Size: int64(len(data)), Charset: charset, Pair: p}
}

func ints(p *ingest.Pair) {
	p.Py2.Types = []ingest.ColumnType{{Column: "stock", Type: "int"}}
	p.Py3.Types = p.Py2.Types
}

func TestTrySpread(t *testing.T) {
	plain := "name;stock\nb;2\nc;3\n"
	for _, tt := range []struct {
		why, cause string
		to         parity.Delivery
		shows      bool
		in         string // the case's input holds it
	}{
		{"a no-break space in another column and dialect", "unicode-whitespace", neighbour(t, "naive", "", plain, ints), true, "\u00a0"},
		{"the same in a file of single bytes", "unicode-whitespace", neighbour(t, "naive", "cp1252", "caf\xe9;stock\nb;2\n", func(p *ingest.Pair) {
			ints(p)
			p.Py3.Codec = "cp1252"
		}), true, "\xa0"},
		{"a feed that converts nothing", "unicode-whitespace", neighbour(t, "detected", "", plain, nil), false, ""},
		{"an underscore between digits", "underscore-digits", neighbour(t, "detected", "", plain, ints), true, "_"},
		{"a NUL in any cell", "nul-byte", neighbour(t, "detected", "", plain, nil), true, "\x00"},
		{"a line end", "lone-cr", neighbour(t, "detected", "", plain, nil), true, "\r"},
		{"a mark at the front", "bom-in-header", neighbour(t, "sig", "", plain, nil), true, "\ufeff"},
		{"a mark that both paths take off", "bom-in-header", neighbour(t, "detected", "utf-8-sig", "\ufeffname\nb\n", nil), false, ""},
		{"a character cut off at the end", "truncated-character", neighbour(t, "detected", "utf-8", "naïve;stock\nb;2\n", func(p *ingest.Pair) { p.Py2.Open = ingest.OpenCodecs }), true, "\xc3"},
		{"another codec in the other path", "mojibake", neighbour(t, "latin1-cp1252", "", plain, nil), true, "\x96"},
		{"the same codec in both", "mojibake", neighbour(t, "detected", "cp1252", "caf\xe9;x\nb;2\n", nil), false, ""},
		{"a delivery of nothing", "nul-byte", neighbour(t, "detected", "", "", nil), false, ""},
	} {
		c := caseOf(t, tt.cause)
		got, err := TrySpread(t.Context(), &parity.Line{Engine: embedded.New()}, Judge{}, c, tt.to)
		if err != nil {
			t.Errorf("%s: %v", tt.why, err)
			continue
		}
		if (got.Case != nil) != tt.shows || tt.shows && got.Tried == 0 {
			t.Errorf("%s: %d tried, case %+v", tt.why, got.Tried, got.Case)
			continue
		}
		if got.Case == nil {
			continue
		}
		if got.Case.Feed != "beta" || got.Case.Cause != tt.cause || len(got.Case.Links) != 1 || got.Case.Links[0] != c.Dir() || !bytes.Contains(got.Case.Input, []byte(tt.in)) {
			t.Errorf("%s: feed %s, cause %s, links %v, input %q", tt.why, got.Case.Feed, got.Case.Cause, got.Case.Links, got.Case.Input)
		}
		if err := got.Case.Validate(); err != nil {
			t.Errorf("%s: %v", tt.why, err)
		}
	}
}

// What the other feed shows already is no news of the case.
func TestTrySpreadPassesOverWhatWasThere(t *testing.T) {
	d := neighbour(t, "detected", "", "name;stock\nb\x00;2\n", nil)
	got, err := TrySpread(t.Context(), &parity.Line{Engine: embedded.New()}, Judge{}, caseOf(t, "nul-byte"), d)
	if err != nil || got.Case != nil || got.Tried == 0 {
		t.Errorf("%+v, %v", got, err)
	}
}
