//go:build unix

package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/feedparity/feedparity/ingest/fetch/ftptest"
	"github.com/feedparity/feedparity/ingest/state"
)

// chat is a webhook that keeps what it is told.
type chat struct {
	*httptest.Server
	mu    sync.Mutex
	said  []string
	deaf  bool          // it answers nobody
	asked chan struct{} // while it is deaf
}

func newChat(t *testing.T) *chat {
	c := &chat{asked: make(chan struct{}, 1)}
	c.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.deaf {
			c.asked <- struct{}{}
			c.mu.Unlock()
			<-r.Context().Done()
			c.mu.Lock()
			return
		}
		c.said = append(c.said, string(body))
	}))
	t.Cleanup(c.Close)
	return c
}

// heard is what it was told since it was asked last.
func (c *chat) heard() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	said := strings.Join(c.said, "")
	c.said = nil
	return said
}

// cutShort starts a sweep and ends it with a signal once the inbox has a case, which is
// recorded soon after, while another server hangs.
func (s *site) cutShort(sig syscall.Signal) (out string, status int, took time.Duration) {
	s.t.Helper()
	var said strings.Builder
	cmd := s.command("sweep")
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	defer func() {
		if cmd.ProcessState == nil {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
	}()
	recorded := func() bool {
		db, err := state.Open(s.t.Context(), s.db)
		if err != nil {
			return false
		}
		defer db.Close()
		counted, err := db.Signatures(s.t.Context())
		return len(counted) > 0 && err == nil
	}
	eventually(s.t, "the divergence is recorded", func() bool {
		cases, _ := filepath.Glob(filepath.Join(s.dir, ".feedparity", "inbox", "acme", "*"))
		return len(cases) > 0 && recorded()
	})
	start := time.Now()
	if err := cmd.Process.Signal(sig); err != nil {
		s.t.Fatal(err)
	}
	status = exitCode(cmd.Wait())
	return said.String(), status, time.Since(start)
}

// TestToldTheNextNight: of a divergence that a sweep recorded before it was stopped, or
// killed, somebody is told: by the report of one that was stopped, and by the next sweep as
// by one that had found it, whose exit status, output and messages have it, and none after.
func TestToldTheNextNight(t *testing.T) {
	for sig, stopped := range map[syscall.Signal]bool{syscall.SIGTERM: true, syscall.SIGKILL: false} {
		t.Run(sig.String(), func(t *testing.T) {
			s, hook := newSite(t, ""), newChat(t)
			s.write("feedparity.yaml", fmt.Sprintf("notify: {webhook: %q}\nfeeds:\n  acme: {source: in, pair: latin1-utf8, expect: {deliveries: 1}}\n  hangs: {source: %s, settle: 0s, min_age: 0s}\n", hook.URL, s.ftp.URL()))
			if err := os.Mkdir(filepath.Join(s.dir, "in"), 0o755); err != nil {
				t.Fatal(err)
			}
			s.write("in/stock_1.csv", "sku,name\n1,caf\xe9\n")
			s.ftp.AddFault(ftptest.Fault{Command: "RETR", Action: ftptest.Stall})
			out, status, took := s.cutShort(sig)
			texts, _ := filepath.Glob(filepath.Join(s.dir, ".feedparity", "reports", "run-000001", "report.txt"))
			switch {
			case stopped && (status != statusIncomplete || took > 2*time.Second+slack || len(texts) != 1 || !strings.Contains(out, "first: acme: ") || !strings.Contains(out, "STOPPED before its end")):
				t.Errorf("%d after %v, reports %q\n%s", status, took, texts, out)
			case !stopped && status != -1:
				t.Errorf("%d\n%s", status, out)
			}
			if got := hook.heard(); got != "" {
				t.Errorf("of the night that was cut short somebody was told %s", got)
			}
			s.ftp.ClearFaults()
			if out, status := s.ran(); status != statusDiverge || !strings.Contains(out, "2 deliveries new, 1 seen before; 1 divergence new") || !strings.Contains(out, "first: acme: ") || !strings.Contains(out, "run 1 was stopped or killed") {
				t.Errorf("the next night: %d\n%s", status, out)
			}
			if got := hook.heard(); strings.Count(got, `"what"`) != 1 || !strings.Contains(got, `"what":"new"`) {
				t.Errorf("told %s", got)
			}
			if out, status := s.ran("--feed", "hangs"); status != statusOK || !strings.Contains(out, "0 deliveries new, 1 seen before; 0 divergences new") {
				t.Errorf("and one more: %d\n%s", status, out)
			}
			if got := hook.heard(); got != "" {
				t.Errorf("and one more is told %s", got)
			}
		})
	}
}

// TestCutShortWhileTelling: who was not told since the sweep was stopped or killed in the middle
// of that is told the next night, whose exit status and report have it, too.
func TestCutShortWhileTelling(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL} {
		t.Run(sig.String(), func(t *testing.T) {
			s, hook := newSite(t, ""), newChat(t)
			s.write("feedparity.yaml", fmt.Sprintf("notify: {webhook: %q}\nfeeds:\n  acme: {source: in, pair: latin1-utf8}\n", hook.URL))
			if err := os.Mkdir(filepath.Join(s.dir, "in"), 0o755); err != nil {
				t.Fatal(err)
			}
			s.write("in/stock_1.csv", "sku,name\n1,caf\xe9\n")
			hook.deaf = true
			cmd := s.command("sweep")
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			select {
			case <-hook.asked:
			case <-time.After(20 * time.Second):
				t.Error("nobody was told")
			}
			start := time.Now()
			_ = cmd.Process.Signal(sig)
			if status := exitCode(cmd.Wait()); status != statusIncomplete && sig == syscall.SIGTERM || time.Since(start) > 2*time.Second+slack {
				t.Errorf("%d after %v", status, time.Since(start))
			}
			hook.mu.Lock()
			hook.deaf = false
			hook.mu.Unlock()
			if out, status := s.ran(); status != statusDiverge || !strings.Contains(out, "1 delivery new, 1 seen before; 1 divergence new") || !strings.Contains(out, "first: acme: ") {
				t.Errorf("the next night: %d\n%s", status, out)
			}
			if got := hook.heard(); strings.Count(got, `"what"`) != 1 || !strings.Contains(got, `"what":"new"`) {
				t.Errorf("told %s", got)
			}
			if out, status := s.ran(); status != statusOK || hook.heard() != "" {
				t.Errorf("and one more: %d\n%s", status, out)
			}
		})
	}
}

// TestDoubtsTold: of a file that its server never said the end of, the output, the report and
// the log say so.
func TestDoubtsTold(t *testing.T) {
	s := newSite(t, "")
	s.ftp.AddFault(ftptest.Fault{Command: "RETR", Action: ftptest.KillFinal})
	out, status := s.ran("--log-format", "json")
	const said = "unconfirmed: all of it came twice"
	if status != statusOK || !strings.Contains(out, `"delivery":"stock.csv","bytes":180010,"rows":20001,"divergences":0,"warnings":["`+said) || !strings.Contains(out, `feed \"acme\": \"stock.csv\": warning: `+said) {
		t.Errorf("%d\n%s", status, out)
	}
	for _, name := range []string{"report.txt", "report.json"} {
		b, err := os.ReadFile(filepath.Join(s.dir, ".feedparity", "reports", "run-000001", name))
		if err != nil || !strings.Contains(string(b), said) {
			t.Errorf("%s: %v\n%s", name, err, b)
		}
	}
}
