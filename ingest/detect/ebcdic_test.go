package detect

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

// mainframe encodes a text in an EBCDIC charset, line feeds as most programs there do.
func mainframe(t *testing.T, charset, text string) string {
	t.Helper()
	back := map[rune]byte{}
	for c, r := range tableOf(charset) {
		back[r] = byte(c)
	}
	var b []byte
	for _, r := range text {
		c, ok := back[r]
		if !ok {
			t.Fatalf("%s has no %q", charset, r)
		}
		b = append(b, c)
	}
	return string(b)
}

// rows repeats a format with a number.
func rows(n int, format string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.ReplaceAll(format, "N", fmt.Sprintf("%04d", i)))
	}
	return b.String()
}

// TestEBCDIC finds text of mainframes however much of it is blank, and tells their
// charsets where their signs do.
func TestEBCDIC(t *testing.T) {
	comma := rows(20, "N,Hammer and nails,5.50\n")
	for _, c := range []struct {
		name, in string
		o        Options
		charset  string // "" for none of these
		other    bool   // there is a runner-up with another text
	}{
		{"fixed width", mainframe(t, "cp037", rows(40, "SKUN   HAMMER AND NAILS                                     5.50\n")), Options{}, "cp037", false},
		{"padded", mainframe(t, "cp037", rows(50, "skuN      ,name of N                                                   ,    1.50\n")), Options{}, "cp037", false},
		{"no line ends", mainframe(t, "cp037", rows(40, "SKUN   HAMMER AND NAILS       5.50")), Options{}, "cp037", false},
		{"an exclamation mark", mainframe(t, "cp500", comma+"A4!,Wow,1\n"), Options{}, "cp500", true},
		{"the same in cp037", mainframe(t, "cp037", comma+"A4!,Wow,1\n"), Options{}, "cp037", true},
		{"bars", mainframe(t, "cp037", rows(20, "N|Hammer and nails|5.50\n")), Options{}, "cp037", true},
		{"bars in cp500", mainframe(t, "cp500", rows(20, "N|Hammer and nails|5.50\n")), Options{}, "cp500", true},
		{"brackets", mainframe(t, "cp500", comma+"41,Wow! [new] price|x,1\n"), Options{}, "cp500", true},
		{"declared, the same text", mainframe(t, "cp500", comma), Options{Declared: "cp500"}, "cp500", false},
		{"declared, another sign", mainframe(t, "cp037", comma+"A4!,Wow,1\n"), Options{Declared: "cp500"}, "cp500", true},
		{"history, the same text", mainframe(t, "cp1140", comma), Options{History: "cp1140"}, "cp1140", false},
		{"euros", mainframe(t, "cp1140", comma+"A5,x,€5\n"), Options{}, "cp1140", true},
		{"Cyrillic without blanks", strings.Repeat("\xcd\xe0\xe7\xe2\xe0\xed\xe8\xe5;\xd6\xe5\xed\xe0@x\r", 20), Options{}, "", false},
	} {
		r, err := Bytes([]byte(c.in), c.o)
		other := false
		sum := 0.0
		for _, x := range r.Candidates {
			other = other || !x.Same
			if !x.Same || x.Charset == r.Charset {
				sum += x.Confidence
			}
		}
		if err != nil || r.Charset != c.charset && c.charset != "" || c.charset == "" && strings.Contains(r.Why, "EBCDIC") {
			t.Errorf("%s: %s %q, %v; want %s", c.name, r.Charset, r.Why, err, c.charset)
		}
		if c.charset != "" && (other != c.other || len(r.Alarms) > 0 || math.IsNaN(sum) || other && (sum < 0.9999 || sum > 1.0001) || other && r.Confidence >= 1) {
			t.Errorf("%s: candidates %+v, alarms %+v", c.name, r.Candidates, r.Alarms)
		}
	}
}
