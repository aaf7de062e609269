//go:build unix

package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/feedparity/feedparity/ingest/fetch/ftptest"
	"github.com/feedparity/feedparity/ingest/state"
)

// TestVisit: an account that may be logged in once is not logged in by doctor or a dry run
// beside a sweep, nor by a sweep beside those; another one may be.
func TestVisit(t *testing.T) {
	s := newSite(t, "")
	config := func(sessions string) {
		s.write("feedparity.yaml", fmt.Sprintf("feeds:\n  acme: {source: %s, settle: 0s, min_age: 0s%s}\n", s.ftp.URL(), sessions))
	}
	visits := func(what string, want int) {
		t.Helper()
		for _, args := range [][]string{{"doctor"}, {"sweep", "--dry-run"}, {"sweep", "--dry-run", "--json"}} {
			was := s.ftp.Connections()
			out, err := s.command(args...).CombinedOutput()
			if status, logins := exitCode(err), s.ftp.Connections()-was; status != want || (logins > 0) != (want == statusOK) {
				t.Errorf("%s: %q: %d, %d logins\n%s", what, args, status, logins, out)
			}
			if want != statusOK && !strings.Contains(string(out), "another process is at this server: "+s.ftp.Addr()) {
				t.Errorf("%s: %q says\n%s", what, args, out)
			}
		}
	}
	config(", sessions: 1")
	visits("nothing else", statusOK)

	s.ftp.AddFault(ftptest.Fault{Command: "RETR", Action: ftptest.Stall, After: 10})
	sweep := s.command("sweep")
	if err := sweep.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _, _ = sweep.Process.Kill(), sweep.Wait() }()
	eventually(t, "the file is read", func() bool { return s.ftp.Count("RETR") > 0 })
	visits("beside a sweep", statusIncomplete)
	config("")
	visits("another account", statusOK)
	_, _ = sweep.Process.Kill(), sweep.Wait()
	s.ftp.ClearFaults()

	config(", sessions: 1")
	leave, err := state.TryHost(t.Context(), s.db, state.Options{}, s.ftp.Addr())
	if err != nil {
		t.Fatal(err)
	}
	was, before := s.ftp.Connections(), s.runs()
	waits := s.command("sweep")
	if err := waits.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = waits.Process.Kill() }()
	eventually(t, "it sweeps", func() bool { return s.runs() > before })
	time.Sleep(time.Second)
	if n := s.ftp.Connections() - was; n > 0 {
		t.Errorf("%d logins beside a visitor", n)
	}
	leave()
	if err := waits.Wait(); err != nil || s.ftp.Connections() == was {
		t.Errorf("after the visitor has left: %v, %d logins", err, s.ftp.Connections()-was)
	}
}

// runs is the number of the last run.
func (s *site) runs() (id int64) {
	s.t.Helper()
	s.state(func(db *state.DB) {
		run, _, err := db.LastRun(s.t.Context())
		if err != nil {
			s.t.Fatal(err)
		}
		id = run.ID
	})
	return id
}
