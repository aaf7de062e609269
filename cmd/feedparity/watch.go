//go:build !lean

package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/feedparity/feedparity/ingest/sweep"
)

// logFormats are the values of --log-format.
var logFormats = []string{"auto", "text", "json"}

func checkLogFormat(format string) error {
	if !slices.Contains(logFormats, format) {
		return usageError("", "read --log-format: %q: want auto, text or json", format)
	}
	return nil
}

// watch follows a sweep on stderr: on a terminal in lines that are rewritten, one for
// each server and one for all; in a log in a line per feed of which there is something
// to say, or as JSON.
type watch struct {
	w       io.Writer
	log     *slog.Logger // nil for text
	feeds   int          // in all
	columns int          // of the terminal, 0 elsewhere
	now     func() time.Time

	mu      sync.Mutex
	started time.Time
	done    int // feeds
	total   tally
	hosts   map[string]*tally
	byFeed  map[string]*tally
	drawn   int       // lines that are on the terminal
	last    time.Time // when they were drawn, or when a log was told how far it is
}

// tally is what was done at a server, for a feed, or in all.
type tally struct {
	doing sweep.Event // what is being done, the zero value for nothing
	files int
	bytes int64
	rows  int64
	found int // divergences
}

func (t *tally) add(e sweep.Event) {
	t.files++
	t.bytes += e.Bytes
	t.rows += e.Rows
	t.found += e.Found
}

// newWatch follows a sweep of so many feeds; with "auto" as it fits what w is.
func newWatch(w io.Writer, feeds int, format string) *watch {
	p := &watch{w: w, feeds: feeds, now: time.Now, hosts: map[string]*tally{}, byFeed: map[string]*tally{}}
	if r, ok := w.(*recorded); ok && format == "json" {
		p.log = r.log
	}
	if f, ok := w.(*os.File); ok && format == "auto" && isTerminal(w) {
		p.columns, _, _ = term.GetSize(int(f.Fd()))
	}
	p.started = p.now()
	p.last = p.started
	return p
}

// event is told of a step.
func (p *watch) event(e sweep.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	host, feed := tallyOf(p.hosts, e.Host), tallyOf(p.byFeed, e.Feed)
	host.doing = e
	switch {
	case e.What == "done" && e.Delivery != "":
		for _, t := range []*tally{host, feed, &p.total} {
			t.add(e)
		}
	case e.What == "done":
		p.done++
		host.doing = sweep.Event{}
	case e.What == "fetched": // its deliveries may be run for some time yet
		host.doing = sweep.Event{}
	}
	switch {
	case p.log != nil:
		p.record(e)
	case p.columns >= 20:
		p.draw(e.What == "done" && e.Delivery == "")
	case e.What == "done" && e.Delivery == "":
		p.line(e, feed)
	}
}

// doing words a step.
func doing(e sweep.Event) string {
	return strings.TrimSpace(fmt.Sprint(e.Feed, " ", e.What, " ", visible(e.Delivery)))
}

func tallyOf(m map[string]*tally, key string) *tally {
	if m[key] == nil {
		m[key] = &tally{}
	}
	return m[key]
}

// record writes a step as JSON.
func (p *watch) record(e sweep.Event) {
	attrs := []any{"feed", e.Feed, "host", e.Host}
	if e.Delivery != "" {
		attrs = append(attrs, "delivery", oneLine(e.Delivery))
	}
	if e.What == "done" {
		t := tally{bytes: e.Bytes, rows: e.Rows, found: e.Found}
		if e.Delivery == "" {
			t = *p.byFeed[e.Feed]
			attrs = append(attrs, "deliveries", t.files, "feeds_done", p.done, "feeds", p.feeds)
		}
		attrs = append(attrs, "bytes", t.bytes, "rows", t.rows, "divergences", t.found)
	}
	if len(e.Warnings) > 0 {
		attrs = append(attrs, "warnings", e.Warnings)
	}
	if e.Err != nil {
		p.log.Error(e.What, append(attrs, "error", oneLine(e.Err.Error()))...)
		return
	}
	p.log.Info(e.What, attrs...)
}

// heartbeat is how often a log is told how far a sweep is in which nothing happens.
const heartbeat = time.Minute

// line says what was done for a feed, if there was anything, and now and then how far
// it all is.
func (p *watch) line(e sweep.Event, feed *tally) {
	switch {
	case feed.files > 0:
		fmt.Fprintf(p.w, "swept %s: %s\n", e.Feed, feed.text())
	case p.now().Sub(p.last) < heartbeat:
		return
	default:
		fmt.Fprintf(p.w, "%s\n", p.all())
	}
	p.last = p.now()
}

