package normalize

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"sync"
	"unicode/utf8"
)

// source takes an input apart into characters and hands them to the first stage.
type source struct {
	o        Options
	parts    []part
	decoders map[string]decoder // by charset
	offset   int64
	w        *writer
	next     stage
	buf      []byte
	plain    *[256]uint8 // of the part at hand
	utf8     bool        // in it, characters of several bytes may be in a run
	crlf     bool        // and CRLFs, which lines takes apart
}

// part is a stretch of the input in one charset.
type part struct {
	from, to int64
	charset  string
	d        decoder
}

// newSource makes the decoders of all charsets, so that one that is not known is
// an error before anything is read.
func newSource(o Options) (*source, error) {
	s := &source{o: o, decoders: map[string]decoder{}}
	at := int64(0)
	for _, r := range o.Ranges {
		if r.From < at || r.To <= r.From {
			return nil, fmt.Errorf("normalize range %d-%d: it is empty, or not behind the one before it", r.From, r.To)
		}
		if r.From > at {
			if err := s.part(r.From, o.Charset, ""); err != nil {
				return nil, err
			}
		}
		if err := s.part(r.To, r.Charset, r.Or); err != nil {
			return nil, err
		}
		at = r.To
	}
	return s, s.part(math.MaxInt64, o.Charset, "")
}

// part adds a stretch. A decoder that keeps nothing between characters serves all the
// stretches of its charset, of which there may be as many as rows.
func (s *source) part(to int64, charset, or string) error {
	from := int64(0)
	if n := len(s.parts); n > 0 {
		from = s.parts[n-1].to
	}
	if or != "" {
		d, err := newEither(charset, or)
		s.parts = append(s.parts, part{from, to, or, d})
		return err
	}
	d, known := s.decoders[charset]
	if !known {
		var err error
		if d, err = newDecoder(charset); err != nil {
			return err
		}
		switch d.(type) {
		case *statefulDecoder, *wideDecoder:
		default:
			s.decoders[charset] = d
		}
	}
	s.parts = append(s.parts, part{from, to, charset, d})
	return nil
}

// run feeds the whole input through the chain of stages that begins with next.
func (s *source) run(src io.Reader, w *writer, next stage) error {
	buf := buffers.Get().(*[]byte)
	defer buffers.Put(buf)
	s.w, s.next, s.buf = w, next, *buf
	for _, p := range s.parts {
		s.plain, s.utf8, s.crlf = s.plainBytes(p.d), s.mixed(p.d), s.kept() && !s.o.means('\r') && !s.o.means('\n')
		if err := s.decode(p, io.LimitReader(src, p.to-s.offset)); err != nil {
			return err
		}
	}
	return next.end()
}

// buffers are for what is being read: most deliveries are much smaller.
var buffers = sync.Pool{New: func() any { return new(make([]byte, 0, 64<<10)) }}

// decode feeds the characters of a part to the stages one by one, except for runs
// of ASCII that cannot change.
func (s *source) decode(p part, src io.Reader) error {
	buf, final := s.buf[:0], false
	for !final || len(buf) > 0 {
		var err error
		if buf, final, err = fill(buf, src); err != nil {
			return err
		}
		used := 0
		for used < len(buf) {
			n, err := s.take(p, buf[used:], final)
			if err != nil {
				return err
			}
			if n == 0 {
				break
			}
			s.offset += int64(n)
			used += n
		}
		buf = buf[:copy(buf, buf[used:])]
	}
	return nil
}

// take hands on what is at the start of b and returns its length, 0 if there must
// be more to know what it is.
func (s *source) take(p part, b []byte, final bool) (int, error) {
	if n := s.plainRun(b); n > 0 {
		return n, s.next.put(piece{offset: s.offset, src: b[:n], text: b[:n]})
	}
	text, size, reason := p.d.next(b, final)
	if reason != "" {
		size = max(size, 1)
		return size, s.undecodable(p, b[:size], reason)
	}
	if size == 0 {
		return 0, nil
	}
	if s.offset == p.from && p.from > 0 && p.charset == "utf-16" && string(text) == bom { // of what was joined to the rest
		return size, s.next.put(piece{offset: s.offset, src: b[:size]}.removed(BOM))
	}
	return size, s.char(b[:size], text)
}

