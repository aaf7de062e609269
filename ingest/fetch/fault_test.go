package fetch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/feedparity/feedparity/ingest/fetch/faultrows"
	"github.com/feedparity/feedparity/ingest/fetch/ftptest"
)

const faultSize = 300_000

// faultCase is something a server does wrong at the file in/a.csv or the listing
// of in, and what becomes of it without and with a retry.
type faultCase struct {
	row    string // of package faultrows
	fault  ftptest.Fault
	want   string        // in the error of the only attempt, "" if it must succeed
	limit  time.Duration // the attempt must end within
	server ftptest.Options
	fatal  bool // not transient: must not be tried again
}

var transferFaults = []faultCase{
	{row: "A/short-226", fault: ftptest.Fault{Command: "RETR", Action: ftptest.Short, After: 100_000}, want: "short transfer (100000/300000)"},
	{row: "A/nothing-226", fault: ftptest.Fault{Command: "RETR", Action: ftptest.Short}, want: "short transfer (0/300000)"},
	{row: "A/short-426", fault: ftptest.Fault{Command: "RETR", Action: ftptest.Short, After: 100_000, Reply: "426 broken"}, want: "short transfer (100000/300000): 426 broken"},
	{row: "A/short-451", fault: ftptest.Fault{Command: "RETR", Action: ftptest.Short, After: 100_000, Reply: "451 disk error"}, want: "short transfer (100000/300000): 451 disk error"},
	{row: "A/killed", fault: ftptest.Fault{Command: "RETR", Action: ftptest.CutBoth, After: 100_000}, want: "short transfer (100000/300000)"},
	{row: "A/reset", fault: ftptest.Fault{Command: "RETR", Action: ftptest.Reset, After: 100_000}, want: "reset"},
	{row: "C/retr-stall", fault: ftptest.Fault{Command: "RETR", Action: ftptest.Stall, After: 100_000}, want: "short transfer (100000/300000)", limit: idle},
	{row: "C/accept-never", fault: ftptest.Fault{Command: "RETR", Action: ftptest.NeverConnect}, want: "short transfer (0/300000)", limit: idle},
	{row: "A/no-226-once", fault: ftptest.Fault{Command: "RETR", Action: ftptest.NoFinal}, want: "(300000/300000): no answer", limit: idle},
	{row: "A/control-closed", fault: ftptest.Fault{Command: "RETR", Action: ftptest.KillFinal}, want: "(300000/300000): connection closed"},
	{row: "F/killed-retr", fault: ftptest.Fault{Command: "RETR", Action: ftptest.KillControl}, want: "connection closed by the server"},
	{row: "F/421-mid-session", fault: ftptest.Fault{Command: "RETR", Action: ftptest.Reply, Reply: "421 timeout"}, want: "421 timeout"},
	{row: "C/retr-hang", fault: ftptest.Fault{Command: "RETR", Action: ftptest.Hang}, want: "no answer", limit: idle},
	{row: "C/size-hang", fault: ftptest.Fault{Command: "SIZE", Action: ftptest.Hang}, want: "no answer", limit: idle},
	{row: "A/550-on-retr", fault: ftptest.Fault{Command: "RETR", Action: ftptest.Reply, Reply: "550 permission denied"}, want: "not there or not permitted: 550", fatal: true},
	{row: "A/552-on-retr", fault: ftptest.Fault{Command: "RETR", Action: ftptest.Reply, Reply: "552 quota"}, want: "552 quota", fatal: true},
	{row: "F/final-250", fault: ftptest.Fault{Command: "RETR", Action: ftptest.Short, After: faultSize, Reply: "250 fine too"}},
	{row: "F/desync", fault: ftptest.Fault{Command: "SIZE", Action: ftptest.Extra, Reply: "226 late", Times: 1}, want: "226 late"},
	{row: "F/227-malformed", fault: ftptest.Fault{Command: "PASV", Action: ftptest.Reply, Reply: "227 )x("}, server: ftptest.Options{NoEPSV: true}, want: "server breaks the protocol", fatal: true},
	{row: "F/227-short", fault: ftptest.Fault{Command: "PASV", Action: ftptest.Reply, Reply: "227 (1,2,3)"}, server: ftptest.Options{NoEPSV: true}, want: "invalid PASV", fatal: true},
	{row: "F/port-99999", fault: ftptest.Fault{Command: "PASV", Action: ftptest.Reply, Reply: "227 (127,0,0,1,999,999)"}, server: ftptest.Options{NoEPSV: true}, want: "invalid port"},
	{row: "F/229-malformed", fault: ftptest.Fault{Command: "EPSV", Action: ftptest.Reply, Reply: "229 (|||1|"}},
	{row: "F/epsv-dead", fault: ftptest.Fault{Command: "EPSV", Action: ftptest.DeadPort}},
	{row: "F/pasv-dead", fault: ftptest.Fault{Command: "PASV", Action: ftptest.DeadPort}, server: ftptest.Options{NoEPSV: true}, want: "connection refused"},
	{row: "F/pasv-foreign", fault: ftptest.Fault{Command: "PASV", Action: ftptest.Foreign}, server: ftptest.Options{NoEPSV: true}},
	{row: "F/size-502", server: ftptest.Options{NoSize: true}},
	{row: "F/size-550", fault: ftptest.Fault{Command: "SIZE", Action: ftptest.Reply, Reply: "550 not a plain file"}},
	{row: "F/size-words", fault: ftptest.Fault{Command: "SIZE", Action: ftptest.Reply, Reply: "213 300000 bytes"}},
	{row: "F/size-502-short", fault: ftptest.Fault{Command: "RETR", Action: ftptest.Short, After: 100_000, Times: 1}, server: ftptest.Options{NoSize: true}, want: "two readings differ"},
	{row: "F/mdtm-502", server: ftptest.Options{NoMDTM: true}},
	{row: "F/mdtm-words", fault: ftptest.Fault{Command: "MDTM", Action: ftptest.Reply, Reply: "213 yesterday"}},
	{row: "C/slow", fault: ftptest.Fault{Command: "RETR", Action: ftptest.Delay, Delay: idle / 2}},
}

