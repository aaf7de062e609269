package fuzz

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/feedparity/feedparity/fuzz/generator"
	"github.com/feedparity/feedparity/golden"
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/classify"
	"github.com/feedparity/feedparity/ingest/wire"
)

// envHunt is how many trials TestEveryDivergenceHasACause makes and with which
// seed they begin: "2000000" or "2000000 from 77".
const envHunt = "FEEDPARITY_HUNT"

// maxShown are the divergences without a cause that a failure shows.
const maxShown = 40

// Of all that the generator makes up, nothing diverges for a reason that is not
// in the catalogue. What is found becomes a row of classify's TestFuzzed.
func TestEveryDivergenceHasACause(t *testing.T) {
	trials, first := 5000, 0
	if s := os.Getenv(envHunt); s != "" {
		if _, err := fmt.Sscanf(s+" from 0", "%d from %d", &trials, &first); err != nil {
			t.Fatalf("%s=%q: want a number of trials, or \"N from SEED\"", envHunt, s)
		}
	}
	c := census{first: first, trials: trials, causes: map[classify.Cause]int{}}
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		h := hunter(t)
		wg.Go(func() { c.hunt(t, h) })
	}
	wg.Wait()
	t.Logf("%d trials from %d, %d diverged: %v", min(c.next.Load(), int64(trials)), first, c.diverged, c.causes)
}

// census counts the causes of many trials.
type census struct {
	first, trials int
	next          atomic.Int64 // trial
	mu            sync.Mutex
	shown         int // failures
	diverged      int
	causes        map[classify.Cause]int
}

// hunt makes trials until there are no more of them, or enough has failed.
func (c *census) hunt(t *testing.T, h *Hunter) {
	for {
		n := int(c.next.Add(1)) - 1
		if n >= c.trials || !c.trial(t, h, c.first+n) {
			return
		}
	}
}

// trial makes one and reports whether to go on.
func (c *census) trial(t *testing.T, h *Hunter, seed int) bool {
	tr := generator.NewTrial(generator.RandomChoices(uint64(seed), 40+seed%220), nil)
	clear(h.known) // what was found before is found again
	prey, err := safely(t, h, tr)
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil {
		c.shown++
		t.Errorf("seed %d: %v\n  input %q\n  %s\n  %s", seed, err, tr.Input, tr.Pair.Py2, tr.Pair.Py3)
	}
	if len(prey) > 0 {
		c.diverged++
	}
	for _, p := range prey {
		c.causes[p.Cause]++
		if p.Cause == classify.Unclassified {
			c.shown++
			showUnexplained(t, seed, p)
		}
	}
	return c.shown < maxShown
}

// safely makes an error of a panic, so that the others go on.
func safely(t *testing.T, h *Hunter, tr generator.Trial) (prey []Prey, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return h.Hunt(t.Context(), tr)
}

// showUnexplained reports a divergence without a cause, as small as it gets.
func showUnexplained(t *testing.T, seed int, p Prey) {
	c, err := p.Case(t.Context(), golden.Judge{})
	if err != nil {
		t.Errorf("seed %d: %s: %v\n  input %q", seed, p.Signature, err, p.Trial.Input)
		return
	}
	t.Errorf("seed %d: %s\n  input %q\n  %s\n  %s\n  py2 %s\n  py3 %s", seed, p.Signature, c.Input, c.Py2, c.Py3,
		wire.AppendOutcome(nil, c.Outcomes[ingest.Py2]), wire.AppendOutcome(nil, c.Outcomes[ingest.Py3]))
}
