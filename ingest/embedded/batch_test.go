package embedded_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/diff"
	"github.com/feedparity/feedparity/ingest/embedded"
	"github.com/feedparity/feedparity/ingest/pycsv"
	"github.com/feedparity/feedparity/ingest/wire"
)

// oneByOne hides that rows may come in batches.
type oneByOne struct{ ingest.Rows }

// batched reads batches where it can, and says how many of the rows came in them.
func batched(t *testing.T, in ingest.Input) (outcome string, packed int) {
	t.Helper()
	rows, err := embedded.New().Ingest(t.Context(), in)
	if err != nil {
		t.Fatalf("%s: %v", in.Settings, err)
	}
	defer rows.Close()
	var o ingest.Outcome
	var cells []ingest.Value
	for {
		if b := rows.(interface{ Batch() *ingest.Batch }).Batch(); b != nil {
			packed += b.Rows
			for b.Rows > 0 {
				var row ingest.Row
				row, cells = b.Next(cells)
				o.Rows = append(o.Rows, row.Clone())
			}
			continue
		}
		row, ok := rows.Next()
		if !ok {
			break
		}
		o.Rows = append(o.Rows, row.Clone())
	}
	if o.Fault, err = rows.Fault(); err != nil {
		t.Fatal(err)
	}
	return shown(o), packed
}

// shown is an outcome with its rows' offsets.
func shown(o ingest.Outcome) string {
	text := string(wire.AppendOutcome(nil, o))
	for _, r := range o.Rows {
		text += fmt.Sprint(" ", r.Offset)
	}
	return text
}

func single(t *testing.T, in ingest.Input) string {
	t.Helper()
	rows, err := embedded.New().Ingest(t.Context(), in)
	if err != nil {
		t.Fatalf("%s: %v", in.Settings, err)
	}
	o, err := ingest.Collect(oneByOne{rows})
	if err != nil {
		t.Fatal(err)
	}
	return shown(o)
}

// variants are Settings whose rows may come in batches, or nearly so.
var variants = [][]change{
	nil, nil, nil,
	{steps("strip")},
	{steps("lstrip"), codec("cp1252")},
	{steps("rstrip", "lstrip"), codec("latin-1")},
	{steps("strip"), codec("gb18030")},
	{steps("strip"), codec("shift_jis")},
	{steps("strip"), codec("cp1252"), func(s *ingest.Settings) { s.Errors = "replace" }},
	{codec("utf-8"), func(s *ingest.Settings) { s.Errors = "ignore" }},
	{codec("utf-8-sig"), steps("strip")},
	{codec("utf-16")},
	{codec("ascii"), steps("strip")},
	{steps("strip", "lower")},
	{typed("1", "float")},
	{dict}, {sniffed},
	{limit(40)},
	{quoting(3)},
	{mode(ingest.OpenUniversal), steps("strip")},
	{mode(ingest.OpenBytes), steps("strip")},
	{mode(ingest.OpenTextUniversal)},
	{mode(ingest.OpenIO)},
	{mode(ingest.OpenCodecs)},
	{func(s *ingest.Settings) {
		s.Dialect = ingest.Dialect{{Name: "delimiter", Value: ingest.Bytes(";")}, {Name: "strict", Value: ingest.Bool(true)}}
	}},
}

// sample returns a feed of ordinary lines, of which some are odd and, in few, much is.
func sample(r *rand.Rand) []byte {
	pick := func(from ...string) string { return from[r.IntN(len(from))] }
	odd := r.Float64() * r.Float64()
	ends := [][]string{{"\n"}, {"\n"}, {"\n"}, {"\r\n"}, {"\r\n"}, {"\n", "\r\n", "\r", "\n", "\n"}, {"\r"}}[r.IntN(7)]
	var b []byte
	for size := r.IntN(1 << (6 + r.IntN(10))); len(b) < size; {
		for range 1 + r.IntN(5) {
			cell := strings.Repeat(pick("a", "12", "lamp ", "hex nut M8, "), r.IntN(9))
			switch {
			case r.Float64() < odd*.2:
				cell += pick("\"", "\x00", "\r", "\xff", "\xe9", "é", "\u00a0", "\u2003", "中", "\u180e", "\x1f", "\xed\xa0\x80") + pick("", cell)
			case r.IntN(4) == 0:
				cell = " " + cell + pick(" ", "\t", "")
			}
			if r.IntN(3) == 0 {
				cell = "\"" + strings.ReplaceAll(cell, "p", pick("p", "\"\"", "\n", "\r\n")) + "\""
			}
			b = append(append(b, cell...), pick(",", ",", ",", ";")...)
		}
		b = append(append(b, pick("x", "", "\"\"")...), pick(ends...)...)
	}
	return b[:len(b)-min(r.IntN(9)*r.IntN(2), len(b))]
}

