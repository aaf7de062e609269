package parity

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/corpus"
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/classify"
	"github.com/feedparity/feedparity/ingest/detect"
	"github.com/feedparity/feedparity/ingest/diff"
	"github.com/feedparity/feedparity/ingest/embedded"
	"github.com/feedparity/feedparity/ingest/normalize"
)

// engineFunc is an engine made of a function, for what no real one does.
type engineFunc func(context.Context, ingest.Input) (ingest.Rows, error)

func (f engineFunc) Ingest(ctx context.Context, in ingest.Input) (ingest.Rows, error) {
	return f(ctx, in)
}

// broken is a harness that breaks after a row.
type broken struct {
	ingest.Rows
	err error
}

func (b broken) Fault() (*ingest.Fault, error) { return nil, b.err }

func pair(t testing.TB, name string, change ...func(*ingest.Pair)) ingest.Pair {
	t.Helper()
	p, err := ingest.BuiltinPair(name)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range change {
		c(&p)
	}
	return p
}

func delivery(data string, p ingest.Pair) Delivery {
	return Delivery{Feed: "acme", Name: "stock.csv", Data: strings.NewReader(data), Size: int64(len(data)), Pair: p}
}

func check(t testing.TB, l *Line, d Delivery) *Report {
	t.Helper()
	r, err := l.Check(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return r
}

// models is the line that needs no Python.
func models() *Line { return &Line{Engine: embedded.New()} }

// TestCorpus holds the line to what the corpus says of its deliveries, which the
// real interpreters have confirmed.
func TestCorpus(t *testing.T) {
	for _, want := range corpus.Feeds() {
		t.Run(want.Feed.Name, func(t *testing.T) {
			seed, err := corpus.Open(want.Seed)
			if err != nil {
				t.Fatal(err)
			}
			r := check(t, models(), Delivery{Feed: want.Feed.Name, Name: seed.Name, Data: bytes.NewReader(seed.Data), Size: int64(len(seed.Data)),
				Pair: want.Feed.Pair, Compare: want.Feed.Compare})
			if len(r.Views) != 2 || r.Views[0].View != ingest.Raw || r.Views[1].View != ingest.Normalized {
				t.Fatalf("views: %+v", r.Views)
			}
			raw, normalized := &r.Views[0], &r.Views[1]
			if raw.Result.Verdict != want.Raw || normalized.Result.Verdict != want.Normalized || raw.Err != nil || normalized.Err != nil {
				t.Errorf("verdicts %s %s, want %s %s (%v, %v)", raw.Result.Verdict, normalized.Result.Verdict, want.Raw, want.Normalized, raw.Err, normalized.Err)
			}
			if want.Raw == ingest.Parity && raw.Result.Compared == 0 {
				t.Error("parity without a row compared")
			}
			for _, v := range r.Views {
				if v.Py2.Codec == ingest.Detected || v.Py3.Codec == ingest.Detected || v.Py2.Dialect == nil != (v.Py3.Dialect == nil) {
					t.Errorf("%s: settings are not complete: %s, %s", v.View, v.Py2, v.Py3)
				}
				// Info, such as the order of dicts, comes with parity too.
				found := slices.DeleteFunc(slices.Clone(v.Findings), func(f classify.Finding) bool { return f.Severity == ingest.Info })
				if wantCause := want.Cause != "" && v.Result.Verdict == ingest.Diverge; wantCause != (len(found) == 1) {
					t.Errorf("%s: findings %+v", v.View, found)
				} else if wantCause && (string(found[0].Cause) != want.Cause || found[0].Severity != want.Severity || v.Result.Severity != want.Severity || !found[0].Confirmed) {
					t.Errorf("%s: %+v, want %s %s", v.View, found[0], want.Cause, want.Severity)
				}
			}
			if raw.Edits.Count != 0 {
				t.Errorf("the raw view was edited: %+v", raw.Edits)
			}
			if want.Raw == ingest.Diverge && want.Normalized == ingest.Parity && normalized.Edits.Count == 0 {
				t.Error("normalizing settled the divergence without an edit")
			}
		})
	}
}

// large makes a delivery of at least n bytes with CRLF line ends, cp1252 in one
// row, and a quantity that only Python 3 reads near its end if it is to diverge.
func large(n int, diverges bool) string {
	var b strings.Builder
	b.WriteString("sku,name,qty\r\n")
	for i := 0; b.Len() < n; i++ {
		name := "plain"
		if i == 3 {
			name = "caf\xe9 \x93quoted\x94"
		}
		fmt.Fprintf(&b, "A-%06d,%s,%d\r\n", i, name, i%90)
	}
	if diverges {
		b.WriteString("LAST,plain,1_2\r\nEND,plain,3\r\n")
	}
	return b.String()
}

func quantities(p *ingest.Pair) {
	p.Py2.Types = []ingest.ColumnType{{Column: "qty", Type: "int"}}
	p.Py3.Types = p.Py2.Types
}

// TestLargeViews: what does not fit in memory goes through a file of ours, with
// the same result, and the file goes with the report.
func TestLargeViews(t *testing.T) {
	for _, size := range []int{inMemory - 4096, 3 * inMemory} {
		tmp := t.TempDir()
		t.Setenv("TMPDIR", tmp)
		data := large(size, true)
		r := check(t, models(), delivery(data, pair(t, "detected", quantities)))
		v := &r.Views[1]
		if v.Err != nil || v.Result.Verdict != ingest.Diverge || len(v.Findings) != 1 || v.Findings[0].Cause != classify.UnderscoreDigits {
			t.Fatalf("%d bytes: %+v, %v", size, v.Findings, v.Err)
		}
		if n := strings.Count(data, "\r\n"); v.Edits.ByKind[normalize.Newline] != n || v.Edits.Count <= n || v.Edits.ByKind[normalize.Transcode] == 0 {
			t.Errorf("%d bytes: edits %+v, want %d newlines and some transcoded", size, v.Edits, n)
		}
		if inFile := left(t, tmp) == 1; inFile != (size > inMemory) || inFile != (v.input.file != "") {
			t.Errorf("%d bytes: temporary file: %t", size, inFile)
		}
		if m, err := models().Minimize(t.Context(), delivery(data, r.Views[1].pair()), v, v.Findings[0]); err != nil || len(m.Input) > 40 {
			t.Errorf("%d bytes: minimized %+v, %v", size, m, err)
		}
		r.Close()
		r.Close() // twice does no harm
		if left(t, tmp) != 0 {
			t.Errorf("%d bytes: the temporary file was left behind", size)
		}
	}
}

func (v *View) pair() ingest.Pair { return ingest.Pair{Name: "detected", Py2: v.Py2, Py3: v.Py3} }

func left(t *testing.T, dir string) int {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "feedparity-*"))
	if err != nil {
		t.Fatal(err)
	}
	return len(found)
}

