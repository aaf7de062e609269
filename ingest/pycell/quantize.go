package pycell

import (
	"bytes"
	"math/big"
	"strconv"

	"github.com/feedparity/feedparity/ingest"
)

// precision is that of decimal.DefaultContext.
const precision = 28

// decimalFloat is float(Decimal).
func decimalFloat(m *model, v ingest.Value) (float64, *ingest.Fault) {
	d, _ := scanDecimal([]byte(v.Str))
	if d.word == "sNaN" {
		if m.bytes {
			return 0, ingest.Faultf("ValueError", "Cannot convert signaling NaN to float")
		}
		return 0, ingest.Faultf("ValueError", "cannot convert signaling NaN to float")
	}
	f, _ := strconv.ParseFloat(floatValue([]byte(v.Str)), 64)
	return f, nil
}

// quantized is Decimal.__round__(digits) of 3.x: quantize to a power of ten, halves
// to even, which must fit the context's precision.
func quantized(v ingest.Value, digits int) (ingest.Value, *ingest.Fault) {
	d, _ := scanDecimal([]byte(v.Str))
	invalid := ingest.Faultf("InvalidOperation", "[<class 'decimal.InvalidOperation'>]")
	switch d.word {
	case "sNaN", "Infinity":
		return v, invalid
	case "NaN":
		d.digits = bytes.TrimLeft(d.digits[max(0, len(d.digits)-precision):], "0")
		return ingest.Decimal(d.String()), nil
	}
	shift := new(big.Int).Add(d.bigExp(), big.NewInt(int64(digits))) // zeros to append
	switch {
	case d.digits[0] == '0':
		d.digits = []byte("0")
	case shift.Sign() >= 0:
		if !shift.IsInt64() || shift.Int64() > precision {
			return v, invalid
		}
		d.digits = append(d.digits, bytes.Repeat([]byte("0"), int(shift.Int64()))...)
	default:
		d.digits = dropped(d.digits, shift.Neg(shift))
	}
	if len(d.digits) > precision {
		return v, invalid
	}
	d.exp, d.big = int64(-digits), nil
	return ingest.Decimal(d.String()), nil
}

// dropped is a coefficient without its last n digits, halves to even.
func dropped(digits []byte, n *big.Int) []byte {
	if n.Cmp(big.NewInt(int64(len(digits)))) > 0 {
		return []byte("0")
	}
	whole, _ := new(big.Int).SetString(string(digits), 10)
	unit := new(big.Int).Exp(big.NewInt(10), n, nil)
	return rounded(new(big.Rat).SetFrac(whole, unit), false).Append(nil, 10)
}
