package sweep

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/archive"
	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/state"
	"github.com/feedparity/feedparity/ingest/unpack"
)

// storedWithin is how long what was found waits to be stored with more of it: whoever dies
// repeats no more work than this, and one delivery.
const storedWithin = time.Second

// checking is a batch that is being checked, with what its feed is remembered by.
type checking struct {
	s       *sweeper
	feed    config.Feed
	key     state.Key
	members map[int]map[string]Delivery // what is done of archives, by number
	// verdicts are what is recorded of deliveries, by their hashes.
	verdicts map[string][]state.Outcome
	counted  map[string]string // signatures that the state counts, with their cases
	filed    map[string]string // and those of which a case was written since

	alone bool // the state does not have these tasks: nobody else can do them

	sample bool               // one of these deliveries is to be repeated
	alike  []nominated        // those that may be, and are stored
	done   map[int]state.Task // where they are not by themselves in the state, by number

	left    int             // deliveries that are to be done
	waiting []checked       // done, and not stored yet
	hashes  map[string]bool // of the deliveries that they are of
	began   time.Time       // when the first of them was

	remembered bool // the rest is
	charset    string
	noise      []ingest.Noise
}

// checked is a task that is done.
type checked struct {
	t        task
	all      []Delivery // of an archive its members
	outcomes []state.Outcome
	whole    bool // an archive, of which nothing remains to be done
}

// check runs the deliveries of a batch, one after the other, in the order of their
// numbers. Those that an earlier try of the same job has done stay as they are. The error
// is a state that could not be written, or the context's: then another try does it again.
func (s *sweeper) check(ctx context.Context, f config.Feed, a checkArgs, end seal) error {
	c := &checking{s: s, feed: f, key: s.key(f), sample: a.To >= a.Sample && s.samples(f), members: map[int]map[string]Delivery{}, counted: map[string]string{}, filed: map[string]string{}}
	todo, err := c.todo(ctx, a.From, a.To)
	if err != nil {
		return err
	}
	sums := make([]string, len(todo))
	for i, t := range todo {
		sums[i] = t.known.SHA256
	}
	if c.verdicts, err = s.State.Verdicts(ctx, c.key, sums...); err != nil {
		return err
	}
	for i, t := range todo {
		c.left = len(todo) - i
		if err := c.one(ctx, t); err != nil {
			return err
		}
		if c.due() && i < len(todo)-1 {
			if err := c.store(ctx, nil); err != nil {
				return err
			}
		}
	}
	return c.end(ctx, end)
}

// end stores what is left to store, which ends the job, and has one of its deliveries
// repeated where that is to be done.
func (c *checking) end(ctx context.Context, end seal) error {
	if !c.sample {
		return c.store(ctx, end)
	}
	return follow(ctx, c.s.queue, func(queue func(state.Tx, []confirmArgs) error) error {
		return c.store(ctx, func(tx state.Tx) error {
			next, err := c.nominate(ctx, tx)
			if err == nil {
				err = queue(tx, next)
			}
			if err != nil {
				return err
			}
			return end(tx)
		})
	})
}

// todo are the tasks of a batch that are not done.
func (c *checking) todo(ctx context.Context, from, to int) (todo []task, err error) {
	if todo = c.s.notes.take(c.feed.Name, from, to); todo != nil {
		for _, t := range todo {
			c.members[t.number] = map[string]Delivery{}
		}
		c.alone, c.done = true, map[int]state.Task{}
		return todo, nil
	}
	queued, err := c.s.State.Batch(ctx, c.s.id, c.feed.Name, from, to)
	if err != nil {
		return nil, err
	}
	for _, q := range queued {
		switch {
		case q.Member == "" && q.Result != nil:
			if err := c.earlier(q); err != nil {
				return nil, err
			}
		case q.Member == "":
			t, err := taskOf(c.feed.Name, q)
			if err != nil {
				return nil, err
			}
			todo, c.members[q.Number] = append(todo, t), map[string]Delivery{}
		case c.members[q.Number] != nil:
			done, err := decode(q.Result)
			if err != nil || len(done) != 1 {
				return nil, fmt.Errorf("read result of %q in task %d of feed %q: %w", q.Member, q.Number, c.feed.Name, err)
			}
			c.members[q.Number][q.Member] = done[0]
		}
	}
	return todo, nil
}

