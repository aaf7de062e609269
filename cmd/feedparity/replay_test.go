package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestReplayRefuses: a list that is not as it was printed, on the file that it is of, is
// refused before anything is written.
func TestReplayRefuses(t *testing.T) {
	dir := t.TempDir()
	in, out, list, made := filepath.Join(dir, "in.csv"), filepath.Join(dir, "out.csv"), filepath.Join(dir, "list"), filepath.Join(dir, "made")
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write(in, "a,b\r\n1,\x00\x00\r\n3,4\r\n")
	code, edits, talk := runIn(t, "normalize", "--json", "-o", out, in)
	lines := strings.SplitAfter(edits, "\n")
	if code != statusOK || len(lines) != 6 || strings.Count(lines[4], `"kind":"end","edits":4,`) != 1 {
		t.Fatalf("status %d, %q, %s", code, lines, talk)
	}
	for _, c := range []struct {
		name, list, want string
	}{
		{"as printed", edits, ""},
		{"with a line of another file", lines[0] + strings.Replace(lines[1], "in.csv", "on.csv", 1) + strings.Join(lines[2:], ""), "is missing"},
		{"no end", strings.Join(lines[:4], ""), "is missing"},
		{"the first alone", lines[0], "is missing"},
		{"half a line", edits[:len(edits)-9], "unexpected EOF"},
		{"an edit less", strings.Join(lines[1:], ""), "there are 3 of 4"},
		{"an edit twice", lines[0] + edits, "there are 5 of 4"},
		{"another order", lines[1] + lines[0] + strings.Join(lines[2:], ""), "before the one above it"},
		{"another change", strings.Replace(edits, `"after":"0a"`, `"after":"0a0a"`, 1), "edit at byte|not what was recorded"},
		{"another original", strings.Replace(edits, `"before":"0d0a"`, `"before":"0d0d"`, 1), "found 0d 0a, want 0d 0d|not what was recorded"},
		{"another length", strings.Replace(edits, `"length":2`, `"length":3`, 1), "is of 3 bytes and has 2"},
		{"no hexadecimal", strings.Replace(edits, `"before":"0d0a"`, `"before":"0d0x"`, 1), "invalid byte"},
		{"a line of text", "in.csv: 5 edits\n" + edits, "line 1: "},
		{"a list", "[]\n" + edits, "line 1: "},
		{"nothing", "", "is missing"},
	} {
		write(list, c.list)
		for _, to := range []struct{ verb, file, gives string }{{"--apply", in, out}, {"--revert", out, in}} {
			code, _, talk := runIn(t, "normalize", to.verb, list, "-o", made, to.file)
			got, err := os.ReadFile(made)
			if c.want == "" {
				if want, werr := os.ReadFile(to.gives); code != statusOK || err != nil || werr != nil || string(got) != string(want) {
					t.Errorf("%s, %s: status %d, %q, %v, %v, %s", c.name, to.verb, code, got, err, werr, talk)
				}
				os.Remove(made)
				continue
			}
			told := false
			for _, want := range strings.Split(c.want, "|") {
				told = told || strings.Contains(talk, want)
			}
			if code != statusUsage || !told || !os.IsNotExist(err) {
				t.Errorf("%s, %s: status %d, %v, %s", c.name, to.verb, code, err, talk)
			}
		}
	}
}
