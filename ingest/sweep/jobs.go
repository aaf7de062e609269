package sweep

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/riverqueue/river"

	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/state"
)

// A sweep is jobs of five kinds. One lists a server: what is there, feed by feed, and what
// of it is new. Another fetches that, once it has been watched for long enough, and on the
// same connections, for some servers take seconds for a login and others allow only one
// (visit.go). The third checks a batch of the deliveries that were fetched: it runs the
// line, confirms and files cases, and records. The fourth repeats a delivery that the models
// found alike on real interpreters (sample.go says which). The last one reports, when no
// other is left (reporting.go).
const (
	listKind    = "list"
	fetchKind   = "fetch"
	checkKind   = "check"
	confirmKind = "confirm"
	reportKind  = "report"
	// pullKind was both jobs at a server in one: what an older feedparity left is dropped.
	pullKind = "pull"
)

// checkArgs is a batch: the tasks of a feed from one number to another.
type checkArgs struct {
	Run  int64  `json:"run"`
	Feed string `json:"feed"`
	From int    `json:"from"`
	To   int    `json:"to"`
	// Sample is the task from which on one that is alike may be repeated.
	Sample int `json:"sample,omitempty"`
}

// Kind names the job.
func (checkArgs) Kind() string { return checkKind }

// seal ends a job in the transaction of its last result.
type seal func(state.Tx) error

// checker works on check jobs.
type checker struct {
	river.WorkerDefaults[checkArgs]
	*crew
}

// crew is what the workers of a process have in common.
type crew struct {
	Options
	queue  *queue
	mine   *sweeper                    // the sweep that this process began, nil for a mere worker
	finish func(context.Context) error // what ends that, told of it all

	visits visits
}

// sweeper returns what works on a run's jobs.
func (c *crew) sweeper(run int64) *sweeper {
	if c.mine != nil && c.mine.id == run {
		return c.mine
	}
	return newSweeper(c.Options, c.queue, run)
}

func (c *crew) feeds(names ...string) ([]config.Feed, error) {
	out := make([]config.Feed, len(names))
	for n, name := range names {
		i := slices.IndexFunc(c.Feeds, func(f config.Feed) bool { return f.Name == name })
		if i < 0 {
			return nil, fmt.Errorf("no feed %q in this worker's configuration", name)
		}
		out[n] = c.Feeds[i]
	}
	return out, nil
}

// Work checks a batch, unless as many of its feed are checked as its concurrency
// allows, anywhere in the fleet.
func (c *checker) Work(ctx context.Context, job *river.Job[checkArgs]) error {
	defer c.queue.ended()
	feeds, err := c.feeds(job.Args.Feed)
	if err != nil {
		return err
	}
	free, err := c.slot(ctx, feeds[0])
	if free == nil || err != nil {
		return cmpErr(err, river.JobSnooze(time.Second))
	}
	defer free()
	s := c.sweeper(job.Args.Run)
	return s.within(ctx, job.ID, c.limit(job.Args), feeds, func(ctx context.Context) error {
		return s.check(ctx, feeds[0], job.Args, complete(ctx, job))
	})
}

// slot takes one of a feed's slots, and returns how to give it up; nil if none is free.
func (c *checker) slot(ctx context.Context, f config.Feed) (free func(), err error) {
	if f.Concurrency == 0 {
		return func() {}, nil
	}
	for n := range f.Concurrency {
		lock := fmt.Sprintf("feed %s %d", f.Name, n)
		if got, err := c.queue.locks.Try(ctx, lock); err != nil {
			return nil, err
		} else if got {
			return func() { c.queue.locks.Free(lock) }, nil
		}
	}
	return nil, nil
}

func cmpErr(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}

// NextRetry has a job that could not be recorded tried again soon.
func (c *checker) NextRetry(*river.Job[checkArgs]) time.Time { return soon() }

func soon() time.Time { return time.Now().Add(time.Second) }

// workers are those of a process; of is set once its queue is open.
func (c *crew) workers(q *queue) *river.Workers {
	c.queue = q
	w := river.NewWorkers()
	river.AddWorker(w, &lister{crew: c})
	river.AddWorker(w, &fetcher{crew: c})
	river.AddWorker(w, &checker{crew: c})
	river.AddWorker(w, &confirmer{crew: c})
	river.AddWorker(w, &reporter{crew: c})
	return w
}

// Work does the jobs of sweeps that others begin, until the context ends: what is
// under way then is given back. The error is a state that could not be reached.
func Work(ctx context.Context, o Options) error {
	o = o.withDefaults()
	if !state.IsPostgres(o.State.Path()) {
		return errors.New("work for a fleet: its state must be in PostgreSQL")
	}
	c := &crew{Options: o}
	q, err := openQueue(ctx, o, c.workers)
	if err != nil {
		return fmt.Errorf("work for a fleet: %w", err)
	}
	defer q.close()
	defer c.leaveAll()
	if err := q.start(ctx); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
	case <-q.locks.Lost():
		err = errors.New("work for a fleet: the connection to the database broke")
	}
	if serr := q.stop(); err == nil && serr != nil {
		err = fmt.Errorf("work for a fleet: %w", serr)
	}
	return err
}