// earlier notes what an earlier try of the job has done, as far as it matters to this one.
func (c *checking) earlier(q state.Task) error {
	if !c.sample {
		return nil
	}
	t, err := taskOf(c.feed.Name, q)
	if err != nil {
		return err
	}
	all, err := decode(q.Result)
	c.alike = append(c.alike, samplesOf(t, all)...)
	return err
}

// one checks a delivery. Another with the same bytes is stored before, so that they are
// known.
func (c *checking) one(ctx context.Context, t task) error {
	if c.hashes[t.known.SHA256] {
		if err := c.store(ctx, nil); err != nil {
			return err
		}
	}
	done, err := c.delivery(ctx, t)
	if err == nil && ctx.Err() != nil {
		err = ctx.Err()
	}
	if err != nil {
		c.waiting = append(c.waiting, done)
		return c.tried(err)
	}
	// What came again is no later than what came since (state.LastCharset).
	if only := done.all[0]; t.news != state.Rechecked && !only.Known && len(done.outcomes) > 0 && only.Charset != "" && only.Charset != "ascii" {
		c.charset = only.Charset
	}
	if len(c.waiting) == 0 {
		c.began, c.hashes = time.Now(), map[string]bool{}
		c.waiting = slices.Grow(c.waiting, c.left)
	}
	c.hashes[t.known.SHA256] = true
	c.waiting = append(c.waiting, done)
	return nil
}

// due reports whether what waits is to be stored. The team's own code takes its time and
// may have effects: it is not run twice for want of a few more.
func (c *checking) due() bool {
	return c.costly() || len(c.waiting) >= jobSize || len(c.waiting) > 0 && time.Since(c.began) > storedWithin
}

// store stores what came of deliveries, all of it or nothing.
func (c *checking) store(ctx context.Context, end seal) error {
	err := guarded(func() error {
		now := c.s.Now()
		return c.transact(ctx, func(tx state.Tx) error {
			if err := c.put(ctx, tx, now); err != nil || end == nil {
				return err
			}
			return end(tx)
		})
	})
	if err != nil {
		return c.tried(err)
	}
	for _, w := range c.waiting {
		for i := range w.all {
			c.s.observe(doneWith(&w.all[i]))
		}
		if len(w.outcomes) > 0 && settled(w.all[0]) && !w.all[0].Known {
			c.verdicts[w.t.known.SHA256] = w.outcomes
		}
		if c.sample {
			c.alike = append(c.alike, samplesOf(w.t, w.all)...)
		}
		c.s.finished(c.feed.Name, w.t.number, w.all)
	}
	c.waiting, c.hashes, c.remembered = nil, nil, false
	return nil
}

// transact stores what was found. It can be found again after a power cut; but what the
// team's own code does may be more than to be looked at.
func (c *checking) transact(ctx context.Context, f func(state.Tx) error) error {
	if c.costly() {
		return c.s.State.Transact(ctx, f)
	}
	return c.s.State.TransactSoon(ctx, f)
}

// costly reports whether the feed's deliveries are read by more than the models.
func (c *checking) costly() bool { return calls(c.feed) || c.feed.Handover.Wanted() }

// put stores what waits.
func (c *checking) put(ctx context.Context, tx state.Tx, now time.Time) error {
	made := make([]state.Made, len(c.waiting))
	for i, w := range c.waiting {
		made[i] = state.Made{Path: w.all[0].Path, Outcomes: w.outcomes}
	}
	fresh, err := tx.Record(ctx, c.s.id, now, made...)
	if err != nil {
		return err
	}
	results, sizes := make([]state.Task, len(c.waiting)), make([]int, len(c.waiting))
	for i, w := range c.waiting {
		if len(w.outcomes) > 0 {
			w.all[0].settle(fresh[i])
		}
		if w.whole {
			if err := tx.Done(ctx, c.feed.Name, w.all[0].Path, w.t.known.SHA256, now); err != nil {
				return err
			}
		}
		if results[i], err = c.s.done(w.t, w.all); err != nil {
			return err
		}
		if sizes[i] = len(w.all); c.alone && c.sample {
			c.done[w.t.number] = results[i]
		}
	}
	if c.alone && len(results) > 0 {
		one, err := together(results, sizes)
		if err != nil {
			return err
		}
		results = []state.Task{one}
	}
	return tx.Put(ctx, results...)
}

