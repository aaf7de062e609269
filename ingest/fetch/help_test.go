package fetch

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"io"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/feedparity/feedparity/ingest/fetch/faultrows"
	"github.com/feedparity/feedparity/ingest/fetch/ftptest"
)

// idle is the idle timeout of tests that wait for it, and slack what the machine
// may add: two shared cores run the whole suite.
const (
	idle  = time.Second
	slack = 5 * time.Second
)

// serve starts a server that is closed, together with everything it started, at
// the end of the test, and fails the test if goroutines are left.
func serve(t *testing.T, o ftptest.Options) *ftptest.Server {
	t.Helper()
	if !faultrows.Runs(t) {
		noLeaks(t)
	}
	srv, err := ftptest.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		faultrows.Commands(t, srv.Log())
		_ = srv.Close()
		if faultrows.Runs(t) {
			faultrows.NoDescriptors(t, "", srv.Ports()...)
		}
	})
	return srv
}

// noLeaks fails the test if more goroutines run at its end than now.
func noLeaks(t *testing.T) {
	before := runtime.NumGoroutine()
	t.Cleanup(func() {
		var after int
		for end := time.Now().Add(slack); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
			if after = runtime.NumGoroutine(); after <= before {
				return
			}
		}
		buf := make([]byte, 1<<16)
		t.Errorf("%d goroutines before, %d after\n%s", before, after, buf[:runtime.Stack(buf, true)])
	})
}

// quick are options for tests: one retry, at once, and a short idle timeout.
func quick(srv *ftptest.Server) Options {
	return Options{
		IdleTimeout: idle, DialTimeout: 2 * time.Second, Retries: -1, Backoff: time.Millisecond,
		TLS: TLS{Roots: ftptest.Pool(srv.Certificate())},
	}
}

func open(t *testing.T, url string, o Options) Source {
	t.Helper()
	src, err := Open(t.Context(), url, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = src.Close() })
	return src
}

func openDir(t *testing.T) *os.Root {
	t.Helper()
	dir := t.TempDir()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = root.Close()
		faultrows.NoDescriptors(t, dir)
	})
	return root
}

// within fails the test if f takes longer than d and the machine's slack.
func within(t *testing.T, d time.Duration, f func()) {
	t.Helper()
	start := time.Now()
	f()
	if took := time.Since(start); took > d+slack {
		t.Errorf("took %v, want at most %v", took, d)
	}
}

// nothingLeft fails the test unless the directory is empty.
func nothingLeft(t *testing.T, dir *os.Root) {
	t.Helper()
	f, err := dir.Open(".")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if names, _ := f.Readdirnames(-1); len(names) > 0 {
		t.Errorf("left behind: %q", names)
	}
}

// took fails the test unless the delivery is exactly these bytes, here and in
// what Download says of it.
func took(t *testing.T, dir *os.Root, d Delivery, want []byte) {
	t.Helper()
	got, err := dir.ReadFile(d.LocalName)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("file has %d bytes, want these %d", len(got), len(want))
	}
	if d.Size != int64(len(want)) || d.SHA256 != sha256.Sum256(want) {
		t.Errorf("delivery says size %d, sha256 %x", d.Size, d.SHA256)
	}
	if _, err := dir.Stat(d.LocalName + partSuffix); err == nil {
		t.Error("the partial file is still there")
	}
}

// payload makes n bytes that differ from place to place.
func payload(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i ^ i>>8 ^ i>>16)
	}
	return b
}

func readAll(ctx context.Context, src Files, p string, off int64) ([]byte, error) {
	r, err := src.Open(ctx, p, off)
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(r)
	if errClose := r.Close(); err == nil {
		err = errClose
	}
	return b, err
}

func paths(entries []Entry) string {
	var out []string
	for _, e := range entries {
		out = append(out, e.Kind.String()+" "+e.Path)
	}
	return strings.Join(out, ", ")
}

var modes = []struct {
	name string
	mode ftptest.TLSMode
	max  uint16
}{
	{"plain", ftptest.Plain, 0},
	{"explicit TLS 1.3", ftptest.Explicit, tls.VersionTLS13},
	{"explicit TLS 1.2", ftptest.Explicit, tls.VersionTLS12},
	{"implicit TLS 1.3", ftptest.Implicit, tls.VersionTLS13},
	{"implicit TLS 1.2", ftptest.Implicit, tls.VersionTLS12},
}
