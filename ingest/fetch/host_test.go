package fetch

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/feedparity/feedparity/ingest/fetch/ftptest"
)

// shared opens n sources of one server that know of each other.
func shared(t *testing.T, url string, o Options, n int) []Source {
	t.Helper()
	o.Hosts = NewHosts()
	t.Cleanup(func() { _ = o.Hosts.Close() })
	var out []Source
	for range n {
		out = append(out, open(t, url, o))
	}
	return out
}

// testHostDown: a server that cannot be reached is tried for its first feed, with
// all retries, and for no other; so is an account whose password is wrong, once.
func testHostDown(t *testing.T) {
	for _, c := range []struct {
		name  string
		fault ftptest.Fault
		count string
		want  int
	}{
		{"closes", ftptest.Fault{Command: "GREETING", Action: ftptest.KillControl}, "", 2},
		{"wrong password", ftptest.Fault{Command: "PASS", Action: ftptest.Reply, Reply: "530 wrong"}, "PASS", 1},
		{"a file fails", ftptest.Fault{Command: "SIZE", Action: ftptest.KillControl}, "", 6},
	} {
		t.Run(c.name, func(t *testing.T) {
			srv := serve(t, ftptest.Options{Files: map[string]ftptest.File{"a.csv": {}}, Faults: []ftptest.Fault{c.fault}})
			o := quick(srv)
			o.Retries, o.User, o.Password = 1, "acme", "s3cret"
			for i, src := range shared(t, srv.URL(), o, 3) {
				_, err := src.Stat(t.Context(), "a.csv")
				if err == nil || i > 0 && errors.Is(err, ErrGivenUp) == (c.want == 6) {
					t.Errorf("feed %d: %v", i+1, err)
				}
			}
			got := srv.Connections()
			if c.count != "" {
				got = srv.Count(c.count)
			}
			if got != c.want {
				t.Errorf("tried %d times, want %d", got, c.want)
			}
		})
	}
}

// testHostAccounts: a refused login concerns its own account only.
func testHostAccounts(t *testing.T) {
	srv := serve(t, ftptest.Options{User: "good", Password: "p"})
	o := quick(srv)
	o.Hosts = NewHosts()
	defer o.Hosts.Close()
	for _, user := range []string{"bad", "good", "bad"} {
		o.User, o.Password = user, "p"
		if _, _, err := open(t, srv.URL(), o).List(t.Context(), ""); errors.Is(err, ErrLogin) != (user == "bad") {
			t.Errorf("%s: %v", user, err)
		}
	}
	if n := srv.Count("PASS"); n != 2 {
		t.Errorf("%d logins, want one of each", n)
	}
}

// TestHostShares: the feeds of an account take turns with its sessions; an account
// gives an idle one up for another account.
func TestHostShares(t *testing.T) {
	srv := serve(t, ftptest.Options{Files: map[string]ftptest.File{"a.csv": {Data: payload(10)}}})
	o := quick(srv)
	o.Connections = 1
	sources := shared(t, srv.URL(), o, 3)
	for _, src := range sources {
		if _, _, err := src.List(t.Context(), ""); err != nil {
			t.Error(err)
		}
		_ = src.Close()
	}
	if n := srv.Connections(); n != 1 {
		t.Errorf("%d connections for three feeds of one account, want 1", n)
	}
	o.Hosts = sources[0].(*retrying).Source.(*ftpSource).o.Hosts
	o.User = "other"
	other := open(t, srv.URL(), o)
	r, err := other.Open(t.Context(), "a.csv", 0)
	if err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(slack); srv.Count("QUIT") == 0 && time.Now().Before(end); time.Sleep(time.Millisecond) {
	}
	if srv.Count("QUIT") != 1 {
		t.Error("the idle session was not ended for the other account's")
	}
	o.User = ""
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, _, err := open(t, srv.URL(), o).List(ctx, ""); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("with the only connection in use: %v", err)
	}
	_ = r.Close()
}

