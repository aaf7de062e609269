// Package pollute makes tables written by us, and files that hold them in every way
// in which suppliers' files are known to be spoiled: other delimiters and quotes,
// missing, doubled and stray ones, titles above and totals below, several tables, odd
// line ends, other charsets. It says of each file what is in it, so that detection and
// the normalizer can be measured. The same seed gives the same files.
package pollute

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// Table is a clean table: cells as they are meant.
type Table struct {
	Name   string
	Header []string
	Rows   [][]string
}

// column makes the cells of a column.
type column struct {
	name string
	cell func(rng *rand.Rand, row int) string
}

// one picks a word.
func one(words ...string) func(*rand.Rand, int) string {
	return func(rng *rand.Rand, _ int) string { return words[rng.IntN(len(words))] }
}

func number(low, high int) func(*rand.Rand, int) string {
	return func(rng *rand.Rand, _ int) string { return fmt.Sprint(low + rng.IntN(high-low)) }
}

func money(high int) func(*rand.Rand, int) string {
	return func(rng *rand.Rand, _ int) string { return fmt.Sprintf("%d.%02d", rng.IntN(high), rng.IntN(100)) }
}

func code(prefix string) func(*rand.Rand, int) string {
	return func(rng *rand.Rand, row int) string { return fmt.Sprintf("%s%d", prefix, 1000+row*7+rng.IntN(6)) }
}

func date(format string) func(*rand.Rand, int) string {
	return func(rng *rand.Rand, _ int) string {
		y, m, d := 2019+rng.IntN(7), 1+rng.IntN(12), 1+rng.IntN(28)
		return strings.NewReplacer("Y", fmt.Sprint(y), "M", fmt.Sprintf("%02d", m), "D", fmt.Sprintf("%02d", d)).Replace(format)
	}
}

// some leaves a share of the cells empty.
func some(share float64, cell func(*rand.Rand, int) string) func(*rand.Rand, int) string {
	return func(rng *rand.Rand, row int) string {
		if rng.Float64() < share {
			return ""
		}
		return cell(rng, row)
	}
}

// joined puts cells together.
func joined(sep string, cells ...func(*rand.Rand, int) string) func(*rand.Rand, int) string {
	return func(rng *rand.Rand, row int) string {
		var parts []string
		for _, c := range cells {
			parts = append(parts, c(rng, row))
		}
		return strings.Join(parts, sep)
	}
}

func serial(_ *rand.Rand, row int) string { return fmt.Sprint(row + 1) }

var (
	things  = one("Chisel set", "Angle grinder", "Cordless drill", "Wood screw", "Hex bolt", "Garden hose", "Paint roller", "Spirit level", "Claw hammer", "Bench vice", "Tile cutter", "Work light")
	colours = one("black", "white", "red", "signal yellow", "anthracite", "petrol blue", "olive")
	towns   = one("Leeds", "Bradford", "Hull", "York", "Whitby", "Ripon", "Selby", "Goole", "Skipton")
	people  = one("Anne Hart", "Joan Marsh", "Peter O'Neill", "René Lacroix", "Jürgen Groß", "Zoë Bright", "Mia Sørensen", "José Núñez")
	firms   = one("Hart & Sons", "Moorwood Ltd", "Quayside Tools, Inc.", "Fjord AS", "Isère SARL", "Porto Lda.", "Calder Supplies")
	inches  = one(`3/4" socket`, `5" pipe`, `19" rack`, `1/2" drive, long`, "metric socket", "hose clip")
	remarks = one("Delivered in boxes of ten, on request also singly.", "Sold out; back in May.", "See page 12 of the catalogue", "New!", "Only while stocks last, no returns.", "Fits all models since 2015")
	lines   = one("Unit 5\nWharf Road\nGoole", "1 High Street\nSelby", "Dock 7, Gate B\nHull", "Mill Lane 3")
	yesNo   = one("yes", "no")
	flags   = one("TRUE", "FALSE")
	units   = one("pcs", "box", "m", "kg", "set")
	groups  = one("Hand tools", "Power tools", "Fixings", "Garden", "Paint", "Plumbing")
	lands   = one("GB", "DE", "FR", "NO", "PT", "ES")
	urls    = joined("", one("https://example.com/p/"), code(""), one(".html", "?size=2", "/"))
	mails   = joined("", one("anne", "joan", "peter", "sales", "info"), one("@"), one("example.com", "example.org"))
	times   = joined(" ", date("Y-M-D"), one("08:15", "10:30", "17:05", "23:59"))
)

