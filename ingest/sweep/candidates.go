package sweep

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"time"

	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/fetch"
	"github.com/feedparity/feedparity/ingest/state"
)

// look is a feed between its listing and its deliveries.
type look struct {
	feed   config.Feed
	out    *Feed
	src    fetch.Source
	at     time.Time // of the listing, by the real clock
	found  fetch.Found
	memory state.Memory  // of the feed and what was found
	there  []state.Entry // what is listed as it is remembered
	moved  []state.Entry // of it, what is listed with another time
	todo   []task
	queued []state.Task // by an earlier try of the same job

	incoming *os.Root // where large deliveries arrive, while they do
}

// pull sweeps the feeds of one server, as far as their deliveries are queued. All of
// them are listed before anything is fetched, so that after one wait every new file can
// be looked at a second time. An earlier try of the same job may have pulled some of
// them, or a part of one. Feeds that are to be left alone now are for a later one, from until on.
func (s *sweeper) pull(ctx context.Context, feeds []config.Feed, end seal) (until time.Time, err error) {
	looks, err := s.looks(ctx, feeds)
	if err != nil {
		return until, err
	}
	if looks, until = s.aside(looks); !until.IsZero() {
		end = nil
	}
	s.listAll(ctx, looks)
	s.settle(ctx, looks)
	var idle []*look // nothing is to be stored but that they were pulled
	for n := range looks {
		l := &looks[n]
		fetches := len(l.todo) > 0
		s.step(ctx, l, s.deliveries)
		if l.src != nil {
			_ = l.src.Close()
		}
		s.observe(Event{Feed: l.feed.Name, What: "fetched", Err: l.out.Err})
		if !fetches {
			idle = append(idle, l)
			continue
		}
		if err := s.storePulled(ctx, nil, l); err != nil {
			return until, err
		}
	}
	return until, s.storePulled(ctx, end, idle...)
}

// aside returns the feeds that need not wait, and when the first of the others need not
// any more, the zero time if there are none. Nobody waits for them: there are other servers.
func (s *sweeper) aside(looks []look) (now []look, until time.Time) {
	for _, l := range looks {
		if at, err := s.alone(l.feed); err == nil && !at.IsZero() {
			if until.IsZero() || at.Before(until) {
				until = at
			}
			continue
		}
		now = append(now, l)
	}
	return now, until
}

// looks are the feeds that no earlier try has pulled.
func (s *sweeper) looks(ctx context.Context, feeds []config.Feed) ([]look, error) {
	names := make([]string, len(feeds))
	for i, f := range feeds {
		names[i] = f.Name
	}
	tasks, err := s.State.Tasks(ctx, s.id, names...)
	if err != nil {
		return nil, err
	}
	queued := map[string][]state.Task{}
	for _, t := range tasks {
		queued[t.Feed] = append(queued[t.Feed], t)
	}
	var looks []look
	for _, f := range feeds {
		q := queued[f.Name]
		if pulled := len(q) > 0 && q[0].Number == 0; !pulled {
			looks = append(looks, look{feed: f, out: &Feed{Name: f.Name}, queued: q})
		}
	}
	return looks, nil
}

// recalledAtOnce is of how many files the state is asked together: they are in memory
// meanwhile.
const recalledAtOnce = 5000

// listAll finds out what of each feed is to be fetched and run. What is remembered of them
// is asked for many feeds at once.
func (s *sweeper) listAll(ctx context.Context, looks []look) {
	first, files := 0, 0
	for n := range looks {
		s.step(ctx, &looks[n], s.list)
		files += len(looks[n].found.Entries) + len(looks[n].found.Held)
		if files < recalledAtOnce && n < len(looks)-1 {
			continue
		}
		some := looks[first : n+1]
		err := guarded(func() error { return s.recall(ctx, some) })
		for i := range some {
			s.step(ctx, &some[i], func(context.Context, *look) error { return err })
		}
		first, files = n+1, 0
	}
}

