package pytext

import (
	"bytes"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/pycodec"
)

// streamLines is codecs.StreamReader, which codecs.open and codecs.getreader give:
// readline in Lib/codecs.py, but for one thing the same in 2.7 and all 3.x. It reads 72 bytes at
// first, doubles that while a line does not end, splits at every line end
// splitlines knows, and drops what is incomplete at the end of the file.
type streamLines struct {
	file   *file
	stream *pycodec.Stream
	place  place
	encode bool // the recode idiom: each line becomes UTF-8 bytes again
	always bool // 2.7: decode is called where nothing is left, too, and some raise

	buf    []byte // text: what has been returned, then linebuffer or charbuffer
	start  int    // of the text not yet returned
	cached int    // complete lines that linebuffer holds, returned unasked
	raw    []byte // bytebuffer: bytes that wait to be decoded
	utf8   []byte // a line encoded again
	fault  *ingest.Fault
}

func newStreamLines(f *file, s *pycodec.Stream, p place, encode, always bool) *streamLines {
	return &streamLines{file: f, stream: s, place: p, encode: encode, always: always}
}

func (s *streamLines) next() ([]byte, int64, bool) {
	if s.fault != nil {
		return nil, 0, false
	}
	n := s.readline()
	if n == 0 || s.fault != nil || s.file.err != nil {
		return nil, 0, false
	}
	line := s.buf[s.start : s.start+n]
	s.start += n
	offset := s.place.next(line)
	if s.encode {
		s.utf8 = joinPairs(s.utf8[:0], line)
		line = s.utf8
	}
	return line, offset, true
}

func (s *streamLines) raised() *ingest.Fault { return s.fault }

// readline returns the length of the next line, which begins at start; 0 at the
// end.
func (s *streamLines) readline() int {
	if s.cached > 0 {
		s.cached--
		n, _ := textLineEnd(s.buf[s.start:])
		return n
	}
	line := 0 // bytes of buf from start that were read for this line
	for size := 72; ; size = grown(size) {
		n, ok := s.read(line, size, size, true)
		if !ok {
			return 0
		}
		got := n > 0
		if got && s.buf[s.start+line+n-1] == '\r' { // its LF may come next
			more, ok := s.read(line+n, 1, 1, false)
			if !ok {
				return 0
			}
			n += more
		}
		line += n
		if end, _ := textLineEnd(s.buf[s.start : s.start+line]); end >= 0 {
			s.cache(s.buf[s.start+end : s.start+line])
			return end
		}
		if !got {
			return line
		}
	}
}

func grown(size int) int {
	if size < 8000 {
		return size * 2
	}
	return size
}

// cache counts the complete lines in what was read beyond the first: all pieces
// but the last.
func (s *streamLines) cache(rest []byte) {
	for {
		end, _ := textLineEnd(rest)
		if end < 0 || end == len(rest) {
			return
		}
		s.cached++
		rest = rest[end:]
	}
}

// read is StreamReader.read(size, chars, firstline): it returns how many bytes of
// text hold the next chars characters after the first taken ones of the buffer.
func (s *streamLines) read(taken, size, chars int, firstline bool) (int, bool) {
	for {
		from := s.start + taken
		n, count := prefixOf(s.buf[from:], chars)
		if count == chars {
			return n, true
		}
		s.compact()
		before := len(s.raw)
		s.raw = append(s.raw, make([]byte, size)...)
		read := s.file.read(s.raw[before:])
		s.raw = s.raw[:before+read]
		if (len(s.raw) > 0 || s.always) && !s.decode(firstline) {
			return 0, false
		}
		if read == 0 {
			n, _ := prefixOf(s.buf[s.start+taken:], chars)
			return n, true
		}
	}
}

// decode moves text from raw to buf. If firstline, an error leaves the bytes from
// it on for later, provided that more than one line stands before it.
func (s *streamLines) decode(firstline bool) bool {
	old := len(s.buf)
	out, used, err := s.stream.Decode(s.buf, s.raw)
	if err != nil && firstline && err.Type == "UnicodeDecodeError" {
		fault, start := err.Fault(), min(err.Start, len(s.raw)) // punycode can name any number
		out, used, err = s.stream.Decode(s.buf, s.raw[:start])
		if err == nil {
			end, _ := textLineEnd(out[old:])
			if end < 0 || end == len(out)-old {
				s.fault = fault
				return false
			}
		}
	}
	if err != nil {
		s.fault = err.Fault()
		return false
	}
	s.buf = out
	s.raw = append(s.raw[:0], s.raw[used:]...)
	return true
}

// compact drops the lines already returned.
func (s *streamLines) compact() {
	if s.start > 0 {
		s.buf = s.buf[:copy(s.buf, s.buf[s.start:])]
		s.start = 0
	}
}

// prefixOf returns how many bytes the first chars characters of s are, and how
// many characters there were.
func prefixOf(s []byte, chars int) (n, count int) {
	for n < len(s) && count < chars {
		_, w := ingest.DecodeRune(s[n:])
		n, count = n+w, count+1
	}
	return n, count
}

// joinPairs appends a text as u”.encode('utf-8') of 2.7 writes it: two surrogates
// side by side are one character, a lone one stays three bytes.
func joinPairs(dst, s []byte) []byte {
	for len(s) > 0 {
		i := bytes.IndexByte(s, 0xED)
		if i < 0 {
			return append(dst, s...)
		}
		dst, s = append(dst, s[:i]...), s[i:]
		high, n := ingest.DecodeRune(s)
		low, m := ingest.DecodeRune(s[n:])
		if high >= 0xD800 && high < 0xDC00 && low >= 0xDC00 && low < 0xE000 {
			dst = ingest.AppendRune(dst, 0x10000+(high-0xD800)<<10+(low-0xDC00))
			n += m
		} else {
			dst = append(dst, s[:n]...)
		}
		s = s[n:]
	}
	return dst
}
