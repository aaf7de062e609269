// Package pycodec decodes bytes as CPython's text codecs do, version by version:
// the same text, the same exception with the same position and message, under
// Python's names for codecs and error handlers.
//
// A codec is a kernel, which decodes up to the first malformed sequence and says
// what is wrong with it, and around it what all codecs share: the error handlers
// (handlers.go), bytes.decode (Codec.Decode), the incremental decoder of
// io.TextIOWrapper (Decoder) and the stream reader of codecs.open (Stream; the
// East Asian codecs have one of their own, which is a Decoder fed by lines). How
// the versions differ is data, in rules.
//
//	single.go                        a table of 256 characters: tables.go
//	utf8.go utf16.go utf32.go utf7.go
//	multibyte.go                     a table of two-byte characters: planes.go, planes.bin
//	hz.go iso2022.go                 the same tables, chosen by escape sequences
//	escapes.go                       unicode_escape, raw_unicode_escape
//	charnames.go                     the names in \N{...}: charnames.bin
//	whole.go punycode.go idna.go     those that take an input as a whole
//	nameprep.go                      what idna makes of a label: nameprep.bin
//
// Decoded text is generalized UTF-8, see ingest.AppendRune. Confirmed on every
// interpreter by TestCodecConfirm and TestEasternConfirm.
package pycodec

//go:generate go run maketables.go
//go:generate go run makeplanes.go
//go:generate go run makenames.go
//go:generate go run makenameprep.go

import (
	"errors"

	"github.com/feedparity/feedparity/ingest"
)

// Why Lookup cannot give a codec, or CheckName refuses it. Each is wrapped with the
// codec's name.
var (
	// ErrUnknown: no modelled version of Python knows the name.
	ErrUnknown = errors.New("unknown encoding")
	// ErrNotText: the name is a bytes-to-bytes or str-to-str codec (hex, rot13).
	ErrNotText = errors.New("not a text encoding")
	// ErrNotModelled: Python knows the codec, or the version is real, but
	// feedparity has no model of it.
	ErrNotModelled = errors.New("not modelled")
)

// Codec is one text codec of one version of Python. It is immutable and safe for
// concurrent use.
type Codec struct {
	rules  *rules
	given  string // the name as the caller spelt it, which some messages repeat
	name   string
	shape  shape
	kernel kernel     // nil with shapes byteOrder and whole
	marked *marked    // nil but with shape byteOrder
	whole  wholeCodec // nil but with shape whole
	plain  plainKernel
}

// shape says what a codec's incremental decoder keeps between calls.
type shape uint8

const (
	stateless shape = iota // nothing: every chunk is taken as complete in itself
	buffered               // the bytes of an incomplete sequence
	signature              // as buffered, and whether a UTF-8 BOM may still come
	byteOrder              // as buffered, and the byte order once a BOM gave it
	eastern                // as buffered, the kernel's state, and see decodeEastern
	whole                  // what its feed did not use
)

// kernel decodes src[at:], appending to dst, up to the first malformed sequence.
// It returns the index it reached and what is wrong there (reason "" if
// nothing). Unless final, an incomplete sequence at the end of src is no error:
// the kernel stops before it.
type kernel interface {
	run(dst, src []byte, at int, final bool) (out []byte, next int, bad malformed)
}

// plainKernel is a kernel that knows a quicker way with most of what there is.
type plainKernel interface {
	// plain decodes the beginning of src, appending to dst, and returns how many bytes
	// it was. What is malformed or out of the ordinary it leaves to run.
	plain(dst, src []byte) ([]byte, int)
}

// malformed describes src[start:end] as CPython's decoder passes it to the error
// handler.
type malformed struct {
	start, end int
	reason     string
	codec      string // the name in the exception, which is not always Codec.Name
}

// Name returns Python's canonical name, codecs.lookup(name).name: "iso8859-1" for
// "latin-1".
func (c *Codec) Name() string { return c.name }

// Decode appends to dst the text of bytes.decode(src, name, errors). After an
// error it returns dst as it was. The error's Object is src or a part of it.
func (c *Codec) Decode(dst, src []byte, errors string) ([]byte, *Error) {
	if c.plain != nil {
		if out, n := c.plain.plain(dst, src); n == len(src) {
			return out, nil
		}
	}
	var out []byte
	var err *Error
	switch c.shape {
	case signature:
		src = trimSignature(src) // positions count from after it, as in encodings/utf_8_sig.py
		out, _, err = c.drive(c.kernel, dst, src, 0, true, errors)
	case byteOrder:
		k, mark := c.marked.byBOM(src)
		out, _, err = c.drive(k, dst, src, mark, true, errors)
	case whole:
		if len(src) == 0 && !c.rules.whole.py2 { // 3.x does not ask a codec about nothing
			return dst, nil
		}
		out, err = c.whole.decode(dst, src, errors)
	default:
		out, _, err = c.drive(c.start(), dst, src, 0, true, errors)
	}
	if err != nil {
		return dst, c.chain(err)
	}
	return out, nil
}

// drive runs a kernel over src[at:], calling the error handler for each malformed
// sequence. It returns how many bytes of src were used.
func (c *Codec) drive(k kernel, dst, src []byte, at int, final bool, errors string) ([]byte, int, *Error) {
	out := dst
	for {
		var bad malformed
		out, at, bad = k.run(out, src, at, final)
		if bad.reason == "" {
			return out, at, nil
		}
		var err *Error
		if out, at, err = c.handle(out, src, bad, errors); err != nil {
			return dst, 0, err
		}
	}
}

// chain rewrites an exception as bytes.decode does: 3.6 to 3.11 wrap those that
// are no UnicodeDecodeError in the name of the codec
// (_PyErr_TrySetFromCause, Python/codecs.c wrap_codec_error), unless they have more
// than a text, or PyUnicode_Decode took a short cut and never asked the codec.
func (c *Codec) chain(err *Error) *Error {
	if c.rules.chains && err.Type != unicodeDecodeError && !err.several && !shortcut(c.given) {
		err.Reason = "decoding with '" + c.given + "' codec failed (" + err.Type + ": " + err.Reason + ")"
	}
	return err
}

// shortcut reports whether PyUnicode_Decode knows the spelling of a codec itself.
// Its buffer has room for ten characters.
func shortcut(given string) bool {
	n := normalize(given)
	switch n {
	case "utf8", "utf_8", "utf16", "utf_16", "utf32", "utf_32", "ascii", "us_ascii",
		"latin1", "latin_1", "iso_8859_1", "iso8859_1":
		return true
	}
	return false
}

// rules are the differences between versions of Python that touch decoding.
type rules struct {
	python         ingest.Python
	bit            uint // in the masks of tables.go
	utf8           utf8Kernel
	utf16, utf32   marked
	whole          wholeRules
	handlers       map[string]handler
	chains         bool // bytes.decode wraps other exceptions: 3.6 to 3.11
	bomDecodeError bool // a missing BOM or too much pending is a UnicodeDecodeError: 3.13
	utf8Mode       bool // the C locale means UTF-8 (PEP 538, PEP 540): 3.7
	wholeLocale    bool // which is also what a locale counts as of which one category fails: 3.7 alone
	foldsNames     bool // \N{...} knows syllables and ideographs in any case, by their number alone: 3.14
}
