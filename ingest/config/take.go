package config

import (
	"cmp"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/pycodec"
)

// match reads the patterns of the files that are deliveries.
func (r *resolver) match(out *Feed, e FeedEntry, n *Node) error {
	for _, k := range []struct {
		key   string
		globs []string
	}{{"match", e.Match}, {"exclude", e.Exclude}, {"unfinished", e.Unfinished}} {
		for i, glob := range k.globs {
			if err := checkGlob(k.key, glob, item(n, k.key, i)); err != nil {
				return err
			}
			// A pattern that can fit nothing would leave a feed empty without a word.
			if strings.Contains(glob, "/") && e.Depth == 0 {
				err := item(n, k.key, i).Errorf("%s %q: only the source's own directory is looked into, and its files' paths have no /", k.key, glob)
				err.Hint = "name the directory in source, or say depth: 1"
				return err
			}
		}
	}
	if len(e.Match) == 0 {
		out.Match = []string{"*"}
	}
	return nil
}

// unmeant says what of a pattern means something to a shell and nothing to path.Match, ""
// if nothing does: such a pattern fits no file that there is.
func unmeant(glob string) (why, hint string) {
	for i, class := 0, false; i < len(glob); i++ {
		switch c := glob[i]; {
		case c == '\\':
			i++
		case class:
			class = c != ']'
		case c == '[':
			class = true
		case c == '{' || c == '}':
			return "{ and } stand for themselves and not for alternatives", `write a list of patterns, or \{ where the character is meant`
		case strings.HasPrefix(glob[i:], "**"):
			return "** is no more than *", "a pattern without a slash is compared with names at any depth, which depth says; write one of each depth that is meant"
		}
	}
	return "", ""
}

// take reads what makes a file that matches a delivery.
func (r *resolver) take(out *Feed, e FeedEntry, n *Node) error {
	out.Take = Take{Exclude: e.Exclude, Unfinished: e.Unfinished, Done: e.Done, IgnoreCase: e.IgnoreCase, Depth: e.Depth, AllowEmpty: e.AllowEmpty}
	if e.Depth < 0 || e.Depth > maxDirDepth {
		return at(n, "depth").Errorf("depth %d: want 0 to %d", e.Depth, maxDirDepth)
	}
	if e.Names != "" {
		codec, _, err := pycodec.Lookup(ingest.Python313, e.Names)
		if err != nil || codec == nil {
			return at(n, "names").Errorf("names %q: no codec of Python 3.13 that can be read without it", e.Names)
		}
		out.Take.Names = codec
	}
	for i, mark := range e.Done {
		if badMark(mark) {
			err := item(n, "done", i).Errorf("done %q: want a file name with {name} or {stem} in it", mark)
			err.Hint = `"{name}.done" for stock.csv.done, "{stem}.ok" for stock.ok`
			return err
		}
	}
	if !filepath.IsAbs(out.Source.URL) { // what is written here is seen at once; another server's uploads take their time
		out.Take.Settle, out.Take.MinAge = 30*time.Second, 2*time.Minute
	}
	for _, k := range []struct {
		key, value string
		out        *time.Duration
	}{{"settle", e.Settle, &out.Take.Settle}, {"min_age", e.MinAge, &out.Take.MinAge}, {"refetch", e.Refetch, &out.Take.Refetch}} {
		if k.value == "" {
			continue
		}
		d, err := time.ParseDuration(k.value)
		if err != nil || d < 0 {
			return at(n, k.key).Errorf("%s %q: want a duration such as 30s or 5m", k.key, k.value)
		}
		*k.out = d
	}
	if err := r.unpack(out, e.Unpack, at(n, "unpack")); err != nil {
		return err
	}
	return r.avoid(out, e, n)
}

// UnpackEntry bounds what an archive may hold; one that holds more is an error of its
// own, and nothing of it is run.
type UnpackEntry struct {
	// All its files together. Default 4GB.
	Size string `yaml:"size"`
	// Bytes for each byte packed; 16MB may come out of any. Default 250.
	Ratio *int `yaml:"ratio"`
	// Files. Default 1000.
	Members *int `yaml:"members"`
	// Glob patterns of files of a zip that are no deliveries, such as "readme.*", in lower or
	// upper case; one with a slash in it is compared with the whole name. Default: none.
	Exclude []string `yaml:"exclude"`
}

