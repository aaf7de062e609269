package golden

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/interp/interptest"
)

func TestOpeningWith(t *testing.T) {
	for _, tt := range []struct{ source, name, value, want string }{
		{"f = open(p, encoding='cp1252')", "encoding", "latin-1", "f = open(p, encoding='latin-1')"},
		{"f = open(p)", "newline", "", "f = open(p, newline='')"},
		{"f = open(p, 'r', -1, \"cp1252\")", "encoding", "utf-8", "f = open(p, 'r', -1, 'utf-8')"},
		{"f = open(\n    p,\n    encoding=None,\n)", "newline", "", "f = open(\n    p,\n    encoding=None, newline='',\n)"},
		{"f = open(p,)", "newline", "", "f = open(p, newline='',)"},
		{"import io as i\nwith i.open(name(p, 'x'), errors='strict') as f: pass", "errors", "replace", "import io as i\nwith i.open(name(p, 'x'), errors='replace') as f: pass"},
		{"from codecs import open\nf = open(p, 'r', 'ascii')", "encoding", "cp1252", "from codecs import open\nf = open(p, 'r', 'cp1252')"},
		{"\ufefff = open(p)  # ü", "encoding", "utf-8", "\ufefff = open(p, encoding='utf-8')  # ü"},
		{"rows = list(csv.reader(open(p)))", "encoding", "utf-8", "rows = list(csv.reader(open(p, encoding='utf-8')))"},
		{"import codecs\nf = codecs.open(p)", "newline", "", "error: codecs.open() has no newline="},
		{"f = open(p, encoding=CODEC)", "encoding", "utf-8", "error: encoding= is no literal there"},
		{"f = open(p, **how)", "encoding", "utf-8", "error: its arguments are unpacked with *"},
		{"f, g = open(p), open(q)", "encoding", "utf-8", "error: 2 calls open a file in that statement"},
		{"f = helper.open_csv(p)", "encoding", "utf-8", "error: no open(), io.open() or codecs.open() stands there as a plain call"},
		{"f = Path(p).open()", "encoding", "utf-8", "error: no open(), io.open() or codecs.open() stands there as a plain call"},
	} {
		lines := strings.Count(tt.source, "\n") + 1
		if strings.Contains(tt.source, "(\n") {
			lines = 1 // the line that Python gives a call is its first
		}
		o, err := findOpening([]byte(tt.source), lines)
		var got []byte
		if err == nil {
			got, err = o.with(tt.name, tt.value)
		}
		if err != nil {
			got = []byte("error: " + err.Error())
		}
		if string(got) != tt.want {
			t.Errorf("%q, %s=%q: %q, want %q", tt.source, tt.name, tt.value, got, tt.want)
		}
	}
}

// applied applies the hunk of a unified diff, whose context must be there.
func applied(was, diff []byte) ([]byte, error) {
	_, hunk, ok := bytes.Cut(diff, []byte("@@ -"))
	head, hunk, cut := bytes.Cut(hunk, []byte("\n"))
	var from, n, to, m int
	if got, _ := fmt.Sscanf(string(head), "%d,%d +%d,%d @@", &from, &n, &to, &m); got != 4 || !ok || !cut {
		return nil, fmt.Errorf("head %q", head)
	}
	lines := splitLines(was)
	out := lines[:max(0, from-1):max(0, from-1)]
	at := max(0, from-1)
	lacking := []byte("\n\\ No newline at end of file\n")
	var marked [][]byte
	for _, l := range splitLines(bytes.ReplaceAll(hunk, lacking, []byte("\x00\n"))) {
		marked = append(marked, bytes.Replace(l, []byte("\x00\n"), nil, 1))
	}
	for _, l := range marked {
		if mark, text := l[0], l[1:]; mark == '+' {
			out, m = append(out, text), m-1
		} else {
			if at >= len(lines) || !bytes.Equal(lines[at], text) {
				return nil, fmt.Errorf("line %d is not %q", at+1, text)
			}
			if at, n = at+1, n-1; mark == ' ' {
				out, m = append(out, text), m-1
			}
		}
	}
	if n != 0 || m != 0 {
		return nil, fmt.Errorf("the head %q counts wrong", head)
	}
	return bytes.Join(append(out, lines[at:]...), nil), nil
}

