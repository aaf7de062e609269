package pycell

import (
	"math"
	"math/big"
	"strconv"
	"strings"

	"github.com/feedparity/feedparity/ingest"
)

// toInt, toFloat and toDecimal are int(v), float(v) and Decimal(v) of a cell or of
// a number made from one.
func toInt(m *model, v ingest.Value) (ingest.Value, *ingest.Fault) {
	switch v.Kind {
	case ingest.KindInt:
		return v, nil
	case ingest.KindBool:
		return intOfBool(v), nil
	case ingest.KindFloat:
		return truncated(v, "")
	}
	digits, fault := parseInt(m, v)
	if fault != nil {
		return v, fault
	}
	return ingest.BigInt(digits), nil
}

func toFloat(m *model, v ingest.Value) (ingest.Value, *ingest.Fault) {
	switch v.Kind {
	case ingest.KindFloat:
		return v, nil
	case ingest.KindInt, ingest.KindBool, ingest.KindDecimal:
		f, fault := asFloat(m, v)
		return ingest.Float(FloatRepr(f)), fault
	}
	repr, fault := parseFloat(m, v)
	if fault != nil {
		return v, fault
	}
	return ingest.Float(repr), nil
}

func toDecimal(m *model, v ingest.Value) (ingest.Value, *ingest.Fault) {
	switch v.Kind {
	case ingest.KindInt:
		return ingest.Decimal(v.Str), nil
	case ingest.KindBool:
		return ingest.Decimal(intOfBool(v).Str), nil
	}
	s, fault := parseDecimal(m, v)
	if fault != nil {
		return v, fault
	}
	return ingest.Decimal(s), nil
}

// toBool is bool(v): of a cell whether it is not empty.
func toBool(_ *model, v ingest.Value) (ingest.Value, *ingest.Fault) {
	switch v.Kind {
	case ingest.KindBool:
		return v, nil
	case ingest.KindInt:
		return ingest.Bool(v.Str != "0"), nil
	case ingest.KindFloat:
		return ingest.Bool(floatOf(v) != 0), nil
	case ingest.KindDecimal:
		d, _ := scanDecimal([]byte(v.Str))
		return ingest.Bool(d.word != "" || d.digits[0] != '0'), nil
	case ingest.KindBytes, ingest.KindText:
		return ingest.Bool(v.Str != ""), nil
	}
	return ingest.Bool(true), nil
}

func intOfBool(v ingest.Value) ingest.Value {
	if v.IsTrue() {
		return ingest.Int(1)
	}
	return ingest.Int(0)
}

// floatOf reads back a repr.
func floatOf(v ingest.Value) float64 {
	f, _ := strconv.ParseFloat(v.Str, 64)
	return f
}

// bigOf is the number an Int or Bool is.
func bigOf(v ingest.Value) *big.Int {
	if v.Kind == ingest.KindBool {
		v = intOfBool(v)
	}
	n, _ := new(big.Int).SetString(v.Str, 10)
	return n
}

// asFloat is what PyFloat_AsDouble makes of a number.
func asFloat(m *model, v ingest.Value) (float64, *ingest.Fault) {
	switch v.Kind {
	case ingest.KindFloat:
		return floatOf(v), nil
	case ingest.KindDecimal:
		return decimalFloat(m, v)
	}
	f, _ := new(big.Float).SetInt(bigOf(v)).Float64()
	if math.IsInf(f, 0) {
		if m.bytes {
			return 0, ingest.Faultf("OverflowError", "long int too large to convert to float")
		}
		return 0, ingest.Faultf("OverflowError", "int too large to convert to float")
	}
	return f, nil
}

