package pytext

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest"
)

var (
	py27  = ingest.Python27
	py36  = ingest.Python{Major: 3, Minor: 6}
	py313 = ingest.Python313
)

var line100 = strings.Repeat("0123456789", 9) + "abcdefgh,\n"

// linesTable: want are the items, then "! Type: message" if the iterator raises.
// TestLinesConfirm reads every file in every way on every interpreter too.
var linesTable = []struct {
	why  string
	py   ingest.Python
	way  way
	data string
	want []string
}{
	{"LF only", py27, way{"bytes", "", ""}, "a,b\nc,d\r\ne,f\rg,h", []string{"a,b\n", "c,d\r\n", "e,f\rg,h"}},
	{"rU translates", py27, way{"universal", "", ""}, "a,b\nc,d\r\ne,f\rg,h\r", []string{"a,b\n", "c,d\n", "e,f\n", "g,h\n"}},
	{"bytes know three line ends", py27, way{"splitlines", "", ""}, "a\x0b\nb\x85\r\n\rc", []string{"a\x0b", "b\x85", "", "c"}},
	{"newline='' keeps", py313, way{"text", "utf-8", "strict"}, "a\nb\r\nc\rd\r\r\ne\x0bf", []string{"a\n", "b\r\n", "c\r", "d\r", "\r\n", "e\x0bf"}},
	{"newline=None translates", py313, way{"text-universal", "utf-8", "strict"}, "a\nb\r\nc\rd\r\r\n", []string{"a\n", "b\n", "c\n", "d\n", "\n"}},
	{"a locale's open() translates", py313, way{"locale", "cp1252", "strict"}, "\x80\r\n", []string{"€\n"}},
	{"text knows more line ends", py313, way{"splitlines", "utf-8", "strict"}, "a\x0bb\u2028c\r\nd\x1f\u0085", []string{"a", "b", "c", "d\x1f"}},
	{"decoded before it is split", py313, way{"splitlines", "utf-8", "strict"}, "a\n\xff", []string{"! UnicodeDecodeError: 'utf-8' codec can't decode byte 0xff in position 2: invalid start byte"}},
	{"StringIO knows LF", py313, way{"stringio", "latin-1", "strict"}, "a\rb\nc\xe9", []string{"a\rb\n", "cé"}},
	{"one bad line ends no other", py313, way{"iterdecode", "utf-8", "strict"}, "a\nb\xff\nc\n", []string{"a\n", "! UnicodeDecodeError: 'utf-8' codec can't decode byte 0xff in position 1: invalid start byte"}},
	{"the chunk is decoded first", py313, way{"text", "utf-8", "strict"}, "a\nb\xff\nc\n", []string{"! UnicodeDecodeError: 'utf-8' codec can't decode byte 0xff in position 3: invalid start byte"}},
	{"position in the chunk", py313, way{"text", "utf-8", "strict"}, strings.Repeat("x\n", 4096) + "\xff", append(slices.Repeat([]string{"x\n"}, 4096), "! UnicodeDecodeError: 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte")},
	{"io.open decodes 4096 at once", py27, way{"io-open", "utf-8", "strict"}, strings.Repeat("x\n", 2048) + "\xff", append(slices.Repeat([]string{"x\n"}, 2048), "! UnicodeDecodeError: 'utf8' codec can't decode byte 0xff in position 0: invalid start byte")},
	{"a tail cut short, and its line lost", py36, way{"text", "utf-8", "strict"}, "a\nb\xe2\x82", []string{"a\n", "! UnicodeDecodeError: 'utf-8' codec can't decode bytes in position 0-1: unexpected end of data"}},
	{"codecs.open drops it", py313, way{"codecs-open", "utf-8", "strict"}, "a\nb\xe2\x82", []string{"a\n", "b"}},
	{"codecs.open splits like splitlines", py27, way{"codecs-open", "utf-8", "strict"}, "a\x0bb\r\nc\u2028d", []string{"a\x0b", "b\r\n", "c\u2028", "d"}},
	{"codecs.open gives lines before a bad one", py313, way{"codecs-open", "utf-8", "strict"}, strings.Repeat("x\n", 100) + "\xff", append(slices.Repeat([]string{"x\n"}, 70), "! UnicodeDecodeError: 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte")},
	{"the readers of East Asia complain of it", py313, way{"codecs-open", "gb18030", "strict"}, "a\nb\xb0", []string{"a\n", "! UnicodeDecodeError: 'gb18030' codec can't decode byte 0xb0 in position 1: incomplete multibyte sequence"}},
	{"they take bytes to LF, and no more line ends", py313, way{"codecs-open", "gbk", "strict"}, "a\rb\x0b\n\xb0\xa1\nc", []string{"a\rb\x0b\n", "啊\n", "c"}},
	{"2.7 swallows the line end after a lead byte, and what is empty ends the file", py27, way{"codecs-open", "gbk", "ignore"}, "a\n\xb0\nb\n", []string{"a\n"}},
	{"3.x does not", py313, way{"codecs-open", "gbk", "ignore"}, "a\n\xb0\nb\n", []string{"a\n", "\n", "b\n"}},
	{"a line in escapes only ends the file as well", py36, way{"recode", "iso2022_kr", "strict"}, "a\n\x0e\n\x0f", []string{"a\n", "\n"}},
	{"a handler is asked once at a time at the end", py36, way{"text", "gb18030", "surrogateescape"}, "a\x81\x30\x81", []string{"a\xed\xb2\x810\xed\xb2\x81"}},
	{"recode joins surrogates", py27, way{"recode", "utf-8", "strict"}, "\xed\xa0\xbd\xed\xb8\x80\r\xed\xa0\x80", []string{"😀\r", "\xed\xa0\x80"}},
	{"part of a signature reads as nothing", py313, way{"text", "utf-8-sig", "strict"}, "\xef\xbb", nil},
	{"2.7's StreamReader asks its codec about nothing", py27, way{"recode", "undefined", "strict"}, "", []string{"! UnicodeError: undefined encoding"}},
	{"before it looks whether there is more", py27, way{"codecs-open", "idna", "replace"}, "", []string{"! UnicodeError: Unsupported error handling replace"}},
	{"3.x looks first", py313, way{"codecs-open", "undefined", "strict"}, "", nil},
	{"no codec is asked about nothing", py36, way{"splitlines", "cp65001", "strict"}, "", nil},
	{"but open() asks at once", py36, way{"text", "cp65001", "strict"}, "", []string{"! LookupError: cp65001 encoding is only available on Windows"}},
	{"a label waits for the chunk with its dot", py313, way{"text", "idna", "strict"}, strings.Repeat("xx.\n", 2046) + "a.xn--tda.", append(slices.Repeat([]string{"xx.\n"}, 2046), "a.ü.")},
	{"codecs.open takes each piece for a whole", py313, way{"codecs-open", "idna", "strict"}, strings.Repeat("x", 65) + "xn--tda", []string{strings.Repeat("x", 65) + "xn--tda"}},
	{"an empty first label makes the last come twice", py36, way{"text", "idna", "strict"}, ".a.b", []string{".a..bb"}},
	{"a position beyond the input: all of it is tried again", py313, way{"codecs-open", "punycode", "strict"}, "abc-zzzz99999a", []string{"! UnicodeDecodeError: 'punycode' codec can't decode bytes in position 8166615-8166615: Invalid character U+190b73"}},
	{"a name across chunks", py313, way{"text", "unicode_escape", "strict"}, strings.Repeat("x", 8190) + `\N{BULLET}`, []string{strings.Repeat("x", 8190) + "•"}},
	{"and across those of iterdecode", py313, way{"iterdecode", "unicode_escape", "replace"}, "\\N{BUL\nLET}\n", []string{"\ufffd\n"}},
	{"what refuses all refuses nothing", py313, way{"text", "undefined", "strict"}, "", []string{"! UnicodeError: undefined encoding"}},
	{"rU translates", py36, way{"universal", "cp1252", "strict"}, "a\rb\r\n\x80\n", []string{"a\n", "b\n", "€\n"}},
	{"and asks for the codec", py36, way{"universal", "hex", "strict"}, "", []string{"! LookupError: 'hex' is not a text encoding; use codecs.open() to handle arbitrary codecs"}},
	{"until it is gone", ingest.Python{Major: 3, Minor: 11}, way{"universal", "utf-8", "strict"}, "a\n", []string{"! ValueError: invalid mode: 'rU'"}},
	{"and nothing is asked for", py313, way{"universal", "nope", "bogus"}, "", []string{"! ValueError: invalid mode: 'rU'"}},
	{"but by the parser of arguments", py313, way{"universal", "a\x00", "strict"}, "", []string{"! ValueError: embedded null character"}},
	{"a codec nobody has, asked for as the file is opened", py313, way{"text", "nope", "strict"}, "", []string{"! LookupError: unknown encoding: nope"}},
	{"by codecs.open as well", py27, way{"codecs-open", "nope", "bogus"}, "", []string{"! LookupError: unknown encoding: nope"}},
	{"by a generator at the first line", py313, way{"iterdecode", "nope", "strict"}, "", []string{"! LookupError: unknown encoding: nope"}},
	{"by decode not at all where there is nothing", py313, way{"stringio", "nope", "strict"}, "", nil},
	{"by decode", py36, way{"splitlines", "nope", "strict"}, "x", []string{"! LookupError: unknown encoding: nope"}},
	{"open() knows what is no text codec", py313, way{"text-universal", "hex", "bogus"}, "", []string{"! LookupError: 'hex' is not a text encoding; use codecs.open() to handle arbitrary codecs"}},
	{"as does decode", py36, way{"stringio", "Base-64", "strict"}, "x", []string{"! LookupError: 'Base-64' is not a text encoding; use codecs.decode() to handle arbitrary codecs"}},
	{"which does not ask about nothing", py36, way{"stringio", "hex", "strict"}, "", nil},
	{"a codec only other versions have", py27, way{"recode", "koi8_t", "strict"}, "x", []string{"! LookupError: unknown encoding: koi8_t"}},
}

