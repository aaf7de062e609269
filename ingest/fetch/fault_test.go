package fetch

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/feedparity/feedparity/ingest/fetch/ftptest"
)

const faultSize = 300_000

// faultCase is something a server does wrong at the file in/a.csv or the listing
// of in, and what becomes of it without and with a retry.
type faultCase struct {
	name   string
	fault  ftptest.Fault
	want   string        // in the error of the only attempt, "" if it must succeed
	limit  time.Duration // the attempt must end within
	server ftptest.Options
	fatal  bool // not transient: must not be tried again
}

var transferFaults = []faultCase{
	{name: "short file and 226", fault: ftptest.Fault{Command: "RETR", Action: ftptest.Short, After: 100_000}, want: "short transfer (100000/300000)"},
	{name: "nothing and 226", fault: ftptest.Fault{Command: "RETR", Action: ftptest.Short}, want: "short transfer (0/300000)"},
	{name: "short file and 426", fault: ftptest.Fault{Command: "RETR", Action: ftptest.Short, After: 100_000, Reply: "426 broken"}, want: "short transfer (100000/300000): 426 broken"},
	{name: "short file and 451", fault: ftptest.Fault{Command: "RETR", Action: ftptest.Short, After: 100_000, Reply: "451 disk error"}, want: "short transfer (100000/300000): 451 disk error"},
	{name: "both connections cut", fault: ftptest.Fault{Command: "RETR", Action: ftptest.CutBoth, After: 100_000}, want: "short transfer (100000/300000)"},
	{name: "reset", fault: ftptest.Fault{Command: "RETR", Action: ftptest.Reset, After: 100_000}, want: "reset"},
	{name: "stall in the data", fault: ftptest.Fault{Command: "RETR", Action: ftptest.Stall, After: 100_000}, want: "short transfer (100000/300000)", limit: idle},
	{name: "data never comes", fault: ftptest.Fault{Command: "RETR", Action: ftptest.NeverConnect}, want: "short transfer (0/300000)", limit: idle},
	{name: "no final reply", fault: ftptest.Fault{Command: "RETR", Action: ftptest.NoFinal}, want: "(300000/300000): no answer", limit: idle},
	{name: "control killed after all data", fault: ftptest.Fault{Command: "RETR", Action: ftptest.KillFinal}, want: "(300000/300000): connection closed"},
	{name: "control killed instead of RETR", fault: ftptest.Fault{Command: "RETR", Action: ftptest.KillControl}, want: "connection closed by the server"},
	{name: "421 instead of RETR", fault: ftptest.Fault{Command: "RETR", Action: ftptest.Reply, Reply: "421 timeout"}, want: "421 timeout"},
	{name: "RETR hangs", fault: ftptest.Fault{Command: "RETR", Action: ftptest.Hang}, want: "no answer", limit: idle},
	{name: "SIZE hangs", fault: ftptest.Fault{Command: "SIZE", Action: ftptest.Hang}, want: "no answer", limit: idle},
	{name: "550 on RETR", fault: ftptest.Fault{Command: "RETR", Action: ftptest.Reply, Reply: "550 permission denied"}, want: "not there or not permitted: 550", fatal: true},
	{name: "552 on RETR", fault: ftptest.Fault{Command: "RETR", Action: ftptest.Reply, Reply: "552 quota"}, want: "552 quota", fatal: true},
	{name: "final 250", fault: ftptest.Fault{Command: "RETR", Action: ftptest.Short, After: faultSize, Reply: "250 fine too"}},
	{name: "reply out of step", fault: ftptest.Fault{Command: "SIZE", Action: ftptest.Extra, Reply: "226 late", Times: 1}, want: "226 late"},
	{name: "panic in PASV", fault: ftptest.Fault{Command: "PASV", Action: ftptest.Reply, Reply: "227 )x("}, server: ftptest.Options{NoEPSV: true}, want: "server breaks the protocol", fatal: true},
	{name: "PASV to nowhere", fault: ftptest.Fault{Command: "PASV", Action: ftptest.Reply, Reply: "227 (1,2,3)"}, server: ftptest.Options{NoEPSV: true}, want: "invalid PASV", fatal: true},
	{name: "port that is none", fault: ftptest.Fault{Command: "PASV", Action: ftptest.Reply, Reply: "227 (127,0,0,1,999,999)"}, server: ftptest.Options{NoEPSV: true}, want: "invalid port"},
	{name: "PASV of another host", fault: ftptest.Fault{Command: "EPSV", Action: ftptest.Reply, Reply: "229 (|||1|"}, want: ""},
	{name: "EPSV port dead", fault: ftptest.Fault{Command: "EPSV", Action: ftptest.DeadPort}, want: ""},
	{name: "EPSV and PASV ports dead", fault: ftptest.Fault{Command: "PASV", Action: ftptest.DeadPort}, server: ftptest.Options{NoEPSV: true}, want: "connection refused"},
	{name: "SIZE refused", server: ftptest.Options{NoSize: true}, want: ""},
	{name: "SIZE in words", fault: ftptest.Fault{Command: "SIZE", Action: ftptest.Reply, Reply: "213 300000 bytes"}, want: ""},
	{name: "SIZE refused and a short file", fault: ftptest.Fault{Command: "RETR", Action: ftptest.Short, After: 100_000, Times: 1}, server: ftptest.Options{NoSize: true}, want: "two readings differ"},
	{name: "MDTM refused", server: ftptest.Options{NoMDTM: true}, want: ""},
	{name: "MDTM garbled", fault: ftptest.Fault{Command: "MDTM", Action: ftptest.Reply, Reply: "213 yesterday"}, want: ""},
	{name: "slow but alive", fault: ftptest.Fault{Command: "RETR", Action: ftptest.Delay, Delay: idle / 2}, want: ""},
}

