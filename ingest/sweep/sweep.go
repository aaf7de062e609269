// Package sweep is the nightly loop: for every feed it pulls what is new, runs
// the line on it, files golden cases and remembers what it did. One bad feed, or
// one bad delivery, never stops the rest; a sweep that is killed loses nothing and
// doubles nothing (package state says how).
//
// The work is jobs of a queue (jobs.go): one machine does them all by itself, with a
// state in a file, or shares them with a fleet, by a state in PostgreSQL.
package sweep

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/feedparity/feedparity/golden"
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/archive"
	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/fetch"
	"github.com/feedparity/feedparity/ingest/found"
	"github.com/feedparity/feedparity/ingest/handover"
	"github.com/feedparity/feedparity/ingest/parity"
	"github.com/feedparity/feedparity/ingest/state"
)

// Options are what a sweep, or a worker for one, works with. Line, State, Archive and
// Inbox must be set.
type Options struct {
	Feeds   []config.Feed
	Line    *parity.Line
	Judge   golden.Judge // confirms new cases on real interpreters, if it has any
	State   *state.DB
	Archive string // directory for what is being worked on
	// Store keeps deliveries as sent, those of the directory Archive if nil. In a fleet
	// all its processes must reach it.
	Store    *archive.Store
	Inbox    string // directory for new golden cases
	Golden   string // directory of the cases under version control, "" for none
	Revision string // of the team's code
	Engine   string // name and version of the engine, part of what is remembered
	// Pythons gives the running interpreters of a feed's paths, for feeds that ask for
	// a hand-over; nil if there are none. The sweep closes nothing.
	Pythons func(context.Context, config.Feed) (handover.Pair, error)
	// Caches reads the folders that calls write in, likewise.
	Caches func(context.Context) (*handover.Caches, error)
	// Accept are the rules by which divergences are accepted: they make no case.
	Accept []config.Accept
	// Fetch has the timeouts, retries and logger with which sources are opened; user,
	// password, TLS and zone are each feed's own.
	Fetch fetch.Options
	// Hosts is how many servers are spoken to at once, 32 if 0, and 8 in a fleet, whose
	// processes share them. The feeds of one server take turns.
	Hosts int
	// Workers is how many deliveries are run at once by this process, as many as it
	// has processors if 0.
	Workers int
	// Partial says that Feeds are some of those that there are: the sweep stands for no night.
	Partial bool
	// Agreement stands for the configuration, the code's revision and the engine: only
	// processes of a fleet that agree share work. Letters and digits.
	Agreement string
	// Step, if set, is told between two writes which step comes next; tests of what a
	// crash leaves end the process there.
	Step func(string)
	// Observe, if set, is told of each step. Calls do not overlap.
	Observe func(Event)
	// Tells says that the caller tells somebody of the result, and calls Told after that:
	// until then what the run records is kept for the next one to tell, and the result has
	// what earlier runs recorded that were stopped or killed before.
	Tells bool
	// Report, if set, has what was done reported, which is the last job of a sweep. It is not
	// called where the sweep is told to stop before, or could not do its work.
	Report func(context.Context, *Result) error
	// Now is the clock, time.Now if nil.
	Now func() time.Time

	limitAtLeast time.Duration // of a job, leastLimit if 0
}

// Event is a step of a sweep, for whoever watches.
type Event struct {
	Feed     string
	Delivery string // "" for an event of the feed
	What     string // "listing", "fetching", "fetched" (the feed: nothing is left to fetch), "running", "done", "waiting until 03:30"
	Err      error
	Host     string // the feed's server, or "local"
	// Of a delivery that is done:
	Bytes int64
	Rows  int64
	Found int // divergences: signatures, each once
	// Warnings are what its server left open.
	Warnings []string
}

// Result is what a sweep did.
type Result struct {
	Run   int64
	Feeds []Feed // in the configuration's order
	// Earlier are runs that nobody was told of, of which this result has what they recorded.
	Earlier []int64
	Cut     bool // the run was told to stop: it goes on in the next one, which tells all of it

	looked   time.Time         // as of which Morning has looked back at it
	replayed map[string][]byte // feeds of which all cases were run, each with the code's revision
}

// Feed is what became of one feed.
type Feed struct {
	Name       string
	Listed     int // files its source has, matching or not
	Seen       int // deliveries that were run before
	Skipped    int // deliveries left out on first sight
	Deliveries []Delivery
	Cases      []Case           // that were run again, since the team's code has changed
	Held       []fetch.Held     // files that are not finished; the next sweep looks again
	Unparsed   []fetch.Unparsed // lines of the listing that may hide a delivery
	Err        error            // the feed could not be swept to its end
}

