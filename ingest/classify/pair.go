package classify

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/diff"
)

// What the Pythons do differently to a text can be done to it here. If that turns
// the one value into the other, it is why they differ.

// The bounds of what is tried with one pair of values.
const (
	maxPairText = 1 << 14 // bytes
	maxPairs    = 64      // pairs within two values
	maxTogether = 3       // causes of one pair
)

// texts are the two values while they are being made alike: what bytes says of py2's
// holds if it is a byte string that is no ASCII.
type texts struct {
	py2, py3 string
	bytes    bool
}

// remedy makes alike what one cause makes different. It reports false where the
// texts show nothing of it.
type remedy struct {
	cause Cause
	apply func(t texts, k known) (texts, bool)
}

// remedies in the order in which they are applied; the causes of a pair are the
// fewest that make it equal.
var remedies = []remedy{
	{BytesReprInText, func(t texts, _ known) (texts, bool) {
		return reprs(t, func(content, _ string) string { return content })
	}},
	{BytesReprInText, func(t texts, _ known) (texts, bool) { return reprs(t, func(_, quoted string) string { return quoted }) }},
	{NewlineInQuotes, newlinesAlike},
	{UnicodeWhitespace, spacesAlike},
	{FloatRounding, twelveDigits},
	{SortOrder, partsInOrder},
	{BytesVsText, func(t texts, _ known) (texts, bool) {
		was := t.bytes
		t.bytes = false
		return t, was
	}},
	{Mojibake, sameBytes},
	{CaseMapping, func(t texts, _ known) (texts, bool) {
		foreign := !ingest.IsASCII(t.py2) || !ingest.IsASCII(t.py3)
		t.py2, t.py3 = fold(t.py2), fold(t.py3)
		return t, foreign
	}},
}

// pair returns the causes that the two values of a divergence prove, nil where they
// prove none.
func (k known) pair(e evidence) []Cause {
	switch e.d.Kind {
	case diff.KindCell, diff.KindKey:
	default:
		return nil
	}
	pairs := differing(e.d.Py2, e.d.Py3, nil)
	if len(pairs) == 0 || len(pairs) > maxPairs {
		return nil
	}
	var out []Cause
	for _, p := range pairs {
		causes := k.remedied(p[0], p[1])
		if causes == nil {
			return nil
		}
		for _, cause := range causes {
			if !slices.Contains(out, cause) {
				out = append(out, cause)
			}
		}
	}
	return out
}

// differing lists the pairs of values that differ within two of the same shape.
func differing(a, b ingest.Value, out [][2]ingest.Value) [][2]ingest.Value {
	step := map[ingest.Kind]int{ingest.KindList: 1, ingest.KindDict: 2}[a.Kind]
	if diff.Equal(a, b) || len(out) > maxPairs {
		return out
	}
	if step == 0 || a.Kind != b.Kind || len(a.Items) != len(b.Items) {
		return append(out, [2]ingest.Value{a, b})
	}
	for i := 0; i < len(a.Items); i += step {
		j := i
		if step == 2 { // by key, in whatever order
			if j = keyAt(b, a.Items[i]); j < 0 {
				return append(out, [2]ingest.Value{a, b})
			}
		}
		out = differing(a.Items[i+step-1], b.Items[j+step-1], out)
	}
	return out
}

func keyAt(dict, key ingest.Value) int {
	for i := 0; i < len(dict.Items); i += 2 {
		if diff.Equal(key, dict.Items[i]) {
			return i
		}
	}
	return -1
}

// remedied returns the fewest causes that make two strings equal.
func (k known) remedied(a, b ingest.Value) []Cause {
	if pickled(a) && pickled(b) {
		return []Cause{CachePickle}
	}
	t, ok := textsOf(a, b, k)
	if !ok {
		return nil
	}
	for n := 1; n <= maxTogether; n++ {
		if causes := k.choose(t, 0, n); causes != nil {
			return causes
		}
	}
	return nil
}

// pickled reports whether a value is a byte string that pickle.dumps() makes from
// protocol 2 on: opcode PROTO, the protocol, and STOP at the end (Lib/pickletools.py).
func pickled(v ingest.Value) bool {
	n := len(v.Str)
	return v.Kind == ingest.KindBytes && n > 3 && v.Str[0] == 0x80 && v.Str[1] >= 2 && v.Str[1] <= 5 && v.Str[n-1] == '.'
}

