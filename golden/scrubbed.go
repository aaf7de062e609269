package golden

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/feedparity/feedparity/ingest/shrink"
)

// MaxResidue is how many bytes of a case may still be the supplier's before somebody
// has to look at it: a word or two that the divergence needs, no row of data.
const MaxResidue = 24

// allowed is the event of somebody having looked.
const allowed = "allowed with what could not be scrubbed"

// scrubbed notes what of a case's input is needed, and what is still the supplier's.
func (c *Case) scrubbed(residue []shrink.Span, needed []shrink.Part) {
	for _, p := range needed {
		kind := ""
		if p.Kind != "" {
			kind = ", any " + p.Kind
		}
		c.Essential = append(c.Essential, fmt.Sprintf("byte %#x: % x%s", p.Start, c.Input[p.Start:p.End], kind))
	}
	for _, s := range residue {
		c.Residue = append(c.Residue, fmt.Sprintf("byte %#x: %s", s.Start, escapeBytes(string(c.Input[s.Start:s.End]))))
	}
}

// Needed reads back which bytes of the input the divergence needs, whatever they are;
// none where nobody found out, or somebody wrote something else there.
func (c *Case) Needed() []shrink.Span {
	var out []shrink.Span
	for _, line := range c.Essential {
		var start int
		place, rest, _ := strings.Cut(line, ": ")
		data, _, _ := strings.Cut(rest, ",")
		raw, err := hex.DecodeString(strings.ReplaceAll(data, " ", ""))
		if n, serr := fmt.Sscanf(place, "byte 0x%x", &start); n != 1 || serr != nil || err != nil || start+len(raw) > len(c.Input) {
			continue
		}
		out = append(out, shrink.Span{Start: start, End: start + len(raw)})
	}
	return out
}

// Unscrubbed counts the bytes of the input that are still the supplier's.
func (c *Case) Unscrubbed() int {
	n := 0
	for _, line := range c.Residue {
		_, text, _ := strings.Cut(line, ": ")
		if raw, err := unescapeBytes(text); err == nil {
			text = raw
		}
		n += len(text)
	}
	return n
}

// Held reports whether a case must not get into a checkout before somebody has allowed
// it, since too much of it is the supplier's.
func (c *Case) Held() bool {
	return c.Unscrubbed() > MaxResidue && !slices.ContainsFunc(c.History, func(e Event) bool { return e.What == allowed })
}

// Allow notes that somebody has looked at what could not be scrubbed and lets it into
// a checkout. Nothing is written: see Store.Update.
func (c *Case) Allow(who string, at time.Time) {
	c.History = append(c.History, Event{Date: at.UTC().Format(time.RFC3339), Who: who, What: allowed})
}
