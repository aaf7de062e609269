//go:build linux || darwin || freebsd

package fetch

import "golang.org/x/sys/unix"

// freeSpace returns the bytes that an ordinary user may still write below a directory,
// -1 if the system does not say.
func freeSpace(dir string) int64 {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil || s.Blocks == 0 { // a mounted bucket says it has no room at all
		return -1
	}
	return int64(s.Bavail) * int64(s.Bsize)
}