// drain returns the items and what ended them, as linesTable writes it.
func drain(l *Lines) (items []string) {
	for {
		v, ok := l.Next()
		if !ok {
			break
		}
		items = append(items, v.Clone().Str)
	}
	if fault := l.Fault(); fault != nil {
		items = append(items, "! "+fault.Type+": "+fault.Message)
	}
	return items
}

func TestLines(t *testing.T) {
	for _, c := range linesTable {
		l, fault, err := Open(strings.NewReader(c.data), int64(len(c.data)), c.way.settings(c.py))
		if err != nil {
			t.Fatalf("%s: %v", c.why, err)
		}
		var got []string
		if fault != nil {
			got = []string{"! " + fault.Type + ": " + fault.Message}
		} else {
			got = drain(l)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v on %s: %d items %.200q, want %d items %.200q", c.why, c.way, c.py, len(got), got, len(c.want), c.want)
		}
	}
}

func TestOffset(t *testing.T) {
	for _, c := range []struct {
		way  way
		data string
		want []int64
		why  string
	}{
		{way{"text", "utf-8", "strict"}, "é\r\nx\r€\ny", []int64{0, 4, 6, 10}, "UTF-8 is its own length"},
		{way{"text-universal", "utf-8", "strict"}, "é\r\nx\r€\ny", []int64{0, 4, 6, 10}, "CRLF is two bytes also when translated"},
		{way{"text", "utf-8-sig", "strict"}, "\xef\xbb\xbfa\nb", []int64{3, 5}, "after the signature"},
		{way{"text", "utf-8", "strict"}, "\xef\xbb\xbfa\nb", []int64{0, 5}, "the signature is text"},
		{way{"text", "cp1252", "strict"}, "\x80\x80\n\x80", []int64{0, 3}, "a byte a character"},
		{way{"text", "utf-16", "strict"}, "\xff\xfea\x00\n\x00\x3d\xd8\x00\xde\n\x00b\x00", []int64{2, 6, 12}, "astral characters are four bytes"},
		{way{"text", "utf-8", "replace"}, "a\nb", []int64{-1, -1}, "a replaced character may be any number of bytes"},
		{way{"splitlines", "utf-8", "strict"}, "a\u2028\r\nb", []int64{0, 4, 6}, "ends count"},
	} {
		l, fault, err := Open(strings.NewReader(c.data), int64(len(c.data)), c.way.settings(py313))
		if err != nil || fault != nil {
			t.Fatal(fault, err)
		}
		var got []int64
		for {
			if _, ok := l.Next(); !ok {
				break
			}
			got = append(got, l.Offset())
		}
		if !slices.Equal(got, c.want) || l.Offset() != -1 {
			t.Errorf("%s: %v: %v, want %v and -1 at the end", c.why, c.way, got, c.want)
		}
	}
}

