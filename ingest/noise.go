package ingest

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Noise is a column whose value varies between two runs of one and the same path.
// It says nothing about a migration and is no part of a verdict.
type Noise struct {
	// Column is the key of a dict, the 1-based position in a list, WholeRow of rows that
	// are neither, or FieldPrefix and a key of dicts that are, or are in, cells.
	Column string
	Kind   NoiseKind
}

// WholeRow is the column that a row which is no list and no dict has.
const WholeRow = "row"

// FieldPrefix begins the name of a field of objects within cells: "*.imported".
const FieldPrefix = "*."

// NoiseKind says what a value varies with.
type NoiseKind string

// The kinds of noise.
const (
	NoiseHashOrder NoiseKind = "hash-order" // the hash seed, which orders a set: the same items in another order
	NoiseHashValue NoiseKind = "hash-value" // the hash seed: another value, as of hash() of text
	NoiseClock     NoiseKind = "clock"      // the time at which the path runs
	NoiseState     NoiseKind = "state"      // two processes alike in everything: random numbers, process ids, addresses
)

// NoiseKinds lists all of them.
var NoiseKinds = []NoiseKind{NoiseHashOrder, NoiseHashValue, NoiseClock, NoiseState}

// String returns "column kind", as reports and golden cases have it.
func (n Noise) String() string { return n.Column + " " + string(n.Kind) }

// ParseNoise reads what String writes.
func ParseNoise(s string) (Noise, error) {
	i := strings.LastIndexByte(s, ' ')
	if i < 0 || !slices.Contains(NoiseKinds, NoiseKind(s[i+1:])) {
		return Noise{}, fmt.Errorf("noise %q: want a column and one of %v", s, NoiseKinds)
	}
	return Noise{s[:i], NoiseKind(s[i+1:])}, nil
}

// IsNoise reports whether a column is among the noise.
func IsNoise(noise []Noise, column string) bool {
	return slices.ContainsFunc(noise, func(n Noise) bool { return n.Column == column })
}

// Repeat says under which circumstances a call is made once more, to see what of
// its outcome depends on them. The zero value is the call as production makes it.
type Repeat struct {
	// Process tells apart repeats that must not share an interpreter.
	Process int
	// Seed is the hash seed of Python 3, where it is not that of the call. Python 2 has
	// none in production, and none here: its dicts would have another order.
	Seed uint32
	// Clock is what the clock says when the call begins. It then goes on by Tick each
	// time it is looked at and not otherwise, so that it tells two calls the same. The
	// zero time is the real clock.
	Clock time.Time
	Tick  time.Duration
}