// truncated is int(float).
func truncated(v ingest.Value, refused string) (ingest.Value, *ingest.Fault) {
	f := floatOf(v)
	switch {
	case refused != "" && (math.IsNaN(f) || math.IsInf(f, 0)):
		return v, ingest.Faultf("TypeError", "%s", refused)
	case math.IsNaN(f):
		return v, ingest.Faultf("ValueError", "cannot convert float NaN to integer")
	case math.IsInf(f, 0):
		return v, ingest.Faultf("OverflowError", "cannot convert float infinity to integer")
	}
	n, _ := big.NewFloat(f).Int(nil)
	return ingest.BigInt(n.String()), nil
}

// roundFunction is round(v) and round(v, digits): in 2.7 always a float, halves
// away from zero; in 3.x halves to even, an int without digits or of an int, a
// Decimal of a Decimal.
func roundFunction(op ingest.Op) cellFunc {
	digits, given := 0, len(op.Args) > 0
	if given {
		digits, _ = strconv.Atoi(op.Args[0].Str)
	}
	return func(m *model, v ingest.Value) (ingest.Value, *ingest.Fault) {
		switch {
		case !m.bytes && v.Kind == ingest.KindDecimal:
			return quantized(v, digits)
		case !m.bytes && v.Kind != ingest.KindFloat:
			return roundInt(bigOf(v), digits), nil
		case !m.bytes && !given:
			return roundToInt(v)
		}
		f, fault := asFloat(m, v)
		if fault != nil {
			return v, fault
		}
		return roundFloat(f, digits, m.bytes)
	}
}

// roundInt is int.__round__.
func roundInt(n *big.Int, digits int) ingest.Value {
	if digits >= 0 {
		return ingest.BigInt(n.String())
	}
	unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(-digits)), nil)
	q := rounded(new(big.Rat).SetFrac(n, unit), false)
	return ingest.BigInt(q.Mul(q, unit).String())
}

func roundToInt(v ingest.Value) (ingest.Value, *ingest.Fault) {
	f := floatOf(v)
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return truncated(v, "")
	}
	return ingest.BigInt(rounded(new(big.Rat).SetFloat64(f), false).String()), nil
}

// rounded is the nearest integer, of two the even one or the one further from zero.
func rounded(r *big.Rat, away bool) *big.Int {
	twice := new(big.Int).Lsh(new(big.Int).Abs(r.Num()), 1)
	twice.Add(twice, r.Denom())
	q, rest := new(big.Int).QuoRem(twice, new(big.Int).Lsh(r.Denom(), 1), new(big.Int))
	if rest.Sign() == 0 && !away && q.Bit(0) == 1 {
		q.Sub(q, big.NewInt(1))
	}
	if r.Sign() < 0 {
		q.Neg(q)
	}
	return q
}

// roundFloat is double_round, exact where C's arithmetic would not be.
func roundFloat(f float64, digits int, away bool) (ingest.Value, *ingest.Fault) {
	if f == 0 || math.IsNaN(f) || math.IsInf(f, 0) {
		return ingest.Float(FloatRepr(f)), nil
	}
	unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(digits, -digits))), nil)
	scale := new(big.Rat).SetInt(unit)
	if digits < 0 {
		scale.Inv(scale)
	}
	r := new(big.Rat).SetFloat64(f)
	r.SetInt(rounded(r.Mul(r, scale), away))
	out, _ := r.Quo(r, scale).Float64()
	if math.IsInf(out, 0) {
		return ingest.None, ingest.Faultf("OverflowError", "rounded value too large to represent")
	}
	return ingest.Float(FloatRepr(math.Copysign(out, f))), nil
}

// divFunction is v / number: between ints 2.7 floors, 3.x divides truly.
func divFunction(op ingest.Op) cellFunc {
	by := op.Args[0]
	return func(m *model, v ingest.Value) (ingest.Value, *ingest.Fault) {
		if v.Kind != ingest.KindFloat && by.Kind == ingest.KindInt {
			if m.bytes {
				return ingest.BigInt(floorDiv(bigOf(v), bigOf(by)).String()), nil
			}
			return trueDiv(bigOf(v), bigOf(by))
		}
		f, fault := asFloat(m, v)
		if fault != nil {
			return v, fault
		}
		divisor, _ := asFloat(m, by)
		return ingest.Float(FloatRepr(f / divisor)), nil
	}
}