// failing is an input whose disk fails after some bytes.
type failing struct {
	io.ReaderAt
	good int64
}

var errDisk = errors.New("disk on fire")

func (f failing) ReadAt(p []byte, off int64) (int, error) {
	if off+int64(len(p)) > f.good {
		n, _ := f.ReaderAt.ReadAt(p[:max(0, f.good-off)], off)
		return n, errDisk
	}
	return f.ReaderAt.ReadAt(p, off)
}

// TestReset: lines that have read one file, or a part of it, read another as lines
// just opened do.
func TestReset(t *testing.T) {
	again := 0
	for _, row := range linesTable {
		open := func(data string) *Lines {
			l, fault, err := Open(strings.NewReader(data), int64(len(data)), row.way.settings(row.py))
			if err != nil || fault != nil {
				return nil
			}
			return l
		}
		for _, was := range []string{row.data, "a\r", "b\n\x81\xe2", "~{\x1b$B0"} {
			for _, c := range linesTable {
				l, fresh := open(was), open(c.data)
				if l == nil || fresh == nil {
					continue
				}
				for n := again % 3; n > 0; n-- {
					l.Next()
				}
				l.Release()
				if !l.Reset(strings.NewReader(c.data), int64(len(c.data))) {
					continue
				}
				again++
				if got, want := drain(l), drain(fresh); !slices.Equal(got, want) {
					t.Errorf("%v on %s, %q after %q: got %.200q, want %.200q", row.way, row.py, c.data, was, got, want)
				}
			}
		}
	}
	if again < 1000 {
		t.Errorf("only %d files were read by lines that had read another", again)
	}
}

