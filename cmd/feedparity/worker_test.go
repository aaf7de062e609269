//go:build unix

package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/feedparity/feedparity/ingest/state"
	"github.com/feedparity/feedparity/ingest/state/pgtest"
)

// relay passes on what comes for a server until it is closed.
type relay struct {
	net.Listener
	to string
}

func newRelay(t *testing.T, at, to string) *relay {
	t.Helper()
	l, err := net.Listen("tcp", at)
	if err != nil {
		t.Fatal(err)
	}
	r := &relay{l, to}
	go r.serve(t.Context())
	t.Cleanup(func() { l.Close() })
	return r
}

func (r *relay) serve(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for {
		c, err := r.Accept()
		if err != nil {
			return
		}
		s, err := net.Dial("tcp", r.to)
		if err != nil {
			c.Close()
			continue
		}
		context.AfterFunc(ctx, func() { c.Close(); s.Close() })
		go io.Copy(s, c)
		go io.Copy(c, s)
	}
}

// TestWorkerDatabaseAway: a worker whose database is not there yet waits for it, and so does
// one whose database goes away.
func TestWorkerDatabaseAway(t *testing.T) {
	url := pgtest.TCP(t) // or the test is skipped
	conf, err := pgconn.ParseConfig(url)
	if err != nil {
		t.Fatal(err)
	}
	server := net.JoinHostPort(conf.Host, fmt.Sprint(conf.Port))
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at := free.Addr().String()
	free.Close()
	s := newSite(t, fmt.Sprintf("state: {url: %q, password: {env: FEEDPARITY_DB}}\n", strings.Replace(url, server, at, 1)))
	r := &served{site: s, cmd: s.command("worker")}
	r.cmd.Stderr, r.cmd.Env = r, append(r.cmd.Env, "FEEDPARITY_DB="+pgtest.Password)
	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer r.cmd.Process.Kill()
	says := func(what string, times int) {
		t.Helper()
		eventually(t, what, func() bool { return strings.Count(r.log(), what) >= times })
	}
	says("no work until the database is there", 1)
	away := newRelay(t, at, server)
	says("msg=working", 1)
	away.Close()
	says("no work until the database is there", 2)
	newRelay(t, at, server)
	says("msg=working", 2)
	r.terminate()
	if !strings.Contains(r.log(), "msg=stopped") {
		t.Error(r.log())
	}
}

// TestWorkerRereads: a configuration that has changed is the worker's, unless it cannot be read.
func TestWorkerRereads(t *testing.T) {
	url := pgtest.URL(t) // or the test is skipped
	saved := watchEvery
	watchEvery = 10 * time.Millisecond
	defer func() { watchEvery = saved }()
	s := newSite(t, fmt.Sprintf("state: %q\n", url))
	r := &served{site: s}
	l := &labour{file: filepath.Join(s.dir, "feedparity.yaml"), log: slog.New(slog.NewTextHandler(r, nil))}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- l.keepOn(ctx) }()
	says := func(what string, times int) {
		t.Helper()
		eventually(t, what, func() bool { return strings.Count(r.log(), what) >= times })
	}
	says("msg=working", 1)
	good, err := os.ReadFile(l.file)
	if err != nil {
		t.Fatal(err)
	}
	s.write("feedparity.yaml", string(good)+"feds: {}\n")
	says("there is no work by it", 1)
	s.write("feedparity.yaml", string(good)+"spread: false\n")
	says("msg=working", 2)
	cancel()
	if err := <-ended; err != nil || strings.Count(r.log(), "agreement=") != 2 {
		t.Errorf("%v\n%s", err, r.log())
	}
	if first, second, ok := strings.Cut(r.log(), "has changed\"\n"); !ok || agreed(first) == agreed(second) {
		t.Errorf("the same agreement:\n%s", r.log())
	}
}

// agreed is the agreement that a log tells of.
func agreed(log string) string {
	_, after, _ := strings.Cut(log, "agreement=")
	word, _, _ := strings.Cut(after, " ")
	return word
}

// TestWorkerPasses: what keeps a worker from its work may pass, or somebody must do something.
func TestWorkerPasses(t *testing.T) {
	for name, tt := range map[string]struct {
		err          error
		first, later bool // whether it passes before, and after the database was there
	}{
		"a server that is away":      {&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}, true, true},
		"one that starts":            {&pgconn.PgError{Code: "57P03"}, true, true},
		"one that has too many":      {&pgconn.PgError{Code: "53300"}, true, true},
		"a wrong password":           {&pgconn.PgError{Code: "28P01"}, false, true},
		"a code that is none":        {&pgconn.PgError{}, false, true},
		"a newer state":              {state.ErrNewer, false, false},
		"a revision nobody can tell": {fmt.Errorf("no git"), false, true},
		"nothing":                    {nil, false, false},
	} {
		err := tt.err
		if err != nil {
			err = stateError(fmt.Errorf("open: %w", err))
		}
		if before, after := (&labour{}).passes(err), (&labour{worked: true}).passes(err); before != tt.first || after != tt.later {
			t.Errorf("%s: %v, then %v", name, before, after)
		}
	}
}