// unquote leaves out the quotes around a server's words, for shorter tables.
func unquote(err error) string { return strings.ReplaceAll(err.Error(), `"`, "") }

// TestTransferFaults: whatever goes wrong, a file is taken whole or not at all,
// within the time, and the same server gives it once it behaves.
func TestTransferFaults(t *testing.T) {
	for _, mode := range modes[:2] {
		for _, c := range transferFaults {
			t.Run(mode.name+"/"+c.name, func(t *testing.T) { testTransferFault(t, c, mode.mode) })
		}
	}
}

func testTransferFault(t *testing.T, c faultCase, mode ftptest.TLSMode) {
	data := payload(faultSize)
	c.server.Files = map[string]ftptest.File{"in/a.csv": {Data: data}}
	c.server.TLS = mode
	srv := serve(t, c.server)
	src := open(t, srv.URL()+"/in", quick(srv))
	dir := openDir(t)
	e := Entry{Path: "a.csv"}
	if c.fault.Command != "" {
		srv.AddFault(c.fault)
	}
	within(t, c.limit, func() {
		d, err := Download(t.Context(), src, e, dir, "a.csv")
		if c.want == "" {
			if err != nil {
				t.Fatal(err)
			}
			took(t, dir, d, data)
			return
		}
		if err == nil {
			t.Fatalf("taken with %d bytes", d.Size)
		}
		if !strings.Contains(unquote(err), c.want) || Transient(err) == c.fatal {
			t.Errorf("error %q (transient %v), want %q", err, Transient(err), c.want)
		}
		if strings.ContainsAny(err.Error(), "\r\n") {
			t.Errorf("error %q has several lines", err)
		}
		if errors.Is(err, io.EOF) {
			t.Errorf("error %q passes for an end of file", err)
		}
		nothingLeft(t, dir)
	})
	checkVerbs(t, srv)
	if c.want == "" {
		return
	}
	srv.ClearFaults()
	d, err := Download(t.Context(), src, e, dir, "a.csv")
	if err != nil {
		t.Fatalf("after the fault: %v", err)
	}
	took(t, dir, d, data)
}

