package fetch

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/feedparity/feedparity/ingest/fetch/faultrows"
	"github.com/feedparity/feedparity/ingest/fetch/ftptest"
)

// half is what the first attempt of these tests gets of a file of faultSize.
const half = 200_000

// cut makes the first attempt end in the middle.
var cut = ftptest.Fault{Command: "RETR", Path: "a.csv", Action: ftptest.CutBoth, After: half, Times: 1}

func resuming(srv *ftptest.Server) Options {
	o := quick(srv)
	o.ResumeAbove = 1000
	return o
}

// left lists what is in a directory.
func left(t *testing.T, dir *os.Root) string {
	t.Helper()
	f, err := dir.Open(".")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	names, err := f.Readdirnames(-1)
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

// rests are the REST commands a server was sent.
func rests(srv *ftptest.Server) string {
	var out []string
	for _, line := range srv.Log() {
		if n, ok := strings.CutPrefix(line, "REST "); ok {
			out = append(out, n)
		}
	}
	return strings.Join(out, " ")
}

// resumeCase is a file of which a first attempt got half, and what meets the second.
type resumeCase struct {
	row    string        // of package faultrows, which TestFaults runs
	name   string        // of one that TestResume runs
	fault  ftptest.Fault // of the second attempt
	file   *ftptest.File // in place of the first one
	spoil  func(*os.Root) error
	server ftptest.Options
	rests  string
}

var rewritten = append(payload(half-100), payload(faultSize - half + 200)[100:]...)

// resumeCases go on from half - overlap, where they go on at all.
var resumeCases = []resumeCase{
	{row: "B/resumed", rests: "134464"},
	{row: "B/rest-ignored", fault: ftptest.Fault{Command: "RETR", Action: ftptest.IgnoreRest}, rests: "134464"},
	{row: "B/rest-502", fault: ftptest.Fault{Command: "REST", Action: ftptest.Reply, Reply: "502 no"}, rests: "134464"},
	{row: "B/rewritten", file: &ftptest.File{Data: rewritten}, rests: "134464"},
	{row: "B/part-of-another", file: &ftptest.File{Data: rewritten, MTime: time.Date(2024, 1, 2, 3, 4, 6, 0, time.UTC)}},
	{row: "B/shrank", file: &ftptest.File{Data: payload(half - 1000)}},
	{name: "shrunk to the part", file: &ftptest.File{Data: payload(half)}},
	{name: "no time known", server: ftptest.Options{NoMDTM: true}},
	{name: "no size known", server: ftptest.Options{NoSize: true}},
	{name: "no note", spoil: func(d *os.Root) error { return d.Remove("a.csv" + noteSuffix) }},
	{name: "half a note", spoil: func(d *os.Root) error { return d.WriteFile("a.csv"+noteSuffix, []byte(`{"path":"61`), 0o644) }},
	{name: "a note of another file", spoil: func(d *os.Root) error {
		text, err := d.ReadFile("a.csv" + noteSuffix)
		return errors.Join(err, d.WriteFile("a.csv"+noteSuffix, []byte(strings.Replace(string(text), `"path":"61`, `"path":"62`, 1)), 0o644))
	}},
	{name: "no part", spoil: func(d *os.Root) error { return d.Remove("a.csv" + partSuffix) }},
	{name: "a part that is too short to go on with", spoil: func(d *os.Root) error { return d.WriteFile("a.csv"+partSuffix, payload(1000), 0o644) }},
	{row: "B/part-larger", spoil: func(d *os.Root) error { return d.WriteFile("a.csv"+partSuffix, payload(faultSize+1), 0o644) }},
}

// TestResume: a part is gone on with only where it is of this version of the file and
// the server does go on; else the file is fetched from its beginning. Whatever is on
// the wire, what is taken is the file.
func TestResume(t *testing.T) {
	for _, c := range resumeCases {
		if c.row == "" {
			t.Run(c.name, func(t *testing.T) { testResume(t, c) })
		}
	}
}

func testResume(t *testing.T, c resumeCase) {
	data := payload(faultSize)
	c.server.Files, c.server.Faults = map[string]ftptest.File{"a.csv": {Data: data}}, []ftptest.Fault{cut}
	srv := serve(t, c.server)
	dir := openDir(t)
	if _, err := Download(t.Context(), open(t, srv.URL(), resuming(srv)), Entry{Path: "a.csv"}, dir, "a.csv"); err == nil {
		t.Fatal("taken")
	}
	if got := left(t, dir); c.rests != "" && got != "a.csv%of a.csv.part" {
		t.Errorf("left after the first attempt: %s", got)
	}
	want := data
	if c.file != nil {
		srv.Put("a.csv", *c.file)
		want = c.file.Data
	}
	if c.fault.Command != "" {
		srv.AddFault(c.fault)
	}
	if c.spoil != nil {
		if err := c.spoil(dir); err != nil {
			t.Fatal(err)
		}
	}
	d, err := Download(t.Context(), open(t, srv.URL(), resuming(srv)), Entry{Path: "a.csv"}, dir, "a.csv") // the next night
	if err != nil {
		t.Fatal(err)
	}
	took(t, dir, d, want)
	if got := left(t, dir); got != "a.csv" || rests(srv) != c.rests {
		t.Errorf("left %s; REST %s, want %s", got, rests(srv), c.rests)
	}
	faultrows.Commands(t, srv.Log())
}

// testShrankUnseen: the file is shorter than our part, and SIZE says that it is as it was.
// The server sends nothing from beyond its end and calls that a success, as vsftpd does.
func testShrankUnseen(t *testing.T) {
	srv := serve(t, ftptest.Options{Files: map[string]ftptest.File{"a.csv": {Data: payload(faultSize)}}, Faults: []ftptest.Fault{cut}})
	dir := openDir(t)
	take := func() (Delivery, error) {
		return Download(t.Context(), open(t, srv.URL(), resuming(srv)), Entry{Path: "a.csv"}, dir, "a.csv")
	}
	if _, err := take(); err == nil {
		t.Fatal("taken")
	}
	short := payload(half - 2*overlap)
	srv.Put("a.csv", ftptest.File{Data: short})
	srv.AddFault(ftptest.Fault{Command: "SIZE", Action: ftptest.Reply, Reply: fmt.Sprint("213 ", faultSize)})
	srv.AddFault(ftptest.Fault{Command: "RETR", Action: ftptest.Short, After: 0})
	var length *LengthError
	if _, err := take(); !errors.As(err, &length) || length.Got >= length.Want || !Transient(err) || rests(srv) != fmt.Sprint(half-overlap) {
		t.Errorf("%v, REST %s", err, rests(srv))
	}
	if got := left(t, dir); strings.Contains(got+" ", "a.csv ") {
		t.Errorf("left: %s", got)
	}
	srv.ClearFaults()
	d, err := take()
	if err != nil {
		t.Fatal(err)
	}
	took(t, dir, d, short)
	if got := rests(srv); got != fmt.Sprint(half-overlap) {
		t.Errorf("REST %s", got)
	}
}

// TestResumeRetry: a retry goes on too, and a server that does not is asked once.
func TestResumeRetry(t *testing.T) {
	data := payload(faultSize)
	srv := serve(t, ftptest.Options{Files: map[string]ftptest.File{"a.csv": {Data: data}, "b.csv": {Data: data}},
		Faults: []ftptest.Fault{cut, {Command: "RETR", Path: "b.csv", Action: ftptest.CutBoth, After: half, Times: 1}, {Command: "REST", Action: ftptest.Reply, Reply: "502 no"}}})
	o := resuming(srv)
	o.Retries = 1
	src := open(t, srv.URL(), o)
	dir := openDir(t)
	for _, name := range []string{"a.csv", "b.csv"} {
		d, err := Download(t.Context(), src, Entry{Path: name}, dir, name)
		if err != nil {
			t.Fatal(err)
		}
		took(t, dir, d, data)
	}
	if got := rests(srv); got != fmt.Sprint(half-overlap) || srv.Count("RETR") != 4 {
		t.Errorf("REST %s, %d RETR", got, srv.Count("RETR"))
	}
}

// TestPartKept: what may be gone on with stays, and nothing else does.
func TestPartKept(t *testing.T) {
	for _, c := range []struct {
		name  string
		fault ftptest.Fault
		above int64
		stop  time.Duration
		want  string
	}{
		{"cancelled", ftptest.Fault{Command: "RETR", Action: ftptest.Stall, After: half}, 1000, 200 * time.Millisecond, "a.csv%of a.csv.part"},
		{"stalled", ftptest.Fault{Command: "RETR", Action: ftptest.Stall, After: half}, 1000, 0, "a.csv%of a.csv.part"},
		{"too little", ftptest.Fault{Command: "RETR", Action: ftptest.Stall, After: 900}, 1000, 0, ""},
		{"a small file", ftptest.Fault{Command: "RETR", Action: ftptest.Stall, After: half}, faultSize, 0, ""},
		{"never", ftptest.Fault{Command: "RETR", Action: ftptest.Stall, After: half}, -1, 0, ""},
		{"denied", ftptest.Fault{Command: "RETR", Action: ftptest.Reply, Reply: "550 no"}, 1000, 0, ""},
	} {
		srv := serve(t, ftptest.Options{Files: map[string]ftptest.File{"a.csv": {Data: payload(faultSize)}}, Faults: []ftptest.Fault{c.fault}})
		o := resuming(srv)
		o.ResumeAbove = c.above
		ctx := t.Context()
		if c.stop > 0 {
			o.IdleTimeout = time.Hour
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeout(ctx, c.stop)
			defer cancel()
		}
		dir := openDir(t)
		if _, err := Download(ctx, open(t, srv.URL(), o), Entry{Path: "a.csv"}, dir, "a.csv"); err == nil {
			t.Errorf("%s: taken", c.name)
		}
		if got := left(t, dir); got != c.want {
			t.Errorf("%s: left %q, want %q", c.name, got, c.want)
		}
	}
}

// TestResumeDiskFull: a part that there is no room to go on with stays, and is closed.
func TestResumeDiskFull(t *testing.T) {
	dir := openDir(t)
	if freeSpace(dir.Name()) < 0 {
		t.Skip("this system does not tell the free space")
	}
	srv := serve(t, ftptest.Options{Files: map[string]ftptest.File{"a.csv": {Data: payload(faultSize)}}, Faults: []ftptest.Fault{cut}})
	o := resuming(srv)
	for _, o.Spare = range []int64{0, 1 << 60} {
		_, err := Download(t.Context(), open(t, srv.URL(), o), Entry{Path: "a.csv"}, dir, "a.csv")
		if err == nil || errors.Is(err, ErrDiskFull) != (o.Spare > 0) {
			t.Errorf("with %d bytes to be left: %v", o.Spare, err)
		}
	}
	if got := left(t, dir); got != "a.csv%of a.csv.part" {
		t.Errorf("left %s", got)
	}
}

// TestTidy removes all but the parts that may be gone on with.
func TestTidy(t *testing.T) {
	dir := openDir(t)
	for _, name := range []string{"a.csv.part", "a.csv%of", "b.csv.part", "c.csv", "d.csv%of", "e.csv.part", "e.csv%of"} {
		if err := dir.WriteFile(name, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	long := time.Now().Add(-keepParts - time.Hour)
	if err := dir.Chtimes("e.csv%of", long, long); err != nil {
		t.Fatal(err)
	}
	if err := Tidy(dir, time.Now()); err != nil || left(t, dir) != "a.csv%of a.csv.part d.csv%of" {
		t.Errorf("%s, %v", left(t, dir), err)
	}
}

// TestDiskFull: a delivery that does not fit is refused before it is sent.
func TestDiskFull(t *testing.T) {
	d := download{dir: openDir(t), name: "a.csv"}
	if freeSpace(d.dir.Name()) < 0 {
		t.Skip("this system does not tell the free space")
	}
	if err := d.room(1 << 60); !errors.Is(err, ErrDiskFull) || !errors.Is(err, ErrTarget) || Transient(err) {
		t.Errorf("%v", err)
	}
	if err := d.room(-1); err != nil {
		t.Errorf("of unknown size: %v", err)
	}
	d.disk = &disk{free: 1 << 62, at: time.Now()} // as an answer of a moment ago
	if err := d.room(1 << 60); err != nil {
		t.Errorf("as the disk was a moment ago: %v", err)
	}
	if err := d.room(1 << 62); !errors.Is(err, ErrDiskFull) {
		t.Errorf("more than was free a moment ago: %v", err)
	}
	d.disk = &disk{free: 1 << 62, at: time.Now().Add(-2 * remembered)}
	if err := d.room(1 << 60); !errors.Is(err, ErrDiskFull) {
		t.Errorf("as the disk was long ago: %v", err)
	}
}
