package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/golden"
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/parity"
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

// caseOf is the case of a feed's worst finding in a delivery.
func (s *shop) caseOf(t *testing.T, feed, data string) *golden.Case {
	t.Helper()
	f, err := s.config.Feed(feed)
	if err != nil {
		t.Fatal(err)
	}
	d := parity.Delivery{Feed: feed, Name: feed + ".csv", Data: strings.NewReader(data), Size: int64(len(data)), Pair: f.Pair, Calls: f.Calls, Compare: f.Compare}
	v := s.line.View(t.Context(), d, ingest.Raw)
	defer v.Close()
	if len(v.Findings) == 0 {
		t.Fatalf("%s: no finding: %s", feed, explainView(v))
	}
	// Minimising and scrubbing take seconds, and are not what is looked at.
	return &golden.Case{
		Version: golden.Version, Feed: feed, Signature: v.Findings[0].Signature, Cause: string(v.Findings[0].Cause), Severity: v.Findings[0].Severity,
		State: golden.Open, View: ingest.Raw, Pair: f.Pair.Name, Py2: v.Py2, Py3: v.Py3, Compare: v.Compare, Filename: d.Name, Input: []byte(data),
		Calls: [2]string{f.Calls[ingest.Py2].Function, f.Calls[ingest.Py3].Function},
	}
}

// TestPatchShopConfirm exports what settles a case of the shop's price book, applies it
// to a copy of the shop with a tool that knows nothing of us, and replays the case there:
// it agrees now. Of a case for which nothing is certain the reason is given.
func TestPatchShopConfirm(t *testing.T) {
	s := openShop(t)
	from, err := filepath.Abs(shopDir)
	if err != nil {
		t.Fatal(err)
	}
	shop := filepath.Join(t.TempDir(), "shop")
	if err := os.CopyFS(shop, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	conf := filepath.Join(shop, "feedparity.yaml")
	data, err := os.ReadFile(conf)
	if err != nil {
		t.Fatal(err)
	}
	root := filepath.Join(from, "..", "..", "..")
	if err := os.WriteFile(conf, []byte(strings.ReplaceAll(string(data), "../../../", root+"/")), 0o666); err != nil {
		t.Fatal(err)
	}
	cases, patches := t.TempDir(), t.TempDir()
	store := golden.NewStore(cases)
	for feed, data := range map[string]string{"prices": "sku,valid_from,price,name\nA,2026-11-22,1,\x80\n", "stock": "\ufeffsku,warehouse,qty\nA,B,1\n"} {
		if _, _, err := store.Write(s.caseOf(t, feed, data)); err != nil {
			t.Fatal(err)
		}
	}
	code, out, talk := runIn(t, "golden", "export", "--config", conf, "--dir", cases, "--patch", patches)
	if code != 0 || !strings.Contains(out, "shop/prices.py:33 encoding='latin-1'") || !strings.Contains(talk, "shop/compat.py:9: encoding= is no literal there") {
		t.Fatalf("golden export: %d\n%s%s", code, out, talk)
	}
	found, err := filepath.Glob(filepath.Join(patches, "prices", "mojibake-*.patch"))
	if err != nil || len(found) != 1 {
		t.Fatalf("%v, %v", found, err)
	}
	apply := exec.CommandContext(t.Context(), "patch", "-p1", "-i", found[0])
	if _, err := exec.LookPath("patch"); err != nil {
		apply = exec.CommandContext(t.Context(), "git", "apply", found[0])
	}
	apply.Dir = shop
	if out, err := apply.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	mojibake := filepath.Join(cases, "prices", strings.TrimSuffix(filepath.Base(found[0]), ".patch"))
	if code, out, talk := runIn(t, "golden", "replay", "--config", conf, mojibake); code != 0 || !strings.Contains(out, "now agrees") {
		t.Errorf("after the patch: %d\n%s%s", code, out, talk)
	}
}
