package parity

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/embedded"
)

// checker stands for a team's code that reads a file to its end and then raises at the
// first line that holds one of a path's words: nothing but the fault tells how far it
// came.
type checker struct {
	words  [2]string // by path; "" raises whatever there is
	record int       // that csv is said to have read
	class  string
	calls  int
	fails  bool // on less than the whole delivery
	size   int64
}

func (c *checker) Ingest(_ context.Context, in ingest.Input) (ingest.Rows, error) {
	c.calls++
	path := in.Settings.Python.Path()
	if c.fails && in.Size < c.size {
		return nil, &ingest.HarnessError{Code: "unserialisable-value", Path: path, Msg: "a row is no row"}
	}
	data, err := io.ReadAll(io.NewSectionReader(in.Data, 0, in.Size))
	if err != nil {
		return nil, err
	}
	out := ingest.Outcome{Rows: []ingest.Row{{Value: ingest.List(ingest.Text("read")), Offset: -1}}}
	if strings.Contains(string(data), c.words[path]) {
		out = ingest.Outcome{Fault: &ingest.Fault{Type: c.class, Row: 1, Record: c.record, Where: ingest.Frame{File: "shop.py", Line: 3 + int(path), Function: "load"}}}
	}
	return out.Stream(), nil
}

// TestFaultPlace: two faults at different records are never the same, whatever is known
// of the records, and an agreement says at which line it is.
func TestFaultPlace(t *testing.T) {
	var lines []string
	for n := range 1000 {
		lines = append(lines, fmt.Sprintf("sku,word%04d", n+1))
	}
	crlf := strings.Join(lines, "\r\n") + "\r\n"
	wide := strings.Repeat("x", 3*window) + "\n" + strings.Join(lines, "\n") + "\n" + strings.Repeat("y", 3*window)
	for _, tt := range []struct {
		name    string
		data    string
		words   [2]string
		record  int
		verdict ingest.Verdict
		line    int // at which both raise, or which is the last compared
		calls   int // at most, of one view
	}{
		{"the same line", crlf, [2]string{"word0700", "word0700"}, 0, ingest.AgreeFault, 700, 26},
		{"the same line, csv read it", crlf, [2]string{"word0700", "word0700"}, 700, ingest.AgreeFault, 700, 6},
		{"the same line, csv read all", crlf, [2]string{"word0700", "word0700"}, 1000, ingest.AgreeFault, 700, 28},
		{"the first line", crlf, [2]string{"word0001", "word0001"}, 1, ingest.AgreeFault, 1, 6},
		{"the last line", crlf, [2]string{"word1000", "word1000"}, 0, ingest.AgreeFault, 1000, 26},
		{"whatever is sent", crlf, [2]string{"", ""}, 0, ingest.AgreeFault, 0, 26},
		{"py2 sooner", crlf, [2]string{"word0400", "word0401"}, 0, ingest.Diverge, 400, 200},
		{"py3 much sooner", crlf, [2]string{"word0999", "word0002"}, 1000, ingest.Diverge, -1, 200},
		{"py3 without a line", crlf, [2]string{"word0001", ""}, 0, ingest.Diverge, 0, 200},
		{"long lines", wide, [2]string{"word0700", "word0700"}, 0, ingest.AgreeFault, 701, 40},
		{"carriage returns", strings.Join(lines, "\r"), [2]string{"word0700", "word0700"}, 0, ingest.AgreeFault, 700, 26},
	} {
		e := &checker{words: tt.words, record: tt.record, class: "ValueError"}
		l, d := &Line{Engine: embedded.New(), Calls: e}, delivery(tt.data, pair(t, "utf8"))
		d.Calls = [2]*ingest.Call{{Function: "shop:load"}, {Function: "shop:load"}}
		v := l.View(t.Context(), d, ingest.Raw)
		switch lines := strings.Count(tt.data[:min(v.input.size, int64(len(tt.data)))], "\n"); {
		case v.Result.Verdict != tt.verdict || v.Err != nil || e.calls > tt.calls:
			t.Errorf("%s: %s after %d calls, %v", tt.name, v.Result.Verdict, e.calls, v.Err)
		case tt.verdict == ingest.AgreeFault && v.FaultLine != tt.line:
			t.Errorf("%s: at line %d, want %d", tt.name, v.FaultLine, tt.line)
		case tt.verdict == ingest.Diverge && (tt.line >= 0 && lines != tt.line || len(v.Findings) == 0 || !strings.Contains(fmt.Sprint(v.Warnings), fmt.Sprintf("within the first %d lines", lines))):
			t.Errorf("%s: compared on %d lines, %+v, %q", tt.name, lines, v.Findings, v.Warnings)
		}
	}
}

