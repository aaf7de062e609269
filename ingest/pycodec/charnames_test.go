package pycodec

import (
	"fmt"
	"hash/crc32"
	"maps"
	"slices"
	"strings"
	"testing"
)

// namesTable is part of decodeTable: names of characters.
var namesTable = []decodeRow{
	{"a name in any case", "unicode_escape", "strict", `\N{BULLET}\N{bullet}\N{Latin Small Letter E with Acute}`, "••é", same, nil},
	{"beyond the BMP", "unicode_escape", "strict", `\N{LINEAR B SYLLABLE B008 A}`, "\U00010000", same, nil},
	{"no such name", "unicode_escape", "strict", `ab\N{BULLETS}c`, `!UnicodeDecodeError: 'unicodeescape' codec can't decode bytes in position 2-12: unknown Unicode character name`, same, nil},
	{"one space too many", "unicode_escape", "replace", `\N{BULLET }`, "\ufffd", same, nil},
	{"no name", "unicode_escape", "strict", `a\N{}`, `!UnicodeDecodeError: 'unicodeescape' codec can't decode bytes in position 1-3: malformed \N character escape`, same, nil},
	{"no name ignored: a brace is left", "unicode_escape", "ignore", `a\N{}`, "a}", same, nil},
	{"no brace", "unicode_escape", "strict", `a\NBULLET`, `!UnicodeDecodeError: 'unicodeescape' codec can't decode bytes in position 1-2: malformed \N character escape`, same, nil},
	{"never closed", "unicode_escape", "strict", `a\N{BULLET`, `!UnicodeDecodeError: 'unicodeescape' codec can't decode bytes in position 1-9: malformed \N character escape`, same, nil},
	{"a byte that is no ASCII", "unicode_escape", "backslashreplace", "\\N{\xe9}", "!TypeError: don't know how to handle UnicodeDecodeError in error callback", `\x5c\x4e\x7b\xe9\x7d`, nil},
	{"a syllable", "unicode_escape", "strict", `\N{HANGUL SYLLABLE GAGG}\N{HANGUL SYLLABLE I}`, "갂이", same, nil},
	{"the longest Jamo are taken, and then one is left", "unicode_escape", "replace", `\N{HANGUL SYLLABLE AA}`, "\ufffd", same, nil},
	{"a syllable only as the standard writes it, until 3.13", "unicode_escape", "replace", `\N{Hangul Syllable GA}`, "\ufffd", same, map[string]string{"3.14": "가"}},
	{"an ideograph", "unicode_escape", "strict", `\N{CJK UNIFIED IDEOGRAPH-4E00}\N{CJK UNIFIED IDEOGRAPH-20000}`, "一\U00020000", same, nil},
	{"one zero too many", "unicode_escape", "replace", `\N{CJK UNIFIED IDEOGRAPH-04E00}\N{CJK UNIFIED IDEOGRAPH-004E00}\N{CJK UNIFIED IDEOGRAPH-4E}`, "一\ufffd\ufffd", same, map[string]string{"3.14": "\ufffd\ufffd\ufffd"}},
	{"lower case digits", "unicode_escape", "replace", `\N{CJK UNIFIED IDEOGRAPH-4e00}`, "\ufffd", same, map[string]string{"3.14": "一"}},
	{"an ideograph of Unicode 8", "unicode_escape", "replace", `\N{CJK UNIFIED IDEOGRAPH-9FD5}`, "\ufffd", "\u9fd5", nil},
	{"one of Unicode 15", "unicode_escape", "replace", `\N{CJK UNIFIED IDEOGRAPH-31350}`, "\ufffd", "\U00031350", map[string]string{"3.11": "\ufffd", "3.12": "\U00031350"}},
	{"no Tangut until 3.13", "unicode_escape", "replace", `\N{TANGUT IDEOGRAPH-17000}`, "\ufffd", same, map[string]string{"3.14": "\U00017000"}},
	{"a compatibility ideograph has a name like any", "unicode_escape", "replace", `\N{cjk compatibility ideograph-f900}`, "\uf900", same, nil},
	{"aliases since 3.3", "unicode_escape", "replace", `\N{LINE FEED}\N{nbsp}`, "\ufffd\ufffd", "\n\u00a0", nil},
	{"BELL is not the control character", "unicode_escape", "replace", `\N{BELL}\N{ALERT}`, "\ufffd\ufffd", "\U0001F514\a", nil},
	{"a sequence is no character", "unicode_escape", "replace", `\N{LATIN SMALL LETTER R WITH TILDE}`, "\ufffd", same, nil},
	{"Unicode 6", "unicode_escape", "replace", `\N{GRINNING FACE}`, "\ufffd", "😀", nil},
	{"Unicode 10", "unicode_escape", "replace", `\N{BITCOIN SIGN}`, "\ufffd", "₿", map[string]string{"3.6": "\ufffd", "3.7": "₿"}},
	{"Unicode 12.1", "unicode_escape", "replace", `\N{SQUARE ERA NAME REIWA}`, "\ufffd", "㋿", map[string]string{"3.7": "\ufffd", "3.8": "㋿"}},
	{"Unicode 14", "unicode_escape", "replace", `\N{SOM SIGN}`, "\ufffd", "\u20c0", map[string]string{"3.10": "\ufffd", "3.11": "\u20c0"}},
	{"the raw codec knows none", "raw_unicode_escape", "strict", `\N{BULLET}`, `\N{BULLET}`, same, nil},
	{"at the end of what there is", "unicode_escape", "strict", `\N`, `!UnicodeDecodeError: 'unicodeescape' codec can't decode bytes in position 0-1: malformed \N character escape`, same, nil},
}

