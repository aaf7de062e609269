package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
)

// TestExportGoTest runs the test for go test as a shop would, in a module of its own
// that needs nothing but the standard library and the command: a case said to be fixed
// that is not fails, and nothing else does. The command on PATH is this test binary.
func TestExportGoTest(t *testing.T) {
	dir := t.TempDir()
	cases, module := filepath.Join(dir, "cases"), filepath.Join(dir, "module")
	if err := os.CopyFS(cases, os.DirFS(filepath.Join("..", "..", "golden", "cases"))); err != nil {
		t.Fatal(err)
	}
	broken := filepath.Join(cases, "catalogue", "lone-cr-a0a27f1e", "case.yaml")
	data, err := os.ReadFile(broken)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(broken, bytes.Replace(data, []byte("state: open"), []byte("state: fixed"), 1), 0o666); err != nil {
		t.Fatal(err)
	}
	if code, out, talk := runIn(t, "golden", "export", "--dir", cases, "--gotest", module); code != 0 {
		t.Fatalf("golden export: %d\n%s%s", code, out, talk)
	}
	if err := os.WriteFile(filepath.Join(module, "go.mod"), []byte("module example.com/shop\n\ngo 1.24\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	run := exec.CommandContext(t.Context(), "go", "test", "-count=1", "-v", ".")
	run.Dir, run.Env = module, append(os.Environ(), "GOFLAGS=-mod=mod", "GOPROXY=off", "GOWORK=off")
	out, err := run.CombinedOutput()
	failed := regexp.MustCompile(`(?m)^    --- FAIL: (\S+)`).FindAllSubmatch(out, -1)
	if err == nil || len(failed) != 1 || !bytes.Contains(failed[0][1], []byte("catalogue/lone-cr")) || !bytes.Contains(out, []byte("regressed: row ")) {
		t.Errorf("%v: %q failed, want catalogue/lone-cr alone\n%s", err, failed, out)
	}
	if passed := bytes.Count(out, []byte("    --- PASS: ")); passed < 30 {
		t.Errorf("%d cases passed", passed)
	}
}
