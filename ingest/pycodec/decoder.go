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
	d := &Decoder{stream: Stream{codec: c, errors: errors}}
	if c.shape == eastern {
		d.stream.kernel = c.start()
	}
	return d
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
	c := d.stream.codec
	if c.shape == buffered && c.plain != nil {
		if out, n := c.plain.plain(dst, data); n == len(data) {
			d.pending = d.pending[:0]
			return out, nil
		}
	}
	if c.shape == eastern {
		return d.decodeEastern(dst, data, final)
	}
	out, used, err := d.stream.step(dst, data, final)
	if err != nil {
		return dst, err
	}
	d.pending = append(d.pending[:0], data[used:]...)
	return out, nil
}

// Pending returns the bytes that wait for more, decoder.getstate()[0] (which the
// East Asian codecs have since 3.8). They are valid until the following call.
func (d *Decoder) Pending() []byte { return d.pending }

// Done reports whether it is known that the end of the input, which is decoded as an
// empty chunk, neither adds to the text nor raises anything.
func (d *Decoder) Done() bool {
	c := d.stream.codec
	return len(d.pending) == 0 && (c.shape == buffered && c.plain != nil || c.SingleByte())
}

// Reset returns the decoder to the start of a stream, as decoder.reset() does.
func (d *Decoder) Reset() {
	d.pending = d.pending[:0]
	d.stream.begun = false
	switch k, stateful := d.stream.kernel.(statefulKernel); {
	case stateful:
		k.reset()
	case d.stream.codec.shape == byteOrder:
		d.stream.kernel = nil
	}
}

// maxPending is MAXDECPENDING of Modules/cjkcodecs/multibytecodec.h.
const maxPending = 8

// decodeEastern mirrors decode of MultibyteIncrementalDecoder
// (Modules/cjkcodecs/multibytecodec.c), of which the reader of codecs.open does
// the same. An error forgets what was pending, unless it is of what is incomplete
// at the end; the handler is asked about that only once, so that what it leaves
// stays pending even then.
func (d *Decoder) decodeEastern(dst, data []byte, final bool) ([]byte, *Error) {
	c := d.stream.codec
	out, used, err := c.drive(d.stream.kernel, dst, data, 0, false, d.stream.errors)
	if err != nil {
		d.pending = d.pending[:0]
		return dst, err
	}
	if final && used < len(data) {
		bad := malformed{used, len(data), incomplete, c.Name()}
		if out, used, err = c.handle(out, data, bad, d.stream.errors); err != nil {
			return dst, err
		}
	}
	rest := data[min(used, len(data)):] // 2.7 may skip more than there is
	d.pending = d.pending[:0]
	if len(rest) > maxPending {
		return dst, c.overflow(data)
	}
	d.pending = append(d.pending, rest...)
	return out, nil
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
	if s.codec.shape == whole {
		out, err = s.codec.whole.decode(dst, src, s.errors)
		return out, len(src), err
	}
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
	case c.shape == eastern: // the decode method keeps nothing
		out, _, err := c.drive(c.start(), dst, src, 0, true, s.errors)
		return out, len(src), err
	}
	if c.shape == whole {
		return c.whole.feed(dst, src, s.errors, final)
	}
	return c.drive(c.kernel, dst, src, 0, final || c.shape == stateless, s.errors)
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

// overflow is what is raised for more bytes pending than there is room for, which
// an escape sequence of ISO 2022 can be.
func (c *Codec) overflow(data []byte) *Error {
	const reason = "pending buffer overflow"
	if c.rules.bomDecodeError {
		return decodeError(data, malformed{0, len(data), reason, c.Name()})
	}
	return &Error{Type: unicodeError, Reason: reason}
}
