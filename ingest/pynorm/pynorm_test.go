package pynorm

import "testing"

// toy is a Unicode of a few characters: a with grave, ring or both, and a mark below.
var toy = Data{
	Decompose: func(dst []rune, c rune) []rune {
		switch c {
		case 'à':
			return append(dst, 'a', 0x300)
		case 'å':
			return append(dst, 'a', 0x30A)
		}
		return append(dst, c)
	},
	Class: func(c rune) int { return map[rune]int{0x300: 230, 0x30A: 230, 0x328: 202}[c] },
	Pair: func(a, b rune) (rune, bool) {
		c, ok := map[[2]rune]rune{{'a', 0x300}: 'à', {'a', 0x30A}: 'å', {'a', 0x328}: 'ą'}[[2]rune{a, b}]
		return c, ok
	},
	Leads: func(c rune) bool { return c == 'a' },
}

func TestNormalForms(t *testing.T) {
	for _, r := range []struct{ why, in, decomposed, composed string }{
		{"nothing", "", "", ""},
		{"no marks", "xyz", "xyz", "xyz"},
		{"apart and together", "à", "a\u0300", "à"},
		{"marks in the order of their classes", "a\u0300\u0328", "a\u0328\u0300", "ą\u0300"},
		{"equals keep theirs, and the second is blocked", "a\u0300\u030a", "a\u0300\u030a", "à\u030a"},
		{"a letter ends it", "ax\u0300", "ax\u0300", "ax\u0300"},
		{"a mark alone", "\u0300a", "\u0300a", "\u0300a"},
		{"a syllable of two", "가", "\u1100\u1161", "가"},
		{"of three", "각", "\u1100\u1161\u11a8", "각"},
		{"and a final that follows one", "가\u11a8", "\u1100\u1161\u11a8", "각"},
		{"which does not follow two", "각\u11a8", "\u1100\u1161\u11a8\u11a8", "각\u11a8"},
		{"the last syllable", "힣", "\u1112\u1175\u11c2", "힣"},
		{"no syllable", "\u1112\u11a8\u1161", "\u1112\u11a8\u1161", "\u1112\u11a8\u1161"},
	} {
		apart := Decompose([]rune(r.in), &toy)
		if string(apart) != r.decomposed {
			t.Errorf("%s: %+q is %+q, want %+q", r.why, r.in, string(apart), r.decomposed)
		}
		if got := string(Compose(apart, &toy)); got != r.composed {
			t.Errorf("%s: %+q composes to %+q, want %+q", r.why, string(apart), got, r.composed)
		}
	}
}
