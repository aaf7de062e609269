package pycsv

import (
	"math"
	"slices"

	"github.com/feedparity/feedparity/ingest"
)

// Costs and limits of Python/suggestions.c.
const (
	moveCost      = 2
	caseCost      = 1
	maxSuggestLen = 40
)

// suggestion returns ". Did you mean 'delimiter'?" for a misspelled keyword, ""
// for one that resembles none. It is _Py_CalculateSuggestions of 3.13 over the
// keywords of dialect_new, of which the first of the nearest wins.
func suggestion(name string) string {
	best, nearest := "", math.MaxInt
	for _, known := range append([]string{"dialect"}, ingest.DialectNames...) {
		// no more than a third of the characters should need changing
		limit := min((len(name)+len(known)+3)*moveCost/6, nearest-1)
		if d := editDistance(name, known, limit); d <= limit {
			best, nearest = known, d
		}
	}
	if best == "" {
		return ""
	}
	return ". Did you mean '" + best + "'?"
}

// editDistance is levenshtein_distance of 3.13, on the bytes of UTF-8; anything
// above limit comes back as limit+1.
func editDistance(a, b string, limit int) int {
	for a != "" && b != "" && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for a != "" && b != "" && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	if a == "" || b == "" {
		return (len(a) + len(b)) * moveCost
	}
	if len(b) < len(a) {
		a, b = b, a
	}
	if len(b) > maxSuggestLen || (len(b)-len(a))*moveCost > limit {
		return limit + 1
	}
	row := make([]int, len(a))
	for i := range row {
		row[i] = (i + 1) * moveCost
	}
	result := 0
	for j := range len(b) {
		distance := j * moveCost
		result = distance
		for i := range row {
			substitute := distance + substitutionCost(b[j], a[i])
			distance = row[i]
			result = min(min(result, distance)+moveCost, substitute)
			row[i] = result
		}
		if slices.Min(row) > limit {
			return limit + 1
		}
	}
	return result
}

// substitutionCost takes a change of case for half a change.
func substitutionCost(a, b byte) int {
	switch {
	case a == b:
		return 0
	case lowerASCII(a) == lowerASCII(b):
		return caseCost
	}
	return moveCost
}

func lowerASCII(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}
