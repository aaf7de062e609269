package scout

import (
	"testing"

	"github.com/feedparity/feedparity/fuzz/fuzztest"
)

// FuzzNothing takes what FuzzParity takes and does nothing with it: what the engine itself
// costs, which cmd/bench holds FuzzParity against.
func FuzzNothing(f *testing.F) {
	for _, s := range fuzztest.Seeds(f) {
		f.Add(s.Raw, s.Plan)
	}
	f.Fuzz(func(*testing.T, []byte, []byte) {})
}
