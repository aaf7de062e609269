package fuzztest

import (
	"testing"

	"github.com/feedparity/feedparity/corpus"
	"github.com/feedparity/feedparity/ingest/classify"
)

// The seeds show what they are there for: most can be drawn with their own pair.
func TestSeedsHaveTheirPair(t *testing.T) {
	lost := 0
	for _, d := range corpus.Feeds() {
		s, err := corpus.Open(d.Seed)
		if err != nil {
			t.Fatal(err)
		}
		if got := planned(s.Data, d.Feed.Pair, d.Charset, d.Dialect); len(got.Plan) == 0 {
			t.Logf("no plan for the feed %s", d.Feed.Name)
			lost++
		}
	}
	for _, e := range classify.Examples() {
		if got := planned([]byte(e.Input), e.Pair, "utf-8", nil); len(got.Plan) == 0 {
			t.Logf("no plan for %s", e.Why)
			lost++
		}
	}
	if all := len(corpus.Feeds()) + len(classify.Examples()); lost > all/4 {
		t.Errorf("%d of %d seeds have another pair than their own", lost, all)
	}
}
