package scout

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/feedparity/feedparity/fuzz/generator"
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/diff"
)

// Behaviour is what a pair of paths did with an input, as far as it is worth telling
// apart: two inputs with the same behaviour most likely show the same thing, whatever
// they are made of. It is a hash; no two runs of a program differ in it.
type Behaviour uint64

// BehaviourOf takes it from a comparison: how each path ended, and of the first
// divergence where it is, the kinds of the values and the classes of the characters
// in them. The settings are part of it, since a campaign may draw them.
func BehaviourOf(res *diff.Result, t *generator.Trial) Behaviour {
	py2, py3 := &t.Pair.Py2, &t.Pair.Py3
	h := digest(offset64)
	h.put(string(res.Verdict))
	h.put(string(py2.Open))
	h.put(string(py3.Open))
	h.put(py2.Errors)
	h.put(py3.Errors)
	for _, f := range [2]*ingest.Fault{res.Py2Fault, res.Py3Fault} {
		if f != nil {
			h.put(f.Type)
			h.put(withoutNumbers(f.Message))
		}
	}
	if len(res.Divergences) == 0 {
		h.bytes(min(res.Py2Rows, 2))
		return Behaviour(h)
	}
	d := &res.Divergences[0]
	a, b := classes(d.Py2.Str), classes(d.Py3.Str)
	h.put(string(d.Kind))
	if d.Py2.Kind != ingest.KindText && d.Py3.Kind != ingest.KindText { // no characters to tell by
		f := features(t.Input)
		h.bytes(f, f>>8)
	}
	h.bytes(min(d.Py2Row, 2), min(d.Py3Row, 2), int(d.Py2.Kind), int(d.Py3.Kind), a, a>>8, b, b>>8)
	return Behaviour(h)
}

// digest is FNV-1a of 64 bits, hash/fnv without an interface: it is done for every input.
type digest uint64

const (
	offset64 = 14695981039346656037
	prime64  = 1099511628211
)

func (h *digest) put(s string) {
	for i := range len(s) {
		*h = (*h ^ digest(s[i])) * prime64
	}
	*h *= prime64 // a zero
}

func (h *digest) bytes(list ...int) {
	for _, b := range list {
		*h = (*h ^ digest(byte(b))) * prime64
	}
}

// The features of an input that rows, exceptions and numbers hang on.
const (
	featureNUL = 1 << iota
	featureCR  // and no LF behind it
	featureCRCR
	featureSeparator
	featureBOM
	featureQuote // behind which a newline may be one of a cell
	featureUnderscore
	featureDigit // beyond ASCII
	featureSpace // which bytes do not strip
)

// features are those of an input, taken for UTF-8.
func features(data []byte) int {
	mask := 0
	if bytes.HasPrefix(data, []byte("\xef\xbb\xbf")) {
		mask |= featureBOM
	}
	for i := 0; i < len(data); {
		c := data[i]
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRune(data[i:])
			mask |= featureOf(classOf(r))
			i += n
			continue
		}
		mask |= int(asciiFeatures[c])
		if i++; c == '\r' {
			mask |= returned(data[i:])
		}
	}
	return mask
}

// asciiFeatures are those of each ASCII character but CR.
var asciiFeatures = [utf8.RuneSelf]uint16{
	0: featureNUL, '"': featureQuote, '_': featureUnderscore, 0x0b: featureSeparator, 0x0c: featureSeparator,
	0x1c: featureSeparator | featureSpace, 0x1d: featureSeparator | featureSpace, 0x1e: featureSeparator | featureSpace, 0x1f: featureSeparator | featureSpace,
}

// featureOf are the features that a character beyond ASCII is by its classes.
func featureOf(classes int) int {
	switch classes {
	case classHigh | classSpace | classSeparator:
		return featureSeparator | featureSpace
	case classHigh | classSpace:
		return featureSpace
	case classHigh | classDigit:
		return featureDigit
	}
	return 0
}

// returned is what a CR is, by what comes after it.
func returned(rest []byte) int {
	switch {
	case len(rest) > 0 && rest[0] == '\n':
		return 0
	case len(rest) > 0 && rest[0] == '\r':
		return featureCRCR
	}
	return featureCR
}

// withoutNumbers leaves out of a message what differs from input to input: numbers and
// what is quoted.
func withoutNumbers(s string) string {
	var out strings.Builder
	out.Grow(len(s))
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
