package pycodec

import (
	"crypto/md5"
	_ "embed"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/interp/interptest"
)

//go:embed testdata/judge.py
var judgeSource string

// judge asks one interpreter and counts.
type judge struct {
	t          *testing.T
	p          *interp.Process
	py         ingest.Python
	cases      int
	mismatches int
}

func eachJudge(t *testing.T, f func(j *judge)) {
	interptest.Each(t, func(t *testing.T, p *interp.Process) {
		if err := p.Load(t.Context(), "judge", judgeSource); err != nil {
			t.Fatal(err)
		}
		j := &judge{t: t, p: p, py: p.Interpreter.Version}
		f(j)
		interptest.Record(t, "codec", p, j.cases, j.mismatches)
	})
}

func (j *judge) ask(function string, args any) []string {
	raw, err := j.p.Call(j.t.Context(), "judge."+function, args)
	if err != nil {
		j.t.Fatal(err)
	}
	var out []string
	if err := json.Unmarshal(raw, &out); err != nil {
		j.t.Fatal(err)
	}
	return out
}

// differ counts a mismatch and shows the first few.
func (j *judge) differ(format string, args ...any) {
	if j.mismatches++; j.mismatches <= 10 {
		j.t.Errorf(format, args...)
	}
}

func (j *judge) codec(name string) *Codec {
	c, fault, err := Lookup(j.py, name)
	if fault != nil || err != nil {
		j.t.Fatalf("look up %s for %s: %v %v", name, j.py, fault, err)
	}
	return c
}

// utf32 is how judge.py sends text.
func utf32(text []byte) []byte {
	var out []byte
	for len(text) > 0 {
		r, n := ingest.DecodeRune(text)
		out = binary.LittleEndian.AppendUint32(out, uint32(r))
		text = text[n:]
	}
	return out
}

// shown is judge.py's form of a result.
func shown(text []byte, err *Error) string {
	if err == nil {
		return "U " + string(utf32(text))
	}
	s := "E " + err.Error()
	if err.Type == unicodeDecodeError {
		s += fmt.Sprintf(" %s %d %d %s %x", err.Codec, err.Start, err.End, err.Reason, err.Object)
	}
	return s
}

func once(c *Codec, errors string, b []byte) string { return shown(c.Decode(nil, b, errors)) }

// decode compares single inputs.
func (j *judge) decode(codec, errors string, inputs [][]byte) {
	c := j.codec(codec)
	for part := range slices.Chunk(inputs, 20000) {
		for i, h := range j.ask("decode", []any{codec, errors, hexed(part)}) {
			want, _ := hex.DecodeString(h)
			if got := once(c, errors, part[i]); got != string(want) {
				j.differ("%x.decode(%q, %q): got %q, python %q", part[i], codec, errors, got, want)
			}
		}
		j.cases += len(part)
	}
}

// sweep compares all extensions of each prefix by one byte, by digest first. Both
// sides work at the same time.
func (j *judge) sweep(codec, errors string, prefixes []string) {
	c := j.codec(codec)
	ours := make(chan []string, 1)
	go func() { ours <- digests(c, errors, prefixes) }()
	var hexes []string
	for _, p := range prefixes {
		hexes = append(hexes, hex.EncodeToString([]byte(p)))
	}
	theirs := j.ask("sweep", []any{codec, errors, hexes})
	for i, digest := range <-ours {
		if digest == theirs[i] {
			j.cases += 256
			continue
		}
		before := j.mismatches
		if j.decode(codec, errors, extensions(prefixes[i])); j.mismatches == before {
			j.differ("%s %s: digests of %q differ, results do not", codec, errors, prefixes[i])
		}
	}
}

// digests does what judge.py's sweep does.
func digests(c *Codec, errors string, prefixes []string) []string {
	var out []string
	for _, p := range prefixes {
		var results []string
		for _, b := range extensions(p) {
			results = append(results, once(c, errors, b))
		}
		out = append(out, fmt.Sprintf("%x", md5.Sum([]byte(strings.Join(results, "\n")))))
	}
	return out
}

func extensions(prefix string) [][]byte {
	out := make([][]byte, 256)
	for i := range out {
		out[i] = append([]byte(prefix), byte(i))
	}
	return out
}

// leads are the prefixes of the two-byte inputs to try: all at full scale.
func leads(n int) []string {
	out := []string{""}
	n = min(256, interptest.Cases(n))
	for i := range n {
		out = append(out, string([]byte{byte(i*256/n + 128)}))
	}
	return out
}

