// Package normalize rewrites a delivery as canonical bytes: UTF-8 without a byte
// order mark, LF line breaks outside quotes, no NULs, no trailing Ctrl-Z; when asked
// also in one dialect, in normal form C, with double-encoded text repaired, and
// without the lines above and below the table. Every change is recorded with its
// offset, so that Apply turns the original into the normalized bytes and Revert turns
// them back; nothing is ever dropped silently.
//
// What is inside quotes is data: line breaks there are kept as sent, and noted.
// Bytes that do not decode are an error with their position or, under KeepGoing,
// U+FFFD and noted, with one exception: surrogates encoded in UTF-8 (CESU-8) that
// form a pair become the character they stand for.
//
// An input runs through a chain of stages (piece.go), each of which sees the text
// that the one before it made, piece by piece, with the bytes it stands for:
//
//	source.go   bytes to characters, each range in its own charset
//	mojibake.go repairs double encoding
//	cut.go      takes off what is above and below the table
//	marks.go    takes out the byte order mark, NULs and the trailing Ctrl-Z
//	lines.go    makes line breaks outside quotes LF, or, for the canonical dialect,
//	rows.go     reads records (reading.go), malformed ones too; rowwrite.go writes them anew
//	compose.go  normal form C
//	writer.go   output, edits, notes
//
// Normalizing is idempotent, streams, takes time in proportion to the input and
// holds a bounded part of it.
package normalize

import (
	"fmt"
	"io"
)

// Kind says why bytes were changed, or what is noted of them.
type Kind string

// The kinds of edits.
const (
	Transcode  Kind = "transcode"      // characters in UTF-8 instead of the delivery's charset
	BOM        Kind = "bom"            // byte order mark removed
	Newline    Kind = "newline"        // CR, CRLF or CRCRLF outside quotes became LF; LF added at the end
	NUL        Kind = "nul"            // U+0000 removed
	CtrlZ      Kind = "ctrl-z"         // Ctrl-Z (the end-of-file mark of CP/M and DOS) at the end removed
	Surrogates Kind = "cesu-8"         // an encoded surrogate pair became one character
	Mojibake   Kind = "double-encoded" // a character that had been encoded twice
	Preamble   Kind = "preamble"       // lines above the table, taken off
	Footer     Kind = "footer"         // lines below the table, taken off
	Delimiter  Kind = "delimiter"      // another delimiter became a comma
	Quote      Kind = "quote"          // quotes removed, added or exchanged; the table is the same
	Escape     Kind = "escape"         // an escape character removed
	Space      Kind = "space"          // a blank after a delimiter removed (skipinitialspace)
	BlankLine  Kind = "blank-line"     // an empty line removed
	Repair     Kind = "repair"         // a malformed record read otherwise than csv.reader does
	Compose    Kind = "nfc"            // characters in normal form C

	// Undecodable is an edit and a note: U+FFFD for bytes without a meaning.
	Undecodable Kind = "undecodable"
)

// The kinds of notes: what is kept as it is and worth knowing.
const (
	QuotedNewline Kind = "quoted-newline" // a line break inside quotes
	Ragged        Kind = "ragged-row"     // a record with another number of cells than the table has
	Uncomposed    Kind = "uncomposed"     // text left out of normal form C
	LongRecord    Kind = "long-record"    // a record too long for the canonical dialect
)

// maxEdit bounds the Before of one edit: a longer run of changed characters is
// recorded as several adjoining edits.
const maxEdit = 4096

// Edit is one change. Edits do not overlap and come in the order of their offsets.
// Adjoining changed characters of one kind are one edit (up to 4096 bytes), but
// every line break and byte order mark is an edit of its own. Before is empty where something is added.
// Nobody is to write to Before and After.
type Edit struct {
	Kind          Kind
	Offset        int64 // of Before in the original
	Before, After []byte
}

// String shows the edit as commands print it.
func (e Edit) String() string {
	return fmt.Sprintf("byte 0x%x %s: %s -> %s", e.Offset, e.Kind, shown(e.Before), shown(e.After))
}

// Note is something that was kept: no edit, but listed.
type Note struct {
	Kind   Kind
	Offset int64  // of Bytes in the original
	Bytes  []byte // what is kept; of a record its first bytes
	Why    string // one clause
}

// String shows the note as commands print it.
func (n Note) String() string {
	return fmt.Sprintf("byte 0x%x %s: %s: %s", n.Offset, n.Kind, shown(n.Bytes), n.Why)
}

// maxShown bounds the bytes of an edit that String shows.
const maxShown = 32

// shown are bytes for people, the first ones and how many there are if they are many.
func shown(b []byte) string {
	if len(b) <= maxShown {
		return fmt.Sprintf("% x", b)
	}
	return fmt.Sprintf("% x ... (%d bytes)", b[:maxShown], len(b))
}

