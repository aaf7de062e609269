package pycell

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/interp/interptest"
	"github.com/feedparity/feedparity/ingest/wire"
)

// A chained question is a column type, in which any step may stand, and a cell.
type chained interptest.Chain

func shownChain(c chained) string { return fmt.Sprintf("%s of %s %q", c.Type, c.Cell.Kind, c.Cell.Str) }

// chainModel answers as cell.py's chains does.
func chainModel(t *testing.T, c chained, py ingest.Python) [2]string {
	t.Helper()
	v, fault, err := Convert(py, c.Type, c.Cell)
	if err != nil {
		t.Fatal(err)
	}
	if fault != nil {
		return [2]string{fault.Type, fault.Message}
	}
	return [2]string{"ok", string(wire.AppendValue(nil, v))}
}

// confirmChains puts questions to an interpreter and returns how many answers
// differ from the model's.
func confirmChains(t *testing.T, p *interp.Process, questions []chained) (mismatches int) {
	t.Helper()
	py := p.Interpreter.Version
	for chunk := range slices.Chunk(questions, 4000) {
		var chains []interptest.Chain
		for _, q := range chunk {
			chains = append(chains, interptest.Chain(q))
		}
		answers, err := interptest.Chains(t.Context(), p, chains)
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range answers {
			if got := chainModel(t, chunk[i], py); got != want {
				if mismatches++; mismatches < 20 {
					t.Errorf("mismatch: %s = %.300q\nCPython: %.300q", shownChain(chunk[i]), got, want)
				}
			}
		}
	}
	return mismatches
}

// chainTypes are the chains that random cells go through, by what cells they want.
var chainTypes = map[string][]string{
	"text": {
		"swapcase", "split", "split|strip", "split:,", `split:\xc3\xa9`, "split|isdigit", "split:;|int", "split|split:a", `split:a|concat:\xe9`,
		"replace:a:b", "replace::-", `replace:a:\xe9`, `replace:\xc3:`, `replace:\x3a:;`, "replace: :", "append:x", `append:\xc3\xa9`, `concat:x`, `concat:\xe9\u20ac`, "concat:",
		"nfc", "nfkc", "nfkc|upper", "isdigit", "isalpha", "isspace", "bool", "str", "format:%s", "format:[%5s]", "format:%-4s<", "format:%.2s%%", "concat:\\xe9|str", "concat:a|format:%6.3s",
		"isalpha|str", "isdigit|format:%d", "bool|div:2", "bool|round", "bool|int|str", "strip|lower|bool", "bool|format:%.1f", "isspace|decimal", "bool|float",
	},
	"number": {
		"float|round:2", "float|round:2|str", "float|round", "float|round:-1", "float|round:0", "float|str", "float|format:%.2f", "float|format:%d", "float|format:%s", "float|format:%10.3e", "float|format:%g", "float|format:%+08.1f", "float|format:%G", "float|format:% E", "float|format:%-12.5s<", "float|format:%F",
		"float|div:100", "float|div:2.5", "float|div:-3|str", "float|int", "float|bool", "float|div:3|round:4|format:%.4f",
		"int|round", "int|round:2", "int|round:-2", "int|round:-2|str", "int|div:2", "int|div:-7", "int|div:2.5", "int|div:10|str", "int|div:3|round:2", "int|str", "int|float", "int|float|str", "int|bool", "int|decimal", "int|format:%d", "int|format:%05d", "int|format:%+d", "int|format:%s", "int|format:%-6d<", "int|format:%.1f", "int|format:% g", "int|format:%012.3f",
		"decimal|str", "decimal|round:2", "decimal|round:0|str", "decimal|round:-1", "decimal|round:2|round:1", "decimal|float", "decimal|format:%.2f", "decimal|format:%+12.3e", "decimal|round:3|format:%g", "decimal|float|div:3", "decimal|bool", "decimal|format:%s", "decimal|format:%.3s", "decimal|format:%8s",
	},
	"date": {
		"date:%Y-%m-%d", "datetime:%Y-%m-%d %H:%M:%S", "date:%d/%m/%y", "date:%d%m%Y", "date:%d.%m.%Y|str", "datetime:%Y-%m-%dT%H:%M:%S.%f|str", "datetime:%I:%M %p", "date:%d %b %Y", "date:%a %d %B %Y", "date:%A, %B %d, %Y", "date:%Y/%j", "date:%j", "datetime:%H:%M%z", "datetime:%Y%m%d%H%M%S%z", "datetime:%H:%M %Z", "datetime:%Z%z %S", "date:%d %%", "date:%m %d|format:%s", "date:%Y|bool", `date:%Y\u5e74%m\u6708%d\u65e5`, "date: %d\t %m", "date:Ask%Mi", "datetime:%d%f%H", "datetime:%S%y%m%d", "date:", "date:it's %Y", "datetime:%b%z",
		"date:%G-W%V-%u", "date:%G %V %a", "date:%G-%V", "date:%G %j", "date:%V %w", "date:%Y-W%U-%w", "date:%Y-W%W-%u", "date:%W %A", "date:%Y %V %u", "date:%Y %U %V %w", "date:%G %V %W %w", "date:%y %j %W %a", "date:%G %V %u %Y", "date:%G %U %u %V %j",
		"datetime:%c", "date:%x", "datetime:%X", "datetime:%x %X", "datetime:%T", "datetime:%d. %R", "datetime:%r", "datetime:%k:%M", "datetime:%l %P", "date:%e.%m.%Y", "date:%-d/%-m/%y", "date:%02d-%_m", "date:%d %Om", "date:%Oe%m", "datetime:%I %Op", "date:%#-5Y", "date:%0%%Y",
	},
}

