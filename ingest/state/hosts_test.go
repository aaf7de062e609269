package state

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// TestTryHost: who looks at a server by itself and a sweep keep each other away from it,
// and from no other.
func TestTryHost(t *testing.T) {
	onBoth(t, func(t *testing.T, name func() string) {
		file := name()
		d := open(t, file)
		sweep, err := d.Locks(ctx)
		if err != nil {
			t.Fatal(err)
		}
		defer sweep.Close()
		try := func(host string) bool {
			t.Helper()
			leave, err := TryHost(ctx, file, Options{}, host)
			if err != nil && !errors.Is(err, ErrHostBusy) {
				t.Fatal(err)
			}
			if err == nil {
				leave()
			}
			return err == nil
		}
		at := func(host string) bool {
			t.Helper()
			got, err := sweep.Try(ctx, HostLock(host))
			if err != nil {
				t.Fatal(err)
			}
			return got
		}
		if !try("a:21") || !at("a:21") || at("a:21") || try("a:21") || !try("b:21") || !try("../a:21") {
			t.Error("the sweep's server is anybody's, or another is nobody's")
		}
		sweep.Free(HostLock("a:21"))
		leave, err := TryHost(ctx, file, Options{}, "a:21")
		if err != nil || at("a:21") || !at("b:21") {
			t.Fatal("the visitor's server is the sweep's", err)
		}
		leave()
		if !at("a:21") {
			t.Error("the visitor has left")
		}
		if err := sweep.Close(); err != nil || !try("a:21") || !try("b:21") {
			t.Error("the sweep has ended", err)
		}
	})
}

// TestTryHostNoState: where no sweep has been there is nothing to lock, and nothing is made.
func TestTryHostNoState(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "none")
	leave, err := TryHost(ctx, filepath.Join(dir, "state.db"), Options{}, "a:21")
	if err != nil {
		t.Fatal(err)
	}
	leave()
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}
