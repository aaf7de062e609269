package fetch

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/feedparity/feedparity/ingest/fetch/faultrows"
	"github.com/feedparity/feedparity/ingest/fetch/ftptest"
)

var suiteTime = time.Date(2025, 5, 6, 7, 8, 9, 0, time.UTC)

var suiteFiles = map[string]string{
	"in/prices.csv":         "sku;price\r\n1;2\r\n",
	"in/empty.csv":          "",
	"in/ two  spaces .csv":  "a",
	"in/-la":                "b",
	"in/st*ck[1].csv":       "c",
	"in/caf\xe9.csv":        "latin-1",
	"in/a -> b.csv":         "arrow",
	"in/semi;colon=1;.csv":  "facts",
	"in/%41.csv":            "percent",
	"in/archive/old.csv":    "old",
	"in/big.csv":            string(payload(1 << 20)),
	"outside.csv":           "not in the source",
	"in/archive/deep/x.csv": "x",
}

const suiteListing = "dir in/archive, file in/ two  spaces .csv, file in/%41.csv, file in/-la, file in/a -> b.csv, " +
	"file in/big.csv, file in/caf\xe9.csv, file in/empty.csv, file in/prices.csv, file in/semi;colon=1;.csv, file in/st*ck[1].csv"

// TestSource is what every source must do.
func TestSource(t *testing.T) {
	t.Run("directory", func(t *testing.T) {
		dir := suiteDir(t)
		testSource(t, open(t, dir, Options{}))
		testSource(t, open(t, "file://"+dir, Options{}))
	})
	files := map[string]ftptest.File{}
	for p, data := range suiteFiles {
		files[p] = ftptest.File{Data: []byte(data), MTime: suiteTime}
	}
	for _, m := range modes {
		for _, list := range []string{"MLSD", "LIST"} {
			t.Run(m.name+" "+list, func(t *testing.T) {
				srv := serve(t, ftptest.Options{Files: files, TLS: m.mode, MaxTLSVersion: m.max, NoMLSD: list == "LIST",
					RequireSessionReuse: m.mode != ftptest.Plain, User: "acme", Password: "s3cret"})
				o := quick(srv)
				o.User, o.Password, o.IdleTimeout = "acme", "s3cret", slack
				testSource(t, open(t, srv.URL(), o))
				faultrows.Commands(t, srv.Log())
				if srv.Count(list) == 0 {
					t.Errorf("no %s was sent", list)
				}
			})
		}
	}
}

func testSource(t *testing.T, src Source, without ...string) {
	ctx := t.Context()
	entries, unparsed, err := src.List(ctx, "in")
	if err != nil || len(unparsed) > 0 {
		t.Fatalf("List: %v, unparsed %v", err, unparsed)
	}
	for i, e := range entries {
		if e.Kind != KindName {
			continue
		}
		if entries[i], err = src.Stat(ctx, e.Path); err != nil {
			t.Fatalf("Stat of what is listed by its name: %v", err)
		}
	}
	sort.Slice(entries, func(i, j int) bool {
		a, b := entries[i], entries[j]
		if (a.Kind == KindDir) != (b.Kind == KindDir) {
			return a.Kind == KindDir
		}
		return a.Path < b.Path
	})
	want := suiteListing
	for _, name := range without {
		want = strings.Replace(want, ", file "+name, "", 1)
	}
	if got := paths(entries); got != want {
		t.Errorf("List:\n%q, want\n%q", got, want)
	}
	root, unparsed, err := src.List(ctx, "")
	if err != nil || len(unparsed) > 0 || len(root) != 2 {
		t.Errorf("List of the root: %v %v %v", root, unparsed, err)
	}
	for range 2 { // the second time over a connection that was used
		testFiles(ctx, t, src, entries)
	}
	testRefusals(ctx, t, src)
	testConcurrent(ctx, t, src)
	testFind(ctx, t, src, without)
	testGoOn(ctx, t, src)
}

