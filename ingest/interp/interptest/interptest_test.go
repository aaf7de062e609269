package interptest

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/interp"
)

func TestEachRunsTheVersionItNames(t *testing.T) {
	Each(t, func(t *testing.T, p *interp.Process) {
		if err := p.Load(t.Context(), "probe", "import sys\ndef version(x):\n    return '%d.%d' % sys.version_info[:2], x\n"); err != nil {
			t.Fatal(err)
		}
		got, err := p.Call(t.Context(), "probe.version", "é")
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		if err := json.Unmarshal(got, &out); err != nil || out[0] != p.Interpreter.Version.String() || out[1] != "é" {
			t.Errorf("asked %v, it answered %s", p.Interpreter, got)
		}
	})
}

func TestMissing(t *testing.T) {
	have := []interp.Interpreter{{Version: ingest.Python{Major: 3, Minor: 11}}}
	for required, want := range map[string][]string{"": nil, "3.11": nil, "2.7,3.11, 3.13": {"2.7", "3.13"}, "3.1": {"3.1"}} {
		if got := missing(required, have); !slices.Equal(got, want) {
			t.Errorf("missing(%q) = %v, want %v", required, got, want)
		}
	}
}

func TestCases(t *testing.T) {
	t.Setenv("FEEDPARITY_CONFIRM", "")
	if got := Cases(1000); got != 40 {
		t.Errorf("Cases(1000) = %d by default, want 40", got)
	}
	t.Setenv("FEEDPARITY_CONFIRM", "1")
	if got := Cases(1000); got != 1000 {
		t.Errorf("Cases(1000) = %d with FEEDPARITY_CONFIRM=1", got)
	}
	t.Setenv("FEEDPARITY_CONFIRM", "0")
	if got := Cases(1000); got != 1 {
		t.Errorf("Cases(1000) = %d with FEEDPARITY_CONFIRM=0, want 1", got)
	}
}
