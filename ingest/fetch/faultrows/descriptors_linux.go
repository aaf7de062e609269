package faultrows

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// descriptors returns what of this process's open descriptors NoDescriptors is after.
func descriptors(dir string, ports []int) []string {
	fds, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return []string{err.Error()}
	}
	var left []string
	for _, fd := range fds {
		n, err := strconv.Atoi(fd.Name())
		if err != nil {
			continue
		}
		link, err := os.Readlink("/proc/self/fd/" + fd.Name())
		switch {
		case err != nil: // that of ReadDir itself, or closed meanwhile
		case strings.HasPrefix(link, "socket:"):
			if p := portOf(syscall.Getsockname(n)); slices.Contains(ports, p) {
				left = append(left, "socket at port "+strconv.Itoa(p))
			} else if p := portOf(syscall.Getpeername(n)); slices.Contains(ports, p) {
				left = append(left, "socket to port "+strconv.Itoa(p))
			}
		case dir != "" && (link == dir || strings.HasPrefix(link, dir+"/")):
			left = append(left, link)
		}
	}
	return left
}

// portOf is the port of a TCP socket's address, 0 of any other.
func portOf(a syscall.Sockaddr, _ error) int {
	switch a := a.(type) {
	case *syscall.SockaddrInet4:
		return a.Port
	case *syscall.SockaddrInet6:
		return a.Port
	}
	return 0
}
