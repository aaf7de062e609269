//go:build unix

package main

import (
	"regexp"
	"strings"
	"testing"
)

// TestAgain: a delivery with the bytes of an earlier one is shown with the verdict of then,
// and counts where any divergence does, known or not; but what rules may accept, which cannot
// be told of it any more, does not.
func TestAgain(t *testing.T) {
	s := newSite(t, "")
	const feeds = "feeds:\n  acme: {source: in, pair: latin1-utf8}\n"
	s.write("feedparity.yaml", feeds)
	s.in("a_1.csv", "sku,name\n1,caf\xe9\n")
	if out, status := s.ran(); status != statusDiverge {
		t.Fatalf("%d\n%s", status, out)
	}
	for i, step := range []struct {
		fail, accept string
		want         int
	}{{"any", "", statusDiverge}, {"silent", "", statusOK}, {"new", "", statusOK}, {"open", "", statusOK}, {"never", "", statusOK},
		{"any", "accept: [{cause: undecodable-bytes, owner: ops, reason: meant}]\n", statusOK}, {"any", "accept: [{cause: undecodable-bytes, feed: other, owner: ops, reason: meant}]\n", statusDiverge}} {
		s.write("feedparity.yaml", step.accept+feeds)
		s.in("a_"+string(rune('2'+i))+".csv", "sku,name\n1,caf\xe9\n")
		out, status := s.ran("--fail-on", step.fail)
		if status != step.want || !regexp.MustCompile(`(?m)^acme/a_\d.csv +raw +iso8859-1 +latin1-utf8 +diverge py3-fault +- +-$`).MatchString(out) || !strings.Contains(out, "0 divergences new, 1 known") {
			t.Errorf("%d: --fail-on %s %s: %d, want %d\n%s", i, step.fail, step.accept, status, step.want, out)
		}
	}
}
