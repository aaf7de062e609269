package interptest

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/big"
	"slices"
	"strconv"

	"github.com/feedparity/feedparity/ingest"
)

// AppendMarshal appends a value in the format of Python's module marshal, which
// every version reads an order of magnitude faster than JSON, and without loss.
// What marshal does not know are tuples of the kind's name and, for a decimal or
// date, its text, for a dict the list of its pairs.
func AppendMarshal(dst []byte, v ingest.Value) []byte {
	switch v.Kind {
	case ingest.KindNone:
		return append(dst, 'N')
	case ingest.KindBool:
		return AppendMarshalBool(dst, v.IsTrue())
	case ingest.KindBytes:
		return AppendMarshalBytes(dst, v.Str)
	case ingest.KindText:
		return AppendMarshalText(dst, v.Str)
	case ingest.KindInt:
		return appendInt(dst, v.Str)
	case ingest.KindFloat:
		f, err := strconv.ParseFloat(v.Str, 64)
		if err != nil {
			panic(fmt.Sprintf("float %q is no repr: %v", v.Str, err))
		}
		return binary.LittleEndian.AppendUint64(append(dst, 'g'), math.Float64bits(f))
	case ingest.KindList:
		return appendList(dst, v.Items)
	}
	dst = AppendMarshalText(AppendMarshalTuple(dst, 2), v.Kind.String())
	if v.Kind != ingest.KindDict {
		return AppendMarshalText(dst, v.Str)
	}
	dst = AppendMarshalList(dst, len(v.Items)/2)
	for pair := range slices.Chunk(v.Items, 2) {
		dst = appendList(dst, pair)
	}
	return dst
}

func appendList(dst []byte, items []ingest.Value) []byte {
	dst = AppendMarshalList(dst, len(items))
	for _, item := range items {
		dst = AppendMarshal(dst, item)
	}
	return dst
}

// AppendMarshalBool appends True or False.
func AppendMarshalBool(dst []byte, b bool) []byte {
	if b {
		return append(dst, 'T')
	}
	return append(dst, 'F')
}

// AppendMarshalBytes appends a byte string.
func AppendMarshalBytes[T string | []byte](dst []byte, s T) []byte {
	return append(appendSized(dst, 's', len(s)), s...)
}

// AppendMarshalText appends a text of generalized UTF-8. Python 2 reads the two
// surrogates of a pair as two characters, as Python 3 does.
func AppendMarshalText(dst []byte, s string) []byte {
	return append(appendSized(dst, 'u', len(s)), s...)
}

// AppendMarshalInt appends an int of 32 bits.
func AppendMarshalInt(dst []byte, n int) []byte { return appendSized(dst, 'i', n) }

// AppendMarshalList begins a list of n values, which follow.
func AppendMarshalList(dst []byte, n int) []byte { return appendSized(dst, '[', n) }

// AppendMarshalTuple begins a tuple of n values, which follow.
func AppendMarshalTuple(dst []byte, n int) []byte { return appendSized(dst, '(', n) }

func appendSized(dst []byte, kind byte, n int) []byte {
	return binary.LittleEndian.AppendUint32(append(dst, kind), uint32(n))
}

// appendInt writes digits of 15 bits where 32 bits do not hold the number. Python
// 2 then reads a long, also where a literal would be an int.
func appendInt(dst []byte, decimal string) []byte {
	if n, err := strconv.ParseInt(decimal, 10, 32); err == nil {
		return AppendMarshalInt(dst, int(n))
	}
	n, ok := new(big.Int).SetString(decimal, 10)
	if !ok {
		panic(fmt.Sprintf("int %q has no digits", decimal))
	}
	digits := []uint16{}
	for rest, mask := new(big.Int).Abs(n), big.NewInt(1<<15-1); rest.Sign() > 0; rest.Rsh(rest, 15) {
		digits = append(digits, uint16(new(big.Int).And(rest, mask).Int64()))
	}
	dst = appendSized(dst, 'l', len(digits)*n.Sign())
	for _, d := range digits {
		dst = binary.LittleEndian.AppendUint16(dst, d)
	}
	return dst
}