// TestHostSessions: an account of one session has one, whatever the host allows, and
// gives it up when it is not used.
func TestHostSessions(t *testing.T) {
	srv := serve(t, ftptest.Options{Files: map[string]ftptest.File{"big.csv": {Data: payload(1 << 20)}, "a.csv": {Data: payload(10)}}})
	o := quick(srv)
	o.Connections, o.Sessions = 4, 1
	sources := shared(t, srv.URL(), o, 2)
	r, err := sources[0].Open(t.Context(), "big.csv", 0)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := sources[1].Stat(ctx, "a.csv"); !errors.Is(err, context.DeadlineExceeded) || srv.Connections() != 1 {
		t.Errorf("a second session: %v, %d connections", err, srv.Connections())
	}
	_ = r.Close()
	if _, err := sources[1].Stat(t.Context(), "a.csv"); err != nil {
		t.Error(err)
	}
	h := sources[0].(*retrying).host
	h.expire(h.idle[0])
	if len(h.idle) != 0 || h.open != 0 {
		t.Errorf("after it was idle for long: %d open, %d idle", h.open, len(h.idle))
	}
}

// TestGivenBack: the session of an account of one is given back two seconds after its last
// use, for the production importer waits for it; of another it is kept.
func TestGivenBack(t *testing.T) {
	for _, sessions := range []int{1, 2} {
		srv := serve(t, ftptest.Options{Files: map[string]ftptest.File{"a.csv": {Data: payload(10)}}})
		o := quick(srv)
		o.Sessions = sessions
		src := shared(t, srv.URL(), o, 1)[0]
		if _, err := src.Stat(t.Context(), "a.csv"); err != nil {
			t.Fatal(err)
		}
		begun := time.Now()
		for srv.Standing() > 0 && time.Since(begun) < 3*time.Second+slack {
			if sessions > 1 && time.Since(begun) > 3*time.Second {
				break
			}
			time.Sleep(5 * time.Millisecond)
		}
		took := time.Since(begun)
		switch stands := srv.Standing() == 1; {
		case sessions == 1 && (stands || srv.Count("QUIT") != 1 || took < 1900*time.Millisecond || took > 2500*time.Millisecond+slack):
			t.Errorf("one session: it stands: %v after %v, %d QUIT", stands, took, srv.Count("QUIT"))
		case sessions == 2 && !stands:
			t.Errorf("two sessions: it ended after %v", took)
		}
	}
}

// testSecondLogin: a server lets an account in once and refuses whoever comes while it is.
// What is asked for meanwhile is done when the first is ready, with so many sessions or
// connections at once from then on. Where the first has ended, the second login is tried
// again.
func testSecondLogin(reply string, most int) func(*testing.T) {
	return func(t *testing.T) {
		for _, ends := range []bool{false, true} {
			srv := serve(t, ftptest.Options{Files: map[string]ftptest.File{"big.csv": {Data: payload(1 << 20)}, "a.csv": {Data: payload(10)}}})
			o := quick(srv)
			o.Connections, o.Retries, o.Backoff = 4, 1, 500*time.Millisecond
			sources := shared(t, srv.URL(), o, 2)
			r, err := sources[0].Open(t.Context(), "big.csv", 0)
			if err != nil {
				t.Fatal(err)
			}
			srv.AddFault(ftptest.Fault{Command: "PASS", Action: ftptest.Reply, Reply: reply, Times: 1})
			asked := make(chan error, 1)
			go func() {
				_, err := sources[1].Stat(t.Context(), "a.csv")
				asked <- err
			}()
			h, a := sources[0].(*retrying).host, sources[0].(*retrying).account
			atOnce := func() int {
				h.mu.Lock()
				defer h.mu.Unlock()
				return min(h.most, a.most)
			}
			for end := time.Now().Add(slack); !ends && atOnce() > most && time.Now().Before(end); time.Sleep(time.Millisecond) {
			}
			if !ends { // else it is closed in the middle of the file, which ends its session
				_, _ = io.Copy(io.Discard, r)
			}
			_ = r.Close()
			if err := <-asked; err != nil {
				t.Errorf("the second, the first has ended %v: %v", ends, err)
			}
			if got := atOnce(); !ends && got != most {
				t.Errorf("%d at once, want %d", got, most)
			}
			if logins := srv.Count("PASS"); logins > 3 || !ends && logins != 2 {
				t.Errorf("the first has ended %v: %d logins", ends, logins)
			}
		}
	}
}