// unquote leaves out the quotes around a server's words, for shorter tables.
func unquote(err error) string { return strings.ReplaceAll(err.Error(), `"`, "") }

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
	faultrows.Commands(t, srv.Log())
	if c.want == "" {
		return
	}
	srv.ClearFaults()
	before := srv.Connections()
	d, err := Download(t.Context(), src, e, dir, "a.csv")
	if err != nil {
		t.Fatalf("after the fault: %v", err)
	}
	took(t, dir, d, data)
	c.dropped(t, srv, before)
}

// dropped wants a connection over which an answer may still come, late, not to be used again.
func (c *faultCase) dropped(t *testing.T, srv *ftptest.Server, before int) {
	t.Helper()
	if (c.limit > 0 || c.fault.Action == ftptest.Extra) && srv.Connections() == before {
		t.Errorf("the connection is used again")
	}
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
	{row: "F/421-greeting", fault: ftptest.Fault{Command: "GREETING", Action: ftptest.Reply, Reply: "421 too many connections"}, want: "421 too many"},
	{row: "F/120-greeting", fault: ftptest.Fault{Command: "GREETING", Action: ftptest.Reply, Reply: "120 in a minute"}, want: "120 in a minute"},
	{row: "C/no-greeting", fault: ftptest.Fault{Command: "GREETING", Action: ftptest.Hang}, want: "no answer", limit: idle},
	{row: "F/64mb-reply", fault: ftptest.Fault{Command: "GREETING", Action: ftptest.Reply, Reply: "220 " + strings.Repeat("x", 1<<20)}, want: "reply longer than", fatal: true},
	{row: "F/64mb-lines", fault: ftptest.Fault{Command: "GREETING", Action: ftptest.Reply, Reply: strings.Repeat("220-x\r\n", 1<<17) + "220 x"}, want: "reply longer than", fatal: true},
	{row: "F/killed-greeting", fault: ftptest.Fault{Command: "GREETING", Action: ftptest.KillControl}, want: "connection closed by the server"},
	{row: "F/530-user", fault: ftptest.Fault{Command: "USER", Action: ftptest.Reply, Reply: "530 go away"}, want: "login refused: go away", fatal: true},
	{row: "F/530-escape", fault: ftptest.Fault{Command: "USER", Action: ftptest.Reply, Reply: "530-go\r\n530 \x1b[2Jaway"}, want: `login refused: go\n\x1b[2Jaway`, fatal: true},
	{row: "F/530-too-many", fault: ftptest.Fault{Command: "PASS", Action: ftptest.Reply, Reply: "530 Too many users, try later"}, want: "login refused: 530 Too many"},
	{row: "F/332-account", fault: ftptest.Fault{Command: "PASS", Action: ftptest.Reply, Reply: "332 account?"}, want: "332", fatal: true},
	{row: "F/230-without-pass", fault: ftptest.Fault{Command: "USER", Action: ftptest.Reply, Reply: "230 come in"}, want: "530 Please log in", fatal: true},
	{row: "C/feat-hang", fault: ftptest.Fault{Command: "FEAT", Action: ftptest.Hang}, want: "no answer", limit: idle},
	{row: "F/feat-killed", fault: ftptest.Fault{Command: "FEAT", Action: ftptest.KillControl}, want: "connection closed"},
	{row: "F/feat-refused", fault: ftptest.Fault{Command: "FEAT", Action: ftptest.Reply, Reply: "502 no"}},
	{row: "F/opts-utf8-550", fault: ftptest.Fault{Command: "OPTS", Action: ftptest.Reply, Reply: "550 no"}},
	{row: "F/257-refused", fault: ftptest.Fault{Command: "PWD", Action: ftptest.Reply, Reply: "550 no"}},
	{row: "F/257-malformed", fault: ftptest.Fault{Command: "PWD", Action: ftptest.Reply, Reply: `257 "`}, want: "server breaks the protocol", fatal: true},
	{row: "D/missing-directory", fault: ftptest.Fault{Command: "CWD", Action: ftptest.Reply, Reply: "550 no"}, want: "not there or not permitted: 550", fatal: true},
	{row: "F/mlsd-500", fault: ftptest.Fault{Command: "MLSD", Action: ftptest.Reply, Reply: "500 what?"}},
	{row: "F/list-500", fault: ftptest.Fault{Command: "LIST", Action: ftptest.Reply, Reply: "500 what?"}, server: ftptest.Options{NoMLSD: true}, want: "500 what?", fatal: true},
	{row: "C/list-stall", fault: ftptest.Fault{Command: "MLSD", Action: ftptest.Stall, After: 10}, want: "no answer", limit: idle},
	{row: "C/list-accept-never", fault: ftptest.Fault{Command: "MLSD", Action: ftptest.NeverConnect}, want: "no answer", limit: idle},
	{row: "D/cut-226", fault: ftptest.Fault{Command: "MLSD", Action: ftptest.Short, After: 60}, want: "listing ends within a line"},
	{row: "D/cut-426", fault: ftptest.Fault{Command: "MLSD", Action: ftptest.Short, After: 60, Reply: "426 broken"}, want: "426 broken"},
	{row: "D/cut-killed", fault: ftptest.Fault{Command: "MLSD", Action: ftptest.CutBoth, After: 60}, want: "connection closed"},
	{row: "D/cut-reset", fault: ftptest.Fault{Command: "MLSD", Action: ftptest.Reset, After: 60}, want: "426 the connection broke"},
	{row: "C/list-no-226", fault: ftptest.Fault{Command: "MLSD", Action: ftptest.NoFinal}, want: "no answer", limit: idle},
	{row: "F/list-final-250", fault: ftptest.Fault{Command: "MLSD", Action: ftptest.Short, After: 1000, Reply: "250 fine too"}},
	{row: "D/550-permission", fault: ftptest.Fault{Command: "MLSD", Action: ftptest.Reply, Reply: "550 permission denied"}, want: "not permitted", fatal: true},
	{row: "D/450-busy", fault: ftptest.Fault{Command: "MLSD", Action: ftptest.Reply, Reply: "450 busy"}, want: "450 busy"},
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
	faultrows.Commands(t, srv.Log())
	srv.ClearFaults()
	before := srv.Connections()
	if entries, _, err := src.List(t.Context(), ""); err != nil || paths(entries) != both {
		t.Errorf("after the fault: %v, %v", entries, err)
	}
	c.dropped(t, srv, before)
}

