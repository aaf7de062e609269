//go:build unix

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestAccepted: what a rule accepts is told as accepted wherever it is told, and nobody gets
// a message of it until the acceptance is over: then it is new to all.
func TestAccepted(t *testing.T) {
	s, hook := newSite(t, ""), newChat(t)
	if err := os.Mkdir(filepath.Join(s.dir, "in"), 0o755); err != nil {
		t.Fatal(err)
	}
	night := func(n int, expires string) (out string, status int, text, heard string) {
		s.write("feedparity.yaml", fmt.Sprintf("notify: {webhook: %q}\naccept: [{cause: undecodable-bytes, owner: ops, reason: meant, expires: %s}]\nfeeds:\n  acme: {source: in, pair: latin1-utf8}\n", hook.URL, expires))
		s.write(fmt.Sprintf("in/stock_%d.csv", n), fmt.Sprintf("sku,name\n1,caf\xe9\n%d,x\n", n))
		out, status = s.ran()
		b, err := os.ReadFile(filepath.Join(s.dir, ".feedparity", "reports", fmt.Sprintf("run-%06d", n), "report.txt"))
		if err != nil {
			t.Fatal(err, out)
		}
		return out, status, string(b), hook.heard()
	}
	for n := 1; n <= 2; n++ {
		out, status, text, heard := night(n, "2099-01-01")
		if status != statusOK || heard != "" || !strings.Contains(out, "0 divergences new, 0 known, 1 accepted") || !strings.Contains(text, "0 new, 1 accepted)") || !strings.Contains(text, "1 accepted  ") {
			t.Errorf("accepted, night %d: %d, told %q\n%s\n%s", n, status, heard, out, text)
		}
		if !regexp.MustCompile(`(?m)^acme/stock_\d.csv +raw +.* diverge py3-fault accepted +undecodable-bytes`).MatchString(out) {
			t.Errorf("the table: %s", out)
		}
	}
	out, status, text, heard := night(3, "2020-01-01")
	if status != statusDiverge || !strings.Contains(heard, "feedparity: 1 new") || !strings.Contains(out, "1 divergence new, 0 known;") && !strings.Contains(out, "1 divergence new, 0 known\n") || !strings.Contains(text, "first: acme: py3-fault undecodable-bytes") {
		t.Errorf("over: %d, told %q\n%s\n%s", status, heard, out, text)
	}
	if out, status, _, heard := night(4, "2020-01-01"); status != statusOK || heard != "" {
		t.Errorf("known: %d, told %q\n%s", status, heard, out)
	}
}
