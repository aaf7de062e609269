package shrink_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/feedparity/feedparity/ingest/shrink"
)

func spans(input []byte, of []shrink.Span) string {
	var out []string
	for _, s := range of {
		out = append(out, string(input[s.Start:s.End]))
	}
	return strings.Join(out, "|")
}

// single decodes a charset of one byte a character.
func single(chars map[byte]rune) shrink.Next {
	return func(b []byte) (rune, int) {
		if r, ok := chars[b[0]]; ok {
			return r, 1
		}
		return utf8.RuneError, 1
	}
}

func latin1() shrink.Next {
	m := map[byte]rune{}
	for b := range 0x100 {
		m[byte(b)] = rune(b)
	}
	return single(m)
}

// ebcdic has the letters and digits of cp037.
func ebcdic() shrink.Next {
	m := map[byte]rune{0x6B: ','}
	for _, from := range []struct {
		b byte
		r rune
		n int
	}{{0x81, 'a', 9}, {0x91, 'j', 9}, {0xA2, 's', 8}, {0xC1, 'A', 9}, {0xD1, 'J', 9}, {0xE2, 'S', 8}, {0xF0, '0', 10}} {
		for k := range from.n {
			m[from.b+byte(k)] = from.r + rune(k)
		}
	}
	return single(m)
}

func utf16le(b []byte) (rune, int) {
	if len(b) < 2 {
		return utf8.RuneError, 1
	}
	return rune(b[0]) | rune(b[1])<<8, 2
}

func TestScrub(t *testing.T) {
	for _, tt := range []struct {
		why, input string
		next       shrink.Next
		names      []string
		keep       func([]byte) bool
		shape      string // of the result, a regular expression
		residue    string
	}{
		{why: "nothing is needed: words keep their cases and lengths", input: "Name,Ort\nMüller,Köln\n",
			shape: `^[A-Z][a-z]{3},[A-Z][a-z]{2}\n[A-Z]\p{Ll}[a-z]{4},[A-Z]\p{Ll}[a-z]{2}\n$`},
		{why: "a word is the same wherever it is, and two stay two", input: "ab,cd\nab,ef\n",
			keep: func(b []byte) bool { return bytes.Equal(b[:2], b[6:8]) && !bytes.Equal(b[3:5], b[9:11]) }, shape: `^..,..\n..,..\n$`},
		{why: "dates stay dates", input: "1999-12-31,31/10/1987 23:59,20261122",
			shape: `^20(0[1-9]|1[0-2])-(0[1-9]|1[0-2])-(0[1-9]|1[0-2]),(0[1-9]|1[0-2])/(0[1-9]|1[0-2])/20(0[1-9]|1[0-2]) 1[0-2]:1[0-2],20(0[1-9]|1[0-2]){3}$`},
		{why: "zeros in front and zeros alone stay", input: "0,000,007,10.50", shape: `^0,000,00[1-9],1[0-2]\.1[0-2]$`},
		{why: "what is needed as it is, is residue", input: "price,x\nnan,Smith\n",
			keep: func(b []byte) bool { return bytes.Contains(b, []byte("\nnan,")) }, shape: `^[a-z]{5},[a-z]\nnan,[A-Z][a-z]{4}\n$`, residue: "nan"},
		{why: "of a word only the letter that is needed", input: "caféteria",
			keep: func(b []byte) bool { return bytes.Contains(b, []byte("é")) }, shape: `^[a-z]{3}é[a-z]{5}$`, residue: "é"},
		{why: "one of a kind will do", input: "caféteria",
			keep: func(b []byte) bool { return bytes.Contains(b, []byte("\xC3")) }, shape: `^[a-z]{3}\p{Ll}[a-z]{5}$`},
		{why: "names of the configuration are no supplier's data", input: "price,Name\n12,Smith\n", names: []string{"price"}, shape: `^price,[A-Z][a-z]{3}\n1[0-2],[A-Z][a-z]{4}\n$`},
		{why: "bytes that are no letters in UTF-8 stay", input: "x\xe9y", shape: "^.\xe9.$"},
		{why: "a charset of single bytes", input: "Caf\xe9 \xc9t\xe9", next: latin1(), shape: "^[A-Z][a-z]{2}[\xe0-\xff] [\xc0-\xde][a-z][\xe0-\xff]$"},
		{why: "EBCDIC's letters are no ASCII", input: "\xc1\x82\xf1\x6b\xf2\xf3", next: ebcdic(),
			keep: func(b []byte) bool { return b[0] >= 0xC1 && b[0] <= 0xE9 && b[2] > 0xF0 && b[3] == 0x6B }, shape: `^(?s).+$`},
		{why: "UTF-16 has two bytes a letter", input: "S\x00m\x00i\x00t\x00h\x001\x009\x00", next: utf16le, shape: `^([A-Za-z0-9]\x00){7}$`},
		{why: "an input that does not hold is not touched", input: "Smith,1", keep: func([]byte) bool { return false }, shape: "^Smith,1$", residue: "Smith|1"},
	} {
		keep := tt.keep
		if keep == nil {
			keep = func([]byte) bool { return true }
		}
		got := shrink.Scrub(t.Context(), []byte(tt.input), shrink.ScrubOptions{Next: tt.next, Names: tt.names}, keep)
		if re := byteRegexp(tt.shape); !re.Match(got.Input) && !matchesBytes(re, got.Input, tt.next) {
			t.Errorf("%s: Scrub(%q) = %q, want %s", tt.why, tt.input, got.Input, tt.shape)
		}
		if len(got.Input) != len(tt.input) || spans([]byte(tt.input), got.Residue) != tt.residue {
			t.Errorf("%s: Scrub(%q) = %q, residue %q, want %q", tt.why, tt.input, got.Input, spans([]byte(tt.input), got.Residue), tt.residue)
		}
		if tt.residue == "" && tt.names == nil && anyWordLeft(tt.input, string(got.Input)) {
			t.Errorf("%s: Scrub(%q) = %q still holds a word of it", tt.why, tt.input, got.Input)
		}
		again := shrink.Scrub(t.Context(), []byte(tt.input), shrink.ScrubOptions{Next: tt.next, Names: tt.names}, keep)
		if !bytes.Equal(got.Input, again.Input) {
			t.Errorf("%s: not deterministic: %q, %q", tt.why, got.Input, again.Input)
		}
	}
}

