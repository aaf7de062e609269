package state

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// ErrLocked is a state file another sweep is working on.
var ErrLocked = errors.New("another sweep is running")

// Lock is held by the one sweep at a time that may work on a state file.
type Lock struct{ f *os.File }

// Acquire takes the lock beside a state file or fails at once with ErrLocked,
// naming the holder. The kernel releases it when its process ends, however that
// happens: there is no stale lock to remove. The state itself is not touched and
// stays readable for others.
func Acquire(path string) (*Lock, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return nil, fmt.Errorf("lock state %q: %w", path, err)
	}
	f, err := os.OpenFile(path+".lock", os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, fmt.Errorf("lock state %q: %w", path, err)
	}
	if err := lockFile(f); err != nil {
		holder := make([]byte, 200)
		n, _ := f.ReadAt(holder, 0)
		f.Close()
		if errors.Is(err, ErrLocked) && n > 0 {
			err = fmt.Errorf("%w (%s)", err, strings.TrimSpace(string(holder[:n])))
		}
		return nil, fmt.Errorf("lock state %q: %w", path, err)
	}
	// Who holds it is for people to read; the lock itself is the kernel's.
	note := fmt.Sprintf("pid %d since %s\n", os.Getpid(), time.Now().UTC().Format(time.RFC3339))
	err = f.Truncate(0)
	if err == nil {
		_, err = f.WriteAt([]byte(note), 0)
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("lock state %q: %w", path, err)
	}
	return &Lock{f}, nil
}

// Release gives the lock up. The file stays: removing it would let two sweeps
// hold locks on two files of the same name.
func (l *Lock) Release() error { return l.f.Close() }