func floorDiv(a, b *big.Int) *big.Int {
	q, rest := new(big.Int).QuoRem(a, b, new(big.Int))
	if rest.Sign() != 0 && rest.Sign() != b.Sign() {
		q.Sub(q, big.NewInt(1))
	}
	return q
}

// trueDiv is long_true_divide: the nearest float, of zero with the sign of both.
func trueDiv(a, b *big.Int) (ingest.Value, *ingest.Fault) {
	f, _ := new(big.Rat).SetFrac(a, b).Float64()
	if math.IsInf(f, 0) {
		return ingest.None, ingest.Faultf("OverflowError", "integer division result too large for a float")
	}
	if f == 0 && (a.Sign() < 0) != (b.Sign() < 0) {
		f = math.Copysign(0, -1)
	}
	return ingest.Float(FloatRepr(f)), nil
}

// Str returns str(v) as csv.writer calls it, of any value but a container: the
// exceptions are those of str(unicode) in 2.7 and of long ints. A version without a
// model is treated as the nearest one.
func Str(py ingest.Python, v ingest.Value) (ingest.Value, *ingest.Fault) {
	m, _ := nearestModel(py)
	if v.Kind == ingest.KindBytes && !m.bytes {
		return ingest.Text("b" + reprOf(&versions[0], v)), nil
	}
	return toStr(m, v)
}

// toStr is str(v): a byte string in 2.7, where a float shows 12 digits and unicode
// must be ASCII.
func toStr(m *model, v ingest.Value) (ingest.Value, *ingest.Fault) {
	switch v.Kind {
	case ingest.KindBytes:
		return v, nil
	case ingest.KindText:
		if m.bytes {
			return asciiBytes(v.Str)
		}
		return v, nil
	}
	s, fault := shown(m, v)
	if fault != nil {
		return v, fault
	}
	return m.native(s), nil
}

// native is a value of the version's type str.
func (m *model) native(s string) ingest.Value {
	if m.bytes {
		return ingest.Bytes(s)
	}
	return ingest.Text(s)
}

// shown is str() of what is no string.
func shown(m *model, v ingest.Value) (string, *ingest.Fault) {
	switch v.Kind {
	case ingest.KindInt:
		return v.Str, m.tooLong(v.Str)
	case ingest.KindFloat:
		if m.bytes {
			return shortFloat(floatOf(v)), nil
		}
	case ingest.KindDateTime:
		return strings.Replace(v.Str, "T", " ", 1), nil
	}
	return v.Str, nil
}

// tooLong is what int.__str__ raises beyond sys.get_int_max_str_digits().
func (m *model) tooLong(digits string) *ingest.Fault {
	if n := len(strings.TrimPrefix(digits, "-")); m.digitLimit == 0 || n <= m.digitLimit {
		return nil
	}
	return ingest.Faultf("ValueError", "Exceeds the limit (%s) for integer string conversion; use sys.set_int_max_str_digits() to increase the limit", m.limitText)
}

// shortFloat is str(float) of 2.7: 12 digits, ".0" where nothing else says that it
// is a float and, to leave room for that, an exponent from 1e11 on.
func shortFloat(f float64) string {
	e := strconv.FormatFloat(f, 'e', 11, 64)
	if digits, ok := strings.CutSuffix(e, "e+11"); ok {
		return strings.TrimRight(strings.TrimRight(digits, "0"), ".") + "e+11"
	}
	s := general(f, 12)
	if strings.Trim(s, "-0123456789") == "" {
		s += ".0"
	}
	return s
}

// general is C's %.*g.
func general(f float64, precision int) string {
	switch {
	case math.IsNaN(f):
		return "nan"
	case math.IsInf(f, 0):
		return strings.TrimPrefix(FloatRepr(f), "+")
	}
	return strconv.FormatFloat(f, 'g', max(precision, 1), 64)
}