// choose tries n of the remedies from one on.
func (k known) choose(t texts, from, n int) []Cause {
	if n == 0 {
		if t.py2 == t.py3 && !t.bytes {
			return []Cause{}
		}
		return nil
	}
	for i := from; i < len(remedies); i++ {
		if t.py2 == t.py3 && remedies[i].cause != BytesVsText {
			continue
		}
		next, ok := remedies[i].apply(t, k)
		if !ok {
			continue
		}
		if causes := k.choose(next, i+1, n-1); causes != nil {
			return append([]Cause{remedies[i].cause}, causes...)
		}
	}
	return nil
}

// textsOf reads two strings; what py2's bytes are, py3's codec or UTF-8 tells.
func textsOf(a, b ingest.Value, k known) (texts, bool) {
	isText := func(v ingest.Value) bool { return v.Kind == ingest.KindText || v.Kind == ingest.KindBytes }
	if !isText(a) || b.Kind != ingest.KindText || len(a.Str)+len(b.Str) > maxPairText {
		return texts{}, false
	}
	t := texts{a.Str, b.Str, false}
	if a.Kind == ingest.KindBytes {
		t.bytes = !ingest.IsASCII(a.Str)
		switch text, ok := decode(k[ingest.Py3].settings, a.Str); {
		case ok && isCodec(k[ingest.Py3].codec):
			t.py2 = text
		case !utf8.ValidString(a.Str):
			t.py2 = ingest.Latin1Text(a.Str)
		}
	}
	return t, true
}

// literals are the reprs that differ: b'...' of Python 3, u'...' and 5L of Python 2.
var literals = compiled(`\b([bu]?)('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")`)

var longs = compiled(`\b(\d+)L\b`)

// reprs puts in the place of a repr of a byte string, on the path that writes it
// with a prefix, what the other writes: its content or its repr.
func reprs(t texts, with func(content, quoted string) string) (texts, bool) {
	rewrite := func(s, prefix string) string {
		return literals().ReplaceAllStringFunc(s, func(m string) string {
			if m[0] != prefix[0] {
				return m
			}
			return with(unescaped(m[2:len(m)-1], prefix), m[1:])
		})
	}
	py2, py3 := longs().ReplaceAllString(rewrite(t.py2, "u"), "$1"), rewrite(t.py3, "b")
	changed := py2 != t.py2 || py3 != t.py3
	t.py2, t.py3 = py2, py3
	return t, changed
}

// unescaped reads the inside of a repr, of bytes as UTF-8 if they are that.
func unescaped(s, prefix string) string {
	unquoted, err := strconv.Unquote(`"` + strings.NewReplacer(`\'`, `'`, `"`, `\"`, `\"`, `\"`).Replace(s) + `"`)
	if err != nil {
		return s
	}
	if prefix == "b" && !utf8.ValidString(unquoted) {
		return ingest.Latin1Text(unquoted)
	}
	return unquoted
}

func newlinesAlike(t texts, _ known) (texts, bool) {
	was := strings.ContainsAny(t.py2+t.py3, "\r\n")
	alike := strings.NewReplacer("\r\n", "\n", "\r", "\n")
	t.py2, t.py3 = alike.Replace(t.py2), alike.Replace(t.py3)
	return t, was
}

// spacesAlike takes every run of white space for one space, where there is any that
// bytes do not strip. A newline that one of the texts has not was lost in another way.
func spacesAlike(t texts, _ known) (texts, bool) {
	was := newlinesIn(t.py2) == newlinesIn(t.py3) && strings.ContainsFunc(t.py2+t.py3, func(r rune) bool { return (r > unicode.MaxASCII || r >= 0x1c) && isSpace(r) && r != ' ' })
	alike := func(s string) string {
		return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return isSpace(r) || unicode.IsSpace(r) }), " ")
	}
	t.py2, t.py3 = alike(t.py2), alike(t.py3)
	t.bytes = t.bytes && !ingest.IsASCII(t.py2)
	return t, was
}

func newlinesIn(s string) int { return strings.Count(s, "\n") + strings.Count(s, "\r") }

var floats = compiled(`\d+\.\d+(e[-+]\d+)?`)

