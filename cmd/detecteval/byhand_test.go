package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestByHand: what stands after a section's table is kept, and nothing else.
func TestByHand(t *testing.T) {
	const (
		older = "# Page\n\nIntro of old.\n\n## A\n\nProse of old.\n\n| a |\n|---|\n| 1 |\n\nBy hand:\n\n| b |\n|---|\n\n- and a list\n" +
			"\n## B\n\n| b |\n|---|\n\n## Gone\n\n| c |\n|---|\n\nHomeless.\n\n## Prose\n\nProse of old.\n\n## Last\n\n| d |\n|---|\n| 1 |\n\nThe end.\n"
		anew = "# Page\n\nIntro.\n\n## B\n\n| b |\n|---|\n| 2 |\n\n## A\n\nProse.\n\n| a |\n|---|\n\n## Prose\n\nProse.\n\n## Last\n\n| d |\n|---|\n"
		want = "# Page\n\nIntro.\n\n## B\n\n| b |\n|---|\n| 2 |\n\n## A\n\nProse.\n\n| a |\n|---|\n\nBy hand:\n\n| b |\n|---|\n\n- and a list\n" +
			"\n## Prose\n\nProse.\n\n## Last\n\n| d |\n|---|\n\nThe end.\n"
	)
	got, lost := withHand(anew, older)
	if got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	if fmt.Sprintf("%q", lost) != `["## Gone\n\nHomeless."]` {
		t.Errorf("lost: %q", lost)
	}
	if again, lost := withHand(anew, got); again != want || lost != nil {
		t.Errorf("the second time:\n%s\nlost: %q", again, lost)
	}
	if first, lost := withHand(anew, ""); first != anew || lost != nil {
		t.Errorf("the first time:\n%s\nlost: %q", first, lost)
	}
}

// TestByHandOfThePage: the page in docs has one text by hand, and comes out as it is.
func TestByHandOfThePage(t *testing.T) {
	data, err := os.ReadFile("../../docs/detection.md")
	if err != nil {
		t.Fatal(err)
	}
	whole, bare := string(data), string(data)
	for heading, text := range byHand(whole) {
		if heading != "Misses that the bytes do not allow to avoid" || !strings.HasPrefix(text, "Six more of `realx`") {
			t.Errorf("taken for written by hand, under %q: %s", heading, text)
		}
		bare = strings.Replace(bare, "\n"+text+"\n", "", 1)
	}
	if bare == whole || len(byHand(bare)) > 0 {
		t.Errorf("by hand: %q", byHand(bare))
	}
	if got, lost := withHand(bare, whole); got != whole || lost != nil {
		t.Errorf("got %d bytes of %d, lost %q", len(got), len(whole), lost)
	}
}

// TestPageEndsWithTables: no section of the page itself has anything after its table, so
// that nothing is taken for written by hand when it is written the next time.
func TestPageEndsWithTables(t *testing.T) {
	var files []file
	for i := range 2 * shownConfusions { // more kinds of misses than are shown
		files = append(files, file{path: "f", set: "csv", truth: fmt.Sprintf("cp%d", i), class: "1", data: []byte("a")})
	}
	results := make([]result, len(files))
	p := page{files: files, results: map[string][]result{ours: results}, detector: []string{ours}, history: map[bool][]result{true: results, false: results},
		speeds: []speed{{ours, "all, 2 KB", 1, 1}}, tallies: []*tally{{name: "spoiled"}}}
	p.out = filepath.Join(t.TempDir(), "page.md")
	for range 2 {
		if err := p.write(t.Output()); err != nil {
			t.Fatal(err)
		}
	}
	page, err := os.ReadFile(p.out)
	if err != nil {
		t.Fatal(err)
	}
	for heading, text := range byHand(string(page)) {
		t.Errorf("%q ends with %q", heading, text)
	}
	if n := strings.Count(string(page), nextSection); n != 11 || string(page) != string(p.render()) {
		t.Errorf("%d sections, %d bytes", n, len(page))
	}
}
