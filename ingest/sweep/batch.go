package sweep

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/feedparity/feedparity/ingest/archive"
	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/fetch"
	"github.com/feedparity/feedparity/ingest/state"
)

// What is small is many, and what costs is waiting for the disk: deliveries are kept,
// recorded and checked together.
const (
	// atOnce is how many deliveries are kept and recorded together, at most and, unless they
	// come slowly, at least.
	atOnce, fewAtOnce = 1024, 128
	// inOrder is how many may wait for one before them that takes long to fetch.
	inOrder = 512
	// jobSize is how many a job checks that only the models read: a job each would cost more
	// than running them.
	jobSize = 1024
	// sharedJobSize is that where other machines are to have a share, and the least of which
	// workers that have nothing else to do get a share each.
	sharedJobSize = 64
	// callsAtOnce is how many a job checks that the team's own code reads, which takes its
	// time: other workers are to have a share.
	callsAtOnce = 16
	// bytesAtOnce ends any of them before it is that many.
	bytesAtOnce = 16 << 20
	// keptWithin is how long what was fetched waits for more to be kept with it.
	keptWithin = time.Second
)

// deliveries fetches what is new and queues it in its order, to be checked while the next
// ones come. What an earlier try of the same job queued is left alone.
func (s *sweeper) deliveries(ctx context.Context, l *look) error {
	todo, err := s.settled(ctx, l)
	if err != nil || len(todo) == 0 {
		return err
	}
	b := batch{s: s, look: l, left: len(todo), sample: sampleFrom(s.id, todo)}
	b.sized(l.feed, s.queue.fleet(), len(todo))
	if err := b.earlier(l.queued); err != nil {
		return err
	}
	defer os.Remove(s.incoming(l.feed.Name)) // it is empty, or has what another try may need
	if l.incoming, err = s.openIncoming(l.feed.Name); err != nil {
		return err
	}
	defer l.incoming.Close()
	l.many = fetch.NewMany(l.src, l.incoming, smaller, entriesOf(todo)...)
	got, done := s.fetching(ctx, l, todo)
	defer done()
	for one := range got {
		f, err := b.await(ctx, one)
		if err == nil && f.stop != nil {
			err = errors.Join(b.queue(ctx), f.stop)
		}
		if err == nil {
			err = b.take(ctx, f)
		}
		if err != nil {
			return err
		}
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return b.queue(ctx)
}

// sized says how many of a feed's deliveries a job checks.
func (b *batch) sized(f config.Feed, fleet bool, todo int) {
	b.size, b.most = jobSize, bytesAtOnce
	switch {
	case f.Concurrency == 1:
		b.size, b.most = todo, 1<<62 // one job, so that they are run in their order
	case calls(f):
		b.size = callsAtOnce
	case fleet:
		b.size = sharedJobSize
	default:
		b.early = f.Concurrency == 0 // or a job would wait for its turn
	}
}

// started is a delivery of which nothing is known but its listing.
func started(f config.Feed, t task) Delivery {
	name := named(f, t.entry)
	return Delivery{Feed: f.Name, Path: t.entry.Path, Dir: directory(f, t.entry), Name: name, file: name, Pair: f.Pair.Name, News: t.news, MTime: t.entry.MTime, Warnings: t.warnings}
}

// version is one version of a delivery.
type version struct{ path, sha256 string }

// batch are deliveries of a feed on their way to the archive, the state and the queue.
type batch struct {
	s      *sweeper
	look   *look
	size   int   // deliveries of a job
	most   int64 // their bytes
	early  bool  // a job need not be full: this machine does them all
	sample int   // the task from which on one may be repeated
	queued map[version]bool
	last   int // number of the last task
	came   int // deliveries that were fetched, or not
	left   int // and that are to be

	fetched []fetched // not yet kept
	bytes   int64     // of them
	began   time.Time // when the first of them came

	waiting []numbered // not yet queued
}

// numbered is a delivery that is to be checked.
type numbered struct {
	state.Task
	known task // as whoever reads it from the state knows it
	bytes int64
}

// earlier takes what is queued already, and goes on with its numbers.
func (b *batch) earlier(queued []state.Task) error {
	b.queued = map[version]bool{}
	for _, q := range queued {
		t, err := taskOf(b.look.feed.Name, q)
		if err != nil {
			return err
		}
		b.last = max(b.last, q.Number)
		b.queued[version{t.known.Path, t.known.SHA256}] = t.known.SHA256 != ""
	}
	return nil
}

// await waits for a delivery; what came before it is kept if that takes long.
func (b *batch) await(ctx context.Context, one <-chan fetched) (fetched, error) {
	select {
	case f := <-one:
		return f, nil
	default:
	}
	if len(b.fetched) > 0 {
		patience := time.NewTimer(time.Until(b.began.Add(keptWithin)))
		defer patience.Stop()
		select {
		case f := <-one:
			return f, nil
		case <-patience.C:
			if err := b.keep(ctx); err != nil {
				return fetched{}, err
			}
		}
	}
	return <-one, nil
}

// take adds what was fetched, or what became of it, in its order.
func (b *batch) take(ctx context.Context, f fetched) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if len(b.fetched) == 0 {
		b.began = time.Now()
		b.fetched = make([]fetched, 0, min(b.enough(), b.left)) // they are large
	}
	b.fetched = append(b.fetched, f)
	b.bytes += f.t.known.Bytes
	b.came, b.left = b.came+1, b.left-1
	if errors.Is(f.out.Err, fetch.ErrDiskFull) {
		return b.queue(ctx)
	}
	if len(b.fetched) >= b.enough() || b.bytes >= bytesAtOnce {
		return b.keep(ctx)
	}
	return nil
}