// recall holds what was listed against what the state remembers, and has it remember that
// it was listed.
func (s *sweeper) recall(ctx context.Context, looks []look) error {
	var listed []state.Listed
	for n := range looks {
		all, _ := offered(looks[n].found)
		listed = append(listed, state.Listed{Feed: looks[n].feed.Name, Entries: stateEntries(all)})
	}
	memories, err := s.State.Recall(ctx, maxLeftovers, listed...)
	if err != nil {
		return err
	}
	for n := range looks {
		l := &looks[n]
		l.memory = memories[l.feed.Name]
		s.step(ctx, l, s.news)
		s.step(ctx, l, func(ctx context.Context, l *look) error { return s.State.Retime(ctx, l.feed.Name, l.moved...) })
		listed[n].Entries = l.there
		l.found, l.memory, l.there, l.moved = fetch.Found{}, state.Memory{}, nil, nil
	}
	return s.State.Touch(ctx, s.Now(), listed...)
}

// step does a part of a feed. A fault of ours in one feed must not cost the others
// their night.
func (s *sweeper) step(ctx context.Context, l *look, do func(context.Context, *look) error) {
	if l.out.Err != nil {
		return
	}
	err := ctx.Err()
	if err == nil && s.full.Load() {
		err = errFull
	}
	if err == nil {
		err = guarded(func() error { return do(ctx, l) })
	}
	if err != nil {
		l.out.Err = fmt.Errorf("sweep feed %q: %w", l.feed.Name, err)
	}
}

// list finds out what a feed's source has.
func (s *sweeper) list(ctx context.Context, l *look) error {
	if err := s.avoid(ctx, l.feed); err != nil {
		return err
	}
	s.observe(Event{Feed: l.feed.Name, What: "listing"})
	err := errors.Join(s.tidy(l.feed.Name), s.removeUnpacked(l.feed.Name))
	if err != nil {
		return err
	}
	if err := s.adopt(ctx, l.feed.Name); err != nil {
		return err
	}
	if l.src, err = Open(ctx, l.feed, s.Fetch); err != nil {
		return err
	}
	err = s.outside(ctx, l.feed, func(ctx context.Context) (err error) {
		l.found, err = fetch.Find(ctx, l.src, Selection(l.feed))
		return err
	})
	if err != nil {
		return err
	}
	l.at = time.Now()
	l.out.Listed, l.out.Unparsed = l.found.Listed, l.found.Unparsed
	return nil
}

// tidy removes what a sweep that was killed left where a feed's deliveries arrive, but for
// the parts of large files, which this one goes on with. Nobody else pulls this feed.
func (s *sweeper) tidy(feed string) error {
	dir, err := os.OpenRoot(s.incoming(feed))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	err = fetch.Tidy(dir, time.Now())
	_ = dir.Close()
	_ = os.Remove(s.incoming(feed)) // if it is empty
	return err
}

// errFull is what a feed fails with once another has found the disk to be full.
var errFull = fmt.Errorf("nothing more is fetched: %w", fetch.ErrDiskFull)

// Selection is what a feed's configuration says about which files are deliveries.
func Selection(f config.Feed) fetch.Selection {
	return fetch.Selection{Match: f.Match, Exclude: f.Take.Exclude, Unfinished: f.Take.Unfinished, Done: f.Take.Done,
		IgnoreCase: f.Take.IgnoreCase, Depth: f.Take.Depth, Decode: decoder(f)}
}

// decoder makes text of the server's names, nil where the bytes are it.
func decoder(f config.Feed) func(string) string {
	codec := f.Take.Names
	if codec == nil {
		return nil
	}
	return func(name string) string {
		text, err := codec.Decode(nil, []byte(name), "replace")
		if err != nil {
			return name
		}
		return string(text)
	}
}

// named is what people see of a path's name.
func named(f config.Feed, e fetch.Entry) string {
	if decode := decoder(f); decode != nil {
		return decode(e.Name())
	}
	return e.Name()
}

// directory is what people see of the directory that a path is in, "" for the source itself.
func directory(f config.Feed, e fetch.Entry) string {
	dir := path.Dir(e.Path)
	if dir == "." || dir == "/" {
		return ""
	}
	if decode := decoder(f); decode != nil {
		return decode(dir)
	}
	return dir
}

// shown is what people see of a path.
func shown(f config.Feed, e fetch.Entry) string {
	d := Delivery{Dir: directory(f, e), Name: named(f, e)}
	return d.Shown()
}

// watched reports whether a file must hold still before it is fetched: one that was
// fetched before has.
func (t task) watched() bool {
	return !t.gone && !t.again && !(t.news == state.Unfinished && t.known.SHA256 != "")
}

