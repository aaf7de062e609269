package pycodec

import (
	"bytes"
	"strings"
	"sync"
	"unicode/utf8"
)

// iso2022Kernel mirrors DECODER(iso2022) of Modules/cjkcodecs/_codecs_iso2022.c,
// the same in all versions. Escape sequences designate character sets to G0 (the
// bytes 21 to 7E), G1 (the same after SO) and G2 (one byte after ESC N).
type iso2022Kernel struct {
	*iso2022
	g       [3]charset
	shifted bool // SO was last
	through bool // in an escape sequence of no character set: its bytes are Latin-1
}

// iso2022 is what one codec of the family knows.
type iso2022 struct {
	codec  string
	sets   string // the final bytes of its character sets; those of two bytes have the high bit set
	shifts bool   // SO and SI
	g2     bool
	prefix bool   // ESC & @ before ESC $ B
	second string // the plane of set P
	once   sync.Once
	planes [256]*plane // by charset
}

// charset is the final byte of an escape sequence, with the high bit set for a set
// of two-byte characters.
type charset byte

const (
	setASCII     charset = 'B'
	setLatin1    charset = 'A'
	setGreek     charset = 'F'
	setKatakana  charset = 'I'
	setRoman     charset = 'J'
	doubleByte   charset = 0x80
	esc                  = 0x1B
	maxEscape            = 16
	internalFail         = "internal codec error"
)

// iso2022Codecs are the family, by module.
var iso2022Codecs = sync.OnceValue(func() map[string]*iso2022 {
	out := map[string]*iso2022{}
	for _, c := range []*iso2022{
		{codec: "iso2022_kr", sets: "\xC3", shifts: true},
		{codec: "iso2022_jp", sets: "\xC2J\xC0", prefix: true},
		{codec: "iso2022_jp_1", sets: "\xC2\xC4J\xC0", prefix: true},
		{codec: "iso2022_jp_2", sets: "\xC2\xC4\xC3\xC1J\xC0AF", prefix: true, g2: true},
		{codec: "iso2022_jp_2004", sets: "\xC2\xD1\xD0", prefix: true, second: "jisx0213_2"},
		{codec: "iso2022_jp_3", sets: "\xC2\xCF\xD0", prefix: true, second: "jisx0213_2000_2"},
		{codec: "iso2022_jp_ext", sets: "\xC2\xC4JI\xC0", prefix: true},
	} {
		out[c.codec] = c
	}
	return out
})

// iso2022For returns the kernel of a module, nil if it is not of the family.
func iso2022For(name string) *iso2022Kernel {
	c := iso2022Codecs()[name]
	if c == nil {
		return nil
	}
	c.once.Do(func() {
		names := map[charset]string{
			'@': "jisx0208", 'A': "gb2312_set", 'B': "jisx0208", 'C': "ksx1001", 'D': "jisx0212",
			'O': "jisx0213_2000_1", 'P': c.second, 'Q': "jisx0213_1",
		}
		for _, b := range []byte(c.sets) {
			if set := charset(b); set >= doubleByte {
				c.planes[set] = newPlane(names[set&^doubleByte])
			}
		}
	})
	k := &iso2022Kernel{iso2022: c}
	return k
}

func (k *iso2022Kernel) begin() statefulKernel {
	return &iso2022Kernel{iso2022: k.iso2022, g: [3]charset{setASCII, setASCII, setASCII}}
}

// reset leaves G1, G2 and an escape sequence alone, as DECODER_RESET does.
func (k *iso2022Kernel) reset() { k.g[0], k.shifted = setASCII, false }

func (k *iso2022Kernel) run(dst, src []byte, at int, final bool) ([]byte, int, malformed) {
	for at < len(src) {
		var plain int
		if dst, plain = k.plain(dst, src[at:]); plain > 0 {
			at += plain
			continue
		}
		out, n, reason := k.step(dst, src[at:])
		if reason == incomplete {
			if !final {
				return dst, at, malformed{}
			}
			n = len(src) - at
		}
		if reason != "" {
			return dst, at, malformed{at, at + n, reason, k.codec}
		}
		dst, at = out, at+n
	}
	return dst, at, malformed{}
}

// maxPlain is how much is searched for an escape at a time, as it may not get that far.
const maxPlain = 256

// plain decodes the characters at the start of src that are of the set at hand, up to
// what may change it or is none of them, which is left to step.
func (k *iso2022Kernel) plain(dst, src []byte) (out []byte, n int) {
	set := k.g[0]
	if k.shifted {
		set = k.g[1]
	}
	switch {
	case k.through:
	case set == setASCII && !k.shifts: // what else there is of ASCII means itself
		src = src[:min(len(src), maxPlain)]
		if n = bytes.IndexByte(src, esc); n >= 0 {
			src = src[:n]
		}
		n = asciiLen(src)
		dst = append(dst, src[:n]...)
	case set == setASCII:
		for n < len(src) && src[n]-' ' < utf8.RuneSelf-' ' {
			n++
		}
		dst = append(dst, src[:n]...)
	case set >= doubleByte:
		return k.planes[set].seven(dst, src[:min(len(src), maxPlain)])
	}
	return dst, n
}

