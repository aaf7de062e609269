//go:build unix

package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestReportFilesRefused: a file that cannot be written is said before anything is fetched.
func TestReportFilesRefused(t *testing.T) {
	s := newSite(t, "")
	if err := os.Mkdir(filepath.Join(s.dir, "dir"), 0o755); err != nil {
		t.Fatal(err)
	}
	s.write("file", "")
	for args, want := range map[string]string{
		"--metrics nowhere/x.prom": "read --metrics: ", "--junit nowhere/x.xml": "read --junit: ", "--metrics dir": "read --metrics: create dir: is a directory", "--junit file/x.xml": "read --junit: ",
	} {
		out, status := s.ran(strings.Fields(args)...)
		if status != statusUsage || !strings.Contains(out, "feedparity: "+want) || !strings.Contains(out, "hint: its directory must be there, and one that you may write to; nothing was swept") {
			t.Errorf("%s: %d\n%s", args, status, out)
		}
	}
	if n := s.ftp.Count("USER"); n != 0 {
		t.Errorf("%d logins", n)
	}
	if left, err := filepath.Glob(filepath.Join(s.dir, "dir", "*")); err != nil || len(left) > 0 {
		t.Errorf("%v, %q", err, left)
	}
}

// TestReportFilesLost: one that cannot be written after all costs nobody the morning report,
// the other files, or the status.
func TestReportFilesLost(t *testing.T) {
	for _, lost := range []string{"metrics", "reports"} {
		s := newSite(t, "")
		hook := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { // after the run, before the files
			if lost == "metrics" {
				if err := os.RemoveAll(filepath.Join(s.dir, lost)); err != nil {
					t.Error(err)
				}
			}
		}))
		defer hook.Close()
		s.write("feedparity.yaml", fmt.Sprintf("reports: reports\nnotify: {webhook: %q}\nfeeds:\n  acme: {source: in, pair: latin1-utf8}\n", hook.URL))
		if err := os.Mkdir(filepath.Join(s.dir, "metrics"), 0o755); err != nil {
			t.Fatal(err)
		}
		if lost == "reports" { // of which files are written while others are told
			s.write("reports", "a file where their directory is to be")
		}
		s.in("a.csv", "sku,name\n1,caf\xe9\n")
		out, status := s.ran("--metrics", "metrics/x.prom", "--junit", "x.xml")
		if status != statusIncomplete || !strings.Contains(out, "first: acme: py3-fault undecodable-bytes") || !strings.Contains(out, "1 divergence new") || !strings.Contains(out, "feedparity: write report: ") ||
			!strings.Contains(out, `hint: the sweep itself is done; "feedparity report" has its report, and writes these files (--junit, --metrics)`) {
			t.Errorf("%s: %d\n%s", lost, status, out)
		}
		made := map[string]bool{}
		for _, name := range []string{"x.xml", "metrics/x.prom", "reports/run-000001/report.json"} {
			_, err := os.Stat(filepath.Join(s.dir, name))
			made[name] = err == nil
		}
		if !made["x.xml"] || made["metrics/x.prom"] == (lost == "metrics") || made["reports/run-000001/report.json"] == (lost == "reports") {
			t.Errorf("%s: %v", lost, made)
		}
	}
}
