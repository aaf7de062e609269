package pycodec

import (
	"math"

	"github.com/feedparity/feedparity/ingest"
)

// A wholeCodec is one of those written in Python that take each input as a whole
// and call no error handler, but know what to do about a few names of handlers. It
// keeps nothing between calls.
type wholeCodec interface {
	// decode is the module's Codec.decode, which bytes.decode and the stream reader
	// call.
	decode(dst, src []byte, errors string) ([]byte, *Error)
	// feed is decode of its incremental decoder. It returns how many bytes it used;
	// the rest is given to it again with the next chunk before it.
	feed(dst, src []byte, errors string, final bool) (out []byte, used int, err *Error)
}

// wholeRules are the differences between versions that touch these codecs.
type wholeRules struct {
	py2 bool
	// placed: since 3.13 errors are a UnicodeDecodeError of the whole input, before
	// that a UnicodeError without a position.
	placed bool
	// looksPast: until 3.6 the punycode error names the byte behind the bad one.
	looksPast bool
	// unsupported begins the error about a handler: of idna's incremental decoder,
	// for which 3.13 forgot an f before a string, and of all others.
	unsupported, unsupportedFeed string
	// longest is the length of a label of idna that is looked at. Before 3.12 there
	// was no limit.
	longest int
}

func newWholeRules(p ingest.Python) wholeRules {
	r := wholeRules{
		py2:         p.Path() == ingest.Py2,
		placed:      p.AtLeast(3, 13),
		looksPast:   !p.AtLeast(3, 7),
		unsupported: "Unsupported error handling ",
		longest:     math.MaxInt,
	}
	if p.AtLeast(3, 12) {
		r.longest = 1024
	}
	if r.placed {
		r.unsupported = "Unsupported error handling: "
	}
	r.unsupportedFeed = r.unsupported + "%s"
	if r.placed && !p.AtLeast(3, 14) {
		r.unsupportedFeed = r.unsupported + "{errors}"
	}
	return r
}

// within makes the UnicodeDecodeError of a part of an input one of the whole, in
// which the part is at offset. Start and End can be any number there, and too large
// a one is an error of its own.
func (e *Error) within(codec string, object []byte, offset int) *Error {
	switch {
	case e.Type != unicodeDecodeError:
		return e
	case e.End > math.MaxInt-offset:
		return tooLarge()
	}
	return decodeError(object, malformed{e.Start + offset, e.End + offset, e.Reason, codec})
}

func tooLarge() *Error {
	return &Error{Type: "OverflowError", Reason: "Python int too large to convert to C ssize_t"}
}

// plainError makes an exception without a position.
func plainError(reason string) *Error { return &Error{Type: unicodeError, Reason: reason} }

// decodeASCII is str(src, 'ascii', errors).
func (r *rules) decodeASCII(dst, src []byte, errors string) ([]byte, *Error) {
	c := Codec{rules: r}
	out, _, err := c.drive(asciiKernel{}, dst, src, 0, true, errors)
	return out, err
}

// undefinedCodec mirrors Lib/encodings/undefined.py, which refuses everything.
type undefinedCodec struct{}

func (undefinedCodec) decode(dst, _ []byte, _ string) ([]byte, *Error) {
	return dst, plainError("undefined encoding")
}

func (u undefinedCodec) feed(dst, src []byte, errors string, _ bool) ([]byte, int, *Error) {
	out, err := u.decode(dst, src, errors)
	return out, len(src), err
}
