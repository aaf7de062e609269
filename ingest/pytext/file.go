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

func (f *file) atEnd() bool { return f.at >= f.size || f.err != nil }

// peek returns up to n bytes from where reading stands, without moving on.
func (f *file) peek(n int) []byte {
	at := f.at
	p := make([]byte, n)
	p = p[:f.read(p)]
	f.at = at
	return p
}
