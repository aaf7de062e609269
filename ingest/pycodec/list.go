package pycodec

import (
	"slices"
	"sync"
)

// Names returns the names of all text codecs that Lookup has a model of, in
// alphabetical order: of every version, where it has the codec. Callers must not
// change them.
var Names = sync.OnceValue(func() []string {
	var out []string
	for name := range names().modules {
		if everywhere(name) {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
})

func everywhere(name string) bool {
	known := false
	for _, r := range modelled() {
		_, fault, err := Lookup(r.python, name)
		if err != nil {
			return false
		}
		known = known || fault == nil
	}
	return known
}
