package unpack

import (
	"fmt"
	"io"
	"os"
	"sync"
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

// small is a file of a size in memory, which has to be read into it.
func small(size int64) *File {
	return &File{Size: size, room: rooms.Get().(*[mostInMemory]byte)}
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