// schemas are the twenty tables.
var schemas = []struct {
	name    string
	rows    int
	columns []column
}{
	{"stock", 30, []column{{"sku", code("HW-")}, {"name", things}, {"qty", number(0, 500)}, {"price", money(90)}}},
	{"prices", 24, []column{{"Article", code("A")}, {"Description", joined(", ", things, colours)}, {"Unit", units}, {"Net", money(400)}, {"Gross", money(500)}}},
	{"sockets", 20, []column{{"id", serial}, {"item", inches}, {"stock", number(0, 99)}, {"group", groups}}},
	{"customers", 18, []column{{"Customer No", number(10000, 99999)}, {"Name", people}, {"Company", some(0.3, firms)}, {"Town", towns}, {"E-mail", mails}}},
	{"addresses", 15, []column{{"account", code("C")}, {"address", lines}, {"country", lands}}},
	{"orders", 40, []column{{"order_id", number(100000, 999999)}, {"ordered", date("Y-M-D")}, {"sku", code("HW-")}, {"qty", number(1, 50)}, {"total", money(2000)}, {"paid", yesNo}}},
	{"events", 25, []column{{"at", times}, {"level", one("INFO", "WARN", "ERROR")}, {"message", remarks}}},
	{"catalogue", 22, []column{{"ean", number(200000000, 299999999)}, {"title", things}, {"text", remarks}, {"colour", colours}, {"rrp", money(150)}, {"url", urls}}},
	{"suppliers", 12, []column{{"Supplier", firms}, {"Contact", people}, {"Country", lands}, {"Since", number(1970, 2020)}}},
	{"weights", 35, []column{{"code", code("W")}, {"kg", money(40)}, {"cm", number(5, 250)}, {"m3", money(3)}}},
	{"words", 20, []column{{"term", things}, {"colour", colours}, {"group", groups}}},
	{"pairs", 16, []column{{"key", code("k")}, {"value", colours}}},
	{"wide", 14, []column{{"id", serial}, {"name", things}, {"w1", number(0, 9)}, {"w2", number(0, 9)}, {"w3", number(0, 9)}, {"w4", number(0, 9)}, {"w5", number(0, 9)}, {"w6", number(0, 9)},
		{"sum", number(0, 99)}, {"avg", money(9)}, {"town", towns}, {"note", some(0.6, remarks)}, {"flag", flags}, {"unit", units}}},
	{"sparse", 26, []column{{"sku", code("S")}, {"ean", some(0.5, number(200000000, 299999999))}, {"brand", some(0.4, firms)}, {"price", some(0.2, money(80))}, {"remark", some(0.7, remarks)}}},
	{"meters", 45, []column{{"meter", code("M")}, {"read_at", times}, {"kwh", number(0, 99999)}}},
	{"ratings", 20, []column{{"product", things}, {"stars", number(1, 6)}, {"review", joined(" ", remarks, remarks)}, {"by", people}, {"on", date("D/M/Y")}}},
	{"returns", 17, []column{{"RMA", code("R-")}, {"Date", date("D.M.Y")}, {"Reason", remarks}, {"Refund", money(300)}}},
	{"quotes", 18, []column{{"no", serial}, {"said", joined("", one(`"Never again", he said`, `She said "yes"`, "Nothing", `"Fine"`, "Well, well"))}, {"by", people}}},
	{"stores", 13, []column{{"store", towns}, {"lat", money(60)}, {"lon", money(9)}, {"opens", one("08:00", "09:30", "07:45")}, {"phone", joined(" ", one("+44"), number(1000, 1999), number(100000, 999999))}}},
	{"bundles", 28, []column{{"bundle", code("B")}, {"parts", joined(", ", things, things, things)}, {"pieces", number(2, 12)}, {"price", money(250)}}},
}

// Tables makes the clean tables.
func Tables(seed uint64) []Table {
	var out []Table
	for i, s := range schemas {
		rng := rand.New(rand.NewPCG(seed, uint64(i)))
		t := Table{Name: s.name}
		for _, c := range s.columns {
			t.Header = append(t.Header, c.name)
		}
		for r := range s.rows {
			var row []string
			for _, c := range s.columns {
				row = append(row, c.cell(rng, r))
			}
			t.Rows = append(t.Rows, row)
		}
		out = append(out, t)
	}
	return out
}
