package normalize

import (
	"bytes"

	"golang.org/x/text/unicode/norm"
)

// composer puts text into normal form C, one segment at a time: a character and
// those that combine with it. The characters of the dialect stand for themselves.
type composer struct {
	w        *writer
	next     stage
	specials string
	held     []piece
	text     []byte
	chars    int
	long     bool // the segment is too long, and is left alone to its end
}

// maxSegment is the most characters in a segment that is composed. Unicode's
// stream-safe text has at most 30 that combine.
const maxSegment = 31

func newComposer(o *Options, w *writer, next stage) *composer {
	c := &composer{w: w, next: next, specials: "\r\n,\""}
	if !o.Canonical {
		c.specials = "\r\n" + string([]rune{o.Delimiter, o.Quotechar})
		if o.Escapechar != 0 {
			c.specials += string(o.Escapechar)
		}
	}
	return c
}

func (c *composer) put(p piece) error {
	if len(p.text) == 0 {
		return c.hold(p)
	}
	if c.special(p.text) {
		if err := c.flush(); err != nil {
			return err
		}
		return c.next.put(p)
	}
	if k := len(p.text) - 1; k > 0 && p.kind == "" && p.text[k] < 0x80 { // the last of a run may combine
		if err := c.flush(); err != nil {
			return err
		}
		if err := c.next.put(piece{offset: p.offset, src: p.src[:k], text: p.text[:k]}); err != nil {
			return err
		}
		p = piece{offset: p.offset + int64(k), src: p.src[k:], text: p.text[k:]}
	}
	if norm.NFC.Properties(p.text).BoundaryBefore() {
		if err := c.flush(); err != nil {
			return err
		}
	}
	return c.hold(p)
}

func (c *composer) special(text []byte) bool {
	return len(text) > 0 && bytes.ContainsAny(text, c.specials)
}

func (c *composer) hold(p piece) error {
	if c.long || len(c.held) == 0 && len(p.text) == 0 {
		return c.next.put(p)
	}
	c.held = append(c.held, p.clone())
	c.text = append(c.text, p.text...)
	if len(p.text) > 0 {
		c.chars++
	}
	if c.chars <= maxSegment && len(c.held) <= maxEdit {
		return nil
	}
	if err := c.leave("more characters combine than there are in any language"); err != nil {
		return err
	}
	c.long = true
	return nil
}

// leave hands on what is held as it is.
func (c *composer) leave(why string) error {
	if err := c.w.noted(Uncomposed, joined(c.held), why); err != nil {
		return err
	}
	return c.release()
}

func (c *composer) release() error {
	for _, p := range c.held {
		if err := c.next.put(p); err != nil {
			return err
		}
	}
	c.held, c.text, c.chars = c.held[:0], c.text[:0], 0
	return nil
}

// flush composes the segment that is held.
func (c *composer) flush() error {
	c.long = false
	if len(c.held) == 0 {
		return nil
	}
	if norm.NFC.IsNormal(c.text) {
		return c.release()
	}
	text := norm.NFC.Bytes(c.text)
	if c.special(text) {
		return c.leave("it would become a character of the dialect")
	}
	whole := joined(c.held).changed(Compose, text)
	c.held = append(c.held[:0], whole)
	return c.release()
}

func (c *composer) end() error {
	if err := c.flush(); err != nil {
		return err
	}
	return c.next.end()
}