func TestUnified(t *testing.T) {
	for _, tt := range [][2]string{
		{"a\nb\nc\nd\ne\nf\ng\nh\n", "a\nb\nc\nd\nE\nf\ng\nh\n"}, {"a\n", "b\n"}, {"a", "b"}, {"a\r\nb\r\n", "a\r\nB\r\n"},
		{"a\nb\n", "a\nb\nc\n"}, {"a\nb", "a\nB"}, {"", "a\n"}, {"f(\n a,\n)\n", "f(\n a,\nb=1)\n"},
	} {
		diff := unified("m.py", []byte(tt[0]), []byte(tt[1]))
		if got, err := applied([]byte(tt[0]), diff); err != nil || string(got) != tt[1] {
			t.Errorf("%q to %q: %q, %v\n%s", tt[0], tt[1], got, err, diff)
		}
	}
	want := "--- a/m.py\n+++ b/m.py\n@@ -2,7 +2,7 @@\n b\n c\n d\n-e\n+E\n f\n g\n h\n"
	if got := unified("m.py", []byte("a\nb\nc\nd\ne\nf\ng\nh\ni\n"), []byte("a\nb\nc\nd\nE\nf\ng\nh\ni\n")); string(got) != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// importer is a module of a team's, of which both Pythons run what is theirs.
const importer = `import csv
import sys


def rows(path):
    if sys.version_info[0] == 2:
        with open(path, 'rb') as f:
            for row in csv.reader(f):
                yield [cell.decode('iso8859-15') for cell in row]
    else:
        with open(path, encoding='cp1252'%s) as f:
            for row in csv.reader(f):
                yield row
`

// TestPatchOfConfirm patches a module and runs what came of it: the paths agree then,
// and without the patch they did not.
func TestPatchOfConfirm(t *testing.T) {
	done := false
	interptest.Pairs(t, func(t *testing.T, pair [2]*interp.Process) {
		if done {
			return // what is looked at is our own doing: one Python 3 is enough
		}
		done = true
		eng := interp.NewEngine(interp.Options{})
		defer eng.Close()
		for _, tt := range patches {
			tt.check(t, eng, pair)
		}
	})
}

// patchTest is a module with something added to how it opens, and a delivery.
type patchTest struct{ why, added, input, want string }

var patches = []patchTest{
	{"a codec", ", newline=''", "caf\x9b,1\n", "encoding='latin-1'"},
	{"both", "", "\"caf\x9b\r\nb\",1\r\n", "encoding='latin-1', newline=''"},
	{"nothing of the kind", ", newline=''", "a\rb,1\n", "importer.py:11: no encoding=, newline= or errors= of that call makes the paths agree"},
	{"no divergence", "", "a,1\n", "its paths agree now"},
}

func (tt patchTest) check(t *testing.T, eng ingest.Engine, pair [2]*interp.Process) {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "importer.py")
	if err := os.WriteFile(file, fmt.Appendf(nil, importer, tt.added), 0o666); err != nil {
		t.Fatal(err)
	}
	c := *caseOf(t, "mojibake")
	c.Input, c.Calls = []byte(tt.input), [2]string{"importer:rows", "importer:rows"}
	var calls [2]*ingest.Call
	for p, python := range pair {
		calls[p] = &ingest.Call{Function: "importer:rows", Python: python.Interpreter.Path, Version: python.Interpreter.Version, Dir: dir}
	}
	p, err := PatchOf(t.Context(), eng, &c, calls)
	if err != nil {
		if none := (*NoPatch)(nil); !errors.As(err, &none) || err.Error() != tt.want {
			t.Errorf("%s: %v, want %s", tt.why, err, tt.want)
		}
		return
	}
	source, err := os.ReadFile(file)
	if err != nil || p.Change != tt.want || p.File != "importer.py" || p.Line != 11 {
		t.Errorf("%s: %+v, %v, want %s", tt.why, p, err, tt.want)
	}
	if source, err = applied(source, p.Diff); err != nil {
		t.Fatalf("%s: %v\n%s", tt.why, err, p.Diff)
	}
	mended := t.TempDir() // a running process has the module as it was
	if err := os.WriteFile(filepath.Join(mended, "importer.py"), source, 0o666); err != nil {
		t.Fatal(err)
	}
	for _, call := range calls {
		call.Dir = mended
	}
	if got := Replay(t.Context(), eng, &c, ReplayOptions{Calls: calls}); got.Status != NowAgrees || got.Compared.Result.Verdict != ingest.Parity {
		t.Errorf("%s: %+v after the patch\n%s", tt.why, got, source)
	}
}
