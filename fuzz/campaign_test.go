package fuzz

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/feedparity/feedparity/fuzz/generator"
	"github.com/feedparity/feedparity/golden"
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/classify"
)

// builtin is a pair of policies that both read UTF-8.
func builtin(t testing.TB, name string) *ingest.Pair {
	t.Helper()
	p, err := ingest.BuiltinPair(name)
	if err != nil {
		t.Fatal(err)
	}
	p.Py2, p.Py3 = p.Py2.Resolve("utf-8", nil), p.Py3.Resolve("utf-8", nil)
	return &p
}

// campaignOf runs one and returns the signatures it found.
func campaignOf(t *testing.T, h *Hunter, o CampaignOptions) (CampaignStats, []string) {
	t.Helper()
	var found []string
	o.Found = func(_ context.Context, p Prey) error { found = append(found, p.Signature); return nil }
	stats, err := h.Campaign(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if stats.New != len(found) || stats.Diverged > stats.Execs || stats.Behaviours < 2 || stats.Kept != stats.Behaviours {
		t.Errorf("%+v, %d found", stats, len(found))
	}
	return stats, found
}

// A few thousand inputs show what there is between two policies.
func TestCampaignFindsTheCauses(t *testing.T) {
	for name, causes := range map[string][]classify.Cause{
		"naive":       {classify.BytesVsText, classify.BOMInHeader, classify.LoneCR, classify.NULByte, classify.UndecodableBytes, classify.CRCRLFBlankRows},
		"latin1-utf8": {classify.Mojibake, classify.UndecodableBytes, classify.LoneCR, classify.NULByte},
		"lines":       {classify.UnicodeLineSeparator, classify.NULByte},
		"universal":   {classify.NULByte},
	} {
		stats, found := campaignOf(t, hunter(t), CampaignOptions{Pair: builtin(t, name), Seed: 1, Execs: 3000})
		if stats.Execs != 3000 {
			t.Errorf("%s: %d inputs", name, stats.Execs)
		}
		for _, c := range causes {
			if !slices.ContainsFunc(found, func(s string) bool { return strings.HasPrefix(s, string(c)+":") }) {
				t.Errorf("%s: %s was not found among %v", name, c, found)
			}
		}
		for i, s := range found {
			if slices.Contains(found[:i], s) {
				t.Errorf("%s: %s was found twice", name, s)
			}
		}
	}
}

func TestCampaignIsDeterministic(t *testing.T) {
	o := CampaignOptions{Seed: 7, Execs: 400}
	_, a := campaignOf(t, hunter(t), o)
	_, b := campaignOf(t, hunter(t), o)
	o.Seed = 8
	_, c := campaignOf(t, hunter(t), o)
	if !slices.Equal(a, b) || slices.Equal(a, c) {
		t.Errorf("the same seed finds %d and %d, another %d", len(a), len(b), len(c))
	}
}

// A second campaign begins with what the first has kept, and finds nothing again whose
// cases are there.
func TestCampaignGoesOn(t *testing.T) {
	dir, cases := filepath.Join(t.TempDir(), "corpus"), golden.NewStore(t.TempDir())
	o := CampaignOptions{Pair: builtin(t, "lines"), Seed: 1, Execs: 800, Corpus: dir, Found: func(ctx context.Context, p Prey) error {
		c, err := p.Case(ctx, golden.Judge{})
		if err == nil {
			_, _, err = cases.Write(c)
		}
		return err
	}}
	first, err := hunter(t).Campaign(t.Context(), o)
	if err != nil || first.New == 0 {
		t.Fatalf("%+v, %v", first, err)
	}
	kept, err := ReadCorpus(dir)
	if err != nil || len(kept) == 0 || len(kept) > first.Kept {
		t.Fatalf("%d inputs were kept of %d, %v", len(kept), first.Kept, err)
	}
	o.Execs, o.Seed = len(kept)+1, 2
	again, err := hunter(t, cases).Campaign(t.Context(), o)
	if err != nil || again.New != 0 || again.Known == 0 || first.Known != 0 || again.Behaviours != first.Behaviours {
		t.Errorf("%+v after %+v, %v", again, first, err)
	}
}

// Distil keeps the behaviours and drops what shows none of its own.
func TestDistil(t *testing.T) {
	pair, h := builtin(t, "naive"), hunter(t)
	inputs := [][]byte{[]byte("a,b\n"), []byte("a\n"), []byte("caf\u00e9,long enough\n"), []byte("\u00e9\n"), []byte("\x00\n"), []byte("x,\x00\n")}
	got, err := h.Distil(t.Context(), *pair, inputs)
	if err != nil {
		t.Fatal(err)
	}
	want := [][]byte{[]byte("a\n"), []byte("\u00e9\n"), []byte("\x00\n")}
	if !slices.EqualFunc(got, want, bytes.Equal) {
		t.Errorf("%q, want %q", got, want)
	}
}

// broken is the team's own code that can be compared on every other input only.
type broken struct{ n int }

func (b *broken) Ingest(_ context.Context, in ingest.Input) (ingest.Rows, error) {
	if b.n++; b.n%3 == 0 {
		return nil, &ingest.HarnessError{Code: "nothing-to-compare", Msg: "returned int"}
	}
	return (&ingest.Outcome{}).Stream(), nil
}

func TestCampaignOfCallsGoesOnAfterHarnessFaults(t *testing.T) {
	h := hunter(t)
	h.Of("acme", [2]*ingest.Call{{Function: "m:f", Version: ingest.Python27}, {Function: "m:f", Version: ingest.Python313}}, new(broken), nil, ingest.Comparison{})
	stats, err := h.Campaign(t.Context(), CampaignOptions{Pair: builtin(t, "detected"), Execs: 60, Found: func(context.Context, Prey) error { return nil }})
	if err != nil || stats.Execs != 60 || stats.Refused == 0 || stats.Refused == 60 {
		t.Errorf("%+v, %v", stats, err)
	}
}

// remembering is the team's own code, which counts its calls: in processes that calls
// share, the paths differ from the second one on.
type remembering struct{ calls, fresh int }

func (r *remembering) Ingest(_ context.Context, in ingest.Input) (ingest.Rows, error) {
	r.calls++
	n := 0
	if r.fresh > 0 {
		n = r.calls % r.fresh * in.Call.Version.Major
	}
	return (&ingest.Outcome{Rows: []ingest.Row{{Value: ingest.Int(int64(n)), Offset: -1}}}).Stream(), nil
}

// TestCampaignSharesProcesses: what calls in shared processes show is taken where a few by
// themselves show the same, and no more where they do not.
func TestCampaignSharesProcesses(t *testing.T) {
	for _, c := range []struct {
		name  string
		quick *remembering
		stats CampaignStats
		alone [2]int // least and most calls in processes of their own
	}{
		{"forgets", &remembering{}, CampaignStats{Execs: 1000}, [2]int{2 * 40, 2 * 80}},
		{"remembers", &remembering{fresh: 16}, CampaignStats{Execs: 1000, Remembers: true}, [2]int{2 * 1000, 2 * 1000}},
	} {
		t.Run(c.name, func(t *testing.T) {
			alone, h := new(remembering), hunter(t)
			h.Of("acme", [2]*ingest.Call{{Function: "m:f", Version: ingest.Python27}, {Function: "m:f", Version: ingest.Python313}}, alone, c.quick, ingest.Comparison{})
			stats, err := h.Campaign(t.Context(), CampaignOptions{Pair: builtin(t, "detected"), Execs: 1000, Found: func(context.Context, Prey) error { return nil }})
			got := CampaignStats{Execs: stats.Execs, Diverged: stats.Diverged, New: stats.New, Remembers: stats.Remembers}
			if err != nil || got != c.stats || alone.calls < c.alone[0] || alone.calls > c.alone[1] {
				t.Errorf("%+v and %d calls alone, %v; want %+v and %v", got, alone.calls, err, c.stats, c.alone)
			}
		})
	}
}

func TestCampaignEnds(t *testing.T) {
	o := CampaignOptions{Pair: builtin(t, "naive"), For: 50 * time.Millisecond, Found: func(context.Context, Prey) error { return nil }}
	start := time.Now()
	if _, err := hunter(t).Campaign(t.Context(), o); err != nil || time.Since(start) > 20*time.Second {
		t.Errorf("%v after %v", err, time.Since(start))
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	o.For = 0
	if stats, err := hunter(t).Campaign(ctx, o); err != nil || stats.Execs > 1 {
		t.Errorf("%+v, %v", stats, err)
	}
	o.Execs, o.Found = 1000, func(context.Context, Prey) error { return errors.New("disk full") }
	if _, err := hunter(t).Campaign(t.Context(), o); err == nil || !strings.Contains(err.Error(), `fuzz feed "fuzz": disk full`) {
		t.Errorf("%v", err)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	o.Corpus = file
	if _, err := hunter(t).Campaign(t.Context(), o); err == nil || !strings.Contains(err.Error(), "read corpus") {
		t.Errorf("%v", err)
	}
}

// BenchmarkCampaign is the loop with default Settings: on one input of 200 bytes, on what
// one change makes of it, and as a campaign does it, whose inputs are longer and most of
// which diverge.
func BenchmarkCampaign(b *testing.B) {
	p := builtin(b, "detected")
	data := bytes.Repeat([]byte("sku-0017,caf\u00e9 noir,12,3.50\n"), 8)[:200]
	loop := func(next func(c *campaign) generator.Trial) func(*testing.B) {
		return func(b *testing.B) {
			h, err := NewHunter()
			if err != nil {
				b.Fatal(err)
			}
			c := newCampaign(h, CampaignOptions{Pair: p, Seeds: [][]byte{data}, Seed: 1, Found: func(context.Context, Prey) error { return nil }})
			if err := c.begin(b.Context()); err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if err := c.try(b.Context(), next(c)); err != nil {
					b.Fatal(err)
				}
			}
		}
	}
	b.Run("same", loop(func(*campaign) generator.Trial { return generator.Trial{Input: data, Pair: *p} }))
	b.Run("changed", loop(func(c *campaign) generator.Trial {
		return generator.Trial{Input: c.edit.Mutate(c.choices(), 1, data, data, &p.Py3), Pair: *p}
	}))
	b.Run("whole", loop((*campaign).trial))
}