// Delivery is what became of one delivery.
type Delivery struct {
	Feed     string                  `json:",omitzero"`
	Path     string                  `json:",omitzero"` // on the supplier's side, raw bytes
	Name     string                  `json:",omitzero"` // its last element; of an archive's member, a slash and the member's name after it
	Dir      string                  `json:",omitzero"` // the directory that it is in, as people see it, "" for the source itself
	SHA256   string                  `json:",omitzero"` // of a member its own
	News     state.News              `json:",omitzero"`
	MTime    time.Time               `json:",omitzero"` // as its server tells it, the zero time if it does not
	Bytes    int64                   `json:",omitzero"` // of the delivery, of a member unpacked; 0 if it was not fetched
	Charset  string                  `json:",omitzero"` // as detected
	Dialect  string                  `json:",omitzero"` // as detected, in words; "" where the delivery does not show it
	Pair     string                  `json:",omitzero"`
	Views    []View                  `json:",omitzero"`
	Handover *handover.Report        `json:",omitzero"` // nil if the feed asks for none
	Folders  []handover.FolderReport `json:",omitzero"`
	Warnings []string                `json:",omitzero"` // what its server left open when it was fetched
	Gone     bool                    `json:",omitzero"` // it was taken away between listing and fetching; nothing more is known
	// Confirmed are the real Pythons on which it was repeated, of the sample for which that is
	// done; nil where one of them is not there or makes something else of it.
	Confirmed []string `json:",omitzero"`
	Known     bool     `json:",omitzero"` // the same bytes were run before under another name or time; Views have the verdicts of then and no Findings
	Err       error    `json:",omitzero"` // it could not be fetched or run; the next sweep tries again
	Dropped   bool     `json:",omitzero"` // its Err says that no sweep can run it, and the supplier offers it no more: it counts no longer

	file string // the name under which the team's own code gets it
}

// View is what came of one view of a delivery.
type View = found.View

// Finding is one signature in one view.
type Finding = found.Finding

// Shown is what people see of which delivery it is: its name, below the source if it is in
// a directory.
func (d *Delivery) Shown() string {
	if d.Dir == "" {
		return d.Name
	}
	return d.Dir + "/" + d.Name
}

// Below is Shown where that says more than the name, else "".
func (d *Delivery) Below() string {
	if d.Dir == "" {
		return ""
	}
	return d.Shown()
}

// Failed counts feeds and deliveries that could not be swept or compared.
func (r *Result) Failed() int {
	n := 0
	for _, f := range r.Feeds {
		if f.Err != nil {
			n++
		}
		for _, d := range f.Deliveries {
			if d.failed() {
				n++
			}
		}
		for _, c := range f.Cases {
			if c.undone() {
				n++
			}
		}
	}
	return n
}

func (d *Delivery) failed() bool {
	if d.Err != nil {
		return !d.Dropped
	}
	for _, v := range d.Views {
		if v.Verdict == ingest.NotCompared {
			return true
		}
		for _, f := range v.Findings {
			if f.Err != nil {
				return true
			}
		}
	}
	return false
}

// Findings returns every finding of the sweep, deliveries in order, raw view first.
func (r *Result) Findings() []Finding {
	var out []Finding
	for _, f := range r.Feeds {
		for _, d := range f.Deliveries {
			for _, v := range d.Views {
				out = append(out, v.Findings...)
			}
		}
	}
	return out
}

// sweeper does a run's work, as far as it is done in this process.
type sweeper struct {
	Options
	id    int64 // of the run
	queue *queue
	inbox *golden.Store
	notes *notes
	full  atomic.Bool // our disk
	// servers are those of the feeds, by their names.
	servers map[string]string
	mu      sync.Mutex // held while observing
}

func newSweeper(o Options, q *queue, run int64) *sweeper {
	s := &sweeper{Options: o, id: run, queue: q, inbox: golden.NewInbox(o.Inbox), notes: newNotes(), servers: map[string]string{}}
	for _, f := range o.Feeds {
		s.servers[f.Name] = host(f.Source.URL)
	}
	return s
}

// Most of what a server costs is waiting for it, and one that hangs must not keep the others
// waiting: only where all of so many hang at once does anybody. A process of a fleet takes
// no more than its share.
const (
	hostsAtOnce = 32
	fleetHosts  = 8
)

// workers is how many jobs of checking run at once in this process.
func (o Options) workers() int { return cmp.Or(o.Workers, runtime.GOMAXPROCS(0)) }

func (o Options) withDefaults() Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Hosts <= 0 {
		o.Hosts = hostsAtOnce
		if state.IsPostgres(o.State.Path()) {
			o.Hosts = fleetHosts
		}
	}
	if o.Store == nil {
		o.Store = archive.InDirectory(o.Archive)
	}
	return o
}

