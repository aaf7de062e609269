package pycodec

import (
	"slices"
	"strings"
	"testing"
)

// A chunkRow is a text in chunks and what the incremental decoder makes of each,
// separated by |; a chunk after a "/" is final.
type chunkRow struct {
	why, version  string
	codec, errors string
	in            []string
	want          string
	pending       string // at the end
}

var chunkTable = []chunkRow{
	{"a character cut", "2.7", "utf-8", "strict", []string{"a\xe2", "\x82", "\xacb"}, "a||€b", ""},
	{"2.7 waits for the announced length, whatever comes", "2.7", "utf-8", "strict", []string{"\xe2A", "B"}, "|!UnicodeDecodeError: 'utf8' codec can't decode byte 0xe2 in position 0: invalid continuation byte", "\xe2A"},
	{"3.x does not", "3.6", "utf-8", "strict", []string{"\xe2A"}, "!UnicodeDecodeError: 'utf-8' codec can't decode byte 0xe2 in position 0: invalid continuation byte", ""},
	{"3.6 refuses a surrogate at once", "3.6", "utf-8", "strict", []string{"\xed\xa0"}, "!UnicodeDecodeError: 'utf-8' codec can't decode byte 0xed in position 0: invalid continuation byte", ""},
	{"3.7 waits for the whole of it", "3.7", "utf-8", "surrogatepass", []string{"\xed\xa0", "\x80"}, "|\xed\xa0\x80", ""},
	{"positions count from the pending bytes", "3.13", "utf-8", "strict", []string{"ab\xc3", "\xa9cd\xff"}, "ab|!UnicodeDecodeError: 'utf-8' codec can't decode byte 0xff in position 4: invalid start byte", "\xc3"},
	{"what was pending before an error stays, the chunk is lost", "3.13", "utf-8", "strict", []string{"\xc3", "x", "\xa9"}, "|!UnicodeDecodeError: 'utf-8' codec can't decode byte 0xc3 in position 0: invalid continuation byte|é", ""},
	{"a truncated end", "3.13", "utf-8", "strict", []string{"a", "/\xe2\x82"}, "a|!UnicodeDecodeError: 'utf-8' codec can't decode bytes in position 0-1: unexpected end of data", ""},
	{"a truncated end replaced", "3.13", "utf-8", "replace", []string{"a\xe2\x82", "/"}, "a|\ufffd", ""},

	{"BOM in pieces", "3.13", "utf-8-sig", "strict", []string{"\xef", "\xbb", "\xbfa", "\xef\xbb\xbf"}, "||a|\ufeff", ""},
	{"a piece of a BOM is no error even at the end", "3.13", "utf-8-sig", "strict", []string{"/\xef\xbb"}, "", "\xef\xbb"},
	{"no BOM", "2.7", "utf-8-sig", "strict", []string{"a", "\xef\xbb\xbf"}, "a|\ufeff", ""},
	{"positions count from after the BOM", "2.7", "utf-8-sig", "strict", []string{"\xef\xbb\xbfa\xff"}, "!UnicodeDecodeError: 'utf8' codec can't decode byte 0xff in position 1: invalid start byte", ""},
	{"an error after a BOM: the BOM is past", "3.13", "utf-8-sig", "strict", []string{"\xef\xbb\xbf\xff", "\xef\xbb\xbf"}, "!UnicodeDecodeError: 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte|\ufeff", ""},

	{"BOM, then its order", "2.7", "utf-16", "strict", []string{"\xfe", "\xff\x00", "a\x00", "/b"}, "||a|b", ""},
	{"no BOM", "3.12", "utf-16", "strict", []string{"a\x00"}, "!UnicodeError: UTF-16 stream does not start with BOM", ""},
	{"no BOM since 3.13", "3.13", "utf-16", "strict", []string{"a\x00"}, "!UnicodeDecodeError: 'utf-16' codec can't decode bytes in position 0-1: Stream does not start with BOM", ""},
	{"malformed comes before a missing BOM", "3.13", "utf-16", "strict", []string{"\x00\xdca\x00"}, "!UnicodeDecodeError: 'utf-16-le' codec can't decode bytes in position 0-1: illegal encoding", ""},
	{"an error forgets the BOM of its chunk", "3.13", "utf-16", "strict", []string{"\xfe\xff\xdc\x00\x00a", "\xff\xfea\x00"}, "!UnicodeDecodeError: 'utf-16-be' codec can't decode bytes in position 2-3: illegal encoding|a", ""},
	{"3.6 holds a lone low surrogate back", "3.6", "utf-16-le", "strict", []string{"\x00\xdc", "/a\x00"}, "|!UnicodeDecodeError: 'utf-16-le' codec can't decode bytes in position 0-1: illegal encoding", "\x00\xdc"},
	{"utf-32 without BOM", "2.7", "utf-32", "strict", []string{"a\x00\x00", "\x00"}, "|!UnicodeError: UTF-32 stream does not start with BOM", "a\x00\x00"},

	{"a lead byte waits", "3.13", "gbk", "strict", []string{"a\xb0", "\xa1b"}, "a|啊b", ""},
	{"an error forgets what was pending", "3.13", "gbk", "strict", []string{"\xb0", ",", "\xa1"}, "|!UnicodeDecodeError: 'gbk' codec can't decode byte 0xb0 in position 0: illegal multibyte sequence|", "\xa1"},
	{"a truncated end does not", "3.13", "gbk", "strict", []string{"\xb0", "/"}, "|!UnicodeDecodeError: 'gbk' codec can't decode byte 0xb0 in position 0: incomplete multibyte sequence", "\xb0"},
	{"a handler is asked once about the end", "3.13", "gb18030", "surrogateescape", []string{"/\x81\x30\x81", "/"}, "\xed\xb2\x81|0\xed\xb2\x81", ""},
	{"the character set outlives chunks", "2.7", "iso2022_jp", "strict", []string{"\x1b$", "B0", "!", "\n0!"}, "||亜|\n亜", ""},
	{"as much pending as there is room for", "3.13", "iso2022_jp", "strict", []string{"\x1b$))))))"}, "", "\x1b$))))))"},
	{"too much pending", "3.12", "iso2022_jp", "strict", []string{"\x1b$))))))))"}, "!UnicodeError: pending buffer overflow", ""},
	{"too much pending since 3.13", "3.13", "iso2022_jp", "strict", []string{"\x1b$))))))))"}, "!UnicodeDecodeError: 'iso2022_jp' codec can't decode bytes in position 0-9: pending buffer overflow", ""},
	{"2.7 skips more than there is", "2.7", "shift_jis", "ignore", []string{"\x80", "/,"}, "|,", ""},
	{"a shift sequence waits to be closed", "3.8", "utf-7", "strict", []string{"a+AO", "k", "-"}, "a||é", ""},
	{"escapes wait since 3.9", "3.9", "unicode_escape", "strict", []string{"a\\", "x4", "1"}, "a||A", ""},
	{"until 3.8 they do not", "3.8", "unicode_escape", "strict", []string{"a\\"}, "!UnicodeDecodeError: 'unicodeescape' codec can't decode byte 0x5c in position 1: \\ at end of string", ""},
	{"no escape waits for more octal digits", "3.13", "unicode_escape", "strict", []string{`\00`, "/00"}, "\x00|00", ""},
	{"single bytes: positions count in the chunk", "3.13", "cp1252", "strict", []string{"abc", "d\x81"}, "abc|!UnicodeDecodeError: 'charmap' codec can't decode byte 0x81 in position 1: character maps to <undefined>", ""},
	{"an unknown handler is wrapped by nothing here", "3.6", "cp1252", "nope", []string{"\x81"}, "!LookupError: unknown error handler name 'nope'", ""},
}

