package classify

import (
	"strings"

	"github.com/feedparity/feedparity/ingest"
)

// The notation of the examples, for tests that make up their own.
var (
	Both    = both
	Typed   = typed
	Cleaned = cleaned
	Options = dialect
	Modes   = modes
)

// NewExample is an example made on the spot.
func NewExample(input, pair string, edits ...func(*ingest.Pair)) Example {
	r := exampleRow{input: input, pair: pair, edit: all(edits...)}
	return Example{Input: input, Pair: r.policies()}
}

// FixText is a cause's fix as docs/divergences.md has it.
func FixText(cause Cause) string {
	for _, e := range catalogue() {
		if e.cause == cause {
			return strings.NewReplacer("%[1]s", "'<py2 codec>'", "%[2]s", "'<py3 codec>'").Replace(e.fix)
		}
	}
	return ""
}
