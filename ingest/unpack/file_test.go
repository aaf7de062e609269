package unpack

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// TestOpenFile: a file reads the same whether it is small enough to be in memory or not.
func TestOpenFile(t *testing.T) {
	for _, size := range []int{0, 1, 100, mostInMemory, mostInMemory + 1} {
		want := bytes.Repeat([]byte("ab,c\n"), size/5+1)[:size]
		name := filepath.Join(t.TempDir(), "f.csv")
		if err := os.WriteFile(name, want, 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := OpenFile(name)
		if err != nil || f.Size != int64(size) || (f.open == nil) != (size <= mostInMemory) {
			t.Fatalf("%d bytes: %+v, %v", size, f, err)
		}
		got, err := io.ReadAll(io.NewSectionReader(f, 0, f.Size+10))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%d bytes: %d read, %v", size, len(got), err)
		}
		for _, at := range []int64{0, f.Size, f.Size + 7} {
			if n, err := f.ReadAt(make([]byte, size+1), at); int64(n) != f.Size-min(at, f.Size) || err != io.EOF {
				t.Errorf("%d bytes, at %d: %d, %v", size, at, n, err)
			}
		}
		if n, err := f.ReadAt(make([]byte, 1), -1); n != 0 || err == nil {
			t.Errorf("%d bytes, before the first: %d, %v", size, n, err)
		}
		for range 2 {
			f.Close()
			if n, err := f.ReadAt(make([]byte, 1), 0); n != 0 || !errors.Is(err, os.ErrClosed) {
				t.Errorf("%d bytes, closed: %d, %v", size, n, err)
			}
		}
	}
	if _, err := OpenFile(filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}