// testNoPassive: a server with active mode alone is told so whatever it is asked for, also
// where TLS hides which command it refuses, and nothing else is learnt of it.
func testNoPassive(t *testing.T) {
	for _, mode := range modes[:2] {
		srv := serve(t, ftptest.Options{Files: map[string]ftptest.File{"a.csv": {Data: payload(1000)}}, TLS: mode.mode, NoEPSV: true,
			Faults: []ftptest.Fault{{Command: "PASV", Action: ftptest.Reply, Reply: "502 use PORT"}}})
		src := open(t, srv.URL(), quick(srv))
		_, _, list := src.List(t.Context(), "")
		_, file := readAll(t.Context(), src, "a.csv", 500)
		for _, err := range []error{list, file} {
			if !errors.Is(err, ErrActive) || Transient(err) || !strings.Contains(unquote(err), "the server has no passive mode: 502 use PORT") {
				t.Errorf("%s: %v", mode.name, err)
			}
		}
		srv.ClearFaults()
		if entries, _, err := src.List(t.Context(), ""); err != nil || len(entries) != 1 || srv.Count("LIST")+srv.Count("NLST") > 0 {
			t.Errorf("%s: afterwards %v, %v, LIST %d", mode.name, entries, err, srv.Count("LIST"))
		}
	}
}

