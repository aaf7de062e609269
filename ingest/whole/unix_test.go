//go:build unix

package whole_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/feedparity/feedparity/ingest/whole"
)

// TestPermissions: a new file has those that the umask leaves, one that is replaced keeps
// its own.
func TestPermissions(t *testing.T) {
	old := syscall.Umask(0o027)
	defer syscall.Umask(old)
	name := filepath.Join(t.TempDir(), "a.csv")
	mode := func(want fs.FileMode) {
		t.Helper()
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != want {
			t.Errorf("%v, %v, want %v", info.Mode(), err, want)
		}
	}
	put(t, name, "a")
	mode(0o640)
	if err := os.Chmod(name, 0o664); err != nil {
		t.Fatal(err)
	}
	put(t, name, "b")
	mode(0o664)
	f, err := whole.Create(name, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Commit(); err != nil {
		t.Fatal(err)
	}
	mode(0o600)
}

// TestPipe: what is no regular file is written into, and is there afterwards.
func TestPipe(t *testing.T) {
	dir := t.TempDir()
	pipe, link := filepath.Join(dir, "pipe"), filepath.Join(dir, "link")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("pipe", link); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{pipe, link} {
		got := make(chan string)
		go func() {
			text, err := os.ReadFile(pipe)
			if err != nil {
				text = []byte(err.Error())
			}
			got <- string(text)
		}()
		put(t, name, "text")
		if text := <-got; text != "text" {
			t.Errorf("%s: read %q", name, text)
		}
		if info, err := os.Stat(name); err != nil || info.Mode()&fs.ModeNamedPipe == 0 {
			t.Errorf("%s is no pipe any more: %v, %v", name, info.Mode(), err)
		}
	}
}
