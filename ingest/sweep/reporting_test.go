package sweep

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest/config"
)

// TestReport: it is the last job, and has all that was done; what it meets is the sweep's error,
// and it is not made of a sweep that is told to stop.
func TestReport(t *testing.T) {
	onBoth(t, func(t *testing.T, world func(*testing.T, ...config.Feed) *world) {
		d := newDrop(t)
		d.put("a.csv", broken, 1)
		w := world(t, feed(t, "acme", d.dir))
		run := func(ctx context.Context, report func(context.Context, *Result) error) (*Result, error) {
			o := w.options()
			o.Report = report
			return Run(ctx, o)
		}
		var told *Result
		res, err := run(t.Context(), func(_ context.Context, res *Result) error {
			if told = res; !strings.Contains(w.jobs(), "report running") {
				t.Errorf("it is made beside %s", w.jobs())
			}
			return nil
		})
		if err != nil || told != res || names(told.Feeds[0]) != "a.csv" || told.Failed() > 0 {
			t.Errorf("%v, %s", err, show(res))
		}
		full := errors.New("no room for it")
		if _, err := run(t.Context(), func(context.Context, *Result) error { return full }); !errors.Is(err, full) {
			t.Errorf("%v, want %v", err, full)
		}
		if _, err := run(t.Context(), func(context.Context, *Result) error { panic("a fault of ours") }); err == nil || !strings.Contains(err.Error(), "internal error: a fault of ours (") {
			t.Errorf("%v", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		res, err = run(ctx, func(context.Context, *Result) error {
			t.Error("it is made of a sweep that is told to stop")
			return nil
		})
		if !errors.Is(err, context.Canceled) || res == nil {
			t.Errorf("%v, %v", err, res)
		}
		ctx, cancel = context.WithCancel(t.Context())
		w.step = func(step string) {
			if step == "report" {
				cancel()
			}
		}
		res, err = run(ctx, func(context.Context, *Result) error {
			t.Error("it is made of a sweep that is told to stop when it is to be made")
			return nil
		})
		if !errors.Is(err, context.Canceled) || !res.Cut {
			t.Errorf("%v, %v", err, res.Cut)
		}
		w.step = nil
		ctx, cancel = context.WithCancel(t.Context())
		defer cancel()
		if _, err = run(ctx, func(ctx context.Context, _ *Result) error {
			cancel()
			<-ctx.Done()
			return ctx.Err()
		}); !errors.Is(err, context.Canceled) {
			t.Errorf("told to stop while it is made: %v", err)
		}
	})
}
