package pycsv

import (
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/interp"
)

//go:embed testdata/confirm.py
var confirmSource string

// mostCalls bounds the calls of Next in a case; confirm.py has the same.
const mostCalls = 30

// call is one run of csv.reader or csv.DictReader over the items of an iterator.
type call struct {
	Items   []ingest.Value
	Dialect ingest.Dialect
	Limit   int64
	Dict    bool
}

// MarshalJSON writes a call as confirm.py reads it.
func (c call) MarshalJSON() ([]byte, error) {
	items := make([][]any, len(c.Items))
	for i, v := range c.Items {
		items[i] = wireValue(v)
	}
	kw := make([][2]any, len(c.Dialect))
	for i, o := range c.Dialect {
		kw[i] = [2]any{hex.EncodeToString([]byte(o.Name)), wireValue(o.Value)}
	}
	return json.Marshal(map[string]any{"items": items, "kw": kw, "limit": c.Limit, "dict": c.Dict})
}

func wireValue(v ingest.Value) []any {
	switch v.Kind {
	case ingest.KindNone:
		return []any{"n"}
	case ingest.KindBool:
		return []any{"t", v.IsTrue()}
	case ingest.KindInt:
		return []any{"i", v.Str}
	case ingest.KindFloat:
		return []any{"f", v.Str}
	case ingest.KindBytes:
		return []any{"b", hex.EncodeToString([]byte(v.Str))}
	}
	return []any{"u", hex.EncodeToString([]byte(v.Str))}
}

// show writes a value as confirm.py does.
func show(v ingest.Value) string {
	switch v.Kind {
	case ingest.KindNone:
		return "n"
	case ingest.KindBool:
		return "t:" + v.Str
	case ingest.KindFloat:
		return "f:" + v.Str
	case ingest.KindInt:
		return "i:" + v.Str
	case ingest.KindBytes:
		return "b:" + hex.EncodeToString([]byte(v.Str))
	case ingest.KindText:
		return "u:" + hex.EncodeToString([]byte(v.Str))
	case ingest.KindDict:
		var parts []string
		for i := 0; i < len(v.Items); i += 2 {
			parts = append(parts, show(v.Items[i])+"="+show(v.Items[i+1]))
		}
		return "{" + strings.Join(parts, ",") + "}"
	}
	var parts []string
	for _, it := range v.Items {
		parts = append(parts, show(it))
	}
	return "[" + strings.Join(parts, ",") + "]"
}

func showFault(f *ingest.Fault) string {
	return f.Type + "|" + hex.EncodeToString([]byte(f.Message))
}

// items is an iterator over values; the offset of each is its index times 1000.
type items struct {
	values []ingest.Value
	n      int
	fault  *ingest.Fault
}

func (s *items) Next() (ingest.Value, bool) {
	if s.n >= len(s.values) {
		return ingest.None, false
	}
	s.n++
	return s.values[s.n-1], true
}

func (s *items) Fault() *ingest.Fault { return s.fault }
func (s *items) Offset() int64        { return int64(s.n-1) * 1000 }

// run does on the model what confirm.py does on an interpreter.
func (c call) run(v *Version) []string {
	check := NewDialect
	if c.Dict {
		check = NewDictDialect
	}
	d, fault := check(v, c.Dialect)
	if fault != nil {
		return []string{"refused " + showFault(fault)}
	}
	r := NewReader(v, d, c.Limit, &items{values: c.Items})
	next := func() (ingest.Value, bool) {
		row, ok := r.Next()
		return ingest.List(row...), ok
	}
	var dict *DictReader
	if c.Dict {
		dict = NewDictReader(v, r)
		next = dict.Next
	}
	var out []string
	for range mostCalls {
		row, ok := next()
		switch {
		case ok:
			out = append(out, fmt.Sprintf("row %s@%d", show(row), r.LineNum()))
			continue
		case r.Fault() != nil:
			out = append(out, fmt.Sprintf("error %s@%d", showFault(r.Fault()), r.LineNum()))
			continue
		}
		out = append(out, fmt.Sprintf("end@%d", r.LineNum()))
		break
	}
	if !c.Dict {
		return out
	}
	if _, given := c.Dialect.Get("fieldnames"); given && !d.dict.fromFile() {
		return append(out, "fields given")
	}
	if dict.Fieldnames() == nil {
		return append(out, "fields n")
	}
	return append(out, "fields "+show(ingest.List(dict.Fieldnames()...)))
}

// ask runs calls on a real interpreter, in batches.
func ask(t *testing.T, p *interp.Process, calls []call) [][]string {
	t.Helper()
	if err := p.Load(t.Context(), "confirm", confirmSource); err != nil {
		t.Fatal(err)
	}
	const batch = 2000
	var out [][]string
	for len(calls) > 0 {
		n := min(batch, len(calls))
		answer, err := p.Call(t.Context(), "confirm.run", calls[:n])
		if err != nil {
			t.Fatal(err)
		}
		var got [][]string
		if err := json.Unmarshal(answer, &got); err != nil {
			t.Fatal(err)
		}
		out = append(out, got...)
		calls = calls[n:]
	}
	return out
}

// differences compares the model with an interpreter, shows the first few calls
// that differ and returns their number.
func differences(t *testing.T, p *interp.Process, calls []call) int {
	t.Helper()
	v := version(t, p.Interpreter.Version)
	bad := 0
	for i, want := range ask(t, p, calls) {
		got := calls[i].run(v)
		if strings.Join(got, "\n") == strings.Join(want, "\n") {
			continue
		}
		if bad++; bad <= 5 {
			in, _ := json.Marshal(calls[i])
			t.Errorf("python %s, call %.800s\n model  %.800s\n python %.800s", p.Interpreter.Full, in, readable(got), readable(want))
		}
	}
	return bad
}

// readable decodes the hex of an error so that a failure can be understood.
func readable(lines []string) string {
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = l
		if head, tail, ok := strings.Cut(l, "|"); ok {
			text, line, _ := strings.Cut(tail, "@")
			if b, err := hex.DecodeString(text); err == nil {
				out[i] = fmt.Sprintf("%s %q@%s", head, b, line)
			}
		}
	}
	return strings.Join(out, "; ")
}

func version(t testing.TB, py ingest.Python) *Version {
	t.Helper()
	v, err := VersionOf(py)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
