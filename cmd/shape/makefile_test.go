package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestMakefileRunsTests: where a target runs some tests of a package by their names, the
// package has such tests. go test is content with none.
func TestMakefileRunsTests(t *testing.T) {
	root := filepath.Join("..", "..")
	found := 0
	for _, file := range []string{"Makefile", filepath.Join(".ci", "s3", "run")} {
		text, err := os.ReadFile(filepath.Join(root, file))
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range strings.Split(string(text), "\n") {
			run := regexp.MustCompile(`-run ('[^']+'|\S+)(.*)`).FindStringSubmatch(line)
			if run == nil {
				continue
			}
			pattern := strings.ReplaceAll(strings.Trim(run[1], "'"), "$$", "$")
			if pattern == "^$" {
				continue // benchmarks
			}
			for _, pkg := range regexp.MustCompile(`\./[a-z/0-9]+`).FindAllString(run[2], -1) {
				found++
				if !declares(t, filepath.Join(root, pkg), regexp.MustCompile(pattern)) {
					t.Errorf("%s: no test of %s is called %s", file, pkg, pattern)
				}
			}
		}
	}
	if found < 6 {
		t.Errorf("%d packages with patterns are read", found)
	}
}
