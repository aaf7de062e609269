package fuzztest

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// The environment of the targets that look for divergences.
const (
	EnvMode     = "FEEDPARITY_FUZZ"          // "list": what has a cause is listed and does not fail; "go-on": nor does what has none
	EnvCases    = "FEEDPARITY_FUZZ_CASES"    // where golden cases are written
	EnvFindings = "FEEDPARITY_FUZZ_FINDINGS" // the file that lists them, a line each
)

// MaxRaw bounds a delivery: the engine mutates ever longer ones, and length is not what
// makes paths diverge.
const MaxRaw = 1 << 16

// Fuzzing reports whether the engine runs, or the seeds alone.
func Fuzzing() bool { return flag.Lookup("test.fuzz").Value.String() != "" }

// Worker reports whether this is one of the engine's processes, children of the one
// that was started.
func Worker() bool {
	f := flag.Lookup("test.fuzzworker")
	return f != nil && f.Value.String() == "true"
}

// News is where a target tells what it found: in a list, or by failing once.
type News struct {
	Listing  bool
	GoingOn  bool   // nothing fails: the engine is measured
	Findings string // the list
	Claim    string // the file that the first to fail makes, "" where nobody else can
}

// ReadNews reads the environment; the claim is the caller's to set.
func ReadNews() (News, error) {
	n := News{Findings: os.Getenv(EnvFindings)}
	switch mode := os.Getenv(EnvMode); mode {
	case "":
	case "list":
		n.Listing = true
	case "go-on":
		n.Listing, n.GoingOn = true, true
	default:
		return n, fmt.Errorf("%s=%q: want list or go-on, or nothing", EnvMode, mode)
	}
	return n, nil
}

// NewNews reads the environment of a target.
func NewNews(f *testing.F) News {
	f.Helper()
	n, err := ReadNews()
	if err != nil {
		f.Fatal(err)
	}
	if name := func(pid int) string { return filepath.Join(os.TempDir(), fmt.Sprintf("feedparity-fuzz-%d", pid)) }; Worker() {
		n.Claim = name(os.Getppid())
	} else {
		f.Cleanup(func() { os.Remove(name(os.Getpid())) })
	}
	return n
}

// List notes a finding that has a cause. Lines are appended whole, so that the engine's
// workers can share the file.
func (n News) List(signature string, severity fmt.Stringer, input []byte) (err error) {
	if n.Findings == "" {
		return nil
	}
	out, err := os.OpenFile(n.Findings, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o666)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	_, err = fmt.Fprintf(out, "%s\t%s\t%q\n", signature, severity, input[:min(len(input), 200)])
	return err
}

// First reports whether to fail, for no other worker has: the engine ends with the first
// failure and shows no second, whose case would be left lying about.
func (n News) First() bool {
	if n.GoingOn {
		return false
	}
	if n.Claim == "" {
		return true
	}
	f, err := os.OpenFile(n.Claim, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
	if err == nil {
		f.Close()
	}
	return err == nil
}
