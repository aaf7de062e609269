package pycodec

import (
	"fmt"
	"strings"
	"sync"

	"github.com/feedparity/feedparity/ingest"
)

// modelled holds the rules of every version, built at the first Lookup.
var modelled = sync.OnceValue(func() map[ingest.Python]*rules {
	out := map[ingest.Python]*rules{}
	for i, v := range strings.Fields(tableVersions) {
		p, err := ingest.ParsePython(v)
		if err != nil {
			panic("tables.go: " + err.Error())
		}
		out[p] = newRules(p, 1<<i)
	}
	return out
})

func newRules(p ingest.Python, bit uint) *rules {
	r := &rules{
		python:         p,
		bit:            bit,
		handlers:       handlers3,
		chains:         p.AtLeast(3, 6) && !p.AtLeast(3, 12),
		bomDecodeError: p.AtLeast(3, 13),
		utf8Mode:       p.AtLeast(3, 7),
		wholeLocale:    !p.AtLeast(3, 8),
		foldsNames:     p.AtLeast(3, 14),
		utf8:           utf8Kernel{codec: "utf-8", hold: p.AtLeast(3, 7)},
		whole:          newWholeRules(p),
		utf16:          newUTF16(p),
		utf32:          newUTF32(p),
	}
	if p.Path() == ingest.Py2 {
		r.handlers = handlers2
		r.utf8 = utf8Kernel{codec: "utf8", py2: true}
	}
	return r
}

// rulesOf returns the rules of a version. The error for one without a model names
// the nearest that has one.
func rulesOf(p ingest.Python) (*rules, error) {
	all := modelled()
	if r := all[p]; r != nil {
		return r, nil
	}
	var nearest ingest.Python
	for q := range all {
		if nearest == (ingest.Python{}) || distance(p, q) < distance(p, nearest) {
			nearest = q
		}
	}
	return nil, fmt.Errorf("python %s: %w; the nearest is %s", p, ErrNotModelled, nearest)
}

func distance(p, q ingest.Python) int {
	d := (p.Major-q.Major)*100 + p.Minor - q.Minor
	return max(d, -d)
}
