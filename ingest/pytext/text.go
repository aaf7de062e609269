package pytext

import (
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/pycodec"
)

const (
	// textChunk is TextIOWrapper's chunk_size, the same in all modelled versions:
	// a regular file's read1 returns that much until its end.
	textChunk = 8192
	// ioOpenChunk is what io.open of 2.7 decodes at once: there read1 returns at
	// most what BufferedReader holds, which is st_blksize. Measured where that is
	// 4096, as on ext4, xfs and tmpfs.
	ioOpenChunk = 4096
)

// textLines is TextIOWrapper's iteration (_textiowrapper_readline and
// textiowrapper_read_chunk in Modules/_io/textio.c) with its
// IncrementalNewlineDecoder. A chunk is decoded only when no complete line is
// left, and whole: what it raises comes after all lines before the chunk, and the
// line that reaches into it is lost. Newlines are translated as lines are cut
// rather than as chunks are decoded, which comes to the same.
type textLines struct {
	cutter
	file    *file
	decoder *pycodec.Decoder
	place   place
	chunk   int // bytes decoded at once
	final   bool
	fault   *ingest.Fault
}

func newTextLines(f *file, d *pycodec.Decoder, p place, mode ingest.OpenMode) *textLines {
	translate := mode != ingest.OpenText && mode != ingest.OpenIO
	size := textChunk
	if mode == ingest.OpenIO {
		size = ioOpenChunk
	}
	return &textLines{
		file: f, decoder: d, place: p, chunk: size,
		cutter: cutter{universal: true, translate: translate},
	}
}

func (t *textLines) next() ([]byte, int64, bool) {
	for {
		if line, source, ok := t.cut(t.final); ok {
			return line, t.place.next(source), true
		}
		if t.final || !t.readChunk() {
			return nil, 0, false
		}
	}
}

// readChunk decodes the next chunk; at the end of the file an empty one, which
// lets the decoder complain of what is incomplete, and again as long as text comes
// out: those of East Asian codecs ask a handler only once at a time. Where it is known
// that nothing comes of it, that is not done.
func (t *textLines) readChunk() bool {
	t.room()
	chunk := t.file.readAhead(t.chunk)
	if t.file.err != nil {
		return false
	}
	out, err := t.decoder.Decode(t.buf, chunk, len(chunk) == 0)
	if err != nil {
		t.fault, t.final, t.buf = err.Fault(), true, t.buf[:0]
		t.scanned = 0
		return false
	}
	t.final = len(chunk) == 0 && len(out) == len(t.buf) || t.file.over() && t.decoder.Done()
	t.buf = out
	return true
}

// readOn implements reads. It reads no chunk before next would.
func (t *textLines) readOn() bool { return !t.final && t.readChunk() }

func (t *textLines) over() bool { return t.final && t.fault == nil }

func (t *textLines) raised() *ingest.Fault { return t.fault }

func (t *textLines) restart() {
	t.decoder.Reset()
	t.final, t.fault = false, nil
}
