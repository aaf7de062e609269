package normalize

import (
	"github.com/feedparity/feedparity/ingest/pycodec"
)

// longest is the number of bytes in the longest character there is, EUC-KR's
// composed syllable.
const longest = 8

// charDecoder decodes a charset of East Asia as Python 3 does, character by
// character, so that each one's bytes are known.
type charDecoder struct {
	codec   *pycodec.Codec
	isASCII bool
	buf     []byte
}

// newCharDecoder makes the decoder of a codec of which every character stands for
// itself; nil for all others, those of escape sequences among them.
func newCharDecoder(c *pycodec.Codec) decoder {
	if !c.Characters() {
		return nil
	}
	text, err := c.Decode(nil, []byte(`\~`), "strict") // shift_jis_2004 has other characters there
	return &charDecoder{codec: c, isASCII: err == nil && string(text) == `\~`}
}

func (d *charDecoder) ascii() bool { return d.isASCII }

func (d *charDecoder) next(p []byte, final bool) ([]byte, int, string) {
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
