package pytext

import (
	"bytes"

	"github.com/feedparity/feedparity/ingest"
)

// wholeLines yields the lines of a text held in memory: str.splitlines() of either
// Python, whose items have no line ends, or io.StringIO, whose items end in LF.
type wholeLines struct {
	rest  []byte
	cut   func(rest []byte) (item, used int)
	width func([]byte) int64 // bytes of the file that made this text; nil: unknown
	at    int64
}

func (w *wholeLines) next() ([]byte, int64, bool) {
	if len(w.rest) == 0 {
		return nil, 0, false
	}
	item, used := w.cut(w.rest)
	line, offset := w.rest[:item], int64(-1)
	if w.width != nil {
		offset = w.at
		w.at += w.width(w.rest[:used])
	}
	w.rest = w.rest[used:]
	return line, offset, true
}

func (w *wholeLines) raised() *ingest.Fault { return nil }

// cutLF is how io.StringIO, whose newline is '\n' by default, ends lines.
func cutLF(rest []byte) (item, used int) {
	if i := bytes.IndexByte(rest, '\n'); i >= 0 {
		return i + 1, i + 1
	}
	return len(rest), len(rest)
}

// cutBytes is str.splitlines of 2.7: LF, CR and CRLF.
func cutBytes(rest []byte) (item, used int) {
	i := bytes.IndexAny(rest, "\r\n")
	switch {
	case i < 0:
		return len(rest), len(rest)
	case rest[i] == '\r' && i+1 < len(rest) && rest[i+1] == '\n':
		return i, i + 2
	}
	return i, i + 1
}

// cutText is splitlines of a text of either Python.
func cutText(rest []byte) (item, used int) {
	end, width := textLineEnd(rest)
	if end < 0 {
		return len(rest), len(rest)
	}
	return end - width, end
}

// textLineEnd returns the index after the first line end of a text as splitlines
// sees it (Py_UNICODE_ISLINEBREAK, with CRLF as one) and that end's length; -1 if
// there is none.
func textLineEnd(s []byte) (end, width int) {
	for i, c := range s {
		switch {
		case c >= 0x20 && c < 0xC2:
		case c >= 0x0A && c <= 0x0D || c >= 0x1C && c <= 0x1E:
			if c == '\r' && i+1 < len(s) && s[i+1] == '\n' {
				return i + 2, 2
			}
			return i + 1, 1
		case c == 0xC2 && i+1 < len(s) && s[i+1] == 0x85:
			return i + 2, 2
		case c == 0xE2 && i+2 < len(s) && s[i+1] == 0x80 && s[i+2]&^1 == 0xA8: // U+2028, U+2029
			return i + 3, 3
		}
	}
	return -1, 0
}
