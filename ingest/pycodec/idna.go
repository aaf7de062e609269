package pycodec

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/feedparity/feedparity/ingest"
)

// idnaCodec mirrors Lib/encodings/idna.py: RFC 3490, ToUnicode for each label
// between dots. It knows no errors= but strict.
type idnaCodec struct{ rules *rules }

const (
	idnaName  = "idna"
	acePrefix = "xn--"
	// labelSize is one more than the longest label may be.
	labelSize = 64
)

// decode is Codec.decode. 3.x returns ASCII without a prefix as it is.
func (k idnaCodec) decode(dst, src []byte, errors string) ([]byte, *Error) {
	r := k.rules.whole
	switch {
	case errors != "strict":
		return dst, plainError(r.unsupported + errors)
	case len(src) == 0:
		return dst, nil
	case r.py2:
		if _, err := k.rules.decodeASCII(nil, src, errors); err != nil {
			return dst, err
		}
	case !bytes.Contains(k.folded(src), []byte(acePrefix)) && ingest.IsASCII(src):
		return append(dst, src...), nil
	}
	labels := bytes.Split(src, []byte("."))
	dot := len(labels[len(labels)-1]) == 0
	if dot {
		labels = labels[:len(labels)-1]
	}
	out, at, _, err := k.join(dst, labels)
	if err != nil {
		return dst, k.placed(err, src, at)
	}
	if dot {
		out = append(out, '.')
	}
	return out, nil
}

// feed is _buffer_decode: the last label waits for its dot. How much it says it used
// is too little behind an empty first label, whose dot it forgets; and so is the
// position of an error, behind any label.
func (k idnaCodec) feed(dst, src []byte, errors string, final bool) ([]byte, int, *Error) {
	if errors != "strict" {
		return dst, 0, plainError(strings.Replace(k.rules.whole.unsupportedFeed, "%s", errors, 1))
	}
	if len(src) == 0 {
		return dst, 0, nil
	}
	if _, err := k.rules.decodeASCII(nil, src, errors); err != nil {
		if k.rules.whole.placed {
			err = err.within(idnaName, src, 0)
		}
		return dst, 0, err
	}
	labels := bytes.Split(src, []byte("."))
	dot := len(labels[len(labels)-1]) == 0
	if dot || !final {
		labels = labels[:len(labels)-1]
		dot = dot || len(labels) > 0
	}
	out, _, used, err := k.join(dst, labels)
	if err != nil {
		return dst, 0, k.placed(err, src, used)
	}
	if dot {
		out, used = append(out, '.'), used+1
	}
	return out, used, nil
}

// join appends the texts of the labels with dots between them. It returns where the
// label in error begins, and the length of all labels as the incremental decoder
// counts them.
func (k idnaCodec) join(dst []byte, labels [][]byte) (out []byte, at, used int, err *Error) {
	for i, label := range labels {
		if i > 0 {
			dst = append(dst, '.')
		}
		if dst, err = k.toUnicode(dst, label); err != nil {
			return dst, at, used, err
		}
		at += len(label) + 1
		if used > 0 {
			used++
		}
		used += len(label)
	}
	return dst, at, used, nil
}

// placed makes an error of a label one of src.
func (k idnaCodec) placed(err *Error, src []byte, at int) *Error {
	if !k.rules.whole.placed {
		return err
	}
	return err.within(idnaName, src, at)
}

// folded is what the prefix is looked for in: since 3.13 in either case.
func (k idnaCodec) folded(s []byte) []byte {
	if k.rules.whole.placed {
		return lowerASCII(s)
	}
	return s
}

func lowerASCII(s []byte) []byte {
	out := bytes.Clone(s)
	for i, c := range out {
		if c >= 'A' && c <= 'Z' {
			out[i] = c - 'A' + 'a'
		}
	}
	return out
}

