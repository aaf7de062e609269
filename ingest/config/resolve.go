package config

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/feedparity/feedparity/ingest"
)

// resolver turns the file as written into the vocabulary.
type resolver struct {
	file string
	dir  string // of the file, absolute
	root string // of the project, absolute
	top  *Node  // the file
	f    File
}

// abs is where a path of the file leads: one with ~ from home, any other from the file.
func (r *resolver) abs(name string) string {
	if rest, ok := strings.CutPrefix(name, "~/"); ok {
		if home, err := os.UserHomeDir(); err == nil {
			return filepath.Join(home, rest)
		}
	}
	if filepath.IsAbs(name) {
		return filepath.Clean(name)
	}
	return filepath.Join(r.dir, name)
}

func (r *resolver) feeds() ([]Feed, error) {
	n := r.f.Feeds
	if n == nil || n.Kind != Mapping || len(n.Entries) == 0 {
		err := &Error{File: r.file, Msg: "no feeds", Hint: `name at least one under "feeds:"`}
		if n != nil {
			err.Line, err.Column = n.Line, n.Column
		}
		return nil, err
	}
	var out []Feed
	seen := map[string]string{}
	for _, e := range n.Entries {
		if msg := badName(e.Key, seen); msg != "" {
			return nil, &Error{File: r.file, Line: e.Line, Column: e.Column, Msg: fmt.Sprintf("feed %q: %s", e.Key, msg)}
		}
		seen[strings.ToLower(e.Key)] = e.Key
		f, err := r.feed(e.Key, e.Value)
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}

const maxName = 64

// badName says why a feed's name cannot be a directory on every system.
func badName(name string, seen map[string]string) string {
	ok := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._-", r)
	}
	stem, _, _ := strings.Cut(strings.ToLower(name), ".")
	switch {
	case name == "":
		return "a name is wanted"
	case strings.IndexFunc(name, func(r rune) bool { return !ok(r) }) >= 0:
		return "a name holds letters, digits, '.', '-' and '_'"
	case strings.HasPrefix(name, ".") || strings.HasPrefix(name, "-") || strings.HasSuffix(name, "."):
		return "a name begins with a letter or digit and does not end with a dot"
	case len(name) > maxName:
		return "a name has at most 64 characters"
	case slices.Contains([]string{"con", "prn", "aux", "nul"}, stem) || len(stem) == 4 && (stem[:3] == "com" || stem[:3] == "lpt") && stem[3] >= '0' && stem[3] <= '9':
		return "Windows keeps this name for a device"
	case seen[strings.ToLower(name)] != "":
		return fmt.Sprintf("differs from feed %q only in case", seen[strings.ToLower(name)])
	}
	return ""
}

func (r *resolver) feed(name string, n *Node) (Feed, error) {
	if n.Null {
		n = &Node{file: n.file, Line: n.Line, Column: n.Column, Kind: Mapping}
	}
	own := n
	if d := r.f.Defaults; d != nil && n.Kind == Mapping {
		if d.Kind != Mapping {
			return Feed{}, d.Errorf("defaults: want a mapping, not %s", d.what())
		}
		merged := *n
		merged.Entries = slices.Clone(n.Entries)
		merged.inherit(d)
		n = &merged
	}
	var e FeedEntry
	if err := n.Decode(&e); err != nil {
		return Feed{}, err
	}
	if e.Call == (PathsEntry{}) {
		if err := withoutCall(own); err != nil {
			return Feed{}, err
		}
	}
	if e.Charset != "" {
		if err := checkCodec(ingest.Python313, e.Charset); err != nil {
			return Feed{}, at(n, "charset").Errorf("%v", err)
		}
	}
	out := Feed{Feed: ingest.Feed{Name: name, Match: e.Match, Charset: e.Charset, Backfill: 3}, Recheck: 5}
	for _, step := range []func(*Feed, FeedEntry, *Node) error{r.source, r.match, r.take, r.pair, r.calls, r.comparison, r.backfill, r.counts, r.handover, r.expect} {
		if err := step(&out, e, n); err != nil {
			return Feed{}, err
		}
	}
	if filepath.IsAbs(out.Source.URL) {
		return out, withoutServer(own)
	}
	return out, nil
}

// at returns the node of a key, or the feed itself where the key is missing.
func at(n *Node, key string) *Node {
	if v := n.Get(key); v != nil {
		return v
	}
	return n
}

func (r *resolver) comparison(out *Feed, e FeedEntry, n *Node) error {
	out.Compare = ingest.Comparison{Key: e.Key, Ignore: e.Ignore, Tolerance: e.Tolerance, Strict: e.Compare == "strict"}
	if e.Compare != "" && e.Compare != "natural" && e.Compare != "strict" {
		return at(n, "compare").Errorf("compare %q: want natural or strict", e.Compare)
	}
	for col, t := range e.Tolerance {
		if t < 0 || math.IsNaN(t) {
			return at(n, "tolerance").Errorf("tolerance of column %q is no distance: %v", col, t)
		}
	}
	return nil
}

// counts reads how many deliveries are run at once, and again.
func (r *resolver) counts(out *Feed, e FeedEntry, n *Node) error {
	for _, c := range []struct {
		key   string
		in    *int
		least int
		out   *int
	}{{"concurrency", e.Concurrency, 1, &out.Concurrency}, {"recheck", e.Recheck, 0, &out.Recheck}} {
		if c.in == nil {
			continue
		}
		if *c.in < c.least {
			return at(n, c.key).Errorf("%s %d: want %d or more", c.key, *c.in, c.least)
		}
		*c.out = *c.in
	}
	return nil
}
