//go:build unix

package embedded_test

import (
	"syscall"
	"time"
)

// cpu is the time this process has used, in seconds: what counts on a machine
// that is shared.
func cpu() float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()).Seconds()
}
