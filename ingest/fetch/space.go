package fetch

import (
	"errors"
	"fmt"
	"syscall"
)

// ErrDiskFull is an ErrTarget that no other delivery need meet again: there is no room
// for one on our own disk.
var ErrDiskFull = errors.New("the disk is full")

// spare is what a disk must have beyond a delivery, where nothing else is said: the
// database, cases and reports want to be written as well.
const spare = 64 << 20

// room refuses a delivery that does not fit before a byte of it is sent.
func (d *download) room(size int64) error {
	free, want := freeSpace(d.dir.Name()), max(size, 0)
	if left := max(d.spare, spare); free >= 0 && free < want+left {
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