// TestTransferRetry: a transient fault is tried again by itself, a lasting one as
// often as said, a permanent one never.
func TestTransferRetry(t *testing.T) {
	for _, c := range []struct {
		fault ftptest.Fault
		retrs int
		ok    bool
	}{
		{ftptest.Fault{Command: "RETR", Action: ftptest.CutBoth, After: 10, Times: 1}, 2, true},
		{ftptest.Fault{Command: "RETR", Action: ftptest.Short, After: 10, Times: 2}, 3, true},
		{ftptest.Fault{Command: "RETR", Action: ftptest.Stall, After: 10, Times: 1}, 2, true},
		{ftptest.Fault{Command: "RETR", Action: ftptest.Short, After: 10}, 3, false},
		{ftptest.Fault{Command: "RETR", Action: ftptest.Reply, Reply: "550 no"}, 1, false},
	} {
		data := payload(1000)
		srv := serve(t, ftptest.Options{Files: map[string]ftptest.File{"a.csv": {Data: data}}, Faults: []ftptest.Fault{c.fault}})
		o := quick(srv)
		o.Retries = 2
		dir := openDir(t)
		d, err := Download(t.Context(), open(t, srv.URL(), o), Entry{Path: "a.csv"}, dir, "a.csv")
		if (err == nil) != c.ok || srv.Count("RETR") != c.retrs {
			t.Errorf("%+v: %v after %d RETR, want %d", c.fault, err, srv.Count("RETR"), c.retrs)
		}
		if c.ok {
			took(t, dir, d, data)
		}
	}
}

var sessionFaults = []faultCase{
	{name: "greeting 421", fault: ftptest.Fault{Command: "GREETING", Action: ftptest.Reply, Reply: "421 too many connections"}, want: "421 too many"},
	{name: "greeting 120", fault: ftptest.Fault{Command: "GREETING", Action: ftptest.Reply, Reply: "120 in a minute"}, want: "120 in a minute"},
	{name: "no greeting", fault: ftptest.Fault{Command: "GREETING", Action: ftptest.Hang}, want: "no answer", limit: idle},
	{name: "endless greeting", fault: ftptest.Fault{Command: "GREETING", Action: ftptest.Reply, Reply: "220 " + strings.Repeat("x", 1<<20)}, want: "reply longer than", fatal: true},
	{name: "endless lines", fault: ftptest.Fault{Command: "GREETING", Action: ftptest.Reply, Reply: strings.Repeat("220-x\r\n", 1<<17) + "220 x"}, want: "reply longer than", fatal: true},
	{name: "greeting then gone", fault: ftptest.Fault{Command: "GREETING", Action: ftptest.KillControl}, want: "connection closed by the server"},
	{name: "USER refused", fault: ftptest.Fault{Command: "USER", Action: ftptest.Reply, Reply: "530 go away"}, want: "login refused: go away", fatal: true},
	{name: "USER refused with an escape", fault: ftptest.Fault{Command: "USER", Action: ftptest.Reply, Reply: "530-go\r\n530 \x1b[2Jaway"}, want: `login refused: go\n\x1b[2Jaway`, fatal: true},
	{name: "PASS refused", fault: ftptest.Fault{Command: "PASS", Action: ftptest.Reply, Reply: "530 wrong"}, want: "login refused: 530 wrong", fatal: true},
	{name: "too many users", fault: ftptest.Fault{Command: "PASS", Action: ftptest.Reply, Reply: "530 Too many users, try later"}, want: "login refused: 530 Too many"},
	{name: "account wanted", fault: ftptest.Fault{Command: "PASS", Action: ftptest.Reply, Reply: "332 account?"}, want: "332", fatal: true},
	{name: "login without a password", fault: ftptest.Fault{Command: "USER", Action: ftptest.Reply, Reply: "230 come in"}, want: "530 Please log in", fatal: true},
	{name: "FEAT hangs", fault: ftptest.Fault{Command: "FEAT", Action: ftptest.Hang}, want: "no answer", limit: idle},
	{name: "FEAT kills", fault: ftptest.Fault{Command: "FEAT", Action: ftptest.KillControl}, want: "connection closed"},
	{name: "FEAT refused", fault: ftptest.Fault{Command: "FEAT", Action: ftptest.Reply, Reply: "502 no"}},
	{name: "OPTS UTF8 refused", fault: ftptest.Fault{Command: "OPTS", Action: ftptest.Reply, Reply: "550 no"}},
	{name: "PWD refused", fault: ftptest.Fault{Command: "PWD", Action: ftptest.Reply, Reply: "550 no"}},
	{name: "panic in PWD", fault: ftptest.Fault{Command: "PWD", Action: ftptest.Reply, Reply: `257 "`}, want: "server breaks the protocol", fatal: true},
	{name: "CWD 550", fault: ftptest.Fault{Command: "CWD", Action: ftptest.Reply, Reply: "550 no"}, want: "not there or not permitted: 550", fatal: true},
	{name: "MLSD announced but missing", fault: ftptest.Fault{Command: "MLSD", Action: ftptest.Reply, Reply: "500 what?"}},
	{name: "MLSD and LIST missing", fault: ftptest.Fault{Command: "LIST", Action: ftptest.Reply, Reply: "500 what?"}, server: ftptest.Options{NoMLSD: true}, want: "500 what?", fatal: true},
	{name: "listing stalls", fault: ftptest.Fault{Command: "MLSD", Action: ftptest.Stall, After: 10}, want: "no answer", limit: idle},
	{name: "listing never comes", fault: ftptest.Fault{Command: "MLSD", Action: ftptest.NeverConnect}, want: "no answer", limit: idle},
	{name: "listing cut and 226", fault: ftptest.Fault{Command: "MLSD", Action: ftptest.Short, After: 60}, want: "listing ends within a line"},
	{name: "listing cut and 426", fault: ftptest.Fault{Command: "MLSD", Action: ftptest.Short, After: 60, Reply: "426 broken"}, want: "426 broken"},
	{name: "listing cut, both gone", fault: ftptest.Fault{Command: "MLSD", Action: ftptest.CutBoth, After: 60}, want: "connection closed"},
	{name: "listing reset", fault: ftptest.Fault{Command: "MLSD", Action: ftptest.Reset, After: 60}, want: "426 the connection broke"},
	{name: "listing without a reply", fault: ftptest.Fault{Command: "MLSD", Action: ftptest.NoFinal}, want: "no answer", limit: idle},
	{name: "listing 250", fault: ftptest.Fault{Command: "MLSD", Action: ftptest.Short, After: 1000, Reply: "250 fine too"}},
	{name: "listing forbidden", fault: ftptest.Fault{Command: "MLSD", Action: ftptest.Reply, Reply: "550 permission denied"}, want: "not permitted", fatal: true},
	{name: "listing too busy", fault: ftptest.Fault{Command: "MLSD", Action: ftptest.Reply, Reply: "450 busy"}, want: "450 busy"},
}