// twelveDigits writes py3's floats as str() of Python 2 does: '%.12g'.
func twelveDigits(t texts, _ known) (texts, bool) {
	changed := false
	t.py3 = floats().ReplaceAllStringFunc(t.py3, func(s string) string {
		f, err := strconv.ParseFloat(s, 64)
		if err != nil || len(s) <= 13 {
			return s
		}
		changed = true
		short := strconv.FormatFloat(f, 'g', 12, 64)
		if !strings.ContainsAny(short, ".e") {
			short += ".0"
		}
		return short
	})
	return t, changed
}

// partsInOrder sorts the parts of two texts that have the same ones in another order, such
// as str() of a dict and what is joined of its keys.
func partsInOrder(t texts, _ known) (texts, bool) {
	a, b := partsOf(t.py2), partsOf(t.py3)
	if len(a) < 2 || len(a) != len(b) || slices.Equal(a, b) {
		return t, false
	}
	slices.Sort(a)
	slices.Sort(b)
	t.py2, t.py3 = strings.Join(a, " "), strings.Join(b, " ")
	return t, true
}

// partsOf splits a text at what stands between the items of a list, of a mapping, of a
// query and of a tag's attributes.
func partsOf(text string) []string {
	parts := strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(",;|&?{}[]()<>", r) })
	for i, part := range parts {
		parts[i] = strings.Trim(part, "/")
	}
	return slices.DeleteFunc(parts, func(s string) bool { return s == "" })
}

// guesses are the codecs that code decodes with, where it was not seen which.
var guesses = []string{"latin-1", "cp1252", "utf-8", "iso8859-15", "cp1250", "cp1251", "iso8859-2", "cp437", "cp850", "koi8-r", "mac-roman"}

// sameBytes turns py3's text into py2's if both are the same bytes to two codecs.
func sameBytes(t texts, k known) (texts, bool) {
	if _, _, ok := k.codecs(t); ok && !t.bytes {
		t.py3 = t.py2
		return t, true
	}
	return t, false
}

// codecs returns two codecs that make the two texts of the same bytes, those that
// were seen if there are any.
func (k known) codecs(t texts) (py2, py3 string, ok bool) {
	candidates := func(p ingest.Path) []string {
		if isCodec(k[p].codec) {
			return []string{k[p].codec}
		}
		return guesses
	}
	if t.py2 == t.py3 {
		return "", "", false
	}
	for _, three := range candidates(ingest.Py3) {
		data, ok := encode(k[ingest.Py3].settings.Python, three, t.py3)
		if !ok {
			continue
		}
		for _, two := range candidates(ingest.Py2) {
			if text, ok := decode(ingest.Settings{Python: k[ingest.Py2].settings.Python, Codec: two}, data); ok && text == t.py2 {
				return two, three, true
			}
		}
	}
	return "", "", false
}

// betrayed returns the codec that the values of a divergence show a path to decode
// with, "" if it was seen or they show none.
func (k known) betrayed(p ingest.Path, e evidence) string {
	if isCodec(k[p].codec) {
		return ""
	}
	for _, pair := range differing(e.d.Py2, e.d.Py3, nil) {
		t, ok := textsOf(pair[0], pair[1], k)
		if !ok || t.bytes {
			continue
		}
		t, _ = newlinesAlike(t, k)
		if two, three, ok := k.codecs(t); ok {
			return [2]string{two, three}[p]
		}
	}
	return ""
}

// decode reads bytes with a codec, if it can read all of them.
func decode(s ingest.Settings, data string) (string, bool) {
	a := alphabetOf(s.Python, s.Codec, []byte(data))
	var out []byte
	for _, c := range a.split([]byte(data)) {
		if c.r == bad {
			return "", false
		}
		out = ingest.AppendRune(out, c.r)
	}
	return string(out), true
}

// encode writes a text in UTF-8 or in a codec of single bytes.
func encode(py ingest.Python, codec, text string) (string, bool) {
	a := alphabetOf(py, codec, nil)
	if a.utf8 {
		return text, utf8.ValidString(text)
	}
	if a.table == nil || a.codec != nil {
		return "", false
	}
	var out []byte
	for _, r := range text {
		i := slices.Index(a.table[:], r)
		if i < 0 {
			return "", false
		}
		out = append(out, byte(i))
	}
	return string(out), true
}
