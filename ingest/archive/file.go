package archive

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"syscall"
)

// A File is a delivery in a file, open to be read as the Data of an ingest.Input. What is
// small has been read already, since engines read it more than once.
type File struct {
	Size int64 // bytes

	open *os.File            // nil where they are in memory
	room *[mostInMemory]byte // where, nil once closed
}

// mostInMemory is the size of a file that is read when it is opened.
const mostInMemory = 1 << 16

// rooms are those of files that were closed.
var rooms = sync.Pool{New: func() any { return new([mostInMemory]byte) }}

// OpenFile opens a delivery. The error is what opening or reading the file gives.
func OpenFile(name string) (*File, error) {
	// A regular file is never waited for. The flag says so and saves the four system calls
	// by which os.Open finds that out.
	open, err := os.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if errors.Is(err, syscall.EAGAIN) { // it is waited for after all: somebody has a lease on it
		open, err = os.Open(name)
	}
	if err != nil {
		return nil, err
	}
	info, err := open.Stat()
	if err != nil {
		open.Close()
		return nil, err
	}
	f := &File{Size: info.Size(), open: open}
	if !info.Mode().IsRegular() || f.Size > mostInMemory {
		return f, nil
	}
	defer open.Close()
	f.open, f.room = nil, rooms.Get().(*[mostInMemory]byte)
	if _, err := io.ReadFull(open, f.room[:f.Size]); err != nil {
		return nil, errors.Join(fmt.Errorf("read file: %w", err), f.Close())
	}
	return f, nil
}

// ReadAt implements io.ReaderAt.
func (f *File) ReadAt(p []byte, at int64) (int, error) {
	switch {
	case f.open != nil:
		return f.open.ReadAt(p, at)
	case f.room == nil:
		return 0, os.ErrClosed
	case at < 0:
		return 0, fmt.Errorf("read at byte %d: %w", at, os.ErrInvalid)
	}
	n := copy(p, f.room[min(at, f.Size):f.Size])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// Close closes the file, of which nothing can be read any more.
func (f *File) Close() error {
	if f.open != nil {
		return f.open.Close()
	}
	if f.room != nil {
		rooms.Put(f.room)
		f.room = nil
	}
	return nil
}
