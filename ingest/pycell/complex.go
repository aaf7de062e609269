package pycell

import (
	"github.com/feedparity/feedparity/ingest"
)

// Numeric reports whether a type takes a cell without an exception: "int", "long"
// of 2.7, "float" or "complex". Csv.Sniffer asks. A version without a model is
// treated as the nearest one.
func Numeric(py ingest.Python, typ string, v ingest.Value) bool {
	m, _ := nearestModel(py)
	switch typ {
	case "int":
		_, fault := parseInt(m, v)
		return fault == nil
	case "long":
		return isLong(m, v)
	case "float":
		_, fault := parseFloat(m, v)
		return fault == nil
	case "complex":
		return isComplex(m, v)
	}
	return false
}

// isLong is long(cell) of 2.7: what int takes, and an L behind the digits.
func isLong(m *model, v ingest.Value) bool {
	s := trimRight([]byte(v.Str))
	if n := len(s) - 1; n > 0 && s[n]|0x20 == 'l' && isDigit(s[n-1]) {
		v.Str = string(s[:n])
	}
	_, fault := parseInt(m, v)
	return fault == nil
}

// isComplex is complex(cell): complex_subtype_from_string of 2.7 and 3.x.
func isComplex(m *model, v ingest.Value) bool {
	s := []byte(v.Str)
	if !m.bytes {
		var ok bool
		if s, ok = dropUnderscores(foldText(m, v.Str)); !ok {
			return false
		}
	}
	s = trimLeft(s)
	bracket := len(s) > 0 && s[0] == '('
	if bracket {
		s = trimLeft(s[1:])
	}
	n, ok := scanComplex(s)
	if !ok {
		return false
	}
	s = trimLeft(s[n:])
	if bracket {
		if len(s) == 0 || s[0] != ')' {
			return false
		}
		s = trimLeft(s[1:])
	}
	return len(s) == 0
}

// scanComplex returns the length of <float>, <float>j, <float><sign>[<float>]j or
// [<sign>]j.
func scanComplex(s []byte) (int, bool) {
	n := scanFloat(s)
	if n == 0 {
		n = signLen(s)
		return n + 1, isJ(s, n)
	}
	if signLen(s[n:]) == 0 {
		return n + btoi(isJ(s, n)), true
	}
	n += max(scanFloat(s[n:]), 1)
	return n + 1, isJ(s, n)
}

func isJ(s []byte, at int) bool { return at < len(s) && s[at]|0x20 == 'j' }