func TestDecoder(t *testing.T) {
	for _, r := range slices.Concat(chunkTable, wholeChunks, namesChunks) {
		c, fault, err := Lookup(py(r.version), r.codec)
		if fault != nil || err != nil {
			t.Fatal(fault, err)
		}
		d := c.NewDecoder(r.errors)
		for range 2 { // once more after Reset
			var got []string
			for _, chunk := range r.in {
				chunk, final := strings.CutPrefix(chunk, "/")
				got = append(got, render(d.Decode(nil, []byte(chunk), final)))
			}
			if s := strings.Join(got, "|"); s != r.want || string(d.Pending()) != r.pending {
				t.Errorf("%s, %s: got %q pending %q, want %q pending %q", r.version, r.why, s, d.Pending(), r.want, r.pending)
			}
			d.Reset()
		}
	}
}

// TestDecoderTableConfirm feeds the chunks of the table to every interpreter.
func TestDecoderTableConfirm(t *testing.T) {
	eachJudge(t, func(j *judge) {
		for _, r := range slices.Concat(chunkTable, wholeChunks, namesChunks) {
			var chunks [][]byte
			for _, s := range r.in {
				chunks = append(chunks, []byte(strings.TrimPrefix(s, "/")))
			}
			j.chunkLists(r.codec, r.errors, [][][]byte{chunks, append(chunks, nil)})
		}
	})
}

// TestStream leaves an incomplete sequence to the caller, who at the end of a file
// drops it: codecs.open reads "a,\xc3" as "a,".
func TestStream(t *testing.T) {
	c, _, _ := Lookup(py("3.13"), "utf-8")
	text, used, err := c.NewStream("strict").Decode([]byte("x"), []byte("a,\xc3"))
	if string(text) != "xa," || used != 2 || err != nil {
		t.Errorf("got %q, %d used, %v", text, used, err)
	}
	c, _, _ = Lookup(py("3.13"), "utf-8-sig")
	s := c.NewStream("strict")
	if text, used, err := s.Decode(nil, []byte("\xef\xbb\xbfa")); string(text) != "a" || used != 4 || err != nil {
		t.Errorf("got %q, %d used, %v", text, used, err)
	}
	if text, used, err := s.Decode(nil, []byte("\xef\xbb\xbfb")); string(text) != "\ufeffb" || used != 4 || err != nil {
		t.Errorf("then %q, %d used, %v", text, used, err)
	}
}