// datePieces make dates and what is nearly one.
var datePieces = []string{
	"2012", "1999", "0000", "0001", "9999", "12", "01", "02", "1", "2", "29", "30", "31", "32", "366", "365", "060", "00", "0", "13", "59", "60", "61", "69", "68",
	"-", "/", ".", ":", " ", "  ", "\t", "\u00a0", "T", "t", "jan", "Feb", "MAY", "may", "\u017fep", "augu\u017ft", "apr\u0130l", "April", "fr\u0131", "Monday", "sun", "\u017funday", "am", "PM", "pm",
	"+", "+0100", "+01:00", "-01:30:15", "-013015.5", "+01:3015", "+0130:15", "+2400", "+99:59", "-2359", "-9900:00", "Z", "z", "UTC", "gmt", "CET", "000001", "123456", "1234567",
	"\u0662", "\uff11", "\U0001d7cf", "²", "%", "x", "\x00", "'", "\n", "é", "年", "月", "日", ",", "\u212a", "k", "it's", "it\u02bcs", "A\u017fk",
}

// dateFor makes a cell that a format would take, but for a change now and then.
func dateFor(rng *rand.Rand, typ string) string {
	layout := strings.NewReplacer(`\u5e74`, "年", `\u6708`, "月", `\u65e5`, "日", `\t`, "\t").Replace(typ[strings.Index(typ, ":")+1:])
	layout, _, _ = strings.Cut(layout, "|")
	var b strings.Builder
	directive := false
	for _, name := range slices.Sorted(maps.Keys(directives314)) {
		layout = strings.ReplaceAll(layout, "%"+name, directives314[name])
	}
	for _, c := range layout {
		switch {
		case directive && strings.ContainsRune("-_#0123456789", c):
			continue
		case rng.IntN(40) == 0:
			b.WriteString(datePieces[rng.IntN(len(datePieces))])
		case directive:
			b.WriteString(datePart(rng, byte(c)))
		case c == '\'' && rng.IntN(4) == 0:
			b.WriteRune('\u02bc')
		case c != '%':
			b.WriteRune(c)
		}
		directive = c == '%' && !directive
	}
	return b.String()
}

func datePart(rng *rand.Rand, directive byte) string {
	number := func(n int) string {
		return pick(rng, fmt.Sprintf("%d", rng.IntN(n)), fmt.Sprintf("%2d", rng.IntN(n)), fmt.Sprintf("%02d", rng.IntN(n)))
	}
	switch directive {
	case 'Y', 'G':
		return pick(rng, "2012", "1999", "0000", "0001", "9999", "2011", "201\u0662", "12", fmt.Sprintf("%04d", rng.IntN(10000)))
	case 'b', 'B':
		return pick(rng, "jan", "January", "FEB", "february", "may", "Sept", "september", "\u017fep", "apr\u0131l", "dec", "December")
	case 'a', 'A':
		return pick(rng, "mon", "Monday", "sun", "SUNDAY", "fr\u0130", "\u017funday", "wednesday", "wed")
	case 'p':
		return pick(rng, "am", "PM", "p")
	case 'z':
		return pick(rng, "+0100", "-01:30", "+01:30:15", "-013015.5", "+01:30:15.123456", "Z", "z", "+01:3015", "+0130:15", "-2359", "+2400", "-99:59:59.9", "+\u0661\u066100")
	case 'Z':
		return pick(rng, "UTC", "gmt", "GMT", "CET")
	case 'f':
		return pick(rng, "1", "000001", "999999", "1234567", "05", "\u0661")
	case 'j':
		return fmt.Sprintf(pick(rng, "%d", "%03d"), rng.IntN(368))
	case '%':
		return "%"
	case 'y':
		return fmt.Sprintf("%02d", rng.IntN(100))
	}
	return number(map[byte]int{'U': 55, 'W': 55, 'V': 55, 'u': 9, 'w': 8, 'd': 33, 'm': 14, 'H': 26, 'I': 14, 'M': 62, 'S': 63}[directive])
}

