// Package pytext is the layer of CPython between a file and csv.reader: what the
// iterator of each open mode yields, line by line, and the exception it raises,
// with the buffering that decides how many lines come before it.
//
//	bytes           file.next of 2.7 on 'rb'         lines.go
//	universal       the same on 'rU'                 lines.go
//	                of 3.6 to 3.10                   text.go
//	text, io-open   TextIOWrapper over chunks        text.go
//	codecs-open     codecs.StreamReader.readline     stream.go
//	                MultibyteStreamReader.readline   multibyte.go
//	iterdecode      codecs.iterdecode over LF lines  iterdecode.go
//	splitlines      the whole file at once           whole.go
//
// Memory is bounded by the longest line, except for splitlines and stringio, which
// hold the file as Python does.
//
// Advice for hackers: a file mode never looks at more bytes than Python has read
// at that moment. Which lines come out before an exception, and the position that
// it names, follow from the size of the chunks and from nothing else.
package pytext

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"unsafe"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/pycodec"
)

// ErrNotModelled is wrapped by Open for a mode that has no model with the codec
// given. What pycodec cannot model comes as pycodec.ErrNotModelled.
var ErrNotModelled = errors.New("not modelled")

// Lines is the iterator of one open mode over one file. It is not safe for
// concurrent use.
type Lines struct {
	kind   ingest.Kind
	src    source
	file   *file
	fault  *ingest.Fault
	offset int64
	cutter *cutter // what cuts the items, and where they are; nil in modes that cut otherwise
	place  *place
	native bool    // there is a cutter, and the items are native strings
	reads  reads   // src where it is native
	whole  *[]byte // what splitlines split; nil in all other modes
	done   bool
}

// A source yields the items of a mode.
type source interface {
	// next returns the next item in memory that the following call may
	// overwrite, and the byte of the file it begins at (-1: unknown).
	next() (item []byte, offset int64, ok bool)
	// raised returns the exception that ended the items, nil if none did.
	raised() *ingest.Fault
}

// Open opens a file of size bytes as the settings' mode does. The fault is what
// Python raises before there is an iterator: an unknown codec and, for splitlines
// and stringio, whatever decoding the file raises. The error is our own failure, or
// wraps ErrNotModelled, pycodec.ErrNotModelled or, where Python lets a codec be that is
// none for text, pycodec.ErrNotText.
//
// Modes whose cells are decoded after csv.reader (bytes-decode, recode, universal and
// splitlines of Python 2) yield Bytes, and all but recode leave the codec
// alone.
func Open(in io.ReaderAt, size int64, s ingest.Settings) (*Lines, *ingest.Fault, error) {
	l := &Lines{kind: ingest.KindText, file: &file{in: in, size: size}, offset: -1}
	fault, err := l.open(s)
	if err == nil {
		err = l.file.err
	}
	if err != nil {
		return nil, nil, fmt.Errorf("open mode %q: %w", s.Open, err)
	}
	if fault != nil {
		return nil, fault, nil
	}
	l.native = l.cutter != nil && (l.kind == ingest.KindBytes) == (s.Python.Path() == ingest.Py2)
	if l.native {
		l.reads = l.src.(reads)
	}
	return l, nil, nil
}

func (l *Lines) open(s ingest.Settings) (*ingest.Fault, error) {
	if s.Open == ingest.OpenUniversal && s.Python.Path() == ingest.Py3 {
		return l.openUniversal(s)
	}
	switch s.Open {
	case ingest.OpenBytes, ingest.OpenBytesDecode, ingest.OpenUniversal:
		l.kind = ingest.KindBytes
		universal := s.Open == ingest.OpenUniversal
		b := &byteLines{file: l.file, place: bytePlace(), cutter: cutter{universal: universal, translate: universal}}
		l.src, l.cutter, l.place = b, &b.cutter, &b.place
		return nil, nil
	case ingest.OpenSplitlines:
		if s.Python.Path() == ingest.Py2 {
			l.kind = ingest.KindBytes
			whole := l.file.readAll()
			l.whole = &whole
			l.src = &wholeLines{rest: whole, cut: cutBytes, width: byteWidth}
			return nil, nil
		}
		return l.openWhole(s, cutText)
	case ingest.OpenStringIO:
		return l.openWhole(s, cutLF)
	}
	return l.openDecoding(s)
}

