package archive

import (
	"fmt"
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

// syncer syncs the file system of a directory, with all that anybody has written to it
// (syncfs(2)). Linux tells of bytes that could not be written since it was opened from
// 5.8 on; before that it would keep an error to itself, and is not used.
type syncer struct{ dir *os.File }

// openSyncer returns one that does not work where the system has none.
func openSyncer(dir string) syncer {
	if !tellsErrors() {
		return syncer{}
	}
	f, err := os.Open(dir)
	if err != nil {
		return syncer{}
	}
	return syncer{f}
}

var tellsErrors = sync.OnceValue(func() bool {
	var u unix.Utsname
	var major, minor int
	if unix.Uname(&u) != nil {
		return false
	}
	_, err := fmt.Sscanf(unix.ByteSliceToString(u.Release[:]), "%d.%d", &major, &minor)
	return err == nil && (major > 5 || major == 5 && minor >= 8)
})

// rename is os.Rename for a file in place of a file, at which that would look before.
func rename(from, to string) error {
	if err := unix.Rename(from, to); err != nil {
		return &os.LinkError{Op: "rename", Old: from, New: to, Err: err}
	}
	return nil
}

func (s syncer) works() bool { return s.dir != nil }

func (s syncer) sync() error {
	if !s.works() {
		return nil
	}
	if err := unix.Syncfs(int(s.dir.Fd())); err != nil {
		return fmt.Errorf("sync file system of %q: %w", s.dir.Name(), err)
	}
	return nil
}

func (s syncer) close() {
	if s.works() {
		s.dir.Close()
	}
}
