package pycodec

import (
	"slices"
	"testing"

	"github.com/feedparity/feedparity/ingest"
)

func TestNames(t *testing.T) {
	got := Names()
	for _, want := range []string{"utf_8", "cp1252", "koi8_t", "gb18030", "hz", "utf_7"} {
		if !slices.Contains(got, want) {
			t.Errorf("%s is not among %q", want, got)
		}
	}
	for _, name := range []string{"bz2_codec", "rot_13", "string_escape"} {
		if slices.Contains(got, name) {
			t.Errorf("%s is no text codec", name)
		}
	}
	for _, name := range got {
		if _, _, err := Lookup(ingest.Python313, name); err != nil {
			t.Error(err)
		}
	}
}
