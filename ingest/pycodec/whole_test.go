package pycodec

import (
	"strings"
	"testing"
)

// wholeTable is part of decodeTable: the codecs that take an input as a whole.
var wholeTable = []decodeRow{
	{"RFC 3492", "punycode", "strict", "Mnchen-3ya", "München", same, nil},
	{"the last dash divides", "punycode", "strict", "a-b-sla", "a-bä", same, nil},
	{"nothing but ASCII ends in a dash", "punycode", "strict", "abc-", "abc", same, nil},
	{"nothing but others begins with a number, in either case", "punycode", "strict", "R0A2bchaafrdtpobhefbastcwatmq2g4l", "Почемужеонинеговорятпорусски", same, nil},
	{"nothing", "punycode", "strict", "", "", same, nil},
	{"3.x does not ask a codec about nothing", "punycode", "nope", "", "!UnicodeError: Unsupported error handling nope", "", nil},
	{"a number that does not end", "punycode", "strict", "ab-99", "!UnicodeError: incomplete punicode string",
		"!UnicodeDecodeError: 'punycode' codec can't decode bytes in position 5-5: incomplete punycode string", map[string]string{
			"3.6":  "!UnicodeError: decoding with 'punycode' codec failed (UnicodeError: incomplete punicode string)",
			"3.12": "!UnicodeError: incomplete punicode string"}},
	{"ends what is replaced", "punycode", "replace", "ab-yka99", "abü", same, nil},
	{"no digit: until 3.6 the one behind it is named, in upper case", "punycode", "strict", "a$b", "!UnicodeError: Invalid extended code point 'B'",
		"!UnicodeDecodeError: 'punycode' codec can't decode byte 0x24 in position 1: Invalid extended code point '36'", map[string]string{
			"3.6":  "!UnicodeError: decoding with 'punycode' codec failed (UnicodeError: Invalid extended code point 'B')",
			"3.7":  "!UnicodeError: decoding with 'punycode' codec failed (UnicodeError: Invalid extended code point '$')",
			"3.12": "!UnicodeError: Invalid extended code point '$'"}},
	{"and if there is none, that is the error", "punycode", "strict", "$", "!IndexError: string index out of range",
		"!UnicodeDecodeError: 'punycode' codec can't decode byte 0x24 in position 0: Invalid extended code point '36'", map[string]string{
			"3.6": "!IndexError: decoding with 'punycode' codec failed (IndexError: string index out of range)"}},
	{"a byte in the message of 2.7", "punycode", "strict", "$\xe9", "!UnicodeError: Invalid extended code point 'é'",
		"!UnicodeDecodeError: 'punycode' codec can't decode byte 0x24 in position 0: Invalid extended code point '36'", map[string]string{
			"3.12": "!UnicodeDecodeError: 'ascii' codec can't decode byte 0xe9 in position 1: ordinal not in range(128)"}},
	{"numbers must be ASCII for 3.6 to 3.12, whatever the handler", "punycode", "replace", "a-\xe9", "a", "a", map[string]string{
		"3.12": "!UnicodeDecodeError: 'ascii' codec can't decode byte 0xe9 in position 0: ordinal not in range(128)"}},
	{"what stands before them obeys it", "punycode", "replace", "\xe9-a", "\u0080\ufffd", same, nil},
	{"no ASCII before the dash", "punycode", "strict", "a\xe9-a", "!UnicodeDecodeError: 'ascii' codec can't decode byte 0xe9 in position 1: ordinal not in range(128)", same, nil},
	{"beyond Unicode: the position is none", "punycode", "strict", "abc-zzzz99999a", "!UnicodeError: Invalid character U+190b73",
		"!UnicodeDecodeError: 'punycode' codec can't decode bytes in position 8166615-8166615: Invalid character U+190b73", map[string]string{
			"3.12": "!UnicodeError: Invalid character U+190b73"}},
	{"beyond any integer", "punycode", "strict", "zzz99999999999999999999999a", "!UnicodeError: Invalid character U+66f022d9dc81bc7ced4d",
		"!OverflowError: Python int too large to convert to C ssize_t", nil},
	{"beyond Unicode: a question mark, from which counting goes on", "punycode", "ignore", "abc-zzzz99999aa", "a\u1f49??bc", same, nil},
	{"a surrogate is a character", "punycode", "strict", "a-qc4g", "\xed\xa0\x80a", same, nil},
	{"other handlers", "punycode", "surrogateescape", "abc", "!UnicodeError: Unsupported error handling surrogateescape", "!UnicodeError: Unsupported error handling: surrogateescape", map[string]string{
		"3.11": "!UnicodeError: decoding with 'punycode' codec failed (UnicodeError: Unsupported error handling surrogateescape)"}},

	{"labels", "idna", "strict", "www.xn--mnchen-3ya.de", "www.münchen.de", same, nil},
	{"a dot at the end", "idna", "strict", "xn--mnchen-3ya.", "münchen.", same, nil},
	{"dots without labels", "idna", "strict", "..xn--mnchen-3ya..", "..münchen..", same, nil},
	{"ASCII is returned as it is", "idna", "strict", "a,b\n" + strings.Repeat("c", 70) + "\n", "a,b\n" + strings.Repeat("c", 70) + "\n", same, nil},
	{"the prefix in upper case is one since 3.13", "idna", "strict", "XN--mnchen-3ya", "XN--mnchen-3ya", "münchen", map[string]string{"3.12": "XN--mnchen-3ya"}},
	{"no ASCII", "idna", "strict", "ab.c\xe9", "!UnicodeDecodeError: 'ascii' codec can't decode byte 0xe9 in position 4: ordinal not in range(128)",
		"!UnicodeDecodeError: 'idna' codec can't decode byte 0xe9 in position 4: ordinal not in range(128)", map[string]string{
			"3.12": "!UnicodeDecodeError: 'ascii' codec can't decode byte 0xe9 in position 1: ordinal not in range(128)"}},
	{"punycode's error", "idna", "strict", "a.xn--99", "!UnicodeError: incomplete punicode string",
		"!UnicodeDecodeError: 'idna' codec can't decode bytes in position 8-8: incomplete punycode string", map[string]string{
			"3.11": "!UnicodeError: decoding with 'idna' codec failed (UnicodeError: decoding with 'punycode' codec failed (UnicodeError: incomplete punicode string))",
			"3.12": "!UnicodeError: incomplete punicode string"}},
	{"a label that is ASCII needs no prefix", "idna", "strict", "xn--a'b-", `!UnicodeError: ('IDNA does not round-trip', "xn--a'b-", "a'b")`,
		`!UnicodeDecodeError: 'idna' codec can't decode bytes in position 0-7: IDNA does not round-trip, 'b"xn--a'b-"' != 'b"a'b"'`, map[string]string{
			"3.11": `!UnicodeError: ('IDNA does not round-trip', b"xn--a'b-", b"a'b")`,
			"3.12": `!UnicodeError: ('IDNA does not round-trip', b"xn--a'b-", b"a'b")`}},
	{"bytes in a message are written as repr does", "idna", "strict", "xn--\"'\n\t\r\\\x00\x7f-", `!UnicodeError: ('IDNA does not round-trip', 'xn--"\'\n\t\r\\\x00\x7f-', '"\'\n\t\r\\\x00\x7f')`,
		`!UnicodeDecodeError: 'idna' codec can't decode bytes in position 0-12: IDNA does not round-trip, 'b'xn--"\'\n\t\r\\\x00\x7f-'' != 'b'"\'\n\t\r\\\x00\x7f''`, nil},
	{"nor may it be of upper case", "idna", "strict", "xn--mnchen-psa", `!UnicodeError: ('IDNA does not round-trip', 'xn--mnchen-psa', 'xn--mnchen-3ya')`,
		`!UnicodeDecodeError: 'idna' codec can't decode bytes in position 0-13: IDNA does not round-trip, 'b'xn--mnchen-psa'' != 'b'xn--mnchen-3ya''`, nil},
	{"a prefix and nothing", "idna", "strict", "xn--", "!UnicodeError: label empty or too long", "!UnicodeDecodeError: 'idna' codec can't decode byte 0x78 in position 0: label empty", nil},
	{"63 characters are the most", "idna", "strict", "xn--" + strings.Repeat("a", 63) + "-", "!UnicodeError: ('IDNA does not round-trip', 'xn--" + strings.Repeat("a", 63) + "-', '" + strings.Repeat("a", 63) + "')",
		"!UnicodeDecodeError: 'idna' codec can't decode bytes in position 0-67: IDNA does not round-trip, 'b'xn--" + strings.Repeat("a", 63) + "-'' != 'b'" + strings.Repeat("a", 63) + "''", nil},
	{"64 are too many", "idna", "strict", "xn--" + strings.Repeat("a", 64) + "-", "!UnicodeError: label empty or too long",
		"!UnicodeDecodeError: 'idna' codec can't decode bytes in position 0-63: label too long", nil},
	{"as they are with the prefix", "idna", "strict", "xn--" + strings.Repeat("a", 56) + "-t2f", "!UnicodeError: label empty or too long",
		"!UnicodeDecodeError: 'idna' codec can't decode bytes in position 0-56: label too long", nil},
	{"a label that long is not looked at since 3.12", "idna", "strict", strings.Repeat("a", 1025) + ".xn--tda", strings.Repeat("a", 1025) + ".ü",
		"!UnicodeDecodeError: 'idna' codec can't decode bytes in position 0-1024: label way too long", map[string]string{
			"3.12": "!UnicodeError: label way too long"}},
	{"prohibited", "idna", "strict", "b.xn--a-ein", `!UnicodeError: Invalid character u'\u2028'`, `!UnicodeDecodeError: 'idna' codec can't decode byte 0x6e in position 3: Invalid character '\u2028'`, nil},
	{"from both directions", "idna", "strict", "xn--a-zhc", "!UnicodeError: Violation of BIDI requirement 2", "!UnicodeDecodeError: 'idna' codec can't decode byte 0x6e in position 1: Violation of BIDI requirement 2", nil},
	{"from right to left, with a digit at the end", "idna", "strict", "xn--1-zhc", "!UnicodeError: Violation of BIDI requirement 3",
		"!UnicodeDecodeError: 'idna' codec can't decode byte 0x6e in position 1: Violation of BIDI requirement 3", nil},
	{"no handler but strict", "idna", "replace", "a", "!UnicodeError: Unsupported error handling replace", "!UnicodeError: Unsupported error handling: replace", nil},

	{"undefined", "undefined", "ignore", "a", "!UnicodeError: undefined encoding", same, map[string]string{
		"3.11": "!UnicodeError: decoding with 'undefined' codec failed (UnicodeError: undefined encoding)"}},
}

