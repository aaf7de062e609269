package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestExportShopConfirm exports a case of the shop's own code and a few of policies
// and runs them with pytest 4.6 under Python 2.7 and a newer one under 3.11. Both open
// cases and the one of the team's code are as they should be; one that is said to be
// fixed and is not fails under Python 3.
func TestExportShopConfirm(t *testing.T) {
	s := openShop(t)
	cases, dir := t.TempDir(), t.TempDir()
	old, err := filepath.Abs(filepath.Join("..", "..", "golden", "cases", "catalogue"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"mojibake-bafc1cc3", "lone-cr-a0a27f1e", "unicode-digits-b8018061"} {
		if err := os.CopyFS(filepath.Join(cases, "catalogue", name), os.DirFS(filepath.Join(old, name))); err != nil {
			t.Fatal(err)
		}
	}
	f, err := s.config.Feed("stock")
	if err != nil {
		t.Fatal(err)
	}
	// add is the command by which a file that a colleague sent becomes cases.
	delivery, err := filepath.Abs(filepath.Join(f.Source.URL, "hanko_digits.csv"))
	if err != nil {
		t.Fatal(err)
	}
	conf, err := filepath.Abs(filepath.Join(shopDir, "feedparity.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if code, out, talk := runIn(t, "golden", "add", "--config", conf, "--dir", cases, "--feed", "stock", delivery); code != statusDiverge || !strings.Contains(out, "unicode-digits") {
		t.Fatalf("golden add: %d\n%s%s", code, out, talk)
	}
	if code, out, talk := runIn(t, "golden", "export", "--config", conf, "--dir", cases, "--pytest", dir); code != 0 {
		t.Fatalf("golden export: %d\n%s%s", code, out, talk)
	}
	want := map[string]string{"py27": "4 passed", "py311": "4 xfailed"}
	for name, end := range want {
		out, err := pytest(t, name, dir)
		if err != nil || !strings.Contains(out, end) {
			t.Errorf("%s: %v, want %s\n%s", name, err, end, out)
		}
	}
	list := filepath.Join(dir, "cases.json")
	data, err := os.ReadFile(list)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(list, []byte(strings.Replace(string(data), `"state": "open"`, `"state": "fixed"`, 1)), 0o666); err != nil {
		t.Fatal(err)
	}
	if out, err := pytest(t, "py311", dir); err == nil || !regexp.MustCompile(`1 failed, 3 xfailed`).MatchString(out) || !strings.Contains(out, "py2 gave") {
		t.Errorf("a case said to be fixed passes: %v\n%s", err, out)
	}
}

// pytest runs exported tests where the shop's modules are found.
func pytest(t *testing.T, venv, dir string) (string, error) {
	t.Helper()
	python, err := filepath.Abs(filepath.Join("..", "..", ".cache", "shop", venv, "bin", "python"))
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), python, "-B", "-m", "pytest", "-q", "-rx", "-p", "no:cacheprovider", filepath.Join(dir, "test_feedparity.py"))
	cmd.Dir, cmd.Env = shopDir, []string{"LC_ALL=C.UTF-8", "PYTHONHASHSEED=0", "PATH=" + os.Getenv("PATH")}
	out, err := cmd.CombinedOutput()
	return string(out), err
}