// Range is a part of an input in a charset of its own, from byte From up to To.
type Range struct {
	From, To int64
	Charset  string
	// Or is what those words are in that are not in Charset, which is then "utf-8"; ""
	// where all are.
	Or string
}

// Options say what is read and what is asked for beside the canonical bytes. The
// zero value is UTF-8 in the excel dialect, which is kept.
type Options struct {
	// Charset is a Python codec name, "" for utf-8. Ranges, in order and apart from
	// each other, are what is in another one.
	Charset string
	Ranges  []Range
	// Delimiter, Quotechar and Escapechar are the dialect's, by which line breaks
	// inside quotes are told from those that end a record. Zero means ',', '"'
	// and no escape character; NoQuotes means that nothing is quoted.
	Delimiter, Quotechar, Escapechar rune
	NoQuotes                         bool
	SkipInitialSpace                 bool
	// TableFrom and TableTo are where the table begins and ends in the input; what is
	// above and below is taken off. A TableTo of 0 means the end of the input.
	TableFrom, TableTo int64
	// Unfinished says that the last record, if it has no line end, may be one that was
	// cut: it gets none in the canonical dialect either.
	Unfinished bool
	// Canonical asks for one dialect: the bytes that csv.writer makes of the records
	// with lineterminator="\n" and nothing else set. Empty lines go, but stay in a table of
	// one column, where they may be rows.
	Canonical bool
	// Columns is how many cells the table's records have, 0 if that is not known.
	// With it, malformed records are read so that they have as many, and a stray
	// quote never takes in the records after its own.
	Columns int
	// QuoteAll says that all cells are quoted, or all that are no numbers, so that
	// one with a quote at one end only lacks the other.
	QuoteAll bool
	// Fits, if set, says whether a cell is of its column's kind (columns from 0).
	Fits func(column int, cell string) bool
	// NFC asks for normal form C; FixMojibake for the repair of characters that
	// were encoded as UTF-8 twice, by way of cp1252 or latin-1.
	NFC, FixMojibake bool
	// KeepGoing makes U+FFFD of bytes that do not decode, with a note, and leaves a
	// record as it is that is too long for the canonical dialect.
	KeepGoing bool
	// Record, if set, is called with each edit as it is made, and Normalize then
	// returns none: a file in UTF-16 has as many edits as it has bytes / 4096,
	// one with CRLF as many as it has lines.
	Record func(Edit) error
	// Note, if set, is called with each note.
	Note func(Note) error
}

// DecodeError reports bytes that the charset does not define.
type DecodeError struct {
	Charset string
	Offset  int64  // of Bytes in the input
	Bytes   []byte // the first undecodable ones
	Reason  string
	// Row and Column are the record and the cell of it, both from 1; 0 before Locate.
	Row, Column int64
}

// Error names the bytes, their offset and what is wrong with them.
func (e *DecodeError) Error() string {
	where := ""
	if e.Row > 0 {
		where = fmt.Sprintf(" (row %d, column %d)", e.Row, e.Column)
	}
	return fmt.Sprintf("decode %s: byte 0x%x: % x: %s%s", e.Charset, e.Offset, e.Bytes, e.Reason, where)
}

// Normalize reads src to its end, writes the normalized bytes to dst and returns
// the edits. On an error (a *DecodeError, a *RecordError, or what src, dst or Record returned)
// dst holds an incomplete text that must be discarded.
func Normalize(dst io.Writer, src io.Reader, o Options) ([]Edit, error) {
	o.complete()
	var edits []Edit
	if o.Record == nil {
		o.Record = func(e Edit) error { edits = append(edits, e); return nil }
	}
	s, err := newSource(o)
	if err != nil {
		return nil, err
	}
	w := newWriter(dst, o)
	defer w.release()
	if err := s.run(src, w, o.chain(w)); err != nil {
		return nil, err
	}
	return edits, nil
}

func (o *Options) complete() {
	if o.Charset == "" {
		o.Charset = "utf-8"
	}
	if o.Delimiter == 0 {
		o.Delimiter = ','
	}
	if o.Quotechar == 0 {
		o.Quotechar = '"'
	}
	if o.Note == nil {
		o.Note = func(Note) error { return nil }
	}
}

// chain joins the stages that the options ask for, the last of which is w.
func (o *Options) chain(w *writer) stage {
	next := stage(w)
	if o.NFC {
		next = newComposer(o, w, next)
	}
	if o.Canonical {
		next = newRows(o, w, next)
	} else {
		next = &lines{o: o, w: w, next: next}
	}
	next = &marks{next: next}
	if o.TableFrom > 0 || o.TableTo > 0 {
		next = &cut{o: o, next: next}
	}
	if o.FixMojibake {
		next = &undouble{next: next}
	}
	return next
}
