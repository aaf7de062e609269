package main

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/embedded"
	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/parity"
)

var shopDir = filepath.Join("..", "..", "docs", "examples", "shop")

// wantShare is the share of divergences that must get the right cause.
const wantShare = 0.9

// expectation is a line of docs/examples/shop/expected.tsv.
type expectation struct {
	feed, delivery string
	verdict        ingest.Verdict
	causes         [][]string // each of them, by any of its names
}

// right reports whether exactly the expected causes were found.
func (e expectation) right(found []string) bool {
	if len(found) != len(e.causes) {
		return false
	}
	for _, names := range e.causes {
		if !slices.ContainsFunc(found, func(c string) bool { return slices.Contains(names, c) }) {
			return false
		}
	}
	return true
}

func readExpected(t *testing.T) []expectation {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(shopDir, "expected.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	var out []expectation
	for n, line := range strings.Split(strings.TrimSuffix(string(data), "\n"), "\n") {
		if strings.HasPrefix(line, "#") || strings.HasPrefix(line, "feed\t") {
			continue
		}
		cells := strings.Split(line, "\t")
		if len(cells) != 5 || cells[4] == "" {
			t.Fatalf("expected.tsv:%d: want feed, delivery, verdict, cause and reason", n+1)
		}
		e := expectation{feed: cells[0], delivery: cells[1] + ".csv", verdict: ingest.Verdict(cells[2])}
		if (cells[3] != "-") != (e.verdict == ingest.Diverge) {
			t.Fatalf("expected.tsv:%d: a divergence has a cause and nothing else has", n+1)
		}
		for _, cause := range strings.Fields(strings.TrimPrefix(cells[3], "-")) {
			e.causes = append(e.causes, strings.Split(cause, "|"))
		}
		out = append(out, e)
	}
	return out
}

// shop is the configuration of the example and what runs it.
type shop struct {
	config *config.Config
	line   parity.Line
}

// openShop skips the test where the shop's virtual environments are missing,
// unless REQUIRE_SHOP makes that a failure.
func openShop(t *testing.T) *shop {
	t.Helper()
	c, err := config.Load(filepath.Join(shopDir, config.DefaultFile))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range c.Feeds {
		for _, call := range f.Calls {
			if _, err := os.Stat(call.Python); err == nil {
				continue
			}
			if os.Getenv("REQUIRE_SHOP") != "" {
				t.Fatalf("feed %s: no %s: make shop makes it", f.Name, call.Python)
			}
			t.Skipf("feed %s: no %s: make shop makes it; REQUIRE_SHOP=1 makes this a failure", f.Name, call.Python)
		}
	}
	calls := interp.NewEngine(interp.Options{})
	t.Cleanup(func() { calls.Close() })
	return &shop{c, parity.Line{Engine: embedded.New(), Calls: calls}}
}

// run takes a delivery through the line, its raw view alone.
func (s *shop) run(ctx context.Context, f config.Feed, name string) (parity.View, error) {
	file := filepath.Join(f.Source.URL, name)
	data, err := os.Open(file)
	if err != nil {
		return parity.View{}, err
	}
	defer data.Close()
	info, err := data.Stat()
	if err != nil {
		return parity.View{}, err
	}
	d := parity.Delivery{Feed: f.Name, Name: name, Data: data, Size: info.Size(), File: file,
		Charset: f.Charset, Pair: f.Pair, Calls: f.Calls, Compare: f.Compare}
	v := s.line.View(ctx, d, ingest.Raw)
	v.Close()
	return v, nil
}

// causesOf lists what was found, each cause once, information apart.
func causesOf(v parity.View) []string {
	var out []string
	for _, f := range v.Findings {
		if f.Severity != ingest.Info && !slices.Contains(out, string(f.Cause)) {
			out = append(out, string(f.Cause))
		}
	}
	return out
}

// TestShopConfirm holds the shop's twelve importers and thirteen deliveries against
// expected.tsv: every verdict, and the share of right causes.
func TestShopConfirm(t *testing.T) {
	expected := readExpected(t)
	s := openShop(t)
	divergences, right := 0, 0
	for _, want := range expected {
		f, err := s.config.Feed(want.feed)
		if err != nil {
			t.Fatal(err)
		}
		v, err := s.run(t.Context(), f, want.delivery)
		if err != nil {
			t.Fatal(err)
		}
		where, causes := want.feed+" "+want.delivery, causesOf(v)
		if v.Result.Verdict != want.verdict {
			t.Errorf("%s: %s %v, want %s %v; %s", where, v.Result.Verdict, causes, want.verdict, want.causes, explainView(v))
		}
		if v.Result.Verdict == ingest.Parity && v.Result.Compared == 0 {
			t.Errorf("%s: parity, and no row was compared", where)
		}
		if want.verdict != ingest.Diverge {
			continue
		}
		divergences++
		if want.right(causes) {
			right++
			continue
		}
		t.Logf("%s: cause %v, want %v; %s", where, causes, want.causes, explainView(v))
	}
	share := float64(right) / float64(divergences)
	t.Logf("%d of %d divergences have the right cause: %.1f %%", right, divergences, 100*share)
	if share < wantShare {
		t.Errorf("the right cause for %.1f %% of the divergences, want %.0f %%", 100*share, 100*float64(wantShare))
	}
}

func explainView(v parity.View) string {
	if v.Err != nil {
		return v.Err.Error()
	}
	return fmt.Sprintf("py2 %d rows, %v; py3 %d rows, %v", v.Result.Py2Rows, v.Result.Py2Fault, v.Result.Py3Rows, v.Result.Py3Fault)
}

// shopNoise are the columns of the shop that vary by themselves.
var shopNoise = map[string]string{"articles": "imported clock", "eans": "bucket hash-value", "search": "keywords hash-order"}

// TestShopNoiseConfirm runs what must not diverge twenty times, in another order each
// time and under another hash seed of Python 3 every fourth: noise is never a
// divergence. It is found the first time that it shows, and remembered as a sweep does.
func TestShopNoiseConfirm(t *testing.T) {
	var quiet []expectation
	for _, e := range readExpected(t) {
		if e.verdict != ingest.Diverge {
			quiet = append(quiet, e)
		}
	}
	seeds, orders := 2, 1
	if os.Getenv("REQUIRE_SHOP") != "" {
		seeds, orders = 5, 4
	}
	s, random := openShop(t), rand.New(rand.NewPCG(20, 27))
	known := map[string][]ingest.Noise{}
	for range seeds {
		seed := random.Uint32()
		for range orders {
			random.Shuffle(len(quiet), func(i, j int) { quiet[i], quiet[j] = quiet[j], quiet[i] })
			s.mustBeQuiet(t, quiet, seed, known)
		}
	}
	for feed, noise := range known {
		if got := fmt.Sprint(noise); got != "["+shopNoise[feed]+"]" && got != "[]" {
			t.Errorf("%s: noise %s, want %q", feed, got, shopNoise[feed])
		}
	}
	for feed := range shopNoise {
		if len(known[feed]) == 0 {
			t.Errorf("%s: no noise was found", feed)
		}
	}
}

// mustBeQuiet runs deliveries, two at a time.
func (s *shop) mustBeQuiet(t *testing.T, quiet []expectation, seed uint32, known map[string][]ingest.Noise) {
	t.Helper()
	var wg sync.WaitGroup
	var mu sync.Mutex
	for worker := range 2 {
		wg.Go(func() {
			for n := worker; n < len(quiet); n += 2 {
				want := quiet[n]
				f, err := s.config.Feed(want.feed)
				if err != nil {
					t.Error(err)
					return
				}
				f.Calls[ingest.Py3] = seeded(*f.Calls[ingest.Py3], seed)
				mu.Lock()
				f.Compare.Noise = known[want.feed]
				mu.Unlock()
				v, err := s.run(t.Context(), f, want.delivery)
				if err != nil {
					t.Error(err)
					return
				}
				if v.Result.Verdict != want.verdict {
					t.Errorf("%s %s, hash seed %d: %s %v, want %s; %s", want.feed, want.delivery, seed, v.Result.Verdict, causesOf(v), want.verdict, explainView(v))
				}
				mu.Lock()
				if len(v.Compare.Noise) > len(known[want.feed]) {
					known[want.feed] = v.Compare.Noise
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
}

// seeded returns a call that runs under that hash seed.
func seeded(c ingest.Call, seed uint32) *ingest.Call {
	env := map[string]string{"PATH": os.Getenv("PATH"), "LC_ALL": "C.UTF-8"}
	maps.Copy(env, c.Env)
	env["PYTHONHASHSEED"] = fmt.Sprint(seed)
	c.Env = env
	return &c
}