// testHostCrowded: a server that says there are too many gets half of them.
func testHostCrowded(t *testing.T) {
	for _, reply := range []string{"421 There are too many connections from your address", "421 Service not available"} {
		srv := serve(t, ftptest.Options{Faults: []ftptest.Fault{{Command: "GREETING", Action: ftptest.Reply, Reply: reply, Times: 1}}})
		o := quick(srv)
		o.Connections, o.Retries = 4, 1
		src := open(t, srv.URL(), o)
		if _, _, err := src.List(t.Context(), ""); err != nil {
			t.Error(err)
		}
		if h := src.(*retrying).host; h.most != 2 {
			t.Errorf("%q: %d connections at once, want 2", reply, h.most)
		}
	}
}

// testCrowdedMid: the same in the middle of a session, but for one that was idle for too long.
func testCrowdedMid(t *testing.T) {
	for _, mode := range []ftptest.TLSMode{ftptest.Plain, ftptest.Explicit, ftptest.Implicit} {
		testCrowdedIn(t, mode)
	}
}

func testCrowdedIn(t *testing.T, mode ftptest.TLSMode) {
	for _, command := range []string{"RETR", "EPSV", "MLSD", "NOOP", "PWD"} {
		for reply, most := range map[string]int{"421 There are too many connections from your address": 2, "421 Timeout.": 4} {
			srv := serve(t, ftptest.Options{TLS: mode, Files: map[string]ftptest.File{"a.csv": {Data: payload(10)}},
				Faults: []ftptest.Fault{{Command: command, Action: ftptest.Reply, Reply: reply, Times: 1}}})
			o := quick(srv)
			o.Connections, o.Retries = 4, 1
			src := open(t, srv.URL(), o)
			_, _, err := src.List(t.Context(), "")
			h := src.(*retrying).host
			for _, s := range h.idle {
				s.link.(*session).last = time.Time{} // so that it is asked whether it lives
			}
			if _, err2 := Download(t.Context(), src, Entry{Path: "a.csv"}, openDir(t), "a.csv"); err != nil || err2 != nil {
				t.Errorf("%s to %s: %v, %v", reply, command, err, err2)
			}
			if command == "PWD" { // of the login
				most = 2
			}
			if h.most != most {
				t.Errorf("TLS %v, %s to %s: %d connections at once, want %d", mode, reply, command, h.most, most)
			}
		}
	}
}

// testHostRetries: the retries of a server end, whatever the number of its files.
func testHostRetries(t *testing.T) {
	srv := serve(t, ftptest.Options{Files: map[string]ftptest.File{"a.csv": {Data: payload(10)}},
		Faults: []ftptest.Fault{{Command: "RETR", Action: ftptest.Reply, Reply: "451 not now"}}})
	o := quick(srv)
	o.Retries = 4
	src := open(t, srv.URL(), o)
	dir := openDir(t)
	var err error
	for i := range 7 {
		if _, err = Download(t.Context(), src, Entry{Path: "a.csv"}, dir, fmt.Sprint(i)); err == nil {
			t.Fatal("taken")
		}
	}
	if n := srv.Count("RETR"); n != 7+hostRetries || !strings.Contains(err.Error(), "used up its 20 retries") {
		t.Errorf("%d attempts for seven files, want %d; %v", n, 7+hostRetries, err)
	}
}

// testHostTimeout: the time of a server ends, and with it what is under way.
func testHostTimeout(t *testing.T) {
	srv := serve(t, ftptest.Options{Files: map[string]ftptest.File{"a.csv": {Data: payload(100_000)}},
		Faults: []ftptest.Fault{{Command: "RETR", Action: ftptest.Drip, Delay: 5 * time.Millisecond}}})
	o := quick(srv)
	o.HostTimeout, o.Retries = 300*time.Millisecond, 3
	src := open(t, srv.URL(), o)
	within(t, o.HostTimeout, func() {
		if _, err := Download(t.Context(), src, Entry{Path: "a.csv"}, openDir(t), "a.csv"); !errors.Is(err, ErrGivenUp) || !strings.Contains(err.Error(), "used up its 300ms") {
			t.Errorf("file: %v", err)
		}
	})
	if _, _, err := src.List(t.Context(), ""); !errors.Is(err, ErrGivenUp) {
		t.Errorf("afterwards: %v", err)
	}
	if n := srv.Count("RETR"); n > 1 { // none where the machine is so busy that the time was over before
		t.Errorf("%d attempts", n)
	}
}

