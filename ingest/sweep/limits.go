package sweep

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/riverqueue/river"

	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/fetch"
	"github.com/feedparity/feedparity/ingest/interp"
)

// How long a job may take follows from what the configuration lets its parts take: a limit
// of its own would end a server's night at another time than its time-outs say. It is there
// for what should not be, a part that does not come to its end.
const (
	// leastLimit is for what nothing longer is configured.
	leastLimit = 4 * time.Hour
	// grace is what a job may take to end once it is told to.
	grace = 10 * time.Minute
	// rescueAfter is when a job counts as lost whose worker lives and does not come back; of
	// a longer limit of its own, River sees to that. Jobs of a process that died are freed at
	// once, by its lock.
	rescueAfter = leastLimit + 2*grace
)

const (
	// callsOfOne is how often the team's own code may be run for one delivery: by either
	// path, of either view, repeated for noise and with one suspect less.
	callsOfOne = 20
	// modelsOfOne is what all else of one may take: reading, minimising, confirming.
	modelsOfOne = 5 * time.Minute
	// confirmLimit is for a delivery that is repeated on interpreters: it is small.
	confirmLimit = modelsOfOne
)

// pullLimit is that of a server: what its feeds may keep it busy, and the same again for
// what is done meanwhile, and the times at which they leave it alone.
func pullLimit(least time.Duration, feeds []config.Feed) time.Duration {
	var busy, aside time.Duration
	for _, f := range feeds {
		busy = max(busy, cmp.Or(f.Source.Timeouts.Host, fetch.DefaultHostTimeout))
		aside += f.Take.Settle + f.Take.MinAge + time.Duration(len(f.Take.Avoid))*patientFor
	}
	return max(least, 2*busy+aside)
}

// checkLimit is that of so many deliveries of a feed, one after the other.
func checkLimit(least time.Duration, f config.Feed, deliveries int) time.Duration {
	one := modelsOfOne
	for _, c := range f.Calls {
		if c != nil {
			one += callsOfOne * cmp.Or(c.Timeout, interp.DefaultTimeout)
		}
	}
	return max(least, time.Duration(deliveries)*one)
}

// serverLimit is that of either job at a server; one of a feed that this worker does not know
// fails at once.
func (c *crew) serverLimit(at server) time.Duration {
	feeds, err := c.feeds(at.Feeds...)
	if err != nil {
		return leastLimit
	}
	return pullLimit(c.least(), feeds)
}

func (c *checker) limit(a checkArgs) time.Duration {
	feeds, err := c.feeds(a.Feed)
	if err != nil {
		return leastLimit
	}
	return checkLimit(c.least(), feeds[0], a.To-a.From+1)
}

// Timeout is River's limit, which a job does not reach that ends when it is told to. Where
// there is one process it may have to wait for its turn.
func (l *lister) Timeout(job *river.Job[listArgs]) time.Duration {
	if !l.queue.fleet() {
		return -1
	}
	return 3*l.serverLimit(job.Args.server) + 2*grace // it waits for the other one
}

// Timeout is River's limit, likewise: what is waited for until files have settled is less than
// the limit of the job.
func (f *fetcher) Timeout(job *river.Job[fetchArgs]) time.Duration {
	if !f.queue.fleet() {
		return -1
	}
	return 2*f.serverLimit(job.Args.server) + grace
}

// Timeout is none: replaying all cases takes as long as the team's code does.
func (r *reporter) Timeout(*river.Job[reportArgs]) time.Duration { return -1 }

// Timeout is River's limit, likewise.
func (c *checker) Timeout(job *river.Job[checkArgs]) time.Duration { return c.limit(job.Args) + grace }

// Timeout is River's limit, likewise.
func (c *confirmer) Timeout(*river.Job[confirmArgs]) time.Duration { return confirmLimit + grace }

func (c *crew) least() time.Duration { return cmp.Or(c.limitAtLeast, leastLimit) }

const (
	// serverJob stands for the jobs at a feed's server, of which one follows from the other.
	serverJob = 0
	// lostJob stands for one that has no other try.
	lostJob = -1
)

// within does a job's work until its limit, and notes of its feeds what ended it then, until
// another try of the same job does better.
func (s *sweeper) within(ctx context.Context, job int64, limit time.Duration, feeds []config.Feed, work func(context.Context) error) error {
	ctx, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("it was not done after %v", limit))
	defer cancel()
	err := work(ctx)
	for _, f := range feeds {
		s.notes.of(f.Name, func(o *noted) {
			delete(o.cut, job)
			if why := context.Cause(ctx); err != nil && why != nil {
				o.cut[job] = why
			}
		})
	}
	return err
}