func (t *tally) text() string {
	return fmt.Sprintf("%s, %s, %d rows, %s", plurals(t.files, "delivery", "deliveries"), amount(t.bytes), t.rows, plural(t.found, "divergence"))
}

// all says how far the sweep is.
func (p *watch) all() string {
	rate := int64(0)
	if s := p.now().Sub(p.started).Seconds(); s > 0 {
		rate = int64(float64(p.total.rows) / s)
	}
	return fmt.Sprintf("%d/%d feeds  %s  %d rows/s", p.done, p.feeds, strings.ReplaceAll(p.total.text(), ", ", "  "), rate)
}

// amount words a number of bytes in the unit that leaves it below a thousand.
func amount(n int64) string {
	f, unit := float64(n), 0
	for ; f >= 1000 && unit < 4; unit++ {
		f /= 1024
	}
	if unit == 0 {
		return fmt.Sprintf("%d B", n)
	}
	return fmt.Sprintf("%.1f %cB", f, "KMGT"[unit-1])
}

const (
	mostHosts = 8                     // servers shown at once
	redraw    = 50 * time.Millisecond // least time between two drawings
)

// draw rewrites the lines on the terminal, unless it just did.
func (p *watch) draw(now bool) {
	if !now && p.drawn > 0 && p.now().Sub(p.last) < redraw {
		return
	}
	p.last = p.now()
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(p.hosts)) {
		t := p.hosts[name]
		if t.doing.What == "" || len(lines) == mostHosts {
			continue
		}
		lines = append(lines, fmt.Sprintf("%s  %s  %s  %s", name, plural(t.files, "file"), amount(t.bytes), doing(t.doing)))
	}
	lines = append(lines, p.all())
	var b bytes.Buffer
	p.clear(&b)
	for i, l := range lines {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(cut(l, p.columns-24)) // cut counts what it leaves out, in up to 23 columns
	}
	p.drawn = len(lines)
	_, _ = p.w.Write(b.Bytes()) // a terminal that is gone stops no sweep
}

// clear removes what is drawn.
func (p *watch) clear(w io.Writer) {
	if p.drawn > 1 {
		fmt.Fprintf(w, "\x1b[%dA", p.drawn-1)
	}
	if p.drawn > 0 {
		fmt.Fprint(w, "\r\x1b[J")
	}
	p.drawn = 0
}

// finish removes the lines of a terminal.
func (p *watch) finish() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clear(p.w)
}

// logging has what is said on stderr written as a log of a format.
func (s streams) logging(format string) streams {
	if format == "json" {
		s.err = &recorded{log: slog.New(slog.NewJSONHandler(s.err, nil)), failed: slog.LevelError}
	}
	return s
}

// tellLogged is tell, and a record where a command was told to write its log as JSON: what
// reads that has no use for lines of another form.
func tellLogged(cmd *cobra.Command, w io.Writer, err error) int {
	if f := cmd.Flags().Lookup("log-format"); f == nil || f.Value.String() != "json" {
		return tell(w, err)
	}
	status, text, hint := worded(err)
	attrs := []any{"hint", hint, "exit_status", status}
	if hint == "" {
		attrs = attrs[2:]
	}
	if text != "" {
		slog.New(slog.NewJSONHandler(w, nil)).Error(text, attrs...)
	}
	return status
}

// recorded makes a record of each line that is written, for what is said in words
// beside a log.
type recorded struct {
	log    *slog.Logger
	failed slog.Level // of what went wrong
	mu     sync.Mutex
	rest   []byte // of a line that is not at its end
}

// Write keeps an unfinished line for the next time.
func (r *recorded) Write(b []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.rest = append(r.rest, b...)
	for {
		line, rest, whole := bytes.Cut(r.rest, []byte("\n"))
		if !whole {
			return len(b), nil
		}
		r.rest = rest
		if text, failed := strings.CutPrefix(string(line), "feedparity: "); failed {
			r.log.Log(context.Background(), r.level(text), text)
		} else if text != "" {
			r.log.Info(text)
		}
	}
}

// level is that of a line which says what went wrong. What the next night or a look at the
// configuration settles did not.
func (r *recorded) level(text string) slog.Level {
	for _, aside := range []string{": warning: ", ": not taken yet: ", ": gone before it could be fetched: ", ": noise: ", ": policy-stale: "} {
		if strings.Contains(text, aside) {
			return min(r.failed, slog.LevelWarn)
		}
	}
	return r.failed
}