// TestBandwidth: the bytes of a server come no faster than they may, all its feeds
// together. The first 32 KiB are free.
func TestBandwidth(t *testing.T) {
	srv := serve(t, ftptest.Options{Files: map[string]ftptest.File{"a.csv": {Data: payload(96 << 10)}}})
	o := quick(srv)
	o.Bandwidth = 320 << 10
	sources := shared(t, srv.URL(), o, 2)
	dir := openDir(t)
	start := time.Now()
	d, err := Download(t.Context(), sources[0], Entry{Path: "a.csv"}, dir, "a.csv")
	if err != nil {
		t.Fatal(err)
	}
	took(t, dir, d, payload(96<<10))
	if b, err := readAll(t.Context(), sources[1], "a.csv", 0); err != nil || len(b) != 96<<10 {
		t.Errorf("%d bytes, %v", len(b), err)
	}
	if took := time.Since(start); took < 480*time.Millisecond {
		t.Errorf("192 KiB took %v at 320 KiB/s", took)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := Download(ctx, sources[0], Entry{Path: "a.csv"}, dir, "b.csv"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("cancelled: %v", err)
	}
}

// TestIPv6 lists and reads over IPv6, with EPSV and where a server knows PASV only.
func TestIPv6(t *testing.T) {
	if l, err := net.Listen("tcp", "[::1]:0"); err != nil {
		if os.Getenv("REQUIRE_SERVERS") == "1" {
			t.Fatal("REQUIRE_SERVERS=1: this machine has no IPv6: ", err)
		}
		t.Skip("this machine has no IPv6: ", err)
	} else {
		_ = l.Close()
	}
	for _, o := range []ftptest.Options{{}, {NoEPSV: true}, {TLS: ftptest.Explicit, RequireSessionReuse: true}, {TLS: ftptest.Implicit}} {
		o.IPv6, o.Files = true, map[string]ftptest.File{"in/a.csv": {Data: payload(1000)}}
		srv := serve(t, o)
		quickly := quick(srv)
		quickly.IdleTimeout = slack
		src := open(t, srv.URL()+"/in", quickly)
		entries, _, err := src.List(t.Context(), "")
		if err != nil || paths(entries) != "file a.csv" || !strings.Contains(srv.URL(), "[::1]") {
			t.Errorf("%+v: %v, %v", o, entries, err)
		}
		if b, err := readAll(t.Context(), src, "a.csv", 0); err != nil || len(b) != 1000 {
			t.Errorf("%+v: %d bytes, %v", o, len(b), err)
		}
	}
}

// testTLSMinVersion: a server that is too old for us is refused, once, and never
// spoken to without TLS.
func testTLSMinVersion(t *testing.T) {
	srv := serve(t, ftptest.Options{TLS: ftptest.Explicit, MaxTLSVersion: tls.VersionTLS12})
	o := quick(srv)
	o.TLS.MinVersion, o.Retries = tls.VersionTLS13, 3
	if _, _, err := open(t, srv.URL(), o).List(t.Context(), ""); err == nil || Transient(err) || !strings.Contains(err.Error(), "protocol version") {
		t.Errorf("%v (transient %v)", err, Transient(err))
	}
	if srv.Connections() != 1 || srv.Count("USER") != 0 {
		t.Errorf("%d connections, log %q", srv.Connections(), srv.Log())
	}
	o.TLS.MinVersion = tls.VersionTLS12
	if _, _, err := open(t, srv.URL(), o).List(t.Context(), ""); err != nil {
		t.Error(err)
	}
}

// TestQuestions: a file costs its server no more questions than it takes to believe it.
func TestQuestions(t *testing.T) {
	srv := serve(t, ftptest.Options{Files: map[string]ftptest.File{"a.csv": {Data: payload(1000)}}})
	src := open(t, srv.URL(), quick(srv))
	for n := range 3 {
		if _, err := Download(t.Context(), src, Entry{Path: "a.csv"}, openDir(t), "a.csv"); err != nil {
			t.Fatal(err)
		}
		for verb, each := range map[string]int{"SIZE": 2, "MDTM": 2, "EPSV": 1, "RETR": 1, "NOOP": 0, "REST": 0} {
			if got := srv.Count(verb); got != each*(n+1) {
				t.Errorf("%s was sent %d times for %d files, want %d each", verb, got, n+1, each)
			}
		}
	}
}
