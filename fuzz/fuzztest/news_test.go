package fuzztest

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/feedparity/feedparity/ingest"
)

func TestNewsListsALineEach(t *testing.T) {
	n := News{Findings: filepath.Join(t.TempDir(), "findings")}
	for range 2 {
		if err := n.List("undecodable-bytes:iso8859-1/utf-8", ingest.Py3Fault, []byte("caf\xe9\n")); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(n.Findings)
	want := "undecodable-bytes:iso8859-1/utf-8\tpy3-fault\t\"caf\\xe9\\n\"\n"
	if err != nil || string(got) != want+want {
		t.Errorf("%q, %v", got, err)
	}
}

// Two workers that find different things at the same moment tell of one.
func TestFirst(t *testing.T) {
	n := News{Claim: filepath.Join(t.TempDir(), "claim")}
	if !n.First() || n.First() {
		t.Error("the first is not the only one")
	}
	for range 2 {
		if !(News{}).First() {
			t.Error("there is nobody else, and it is not the first")
		}
	}
}

func TestModes(t *testing.T) {
	for mode, want := range map[string]News{"": {}, "list": {Listing: true}, "go-on": {Listing: true, GoingOn: true}} {
		t.Setenv(EnvMode, mode)
		if got, err := ReadNews(); got != want || err != nil {
			t.Errorf("%q: %+v, %v", mode, got, err)
		} else if got.First() == got.GoingOn {
			t.Errorf("%q: to fail is %t", mode, got.First())
		}
	}
	t.Setenv(EnvMode, "lsit")
	if _, err := ReadNews(); err == nil {
		t.Error("a mode that there is not is taken")
	}
}