// A failure of our own is never taken for the end of the file.
func TestReadFailure(t *testing.T) {
	data := strings.Repeat(line100, 3000)
	for _, py := range []ingest.Python{py27, py36} { // which refuses no mode
		for _, mode := range ingest.ModesOf(py.Path()) {
			for _, good := range []int64{0, 100, 150_001} {
				l, fault, err := Open(failing{strings.NewReader(data), good}, int64(len(data)), way{mode, "utf-8", "strict"}.settings(py))
				for err == nil {
					if _, ok := l.Next(); !ok {
						fault, err = l.Fault(), l.Err()
						break
					}
				}
				if !errors.Is(err, errDisk) || fault != nil {
					t.Errorf("%s %s, disk failing after %d bytes: %v, fault %v", py, mode, good, err, fault)
				}
			}
		}
	}
}

// A file shorter than it was said to be is a failure as well.
func TestShortFile(t *testing.T) {
	l, _, err := Open(strings.NewReader("a\nb\n"), 10, way{"text", "utf-8", "strict"}.settings(py313))
	for err == nil {
		if _, ok := l.Next(); !ok {
			err = l.Err()
			break
		}
	}
	if !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("error %v, want unexpected EOF", err)
	}
}

// No line costs an allocation once the buffers have grown.
func TestAllocations(t *testing.T) {
	data := []byte(strings.Repeat("caf\u00e9,"+line100[:60]+"\r\n", 20000))
	for _, py := range []ingest.Python{py27, py36} {
		for _, mode := range ingest.ModesOf(py.Path()) {
			l, _, err := Open(bytes.NewReader(data), int64(len(data)), way{mode, "utf-8", "strict"}.settings(py))
			if err != nil {
				t.Fatal(err)
			}
			for range 5000 {
				l.Next()
			}
			if n := testing.AllocsPerRun(10000, func() { l.Next() }); n != 0 {
				t.Errorf("%s %s: %v allocations a line", py, mode, n)
			}
		}
	}
}