// unpack reads the limits on archives. Zero is left for package archive to fill in, so
// that its defaults stand in one place.
func (r *resolver) unpack(out *Feed, e UnpackEntry, n *Node) error {
	if e.Size != "" {
		var err error
		if out.Take.Unpack.Size, err = bytesOf(e.Size); err != nil {
			return at(n, "size").Errorf("unpack: size %q: %v", e.Size, err)
		}
	}
	for _, k := range []struct {
		key   string
		value *int
		out   *int
	}{{"ratio", e.Ratio, &out.Take.Unpack.Ratio}, {"members", e.Members, &out.Take.Unpack.Members}} {
		if k.value == nil {
			continue
		}
		if *k.value < 1 {
			return at(n, k.key).Errorf("unpack: %s %d: want 1 or more", k.key, *k.value)
		}
		*k.out = *k.value
	}
	for i, glob := range e.Exclude {
		if err := checkGlob("unpack: exclude", glob, item(n, "exclude", i)); err != nil {
			return err
		}
	}
	out.Take.Unpack.Exclude = e.Exclude
	return nil
}

// checkGlob refuses a pattern that is none, or that means something else than a shell's does.
func checkGlob(what, glob string, n *Node) error {
	if _, err := path.Match(glob, ""); err != nil || glob == "" {
		return n.Errorf("%s %q is no pattern", what, glob)
	}
	if why, hint := unmeant(glob); why != "" {
		err := n.Errorf("%s %q: %s", what, glob, why)
		err.Hint = hint
		return err
	}
	return nil
}

// maxDirDepth is deeper than suppliers think; package fetch goes no further either.
const maxDirDepth = 32

// badMark reports whether a mark could not be told from a delivery: it must hold the
// delivery's name once, and something more.
func badMark(mark string) bool {
	rest := strings.Replace(strings.Replace(mark, "{name}", "", 1), "{stem}", "", 1)
	return len(mark)-len(rest) != len("{name}") || rest == "" || strings.ContainsAny(rest, "/{}")
}

// avoid reads times of day. They are the supplier's where the feed names a zone, since
// that is whose importer is to be left alone, and else of the clock on our own wall.
func (r *resolver) avoid(out *Feed, e FeedEntry, n *Node) error {
	zone := time.Local
	if e.Zone != "" {
		zone = out.Source.Zone
	}
	for i, text := range e.Avoid {
		from, to, ok := strings.Cut(text, "-")
		w := Window{Zone: zone}
		var err1, err2 error
		w.From, err1 = timeOfDay(from)
		w.To, err2 = timeOfDay(to)
		if !ok || err1 != nil || err2 != nil || w.From == w.To {
			return item(n, "avoid", i).Errorf(`avoid %q: want a time of day such as "02:30-03:30"`, text)
		}
		out.Take.Avoid = append(out.Take.Avoid, w)
	}
	return nil
}

// timeOfDay reads HH:MM, to which 24:00 belongs as the end of a day (ISO 8601).
func timeOfDay(s string) (time.Duration, error) {
	if s == "24:00" {
		return 24 * time.Hour, nil
	}
	t, err := time.Parse("15:04", s)
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute, err
}

// Until returns the end of the window that now is in, the zero time if it is in none.
// Times of day are those of the clock on the wall: a window of a night in which that
// is changed is an hour longer or shorter.
func (w Window) Until(now time.Time) time.Time {
	now = now.In(w.Zone)
	for _, day := range []int{-1, 0} { // one that began yesterday may not be over
		from, to := w.on(now, day, w.From), w.on(now, day, w.To)
		if w.To < w.From {
			to = w.on(now, day+1, w.To)
		}
		if !now.Before(from) && now.Before(to) {
			return to
		}
	}
	return time.Time{}
}

// Next returns when the window begins next, after now.
func (w Window) Next(now time.Time) time.Time {
	now = now.In(w.Zone)
	for day := 0; ; day++ {
		if from := w.on(now, day, w.From); from.After(now) {
			return from
		}
	}
}

// on is a time of day some days from now. time.Date settles what a change of the clock
// leaves out or has twice.
func (w Window) on(now time.Time, day int, at time.Duration) time.Time {
	return time.Date(now.Year(), now.Month(), now.Day()+day, 0, int(at/time.Minute), 0, 0, w.Zone)
}

// backfill reads a number, a word or a date. A date begins at midnight of the feed's
// zone, as its server's listing does.
func (r *resolver) backfill(out *Feed, e FeedEntry, n *Node) error {
	number, err := strconv.Atoi(e.Backfill)
	since, errDate := time.ParseInLocation(time.DateOnly, e.Backfill, cmp.Or(out.Source.Zone, time.UTC))
	switch {
	case e.Backfill == "":
	case e.Backfill == "all":
		out.Backfill = ingest.BackfillAll
	case err == nil && number >= 0:
		out.Backfill = number
	case errDate == nil:
		out.Backfill, out.Since = 0, since
	default:
		return at(n, "backfill").Errorf("backfill %q: want a number from 0 on, all, or a date such as 2026-10-01", e.Backfill)
	}
	return nil
}
