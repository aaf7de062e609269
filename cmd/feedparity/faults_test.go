//go:build unix

package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/feedparity/feedparity/ingest/fetch/faultrows"
	"github.com/feedparity/feedparity/ingest/fetch/ftptest"
	"github.com/feedparity/feedparity/ingest/state"
)

// TestFaults injects every fault of package faultrows that takes a process of its own.
func TestFaults(t *testing.T) {
	faultrows.Run(t, "cmd/feedparity", map[string]func(*testing.T){
		"D/unparsed-strict":     testUnparsedStrict,
		"H/state-corrupt":       testStateCorrupt,
		"H/second-sweep":        testSecondSweep,
		"H/sigterm":             testSigterm,
		"H/sigterm-part":        testPartKept,
		"H/killed-mid-transfer": testKilled,
		"I/command-log-process": faultrows.CommandLog("USER", "PASS", "MLSD", "CWD", "RETR", "REST"),
	})
}

// ran is feedparity sweep: what it said, and its exit status.
func (s *site) ran(args ...string) (string, int) {
	s.t.Helper()
	out, err := s.command(append([]string{"sweep"}, args...)...).CombinedOutput()
	return string(out), exitCode(err)
}

// takesAll sweeps and wants the file taken, once.
func (s *site) takesAll() {
	s.t.Helper()
	if out, status := s.ran(); status != statusOK || !strings.Contains(out, "1 delivery new") {
		s.t.Errorf("the next sweep: %d\n%s", status, out)
	}
	if out, status := s.ran(); status != statusOK || !strings.Contains(out, "0 deliveries new, 1 seen before") {
		s.t.Errorf("and one more: %d\n%s", status, out)
	}
}

// nothingTaken wants no delivery in the state.
func (s *site) nothingTaken() {
	s.t.Helper()
	s.state(func(db *state.DB) {
		if d, err := db.Latest(s.t.Context(), "acme", 10); err != nil || len(d) > 0 {
			s.t.Errorf("taken: %+v, %v", d, err)
		}
	})
}

func testUnparsedStrict(t *testing.T) {
	s := newSite(t, "")
	s.ftp.AddFault(ftptest.Fault{Command: "MLSD", Action: ftptest.ListData, Data: []byte("what is this?\r\n")})
	if out, status := s.ran(); status != statusOK || !strings.Contains(out, `line 1 "what is this?"`) {
		t.Errorf("%d\n%s", status, out)
	}
	if out, status := s.ran("--strict"); status != statusIncomplete || !strings.Contains(out, `line 1 "what is this?"`) {
		t.Errorf("strict: %d\n%s", status, out)
	}
}

func testStateCorrupt(t *testing.T) {
	s := newSite(t, "")
	if err := os.Mkdir(filepath.Join(s.dir, ".feedparity"), 0o700); err != nil {
		t.Fatal(err)
	}
	garbage := strings.Repeat("no database ", 1000)
	s.write(".feedparity/state.db", garbage)
	out, status := s.ran()
	if status != statusUsage || !strings.Contains(out, "corrupt") || !strings.Contains(out, "hint: ") || s.ftp.Connections() > 0 {
		t.Errorf("%d after %d connections\n%s", status, s.ftp.Connections(), out)
	}
	if b, err := os.ReadFile(filepath.Join(s.dir, ".feedparity", "state.db")); err != nil || string(b) != garbage {
		t.Errorf("the file has changed: %d bytes, %v", len(b), err)
	}
}

func testSecondSweep(t *testing.T) {
	s := newSite(t, "")
	s.lastSwept(time.Hour)
	lock, err := state.Acquire(filepath.Join(s.dir, ".feedparity", "state.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Release()
	if out, status := s.ran(); status != statusLocked || s.ftp.Connections() > 0 {
		t.Errorf("%d after %d connections\n%s", status, s.ftp.Connections(), out)
	}
	s.state(func(db *state.DB) {
		if run, ok, err := db.LastRun(t.Context()); err != nil || !ok || run.ID != 1 || run.Status != "ok" {
			t.Errorf("last run %+v, %v, %v", run, ok, err)
		}
	})
	if err := lock.Release(); err != nil {
		t.Fatal(err)
	}
	s.takesAll()
}

// strained is how much longer than on an idle machine what takes two seconds may take on
// this one just now: it measures the start and end of a program that does nothing, some
// hundredths of a second where nothing else runs.
func (s *site) strained() time.Duration {
	s.t.Helper()
	start := time.Now()
	if out, err := s.command("version").CombinedOutput(); err != nil {
		s.t.Fatalf("%v: %s", err, out)
	}
	return 10 * time.Since(start)
}

// midTransfer starts a sweep and sends it a signal in the middle of the file. It returns
// the exit status, -1 for a killed process, and how long the end took.
func (s *site) midTransfer(sig syscall.Signal) (status int, took time.Duration) {
	s.t.Helper()
	s.ftp.AddFault(ftptest.Fault{Command: "RETR", Action: ftptest.Drip, Delay: time.Millisecond})
	cmd := s.command("sweep")
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	defer func() {
		if cmd.ProcessState == nil {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
	}()
	eventually(s.t, "the file is read", func() bool { return s.ftp.Count("RETR") > 0 })
	time.Sleep(300 * time.Millisecond) // some of it
	start := time.Now()
	if err := cmd.Process.Signal(sig); err != nil {
		s.t.Fatal(err)
	}
	status = exitCode(cmd.Wait())
	took = time.Since(start)
	s.ftp.ClearFaults()
	return status, took
}

func testSigterm(t *testing.T) {
	s := newSite(t, "")
	s.stopsInTime()
	s.nothingTaken()
	s.takesAll()
}

// stopsInTime sends SIGTERM in the middle of the file.
func (s *site) stopsInTime() {
	s.t.Helper()
	status, took := s.midTransfer(syscall.SIGTERM)
	if more := s.strained(); status != statusIncomplete || took > 2*time.Second+more {
		s.t.Errorf("exit status %d after %v; a program that does nothing takes %v", status, took, more/10)
	}
}

// largeFile is one of which a part is worth to be gone on with.
func (s *site) largeFile() {
	s.ftp.Put("stock.csv", ftptest.File{Data: []byte("sku,name\r\n" + strings.Repeat("1,"+strings.Repeat("x", 100_000)+"\r\n", 100))})
}

// testPartKept: the part of a large file stays, and the next sweep goes on from it.
func testPartKept(t *testing.T) {
	s := newSite(t, "")
	s.largeFile()
	s.ftp.AddFault(ftptest.Fault{Command: "RETR", Action: ftptest.Stall, After: 9 << 20})
	s.stopsInTime()
	s.nothingTaken()
	if parts, _ := filepath.Glob(filepath.Join(s.dir, ".feedparity", "archive", "acme", "incoming", "*.part")); len(parts) != 1 {
		t.Errorf("parts %q", parts)
	}
	s.takesAll()
	if s.ftp.Count("REST") != 1 {
		t.Errorf("%d REST", s.ftp.Count("REST"))
	}
}

func testKilled(t *testing.T) {
	s := newSite(t, "")
	if status, _ := s.midTransfer(syscall.SIGKILL); status != -1 {
		t.Errorf("exit status %d", status)
	}
	s.nothingTaken()
	s.takesAll()
}
