package sweep

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/state"
)

// The models are never trusted, only measured: what they find to diverge is repeated on
// real interpreters when its case is made, and here it is said of which deliveries that
// they find alike. A models' mistake that hides a divergence would show nowhere else.
const (
	// sampledFeeds is of how many feeds a night repeats a delivery: it costs two
	// interpreters a moment each, and of ten a night no more than the sweep of a small feed.
	sampledFeeds = 10
	// sampledBytes is the largest delivery that is repeated: an interpreter and the model
	// read it in about a second, from memory.
	sampledBytes = 4 << 20
	// sampledUnpacked is of an archive all of its files: for one, each is unpacked again.
	sampledUnpacked = 64 << 20
)

// sampleTask names what is beside a feed's result: which of its deliveries is repeated, and
// what came of that. There is one in a run, whoever tries again.
const sampleTask = "confirm"

// sampled reports whether a run repeats a delivery of the feed in a place of the
// configuration. Feeds take turns: in as many runs as one turn has each comes by once. Where a
// turn begins differs from the last one's, or whoever sweeps some feeds by themselves in
// between, which takes a run's number too, would have others come by never.
func sampled(place, feeds int, run int64) bool {
	turns := int64(max(1, (feeds+sampledFeeds-1)/sampledFeeds))
	begin := rand.New(rand.NewPCG(uint64(run/turns), uint64(turns))).Int64N(turns)
	return (int64(place)+run+begin)%turns == 0
}

// samples reports whether a delivery of a feed is to be repeated in this run, as far as is
// known before one was run. Nobody asks for interpreters here: most nights of most feeds
// need none.
func (s *sweeper) samples(f config.Feed) bool {
	place := slices.IndexFunc(s.Feeds, func(o config.Feed) bool { return o.Name == f.Name })
	return s.Judge.Engine != nil && !calls(f) && !f.Handover.Wanted() && sampled(place, len(s.Feeds), s.id)
}

// nominated is what a feed's sample is, as the state has it.
type nominated struct {
	Number int `json:"number"`           // of the delivery's task
	Member int `json:"member,omitempty"` // where it is an archive, the place of the file in what came of it
}

// samplesOf are the results of a task of which one may be repeated: they were found tonight,
// and their views are alike.
func samplesOf(t task, all []Delivery) (out []nominated) {
	var unpacked int64
	for i := range all {
		unpacked += all[i].Bytes
	}
	if unpacked > sampledUnpacked {
		return nil
	}
	for i := range all {
		if d := &all[i]; max(t.known.Bytes, d.Bytes) <= sampledBytes && !d.Known && !d.failed() && alike(d) {
			out = append(out, nominated{t.number, i})
		}
	}
	return out
}

// nominate names one of a job's deliveries to be repeated, and returns the job for that; none
// where another job of its feed did, or an earlier try of this one. Of the first job that ends
// it is chosen by the run: another night takes another, and another try of this job the same.
func (c *checking) nominate(ctx context.Context, tx state.Tx) ([]confirmArgs, error) {
	all := slices.Clone(c.alike)
	for _, w := range c.waiting {
		all = append(all, samplesOf(w.t, w.all)...)
	}
	if len(all) == 0 {
		return nil, nil
	}
	job := confirmArgs{c.s.id, c.feed.Name, all[rand.New(rand.NewPCG(uint64(c.s.id), 0)).IntN(len(all))]}
	body, err := json.Marshal(job.nominated)
	if err != nil {
		return nil, err
	}
	first, err := tx.Once(ctx, state.Task{Run: c.s.id, Feed: c.feed.Name, Member: sampleTask, Body: body})
	if err != nil || !first {
		return nil, err
	}
	if done, ok := c.done[job.Number]; ok { // whoever confirms it asks for it by itself
		err = tx.Put(ctx, done)
	}
	return []confirmArgs{job}, err
}

// sampleFrom is the number from which on a feed's tasks are asked for one to repeat: the first
// that are checked are the oldest, and of a large night one of those would be taken always.
// It is none of the last quarter: interpreters start and read beside what is fetched and
// checked after it, and by themselves at the end of a night when all else waited for them.
func sampleFrom(run int64, todo []task) int {
	n := 0
	for _, t := range todo {
		if !t.again { // most of which are unchanged, and have none
			n++
		}
	}
	return 1 + rand.New(rand.NewPCG(uint64(run), 1)).IntN(max(n-n/4, 1))
}

// sample is which delivery of a feed is repeated, and what came of that, nil while it waits.
type sample struct {
	nominated
	came *repeated
}

func sampleIn(t state.Task) (*sample, error) {
	out := &sample{}
	err := json.Unmarshal(t.Body, &out.nominated)
	if err == nil && t.Result != nil {
		out.came = &repeated{}
		err = json.Unmarshal(t.Result, out.came)
	}
	if err != nil {
		return nil, fmt.Errorf("read what was repeated of feed %q: %w", t.Feed, err)
	}
	return out, nil
}

// into adds what came of a feed's sample to a result in its place in a task, if it is that
// one. Where nobody knows, and the sweep was not cut, that is said.
func (m *sample) into(at nominated, d Delivery, cut error) Delivery {
	if m == nil || at != m.nominated {
		return d
	}
	came := m.came
	if came == nil && cut == nil {
		came = &repeated{Warning: unconfirmed(errUndone)}
	}
	if came == nil {
		return d
	}
	return came.into(d)
}

// samplesBefore are the samples of earlier runs that nobody was told of, by run and feed.
func (s *sweeper) samplesBefore(ctx context.Context) (map[ofRun]*sample, error) {
	names := make([]string, len(s.Feeds))
	for i, f := range s.Feeds {
		names[i] = f.Name
	}
	tasks, err := s.State.Beside(ctx, s.id-1, sampleTask, names...)
	out := map[ofRun]*sample{}
	for _, t := range tasks {
		if out[ofRun{t.Run, t.Feed}], err = sampleIn(t); err != nil {
			return nil, err
		}
	}
	return out, err
}

// ofRun is a feed in a run.
type ofRun struct {
	run  int64
	feed string
}

// confirmAgain queues what earlier runs were to repeat and did not come to: they were killed.
func (s *sweeper) confirmAgain(ctx context.Context) error {
	if !s.Tells {
		return nil
	}
	left, err := s.samplesBefore(ctx)
	if err != nil {
		return err
	}
	var jobs []confirmArgs
	for of, m := range left {
		if m.came == nil {
			jobs = append(jobs, confirmArgs{of.run, of.feed, m.nominated})
		}
	}
	return insertAll(ctx, s.queue, jobs)
}
