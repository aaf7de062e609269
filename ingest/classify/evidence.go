package classify

import (
	"regexp"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/diff"
	"github.com/feedparity/feedparity/ingest/pycell"
)

// evidence is what a divergence shows by itself, before anything is run again.
// Divergences with the same key are taken for one another: they are grouped, and
// a divergence counts as gone when none of its key is left.
type evidence struct {
	d       diff.Divergence
	feature string // of a cell or key: how the two values differ; of a row: empty or full
	tag2    string // of a fault: what kind of exception, by its class and text; "" without one
	tag3    string
	ragged  bool   // of a row: always; of a cell: its row, or rows of the input, have no counterpart of the same length
	step    string // where trace has found it: the step that brings it about

	py2, py3 ingest.Value // of a cell or key: what differs, within lists their first items that do
}

// Tags of faults. The text of an exception is evidence and never part of a
// signature.
const (
	tagNUL     = "nul"
	tagNewline = "newline"
	tagLimit   = "limit"
	tagDecode  = "decode"
	tagEncode  = "encode"
	tagNumber  = "number"
	tagCodec   = "codec"
	tagMode    = "mode"
	tagDialect = "dialect"
	tagSniff   = "sniff"
	tagOther   = "other"
)

// Features of cells and keys.
const (
	featBOM       = "bom"       // one begins with a byte order mark
	featBytes     = "bytes"     // a byte string against text
	featKind      = "kind"      // other types
	featNumber    = "number"    // two numbers of one type
	featItems     = "items"     // lists of other lengths
	featNewline   = "newline"   // the same but for CR and LF
	featSurrogate = "surrogate" // one holds surrogates
	featReplaced  = "replaced"  // one holds U+FFFD
	featCase      = "case"      // the same but for case
	featSpace     = "space"     // the same but for white space
	featPart      = "part"      // one is the beginning of the other
	featText      = "text"      // other characters
)

func evidenceOf(d diff.Divergence) evidence {
	e := evidence{d: d, tag2: tagOf(d.Py2Fault), tag3: tagOf(d.Py3Fault)}
	switch d.Kind {
	case diff.KindCell, diff.KindKey:
		e.py2, e.py3 = innermost(d.Py2, d.Py3)
		e.feature = featureOf(e.py2, e.py3, d.Column == 1 && (d.Kind == diff.KindKey || min(d.Py2Row, d.Py3Row) == 1))
	case diff.KindKeyMissing:
		e.feature = featureOf(d.Py2, ingest.Text(""), true)
	case diff.KindKeyExtra:
		e.feature = featureOf(ingest.Text(""), d.Py3, true)
	case diff.KindRowMissing:
		e.feature = emptiness(d.Py2)
	case diff.KindRowExtra:
		e.feature = emptiness(d.Py3)
	}
	return e
}

// evidences are those of the divergences of one result.
func evidences(ds []diff.Divergence) []evidence {
	ragged := map[int]bool{} // by py2's row; 0 stands for rows that only one path has
	for _, d := range ds {
		switch d.Kind {
		case diff.KindRowLength:
			ragged[d.Py2Row] = true
		case diff.KindRowExtra, diff.KindRowMissing:
			ragged[0] = true
		}
	}
	out := make([]evidence, len(ds))
	for i, d := range ds {
		out[i] = evidenceOf(d)
		out[i].ragged = ragged[0] || ragged[d.Py2Row]
	}
	return out
}

// innermost goes into lists of the same length, such as split makes, to the first
// items that differ.
func innermost(a, b ingest.Value) (ingest.Value, ingest.Value) {
	if a.Kind == ingest.KindList && b.Kind == ingest.KindList && len(a.Items) == len(b.Items) {
		for i := range a.Items {
			if !diff.Equal(a.Items[i], b.Items[i]) {
				return innermost(a.Items[i], b.Items[i])
			}
		}
	}
	return a, b
}

func emptiness(v ingest.Value) string {
	if len(v.Items) == 0 {
		return "empty"
	}
	return "full"
}

// fault reports whether a path raised.
func (e evidence) fault() bool { return e.d.Kind == diff.KindFault }

// key identifies a class of divergences.
func (e evidence) key() string {
	d := e.d
	if e.fault() {
		return strings.Join([]string{string(d.Kind), faultClass(d.Py2Fault), e.tag2, faultClass(d.Py3Fault), e.tag3}, "|")
	}
	key := string(d.Kind) + "|" + e.feature
	if e.feature == featKind {
		key += "|" + e.py2.Kind.String() + "/" + e.py3.Kind.String()
	}
	return key
}

// begins reports whether what differs begins with a text.
func (e evidence) begins(with string) bool {
	for _, v := range []ingest.Value{e.py2, e.py3, e.d.Py2, e.d.Py3} {
		if strings.HasPrefix(v.Str, with) {
			return true
		}
	}
	return false
}

