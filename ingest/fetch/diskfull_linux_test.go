package fetch

import (
	"errors"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/feedparity/feedparity/ingest/fetch/ftptest"
)

// smallDisk mounts a disk that has room, and returns how to take the room away.
func smallDisk(t *testing.T) (dir *os.Root, fill func() error) {
	t.Helper()
	at := t.TempDir()
	err := syscall.Mount("tmpfs", at, "tmpfs", 0, "size=100m")
	switch {
	case err != nil && os.Getenv("REQUIRE_SERVERS") == "1":
		t.Fatalf("REQUIRE_SERVERS=1: a disk of the test's own: %v", err)
	case err != nil:
		t.Skipf("a disk of the test's own wants root: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(at, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	if dir, err = os.OpenRoot(at); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { dir.Close() })
	return dir, func() error { return syscall.Mount("tmpfs", at, "tmpfs", syscall.MS_REMOUNT, "size=64k") }
}

// testDiskFull: there was room when the transfer began, and there is none in its middle.
func testDiskFull(t *testing.T) {
	dir, fill := smallDisk(t)
	srv := serve(t, ftptest.Options{Files: map[string]ftptest.File{"a.csv": {Data: payload(faultSize)}},
		Faults: []ftptest.Fault{{Command: "RETR", Action: ftptest.Delay, Delay: 1500 * time.Millisecond}}}) // for the disk to be filled meanwhile
	filled := make(chan error, 1)
	go func() {
		for srv.Count("RETR") == 0 {
			time.Sleep(time.Millisecond)
		}
		filled <- fill()
	}()
	o := resuming(srv) // nothing is left although it were worth to be gone on with
	o.IdleTimeout, o.Retries = slack, 3
	_, err := Download(t.Context(), open(t, srv.URL(), o), Entry{Path: "a.csv"}, dir, "a.csv")
	if !errors.Is(err, ErrDiskFull) || !errors.Is(err, ErrTarget) || Transient(err) || !errors.Is(err, syscall.ENOSPC) {
		t.Error(err)
	}
	if err := <-filled; err != nil {
		t.Fatal(err)
	}
	if got := left(t, dir); got != "" || srv.Count("RETR") != 1 {
		t.Errorf("left %q after %d RETR", got, srv.Count("RETR"))
	}
}