// tried notes what was found and could not be stored, and why.
func (c *checking) tried(err error) error {
	for _, w := range c.waiting {
		for i := range w.all {
			if d := &w.all[i]; d.Err == nil {
				d.Err = wrong(d, err)
			}
		}
		c.s.notes.tried(c.feed.Name, w.t.number, w.all)
	}
	c.waiting, c.hashes = nil, nil
	return err
}

// delivery runs the line on one delivery of the archive and files its cases. Of an archive
// each member is a delivery. The error is one of storing what came before it.
func (c *checking) delivery(ctx context.Context, t task) (checked, error) {
	s := c.s
	out := started(c.feed, t)
	out.SHA256 = t.known.SHA256
	done := checked{t: t, all: []Delivery{out}}
	only := &done.all[0]
	dir := s.unpacked(c.feed.Name, fmt.Sprintf("%d-%d", s.id, t.number))
	inside := dir + "-members"
	var members []unpack.Member
	var laidOut bool
	s.try(ctx, c.feed, t, only, func() error {
		if data, err := c.inMemory(ctx, t); data != nil || err != nil {
			if err == nil {
				done.outcomes, err = c.run(ctx, t, content{data: bytes.NewReader(data), size: int64(len(data))}, only)
			}
			return err
		}
		laidOut = true
		file, err := s.layOut(ctx, t.known, dir)
		if err != nil {
			return err
		}
		if members, err = unpacked(ctx, file, out.Name, inside, c.feed.Take.Unpack); err == nil && members == nil {
			done.outcomes, err = c.runFile(ctx, t, file, only)
		}
		return err
	})
	if laidOut {
		defer os.RemoveAll(dir)
		defer os.RemoveAll(inside)
	}
	if only.Err != nil || members == nil {
		return done, nil
	}
	if err := c.store(ctx, nil); err != nil { // each member has its own transaction
		return done, err
	}
	done.all, done.whole = c.archived(ctx, t, *only, members)
	return done, nil
}

// inMemory returns a small delivery that the models alone read, nil for any other.
func (c *checking) inMemory(ctx context.Context, t task) ([]byte, error) {
	if t.known.Bytes > small || calls(c.feed) {
		return nil, nil
	}
	data, err := c.s.Store.Read(ctx, t.known.SHA256)
	switch {
	case errors.Is(err, archive.ErrDamaged):
		return nil, errors.Join(err, c.s.Store.Remove(ctx, t.known.SHA256))
	case err != nil:
		return nil, err
	case unpack.Is(bytes.NewReader(data), int64(len(data))):
		return nil, nil
	}
	return data, nil
}

// runFile is run for what is in a file.
func (c *checking) runFile(ctx context.Context, t task, name string, out *Delivery) ([]state.Outcome, error) {
	file, err := unpack.OpenFile(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return c.run(ctx, t, content{file, file.Size, name}, out)
}

// remember asks what the feed's deliveries were like until now.
func (c *checking) remember(ctx context.Context) (err error) {
	if c.remembered {
		return nil
	}
	if c.charset, err = c.s.State.LastCharset(ctx, c.feed.Name); err != nil {
		return err
	}
	if c.noise, err = c.s.State.Noise(ctx, c.feed.Name, c.key.Settings, c.s.Revision); err != nil {
		return err
	}
	c.remembered = true
	return nil
}

// shown reports whether the state counts a signature of the feed, and returns its case, ""
// if it has none. What is filed and not counted is new to all that show it until one is
// recorded (settle).
func (c *checking) shown(ctx context.Context, signature string) (dir string, counted bool, err error) {
	if dir, counted = c.counted[signature]; counted {
		return dir, true, nil
	}
	if dir = c.filed[signature]; dir != "" {
		return dir, false, nil
	}
	counter, counted, err := c.s.State.Signature(ctx, c.feed.Name, signature)
	if counter.Dir != "" {
		c.counted[signature] = counter.Dir
	}
	return counter.Dir, counted, err
}