// TestBatches: rows in batches are the rows that come one by one, with the same fault
// behind them, in every version, and comparing either tells the same.
func TestBatches(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	packed, all := 0, 0
	check := func(in ingest.Input) string {
		got, n := batched(t, in)
		if want := single(t, in); got != want {
			at := 0
			for at < min(len(got), len(want)) && got[at] == want[at] {
				at++
			}
			at = max(at-200, 0)
			t.Fatalf("%s: in batches, from byte %d\n%.600s\none by one\n%.600s", in.Settings, at, got[at:], want[at:])
		}
		packed += n
		all += strings.Count(got, "\n")
		return got
	}
	for _, c := range ingestCases {
		check(caseInput(c.in, c.python, c.changes))
	}
	for _, data := range []string{"é,b\n", "a\né\n", "a,\"b \"\"é\"\"\"\n\"\"\"\"\"\",é\n"} { // bytes are not text
		compareBoth(t, inputOf([]byte(data), py2, []change{mode(ingest.OpenBytes)}), inputOf([]byte(data), py3, nil))
		compareBoth(t, inputOf([]byte(data), py2, []change{codec("latin-1")}), inputOf([]byte(data), py3, nil))
	}
	for _, last := range lastLines {
		for _, changes := range variants {
			for _, in := range []ingest.Input{inputOf([]byte("a,b\n"+last), py2, changes), inputOf([]byte("a,b\n"+last), py3, changes)} {
				if in.Settings.Validate() == nil {
					check(in)
				}
			}
		}
	}
	for range 500 {
		data := sample(r)
		one := inputOf(data, py2, variants[r.IntN(len(variants))])
		other := inputOf(data, pick3(r), variants[r.IntN(len(variants))])
		for _, in := range []ingest.Input{one, other} {
			if in.Settings.Validate() == nil {
				check(in)
			}
		}
		compareBoth(t, one, other)
	}
	if packed < all/4 {
		t.Errorf("%d of %d rows came in batches", packed, all)
	}
}

// lastLines have no end, or one that is none in every mode.
var lastLines = []string{
	"c", "c,", ",", "c,d", " ", "\"c\"", "\"c", "\"c\"\"", "c\"", "\"\"", "\"", "\"c\"d", "\"c\nd", "\"c\n\"", "c\r", "\r", "\"c\"\r", "\"c\r", "\r\r", "c\x00", "\x00",
	"c\\", "\\", "\"\\\"", "c\u2028", "c\u0085", "c\x1c", "c\x0b", "\u2003", "\xc3", "c,\xe2\x80", "\x81", "\u4e2d", strings.Repeat("c", 39), strings.Repeat("c", 40), strings.Repeat("c", 41),
	strings.Repeat("c", 60), strings.Repeat("c,", 30) + "\"", strings.Repeat("c", 59) + "\r", strings.Repeat("c", 8188), strings.Repeat("c", 8189), strings.Repeat("c", 8187) + "\r",
	"c\r\nd", "c;d", "c\n\nd", "c\n\n",
}

func inputOf(data []byte, py ingest.Python, changes []change) ingest.Input {
	in := caseInput(string(data), py, changes)
	in.Data = bytes.NewReader(data)
	return in
}

// compareBoth compares two paths with and without batches.
func compareBoth(t *testing.T, py2, py3 ingest.Input) {
	t.Helper()
	if py2.Settings.Validate() != nil || py3.Settings.Validate() != nil {
		return
	}
	for _, c := range []ingest.Comparison{{}, {Ignore: []string{"2"}}, {Key: []string{"1"}}} {
		var told [2]string
		for i := range told {
			var rows [2]ingest.Rows
			for p, in := range []ingest.Input{py2, py3} {
				var err error
				if rows[p], err = embedded.New().Ingest(t.Context(), in); err != nil {
					t.Fatal(err)
				}
				if i == 1 {
					rows[p] = oneByOne{rows[p]}
				}
			}
			res, err := diff.Compare(rows[0], rows[1], c)
			if res.Order != nil {
				told[i] = fmt.Sprintf("%+v ", *res.Order)
			}
			res.Order = nil
			told[i] += fmt.Sprintf("%+v %v", res, err)
			rows[0].Close()
			rows[1].Close()
		}
		if told[0] != told[1] {
			t.Fatalf("%s\n%s\n%+v: in batches\n%.3000s\none by one\n%.3000s", py2.Settings, py3.Settings, c, told[0], told[1])
		}
	}
}

// pick3 returns any modelled version of Python 3.
func pick3(r *rand.Rand) ingest.Python {
	all := pycsv.Modelled()
	return all[1+r.IntN(len(all)-1)]
}
