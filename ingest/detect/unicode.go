package detect

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/feedparity/feedparity/ingest"
)

const utf8Mark = "\xef\xbb\xbf"

// byBOM answers for an input that starts with a byte order mark. Every codec it
// names drops the mark. Bytes that contradict the mark lower the confidence and
// are named, but no other charset would read the mark itself sensibly.
func byBOM(src source, st *stats) (Result, bool, error) {
	has := func(mark string) bool { return len(st.head) >= len(mark) && string(st.head[:len(mark)]) == mark }
	switch {
	case has(utf8Mark):
		return utf8BOM(st), true, nil
	case has("\xff\xfe\x00\x00"): // or of UTF-16 before a NUL
		r, ok, err := wide(src, "utf-32", 4, binary.LittleEndian, "starts with a UTF-32 byte order mark")
		if st.size%4 != 0 && r.Confidence < 0.9 && err == nil {
			return wide(src, "utf-16", 2, binary.LittleEndian, "starts with a UTF-16 byte order mark (little endian)")
		}
		return r, ok, err
	case has("\x00\x00\xfe\xff"):
		return wide(src, "utf-32", 4, binary.BigEndian, "starts with a UTF-32 byte order mark")
	case has("\xff\xfe"):
		return wide(src, "utf-16", 2, binary.LittleEndian, "starts with a UTF-16 byte order mark (little endian)")
	case has("\xfe\xff"):
		return wide(src, "utf-16", 2, binary.BigEndian, "starts with a UTF-16 byte order mark (big endian)")
	}
	return Result{}, false, nil
}

func utf8BOM(st *stats) Result {
	r := result("utf-8-sig", 1, "starts with a UTF-8 byte order mark")
	switch {
	case st.utf8.bad > 0:
		r = result("utf-8-sig", 0.5, fmt.Sprintf("starts with a UTF-8 byte order mark, but byte 0x%x is no UTF-8", st.utf8.bad-1))
	case st.utf8.need > 0:
		r = result("utf-8-sig", 0.95, "starts with a UTF-8 byte order mark and ends in the middle of a character")
		r.Truncated = true
	case st.utf8.cesu > 0:
		r = result("utf-8-sig", 0.9, "starts with a UTF-8 byte order mark and encodes surrogates (CESU-8)")
		r.CESU = true
	}
	return r
}

// byNULs finds UTF-16 and UTF-32 without a mark. Every unit of UTF-32 has a NUL at its
// upper end, whatever the script, and those of separators have more. In UTF-16 a NUL in every ASCII character's upper half
// puts nearly all NULs at one place modulo the unit's size; a text in which some fields
// are padded with NULs has them anywhere, and has far more units of two printable ASCII
// characters than units with a NUL. So has text of ideographs, which plainUTF16 tells.
func byNULs(src source, st *stats) (Result, bool, error) {
	if st.nuls == 0 || st.nuls == st.size {
		return Result{}, false, nil
	}
	var u unitStats
	if err := src.each(u.add); err != nil {
		return Result{}, false, err
	}
	n := u.nul
	even, odd := n[0]+n[2], n[1]+n[3]
	lone := func(major, minor int64) bool { return major > 0 && minor*16 <= major }
	found := []struct {
		charset string
		byNULs  bool
		width   int
		order   binary.ByteOrder
	}{
		{"utf-32-le", st.size >= 8 && n[1] > 0 && n[3] == st.size/4, 4, binary.LittleEndian}, {"utf-32-be", st.size >= 8 && n[2] > 0 && n[0] == (st.size+3)/4, 4, binary.BigEndian},
		{"utf-16-le", lone(odd, even) && odd > u.asciiPairs, 2, binary.LittleEndian}, {"utf-16-be", lone(even, odd) && even > u.asciiPairs, 2, binary.BigEndian},
	}
	for _, byScript := range []bool{false, true} { // which costs more, and hardly any input needs
		for _, w := range found {
			if w.byNULs == byScript || byScript && (w.width == 4 || !plainUTF16(st.head, w.order)) {
				continue
			}
			if r, ok, err := unmarked(src, w.charset, w.width, w.order); ok || err != nil {
				return r, ok, err
			}
		}
	}
	return Result{}, false, nil
}

// unitStats counts NULs by their position modulo 4, and the 16-bit units that hold
// two printable ASCII characters.
type unitStats struct {
	offset     int64
	nul        [4]int64
	asciiPairs int64
	prev       byte
}

const (
	sevenBits = 0x7F7F7F7F7F7F7F7F
	toHigh    = 0x6060606060606060 // takes a byte from 0x20 on above 0x7F
	evenBits  = 0x0080008000800080 // the high bits of the bytes at even places
)

