package sweep

import (
	"context"
	"fmt"
	"slices"

	"github.com/feedparity/feedparity/ingest/state"
)

// A run that is stopped or killed has told nobody what it recorded, and its deliveries are
// not run again. What came of them is in its tasks until somebody is told: the next run
// takes it up, so that it is new there, held against what is expected, and told once.

// Told has the state remember that somebody was told of a result. Whoever dies before has
// the next run tell it again.
func Told(ctx context.Context, db *state.DB, res *Result) error {
	if err := db.SetStanding(ctx, replayed, res.replayed); err != nil {
		return err
	}
	if err := db.ToldLost(ctx, res.looked, res.listed()...); err != nil {
		return err
	}
	return db.Told(ctx, res.Run, res.names()...)
}

// listed are the feeds that were swept to their end: what of them was not seen is gone.
func (r *Result) listed() []string {
	var out []string
	for _, f := range r.Feeds {
		if f.Err == nil {
			out = append(out, f.Name)
		}
	}
	return out
}

func (r *Result) names() []string {
	out := make([]string, len(r.Feeds))
	for i, f := range r.Feeds {
		out[i] = f.Name
	}
	return out
}

// takeUp adds to a result what earlier runs recorded and nobody was told of.
func (s *sweeper) takeUp(ctx context.Context, res *Result) error {
	if !s.Tells {
		return nil
	}
	tasks, err := s.State.Untold(ctx, s.id, res.names()...)
	if err == nil {
		tasks, err = apart(tasks)
	}
	if err != nil {
		return err
	}
	samples, err := s.samplesBefore(ctx)
	if err != nil {
		return err
	}
	feeds := map[string]*untold{}
	for _, t := range tasks {
		all, err := decode(t.Result)
		if err != nil {
			return fmt.Errorf("read what run %d made of feed %q: %w", t.Run, t.Feed, err)
		}
		if feeds[t.Feed] == nil {
			feeds[t.Feed] = &untold{at: map[same]int{}, fresh: map[string]bool{}}
		}
		if taken := feeds[t.Feed].add(all); taken && !slices.Contains(res.Earlier, t.Run) {
			res.Earlier = append(res.Earlier, t.Run)
		}
		if t.Member == "" {
			feeds[t.Feed].repeated(samples[ofRun{t.Run, t.Feed}], t.Number, all)
		}
	}
	for i := range res.Feeds {
		if u := feeds[res.Feeds[i].Name]; u != nil {
			u.into(&res.Feeds[i])
		}
	}
	return nil
}

// untold is what earlier runs made of a feed.
type untold struct {
	all   []Delivery
	at    map[same]int    // where in all
	fresh map[string]bool // signatures that it showed for the first time
}

// same is what two results of one delivery, or of one file in an archive, have in common.
type same struct{ path, name, sha256 string }

func (d *Delivery) same() same { return same{d.Path, d.Name, d.SHA256} }

// add takes what no run does again, if there is any. What failed is for the run that tells to
// say: it has looked again.
func (u *untold) add(all []Delivery) (taken bool) {
	for i := range all {
		d := &all[i]
		for _, f := range findings(d) {
			u.fresh[f.Signature] = u.fresh[f.Signature] || f.New
		}
		if d.Known || !settled(*d) && !d.Dropped {
			continue
		}
		taken = true
		if at, ok := u.at[d.same()]; ok { // a file of an archive of which a run had done some, and the next one the rest
			u.all[at] = *d
			continue
		}
		u.at[d.same()] = len(u.all)
		u.all = append(u.all, *d)
	}
	return taken
}

// repeated adds what came of a run's sample to the delivery that it is.
func (u *untold) repeated(m *sample, number int, all []Delivery) {
	for i := range all {
		if at, ok := u.at[all[i].same()]; ok {
			u.all[at] = m.into(nominated{number, i}, u.all[at], errUndone)
		}
	}
}

// into adds it to the feed, before what this run made of it. What was done anew is not
// there twice; where that was nothing, since it was recorded, the earlier result stands.
func (u *untold) into(f *Feed) {
	again := map[int]bool{}
	for i := range f.Deliveries {
		d := &f.Deliveries[i]
		at, ok := u.at[d.same()]
		if !ok {
			continue
		}
		if d.Known {
			*d = u.all[at]
		}
		again[at] = true
	}
	var all []Delivery
	for at, d := range u.all {
		if !again[at] {
			all = append(all, d)
		}
	}
	f.Deliveries = append(all, f.Deliveries...)
	for i := range f.Deliveries {
		for _, found := range findings(&f.Deliveries[i]) {
			if found.New {
				delete(u.fresh, found.Signature)
			}
		}
	}
	u.renew(f)
}

// renew has a signature new where it is shown first, though a run counted it that could
// not finish the delivery.
func (u *untold) renew(f *Feed) {
	for i := range f.Deliveries {
		here := map[string]bool{}
		for _, v := range f.Deliveries[i].Views {
			for n := range v.Findings {
				found := &v.Findings[n]
				if u.fresh[found.Signature] && !found.Accepted {
					found.New, here[found.Signature] = true, true
				}
			}
		}
		for signature := range here {
			delete(u.fresh, signature)
		}
	}
}