// toUnicode is ToUnicode of a label of bytes.
func (k idnaCodec) toUnicode(dst, label []byte) ([]byte, *Error) {
	r := k.rules.whole
	if len(label) > r.longest {
		return dst, k.refused("label way too long", 0, len(label))
	}
	if !bytes.HasPrefix(k.folded(label), []byte(acePrefix)) {
		return k.rules.decodeASCII(dst, label, "strict")
	}
	inner := Codec{rules: k.rules, given: punycodeName, shape: whole, whole: punycodeCodec(k)}
	text, err := inner.Decode(nil, label[len(acePrefix):], "strict")
	if err != nil {
		return dst, k.placed(err, label, len(acePrefix))
	}
	again, err := k.toASCII(ingest.Runes(string(text)))
	if err != nil {
		return dst, err
	}
	if !bytes.Equal(lowerASCII(label), again) {
		return dst, k.differs(label, again)
	}
	return append(dst, text...), nil
}

// differs is what is raised for a label that is not the one its text would get.
func (k idnaCodec) differs(label, again []byte) *Error {
	const text = "IDNA does not round-trip"
	a, b := k.repr(label), k.repr(again)
	if k.rules.whole.placed {
		return k.refused(text+", '"+a+"' != '"+b+"'", 0, len(label))
	}
	return &Error{Type: unicodeError, Reason: "('" + text + "', " + a + ", " + b + ")", several: true}
}

// refused is what is raised for a label. Its position counts in the label, or in the
// text made of it.
func (k idnaCodec) refused(reason string, start, end int) *Error {
	if !k.rules.whole.placed {
		return plainError(reason)
	}
	return decodeError(nil, malformed{start, end, reason, idnaName})
}

// toASCII is ToASCII. An error of 3.13 is a UnicodeEncodeError there, which decode
// always makes the UnicodeDecodeError that it is here.
func (k idnaCodec) toASCII(text []rune) ([]byte, *Error) {
	if isASCII(text) {
		return k.sized(text)
	}
	text, err := k.nameprep(text)
	switch {
	case err != nil:
		return nil, err
	case isASCII(text):
		return k.sized(text)
	case strings.HasPrefix(string(text), acePrefix):
		return nil, k.refused("Label starts with ACE prefix", 0, len(acePrefix))
	}
	label := append([]byte(acePrefix), encodePunycode(text)...)
	if len(label) >= labelSize {
		return nil, k.tooLong(text)
	}
	return label, nil
}

// sized returns a label of ASCII, or says that it is empty or too long.
func (k idnaCodec) sized(text []rune) ([]byte, *Error) {
	if len(text) == 0 || len(text) >= labelSize {
		return nil, k.tooLong(text)
	}
	return []byte(string(text)), nil
}

func (k idnaCodec) tooLong(text []rune) *Error {
	switch {
	case !k.rules.whole.placed:
		return plainError("label empty or too long")
	case len(text) == 0:
		return k.refused("label empty", 0, 1)
	}
	return k.refused("label too long", 0, len(text))
}

func isASCII(text []rune) bool {
	for _, r := range text {
		if r >= 0x80 {
			return false
		}
	}
	return true
}

// repr is repr() of a string of ASCII bytes.
func (k idnaCodec) repr(s []byte) string {
	quote := byte('\'')
	if bytes.IndexByte(s, '\'') >= 0 && bytes.IndexByte(s, '"') < 0 {
		quote = '"'
	}
	var b strings.Builder
	if !k.rules.whole.py2 {
		b.WriteByte('b')
	}
	b.WriteByte(quote)
	for _, c := range s {
		switch i := strings.IndexByte("\t\n\r\\"+string(quote), c); {
		case i >= 3:
			b.Write([]byte{'\\', c})
		case i >= 0:
			b.Write([]byte{'\\', "tnr"[i]})
		case c < ' ' || c >= 0x7F:
			fmt.Fprintf(&b, `\x%02x`, c)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte(quote)
	return b.String()
}
