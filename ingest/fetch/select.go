package fetch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/pkg/sftp"
)

// Selection says which files of a source are deliveries. Patterns are those of
// path.Match; one with a slash in it is compared with the whole path below the
// source, any other with the name alone.
type Selection struct {
	Match      []string // of which one must fit; none lets every file in
	Exclude    []string // of which none may; one that ends in a slash is of a directory with all below it
	Unfinished []string // of files that somebody is still writing, beside the usual ones
	IgnoreCase bool     // A and a are the same in all of these
	Depth      int      // directories below the source's own that are looked into
	// Done are names of files that say that another is whole: "{name}.done" for
	// stock.csv.done, "{stem}.ok" for stock.ok. Where there are any, a file without
	// one of its own is not finished.
	Done []string
	// Decode makes text of a name for patterns; nil takes the bytes as they are.
	Decode func(name string) string
}

// Found is what a source has for a selection.
type Found struct {
	Listed   int        // files and links, wanted or not
	Entries  []Entry    // wanted, links followed
	Held     []Held     // wanted and not finished
	Unparsed []Unparsed // what may hide a delivery
}

// Held is a file that is not taken yet.
type Held struct {
	Entry Entry
	Why   string
}

// unfinishedSuffixes are what programs add to the names of files while they write them:
// rclone, WinSCP, browsers, Spring. lftp and editors put something before it (~, a dot).
var unfinishedSuffixes = []string{".tmp", ".part", ".filepart", ".crdownload", ".partial", ".writing"}

// usuallyUnfinished reports whether a name is one of theirs. It is asked of every file of
// every listing, so that it makes no pattern of them.
func usuallyUnfinished(name string) bool {
	if name[0] == '~' || name[0] == '.' {
		return true
	}
	return slices.ContainsFunc(unfinishedSuffixes, func(suffix string) bool {
		return len(name) >= len(suffix) && strings.EqualFold(name[len(name)-len(suffix):], suffix)
	})
}

// Bounds of a walk that only a loop or a mistake reaches.
const (
	maxDirs  = 10_000
	maxDepth = 32
)

// Find returns the deliveries of a source. Links are followed: one that leads to a
// file is that file. A link to a directory is not walked into, which is what keeps a
// tree that contains itself finite; of a server that shows such links as directories
// (pyftpdlib) loop.go tells those that lead back, and the depth stops the rest.
func Find(ctx context.Context, src Files, sel Selection) (Found, error) {
	f := finder{src: src, sel: sel, seen: map[string]bool{}, seed: maphash.MakeSeed()}
	if err := f.walk(ctx, nil, 0); err != nil {
		return Found{}, err
	}
	return f.out, nil
}

// finder is one Find.
type finder struct {
	src  Files
	sel  Selection
	seen map[string]bool // directories
	seed maphash.Seed
	out  Found
}