// openUniversal is open(path, 'rU') of 3.x: text whose newlines are translated, until
// 3.11 took the letter away. It then refuses the mode before it looks at the file or for
// the codec, but not before its arguments are parsed, which hold no NUL.
func (l *Lines) openUniversal(s ingest.Settings) (*ingest.Fault, error) {
	if !s.Python.AtLeast(3, 11) {
		return l.openDecoding(s)
	}
	if strings.IndexByte(s.Codec, 0) >= 0 || strings.IndexByte(s.Errors, 0) >= 0 {
		return ingest.Faultf("ValueError", "embedded null character"), nil
	}
	return ingest.Faultf("ValueError", "invalid mode: 'rU'"), nil
}

// asks tells which function a mode that decodes gives the codec's name to.
func asks(mode ingest.OpenMode) pycodec.Use {
	switch mode {
	case ingest.OpenCodecs, ingest.OpenRecode, ingest.OpenIterdecode:
		return pycodec.ByLookup
	case ingest.OpenSplitlines, ingest.OpenStringIO:
		return pycodec.ByDecode
	}
	return pycodec.ByOpen
}

// openDecoding opens the modes that decode as they read.
func (l *Lines) openDecoding(s ingest.Settings) (*ingest.Fault, error) {
	c, fault, err := pycodec.LookupBy(asks(s.Open), s.Python, s.Codec)
	if fault != nil && s.Open == ingest.OpenIterdecode { // a generator: it looks for the codec when it is asked for a line
		l.src = &decodedLines{fault: fault}
		return nil, nil
	}
	if fault != nil || err != nil {
		return fault, err
	}
	place := placeOf(c, s.Errors, l.file)
	switch s.Open {
	case ingest.OpenText, ingest.OpenTextUniversal, ingest.OpenUniversal, ingest.OpenLocale, ingest.OpenIO:
		t := newTextLines(l.file, c.NewDecoder(s.Errors), place, s.Open)
		l.src, l.cutter, l.place = t, &t.cutter, &t.place
	case ingest.OpenIterdecode:
		l.src = &decodedLines{lines: byteLines{file: l.file, place: bytePlace()}, decoder: c.NewDecoder(s.Errors), place: place}
	case ingest.OpenCodecs, ingest.OpenRecode:
		recode := s.Open == ingest.OpenRecode
		if recode {
			l.kind = ingest.KindBytes
		}
		l.src = newStreamLines(l.file, c.NewStream(s.Errors), place, recode, s.Python == ingest.Python27)
		if c.Multibyte() {
			l.src = newMultibyteLines(l.file, c.NewDecoder(s.Errors), recode)
		}
	default:
		return nil, ErrNotModelled
	}
	return nil, nil
}

// openWhole opens the modes that begin with open(p, 'rb').read().decode(codec,
// errors). An empty file is not decoded at all: no codec is looked for
// (PyUnicode_FromEncodedObject), though its name is parsed before.
func (l *Lines) openWhole(s ingest.Settings, cut func([]byte) (int, int)) (*ingest.Fault, error) {
	c, fault, err := pycodec.LookupBy(asks(s.Open), s.Python, s.Codec)
	if err != nil {
		return nil, err
	}
	var p place
	if c != nil {
		p = placeOf(c, s.Errors, l.file)
	}
	var text []byte
	data := l.file.readAll()
	if fault != nil && (len(data) > 0 || strings.IndexByte(s.Codec, 0) >= 0) {
		return fault, nil
	}
	if len(data) > 0 {
		var raised *pycodec.Error
		if text, raised = c.Decode(nil, data, s.Errors); raised != nil {
			return raised.Fault(), nil
		}
	}
	if s.Open == ingest.OpenSplitlines {
		l.whole = &text
	}
	l.src = &wholeLines{rest: text, cut: cut, width: p.width, at: p.start}
	return nil, nil
}

// Next returns the next item, Bytes or Text. Its Str may be overwritten by the
// following Next: Clone what must be kept. Once false it stays
// false, but for MultibyteStreamReader (see multibyteLines).
func (l *Lines) Next() (ingest.Value, bool) {
	if l.done {
		return ingest.None, false
	}
	item, offset, ok := l.src.next()
	if !ok || l.file.err != nil {
		m, can := l.src.(*multibyteLines)
		l.done = !can || !m.resumes() || l.file.err != nil
		l.offset = -1
		if l.file.err == nil {
			l.fault = l.src.raised()
		}
		return ingest.None, false
	}
	l.offset = offset
	return ingest.Value{Kind: l.kind, Str: unsafe.String(unsafe.SliceData(item), len(item))}, true
}

