package detect

import (
	"bufio"
	"io"
	"sync"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/transform"
)

// undefined marks a byte that a single-byte charset does not define.
const undefined = '\uFFFD'

// singles are the single-byte charsets that can be answered, by Python's name.
// Python decodes 0x80-0x9F in ISO 8859 to the C1 controls where x/text refuses
// them; tableOf mends that.
var singles = map[string]*charmap.Charmap{
	"cp1250": charmap.Windows1250, "cp1251": charmap.Windows1251, "cp1252": charmap.Windows1252, "cp1253": charmap.Windows1253,
	"cp1254": charmap.Windows1254, "cp1255": charmap.Windows1255, "cp1256": charmap.Windows1256, "cp1257": charmap.Windows1257,
	"iso8859-1": charmap.ISO8859_1, "iso8859-2": charmap.ISO8859_2, "iso8859-5": charmap.ISO8859_5, "iso8859-6": charmap.ISO8859_6,
	"iso8859-7": charmap.ISO8859_7, "iso8859-8": charmap.ISO8859_8, "iso8859-9": charmap.ISO8859_9, "iso8859-13": charmap.ISO8859_13,
	"iso8859-15": charmap.ISO8859_15, "koi8-r": charmap.KOI8R, "mac-roman": charmap.Macintosh,
	"cp437": charmap.CodePage437, "cp850": charmap.CodePage850, "cp852": charmap.CodePage852, "cp866": charmap.CodePage866,
}

// multis are the multi-byte charsets that can be answered.
var multis = map[string]encoding.Encoding{
	"shift_jis": japanese.ShiftJIS, "cp932": japanese.ShiftJIS, "euc_jp": japanese.EUCJP, "iso2022_jp": japanese.ISO2022JP,
	"euc_kr": korean.EUCKR, "cp949": korean.EUCKR, "gb18030": simplifiedchinese.GB18030, "big5": traditionalchinese.Big5,
}

var tables sync.Map // Python name -> *[256]rune

// tableOf returns what each byte means in a single-byte charset, nil for a name
// that is none. The table is shared and must not be changed.
func tableOf(charset string) *[256]rune {
	if t, ok := tables.Load(charset); ok {
		return t.(*[256]rune)
	}
	m, ok := singles[charset]
	if !ok {
		return nil
	}
	t := new([256]rune)
	for i := range t {
		t[i] = m.DecodeByte(byte(i))
		if t[i] == undefined && len(charset) > 7 && charset[:7] == "iso8859" && i < 0xA0 {
			t[i] = rune(i)
		}
	}
	if charset == "cp1255" { // x/text has U+05BA there, which Python's table lacks
		t[0xCA] = undefined
	}
	tables.Store(charset, t)
	return t
}

// decodable reports whether a charset decodes the whole input.
func decodable(src source, st *stats, charset string) (bool, error) {
	if tableOf(charset) != nil {
		return st.decodes(charset), nil
	}
	e, ok := multis[charset]
	if !ok {
		return false, nil
	}
	r := bufio.NewReaderSize(transform.NewReader(src.reader(), e.NewDecoder()), 32<<10)
	for {
		c, _, err := r.ReadRune()
		if err == io.EOF {
			return true, nil
		}
		if err != nil || c == undefined {
			return false, err
		}
	}
}

// decodeHead decodes the start of an input for the dialect and drops a byte order
// mark. whole tells that nothing follows; else what is after the last complete
// line is left out.
func decodeHead(charset string, p []byte, whole bool) []byte {
	text := p
	switch {
	case len(charset) >= 6 && (charset[:6] == "utf-16" || charset[:6] == "utf-32"):
		text = decodeWide(charset, p)
	case tableOf(charset) != nil:
		t := tableOf(charset)
		text = make([]byte, 0, len(p)+len(p)/8)
		for _, c := range p {
			text = appendRune(text, t[c])
		}
	case multis[charset] != nil:
		text, _, _ = transform.Bytes(multis[charset].NewDecoder(), p) // a cut character at the end becomes U+FFFD
	}
	text = dropMark(text)
	if !whole {
		text = lastLine(text)
	}
	return text
}
