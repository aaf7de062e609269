package detect

import (
	"bufio"
	"io"
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/transform"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/pycodec"
)

// undefined marks a byte that a single-byte charset does not define.
const undefined = '\uFFFD'

// multis are the multi-byte charsets that can be answered.
var multis = map[string]encoding.Encoding{
	"shift_jis": japanese.ShiftJIS, "cp932": japanese.ShiftJIS, "euc_jp": japanese.EUCJP, "iso2022_jp": japanese.ISO2022JP,
	"euc_kr": korean.EUCKR, "cp949": korean.EUCKR, "gb18030": simplifiedchinese.GB18030, "big5": traditionalchinese.Big5,
}

var tables sync.Map // Python name -> *[256]rune

// tableOf returns what each byte means in a single-byte charset by Python's table,
// nil for a name that is none. The table is shared and must not be changed.
func tableOf(charset string) *[256]rune {
	if t, ok := tables.Load(charset); ok {
		return t.(*[256]rune)
	}
	t := readTable(charset)
	tables.Store(charset, t)
	return t
}

func readTable(charset string) *[256]rune {
	if strings.HasPrefix(charset, "utf-") || multis[charset] != nil {
		return nil
	}
	c, fault, err := pycodec.Lookup(ingest.Python313, charset)
	if err != nil || fault != nil || !c.SingleByte() {
		return nil
	}
	t := new([256]rune)
	for i := range t {
		t[i] = undefined
		if text, bad := c.Decode(nil, []byte{byte(i)}, "strict"); bad == nil {
			r, n := utf8.DecodeRune(text)
			if n != len(text) {
				return nil
			}
			t[i] = r
		}
	}
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