// TestSessionFaults: connecting, logging in and listing end in time, with the
// cause, and work once the server does.
func TestSessionFaults(t *testing.T) {
	for _, mode := range modes[:2] {
		for _, c := range sessionFaults {
			t.Run(mode.name+"/"+c.name, func(t *testing.T) { testSessionFault(t, c, mode.mode) })
		}
	}
}

func testSessionFault(t *testing.T, c faultCase, mode ftptest.TLSMode) {
	const both = "file a.csv, file b.csv"
	c.server.Files = map[string]ftptest.File{"in/a.csv": {Data: payload(10)}, "in/b.csv": {}}
	c.server.TLS = mode
	srv := serve(t, c.server)
	src := open(t, srv.URL()+"/in", quick(srv))
	srv.AddFault(c.fault)
	within(t, c.limit, func() {
		entries, _, err := src.List(t.Context(), "")
		switch {
		case c.want == "" && (err != nil || paths(entries) != both):
			t.Errorf("%v, %v", entries, err)
		case c.want != "" && (err == nil || len(entries) > 0 || !strings.Contains(unquote(err), c.want) || Transient(err) == c.fatal):
			t.Errorf("%v, error %v (transient %v), want %q", entries, err, Transient(err), c.want)
		}
	})
	checkVerbs(t, srv)
	srv.ClearFaults()
	if entries, _, err := src.List(t.Context(), ""); err != nil || paths(entries) != both {
		t.Errorf("after the fault: %v, %v", entries, err)
	}
}

