package sweep

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/feedparity/feedparity/ingest/state"
)

// errUndone is what is said of a feed or delivery that no job got to the end of.
var errUndone = errors.New("no worker got it done")

// result puts together what the run did, here and elsewhere, in the order of the
// configuration and of each feed's deliveries. cut is why the run ended early, if so.
func (s *sweeper) result(ctx context.Context, res *Result, cut error) error {
	stored, err := s.stored(ctx)
	for i, f := range s.Feeds {
		res.Feeds[i] = s.feedResult(f.Name, stored[f.Name], cut)
		s.notes.of(f.Name, func(o *noted) { o.pulled, o.waiting = &res.Feeds[i], 0 })
		s.report(f.Name)
	}
	return err
}

// feedResults is what the state has of a feed: what pulling it gave, and the results
// of its tasks by number, nil while one waits.
type feedResults struct {
	pulled *Feed
	tasks  map[int][]Delivery
	most   int
	sample *sample // that is repeated on interpreters, if any
}

func (s *sweeper) stored(ctx context.Context) (map[string]*feedResults, error) {
	out := map[string]*feedResults{}
	for _, f := range s.Feeds {
		out[f.Name] = &feedResults{tasks: map[int][]Delivery{}}
	}
	tasks, err := s.tasks(ctx)
	if err != nil {
		return out, err
	}
	for _, t := range tasks {
		r := out[t.Feed]
		if r != nil && t.Number == 0 && t.Member == sampleTask {
			if r.sample, err = sampleIn(t); err != nil {
				return out, err
			}
		}
		if r == nil || t.Member != "" {
			continue
		}
		if t.Number == 0 {
			var p pulledFeed
			if err := json.Unmarshal(t.Result, &p); err != nil {
				return out, fmt.Errorf("decode result of feed %q: %w", t.Feed, err)
			}
			p.Feed.Err = p.Err.errorOf()
			r.pulled = &p.Feed
			continue
		}
		r.most, r.tasks[t.Number] = max(r.most, t.Number), nil
		if t.Result != nil && !s.notes.has(t.Feed, t.Number) {
			if r.tasks[t.Number], err = decode(t.Result); err != nil {
				return out, err
			}
		}
	}
	return out, nil
}

// tasks are those of the run. Where this process did all that is done the results of
// deliveries are not read.
func (s *sweeper) tasks(ctx context.Context) ([]state.Task, error) {
	all, err := s.State.Outline(ctx, s.id)
	elsewhere := func(t state.Task) bool {
		return t.Number > 0 && (t.Member == "" || t.Member == togetherTask) && t.Result != nil && !s.notes.has(t.Feed, t.Number)
	}
	if err == nil && slices.ContainsFunc(all, elsewhere) {
		if all, err = s.State.Tasks(ctx, s.id); err == nil {
			all, err = apart(all)
		}
	}
	return all, err
}

// feedResult prefers what this process did itself: its errors are the errors that
// were met, and not their texts.
func (s *sweeper) feedResult(name string, r *feedResults, cut error) Feed {
	out := Feed{Name: name}
	why := cut
	if why == nil {
		why = errUndone
	}
	s.notes.of(name, func(o *noted) {
		switch {
		case o.pulled != nil:
			out = *o.pulled
		case r.pulled != nil:
			out = *r.pulled
		default:
			out.Err = fmt.Errorf("sweep feed %q: %w", name, why)
		}
		undone, last := false, max(r.most, o.last, len(o.ran)+len(o.tried))
		out.Deliveries = slices.Grow(out.Deliveries, last)
		for n := 1; n <= last; n++ {
			queued, known := r.tasks[n]
			known = known || n <= o.last
			undone = undone || (known || len(o.tried[n]) > 0) && len(first(o.ran[n], queued)) == 0
			all := first(o.ran[n], queued, o.tried[n])
			if all == nil && known && out.Err == nil {
				out.Err = fmt.Errorf("sweep feed %q: %w", name, why)
			}
			for place, d := range all {
				out.Deliveries = append(out.Deliveries, r.sample.into(nominated{n, place}, d, cut))
			}
		}
		// A job may be told to stop while it hears that all it did is stored.
		if cut == nil && len(o.cut) > 0 && (undone || out.Err != nil || o.cut[lostJob] != nil) {
			earliest := slices.Min(slices.Collect(maps.Keys(o.cut)))
			out.Err = fmt.Errorf("sweep feed %q: %w: %w", name, errUndone, o.cut[earliest])
		}
	})
	return out
}

// first returns the first list that has anything in it.
func first(lists ...[]Delivery) []Delivery {
	for _, l := range lists {
		if len(l) > 0 {
			return l
		}
	}
	return nil
}
