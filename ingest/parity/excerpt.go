package parity

import (
	"bytes"
	"fmt"
	"io"

	"github.com/feedparity/feedparity/ingest/diff"
)

// Shrinking a delivery of many megabytes costs a run of both paths over all of
// it for each candidate, and more where each of its rows diverges for another cause.
// The header and the rows around the finding mostly show it as well, and are found
// without holding the delivery in memory.
const (
	excerptNear = 2 << 10  // before and behind the finding, tried first
	excerptSide = 64 << 10 // the same, where those do not show it
	excerptHead = 64 << 10 // of this the first line is kept, if it ends there
	maxInput    = 64 << 20 // of an input that must be held whole
)

// start returns the bytes with which shrinking begins: the smallest excerpt that keeps
// the finding and is a half of the input at most, else all of it.
func start(in input, first diff.Divergence, keep func([]byte) bool) ([]byte, error) {
	at := max(first.Py2Offset, first.Py3Offset)
	for _, side := range [...]int64{excerptNear, excerptSide} {
		if at < 0 || in.size <= 4*side {
			break
		}
		part, err := excerpt(in, at, side)
		if err != nil {
			return nil, err
		}
		if keep(part) {
			return part, nil
		}
	}
	if in.size > maxInput {
		return nil, fmt.Errorf("%w: %d bytes are more than the %d that are held in memory, and the rows around the finding do not show it by themselves", ErrTooLarge, in.size, int64(maxInput))
	}
	return read(in, 0, in.size)
}

// excerpt cuts the first line and the lines up to side bytes around an offset out of the input.
// That it cuts where lines end is a help and no promise: whoever uses the
// excerpt looks at what it does.
func excerpt(in input, at, side int64) ([]byte, error) {
	from, to := max(at-side, 0), min(at+side, in.size)
	around, err := read(in, from, to)
	if err != nil {
		return nil, err
	}
	if n := int64(bytes.LastIndexByte(around, '\n') + 1); to < in.size && n > at-from {
		around = around[:n]
	}
	if from == 0 {
		return around, nil
	}
	head, err := read(in, 0, min(from, excerptHead))
	if err != nil {
		return nil, err
	}
	head = head[:bytes.IndexByte(head, '\n')+1]
	if n := int64(bytes.IndexByte(around, '\n') + 1); n <= at-from {
		around = around[n:]
	}
	return append(head, around...), nil
}

// read returns the bytes from one offset up to another, or to the end.
func read(in input, from, to int64) ([]byte, error) {
	data := make([]byte, min(to, in.size)-from)
	if _, err := io.ReadFull(io.NewSectionReader(in.data, from, int64(len(data))), data); err != nil {
		return nil, fmt.Errorf("read input: %w", err)
	}
	return data, nil
}
