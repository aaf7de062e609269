package main

import (
	"fmt"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"testing"
)

const sample = `package p

import "fmt"

func f(a, b int) string {
	if a < b && !g {
		a = 1
	}
	switch a {
	case 'x':
		return "word"
	}
	state = inField
	fmt.Println(true)
	return ""
}
`

func TestMutants(t *testing.T) {
	ms, err := mutants("p.go", []byte(sample))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range ms {
		got = append(got, m.was+" -> "+m.with)
		if _, err := parser.ParseFile(token.NewFileSet(), "p.go", m.apply(), 0); err != nil {
			t.Errorf("%s: %v", m, err)
		}
	}
	want := []string{
		"< -> <=", "&& -> ||", "! -> ", "a = 1 -> ", "1 -> 2", "case 'x':... -> ", "'x' -> 'y'", `"word" -> "wosd"`,
		"state = inField -> ", "inField -> inQuotedField", "fmt.Println(true) -> ", "true -> false",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

func TestMutantIsNamedByPlace(t *testing.T) {
	ms, err := mutants("p.go", []byte(sample))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := ms[0].String(), "p.go:6:7: < -> <= in: if a < b && !g {"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestShuffleIsTheSameForASeed(t *testing.T) {
	ms, err := mutants("p.go", []byte(sample))
	if err != nil {
		t.Fatal(err)
	}
	place := func(seed uint64) []int {
		var out []int
		for _, m := range shuffle(ms, seed) {
			out = append(out, m.from)
		}
		return out
	}
	if !slices.Equal(place(1), place(1)) {
		t.Error("two orders for one seed")
	}
	if slices.Equal(place(1), place(2)) {
		t.Error("one order for two seeds")
	}
}

// TestUnchangedAreStillThere keeps the list of equivalent mutants from outliving the code.
func TestUnchangedAreStillThere(t *testing.T) {
	for _, u := range unchanged {
		ms, err := collect(filepath.Join("..", ".."), []string{u.file})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(ms, func(m mutant) bool { return m.text == u.line && m.was == u.was && m.nth == u.nth }) {
			t.Errorf("%s has no line %q with %q any more", u.file, u.line, u.was)
		}
	}
}

// TestTargets: by default all are judged, of a directory its files, and files of the
// state machine's package where no other is named.
func TestTargets(t *testing.T) {
	for _, c := range []struct {
		o     options
		files []string
		want  string
	}{
		{options{}, []string{"machine.go"}, "[{ingest/pycsv [machine.go] 60}]"},
		{options{dir: "ingest/pycell/"}, nil, "[{ingest/pycell [versions.go tables.go] 60}]"},
		{options{dir: "ingest/pycodec"}, []string{"bom.go"}, "[{ingest/pycodec [bom.go] 60}]"},
		{options{}, nil, fmt.Sprint(targets)},
	} {
		if got := fmt.Sprint(c.o.targets(c.files)); got != c.want {
			t.Errorf("of %q %q: %s, want %s", c.o.dir, c.files, got, c.want)
		}
	}
	for _, target := range targets {
		for _, file := range target.files {
			ms, err := collect(filepath.Join("..", "..", target.dir), []string{file})
			if err != nil || len(ms) == 0 {
				t.Errorf("%s/%s has %d mutants (%v)", target.dir, file, len(ms), err)
			}
		}
	}
}
