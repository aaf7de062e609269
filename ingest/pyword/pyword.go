// Package pyword knows which characters are letters and digits to each CPython 3: of
// these are the words of its patterns, and until 3.8 the names of its codecs.
package pyword

//go:generate go run maketables.go

import (
	"slices"

	"github.com/feedparity/feedparity/ingest"
)

// A run says in which versions (a bit each, from the oldest) the code points lo to hi
// are letters or digits. Runs do not overlap.
type run struct {
	lo, hi rune
	mask   uint16
}

// oldest and newest are the minor versions of the first bit and the last.
const oldest, newest = 6, 14

// Alnum is str.isalnum() of one character in a Python 3: whether the Unicode data of
// the version call it a letter, or a digit or other number of any kind (_PyUnicode_IsAlpha,
// IsDecimalDigit, IsDigit, IsNumeric). \w of a pattern without flags is that or "_". A
// version without data of its own is taken for the nearest.
func Alnum(py ingest.Python, c rune) bool {
	i, ok := slices.BinarySearchFunc(alnum, c, func(x run, c rune) int {
		switch {
		case c < x.lo:
			return 1
		case c > x.hi:
			return -1
		}
		return 0
	})
	return ok && alnum[i].mask>>(min(max(py.Minor, oldest), newest)-oldest)&1 == 1
}
