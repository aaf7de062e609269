//go:build unix

package main

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// Opening a named pipe to which nobody writes never returns, and no signal ends it.
func TestNamedPipeIsRefusedUnopened(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "stock.csv")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"check", pipe}, {"detect", pipe}, {"ingest", "--as", "py3", pipe}, {"normalize", "-o", filepath.Join(t.TempDir(), "out"), pipe},
	} {
		code, out, talk := runIn(t, args...)
		if code != statusUsage || out != "" || !strings.Contains(talk, `stock.csv": is a pipe, not a file`) || !strings.Contains(talk, "hint: write what it gives to a file") {
			t.Errorf("%v: status %d, printed %q and %q", args, code, out, talk)
		}
	}
}