// faultClass names a fault's class as classes are compared, "-" for none.
func faultClass(f *ingest.Fault) string {
	if f == nil {
		return "-"
	}
	return diff.FaultClass(f.Type)
}

// tagOf sorts an exception by what raises it in CPython: _csv.c, a decoder, a
// conversion, codecs.lookup or the dialect's validation.
func tagOf(f *ingest.Fault) string {
	if f == nil {
		return ""
	}
	has := func(parts ...string) bool {
		for _, p := range parts {
			if strings.Contains(f.Message, p) {
				return true
			}
		}
		return false
	}
	switch f.Type {
	case "csv.Error":
		switch {
		case has("NUL"):
			return tagNUL
		case has("new-line character"):
			return tagNewline
		case has("field larger"):
			return tagLimit
		case has("Could not determine delimiter"):
			return tagSniff
		}
	case "UnicodeEncodeError":
		if has("'decimal' codec") { // int() and float() of a unicode in 2.7
			return tagNumber
		}
		return tagEncode
	case "UnicodeDecodeError", "UnicodeError":
		return tagDecode
	case "InvalidOperation":
		return tagNumber
	case "LookupError":
		if has("unknown error handler name") { // asked for once something is malformed
			return tagDecode
		}
		return tagCodec
	case "ValueError", "TypeError":
		switch {
		case has("invalid mode: '"):
			return tagMode
		case has("don't know how to handle UnicodeDecodeError"):
			return tagDecode
		case has("delimiter", "quotechar", "escapechar", "lineterminator", "quoting"):
			return tagDialect
		case has("invalid literal", "could not convert", "null byte in argument", "integer string conversion"):
			return tagNumber
		}
	}
	return tagOther
}

// featureOf says how two values differ. First tells that they may begin the file:
// only there is U+FEFF a byte order mark.
func featureOf(a, b ingest.Value, first bool) string {
	text := func(v ingest.Value) bool { return v.Kind == ingest.KindText || v.Kind == ingest.KindBytes }
	switch {
	case first && text(a) && text(b) && (hasBOM(a.Str) || hasBOM(b.Str)):
		return featBOM
	case text(a) && text(b) && a.Kind != b.Kind && !ingest.IsASCII(a.Str+b.Str):
		return featBytes
	case a.Kind != b.Kind && !(text(a) && text(b)):
		return featKind
	case a.Kind == b.Kind && a.Kind == ingest.KindList:
		return featItems
	case a.Kind == b.Kind && !text(a):
		return featNumber
	case a.Kind != b.Kind && a.Str == b.Str:
		return featBytes // a strict comparison
	}
	return textFeature(a.Str, b.Str)
}

// hasBOM reports a byte order mark at the start, as UTF-8 bytes, as the character,
// or as latin-1 and cp1252 show its bytes.
func hasBOM(s string) bool {
	for _, mark := range []string{"\ufeff", "ï»¿"} {
		if strings.HasPrefix(s, mark) {
			return true
		}
	}
	return false
}

func textFeature(a, b string) string {
	newline := func(r rune) bool { return r == '\r' || r == '\n' }
	space := func(r rune) bool { return r <= ' ' || isSpace(r) }
	switch {
	case hasSurrogate(a) || hasSurrogate(b):
		return featSurrogate
	case strings.ContainsRune(a+b, '\ufffd'):
		return featReplaced
	case withoutRunes(a, newline) == withoutRunes(b, newline):
		return featNewline
	case withoutRunes(a, space) == withoutRunes(b, space):
		return featSpace
	case fold(a) == fold(b):
		return featCase
	case strings.HasPrefix(a, b) || strings.HasPrefix(b, a):
		return featPart
	}
	return featText
}

// withoutRunes drops the characters of a set.
func withoutRunes(s string, set func(rune) bool) string {
	return strings.Map(func(r rune) rune {
		if set(r) {
			return -1
		}
		return r
	}, s)
}

// fold makes strings that differ in case alone equal, as SS and ß, or İ lowered by
// either Python: by Python 3's own tables, which map a letter to several.
func fold(s string) string {
	v, python := ingest.Value{Kind: ingest.KindText, Str: s}, ingest.Python313
	if ingest.IsASCII(s) || !utf8.ValidString(s) { // bytes of some other charset
		v.Kind, python = ingest.KindBytes, ingest.Python27
	}
	for _, step := range []ingest.Step{"lower", "upper"} {
		// Neither raises, and both versions have a model.
		v, _, _ = pycell.Clean(python, step, v)
	}
	return strings.ReplaceAll(v.Str, "\u0307", "")
}

func hasSurrogate(s string) bool {
	for i := 0; i+1 < len(s); i++ {
		if s[i] == 0xED && s[i+1] >= 0xA0 {
			return true
		}
	}
	return false
}

// compiled is an expression that is compiled when it is first asked for: what is
// compiled at the start of the program, every command waits for.
func compiled(expr string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
}