// TestLargeViewsAreRemoved where the line does not come to its end.
func TestLargeViewsAreRemoved(t *testing.T) {
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	data := large(2*inMemory, false)
	t.Run("cancelled", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		l := &Line{Engine: engineFunc(func(c context.Context, in ingest.Input) (ingest.Rows, error) {
			if left(t, tmp) > 0 { // the normalized view
				cancel()
			}
			return embedded.New().Ingest(c, in)
		})}
		if r, err := l.Check(ctx, delivery(data, pair(t, "detected"))); r != nil || !errors.Is(err, context.Canceled) {
			t.Errorf("Check: %v, %v", r, err)
		}
	})
	t.Run("not decodable", func(t *testing.T) {
		d := delivery(data+"\xff\r\n", pair(t, "utf8"))
		view := View{}
		view.input, view.Edits, view.Err = normalized(t.Context(), d, detect.Result{Charset: "utf-8", Dialect: detect.Dialect{Delimiter: ','}})
		var undecodable *normalize.DecodeError
		if !errors.As(view.Err, &undecodable) || undecodable.Offset == 0 {
			t.Errorf("normalized: %v", view.Err)
		}
	})
	if n := left(t, tmp); n != 0 {
		t.Errorf("%d temporary files left behind", n)
	}
	t.Run("no directory", func(t *testing.T) {
		t.Setenv("TMPDIR", filepath.Join(tmp, "nosuch"))
		r := check(t, models(), delivery(data, pair(t, "detected")))
		if v := r.Views[1]; v.Result.Verdict != ingest.NotCompared || !errors.Is(v.Err, os.ErrNotExist) || r.Views[0].Result.Verdict != ingest.Parity {
			t.Errorf("%s %v", v.Result.Verdict, v.Err)
		}
	})
}

