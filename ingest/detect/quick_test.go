package detect

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"
	"unicode/utf16"
	"unicode/utf8"
)

// These compare what is quick with what is plain, on texts that the short cuts end in.

// someText is up to n characters of a few kinds, mostly ASCII.
func someText(rng *rand.Rand, n int) (text []rune) {
	for range rng.IntN(n) {
		r := rune(' ' + rng.IntN(90))
		if rng.IntN(12) == 0 {
			r = []rune{0, '\n', 0x7F, 0x80, 'é', 'ж', 0x7FF, 0x800, '漢', '한', 0xD7FF, 0xE000, 0xFEFF, 0xFFFD, 0xFFFF, 0x10000, '😀', 0x10FFFF}[rng.IntN(18)]
		}
		text = append(text, r)
	}
	return text
}

func TestValidUTF8(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 5))
	for range 50_000 {
		p := []byte(string(someText(rng, 90)))
		if len(p) > 0 && rng.IntN(2) == 0 {
			p[rng.IntN(len(p))] = []byte{'a', 0x80, 0x9F, 0xA0, 0xBF, 0xC1, 0xC2, 0xE0, 0xED, 0xEF, 0xF0, 0xF4, 0xF5, 0xFF}[rng.IntN(14)]
		}
		want := 0
		for want < len(p) {
			r, n := utf8.DecodeRune(p[want:])
			if r == utf8.RuneError && n == 1 {
				break
			}
			want += n
		}
		if got := validUTF8(p); got != want {
			t.Fatalf("%d bytes of %x are UTF-8, not %d", want, p, got)
		}
	}
}

func TestDecodeUnits(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 5))
	for range 20_000 {
		units := utf16.Encode(someText(rng, 90))
		if len(units) > 0 && rng.IntN(2) == 0 {
			units[rng.IntN(len(units))] = []uint16{0xD800, 0xDBFF, 0xDC00, 0xDFFF}[rng.IntN(4)]
		}
		plain := 0 // units before the first four with a surrogate among them
		for plain+4 <= len(units) && !hasSurrogate(units[plain:plain+4]) {
			plain += 4
		}
		want := string(utf16.Decode(units))
		for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
			p := make([]byte, 2*len(units), 2*len(units)+1)
			for i, u := range units {
				order.PutUint16(p[2*i:], u)
			}
			if got := plainUnits(p, order == binary.BigEndian); got != 2*plain {
				t.Fatalf("%d bytes of %x (%v) are no surrogates, not %d", 2*plain, units, order, got)
			}
			if got := string(decodeUnits(order, 2, append(p, 'x')[:len(p)+rng.IntN(2)])); got != want {
				t.Fatalf("%x (%v) is %q, want %q", units, order, got, want)
			}
		}
	}
}

func hasSurrogate(units []uint16) bool {
	for _, u := range units {
		if utf16.IsSurrogate(rune(u)) {
			return true
		}
	}
	return false
}

func TestUnitStats(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 5))
	for range 2000 {
		p := make([]byte, rng.IntN(5000))
		for i := range p {
			p[i] = []byte{0, 0, 1, 0x1F, ' ', 'a', 0x7F, 0x80, 0xFF}[rng.IntN(9)]
		}
		var want, got unitStats
		for _, c := range p {
			want.byte(c)
		}
		cut := rng.IntN(len(p) + 1)
		got.add(p[:cut])
		got.add(p[cut:])
		if got != want {
			t.Fatalf("%x is counted as %+v, want %+v", p, got, want)
		}
	}
}

// TestSpansAlike demands that spans are alike where they differ in digits alone.
func TestSpansAlike(t *testing.T) {
	for _, c := range []struct {
		a, b  string
		alike bool
	}{
		{"M\xFCller12", "M\xFCller98", true}, {"M\xFCller12", "M\xFCller1x", false}, {"\xE9", "\xE8", false},
		{"gr\xFC\xDF0123456789Gr\xFC\xDFe", "gr\xFC\xDF9876543210Gr\xFC\xDFe", true}, {"gr\xFC\xDF0123456789Gr\xFC\xDFe", "gr\xFC\xDF0123456789Gr\xFC\xDFa", false},
		{"\xC31", "\xC3\xB1", false}, {"p\xE9", "0\xE9", false},
	} {
		s := newSpanSampler()
		s.add([]byte("," + c.a + "," + c.b + ","))
		s.finish()
		if n := len(s.spans); n == 1 != c.alike {
			t.Errorf("%q and %q are %d spans", c.a, c.b, n)
		}
	}
}

// TestMarkupUTF16 demands that a page in UTF-16 is named whatever stands in front of it.
func TestMarkupUTF16(t *testing.T) {
	for text, want := range map[string]string{
		"<!DOCTYPE html>\n<html><body>Busy</body></html>": "html", " \r\n\t<html><body>Busy</body></html>": "html", `{"error": "busy", "code": [503]}`: "json",
		"<b>,1\n<i>,2\n": "", "Ļ,ļ\nļ,Ļ\n": "",
	} {
		for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
			in := order.AppendUint16(nil, 0xFEFF)
			for _, u := range utf16.Encode([]rune(text)) {
				in = order.AppendUint16(in, u)
			}
			if r, err := Charset(Mem(in), int64(len(in)), Options{}); err != nil || r.Binary != want {
				t.Errorf("%q (%v) is %q, want %q: %v", text, order, r.Binary, want, err)
			}
		}
	}
}
