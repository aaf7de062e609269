package pytext

import (
	"fmt"
	"io"
)

// file reads the input in order. Its error is our own failure and final.
type file struct {
	in   io.ReaderAt
	size int64
	at   int64
	err  error

	ahead []byte // what readAhead has read and not returned
	room  []byte // and where it is
}

// restart begins again on another input. Fields are set one by one, here and in cutter:
// to copy a struct just made in pieces makes the processor wait.
func (f *file) restart(in io.ReaderAt, size int64) {
	f.in, f.size, f.at, f.err, f.ahead = in, size, 0, nil, nil
}

// aheadSize is a multiple of all chunks that Python reads.
const aheadSize = 1 << 16

// readAhead returns the next n bytes, as read does, in memory that the following
// call may overwrite. It reads more of the input at once than Python does, which
// nobody can see who reads by readAhead alone.
func (f *file) readAhead(n int) []byte {
	if len(f.ahead) < n && f.at < f.size {
		if want := min(aheadSize, f.size-f.at); int64(cap(f.room)) < want {
			f.room = make([]byte, want)
		}
		f.room = f.room[:cap(f.room)]
		kept := copy(f.room, f.ahead)
		f.ahead = f.room[:kept+f.read(f.room[kept:])]
	}
	chunk := f.ahead[:min(n, len(f.ahead))]
	f.ahead = f.ahead[len(chunk):]
	return chunk
}

// read fills p as a buffered Python file does: short only at the end of the file.
func (f *file) read(p []byte) int {
	want := int(min(int64(len(p)), f.size-f.at))
	if want <= 0 || f.err != nil {
		return 0
	}
	n, err := f.in.ReadAt(p[:want], f.at)
	f.at += int64(n)
	if n == want {
		return n // io.EOF with the last bytes is no failure
	}
	if err == nil || err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	f.err = fmt.Errorf("read input at byte %d: %w", f.at, err)
	return n
}

func (f *file) readAll() []byte {
	p := make([]byte, f.size-f.at)
	return p[:f.read(p)]
}

// over reports whether readAhead has returned all that there is.
func (f *file) over() bool { return len(f.ahead) == 0 && f.atEnd() }

func (f *file) atEnd() bool { return f.at >= f.size || f.err != nil }

// peek returns up to n bytes from where reading stands, without moving on.
func (f *file) peek(n int) []byte {
	at := f.at
	p := make([]byte, n)
	p = p[:f.read(p)]
	f.at = at
	return p
}