// enough is how many are kept together now. The first ones are few, so that checking begins
// while others are fetched, and so are the last ones, so that little is left to be checked
// when nothing more comes.
func (b *batch) enough() int {
	return max(fewAtOnce, min(atOnce, b.came-len(b.fetched), (b.left+len(b.fetched))/2))
}

// keep puts what was fetched into the archive, and records it once it lasts there.
func (b *batch) keep(ctx context.Context) error { return b.transact(ctx, false) }

// queue keeps what was fetched and queues all that is to be checked.
func (b *batch) queue(ctx context.Context) error { return b.transact(ctx, true) }

func (b *batch) transact(ctx context.Context, all bool) error {
	stop := b.lookAgain(ctx)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if b.archive(ctx) || slices.ContainsFunc(b.fetched, func(f fetched) bool { return errors.Is(f.out.Err, fetch.ErrDiskFull) }) {
		b.s.full.Store(true) // it is so for every other file
		stop = errors.Join(stop, errFull)
	}
	for i := range b.fetched {
		b.sort(&b.fetched[i])
	}
	got, now := b.fetched, b.s.Now()
	b.fetched, b.bytes = nil, 0
	record := func(tx state.Tx) error { return b.record(ctx, tx, got, now) }
	var err error
	switch jobs, tasks := b.jobs(all || stop != nil); {
	case len(jobs) > 0:
		b.s.notes.waits(b.look.feed.Name, len(tasks))
		queued := b.forOthers(tasks)
		err = b.s.queue.insert(ctx, jobs, func(tx state.Tx) error { return errors.Join(record(tx), tx.Put(ctx, queued...)) })
		if err != nil {
			b.s.notes.take(b.look.feed.Name, tasks[0].Number, tasks[len(tasks)-1].Number)
		}
	case len(got) > 0:
		err = b.s.State.Transact(ctx, record)
	}
	b.told(got, err)
	return errors.Join(err, stop)
}

// lookAgain has all that nobody looked at after its transfer looked at together, and
// fetches again what may be another version by now. The error is why nothing more is to be
// fetched: what could not be looked at, or fetched again, is left for the next try.
func (b *batch) lookAgain(ctx context.Context) (stop error) {
	var which []*fetched
	var files []fetch.Entry
	for i := range b.fetched {
		if f := &b.fetched[i]; f.later != nil {
			which, files = append(which, f), append(files, f.later.entry)
		}
	}
	if len(which) == 0 {
		return nil
	}
	stop = b.s.outside(ctx, b.look.feed, func(ctx context.Context) error {
		for n, again := range b.look.many.Confirm(ctx, files...) {
			if !again {
				which[n].later = nil
			}
		}
		return ctx.Err()
	})
	for _, f := range which {
		if stop == nil && f.later != nil {
			*f = b.s.fetch(ctx, b.look, f.later.t)
			stop = f.stop
		}
	}
	b.fetched = slices.DeleteFunc(b.fetched, func(f fetched) bool { return f.later != nil || f.stop != nil })
	return stop
}

// forOthers are tasks as the state has them until they are done. Where no other process can
// do them it need not: after a crash, what a delivery is remembered by says that it is to be run.
func (b *batch) forOthers(tasks []numbered) []state.Task {
	if !b.s.queue.fleet() && b.s.notes.hold(b.look.feed.Name, tasks) {
		return nil
	}
	out := make([]state.Task, len(tasks))
	for i, t := range tasks {
		out[i] = t.Task
	}
	return out
}

func entriesOf(todo []task) []fetch.Entry {
	out := make([]fetch.Entry, len(todo))
	for i, t := range todo {
		out[i] = t.entry
	}
	return out
}

