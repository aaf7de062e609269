package pycodec

import "bytes"

// Decoder is codecs.getincrementaldecoder(name)(errors), which io.TextIOWrapper,
// io.open and codecs.iterdecode use. It is not safe for concurrent use.
type Decoder struct {
	stream  Stream
	pending []byte // bytes of an incomplete sequence
	joined  []byte // pending and the chunk after it
}

// NewDecoder returns an incremental decoder at the start of a stream. The name of
// the error handler is not checked: Python does so when it needs it.
func (c *Codec) NewDecoder(errors string) *Decoder {
	return &Decoder{stream: Stream{codec: c, errors: errors}}
}

// Decode appends to dst the text of the next chunk, decoder.decode(src, final).
// Positions in the error count from the first pending byte. After an error dst is
// returned as it was, the chunk is lost and what was pending before it stays, as
// in codecs.BufferedIncrementalDecoder.
func (d *Decoder) Decode(dst, src []byte, final bool) ([]byte, *Error) {
	data := src
	if len(d.pending) > 0 {
		d.joined = append(append(d.joined[:0], d.pending...), src...)
		data = d.joined
	}
	out, used, err := d.stream.step(dst, data, final)
	if err != nil {
		return dst, err
	}
	d.pending = append(d.pending[:0], data[used:]...)
	return out, nil
}

// Pending returns the bytes that wait for more, decoder.getstate()[0]. They are
// valid until the following call.
func (d *Decoder) Pending() []byte { return d.pending }

// Reset returns the decoder to the start of a stream, as decoder.reset() does.
func (d *Decoder) Reset() {
	d.pending = d.pending[:0]
	d.stream.begun, d.stream.kernel = false, nil
}

// Stream is the decode method of codecs.getreader(name): what is incomplete at the
// end is left to the caller, and a reader at the end of its file drops it. It is
// not safe for concurrent use.
type Stream struct {
	codec  *Codec
	errors string
	begun  bool   // a signature codec is past the place of its BOM
	kernel kernel // of a byte-order codec, once its BOM was seen
}

// NewStream returns a stream reader's decoder at the start of a stream.
func (c *Codec) NewStream(errors string) *Stream {
	return &Stream{codec: c, errors: errors}
}

// Decode appends to dst the text of src up to an incomplete sequence at its end,
// and returns how many bytes it used: reader.decode(src, errors).
func (s *Stream) Decode(dst, src []byte) (out []byte, used int, err *Error) {
	return s.step(dst, src, false)
}

// step is decode of the stream readers and _buffer_decode of the incremental
// decoders, which differ in nothing but final.
func (s *Stream) step(dst, src []byte, final bool) ([]byte, int, *Error) {
	c := s.codec
	switch {
	case c.shape == signature && !s.begun:
		return s.stepSignature(dst, src, final)
	case c.shape == byteOrder && s.kernel == nil:
		return s.stepByteOrder(dst, src, final)
	case c.shape == byteOrder:
		return c.drive(s.kernel, dst, src, 0, final, s.errors)
	}
	return c.drive(c.kernel, dst, src, 0, final, s.errors)
}

// stepSignature mirrors encodings/utf_8_sig.py. A part of a BOM waits for more even
// if there is none: a file of just EF BB reads as empty. Positions in errors count
// from after the BOM.
func (s *Stream) stepSignature(dst, src []byte, final bool) ([]byte, int, *Error) {
	if len(src) < len(utf8BOM) && bytes.HasPrefix(utf8BOM, src) {
		return dst, 0, nil
	}
	s.begun = true
	rest := trimSignature(src)
	out, used, err := s.codec.drive(s.codec.kernel, dst, rest, 0, final, s.errors)
	return out, used + len(src) - len(rest), err
}

// stepByteOrder mirrors encodings/utf_16.py and utf_32.py: text without a mark
// decodes first, in native order, and is then refused.
func (s *Stream) stepByteOrder(dst, src []byte, final bool) ([]byte, int, *Error) {
	m := s.codec.marked
	k, mark := m.byBOM(src)
	out, used, err := s.codec.drive(k, dst, src, mark, final, s.errors)
	switch {
	case err != nil:
		return dst, 0, err
	case mark > 0:
		s.kernel = k
	case used >= len(m.littleBOM):
		return dst, 0, m.noBOM(s.codec.rules, src)
	}
	return out, used, nil
}
