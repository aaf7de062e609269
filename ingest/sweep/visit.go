package sweep

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/riverqueue/river"

	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/fetch"
	"github.com/feedparity/feedparity/ingest/state"
)

// server is what the jobs at a server are about: the feeds of a configuration that share it.
type server struct {
	Run   int64    `json:"run"`
	Host  string   `json:"host"`
	Feeds []string `json:"feeds"`
	// Tries counts how often whoever was to fetch from it was gone.
	Tries int `json:"tries,omitempty"`
}

// listArgs is a server to be listed, by anybody.
type listArgs struct{ server }

// Kind names the job.
func (listArgs) Kind() string { return listKind }

// fetchArgs is a server that was listed and has something new, which is for whoever listed
// it to fetch: another process would have to log in again, and some servers allow that once.
type fetchArgs struct {
	server
	By string `json:"by"` // the process
}

// Kind names the job.
func (fetchArgs) Kind() string { return fetchKind }

// lister works on list jobs, fetcher on fetch jobs.
type (
	lister struct {
		river.WorkerDefaults[listArgs]
		*crew
	}
	fetcher struct {
		river.WorkerDefaults[fetchArgs]
		*crew
	}
)

// visit is the time at a server, from before it is listed to after the last is fetched from
// it: no other process may come meanwhile, and its connections are kept.
type visit struct {
	s     *sweeper
	looks []look        // the feeds of which something is to be fetched
	ready time.Time     // when their new files have been watched, the zero time if none are to be
	leave func()        // ends it
	gone  chan struct{} // closed then
	vain  *time.Timer   // ends it if it waits for too long
}

// waitsFor is how long a visit waits for its second job at most, which comes at once unless
// somebody has cancelled it: who begins a sweep cancels the jobs of the one before.
const waitsFor = time.Minute

// visits are those of a process that wait for their second job, by their hosts.
type visits struct {
	mu      sync.Mutex
	of      map[string]*visit
	longest time.Duration // that they wait at most, waitsFor if 0
}

// put has a visit wait, and ends it if it does so in vain.
func (w *visits) put(host string, v *visit) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.of == nil {
		w.of = map[string]*visit{}
	}
	w.of[host] = v
	v.vain = time.AfterFunc(cmp.Or(w.longest, waitsFor), func() {
		if w.drop(host, v) {
			v.leave()
		}
	})
}

// drop takes a visit if it still waits, and reports whether it did.
func (w *visits) drop(host string, v *visit) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.of[host] != v {
		return false
	}
	delete(w.of, host)
	return true
}

// take returns the visit at a host, once; nil if there is none.
func (w *visits) take(host string) *visit {
	w.mu.Lock()
	defer w.mu.Unlock()
	v := w.of[host]
	delete(w.of, host)
	if v != nil {
		v.vain.Stop()
	}
	return v
}

// except are the visits that are not of a run.
func (w *visits) except(run int64) (out []*visit) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, host := range slices.Collect(maps.Keys(w.of)) {
		if v := w.of[host]; v.s.id != run {
			v.vain.Stop()
			out = append(out, v)
			delete(w.of, host)
		}
	}
	return out
}

// leaveAll ends the visits that nobody will go on with.
func (c *crew) leaveAll() { c.leaveBut(0) }

// leaveBut ends those of other runs: there is one sweep at a time, and whoever began another
// one has dropped its jobs.
func (c *crew) leaveBut(run int64) {
	for _, v := range c.visits.except(run) {
		v.leave()
	}
}

// arrive begins a visit: nil if another process, or an earlier job of this one, is there.
func (c *crew) arrive(ctx context.Context, at server) (*visit, error) {
	c.leaveBut(at.Run)
	if !c.queue.begin(ctx) {
		return nil, ctx.Err()
	}
	lock := state.HostLock(at.Host)
	if got, err := c.queue.locks.Try(ctx, lock); err != nil || !got {
		c.queue.over()
		return nil, err
	}
	v := &visit{s: c.sweeper(at.Run), gone: make(chan struct{})}
	var own *fetch.Hosts
	if v.s.Fetch.Hosts == nil { // a worker forgets what it found out about a server: a sweep is a night's
		own = fetch.NewHosts()
		v.s.Fetch.Hosts = own
	}
	v.leave = sync.OnceFunc(func() {
		for n := range v.looks {
			v.looks[n].close()
		}
		if own != nil {
			own.Close()
		}
		c.queue.locks.Free(lock)
		c.queue.over()
		close(v.gone)
	})
	return v, nil
}

// Work lists a server, and leaves it unless something is to be fetched. Feeds that are to be
// left alone now are for another try of the job. A process of a fleet takes no other server before
// it has left this one: there are others to take it.
func (l *lister) Work(ctx context.Context, job *river.Job[listArgs]) error {
	defer l.queue.ended()
	at := job.Args.server
	feeds, err := l.feeds(at.Feeds...)
	if err != nil {
		return err
	}
	v, err := l.arrive(ctx, at)
	if v == nil || err != nil {
		return cmpErr(err, river.JobSnooze(time.Second))
	}
	stays := false
	defer func() {
		if !stays {
			v.leave()
		}
	}()
	var later time.Time
	l.queue.inTurn(ctx, func() {
		err = v.s.within(ctx, serverJob, l.serverLimit(at), feeds, func(ctx context.Context) error {
			return guarded(func() (err error) {
				later, err = v.list(ctx, feeds)
				return err
			})
		})
	})
	if v.looks != nil { // the others are done
		feeds = feedsOf(v.looks)
	}
	var next []fetchArgs
	if err == nil && len(v.looks) > 0 {
		next, stays = []fetchArgs{{at, l.queue.id}}, true
		l.visits.put(at.Host, v)
		v.s.reach("queue fetch")
	}
	if err == nil {
		err = l.done(ctx, job, later.IsZero(), next)
	}
	if err != nil {
		stays = stays && !l.visits.drop(at.Host, v)
		l.lost(v.s, feeds, err)
		return err
	}
	if stays && l.queue.fleet() {
		l.queue.ended()
		select {
		case <-v.gone:
		case <-ctx.Done():
		}
	}
	if !later.IsZero() {
		return l.queue.later(later.Sub(l.Now()))
	}
	return nil
}

