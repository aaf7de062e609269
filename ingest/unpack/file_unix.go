//go:build unix

package unpack

import (
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
)

// OpenFile opens a delivery. The error is what opening or reading the file gives.
//
// A small file is opened, read and closed by four system calls and nothing else: an
// os.File asks the poller about it, which knows no regular files, and is finalized.
func OpenFile(name string) (*File, error) {
	// A regular file is never waited for, and something else is not waited for here.
	fd, err := openFor(name, syscall.O_NONBLOCK)
	if errors.Is(err, syscall.EAGAIN) { // it is waited for after all: somebody has a lease on it
		fd, err = openFor(name, 0)
	}
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: name, Err: err}
	}
	var info syscall.Stat_t
	if err := again(func() error { return syscall.Fstat(fd, &info) }); err != nil {
		syscall.Close(fd)
		return nil, &os.PathError{Op: "stat", Path: name, Err: err}
	}
	if info.Mode&syscall.S_IFMT != syscall.S_IFREG || info.Size > mostInMemory {
		return &File{Size: info.Size, open: os.NewFile(uintptr(fd), name)}, nil
	}
	defer syscall.Close(fd)
	f := small(info.Size)
	if err := readFull(fd, f.room[:f.Size]); err != nil {
		return nil, errors.Join(fmt.Errorf("read file: %w", &os.PathError{Op: "read", Path: name, Err: err}), f.Close())
	}
	return f, nil
}

// again does what a signal interrupts once more.
func again(do func() error) error {
	for {
		if err := do(); err != syscall.EINTR {
			return err
		}
	}
}

func openFor(name string, flag int) (fd int, err error) {
	err = again(func() error {
		fd, err = syscall.Open(name, syscall.O_RDONLY|syscall.O_CLOEXEC|flag, 0)
		return err
	})
	return fd, err
}

// readFull fills p.
func readFull(fd int, p []byte) error {
	for len(p) > 0 {
		n := 0
		err := again(func() (err error) {
			n, err = syscall.Read(fd, p)
			return err
		})
		if err != nil {
			return err
		}
		if n == 0 {
			return io.ErrUnexpectedEOF
		}
		p = p[n:]
	}
	return nil
}