// TestNotCompared: where a path could not be run nothing is claimed, and the other
// view is still run.
func TestNotCompared(t *testing.T) {
	harness := &ingest.HarnessError{Code: "import-error", Path: ingest.Py3, Msg: "no module named adapters"}
	real := embedded.New()
	onPy3 := func(do func(context.Context, ingest.Input) (ingest.Rows, error)) *Line {
		return &Line{Engine: engineFunc(func(ctx context.Context, in ingest.Input) (ingest.Rows, error) {
			if in.Settings.Python.Path() == ingest.Py3 {
				return do(ctx, in)
			}
			return real.Ingest(ctx, in)
		})}
	}
	utf8 := "sku,name\r\n1,caf\xc3\xa9\r\n"
	for _, tt := range []struct {
		name      string
		line      *Line
		d         Delivery
		raw, norm ingest.Verdict
		is        error
		text      string
	}{
		{"version not modelled", models(), delivery("sku\r\n1\r\n", pair(t, "utf8", func(p *ingest.Pair) { p.Py3.Python = ingest.Python{Major: 3, Minor: 5} })),
			ingest.NotCompared, ingest.NotCompared, embedded.ErrNotModelled, "python 3.5"},
		{"path not run", onPy3(func(context.Context, ingest.Input) (ingest.Rows, error) { return nil, harness }), delivery(utf8, pair(t, "utf8")),
			ingest.NotCompared, ingest.NotCompared, harness, "no module named adapters"},
		{"path breaks half way", onPy3(func(ctx context.Context, in ingest.Input) (ingest.Rows, error) {
			rows, err := real.Ingest(ctx, in)
			return broken{rows, harness}, err
		}), delivery(utf8, pair(t, "utf8")), ingest.NotCompared, ingest.NotCompared, harness, "import-error"},
		{"calls without an interpreter", models(), func() Delivery {
			d := delivery(utf8, pair(t, "utf8"))
			d.Calls[ingest.Py3] = &ingest.Call{Function: "adapters:acme"}
			return d
		}(), ingest.NotCompared, ingest.NotCompared, nil, "adapters:acme needs a real Python"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := check(t, tt.line, tt.d)
			for i, want := range []ingest.Verdict{tt.raw, tt.norm} {
				v := r.Views[i]
				if v.Result.Verdict != want || want == ingest.NotCompared != (v.Err != nil) {
					t.Errorf("%s: %s, %v; want %s", v.View, v.Result.Verdict, v.Err, want)
				}
				if want == ingest.NotCompared && (v.Result.Severity != ingest.Info || len(v.Findings) > 0 || v.Result.Count > 0) {
					t.Errorf("%s: something is claimed: %s, %+v", v.View, v.Result.Severity, v.Findings)
				}
			}
			if err := r.Views[0].Err; tt.is != nil && !errors.Is(err, tt.is) || err == nil || !strings.Contains(err.Error(), tt.text) {
				t.Errorf("error %v, want %v with %q", err, tt.is, tt.text)
			}
			if r.Worst() != ingest.NotCompared {
				t.Errorf("worst verdict %s", r.Worst())
			}
		})
	}
}

// TestFindingsOfABrokenHarness: what was found before the harness broke is no
// finding.
func TestFindingsOfABrokenHarness(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	calls := 0
	l := &Line{Engine: engineFunc(func(c context.Context, in ingest.Input) (ingest.Rows, error) {
		if calls++; calls > 2 { // a counterfactual
			cancel()
			return nil, c.Err()
		}
		return embedded.New().Ingest(c, in)
	})}
	v := l.View(ctx, delivery("sku,name\r\n1,caf\xe9\r\n", pair(t, "latin1-utf8")), ingest.Raw)
	if v.Result.Verdict != ingest.NotCompared || v.Err == nil || len(v.Findings) > 0 {
		t.Errorf("%s, %v, %+v", v.Result.Verdict, v.Err, v.Findings)
	}
}

// TestUndecodable: a delivery that its charset does not decode has no normalized
// view; the raw one says what the paths make of it.
func TestUndecodable(t *testing.T) {
	d := delivery("sku,name\r\n1,caf\xc3\xa9\r\n2,\xed\xa0\xbd,\xc3\xa9\r\n", pair(t, "utf8"))
	r := check(t, models(), d)
	raw, norm := r.Views[0], r.Views[1]
	if raw.Err != nil || raw.Result.Verdict != ingest.Diverge || raw.Findings[0].Cause != classify.CESUSurrogate {
		t.Errorf("raw: %s, %v, %+v", raw.Result.Verdict, raw.Err, raw.Findings)
	}
	var undecodable *normalize.DecodeError
	if norm.Result.Verdict != ingest.NotCompared || !errors.As(norm.Err, &undecodable) || undecodable.Offset != 21 {
		t.Errorf("normalized: %s, %v", norm.Result.Verdict, norm.Err)
	}
	if norm.Err != nil && !strings.HasPrefix(norm.Err.Error(), `normalize "stock.csv": decode utf-8: byte 0x15: `) {
		t.Errorf("error text: %v", norm.Err)
	}
	if r.Worst() != ingest.NotCompared {
		t.Errorf("worst verdict %s", r.Worst())
	}
}

