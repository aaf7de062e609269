package pytext

import (
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/pycodec"
)

// multibyteLines is what codecs.open and codecs.getreader give for the codecs of
// East Asia, MultibyteStreamReader of Modules/cjkcodecs/multibytecodec.c. Unlike
// the readers written in Python it takes one LF line of bytes at a time and
// complains of what is incomplete at its end, where the file ends, say. A line of
// which nothing comes out ends the iteration as the end of the file does, but who
// asks again, as csv.reader does within an open quote, gets the lines behind it.
type multibyteLines struct {
	lines   byteLines
	decoder *pycodec.Decoder
	encode  bool // the recode idiom

	buf, utf8 []byte
	done      bool
	fault     *ingest.Fault
}

func newMultibyteLines(f *file, d *pycodec.Decoder, encode bool) *multibyteLines {
	return &multibyteLines{lines: byteLines{file: f}, decoder: d, encode: encode}
}

// next decodes one more line. At the end of the file that is an empty one: a
// handler may have left bytes pending.
func (m *multibyteLines) next() ([]byte, int64, bool) {
	if m.done {
		return nil, 0, false
	}
	line, _, _ := m.lines.next()
	if m.lines.file.err != nil {
		return nil, 0, false
	}
	out, err := m.decoder.Decode(m.buf[:0], line, true)
	if err != nil {
		m.fault = err.Fault()
	}
	// A generator, which recode has around the reader, ends for good.
	m.buf, m.done = out, err != nil || m.encode && len(out) == 0
	if m.done || len(out) == 0 {
		return nil, 0, false
	}
	if m.encode {
		m.utf8 = joinPairs(m.utf8[:0], out)
		out = m.utf8
	}
	return out, -1, true
}

func (m *multibyteLines) raised() *ingest.Fault { return m.fault }

// resumes reports whether asking again may give another line.
func (m *multibyteLines) resumes() bool { return !m.done }
