package pytext

import (
	"bytes"
	"crypto/md5"
	_ "embed"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/interp/interptest"
	"github.com/feedparity/feedparity/ingest/pycodec"
)

// A way is one manner of reading a file.
type way interptest.Way

func (w way) settings(py ingest.Python) ingest.Settings { return interptest.Way(w).Settings(py) }

// readAs lists the items and the fault as text.py does.
func readAs(t *testing.T, w way, py ingest.Python, data []byte) (items []ingest.Value, fault string) {
	t.Helper()
	l, f, err := Open(bytes.NewReader(data), int64(len(data)), w.settings(py))
	if err != nil {
		t.Errorf("%v on %s: %v", w, py, err) // no Fatal: another goroutine may run this
		return nil, ""
	}
	for l != nil {
		v, ok := l.Next()
		if !ok {
			if f = l.Fault(); l.Err() != nil {
				t.Error(l.Err())
			}
			break
		}
		items = append(items, v.Clone())
	}
	if f != nil {
		fault = f.Type + ": " + f.Message
	}
	return items, fault
}

// waysOf lists what is tried on every file: each mode of the version with codecs
// of every shape and the error handlers that change what is yielded.
func waysOf(py ingest.Python, rng *rand.Rand) []way {
	codecs := []string{"utf-8", "utf-8-sig", "latin-1", "cp1252", "ascii", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "cp037", "koi8_t", "cp65001",
		"gb18030", "shift_jis", "big5", "euc_kr", "iso2022_jp", "hz", "punycode", "idna", "idna", "unicode_escape", "raw_unicode_escape", "unicode_internal", "undefined", "nope"}
	handlers := []string{"strict", "strict", "replace", "ignore", "bogus"}
	if py.Path() == ingest.Py3 {
		handlers = append(handlers, "surrogateescape", "backslashreplace")
	}
	var ways []way
	for _, mode := range ingest.ModesOf(py.Path()) {
		ways = append(ways, way{mode, "utf-8", "strict"})
		if py.Path() == ingest.Py3 && asks(mode) != pycodec.ByLookup && rng.IntN(4) == 0 {
			ways = append(ways, way{mode, "hex", "strict"})
		}
		for range 3 {
			ways = append(ways, way{mode, codecs[rng.IntN(len(codecs))], handlers[rng.IntN(len(handlers))]})
		}
	}
	return ways
}

