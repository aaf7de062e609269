package pytext

import (
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/pycodec"
)

// decodedLines is codecs.iterdecode over a file in mode 'rb': each LF line of
// bytes is decoded on its own by one incremental decoder, what is incomplete goes
// to the next, and lines of which nothing came out are passed over.
type decodedLines struct {
	lines   byteLines
	decoder *pycodec.Decoder
	place   place
	buf     []byte
	final   bool
	fault   *ingest.Fault
}

func (d *decodedLines) next() ([]byte, int64, bool) {
	for !d.final && d.fault == nil {
		line, _, ok := d.lines.next()
		if d.lines.file.err != nil {
			return nil, 0, false
		}
		d.final = !ok
		out, err := d.decoder.Decode(d.buf[:0], line, d.final)
		if err != nil {
			d.fault = err.Fault()
			return nil, 0, false
		}
		if d.buf = out; len(out) > 0 {
			return out, d.place.next(out), true
		}
	}
	return nil, 0, false
}

func (d *decodedLines) raised() *ingest.Fault { return d.fault }