// walk lists a directory and those below it. A directory is listed whole or it is an
// error: half of one would pass for files that have gone.
func (f *finder) walk(ctx context.Context, at *place, depth int) error {
	dir := at.path()
	if f.seen[dir] {
		return nil
	}
	if f.seen[dir] = true; len(f.seen) > maxDirs {
		return fmt.Errorf("list %q: more than %d directories below the source", dir, maxDirs)
	}
	all, unparsed, err := f.src.List(ctx, dir)
	if dir != "" && closed(err) {
		// Gone since its parent was listed, not ours to read, or none: each may hide one.
		f.out.Unparsed = append(f.out.Unparsed, Unparsed{Text: dir, Why: "a directory that cannot be listed: " + err.Error()})
		return nil
	}
	if err != nil {
		return err
	}
	all, amiss, err := f.ask(ctx, all)
	if err != nil {
		return err
	}
	var shown likeness
	if f.sel.Depth > 0 {
		shown = likenessOf(f.seed, all)
	}
	if at.leadsBack(shown) {
		return nil
	}
	f.out.Unparsed = append(append(f.out.Unparsed, unparsed...), amiss.Unparsed...)
	f.out.Held, f.out.Listed = append(f.out.Held, amiss.Held...), f.out.Listed+amiss.Listed
	here := marks{byName: map[string]Entry{}, fold: f.sel.IgnoreCase}
	if len(f.sel.Done) > 0 {
		here.fill(all)
	}
	for i, e := range all {
		switch e.Kind {
		case KindFile, KindLink, KindName:
			f.out.Listed++
			if err := f.file(ctx, e, i+1, here); err != nil {
				return err
			}
		case KindDir:
			if depth < min(f.sel.Depth, maxDepth) && !f.sel.leavesOut(e.Path) && !at.within(e) {
				if err := f.walk(ctx, &place{e, at, shown}, depth+1); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// closed reports whether a directory cannot be listed tonight or any other night, from a
// server that is there and lets us in. Of HTTP a link may lead to a page of any kind.
func closed(err error) bool {
	var connect *connectError
	var no *statusError
	switch {
	case errors.Is(err, ErrUnavailable):
		return true
	case errors.As(err, &connect), Transient(err):
		return false
	}
	return errors.Is(err, errIndex) || errors.Is(err, errRedirect) || errors.As(err, &no) && ofOne(err)
}

// file takes a file or link up if it is wanted.
func (f *finder) file(ctx context.Context, e Entry, line int, here marks) error {
	if !f.sel.Wants(e.Path) {
		return nil
	}
	if e.Kind == KindLink {
		target, err := f.src.Stat(ctx, e.Path)
		var failure *sftp.StatusError // all that some servers say of a link in a circle
		if errors.Is(err, ErrUnavailable) || errors.As(err, &failure) && !Transient(err) {
			why := "a link that leads to no file"
			if errors.Is(err, errLeadsOut) {
				why = "a link that is absolute or leads out of the source: it is not followed"
			}
			f.out.Unparsed = append(f.out.Unparsed, Unparsed{line, e.Path, why})
			return nil
		}
		if err != nil {
			return err
		}
		target.Target, target.Raw = e.Target, e.Raw
		e = target
	}
	var why string
	if len(f.sel.Done) > 0 {
		if e.Done, why = here.done(e, f.sel.Done); why != "" {
			f.out.Held = append(f.out.Held, Held{e, why})
			return nil
		}
	}
	f.out.Entries = append(f.out.Entries, e)
	return nil
}

// Wants reports whether a path is that of a delivery by its name.
func (s *Selection) Wants(p string) bool {
	text := p
	if s.Decode != nil {
		text = s.Decode(p)
	}
	name := path.Base(text)
	if usuallyUnfinished(name) || len(s.Done) > 0 && s.isMark(name) {
		return false
	}
	if s.IgnoreCase {
		text, name = strings.ToLower(text), strings.ToLower(name)
	}
	return (len(s.Match) == 0 || s.fits(s.Match, text, name)) && !s.fits(s.Exclude, text, name) && !s.fits(s.Unfinished, text, name)
}

// leavesOut reports whether a directory is not to be looked into.
func (s *Selection) leavesOut(dir string) bool {
	if s.Decode != nil {
		dir = s.Decode(dir)
	}
	if s.IgnoreCase {
		dir = strings.ToLower(dir)
	}
	var of []string
	for _, p := range s.Exclude {
		if bare, ok := strings.CutSuffix(p, "/"); ok {
			of = append(of, bare)
		}
	}
	return s.fits(of, dir, path.Base(dir))
}

// marks reports whether a path is that of a mark by its name.
func (s *Selection) marks(p string) bool {
	if s.Decode != nil {
		p = s.Decode(p)
	}
	return len(s.Done) > 0 && s.isMark(path.Base(p))
}

// isMark reports whether a name is that of a mark, whatever it marks.
func (s *Selection) isMark(name string) bool {
	return slices.ContainsFunc(s.Done, func(m string) bool {
		before, after := cutMark(m)
		return len(name) > len(before)+len(after) && equal(name[:len(before)], before, s.IgnoreCase) && equal(name[len(name)-len(after):], after, s.IgnoreCase)
	})
}

// cutMark parts a mark's pattern at its placeholder.
func cutMark(m string) (before, after string) {
	for _, word := range []string{"{name}", "{stem}"} {
		if before, after, ok := strings.Cut(m, word); ok {
			return before, after
		}
	}
	return m, ""
}

// fits reports whether one of the patterns fits the path, or its name where the pattern
// is about names.
func (s *Selection) fits(patterns []string, p, name string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		if s.IgnoreCase {
			pattern = strings.ToLower(pattern)
		}
		of := name
		if strings.Contains(pattern, "/") {
			of = p
		}
		ok, err := path.Match(pattern, of) // config refuses malformed patterns
		return err == nil && ok
	})
}

// equal compares names as their server may: Windows and VMS know no case.
func equal(a, b string, fold bool) bool { return a == b || fold && strings.EqualFold(a, b) }

// marks are the files of one directory, among which marks are looked for.
type marks struct {
	byName map[string]Entry
	fold   bool
}

// fill takes every entry of a directory: what marks a file need match no pattern.
func (m *marks) fill(entries []Entry) {
	for _, e := range entries {
		m.byName[m.key(e.Name())] = e
	}
}

// key is a name as it is looked up.
func (m *marks) key(name string) string {
	if m.fold {
		return strings.ToLower(name)
	}
	return name
}

// done returns the mark that says that e is whole, or why there is none. A mark that
// is older than its file is the one of the version before.
func (m *marks) done(e Entry, patterns []string) (mark, why string) {
	name := e.Name()
	stem := strings.TrimSuffix(name, path.Ext(name))
	replace := strings.NewReplacer("{name}", name, "{stem}", stem)
	for _, pattern := range patterns {
		found, ok := m.byName[m.key(replace.Replace(pattern))]
		if !ok || found.Kind == KindDir {
			continue
		}
		if older(found, e) {
			why = cmp.Or(why, fmt.Sprintf("%s is older than it", found.Name()))
			continue
		}
		return found.Path, ""
	}
	return "", cmp.Or(why, "no "+replace.Replace(patterns[0])+" says that it is whole")
}

// older compares times at the coarser precision.
func older(a, b Entry) bool {
	unit := [...]time.Duration{PrecisionDay: 24 * time.Hour, PrecisionMinute: time.Minute, PrecisionSecond: time.Second}[max(min(a.MPrec, b.MPrec), PrecisionDay)]
	return min(a.MPrec, b.MPrec) != PrecisionNone && a.MTime.Truncate(unit).Before(b.MTime.Truncate(unit))
}