// lost notes of feeds why what was to be done at their server is not done tonight: where one
// process works on a file a job has no other try, and no other job of the run takes the feed up.
func (c *crew) lost(s *sweeper, feeds []config.Feed, why error) {
	if c.queue.fleet() {
		return
	}
	for _, f := range feeds {
		s.notes.of(f.Name, func(o *noted) {
			if o.cut[lostJob] = why; o.cut[serverJob] != nil { // it was not done in time
				o.cut[lostJob] = o.cut[serverJob]
			}
		})
	}
}

// done queues what follows from a list job and ends it, if that is all of it.
func (l *lister) done(ctx context.Context, job *river.Job[listArgs], all bool, next []fetchArgs) error {
	if !all {
		return insertAll(ctx, l.queue, next)
	}
	end := complete(ctx, job)
	return follow(ctx, l.queue, func(queue func(state.Tx, []fetchArgs) error) error {
		return l.State.TransactSoon(ctx, func(tx state.Tx) error {
			if err := queue(tx, next); err != nil {
				return err
			}
			return end(tx)
		})
	})
}

// list finds out what of a server's feeds is to be fetched: all of them are listed before
// anything is, so that after one wait every new file can be looked at a second time. Feeds
// of which nothing is to be fetched are done with that, and stored as such. An earlier
// try of the same job may have done so with some, or fetched from others. What is to be left
// alone now is for later.
func (v *visit) list(ctx context.Context, feeds []config.Feed) (later time.Time, err error) {
	looks, err := v.s.looks(ctx, feeds)
	if err != nil {
		return later, err
	}
	v.looks, later = v.s.aside(looks)
	v.s.listAll(ctx, v.looks)
	v.ready = v.s.settles(ctx, v.looks)
	if ctx.Err() != nil {
		return later, ctx.Err()
	}
	var idle []*look
	var some []look
	for n := range v.looks {
		l := &v.looks[n]
		if len(l.todo) > 0 && l.out.Err == nil {
			some = append(some, *l)
			continue
		}
		v.s.left(l)
		idle = append(idle, l)
	}
	if v.looks = some; len(idle) == 0 {
		return later, nil
	}
	return later, v.s.storePulled(ctx, nil, idle...)
}

// fetch fetches what was listed, feed by feed, and ends the job. What is left of the visit's
// feeds is not done.
func (v *visit) fetch(ctx context.Context, end seal) error {
	for len(v.looks) > 0 {
		l := &v.looks[0]
		v.s.step(ctx, l, v.s.deliveries)
		v.s.left(l)
		last := end
		if len(v.looks) > 1 {
			last = nil
		}
		if err := v.s.storePulled(ctx, last, l); err != nil {
			return err
		}
		v.looks = v.looks[1:]
	}
	return nil
}

// left is a feed of which nothing more is fetched.
func (s *sweeper) left(l *look) {
	l.close()
	s.observe(Event{Feed: l.feed.Name, What: "fetched", Err: l.out.Err})
}

// Work fetches what is new of a server, once it has been watched, and leaves it. Where the visit is
// gone, with an earlier try of the job, it is listed anew.
func (f *fetcher) Work(ctx context.Context, job *river.Job[fetchArgs]) error {
	defer f.queue.ended()
	at := job.Args.server
	feeds, err := f.feeds(at.Feeds...)
	if err != nil {
		return err
	}
	v := f.visits.take(at.Host)
	if v == nil {
		if err := f.queue.again(ctx, at); err != nil {
			if errors.Is(err, errNobody) {
				err = river.JobCancel(err)
			}
			return err
		}
		return f.State.TransactSoon(ctx, complete(ctx, job))
	}
	defer v.leave()
	v.s.reach("fetch")
	sleep(ctx, time.Until(v.ready))
	f.queue.inTurn(ctx, func() {
		err = v.s.within(ctx, serverJob, f.serverLimit(at), feeds, func(inner context.Context) error {
			return guarded(func() error { return v.fetch(inner, complete(ctx, job)) })
		})
	})
	if err != nil {
		f.lost(v.s, feedsOf(v.looks), err)
	}
	return err
}

func feedsOf(looks []look) []config.Feed {
	out := make([]config.Feed, len(looks))
	for i, l := range looks {
		out[i] = l.feed
	}
	return out
}

// errNobody is what a server is given up with that ends all who fetch from it.
var errNobody = errors.New("whoever was to fetch from it was gone every time")

// again has a server listed once more, by whoever comes first.
func (q *queue) again(ctx context.Context, at server) error {
	if at.Tries++; at.Tries >= maxAttempts {
		return errNobody
	}
	return insertAll(ctx, q, []listArgs{{at}})
}

// NextRetry has a job that could not be recorded tried again soon.
func (l *lister) NextRetry(*river.Job[listArgs]) time.Time { return soon() }

// NextRetry has a job that could not be recorded tried again soon.
func (f *fetcher) NextRetry(*river.Job[fetchArgs]) time.Time { return soon() }
