//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package interp

import (
	"errors"
	"os"
)

// tryLock has nothing to lock with: there is no flock here.
func tryLock(*os.File) (bool, error) {
	return false, errors.New("sandbox and rollback are not supported on this system")
}
