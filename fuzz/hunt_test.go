package fuzz

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/feedparity/feedparity/fuzz/fuzztest"
	"github.com/feedparity/feedparity/fuzz/generator"
	"github.com/feedparity/feedparity/golden"
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/classify"
)

// latin1AsUTF8 diverges for one reason.
func latin1AsUTF8() generator.Trial {
	p, err := ingest.BuiltinPair("latin1-utf8")
	if err != nil {
		panic(err)
	}
	return generator.Trial{Input: []byte("sku,name\n1,b\n2,caf\xe9\n3,c\n"), Pair: p}
}

func hunt(t *testing.T, h *Hunter, tr generator.Trial) []Prey {
	t.Helper()
	prey, err := h.Hunt(t.Context(), tr)
	if err != nil {
		t.Fatal(err)
	}
	return prey
}

func hunter(t *testing.T, stores ...*golden.Store) *Hunter {
	t.Helper()
	h, err := NewHunter(stores...)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestHuntFindsASignatureOnce(t *testing.T) {
	h := hunter(t)
	prey := hunt(t, h, latin1AsUTF8())
	if len(prey) != 1 || prey[0].Cause != classify.UndecodableBytes {
		t.Fatalf("%+v", prey)
	}
	if again := hunt(t, h, latin1AsUTF8()); len(again) != 0 {
		t.Errorf("found again: %s", again[0].Signature)
	}
}

// A case of any feed makes its signature known, and a case is what a prey becomes.
func TestHuntKnowsTheStores(t *testing.T) {
	c, err := hunt(t, hunter(t), latin1AsUTF8())[0].Case(t.Context(), golden.Judge{})
	if err != nil {
		t.Fatal(err)
	}
	// Scrubbed, it is another letter of Latin-1.
	if c.Feed != Feed || len(c.Input) > 3 || !bytes.ContainsFunc(c.Input, func(r rune) bool { return r == utf8.RuneError }) {
		t.Errorf("feed %q, input %q", c.Feed, c.Input)
	}
	c.Feed = "acme"
	store := golden.NewStore(t.TempDir())
	if _, _, err := store.Write(c); err != nil {
		t.Fatal(err)
	}
	if prey := hunt(t, hunter(t, golden.NewStore(filepath.Join(t.TempDir(), "none")), store), latin1AsUTF8()); len(prey) != 0 {
		t.Errorf("%s is known from feed acme", prey[0].Signature)
	}
}

func TestHuntPassesOverDictOrder(t *testing.T) {
	p := generator.NewPair(generator.NewChoices(nil))
	p.Py2.Reader, p.Py3.Reader = ingest.DictReader, ingest.DictReader
	if prey := hunt(t, hunter(t), generator.Trial{Input: []byte("sku,name,qty,price,ean,brand\n1,2,3,4,5,6\n"), Pair: p}); len(prey) != 0 {
		t.Errorf("%s is for information", prey[0].Signature)
	}
}

func TestHuntReportsABrokenHarness(t *testing.T) {
	p := generator.NewPair(generator.NewChoices(nil))
	p.Py2.Codec = "hex" // which Python 2 decodes with, and no model
	if _, err := hunter(t).Hunt(t.Context(), generator.Trial{Input: []byte("a\n"), Pair: p}); err == nil {
		t.Error("a codec without a model was run")
	}
}

func TestSessionWritesTheCaseOnce(t *testing.T) {
	dir := t.TempDir()
	first := &session{hunter: hunter(t), cases: golden.NewStore(dir)}
	message, err := first.write(hunt(t, first.hunter, latin1AsUTF8())[0])
	if err != nil {
		t.Fatal(err)
	}
	found, err := golden.NewStore(dir).List()
	if err != nil || len(found) != 1 || found[0].Err != nil {
		t.Fatalf("%+v, %v", found, err)
	}
	if want := "go run ./cmd/feedparity repro " + found[0].Path; !strings.Contains(message, want) {
		t.Errorf("the failure does not say %q: %s", want, message)
	}
	if c := found[0].Case; c.FoundBy != "fuzz" || c.State != golden.Open {
		t.Errorf("found by %q, %s", c.FoundBy, c.State)
	}
	// Another worker that meets the same, and has read the signatures before.
	second := &session{hunter: hunter(t), cases: golden.NewStore(dir)}
	if message, err := second.write(hunt(t, second.hunter, latin1AsUTF8())[0]); message != "" || err != nil {
		t.Errorf("failed again with %q, %v", message, err)
	}
}

// Two workers that find different things at the same moment leave one case: that
// of the failure that is shown.
func TestSecondWorkerLeavesNoCase(t *testing.T) {
	dir := t.TempDir()
	claim := filepath.Join(t.TempDir(), "claim")
	marked := latin1AsUTF8()
	marked.Input = []byte("\xef\xbb\xbfa\n")
	marked.Pair.Py3.Codec = "utf-8-sig"
	for i, tr := range []generator.Trial{latin1AsUTF8(), marked} {
		s := &session{hunter: hunter(t), cases: golden.NewStore(dir), News: fuzztest.News{Claim: claim}}
		message, err := s.write(hunt(t, s.hunter, tr)[0])
		if err != nil || (message == "") != (i == 1) {
			t.Errorf("worker %d: %q, %v", i, message, err)
		}
	}
	if found, err := golden.NewStore(dir).List(); err != nil || len(found) != 1 {
		t.Errorf("%d cases, %v", len(found), err)
	}
}

func TestReproCommand(t *testing.T) {
	if got, want := reproCommand(filepath.Join("../golden/cases", "fuzz", "x")), "go run ./cmd/feedparity repro golden/cases/fuzz/x"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestHuntOfFeed: another feed's case says nothing of this feed, a fixed one that the
// signature is news; what a hunt has told of stays told when feeds take turns.
func TestHuntOfFeed(t *testing.T) {
	store := golden.NewStore(t.TempDir())
	prey := hunt(t, hunter(t), latin1AsUTF8())
	c, err := prey[0].Case(t.Context(), golden.Judge{})
	if err != nil {
		t.Fatal(err)
	}
	c.Feed = "acme"
	if _, _, err := store.Write(c); err != nil {
		t.Fatal(err)
	}
	of := func(h *Hunter, feed string) { h.Of(feed, [2]*ingest.Call{}, nil, nil, ingest.Comparison{}) }
	h := hunter(t, store)
	if !h.Knows(c.Signature) {
		t.Error("a case is not known")
	}
	for i, feed := range []string{"acme", "hanse", "hanse", "acme"} {
		of(h, feed)
		if got := hunt(t, h, latin1AsUTF8()); len(got) != map[int]int{1: 1}[i] {
			t.Errorf("%d, %s: %d found", i, feed, len(got))
		}
	}
	c.State = golden.Fixed
	if err := store.Update(c); err != nil {
		t.Fatal(err)
	}
	h = hunter(t, store)
	of(h, "acme")
	if got := hunt(t, h, latin1AsUTF8()); len(got) != 1 {
		t.Errorf("of a fixed case: %d found", len(got))
	}
}
