package sweep

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/riverqueue/river"
)

// reportArgs is a run of which no other job is left. To report it is for the process that
// began it, which has the terminal, the files and the directories for that.
type reportArgs struct {
	Run int64 `json:"run"`
}

// Kind names the job.
func (reportArgs) Kind() string { return reportKind }

// reporter works on report jobs.
type reporter struct {
	river.WorkerDefaults[reportArgs]
	*crew
}

// Work reports the run, once: what could not be told then the next run tells.
func (r *reporter) Work(ctx context.Context, _ *river.Job[reportArgs]) error {
	defer r.queue.ended()
	r.mine.reach("report")
	return r.finish(ctx)
}

// ending is the end of a run, which comes once: in its report job, or without one where the
// run is cut.
type ending struct {
	s     *sweeper
	res   *Result
	began time.Time
	once  sync.Once
	over  chan struct{} // closed when it has come
	err   error
}

func newEnding(s *sweeper, res *Result, began time.Time) *ending {
	return &ending{s: s, res: res, began: began, over: make(chan struct{})}
}

// come has it come unless it has, or waits for it, and returns what went wrong. cut is why
// the run ended early, if so.
func (e *ending) come(ctx context.Context, cut error) error {
	e.once.Do(func() {
		defer close(e.over)
		e.err = guarded(func() error { return e.s.finish(ctx, e.res, cut, e.began) })
	})
	return e.err
}

// finish puts together what the run did, closes it, and has it reported if nothing keeps it
// from that.
func (s *sweeper) finish(ctx context.Context, res *Result, cut error, began time.Time) (err error) {
	if err = cut; err != nil {
		err = fmt.Errorf("sweep: %w", err)
	}
	if rerr := s.result(context.WithoutCancel(ctx), res, cut); err == nil && rerr != nil {
		err = fmt.Errorf("sweep: %w", rerr)
	}
	if rerr := s.replayAll(ctx, res); err == nil && rerr != nil {
		err = fmt.Errorf("sweep: replay cases: %w", rerr)
	}
	// The run is closed even where the context has ended: its status says so.
	if eerr := s.end(context.WithoutCancel(ctx), res, status(ctx, res), began); err == nil && eerr != nil {
		err = fmt.Errorf("end sweep: %w", eerr)
	}
	if terr := s.takeUp(context.WithoutCancel(ctx), res); err == nil && terr != nil {
		err = fmt.Errorf("sweep: %w", terr)
	}
	res.Cut = ctx.Err() != nil
	res.regressions(s.Golden)
	if nerr := s.noteBack(res); err == nil && nerr != nil {
		err = fmt.Errorf("sweep: %w", nerr)
	}
	if err == nil && res.Cut {
		err = fmt.Errorf("sweep: %w", ctx.Err())
	}
	if err == nil && s.Report != nil {
		err = s.Report(ctx, res)
	}
	return err
}