// TestFaultPlaceUnknown: where the line is not found, the agreement says so; what a limit
// of ours ended is not looked for.
func TestFaultPlaceUnknown(t *testing.T) {
	for _, tt := range []struct {
		class   string
		fails   bool
		calls   int
		warning string
	}{
		{"ValueError", true, 3, "fault: whether both paths raise ValueError at the same record is not known: a row is no row (unserialisable-value)"},
		{ingest.FaultTimeout, false, 2, "what they would have done without that limit is not known"},
		{ingest.FaultRows, false, 2, "what they would have done without that limit is not known"},
	} {
		e := &checker{words: [2]string{"b", "b"}, class: tt.class, fails: tt.fails, size: 4}
		l, d := &Line{Engine: embedded.New(), Calls: e}, delivery("a\nb\n", pair(t, "utf8"))
		d.Calls = [2]*ingest.Call{{Function: "shop:load"}, {Function: "shop:load"}}
		v := l.View(t.Context(), d, ingest.Raw)
		if v.Result.Verdict != ingest.AgreeFault || e.calls != tt.calls || !strings.Contains(fmt.Sprint(v.Warnings), tt.warning) {
			t.Errorf("%s: %s after %d calls, %q, %v", tt.class, v.Result.Verdict, e.calls, v.Warnings, v.Err)
		}
	}
	e := &checker{words: [2]string{"b", "b"}, class: "ValueError"}
	l, d := &Line{Engine: embedded.New(), Calls: e}, delivery("a\nb\n", pair(t, "utf8"))
	d.Calls = [2]*ingest.Call{{Function: "shop:load"}, {Function: "shop:load"}}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	d.Data = stoppable{ctx, d.Data}
	if v := l.View(t.Context(), d, ingest.Raw); v.Err == nil || !errors.Is(v.Err, context.Canceled) {
		t.Errorf("a delivery that cannot be read: %s, %v", v.Result.Verdict, v.Err)
	}
}

// ran is rows that the interpreter of a call has made.
type ran struct {
	ingest.Rows
	python string
}

func (r ran) Recording() *ingest.Recording { return &ingest.Recording{Python: r.python} }

// TestRanOn: the settings of a call name the Pythons that made it, not a policy's.
func TestRanOn(t *testing.T) {
	e := &checker{words: [2]string{"b", "none"}, class: "ValueError"}
	l := &Line{Engine: embedded.New(), Calls: engineFunc(func(ctx context.Context, in ingest.Input) (ingest.Rows, error) {
		rows, err := e.Ingest(ctx, in)
		return ran{rows, [2]string{"2.7.18", "3.11.7"}[in.Settings.Python.Path()]}, err
	})}
	d := delivery("a\nb\n", pair(t, "utf8"))
	d.Calls = [2]*ingest.Call{{Function: "shop:load"}, {Function: "shop:load"}}
	v := l.View(t.Context(), d, ingest.Raw)
	if v.Err != nil || len(v.Findings) == 0 {
		t.Fatalf("%s, %v", v.Result.Verdict, v.Err)
	}
	m, err := l.Minimize(t.Context(), d, &v, v.Findings[0])
	if err != nil || m.Settings[ingest.Py2].Python.String() != "2.7" || m.Settings[ingest.Py3].Python.String() != "3.11" {
		t.Errorf("settings %v, %v", m.Settings, err)
	}
}
