package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestSecurityPage: each claim of docs/security.md names a test that is there.
func TestSecurityPage(t *testing.T) {
	root := filepath.Join("..", "..")
	page, err := os.ReadFile(filepath.Join(root, "docs", "security.md"))
	if err != nil {
		t.Fatal(err)
	}
	claims := 0
	for _, line := range strings.Split(string(page), "\n") {
		cells := strings.Split(line, " | ")
		if len(cells) != 3 || strings.HasPrefix(line, "| it could") || strings.HasPrefix(line, "| he could") {
			continue
		}
		claims++
		named := regexp.MustCompile("`([a-z/]+) (Test[A-Za-z0-9]+)`").FindAllStringSubmatch(cells[2], -1)
		if len(named) == 0 {
			t.Errorf("no test shows: %s", cells[0])
		}
		for _, n := range named {
			if !declares(t, filepath.Join(root, n[1]), regexp.MustCompile("^"+n[2]+"$")) {
				t.Errorf("%s has no test %s", n[1], n[2])
			}
		}
	}
	if claims < 10 {
		t.Errorf("%d claims are read", claims)
	}
}

// declares reports whether a package has a test whose name matches a pattern.
func declares(t *testing.T, dir string, pattern *regexp.Regexp) bool {
	files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range regexp.MustCompile(`(?m)^func (Test\w*)\(`).FindAllSubmatch(src, -1) {
			if pattern.Match(f[1]) {
				return true
			}
		}
	}
	return false
}