// namesChunks is part of chunkTable.
var namesChunks = []chunkRow{
	{"a name waits for its brace since 3.9", "3.9", "unicode_escape", "strict", []string{`a\N{BUL`, "LET", "}b"}, "a||•b", ""},
	{"until 3.8 it does not", "3.8", "unicode_escape", "strict", []string{`a\N{BUL`}, `!UnicodeDecodeError: 'unicodeescape' codec can't decode bytes in position 1-6: malformed \N character escape`, ""},
	{"a name that never ends", "3.13", "unicode_escape", "replace", []string{`a\N{BULLET`, "/"}, "a|\ufffd", ""},
}

// TestCharnames knows the table by its sums, so that neither charnames.bin nor its
// reader changes unnoticed.
func TestCharnames(t *testing.T) {
	all := allNames()
	sum := crc32.NewIEEE()
	for _, name := range slices.Sorted(maps.Keys(all.named)) {
		fmt.Fprintln(sum, name, all.named[name].char, all.named[name].mask)
	}
	for _, r := range all.ranges {
		fmt.Fprintln(sum, r.prefix, r.lo, r.hi, r.mask)
	}
	if got := fmt.Sprintf("%d %08x", len(all.named), sum.Sum32()); got != charnamesSum {
		t.Errorf("the names are %q, want %q", got, charnamesSum)
	}
	known := map[string]int{}
	for _, v := range strings.Fields(tableVersions) {
		r, _ := rulesOf(py(v))
		for _, n := range all.named {
			if n.mask&r.bit != 0 {
				known[v]++
			}
		}
	}
	if known["2.7"] != 21742 || known["3.13"] < known["3.12"] {
		t.Errorf("names by version: %v", known)
	}
}

const charnamesSum = "40490 5dc0342a"

// TestSyllables: each of the 11172 has a name, and no other does.
func TestSyllables(t *testing.T) {
	seen := map[rune]bool{}
	for _, l := range jamo[0] {
		for _, v := range jamo[1] {
			for _, f := range jamo[2] {
				if c, ok := syllable(l + v + f); ok {
					seen[c] = true
				}
				if _, ok := syllable(l + v + f + "X"); ok {
					t.Errorf("%s%s%sX is a syllable", l, v, f)
				}
			}
		}
	}
	if len(seen) != 11172 || !seen[0xAC00] || !seen[0xD7A3] {
		t.Errorf("%d syllables", len(seen))
	}
}