// char hands on a character. Where there are several code points, or none because a
// decoder only changed its state, the first stands for all the bytes.
func (s *source) char(src, text []byte) error {
	p := piece{offset: s.offset, src: src}
	for {
		_, n := utf8.DecodeRune(text)
		if err := s.next.put(s.transcoded(p, text[:n])); err != nil || n == len(text) {
			return err
		}
		p, text = piece{offset: p.end()}, text[n:]
	}
}

func (s *source) transcoded(p piece, text []byte) piece {
	if len(p.src) == 6 && p.src[0] == 0xED && len(text) == 4 {
		return p.changed(Surrogates, text)
	}
	return p.changed(Transcode, text)
}

func (s *source) undecodable(p part, bad []byte, reason string) error {
	if !s.o.KeepGoing {
		return &DecodeError{Charset: p.charset, Offset: s.offset, Bytes: bytes.Clone(bad), Reason: reason}
	}
	b := piece{offset: s.offset, src: bad}
	if err := s.w.noted(Undecodable, b, p.charset+": "+reason); err != nil {
		return err
	}
	return s.next.put(b.changed(Undecodable, []byte("\ufffd")))
}

// fill reads more of src behind what is left in buf.
func fill(buf []byte, src io.Reader) (_ []byte, final bool, err error) {
	for empty := 0; empty < 100; empty++ {
		k, err := src.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+k]
		if err == io.EOF {
			return buf, true, nil
		}
		if err != nil {
			return buf, false, fmt.Errorf("read input: %w", err)
		}
		if k > 0 {
			return buf, false, nil
		}
	}
	return buf, false, fmt.Errorf("read input: %w", io.ErrNoProgress)
}

// plainness of a byte: it may begin a run, or be in one.
const (
	begins = 1 << iota
	inside
)

// plainBytes says which bytes make up a run: ASCII characters that mean nothing to
// any stage, with blanks among them. Where nothing but lines minds them, delimiters
// and LFs are in it too, and CRLFs (plainRun). It is nil for charsets in which an ASCII byte may be part of
// something else.
func (s *source) plainBytes(d decoder) *[256]uint8 {
	if !d.ascii() {
		return nil
	}
	var t [256]uint8
	for c := 1; c < 0x80; c++ {
		r, wide := rune(c), !s.o.Canonical && !s.o.NFC
		switch {
		case r == '\r' || r == ctrlZ || r == s.o.Quotechar || r == s.o.Escapechar || s.o.Canonical && (r == ',' || r == '"'):
		case r == '\n': // it may belong to a CR before it
			if wide {
				t[c] = inside
			}
		case r == s.o.Delimiter:
			if wide {
				t[c] = begins | inside
			}
		case r == ' ':
			t[c] = inside
		default:
			t[c] = begins | inside
		}
	}
	return &t
}

// plainRun returns the length of the run at the start of p, 0 if there is none.
func (s *source) plainRun(p []byte) int {
	if s.plain == nil || s.plain[p[0]]&begins == 0 {
		return 0
	}
	k := 1
	for k < len(p) {
		if s.plain[p[k]] != 0 {
			k++
			continue
		}
		if s.crlf && p[k] == '\r' && k+1 < len(p) && p[k+1] == '\n' {
			k += 2
			continue
		}
		if !s.utf8 || p[k] < utf8.RuneSelf {
			break
		}
		r, n := utf8.DecodeRune(p[k:])
		if r == utf8.RuneError && n <= 1 {
			break
		}
		k += n
	}
	return k
}

// kept reports whether nothing but line breaks, NULs and marks is changed in a character.
func (s *source) kept() bool {
	o := &s.o
	return !o.Canonical && !o.NFC && !o.FixMojibake && o.TableFrom == 0 && o.TableTo == 0
}

// means reports whether a character is one of the dialect's.
func (o *Options) means(c rune) bool {
	return c == o.Delimiter || c == o.Quotechar || c == o.Escapechar
}

// mixed reports whether no stage minds what characters beyond ASCII are: they may be in a
// run then, behind its first.
func (s *source) mixed(d decoder) bool {
	_, ok := d.(*utf8Decoder)
	return ok && s.kept() && max(s.o.Delimiter, s.o.Quotechar, s.o.Escapechar) < utf8.RuneSelf
}
