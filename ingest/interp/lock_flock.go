//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package interp

import (
	"errors"
	"os"
	"syscall"
)

// tryLock takes an open file's lock unless somebody has it; closing gives it back.
func tryLock(f *os.File) (bool, error) {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) || errors.Is(err, syscall.EINTR) {
		return false, nil
	}
	return err == nil, err
}
