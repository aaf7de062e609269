package pytext

import (
	"bytes"
	"crypto/sha1"
	_ "embed"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/interp/interptest"
	"github.com/feedparity/feedparity/ingest/pycodec"
)

//go:embed testdata/confirm.py
var confirmSource string

// A way is one manner of reading a file.
type way struct {
	mode          ingest.OpenMode
	codec, errors string
}

func (w way) settings(py ingest.Python) ingest.Settings {
	s := ingest.DefaultSettings(py)
	s.Open, s.Codec, s.Errors = w.mode, w.codec, w.errors
	return s
}

// run lists the items and the fault as confirm.py does.
func (w way) run(t *testing.T, py ingest.Python, data []byte) (items []ingest.Value, fault string) {
	t.Helper()
	l, f, err := Open(bytes.NewReader(data), int64(len(data)), w.settings(py))
	if err != nil {
		t.Fatalf("%v on %s: %v", w, py, err)
	}
	for l != nil {
		v, ok := l.Next()
		if !ok {
			if f = l.Fault(); l.Err() != nil {
				t.Fatal(l.Err())
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

// digest is confirm.py's.
func digest(items []ingest.Value) string {
	var all []byte
	for _, v := range items {
		if v.Kind == ingest.KindBytes {
			all = append(append(all, 'b'), v.Str...)
			continue
		}
		all = append(all, 't')
		for _, r := range ingest.Runes(v.Str) {
			all = binary.BigEndian.AppendUint32(all, uint32(r))
		}
	}
	sum := sha1.Sum(all)
	return hex.EncodeToString(sum[:])
}

func itemPoints(v ingest.Value) string {
	if v.Kind == ingest.KindBytes {
		return "b" + hex.EncodeToString([]byte(v.Str))
	}
	var out []string
	for _, r := range ingest.Runes(v.Str) {
		out = append(out, strconv.FormatInt(int64(r), 16))
	}
	return "t" + strings.Join(out, " ")
}

func call[T any](t *testing.T, p *interp.Process, function string, args any) T {
	t.Helper()
	answer, err := p.Call(t.Context(), function, args)
	if err != nil {
		t.Fatal(err)
	}
	var out T
	if err := json.Unmarshal(answer, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// waysOf lists what is tried on every file: each mode of the version with codecs
// of every shape and the error handlers that change what is yielded.
func waysOf(py ingest.Python, rng *rand.Rand) []way {
	codecs := []string{"utf-8", "utf-8-sig", "latin-1", "cp1252", "ascii", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "cp037", "koi8_t", "cp65001",
		"gb18030", "shift_jis", "big5", "euc_kr", "iso2022_jp", "hz"}
	handlers := []string{"strict", "strict", "replace", "ignore", "bogus"}
	if py.Path() == ingest.Py3 {
		handlers = append(handlers, "surrogateescape", "backslashreplace")
	}
	var ways []way
	for _, mode := range ingest.ModesOf(py.Path()) {
		ways = append(ways, way{mode, "utf-8", "strict"})
		for range 3 {
			ways = append(ways, way{mode, codecs[rng.IntN(len(codecs))], handlers[rng.IntN(len(handlers))]})
		}
	}
	return ways
}

func TestLinesConfirm(t *testing.T) {
	interptest.Each(t, func(t *testing.T, p *interp.Process) {
		if err := p.Load(t.Context(), "confirm", confirmSource); err != nil {
			t.Fatal(err)
		}
		py := p.Interpreter.Version
		rng := rand.New(rand.NewPCG(4, uint64(py.Minor)))
		var files [][]byte
		for _, c := range linesTable {
			files = append(files, []byte(c.data))
		}
		for range interptest.Cases(6000) {
			files = append(files, randomFile(rng))
		}
		cases, mismatches := 0, 0
		for len(files) > 0 {
			n := min(50, len(files))
			c, m := confirmFiles(t, p, rng, files[:n])
			cases, mismatches, files = cases+c, mismatches+m, files[n:]
		}
		interptest.Record(t, "text", p, cases, mismatches)
	})
}

func confirmFiles(t *testing.T, p *interp.Process, rng *rand.Rand, files [][]byte) (cases, mismatches int) {
	t.Helper()
	py := p.Interpreter.Version
	var args [][]any
	var ways [][]way
	for _, data := range files {
		w := waysOf(py, rng)
		arg := []any{hex.EncodeToString(data)}
		for _, w := range w {
			arg = append(arg, []string{string(w.mode), w.codec, w.errors})
		}
		args, ways = append(args, arg), append(ways, w)
	}
	for i, answers := range call[[][][3]any](t, p, "confirm.files", args) {
		for j, want := range answers {
			w := ways[i][j]
			items, fault := w.run(t, py, files[i])
			cases++
			if got := fmt.Sprint([3]any{len(items), digest(items), fault}); got != fmt.Sprint(want) {
				if mismatches++; mismatches < 4 {
					reportLines(t, p, w, files[i], items, fault)
				}
			}
		}
	}
	return cases, mismatches
}

func reportLines(t *testing.T, p *interp.Process, w way, data []byte, items []ingest.Value, fault string) {
	t.Helper()
	var got []string
	for _, v := range items {
		got = append(got, itemPoints(v))
	}
	got = append(got, "! "+fault)
	want := call[[]string](t, p, "confirm.full", []any{hex.EncodeToString(data), []string{string(w.mode), w.codec, w.errors}})
	for i := range max(len(got), len(want)) {
		g, r := "(nothing)", "(nothing)"
		if i < len(got) {
			g = got[i]
		}
		if i < len(want) {
			r = want[i]
		}
		if g != r {
			t.Errorf("%v, %d bytes %.80q: item %d of %d is\n%.300s, CPython's of %d\n%.300s", w, len(data), data, i, len(got), g, len(want), r)
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
	if w.mode != ingest.OpenBytes && w.mode != ingest.OpenBytesDecode && w.mode != ingest.OpenUniversal && (w.mode != ingest.OpenSplitlines || py.Path() == ingest.Py3) {
		source = decodePiece(t, py, w.codec, data, piece)
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
		{way{"text", "no-such-codec", "strict"}, pycodec.ErrUnknown},
		{way{"text", "hex", "strict"}, pycodec.ErrNotText},
		{way{"pipe", "utf-8", "strict"}, ErrNotModelled},
	} {
		if _, _, err := Open(bytes.NewReader(nil), 0, c.settings(ingest.Python313)); !errors.Is(err, c.want) {
			t.Errorf("%v: %v, want %v", c.way, err, c.want)
		}
	}
}
