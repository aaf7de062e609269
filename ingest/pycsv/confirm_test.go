package pycsv

import (
	"bytes"
	"crypto/md5"
	_ "embed"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/interp/interptest"
)

//go:embed testdata/confirm.py
var confirmSource string

// question is something that the model and every real CPython are asked, and of
// which no answer may differ.
type question interface {
	operation() string         // of confirm.py
	marshal(dst []byte) []byte // its argument
	run(v *Version) []string   // what the model answers
	String() string            // for a mismatch, in full
}

// request writes questions, of one operation, as confirm.answers reads them.
func request[Q question](questions []Q) []byte {
	dst := interptest.AppendMarshalList(nil, 1+len(questions))
	dst = interptest.AppendMarshalText(dst, questions[0].operation())
	for _, q := range questions {
		dst = q.marshal(dst)
	}
	return dst
}

// endOfCase is the line after those of a case.
const endOfCase = "#"

// digestOf is confirm.digest of what the model answers.
func digestOf[Q question](v *Version, questions []Q) []byte {
	_, transcripts := any(questions).([]call)
	var all []byte
	if transcripts {
		all = interptest.AppendMarshalList(all, len(questions))
	}
	for _, q := range questions {
		if transcripts {
			all = any(q).(call).answer(all, v)
			continue
		}
		for _, line := range append(q.run(v), endOfCase) {
			all = append(append(all, line...), '\n')
		}
	}
	sum := md5.Sum(all)
	return sum[:]
}

// ask puts questions to a real interpreter.
func ask[Q question](t *testing.T, p *interp.Process, questions []Q) [][]string {
	t.Helper()
	load(t, p)
	var out [][]string
	for some := range slices.Chunk(questions, batch) {
		answer, err := p.CallBytes(t.Context(), "confirm.answers", request(some))
		if err != nil {
			t.Fatal(err)
		}
		var lines []string
		for line := range strings.Lines(string(answer)) {
			if line = strings.TrimSuffix(line, "\n"); line != endOfCase {
				lines = append(lines, line)
				continue
			}
			out, lines = append(out, lines), nil
		}
	}
	return out
}

// batch is how many questions cross at once.
const batch = 1000

// differences compares the model with an interpreter, shows the first few
// questions that are answered differently and returns their number.
func differences[Q question](t *testing.T, p *interp.Process, questions []Q) (bad int) {
	t.Helper()
	v := version(t, p.Interpreter.Version)
	for i, want := range ask(t, p, questions) {
		got := questions[i].run(v)
		if slices.Equal(got, want) {
			continue
		}
		if bad++; bad <= 5 {
			t.Errorf("mismatch: python %s, %s\n model  %.2000s\n python %.2000s", p.Interpreter.Full, questions[i], readable(got), readable(want))
		}
	}
	return bad
}

func load(t *testing.T, p *interp.Process) {
	t.Helper()
	if err := p.Load(t.Context(), "confirm", confirmSource); err != nil {
		t.Fatal(err)
	}
}

// confirmTable compares the rows of a table.
func confirmTable[Q question](t *testing.T, layer string, table func(v *Version) []Q) {
	interptest.Each(t, func(t *testing.T, p *interp.Process) {
		questions := table(version(t, p.Interpreter.Version))
		interptest.Record(t, layer, p, len(questions), differences(t, p, questions))
	})
}

// confirmGenerated compares generated questions, by digests: thousands cross at
// once, and the model answers the next ones while Python works on the last. Where
// digests differ they are asked again, to be shown.
func confirmGenerated[Q question](t *testing.T, layer string, cases int, make func(*generator) Q) {
	interptest.Each(t, func(t *testing.T, p *interp.Process) { judgeGenerated(t, p, layer, cases, make) })
}

func judgeGenerated[Q question](t *testing.T, p *interp.Process, layer string, cases int, make func(*generator) Q) {
	load(t, p)
	v, seed := version(t, p.Interpreter.Version), uint64(0)
	done, bad := interptest.Stream(t, p, "confirm.digest", interptest.Cases(cases), batch, func(n int) interptest.Batch {
		seed++
		g := newGenerator(v, seed)
		questions := []Q{}
		for range n {
			questions = append(questions, make(g))
		}
		want := digestOf(v, questions)
		return interptest.Batch{Request: request(questions), Check: func(digest []byte) int {
			if bytes.Equal(digest, want) {
				return 0
			}
			return max(1, differences(t, p, questions))
		}}
	})
	interptest.Record(t, layer, p, done, bad)
}

func TestReaderGeneratedConfirm(t *testing.T) {
	confirmGenerated(t, "reader", 75_000, (*generator).readerCall)
}

func TestDictReaderGeneratedConfirm(t *testing.T) {
	confirmGenerated(t, "dictreader", 50_000, (*generator).dictCall)
}

func TestDialectGeneratedConfirm(t *testing.T) {
	confirmGenerated(t, "dialect", 25_000, (*generator).dialectCall)
}

// keyList is the building of a dict.
type keyList []ingest.Value

func (k keyList) operation() string         { return "order" }
func (k keyList) marshal(dst []byte) []byte { return interptest.AppendMarshal(dst, ingest.List(k...)) }
func (k keyList) String() string            { return "dict of the keys " + shownValues(k...) }

func (k keyList) run(*Version) []string {
	out := []string{}
	for _, i := range Py2DictOrder(k) {
		out = append(out, strconv.Itoa(i))
	}
	return out
}

// TestDictOrderConfirm compares Py2DictOrder with dicts of a real 2.7, keys of
// all kinds in one dict.
func TestDictOrderConfirm(t *testing.T) {
	interptest.Each(t, func(t *testing.T, p *interp.Process) {
		if p.Interpreter.Version != ingest.Python27 {
			t.Skip("the order of a dict is that of insertion in 3.x")
		}
		judgeGenerated(t, p, "dictorder", 25_000, (*generator).keys)
	})
}

func (g *generator) keys() keyList {
	keys := make(keyList, 1+g.IntN(pick(g, 5, 10, 40, 300)))
	for i := range keys {
		switch g.IntN(5) {
		case 0:
			keys[i] = pick(g, ingest.Int(g.Int64N(100)-50), ingest.Int(g.Int64()), ingest.BigInt("-1180591620717411303424"), ingest.BigInt("18446744073709551615"), ingest.Bool(true), ingest.Bool(false))
		case 1:
			f := pick(g, "1.0", "0.0", "-0.0", "inf", "-inf", "1e+20", "0.1", "-2.5", "1e-310", "1.5e+300", "-1.0", "9.223372036854776e+18", "4611686018427387904.0", "1.8446744073709552e+19")
			keys[i] = ingest.Float(f)
		case 2:
			keys[i] = ingest.Text(g.name())
		default:
			keys[i] = ingest.Bytes(g.name())
		}
	}
	return keys
}
