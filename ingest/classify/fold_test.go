package classify

import "testing"

// What differs in case alone is equal, by whichever Python's rules one was made of the other.
func TestFold(t *testing.T) {
	for _, pair := range [][2]string{
		{"Straße", "STRASSE"}, {"İ", "i"}, {"İ", "i\u0307"}, {"ΑΣ", "ας"}, {"ﬁx", "FIX"}, {"ǆ", "ǅ"}, {"ŉ", "ʼN"}, {"sku", "SKU"}, {"K", "k"}, {"\u1e9e", "ss"}, {"caf\xe9", "CAF\xe9"},
	} {
		if fold(pair[0]) != fold(pair[1]) {
			t.Errorf("%q is folded to %q, %q to %q", pair[0], fold(pair[0]), pair[1], fold(pair[1]))
		}
	}
	for _, pair := range [][2]string{{"a", "b"}, {"é", "e"}, {"ß", "s"}, {"\xed\xa0\xbd", "\xed\xa0\xbe"}, {"\xff", "\xfe"}} {
		if fold(pair[0]) == fold(pair[1]) {
			t.Errorf("%q and %q are folded to %q", pair[0], pair[1], fold(pair[0]))
		}
	}
}
