// Package questions makes up what to ask of csv and codecs beside reading a file: samples
// to sniff, rows to write, bytes to decode. The confirm tests of pycsv and pycodec draw
// from it, and "feedparity doctor --confirm".
package questions

import (
	"math/rand/v2"

	"github.com/feedparity/feedparity/ingest"
)

// Generator draws what meets the corners of the csv module and of the codecs: its
// alphabets are special characters for the most part. The same seed draws the same in
// every version, as that version's values.
type Generator struct {
	*rand.Rand
	Python ingest.Python
}

// New returns the generator of a seed.
func New(py ingest.Python, seed uint64) Generator {
	return Generator{rand.New(rand.NewPCG(seed, 20260101)), py}
}

// Chance is true with that probability.
func (g Generator) Chance(p float64) bool { return g.Float64() < p }

// Str is a string literal; in 2.7 the bytes of its UTF-8.
func (g Generator) Str(s string) ingest.Value {
	if g.text() {
		return ingest.Text(s)
	}
	return ingest.Bytes(s)
}

// text reports whether a literal is text.
func (g Generator) text() bool { return g.Python.Path() == ingest.Py3 }

func pick[T any](g Generator, from ...T) T { return from[g.IntN(len(from))] }

// Ordinary are the characters that most is made of, the special ones several times.
var Ordinary = []string{
	",", ",", ",", `"`, `"`, `"`, `"`, `\`, `\`, "\n", "\n", "\r", " ", " ", "a", "b", "1", ".", "2", "'", ";", " ", "\u00e9",
}

// Sniffing asks csv.Sniffer().sniff of a sample.
func (g Generator) Sniffing() ingest.Question { return g.of(ingest.AskSniff, g.Sample()) }

// Looking asks csv.Sniffer().has_header of a sample.
func (g Generator) Looking() ingest.Question { return g.of(ingest.AskHeader, g.HeaderSample()) }

// Writing gives a csv.writer some rows.
func (g Generator) Writing() ingest.Question {
	options := g.WriterOptions()
	q := g.of(ingest.AskWrite, g.WrittenRows()...)
	q.Dialect = options
	return q
}

func (g Generator) of(asked ingest.Asked, values ...ingest.Value) ingest.Question {
	return ingest.Question{Python: g.Python, Asked: asked, Values: values}
}
