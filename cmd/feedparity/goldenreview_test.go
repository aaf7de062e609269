//go:build unix

package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"

	"github.com/feedparity/feedparity/corpus"
	"github.com/feedparity/feedparity/golden"
)

// screen is what a program has written to a terminal so far.
type screen struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *screen) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(b)
}

func (s *screen) has(text string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Contains(s.text.String(), text)
}

// TestReviewOnTerminal: the review is a screen on a real pseudo-terminal; what its keys
// decide is in the files while it still runs, and is said when it has ended and has
// given the terminal back.
func TestReviewOnTerminal(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	t.Setenv("TERM", "xterm")
	for name, args := range map[string][]string{"newlines/quayside_mac.csv": nil, "case/hanse_depots.csv": {"--clean", "upper"}} {
		seed, err := corpus.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Base(name)
		if err := os.WriteFile(file, seed.Data, 0o666); err != nil {
			t.Fatal(err)
		}
		args = append(append([]string{"check", "--golden", "golden/cases"}, args...), file)
		if got := run(t.Context(), args, streams{strings.NewReader(""), io.Discard, io.Discard}); got != statusDiverge {
			t.Fatalf("%v: status %d", args, got)
		}
	}
	keys, term, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer keys.Close()
	defer term.Close()
	if err := pty.Setsize(term, &pty.Winsize{Rows: 30, Cols: 100}); err != nil {
		t.Fatal(err)
	}
	var seen screen
	go io.Copy(&seen, keys)
	ended := make(chan int, 1)
	go func() {
		ended <- run(t.Context(), []string{"golden", "review", "--by", "kim"}, streams{term, term, term})
	}()
	until := func(what string, is func() bool) {
		t.Helper()
		for range 1000 {
			if is() {
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
		t.Fatalf("not within ten seconds: %s; the screen has\n%q", what, seen.text.String())
	}
	press := func(s string) {
		if _, err := io.WriteString(keys, s); err != nil {
			t.Fatal(err)
		}
	}
	until("the first page", func() bool { return seen.has("case-mapping:upper:expanding") })
	if !seen.has("\x1b[?1049h") || !seen.has("A E F R S all of the cause") {
		t.Error("it is no screen of its own, or does not say its keys")
	}
	press("\x1b[Baops\rold machines\r2099-12-31\r") // down, accept
	until("an accepted case", func() bool { return states(t)[golden.Accepted] == "lone-cr: ops, old machines, 2099-12-31" })
	press("u")
	until("it taken back", func() bool { return states(t)[golden.Accepted] == "" })
	press("pq") // up, and the end
	select {
	case status := <-ended:
		if status != statusOK {
			t.Errorf("status %d", status)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("q does not end it")
	}
	until("its end", func() bool { return seen.has("\x1b[?1049l") && seen.has("0 cases decided, 2 left open") })
}

// states says of the cases in golden/cases, by state, what was decided.
func states(t *testing.T) map[golden.State]string {
	t.Helper()
	cases, err := golden.NewStore(filepath.Join("golden", "cases")).List()
	if err != nil {
		t.Fatal(err)
	}
	out := map[golden.State]string{}
	for _, c := range cases {
		if c.Err != nil {
			t.Fatal(c.Err)
		}
		out[c.Case.State] += c.Case.Cause + ": " + strings.Join([]string{c.Case.Owner, c.Case.Reason, c.Case.Expires}, ", ")
	}
	return out
}
