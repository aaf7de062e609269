package faultrows

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"slices"
	"strings"
	"testing"
)

// TestRows: every row is one of its group, there once, and says what it is about.
func TestRows(t *testing.T) {
	seen := map[string]bool{}
	var letters []string
	for _, g := range Groups() {
		letters = append(letters, g.Letter)
	}
	for _, r := range Rows() {
		letter, name, ok := strings.Cut(r.ID, "/")
		if !ok || name == "" || !slices.Contains(letters, letter) || r.Fault == "" || r.Expected == "" || seen[r.ID] {
			t.Errorf("row %+v", r)
		}
		if info, err := os.Stat(filepath.Join("../../..", r.In)); err != nil || !info.IsDir() {
			t.Errorf("row %s: no package %s", r.ID, r.In)
		}
		seen[r.ID] = true
	}
}

// TestLeaks: what a row leaves behind is found, and nobody else's.
func TestLeaks(t *testing.T) {
	stop := make(chan struct{})
	for _, row := range []string{"A/one", "A/one-more"} {
		pprof.Do(t.Context(), pprof.Labels("row", row), func(context.Context) {
			go func() { <-stop }()
		})
	}
	var b strings.Builder
	if err := pprof.Lookup("goroutine").WriteTo(&b, 1); err != nil {
		t.Fatal(err)
	}
	if one, none := labelled(b.String(), "A/one"), labelled(b.String(), "A/on"); strings.Count(one, "TestLeaks") == 0 || strings.Contains(one, "one-more") || none != "" {
		t.Errorf("found %q and %q", one, none)
	}
	close(stop)
	if runtime.GOOS != "linux" {
		return
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	dir := t.TempDir()
	f, err := os.Create(filepath.Join(dir, "x.part"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	port := l.Addr().(*net.TCPAddr).Port
	if left := descriptors("", []int{port}); len(left) < 2 {
		t.Errorf("sockets: %q", left)
	}
	if left := descriptors(dir, nil); len(left) != 1 || !strings.HasSuffix(left[0], "/x.part") {
		t.Errorf("files: %q", left)
	}
	if left := descriptors(dir+"x", []int{port + 1}); len(left) != 0 {
		t.Errorf("nobody's: %q", left)
	}
}
