package pollute

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"strings"
)

// File is a spoiled file and what is in it.
type File struct {
	Table, Pollution string
	Data             []byte
	Delimiter        byte
	Quotechar        byte
	Header           bool
	// Rows is the table as it was meant, header included. Lossless says that the file
	// still tells it: that no other table, written well and spoiled in the same way,
	// gives these bytes.
	Rows     [][]string
	Lossless bool
}

// pollution spoils a file, and says whether the table can still be told and whether
// there was anything to spoil.
type pollution struct {
	name string
	do   func(f *file, rng *rand.Rand) (lossless, ok bool)
}

// always is a pollution that loses nothing and fits every table.
func always(name string, do func(f *file, rng *rand.Rand)) pollution {
	return pollution{name, func(f *file, rng *rand.Rand) (bool, bool) { do(f, rng); return true, true }}
}

func delimited(name, d string) pollution {
	return always(name, func(f *file, _ *rand.Rand) { f.delimiter = d })
}

func ended(name string, ending func(int) string) pollution {
	return always(name, func(f *file, _ *rand.Rand) { f.ending = ending })
}

func ending(s string) func(int) string { return func(int) string { return s } }

// pollutions are all ways to spoil a file.
var pollutions = slices.Concat(layouts, surroundings, strays)

// layouts are files that are well formed in another way.
var layouts = []pollution{
	always("clean", func(*file, *rand.Rand) {}),
	delimited("semicolon", ";"), delimited("tab", "\t"), delimited("pipe", "|"), delimited("tilde", "~"),
	{"decimal comma", func(f *file, _ *rand.Rand) (bool, bool) {
		f.delimiter = ";"
		return true, decimalCommas(f.records)
	}},
	{"single quotes", func(f *file, _ *rand.Rand) (bool, bool) {
		f.quote = "'"
		return true, f.quotesSomething()
	}},
	always("all single-quoted", func(f *file, _ *rand.Rand) { f.quote, f.quoteAll = "'", true }),
	always("all quoted", func(f *file, _ *rand.Rand) { f.quoteAll = true }),
	always("all quoted, semicolon", func(f *file, _ *rand.Rand) { f.quoteAll, f.delimiter = true, ";" }),
	{"escaped quotes", func(f *file, _ *rand.Rand) (bool, bool) {
		f.escape, f.quoteAll = `\`, true
		return true, contains(f.records, f.quote)
	}},
	{"escaped delimiters", func(f *file, _ *rand.Rand) (bool, bool) {
		f.escape, f.noQuotes = `\`, true
		return true, contains(f.records, f.delimiter) && !contains(f.records, "\n")
	}},
	{"blank after delimiters", func(f *file, _ *rand.Rand) (bool, bool) {
		f.after, f.quoteAll = " ", true
		return true, true
	}},
	ended("crlf", ending("\r\n")), ended("cr", ending("\r")), ended("crcrlf", ending("\r\r\n")),
	ended("mixed line ends", func(i int) string { return []string{"\n", "\r\n"}[i*i/3%2] }),
	always("no last line end", func(f *file, _ *rand.Rand) { f.final = false }),
	always("byte order mark", func(f *file, _ *rand.Rand) {
		f.wrap = func(b []byte) []byte { return append([]byte("\ufeff"), b...) }
	}),
	always("utf-16", func(f *file, _ *rand.Rand) { f.wrap, f.delimiter = utf16le, "\t" }),
	{"latin-1", func(f *file, _ *rand.Rand) (bool, bool) {
		f.wrap = latin1
		return true, contains(f.records, "é") && !contains(f.records, "ž")
	}},
	always("NULs and Ctrl-Z", func(f *file, rng *rand.Rand) {
		f.wrap = func(b []byte) []byte {
			at := rng.IntN(len(b))
			return slices.Concat(b[:at], []byte{0, 0}, b[at:], []byte{0x1a})
		}
	}),
}

// surroundings are what stands above, below and between.
var surroundings = []pollution{
	always("empty lines at the end", func(f *file, rng *rand.Rand) { f.below = make([]string, 1+rng.IntN(4)) }),
	always("empty lines between", func(f *file, rng *rand.Rand) {
		for i := range f.records {
			if rng.IntN(4) == 0 {
				f.spoil(i, func(s string) string { return s + f.ending(0) })
			}
		}
	}),
	always("title", func(f *file, rng *rand.Rand) { f.above = titles(rng) }),
	always("title and empty line", func(f *file, rng *rand.Rand) { f.above = append(titles(rng), "") }),
	always("title as a spreadsheet writes it", func(f *file, rng *rand.Rand) {
		pad := strings.Repeat(f.delimiter, len(f.records[0])-1)
		for _, s := range append(titles(rng), "") {
			f.above = append(f.above, f.cell(s)+pad)
		}
	}),
	always("comments", func(f *file, rng *rand.Rand) {
		f.above = []string{"# exported 2026-11-22", "# by stock 4.2"}[:1+rng.IntN(2)]
	}),
	always("total below", func(f *file, rng *rand.Rand) { f.below = totals(rng) }),
	always("empty line and note below", func(f *file, rng *rand.Rand) { f.below = append([]string{""}, totals(rng)...) }),
	always("title and note, semicolon", func(f *file, rng *rand.Rand) {
		f.delimiter, f.above, f.below = ";", titles(rng), totals(rng)
	}),
	{"several tables", func(f *file, rng *rand.Rand) (bool, bool) {
		f.below = append(f.below, "")
		second := [][]string{{"depot", "van"}, {"Leeds", "3"}, {"Hull", "1"}, {"York", "2"}}
		for _, r := range second[:2+rng.IntN(3)] {
			f.below = append(f.below, strings.Join(r, f.delimiter))
			f.records = append(f.records[:len(f.records):len(f.records)], r)
		}
		f.shown = len(f.records) - (len(f.below) - 1)
		return true, true
	}},
	{"no header", func(f *file, _ *rand.Rand) (bool, bool) {
		f.records, f.headless = f.records[1:], true
		return true, true
	}},
}

// strays are missing, doubled and stray delimiters and quotes.
var strays = []pollution{
	always("a delimiter at the end of each line", func(f *file, _ *rand.Rand) {
		for i := range f.records {
			f.spoil(i, func(s string) string { return s + f.delimiter })
		}
	}),
	always("delimiters at the end of a line", func(f *file, rng *rand.Rand) {
		f.spoil(f.row(rng), func(s string) string { return s + strings.Repeat(f.delimiter, 1+rng.IntN(2)) })
	}),
	{"a doubled delimiter", func(f *file, rng *rand.Rand) (bool, bool) {
		i := f.row(rng)
		at := 1 + rng.IntN(len(f.records[i])-1)
		f.edit[i] = func(cells []string) string {
			return strings.Join(cells[:at], f.delimiter) + f.delimiter + f.delimiter + strings.Join(cells[at:], f.delimiter)
		}
		return !slices.Contains(f.records[i], ""), true
	}},
	{"a missing delimiter", func(f *file, rng *rand.Rand) (bool, bool) {
		i := f.row(rng)
		at := 1 + rng.IntN(len(f.records[i])-1)
		f.edit[i] = func(cells []string) string {
			return strings.Join(cells[:at], f.delimiter) + strings.Join(cells[at:], f.delimiter)
		}
		return false, true
	}},
	{"missing cells", func(f *file, rng *rand.Rand) (bool, bool) {
		i := f.row(rng)
		f.edit[i] = func(cells []string) string { return strings.Join(cells[:1+rng.IntN(len(cells)-1)], f.delimiter) }
		return false, true
	}},
	{"cut off", func(f *file, rng *rand.Rand) (bool, bool) {
		f.wrap = func(b []byte) []byte { return b[:len(b)-2-rng.IntN(8)] }
		return false, true
	}},
	onCell("the closing quote is missing", func(f *file, s string) (string, bool) { return f.quote + s, true }),
	onCell("the opening quote is missing", func(f *file, s string) (string, bool) {
		return s + f.quote, f.quoteAll || strings.Contains(s, f.delimiter)
	}),
	onCell("doubled outer quotes", func(f *file, s string) (string, bool) { return f.quote + f.quote + s + f.quote + f.quote, true }),
	onCell("a stray quote", func(f *file, s string) (string, bool) {
		return s[:len(s)/2] + f.quote + s[len(s)/2:], false
	}),
	onCell("blanks around quotes", func(f *file, s string) (string, bool) { return " " + f.quote + s + f.quote + " ", true }),
	{"quotes that are not doubled", func(f *file, rng *rand.Rand) (bool, bool) {
		n := 0
		for i, r := range f.records {
			if !contains([][]string{r}, f.quote) || contains([][]string{r}, f.quote+f.delimiter) || contains([][]string{r}, "\n") {
				continue
			}
			n++
			f.edit[i] = func(cells []string) string {
				return strings.ReplaceAll(strings.Join(cells, f.delimiter), f.quote+f.quote, f.quote)
			}
		}
		return !slices.ContainsFunc(f.records, edges(f.quote)), n > 0
	}},
	{"quotes that are not quoted", func(f *file, rng *rand.Rand) (bool, bool) {
		n := 0
		for i, r := range f.records {
			if !contains([][]string{r}, f.quote) || contains([][]string{r}, f.delimiter) || edges(f.quote)(r) {
				continue
			}
			n++
			f.edit[i] = func([]string) string { return strings.Join(f.records[i], f.delimiter) }
		}
		return true, n > 0
	}},
}

// edges reports a record with a cell that begins or ends with a quote of its own.
func edges(quote string) func([]string) bool {
	return func(r []string) bool {
		return slices.ContainsFunc(r, func(s string) bool { return strings.HasPrefix(s, quote) || strings.HasSuffix(s, quote) })
	}
}

// onCell spoils one cell of one record, one of words without a quote or line break in
// it. In half of the files all cells are quoted.
func onCell(name string, do func(f *file, s string) (string, bool)) pollution {
	return pollution{name, func(f *file, rng *rand.Rand) (bool, bool) {
		f.quoteAll = rng.IntN(2) == 0
		for range 100 {
			i := f.row(rng)
			c := rng.IntN(len(f.records[i]))
			s := f.records[i][c]
			if len(s) < 3 || s[0] >= '0' && s[0] <= '9' || strings.ContainsAny(s, f.quote+"\n") {
				continue
			}
			spoiled, lossless := do(f, s)
			f.edit[i] = func(cells []string) string {
				cells[c] = spoiled
				return strings.Join(cells, f.delimiter)
			}
			return lossless, true
		}
		return false, false
	}}
}

// spoil changes the line of a record.
func (f *file) spoil(i int, do func(line string) string) {
	f.edit[i] = func(cells []string) string { return do(strings.Join(cells, f.delimiter)) }
}

// row picks a record that is not the header.
func (f *file) row(rng *rand.Rand) int { return 1 + rng.IntN(len(f.records)-1) }

func (f *file) quotesSomething() bool {
	return slices.ContainsFunc(f.records, func(r []string) bool { return slices.ContainsFunc(r, f.needsQuotes) })
}

func contains(records [][]string, s string) bool {
	return slices.ContainsFunc(records, func(r []string) bool {
		return slices.ContainsFunc(r, func(c string) bool { return strings.Contains(c, s) })
	})
}

// decimalCommas writes numbers as they are written where commas are decimal.
func decimalCommas(records [][]string) (any bool) {
	for _, r := range records {
		for c, s := range r {
			if t := strings.ReplaceAll(s, ".", ","); t != s && strings.Trim(s, "0123456789.") == "" && strings.Count(s, ".") == 1 {
				r[c], any = t, true
			}
		}
	}
	return any
}

func titles(rng *rand.Rand) []string {
	all := []string{"Stock list", "Moorwood Ltd", "Date: 22.11.2026", "All prices in GBP"}
	return all[:1+rng.IntN(len(all))]
}

func totals(rng *rand.Rand) []string {
	return [][]string{{"Total: 12 records"}, {"-- end of file --"}, {"Prices without VAT", "Printed on 22.11.2026"}}[rng.IntN(3)]
}

// Files spoils every table in every way, several times over with other random choices;
// all but the first time the file is laid out at random to begin with.
func Files(seed uint64, times int) []File {
	var out []File
	for i, t := range Tables(seed) {
		for p, how := range pollutions {
			for n := range times {
				rng := rand.New(rand.NewPCG(seed+uint64(n), uint64(i*1000+p)))
				if f, ok := spoiled(t, how, rng, n > 0); ok {
					out = append(out, f)
				}
			}
		}
	}
	return out
}

// Twice spoils every table in n ways at once: something around it, and something amiss
// in a record, of a file laid out at random.
func Twice(seed uint64, n int) []File {
	var out []File
	for i, t := range Tables(seed) {
		for k := range n {
			rng := rand.New(rand.NewPCG(seed, uint64(i*1000+k)+1<<40))
			around, amiss := surroundings[rng.IntN(len(surroundings))], strays[rng.IntN(len(strays))]
			both := pollution{around.name + ", " + amiss.name, func(f *file, rng *rand.Rand) (bool, bool) {
				lossless1, ok1 := around.do(f, rng)
				lossless2, ok2 := amiss.do(f, rng)
				return lossless1 && lossless2, ok1 && ok2
			}}
			if f, ok := spoiled(t, both, rng, true); ok {
				out = append(out, f)
			}
		}
	}
	return out
}

// layOut chooses delimiter, line end and quoting.
func (f *file) layOut(rng *rand.Rand) {
	f.delimiter = []string{",", ";", "\t", "|"}[rng.IntN(4)]
	f.ending = ending([]string{"\n", "\n", "\r\n", "\r"}[rng.IntN(4)])
	f.quoteAll = rng.IntN(3) == 0
}

func spoiled(t Table, how pollution, rng *rand.Rand, random bool) (File, bool) {
	f := &file{delimiter: ",", quote: `"`, ending: ending("\n"), final: true, edit: map[int]func([]string) string{}, shown: -1}
	f.records = append(f.records, slices.Clone(t.Header))
	for _, r := range t.Rows {
		f.records = append(f.records, slices.Clone(r))
	}
	if random {
		f.layOut(rng)
	}
	lossless, ok := how.do(f, rng)
	if !ok {
		return File{}, false
	}
	out := File{Table: t.Name, Pollution: how.name, Delimiter: f.delimiter[0], Quotechar: f.quote[0], Header: !f.headless, Rows: f.records, Lossless: lossless}
	out.Data = bytes.Clone(f.bytes())
	return out, true
}
