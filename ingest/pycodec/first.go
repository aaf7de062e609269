package pycodec

// Characters reports whether the codec is a multi-byte one of East Asia in which
// every character has bytes of its own, whatever stands before it, so that First
// can be asked.
func (c *Codec) Characters() bool {
	_, ok := c.kernel.(*multibyteKernel)
	return ok
}

// First appends to dst the text of the first character of p, which is not empty,
// and returns its length. A reason says what is wrong with n bytes: with n beyond
// the end of p the sequence is incomplete and might be right if more came.
func (c *Codec) First(dst, p []byte) (text []byte, n int, reason string) {
	k := c.kernel.(*multibyteKernel)
	e, n := k.single[p[0]], 1
	if e == 0 {
		e, n = k.sequence(p, 0)
	}
	switch {
	case n > len(p) && e != invalid:
		return dst, n, incomplete
	case e <= withdrawn:
		return dst, k.malformed(0, n, e).end, illegal
	}
	return appendEntry(dst, e), n, ""
}

// Common appends to dst the text of the characters at the start of p that need no
// care, ASCII and most of two bytes, and returns how many bytes they are. Any other
// that follows is First's.
func (c *Codec) Common(dst, p []byte) (text []byte, n int) {
	return c.kernel.(*multibyteKernel).plain(dst, p)
}
