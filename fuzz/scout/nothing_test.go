package scout

import (
	"testing"

	"github.com/feedparity/feedparity/fuzz/fuzztest"
)

// FuzzNothing takes what FuzzParity takes and does nothing with it: what the engine itself
// costs, which cmd/bench holds FuzzParity against.
func FuzzNothing(f *testing.F) {
	fuzztest.AddSeeds(f)
	f.Fuzz(func(*testing.T, []byte, []byte) {})
}
