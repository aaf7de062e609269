package pycsv

import (
	"strconv"

	"github.com/feedparity/feedparity/ingest"
)

// Py2DictOrder returns the iteration order of a dict of CPython 2.7 that is built
// by inserting keys one after the other, as indexes of the distinct keys: of keys
// that are equal in Python (1 and 1.0, 'a' and u'a') the first. None hashes by its
// address there, so it is left out while the dict is built and comes last.
func Py2DictOrder(keys []ingest.Value) []int {
	d := py2Dict{keys: keys, table: make([]int32, py2DictMinSize)}
	none := -1
	for i, k := range keys {
		if k.Kind != ingest.KindNone {
			d.insert(i, py2Hash(k))
		} else if none < 0 {
			none = i
		}
	}
	order := d.order()
	if none >= 0 {
		order = append(order, none)
	}
	return order
}

const (
	py2DictMinSize = 8     // PyDict_MINSIZE
	py2DictBig     = 50000 // above it a dict grows by 2, not by 4
	perturbShift   = 5     // PERTURB_SHIFT
)

// py2Dict is the hash table of Objects/dictobject.c of 2.7, for insertion only.
type py2Dict struct {
	keys   []ingest.Value
	hashes []int64 // by entry
	index  []int   // by entry: the key's index in keys
	table  []int32 // entry+1 by slot, 0 where it is free
}

// insert is PyDict_SetItem. Without deletions ma_fill equals ma_used.
func (d *py2Dict) insert(key int, hash int64) {
	slot, found := d.lookup(key, hash)
	if found {
		return
	}
	d.hashes = append(d.hashes, hash)
	d.index = append(d.index, key)
	used := len(d.index)
	d.table[slot] = int32(used)
	if used*3 < len(d.table)*2 {
		return
	}
	if used > py2DictBig {
		d.resize(used * 2)
	} else {
		d.resize(used * 4)
	}
}

// lookup is lookdict: the slot of an equal key, or the free one where it belongs.
func (d *py2Dict) lookup(key int, hash int64) (slot uint64, found bool) {
	mask := uint64(len(d.table) - 1)
	i := uint64(hash)
	for perturb := uint64(hash); ; perturb >>= perturbShift {
		e := d.table[i&mask]
		if e == 0 {
			return i & mask, false
		}
		if d.hashes[e-1] == hash && py2Equal(d.keys[d.index[e-1]], d.keys[key]) {
			return i & mask, true
		}
		i = i<<2 + i + perturb + 1
	}
}

// resize is dictresize: the entries move in the order of the old table.
func (d *py2Dict) resize(minUsed int) {
	size := py2DictMinSize
	for size <= minUsed {
		size <<= 1
	}
	old := d.table
	d.table = make([]int32, size)
	mask := uint64(size - 1)
	for _, e := range old {
		if e == 0 {
			continue
		}
		i := uint64(d.hashes[e-1])
		for perturb := i; d.table[i&mask] != 0; perturb >>= perturbShift {
			i = i<<2 + i + perturb + 1
		}
		d.table[i&mask] = e
	}
}

func (d *py2Dict) order() []int {
	out := make([]int, 0, len(d.index)+1)
	for _, e := range d.table {
		if e != 0 {
			out = append(out, d.index[e-1])
		}
	}
	return out
}

// py2Equal is == of two keys with the same hash. A str and a unicode are equal if
// the str is ASCII and they have the same characters. NaN equals nothing: two
// cells that say "nan" are two objects.
func py2Equal(a, b ingest.Value) bool {
	if a.Kind == b.Kind && a.Kind != ingest.KindFloat {
		return a.Str == b.Str
	}
	if isString(a) && isString(b) {
		return a.Str == b.Str && ingest.IsASCII(a.Str)
	}
	if isNumber(a) && isNumber(b) {
		return numbersEqual(a, b)
	}
	return false
}

func isString(v ingest.Value) bool { return v.Kind == ingest.KindBytes || v.Kind == ingest.KindText }

func isNumber(v ingest.Value) bool {
	return v.Kind == ingest.KindInt || v.Kind == ingest.KindFloat || v.Kind == ingest.KindBool
}

// numbersEqual compares exactly, as Python does, by the value and not by a
// conversion of one side to float.
func numbersEqual(a, b ingest.Value) bool {
	x, okX := exactNumber(a)
	y, okY := exactNumber(b)
	return okX && okY && x == y
}

// exactNumber writes a number so that equal numbers are written alike: whole ones
// as digits, others as the shortest float. NaN is not ok.
func exactNumber(v ingest.Value) (string, bool) {
	switch v.Kind {
	case ingest.KindBool:
		return map[bool]string{false: "0", true: "1"}[v.IsTrue()], true
	case ingest.KindInt:
		return v.Str, true
	}
	f, err := strconv.ParseFloat(v.Str, 64)
	if err != nil || f != f {
		return "", false
	}
	if f == 0 {
		return "0", true // -0.0 equals 0
	}
	s := strconv.FormatFloat(f, 'f', -1, 64)
	return s, true
}
