package fetch

import (
	"errors"
	"fmt"
	"sync"
	"syscall"
	"time"
)

// ErrDiskFull is an ErrTarget that no other delivery need meet again: there is no room
// for one on our own disk.
var ErrDiskFull = errors.New("the disk is full")

// spare is what a disk must have beyond a delivery, where nothing else is said: the
// database, cases and reports want to be written as well.
const spare = 64 << 20

// disk remembers what was free when it was asked, for many files that come within a moment.
type disk struct {
	mu   sync.Mutex
	free int64
	at   time.Time
}

// So long is an answer believed that is so many bytes above what is needed.
const (
	remembered = 100 * time.Millisecond
	plenty     = 1 << 30
)

// freeIn is freeSpace of the disk's directory.
func (k *disk) freeIn(dir string, needed int64) int64 {
	if k == nil {
		return freeSpace(dir)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if now := time.Now(); k.free < needed+plenty || now.Sub(k.at) > remembered {
		k.free, k.at = freeSpace(dir), now
	}
	return k.free
}

// room refuses a delivery that does not fit before a byte of it is sent.
func (d *download) room(size int64) error {
	want := max(size, 0)
	left := max(d.spare, spare)
	free := d.disk.freeIn(d.dir.Name(), want+left)
	if free >= 0 && free < want+left {
		return fmt.Errorf("%w: %w: %d bytes are free in %s, it has %d, and %d must be left", ErrTarget, ErrDiskFull, free, d.dir.Name(), want, left)
	}
	return nil
}

// targetError marks an error of our own disk.
func targetError(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return fmt.Errorf("%w: %w: %w", ErrTarget, ErrDiskFull, err)
	}
	return fmt.Errorf("%w: %w", ErrTarget, err)
}
