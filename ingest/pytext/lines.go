package pytext

import "github.com/feedparity/feedparity/ingest"

// byteChunk is only a matter of speed: nothing is raised while bytes are read.
const byteChunk = 1 << 16

// byteLines is file.next of Python 2.7 in modes 'rb' and 'rU', and the raw lines
// under iterdecode. Universal newlines are translated by Py_UniversalNewlineFread
// there, a lone CR at the end of the file included.
type byteLines struct {
	cutter
	file  *file
	place place
}

func (b *byteLines) next() ([]byte, int64, bool) {
	for {
		final := b.file.atEnd()
		if line, source, ok := b.cut(final); ok {
			return line, b.place.next(source), true
		}
		if final {
			return nil, 0, false
		}
		b.readOn()
	}
}

// readOn implements reads.
func (b *byteLines) readOn() bool {
	b.room()
	b.buf = fill(b.buf, b.file)
	return b.file.err == nil
}

func (b *byteLines) over() bool { return b.file.at >= b.file.size }

// fill appends a chunk of the file.
func fill(buf []byte, f *file) []byte {
	n, chunk := len(buf), int(min(byteChunk, f.size-f.at))
	if cap(buf)-n < chunk {
		buf = append(make([]byte, 0, 2*cap(buf)+chunk), buf...)
	}
	return buf[:n+f.read(buf[n:n+chunk])]
}

func (b *byteLines) raised() *ingest.Fault { return nil }

func (b *byteLines) restart() {} // the cutter and the place are all it has