// step decodes the character or the escape sequence at the start of src and
// returns its length, or that of what is wrong.
func (k *iso2022Kernel) step(dst, src []byte) (out []byte, n int, reason string) {
	const si, so = 0x0F, 0x0E
	c := src[0]
	switch {
	case k.through:
		k.through = !endsEscape(c)
		return utf8.AppendRune(dst, rune(c)), 1, ""
	case c == esc:
		return k.escape(dst, src)
	case c == si && k.shifts:
		k.shifted = false
		return dst, 1, ""
	case c == so && k.shifts:
		k.shifted = true
		return dst, 1, ""
	case c == '\n':
		k.shifted = false
		return append(dst, c), 1, ""
	case c < ' ':
		return append(dst, c), 1, ""
	case c >= utf8.RuneSelf:
		return dst, 1, illegal
	}
	return k.character(dst, src)
}

// character decodes a character of G0, or of G1 if shifted.
func (k *iso2022Kernel) character(dst, src []byte) (out []byte, n int, reason string) {
	set, e := k.g[0], uint32(0)
	if k.shifted {
		set = k.g[1]
	}
	switch c := src[0]; {
	case set == setASCII:
		return append(dst, c), 1, ""
	case set >= doubleByte:
		if len(src) < 2 {
			return dst, 0, incomplete
		}
		n = 2
		if src[1] < utf8.RuneSelf {
			e = k.planes[set].lookup(c, src[1]|0x80)
		}
	default:
		n, e = 1, romanOrKatakana(set, c)
	}
	if e == 0 {
		return dst, n, illegal
	}
	return appendEntry(dst, e), n, ""
}

// romanOrKatakana is a character of JIS X 0201. The sets of G2 have none in G0.
func romanOrKatakana(set charset, c byte) uint32 {
	switch {
	case set == setRoman && c == '\\':
		return packRune('¥')
	case set == setRoman && c == '~':
		return packRune('‾')
	case set == setRoman:
		return packRune(rune(c))
	case set == setKatakana && c > 0x20 && c < 0x60:
		return packRune(0xFF40 + rune(c))
	}
	return 0
}

// escape acts on what begins with ESC.
func (k *iso2022Kernel) escape(dst, src []byte) (out []byte, n int, reason string) {
	switch {
	case len(src) < 2:
		return dst, 0, incomplete
	case strings.IndexByte("()$.&", src[1]) >= 0:
		n, reason = k.designate(src)
		return dst, n, reason
	case k.iso2022.g2 && src[1] == 'N':
		return k.single(dst, src)
	}
	k.through = true
	return append(dst, esc), 1, ""
}

func endsEscape(c byte) bool { return c >= '@' && c <= 'Z' }

// designate mirrors iso2022processesc. The two bytes skipped within a sequence are
// the & @ that announce the second JIS X 0208.
func (k *iso2022Kernel) designate(src []byte) (n int, reason string) {
	i := 1
	for ; i < maxEscape; i++ {
		if i >= len(src) {
			return 0, incomplete
		}
		if endsEscape(src[i]) {
			break
		}
		if k.prefix && i+1 < len(src) && src[i] == '&' && src[i+1] == '@' {
			i += 2
		}
	}
	if i >= maxEscape {
		return 1, illegal
	}
	n = i + 1
	set, g, ok := k.designation(src[:n])
	if !ok || set != setASCII && strings.IndexByte(k.sets, byte(set)) < 0 {
		return n, illegal
	}
	k.g[g] = set
	return n, ""
}

// designation reads a whole escape sequence: which set goes to which place.
func (k *iso2022Kernel) designation(s []byte) (set charset, g int, ok bool) {
	final := charset(s[len(s)-1])
	switch len(s) {
	case 3:
		if s[1] == '$' {
			return final | doubleByte, 0, true
		}
		g = strings.IndexByte("().", s[1])
		return final, g, g == 0 || g == 1 || g == 2 && k.iso2022.g2
	case 4:
		g = strings.IndexByte("()", s[2])
		return final | doubleByte, g, s[1] == '$' && g >= 0
	case 6:
		return 'B' | doubleByte, 0, k.prefix && string(s[3:]) == "\x1b$B"
	}
	return 0, 0, false
}

// single decodes one character of G2, iso2022processg2. Of the sets that can be
// designated there, the decoder knows three.
func (k *iso2022Kernel) single(dst, src []byte) (out []byte, n int, reason string) {
	if len(src) < 3 {
		return dst, 0, incomplete
	}
	c, r := src[2], rune(-1)
	switch {
	case k.g[2] == setLatin1 && c < 0x80:
		r = rune(c) + 0x80
	case k.g[2] == setGreek:
		r = greek(c ^ 0x80)
	case k.g[2] == setASCII && c < 0x80:
		r = rune(c)
	case k.g[2] != setLatin1 && k.g[2] != setASCII:
		return dst, 3, internalFail
	}
	if r < 0 {
		return dst, 3, illegal
	}
	return utf8.AppendRune(dst, r), 3, ""
}

// greek is ISO 8859-7 as it was until 2003, and the version of the codec itself: it
// lacks the euro, the drachma and the ypogegrammeni.
func greek(c byte) rune {
	switch c {
	case 0xA4, 0xA5, 0xAA:
		return -1
	}
	t := single("iso8859_7").table
	e := t[c]
	if e == 0 {
		return -1
	}
	r, _ := utf8.DecodeRune([]byte{byte(e), byte(e >> 8), byte(e >> 16)}[:e>>24])
	return r
}
