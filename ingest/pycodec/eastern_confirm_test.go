package pycodec

import (
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/fuzz/questions"
	"github.com/feedparity/feedparity/ingest/interp/interptest"
)

// An easternCodec is a codec of questions.Eastern.
type easternCodec struct{ name, pieces string }

var easternCodecs = func() (all []easternCodec) {
	for _, c := range questions.Eastern {
		all = append(all, easternCodec{c.Name, c.Pieces})
	}
	return all
}()

// sample returns n random inputs of up to max pieces.
func (c easternCodec) sample(n, max int) [][]byte {
	pieces := append(strings.Split(c.pieces, " "), ",", "\"", "\n", "a", "\r", "")
	r := rand.New(rand.NewPCG(7, 7))
	out := make([][]byte, n)
	for i := range out {
		for range r.IntN(max + 1) {
			out[i] = append(out[i], pieces[r.IntN(len(pieces))]...)
		}
		if len(out[i]) > 0 && r.IntN(4) == 0 { // anything, anywhere
			out[i][r.IntN(len(out[i]))] = byte(r.IntN(256))
		}
		if c.name == "unicode_escape" {
			out[i] = regexp.MustCompile(`N\{[^}]+\}`).ReplaceAll(out[i], []byte("n{}"))
		}
	}
	return out
}

// longer are the prefixes of sequences of three bytes and more.
func (c easternCodec) longer(n int) []string {
	var out []string
	switch {
	case strings.HasPrefix(c.name, "euc_j"):
		for b := range 256 {
			out = append(out, "\x8f"+string([]byte{byte(b)}))
		}
	case c.name == "gb18030":
		for _, lead := range append([]byte{0x80, 0x85, 0x8F, 0x9F, 0xE2, 0xE3, 0xE4, 0xFE, 0xFF}, "\x81\x82\x83\x84\x90"...) {
			for b := '/'; b <= ':'; b++ {
				for third := range 128 {
					out = append(out, string([]byte{lead, byte(b), byte(third + 128)}))
				}
			}
		}
	case strings.HasPrefix(c.name, "iso2022"):
		for escape := range strings.SplitSeq("\x1b$B \x1b(J \x1b(I \x1b$(D \x1b$(C \x1b$A \x1b$(Q \x1b$(O \x1b$(P \x1b$)C\x0e", " ") {
			for b := 0x20; b < 0x84; b++ {
				out = append(out, escape+string([]byte{byte(b)}))
			}
		}
		out = append(out, "\x1b", "\x1b(", "\x1b)", "\x1b.", "\x1b$", "\x1b$(", "\x1b$)", "\x1b$.", "\x1bN", "\x1b.A\x1bN", "\x1b.F\x1bN", "\x1b.J\x1bN", "\x1b&@\x1b$")
	case c.name == "hz":
		for b := range 256 {
			out = append(out, "~{"+string([]byte{byte(b)}))
		}
	case c.name == "euc_kr":
		out = append(out, "\xa4\xd4\xa4\xb6\xa4\xd0\xa4", "\xa4\xd4\xa4\xb6\xa4\xd0", "\xa4\xd4\xa4\xb6\xa4", "\xa4\xd4\xa4", "\xa4\xd4")
		for b := range 256 {
			out = append(out, "\xa4\xd4\xa4\xb6\xa4"+string([]byte{byte(b)})+"\xa4", "\xa4\xd4\xa4"+string([]byte{byte(b)})+"\xa4\xd0\xa4")
		}
	}
	if out == nil {
		return nil
	}
	return thinned(out, n)
}

// thinned returns n of the strings, evenly.
func thinned(all []string, n int) []string {
	n = min(n, len(all))
	out := make([]string, n)
	for i := range out {
		out[i] = all[i*len(all)/n]
	}
	return out
}

// chosen are the codecs to confirm: all, or the one FEEDPARITY_CODEC names.
func chosen() []easternCodec {
	return slices.DeleteFunc(slices.Clone(easternCodecs), func(c easternCodec) bool {
		only := os.Getenv("FEEDPARITY_CODEC")
		return only != "" && only != c.name
	})
}

// TestEasternConfirm decodes every 0-, 1- and 2-byte input, the near-valid longer
// ones and random ones with each multi-byte codec and error handler.
func TestEasternConfirm(t *testing.T) {
	eachJudge(t, func(j *judge) {
		for _, c := range chosen() {
			j.short(c.name)
			for _, errors := range mainHandlers {
				if longer := c.longer(interptest.Cases(256)); longer != nil {
					j.sweep(c.name, errors, longer)
				}
				j.decode(c.name, errors, c.sample(interptest.Cases(4000), 6))
			}
			for _, errors := range otherHandlers {
				j.decode(c.name, errors, c.sample(interptest.Cases(500), 6))
			}
		}
	})
}

// TestEasternDecoderConfirm cuts inputs at every point and every two points.
func TestEasternDecoderConfirm(t *testing.T) {
	eachJudge(t, func(j *judge) {
		for _, c := range chosen() {
			for _, errors := range []string{"strict", "replace", "ignore", "surrogateescape", "backslashreplace", "nope"} {
				j.chunks(c.name, errors, c.sample(interptest.Cases(20), 3))
			}
		}
	})
}