// modules are the codecs of the version that feedparity models, without those of
// TestEasternConfirm.
func (j *judge) modules() []string {
	var out []string
	for name := range names().modules {
		if c, _, _ := Lookup(j.py, name); c != nil && !c.Multibyte() {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

var (
	mainHandlers  = []string{"strict", "replace", "ignore"}
	otherHandlers = []string{"backslashreplace", "surrogateescape", "surrogatepass", "xmlcharrefreplace", "namereplace", "nope", ""}
	variedCodecs  = []string{"ascii", "latin-1", "utf-8", "UTF8", "cp65001", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf32", "utf-32-be", "cp1252", "windows-1255", "cp864", "cp037"}
)

// TestCodecConfirm decodes every 0-, 1- and 2-byte input with every codec and
// error handler on the interpreters (a sample of them unless at full scale).
func TestCodecConfirm(t *testing.T) {
	eachJudge(t, func(j *judge) {
		for _, codec := range j.modules() {
			for _, errors := range mainHandlers {
				j.decode(codec, errors, [][]byte{nil})
				j.sweep(codec, errors, leads(256))
			}
		}
		for _, codec := range variedCodecs {
			if _, fault, _ := Lookup(j.py, codec); fault != nil {
				continue
			}
			for _, errors := range append(otherHandlers, strings.Repeat("x", 450)) {
				j.sweep(codec, errors, leads(64))
			}
		}
	})
}

// TestLongerConfirm decodes structured and random inputs of three bytes and more
// with the codecs that have multi-byte sequences.
func TestLongerConfirm(t *testing.T) {
	eachJudge(t, func(j *judge) {
		for _, errors := range append(otherHandlers, mainHandlers...) {
			j.decode("utf-8", errors, structuredUTF8(interptest.Cases(129024)))
			j.decode("utf-8-sig", errors, structuredUTF8(interptest.Cases(20000)))
			for _, codec := range wideCodecs {
				j.decode(codec, errors, random(alphabet16, interptest.Cases(20000), 9))
			}
			for _, codec := range wideCodecs[3:] {
				j.decode(codec, errors, random32(interptest.Cases(20000)))
			}
			j.decode("utf-8", errors, random(alphabet8, interptest.Cases(20000), 12))
			j.decode("utf-8-sig", errors, random(alphabet8, interptest.Cases(20000), 12))
		}
	})
}

var (
	alphabet8  = "\xEF\xBB\xBF\xEF\xBB\xBFaé€\xED\xA0\x80\xED\xBF\xBF\U0001F600\xF0\xF4\x90\xE0\x9F\xC0\xFF,\n"
	alphabet16 = "\xFF\xFE\xFE\xFF\xD8\xD8\xDC\xDC\x00\x00\x41\x20\xDB\xDF\x10\x11"
	edges      = "\x00\x41\x7f\x80\x8f\x90\x9f\xa0\xbf\xc0\xed\xff"
)

var wideCodecs = []string{"utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"}

// random32 returns n inputs of near-valid UTF-32 of both orders, some cut short.
func random32(n int) [][]byte {
	units := []uint32{0xFEFF, 0xFFFE0000, 'A', 0x41000000, 0xE9, 0xD800, 0xDFFF, 0x00D80000, 0xE000, 0x10FFFF, 0x110000, 0xFFFF1000, 0x00001100, 0x1F600, 1 << 31}
	r := rand.New(rand.NewPCG(3, 2))
	out := make([][]byte, n)
	for i := range out {
		for range r.IntN(4) {
			out[i] = binary.LittleEndian.AppendUint32(out[i], units[r.IntN(len(units))])
		}
		out[i] = out[i][:len(out[i])-min(len(out[i]), r.IntN(8)%5)]
	}
	return out
}

// structuredUTF8 returns n of the inputs of a lead byte and two or three edges.
func structuredUTF8(n int) [][]byte {
	const three, four = 128 * 12 * 12, 64 * 12 * 12 * 12
	out := make([][]byte, n)
	for i := range out {
		k := i * (three + four) / n
		if k < three {
			out[i] = []byte{byte(0x80 + k/144), edges[k/12%12], edges[k%12]}
			continue
		}
		k -= three
		out[i] = []byte{byte(0xC0 + k/1728), edges[k/144%12], edges[k/12%12], edges[k%12]}
	}
	return out
}

// random returns n inputs of up to max bytes of an alphabet, always the same.
func random(alphabet string, n, max int) [][]byte {
	r := rand.New(rand.NewPCG(5, 2))
	out := make([][]byte, n)
	for i := range out {
		b := make([]byte, r.IntN(max+1))
		for k := range b {
			b[k] = alphabet[r.IntN(len(alphabet))]
		}
		out[i] = b
	}
	return out
}

// TestDecoderConfirm feeds short inputs to incremental decoders and stream readers,
// cut at every point and at every two points.
func TestDecoderConfirm(t *testing.T) {
	eachJudge(t, func(j *judge) {
		for _, errors := range []string{"strict", "replace", "ignore", "surrogateescape", "surrogatepass", "nope"} {
			for _, codec := range []string{"utf-8", "utf-8-sig"} {
				j.chunks(codec, errors, random(alphabet8, interptest.Cases(400), 7))
				j.chunks(codec, errors, structuredUTF8(interptest.Cases(600)))
			}
			for _, codec := range wideCodecs {
				j.chunks(codec, errors, random(alphabet16, interptest.Cases(400), 8))
			}
			for _, codec := range wideCodecs[3:] {
				j.chunks(codec, errors, random32(interptest.Cases(300)))
			}
			for _, codec := range []string{"ascii", "cp1252", "latin-1"} {
				j.chunks(codec, errors, random(alphabet8, interptest.Cases(200), 4))
			}
		}
	})
}

// chunks compares both stateful decoders on every cut of the inputs.
func (j *judge) chunks(codec, errors string, inputs [][]byte) {
	for part := range slices.Chunk(inputs, 200) {
		var all [][][]byte
		for _, b := range part {
			all = append(all, cuts(b)...)
		}
		j.chunkLists(codec, errors, all)
	}
}

func (j *judge) chunkLists(codec, errors string, all [][][]byte) {
	c := j.codec(codec)
	for i, want := range j.ask("chunks", []any{codec, errors, hexLists(all)}) {
		if got := bothDecoders(c, errors, all[i]); got != want {
			j.differ("%s %s chunks %x:\ngot\n%s\npython\n%s", codec, errors, all[i], got, want)
		}
	}
	j.cases += len(all)
}

func hexed(inputs [][]byte) []string {
	out := make([]string, len(inputs))
	for i, b := range inputs {
		out[i] = hex.EncodeToString(b)
	}
	return out
}

func hexLists(all [][][]byte) [][]string {
	out := make([][]string, len(all))
	for i, chunks := range all {
		out[i] = hexed(chunks)
	}
	return out
}

// cuts returns b in one, two and three chunks, and with an empty last one.
func cuts(b []byte) [][][]byte {
	out := [][][]byte{{b}, {b, nil}}
	for i := range len(b) + 1 {
		for k := i; k <= len(b); k++ {
			out = append(out, [][]byte{b[:i], b[i:k], b[k:]})
		}
	}
	return out
}

// bothDecoders does what judge.py's chunks does.
func bothDecoders(c *Codec, errors string, chunks [][]byte) string {
	var out []string
	d := c.NewDecoder(errors)
	for i, b := range chunks {
		text, err := d.Decode(nil, b, i == len(chunks)-1)
		out = append(out, fmt.Sprintf("%x %x", shown(text, err), shownPending(c, d)))
	}
	s := c.NewStream(errors)
	var left []byte
	for _, b := range chunks {
		data := append(slices.Clone(left), b...)
		text, used, err := s.Decode(nil, data)
		out = append(out, hex.EncodeToString([]byte(shown(text, err))))
		if err == nil {
			left = data[used:]
		}
	}
	return strings.Join(append(out, hex.EncodeToString(left)), "\n")
}

// shownPending is getstate()[0], which the decoders of the East Asian codecs have since 3.8.
func shownPending(c *Codec, d *Decoder) []byte {
	if c.shape == eastern && !c.rules.python.AtLeast(3, 8) {
		return nil
	}
	return d.Pending()
}

// TestLookupConfirm looks up every alias and module of every version, in several
// spellings, and names that are none.
func TestLookupConfirm(t *testing.T) {
	spellings := lookupNames()
	eachJudge(t, func(j *judge) {
		for i, want := range j.ask("lookup", spellings) {
			if got := lookedUp(j.py, spellings[i]); got != want && (got != "known" || strings.HasPrefix(want, "E ")) {
				j.differ("lookup(%q): got %q, python %q", spellings[i], got, want)
			}
		}
		j.cases += len(spellings)
	})
}

// lookedUp is judge.py's form of a Lookup; of a codec without a model it is just
// known that Python has it.
func lookedUp(py ingest.Python, name string) string {
	c, fault, err := Lookup(py, name)
	switch {
	case errors.Is(err, ErrUnknown):
		return "E LookupError: unknown encoding: " + name
	case err != nil:
		return "known"
	case fault != nil:
		return "E " + fault.Type + ": " + fault.Message
	}
	return c.Name()
}

func lookupNames() []string {
	out := []string{
		"", ".", "..", "a.b", "-", "_", "nope", "No Pe", " utf-8 ", "utf.8", "utf--8", "utf-8!", "ut\tf8", "cp1252\n", "\u00a0utf-8", "utf\u00e98", "utf\u20ac8",
		"utf-8\u00e9", "iso-8859-1:1987", "ISO 8859-1", "iso.8859.1", "cp-1252", "cp_1252", "utf16le", "aliases", "__init__", "os", "mbcs", "oem", "cp65001", "tactis",
		strings.Repeat("a", 300), "utf_8.", ".utf_8", "utf_8._", "latin.1", "KOI8-T", "x-mac-japanese", "utf\U0001F6008", "utf\u0663",
	}
	for _, list := range []string{moduleList, aliasList} {
		for line := range strings.SplitSeq(list, "\n") {
			n, _, _ := strings.Cut(line, " ")
			out = append(out, n, strings.ToUpper(n), strings.ReplaceAll(n, "_", "-"), strings.ReplaceAll(n, "_", "."), strings.ReplaceAll(n, "_", " "), "_"+n+"--")
		}
	}
	return out
}
