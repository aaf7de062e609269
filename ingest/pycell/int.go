package pycell

import (
	"bytes"

	"github.com/feedparity/feedparity/ingest"
)

// parseInt is int(cell): canonical decimal digits or the exception. A long of 2.7
// is an int like any other.
func parseInt(m *model, v ingest.Value) (string, *ingest.Fault) {
	if m.bytes {
		return int2(m, v)
	}
	return int3(m, v)
}

// int2 is PyInt_FromString of 2.7 by way of int_from_string (byte strings, where
// more after a NUL is found only once the rest parsed) or PyInt_FromUnicode. Its
// PyOS_strtol skips spaces after the sign too.
func int2(m *model, v ingest.Value) (string, *ingest.Fault) {
	all := []byte(v.Str)
	if v.Kind == ingest.KindText {
		var fault *ingest.Fault
		if all, fault = encodeDecimal(m, v.Str); fault != nil {
			return "", fault
		}
	}
	s := trimLeft(cString(all))
	sign := signLen(s)
	body := trimLeft(s[sign:])
	n := digitsLen(body)
	if n == 0 || len(trimLeft(body[n:])) > 0 {
		shown := reprOf(m, ingest.Bytes(string(first(s, 200))))
		return "", ingest.Faultf("ValueError", "invalid literal for int() with base 10: %s", shown)
	}
	if len(cString(all)) < len(all) {
		return "", ingest.Faultf("ValueError", "null byte in argument for int()")
	}
	return canonicalInt(s[:sign], body[:n]), nil
}

// int3 is PyLong_FromUnicodeObject with PyLong_FromString of 3.x. The digits are
// counted against the limit before (to 3.11) or after what follows them is looked
// at, but always before a NUL is, which only the caller notices.
func int3(m *model, v ingest.Value) (string, *ingest.Fault) {
	all := foldText(m, v.Str)
	s := trimLeft(cString(all))
	sign := signLen(s)
	body := s[sign:]
	n := 0
	for n < len(body) && (isDigit(body[n]) || body[n] == '_') {
		n++
	}
	digits, ok := dropUnderscores(body[:n])
	rest := len(trimLeft(body[n:])) > 0
	nul := len(cString(all)) < len(all)
	switch {
	case !ok || n == 0 || rest && m.limitLate:
	case m.digitLimit > 0 && len(digits) > m.digitLimit:
		return "", ingest.Faultf("ValueError", "Exceeds the limit (%s) for integer string conversion: value has %d digits; use sys.set_int_max_str_digits() to increase the limit", m.limitText, len(digits))
	case !rest && !nul:
		return canonicalInt(s[:sign], digits), nil
	}
	return "", ingest.Faultf("ValueError", "invalid literal for int() with base 10: %s", shortRepr(m, v))
}

// canonicalInt writes digits as str(int) does: no leading zeros, no plus, no -0.
func canonicalInt(sign, digits []byte) string {
	digits = bytes.TrimLeft(digits, "0")
	switch {
	case len(digits) == 0:
		return "0"
	case len(sign) > 0 && sign[0] == '-':
		return "-" + string(digits)
	}
	return string(digits)
}