// QuickLine is Next and Offset in one if the next item is an ordinary line that is
// at hand: a native string without NUL that ends in LF or CRLF and holds no other
// newline. If it is not, QuickLine answers false and has done nothing. It leaves all
// items as they are, as its line then is, until Next is called.
func (l *Lines) QuickLine() (line string, offset int64, ok bool) {
	if !l.native || l.done {
		return "", -1, false
	}
	item, ok := l.cutter.cutQuickly()
	if !ok {
		return "", -1, false
	}
	l.offset = l.place.next(item)
	return unsafe.String(unsafe.SliceData(item), len(item)), l.offset, true
}

// QuickLines returns all that QuickLine would, one line after the other, up to about
// max bytes of them, with the offset of the first and what tells the bytes that made a
// part of the text (nil: unknown). A last line without an end has an LF in the text. It
// reads on if no line is at hand, so that no item may be used after it, and takes none:
// Took does. "" says nothing.
func (l *Lines) QuickLines(max int) (text string, offset int64, width func([]byte) int64) {
	if !l.native || l.done {
		return "", -1, nil
	}
	lines := l.cutter.ordinary(max, l.reads.over())
	if len(lines) == 0 && l.cutter.wants() && l.reads.readOn() {
		lines = l.cutter.ordinary(max, l.reads.over())
	}
	if len(lines) == 0 {
		return "", -1, nil
	}
	return unsafe.String(unsafe.SliceData(lines), len(lines)), l.place.start + l.place.at, l.place.width
}

// Took goes on behind the first n bytes, which end with a line, of what QuickLines
// returned last.
func (l *Lines) Took(n int) { l.place.next(l.cutter.take(n)) }

// Over reports whether the lines are known to have ended without an exception.
func (l *Lines) Over() bool {
	return l.native && l.cutter.start == len(l.cutter.buf) && l.reads.over()
}

// reads is a source with a cutter that can be told to read on before it would: when
// no line is left.
type reads interface {
	readOn() bool
	// over reports whether it is known that nothing follows what is in the cutter.
	over() bool
}

// Fault returns the exception the iterator raised, nil if it was exhausted or has
// not ended yet.
func (l *Lines) Fault() *ingest.Fault { return l.fault }

// Err returns our own failure to read the file. Nothing may then be said about
// what Python would have done.
func (l *Lines) Err() error { return l.file.err }

// Offset returns the byte of the file at which the last item begins, -1 where it
// cannot be known: before the first item, and for codecs or error handlers where
// text does not tell how many bytes it came from.
func (l *Lines) Offset() int64 { return l.offset }

// A restarter is a source that can begin again on another file. What it has of its
// own besides file and cutter is made what it was at first.
type restarter interface {
	restart()
}

// Reset begins again on another file, in the memory that l has, as Open with the
// same Settings would. It answers false, and has done nothing, in the modes that
// look at the file before the first item is asked for. No item may be used after it.
func (l *Lines) Reset(in io.ReaderAt, size int64) bool {
	src, ok := l.src.(restarter)
	if !ok || l.place.marked {
		return false
	}
	l.file.restart(in, size)
	l.cutter.restart()
	l.place.at = 0
	src.restart()
	l.fault, l.done, l.offset = nil, false, -1
	return true
}

// mostKept bounds the memory that waits for another file: that of an endless line is
// not worth keeping.
const mostKept = 1 << 18

// Release ends the lines, lets go of the file and keeps no more memory than another
// one may need: neither l nor an item may be used after it but for Reset.
func (l *Lines) Release() {
	l.done = true
	l.file.in = nil
	if l.cutter != nil && cap(l.file.room)+cap(l.cutter.buf) > mostKept {
		l.file.room, l.file.ahead, l.cutter.buf = nil, nil, nil
	}
}

// Whole returns the value of which splitlines made the items, as csv.Sniffer is
// given it; false in all other modes. It is valid as long as l is.
func (l *Lines) Whole() (ingest.Value, bool) {
	if l.whole == nil {
		return ingest.None, false
	}
	return ingest.Value{Kind: l.kind, Str: unsafe.String(unsafe.SliceData(*l.whole), len(*l.whole))}, true
}
