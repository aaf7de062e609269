package parity

import (
	"bytes"
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/pycodec"
	"github.com/feedparity/feedparity/ingest/shrink"
)

// The bounds of scrubbing and explaining one minimal input.
const (
	maxScrubSteps       = 2_000
	maxScrubTime        = time.Second
	maxScrubTimeOfCalls = 5 * time.Second
)

// scrub replaces what a small input says of the supplier's, and finds out what of a
// minimal one the finding needs.
func (l *Line) scrub(ctx context.Context, d Delivery, v *View, small []byte, minimal bool, keep func([]byte) bool) (shrink.Scrubbed, []shrink.Part) {
	o := shrink.ScrubOptions{Next: characters(v, small), Names: ownNames(v), MaxSteps: maxScrubSteps, MaxTime: maxScrubTime}
	if d.Calls != [2]*ingest.Call{} {
		o.MaxTime = maxScrubTimeOfCalls
	}
	out := shrink.Scrub(ctx, small, o, keep)
	if out.Failed || !minimal {
		return out, nil
	}
	return out, shrink.Explain(ctx, out.Input, o, keep)
}

// ownNames are the names of columns that the team's own configuration holds.
func ownNames(v *View) []string {
	out := slices.Concat(v.Compare.Key, v.Compare.Ignore, slices.Collect(maps.Keys(v.Compare.Tolerance)))
	for _, s := range []ingest.Settings{v.Py2, v.Py3} {
		for _, t := range s.Types {
			out = append(out, t.Column)
		}
	}
	return slices.DeleteFunc(out, func(name string) bool {
		_, err := strconv.Atoi(name) // a position; as a number it is the supplier's
		return err == nil
	})
}

// characters tells the characters of an input apart as the path does that can read it:
// nil for UTF-8, and where neither can.
func characters(v *View, data []byte) shrink.Next {
	if utf8.Valid(data) && !bytes.Contains(data, []byte{0}) {
		return nil
	}
	for _, s := range []ingest.Settings{v.Py3, v.Py2} {
		codec, fault, err := pycodec.Lookup(s.Python, byteOrdered(s.Codec, data))
		if err != nil || fault != nil {
			continue
		}
		if _, bad := codec.Decode(nil, data, "strict"); bad == nil {
			return nextOf(codec)
		}
	}
	return nil
}

// byteOrdered names the codec that goes on after a byte order mark.
func byteOrdered(codec string, data []byte) string {
	name := strings.NewReplacer("-", "", "_", "").Replace(strings.ToLower(codec))
	if name != "utf16" && name != "utf32" {
		return codec
	}
	if bytes.HasPrefix(data, []byte("\xFE\xFF")) || bytes.HasPrefix(data, []byte("\x00\x00\xFE\xFF")) {
		return name + "be"
	}
	return name + "le"
}

// longest is how many bytes a character has at most, in GB 18030 and UTF-8.
const longest = 4

// nextOf decodes one character: the fewest bytes that are one.
func nextOf(codec *pycodec.Codec) shrink.Next {
	return func(b []byte) (rune, int) {
		for n := 1; n <= min(len(b), longest); n++ {
			text, bad := codec.Decode(nil, b[:n], "strict")
			if bad != nil || len(text) == 0 {
				continue
			}
			if r, size := utf8.DecodeRune(text); size == len(text) {
				return r, n
			}
		}
		return utf8.RuneError, 1
	}
}