// TestEmptyListing: some servers refuse to list an empty directory; one that is
// missing is never taken for it.
func TestEmptyListing(t *testing.T) {
	for _, reply := range []string{"450 No files found", "550 No data sets found.", "550 No such file or directory found", "450 no file available", "550 Directory is empty"} {
		srv := serve(t, ftptest.Options{Files: map[string]ftptest.File{"in/": {}}, Faults: []ftptest.Fault{{Command: "MLSD", Action: ftptest.Reply, Reply: reply}}})
		src := open(t, srv.URL(), quick(srv))
		if entries, unparsed, err := src.List(t.Context(), "in"); err != nil || len(entries)+len(unparsed) > 0 {
			t.Errorf("%q: %v, %v, %v", reply, entries, unparsed, err)
		}
		if _, _, err := src.List(t.Context(), "out"); !errors.Is(err, ErrUnavailable) {
			t.Errorf("%q: a missing directory gives %v", reply, err)
		}
	}
}

// TestLoginOnce: a wrong password is tried exactly once, whatever the retries,
// and appears nowhere, also when the server repeats it.
func TestLoginOnce(t *testing.T) {
	srv := serve(t, ftptest.Options{User: "acme", Password: "right",
		Faults: []ftptest.Fault{{Command: "PASS", Action: ftptest.Reply, Reply: "530 hunter2 is wrong"}}})
	var log bytes.Buffer
	o := quick(srv)
	o.Retries, o.User, o.Password = 5, "acme", "hunter2"
	o.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	_, _, err := open(t, srv.URL(), o).List(t.Context(), "")
	if !errors.Is(err, ErrLogin) || srv.Count("PASS") != 1 {
		t.Errorf("%v after %d attempts", err, srv.Count("PASS"))
	}
	for e := err; e != nil; e = errors.Unwrap(e) {
		if s := fmt.Sprintf("%v %+v %#v", e, e, e); strings.Contains(s, "hunter2") {
			t.Errorf("the password is in the error: %s", s)
		}
	}
	srv.ClearFaults()
	srv.AddFault(ftptest.Fault{Command: "GREETING", Action: ftptest.Reply, Reply: "421 hunter2"})
	o.Retries = 2
	_, err = open(t, "ftp://acme:hunter2@"+srv.Addr(), o).Stat(t.Context(), "a")
	if err == nil || log.Len() == 0 || strings.Contains(err.Error()+log.String(), "hunter2") {
		t.Errorf("error %v, log %s", err, log.String())
	}
}

// TestCancel: cancelling ends what is under way at once, not after the idle time.
func TestCancel(t *testing.T) {
	for _, f := range []ftptest.Fault{
		{Command: "GREETING", Action: ftptest.Hang},
		{Command: "MLSD", Action: ftptest.Stall},
		{Command: "RETR", Action: ftptest.Stall, After: 10},
		{Command: "RETR", Action: ftptest.NoFinal},
		{Command: "RETR", Action: ftptest.Drip, Delay: 5 * time.Millisecond},
	} {
		srv := serve(t, ftptest.Options{Files: map[string]ftptest.File{"a.csv": {Data: payload(100_000)}}, Faults: []ftptest.Fault{f}})
		o := quick(srv)
		o.IdleTimeout, o.Retries = time.Hour, 5
		src := open(t, srv.URL(), o)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(100*time.Millisecond, cancel)
		within(t, 100*time.Millisecond, func() {
			var err error
			if f.Command == "RETR" {
				dir := openDir(t)
				_, err = Download(ctx, src, Entry{Path: "a.csv"}, dir, "a.csv")
				nothingLeft(t, dir)
			} else {
				_, _, err = src.List(ctx, "")
			}
			if !errors.Is(err, context.Canceled) || Transient(err) {
				t.Errorf("%+v: %v, want canceled", f, err)
			}
		})
	}
}

