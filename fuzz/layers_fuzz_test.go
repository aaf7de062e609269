package fuzz

import (
	"bytes"
	"context"
	"crypto/md5"
	"errors"
	"go/scanner"
	"go/token"
	"hash/fnv"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/feedparity/feedparity/fuzz/fuzztest"
	"github.com/feedparity/feedparity/fuzz/generator"
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/interp/interptest"
	"github.com/feedparity/feedparity/ingest/pycell"
	"github.com/feedparity/feedparity/ingest/pytext"
	"github.com/feedparity/feedparity/ingest/wire"
)

// The targets of single layers: what csv does between them cannot hide a difference.

// loaded returns what runs f for every interpreter found, at the same time, after
// load was called once for each.
func loaded(f *testing.F, load func(context.Context, *interp.Process) error) func(*testing.T, func(*interp.Process) error) {
	start := interptest.Processes(f)
	ready := map[*interp.Process]bool{}
	return func(t *testing.T, judge func(*interp.Process) error) {
		processes := start(t)
		errs := make([]error, len(processes))
		var wg sync.WaitGroup
		for i, p := range processes {
			if !ready[p] {
				if err := load(t.Context(), p); err != nil {
					t.Fatal(err)
				}
				ready[p] = true
			}
			wg.Go(func() { errs[i] = judge(p) })
		}
		wg.Wait()
		if err := errors.Join(errs...); err != nil && t.Context().Err() == nil {
			t.Fatal(err)
		}
	}
}

// literals are the strings in the source of a test's table, in order.
func literals(tb testing.TB, file string) (out []string) {
	tb.Helper()
	src, err := os.ReadFile(file)
	if err != nil {
		tb.Fatal(err)
	}
	var s scanner.Scanner
	files := token.NewFileSet()
	s.Init(files.AddFile(file, files.Base(), len(src)), src, nil, 0)
	for {
		_, tok, text := s.Scan()
		if tok == token.EOF {
			return out
		}
		if value, err := strconv.Unquote(text); tok == token.STRING && err == nil {
			out = append(out, value)
		}
	}
}

// FuzzTextConfirm compares what iterating over a file yields, item by item, and
// what it raises: every open mode of every interpreter found, by codecs and error
// handlers that two bytes choose. The fuzzed bytes stand behind a line of so many
// others as places them at the edges of CPython's read chunks.
func FuzzTextConfirm(f *testing.F) {
	edges := []uint16{0, 70, 4095, 8190}
	for i, text := range slices.Concat(codecTexts, literals(f, "../ingest/pytext/pytext_test.go")) {
		if i%7 == 0 || strings.ContainsAny(text, "\r\n") || !ingest.IsASCII(text) {
			f.Add([]byte(text), edges[i%len(edges)], byte(i), byte(i/2))
		}
	}
	each := loaded(f, interptest.LoadText)
	f.Fuzz(func(t *testing.T, raw []byte, before uint16, codec, handler byte) {
		if len(raw) > fuzztest.MaxRaw {
			t.Skip("longer than what is worth a run")
		}
		if n := int(before) % (2*8192 + 8); n > 0 {
			raw = slices.Concat(bytes.Repeat([]byte("p"), n-1), []byte("\n"), raw)
		}
		each(t, func(p *interp.Process) error {
			r := interptest.Reading{Data: raw, Ways: waysOf(p.Interpreter.Version.Path(), int(codec), int(handler))}
			digests, err := p.CallBytes(t.Context(), "text.digests", interptest.AppendReadings(nil, r))
			for i, w := range r.Ways {
				if err != nil || t.Failed() {
					break
				}
				items, fault := lines(t, p.Interpreter.Version, w, raw)
				if want := interptest.TextDigest(items, fault); !bytes.Equal(digests[i*md5.Size:][:md5.Size], want[:]) {
					err = reportText(t, p, w, raw, items, fault)
				}
			}
			return err
		})
	})
}

// waysOf are all modes of a path, each with three codecs and handlers.
func waysOf(path ingest.Path, codec, handler int) (out []interptest.Way) {
	for i, mode := range ingest.ModesOf(path) {
		for k := range 3 {
			out = append(out, interptest.Way{Mode: mode, Codec: generator.Codecs()[(codec+k)%len(generator.Codecs())], Errors: generator.Handlers[(handler+i*k)%len(generator.Handlers)]})
		}
	}
	return out
}

