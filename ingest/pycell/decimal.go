package pycell

import (
	"bytes"
	"math/big"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/feedparity/feedparity/ingest"
)

// The exponents of _decimal's largest context (libmpdec, 64 bits). Python 2.7 has
// no limits.
const (
	maxEmax  = 999999999999999999
	minEtiny = -1999999999999999997
)

// parseDecimal is str(decimal.Decimal(cell)) or the exception.
func parseDecimal(m *model, v ingest.Value) (string, *ingest.Fault) {
	var s []byte
	if m.bytes {
		s = decimalText2(m, v)
	} else {
		s = decimalText3(m, v.Str)
	}
	d, ok := scanDecimal(s)
	switch {
	case !ok && m.bytes:
		return "", ingest.Faultf("InvalidOperation", "Invalid literal for Decimal: %s", reprOf(m, v))
	case !ok:
		return "", ingest.Faultf("InvalidOperation", "[<class 'decimal.ConversionSyntax'>]")
	case !m.bytes && !d.fits():
		return "", ingest.Faultf("InvalidOperation", "[<class 'decimal.InvalidOperation'>]")
	}
	return d.String(), nil
}

// decimalText2 prepares a cell for the grammar as decimal.py of 2.7 does:
// strip(), and for unicode the pattern's re.UNICODE digits and re.IGNORECASE,
// whose equivalents of i and s (sre_compile._equivalences) reach beyond ASCII.
func decimalText2(m *model, v ingest.Value) []byte {
	if v.Kind == ingest.KindBytes {
		return trimRight(trimLeft([]byte(v.Str)))
	}
	var out []byte
	for s := stripText(m, v.Str, true, true); len(s) > 0; {
		r, n := ingest.DecodeRune(s)
		s = s[n:]
		switch d, ok := decimal.table(m).find(r); {
		case ok:
			out = append(out, '0'+byte(r+d))
		case r < utf8.RuneSelf:
			out = append(out, byte(r))
		case r == 'İ' || r == 'ı':
			out = append(out, 'i')
		case r == 'ſ':
			out = append(out, 's')
		default:
			return nil
		}
	}
	return out
}

// decimalText3 is numeric_as_ascii of _decimal.c: whitespace goes from the edges,
// underscores from everywhere, inner spaces stay to be refused.
func decimalText3(m *model, s string) []byte {
	var out []byte
	for s = stripText(m, s, true, true); len(s) > 0; {
		r, n := ingest.DecodeRune(s)
		s = s[n:]
		switch d, ok := decimal.table(m).find(r); {
		case r == '_':
		case ok:
			out = append(out, '0'+byte(r+d))
		case r > 0 && r < utf8.RuneSelf:
			out = append(out, byte(r))
		default: // a space or a stranger: either way no number
			return nil
		}
	}
	return out
}

// A number as Decimal holds it: coefficient without leading zeros times ten to
// exp, or a word (Infinity, NaN, sNaN) with the coefficient as NaN's payload.
type number struct {
	negative bool
	word     string
	digits   []byte
	exp      int64
	big      *big.Int // the exponent where it is too long for exp
}

// scanDecimal reads the numeric-string grammar of the General Decimal Arithmetic
// specification, the same in decimal.py and libmpdec.
func scanDecimal(s []byte) (number, bool) {
	var d number
	n := signLen(s)
	d.negative = n > 0 && s[0] == '-'
	s = s[n:]
	if len(s) > 0 && !isDigit(s[0]) && s[0] != '.' {
		return d, d.scanWord(s)
	}
	e := bytes.IndexAny(s, "eE")
	mantissa := s
	if e >= 0 {
		mantissa = s[:e]
		if !d.scanExponent(s[e+1:]) {
			return d, false
		}
	}
	whole, frac, _ := bytes.Cut(mantissa, []byte("."))
	if len(whole)+len(frac) == 0 || digitsLen(whole) < len(whole) || digitsLen(frac) < len(frac) {
		return d, false
	}
	d.digits = significant(append(append(d.digits, whole...), frac...))
	if d.big != nil {
		d.big.Sub(d.big, big.NewInt(int64(len(frac))))
	}
	d.exp -= int64(len(frac))
	return d, true
}

// significant drops leading zeros but for a last one.
func significant(digits []byte) []byte {
	for len(digits) > 1 && digits[0] == '0' {
		digits = digits[1:]
	}
	return digits
}

// scanWord reads Infinity, NaN and sNaN, in any case of ASCII letters. What a NaN
// carries may be any digits; leading zeros go.
func (d *number) scanWord(s []byte) bool {
	lower := lowerASCII(string(s))
	if lower == "inf" || lower == "infinity" {
		d.word = "Infinity"
		return true
	}
	d.word = "NaN"
	if lower[0] == 's' {
		d.word, lower = "sNaN", lower[1:]
	}
	payload, ok := strings.CutPrefix(lower, "nan")
	d.digits = bytes.TrimLeft([]byte(payload), "0")
	return ok && digitsLen([]byte(payload)) == len(payload)
}

// scanExponent reads what follows the E. Up to 17 digits leave room in an int64 for
// the length of the fraction.
func (d *number) scanExponent(s []byte) bool {
	n := signLen(s)
	if len(s) == n || digitsLen(s[n:]) < len(s)-n {
		return false
	}
	if digits := bytes.TrimLeft(s[n:], "0"); len(digits) > 17 {
		d.big, _ = new(big.Int).SetString(string(s), 10)
		return true
	}
	d.exp, _ = strconv.ParseInt(string(s), 10, 64)
	return true
}

// fits reports whether PyDecType_FromCStringExact can hold the number: it
// refuses what it would have to round or clamp.
func (d *number) fits() bool {
	if d.word != "" {
		return true
	}
	exp := d.bigExp()
	most := new(big.Int).Set(exp)
	if d.digits[0] != '0' {
		most.Add(most, big.NewInt(int64(len(d.digits)-1)))
	}
	return most.Cmp(big.NewInt(maxEmax)) <= 0 && exp.Cmp(big.NewInt(minEtiny)) >= 0
}

func (d *number) bigExp() *big.Int {
	if d.big != nil {
		return d.big
	}
	return big.NewInt(d.exp)
}

// String is Decimal.__str__ (to-scientific-string).
func (d *number) String() string {
	out := make([]byte, 0, len(d.digits)+16)
	if d.negative {
		out = append(out, '-')
	}
	if d.word != "" {
		return string(append(append(out, d.word...), d.digits...))
	}
	left := d.exp + int64(len(d.digits)) // digits before the point
	switch {
	case d.big != nil || d.exp > 0 || left <= -6:
		return d.scientific(out)
	case left <= 0:
		out = append(out, "0."...)
		out = append(out, "000000"[:-left]...)
		return string(append(out, d.digits...))
	}
	out = append(out, d.digits[:left]...)
	if int(left) < len(d.digits) {
		out = append(append(out, '.'), d.digits[left:]...)
	}
	return string(out)
}

// scientific writes one digit before the point and the adjusted exponent, which is
// never 0 here.
func (d *number) scientific(out []byte) string {
	out = append(out, d.digits[0])
	if len(d.digits) > 1 {
		out = append(append(out, '.'), d.digits[1:]...)
	}
	exp := new(big.Int).Add(d.bigExp(), big.NewInt(int64(len(d.digits)-1)))
	if exp.Sign() > 0 {
		out = append(out, "E+"...)
	} else {
		out = append(out, 'E')
	}
	return string(exp.Append(out, 10))
}