func TestBinary(t *testing.T) {
	for name, data := range map[string]string{"ZIP": "PK\x03\x04\x14\x00\x00\x00", "gzip": "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03", "PDF": "%PDF-1.7\n"} {
		r, err := models().Check(t.Context(), delivery(data, pair(t, "detected")))
		if r != nil || !errors.Is(err, ErrBinary) || !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), "stock.csv") {
			t.Errorf("%s: %v, %v", name, r, err)
		}
		for _, view := range []ingest.View{ingest.Raw, ingest.Normalized} {
			if v := models().View(t.Context(), delivery(data, pair(t, "detected")), view); !errors.Is(v.Err, ErrBinary) || v.Result.Verdict != ingest.NotCompared {
				t.Errorf("%s, %s view: %s, %v", name, view, v.Result.Verdict, v.Err)
			}
		}
	}
	// A minimised input may begin as a binary file does; its settings are complete.
	v := models().View(t.Context(), delivery("%PDF-\xe9", pair(t, "latin1-utf8")), ingest.Raw)
	if v.Err != nil || v.Result.Verdict != ingest.Diverge {
		t.Errorf("raw view with its codecs named: %s, %v", v.Result.Verdict, v.Err)
	}
}

// TestSmall: the smallest deliveries are outcomes as any other.
func TestSmall(t *testing.T) {
	for data, want := range map[string]ingest.Verdict{"": ingest.AgreeEmpty, "a": ingest.Parity, "\n": ingest.AgreeEmpty, "\xef\xbb\xbf": ingest.Diverge, "\xe9": ingest.Parity} {
		r := check(t, models(), delivery(data, pair(t, "detected")))
		if r.Worst() != want {
			t.Errorf("%q: raw %s (%v), normalized %s (%v), want %s", data, r.Views[0].Result.Verdict, r.Views[0].Err, r.Views[1].Result.Verdict, r.Views[1].Err, want)
		}
	}
}

func TestWorst(t *testing.T) {
	for _, tt := range []struct{ raw, norm, want ingest.Verdict }{
		{ingest.Diverge, ingest.NotCompared, ingest.NotCompared}, // what is not known comes first
		{ingest.Diverge, ingest.Parity, ingest.Diverge},
		{ingest.Parity, ingest.Diverge, ingest.Diverge},
		{ingest.Parity, ingest.AgreeFault, ingest.Parity},
		{ingest.AgreeEmpty, ingest.AgreeFault, ingest.AgreeFault},
		{ingest.AgreeEmpty, ingest.AgreeEmpty, ingest.AgreeEmpty},
	} {
		r := Report{Views: []View{{Result: diff.Result{Verdict: tt.raw}}, {Result: diff.Result{Verdict: tt.norm}}}}
		if got := r.Worst(); got != tt.want {
			t.Errorf("%s, %s: worst %s, want %s", tt.raw, tt.norm, got, tt.want)
		}
	}
}

// TestReadError: a delivery that cannot be read is our failure, not an outcome.
func TestReadError(t *testing.T) {
	d := delivery("", pair(t, "detected"))
	d.Data, d.Size = failing{}, 10
	if r, err := models().Check(t.Context(), d); r != nil || !errors.Is(err, errDisk) || !strings.Contains(err.Error(), "stock.csv") {
		t.Errorf("Check: %v, %v", r, err)
	}
	if v := models().View(t.Context(), d, ingest.Raw); v.Result.Verdict != ingest.NotCompared || !errors.Is(v.Err, errDisk) {
		t.Errorf("View: %s, %v", v.Result.Verdict, v.Err)
	}
}

var errDisk = errors.New("input/output error")

type failing struct{}

func (failing) ReadAt([]byte, int64) (int, error) { return 0, errDisk }

// ending is a delivery whose context ends when it is read for the nth time.
type ending struct {
	io.ReaderAt
	n      int
	reads  *int
	cancel context.CancelFunc
}

func (e ending) ReadAt(p []byte, off int64) (int, error) {
	if *e.reads++; *e.reads == e.n {
		e.cancel()
	}
	return e.ReaderAt.ReadAt(p, off)
}

// TestStopped: whatever is done with a large delivery when the context ends, it is not
// read to its end.
func TestStopped(t *testing.T) {
	d := delivery(strings.Repeat("sku,caf\xe9\r\n", 60_000), pair(t, "detected"))
	data, whole := d.Data, 0
	d.Data = ending{data, 0, &whole, func() {}}
	r, err := models().Check(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	for n := 1; n < whole; n += whole / 7 {
		ctx, cancel := context.WithCancel(t.Context())
		reads := 0
		d.Data = ending{data, n, &reads, cancel}
		if r, err := models().Check(ctx, d); r != nil || !errors.Is(err, context.Canceled) || reads > n+2 {
			t.Errorf("ended at read %d of %d: %v after %d", n, whole, err, reads)
		}
		cancel()
	}
}
