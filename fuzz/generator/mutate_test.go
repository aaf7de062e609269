package generator

import (
	"bytes"
	"slices"
	"testing"

	"github.com/feedparity/feedparity/ingest"
)

// FuzzMutate looks for an input and choices that mutating cannot cope with.
func FuzzMutate(f *testing.F) {
	f.Add([]byte("a,b\n1,2\n"), []byte("x\n"), []byte{1, 2, 3})
	f.Add([]byte{}, []byte{}, []byte{7, 255, 255, 2})
	f.Fuzz(func(t *testing.T, data, other, plan []byte) {
		before := slices.Clone(data)
		set := ingest.DefaultSettings(ingest.Python313)
		var e Editor
		for n := range 16 {
			out := e.Mutate(NewChoices(append([]byte{byte(n)}, plan...)), 2, data, other, &set)
			if len(out) > maxMutated {
				t.Errorf("%d bytes", len(out))
			}
		}
		if !bytes.Equal(before, data) {
			t.Errorf("%q was changed to %q", before, data)
		}
	})
}