// normalPieces are characters that compose, decompose, block and are put in order.
var normalPieces = []string{
	"e", "a", "A", "\u0301", "\u0300", "\u0323", "\u0307", "\u0308", "\u0327", "\u031b", "\u0345", "\u0334", "é", "ế", "Å", "Å", "ﬁ", "①", "Ⅷ", "²", "１", "ｶ", "ﾞ", "カ", "\u3099", "가", "각", "ᄀ", "ᅡ", "ᆨ", "ᆧ", "\u0f71", "\u0f72", "\u0f73", "\u0958", "\u09c7", "\u09be", "\u0b47", "\u0b56", "\u1100", "\u1161", "\u11a8", "\U0001d15e", "\U0001d1bb", "\u2126", "\ufb1d", "\u2adc", "\u0344", "\u1e9b", "ſ", "\u1025", "\u102e", "\U00011131", "\U00011127", "\U000110a5", "\U000110ba", "\U00011935", "\U00011930", "\U000105d2", "\u0307", "\U0001e030", "\u32ff", "\xed\xa0\x80", "ǆ", "㎏", "ﷺ", "\u00a0", " ",
}

func (k chainKind) cell(rng *rand.Rand, typ string) string {
	switch {
	case k == "number" && rng.IntN(2) == 0:
		return pick(rng, "", "-") + pick(rng, strconv.Itoa(rng.IntN(1000)), strconv.FormatFloat(rng.NormFloat64()*1000, 'f', rng.IntN(5), 64), strconv.FormatFloat(float64(rng.IntN(4000))/8, 'f', -1, 64), strconv.FormatFloat(rng.Float64(), 'e', rng.IntN(18), 64), "0.5", "2.5", "0.125", "1e22", "1e16", "1.7e308", "1e-5", "123456789012.5", "1234567890123", "9007199254740993", "25", "15", "inf", "nan", "0", "0.0", strings.Repeat("9", 308+rng.IntN(5)))
	case k == "number":
		return randomNumber(rng)
	case k == "date" && rng.IntN(4) > 0:
		return dateFor(rng, typ)
	case k == "date":
		return randomText(rng, datePieces)
	case strings.HasPrefix(typ, "nf"):
		return randomText(rng, normalPieces) + randomText(rng, normalPieces)
	case rng.IntN(2) == 0:
		return randomText(rng, []string{"a", ",", ";", " ", "é", "1", "12", "b", "\u00a0", "\x1c", ":", "Σ", "ǆ", "\u0661", "²"})
	}
	return randomText(rng, cleanPieces)
}

type chainKind string

func TestChainConfirm(t *testing.T) {
	interptest.Each(t, func(t *testing.T, p *interp.Process) {
		py := p.Interpreter.Version
		if err := interptest.LoadCells(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		rng := rand.New(rand.NewPCG(9, uint64(py.Minor)))
		var questions []chained
		for _, c := range chainTable {
			for _, v := range kinds(py, c.text) {
				questions = append(questions, chained{c.typ, v})
			}
		}
		for i, n := 0, interptest.Cases(24_000); i < n; i++ {
			kind := chainKind([]string{"text", "number", "date"}[i%3])
			types := chainTypes[string(kind)]
			typ := types[rng.IntN(len(types))]
			all := kinds(py, kind.cell(rng, typ))
			questions = append(questions, chained{typ, all[rng.IntN(len(all))]})
		}
		interptest.Record(t, "cell", p, len(questions), confirmChains(t, p, questions))
	})
}

func TestPredicatesConfirm(t *testing.T) {
	interptest.Each(t, func(t *testing.T, p *interp.Process) {
		py := p.Interpreter.Version
		if err := interptest.LoadCells(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		ranges := codePointRanges(3)
		want := call[[][2]string](t, p, "cell.predicates", ranges)
		var got [][2]string
		for cp := range codePoints(ranges) {
			c := ingest.TextOf(rune(cp))
			if line, usual := predicatesOf(t, py, c); !usual {
				got = append(got, [2]string{strconv.FormatInt(int64(cp), 16), line})
			}
		}
		interptest.Record(t, "cell", p, 7*countOf(ranges), countDifferent(t, "predicates and normal forms", got, want))
	})
}

func predicatesOf(t *testing.T, py ingest.Python, c string) (line string, usual bool) {
	var flags, forms []string
	usual = true
	for _, q := range []chained{
		{"isdigit", ingest.Text(c)}, {"isalpha", ingest.Text(c)}, {"isspace", ingest.Text(c)},
		{"nfc", ingest.Text(c)}, {"nfkc", ingest.Text(c)}, {"nfc", ingest.Text("e" + c + "\u0301")}, {"nfkc", ingest.Text(c + "\u0323\u0307")},
	} {
		v, _, err := Clean(py, ingest.Step(q.Type), q.Cell)
		if err != nil {
			t.Fatal(err)
		}
		if v.Kind == ingest.KindBool {
			flags = append(flags, map[bool]string{true: "1", false: "0"}[v.IsTrue()])
			usual = usual && !v.IsTrue()
		} else {
			forms = append(forms, points(v.Kind, v.Str))
			usual = usual && v.Str == q.Cell.Str
		}
	}
	return strings.Join(flags, " ") + "/" + strings.Join(forms, "/"), usual
}