// TestIdleOnce: a silent server costs the idle time once, not once more for the
// reply that does not come either.
func TestIdleOnce(t *testing.T) {
	srv := serve(t, ftptest.Options{Files: map[string]ftptest.File{"a.csv": {Data: payload(100)}},
		Faults: []ftptest.Fault{{Command: "MLSD", Action: ftptest.Stall}, {Command: "RETR", Action: ftptest.Stall}}})
	o := quick(srv)
	o.IdleTimeout = 2 * time.Second
	src := open(t, srv.URL(), o)
	start := time.Now()
	var wg sync.WaitGroup
	wg.Go(func() {
		if _, _, err := src.List(t.Context(), ""); err == nil || !strings.Contains(err.Error(), "no answer for 2s") {
			t.Errorf("listing: %v", err)
		}
	})
	wg.Go(func() {
		if _, err := readAll(t.Context(), src, "a.csv", 0); err == nil || !strings.Contains(err.Error(), "no answer for 2s") {
			t.Errorf("file: %v", err)
		}
	})
	wg.Wait()
	if took := time.Since(start); took < o.IdleTimeout || took > 2*o.IdleTimeout-300*time.Millisecond {
		t.Errorf("took %v with an idle timeout of %v", took, o.IdleTimeout)
	}
}

// TestFileTimeout: a server that drips is never idle, yet it is given up.
func TestFileTimeout(t *testing.T) {
	srv := serve(t, ftptest.Options{Files: map[string]ftptest.File{"a.csv": {Data: payload(100_000)}},
		Faults: []ftptest.Fault{{Command: "RETR", Action: ftptest.Drip, Delay: 5 * time.Millisecond}, {Command: "MLSD", Action: ftptest.Drip, Delay: 50 * time.Millisecond}}})
	o := quick(srv)
	o.FileTimeout = 500 * time.Millisecond
	src := open(t, srv.URL(), o)
	within(t, o.FileTimeout, func() {
		_, err := Download(t.Context(), src, Entry{Path: "a.csv"}, openDir(t), "a.csv")
		if !errors.Is(err, context.DeadlineExceeded) || !Transient(err) || !strings.Contains(err.Error(), "not finished after 500ms") {
			t.Errorf("file: %v", err)
		}
	})
	within(t, o.FileTimeout, func() {
		if _, _, err := src.List(t.Context(), ""); !errors.Is(err, context.DeadlineExceeded) || !Transient(err) {
			t.Errorf("listing: %v", err)
		}
	})
}

// TestIdleSession: a session that the server ended while it was idle is replaced
// without a failure, one that was idle longer than the idle timeout still works.
func TestIdleSession(t *testing.T) {
	srv := serve(t, ftptest.Options{Files: map[string]ftptest.File{"a.csv": {Data: payload(10)}}})
	src := open(t, srv.URL(), quick(srv))
	list := func() {
		t.Helper()
		if _, _, err := src.List(t.Context(), ""); err != nil {
			t.Error(err)
		}
	}
	list()
	time.Sleep(2 * idle)
	list()
	if srv.Connections() != 1 {
		t.Errorf("%d connections, want the first one kept", srv.Connections())
	}
	f := src.(*retrying).Source.(*ftpSource)
	f.mu.Lock()
	f.idle[0].last = time.Now().Add(-time.Minute)
	f.mu.Unlock()
	srv.AddFault(ftptest.Fault{Command: "NOOP", Action: ftptest.Reply, Reply: "421 timeout"})
	list()
	if srv.Connections() != 2 {
		t.Errorf("%d connections, want a second one", srv.Connections())
	}
}

// TestChanged: a file that is still being uploaded is not taken.
func TestChanged(t *testing.T) {
	later := time.Date(2024, 1, 2, 3, 4, 6, 0, time.UTC)
	for _, c := range []struct {
		name  string
		after ftptest.File
	}{
		{"grown", ftptest.File{Data: payload(200_000)}},
		{"truncated", ftptest.File{Data: payload(10)}},
		{"rewritten in place", ftptest.File{Data: payload(100_000), MTime: later}},
	} {
		srv := serve(t, ftptest.Options{Files: map[string]ftptest.File{"a.csv": {Data: payload(100_000)}},
			Faults: []ftptest.Fault{{Command: "RETR", Action: ftptest.Delay, Delay: 200 * time.Millisecond}}})
		src := open(t, srv.URL(), quick(srv))
		dir := openDir(t)
		change := &changing{Files: src, f: func() { srv.Put("a.csv", c.after) }}
		_, err := Download(t.Context(), change, Entry{Path: "a.csv"}, dir, "a.csv")
		if !errors.Is(err, ErrChanged) || !Transient(err) {
			t.Errorf("%s: %v, want ErrChanged", c.name, err)
		}
		nothingLeft(t, dir)
	}
	srv := serve(t, ftptest.Options{Files: map[string]ftptest.File{"a.csv": {Data: payload(10)}}})
	gone := &changing{Files: open(t, srv.URL(), quick(srv)), f: func() { srv.Remove("a.csv") }}
	if _, err := Download(t.Context(), gone, Entry{Path: "a.csv"}, openDir(t), "a.csv"); !errors.Is(err, ErrUnavailable) {
		t.Errorf("removed: %v", err)
	}
}

