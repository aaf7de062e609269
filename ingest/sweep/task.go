package sweep

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/feedparity/feedparity/golden"
	"github.com/feedparity/feedparity/ingest/fetch"
	"github.com/feedparity/feedparity/ingest/state"
)

// What passes from one process of a fleet to another, as JSON in the state's tasks:
// what is to be run, and what came of it.

// taskBody is a task in the state.
type taskBody struct {
	Path      []byte          `json:"path"`
	Size      int64           `json:"size"`
	MTime     time.Time       `json:"mtime"`
	Precision fetch.Precision `json:"precision"`
	ETag      string          `json:"etag,omitempty"`
	SHA256    string          `json:"sha256"`
	Bytes     int64           `json:"bytes"`
	News      state.News      `json:"news"`
	Gone      bool            `json:"gone,omitempty"`
	Warnings  []string        `json:"warnings,omitempty"`
}

// body is the task as another process needs it.
func (t task) body() []byte {
	if t.queued != nil {
		return t.queued
	}
	b, err := json.Marshal(t.forOthers())
	if err != nil { // a year beyond 9999
		b, _ = json.Marshal(taskBody{Path: []byte(t.entry.Path), SHA256: t.known.SHA256, Bytes: t.known.Bytes, News: t.news, Gone: t.gone, Warnings: t.warnings})
	}
	return b
}

// forOthers is what another process is told of a task.
func (t task) forOthers() taskBody {
	return taskBody{[]byte(t.entry.Path), t.entry.Size, t.entry.MTime.UTC(), t.entry.MPrec, t.entry.ETag, t.known.SHA256, t.known.Bytes, t.news, t.gone, t.warnings}
}

func taskOf(feed string, q state.Task) (task, error) {
	var b taskBody
	if err := json.Unmarshal(q.Body, &b); err != nil {
		return task{}, fmt.Errorf("read task %d of feed %q: %w", q.Number, feed, err)
	}
	return b.task(feed, q), nil
}

// task is what whoever reads the body of a task knows of it.
func (b taskBody) task(feed string, q state.Task) task {
	e := fetch.Entry{Path: string(b.Path), Size: b.Size, MTime: b.MTime, MPrec: b.Precision, ETag: b.ETag}
	known := state.Delivery{Entry: stateEntry(e), Feed: feed, SHA256: b.SHA256, Bytes: b.Bytes, Status: state.Fetched}
	return task{entry: e, known: known, news: b.News, gone: b.Gone, warnings: b.Warnings, number: q.Number, queued: q.Body}
}

// failed is an error that another process met.
type failed struct {
	Text  string             `json:"text"`
	Model *golden.ModelError `json:"model,omitempty"`
}

// Error returns what the error said.
func (f *failed) Error() string { return f.Text }

// Unwrap returns the models' error, if it was one.
func (f *failed) Unwrap() error {
	if f.Model == nil {
		return nil
	}
	return f.Model
}

func failedOf(err error) *failed {
	if err == nil {
		return nil
	}
	f := &failed{Text: err.Error()}
	errors.As(err, &f.Model)
	return f
}

// errorOf keeps nil an error that is none.
func (f *failed) errorOf() error {
	if f == nil {
		return nil
	}
	return f
}

// delivered is a Delivery in the state: its errors and raw bytes apart.
type delivered struct {
	Delivery Delivery    `json:"delivery"`
	Path     []byte      `json:"path"`
	Name     []byte      `json:"name"`
	Dir      []byte      `json:"dir,omitempty"`
	Err      *failed     `json:"error,omitempty"`
	Views    []*failed   `json:"view_errors,omitempty"`
	Findings [][]*failed `json:"finding_errors,omitempty"`
}

func encode(all []Delivery) ([]byte, error) {
	out := make([]delivered, len(all))
	for i, d := range all {
		e := delivered{Path: []byte(d.Path), Name: []byte(d.Name), Dir: []byte(d.Dir), Err: failedOf(d.Err)}
		views := make([]View, len(d.Views))
		for n, v := range d.Views {
			e.Views = append(e.Views, failedOf(v.Err))
			v.Err, v.Findings = nil, append([]Finding(nil), v.Findings...)
			var errs []*failed
			for k := range v.Findings {
				errs = append(errs, failedOf(v.Findings[k].Err))
				v.Findings[k].Err = nil
			}
			e.Findings, views[n] = append(e.Findings, errs), v
		}
		if d.Err = nil; d.Views != nil {
			d.Views = views
		}
		d.Path, d.Name, d.Dir = "", "", "" // raw, they are beside it
		e.Delivery = d
		out[i] = e
	}
	b, err := json.Marshal(out)
	if err != nil {
		return nil, fmt.Errorf("encode result: %w", err)
	}
	return b, nil
}

func decode(b []byte) ([]Delivery, error) {
	var all []delivered
	if err := json.Unmarshal(b, &all); err != nil {
		return nil, fmt.Errorf("decode result: %w", err)
	}
	out := make([]Delivery, len(all))
	for i, e := range all {
		d := e.Delivery
		d.Path, d.Name, d.Dir, d.Err = string(e.Path), string(e.Name), string(e.Dir), e.Err.errorOf()
		for n := range d.Views {
			d.Views[n].Err = e.Views[n].errorOf()
			for k := range d.Views[n].Findings {
				d.Views[n].Findings[k].Err = e.Findings[n][k].errorOf()
			}
		}
		out[i] = d
	}
	return out, nil
}

