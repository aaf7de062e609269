// Package pynorm is the arithmetic of unicodedata.normalize, which is the same in
// every CPython, over the data of a version, which are not: nfd_nfkd and nfc_nfkc of
// Modules/unicodedata.c.
package pynorm

import "slices"

// Data are what one version of Unicode says about characters. Hangul, whose
// syllables are arithmetic, is not asked for.
type Data struct {
	// Decompose appends to dst all that a character is taken apart into, or itself.
	Decompose func(dst []rune, c rune) []rune
	// Class is the combining class, 0 of what is no mark.
	Class func(c rune) int
	// Pair returns the character that two compose to.
	Pair func(a, b rune) (c rune, ok bool)
	// Leads reports whether a character is the first of any pair.
	Leads func(c rune) bool
}

// The arithmetic of Hangul syllables, of the Unicode standard, section 3.12.
const (
	hangulS, hangulL, hangulV, hangulT = 0xAC00, 0x1100, 0x1161, 0x11A7
	countL, countV, countT             = 19, 21, 28
	countS                             = countL * countV * countT
)

// Decompose takes each character of a text apart, marks in canonical order: NFD or
// NFKD, as the data have it.
func Decompose(text []rune, d *Data) []rune {
	var out []rune
	for _, r := range text {
		if i := r - hangulS; i >= 0 && i < countS {
			out = append(out, hangulL+i/(countV*countT), hangulV+i%(countV*countT)/countT)
			if i%countT > 0 {
				out = append(out, hangulT+i%countT)
			}
			continue
		}
		out = d.Decompose(out, r)
	}
	order(out, d)
	return out
}

// order sorts each run of marks by combining class, keeping the order of equals.
func order(rs []rune, d *Data) {
	for start := 0; start < len(rs); start++ {
		end := start
		for end < len(rs) && d.Class(rs[end]) > 0 {
			end++
		}
		slices.SortStableFunc(rs[start:end], func(a, b rune) int { return d.Class(a) - d.Class(b) })
		start = end
	}
}

// Compose is the second half of nfc_nfkc: a character of a decomposed text takes up
// the marks behind it that are not blocked by one of the same class or a higher.
func Compose(rs []rune, d *Data) []rune {
	var out []rune
	taken := make([]bool, len(rs))
	for i, r := range rs {
		if taken[i] {
			continue
		}
		if !leads(r, d) { // as most marks: without this a long run of them would take long
			out = append(out, r)
			continue
		}
		blocking := 0
		for j := i + 1; j < len(rs); j++ {
			class := d.Class(rs[j])
			if taken[j] {
				continue
			}
			if blocking > 0 && class == 0 {
				break
			}
			if blocking > 0 && blocking >= class {
				continue
			}
			if both, ok := pair(r, rs[j], d); ok {
				r, taken[j] = both, true
				continue
			}
			if class == 0 {
				break
			}
			blocking = class
		}
		out = append(out, r)
	}
	return out
}

// pair returns the character that two compose to.
func pair(a, b rune, d *Data) (rune, bool) {
	l, v := a-hangulL, b-hangulV
	if l >= 0 && l < countL && v >= 0 && v < countV {
		return hangulS + (l*countV+v)*countT, true
	}
	if i, t := a-hangulS, b-hangulT; i >= 0 && i < countS && i%countT == 0 && t > 0 && t < countT {
		return a + t, true
	}
	return d.Pair(a, b)
}

// leads reports whether a character is the first of any pair.
func leads(r rune, d *Data) bool {
	return r >= hangulL && r < hangulL+countL || r >= hangulS && r < hangulS+countS || d.Leads(r)
}
