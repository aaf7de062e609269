package sweep

import (
	"context"
	"errors"
	"os"

	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/fetch"
	"github.com/feedparity/feedparity/ingest/state"
)

// atOnce is how many deliveries a job checks. Of a feed that sends no more than this a
// night they are run in their order; a job each would cost more than running them.
const atOnce = 16

// deliveries fetches what is new, in its order, and queues it, to be checked while the
// next ones come. What an earlier try of the same job queued is left alone.
func (s *sweeper) deliveries(ctx context.Context, l *look) error {
	todo, err := s.settled(ctx, l)
	if err != nil {
		return err
	}
	b := batch{s: s, feed: l.feed, size: atOnce}
	if l.feed.Concurrency == 1 {
		b.size = len(todo) // one job, so that they are run in their order
	}
	queued, err := b.earlier(l.queued)
	if err != nil {
		return err
	}
	defer os.Remove(s.incoming(l.feed.Name)) // it is empty, or has what another try may need
	for _, t := range todo {
		if err := s.avoid(ctx, l.feed); err != nil {
			return err
		}
		was := t.known.SHA256
		out := started(l.feed, t)
		s.try(ctx, l.feed, t, &out, func() (err error) { t.known, err = s.obtain(ctx, l.feed, l.src, t); return err })
		s.missed(ctx, t, &out)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(out.Err, fetch.ErrDiskFull): // it is so for every other file
			s.full.Store(true)
			return errors.Join(b.done(ctx, t, out), b.queue(ctx), errFull)
		case out.Err != nil, out.Gone:
			err = b.done(ctx, t, out)
		case queued[version{t.known.Path, t.known.SHA256}]:
		case t.again && t.known.SHA256 == was: // fetched again for nothing, as most are
			l.out.Seen++
			err = s.State.Done(ctx, l.feed.Name, t.entry.Path, was, s.Now())
		default:
			err = b.add(ctx, t)
		}
		if err != nil {
			return err
		}
	}
	return b.queue(ctx)
}

// started is a delivery of which nothing is known but its listing.
func started(f config.Feed, t task) Delivery {
	name := named(f, t.entry)
	return Delivery{Feed: f.Name, Path: t.entry.Path, Name: name, file: name, Pair: f.Pair.Name, News: t.news, MTime: t.entry.MTime}
}

// version is one version of a delivery.
type version struct{ path, sha256 string }

// batch are deliveries of a feed on their way to the queue.
type batch struct {
	s     *sweeper
	feed  config.Feed
	size  int
	last  int // number of the last task
	tasks []state.Task
}

// earlier returns what is queued already, and goes on with its numbers.
func (b *batch) earlier(queued []state.Task) (map[version]bool, error) {
	out := map[version]bool{}
	for _, q := range queued {
		t, err := taskOf(b.feed.Name, q)
		if err != nil {
			return nil, err
		}
		b.last = max(b.last, q.Number)
		out[version{t.known.Path, t.known.SHA256}] = t.known.SHA256 != ""
	}
	return out, nil
}

// done stores that a delivery could not be fetched: no job is for it.
func (b *batch) done(ctx context.Context, t task, out Delivery) error {
	b.last++
	t.number = b.last
	return b.s.store(ctx, t, []Delivery{out}, nil)
}

// add numbers a delivery, and queues what there is once it is a batch.
func (b *batch) add(ctx context.Context, t task) error {
	b.last++
	t.number = b.last
	b.tasks = append(b.tasks, state.Task{Run: b.s.id, Feed: b.feed.Name, Number: t.number, Body: t.body()})
	if len(b.tasks) < b.size {
		return nil
	}
	return b.queue(ctx)
}

// queue stores the tasks and the job that works on them, both or neither.
func (b *batch) queue(ctx context.Context) error {
	if len(b.tasks) == 0 {
		return nil
	}
	args := checkArgs{Run: b.s.id, Feed: b.feed.Name, From: b.tasks[0].Number, To: b.tasks[len(b.tasks)-1].Number}
	b.s.notes.waits(b.feed.Name, len(b.tasks))
	err := b.s.queue.insert(ctx, args, func(tx state.Tx) error { return tx.Put(ctx, b.tasks...) })
	b.tasks = nil
	return err
}
