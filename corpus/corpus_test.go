package corpus_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/corpus"
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/diff"
	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/interp/interptest"
	"github.com/feedparity/feedparity/ingest/normalize"
)

// digest is over all paths and bytes of the seeds: golden cases and docs speak of
// them, so they must not change unnoticed. makeseeds.py writes exactly these.
const digest = "53e53d73cd46e2299bac28ab6b471c208ab89fd7d7fb4b04d8d25e940ffdff16"

func TestSeeds(t *testing.T) {
	h := sha256.New()
	for _, s := range corpus.Seeds() {
		fmt.Fprintf(h, "%s %d\n", s.Path(), len(s.Data))
		h.Write(s.Data)
		if !strings.HasSuffix(s.Name, ".csv") || strings.Contains(s.Topic, "/") {
			t.Errorf("%s: want topic/name.csv", s.Path())
		}
		again, err := corpus.Open(s.Path())
		if err != nil || !bytes.Equal(again.Data, s.Data) {
			t.Errorf("open %s: %v", s.Path(), err)
		}
	}
	if got := fmt.Sprintf("%x", h.Sum(nil)); got != digest {
		t.Errorf("the seeds have changed: digest %s", got)
	}
	if _, err := corpus.Open("../corpus.go"); err == nil {
		t.Error("a path outside the seeds opens")
	}
}

// TestFeeds checks the table itself: every seed is used once, names are unique,
// settings fit together.
func TestFeeds(t *testing.T) {
	used := map[string]string{}
	names := map[string]bool{}
	for _, d := range corpus.Feeds() {
		if other := used[d.Seed]; other != "" || names[d.Feed.Name] {
			t.Errorf("%s: seed or name also used by %s", d.Feed.Name, other)
		}
		used[d.Seed], names[d.Feed.Name] = d.Feed.Name, true
		for _, p := range ingest.Paths {
			if err := d.Feed.Pair.Policy(p).Validate(); err != nil {
				t.Errorf("%s %s: %v", d.Feed.Name, p, err)
			}
		}
		if (d.Cause == "") != (d.Raw == ingest.Parity) || (d.Py2 == "") != (d.Cause == "") {
			t.Errorf("%s: verdict %s with cause %q, py2 %q", d.Feed.Name, d.Raw, d.Cause, d.Py2)
		}
	}
	if len(used) < 20 || len(used) != len(corpus.Seeds()) {
		t.Errorf("%d feeds for %d seeds", len(used), len(corpus.Seeds()))
	}
}

// TestFeedsConfirm measures the claims of the table on the interpreters the pairs
// name: verdict and severity of both views.
func TestFeedsConfirm(t *testing.T) {
	outcomes := map[ingest.Python][]ingest.Outcome{}
	interptest.Each(t, func(t *testing.T, p *interp.Process) {
		v := p.Interpreter.Version
		if v != ingest.Python27 && v != ingest.Python313 {
			return
		}
		got, err := p.Batch(t.Context(), inputs(t, v))
		if err != nil {
			t.Fatal(err)
		}
		outcomes[v] = got
	})
	if len(outcomes) < 2 {
		t.Skip("the pairs need both python 2.7 and 3.13; REQUIRE_PYTHON=2.7,3.13 makes their absence a failure")
	}
	for i, d := range corpus.Feeds() {
		for k, want := range []ingest.Verdict{d.Raw, d.Normalized} {
			view := [...]ingest.View{ingest.Raw, ingest.Normalized}[k]
			a, b := outcomes[ingest.Python27][2*i+k], outcomes[ingest.Python313][2*i+k]
			r, err := diff.Compare(a.Stream(), b.Stream(), ingest.Comparison{})
			if err != nil {
				t.Fatal(err)
			}
			if r.Verdict != want || want == ingest.Diverge && r.Severity != d.Severity {
				t.Errorf("%s %s: %s %s, want %s %s", d.Feed.Name, view, r.Verdict, r.Severity, want, d.Severity)
			}
		}
	}
}

// inputs are the two views of every delivery as a version is to read them.
func inputs(t *testing.T, v ingest.Python) []ingest.Input {
	t.Helper()
	var out []ingest.Input
	for _, d := range corpus.Feeds() {
		seed, err := corpus.Open(d.Seed)
		if err != nil {
			t.Fatal(err)
		}
		dialect, err := ingest.ParseDialect(v.Path(), d.Dialect...)
		if err != nil {
			t.Fatal(err)
		}
		s := d.Feed.Pair.Policy(v.Path()).Resolve(d.Charset, dialect)
		o := normalize.Options{Charset: d.Charset}
		if c, ok := s.Dialect.Get("delimiter"); ok {
			o.Delimiter = rune(c.Str[0])
		}
		var n bytes.Buffer
		if _, err := normalize.Normalize(&n, bytes.NewReader(seed.Data), o); err != nil {
			t.Fatalf("%s: %v", d.Seed, err)
		}
		for _, view := range []struct {
			view ingest.View
			data []byte
		}{{ingest.Raw, seed.Data}, {ingest.Normalized, n.Bytes()}} {
			out = append(out, ingest.Input{Name: seed.Name, Data: bytes.NewReader(view.data), Size: int64(len(view.data)), Settings: s.ForView(view.view)})
		}
	}
	return out
}
