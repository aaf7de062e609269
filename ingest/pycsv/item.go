package pycsv

import (
	"fmt"
	"math/big"

	"github.com/feedparity/feedparity/ingest"
)

// itemText returns the characters of an item as Reader_iternext gets them, and
// counts the line: 2.7 does so before it looks at the item, 3.x only once the
// item is known to be a string.
func (r *Reader) itemText(item ingest.Value) (string, bool) {
	if r.v.Text {
		if item.Kind != ingest.KindText {
			return "", r.fail("csv.Error", r.v.ItemType, typeName(r.v, item))
		}
		r.lineNum++
		return item.Str, true
	}
	r.lineNum++
	switch item.Kind {
	case ingest.KindBytes:
		return item.Str, true
	case ingest.KindText:
		// A unicode item is encoded with the default codec, so its cells are byte
		// strings, too.
		if ingest.IsASCII(item.Str) {
			return item.Str, true
		}
		r.fault = asciiFault(item.Str)
		return "", false
	}
	return "", r.fail("TypeError", "expected string or Unicode object, %s found", typeName(r.v, item))
}

// asciiFault is what 2.7 raises when PyString_AsString encodes a unicode object
// with the default codec: PyUnicode_EncodeASCII (unicode_encode_ucs1) reports
// the whole run of characters that it cannot encode.
func asciiFault(s string) *ingest.Fault {
	runes := ingest.Runes(s)
	start := 0
	for runes[start] < 0x80 {
		start++
	}
	end := start
	for end < len(runes) && runes[end] >= 0x80 {
		end++
	}
	if end-start > 1 {
		return ingest.Faultf("UnicodeEncodeError",
			"'ascii' codec can't encode characters in position %d-%d: ordinal not in range(128)", start, end-1)
	}
	return ingest.Faultf("UnicodeEncodeError",
		"'ascii' codec can't encode character u'%s' in position %d: ordinal not in range(128)", py2Escape(runes[start]), start)
}

// py2Escape is how UnicodeEncodeError.__str__ of 2.7 shows one character.
func py2Escape(c rune) string {
	switch {
	case c <= 0xFF:
		return fmt.Sprintf(`\x%02x`, c)
	case c <= 0xFFFF:
		return fmt.Sprintf(`\u%04x`, c)
	}
	return fmt.Sprintf(`\U%08x`, c)
}

// typeName is type(v).__name__.
func typeName(v *Version, x ingest.Value) string {
	switch x.Kind {
	case ingest.KindNone:
		return "NoneType"
	case ingest.KindBytes:
		return map[bool]string{false: "str", true: "bytes"}[v.Text]
	case ingest.KindText:
		return map[bool]string{false: "unicode", true: "str"}[v.Text]
	case ingest.KindInt:
		n, ok := new(big.Int).SetString(x.Str, 10)
		return map[bool]string{false: "int", true: "long"}[!v.Text && ok && !n.IsInt64()]
	case ingest.KindDecimal:
		return map[bool]string{false: "Decimal", true: "decimal.Decimal"}[v.Text] // a class of Python, a type of C
	case ingest.KindDate:
		return "datetime.date"
	case ingest.KindDateTime:
		return "datetime.datetime"
	case ingest.KindOther:
		return x.Items[0].Str
	}
	return x.Kind.String() // bool, float, list, set, dict: Python's own names
}
