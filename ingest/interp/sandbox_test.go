package interp

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest"
)

// tree lists what a directory holds.
func tree(t *testing.T, dir string) string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(dir, path)
		text := ""
		switch d.Type() {
		case 0:
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			text = string(data)
		case fs.ModeSymlink:
			text, err = os.Readlink(path)
		}
		out = append(out, fmt.Sprintf("%s %v %q", rel, d.Type(), text))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(out, "\n")
}

// A call may put anything in the place of anything.
func TestSandboxRestoresOtherKinds(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "var")
	path := func(name string) string { return filepath.Join(dir, name) }
	for name, text := range map[string]string{"sub/deep/a": "a", "file": "f"} {
		if err := errors.Join(os.MkdirAll(filepath.Dir(path(name)), 0o755), os.WriteFile(path(name), []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("file", path("link")); err != nil {
		t.Fatal(err)
	}
	var boxes sandboxes
	defer boxes.close()
	b, err := boxes.get(dir)
	if err != nil {
		t.Fatal(err)
	}
	before := tree(t, dir)
	makes := map[string]func(string) error{
		"file": func(p string) error { return os.WriteFile(p, []byte("new"), 0o644) },
		"directory": func(p string) error {
			return errors.Join(os.Mkdir(p, 0o755), os.WriteFile(filepath.Join(p, "b"), nil, 0o644))
		},
		"link": func(p string) error { return os.Symlink("/nowhere", p) },
		"socket": func(p string) error {
			l, err := net.ListenUnix("unix", &net.UnixAddr{Name: p, Net: "unix"})
			if err != nil {
				return err
			}
			l.SetUnlinkOnClose(false)
			return l.Close()
		},
	}
	for _, name := range []string{"sub", "sub/deep", "file", "link", "new"} {
		for kind, makeOne := range makes {
			err := errors.Join(b.save(), os.RemoveAll(path(name)), makeOne(path(name)), b.restore())
			if after := tree(t, dir); err != nil || after != before {
				t.Fatalf("%s made a %s: %v, the directory is\n%s\nit was\n%s", name, kind, err, after, before)
			}
		}
	}
}

// Who gives up while another has the directory was cancelled; nothing failed.
func TestCancelledClaim(t *testing.T) {
	dir := t.TempDir()
	l, err := lock(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	e := NewEngine(Options{})
	defer e.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = e.Ingest(ctx, ingest.Input{Call: &ingest.Call{Version: ingest.Python313, Effects: ingest.Effects{Sandbox: []string{dir}}}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// Rows that cannot be read again are no end of the rows.
func TestSpooledReadError(t *testing.T) {
	o := ingest.Outcome{Rows: []ingest.Row{{Value: ingest.Text("a")}}}
	rows, err := spool(o.Stream())
	if err != nil {
		t.Fatal(err)
	}
	rows.Close()
	if _, ok := rows.Next(); ok {
		t.Fatal("read a row of a closed file")
	}
	if _, err := rows.Fault(); err == nil {
		t.Error("no error")
	}
}