// Run sweeps all feeds. The caller holds the state's lock. The error is a failure
// of the sweep as a whole (its state, its context); what happened to feeds is in
// the Result, which is never nil.
func Run(ctx context.Context, o Options) (*Result, error) {
	o = o.withDefaults()
	if o.Fetch.Hosts == nil {
		o.Fetch.Hosts = fetch.NewHosts()
		defer o.Fetch.Hosts.Close()
	}
	res := &Result{Feeds: make([]Feed, len(o.Feeds))}
	if name := twice(o.Feeds); name != "" {
		return res, fmt.Errorf("begin sweep: feed %q is there twice", name)
	}
	c := &crew{Options: o}
	q, err := openQueue(ctx, o, c.workers)
	if err != nil {
		return res, fmt.Errorf("begin sweep: %w", err)
	}
	defer q.close()
	defer c.leaveAll()
	if err := q.clear(ctx); err != nil {
		return res, fmt.Errorf("begin sweep: drop what an earlier one left: %w", err)
	}
	if !o.Tells {
		if err := o.State.ForgetTasks(ctx); err != nil {
			return res, fmt.Errorf("begin sweep: %w", err)
		}
	}
	began := o.Now()
	begin := o.State.Begin
	if o.Partial {
		begin = o.State.BeginPart
	}
	if res.Run, err = begin(ctx, o.Revision, o.Engine, began); err != nil {
		return res, fmt.Errorf("begin sweep: %w", err)
	}
	c.mine = newSweeper(o, q, res.Run)
	end := newEnding(c.mine, res, began)
	c.finish = func(ctx context.Context) error { return end.come(ctx, nil) }
	return res, end.come(ctx, c.mine.work(ctx, end.over))
}

// twice is the name of a feed that is there more than once, "" if none is.
func twice(feeds []config.Feed) string {
	seen := map[string]bool{}
	for _, f := range feeds {
		if seen[f.Name] {
			return f.Name
		}
		seen[f.Name] = true
	}
	return ""
}

func status(ctx context.Context, res *Result) string {
	switch {
	case ctx.Err() != nil:
		return "interrupted"
	case res.Failed() > 0:
		return "incomplete"
	}
	return "ok"
}

// work queues a job for each server, waits until no job is left, and then for the report,
// which closes over.
func (s *sweeper) work(ctx context.Context, over <-chan struct{}) error {
	if err := insertAll(ctx, s.queue, s.hosts()); err != nil {
		return err
	}
	if err := s.confirmAgain(ctx); err != nil {
		return err
	}
	if err := s.queue.start(ctx); err != nil {
		return err
	}
	err := s.queue.wait(ctx, nil)
	if err == nil {
		err = insertAll(ctx, s.queue, []reportArgs{{s.id}})
	}
	if err == nil {
		err = s.queue.wait(ctx, over)
	}
	if serr := s.queue.stop(); err == nil && serr != nil {
		err = serr
	}
	return err
}

// hosts are the servers of the feeds, in the configuration's order. Servers are spoken to
// side by side and the feeds of each one by one.
func (s *sweeper) hosts() []listArgs {
	var out []listArgs
	for _, f := range s.Feeds {
		h := host(f.Source.URL)
		i := slices.IndexFunc(out, func(l listArgs) bool { return l.Host == h })
		if i < 0 {
			i, out = len(out), append(out, listArgs{server{Run: s.id, Host: h}})
		}
		out[i].Feeds = append(out[i].Feeds, f.Name)
	}
	return out
}

// Lone returns the server of a feed if one of its accounts may be logged in once: then
// nobody should be there beside a sweep (state.TryHost).
func Lone(all []config.Feed, f config.Feed) (server string, lone bool) {
	server = host(f.Source.URL)
	return server, slices.ContainsFunc(append(all[:len(all):len(all)], f), func(o config.Feed) bool {
		return o.Source.Sessions == 1 && host(o.Source.URL) == server
	})
}

// localHost stands for the directories of this machine.
const localHost = "local"

// host is what two feeds of one server have in common: its name and port. All
// directories of this machine are one.
func host(source string) string {
	return cmp.Or(fetch.Server(source), localHost)
}

func (s *sweeper) observe(e Event) {
	if s.Observe == nil {
		return
	}
	e.Host = s.servers[e.Feed]
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Observe(e)
}

// doneWith is the event of a delivery that is done.
func doneWith(d *Delivery) Event {
	e := Event{Feed: d.Feed, Delivery: d.Shown(), What: "done", Err: d.Err, Bytes: d.Bytes, Rows: int64(rowsOf(d)), Warnings: d.Warnings}
	seen := map[string]bool{}
	for _, f := range findings(d) {
		seen[f.Signature] = true
	}
	e.Found = len(seen)
	return e
}