// lines is what the model yields.
func lines(t *testing.T, py ingest.Python, w interptest.Way, data []byte) (items []ingest.Value, fault string) {
	l, f, err := pytext.Open(bytes.NewReader(data), int64(len(data)), w.Settings(py))
	for err == nil && f == nil {
		v, ok := l.Next()
		if !ok {
			f, err = l.Fault(), l.Err()
			break
		}
		items = append(items, v.Clone())
	}
	if err != nil {
		t.Errorf("%s: %v", w.Settings(py), err)
	}
	if f != nil {
		fault = f.Type + ": " + f.Message
	}
	return items, fault
}

// reportText shows the first item that differs.
func reportText(t *testing.T, p *interp.Process, w interptest.Way, data []byte, items []ingest.Value, fault string) error {
	python, err := interptest.FullText(t.Context(), p, w, data)
	if err != nil {
		return err
	}
	var model []string
	for _, v := range items {
		model = append(model, interptest.ShowItem(v))
	}
	model = append(model, "! "+fault, "(nothing more)")
	python = append(python, "(nothing more)")
	i := 0
	for i < min(len(model), len(python))-1 && model[i] == python[i] {
		i++
	}
	t.Errorf("mismatch: input %q\n  %s\n  item %d: model %s\n  python %s: %s", data, w.Settings(p.Interpreter.Version), i, model[i], p.Interpreter.Full, python[i])
	return nil
}

// FuzzCellConfirm compares what is made of single cells, text and, in Python 2,
// bytes: by the fuzzed chain of steps, and by some of those that the generator and
// the models' tables have.
func FuzzCellConfirm(f *testing.F) {
	chains := slices.Clone(generator.Conversions)
	for _, step := range generator.CellSteps {
		chains = append(chains, string(step))
	}
	for _, file := range []string{"chaintable_test.go", "pycell_test.go"} {
		rows := literals(f, "../ingest/pycell/"+file)
		for i, typ := range rows[:len(rows)-1] {
			if ingest.CheckType(ingest.Py3, typ) == nil {
				chains = append(chains, typ)
				f.Add(rows[i+1], typ)
			}
		}
	}
	for i, cell := range slices.Concat(generator.Words, generator.Numbers, generator.Oddities, generator.Malformed) {
		f.Add(cell, chains[i%len(chains)])
	}
	each := loaded(f, interptest.LoadCells)
	f.Fuzz(func(t *testing.T, cell, typ string) {
		if len(cell) > 4096 || len(typ) > 200 || manyDigits.MatchString(typ) || !utf8.ValidString(typ) {
			t.Skip("longer than what is worth a run")
		}
		each(t, func(p *interp.Process) error {
			questions := questionsOf(p.Interpreter.Version, cell, typ, chains)
			answers, err := interptest.Chains(t.Context(), p, questions)
			for i, want := range answers {
				if got, known := converted(t, p.Interpreter.Version, questions[i]); known && got != want {
					t.Errorf("mismatch: python %s, %s of %s %q\n  model  %q\n  python %q", p.Interpreter.Full, questions[i].Type, questions[i].Cell.Kind, questions[i].Cell.Str, got, want)
				}
			}
			return err
		})
	})
}

// manyDigits are widths and precisions that take a minute to pad.
var manyDigits = regexp.MustCompile(`\d{4}`)

// questionsOf are the chain and ten of the others, of the cell as text and as bytes.
func questionsOf(py ingest.Python, cell, typ string, chains []string) (out []interptest.Chain) {
	cells := []ingest.Value{ingest.Text(strings.ToValidUTF8(cell, "\xed\xa0\x80"))} // text is always well-formed
	if py.Path() == ingest.Py2 {
		cells = append(cells, ingest.Bytes(cell))
	}
	h := fnv.New32()
	h.Write([]byte(cell + typ))
	types := []string{typ}
	for i := range 10 {
		types = append(types, chains[(int(h.Sum32()>>1)+i)%len(chains)])
	}
	for _, typ := range types {
		if ingest.CheckType(py.Path(), typ) != nil {
			continue
		}
		for _, v := range cells {
			out = append(out, interptest.Chain{Type: typ, Cell: v})
		}
	}
	return out
}

// converted is the model's answer, if it has one.
func converted(t *testing.T, py ingest.Python, c interptest.Chain) (answer [2]string, known bool) {
	v, fault, err := pycell.Convert(py, c.Type, c.Cell)
	switch {
	case errors.Is(err, ingest.ErrNotModelled):
		return answer, false
	case err != nil:
		t.Errorf("%s of %q: %v", c.Type, c.Cell.Str, err)
		return answer, false
	case fault != nil:
		return [2]string{fault.Type, fault.Message}, true
	}
	return [2]string{"ok", string(wire.AppendValue(nil, v))}, true
}
