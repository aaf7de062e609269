package fuzz

import (
	"fmt"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

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
	trials, first := 15_000, 0
	if s := os.Getenv(envHunt); s != "" {
		if _, err := fmt.Sscanf(s+" from 0", "%d from %d", &trials, &first); err != nil {
			t.Fatalf("%s=%q: want a number of trials, or \"N from SEED\"", envHunt, s)
		}
	}
	var next, shown, diverged atomic.Int64
	causes := make([]map[classify.Cause]int, runtime.GOMAXPROCS(0))
	var wg sync.WaitGroup
	for i := range causes {
		h := hunter(t)
		causes[i] = map[classify.Cause]int{}
		wg.Go(func() {
			for shown.Load() < maxShown {
				n := int(next.Add(1)) - 1
				if n >= trials {
					return
				}
				clear(h.known)
				tr := NewTrial(RandomChoices(uint64(first+n), 40+(first+n)%220), nil)
				prey, err := h.Hunt(t.Context(), tr)
				if err != nil {
					shown.Add(1)
					t.Errorf("seed %d: %v\n  input %q", first+n, err, tr.Input)
				}
				for _, p := range prey {
					causes[i][p.Cause]++
					if p.Cause == classify.Unclassified {
						shown.Add(1)
						showUnexplained(t, first+n, p)
					}
				}
				if len(prey) > 0 {
					diverged.Add(1)
				}
			}
		})
	}
	wg.Wait()
	all := map[classify.Cause]int{}
	for _, m := range causes {
		for c, n := range m {
			all[c] += n
		}
	}
	t.Logf("%d trials from %d, %d diverged: %v", min(next.Load(), int64(trials)), first, diverged.Load(), all)
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
