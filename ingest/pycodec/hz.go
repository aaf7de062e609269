package pycodec

import "sync"

// A statefulKernel is one that carries more from chunk to chunk than the bytes of
// an incomplete sequence. The one in a Codec is never run.
type statefulKernel interface {
	kernel
	// begin returns a kernel at the start of a text.
	begin() statefulKernel
	// reset does what the codec's decreset function does.
	reset()
}

// start returns the kernel for a new text.
func (c *Codec) start() kernel {
	if s, ok := c.kernel.(statefulKernel); ok {
		return s.begin()
	}
	return c.kernel
}

// hzKernel mirrors DECODER(hz) of Modules/cjkcodecs/_codecs_cn.c.
type hzKernel struct {
	plane *plane
	whole bool // 2.7: both bytes of a malformed sequence are in error
	gb    bool // after ~{
}

func (k *hzKernel) begin() statefulKernel { return &hzKernel{plane: k.plane, whole: k.whole} }

func (k *hzKernel) reset() { k.gb = false }

func (k *hzKernel) run(dst, src []byte, at int, final bool) ([]byte, int, malformed) {
	for at < len(src) {
		c := src[at]
		switch {
		case c >= 0x80:
			return dst, at, malformed{at, at + 1, illegal, "hz"}
		case c != '~' && !k.gb:
			dst, at = append(dst, c), at+1
			continue
		case at+2 > len(src) && !final:
			return dst, at, malformed{}
		case at+2 > len(src):
			return dst, at, malformed{at, len(src), incomplete, "hz"}
		case c == '~':
			out, ok := k.escape(dst, src[at+1])
			if !ok {
				return dst, at, k.malformed(at)
			}
			dst = out
		default:
			e := k.plane.lookup(c, src[at+1]|0x80)
			if e == 0 || src[at+1] >= 0x80 {
				return dst, at, k.malformed(at)
			}
			dst = appendEntry(dst, e)
		}
		at += 2
	}
	return dst, at, malformed{}
}

// escape acts on the byte after a tilde.
func (k *hzKernel) escape(dst []byte, c byte) ([]byte, bool) {
	switch {
	case c == '~' && !k.gb:
		return append(dst, '~'), true
	case c == '{' && !k.gb, c == '}' && k.gb:
		k.gb = !k.gb
		return dst, true
	}
	return dst, c == '\n' && !k.gb // a line goes on
}

func (k *hzKernel) malformed(at int) malformed {
	if k.whole {
		return malformed{at, at + 2, illegal, "hz"}
	}
	return malformed{at, at + 1, illegal, "hz"}
}

var gb2312 = sync.OnceValue(func() *plane { return newPlane("gb2312") })
