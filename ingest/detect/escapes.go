package detect

import (
	"fmt"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/pycodec"
)

// escaping are the seven-bit charsets that switch character sets within the text,
// the commonest first.
var escaping = []escape{
	{"iso2022_jp", "escape sequences of ISO-2022", false}, {"iso2022_kr", "escape sequences of ISO-2022", false},
	{"iso2022_jp_2", "escape sequences of ISO-2022", false}, {"iso2022_jp_ext", "escape sequences of ISO-2022", false},
	{"iso2022_jp_2004", "escape sequences of ISO-2022", false}, {"iso2022_jp_3", "escape sequences of ISO-2022", false},
	{"hz", "shifts of HZ", true},
}

type escape struct {
	charset, what string
	tilde         bool
}

// byEscapes answers for seven-bit text that a charset which switches by escape
// sequences decodes to the end, with characters above ASCII in it.
func byEscapes(src source, st *stats) (Result, bool, error) {
	if st.high > 0 || st.nuls > 0 {
		return Result{}, false, nil
	}
	for _, e := range escaping {
		if e.tilde && !st.tildes || !e.tilde && st.escapes == 0 {
			continue
		}
		chars := int64(0)
		ok, err := decodes(src, e.charset, func(text []byte) {
			chars += survey(text).leads
		})
		if err != nil {
			return Result{}, false, err
		}
		if ok && chars > 0 {
			return result(e.charset, 0.99, fmt.Sprintf("has the %s and decodes to its end (%d non-ASCII characters)", e.what, chars)), true, nil
		}
	}
	return Result{}, false, nil
}

// decodes reports whether a charset decodes the whole input, and shows look, if there
// is one, the text part by part.
func decodes(src source, charset string, look func(text []byte)) (ok bool, err error) {
	c, fault, err := pycodec.Lookup(ingest.Python313, charset)
	if err != nil || fault != nil {
		return false, nil // no codec that could answer
	}
	d := c.NewDecoder("strict")
	var text []byte
	good := true
	err = src.each(func(p []byte) {
		for len(p) > 0 && good { // a part at a time, so that a cache holds its text
			part := p[:min(len(p), 8<<10)]
			p = p[len(part):]
			var bad *pycodec.Error
			text, bad = d.Decode(text[:0], part, false)
			good = bad == nil
			if look != nil {
				look(text)
			}
		}
	})
	if err != nil || !good {
		return false, err
	}
	_, bad := d.Decode(text[:0], nil, true)
	return bad == nil, nil
}
