package fuzz

import "testing"

// FuzzNothing takes what FuzzParity takes and does nothing with it: what the engine itself
// costs, which cmd/bench holds FuzzParity against.
func FuzzNothing(f *testing.F) {
	for _, s := range paritySeeds(f) {
		f.Add(s.raw, s.plan)
	}
	f.Fuzz(func(*testing.T, []byte, []byte) {})
}
