package normalize

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/feedparity/feedparity/ingest"
)

// Unchanged reports whether Normalize would leave an input as it is and have nothing to
// record, as far as that shows without a look at its records: it is valid UTF-8 (or ASCII,
// as its charset says) without a byte order mark, and has no CR, NUL or Ctrl-Z. That takes
// a small part of the time. Where it answers false only Normalize knows.
func Unchanged(src io.Reader, o Options) (bool, error) {
	o.complete()
	if o.Charset != "utf-8" && o.Charset != "ascii" || len(o.Ranges) > 0 || o.TableFrom > 0 || o.TableTo > 0 || o.Canonical || o.NFC || o.FixMojibake {
		return false, nil
	}
	pooled := buffers.Get().(*[]byte)
	defer buffers.Put(pooled)
	buf := (*pooled)[:cap(*pooled)]
	kept := 0 // of a character that the last block was cut in
	for first := true; ; first = false {
		n, err := io.ReadFull(src, buf[kept:])
		final := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
		if err != nil && !final {
			return false, fmt.Errorf("read input: %w", err)
		}
		b := buf[:kept+n]
		if first && bytes.HasPrefix(b, []byte(bom)) {
			return false, nil
		}
		whole := len(b)
		if !final {
			whole = wholeCharacters(b)
		}
		if !o.plain(b[:whole]) {
			return false, nil
		}
		if final {
			return true, nil
		}
		kept = copy(buf, b[whole:])
	}
}

// plain reports whether text has nothing that is changed.
func (o *Options) plain(text []byte) bool {
	for _, c := range []byte{'\r', 0, ctrlZ} {
		if bytes.IndexByte(text, c) >= 0 {
			return false
		}
	}
	if o.Charset == "ascii" {
		return ingest.IsASCII(text)
	}
	return utf8.Valid(text)
}

// wholeCharacters returns the length of b without a character of UTF-8 that is cut at its end.
func wholeCharacters(b []byte) int {
	for i := len(b) - 1; i >= max(0, len(b)-utf8.UTFMax); i-- {
		if utf8.RuneStart(b[i]) {
			if utf8.FullRune(b[i:]) {
				break
			}
			return i
		}
	}
	return len(b)
}
