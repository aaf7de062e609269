package interp

import (
	"io/fs"
	"syscall"
)

// changeTime is the kernel's time of a file's last change, in nanoseconds.
func changeTime(info fs.FileInfo) int64 {
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return s.Ctim.Nano()
	}
	return 0
}
