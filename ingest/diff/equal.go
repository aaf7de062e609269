package diff

import (
	"hash/maphash"
	"math"
	"math/big"
	"strconv"

	"github.com/feedparity/feedparity/ingest"
)

// Equal reports whether a py2 and a py3 value are the same to the comparison
// "natural": a py2 byte string that is pure ASCII equals the text of the same
// characters; two floats are equal as Python's == says, but NaN equals NaN;
// dicts compare by key and sets as sets, without order; all else must be of the
// same kind and spelling. Decimals compare by spelling, exponent included,
// because 1.10 and 1.1 print differently.
func Equal(py2, py3 ingest.Value) bool { return equal(py2, py3, false) }

// equal decides; strict makes kinds and dict order count too, and the sign of
// zero, as in a pickle.
func equal(a, b ingest.Value, strict bool) bool {
	if a.Kind != b.Kind {
		return !strict && a.Kind == ingest.KindBytes && b.Kind == ingest.KindText &&
			a.Str == b.Str && ingest.IsASCII(a.Str)
	}
	switch a.Kind {
	case ingest.KindFloat:
		return a.Str == b.Str || !strict && equalFloats(a.Str, b.Str)
	case ingest.KindList:
		return equalLists(a.Items, b.Items, strict)
	case ingest.KindSet:
		return equalSets(a.Items, b.Items, strict)
	case ingest.KindDict:
		if strict {
			return equalLists(a.Items, b.Items, strict)
		}
		return equalDicts(a.Items, b.Items)
	}
	return a.Str == b.Str && equalLists(a.Items, b.Items, strict)
}

func equalFloats(a, b string) bool {
	x, err1 := strconv.ParseFloat(a, 64)
	y, err2 := strconv.ParseFloat(b, 64)
	return err1 == nil && err2 == nil && (x == y || math.IsNaN(x) && math.IsNaN(y))
}

func equalLists(a, b []ingest.Value, strict bool) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !equal(a[i], b[i], strict) {
			return false
		}
	}
	return true
}

// equalSets pairs items through their hashes, so that a large set costs no more
// than its size.
func equalSets(a, b []ingest.Value, strict bool) bool {
	if len(a) != len(b) {
		return false
	}
	byHash := make(map[uint64][]ingest.Value, len(b))
	for _, v := range b {
		h := hashOf(v)
		byHash[h] = append(byHash[h], v)
	}
	for _, v := range a {
		h := hashOf(v)
		bucket := byHash[h]
		i := 0
		for i < len(bucket) && !equal(v, bucket[i], strict) {
			i++
		}
		if i == len(bucket) {
			return false
		}
		bucket[i] = bucket[len(bucket)-1]
		byHash[h] = bucket[:len(bucket)-1]
	}
	return true
}

func equalDicts(a, b []ingest.Value) bool {
	if len(a) != len(b) {
		return false
	}
	byHash := make(map[uint64][]int, len(b)/2)
	for i := 0; i+1 < len(b); i += 2 {
		h := hashOf(b[i])
		byHash[h] = append(byHash[h], i)
	}
	for i := 0; i+1 < len(a); i += 2 {
		found := false
		for _, j := range byHash[hashOf(a[i])] {
			if equal(a[i], b[j], false) && equal(a[i+1], b[j+1], false) {
				found = true
				break
			}
		}
		if !found {
			return false
		}
	}
	return true
}

// withinTolerance reports whether both are numbers of the same kind, or strings
// that spell numbers, no further apart than tol.
func withinTolerance(a, b ingest.Value, tol float64) bool {
	isText := func(v ingest.Value) bool { return v.Kind == ingest.KindBytes || v.Kind == ingest.KindText }
	isNumber := func(v ingest.Value) bool {
		return v.Kind == ingest.KindInt || v.Kind == ingest.KindFloat || v.Kind == ingest.KindDecimal
	}
	if !(isText(a) && isText(b)) && !(isNumber(a) && a.Kind == b.Kind) {
		return false
	}
	const precision = 256 // bits: more than any float or price needs
	x, _, err1 := big.ParseFloat(a.Str, 10, precision, big.ToNearestEven)
	y, _, err2 := big.ParseFloat(b.Str, 10, precision, big.ToNearestEven)
	// The tolerance is meant as the decimal it was written as, not as the binary
	// fraction next to it: 1.3 and 1.0 are within 0.3.
	t, _, err3 := big.ParseFloat(strconv.FormatFloat(tol, 'g', -1, 64), 10, precision, big.ToNearestEven)
	if err1 != nil || err2 != nil || err3 != nil || x.IsInf() || y.IsInf() {
		return false
	}
	t.Mul(t, big.NewFloat(1+1e-15))
	return x.Sub(x, y).Abs(x).Cmp(t) <= 0
}

var seed = maphash.MakeSeed()

// hashOf gives values that Equal holds equal the same hash. It is coarser than
// Equal (bytes and the text that reads the same collide), which suits alignment:
// such rows belong together and then differ.
func hashOf(v ingest.Value) uint64 {
	var h maphash.Hash
	h.SetSeed(seed)
	writeHash(&h, v)
	return h.Sum64()
}

func writeHash(h *maphash.Hash, v ingest.Value) {
	kind := v.Kind
	if kind == ingest.KindBytes {
		kind = ingest.KindText
	}
	h.WriteByte(byte(kind))
	switch v.Kind {
	case ingest.KindFloat:
		f, _ := strconv.ParseFloat(v.Str, 64)
		if f == 0 {
			f = 0 // -0.0 hashes as 0.0
		}
		maphash.WriteComparable(h, math.Float64bits(f+0))
	case ingest.KindSet, ingest.KindDict: // no order: the sum of the items' hashes
		step := 1
		if v.Kind == ingest.KindDict {
			step = 2
		}
		var sum uint64
		for i := 0; i < len(v.Items); i += step {
			var item maphash.Hash
			item.SetSeed(seed)
			for j := i; j < i+step && j < len(v.Items); j++ {
				writeHash(&item, v.Items[j])
			}
			sum += item.Sum64()
		}
		maphash.WriteComparable(h, sum)
	default:
		h.WriteString(v.Str)
		h.WriteByte(0xFF)
		for _, it := range v.Items {
			writeHash(h, it)
		}
	}
}
