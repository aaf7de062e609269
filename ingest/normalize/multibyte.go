package normalize

import (
	"bytes"
	"errors"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/transform"
)

// multiByte returns the decoder of a charset of East Asia that x/text and Python
// decode to the same text wherever both accept the bytes; nil for others. cp932's
// user-defined characters and gb18030's private ones are refused where Python
// accepts them: an error, never another text.
func multiByte(charset string) decoder {
	var e encoding.Encoding
	switch charset {
	case "cp932":
		e = japanese.ShiftJIS
	case "cp949":
		e = korean.EUCKR
	case "gbk":
		e = simplifiedchinese.GBK
	case "shift_jis":
		return &charDecoder{t: japanese.ShiftJIS.NewDecoder(), differ: shiftJISDiffers}
	case "gb18030":
		return &charDecoder{t: simplifiedchinese.GB18030.NewDecoder(), differ: gb18030Differs}
	default:
		return nil
	}
	return &charDecoder{t: e.NewDecoder()}
}

// Two-byte sequences that x/text maps otherwise than Python: they are given as
// Python maps them. TestMultiByteConfirm compares every sequence.
var (
	shiftJISDiffers = map[string]string{
		"\x81\x60": "\u301c", "\x81\x61": "\u2016", "\x81\x7c": "\u2212",
		"\x81\x91": "\u00a2", "\x81\x92": "\u00a3", "\x81\xca": "\u00ac",
	}
	gb18030Differs = map[string]string{"\xa3\xa0": "\ue5e5"}
)

// charDecoder takes an x/text decoder through its input character by character,
// so that each one's bytes are known.
type charDecoder struct {
	t      *encoding.Decoder
	differ map[string]string
	buf    [16]byte
}

func (*charDecoder) ascii() bool { return true }

func (d *charDecoder) next(p []byte, final bool) ([]byte, int, string) {
	if p[0] < 0x80 {
		return p[:1], 1, ""
	}
	for n := 1; n <= min(len(p), 4); n++ {
		if s, ok := d.differ[string(p[:n])]; ok {
			return []byte(s), n, ""
		}
		d.t.Reset()
		k, _, err := d.t.Transform(d.buf[:], p[:n], false)
		if errors.Is(err, transform.ErrShortSrc) {
			continue
		}
		if err != nil || k == 0 || bytes.Contains(d.buf[:k], []byte("\ufffd")) {
			return nil, n, "illegal multibyte sequence"
		}
		return d.buf[:k], n, ""
	}
	if !final && len(p) < 4 {
		return nil, 0, ""
	}
	return nil, min(len(p), 4), "incomplete multibyte sequence"
}
