package golden

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest/embedded"
	"github.com/feedparity/feedparity/ingest/parity"
)

// TestVary asks of the catalogue's cases what their inputs may be instead.
func TestVary(t *testing.T) {
	line := &parity.Line{Engine: embedded.New()}
	for cause, want := range map[string]string{
		"mojibake":          "0-1 80, 82-84, 86-8c, 8e, 91-9c, 9e-9f",
		"underscore-digits": "0-4 ; 4-5 digits; 5-6 ; 6-7 digits",
		"unicode-digits":    "0-4 ; 4-7 digits of other scripts",
		"case-mapping":      "0-2 a sharp s",
		"nul-byte":          "0-1 ",
		"lone-cr":           "0-1 ; 1-2 digits, upper-case letters, lower-case letters, 01-09, 0b-0c, 0e-2f, 3a-40, 5b-60, 7b-7f",
	} {
		c := caseOf(t, cause)
		free, err := Vary(t.Context(), line, c)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range free {
			got = append(got, fmt.Sprintf("%d-%d %s", f.Start, f.End, strings.Join(f.Holds, ", ")))
		}
		if s := strings.Join(got, "; "); s != want {
			t.Errorf("%s, %q: %s, want %s", cause, c.Input, s, want)
		}
	}
	large, called := *caseOf(t, "mojibake"), *caseOf(t, "mojibake")
	large.Input = make([]byte, maxVaried+1)
	called.Calls = [2]string{"m:f", "m:f"}
	for _, c := range []*Case{&large, &called} {
		if free, err := Vary(t.Context(), line, c); err == nil {
			t.Errorf("%v", free)
		}
	}
	done, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Vary(done, line, caseOf(t, "mojibake")); err == nil {
		t.Error("a cancelled one finds something")
	}
}

func TestDescribeBytes(t *testing.T) {
	var set [256]bool
	for b := range set {
		set[b] = b >= '0' && b <= 'Z' || b == 'x' || b >= 0xFE
	}
	if got, want := strings.Join(describeBytes(set), ", "), "digits, upper-case letters, 3a-40, 78, fe-ff"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
