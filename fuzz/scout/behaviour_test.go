package scout

import (
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest"
)

// TestDigest: strings that differ in any byte, in length or in order have digests of their
// own.
func TestDigest(t *testing.T) {
	seen := map[digest]string{}
	add := func(h digest, what string) {
		if was, twice := seen[h]; twice {
			t.Errorf("%q and %q have the same digest", was, what)
		}
		seen[h] = what
	}
	for n := range 40 {
		s := strings.Repeat("x", n)
		add(digest(0).put(s), s)
		for i := range n {
			other := s[:i] + "y" + s[i+1:]
			add(digest(0).put(other), other)
		}
		add(digest(0).put(s).put("x"), s+"+x")
		add(digest(0).put("x").put("y").put(s), "x+y+"+s)
	}
}

// TestDigestOfFault: numbers and what is quoted are no part of it.
func TestDigestOfFault(t *testing.T) {
	of := func(typ, message string) digest { return digest(0).fault(&ingest.Fault{Type: typ, Message: message}) }
	if of("E", "byte 0xe9 in 'a' at 12") != of("E", "byte 0xe in 'bc' at 7") {
		t.Error("numbers and what is quoted are told")
	}
	if of("E", "x\u06637") != of("E", "x") || of("E", "x\"y") != of("E", "x") {
		t.Error("numbers and what is quoted are told")
	}
	if of("E", "x") == of("F", "x") || of("E", "x") == of("E", "y") || of("E", "x") == of("E", "xé") || of("E", "x") == digest(0).fault(nil) {
		t.Error("exceptions are not told from each other")
	}
}

// TestFeatures looks at every byte, and at what stands around it, wherever it is.
func TestFeatures(t *testing.T) {
	slow := func(data []byte) int {
		mask := 0
		if strings.HasPrefix(string(data), "\ufeff") {
			mask |= featureBOM
		}
		for i := range string(data) {
			mask |= featureAt(data, i)
		}
		return mask
	}
	for _, s := range []string{"\u2028", "\u00a0", "\u0663", "\u0085", "\u00e9", "\ufeff", "\xe2\x80", "\r\n", "\r\r", "\r", "\U0001d7d8", "\xed\xa0\x80"} {
		for c := range 256 {
			for at := range 12 {
				data := []byte(strings.Repeat("x", at) + s + string([]byte{byte(c)}) + "abcdefgh"[at%8:])
				if got, want := features(data), slow(data); got != want {
					t.Fatalf("%q: %b, want %b", data, got, want)
				}
			}
		}
	}
	for c, want := range map[string]int{"\x00": featureNUL, "\"": featureQuote, "_": featureUnderscore, "\x1f": featureSeparator | featureSpace, "\r": featureCR, "\r\n": 0, "\u0663": featureDigit, "\u00e9": 0} {
		if got := features([]byte("abcdefghi" + c)); got != want {
			t.Errorf("%q: %b, want %b", c, got, want)
		}
	}
}
