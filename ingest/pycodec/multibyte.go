package pycodec

import (
	"sync"
	"unicode/utf8"
)

const (
	illegal    = "illegal multibyte sequence"
	incomplete = "incomplete multibyte sequence"
)

// multibyteKernel mirrors the DECODER functions of Modules/cjkcodecs/_codecs_*.c
// for the codecs without state: a byte is a character, or begins one of two, for
// which there is a plane, or of more, for which there is long.
//
// What is malformed is the whole sequence in 2.7, of which the byte after the lead
// may be a comma, a quote or a line end, and its first byte in 3.x.
type multibyteKernel struct {
	codec string
	plane *plane
	// ascii: bytes below 0x80 stand for themselves.
	ascii bool
	// single gives the characters of single bytes, packed; invalid marks those
	// that begin nothing either. All others begin a longer sequence.
	single *[256]uint32
	// long decodes longer sequences; nil if there are none.
	long  longSequence
	whole bool // 2.7
}

// longSequence is asked about two bytes at src[at:] that are not in the plane. It
// returns the packed character and its length. An entry of 0 with a length is
// malformed; a length of 0 says that two bytes are all. With a length beyond the
// end of src the sequence is incomplete.
type longSequence func(src []byte, at int) (entry uint32, n int)

const (
	invalid   = 1 // marks in single a byte that no sequence begins with
	withdrawn = 2 // marks in a plane what JIS X 0213:2000 lacks: two bytes in error even in 3.x
)

func (k *multibyteKernel) run(dst, src []byte, at int, final bool) ([]byte, int, malformed) {
	for at < len(src) {
		c := src[at]
		if c < utf8.RuneSelf && k.ascii {
			n := asciiLen(src[at:])
			dst, at = append(dst, src[at:at+n]...), at+n
			continue
		}
		if n := 0; k.single[c] == 0 { // the common case: some characters of two bytes
			if dst, n = k.plane.run(dst, src[at:], k.ascii); n > 0 {
				at += n
				continue
			}
		}
		e, n := k.single[c], 1
		if e == 0 {
			e, n = k.sequence(src, at)
		}
		switch {
		case at+n > len(src) && e != invalid:
			return k.stop(dst, src, at, final)
		case e <= withdrawn:
			return dst, at, k.malformed(at, n, e)
		}
		dst, at = appendEntry(dst, e), at+n
	}
	return dst, at, malformed{}
}

func (k *multibyteKernel) plain(dst, src []byte) ([]byte, int) { return k.plane.run(dst, src, k.ascii) }

// sequence returns the entry of the sequence of two bytes or more at src[at:] and
// its length, which goes past the end of an incomplete one.
func (k *multibyteKernel) sequence(src []byte, at int) (uint32, int) {
	if at+2 > len(src) {
		return 0, 2
	}
	e := k.plane.lookup(src[at], src[at+1])
	if e == 0 && k.long != nil {
		if e, n := k.long(src, at); n > 0 {
			return e, n
		}
	}
	return e, 2
}

// malformed describes n bytes that are no character. Those of 2.7 are two even
// where a byte can begin none, so that their end may lie past the end of the data.
func (k *multibyteKernel) malformed(at, n int, entry uint32) malformed {
	switch {
	case entry == withdrawn:
	case !k.whole:
		n = 1
	case entry == invalid:
		n = 2
	}
	return malformed{at, at + n, illegal, k.codec}
}

func (k *multibyteKernel) stop(dst, src []byte, at int, final bool) ([]byte, int, malformed) {
	if !final {
		return dst, at, malformed{}
	}
	return dst, at, malformed{at, len(src), incomplete, k.codec}
}

// A multibyteTable is what all versions share of a codec.
type multibyteTable struct {
	single func(*[256]uint32) // adds to the empty table of single bytes; nil: no more than ASCII
	long   func() longSequence
	next   string // the later edition, for withdrawn
	once   sync.Once
	kernel multibyteKernel
}

// multibyteTables are the codecs without state. None is filled until looked up.
var multibyteTables = sync.OnceValue(func() map[string]*multibyteTable {
	return map[string]*multibyteTable{
		"gb18030": {long: fourBytes}, "gbk": {}, "gb2312": {},
		"big5": {}, "cp950": {}, "big5hkscs": {},
		"cp949": {}, "euc_kr": {long: func() longSequence { return makeUp }}, "johab": {},
		"shift_jis": {single: shiftJISBytes}, "cp932": {single: cp932Bytes},
		"shift_jis_2004": {single: shiftJIS2004Bytes}, "shift_jisx0213": {single: shiftJIS2004Bytes, next: "shift_jis_2004"},
		"euc_jp":       {long: func() longSequence { return threeBytes("euc_jp_8f") }},
		"euc_jis_2004": {long: func() longSequence { return threeBytes("euc_jis_2004_8f") }},
		"euc_jisx0213": {long: func() longSequence { return threeBytes("euc_jisx0213_8f") }, next: "euc_jis_2004"},
	}
})