// pulledFeed is a Feed in the state, without its deliveries.
type pulledFeed struct {
	Feed Feed    `json:"feed"`
	Err  *failed `json:"error,omitempty"`
}

// storePulled stores what pulling feeds gave, as their tasks of number 0, and ends the job
// if end is given.
func (s *sweeper) storePulled(ctx context.Context, end seal, looks ...*look) error {
	var tasks []state.Task
	for _, l := range looks {
		s.notes.pulled(*l.out)
		doc := pulledFeed{*l.out, failedOf(l.out.Err)}
		doc.Feed.Err = nil
		b, err := json.Marshal(doc)
		if err != nil {
			return fmt.Errorf("encode result of feed %q: %w", l.feed.Name, err)
		}
		tasks = append(tasks, state.Task{Run: s.id, Feed: l.feed.Name, Result: b})
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	err := s.State.Transact(ctx, func(tx state.Tx) error {
		if err := tx.Put(ctx, tasks...); err != nil || end == nil {
			return err
		}
		return end(tx)
	})
	for _, l := range looks {
		if err == nil {
			s.report(l.feed.Name)
		}
	}
	return err
}

// done is a task with what came of it.
func (s *sweeper) done(t task, all []Delivery) (state.Task, error) {
	b, err := encode(all)
	return state.Task{Run: s.id, Feed: all[0].Feed, Number: t.number, Body: t.body(), Result: b}, err
}

// doneMember is what came of a file in an archive, for another try of the same job.
func (s *sweeper) doneMember(t task, name string, out Delivery) (state.Task, error) {
	b, err := encode([]Delivery{out})
	return state.Task{Run: s.id, Feed: out.Feed, Number: t.number, Member: name, Body: []byte("{}"), Result: b}, err
}

func (s *sweeper) finished(feed string, number int, all []Delivery) {
	s.notes.ran(feed, number, all)
	s.report(feed)
}

// report tells the observer of a feed that is done with, as far as this process did it.
func (s *sweeper) report(feed string) {
	if err, done := s.notes.over(feed); done {
		s.observe(Event{Feed: feed, What: "done", Err: err})
	}
}

// notes are what this process did itself, with its errors as they were.
type notes struct {
	mu    sync.Mutex
	feeds map[string]*noted
}

// noted is a feed in the notes.
type noted struct {
	pulled  *Feed
	waiting int                // deliveries that are queued
	held    map[int]task       // of them those that the state does not have, by number
	last    int                // number of the last one that was held
	ran     map[int][]Delivery // by number
	tried   map[int][]Delivery // and not stored
	told    bool               // that it is over
	cut     map[int64]error    // what ended jobs of it before they were done, by their ids
}

func newNotes() *notes { return &notes{feeds: map[string]*noted{}} }

// of calls f with a feed's notes, which are its own meanwhile.
func (n *notes) of(feed string, f func(*noted)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	one := n.feeds[feed]
	if one == nil {
		one = &noted{held: map[int]task{}, ran: map[int][]Delivery{}, tried: map[int][]Delivery{}, cut: map[int64]error{}}
		n.feeds[feed] = one
	}
	f(one)
}

func (n *notes) pulled(f Feed)                { n.of(f.Name, func(o *noted) { o.pulled = &f }) }
func (n *notes) waits(feed string, tasks int) { n.of(feed, func(o *noted) { o.waiting += tasks }) }
func (n *notes) tried(feed string, number int, all []Delivery) {
	n.of(feed, func(o *noted) { o.tried[number] = all })
}

func (n *notes) ran(feed string, number int, all []Delivery) {
	n.of(feed, func(o *noted) {
		if o.ran[number] == nil && all[0].SHA256 != "" {
			o.waiting--
		}
		o.ran[number] = all
	})
}

// mostHeld is how many tasks of a feed are kept in memory: what is fetched faster than it is
// checked is read from the state again.
const mostHeld = 8 * jobSize

// hold keeps what is queued for whoever checks it in this process, and reports whether there
// was room for it.
func (n *notes) hold(feed string, all []numbered) (room bool) {
	n.of(feed, func(o *noted) {
		if room = len(o.held)+len(all) <= mostHeld; !room {
			return
		}
		for _, w := range all {
			o.held[w.Number], o.last = w.known, w.Number
		}
	})
	return room
}

// take returns the tasks of a job, from one number to another, once. It has all of a job or
// none; a number in between may be that of a delivery that was not fetched.
func (n *notes) take(feed string, from, to int) (out []task) {
	n.of(feed, func(o *noted) {
		for i := from; i <= to; i++ {
			if t, ok := o.held[i]; ok {
				out = append(out, t)
				delete(o.held, i)
			}
		}
	})
	return out
}

// lost reports whether what was to be done at a feed's server is not done tonight.
func (n *notes) lost(feed string) (lost bool) {
	n.of(feed, func(o *noted) { lost = o.cut[lostJob] != nil })
	return lost
}

// has reports whether a delivery was run here, so that nobody need read what is stored of it.
func (n *notes) has(feed string, number int) (has bool) {
	n.of(feed, func(o *noted) { has = len(o.ran[number]) > 0 })
	return has
}

// over reports, once, that nothing of a feed is left to do here.
func (n *notes) over(feed string) (err error, over bool) {
	n.of(feed, func(o *noted) {
		if over = o.pulled != nil && o.waiting <= 0 && !o.told; over {
			o.told, err = true, o.pulled.Err
		}
	})
	return err, over
}
