package parity

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/feedparity/feedparity/corpus"
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/classify"
	"github.com/feedparity/feedparity/ingest/embedded"
)

// TestMinimizeKeepsTheSignature of every diverging delivery of the corpus.
func TestMinimizeKeepsTheSignature(t *testing.T) {
	for _, want := range corpus.Feeds() {
		seed, err := corpus.Open(want.Seed)
		if err != nil {
			t.Fatal(err)
		}
		d := Delivery{Feed: want.Feed.Name, Name: seed.Name, Data: bytes.NewReader(seed.Data), Size: int64(len(seed.Data)), Pair: want.Feed.Pair}
		r := check(t, models(), d)
		for i := range r.Views {
			v := &r.Views[i]
			for _, f := range v.Findings {
				m, err := models().Minimize(t.Context(), d, v, f)
				if err != nil {
					t.Fatalf("%s %s: %v", want.Feed.Name, v.View, err)
				}
				if m.Finding.Signature != f.Signature || m.Finding.Severity != f.Severity || len(m.Input) > int(d.Size) {
					t.Errorf("%s %s: %d of %d bytes, %+v", want.Feed.Name, v.View, len(m.Input), d.Size, m.Finding)
				}
				holds, err := classify.Holds(t.Context(), embedded.New(), classify.Case{Name: d.Name, Data: bytes.NewReader(m.Input), Size: int64(len(m.Input)), Py2: m.Settings[ingest.Py2], Py3: m.Settings[ingest.Py3]}, f.Signature)
				if err != nil || !holds {
					t.Errorf("%s %s: %q does not show %s (%v)", want.Feed.Name, v.View, m.Input, f.Signature, err)
				}
				if len(m.Outcomes[0].Rows)+len(m.Outcomes[1].Rows) == 0 && m.Outcomes[0].Fault == nil && m.Outcomes[1].Fault == nil {
					t.Errorf("%s %s: no outcomes", want.Feed.Name, v.View)
				}
			}
		}
	}
}

// diverging is a delivery with one undecodable row and what the models find in it.
func diverging(t *testing.T) (Delivery, *View, classify.Finding) {
	t.Helper()
	d := delivery("sku,name\r\n1,plain\r\n2,caf\xe9\r\n3,plain\r\n", pair(t, "latin1-utf8"))
	r := check(t, models(), d)
	if len(r.Views[0].Findings) != 1 {
		t.Fatalf("findings: %+v", r.Views[0].Findings)
	}
	return d, &r.Views[0], r.Views[0].Findings[0]
}

func TestMinimizeRefusesWhatIsNotDeterministic(t *testing.T) {
	d, v, f := diverging(t)
	quiet := strings.NewReader("sku\r\n1\r\n")
	for name, agrees := range map[string]func(call int64) bool{
		"never again": func(int64) bool { return true },
		"now and then": func(n int64) bool {
			return n > 40 // shows while it is shrunk, but not at the end
		},
	} {
		var n atomic.Int64
		l := &Line{Engine: engineFunc(func(ctx context.Context, in ingest.Input) (ingest.Rows, error) {
			if agrees(n.Add(1)) {
				in.Data, in.Size = quiet, quiet.Size()
			}
			return embedded.New().Ingest(ctx, in)
		})}
		m, err := l.Minimize(t.Context(), d, v, f)
		if m != nil || !errors.Is(err, ErrNotDeterministic) || !strings.Contains(err.Error(), f.Signature) {
			t.Errorf("%s: %+v, %v", name, m, err)
		}
	}
}

// TestMinimizeHarness: a harness that breaks on the input itself is an error; one
// that breaks on some candidate only costs that candidate.
func TestMinimizeHarness(t *testing.T) {
	d, v, f := diverging(t)
	harness := &ingest.HarnessError{Code: "not-iterable", Path: ingest.Py3, Msg: "None is not iterable"}
	for name, tt := range map[string]struct {
		breaks func(size int64) bool
		want   error
	}{
		"always":        {func(int64) bool { return true }, harness},
		"small inputs":  {func(size int64) bool { return size < 12 }, nil},
		"some in their": {func(size int64) bool { return size%2 == 1 && size < d.Size }, nil},
	} {
		l := &Line{Engine: engineFunc(func(ctx context.Context, in ingest.Input) (ingest.Rows, error) {
			if tt.breaks(in.Size) {
				return nil, harness
			}
			return embedded.New().Ingest(ctx, in)
		})}
		m, err := l.Minimize(t.Context(), d, v, f)
		if !errors.Is(err, tt.want) || (m == nil) != (tt.want != nil) {
			t.Errorf("%s: %v", name, err)
		}
		if m != nil && (tt.breaks(int64(len(m.Input))) || len(m.Input) >= int(d.Size) || m.Finding.Signature != f.Signature) {
			t.Errorf("%s: %q", name, m.Input)
		}
	}
}

func TestMinimizeEndsWithItsContext(t *testing.T) {
	d, v, f := diverging(t)
	ctx, cancel := context.WithCancel(t.Context())
	var n atomic.Int64
	l := &Line{Engine: engineFunc(func(c context.Context, in ingest.Input) (ingest.Rows, error) {
		if n.Add(1) == 10 {
			cancel()
		}
		time.Sleep(time.Millisecond)
		return embedded.New().Ingest(c, in)
	})}
	start := time.Now()
	if m, err := l.Minimize(ctx, d, v, f); m != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("%+v, %v", m, err)
	}
	if took := time.Since(start); took > time.Second || n.Load() > 200 {
		t.Errorf("it took %v and %d runs", took, n.Load())
	}
}

