package pycell

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/interp/interptest"
)

// points writes a string as cell.py does.
func points(kind ingest.Kind, s string) string {
	return interptest.Points(ingest.Value{Kind: kind, Str: s})
}

func call[T any](t *testing.T, p *interp.Process, function string, args any) T {
	t.Helper()
	answer, err := p.Call(t.Context(), function, args)
	if err != nil {
		t.Fatal(err)
	}
	var out T
	if err := json.Unmarshal(answer, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// The steps that map a string to a string, and the types of numbers.
var (
	plainSteps  = ingest.StepNames[:8]
	numberTypes = ingest.TypeNames[1:4]
)

// An asked is one operation on one cell.
type asked struct {
	op string
	v  ingest.Value
}

// model answers as confirm.one does.
func (a asked) model(py ingest.Python) ([2]string, error) {
	if slices.Contains(numberTypes, a.op) {
		v, fault, err := Convert(py, a.op, a.v)
		if fault != nil {
			return [2]string{fault.Type, points(ingest.KindText, fault.Message)}, err
		}
		return [2]string{"ok", points(ingest.KindText, v.Str)}, err
	}
	v, _, err := Clean(py, ingest.Step(a.op), a.v)
	return [2]string{"ok", points(v.Kind, v.Str)}, err
}

// confirm puts the questions to an interpreter and returns how many answers differ.
func confirm(t *testing.T, p *interp.Process, questions []asked) (mismatches int) {
	t.Helper()
	for chunk := range slices.Chunk(questions, 4000) {
		var args [][3]string
		for _, q := range chunk {
			args = append(args, [3]string{q.op, q.v.Kind.String(), points(q.v.Kind, q.v.Str)})
		}
		for i, want := range call[[][2]string](t, p, "cell.cells", args) {
			got, err := chunk[i].model(p.Interpreter.Version)
			if err != nil {
				t.Fatal(err)
			}
			if got != want {
				if mismatches++; mismatches < 20 {
					t.Errorf("mismatch: %s(%s %q) = %.300v\nCPython: %.300v", chunk[i].op, chunk[i].v.Kind, chunk[i].v.Str, readable(got), readable(want))
				}
			}
		}
	}
	return mismatches
}

func readable(a [2]string) string {
	var out []rune
	for _, h := range strings.Fields(a[1]) {
		n, _ := strconv.ParseInt(h, 16, 32)
		out = append(out, rune(n))
	}
	return fmt.Sprintf("%s %+q", a[0], string(out))
}

// kinds are the cells a version can hold a text in.
func kinds(py ingest.Python, text string) []ingest.Value {
	if py.Path() == ingest.Py2 {
		return []ingest.Value{ingest.Text(text), ingest.Bytes(text)}
	}
	return []ingest.Value{ingest.Text(text)}
}

func TestCleanConfirm(t *testing.T) {
	interptest.Each(t, func(t *testing.T, p *interp.Process) {
		if err := interptest.LoadCells(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		cases, mismatches := sweepCodePoints(t, p)
		var questions []asked
		rng := rand.New(rand.NewPCG(6, uint64(p.Interpreter.Version.Minor)))
		for range interptest.Cases(12_000) {
			for _, v := range kinds(p.Interpreter.Version, randomText(rng, cleanPieces)) {
				questions = append(questions, asked{plainSteps[rng.IntN(len(plainSteps))], v})
			}
		}
		mismatches += confirm(t, p, questions)
		interptest.Record(t, "cell", p, cases+len(questions), mismatches)
	})
}

// sweepCodePoints runs every step on every code point, alone and in the contexts
// that a final sigma, a word or an edge depend on.
func sweepCodePoints(t *testing.T, p *interp.Process) (cases, mismatches int) {
	contexts := map[string][][2]string{
		"strip": {{"", ""}, {"x", "x"}}, "lstrip": {{"", "x "}}, "rstrip": {{" x", ""}}, "upper": {{"", ""}},
		"lower":      {{"", ""}, {"a", "Σ"}, {"", "Σ"}, {"aΣ", ""}, {"aΣ", "b"}, {"aΣ.", "'b"}},
		"title":      {{"", "aΣ"}, {"Σ", "BΣ"}},
		"capitalize": {{"", "A"}, {"A", "Σ"}}, "swapcase": {{"", ""}},
	}
	for _, op := range plainSteps {
		for i, c := range contexts[op] {
			ranges := codePointRanges(i)
			args := []any{op, points(ingest.KindText, c[0]), points(ingest.KindText, c[1]), ranges}
			want := call[[][2]string](t, p, "cell.sweep", args)
			got := sweepModel(t, p.Interpreter.Version, ingest.Step(op), c, ranges)
			cases += countOf(ranges)
			mismatches += countDifferent(t, fmt.Sprintf("%s of %+q?%+q", op, c[0], c[1]), got, want)
		}
	}
	return cases, mismatches
}

// codePointRanges are the ranges (first, end and step) of the code points to try: at
// full scale all of the planes that have letters, marks, digits and spaces, and a
// sample of the others, which "make confirm-long" makes finer; else a sample. The
// i-th list has another sample than the one before.
func codePointRanges(i int) [][3]int {
	var out [][3]int
	for _, r := range [][2]int{{0, 0x20000}, {0x2F800, 0x2FA20}, {0xE0000, 0xE0200}} {
		step := (r[1] - r[0]) / min(r[1]-r[0], interptest.Cases(r[1]-r[0]))
		out = append(out, [3]int{r[0] + i*7%step, r[1], step})
	}
	step := (0x110000 - 0x20000) / min(0x110000-0x20000, interptest.Cases(0x4000))
	return append(out, [3]int{0x20000 + i*7%step, 0x110000, step})
}

func countOf(ranges [][3]int) (n int) {
	for _, r := range ranges {
		n += (r[1] - r[0] + r[2] - 1) / r[2]
	}
	return n
}

// codePoints iterates over ranges.
func codePoints(ranges [][3]int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for _, r := range ranges {
			for cp := r[0]; cp < r[1]; cp += r[2] {
				if !yield(cp) {
					return
				}
			}
		}
	}
}

func sweepModel(t *testing.T, py ingest.Python, op ingest.Step, context [2]string, ranges [][3]int) (out [][2]string) {
	clean := func(c string) string {
		v, _, err := Clean(py, op, ingest.Text(context[0]+c+context[1]))
		if err != nil {
			t.Fatal(err)
		}
		return v.Str
	}
	before, after, _ := strings.Cut(clean("一"), "一")
	for cp := range codePoints(ranges) {
		c := ingest.TextOf(rune(cp))
		if got := clean(c); got != before+c+after {
			out = append(out, [2]string{strconv.FormatInt(int64(cp), 16), points(ingest.KindText, got)})
		}
	}
	return out
}

func countDifferent(t *testing.T, what string, got, want [][2]string) (n int) {
	t.Helper()
	all := map[string][2]string{}
	for _, g := range got {
		all[g[0]] = [2]string{g[1], ""}
	}
	for _, w := range want {
		all[w[0]] = [2]string{all[w[0]][0], w[1]}
	}
	for cp, both := range all {
		if both[0] != both[1] {
			if n++; n < 10 {
				t.Errorf("mismatch: %s with U+%s = %q, CPython %q", what, cp, both[0], both[1])
			}
		}
	}
	return n
}

func TestConvertConfirm(t *testing.T) {
	interptest.Each(t, func(t *testing.T, p *interp.Process) {
		if err := interptest.LoadCells(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		var texts []string
		for _, c := range convertTable {
			texts = append(texts, c.text)
		}
		texts = append(texts, boundaryTexts...)
		rng := rand.New(rand.NewPCG(1, uint64(p.Interpreter.Version.Minor)))
		for range interptest.Cases(6_000) {
			texts = append(texts, randomNumber(rng))
		}
		step := 0x110000 / min(0x110000, interptest.Cases(0x110000/128))
		for cp := rng.IntN(step); cp < 0x110000; cp += step {
			texts = append(texts, ingest.TextOf('1', rune(cp)), ingest.TextOf(rune(cp), '1'))
		}
		var questions []asked
		for _, text := range texts {
			for _, v := range kinds(p.Interpreter.Version, text) {
				questions = append(questions, asked{"int", v}, asked{"float", v}, asked{"decimal", v})
			}
		}
		interptest.Record(t, "cell", p, len(questions), confirm(t, p, questions))
	})
}

// numberPieces are what numbers and near-numbers are made of, each for a rule of
// its own; randomNumber joins a few.
var numberPieces = []string{
	"0", "1", "7", "12", "000", "99999999999999999999", "4503599627370497.5", "9007199254740993", "2.2250738585072011", "0.1",
	"+", "-", ".", ".5", "1.", "e", "E", "e5", "E-7", "e+", "e400", "e-400", "e308", "e-324", "e22", "e999999999999999999", "e-1999999999999999997", "e0000000000000000000005",
	"_", "1_0", "_1", "inf", "Infinity", "iNf", "nan", "NaN", "sNaN", "nan0012", "in", "n", "i", "s",
	" ", "\t", "\n", "\v", "\f", "\r", "\x1c", "\x1f", "\u0085", "\u00a0", "\u1680", "\u180e", "\u2003", "\u2028", "\u3000", "\u200b", "\ufeff",
	"\x00", "\x7f", "x", "L", "0x1", "0b1", "j", ",", "'", "\"", "\\", "%", "$",
	"٣", "１", "𝟏", "१", "²", "½", "é", "ÿ", "€", "−", "İ", "ı", "ſ", "K", "\u2000", "\U0001f600", "\xed\xa0\x80", "\xed\xb0\x80",
	"\U0001fbf0", "\U00010d30", "\U00011950", "\u1090", // digits that later Unicode versions added
	strings.Repeat("1", 199), strings.Repeat("9", 310),
}

// boundaryTexts lie on both sides of _decimal's limits and of floats' range.
var boundaryTexts = strings.Fields(`1e999999999999999999 1e1000000000000000000 10e999999999999999998 10e999999999999999999
	0e999999999999999999 0e1000000000000000000 0.0e1000000000000000000 0.00e1000000000000000001 1.5e1000000000000000000
	1e-1999999999999999997 1e-1999999999999999998 10e-1999999999999999998 0e-1999999999999999997 0e-1999999999999999998 0.1e-1999999999999999996 0.1e-1999999999999999997
	1e9223372036854775807 1e9223372036854775808 1e-9223372036854775809 1e99999999999999999999999 0e-99999999999999999999999 1e+00000000000000000000000000007
	1.7976931348623157e308 1.7976931348623158e308 1.7976931348623159e308 4.9e-324 2.4703282292062327e-324 2.4703282292062328e-324 2.2250738585072011e-308
	1e-6 1e-7 0.000001 0.0000001 0.00000123 123456e-6 123456e-11 123456e-12 12e1 12e0 0e1 0e0 0e-6 0e-7 00e-5 9999999999999998.0 9999999999999999.0 1e15 1e16 1e17 0.0001 0.00001`)

// randomNumber is a number with something added in every place where an addition
// may or may not be allowed, or pieces at random, or one about the digit limit.
func randomNumber(rng *rand.Rand) string {
	if rng.IntN(2) == 0 {
		edge := func() string {
			return pick(rng, "", "", "", " ", "\t", "\u00a0", "\u2003", "\x1c", "\u180e", "\x00", "_")
		}
		digits := func() string {
			return pick(rng, "0", "7", "12", "1_0", "000", "", "٣", "１２", "450359962737049", "_", "1 ")
		}
		return edge() + pick(rng, "", "", "-", "+", "- ") + digits() + pick(rng, "", ".", ".") + digits() +
			pick(rng, "", "", "e", "E-", "e+") + digits() + edge() + pick(rng, "", "", "", "x", "L")
	}
	if rng.IntN(400) == 0 { // about the limit on digits
		return pick(rng, "", " ", "-", "1_") + strings.Repeat("3", 4290+rng.IntN(20)) + pick(rng, "", " ", "x", "_", "_1", "__1", "\x00", "é", ".5", "e-4290")
	}
	return randomText(rng, numberPieces)
}

func pick(rng *rand.Rand, from ...string) string { return from[rng.IntN(len(from))] }

// cleanPieces have a rule of their own in a cleaning step.
var cleanPieces = []string{
	"a", "A", "z", "Z", "1", "'", "-", ".", " ", "\t", "\x1c", "\u0085", "\u00a0", "\u180e", "\u2003", "\u200b", "\ufeff",
	"Σ", "Σ", "ς", "σ", "ß", "ẞ", "İ", "i̇", "ı", "ŉ", "ﬁ", "ΐ", "ǅ", "Ǆ", "ǆ", "ა", "Ა", "ꭰ", "Ꭰ", "Ⅷ", "ⓐ", "µ", "ÿ", "K", "Å", "ͅ", "ʰ", "\u00ad", "\u0301", "ᾳ", "ᾼ", "𐐨", "𐐀", "\xed\xa0\x80", "\x00", "É",
}

func randomText(rng *rand.Rand, pieces []string) string {
	var b strings.Builder
	for range rng.IntN(6) {
		b.WriteString(pieces[rng.IntN(len(pieces))])
	}
	return b.String()
}