// byteRegexp takes the bytes of a pattern for the characters of Latin-1, where it is
// no UTF-8.
func byteRegexp(shape string) *regexp.Regexp {
	if !utf8.ValidString(shape) {
		shape = string(toRunes([]byte(shape)))
	}
	return regexp.MustCompile(shape)
}

func toRunes(b []byte) []rune {
	var out []rune
	for _, c := range b {
		out = append(out, rune(c))
	}
	return out
}

func matchesBytes(re *regexp.Regexp, got []byte, next shrink.Next) bool {
	return !utf8.Valid(got) && re.MatchString(string(toRunes(got)))
}

var letters = regexp.MustCompile(`[A-Za-z]{2,}|[1-9][0-9]{2,}`)

func anyWordLeft(before, after string) bool {
	for _, w := range letters.FindAllString(before, -1) {
		if strings.Contains(after, w) {
			return true
		}
	}
	return false
}

// Whatever the input and the predicate are, the predicate holds for the result, no
// byte moves, and what is no residue is replaced.
func TestScrubKeepsThePredicate(t *testing.T) {
	for n := 0; n < 300; n += 12 { // a kind of predicate and then another, see plant
		p := plant(n)
		if !p.keep(p.input) {
			continue
		}
		got := shrink.Scrub(t.Context(), p.input, shrink.ScrubOptions{}, p.keep)
		if !p.keep(got.Input) || len(got.Input) != len(p.input) {
			t.Errorf("case %d (%s): the result does not keep the predicate", n, p.what)
		}
	}
}

func TestScrubGivesUp(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	input := []byte("Smith,Jones")
	got := shrink.Scrub(ctx, input, shrink.ScrubOptions{}, func([]byte) bool { return true })
	if !got.GaveUp || !bytes.Equal(got.Input, input) || spans(input, got.Residue) != "Smith|Jones" {
		t.Errorf("Scrub with a context that ended = %q %v, residue %q", got.Input, got.GaveUp, spans(input, got.Residue))
	}
	steps := 0
	got = shrink.Scrub(t.Context(), input, shrink.ScrubOptions{MaxSteps: 3}, func(b []byte) bool { steps++; return bytes.Equal(b, input) })
	if !got.GaveUp || steps > 4 || spans(input, got.Residue) != "Smith|Jones" {
		t.Errorf("Scrub with 3 steps made %d, %v, residue %q", steps, got.GaveUp, spans(input, got.Residue))
	}
}

// Many rows of numbers stay as many different ones, dates aside.
func TestScrubKeepsApart(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	var in bytes.Buffer
	for range 200 {
		fmt.Fprintf(&in, "%05d,name%03d\n", 10000+r.Intn(80000), r.Intn(1000))
	}
	distinct := func(b []byte) int {
		seen := map[string]bool{}
		for _, w := range strings.FieldsFunc(string(b), func(r rune) bool { return r == ',' || r == '\n' }) {
			seen[w] = true
		}
		return len(seen)
	}
	got := shrink.Scrub(t.Context(), in.Bytes(), shrink.ScrubOptions{}, func([]byte) bool { return true })
	if want := distinct(in.Bytes()); distinct(got.Input) < want*98/100 {
		t.Errorf("%d words of %d are left apart", distinct(got.Input), want)
	}
}

func TestExplain(t *testing.T) {
	for _, tt := range []struct {
		why, input string
		keep       func([]byte) bool
		want       string
	}{
		{"the bytes themselves", "x\xff\xfey", func(b []byte) bool { return bytes.Contains(b, []byte("\xff\xfe")) }, `"\xff\xfe" `},
		{"any letter that is not ASCII", "né", func(b []byte) bool { return bytes.ContainsFunc(b, func(r rune) bool { return r > 0x7F }) }, `"é" lower-case letter, not ASCII`},
		{"a digit", "a1,", func(b []byte) bool { return bytes.ContainsAny(b, "0123456789") }, `"1" digit`},
		{"nothing at all", "abc", func([]byte) bool { return true }, ""},
		{"two apart", "nan,12", func(b []byte) bool { return bytes.HasPrefix(b, []byte("nan,")) && b[len(b)-1] <= '9' }, `"nan," ; "2" digit`},
	} {
		var got []string
		for _, p := range shrink.Explain(t.Context(), []byte(tt.input), shrink.ScrubOptions{}, tt.keep) {
			got = append(got, fmt.Sprintf("%+q %s", tt.input[p.Start:p.End], p.Kind))
		}
		want := strings.ReplaceAll(tt.want, "é", `\u00e9`)
		if strings.Join(got, "; ") != want {
			t.Errorf("%s: Explain(%q) = %s, want %s", tt.why, tt.input, strings.Join(got, "; "), want)
		}
	}
}
