package pycell

import (
	"bytes"
	"math"
	"strconv"
	"strings"

	"github.com/feedparity/feedparity/ingest"
)

// FloatRepr returns Python's repr of a float: the shortest digits that read back
// as f, with an exponent below 1e-4 and from 1e16 on ("0.1", "1e+16", "nan").
// The same in every version (PyOS_double_to_string with 'r', since 2.7).
func FloatRepr(f float64) string {
	switch {
	case math.IsNaN(f):
		return "nan"
	case math.IsInf(f, 1):
		return "inf"
	case math.IsInf(f, -1):
		return "-inf"
	}
	e := strconv.FormatFloat(f, 'e', -1, 64)
	exp, _ := strconv.Atoi(e[strings.IndexByte(e, 'e')+1:])
	if exp < -4 || exp >= 16 {
		return e
	}
	s := strconv.FormatFloat(f, 'f', -1, 64)
	if strings.IndexByte(s, '.') < 0 {
		s += ".0"
	}
	return s
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// ParseFloat is float(cell): Python's repr of the result, or the exception with
// the exact text of the version. The cell is Bytes or Text in 2.7 and Text in
// 3.x. A version without a model is treated as the nearest one: callers refuse it
// before, as Convert does.
func ParseFloat(py ingest.Python, v ingest.Value) (repr string, fault *ingest.Fault) {
	m, _ := nearestModel(py)
	return parseFloat(m, v)
}

// parseFloat is float(cell), as ParseFloat describes it.
func parseFloat(m *model, v ingest.Value) (string, *ingest.Fault) {
	if m.bytes {
		return float2(m, v)
	}
	return float3(m, v)
}

// float2 is PyFloat_FromString of 2.7.
func float2(m *model, v ingest.Value) (string, *ingest.Fault) {
	s := []byte(v.Str)
	if v.Kind == ingest.KindText {
		var fault *ingest.Fault
		if s, fault = encodeDecimal(m, v.Str); fault != nil {
			return "", fault
		}
	}
	s = trimLeft(s)
	seen := cString(s)
	end := scanFloat(seen)
	switch {
	case end == 0:
		return "", ingest.Faultf("ValueError", "could not convert string to float: %s", ingest.Latin1Text(first(seen, 200)))
	case len(trimLeft(s[end:])) > 0:
		return "", ingest.Faultf("ValueError", "invalid literal for float(): %s", ingest.Latin1Text(first(seen, 200)))
	}
	return floatValue(seen[:end]), nil
}

// float3 is PyFloat_FromString of 3.x with _Py_string_to_number_with_underscores.
func float3(m *model, v ingest.Value) (string, *ingest.Fault) {
	s := foldText(m, v.Str)
	if m.keepsText {
		if fault := surrogateFault(v.Str); fault != nil {
			return "", fault
		}
	}
	s = trimRight(trimLeft(s))
	if len(s) == 0 && !m.quoteBlank {
		return "", ingest.Faultf("ValueError", "could not convert string to float: %s", m.emptyFloat)
	}
	digits, ok := dropUnderscores(s)
	if !ok || len(digits) == 0 || scanFloat(digits) != len(digits) {
		return "", ingest.Faultf("ValueError", "could not convert string to float: %s", reprOf(m, v))
	}
	return floatValue(digits), nil
}

// dropUnderscores removes the underscores that stand between two digits and
// refuses all others.
func dropUnderscores(s []byte) ([]byte, bool) {
	if bytes.IndexByte(s, '_') < 0 {
		return s, true
	}
	out := make([]byte, 0, len(s))
	for i, c := range s {
		if c != '_' {
			out = append(out, c)
		} else if i == 0 || i == len(s)-1 || !isDigit(s[i-1]) || !isDigit(s[i+1]) {
			return nil, false
		}
	}
	return out, true
}

// scanFloat returns the length of the longest start of s that
// PyOS_string_to_double accepts, 0 if none: _Py_dg_strtod and, where that finds
// nothing, _Py_parse_inf_or_nan. No hexadecimal, no spaces.
func scanFloat(s []byte) int {
	i := signLen(s)
	whole := digitsLen(s[i:])
	i += whole
	frac := 0
	if i < len(s) && s[i] == '.' {
		frac = digitsLen(s[i+1:])
		if whole+frac > 0 {
			i += 1 + frac
		}
	}
	if whole+frac == 0 {
		return scanInfNaN(s)
	}
	return i + exponentLen(s[i:])
}

// scanInfNaN is _Py_parse_inf_or_nan. The longer word is tried first: "infinit" is
// "inf" with something after it.
func scanInfNaN(s []byte) int {
	i := signLen(s)
	for _, word := range [...]string{"infinity", "inf", "nan"} {
		if len(s)-i >= len(word) && strings.EqualFold(string(s[i:i+len(word)]), word) {
			return i + len(word)
		}
	}
	return 0
}

func signLen(s []byte) int { return btoi(len(s) > 0 && (s[0] == '+' || s[0] == '-')) }

func digitsLen(s []byte) int {
	n := 0
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	return n
}

// exponentLen returns the length of the exponent s begins with, 0 for an 'e'
// without digits, which then ends the number.
func exponentLen(s []byte) int {
	if len(s) < 2 || s[0]|0x20 != 'e' {
		return 0
	}
	i := 1 + signLen(s[1:])
	n := digitsLen(s[i:])
	if n == 0 {
		return 0
	}
	return i + n
}

// floatValue returns the repr of what scanFloat accepted. Out of range is ±inf or
// zero, never an exception.
func floatValue(s []byte) string {
	sign := s[:signLen(s)]
	body := s[len(sign):]
	if c := body[0] | 0x20; c == 'n' {
		return "nan" // the sign of a nan does not show
	} else if c == 'i' {
		return FloatRepr(math.Inf(1 - 2*btoi(len(sign) > 0 && sign[0] == '-')))
	}
	f, _ := strconv.ParseFloat(string(sign)+plainFloat(body), 64)
	return FloatRepr(f)
}

// plainFloat brings numbers with very long exponents or fractions into a form in
// which strconv, which stops counting exponents at 10000, reads them exactly.
func plainFloat(s []byte) string {
	e := bytes.IndexAny(s, "eE")
	if e < 0 || len(s)-e < 6 {
		return string(s)
	}
	exp := saturated(s[e+1:])
	whole, frac, _ := bytes.Cut(s[:e], []byte("."))
	digits := append(append([]byte(nil), whole...), frac...)
	significant := bytes.TrimLeft(digits, "0")
	if len(significant) == 0 {
		return "0"
	}
	point := exp + int64(len(whole)-(len(digits)-len(significant))) // value = 0.significant * 10**point
	return "0." + string(significant) + "e" + strconv.FormatInt(min(max(point, -9999), 9999), 10)
}

// saturated reads a signed number, held within ±2e9.
func saturated(s []byte) int64 {
	n := int64(0)
	for _, c := range s[signLen(s):] {
		n = min(n*10+int64(c-'0'), 2_000_000_000)
	}
	if s[0] == '-' {
		return -n
	}
	return n
}