// jobs takes the jobs that are full off what waits, with their tasks: the last one too if
// nothing is to come, shared by the workers, or if those of one machine would be idle.
func (b *batch) jobs(all bool) (jobs []checkArgs, tasks []numbered) {
	job := checkArgs{Run: b.s.id, Feed: b.look.feed.Name, Sample: b.sample}
	var size int
	var volume int64
	most, rest := b.size, all || b.early && len(b.waiting) >= fewAtOnce
	if b.early && all {
		most = max(sharedJobSize, (len(b.waiting)+b.s.Options.workers()-1)/b.s.Options.workers())
	}
	for i, w := range b.waiting {
		if size++; size == 1 {
			job.From = w.Number
		}
		volume += w.bytes
		if full := size >= most || volume >= b.most; full || rest && i == len(b.waiting)-1 {
			job.To = w.Number
			jobs, size, volume = append(jobs, job), 0, 0
		}
	}
	tasks = b.waiting[:len(b.waiting)-size]
	b.waiting = slices.Clone(b.waiting[len(tasks):])
	return jobs, tasks
}

// archive puts into the archive what is not there. Where that fails for all together it
// is tried one by one: an error is to be that of its own delivery, but for a disk that is
// full, which is so for all that are to come.
func (b *batch) archive(ctx context.Context) (full bool) {
	var blobs []archive.Blob
	for _, f := range b.fetched {
		if f.fresh() {
			blobs = append(blobs, f.blob)
		}
	}
	if len(blobs) == 0 {
		return false
	}
	err := b.s.Store.PutAll(ctx, blobs...)
	if full = errors.Is(err, archive.ErrFull); full {
		err = fmt.Errorf("%w: %w", fetch.ErrDiskFull, err)
	}
	for i := range b.fetched {
		f := &b.fetched[i]
		if !f.fresh() {
			continue
		}
		one := err
		if err != nil && !full && len(blobs) > 1 {
			one = b.s.Store.PutAll(ctx, f.blob)
		}
		if one == nil && f.blob.File != "" {
			one = os.Remove(f.blob.File)
		}
		if one != nil {
			f.out.Err = wrong(&f.out, one)
		}
		b.s.reach("record fetch")
	}
	return full
}

// sort says what is to be done with a delivery, and numbers it if anybody is to hear of it.
func (b *batch) sort(f *fetched) {
	switch {
	case f.out.Err != nil || f.out.Gone:
		f.fate = lost
	case b.queued[version{f.t.known.Path, f.t.known.SHA256}]:
		f.fate = known
		return
	case f.t.again && f.t.known.SHA256 == f.was: // fetched again for nothing, as most are
		f.fate = unchanged
		return
	case f.t.again:
		f.t.news, f.out.News = state.Changed, state.Changed
	}
	b.last++
	f.t.number = b.last
	if f.fate == toCheck {
		q := state.Task{Run: b.s.id, Feed: b.look.feed.Name, Number: b.last, Body: f.t.body()}
		b.waiting = append(b.waiting, numbered{q, f.t.forOthers().task(q.Feed, q), f.t.known.Bytes})
	}
}

// record stores that deliveries were fetched, or why not: for that there is no job.
func (b *batch) record(ctx context.Context, tx state.Tx, got []fetched, now time.Time) error {
	feed := b.look.feed.Name
	var arrived []state.Arrival
	var results []state.Task
	for _, f := range got {
		// What is remembered is what the listing said, not the transfer's exact time: the
		// next listing is compared with it, and both come from the same clock and zone. What
		// is unchanged did not come today: the feed may be late.
		if d := f.t.known; f.fresh() && f.out.Err == nil && f.fate != unchanged {
			arrived = append(arrived, state.Arrival{Entry: d.Entry, SHA256: d.SHA256, Bytes: d.Bytes})
		}
		if f.fate == lost {
			result, err := b.s.done(f.t, []Delivery{f.out})
			if err != nil {
				return err
			}
			results = append(results, result)
		}
	}
	if err := tx.Fetched(ctx, feed, now, arrived...); err != nil {
		return err
	}
	return tx.Put(ctx, results...)
}

// told notes what became of deliveries once it is stored, or could not be.
func (b *batch) told(got []fetched, err error) {
	for _, f := range got {
		switch {
		case f.fate == lost && err != nil:
			b.s.notes.tried(b.look.feed.Name, f.t.number, []Delivery{f.out})
		case f.fate == lost:
			b.s.finished(b.look.feed.Name, f.t.number, []Delivery{f.out})
		case f.fate == unchanged && err == nil:
			b.look.out.Seen++
		}
	}
}