// testFind: deliveries below the source are found as deep as they are wanted.
func testFind(ctx context.Context, t *testing.T, src Source, without []string) {
	want := []string{"outside.csv", "in/archive/old.csv", "in/archive/deep/x.csv"}
	for p := range suiteFiles {
		if !strings.HasPrefix(p, "in/archive") && p != "outside.csv" && !slices.Contains(without, p) && p != "in/-la" {
			want = append(want, p)
		}
	}
	slices.Sort(want)
	for depth, n := range []int{1, len(want) - 2, len(want) - 1, len(want), len(want)} {
		f, err := Find(ctx, src, Selection{Match: []string{"*.CSV"}, IgnoreCase: true, Depth: depth})
		if err != nil || len(f.Entries) != n || depth > 2 && found(f.Entries) != strings.Join(want, " ") {
			t.Errorf("depth %d: %q, %v, want %d", depth, found(f.Entries), err, n)
		}
	}
}

// testGoOn: a part that a sweep before left is gone on with, and what comes of it is
// the file.
func testGoOn(ctx context.Context, t *testing.T, src Source) {
	r, ok := src.(*retrying)
	if !ok {
		return // a directory of this machine
	}
	was := r.resume
	defer func() { r.resume = was }()
	r.resume = 1000
	const p = "in/big.csv"
	e, err := src.Stat(ctx, p)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(noteOf(p, e))
	if err != nil {
		t.Fatal(err)
	}
	dir := openDir(t)
	if err := errors.Join(dir.WriteFile("b.csv"+noteSuffix, text, 0o644), dir.WriteFile("b.csv"+partSuffix, []byte(suiteFiles[p][:700_000]), 0o644)); err != nil {
		t.Fatal(err)
	}
	first := &firstOpen{Source: r.Source}
	r.Source = first
	defer func() { r.Source = first.Source }()
	d, err := Download(ctx, src, e, dir, "b.csv")
	if err != nil {
		t.Fatal(err)
	}
	took(t, dir, d, []byte(suiteFiles[p]))
	if first.from != 700_000-overlap || first.opens != 1 {
		t.Errorf("gone on from %d, opened %d times", first.from, first.opens)
	}
}

// firstOpen remembers from where on a file was read.
type firstOpen struct {
	Source
	from  int64
	opens int
}

func (f *firstOpen) Open(ctx context.Context, p string, off int64) (io.ReadCloser, error) {
	f.from, f.opens = off, f.opens+1
	return f.Source.Open(ctx, p, off)
}

func testFiles(ctx context.Context, t *testing.T, src Source, entries []Entry) {
	dir := openDir(t)
	for _, e := range entries {
		if e.Kind != KindFile {
			continue
		}
		want := suiteFiles[e.Path]
		if e.Size != int64(len(want)) {
			t.Errorf("%q: listed with size %d, want %d", e.Path, e.Size, len(want))
		}
		s, err := src.Stat(ctx, e.Path)
		if err != nil || s.Size != int64(len(want)) || !s.MTime.Equal(suiteTime) || s.MPrec != PrecisionSecond || !s.SameVersion(e) {
			t.Errorf("Stat(%q) = %+v, %v, listed as %+v", e.Path, s, err, e)
		}
		d, err := Download(ctx, src, e, dir, LocalName(e.Name()))
		if err != nil {
			t.Errorf("Download(%q): %v", e.Path, err)
			continue
		}
		took(t, dir, d, []byte(want))
		// A small one is in memory alone, a large one as ever.
		m, err := NewMany(src, dir, 1000).Take(ctx, e, LocalName(e.Name())+"2")
		if err != nil || m.SHA256 != d.SHA256 || m.Size != d.Size || (m.Data == nil) != (len(want) > 1000) || m.Data != nil && string(m.Data) != want {
			t.Errorf("Many.Take(%q): %d bytes in memory of %d, %v", e.Path, len(m.Data), m.Size, err)
		}
		if _, err := dir.Stat(LocalName(e.Name()) + "2"); (err == nil) != (m.Data == nil) {
			t.Errorf("Many.Take(%q): its file: %v", e.Path, err)
		}
	}
	b, err := readAll(ctx, src, "in/big.csv", 1<<20-10)
	if want := suiteFiles["in/big.csv"][1<<20-10:]; err != nil || string(b) != want {
		t.Errorf("read from an offset: %q, %v", b, err)
	}
}