// multibyte returns the kernel of a codec, nil if it is none of these.
func multibyte(module string, whole bool) *multibyteKernel {
	t := multibyteTables()[module]
	if t == nil {
		return nil
	}
	t.once.Do(func() {
		single := new([256]uint32)
		ascii(single)
		if t.single != nil {
			t.single(single)
		}
		t.kernel = multibyteKernel{codec: module, plane: newPlane(module), single: single, ascii: single['\\'] == '\\'|1<<24}
		if t.long != nil {
			t.kernel.long = t.long()
		}
		if t.next != "" {
			t.kernel.plane.withdraw(newPlane(t.next))
		}
	})
	k := t.kernel
	k.whole = whole
	return &k
}

func ascii(t *[256]uint32) {
	for i := range utf8.RuneSelf {
		t[i] = packRune(rune(i))
	}
}

// katakana are the half-width letters of JIS X 0201.
func katakana(t *[256]uint32) {
	for c := 0xA1; c <= 0xDF; c++ {
		t[c] = packRune(rune(0xFEC0 + c))
	}
}

func shiftJISBytes(t *[256]uint32) {
	katakana(t)
	for _, c := range []byte{0x80, 0xA0} {
		t[c] = invalid
	}
	for c := 0xEB; c <= 0xFF; c++ {
		t[c] = invalid
	}
}

// cp932Bytes has five more single bytes, as Windows has.
func cp932Bytes(t *[256]uint32) {
	katakana(t)
	t[0x80], t[0xA0] = packRune(0x80), packRune(0xF8F0)
	for c := 0xFD; c <= 0xFF; c++ {
		t[c] = packRune(rune(0xF8F1 + c - 0xFD))
	}
}

// shiftJIS2004Bytes takes the yen sign and the overline of JIS X 0201 seriously.
func shiftJIS2004Bytes(t *[256]uint32) {
	katakana(t)
	t['\\'], t['~'] = packRune('¥'), packRune('‾')
	for _, c := range []byte{0x80, 0xA0, 0xFD, 0xFE, 0xFF} {
		t[c] = invalid
	}
}

// threeBytes decodes the characters of EUC after 0x8F.
func threeBytes(name string) longSequence {
	p := newPlane(name)
	return func(src []byte, at int) (uint32, int) {
		switch {
		case src[at] != 0x8F:
			return 0, 0
		case at+3 > len(src):
			return 0, 3
		case src[at+1] < 0x80:
			return 0, 3
		}
		return p.lookup(src[at+1], src[at+2]), 3
	}
}

// fourBytes decodes the characters of GB18030 whose second byte is a digit: those
// below U+10000 that have no two bytes, in order, and all beyond.
func fourBytes() longSequence {
	d := planes()
	low := d.expand(d.number["gb18030_four"])
	return func(src []byte, at int) (uint32, int) {
		switch {
		case src[at+1] < '0' || src[at+1] > '9':
			return 0, 0
		case at+4 > len(src):
			return 0, 4
		case src[at] < 0x81 || src[at+2] < 0x81 || src[at+2] == 0xFF || src[at+3] < '0' || src[at+3] > '9':
			return 0, 4
		}
		n := ((int(src[at]-0x81)*10+int(src[at+1]-'0'))*126+int(src[at+2]-0x81))*10 + int(src[at+3]-'0')
		const astral = 15 * 10 * 126 * 10 // of 90 30 81 30
		switch {
		case n < len(low):
			return packRune(low[n]), 4
		case n >= astral && n-astral+0x10000 <= utf8.MaxRune:
			return wide | uint32(n-astral+0x10000), 4
		}
		return 0, 4
	}
}

// The places of the letters of KS X 1001 in a Hangul syllable of Unicode; " " is
// in no syllable.
const (
	leading  = "\x00\x01 \x02  \x03\x04\x05       \x06\x07\x08 \x09\x0A\x0B\x0C\x0D\x0E\x0F\x10\x11\x12"
	trailing = "\x01\x02\x03\x04\x05\x06\x07 \x08\x09\x0A\x0B\x0C\x0D\x0E\x0F\x10\x11 \x12\x13\x14\x15\x16 \x17\x18\x19\x1A\x1B"
)

// makeUp decodes the eight bytes in which EUC-KR composes a syllable, KS X
// 1001:1998 Annex 3: the filler A4 D4 and three letters.
func makeUp(src []byte, at int) (uint32, int) {
	const row, filler = 0xA4, 0xD4
	s := src[at:]
	switch {
	case s[0] != row || s[1] != filler:
		return 0, 0
	case len(s) < 8 || s[2] != row || s[4] != row || s[6] != row:
		return 0, 8
	}
	l, v, t := place(leading, s[3]), int(s[5])-0xBF, place(trailing, s[7])
	if s[7] == filler {
		t = 0
	}
	if l < 0 || v < 0 || v > 20 || t < 0 {
		return 0, 8
	}
	return packRune(rune(0xAC00 + (l*21+v)*28 + t)), 8
}

func place(places string, c byte) int {
	if i := int(c) - 0xA1; i >= 0 && i < len(places) && places[i] != ' ' {
		return int(places[i])
	}
	return -1
}
