package pycsv

import (
	"math/big"
	"slices"
	"strings"

	"github.com/feedparity/feedparity/ingest"
)

// The quoting constants of module csv.
const (
	QuoteMinimal = iota
	QuoteAll
	QuoteNonnumeric
	QuoteNone
	QuoteStrings // 3.12
	QuoteNotNull // 3.12
)

// Two values that no character has.
const (
	eol    rune = -1 // the end of an item, which CPython's parser is fed after its last character
	notSet rune = -2 // a quotechar or escapechar that is None
)

// Dialect is what csv.reader makes of its keyword arguments, checked as one
// version checks them. It is immutable and may serve many readers.
type Dialect struct {
	delimiter, quotechar, escapechar      rune
	doublequote, skipinitialspace, strict bool
	quoting                               int64
	lineterminator                        string
	dict                                  dictArguments
	fieldStops, quotedStops               [256]bool // first bytes of characters that are not ordinary inside a field
}

// NewDialect checks keyword arguments as csv.reader(lines, **opts) does. The
// fault is the exception csv.reader raises.
func NewDialect(v *Version, opts ingest.Dialect) (*Dialect, *ingest.Fault) {
	b := dialectBuilder{v: v, opts: v.keywords(opts)}
	b.parseArguments(len(b.opts), "keyword ")
	if name, ok := b.opts.Get("dialect"); ok {
		b.base = b.named(name)
	}
	return b.build()
}

// str is a native string literal of the version.
func (v *Version) str(s string) ingest.Value {
	if v.Text {
		return ingest.Text(s)
	}
	return ingest.Bytes(s)
}

// build is dialect_new after its arguments were parsed.
func (b *dialectBuilder) build() (*Dialect, *ingest.Fault) {
	// The order of these calls is the order in which faults are found.
	d := &Dialect{}
	d.delimiter = b.setChar("delimiter", ',', false)
	d.doublequote = b.setBool("doublequote", true)
	d.escapechar = b.setChar("escapechar", notSet, true)
	d.lineterminator = b.setString("lineterminator", "\r\n")
	d.quotechar = b.setChar("quotechar", '"', true)
	d.quoting = b.setInt("quoting", QuoteMinimal)
	d.skipinitialspace = b.setBool("skipinitialspace", false)
	d.strict = b.setBool("strict", false)
	b.check(d)
	if b.fault != nil {
		return nil, b.fault
	}
	d.findStops(b.v)
	return d, nil
}

// keywords are options as the items of a keyword dict: the last value of each
// name, in the order of the dict.
func (v *Version) keywords(opts ingest.Dialect) ingest.Dialect {
	names := make([]ingest.Value, len(opts))
	for i, o := range opts {
		names[i] = v.str(o.Name)
	}
	out := make(ingest.Dialect, 0, len(opts))
	for _, name := range v.plan(names).keys {
		value, _ := opts.Get(name.Str)
		out = append(out, ingest.DialectOption{Name: name.Str, Value: value})
	}
	return out
}

// dialectBuilder is dialect_new: it keeps the first fault and does nothing more
// after it.
type dialectBuilder struct {
	v     *Version
	opts  ingest.Dialect
	base  ingest.Dialect // the attributes of the registered dialect named by dialect=, nil if none
	fault *ingest.Fault
}

func (b *dialectBuilder) fail(class, format string, args ...any) {
	if b.fault == nil {
		b.fault = ingest.Faultf(class, format, args...)
	}
}

// parseArguments is PyArg_ParseTupleAndKeywords: it meets the unknown names in
// the order of the keyword dict. The word is what 3.7 puts into its message where
// no argument is positional.
func (b *dialectBuilder) parseArguments(count int, word string) {
	if count > len(ingest.DialectNames)+1 {
		b.fail("TypeError", b.v.TooMany, word, count)
		return
	}
	for _, o := range b.opts {
		if o.Name == "dialect" || slices.Contains(ingest.DialectNames, o.Name) {
			continue
		}
		hint := ""
		if b.v.Suggests {
			hint = suggestion(o.Name)
		}
		b.fail("TypeError", b.v.Keyword, b.v.shown(o.Name), hint)
		return
	}
}