// changing calls f once a file was opened, so that it changes under the reader.
type changing struct {
	Files
	f func()
}

func (c *changing) Open(ctx context.Context, p string, off int64) (io.ReadCloser, error) {
	r, err := c.Files.Open(ctx, p, off)
	c.f()
	return r, err
}

// TestRestIgnored: a server that starts from the beginning all the same cannot
// pass its bytes for the rest of the file.
func TestRestIgnored(t *testing.T) {
	srv := serve(t, ftptest.Options{Files: map[string]ftptest.File{"a.csv": {Data: payload(1000)}}})
	src := open(t, srv.URL(), quick(srv))
	srv.AddFault(ftptest.Fault{Command: "RETR", Action: ftptest.IgnoreRest})
	if _, err := readAll(t.Context(), src, "a.csv", 400); err == nil || !strings.Contains(err.Error(), "long transfer (1000/600)") {
		t.Errorf("REST ignored: %v", err)
	}
	srv.ClearFaults()
	srv.AddFault(ftptest.Fault{Command: "REST", Action: ftptest.Reply, Reply: "502 no"})
	if _, err := readAll(t.Context(), src, "a.csv", 400); err == nil || !strings.Contains(err.Error(), "502") {
		t.Errorf("REST refused: %v", err)
	}
}

// TestTarget: our own disk's failures are ours, are not retried, and leave
// nothing; a partial file of a killed process is no obstacle.
func TestTarget(t *testing.T) {
	srv := serve(t, ftptest.Options{Files: map[string]ftptest.File{"a.csv": {Data: payload(100_000)}}})
	o := quick(srv)
	o.Retries = 3
	src := open(t, srv.URL(), o)
	dir := openDir(t)
	for _, name := range []string{"", ".", "..", "../a", "/a", "a/b", `a\b`, "a.part", strings.Repeat("a", 251)} {
		if _, err := Download(t.Context(), src, Entry{Path: "a.csv"}, dir, name); !errors.Is(err, ErrTarget) {
			t.Errorf("local name %q: %v", name, err)
		}
	}
	if err := dir.Mkdir("a.csv", 0o755); err != nil {
		t.Fatal(err)
	}
	if err := dir.Mkdir("a.csv/in the way", 0o755); err != nil {
		t.Fatal(err)
	}
	retrs := srv.Count("RETR")
	_, err := Download(t.Context(), src, Entry{Path: "a.csv"}, dir, "a.csv")
	if !errors.Is(err, ErrTarget) || Transient(err) || srv.Count("RETR") != retrs+1 {
		t.Errorf("a directory in the way: %v", err)
	}
	if err := dir.WriteFile("b.csv.part", []byte("left by a killed process"), 0o644); err != nil {
		t.Fatal(err)
	}
	d, err := Download(t.Context(), src, Entry{Path: "a.csv"}, dir, "b.csv")
	if err != nil {
		t.Fatal(err)
	}
	took(t, dir, d, payload(100_000))
	t.Run("disk full", func(t *testing.T) {
		full := target{f: mustOpen(t, "/dev/full"), sum: sha256.New()}
		if _, err := full.Write([]byte("x")); !errors.Is(err, ErrTarget) {
			t.Error(err)
		}
	})
}

func mustOpen(t *testing.T, name string) *os.File {
	f, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		t.Skipf("no %s on this system", name)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}
