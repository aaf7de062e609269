package parity_test

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest/detect"
	"github.com/feedparity/feedparity/ingest/normalize"
	"github.com/feedparity/feedparity/ingest/parity"
)

// cells are what random tables are made of.
var cells = []string{"bolt", "blue nut", "saw, hand", "5\" pipe", "Total", "note: x", "café", "a;b", "1;2;3", "12", "1,50", "3.5", "2026-01-02", "", "", "'tis", "x|y", "x|y|z", "two\nlines", "#1", "\u00a0", "C:\\x", "\"", "=1+1"}

// randomTable is one in a random dialect, ragged now and then, with empty lines; the
// quotes are well formed.
func randomTable(rng *rand.Rand) []byte {
	pick := func(of ...string) string { return of[rng.IntN(len(of))] }
	d, end, columns, all := pick(",", ";", "\t", "|"), pick("\n", "\r\n", "\r"), 1+rng.IntN(6), rng.IntN(3) == 0
	lists := rng.IntN(columns) // where all cells are lists, in some
	var b strings.Builder
	for r := range 1 + rng.IntN(9) {
		width := columns
		if rng.IntN(7) == 0 {
			width = 1 + rng.IntN(7)
		}
		for k := range width {
			w := pick(cells...)
			switch {
			case r == 0 && rng.IntN(2) == 0:
				w = "col" + strconv.Itoa(k)
			case k == lists && all:
				w = strconv.Itoa(r) + pick(";", "|", ",") + strconv.Itoa(k)
			case rng.IntN(3) == 0:
				w = strconv.Itoa(rng.IntN(1000))
			}
			if all || rng.IntN(5) < 2 || strings.ContainsAny(w, "\r\n\""+d) {
				w = `"` + strings.ReplaceAll(w, `"`, `""`) + `"`
			}
			if k > 0 {
				b.WriteString(d)
			}
			b.WriteString(w)
		}
		b.WriteString(strings.Repeat(end, 1+rng.IntN(13)/12))
	}
	return []byte(b.String())
}

// TestCanonicalTwice does what the command does, twice: what it has written in the
// canonical dialect it finds to be in that, and leaves it alone.
func TestCanonicalTwice(t *testing.T) {
	inputs := [][]byte{
		[]byte("\"text\"\n\"colour: red\"\n\"colour: blue\"\n\"size: 4\"\n"), []byte("\"a|b\"\n\"c|d\"\n\"e|f\"\n"), []byte("\"sku;x\",\"n;y\"\n\"1;2\",\"3;4\"\n\"5;6\",\"7;8\"\n"),
		[]byte("\"sku\",\"range\"\n\"A1\",\"1;2;3\"\n\"A2\",\"4;5;6\"\n\"A3\",\"7;8;9\"\n"), []byte("\"range\"\n\"1;2;3\"\n\"4;5;6\"\n\"7;8;9\"\n"),
		[]byte("sku,range\nA1,1;2;3\nA2,4;5;6\n"), []byte("sku,a,b\nA1,1,2\nA2,3,4\nTotal: 2"), []byte("sku,a,b\nA1,1,2\nA2,3,4\n\nBig table"),
	}
	for rng := rand.New(rand.NewPCG(7, 9)); len(inputs) < 6000; {
		inputs = append(inputs, randomTable(rng))
	}
	wrong := 0
	for _, in := range inputs {
		once := canonicalOf(t, in)
		if twice := canonicalOf(t, once); !bytes.Equal(once, twice) {
			if wrong++; wrong < 6 {
				t.Errorf("%q\nonce  %q\ntwice %q", in, once, twice)
			}
		}
	}
	if wrong > 0 {
		t.Errorf("%d of %d", wrong, len(inputs))
	}
}

func canonicalOf(t *testing.T, in []byte) []byte {
	t.Helper()
	found, err := detect.Bytes(in, detect.Options{})
	if err != nil {
		t.Fatal(err)
	}
	o := parity.NormalizeOptions(found)
	o.Canonical = true
	var out bytes.Buffer
	edits, err := normalize.Normalize(&out, bytes.NewReader(in), o)
	if err != nil {
		t.Fatalf("%q: %v", in, err)
	}
	if err := normalize.Verify(bytes.NewReader(in), bytes.NewReader(out.Bytes()), normalize.All(slices.Clone(edits))); err != nil {
		t.Fatalf("%q: %v", in, err)
	}
	return out.Bytes()
}
