package fetch

import (
	"context"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/feedparity/feedparity/ingest/fetch/ftptest"
)

// find is Find for every file.
func find(ctx context.Context, src Files) ([]Entry, []Unparsed, error) {
	f, err := Find(ctx, src, Selection{})
	return f.Entries, f.Unparsed, err
}

func found(entries []Entry) string {
	var out []string
	for _, e := range entries {
		out = append(out, e.Path)
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

// TestWants: which paths are deliveries by their names.
func TestWants(t *testing.T) {
	latin := func(s string) string {
		var out []rune
		for _, b := range []byte(s) {
			out = append(out, rune(b))
		}
		return string(out)
	}
	for _, c := range []struct {
		sel  Selection
		path string
		want bool
	}{
		{Selection{}, "a.csv", true},
		{Selection{}, "a.CSV.TMP", false},
		{Selection{}, ".in.a.csv.", false},
		{Selection{}, "a.csv.partial", false},
		{Selection{Match: []string{"*.csv"}}, "a.CSV", false},
		{Selection{Match: []string{"*.csv"}, IgnoreCase: true}, "a.CSV", true},
		{Selection{Match: []string{"*.CSV"}, IgnoreCase: true}, "a.csv", true},
		{Selection{Match: []string{"*.csv"}}, "sub/a.csv", true},
		{Selection{Match: []string{"2024/*.csv"}}, "2024/a.csv", true},
		{Selection{Match: []string{"2024/*.csv"}}, "2025/a.csv", false},
		{Selection{Match: []string{"2024/*.csv"}}, "a.csv", false},
		{Selection{Match: []string{"*.csv"}, Exclude: []string{"*_old.csv"}}, "a_old.csv", false},
		{Selection{Exclude: []string{"*_OLD.csv"}, IgnoreCase: true}, "a_old.csv", false},
		{Selection{Exclude: []string{"archive/*"}}, "archive/a.csv", false},
		{Selection{Unfinished: []string{"*.upl"}}, "a.csv.upl", false},
		{Selection{Match: []string{"café.csv"}}, "caf\xe9.csv", false},
		{Selection{Match: []string{"café.csv"}, Decode: latin}, "caf\xe9.csv", true},
		{Selection{Match: []string{"CAFÉ.csv"}, Decode: latin, IgnoreCase: true}, "caf\xe9.csv", true},
		{Selection{Done: []string{"{name}.done"}}, "a.csv.done", false},
		{Selection{Done: []string{"{name}.done"}}, ".done", false},
		{Selection{Done: []string{"ready_{stem}.ok"}}, "ready_a.ok", false},
		{Selection{Done: []string{"ready_{stem}.ok"}}, "a.ok", true},
		{Selection{Done: []string{"ready_{stem}.ok"}}, "READY_a.OK", true},
		{Selection{Done: []string{"ready_{stem}.ok"}, IgnoreCase: true}, "READY_a.OK", false},
		{Selection{Done: []string{"{name}.done"}}, "a.csv", true},
	} {
		if got := c.sel.Wants(c.path); got != c.want {
			t.Errorf("%+v: %q wanted: %v", c.sel, c.path, got)
		}
	}
}

// TestFindDepth: directories are looked into as deep as asked for, once each, also
// where one holds itself.
func TestFindDepth(t *testing.T) {
	files := map[string]ftptest.File{"a.csv": {}, "1/b.csv": {}, "1/2/c.csv": {}, "1/2/3/d.csv": {}, "x/readme.txt": {}}
	srv := serve(t, ftptest.Options{Files: files})
	src := open(t, srv.URL(), quick(srv))
	for depth, want := range []string{"a.csv", "1/b.csv a.csv", "1/2/c.csv 1/b.csv a.csv", "1/2/3/d.csv 1/2/c.csv 1/b.csv a.csv"} {
		got, err := Find(t.Context(), src, Selection{Match: []string{"*.csv"}, Depth: depth})
		if err != nil || found(got.Entries) != want {
			t.Errorf("depth %d: %s, %v", depth, found(got.Entries), err)
		}
	}
	for exclude, want := range map[string]string{"2/": "1/b.csv a.csv", "1/2/": "1/b.csv a.csv", "1/": "a.csv", "3/": "1/2/c.csv 1/b.csv a.csv", "2": "1/2/3/d.csv 1/2/c.csv 1/b.csv a.csv"} {
		lists := srv.Count("MLSD")
		got, err := Find(t.Context(), src, Selection{Match: []string{"*.csv"}, Exclude: []string{exclude}, Depth: 9})
		if err != nil || found(got.Entries) != want || srv.Count("MLSD")-lists != strings.Count(want, ".csv")+1 {
			t.Errorf("without %s: %s after %d listings, %v", exclude, found(got.Entries), srv.Count("MLSD")-lists, err)
		}
	}
}

// treeOf lists what a function says of each directory.
type treeOf func(dir string) string

func (f treeOf) List(_ context.Context, dir string) ([]Entry, []Unparsed, error) {
	return parseListing([]byte(f(dir)), dir, true, time.Now(), time.UTC)
}
func (treeOf) Stat(context.Context, string) (Entry, error)                { return Entry{}, ErrUnavailable }
func (treeOf) Open(context.Context, string, int64) (io.ReadCloser, error) { return nil, ErrUnavailable }

// testLoop: a directory within itself gives its files once; directories that only look
// alike are looked into.
func testLoop(t *testing.T) {
	const when = ";modify=20240102030405"
	always := func(lines string) treeOf { return func(string) string { return lines } }
	grows := 0
	for name, c := range map[string]struct {
		tree           treeOf
		want, listings int
	}{
		"a link to .": {always("type=dir" + when + "; loop\r\ntype=file;size=3" + when + "; a.csv\r\n"), 1, 2},
		"in another order": {func(dir string) string {
			lines := []string{"type=dir" + when + "; loop\r\n", "type=file;size=3" + when + "; a.csv\r\n"}
			return lines[len(dir)%2] + lines[1-len(dir)%2]
		}, 1, 2},
		"to one further up": {func(dir string) string {
			if path.Base(dir) == "in" {
				return "type=dir" + when + "; up\r\ntype=file;size=3" + when + "; b.csv\r\n"
			}
			return "type=dir" + when + "; in\r\ntype=file;size=3" + when + "; a.csv\r\n"
		}, 2, 3},
		"with a file that grows": {func(string) string {
			grows++
			return fmt.Sprintf("type=dir;unique=1g2%s; loop\r\ntype=file;size=%d;unique=1g3%s; a.csv\r\n", when, grows, when)
		}, 2, 2}, // nobody tells the mark of the first
		"another size each time": {func(string) string {
			grows++
			return fmt.Sprintf("type=dir; in\r\ntype=file;size=%d; a.csv\r\n", grows)
		}, maxDepth + 1, maxDepth + 1},
		"directories alike": {func(dir string) string {
			if dir == "data/data" {
				return "type=file;size=3; a.csv\r\n"
			}
			return "type=dir; data\r\n"
		}, 1, 3},
	} {
		listings := 0
		tree := treeOf(func(dir string) string { listings++; return c.tree(dir) })
		got, err := Find(t.Context(), tree, Selection{Depth: 1000})
		if err != nil || len(got.Entries) != c.want || listings != c.listings || got.Listed != c.want {
			t.Errorf("%s: %s after %d listings, %v; want %d after %d", name, found(got.Entries), listings, err, c.want, c.listings)
		}
	}
}

// TestFindUnreadable: a directory that cannot be listed is told of, the others are.
func TestFindUnreadable(t *testing.T) {
	srv := serve(t, ftptest.Options{Files: map[string]ftptest.File{"a/x.csv": {}, "b/y.csv": {}},
		Faults: []ftptest.Fault{{Command: "CWD", Path: "a", Action: ftptest.Reply, Reply: "550 permission denied"}}})
	got, err := Find(t.Context(), open(t, srv.URL(), quick(srv)), Selection{Depth: 1})
	if err != nil || found(got.Entries) != "b/y.csv" || len(got.Unparsed) != 1 || !strings.Contains(got.Unparsed[0].String(), "cannot be listed") {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestFindDone: with marks, a file is a delivery once its mark is there and not older.
func TestFindDone(t *testing.T) {
	at := func(minute int) ftptest.File {
		return ftptest.File{MTime: time.Date(2024, 1, 2, 3, minute, 0, 0, time.UTC)}
	}
	srv := serve(t, ftptest.Options{Files: map[string]ftptest.File{
		"a.csv": at(5), "a.csv.done": at(5), "b.csv": at(5), "b.ok": at(6), "c.csv": at(5), "d.csv": at(5), "d.csv.done": at(4), "E.CSV": at(5), "e.csv.DONE": at(9),
		"f.csv": at(5), "f.csv.done": at(4), "f.ok": at(6),
	}})
	src := open(t, srv.URL(), quick(srv))
	sel := Selection{Done: []string{"{name}.done", "{stem}.ok"}}
	got, err := Find(t.Context(), src, sel)
	var held []string
	for _, h := range got.Held {
		held = append(held, fmt.Sprintf("%s: %s", h.Entry.Path, h.Why))
	}
	slices.Sort(held)
	if want := "E.CSV: no E.CSV.done says that it is whole, c.csv: no c.csv.done says that it is whole, d.csv: d.csv.done is older than it, e.csv.DONE: no e.csv.DONE.done says that it is whole"; err != nil || found(got.Entries) != "a.csv b.csv f.csv" || strings.Join(held, ", ") != want {
		t.Errorf("%s; held %s; %v", found(got.Entries), strings.Join(held, ", "), err)
	}
	for _, e := range got.Entries {
		if want := map[string]string{"a.csv": "a.csv.done", "b.csv": "b.ok", "f.csv": "f.ok"}[e.Path]; e.Done != want {
			t.Errorf("%s is marked by %q", e.Path, e.Done)
		}
	}
	sel.IgnoreCase = true
	if got, err := Find(t.Context(), src, sel); err != nil || found(got.Entries) != "E.CSV a.csv b.csv f.csv" {
		t.Errorf("whatever the case: %s, %v", found(got.Entries), err)
	}
}
