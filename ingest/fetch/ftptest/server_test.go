package ftptest

import (
	"bufio"
	"fmt"
	"net"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

// client speaks to a server by hand.
type client struct {
	t *testing.T
	c net.Conn
	r *bufio.Reader
}

func dial(t *testing.T, s *Server) *client {
	t.Helper()
	c, err := net.Dial("tcp", s.Addr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	_ = c.SetDeadline(time.Now().Add(10 * time.Second))
	return &client{t, c, bufio.NewReader(c)}
}

func (c *client) expect(code string) {
	c.t.Helper()
	line, err := c.r.ReadString('\n')
	if err != nil || !strings.HasPrefix(line, code) {
		c.t.Fatalf("%q, %v, want %s", line, err, code)
	}
}

func (c *client) say(line, code string) {
	c.t.Helper()
	fmt.Fprintf(c.c, "%s\r\n", line)
	c.expect(code)
}

// TestReadOnly: nothing a client sends changes what is served.
func TestReadOnly(t *testing.T) {
	s := start(t, Options{Files: map[string]File{"a.csv": {Data: []byte("a")}}})
	c := dial(t, s)
	c.expect("220")
	c.say("SIZE a.csv", "530")
	c.say("USER x", "331")
	c.say("PASS y", "230")
	for _, line := range []string{"STOR a.csv", "APPE a.csv", "DELE a.csv", "RNFR a.csv", "RNTO b", "MKD d", "RMD d", "SITE X", "STOU", "MFMT 20240102030405 a.csv"} {
		c.say(line, "502")
	}
	c.say("SIZE a.csv", "213 1")
	if log := s.String(); strings.Contains(log, "PASS y") || s.Count("PASS") != 1 {
		t.Errorf("log %q", log)
	}
}

// TestClose: Close ends sessions, also one that hangs on purpose, and everything
// that was started for them.
func TestClose(t *testing.T) {
	before := runtime.NumGoroutine()
	s := start(t, Options{Faults: []Fault{{Command: "NOOP", Action: Hang}, {Command: "FEAT", Action: Delay, Delay: time.Hour}}})
	for _, line := range []string{"NOOP", "FEAT", ""} {
		c := dial(t, s)
		c.expect("220")
		if line != "" {
			fmt.Fprintf(c.c, "%s\r\n", line)
		}
	}
	time.Sleep(50 * time.Millisecond)
	done := make(chan error, 1)
	go func() { done <- s.Close() }()
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(5 * time.Second):
		t.Fatal("Close hangs")
	}
	if err := s.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
	for end := time.Now().Add(5 * time.Second); runtime.NumGoroutine() > before; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d goroutines before, %d after", before, runtime.NumGoroutine())
		}
	}
}

func start(t *testing.T, o Options) *Server {
	t.Helper()
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// TestFaultCounts: Skip, then Times, then good behaviour again.
func TestFaultCounts(t *testing.T) {
	s := start(t, Options{Faults: []Fault{{Command: "NOOP", Skip: 1, Times: 2, Action: Reply, Reply: "500 broken"}}})
	c := dial(t, s)
	c.expect("220")
	for _, code := range []string{"200", "500", "500", "200", "200"} {
		c.say("NOOP", code)
	}
	s.AddFault(Fault{Command: "NOOP", Action: Reply, Reply: "501 always"})
	c.say("NOOP", "501")
	c.say("NOOP", "501")
	s.ClearFaults()
	c.say("NOOP", "200")
}

func TestFromFS(t *testing.T) {
	when := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
	files, err := FromFS(fstest.MapFS{"in/a.csv": {Data: []byte("a"), ModTime: when}, "b.csv": {}})
	if err != nil || len(files) != 2 || string(files["in/a.csv"].Data) != "a" || !files["in/a.csv"].MTime.Equal(when) {
		t.Errorf("%v, %v", files, err)
	}
	if _, err := FromFS(nil); err == nil {
		t.Error("no file system: no error")
	}
}