// shown is how a name appears in a message: Python 2's is a byte string.
func (v *Version) shown(name string) string {
	if v.Text {
		return name
	}
	return ingest.Latin1Text(name)
}

// named returns the registered dialect of that name. A value that is no string
// has no attributes, which dialect_new takes for "nothing given".
func (b *dialectBuilder) named(name ingest.Value) ingest.Dialect {
	if b.fault != nil || name.Kind != ingest.KindText && (b.v.Text || name.Kind != ingest.KindBytes) {
		return nil
	}
	if !slices.Contains(b.v.Dialects, name.Str) {
		b.fail("csv.Error", "unknown dialect")
		return nil
	}
	delimiter, lineterminator, quoting := ",", "\r\n", int64(QuoteMinimal)
	switch name.Str {
	case "excel-tab":
		delimiter = "\t"
	case "unix":
		lineterminator, quoting = "\n", QuoteAll
	}
	return ingest.Dialect{
		{Name: "delimiter", Value: b.v.str(delimiter)},
		{Name: "lineterminator", Value: b.v.str(lineterminator)},
		{Name: "quotechar", Value: b.v.str(`"`)},
		{Name: "quoting", Value: ingest.Int(quoting)},
	}
}

// option returns the value given for a name, or the named dialect's.
func (b *dialectBuilder) option(name string) (ingest.Value, bool) {
	if v, ok := b.opts.Get(name); ok {
		return v, true
	}
	return b.base.Get(name)
}

// setChar is _set_char and, from 3.9 on, _set_char_or_none.
func (b *dialectBuilder) setChar(name string, dflt rune, orNone bool) rune {
	v, ok := b.option(name)
	if !ok {
		return dflt
	}
	want := "string"
	if b.v.NamesCharacter {
		want = "a unicode character"
	}
	if b.v.NoneByType && orNone {
		want += " or None"
	}
	if v.Kind == ingest.KindNone && (orNone || !b.v.NoneByType) {
		return notSet
	}
	if v.Kind != b.v.str("").Kind {
		b.fail("TypeError", `"%s" must be %s, not %s`, name, want, typeName(b.v, v))
		return notSet
	}
	// An empty string unset a character until 3.11, and so did NUL, since C stored
	// "not set" as 0.
	c, n := b.v.char(v.Str)
	if n < len(v.Str) || n == 0 && b.v.ExactlyOne {
		b.failLength(name, want, v.Str)
	}
	if n == 0 || c == 0 && !b.v.ExactlyOne {
		return notSet
	}
	return c
}

// failLength refuses a string that is not one character.
func (b *dialectBuilder) failLength(name, want, s string) {
	if b.v.NamesCharacter {
		b.fail("TypeError", `"%s" must be %s, not a string of length %d`, name, want, ingest.RuneCount(s))
		return
	}
	b.fail("TypeError", b.v.OneCharacter, name)
}

// char returns the first character of s, as this version counts characters, and
// its width in bytes.
func (v *Version) char(s string) (rune, int) {
	if v.Text || s == "" {
		return ingest.DecodeRune(s)
	}
	return rune(s[0]), 1
}

// setBool is _set_bool: any object's truth.
func (b *dialectBuilder) setBool(name string, dflt bool) bool {
	v, ok := b.option(name)
	if !ok {
		return dflt
	}
	switch v.Kind {
	case ingest.KindBool:
		return v.IsTrue()
	case ingest.KindInt:
		return v.Str != "0"
	case ingest.KindFloat:
		return v.Str != "0.0" && v.Str != "-0.0"
	case ingest.KindBytes, ingest.KindText:
		return v.Str != ""
	}
	return len(v.Items) > 0 // None has none
}

// setString is _set_str, used for the lineterminator alone. Until 3.14 None is
// stored and refused later, after everything else.
func (b *dialectBuilder) setString(name, dflt string) string {
	v, ok := b.option(name)
	switch {
	case !ok || v.Kind == ingest.KindNone && !b.v.NamesCharacter:
		return dflt
	case v.Kind == ingest.KindText, v.Kind == ingest.KindBytes && !b.v.Text:
		return v.Str
	}
	b.fail("TypeError", `"%s" must be a string%s`, name, b.notType(v))
	return ""
}