// testEmptyListing: some servers refuse to list an empty directory; one that is
// missing is never taken for it.
func testEmptyListing(t *testing.T) {
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

// testLoginOnce: a wrong password is tried exactly once, whatever the retries,
// and appears nowhere, also when the server repeats it.
func testLoginOnce(t *testing.T) {
	srv := serve(t, ftptest.Options{User: "acme", Password: "right",
		Faults: []ftptest.Fault{{Command: "PASS", Action: ftptest.Reply, Reply: "530 hunter2 is wrong"}}})
	o := quick(srv)
	o.Retries, o.User, o.Password = 5, "acme", "hunter2"
	_, _, err := open(t, srv.URL(), o).List(t.Context(), "")
	if !errors.Is(err, ErrLogin) || srv.Count("PASS") != 1 {
		t.Errorf("%v after %d attempts", err, srv.Count("PASS"))
	}
	for e := err; e != nil; e = errors.Unwrap(e) {
		if s := fmt.Sprintf("%v %+v %#v", e, e, e); strings.Contains(s, "hunter2") {
			t.Errorf("the password is in the error: %s", s)
		}
	}
}

// testLoginWords: what a server says in refusing a login decides whether it is tried again;
// what the supplier calls his directories does not.
func testLoginWords(t *testing.T) {
	for _, verb := range []string{"USER", "PASS"} {
		for words, again := range map[string]bool{
			"Too many users": true, "Sorry, come back later": true, "Try again later": true, "Service overloaded": true, "Connection limit reached": true, "Server is busy": true,
			"Login failed: too many connections":        true,
			"Your access is limited to other addresses": false, "Account locked: too many failed logins": false, "Account locked out, try later": false,
			"Too many login attempts": false, "Too many incorrect passwords": false, "Login incorrect": false, "Account suspended, see you later": false,
		} {
			srv := serve(t, ftptest.Options{Faults: []ftptest.Fault{{Command: verb, Action: ftptest.Reply, Reply: "530 " + words}}})
			o := quick(srv)
			o.Retries = 1
			_, _, err := open(t, srv.URL()+"/too many/limit", o).List(t.Context(), "later")
			if want := map[bool]int{false: 1, true: 2}[again]; !errors.Is(err, ErrLogin) || srv.Count(verb) != want {
				t.Errorf("530 %s to %s: %d attempts, want %d; %v", words, verb, srv.Count(verb), want, err)
			}
		}
	}
}

// testPasswordRepeated: a server that says the password aloud gets it into no
// message and no log.
func testPasswordRepeated(t *testing.T) {
	srv := serve(t, ftptest.Options{Faults: []ftptest.Fault{{Command: "GREETING", Action: ftptest.Reply, Reply: "421 hunter2"}}})
	var log bytes.Buffer
	o := quick(srv)
	o.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	o.Retries = 2
	_, err := open(t, "ftp://acme:hunter2@"+srv.Addr(), o).Stat(t.Context(), "a")
	if err == nil || log.Len() == 0 || strings.Contains(err.Error()+log.String(), "hunter2") {
		t.Errorf("error %v, log %s", err, log.String())
	}
}

// testCancel: cancelling ends what is under way at once, not after the idle time.
func testCancel(t *testing.T) {
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

// testIdleOnce: a silent server costs the idle time once, not once more for the
// reply that does not come either.
func testIdleOnce(t *testing.T) {
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

// dripping is a server that sends files and listings byte by byte: it is never
// idle, yet it is given up.
func dripping(t *testing.T) (Source, time.Duration) {
	srv := serve(t, ftptest.Options{Files: map[string]ftptest.File{"a.csv": {Data: payload(100_000)}},
		Faults: []ftptest.Fault{{Command: "RETR", Action: ftptest.Drip, Delay: 5 * time.Millisecond}, {Command: "MLSD", Action: ftptest.Drip, Delay: 50 * time.Millisecond}}})
	o := quick(srv)
	o.FileTimeout = 500 * time.Millisecond
	return open(t, srv.URL(), o), o.FileTimeout
}

func testDripFile(t *testing.T) {
	src, limit := dripping(t)
	within(t, limit, func() {
		_, err := Download(t.Context(), src, Entry{Path: "a.csv"}, openDir(t), "a.csv")
		if !errors.Is(err, context.DeadlineExceeded) || !Transient(err) || !strings.Contains(err.Error(), "not finished after 500ms") {
			t.Errorf("file: %v", err)
		}
	})
}

func testDripListing(t *testing.T) {
	src, limit := dripping(t)
	within(t, limit, func() {
		if _, _, err := src.List(t.Context(), ""); !errors.Is(err, context.DeadlineExceeded) || !Transient(err) {
			t.Errorf("listing: %v", err)
		}
	})
}

// testIdleSession: a session that the server ended while it was idle is replaced
// without a failure, one that was idle longer than the idle timeout still works.
func testIdleSession(t *testing.T) {
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
	f.host.mu.Lock()
	f.host.idle[0].link.(*session).last = time.Now().Add(-time.Minute)
	f.host.mu.Unlock()
	srv.AddFault(ftptest.Fault{Command: "NOOP", Action: ftptest.Reply, Reply: "421 timeout"})
	list()
	if srv.Connections() != 2 {
		t.Errorf("%d connections, want a second one", srv.Connections())
	}
}

// testChanged: a file that changes while it is read is not taken in this state; what
// the server sends is what it was when it was opened, as an inode that was replaced.
func testChanged(after ftptest.File) func(*testing.T) {
	return func(t *testing.T) {
		srv := serve(t, ftptest.Options{Files: map[string]ftptest.File{"a.csv": {Data: payload(100_000)}},
			Faults: []ftptest.Fault{{Command: "RETR", Action: ftptest.Delay, Delay: 200 * time.Millisecond}}})
		dir := openDir(t)
		change := &changing{Files: open(t, srv.URL(), quick(srv)), f: func() { srv.Put("a.csv", after) }}
		_, err := Download(t.Context(), change, Entry{Path: "a.csv"}, dir, "a.csv")
		if !errors.Is(err, ErrChanged) || !Transient(err) {
			t.Errorf("%v, want ErrChanged", err)
		}
		nothingLeft(t, dir)
	}
}

// testTruncated: proftpd and pyftpdlib say 226 to what is left of a file that was cut
// short under them.
func testTruncated(t *testing.T) {
	srv := serve(t, ftptest.Options{Files: map[string]ftptest.File{"a.csv": {Data: payload(faultSize)}},
		Faults: []ftptest.Fault{{Command: "RETR", Action: ftptest.Short, After: 100_000}}})
	dir := openDir(t)
	cut := &changing{Files: open(t, srv.URL(), quick(srv)), f: func() { srv.Put("a.csv", ftptest.File{Data: payload(100_000)}) }}
	_, err := Download(t.Context(), cut, Entry{Path: "a.csv"}, dir, "a.csv")
	var length *LengthError
	if !errors.As(err, &length) || length.Got != 100_000 || length.Want != faultSize || !Transient(err) {
		t.Errorf("%v, want a LengthError", err)
	}
}

// testRenamedOver: the first reading is of the old file, the second of the new one.
func testRenamedOver(t *testing.T) {
	srv := serve(t, ftptest.Options{Files: map[string]ftptest.File{"a.csv": {Data: payload(1000)}},
		Faults: []ftptest.Fault{{Command: "RETR", Action: ftptest.Delay, Delay: 200 * time.Millisecond, Times: 1}}})
	o := quick(srv)
	o.Retries = 1
	src := open(t, srv.URL(), o)
	other := bytes.Repeat([]byte("x"), 1000)
	swap := sync.OnceFunc(func() { srv.Put("a.csv", ftptest.File{Data: other, MTime: suiteTime}) })
	r := src.(*retrying)
	dir := openDir(t)
	d, err := Download(t.Context(), &retrying{swapping{r.Source, swap}, r.policy}, Entry{Path: "a.csv"}, dir, "a.csv")
	if err != nil || srv.Count("RETR") != 2 || !d.Entry.MTime.Equal(suiteTime) {
		t.Fatalf("%+v, %v after %d RETR", d, err, srv.Count("RETR"))
	}
	took(t, dir, d, other)
}

// testGrowing: a file that somebody writes while it is read is read once, or twice where it
// may be another's version; it waits for the next sweep.
func testGrowing(t *testing.T) {
	for name, c := range map[string]struct {
		write func(data []byte, at time.Time) ftptest.File
		late  bool // the server sends what was there when it began
		retr  int  // of a file of which nothing but the name is known
	}{
		"grows": {func(data []byte, at time.Time) ftptest.File {
			return ftptest.File{Data: append(data, "more"...), MTime: at}
		}, true, 1},
		"grows and is sent whole": {func(data []byte, at time.Time) ftptest.File {
			return ftptest.File{Data: append(data, "more"...), MTime: at}
		}, false, 1},
		"is rewritten": {func(data []byte, at time.Time) ftptest.File {
			return ftptest.File{Data: data, MTime: at.Add(time.Hour)}
		}, true, 2},
		"shrinks": {func(data []byte, at time.Time) ftptest.File { return ftptest.File{Data: data[:len(data)-1], MTime: at} }, true, 2},
	} {
		file := ftptest.File{Data: payload(50_000), MTime: suiteTime}
		srv := serve(t, ftptest.Options{Files: map[string]ftptest.File{"a.csv": file}})
		o := quick(srv)
		o.Retries = 4
		r := open(t, srv.URL(), o).(*retrying)
		write := func() { file = c.write(file.Data, file.MTime); srv.Put("a.csv", file) }
		src := Source(swapping{r.Source, write})
		if !c.late {
			src = swappingBefore{r.Source, write}
		}
		dir := openDir(t)
		_, err := Download(t.Context(), &retrying{src, r.policy}, Entry{Path: "a.csv"}, dir, "a.csv")
		if !errors.Is(err, ErrChanged) || srv.Count("RETR") != c.retr {
			t.Errorf("a file that %s: %d RETR, want %d; %v", name, srv.Count("RETR"), c.retr, err)
		}
		nothingLeft(t, dir)
	}
	// Since it was listed it may have become whole; since it was asked for it has not.
	srv := serve(t, ftptest.Options{Files: map[string]ftptest.File{"a.csv": {Data: payload(100)}},
		Faults: []ftptest.Fault{{Command: "RETR", Action: ftptest.Delay, Delay: 100 * time.Millisecond}}})
	o := quick(srv)
	o.Retries = 4
	src := open(t, srv.URL(), o)
	for _, still := range []bool{false, true} {
		listed, _, err := src.List(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		before, stop := srv.Count("RETR"), make(chan struct{})
		size := int(listed[0].Size) + 1
		srv.Put("a.csv", ftptest.File{Data: payload(size)})
		var growing sync.WaitGroup
		growing.Go(func() {
			for n := range 10_000 {
				select {
				case <-stop:
					return
				case <-time.After(5 * time.Millisecond):
				}
				if still {
					srv.Put("a.csv", ftptest.File{Data: payload(size + n)})
				}
			}
		})
		_, err = Download(t.Context(), src, listed[0], openDir(t), "a.csv")
		close(stop)
		growing.Wait()
		if n := srv.Count("RETR") - before; n != 2 || errors.Is(err, ErrChanged) != still {
			t.Errorf("listed, and still written %v: %d RETR, %v", still, n, err)
		}
	}
}

// swappingBefore calls f before a file is opened.
type swappingBefore struct {
	Source
	f func()
}

func (s swappingBefore) Open(ctx context.Context, p string, off int64) (io.ReadCloser, error) {
	s.f()
	return s.Source.Open(ctx, p, off)
}

// swapping calls f once a file was opened.
type swapping struct {
	Source
	f func()
}

func (s swapping) Open(ctx context.Context, p string, off int64) (io.ReadCloser, error) {
	r, err := s.Source.Open(ctx, p, off)
	s.f()
	return r, err
}

func testDeleted(t *testing.T) {
	srv := serve(t, ftptest.Options{Files: map[string]ftptest.File{"a.csv": {Data: payload(10)}}})
	src := open(t, srv.URL(), quick(srv))
	entries, _, err := src.List(t.Context(), "")
	if err != nil || len(entries) != 1 {
		t.Fatal(entries, err)
	}
	srv.Remove("a.csv")
	dir := openDir(t)
	if _, err := Download(t.Context(), src, entries[0], dir, "a.csv"); !errors.Is(err, ErrUnavailable) || Transient(err) {
		t.Errorf("before it was opened: %v", err)
	}
	srv.Put("a.csv", ftptest.File{Data: payload(10)})
	gone := &changing{Files: src, f: func() { srv.Remove("a.csv") }}
	if _, err := Download(t.Context(), gone, Entry{Path: "a.csv"}, dir, "a.csv"); !errors.Is(err, ErrUnavailable) || Transient(err) {
		t.Errorf("while it was read: %v", err)
	}
	nothingLeft(t, dir)
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

// readFrom reads the rest of a file of 1000 bytes on a server that does not do as
// REST says, or has been told so.
func readFrom(t *testing.T, off int64, want string, fault ftptest.Fault) {
	srv := serve(t, ftptest.Options{Files: map[string]ftptest.File{"a.csv": {Data: payload(1000)}}, Faults: []ftptest.Fault{fault}})
	if b, err := readAll(t.Context(), open(t, srv.URL(), quick(srv)), "a.csv", off); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%d bytes, %v, want %q", len(b), err, want)
	}
}

func testReadIgnored(t *testing.T) {
	readFrom(t, 400, "long transfer (1000/600)", ftptest.Fault{Command: "RETR", Action: ftptest.IgnoreRest})
}

func testReadRefused(t *testing.T) {
	readFrom(t, 400, "502", ftptest.Fault{Command: "REST", Action: ftptest.Reply, Reply: "502 no"})
}

// testReadBeyond: vsftpd answers with 226 and nothing.
func testReadBeyond(t *testing.T) {
	readFrom(t, 2000, "beyond the file's end at 1000", ftptest.Fault{Command: "RETR", Action: ftptest.Short})
}

// atTarget downloads a.csv, of 100,000 bytes, into dir under a name, which must fail
// as our own fault, after as many transfers.
func atTarget(t *testing.T, dir *os.Root, name string, retrs int) {
	t.Helper()
	srv := serve(t, ftptest.Options{Files: map[string]ftptest.File{"a.csv": {Data: payload(100_000)}}})
	o := quick(srv)
	o.Retries = 3
	_, err := Download(t.Context(), open(t, srv.URL(), o), Entry{Path: "a.csv"}, dir, name)
	if !errors.Is(err, ErrTarget) || Transient(err) || srv.Count("RETR") != retrs {
		t.Errorf("%q: %v after %d RETR", name, err, srv.Count("RETR"))
	}
}

func TestTargetName(t *testing.T) {
	dir := openDir(t)
	for _, name := range []string{"", ".", "..", "../a", "/a", "a/b", `a\b`, "a.part", strings.Repeat("a", 251)} {
		atTarget(t, dir, name, 0)
	}
}

func testNameInTheWay(t *testing.T) {
	dir := openDir(t)
	if err := errors.Join(dir.Mkdir("a.csv", 0o755), dir.Mkdir("a.csv/in the way", 0o755)); err != nil {
		t.Fatal(err)
	}
	atTarget(t, dir, "a.csv", 1)
	if _, err := dir.Stat("a.csv.part"); err == nil {
		t.Error("the partial file is left")
	}
}

// testReadOnlyDir has a directory in which not even root can make a file.
func testReadOnlyDir(t *testing.T) {
	dir, err := os.OpenRoot("/proc/self")
	if err != nil {
		t.Skipf("no such directory on this system: %v", err)
	}
	defer dir.Close()
	atTarget(t, dir, "a.csv", 0)
}

func testLeftoverPart(t *testing.T) {
	srv := serve(t, ftptest.Options{Files: map[string]ftptest.File{"a.csv": {Data: payload(100_000)}}})
	dir := openDir(t)
	if err := dir.WriteFile("b.csv.part", []byte("left by a killed process"), 0o644); err != nil {
		t.Fatal(err)
	}
	d, err := Download(t.Context(), open(t, srv.URL(), quick(srv)), Entry{Path: "a.csv"}, dir, "b.csv")
	if err != nil {
		t.Fatal(err)
	}
	took(t, dir, d, payload(100_000))
}

// testDiskFull: the source is told to stop, and it is not its fault.
