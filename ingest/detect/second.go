package detect

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/saintfish/chardet"
)

// Opinion is what saintfish/chardet says. It is recorded beside our answer and
// changes nothing: outside UTF-8 and Western charsets it is hardly ever right.
type Opinion struct {
	Label      string // its own, "" if it has none
	Charset    string // as Python names it, "" if Python has no such codec
	Confidence int    // from 0 to 100
	Agrees     bool   // it means the charset we answer, or one that gives the same text
}

// chardetNames maps saintfish's labels to Python's codec names. Python has none for
// IBM420, ISO-2022-CN and IBM424 right to left.
var chardetNames = [][2]string{
	{"UTF-8", "utf-8"}, {"UTF-16BE", "utf-16-be"}, {"UTF-16LE", "utf-16-le"}, {"UTF-32BE", "utf-32-be"}, {"UTF-32LE", "utf-32-le"},
	{"ISO-8859-1", "iso8859-1"}, {"ISO-8859-2", "iso8859-2"}, {"ISO-8859-5", "iso8859-5"}, {"ISO-8859-6", "iso8859-6"},
	{"ISO-8859-7", "iso8859-7"}, {"ISO-8859-8", "iso8859-8"}, {"ISO-8859-8-I", "iso8859-8"}, {"ISO-8859-9", "iso8859-9"},
	{"windows-1250", "cp1250"}, {"windows-1251", "cp1251"}, {"windows-1252", "cp1252"}, {"windows-1253", "cp1253"},
	{"windows-1254", "cp1254"}, {"windows-1255", "cp1255"}, {"windows-1256", "cp1256"}, {"KOI8-R", "koi8-r"}, {"Shift_JIS", "shift_jis"},
	{"GB-18030", "gb18030"}, {"GB18030", "gb18030"}, {"EUC-JP", "euc_jp"}, {"EUC-KR", "euc_kr"}, {"Big5", "big5"},
	{"ISO-2022-JP", "iso2022_jp"}, {"ISO-2022-KR", "iso2022_kr"},
}

// supersets are what saintfish's labels stand for where it knows no more.
var supersets = [][2]string{{"shift_jis", "cp932"}, {"euc_kr", "cp949"}, {"big5", "cp950"}}

// named looks a name up in pairs of names, "" if it is not there.
func named(pairs [][2]string, name string) string {
	for _, p := range pairs {
		if p[0] == name {
			return p[1]
		}
	}
	return ""
}

// secondOpinion asks saintfish. Its results are sorted again: it lets some forty
// goroutines race and breaks ties by who came first.
func secondOpinion(text []byte, r Result) *Opinion {
	found, err := chardet.NewTextDetector().DetectAll(text)
	if err != nil || len(found) == 0 { // its error only says that nothing was found
		return &Opinion{}
	}
	slices.SortFunc(found, func(a, b chardet.Result) int {
		return cmp.Or(cmp.Compare(b.Confidence, a.Confidence), strings.Compare(a.Charset, b.Charset))
	})
	o := &Opinion{Label: found[0].Charset, Charset: named(chardetNames, found[0].Charset), Confidence: found[0].Confidence}
	for _, c := range r.Candidates {
		if c.Same && (c.Charset == o.Charset || c.Charset == named(supersets, o.Charset)) {
			o.Agrees = true
		}
	}
	return o
}

// lateBytes is how much is heard of what is behind the head.
const lateBytes = 8192

// heard is what saintfish is asked about: an input's head, which is all of most, and
// of a longer one some lines with bytes above ASCII from behind it. Its recognisers of
// single bytes look at the first 8,192 bytes, the others at all that they are given.
func (k *ranking) heard(src source, head []byte) ([]byte, error) {
	if int64(len(head)) == src.size {
		return head, nil
	}
	out, late := slices.Clone(head), 0
	for _, s := range k.spans {
		if s.offset < int64(len(head)) || late >= lateBytes {
			continue
		}
		line, err := lineAround(src, s)
		if err != nil {
			return nil, err
		}
		out, late = append(out, line...), late+len(line)
	}
	return out, nil
}

// lineAround reads the line around a span, as far as it is near.
func lineAround(src source, s span) ([]byte, error) {
	const near = 128
	from := max(s.offset-near, 0)
	window := make([]byte, min(src.size-from, s.offset-from+int64(len(s.raw))+near))
	if n, err := src.in.ReadAt(window, from); n < len(window) {
		return nil, fmt.Errorf("read input: %w", err)
	}
	at := int(s.offset - from)
	start, end := 1+bytes.LastIndexByte(window[:at], '\n'), len(window)
	if i := bytes.IndexByte(window[at:], '\n'); i >= 0 {
		end = at + i + 1
	}
	return window[start:end], nil
}