// notType is how the messages of 3.14 end.
func (b *dialectBuilder) notType(v ingest.Value) string {
	if !b.v.NamesCharacter {
		return ""
	}
	return ", not " + typeName(b.v, v)
}

// setInt is _set_int, used for quoting alone.
func (b *dialectBuilder) setInt(name string, dflt int64) int64 {
	v, ok := b.option(name)
	if !ok {
		return dflt
	}
	if v.Kind == ingest.KindBool && b.v.Quoting == IntWraps {
		return map[bool]int64{true: 1}[v.IsTrue()]
	}
	n, isInt := new(big.Int).SetString(v.Str, 10)
	if v.Kind != ingest.KindInt || !isInt {
		b.fail("TypeError", `"%s" must be an integer%s`, name, b.notType(v))
		return dflt
	}
	// The C type it must fit, and what happens if it does not, changed twice.
	fits := n.IsInt64() && n.Int64() == int64(int32(n.Int64()))
	switch {
	case !fits && b.v.Quoting == IntOverflow:
		b.fail("OverflowError", "Python int too large to convert to C int")
	case !n.IsInt64():
		b.fail("OverflowError", "Python int too large to convert to C long")
	case !fits && b.v.Quoting == IntRange:
		b.fail("ValueError", `integer out of range for "%s"`, name)
	}
	return int64(int32(n.Int64()))
}

// check is the part of dialect_new that validates the options together.
func (b *dialectBuilder) check(d *Dialect) {
	if d.quoting < 0 || d.quoting > b.v.LastQuoting {
		b.fail("TypeError", `bad "quoting" value`)
	}
	if d.delimiter == notSet {
		b.fail("TypeError", b.v.OneCharacter, "delimiter")
	}
	// Only a quotechar=None that is given, with no quoting from anywhere, turns
	// quoting off.
	quotechar, given := b.option("quotechar")
	if _, quoting := b.option("quoting"); given && quotechar.Kind == ingest.KindNone && !quoting {
		d.quoting = QuoteNone
	}
	if d.quoting != QuoteNone && d.quotechar == notSet {
		b.fail("TypeError", "quotechar must be set if quoting enabled")
	}
	if v, ok := b.option("lineterminator"); ok && v.Kind == ingest.KindNone {
		b.fail("TypeError", "lineterminator must be set")
	}
	if b.v.CharactersDiffer {
		b.checkCharacters(d)
	}
}

// checkCharacters is dialect_check_char and dialect_check_chars of 3.13.
func (b *dialectBuilder) checkCharacters(d *Dialect) {
	type named struct {
		name       string
		c          rune
		allowSpace bool
	}
	delimiter := named{"delimiter", d.delimiter, true}
	escapechar := named{"escapechar", d.escapechar, !d.skipinitialspace}
	quotechar := named{"quotechar", d.quotechar, !d.skipinitialspace}
	for _, n := range []named{delimiter, escapechar, quotechar} {
		if n.c == '\r' || n.c == '\n' || n.c == ' ' && !n.allowSpace {
			b.fail("ValueError", "bad %s value", n.name)
		}
		if n.c != notSet && strings.Contains(d.lineterminator, string(ingest.AppendRune(nil, n.c))) {
			b.fail("ValueError", "bad %s or lineterminator value", n.name)
		}
	}
	for _, p := range [][2]named{{delimiter, escapechar}, {delimiter, quotechar}, {escapechar, quotechar}} {
		if p[0].c != notSet && p[0].c == p[1].c {
			b.fail("ValueError", "bad %s or %s value", p[0].name, p[1].name)
		}
	}
}

// findStops notes by which bytes the reader must leave its loop over ordinary
// characters: for a character of several bytes its first, which other characters
// may share.
func (d *Dialect) findStops(v *Version) {
	set := func(stops *[256]bool, chars ...rune) {
		for _, c := range chars {
			switch {
			case c == notSet:
			case v.Text:
				stops[ingest.AppendRune(nil, c)[0]] = true
			default:
				stops[byte(c)] = true
			}
		}
	}
	set(&d.fieldStops, '\n', '\r', d.escapechar, d.delimiter)
	set(&d.quotedStops, d.escapechar, d.quotechar)
	if v.NUL != "" {
		d.fieldStops[0], d.quotedStops[0] = true, true
	}
}
