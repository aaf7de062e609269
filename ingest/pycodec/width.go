package pycodec

// SingleByte reports whether every byte of the codec's input is one character of
// its text, so that positions in the one are positions in the other.
func (c *Codec) SingleByte() bool {
	switch c.kernel.(type) {
	case tableKernel, asciiKernel:
		return true
	}
	return false
}

// Multibyte reports whether the codec is one of those of East Asia, which bring
// their own incremental decoder and stream reader, MultibyteStreamReader.
func (c *Codec) Multibyte() bool { return c.shape == eastern }
