package secret

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestSecretIsNeverPrinted(t *testing.T) {
	s := New("hunter2")
	held := struct{ P Secret }{s}
	marshalled, err := json.Marshal(held)
	if err != nil {
		t.Fatal(err)
	}
	shown := []string{string(marshalled), s.String(), fmt.Sprint(held), fmt.Sprint(&held)}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
		shown = append(shown, fmt.Sprintf(verb, s), fmt.Sprintf(verb, held))
	}
	for _, text := range shown {
		if strings.Contains(text, "hunter2") || strings.Contains(text, "68756e7465723") || !strings.Contains(text, redacted) {
			t.Errorf("printed as %s", text)
		}
	}
	if s.Reveal() != "hunter2" {
		t.Error("the value is lost")
	}
}

func TestRead(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	t.Setenv("FP_TEST_SET", "a b")
	t.Setenv("FP_TEST_EMPTY", "")
	tests := []struct {
		name string
		ref  Ref
		want string
		err  string
	}{
		{"none", Ref{}, "", ""},
		{"environment", Ref{Env: "FP_TEST_SET"}, "a b", ""},
		{"unset", Ref{Env: "FP_TEST_UNSET"}, "", "read password: environment variable FP_TEST_UNSET is not set"},
		{"empty", Ref{Env: "FP_TEST_EMPTY"}, "", "read password: environment variable FP_TEST_EMPTY is empty"},
		{"file", Ref{File: file("a", " s3cret \n")}, " s3cret ", ""},
		{"file of Windows", Ref{File: file("b", "s3cret\r\n")}, "s3cret", ""},
		{"second line", Ref{File: file("c", "s3cret\nDELE x\n")}, "", "holds more than one line"},
		{"empty file", Ref{File: file("d", "\n")}, "", "is empty"},
		{"no file", Ref{File: filepath.Join(dir, "none")}, "", "no such file"},
		{"large file", Ref{File: file("e", strings.Repeat("x", maxFile+1))}, "", "larger than"},
		{"a directory", Ref{File: dir}, "", "is a directory"},
	}
	for _, tt := range tests {
		s, err := tt.ref.Read(t.Context())
		if s.Reveal() != tt.want || (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
			t.Errorf("%s: %q, %v; want %q, %q", tt.name, s.Reveal(), err, tt.want, tt.err)
		}
		if err != nil && strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: the error shows the secret", tt.name)
		}
	}
}

func TestOutput(t *testing.T) {
	ctx := context.Background()
	if out, err := Output(ctx, t.TempDir(), "go version"); err != nil || !strings.HasPrefix(out, "go version") {
		t.Errorf("%q, %v", out, err)
	}
	for _, bad := range []string{"", "no-such-command-here x", "go no-such-verb", "true"} {
		if out, err := Output(ctx, ".", bad); err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: %q, %v; want an error of one line", bad, out, err)
		}
	}
}

// TestOutputEnds: a command that hangs, on a file system that is away or asking somebody, ends,
// and so does one whose child keeps its output: a sweep that waits for it holds the lock.
func TestOutputEnds(t *testing.T) {
	saved := longest
	longest = 100 * time.Millisecond
	defer func() { longest = saved }()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "leaves"), []byte("#!/bin/sh\nsleep 30 &\necho r1\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	for command, want := range map[string]string{"sleep 30": "not done after 100ms", "./leaves": ""} {
		out, err := Output(t.Context(), dir, command)
		if want != "" && (err == nil || !strings.Contains(err.Error(), want)) || want == "" && out != "r1" {
			t.Errorf("%s: %q, %v", command, out, err)
		}
	}
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("it took %v", took)
	}
}
