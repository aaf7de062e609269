package pyword

import (
	"crypto/md5"
	_ "embed"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/interp/interptest"
)

//go:embed maketables.py
var source string

// recorded are digests of what each interpreter takes for a letter or a digit, so that
// machines without any judge by them: "3.6 digest" a line. TestAlnumConfirm -update
// writes them.
//
//go:embed testdata/recorded.txt
var recorded string

var update = flag.Bool("update", false, "write testdata/recorded.txt from the interpreters")

// ranges are all code points that Alnum is true of.
func ranges(py ingest.Python) (out [][2]rune) {
	for c := rune(0); c < 0x110000; c++ {
		switch {
		case !Alnum(py, c):
		case len(out) > 0 && out[len(out)-1][1] == c-1:
			out[len(out)-1][1] = c
		default:
			out = append(out, [2]rune{c, c})
		}
	}
	return out
}

func digestLine(py ingest.Python, of [][2]rune) string {
	return fmt.Sprintf("%s %.8x\n", py, md5.Sum(fmt.Append(nil, of)))
}

func TestAlnumRecorded(t *testing.T) {
	lines := slices.Collect(strings.Lines(recorded))
	if len(lines) != newest-oldest+1 {
		t.Errorf("%d versions are recorded, want %d", len(lines), newest-oldest+1)
	}
	for i, line := range lines {
		py := ingest.Python{Major: 3, Minor: oldest + i}
		if got := digestLine(py, ranges(py)); got != line {
			t.Errorf("letters and digits of %s are not what python had: digest %q, recorded %q", py, got, line)
		}
	}
}

func TestNearestVersion(t *testing.T) {
	const ofUnicode16 = 0x1c89
	for _, c := range []struct {
		minor int
		want  bool
	}{{2, false}, {13, false}, {14, true}, {15, true}} {
		if got := Alnum(ingest.Python{Major: 3, Minor: c.minor}, ofUnicode16); got != c.want {
			t.Errorf("U+1C89 in 3.%d: %t, want %t", c.minor, got, c.want)
		}
	}
}

// TestAlnumConfirm asks every interpreter of every code point, both by str.isalnum()
// and by a pattern.
func TestAlnumConfirm(t *testing.T) {
	var lines strings.Builder
	interptest.Each(t, func(t *testing.T, p *interp.Process) {
		if p.Interpreter.Version.Path() == ingest.Py2 {
			t.Skip("the words of Python 2's patterns are ASCII")
		}
		if err := p.Load(t.Context(), "words", source); err != nil {
			t.Fatal(err)
		}
		model := ranges(p.Interpreter.Version)
		alnum := python(t, p, "words.alnum")
		lines.WriteString(digestLine(p.Interpreter.Version, alnum))
		mismatches := differ(t, "isalnum()", model, alnum)
		underscore, _ := slices.BinarySearchFunc(model, '_', func(r [2]rune, c rune) int { return int(r[0] - c) })
		mismatches += differ(t, `\w`, slices.Insert(model, underscore, [2]rune{'_', '_'}), python(t, p, "words.words"))
		interptest.Record(t, "word", p, 2*0x110000, mismatches)
	})
	if !*update {
		return
	}
	if strings.Count(lines.String(), "\n") != newest-oldest+1 {
		t.Fatalf("not every version is here, nothing written: %s", lines.String())
	}
	if err := os.WriteFile("testdata/recorded.txt", []byte(lines.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// python returns the ranges that a function of maketables.py finds.
func python(t *testing.T, p *interp.Process, function string) (out [][2]rune) {
	t.Helper()
	answer, err := p.Call(t.Context(), function, nil)
	if err == nil {
		err = json.Unmarshal(answer, &out)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// differ counts the ranges that only one side has.
func differ(t *testing.T, what string, got, want [][2]rune) (n int) {
	t.Helper()
	for i, sides := range [][2][][2]rune{{got, want}, {want, got}} {
		for _, r := range sides[0] {
			if !slices.Contains(sides[1], r) {
				if n++; n < 10 {
					t.Errorf("mismatch: %s of U+%04X to U+%04X is a range only to %s", what, r[0], r[1], []string{"the model", "python"}[i])
				}
			}
		}
	}
	return n
}
