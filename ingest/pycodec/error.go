package pycodec

import (
	"encoding/hex"
	"strconv"

	"github.com/feedparity/feedparity/ingest"
)

const (
	unicodeDecodeError = "UnicodeDecodeError"
	unicodeError       = "UnicodeError"
)

// Error is the exception a decoder raised.
type Error struct {
	Type string // UnicodeDecodeError; else LookupError, TypeError, UnicodeError, RuntimeError, IndexError or OverflowError
	// Codec, Object, Start, End and Reason are the attributes of the
	// UnicodeDecodeError. Object shares the memory of the input or of the
	// decoder: it is valid until the following call. Start and End count in it.
	Codec      string
	Object     []byte
	Start, End int
	Reason     string // of any other type: the whole message

	several bool // it has several arguments, which str(exc) shows as a tuple
}

// Message returns str(exc), as UnicodeDecodeError__str__ (Objects/exceptions.c)
// words it.
func (e *Error) Message() string {
	if e.Type != unicodeDecodeError {
		return e.Reason
	}
	var room [128]byte // not by fmt: when fuzzing, every other input raises
	b := append(append(append(room[:0], '\''), e.Codec...), "' codec can't decode byte"...)
	if e.Start < len(e.Object) && e.End == e.Start+1 {
		b = append(b, " 0x"...)
		b = append(hex.AppendEncode(b, e.Object[e.Start:e.End]), " in position "...)
		b = strconv.AppendInt(b, int64(e.Start), 10)
	} else {
		b = append(b, "s in position "...)
		b = strconv.AppendInt(b, int64(e.Start), 10)
		b = strconv.AppendInt(append(b, '-'), int64(e.End-1), 10)
	}
	return string(append(append(b, ": "...), e.Reason...))
}

// Error returns the message with its type, as a traceback ends.
func (e *Error) Error() string { return e.Type + ": " + e.Message() }

// Fault returns the exception as part of an outcome. Its Row is for the caller.
func (e *Error) Fault() *ingest.Fault { return &ingest.Fault{Type: e.Type, Message: e.Message()} }

// decodeError makes the UnicodeDecodeError of a malformed sequence.
func decodeError(src []byte, bad malformed) *Error {
	return &Error{Type: unicodeDecodeError, Codec: bad.codec, Object: src, Start: bad.start, End: bad.end, Reason: bad.reason}
}
