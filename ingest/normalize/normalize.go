// Package normalize rewrites a delivery as canonical bytes: UTF-8 without a byte
// order mark, LF line breaks outside quotes, no NULs, no trailing Ctrl-Z. Every
// change is recorded with its offset, so that Apply turns the original into the
// normalized bytes and Revert turns them back; nothing is ever dropped silently.
//
// What is inside quotes is data: line breaks there are kept as sent. Bytes that do
// not decode are an error with their position, with one exception: surrogates
// encoded in UTF-8 (CESU-8) that form a pair become the character they stand for.
//
// Normalizing is idempotent, streams, and holds a bounded part of the input.
package normalize

import (
	"bufio"
	"fmt"
	"io"
)

// Kind says why bytes were changed.
type Kind string

// The kinds of edits.
const (
	Transcode  Kind = "transcode" // characters in UTF-8 instead of the delivery's charset
	BOM        Kind = "bom"       // byte order mark removed
	Newline    Kind = "newline"   // CR, CRLF or CRCRLF outside quotes became LF
	NUL        Kind = "nul"       // U+0000 removed
	CtrlZ      Kind = "ctrl-z"    // Ctrl-Z (the end-of-file mark of CP/M and DOS) at the end removed
	Surrogates Kind = "cesu-8"    // an encoded surrogate pair became one character
)

// maxEdit bounds the Before of one edit: a longer run of changed characters is
// recorded as several adjoining edits.
const maxEdit = 4096

// Edit is one change. Edits do not overlap and come in the order of their offsets.
// Adjoining changed characters of kind transcode, nul or ctrl-z are one edit (up
// to 4096 bytes); every line break is an edit of its own.
type Edit struct {
	Kind          Kind
	Offset        int64 // of Before in the original
	Before, After []byte
}

// String shows the edit as commands print it.
func (e Edit) String() string {
	return fmt.Sprintf("byte 0x%x %s: % x -> % x", e.Offset, e.Kind, e.Before, e.After)
}

// Options say what is read. The zero value is UTF-8 in the excel dialect.
type Options struct {
	// Charset is a Python codec name, "" for utf-8.
	Charset string
	// Delimiter, Quotechar and Escapechar are the dialect's, by which line breaks
	// inside quotes are told from those that end a record. Zero means ',', '"'
	// and no escape character; NoQuotes means that nothing is quoted.
	Delimiter, Quotechar, Escapechar rune
	NoQuotes                         bool
	SkipInitialSpace                 bool
	// Record, if set, is called with each edit as it is made, and Normalize then
	// returns none: a file in UTF-16 has as many edits as it has bytes / 4096,
	// one with CRLF as many as it has lines.
	Record func(Edit) error
}

// DecodeError reports bytes that the charset does not define.
type DecodeError struct {
	Charset string
	Offset  int64  // of Bytes in the input
	Bytes   []byte // the first undecodable ones
	Reason  string
}

// Error names the bytes, their offset and what is wrong with them.
func (e *DecodeError) Error() string {
	return fmt.Sprintf("decode %s: byte 0x%x: % x: %s", e.Charset, e.Offset, e.Bytes, e.Reason)
}

// Normalize reads src to its end, writes the normalized bytes to dst and returns
// the edits. On an error (a *DecodeError, or what src, dst or Record returned)
// dst holds an incomplete text that must be discarded.
func Normalize(dst io.Writer, src io.Reader, o Options) ([]Edit, error) {
	if o.Charset == "" {
		o.Charset = "utf-8"
	}
	if o.Delimiter == 0 {
		o.Delimiter = ','
	}
	if o.Quotechar == 0 {
		o.Quotechar = '"'
	}
	d, err := newDecoder(o.Charset)
	if err != nil {
		return nil, err
	}
	var edits []Edit
	if o.Record == nil {
		o.Record = func(e Edit) error { edits = append(edits, e); return nil }
	}
	n := &normalizer{o: o, out: bufio.NewWriterSize(dst, 64<<10)}
	if err := n.run(d, src); err != nil {
		return nil, err
	}
	return edits, nil
}

// run feeds the characters of src to the normalizer one by one, except for runs
// of ASCII that cannot change, which are copied.
func (n *normalizer) run(d decoder, src io.Reader) error {
	buf := make([]byte, 0, 64<<10)
	plain := n.plainBytes(d)
	final := false
	for !final || len(buf) > 0 {
		var err error
		if buf, final, err = fill(buf, src); err != nil {
			return err
		}
		used := 0
		for used < len(buf) {
			if k := n.plainRun(buf[used:], plain); k > 0 {
				used += k
				continue
			}
			text, size, reason := d.next(buf[used:], final)
			if reason != "" {
				return &DecodeError{n.o.Charset, n.offset, append([]byte(nil), buf[used:used+max(size, 1)]...), reason}
			}
			if size == 0 {
				break
			}
			if err := n.char(buf[used:used+size], text); err != nil {
				return err
			}
			n.offset += int64(size)
			used += size
		}
		buf = buf[:copy(buf, buf[used:])]
	}
	return n.finish()
}

// fill reads more of src behind what is left in buf.
func fill(buf []byte, src io.Reader) (_ []byte, final bool, err error) {
	for empty := 0; empty < 100; empty++ {
		k, err := src.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+k]
		if err == io.EOF {
			return buf, true, nil
		}
		if err != nil {
			return buf, false, fmt.Errorf("read input: %w", err)
		}
		if k > 0 {
			return buf, false, nil
		}
	}
	return buf, false, fmt.Errorf("read input: %w", io.ErrNoProgress)
}

// plainBytes marks the ASCII characters that never change and mean nothing to the
// dialect; nil for charsets in which an ASCII byte may be part of something else.
func (n *normalizer) plainBytes(d decoder) *[256]bool {
	if !d.ascii() {
		return nil
	}
	var t [256]bool
	for c := 1; c < 0x80; c++ {
		r := rune(c)
		t[c] = r != '\r' && r != '\n' && r != ctrlZ && r != n.o.Delimiter && r != n.o.Quotechar && r != n.o.Escapechar && r != ' '
	}
	return &t
}

// plainRun copies the plain characters at the start of p and returns how many.
func (n *normalizer) plainRun(p []byte, plain *[256]bool) int {
	if plain == nil || len(n.crs) > 0 || len(n.held) > 0 || n.escaped || !plain[p[0]] {
		return 0
	}
	k := 1
	for k < len(p) && (plain[p[k]] || p[k] == ' ') {
		k++
	}
	if n.state == fieldStart || n.state == quoteInQuoted {
		n.state = inField
	}
	n.wrote = true
	n.offset += int64(k)
	n.out.Write(p[:k]) // its error is kept and returned by Flush
	return k
}
