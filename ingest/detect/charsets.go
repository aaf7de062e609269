package detect

import (
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/pycodec"
)

// undefined marks a byte that a single-byte charset does not define.
const undefined = '\uFFFD'

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
	if strings.HasPrefix(charset, "utf-") {
		return nil
	}
	c, fault, err := pycodec.Lookup(ingest.Python313, charset)
	if err != nil || fault != nil || !c.SingleByte() {
		return nil
	}
	t := new([256]rune)
	var all [256]byte
	for i := range all {
		all[i] = byte(i)
	}
	text, bad := c.Decode(nil, all[:], "replace") // U+FFFD is undefined's own mark
	if bad != nil {
		return nil
	}
	i := 0
	for _, r := range string(text) {
		if i == len(t) {
			return nil
		}
		t[i] = r
		i++
	}
	return t
}

// definesAll reports whether a table gives all of some bytes a meaning.
func definesAll(t *[256]rune, bytes []byte) bool {
	for _, b := range bytes {
		if t[b] == undefined {
			return false
		}
	}
	return true
}

// isWide reports a charset of units of two or four bytes.
func isWide(charset string) bool {
	return strings.HasPrefix(charset, "utf-16") || strings.HasPrefix(charset, "utf-32")
}

// decodeHead decodes the start of an input for the dialect and drops a byte order
// mark. whole tells that nothing follows; else what is after the last complete
// line is left out.
func decodeHead(charset string, p []byte, whole bool) []byte {
	text := p
	switch t := tableOf(charset); {
	case isWide(charset):
		text = decodeWide(charset, p)
	case t != nil:
		text = make([]byte, 0, len(p)+len(p)/8)
		for _, c := range p {
			text = utf8.AppendRune(text, t[c])
		}
	case charset != "ascii" && charset != "utf-8" && charset != "utf-8-sig":
		if c, fault, err := pycodec.Lookup(ingest.Python313, charset); err == nil && fault == nil {
			if t, bad := c.Decode(nil, p, "replace"); bad == nil { // a cut character at the end becomes U+FFFD
				text = t
			}
		}
	}
	text = dropMark(text)
	if !whole {
		text = lastLine(text)
	}
	return text
}