func (u *unitStats) add(p []byte) {
	for ; len(p) > 0 && u.offset%8 != 0; p = p[1:] {
		u.byte(p[0])
	}
	for len(p) >= 8 {
		n := min(len(p), 8*255) // what each byte of a sum can hold
		u.words(p[:n&^7])
		p = p[n&^7:]
	}
	for _, c := range p {
		u.byte(c)
	}
}

// words adds up to 255 words of eight bytes, the sums of each of their places side by
// side in a word.
func (u *unitStats) words(p []byte) {
	var some, pairs uint64 // bytes other than NULs, and units of two printable ones
	count := len(p) / 8
	u.offset += int64(len(p))
	u.prev = p[len(p)-1]
	for ; len(p) >= 8; p = p[8:] {
		w := word(p)
		low := w & sevenBits
		some += ((low + sevenBits) | w) >> 7 & lowBits
		ascii := (low + toHigh) &^ w
		pairs += ascii & (ascii >> 8) & evenBits >> 7
	}
	for i := range 8 {
		u.nul[i%4] += int64(count) - int64(byte(some>>(8*i)))
		u.asciiPairs += int64(byte(pairs >> (8 * i)))
	}
}

func printable(c byte) bool { return c >= ' ' && c < 0x80 }

func (u *unitStats) byte(c byte) {
	if c == 0 {
		u.nul[u.offset%4]++
	}
	if u.offset%2 == 1 && printable(c) && printable(u.prev) {
		u.asciiPairs++
	}
	u.prev = c
	u.offset++
}

// unmarked accepts a width found by its NULs only if the whole input decodes.
func unmarked(src source, charset string, width int, order binary.ByteOrder) (Result, bool, error) {
	r, _, err := wide(src, charset, width, order, "has NULs where "+charset+" text has them, and no byte order mark")
	if err != nil || r.Confidence < 0.9 {
		return Result{}, false, err
	}
	r.Confidence = min(r.Confidence, 0.97)
	r.Candidates[0].Confidence = r.Confidence
	return r, true, nil
}

// wide checks that the whole input is valid UTF-16 or UTF-32.
func wide(src source, charset string, width int, order binary.ByteOrder, why string) (Result, bool, error) {
	u := wideCheck{width: width, order: order}
	if err := src.each(u.add); err != nil {
		return Result{}, false, err
	}
	r := result(charset, 1, why)
	switch {
	case u.bad > 0:
		r = result(charset, 0.5, fmt.Sprintf("%s, but the unit at byte 0x%x is invalid", why, u.bad-1))
	case len(u.part) > 0 || u.high:
		r = result(charset, 0.95, why+" and ends in the middle of a character")
		r.Truncated = true
	}
	return r, true, nil
}

// wideCheck validates UTF-16 and UTF-32 unit by unit, until one is bad.
type wideCheck struct {
	width  int
	order  binary.ByteOrder
	part   []byte
	offset int64
	high   bool  // a high surrogate waits for its low one
	bad    int64 // 1 + offset of the first bad unit
}

func (u *wideCheck) add(p []byte) {
	for len(p) > 0 && u.bad == 0 {
		if u.width == 2 && len(u.part) == 0 && !u.high {
			n := plainUnits(p, u.order == binary.BigEndian)
			u.offset += int64(n)
			if p = p[n:]; len(p) == 0 {
				return
			}
		}
		c := p[0]
		p = p[1:]
		u.part = append(u.part, c)
		u.offset++
		if len(u.part) == u.width {
			u.unit()
			u.part = u.part[:0]
		}
	}
}

// plainUnits returns how many bytes at the start of p are 16-bit units that are no
// surrogates: sixteen of them at a time if all are below U+C000, as what is no Hangul is,
// and else four.
func plainUnits(p []byte, big bool) int {
	n, upper := 0, uint64(0x8000800080008000) // the highest bit of each
	if big {
		upper >>= 8
	}
	for len(p)-n >= 32 {
		a, b, c, d := word(p[n:]), word(p[n+8:]), word(p[n+16:]), word(p[n+24:])
		if (a&(a<<1)|b&(b<<1)|c&(c<<1)|d&(d<<1))&upper == 0 {
			n += 32
			continue
		}
		few := fewPlain(p[n:n+32], big)
		if n += few; few < 32 {
			return n
		}
	}
	return n + fewPlain(p[n:], big)
}

// fewPlain is plainUnits, four units at a time.
func fewPlain(p []byte, big bool) int {
	n := 0
	for ; len(p)-n >= 8; n += 8 {
		w := word(p[n:])
		if big {
			w = w>>8&laneBits | w&laneBits<<8
		}
		x := w&0xF800F800F800F800 ^ 0xD800D800D800D800 // 0 in the place of a surrogate
		if (x-0x0001000100010001)&^x&0x8000800080008000 != 0 {
			break
		}
	}
	return n
}

