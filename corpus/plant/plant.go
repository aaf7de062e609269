// Package plant writes large deliveries with one divergence in them, to measure what
// becomes of it: how small a shrinker makes it, and how long that takes. All of it is
// ours, and the same for a seed on every machine.
package plant

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"

	"github.com/feedparity/feedparity/ingest"
)

// Planted is a delivery and what is in it.
type Planted struct {
	Kind string
	Data []byte
	Pair ingest.Pair // its Settings name their codecs
	Row  int         // in which it was planted, the header is 1
}

// columns are those of every delivery.
var columns = []string{"sku", "name", "qty", "price", "valid_from", "town", "note", "stock"}

// kind is one way to make two paths differ.
type kind struct {
	name   string
	pair   string // a built-in one
	edit   func(p *ingest.Pair)
	column int    // in which it is planted, by index
	piece  string // put into the cell
	whole  bool   // the piece is the cell
	quoted bool   // the cell is quoted
}

func typed(column, steps string) func(*ingest.Pair) {
	return func(p *ingest.Pair) {
		p.Py2.Types = []ingest.ColumnType{{Column: column, Type: steps}}
		p.Py3.Types = p.Py2.Types
	}
}

func cleaned(step ingest.Step) func(*ingest.Pair) {
	return func(p *ingest.Pair) { p.Py2.Clean, p.Py3.Clean = []ingest.Step{step}, []ingest.Step{step} }
}

// The indexes of columns that pieces go into.
const (
	name = 1
	qty  = 2
	cost = 3
	note = 6
)

// kinds are causes of docs/divergences.md that one cell can bring about.
var kinds = []kind{
	{name: "a latin-1 letter read as utf-8", pair: "latin1-utf8", column: name, piece: "caf\xe9"},
	{name: "a price sign read as latin-1 and as cp1252", pair: "latin1-cp1252", column: note, piece: "\x80 5"},
	{name: "bytes that were never decoded", pair: "naive", column: name, piece: "Jos\xc3\xa9"},
	{name: "a NUL", pair: "utf8", column: note, piece: "a\x00"},
	{name: "a lone CR", pair: "utf8", column: note, piece: "one\rtwo"},
	{name: "a line end in quotes, translated", pair: "translated", column: note, piece: "one\r\ntwo", quoted: true},
	{name: "U+2028 where lines are split", pair: "lines", column: note, piece: "one\u2028two"},
	{name: "a vertical tab where lines are split", pair: "lines", column: note, piece: "one\x0btwo"},
	{name: "a sharp s in upper case", pair: "utf8", edit: cleaned("upper"), column: name, piece: "Stra\u00dfe"},
	{name: "U+180E stripped", pair: "utf8", edit: cleaned("strip"), column: name, piece: "name\u180e", whole: true},
	{name: "an underscore in a number", pair: "utf8", edit: typed("qty", "int"), column: qty, piece: "1_000", whole: true},
	{name: "a no-break space behind a number", pair: "naive", edit: typed("qty", "int"), column: qty, piece: "12\u00a0", whole: true},
	{name: "a surrogate pair as CESU-8", pair: "replace", column: note, piece: "\xed\xa0\xbd\xed\xb8\x80"},
	{name: "overlong bytes, replaced", pair: "replace", column: note, piece: "\xe0\x80"},
	{name: "half a cent, to two places", pair: "utf8", edit: typed("price", "float|round:2"), column: cost, piece: "0.125", whole: true},
	{name: "a sign apart from its number", pair: "utf8", edit: typed("qty", "int"), column: qty, piece: "- 1", whole: true},
}

// Plant returns n deliveries of a size, each with a divergence in a row by chance.
func Plant(seed uint64, n, size int) ([]Planted, error) {
	rng := rand.New(rand.NewPCG(seed, 4711))
	out := make([]Planted, 0, n)
	for i := range n {
		k := kinds[i%len(kinds)]
		p, err := ingest.BuiltinPair(k.pair)
		if err != nil {
			return nil, fmt.Errorf("plant %s: %w", k.name, err)
		}
		p.Py2, p.Py3 = p.Py2.Resolve("utf-8", nil), p.Py3.Resolve("utf-8", nil)
		if k.edit != nil {
			k.edit(&p)
			p.Name = "planted"
		}
		one := Planted{Kind: k.name, Pair: p}
		one.Data, one.Row = k.write(rng, size)
		out = append(out, one)
	}
	return out, nil
}

// write makes the file. Its dialect is csv's own, its line end one for all.
func (k kind) write(rng *rand.Rand, size int) (data []byte, row int) {
	end := []string{"\n", "\r\n"}[rng.IntN(2)]
	at := 1 + rng.IntN(size*9/10)
	var b strings.Builder
	b.WriteString(strings.Join(columns, ",") + end)
	for n := 2; b.Len() < size; n++ {
		cells := record(rng)
		if row == 0 && b.Len() >= at {
			row = n
			cells[k.column] = k.cell(cells[k.column])
		}
		b.WriteString(strings.Join(cells, ",") + end)
	}
	return []byte(b.String()), row
}

func (k kind) cell(was string) string {
	out := k.piece
	if !k.whole {
		words := strings.SplitN(strings.Trim(was, `"`), " ", 2)
		out = strings.Join([]string{words[0], k.piece, words[len(words)-1]}, " ")
	}
	if k.quoted {
		return `"` + out + `"`
	}
	return out
}

var (
	things = []string{"Hand fork", "Kneeling mat", "Spade", "Watering can", "Hose reel", "Seed tray", "Garden twine", "Rake"}
	towns  = []string{"Bristol", "Leeds", "Douro", "Hamburg", "Lyon", "Turku", "Brno"}
	notes  = []string{"while stocks last", "two boxes a pallet", "new in spring", "see page 12", "no returns", "sold by the metre"}
)

// record is a row that no pair reads differently.
func record(rng *rand.Rand) []string {
	text := notes[rng.IntN(len(notes))]
	if rng.IntN(5) == 0 {
		text = `"` + text + `, limited"`
	}
	return []string{
		fmt.Sprintf("A-%06d", rng.IntN(1_000_000)), things[rng.IntN(len(things))] + " " + strconv.Itoa(10+rng.IntN(90)), strconv.Itoa(rng.IntN(500)),
		fmt.Sprintf("%d.%d", rng.IntN(300), 1+rng.IntN(9)), fmt.Sprintf("2026-%02d-%02d", 1+rng.IntN(12), 1+rng.IntN(28)),
		towns[rng.IntN(len(towns))], text, strconv.Itoa(rng.IntN(3000)),
	}
}