// settle waits until the new files of a server have been watched for as long as their
// feeds want, and until those that are too young have had the time to grow older.
func (s *sweeper) settle(ctx context.Context, looks []look) {
	var until time.Time
	for n := range looks {
		s.step(ctx, &looks[n], func(_ context.Context, l *look) error {
			if at := s.ready(l); at.After(until) {
				until = at
			}
			return nil
		})
	}
	sleep(ctx, time.Until(until))
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
	var out []task
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
	case t.held != "" && (!there || t.entry.Kind == fetch.KindName):
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
		var err error
		if e, err = l.src.Stat(ctx, e.Path); err != nil && !errors.Is(err, fetch.ErrUnavailable) {
			return "", err
		}
	}
	age := e.Age(s.Now())
	if e.MPrec != fetch.PrecisionSecond || age < 0 || age >= l.feed.Take.MinAge {
		return "", nil
	}
	return fmt.Sprintf("it was written only %v ago", age.Round(time.Second)), nil
}

// errAlone marks what ended, or did not begin, since a source is to be left alone.
var errAlone = errors.New("it is to be left alone")

// outside does something at a feed's source at times at which it is not to be left alone:
// what is under way when such a time begins is ended, and done again afterwards, a large
// file from where it was.
func (s *sweeper) outside(ctx context.Context, f config.Feed, do func(context.Context) error) error {
	for {
		if err := s.avoid(ctx, f); err != nil {
			return err
		}
		until, cancel := s.untilAlone(ctx, f)
		err := do(until)
		ended := errors.Is(context.Cause(until), errAlone)
		cancel()
		if err == nil || !ended || ctx.Err() != nil {
			return err
		}
	}
}

// untilAlone is ctx until the feed's source is to be left alone next.
func (s *sweeper) untilAlone(ctx context.Context, f config.Feed) (context.Context, context.CancelFunc) {
	now := s.Now()
	var next time.Time
	for _, w := range f.Take.Avoid {
		if at := w.Next(now); next.IsZero() || at.Before(next) {
			next = at
		}
	}
	if next.IsZero() {
		return ctx, func() {}
	}
	// No deadline, which what waits for its share of the bandwidth would fail with before.
	ctx, cancel := context.WithCancelCause(ctx)
	timer := time.AfterFunc(next.Sub(now), func() { cancel(errAlone) })
	return ctx, func() { timer.Stop(); cancel(nil) }
}

// patientFor is the longest a sweep waits for a source that is to be left alone: longer
// is no night any more.
const patientFor = 2 * time.Hour

// alone says until when the feed's source is to be left alone, the zero time if it is not.
func (s *sweeper) alone(f config.Feed) (until time.Time, err error) {
	now := s.Now()
	for _, w := range f.Take.Avoid {
		if at := w.Until(now); at.After(until) {
			until = at
		}
	}
	if until.Sub(now) > patientFor && !until.IsZero() {
		return until, fmt.Errorf("%w until %s, and a sweep waits for %v at most", errAlone, until.Format("15:04"), patientFor)
	}
	if !until.IsZero() {
		s.observe(Event{Feed: f.Name, What: "waiting until " + until.Format("15:04")})
	}
	return until, nil
}

// avoid waits while the feed's source is to be left alone: since it was first looked at,
// for then it was not.
func (s *sweeper) avoid(ctx context.Context, f config.Feed) error {
	for {
		until, err := s.alone(f)
		if err != nil || until.IsZero() {
			return err
		}
		sleep(ctx, until.Sub(s.Now()))
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

// errGone is a file that was listed and has been taken away since, as a production
// importer does that moves what it has read. It did arrive, so that nobody need be
// alarmed, and if it comes back it is taken.
var errGone = errors.New("gone since it was listed")

// vanished reports whether a file that could not be fetched is listed no more. One that
// still is was denied.
func (s *sweeper) vanished(ctx context.Context, f config.Feed, src fetch.Source, p string) bool {
	found, err := fetch.Find(ctx, src, Selection(f))
	if err != nil {
		return false
	}
	for _, e := range found.Entries {
		if e.Path == p {
			return false
		}
	}
	for _, h := range found.Held {
		if h.Entry.Path == p {
			return false
		}
	}
	for _, u := range found.Unparsed { // a link or a name that is not ours to read
		if u.Text == p {
			return false
		}
	}
	return true
}
