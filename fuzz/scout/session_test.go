package scout

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/fuzz/fuzztest"
	"github.com/feedparity/feedparity/fuzz/generator"
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/classify"
)

// marked diverges for one reason, which is an example of the classifier's.
func marked(t *testing.T) *generator.Trial {
	t.Helper()
	p, err := ingest.BuiltinPair("sig")
	if err != nil {
		t.Fatal(err)
	}
	generator.Undetected(&p)
	return &generator.Trial{Input: []byte("\xef\xbb\xbfsku,name\n1,b\n"), Pair: p}
}

// unknown reads text as nobody does of whom there is a case: what a fault is like is part of
// a signature.
func unknown(t *testing.T) *generator.Trial {
	t.Helper()
	trial := marked(t)
	trial.Pair.Py2.Codec, trial.Pair.Py3.Codec = "cp1250", "utf-8"
	trial.Input = []byte("sku,name\n1,caf\xe9\n2,b\n")
	return trial
}

// writingTo is a session whose cases are in a directory.
func writingTo(dir string) *session {
	s := newSession(fuzztest.News{}, true)
	s.cases = dir
	return s
}

func find(t *testing.T, s *session, trial *generator.Trial) []classify.Finding {
	t.Helper()
	found, err := s.find(t.Context(), trial)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// A signature is told of once, and never where our own cases have it.
func TestFindTellsWhatIsNew(t *testing.T) {
	s := newSession(fuzztest.News{}, true)
	if found := find(t, s, marked(t)); len(found) != 0 {
		t.Errorf("%s is in the catalogue", found[0].Signature)
	}
	for n := range 2 {
		if found := find(t, s, unknown(t)); len(found) != 1-n || n == 0 && found[0].Cause != classify.UndecodableBytes {
			t.Errorf("the input is met %d times before: %+v", n, found)
		}
	}
}

// What FuzzParity finds becomes a case of which another process knows, until it is fixed.
func TestFoundBecomesACase(t *testing.T) {
	dir := t.TempDir()
	s := writingTo(dir)
	found := find(t, s, unknown(t))
	if len(found) != 1 {
		t.Fatalf("%+v", found)
	}
	path, err := s.add(unknown(t), found[0].Signature)
	if err != nil {
		t.Fatal(err)
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(root, path)
	}
	name := filepath.Join(path, "case.yaml")
	text, err := os.ReadFile(name)
	if err != nil || !strings.Contains(string(text), "\nfeed: fuzz\n") || !strings.Contains(string(text), found[0].Signature) {
		t.Fatalf("%v\n%s", err, text)
	}
	if found := find(t, writingTo(dir), unknown(t)); len(found) != 0 {
		t.Errorf("%s has a case and is found again", found[0].Signature)
	}
	if err := os.WriteFile(name, bytes.Replace(text, []byte("\nstate: open\n"), []byte("\nstate: fixed\n"), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	if found := find(t, writingTo(dir), unknown(t)); len(found) != 1 {
		t.Error("what was fixed is not found again")
	}
	if path, err := s.add(marked(t), "no:such:signature"); err == nil || !strings.Contains(err.Error(), errNoCase.Error()) {
		t.Errorf("%q, %v", path, err)
	}
}

// A sort of divergence is explained the first time, and the sixteenth.
func TestWorth(t *testing.T) {
	paths, met := forgetful(), sorts{}
	asked := 0
	for range 17 {
		trial := unknown(t)
		res, err := paths.Run(t.Context(), trial, Fewest)
		if err != nil {
			t.Fatal(err)
		}
		if met.worth(&res, trial) {
			asked++
		}
	}
	if asked != 2 {
		t.Errorf("%d of 17 are explained", asked)
	}
	other := marked(t)
	res, err := paths.Run(t.Context(), other, Fewest)
	if err != nil || !met.worth(&res, other) {
		t.Errorf("one of another sort is not worth it, %v", err)
	}
}