// Memory follows the longest line, not the file.
func TestBounded(t *testing.T) {
	data := []byte(strings.Repeat(line100, 100000)) // 10 MB
	for _, mode := range []ingest.OpenMode{ingest.OpenText, ingest.OpenCodecs, ingest.OpenIterdecode} {
		l, _, err := Open(bytes.NewReader(data), int64(len(data)), way{mode, "utf-8", "strict"}.settings(py313))
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for ; ; n++ {
			if _, ok := l.Next(); !ok {
				break
			}
		}
		held := 0
		switch s := l.src.(type) {
		case *textLines:
			held = cap(s.buf) + cap(s.file.room)
		case *streamLines:
			held = cap(s.buf) + cap(s.raw)
		case *decodedLines:
			held = cap(s.buf) + cap(s.lines.buf)
		}
		if n != 100000 || held == 0 || held > 1<<18 {
			t.Errorf("%s: %d lines, %d bytes held", mode, n, held)
		}
	}
}

func TestWhole(t *testing.T) {
	l, _, err := Open(strings.NewReader("é\nb"), 4, way{"splitlines", "utf-8", "strict"}.settings(py313))
	if err != nil {
		t.Fatal(err)
	}
	if v, ok := l.Whole(); !ok || !v.Equal(ingest.Text("é\nb")) {
		t.Errorf("Whole = %v, %v", v, ok)
	}
	l, _, err = Open(strings.NewReader("a"), 1, way{"stringio", "utf-8", "strict"}.settings(py313))
	if err != nil {
		t.Fatal(err)
	}
	if v, ok := l.Whole(); ok {
		t.Errorf("StringIO is an iterator, yet Whole = %v", v)
	}
}

// TestQuickLines: the lines that come many at once are those that come one by one, with
// the same offsets and the same exception behind them, and none comes after it.
func TestQuickLines(t *testing.T) {
	long := strings.Repeat("0123456789,abc\n", 700)
	mac := strings.ReplaceAll(long, "\n", "\r")
	for _, data := range []string{
		"", "a", "a\nb", "a\n", "a\nb\r", "a\nb\x00", "a\r\nb", "a\rb", long[:3000] + "a", long[:8192-15] + "0123456789,a", long[:8192-15] + "0123456789,abc", long[:8192-15] + "0123456789,abcd", "a\né\xc3", "a\r\nb\rc\n", "a\x00b\nc\n", long, long + "x", mac, mac + "\xff", long + "\xff" + long, long + "\r" + long,
		strings.Repeat("é,\n", 5000), long[:8191] + "\r" + "\n" + long,
	} {
		for _, mode := range []ingest.OpenMode{ingest.OpenBytesDecode, ingest.OpenUniversal, ingest.OpenText, ingest.OpenTextUniversal} {
			py := ingest.Python27
			if mode == ingest.OpenText || mode == ingest.OpenTextUniversal {
				py = ingest.Python313
			}
			s := ingest.DefaultSettings(py)
			s.Open = mode
			one, many := linesOf(t, data, s, 0), linesOf(t, data, s, 3000)
			if one != many {
				t.Errorf("%s of %.60q: one by one %.300q, many at once %.300q", mode, data, one, many)
			}
		}
	}
}

// linesOf reads up to max bytes of lines at once where it can.
func linesOf(t *testing.T, data string, s ingest.Settings, max int) string {
	l, fault, err := Open(strings.NewReader(data), int64(len(data)), s)
	if fault != nil || err != nil {
		t.Fatal(fault, err)
	}
	var out strings.Builder
	for range 2 { // the second time nothing more
		for {
			if max > 0 {
				if text, offset, width := l.QuickLines(max); text != "" {
					l.Took(len(text))
					if l.Over() && !strings.HasSuffix(data, "\n") { // which the text has and the file lacks
						text = strings.TrimSuffix(text, "\n")
					}
					for line := range strings.Lines(text) {
						fmt.Fprintf(&out, "%q %d\n", line, offset)
						offset += width([]byte(line))
					}
					continue
				}
				l.QuickLines(max) // asked again it knows no more
			}
			line, ok := l.Next()
			if !ok {
				break
			}
			fmt.Fprintf(&out, "%q %d\n", line.Str, l.Offset())
		}
	}
	fmt.Fprint(&out, l.Fault(), l.Err())
	return out.String()
}