func testRefusals(ctx context.Context, t *testing.T, src Source) {
	if _, _, err := src.List(ctx, "nosuch"); !errors.Is(err, ErrUnavailable) {
		t.Errorf("List of a missing directory: %v", err)
	}
	if _, err := src.Stat(ctx, "in/nosuch.csv"); !errors.Is(err, ErrUnavailable) {
		t.Errorf("Stat of a missing file: %v", err)
	}
	if _, err := src.Open(ctx, "in/nosuch.csv", 0); !errors.Is(err, ErrUnavailable) {
		t.Errorf("Open of a missing file: %v", err)
	}
	if _, err := src.Open(ctx, "in/prices.csv", 1000); err == nil {
		t.Error("Open beyond the end succeeded")
	}
	for _, p := range []string{"", "../outside.csv", "in/../outside.csv", "/etc/passwd", "in//prices.csv", ".", "..", "in/./a", "a\r\nDELE b", "a\x00"} {
		if _, err := src.Open(ctx, p, 0); !errors.Is(err, ErrPath) {
			t.Errorf("Open(%q): %v, want ErrPath", p, err)
		}
		if _, err := src.Stat(ctx, p); !errors.Is(err, ErrPath) {
			t.Errorf("Stat(%q): %v, want ErrPath", p, err)
		}
		if _, _, err := src.List(ctx, p); p != "" && !errors.Is(err, ErrPath) {
			t.Errorf("List(%q): %v, want ErrPath", p, err)
		}
	}
	r, err := src.Open(ctx, "in/big.csv", 0)
	if err != nil {
		t.Fatal(err)
	}
	var length *LengthError
	if err := r.Close(); !errors.As(err, &length) || length.Want != 1<<20 {
		t.Errorf("Close before the end: %v, want a LengthError", err)
	}
	if err := r.Close(); err != nil {
		t.Logf("second Close: %v", err)
	}
	gone, cancel := context.WithCancel(ctx)
	cancel()
	if _, _, err := src.List(gone, ""); !errors.Is(err, context.Canceled) {
		t.Errorf("List after cancel: %v", err)
	}
}

func testConcurrent(ctx context.Context, t *testing.T, src Source) {
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			b, err := readAll(ctx, src, "in/big.csv", 0)
			if err != nil || string(b) != suiteFiles["in/big.csv"] {
				t.Errorf("one of several readers: %d bytes, %v", len(b), err)
			}
		})
	}
	wg.Wait()
}

// TestLocalEscape: a symbolic link that leads out of the drop folder is not
// followed, one within it is.
func TestLocalEscape(t *testing.T) {
	dir := t.TempDir()
	secret := filepath.Join(t.TempDir(), "secret")
	err := errors.Join(os.WriteFile(secret, []byte("secret"), 0o644), os.WriteFile(filepath.Join(dir, "a.csv"), []byte("a"), 0o644),
		os.Symlink(secret, filepath.Join(dir, "out.csv")), os.Symlink("a.csv", filepath.Join(dir, "in.csv")))
	if err != nil {
		t.Fatal(err)
	}
	src := open(t, dir, Options{})
	if b, err := readAll(t.Context(), src, "out.csv", 0); err == nil {
		t.Errorf("read %q through a link that leads out", b)
	}
	if b, err := readAll(t.Context(), src, "in.csv", 0); err != nil || string(b) != "a" {
		t.Errorf("link within: %q, %v", b, err)
	}
	if err := os.Remove(secret); err != nil {
		t.Fatal(err)
	}
}

// TestLocalLinks: a link that leads to nothing that may be read is told of, whatever is
// wrong with it, and costs the directory nothing else.
func TestLocalLinks(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.csv"), []byte("a"), 0o644); err != nil {
		t.Fatal(err)
	}
	links := map[string]string{"absolute.csv": filepath.Join(dir, "a.csv"), "climbs.csv": "../../../etc/passwd", "out.csv": "/etc/passwd", "itself.csv": "itself.csv",
		"through.csv": "a.csv/foo", "long.csv": strings.Repeat("n", 256), "dangling.csv": "none"}
	for name, target := range links {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	entries, unparsed, err := find(t.Context(), open(t, dir, Options{}))
	if err != nil || paths(entries) != "file a.csv" || len(unparsed) != len(links) {
		t.Errorf("%v, %v, %v", entries, unparsed, err)
	}
	for _, u := range unparsed {
		if out := u.Text == "absolute.csv" || u.Text == "climbs.csv" || u.Text == "out.csv"; strings.Contains(u.Why, "is not followed") != out {
			t.Errorf("%s", u)
		}
	}
	src := open(t, dir, Options{})
	for name := range links {
		if _, err := src.Open(t.Context(), name, 0); !errors.Is(err, ErrUnavailable) {
			t.Errorf("open %s: %v", name, err)
		}
		if _, _, err := src.List(t.Context(), name); !errors.Is(err, ErrUnavailable) {
			t.Errorf("list %s: %v", name, err)
		}
	}
}

