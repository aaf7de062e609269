//go:build unix

package main

import (
	"os"
	"syscall"
	"time"
)

// mostMemory is the most memory that a process that has ended used, in bytes; ok is false where
// the system does not tell.
func mostMemory(p *os.ProcessState) (bytes int64, ok bool) {
	used, ok := p.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0, false
	}
	return used.Maxrss * 1024, true // Linux counts it in KiB
}

// cpuTime is what this process has used, user and system.
func cpuTime() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
