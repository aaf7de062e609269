package interp_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/interp/interptest"
	"github.com/feedparity/feedparity/ingest/wire"
)

// What settings and inputs are made of: all that the quick way of runner/batch.py
// must leave to reference.py, and what it may take.
var (
	batchCodecs = []string{"utf-8", "utf-8", "UTF8", "latin-1", "ascii", "cp1252", "utf-16", "utf-8-sig", "unicode_escape", "gb18030", "string_escape", "no-such"}
	batchErrors = []string{"strict", "strict", "replace", "ignore", "no-such"}
	batchSteps  = []ingest.Step{"strip", "strip", "upper", "title", "swapcase", "replace:'a','\\x1f'", "split:','", "isdigit"}
	batchTypes  = []string{"int", "float", "text"}
	batchCells  = []string{"a", "", " b ", "12", "1.5", "\"q\"", "\"x\ny\"", "\"open", "é£", "\xa0", "\xff", "\xed\x95\x9c", "\xed\xa0\x80\xed\xb0\x80",
		"\x1f", "\x1e", "\x1d", "\x1c", "\x00", "\\ud83d\\ude00", "\\udc80", "\\", "😀", "\"a\"b", "\r", "\u2028", "x'"}
	batchEnds     = []string{"\n", "\n", "\r\n", "\n\n", "\r", "\x0b"}
	batchDialects = []string{"quoting=0", "quoting=1", "quoting=2", "quoting=3", "quoting=4", "quoting=9", "delimiter=;", "delimiter=,,",
		"quotechar='", "skipinitialspace=True", "strict=True", "escapechar=\\\\", "dialect=excel-tab"}
)

func oneOf[T any](r *rand.Rand, of []T) T { return of[r.IntN(len(of))] }

// batchSettings makes settings, most of them such as the quick way takes.
func batchSettings(t *testing.T, r *rand.Rand, py ingest.Python) ingest.Settings {
	t.Helper()
	s := ingest.DefaultSettings(py)
	s.Open, s.Codec, s.Errors = oneOf(r, ingest.ModesOf(py.Path())), oneOf(r, batchCodecs), oneOf(r, batchErrors)
	if r.IntN(2) == 0 {
		s.Open = ingest.DefaultSettings(py).Open
	}
	for range r.IntN(3) {
		s.Clean = append(s.Clean, oneOf(r, batchSteps))
	}
	for range max(0, r.IntN(5)-2) {
		o, err := ingest.ParseDialectOption(py.Path(), oneOf(r, batchDialects))
		if err != nil {
			t.Fatal(err)
		}
		s.Dialect = append(s.Dialect, o)
	}
	if r.IntN(8) == 0 {
		s.Types = []ingest.ColumnType{{Column: "1", Type: oneOf(r, batchTypes)}}
	}
	if r.IntN(8) == 0 {
		s.Reader = ingest.DictReader
	}
	s.Sniff = r.IntN(16) == 0
	if r.IntN(8) == 0 {
		s.FieldLimit = 3
	}
	return s
}

// batchInput makes an input, now and then of about a block of 4096 bytes.
func batchInput(r *rand.Rand) string {
	var b strings.Builder
	if r.IntN(6) == 0 {
		fmt.Fprintf(&b, "%s\n", strings.Repeat("p", 4080+r.IntN(20)))
	}
	cells := batchCells[:4+r.IntN(len(batchCells)-3)]
	for range r.IntN(5) {
		for range 1 + r.IntN(4) {
			b.WriteString(oneOf(r, cells))
			b.WriteByte(oneOf(r, []byte(",,,,;")))
		}
		b.WriteString(oneOf(r, cells) + oneOf(r, batchEnds))
	}
	return b.String()
}

// TestBatchConfirm: a batch has the very outcomes that a real open() of a file of
// each input's own has.
func TestBatchConfirm(t *testing.T) {
	interptest.Each(t, func(t *testing.T, p *interp.Process) {
		n := interptest.Cases(40_000)
		r := rand.New(rand.NewPCG(3, uint64(p.Interpreter.Version.Minor)))
		var inputs []ingest.Input
		var data []string
		for len(inputs) < n {
			s := batchSettings(t, r, p.Interpreter.Version)
			if s.Validate() != nil || ingest.CheckSteps(s.Python.Path(), s.Clean) != nil {
				continue
			}
			data = append(data, batchInput(r))
			inputs = append(inputs, input(data[len(inputs)], s))
		}
		got, err := p.Batch(t.Context(), inputs)
		if err != nil {
			t.Fatal(err)
		}
		path, mismatches := filepath.Join(t.TempDir(), "in.csv"), 0
		for i := range inputs {
			if err := os.WriteFile(path, []byte(data[i]), 0o600); err != nil {
				t.Fatal(err)
			}
			want := streamed(t, p, path, inputs[i].Settings)
			if got := wire.AppendOutcome(nil, got[i]); !bytes.Equal(got, wire.AppendOutcome(nil, want)) {
				mismatches++
				t.Errorf("%q with %s\n got %s\nwant %s", data[i], inputs[i].Settings, got, wire.AppendOutcome(nil, want))
			}
		}
		interptest.Record(t, "interp-batch", p, n, mismatches)
	})
}

// streamed is the outcome of a file that Python opens itself.
func streamed(t *testing.T, p *interp.Process, path string, s ingest.Settings) (o ingest.Outcome) {
	t.Helper()
	rows, err := p.Stream(t.Context(), path, s)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for row, ok := rows.Next(); ok; row, ok = rows.Next() {
		o.Rows = append(o.Rows, row)
	}
	if o.Fault, err = rows.Fault(); err != nil {
		t.Fatal(err)
	}
	return o
}
