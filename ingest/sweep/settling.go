package sweep

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/feedparity/feedparity/ingest/fetch"
	"github.com/feedparity/feedparity/ingest/state"
)

// watched reports whether a file must hold still before it is fetched: one that was
// fetched before has.
func (t task) watched() bool {
	return !t.gone && !t.again && !(t.news == state.Unfinished && t.known.SHA256 != "")
}

// settles is when the new files of a server have been watched for as long as their feeds
// want, and those that are too young have had the time to grow older: other servers are
// spoken to meanwhile. It is the zero time where nothing is to be waited for.
func (s *sweeper) settles(ctx context.Context, looks []look) (until time.Time) {
	for n := range looks {
		s.step(ctx, &looks[n], func(_ context.Context, l *look) error {
			if at := s.ready(l); at.After(until) {
				until = at
			}
			return nil
		})
	}
	return until
}

// ready is when a feed's new files have been watched long enough, the zero time if
// there are none.
func (s *sweeper) ready(l *look) (at time.Time) {
	for _, t := range l.todo {
		if !t.watched() || t.held != "" {
			continue
		}
		wait := l.feed.Take.Settle
		if age := t.entry.Age(s.Now()); t.entry.MPrec == fetch.PrecisionSecond && age >= 0 {
			wait = max(wait, l.feed.Take.MinAge-age)
		}
		if then := l.at.Add(wait); wait > 0 && then.After(at) {
			at = then
		}
	}
	return at
}

// sleep waits, unless the sweep is told to stop.
func sleep(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// settled looks a second time and returns what may be fetched: what is as it was. Both
// looks are listings, since a server may tell other times, in another zone, or another
// size of a link, when it is asked for one file. The rest is held until the next sweep.
func (s *sweeper) settled(ctx context.Context, l *look) ([]task, error) {
	again := map[string]fetch.Entry{}
	held := map[string]string{}
	if s.looksAgain(l) {
		var found fetch.Found
		err := s.outside(ctx, l.feed, func(ctx context.Context) (err error) {
			found, err = fetch.Find(ctx, l.src, Selection(l.feed))
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("look again: %w", err)
		}
		for _, e := range found.Entries {
			again[e.Path] = e
		}
		for _, h := range found.Held {
			held[h.Entry.Path] = h.Why
		}
	}
	out := make([]task, 0, len(l.todo)) // they are large, and mostly all of them
	var refused []state.Offer
	for _, t := range l.todo {
		why := ""
		if t.watched() {
			var err error
			if why, err = s.unready(ctx, l, t, again, held); err != nil {
				return nil, err
			}
		}
		if why == "" {
			if now, ok := again[t.entry.Path]; ok {
				t.entry.Done = now.Done // it may have got its mark meanwhile
			}
			out = append(out, t)
			continue
		}
		l.out.Held = append(l.out.Held, fetch.Held{Entry: t.entry, Why: why})
		if t.news != state.Seen { // of which nobody has seen another version
			refused = append(refused, state.Offer{Feed: l.feed.Name, Entry: stateEntry(t.entry), Status: state.Unstable, LastError: why})
		}
	}
	return out, s.State.Refused(ctx, s.Now(), refused...)
}

// looksAgain reports whether anything of a feed is worth a second listing: on most nights
// of most feeds nothing is new.
func (s *sweeper) looksAgain(l *look) bool {
	if l.feed.Take.Settle <= 0 {
		return false
	}
	for _, t := range l.todo {
		if t.watched() && t.held == "" {
			return true
		}
	}
	return false
}

// unready says why a new file is not to be fetched yet, "" if it is.
func (s *sweeper) unready(ctx context.Context, l *look, t task, again map[string]fetch.Entry, held map[string]string) (string, error) {
	now, there := again[t.entry.Path]
	switch why := held[t.entry.Path]; {
	case t.entry.Size == 0 && !l.feed.Take.AllowEmpty:
		return whyEmpty, nil
	case why != "":
		return why, nil
	case t.held != "" && (!there || t.entry.Unanswered()):
		return t.held, nil
	case there && now.Size != t.entry.Size:
		return fmt.Sprintf("it changed while it was watched: %d bytes, then %d", t.entry.Size, now.Size), nil
	case there && !now.SameVersion(t.entry):
		const minutes = "2006-01-02 15:04"
		return fmt.Sprintf("its time changed while it was watched: %s, then %s", t.entry.MTime.Format(minutes), now.MTime.Format(minutes)), nil
	}
	return s.young(ctx, l, t.entry) // one that has gone is found out about by fetching it
}

// whyEmpty is said of a file whose upload has only begun, or that was sent by mistake.
const whyEmpty = "it is empty, and allow_empty is not set"

// young says that a file was written too recently. The listing's time counts only if
// it has seconds: then it is UTC. Else the server is asked.
func (s *sweeper) young(ctx context.Context, l *look, e fetch.Entry) (string, error) {
	aged := e.MPrec != fetch.PrecisionNone && e.Age(s.Now()) > youngUntil+l.feed.Take.MinAge
	if l.feed.Take.MinAge <= 0 || aged { // whatever the zone
		return "", nil
	}
	if e.MPrec != fetch.PrecisionSecond {
		listed, err := e, error(nil)
		if e, err = l.src.Stat(ctx, e.Path); err != nil && !errors.Is(err, fetch.ErrUnavailable) {
			return "", err
		}
		if listed.MPrec == fetch.PrecisionMinute {
			e.MTime = told(e.MTime, listed.MTime, l.feed.Source.Zone)
		}
	}
	age := e.Age(s.Now())
	if e.MPrec != fetch.PrecisionSecond || age < 0 || age >= l.feed.Take.MinAge {
		return "", nil
	}
	return fmt.Sprintf("it was written only %v ago", age.Round(time.Second)), nil
}
