package pycsv

import (
	"math"
	"math/big"
	"strconv"

	"github.com/feedparity/feedparity/ingest"
)

// py2Hash is hash(v) of CPython 2.7 on a 64-bit machine with hash randomisation
// off, which is its default: string_hash, unicode_hash (UCS4 build), int_hash,
// long_hash and _Py_HashDouble. For other kinds it is 0; for None it would be an
// address.
func py2Hash(v ingest.Value) int64 {
	switch v.Kind {
	case ingest.KindBytes:
		return py2HashString([]byte(v.Str))
	case ingest.KindText:
		return py2HashString(ingest.Runes(v.Str))
	case ingest.KindFloat:
		f, _ := strconv.ParseFloat(v.Str, 64) // Python's repr is in range by making
		return py2HashFloat(f)
	case ingest.KindInt:
		n, ok := new(big.Int).SetString(v.Str, 10)
		if !ok {
			return 0
		}
		return py2HashInt(n)
	case ingest.KindBool:
		if v.IsTrue() {
			return 1
		}
	}
	return 0
}

// notMinusOne keeps a hash from being -1, which CPython's functions return to say
// that they failed.
func notMinusOne(x int64) int64 {
	if x == -1 {
		return -2
	}
	return x
}

// py2HashString is string_hash and unicode_hash, one on bytes, one on code
// points: a str and a unicode of the same ASCII characters have the same hash.
func py2HashString[C byte | rune](s []C) int64 {
	if len(s) == 0 {
		return 0
	}
	x := int64(s[0]) << 7
	for _, c := range s {
		x = 1000003*x ^ int64(c)
	}
	return notMinusOne(x ^ int64(len(s)))
}

// py2HashInt is int_hash for what fits into a C long, else long_hash, which
// folds the digits of 30 bits.
func py2HashInt(n *big.Int) int64 {
	if n.IsInt64() {
		return notMinusOne(n.Int64())
	}
	const shift = 30
	rest := new(big.Int).Abs(n)
	var digits []uint64
	for mask := big.NewInt(1<<shift - 1); rest.Sign() > 0; rest.Rsh(rest, shift) {
		digits = append(digits, new(big.Int).And(rest, mask).Uint64())
	}
	var x uint64
	for i := len(digits) - 1; i >= 0; i-- {
		x = x>>(64-shift) | x<<shift
		x += digits[i]
		if x < digits[i] { // the carry, so that the sum is one modulo 2**64-1
			x++
		}
	}
	return notMinusOne(int64(x) * int64(n.Sign()))
}

// py2HashFloat is _Py_HashDouble.
func py2HashFloat(f float64) int64 {
	switch {
	case math.IsInf(f, 1):
		return 314159
	case math.IsInf(f, -1):
		return -271828
	case math.IsNaN(f):
		return 0
	}
	if whole, fraction := math.Modf(f); fraction == 0 { // hashes as the equal int does
		n, _ := big.NewFloat(whole).Int(nil)
		return py2HashInt(n)
	}
	const two31 = 1 << 31
	m, exponent := math.Frexp(f)
	m *= two31
	high := int64(m)
	m = (m - float64(high)) * two31
	return notMinusOne(high + int64(m) + int64(exponent)<<15)
}
