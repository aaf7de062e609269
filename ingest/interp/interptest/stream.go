package interptest

import (
	"context"
	"testing"

	"github.com/feedparity/feedparity/ingest/interp"
)

// Batch is a number of cases: the argument of a function in Python, and what
// compares its answer with the model's and returns the number of mismatches.
type Batch struct {
	Request []byte
	Check   func(answer []byte) (mismatches int)
}

// mostMismatches is how many are enough: what is wrong is clear by then.
const mostMismatches = 20

// Stream has an interpreter judge a number of cases, a batch of at most size at a
// time. While it works on one, prepare makes the next of n cases and runs the
// model on them, in another goroutine; so it must not end the test. Stream returns
// the cases judged, fewer if there were too many mismatches.
func Stream(t *testing.T, p *interp.Process, function string, cases, size int, prepare func(n int) Batch) (done, mismatches int) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	batches := make(chan Batch)
	finished := make(chan struct{})
	go func() {
		defer close(finished)
		defer close(batches)
		for left := cases; left > 0; left -= size {
			select {
			case batches <- prepare(min(size, left)):
			case <-ctx.Done():
				return
			}
		}
	}()
	defer func() { cancel(); <-finished }()
	for b := range batches {
		answer, err := p.CallBytes(ctx, function, b.Request)
		if err != nil {
			t.Fatal(err)
		}
		done += min(size, cases-done)
		if mismatches += b.Check(answer); mismatches > mostMismatches {
			break
		}
	}
	return done, mismatches
}