func TestLinesConfirm(t *testing.T) {
	interptest.Each(t, func(t *testing.T, p *interp.Process) {
		if err := interptest.LoadText(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		py := p.Interpreter.Version
		rng := rand.New(rand.NewPCG(4, uint64(py.Minor)))
		var table [][]byte
		for _, c := range linesTable {
			table = append(table, []byte(c.data))
		}
		cases := 0
		_, mismatches := interptest.Stream(t, p, "text.digests", len(table)+interptest.Cases(1200), 50, func(n int) interptest.Batch {
			trials := make([]trial, n)
			for i := range trials {
				if data := &trials[i].Data; len(table) > 0 {
					*data, table = table[0], table[1:]
				} else {
					*data = randomFile(rng)
				}
				trials[i].read(t, py, rng)
				cases += len(trials[i].Ways)
			}
			var readings []interptest.Reading
			for _, x := range trials {
				readings = append(readings, x.Reading)
			}
			return interptest.Batch{Request: interptest.AppendReadings(nil, readings...), Check: func(answer []byte) int { return check(t, p, trials, answer) }}
		})
		interptest.Record(t, "text", p, cases, mismatches)
	})
}

// trial is a file, ways to read it, and the digests of what the model yields.
type trial struct {
	interptest.Reading
	want [][md5.Size]byte
}

func (x *trial) read(t *testing.T, py ingest.Python, rng *rand.Rand) {
	for _, w := range waysOf(py, rng) {
		x.Ways = append(x.Ways, interptest.Way(w))
		x.want = append(x.want, interptest.TextDigest(readAs(t, w, py, x.Data)))
	}
}

// check compares CPython's digests with the model's.
func check(t *testing.T, p *interp.Process, trials []trial, answer []byte) (mismatches int) {
	t.Helper()
	for _, x := range trials {
		for i, w := range x.Ways {
			if len(answer) < md5.Size {
				t.Fatal("fewer digests than questions")
			}
			if !bytes.Equal(answer[:md5.Size], x.want[i][:]) {
				if mismatches++; mismatches < 4 {
					items, fault := readAs(t, way(w), p.Interpreter.Version, x.Data)
					reportLines(t, p, way(w), x.Data, items, fault)
				}
			}
			answer = answer[md5.Size:]
		}
	}
	return mismatches
}

func reportLines(t *testing.T, p *interp.Process, w way, data []byte, items []ingest.Value, fault string) {
	t.Helper()
	var got []string
	for _, v := range items {
		got = append(got, interptest.ShowItem(v))
	}
	got = append(got, "! "+fault)
	want, err := interptest.FullText(t.Context(), p, interptest.Way(w), data)
	if err != nil {
		t.Fatal(err)
	}
	for i := range max(len(got), len(want)) {
		g, r := "(nothing)", "(nothing)"
		if i < len(got) {
			g = got[i]
		}
		if i < len(want) {
			r = want[i]
		}
		if g != r {
			t.Errorf("mismatch: %v, %d bytes %q: item %d of %d is\n%.300s, CPython's of %d\n%.300s", w, len(data), data, i, len(got), g, len(want), r)
			return
		}
	}
}

// edges are where Python's buffers end: 72 and 144 of StreamReader, 4096 of
// io.open, 8192 of TextIOWrapper.
var edges = []int{0, 1, 3, 70, 72, 74, 142, 144, 216, 4094, 4096, 4098, 8190, 8191, 8192, 8193, 8194, 16383, 16384, 16385, 24576}

// filePieces are put at the edges, each for a rule of its own.
var filePieces = []string{
	"\n", "\r", "\r\n", "\r\r\n", "\n\r", "\n\n", "\r\r", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x1f", "\u0085", "\u2028", "\u2029", "\r\u2028", "\x00", "\x1a",
	"é", "€", "😀", "é\r", "\r€", "\xff", "\xe9", "\x85", "\xe2\x82", "\xf0\x9f\x98", "\xc3", "\xed\xa0\x80", "\xed\xa0\xbd\xed\xb8\x80", "\xc0\x80", "\xf4\x90\x80\x80", "\ufeff", "\xef\xbb", "\xff\xfe", "\xfe\xff", "\x81", "\"x\ry\"",
	"\xb0\xa1", "\x88\x9f", "\x81\n", "\x81,", "\xb0\n", "\x80\n", "\x81\x30\x81\x30", "\x81\x30\n", "\x81\x30\x81", "\xa4\xd4\xa4\n", "\x1b$B!!", "\x1b(B", "\x1b", "\n\x1b(J\n", "\x1b$))))))))\n", "~{VP~}", "~\n", "\n~{\n",
	"xn--tda.", ".xn--tda\n", ".xn--a-\n", ".", "..", "XN--tda.", "-tda", "-", `\N{BULLET}`, `\N{GRINNING FACE}`, `\N{BUL`, `\u00e9`, `\`,
}

func randomFile(rng *rand.Rand) []byte {
	size := rng.IntN(300)
	if rng.IntN(2) == 0 {
		size = max(0, edges[rng.IntN(len(edges))]+rng.IntN(8)-4)
	}
	data := make([]byte, size)
	width := []int{7, 60, 99, 5000, 100000}[rng.IntN(5)]
	for i := range data {
		data[i] = "abcdefgh,\""[rng.IntN(10)]
		if rng.IntN(width) == 0 {
			data[i] = "\n\n\r"[rng.IntN(3)]
		}
	}
	for range rng.IntN(6) {
		piece := filePieces[rng.IntN(len(filePieces))]
		at := edges[rng.IntN(len(edges))] - rng.IntN(4)
		if rng.IntN(2) == 0 || at > len(data) {
			at = len(data) - rng.IntN(4)
		}
		at = min(max(at, 0), len(data))
		data = append(data[:at:at], append([]byte(piece), data[min(at+rng.IntN(2)*len(piece), len(data)):]...)...)
	}
	if rng.IntN(4) == 0 {
		data = toUTF16(rng, data)
	}
	return data
}

// toUTF16 makes UTF-16, now and then UTF-32, of either byte order, with a byte
// order mark or without, sometimes cut short.
func toUTF16(rng *rand.Rand, data []byte) []byte {
	if rng.IntN(4) == 0 {
		out := []byte("\xff\xfe\x00\x00")[:4*rng.IntN(2)]
		for _, r := range string(data) {
			out = binary.LittleEndian.AppendUint32(out, uint32(r))
		}
		return out[:len(out)-min(len(out), rng.IntN(2)*rng.IntN(4))]
	}
	units := utf16.Encode([]rune(string(data)))
	if rng.IntN(3) > 0 {
		units = append([]uint16{0xFEFF}, units...)
	}
	var out []byte
	big := rng.IntN(2) == 0
	for _, u := range units {
		if big {
			out = append(out, byte(u>>8), byte(u))
		} else {
			out = append(out, byte(u), byte(u>>8))
		}
	}
	return out[:len(out)-rng.IntN(2)*min(len(out), rng.IntN(2))]
}

// TestOffsets needs no interpreter: the bytes between two offsets must
// decode to the item, newline translation apart.
func TestOffsets(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 3))
	known := 0
	for range 600 {
		data := randomFile(rng)
		py := []ingest.Python{ingest.Python27, ingest.Python313}[rng.IntN(2)]
		for _, w := range waysOf(py, rng) {
			known += checkOffsets(t, py, w, data)
		}
	}
	if known < 2000 {
		t.Errorf("only %d offsets were known, too few to judge by", known)
	}
}

func checkOffsets(t *testing.T, py ingest.Python, w way, data []byte) (known int) {
	t.Helper()
	l, fault, err := Open(bytes.NewReader(data), int64(len(data)), w.settings(py))
	if fault != nil || err != nil {
		return 0
	}
	var items []string
	var offsets []int64
	for {
		v, ok := l.Next()
		if !ok {
			break
		}
		if l.Offset() >= 0 {
			items, offsets = append(items, v.Clone().Str), append(offsets, l.Offset())
		}
	}
	for i := range items {
		if i+1 < len(items) {
			checkItem(t, py, w, data, data[offsets[i]:offsets[i+1]], items[i])
		}
	}
	return len(items)
}

func checkItem(t *testing.T, py ingest.Python, w way, data, piece []byte, item string) {
	t.Helper()
	source := string(piece)
	if w.Mode != ingest.OpenBytes && w.Mode != ingest.OpenBytesDecode && w.Mode != ingest.OpenUniversal && (w.Mode != ingest.OpenSplitlines || py.Path() == ingest.Py3) {
		source = decodePiece(t, py, w.Codec, data, piece)
	}
	trimmed := strings.TrimRight(source, "\r\n\x0b\x0c\x1c\x1d\x1e\u0085\u2028\u2029")
	if trimmed != strings.TrimRight(item, "\r\n\x0b\x0c\x1c\x1d\x1e\u0085\u2028\u2029") && !strings.Contains(source, "\xed") {
		t.Fatalf("%v on %s: bytes %q between two offsets, item %q", w, py, piece, item)
	}
}

func decodePiece(t *testing.T, py ingest.Python, codec string, data, piece []byte) string {
	t.Helper()
	switch {
	case codec == "utf-8-sig":
		codec = "utf-8"
	case codec == "utf-16" && bytes.HasPrefix(data, []byte("\xfe\xff")):
		codec = "utf-16-be"
	case codec == "utf-16" || codec == "utf-32":
		codec += "-le"
	}
	c, _, err := pycodec.Lookup(py, codec)
	if err != nil {
		t.Fatal(err)
	}
	out, raised := c.Decode(nil, piece, "strict")
	if raised != nil {
		t.Fatalf("bytes %q between two offsets are no %s: %v", piece, codec, raised)
	}
	return string(out)
}

func TestNotModelled(t *testing.T) {
	for _, c := range []struct {
		way
		want error
	}{
		{way{"codecs-open", "hex", "strict"}, pycodec.ErrNotText},
		{way{"iterdecode", "rot13", "strict"}, pycodec.ErrNotText},
		{way{"pipe", "utf-8", "strict"}, ErrNotModelled},
	} {
		if _, _, err := Open(bytes.NewReader(nil), 0, c.settings(ingest.Python313)); !errors.Is(err, c.want) {
			t.Errorf("%v: %v, want %v", c.way, err, c.want)
		}
	}
}