func (u *wideCheck) unit() {
	ok := true
	if u.width == 4 {
		r := u.order.Uint32(u.part)
		ok = r <= 0x10FFFF && (r < 0xD800 || r > 0xDFFF)
	} else {
		r := u.order.Uint16(u.part)
		low := r >= 0xDC00 && r <= 0xDFFF
		ok = low == u.high
		u.high = r >= 0xD800 && r <= 0xDBFF
	}
	if !ok && u.bad == 0 {
		u.bad = u.offset - int64(u.width) + 1
	}
}

// byASCII answers for an input without a byte above 0x7F.
func byASCII(_ source, st *stats) (Result, bool, error) {
	switch {
	case st.high > 0:
		return Result{}, false, nil
	case st.size == 0:
		return result("ascii", 1, "is empty"), true, nil
	case st.nuls > 0:
		return result("ascii", 0.95, fmt.Sprintf("holds only ASCII, with %d NUL bytes", st.nuls)), true, nil
	case st.escapes > 0:
		return result("ascii", 0.9, "holds only ASCII, escape sequences among it"), true, nil
	}
	return result("ascii", 1, "holds only ASCII"), true, nil
}

// byUTF8 answers for what is UTF-8 from the first byte to the last. Text in
// another charset hardly ever is by chance, and the less the more of it there is.
func byUTF8(_ source, st *stats) (Result, bool, error) {
	u := st.utf8
	if u.bad > 0 || st.characters() == 0 {
		return Result{}, false, nil
	}
	// Two bytes of a single-byte charset form a valid pair about once in 30
	// times if they are letters at all; every further one makes it rarer.
	confidence := 0.99
	if st.characters() < 3 {
		confidence = 0.97
	}
	r := result("utf-8", confidence, "is valid UTF-8 throughout ("+strconv.FormatInt(st.characters(), 10)+" non-ASCII characters)")
	switch {
	case u.cesu > 0:
		r = result("utf-8", 0.9, fmt.Sprintf("is UTF-8 with %d encoded surrogates (CESU-8), which Python 3 refuses", u.cesu))
		r.CESU = true
	case u.need > 0:
		r = result("utf-8", 0.9, "is valid UTF-8 but ends in the middle of a character")
		r.Truncated = true
	}
	return r, true, nil
}

// characters counts the complete characters above U+007F of valid UTF-8.
func (s *stats) characters() int64 {
	if s.utf8.need > 0 {
		return s.leads - 1
	}
	return s.leads
}

// decodeWide decodes UTF-16 and UTF-32 for the dialect; what is invalid becomes
// U+FFFD.
func decodeWide(charset string, p []byte) []byte {
	width := 2
	if strings.HasPrefix(charset, "utf-32") {
		width = 4
	}
	return decodeUnits(orderOf(charset, p), width, p)
}

// orderOf is the byte order of UTF-16 or UTF-32 that its name says, or the mark at the
// start of the input; little endian where neither does, as Python has it on the machines
// that it runs on.
func orderOf(charset string, head []byte) binary.ByteOrder {
	if strings.HasSuffix(charset, "-be") || charset == "utf-16" && bytes.HasPrefix(head, []byte("\xfe\xff")) || charset == "utf-32" && bytes.HasPrefix(head, []byte("\x00\x00\xfe\xff")) {
		return binary.BigEndian
	}
	return binary.LittleEndian
}

func decodeUnits(order binary.ByteOrder, width int, p []byte) []byte {
	out := make([]byte, 0, len(p)/width+len(p)/8)
	if width == 4 {
		for ; len(p) >= width; p = p[width:] {
			out = ingest.AppendRune(out, rune(order.Uint32(p)&0x1FFFFF))
		}
		return out
	}
	upper := 1 // of the two bytes
	if order == binary.BigEndian {
		upper = 0
	}
	unit := func(at int) rune { return rune(p[at+upper])<<8 | rune(p[at+1-upper]) }
	for at := 0; at+1 < len(p); at += 2 {
		r := unit(at)
		switch {
		case r < utf8.RuneSelf:
			out = append(out, byte(r))
			continue
		case utf16.IsSurrogate(r) && at+3 < len(p):
			if pair := utf16.DecodeRune(r, unit(at+2)); pair != unicode.ReplacementChar {
				out = utf8.AppendRune(out, pair)
				at += 2
				continue
			}
		}
		out = utf8.AppendRune(out, r) // U+FFFD for half a pair
	}
	return out
}