func TestMinimizeReadError(t *testing.T) {
	d, v, f := diverging(t)
	bad := *v
	bad.input.data = failing{}
	if m, err := models().Minimize(t.Context(), d, &bad, f); m != nil || !errors.Is(err, errDisk) {
		t.Errorf("%+v, %v", m, err)
	}
}

// TestExcerpt: the finding's own rows and the header come out of a large input,
// whole lines of them, wherever the finding is.
func TestExcerpt(t *testing.T) {
	var b strings.Builder
	b.WriteString("sku,name\r\n")
	for i := 0; b.Len() < 1<<20; i++ {
		fmt.Fprintf(&b, "A-%06d,plain\r\n", i)
	}
	data := b.String()
	in := input{data: strings.NewReader(data), size: int64(len(data))}
	lines := strings.SplitAfter(data, "\n")
	at := int64(0)
	for i, line := range lines[:len(lines)-1] {
		if i%997 == 0 || i < 3 || i > len(lines)-4 || at > excerptSide-40 && at < excerptSide+40 {
			got, err := excerpt(in, at, excerptSide)
			if err != nil {
				t.Fatal(err)
			}
			s := string(got)
			if !strings.HasPrefix(s, lines[0]) || !strings.Contains(s, line) || !strings.HasSuffix(s, "\n") || len(s) > 2*excerptSide+excerptHead {
				t.Fatalf("byte %d: %d bytes, from %.40q to %q", at, len(s), s, s[len(s)-20:])
			}
			if _, rest, _ := strings.Cut(s, "\n"); rest != "" && !strings.Contains(data, "\n"+rest) {
				t.Fatalf("byte %d: not the rows as they are", at)
			}
		}
		at += int64(len(line))
	}
	for name, data := range map[string]string{"no line ends": strings.Repeat("x", 1<<20), "one long line": "a\n" + strings.Repeat("x", 1<<20)} {
		for _, at := range []int64{0, 2, 70_000, 1 << 19, 1<<20 - 1} {
			got, err := excerpt(input{data: strings.NewReader(data), size: int64(len(data))}, at, excerptSide)
			if err != nil || len(got) == 0 || len(got) > 2*excerptSide+excerptHead {
				t.Errorf("%s, byte %d: %d bytes, %v", name, at, len(got), err)
			}
		}
	}
}

// TestMinimizeLarge: a finding in a large delivery is minimised in the time of a
// small one, and one that no excerpt shows still is, up to what memory holds.
func TestMinimizeLarge(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	d := delivery(large(8*inMemory, true), pair(t, "detected", quantities))
	r := check(t, models(), d)
	for i := range r.Views {
		v := &r.Views[i]
		m, err := models().Minimize(t.Context(), d, v, v.Findings[0])
		if err != nil || len(m.Input) > 12 || m.Stats.From > 4*excerptSide {
			t.Errorf("%s: %+v, %v", v.View, m, err)
		}
	}
	small := delivery(large(inMemory, true), pair(t, "detected", quantities))
	unknown := check(t, models(), small).Views[0].Findings[0]
	unknown.First.Py2Offset, unknown.First.Py3Offset = -1, -1
	m, err := models().Minimize(t.Context(), small, &check(t, models(), small).Views[0], unknown)
	// How far it gets in its time is the machine's affair.
	if err != nil || !m.Stats.GaveUp && int64(len(m.Input)) >= small.Size/2 || m.Stats.From != int(small.Size) {
		t.Errorf("without a position: %+v, %v", m.Stats, err)
	}
	v := r.Views[0]
	v.input.size = maxInput + 1
	if _, err := models().Minimize(t.Context(), d, &v, unknown); !errors.Is(err, ErrTooLarge) {
		t.Errorf("too large: %v", err)
	}
}

// TestMinimizeManyHits: of two causes with thousands of hits in one delivery each is
// minimised from the few rows around its first, so that a busy machine does not leave the
// delivery in the case.
func TestMinimizeManyHits(t *testing.T) {
	var b strings.Builder
	for i := range 8_000 {
		fmt.Fprintf(&b, "%d,%s,%d\n", i, []string{"plain", "straße"}[i/100%2], i)
	}
	p := pair(t, "detected", func(p *ingest.Pair) {
		for _, s := range []*ingest.Settings{&p.Py2, &p.Py3} {
			s.Clean = []ingest.Step{"upper"}
			s.Types = []ingest.ColumnType{{Column: "3", Type: "int|div:2"}}
		}
	})
	d := delivery(b.String(), p)
	r := check(t, models(), d)
	v := &r.Views[0]
	if len(v.Findings) != 2 {
		t.Fatalf("findings %+v", v.Findings)
	}
	for _, f := range v.Findings {
		m, err := models().Minimize(t.Context(), d, v, f)
		if err != nil || len(m.Input) > 12 || m.Stats.From > 16<<10 {
			t.Errorf("%s: %q, %+v, %v", f.Signature, m.Input, m.Stats, err)
		}
	}
}
