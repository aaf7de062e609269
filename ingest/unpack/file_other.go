//go:build !unix

package unpack

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// OpenFile opens a delivery. The error is what opening or reading the file gives.
func OpenFile(name string) (*File, error) {
	open, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	info, err := open.Stat()
	if err != nil {
		open.Close()
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > mostInMemory {
		return &File{Size: info.Size(), open: open}, nil
	}
	defer open.Close()
	f := small(info.Size())
	if _, err := io.ReadFull(open, f.room[:f.Size]); err != nil {
		return nil, errors.Join(fmt.Errorf("read file: %w", err), f.Close())
	}
	return f, nil
}
