package whole_test

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/feedparity/feedparity/ingest/whole"
)

// put writes a text to a file, which is then committed.
func put(t *testing.T, name, text string) {
	t.Helper()
	if err := whole.Write(name, func(w io.Writer) error { _, err := io.WriteString(w, text); return err }); err != nil {
		t.Fatal(err)
	}
}

// holds compares what a file holds, and that nothing else than some files is in its
// directory.
func holds(t *testing.T, name, text string, files int) {
	t.Helper()
	got, err := os.ReadFile(name)
	if err != nil || string(got) != text {
		t.Errorf("%s: %q, %v, want %q", name, got, err, text)
	}
	if all, err := os.ReadDir(filepath.Dir(name)); err != nil || len(all) != files {
		t.Errorf("%v, %v, want %d files", all, err, files)
	}
}

// TestReplace: a file is replaced, and who has the old one open still reads that.
func TestReplace(t *testing.T) {
	name := filepath.Join(t.TempDir(), "a.csv")
	put(t, name, "old")
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	put(t, name, "new")
	holds(t, name, "new", 1)
	if old, err := io.ReadAll(f); err != nil || string(old) != "old" {
		t.Errorf("%q, %v", old, err)
	}
}

// TestLinks: a link stays and what it leads to is replaced, or made.
func TestLinks(t *testing.T) {
	dir, other := t.TempDir(), t.TempDir()
	target := filepath.Join(other, "a.csv")
	link, second := filepath.Join(dir, "link"), filepath.Join(dir, "second")
	if err := errors.Join(os.Symlink(target, link), os.Symlink("link", second)); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"first", "then"} {
		put(t, second, text)
		holds(t, target, text, 1)
		for _, l := range []string{link, second} {
			if info, err := os.Lstat(l); err != nil || info.Mode()&fs.ModeSymlink == 0 {
				t.Errorf("%s is no link any more: %v, %v", l, info, err)
			}
		}
	}
	circle := filepath.Join(dir, "circle")
	if err := os.Symlink("circle", circle); err != nil {
		t.Fatal(err)
	}
	if f, err := whole.Create(circle, 0o666); err == nil {
		f.Abandon()
		t.Error("a circle of links is written to")
	}
}

// TestNothingLeft: whatever goes wrong, the old file stays and nothing lies beside it.
func TestNothingLeft(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "a.csv")
	put(t, name, "old")
	f, err := whole.Create(name, 0o666)
	if err != nil {
		t.Fatal(err)
	}
	f.Abandon()
	f.Abandon()
	holds(t, name, "old", 1)

	sub := filepath.Join(dir, "sub")
	if f, err = whole.Create(sub, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(sub, "x"), 0o755); err != nil { // meanwhile
		t.Fatal(err)
	}
	var path *fs.PathError
	if err := f.Commit(); !errors.As(err, &path) || path.Path != sub {
		t.Errorf("%v", err)
	}
	holds(t, name, "old", 2)
	if _, err := whole.Create(sub, 0o666); !errors.Is(err, whole.ErrDirectory) {
		t.Errorf("%v", err)
	}
	if _, err := whole.Create(filepath.Join(dir, "no", "where"), 0o666); !errors.Is(err, fs.ErrNotExist) || !errors.As(err, &path) || path.Path != filepath.Join(dir, "no", "where") {
		t.Errorf("%v", err)
	}
	holds(t, name, "old", 2)
}
