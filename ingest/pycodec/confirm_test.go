package pycodec

import (
	"bytes"
	"crypto/md5"
	_ "embed"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/fuzz/questions"
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
func utf32(text []byte) []byte { return appendUTF32(nil, text) }

func appendUTF32(dst, text []byte) []byte {
	for len(text) > 0 {
		if text[0] < 0x80 {
			dst, text = append(dst, text[0], 0, 0, 0), text[1:]
			continue
		}
		r, n := ingest.DecodeRune(text)
		dst, text = binary.LittleEndian.AppendUint32(dst, uint32(r)), text[n:]
	}
	return dst
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

// question begins the argument of a function of judge.py.
func question(codec, errors string, lists int) []byte {
	dst := interptest.AppendMarshalTuple(nil, 2+lists)
	return interptest.AppendMarshalText(interptest.AppendMarshalText(dst, codec), errors)
}

func appendInputs[T string | []byte](dst []byte, inputs []T) []byte {
	dst = interptest.AppendMarshalList(dst, len(inputs))
	for _, b := range inputs {
		dst = interptest.AppendMarshalBytes(dst, b)
	}
	return dst
}

// compare has a function of judge.py digest n lots, while the model does so too;
// differ is called for those of which the digests differ and has to show how.
func (j *judge) compare(function string, question []byte, n int, ours func(i int) [md5.Size]byte, differ func(i int)) {
	want := make(chan [][md5.Size]byte, 1)
	go func() {
		digests := make([][md5.Size]byte, n)
		for i := range digests {
			digests[i] = ours(i)
		}
		want <- digests
	}()
	theirs, err := j.p.CallBytes(j.t.Context(), "judge."+function, question)
	if err != nil {
		j.t.Fatal(err)
	}
	for i, digest := range <-want {
		if got := theirs[i*md5.Size:][:md5.Size]; bytes.Equal(got, digest[:]) {
			continue
		}
		before := j.mismatches
		if differ(i); j.mismatches == before {
			j.differ("%s: digests of lot %d of %q differ, what they are made of does not", function, i, question)
		}
	}
}

// lot is how many inputs have one digest.
const lot = 500

// decode compares single inputs.
func (j *judge) decode(codec, errors string, inputs [][]byte) {
	c, q := j.codec(codec), question(codec, errors, 1)
	lots := slices.Collect(slices.Chunk(inputs, lot))
	q = interptest.AppendMarshalList(q, len(lots))
	for _, l := range lots {
		q = appendInputs(q, l)
	}
	j.compare("decoded", q, len(lots), func(i int) [md5.Size]byte {
		var all []byte
		for k, b := range lots[i] {
			if k > 0 {
				all = append(all, '\n')
			}
			all = append(all, once(c, errors, b)...)
		}
		return md5.Sum(all)
	}, func(i int) { j.each(codec, errors, lots[i]) })
	j.cases += len(inputs)
}

// each shows which of the inputs are decoded differently.
func (j *judge) each(codec, errors string, inputs [][]byte) {
	c := j.codec(codec)
	for i, h := range j.ask("decode", []any{codec, errors, hexed(inputs)}) {
		want, _ := hex.DecodeString(h)
		if got := once(c, errors, inputs[i]); got != string(want) {
			j.differ("mismatch: %x.decode(%q, %q): got %q, python %q", inputs[i], codec, errors, got, want)
		}
	}
}

// appendBrief writes a result as judge.py's sweep and blocks have it.
func appendBrief(dst, text []byte, err *Error) []byte {
	if err != nil && err.Type == unicodeDecodeError {
		text = fmt.Appendf(nil, "E %s %d %d %s", err.Codec, err.Start, err.End, err.Reason)
	} else if err != nil {
		text = []byte("E " + err.Error())
	}
	return appendUTF32(dst, text)
}

// sweep compares all extensions of each prefix by one byte.
func (j *judge) sweep(codec, errors string, prefixes []string) {
	c, q := j.codec(codec), appendInputs(question(codec, errors, 1), prefixes)
	var all, in, text []byte
	j.compare("sweep", q, len(prefixes), func(i int) [md5.Size]byte {
		all = all[:0]
		for b := range 256 {
			if b > 0 {
				all = appendUTF32(all, []byte("\uffff\n"))
			}
			in = append(append(in[:0], prefixes[i]...), byte(b))
			var err *Error
			text, err = c.Decode(text[:0], in, errors)
			all = appendBrief(all, text, err)
		}
		return md5.Sum(all)
	}, func(i int) { j.each(codec, errors, extensions(prefixes[i])) })
	j.cases += 256 * len(prefixes)
}

// blocks compares all extensions of each prefix by each tail, those of one prefix
// in one input. A tail ends with what a decoder can go on from.
func (j *judge) blocks(codec, errors string, prefixes, tails []string) {
	c := j.codec(codec)
	q := appendInputs(appendInputs(question(codec, errors, 2), tails), prefixes)
	var in, text, all []byte
	j.compare("blocks", q, len(prefixes), func(i int) [md5.Size]byte {
		in = in[:0]
		for _, tail := range tails {
			in = append(append(in, prefixes[i]...), tail...)
		}
		var err *Error
		text, err = c.Decode(text[:0], in, errors)
		all = appendBrief(all[:0], text, err)
		return md5.Sum(all)
	}, func(i int) {
		var inputs [][]byte
		for _, tail := range tails {
			inputs = append(inputs, []byte(prefixes[i]+tail))
		}
		j.each(codec, errors, inputs)
	})
	j.cases += len(prefixes) * len(tails)
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

// TestCodecConfirm decodes every 0-, 1- and 2-byte input with every codec (a
// sample of them unless at full scale).
func TestCodecConfirm(t *testing.T) {
	eachJudge(t, func(j *judge) {
		for _, codec := range j.modules() {
			j.short(codec)
		}
		for _, codec := range variedCodecs {
			if _, fault, _ := Lookup(j.py, codec); fault != nil {
				continue
			}
			for _, errors := range append(otherHandlers, strings.Repeat("x", 450)) {
				j.sweep(codec, errors, leads(16))
			}
		}
	})
}

// short compares what is at most two bytes long: each input by itself, strictly;
// with the other handlers, whose results have no position, those of one first byte
// together. Of a codec whose bytes stand each for itself the pairs are decoded by
// themselves for some first bytes only.
func (j *judge) short(codec string) {
	pairs, first := thinned(span(0, 255), interptest.Cases(256)), leads(256)
	tails := product(span(0, 255), []string{"\n"})
	if j.codec(codec).SingleByte() {
		first = leads(16)
	}
	for _, errors := range mainHandlers {
		j.decode(codec, errors, [][]byte{nil})
		if errors == "strict" {
			j.sweep(codec, errors, first)
		} else {
			j.sweep(codec, errors, []string{""})
			j.blocks(codec, errors, pairs, tails)
		}
	}
}

// TestLongerConfirm decodes structured and random inputs of three bytes and more
// with the codecs that have multi-byte sequences.
func TestLongerConfirm(t *testing.T) {
	eachJudge(t, func(j *judge) {
		for _, errors := range append(otherHandlers, mainHandlers...) {
			j.decode("utf-8", errors, structuredUTF8(interptest.Cases(16_000)))
			j.decode("utf-8-sig", errors, structuredUTF8(interptest.Cases(2000)))
			for _, codec := range wideCodecs {
				j.decode(codec, errors, random(questions.UTF16, interptest.Cases(2000), 9))
			}
			for _, codec := range wideCodecs[3:] {
				j.decode(codec, errors, random32(interptest.Cases(2000)))
			}
			j.decode("utf-8", errors, random(questions.UTF8, interptest.Cases(4000), 12))
			j.decode("utf-8-sig", errors, random(questions.UTF8, interptest.Cases(4000), 12))
		}
	})
}

const edges = "\x00\x41\x7f\x80\x8f\x90\x9f\xa0\xbf\xc0\xed\xff"

var wideCodecs = []string{"utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"}

// random32 returns n inputs of near-valid UTF-32 of both orders, some cut short.
func random32(n int) [][]byte {
	units := questions.UTF32
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
		for _, errors := range []string{"strict", "replace", "ignore", "surrogateescape", "surrogatepass", "backslashreplace", "xmlcharrefreplace", "nope"} {
			for _, codec := range []string{"utf-8", "utf-8-sig"} {
				j.chunks(codec, errors, random(questions.UTF8, interptest.Cases(20), 7))
				j.chunks(codec, errors, structuredUTF8(interptest.Cases(30)))
			}
			for _, codec := range wideCodecs {
				j.chunks(codec, errors, random(questions.UTF16, interptest.Cases(20), 8))
			}
			for _, codec := range wideCodecs[3:] {
				j.chunks(codec, errors, random32(interptest.Cases(15)))
			}
			for _, codec := range []string{"ascii", "cp1252", "latin-1"} {
				j.chunks(codec, errors, random(questions.UTF8, interptest.Cases(10), 4))
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
	c, q := j.codec(codec), question(codec, errors, 1)
	lots := slices.Collect(slices.Chunk(all, lot))
	q = interptest.AppendMarshalList(q, len(lots))
	for _, l := range lots {
		q = interptest.AppendMarshalList(q, len(l))
		for _, chunks := range l {
			q = appendInputs(q, chunks)
		}
	}
	j.compare("chunked", q, len(lots), func(i int) [md5.Size]byte {
		var lines []string
		for _, chunks := range lots[i] {
			lines = append(lines, bothDecoders(c, errors, chunks))
		}
		return md5.Sum([]byte(strings.Join(lines, "\n")))
	}, func(i int) { j.eachChunks(codec, errors, lots[i]) })
	j.cases += len(all)
}

// eachChunks shows which lists of chunks are decoded differently.
func (j *judge) eachChunks(codec, errors string, all [][][]byte) {
	c := j.codec(codec)
	for i, want := range j.ask("chunks", []any{codec, errors, hexLists(all)}) {
		if got := bothDecoders(c, errors, all[i]); got != want {
			j.differ("mismatch: %s %s chunks %x:\ngot\n%s\npython\n%s", codec, errors, all[i], got, want)
		}
	}
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
// spellings, and names that are none, as each function that takes a name does.
func TestLookupConfirm(t *testing.T) {
	spellings := lookupNames()
	uses := map[string]Use{"lookup": ByLookup, "decodes": ByDecode, "opens": ByOpen}
	eachJudge(t, func(j *judge) {
		for _, question := range slices.Sorted(maps.Keys(uses)) {
			for i, want := range j.ask(question, spellings) {
				if got := lookedUp(uses[question], j.py, spellings[i]); !agree(got, want) {
					j.differ("%s(%q): got %q, python %q", question, spellings[i], got, want)
				}
			}
			j.cases += len(spellings)
		}
	})
}

// agree compares what the model says of a name with what Python does.
func agree(got, want string) bool {
	return got == want || got == unmodelled && !strings.HasPrefix(want, "E ")
}

// unmodelled is said of a codec that Python has and the model refuses to have.
const unmodelled = "known"

// lookedUp is judge.py's form of what comes of a name.
func lookedUp(use Use, py ingest.Python, name string) string {
	c, fault, err := LookupBy(use, py, name)
	switch {
	case err != nil:
		return unmodelled
	case fault != nil:
		return "E " + fault.Type + ": " + fault.Message
	case use != ByLookup:
		return "ok"
	}
	return c.Name()
}

func lookupNames() []string {
	out := []string{
		"", ".", "..", "a.b", "-", "_", "nope", "No Pe", " utf-8 ", "utf.8", "utf--8", "utf-8!", "ut\tf8", "cp1252\n", "\u00a0utf-8", "utf\u00e98", "utf\u20ac8",
		"utf-8\u00e9", "iso-8859-1:1987", "ISO 8859-1", "iso.8859.1", "cp-1252", "cp_1252", "utf16le", "aliases", "__init__", "os", "mbcs", "oem", "cp65001", "tactis",
		strings.Repeat("a", 300), "utf_8.", ".utf_8", "utf_8._", "latin.1", "KOI8-T", "x-mac-japanese", "utf\U0001F6008", "utf\u0663", "utf-8\x00", "\x00", "nope\x00nope",
		"utf\u9feb8", "utf\u9fff8", "utf\u0c5d8", "utf\U000313508", "utf\U0001e4d0\U0002ebf08", // letters of later versions of Unicode
	}
	for _, list := range []string{moduleList, aliasList} {
		for line := range strings.SplitSeq(list, "\n") {
			n, _, _ := strings.Cut(line, " ")
			out = append(out, n, strings.ToUpper(n), strings.ReplaceAll(n, "_", "-"), strings.ReplaceAll(n, "_", "."), strings.ReplaceAll(n, "_", " "), "_"+n+"--")
		}
	}
	return out
}
