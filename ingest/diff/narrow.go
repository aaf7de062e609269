package diff

import (
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/feedparity/feedparity/ingest"
)

// Means reports whether a rule is about a divergence.
func Means(n ingest.Narrow, d Divergence) bool {
	switch {
	case n.IsZero():
		return true
	case d.Kind != KindCell && d.Kind != KindKey || d.Column == 0 && d.Name == "":
		return false // of a whole row, or an exception
	case n.Column != "" && n.Column != d.Name && n.Column != strconv.Itoa(d.Column):
		return false
	case n.Tolerance != nil && !withinTolerance(d.Py2, d.Py3, *n.Tolerance):
		return false
	}
	return n.Values == "" || ofClass(n.Values, d.Py2, d.Py3)
}

// ofClass reports whether two values are of one of ingest.ValueClasses.
func ofClass(class string, a, b ingest.Value) bool {
	switch class {
	case "number":
		return isNumber(a) && isNumber(b)
	case "date":
		return isDate(a) && isDate(b)
	case "text":
		return isPlain(a) && isPlain(b)
	case "empty":
		return isEmpty(a) || isEmpty(b)
	case "space":
		return sameBut(a, b, func(s string) string { return without(s, unicode.IsSpace) })
	case "newline":
		return sameBut(a, b, func(s string) string { return without(s, func(r rune) bool { return r == '\r' || r == '\n' }) })
	case "case":
		return sameBut(a, b, func(s string) string { return strings.ToLower(strings.ReplaceAll(s, "ß", "ss")) })
	}
	return false
}

func isText(v ingest.Value) bool { return v.Kind == ingest.KindText || v.Kind == ingest.KindBytes }

func isEmpty(v ingest.Value) bool { return v.Kind == ingest.KindNone || isText(v) && v.Str == "" }

func isNumber(v ingest.Value) bool {
	if v.Kind == ingest.KindInt || v.Kind == ingest.KindFloat || v.Kind == ingest.KindDecimal {
		return true
	}
	_, err := strconv.ParseFloat(strings.TrimSpace(v.Str), 64)
	return isText(v) && err == nil
}

func isDate(v ingest.Value) bool {
	if v.Kind == ingest.KindDate || v.Kind == ingest.KindDateTime {
		return true
	}
	text := strings.TrimSpace(v.Str)
	day, rest := text[:min(len(text), len(time.DateOnly))], text[min(len(text), len(time.DateOnly)):]
	_, err := time.Parse(time.DateOnly, day)
	return isText(v) && err == nil && (rest == "" || rest[0] == ' ' || rest[0] == 'T')
}

func isPlain(v ingest.Value) bool { return isText(v) && !isEmpty(v) && !isNumber(v) && !isDate(v) }

// sameBut compares two texts by what is left of them. Bytes of Python 2 that are no UTF-8
// are the same as nothing but themselves.
func sameBut(a, b ingest.Value, rest func(string) string) bool {
	return isText(a) && isText(b) && rest(a.Str) == rest(b.Str)
}

func without(s string, set func(rune) bool) string {
	return strings.Map(func(r rune) rune {
		if set(r) {
			return -1
		}
		return r
	}, s)
}