// wholeChunks is part of chunkTable.
var wholeChunks = []chunkRow{
	{"punycode waits for nothing", "3.13", "punycode", "strict", []string{"Mnchen-", "3ya", "/"}, "Mnchen|\u03e5|", ""},
	{"a label waits for its dot", "2.7", "idna", "strict", []string{"www.xn--mn", "chen-3ya", ".de", "/"}, "www.||münchen.|de", ""},
	{"an empty first label is not counted", "3.6", "idna", "strict", []string{".a.b", "/c"}, ".a.|.bc", "c"},
	{"no ASCII", "3.12", "idna", "strict", []string{"a.b\xe9"}, "!UnicodeDecodeError: 'ascii' codec can't decode byte 0xe9 in position 3: ordinal not in range(128)", ""},
	{"no ASCII since 3.13", "3.13", "idna", "strict", []string{"a.b\xe9"}, "!UnicodeDecodeError: 'idna' codec can't decode byte 0xe9 in position 3: ordinal not in range(128)", ""},
	{"positions miss a dot behind each label but the first", "3.13", "idna", "strict", []string{"ab.c.xn--a-.", "/"}, "!UnicodeDecodeError: 'idna' codec can't decode bytes in position 4-9: IDNA does not round-trip, 'b'xn--a-'' != 'b'a''|", ""},
	{"what is wrong is found at the dot", "3.7", "idna", "strict", []string{"xn--a-", "."}, "|!UnicodeError: ('IDNA does not round-trip', b'xn--a-', b'a')", "xn--a-"},
	{"3.13 forgot an f", "3.13", "idna", "replace", []string{"a"}, "!UnicodeError: Unsupported error handling: {errors}", ""},
	{"nothing wraps it", "3.11", "idna", "replace", []string{"a"}, "!UnicodeError: Unsupported error handling replace", ""},
	{"undefined refuses nothing, too", "3.13", "undefined", "strict", []string{"/"}, "!UnicodeError: undefined encoding", ""},
}

