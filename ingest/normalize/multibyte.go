package normalize

import (
	"golang.org/x/text/encoding"

	"github.com/feedparity/feedparity/ingest/pycodec"
)

// longest is the number of bytes in the longest character there is, EUC-KR's
// composed syllable.
const longest = 8

// charDecoder decodes a charset of East Asia as Python 3 does, character by
// character, so that each one's bytes are known.
type charDecoder struct {
	codec   *pycodec.Codec
	shared  *encoding.Decoder // x/text's, nil where it is not the same as Python's
	isASCII bool
	buf     []byte
	dst     [16]byte
}

// newCharDecoder makes the decoder of a codec of which every character stands for
// itself; nil for all others, those of escape sequences among them.
func newCharDecoder(c *pycodec.Codec) decoder {
	if !c.Characters() {
		return nil
	}
	d := &charDecoder{codec: c}
	text, err := c.Decode(nil, []byte(`\~`), "strict") // shift_jis_2004 has other characters there
	d.isASCII = err == nil && string(text) == `\~`
	if e := sameMultiByte(c.Name()); e != nil {
		d.shared = e.NewDecoder()
	}
	return d
}

func (d *charDecoder) ascii() bool { return d.isASCII }

func (d *charDecoder) next(p []byte, final bool) ([]byte, int, string) {
	if d.shared != nil && len(p) > 1 {
		if text, n := d.transform(p[:2]); n > 0 {
			return text, n, ""
		}
	}
	text, n, reason := d.codec.First(d.buf[:0], p[:min(len(p), longest)])
	d.buf = text
	switch {
	case reason == "":
		return text, n, ""
	case n > len(p) && !final:
		return nil, 0, ""
	}
	return nil, min(n, len(p)), reason
}

// transform asks x/text for the first character of two bytes; 0 if they are none.
// What is wrong with them, and how many, is pycodec's to say.
func (d *charDecoder) transform(p []byte) ([]byte, int) {
	size := 2
	if p[0] < 0x80 {
		size = 1
	}
	n, used, err := d.shared.Transform(d.dst[:], p[:size], true)
	if text := d.dst[:n]; err == nil && used == size && string(text) != "\ufffd" {
		return text, size
	}
	return nil, 0
}

// statefulDecoder decodes a charset in which the meaning of a byte depends on what
// came before: the escape sequences of ISO-2022 and HZ, the shifts of UTF-7. It
// gives its bytes to Python's incremental decoder one by one until text comes.
type statefulDecoder struct {
	codec *pycodec.Decoder
	fed   int // bytes of the next character that the codec has
	buf   []byte
}

// maxFed bounds the bytes without text between them; the longest run of UTF-7 is
// decoded again with every byte of it.
const maxFed = 4096

func (*statefulDecoder) ascii() bool { return false }

func (d *statefulDecoder) next(p []byte, final bool) ([]byte, int, string) {
	for d.fed < len(p) {
		d.fed++
		text, bad := d.codec.Decode(d.buf[:0], p[d.fed-1:d.fed], final && d.fed == len(p))
		d.buf = text
		switch {
		case bad != nil:
			return nil, d.taken(), bad.Reason
		case d.fed > maxFed:
			return nil, d.taken(), "no text in 4096 bytes"
		case len(text) > 0:
			return text, d.taken(), ""
		}
	}
	if !final {
		return nil, 0, ""
	}
	text, bad := d.codec.Decode(d.buf[:0], nil, true) // it may not have known that this is the end
	d.buf = text
	if bad != nil {
		return nil, d.taken(), bad.Reason
	}
	return text, d.taken(), "" // a change of state that nothing follows, or what was waiting for the end
}

// taken begins anew and returns what the last character took.
func (d *statefulDecoder) taken() int {
	n := d.fed
	d.fed = 0
	return n
}
