package scout

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"strings"
	"unicode"
	"unicode/utf8"
	"unsafe"

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
	h := digest(0).put(string(res.Verdict)).put(string(py2.Open)).put(string(py3.Open)).put(py2.Errors).put(py3.Errors)
	h = h.fault(res.Py2Fault).fault(res.Py3Fault)
	if len(res.Divergences) == 0 {
		return Behaviour(h.number(min(res.Py2Rows, 2)))
	}
	d := &res.Divergences[0]
	h = h.put(string(d.Kind)).number(classes(d.Py2.Str)<<16 | classes(d.Py3.Str))
	if d.Py2.Kind != ingest.KindText && d.Py3.Kind != ingest.KindText { // no characters to tell by
		h = h.number(features(t.Input))
	}
	return Behaviour(h.number(min(d.Py2Row, 2)<<24 | min(d.Py3Row, 2)<<16 | int(d.Py2.Kind)<<8 | int(d.Py3.Kind)))
}

// digest is a hash that is made eight bytes at a time, since one is made for every input:
// each word is multiplied with half of the golden ratio, and the halves of the product are
// folded, as wyhash does.
type digest uint64

func (h digest) word(w uint64) digest {
	high, low := bits.Mul64(uint64(h)^w^0x9E3779B97F4A7C15, 0xD1342543DE82EF95)
	return digest(high ^ low)
}

func (h digest) number(n int) digest { return h.word(uint64(n)) }

// put adds a string.
func (h digest) put(s string) digest { return h.bytes(unsafe.Slice(unsafe.StringData(s), len(s))) }

// bytes adds how many bytes there are, and then these. The last word has up to eight, some
// of them twice where they are fewer.
func (h digest) bytes(s []byte) digest {
	h = h.number(len(s))
	for ; len(s) > 8; s = s[8:] {
		h = h.word(binary.LittleEndian.Uint64(s))
	}
	var w uint64
	switch last := len(s); {
	case last >= 4:
		w = uint64(binary.LittleEndian.Uint32(s))<<32 | uint64(binary.LittleEndian.Uint32(s[last-4:]))
	case last > 0:
		w = uint64(s[0])<<16 | uint64(s[last/2])<<8 | uint64(s[last-1])
	}
	return h.word(w)
}

// fault adds an exception, without what differs from input to input.
func (h digest) fault(f *ingest.Fault) digest {
	if f == nil {
		return h
	}
	var room [128]byte
	return h.put(f.Type).bytes(withoutNumbers(room[:0], f.Message))
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
	mask, at := 0, 0
	if bytes.HasPrefix(data, []byte("\xef\xbb\xbf")) {
		mask |= featureBOM
	}
	for ; len(data)-at >= 8; at += 8 {
		for odd := oddBytes(binary.LittleEndian.Uint64(data[at:])); odd != 0; odd &= odd - 1 {
			mask |= featureAt(data, at+bits.TrailingZeros64(odd)/8)
		}
	}
	for ; at < len(data); at++ {
		mask |= featureAt(data, at)
	}
	return mask
}

// oddBytes has the highest bit of each of eight bytes set that may have a feature: of
// control characters, quotes, underscores and what is beyond ASCII, and maybe of one that
// stands behind such a byte.
func oddBytes(word uint64) uint64 {
	const each, highest = 0x0101010101010101, 0x8080808080808080
	quote, underscore := word^each*'"', word^each*'_' // zero where they are
	return (word | (word-each*' ')&^word | (quote-each)&^quote | (underscore-each)&^underscore) & highest
}

// featureAt is that of the character that begins at a place, 0 if none does.
func featureAt(data []byte, at int) int {
	switch c := data[at]; {
	case c == '\r':
		return returned(data[at+1:])
	case c < utf8.RuneSelf:
		return int(asciiFeatures[c])
	case c < 0xC2: // no character begins so
		return 0
	}
	r, _ := utf8.DecodeRune(data[at:])
	return featureOf(classOf(r))
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

// withoutNumbers appends a message without what differs from input to input: numbers and
// what is quoted.
func withoutNumbers(dst []byte, s string) []byte {
	for len(s) > 0 {
		switch c := s[0]; {
		case c == '\'' || c == '"':
			end := strings.IndexByte(s[1:], c)
			if end < 0 {
				return dst
			}
			s = s[end+2:]
		case c < utf8.RuneSelf:
			if c < '0' || c > '9' {
				dst = append(dst, c)
			}
			s = s[1:]
		default:
			r, n := utf8.DecodeRuneInString(s)
			if !unicode.IsDigit(r) {
				dst = utf8.AppendRune(dst, r)
			}
			s = s[n:]
		}
	}
	return dst
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