// TestEncodePunycode: idna compares with it, so it must be exact as well.
func TestEncodePunycode(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "abc": "abc-", "ü": "tda", "München": "Mnchen-3ya", "a-bä": "a-b-sla", "ÿÿa\U0010FFFF": "a-jhaa935665b",
		"Почемужеонинеговорятпорусски": "r0a2bchaafrdtpobhefbastcwatmq2g4l", "3年B組金八先生": "3B-ww4c5e180e575a65lsy2b",
	} {
		if got := string(encodePunycode([]rune(text))); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

// TestNormalForm keeps the arithmetic of Hangul and the order of marks.
func TestNormalForm(t *testing.T) {
	c, _, _ := Lookup(py("3.13"), "idna")
	for text, want := range map[string]string{
		"ÄÖ": "äö", "a\u0328\u0301": "ą́", "a\u0301\u0328": "ą́", "\u1100\u1161\u11a8": "각", "가\u11a8": "각", "ｱ\uff9e": "ア\u3099", "ﬁß": "fiss", "a\u00adb": "ab", "\u3300": "アパート",
	} {
		if got, err := c.whole.(idnaCodec).nameprep([]rune(text)); err != nil || string(got) != want {
			t.Errorf("%q is %q, %v; want %q", text, string(got), err, want)
		}
	}
}
