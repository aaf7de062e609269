package pytext

import "bytes"

// A cutter holds what has been read, or decoded, and not yielded, and finds the
// lines in it. Universal lines end at LF, CR or CRLF, others at LF.
type cutter struct {
	universal bool
	translate bool // ends become LF

	buf     []byte
	start   int // of the next line
	scanned int // no line end between start and here

	// The next such byte at or after start; len(buf) if there is none, -1 or less
	// than start if unknown. Each is looked for once for many lines.
	lf, cr, nul int
}

// restart begins again, with nothing read yet.
func (c *cutter) restart() {
	c.buf, c.start, c.scanned, c.lf, c.cr, c.nul = c.buf[:0], 0, 0, 0, 0, 0
}

// cut returns the next complete line and the part of buf that it was before
// translation, of which only the width of each character still holds. A CR at the
// very end of buf is no end yet unless final, since an LF may follow. The last
// line, without an end, comes when final. The line is valid until more is added.
func (c *cutter) cut(final bool) (line []byte, source []byte, ok bool) {
	if c.start == len(c.buf) {
		return nil, nil, false
	}
	end, width := c.find(final)
	if end < 0 {
		if !final || c.start == len(c.buf) {
			return nil, nil, false
		}
		end, width = len(c.buf), 0
	}
	source = c.buf[c.start:end]
	line = source
	if c.translate && width > 0 {
		c.buf[end-width] = '\n'
		line = c.buf[c.start : end-width+1]
	}
	c.start, c.scanned = end, end
	return line, source, true
}

// cutQuickly returns the next line if it is an ordinary one that ends in LF, and
// changes nothing otherwise.
func (c *cutter) cutQuickly() (line []byte, ok bool) {
	if c.scanned != c.start {
		return nil, false
	}
	n := bytes.IndexByte(c.buf[c.start:], '\n')
	if n < 0 {
		return nil, false
	}
	end := c.start + n
	if c.nul < c.start {
		c.nul = c.next(0, c.start)
	}
	if c.cr < c.start {
		c.cr = c.next('\r', c.start)
	}
	if c.nul < end || c.cr < end && (c.translate || c.cr < end-1) {
		return nil, false
	}
	line = c.buf[c.start : end+1]
	c.start, c.scanned, c.lf = end+1, end+1, end
	return line, true
}

// ordinary returns the next lines that cutQuickly would return, up to about max bytes
// of them. Where nothing follows buf, a last line without an end is given an LF behind it,
// which is no part of buf.
func (c *cutter) ordinary(max int, final bool) []byte {
	if c.scanned != c.start || c.start == len(c.buf) {
		return nil
	}
	if c.nul < c.start {
		c.nul = c.next(0, c.start)
	}
	if c.cr < c.start {
		c.cr = c.next('\r', c.start)
	}
	end := min(c.start+max, c.nul)
	if c.cr < end {
		end = c.beforeLoneCR(end)
	}
	if final && end == len(c.buf) && c.buf[end-1] != '\n' {
		c.buf = append(c.buf, '\n')[:end]
		return c.buf[c.start : end+1]
	}
	return c.buf[c.start : c.start+bytes.LastIndexByte(c.buf[c.start:end], '\n')+1]
}

// beforeLoneCR returns the index of the first CR below end that is no part of a CRLF,
// or whatever translates it, end if there is none.
func (c *cutter) beforeLoneCR(end int) int {
	for cr := c.cr; ; {
		if c.translate || cr+1 >= end || c.buf[cr+1] != '\n' {
			return cr
		}
		n := bytes.IndexByte(c.buf[cr+1:end], '\r')
		if n < 0 {
			return end
		}
		cr += 1 + n
	}
}

// take moves on behind n bytes of lines that ordinary returned, and returns those of buf.
func (c *cutter) take(n int) []byte {
	lines := c.buf[c.start:min(c.start+n, len(c.buf))]
	c.start += len(lines)
	c.scanned, c.lf = c.start, c.start-1
	return lines
}

// wants reports whether no line is at hand, whatever ends it.
func (c *cutter) wants() bool {
	return c.start == len(c.buf) || c.scanned == c.start && c.cr == len(c.buf) && bytes.IndexByte(c.buf[c.start:], '\n') < 0
}

// next returns the index of the next such byte from there on, len(buf) if there is
// none.
func (c *cutter) next(b byte, from int) int {
	if i := bytes.IndexByte(c.buf[from:], b); i >= 0 {
		return from + i
	}
	return len(c.buf)
}

// find returns the index after the next line end and that end's length, or -1.
func (c *cutter) find(final bool) (end, width int) {
	if c.lf < c.scanned {
		c.lf = c.next('\n', c.scanned)
	}
	if c.universal {
		if c.cr < c.scanned {
			c.cr = c.next('\r', c.scanned)
		}
		if c.cr < c.lf {
			return c.atCR(c.cr, final)
		}
	}
	if c.lf == len(c.buf) {
		c.scanned = len(c.buf)
		return -1, 0
	}
	return c.lf + 1, 1
}

func (c *cutter) atCR(cr int, final bool) (end, width int) {
	switch {
	case cr+1 == len(c.buf) && !final:
		c.scanned = cr
		return -1, 0
	case cr+1 == c.lf && c.lf < len(c.buf):
		return cr + 2, 2
	}
	return cr + 1, 1
}

// room moves what is left to the front of buf, so that the caller may append.
func (c *cutter) room() {
	if c.start > 0 {
		n := copy(c.buf, c.buf[c.start:])
		c.buf = c.buf[:n]
		c.scanned -= c.start
		c.start = 0
	}
	c.lf, c.cr, c.nul = -1, -1, -1
}
