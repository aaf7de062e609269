//go:build unix

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestNormalizeInto: a pipe is written into and stays one, verified or not.
func TestNormalizeInto(t *testing.T) {
	dir := t.TempDir()
	in, pipe := filepath.Join(dir, "in.csv"), filepath.Join(dir, "pipe")
	if err := os.WriteFile(in, []byte("a,b\r\n1,2\r\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, more := range [][]string{nil, {"--verify"}} {
		got := make(chan string)
		go func() {
			text, err := os.ReadFile(pipe)
			if err != nil {
				text = []byte(err.Error())
			}
			got <- string(text)
		}()
		var out, say bytes.Buffer
		status := run(t.Context(), append([]string{"normalize", "-o", pipe, in}, more...), streams{nil, &out, &say})
		if text := <-got; status != statusOK || text != "a,b\n1,2\n" {
			t.Errorf("%v: status %d, %q, %s", more, status, text, say.String())
		}
	}
	if all, err := os.ReadDir(dir); err != nil || len(all) != 2 {
		t.Errorf("%v, %v", all, err)
	}
}

// TestNormalizeFull: where standard output takes no more, the error says so, and the
// status is not that of a wrong file.
func TestNormalizeFull(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("no /dev/full here: ", err)
	}
	defer full.Close()
	for _, rows := range []int{3, 100_000} {
		in := filepath.Join(t.TempDir(), "in.csv")
		if err := os.WriteFile(in, []byte(strings.Repeat("a,b\n", rows)), 0o644); err != nil {
			t.Fatal(err)
		}
		for _, more := range [][]string{nil, {"--verify"}} {
			var say bytes.Buffer
			status := run(t.Context(), append([]string{"normalize", in}, more...), streams{nil, full, &say})
			if want := "feedparity: write standard output: no space left on device\n"; status != statusIncomplete || !strings.Contains(say.String(), want) {
				t.Errorf("%d rows, %v: status %d, %q", rows, more, status, say.String())
			}
		}
	}
}
