package fuzz

import (
	"hash/fnv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/diff"
)

// Behaviour is what a pair of paths did with an input, as far as it is worth telling
// apart: two inputs with the same behaviour most likely show the same thing, whatever
// they are made of. It is a hash; no two runs of a program differ in it.
type Behaviour uint64

// behaviourOf takes it from a comparison: how each path ended, and of the first
// divergence where it is, the kinds of the values and the classes of the characters
// in them. The settings are part of it, since a campaign may draw them.
func behaviourOf(res *diff.Result, py2, py3 ingest.Settings) Behaviour {
	h := fnv.New64a()
	put := func(parts ...string) {
		for _, p := range parts {
			h.Write([]byte(p))
			h.Write([]byte{0})
		}
	}
	put(string(res.Verdict), string(py2.Open), string(py3.Open), py2.Errors, py3.Errors)
	for _, f := range []*ingest.Fault{res.Py2Fault, res.Py3Fault} {
		if f != nil {
			put(f.Type, withoutNumbers(f.Message))
		}
	}
	if len(res.Divergences) > 0 {
		d := &res.Divergences[0]
		a, b := classes(d.Py2.Str), classes(d.Py3.Str)
		put(string(d.Kind))
		h.Write([]byte{
			byte(min(d.Py2Row, 2)), byte(min(d.Py3Row, 2)), byte(d.Py2.Kind), byte(d.Py3.Kind), byte(a), byte(a >> 8), byte(b), byte(b >> 8),
		})
	} else {
		h.Write([]byte{byte(min(res.Py2Rows, 2))})
	}
	return Behaviour(h.Sum64())
}

// withoutNumbers leaves out of a message what differs from input to input: numbers and
// what is quoted.
func withoutNumbers(s string) string {
	var out strings.Builder
	quote := rune(0)
	for _, r := range s {
		switch {
		case quote != 0:
			if r == quote {
				quote = 0
			}
		case r == '\'' || r == '"':
			quote = r
		case !unicode.IsDigit(r):
			out.WriteRune(r)
		}
	}
	return out.String()
}

// The classes of characters that CPython treats in ways of its own.
const (
	classHigh = 1 << iota // beyond ASCII
	classNewline
	classNUL
	classSpace // beyond ASCII, or one of the separators \x1c to \x1f
	classSeparator
	classDigit // beyond ASCII
	classReplaced
	classSurrogate
	classBOM
	classQuote
	classC1
	classAstral
)

// classes are those of the characters of a value.
func classes(s string) int {
	mask := 0
	for i, r := range s {
		if r == utf8.RuneError && !strings.HasPrefix(s[i:], "\ufffd") {
			mask |= classSurrogate // generalized UTF-8, or a byte of Python 2
			continue
		}
		mask |= classOf(r)
	}
	return mask
}

func classOf(r rune) int {
	switch {
	case r == 0:
		return classNUL
	case r == '\n' || r == '\r':
		return classNewline
	case r == '"' || r == '\'':
		return classQuote
	case r >= 0x1c && r <= 0x1f:
		return classSpace | classSeparator
	case r < 0x80:
		return 0
	case r == 0xfeff:
		return classHigh | classBOM
	case r == 0xfffd:
		return classHigh | classReplaced
	case r == 0x85 || r == 0x2028 || r == 0x2029:
		return classHigh | classSpace | classSeparator
	case r < 0xa0:
		return classHigh | classC1
	case unicode.IsSpace(r):
		return classHigh | classSpace
	case unicode.IsDigit(r):
		return classHigh | classDigit
	case r > 0xffff:
		return classHigh | classAstral
	}
	return classHigh
}
