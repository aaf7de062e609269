package pycodec

import (
	"encoding/binary"
	"unicode/utf8"

	"github.com/feedparity/feedparity/ingest"
)

// handler is an error handler of Python/codecs.c as far as it decodes: it appends
// the replacement and returns where in src to go on; not ok means that it gives
// up and the exception is raised.
type handler func(dst, src []byte, bad malformed) (out []byte, next int, ok bool)

// The handlers that are registered, by version. A nil handler is registered but
// refuses to decode.
var (
	handlers2 = map[string]handler{
		"strict": strict, "ignore": ignore, "replace": replace,
		"xmlcharrefreplace": nil, "backslashreplace": nil,
	}
	handlers3 = map[string]handler{
		"strict": strict, "ignore": ignore, "replace": replace,
		"backslashreplace": backslashReplace, "surrogateescape": surrogateEscape, "surrogatepass": surrogatePass,
		"xmlcharrefreplace": nil, "namereplace": nil,
	}
)

// KnownHandler reports whether that version of Python has an error handler of the
// name. Python itself asks only once something is malformed.
func KnownHandler(py ingest.Python, errors string) bool {
	r, err := rulesOf(py)
	if err != nil {
		return false
	}
	_, ok := r.handlers[errors]
	return ok
}

// handle calls the error handler of that name as unicode_decode_call_errorhandler
// (Objects/unicodeobject.c) does, which looks it up only now.
func (c *Codec) handle(dst, src []byte, bad malformed, errors string) ([]byte, int, *Error) {
	h, known := c.rules.handlers[errors]
	switch {
	case bad.reason == internalFail:
		return dst, 0, &Error{Type: "RuntimeError", Reason: internalFail}
	case !known:
		name := errors[:min(len(errors), 400)] // the format is '%.400s'
		return dst, 0, &Error{Type: "LookupError", Reason: "unknown error handler name '" + name + "'"}
	case h == nil:
		return dst, 0, &Error{Type: "TypeError", Reason: "don't know how to handle " + unicodeDecodeError + " in error callback"}
	}
	out, next, ok := h(dst, src, bad)
	if !ok {
		return dst, 0, decodeError(src, bad)
	}
	return out, next, nil
}

func strict(dst, _ []byte, bad malformed) ([]byte, int, bool) { return dst, bad.end, false }

func ignore(dst, _ []byte, bad malformed) ([]byte, int, bool) { return dst, bad.end, true }

func replace(dst, _ []byte, bad malformed) ([]byte, int, bool) {
	return utf8.AppendRune(dst, utf8.RuneError), bad.end, true
}

func backslashReplace(dst, src []byte, bad malformed) ([]byte, int, bool) {
	const digits = "0123456789abcdef"
	for _, b := range src[bad.start:bad.end] {
		dst = append(dst, '\\', 'x', digits[b>>4], digits[b&15])
	}
	return dst, bad.end, true
}

// surrogateEscape takes up to four bytes, and none that is ASCII
// (PyCodec_SurrogateEscapeErrors).
func surrogateEscape(dst, src []byte, bad malformed) ([]byte, int, bool) {
	at := bad.start
	for at < bad.end && at < bad.start+4 && src[at] >= utf8.RuneSelf {
		dst = ingest.AppendRune(dst, 0xDC00+rune(src[at]))
		at++
	}
	return dst, at, at > bad.start
}

// surrogatePass takes one encoded surrogate of the codecs that it knows by name
// (PyCodec_SurrogatePassErrors). It looks past the end of the malformed range.
func surrogatePass(dst, src []byte, bad malformed) ([]byte, int, bool) {
	r, n := encodedSurrogate(src[bad.start:], bad.codec)
	if n == 0 {
		return dst, bad.end, false
	}
	return ingest.AppendRune(dst, r), bad.start + n, true
}

// encodedSurrogate returns the surrogate that p starts with and its length, 0 if
// there is none.
func encodedSurrogate(p []byte, codec string) (r rune, n int) {
	switch {
	case codec == "utf-8" && len(p) >= 3:
		if p[0] == 0xED && isContinuation(p[1]) && isContinuation(p[2]) {
			r, n = 0xD000|rune(p[1]&0x3F)<<6|rune(p[2]&0x3F), 3
		}
	case codec == "utf-16-le" && len(p) >= 2:
		r, n = rune(binary.LittleEndian.Uint16(p)), 2
	case codec == "utf-16-be" && len(p) >= 2:
		r, n = rune(binary.BigEndian.Uint16(p)), 2
	case codec == "utf-32-le" && len(p) >= 4:
		r, n = rune(binary.LittleEndian.Uint32(p)), 4
	case codec == "utf-32-be" && len(p) >= 4:
		r, n = rune(binary.BigEndian.Uint32(p)), 4
	}
	if !ingest.IsSurrogate(r) {
		return 0, 0
	}
	return r, n
}