func TestOpenErrors(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		url  string
		o    Options
		want string
	}{
		{"", Options{}, "no directory given"},
		{"/no/such/dir", Options{}, "not there"},
		{file, Options{}, "not a directory"},
		{"file://otherhost/x", Options{}, "names no host"},
		{"gopher://x/", Options{}, `scheme "gopher" is not supported`},
		{"ftp:///x", Options{}, "names no host"},
		{"ftps://h/", Options{TLS: TLS{Mode: TLSExplicit}}, "disagree"},
		{"ftpes://h/", Options{TLS: TLS{Pin: "abc"}}, "pin: want"},
		{"ftpes://h/", Options{TLS: TLS{CAFile: file}}, "no PEM certificate"},
		{"ftpes://h/", Options{TLS: TLS{CAFile: "/no/such"}}, "read CA file"},
		{"ftp://h/a%0d%0aDELE%20b", Options{}, "line break"},
		{"ftp://u:hunter2%0d%0aDELE@h/", Options{}, "line break"},
		{"ftp://u:hunter2/x@h/", Options{}, "malformed URL"},
		{"ftp://u:hunter2%zz@h/", Options{}, "malformed URL"},
		{"gopher://u:hunter2@h/", Options{}, "xxxxx"},
	} {
		src, err := Open(t.Context(), c.url, c.o)
		if err == nil {
			src.Close()
			t.Errorf("Open(%q) succeeded", c.url)
		} else if !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("Open(%q): %v, want %q and no password", c.url, err, c.want)
		}
	}
}

// TestURLPath: the path of a URL is relative to the login directory, or absolute
// after a second slash.
func TestURLPath(t *testing.T) {
	srv := serve(t, ftptest.Options{Files: map[string]ftptest.File{"home/acme/in/a.csv": {Data: []byte("a")}},
		Faults: []ftptest.Fault{{Command: "PWD", Action: ftptest.Reply, Reply: `257 "/home/acme"`}}})
	for _, p := range []string{"/in", "/in/", "//home/acme/in", "/%2Fhome/acme/in", "/in%2F"} {
		src := open(t, srv.URL()+p, quick(srv))
		if b, err := readAll(t.Context(), src, "a.csv", 0); err != nil || string(b) != "a" {
			t.Errorf("%s: %q, %v", p, b, err)
		}
		if entries, _, err := src.List(t.Context(), ""); err != nil || paths(entries) != "file a.csv" {
			t.Errorf("%s: %v, %v", p, entries, err)
		}
	}
}

// TestListMissing: a directory that is not there is no empty one.
func TestListMissing(t *testing.T) {
	srv := serve(t, ftptest.Options{})
	if _, _, err := find(t.Context(), open(t, srv.URL()+"/nosuch", quick(srv))); !errors.Is(err, ErrUnavailable) {
		t.Errorf("missing directory: %v", err)
	}
}

// TestStatWithout: a file can be missing also where the server lacks SIZE or MDTM.
func TestStatWithout(t *testing.T) {
	for _, o := range []ftptest.Options{{NoSize: true}, {NoMDTM: true}} {
		o.Files = map[string]ftptest.File{"a.csv": {Data: payload(10)}}
		srv := serve(t, o)
		src := open(t, srv.URL(), quick(srv))
		if _, err := src.Stat(t.Context(), "nosuch"); !errors.Is(err, ErrUnavailable) {
			t.Errorf("%+v: missing: %v", o, err)
		}
		e, err := src.Stat(t.Context(), "a.csv")
		if err != nil || (e.Size == -1) != o.NoSize || (e.MPrec == PrecisionNone) != o.NoMDTM {
			t.Errorf("%+v: %+v, %v", o, e, err)
		}
		if _, err := Download(t.Context(), src, Entry{Path: "nosuch"}, openDir(t), "a"); !errors.Is(err, ErrUnavailable) {
			t.Errorf("%+v: download: %v", o, err)
		}
	}
}
