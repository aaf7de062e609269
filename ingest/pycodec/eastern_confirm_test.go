package pycodec

import (
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest/interp/interptest"
)

// An easternCodec is a multi-byte codec and the pieces its random inputs are made
// of: whole characters, leads that go wrong with a comma, a quote or a line end
// behind them, and escape sequences.
type easternCodec struct{ name, pieces string }

var easternCodecs = []easternCodec{
	{"gb18030", "\x81\x30\x81\x30 \x81\x30 \x84\x31\xa4\x39 \x90\x30\x81\x30 \xe3\x32\x9a\x35 \xe3\x32\x9a\x36 \xb0\xa1 \xa3\xa0 \x81 \x80 \xff \xfe\xfe 0 9"},
	{"gbk", "\xb0\xa1 \xa1\xa4 \xa1\xaa \xa8\x44 \x81\x40 \x81 \x80 \xff \xfe\xfe \x7f"},
	{"gb2312", "\xb0\xa1 \xa1\xa4 \xa1\xaa \xa8\x44 \xb0 \x80 \xff \xf7\xfe"},
	{"big5", "\xa4\x40 \xa1\x5c \xf9\xd5 \xa4 \x80 \xff \xc9\x40 \x7f"},
	{"cp950", "\xa4\x40 \xa1\x5c \xf9\xfe \xa4 \x80 \xff \xa3\xe1"},
	{"big5hkscs", "\xa4\x40 \x88\x62 \x88\x64 \x88\xa3 \x88\xa5 \x88\x66 \x87\x40 \xfe\xfe \x80 \xff \x88 \xc6\xa1"},
	{"cp949", "\xb0\xa1 \x81\x41 \xa4\xd4 \xc6\x52 \x81 \x80 \xff \xc9\xa1"},
	{"euc_kr", "\xb0\xa1 \xa4\xd4\xa4\xb6\xa4\xd0\xa4\xd4 \xa4\xd4\xa4\xa1\xa4\xbf\xa4\xbe \xa4\xd4 \xa4\xa1 \xa4\xbf \xa4 \xd4 \x80 \xff"},
	{"johab", "\x88\x61 \xd9\x31 \xe0\x31 \xda\xa1 \xdf\x31 \x84\x41 \x80 \xff \xd3\xbd"},
	{"shift_jis", "\x88\x9f \x81\x5f \xb1 \x80 \xa0 \xf0\x40 \xfd \x81 \xea\xa4 \xfc\x4b \x7f"},
	{"cp932", "\x88\x9f \x81\x5f \x81\x60 \xb1 \x80 \xa0 \xf0\x40 \xfd \x81 \xed\x40 \xfa\x40 \xeb\x40"},
	{"shift_jis_2004", "\x88\x9f \x82\xf5 \x86\x63 \xb1 \x80 \xa0 \xf0\x40 \xfc\xf4 \xfd \x81 \\ ~"},
	{"shift_jisx0213", "\x88\x9f \x82\xf5 \x86\x63 \xb1 \x80 \xa0 \xf0\x40 \xfc\xf4 \xfd \x81 \\ ~"},
	{"euc_jp", "\xb0\xa1 \xa1\xc0 \x8e\xb1 \x8e \x8f\xb0\xa1 \x8f\xb0 \x8f \x80 \xff \xad\xa1"},
	{"euc_jis_2004", "\xb0\xa1 \xa4\xf7 \x8e\xb1 \x8e \x8f\xb0\xa1 \x8f\xa1\xa1 \x8f\xb0 \x8f \x80 \xff \xae\xa1"},
	{"euc_jisx0213", "\xb0\xa1 \xa4\xf7 \x8e\xb1 \x8e \x8f\xb0\xa1 \x8f\xfd\xbb \x8f\xb0 \x8f \x80 \xff \xae\xa1"},
	{"hz", "~{ ~} ~~ ~\n ~x ~ VPND !! \x80 \xb0\xa1 ~{VP~}"},
	{"iso2022_jp", isoPieces}, {"iso2022_jp_1", isoPieces}, {"iso2022_jp_2", isoPieces}, {"iso2022_jp_2004", isoPieces},
	{"utf-7", "+ +- +AOk- +AOk +2D3eAA- +2D0- +2D0AYQ- +AOl- +A AB / zI & ~ \\ = \x80 \xe9 ++ -"},
	{"unicode_escape", escapePieces}, {"raw_unicode_escape", escapePieces},
	{"iso2022_jp_3", isoPieces}, {"iso2022_jp_ext", isoPieces}, {"iso2022_kr", isoPieces},
}

const isoPieces = "\x1b$B \x1b$@ \x1b(B \x1b(J \x1b(I \x1b$(D \x1b$(C \x1b$)C \x1b$A \x1b.A \x1b.F \x1b.B \x1b.J \x1bN \x1bNa \x1b$(Q \x1b$(O \x1b$(P \x1b&@\x1b$B \x1b&@ " +
	"\x0e \x0f \x1b \x1b[1A \x1b$ \x1b(A \x1b)B \x1b$)))))))) !! $\" 0! -! }; \\ ~ \xa1 \x80 \x01"

// escapePieces have no name that would have to be looked up.
const escapePieces = "\\ \\\\ \\x41 \\x4 \\xg \\u00e9 \\u12 \\u12g \\ud83d\\ude00 \\U0001F600 \\U00110000 \\U0011 \\N \\N{ \\N{} } \\0 \\777 \\08 \\q \\n \\' 0123 fF x u U N \xe9 \x80"

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
