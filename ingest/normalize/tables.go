package normalize

import (
	"fmt"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/korean"

	"github.com/feedparity/feedparity/ingest/pycodec"
)

// tableDecoder decodes a single-byte charset; an empty entry is undefined.
type tableDecoder struct {
	text    [256][]byte
	isASCII bool
}

func (d *tableDecoder) ascii() bool { return d.isASCII }

func (d *tableDecoder) next(p []byte, _ bool) ([]byte, int, string) {
	t := d.text[p[0]]
	if len(t) == 0 {
		return nil, 1, "character maps to <undefined>"
	}
	return t, 1, ""
}

// newTable makes the table of a single-byte charset out of x/text's where that is
// known to equal Python's, else out of Python's. TestTables compares the two. It
// refuses a charset in which no bytes are a character's own: escape sequences,
// labels and numbers.
func newTable(name string, c *pycodec.Codec) (decoder, error) {
	if !c.SingleByte() {
		return nil, fmt.Errorf("normalize %s: %w", name, ErrNotModelled)
	}
	if m := sameTable(name); m != nil {
		return fromCharmap(m), nil
	}
	return fromPython(c), nil
}

func fromCharmap(m *charmap.Charmap) *tableDecoder {
	d := &tableDecoder{isASCII: true}
	for i := range d.text {
		if r := m.DecodeByte(byte(i)); r != utf8.RuneError {
			d.text[i] = utf8.AppendRune(nil, r)
		}
		d.isASCII = d.isASCII && (i >= 0x80 || string(d.text[i]) == string(rune(i)))
	}
	return d
}

func fromPython(c *pycodec.Codec) *tableDecoder {
	d := &tableDecoder{isASCII: true}
	for i := range d.text {
		text, bad := c.Decode(nil, []byte{byte(i)}, "strict")
		if bad == nil {
			d.text[i] = text
		}
		d.isASCII = d.isASCII && (i >= 0x80 || string(d.text[i]) == string(rune(i)))
	}
	return d
}

// sameMultiByte returns x/text's encoding of a charset of East Asia where it is the
// same as Python's codec, nil elsewhere.
func sameMultiByte(name string) encoding.Encoding {
	if name == "cp949" {
		return korean.EUCKR
	}
	return nil
}

// sameTable returns x/text's table of a charset where it maps and rejects the
// same bytes as Python's codec, nil elsewhere. For the others x/text follows the
// WHATWG: it lacks the C1 controls of most ISO 8859 parts and differs in koi8-u,
// cp1255, cp874's neighbours.
func sameTable(name string) *charmap.Charmap {
	switch name {
	case "iso8859-1":
		return charmap.ISO8859_1
	case "iso8859-9":
		return charmap.ISO8859_9
	case "cp037":
		return charmap.CodePage037
	case "cp437":
		return charmap.CodePage437
	case "cp850":
		return charmap.CodePage850
	case "cp852":
		return charmap.CodePage852
	case "cp855":
		return charmap.CodePage855
	case "cp858":
		return charmap.CodePage858
	case "cp860":
		return charmap.CodePage860
	case "cp862":
		return charmap.CodePage862
	case "cp863":
		return charmap.CodePage863
	case "cp865":
		return charmap.CodePage865
	case "cp866":
		return charmap.CodePage866
	case "cp1140":
		return charmap.CodePage1140
	case "koi8-r":
		return charmap.KOI8R
	case "mac-roman":
		return charmap.Macintosh
	case "mac-cyrillic":
		return charmap.MacintoshCyrillic
	case "cp874":
		return charmap.Windows874
	case "cp1250":
		return charmap.Windows1250
	case "cp1251":
		return charmap.Windows1251
	case "cp1252":
		return charmap.Windows1252
	case "cp1253":
		return charmap.Windows1253
	case "cp1254":
		return charmap.Windows1254
	case "cp1256":
		return charmap.Windows1256
	case "cp1257":
		return charmap.Windows1257
	case "cp1258":
		return charmap.Windows1258
	}
	return nil
}
