package pycodec

import (
	"bytes"

	"github.com/feedparity/feedparity/ingest"
)

// marked is a codec whose byte order a mark at the start of the text tells.
type marked struct {
	little, big       kernel
	littleBOM, bigBOM []byte
	codec             string // the name in the exception for a missing mark
	title             string // the same in prose
}

func newUTF16(p ingest.Python) marked {
	old := !p.AtLeast(3, 7)
	little, big := utf16Kernel{"utf-16-le", false, old}, utf16Kernel{"utf-16-be", true, old}
	if p.Path() == ingest.Py2 {
		little.codec, big.codec = "utf16", "utf16"
	}
	return marked{little, big, []byte("\xFF\xFE"), []byte("\xFE\xFF"), "utf-16", "UTF-16"}
}

func newUTF32(p ingest.Python) marked {
	little, big := utf32Kernel{codec: "utf-32-le"}, utf32Kernel{codec: "utf-32-be", big: true}
	if p.Path() == ingest.Py2 {
		little, big = utf32Kernel{codec: "utf32", py2: true}, utf32Kernel{codec: "utf32", py2: true, big: true}
	}
	return marked{little, big, []byte("\xFF\xFE\x00\x00"), []byte("\x00\x00\xFE\xFF"), "utf-32", "UTF-32"}
}

// byBOM returns the kernel for src by its byte order mark and the length of the
// mark. Without one, the length is 0 and the order that of the machines Python
// runs on, little endian.
func (m *marked) byBOM(src []byte) (k kernel, mark int) {
	switch {
	case bytes.HasPrefix(src, m.littleBOM):
		return m.little, len(m.littleBOM)
	case bytes.HasPrefix(src, m.bigBOM):
		return m.big, len(m.bigBOM)
	}
	return m.little, 0
}

// noBOM is what the stateful decoders raise for text without a mark.
func (m *marked) noBOM(r *rules, src []byte) *Error {
	if r.bomDecodeError {
		return decodeError(src, malformed{0, len(m.littleBOM), "Stream does not start with BOM", m.codec})
	}
	return &Error{Type: unicodeError, Reason: m.title + " stream does not start with BOM"}
}
