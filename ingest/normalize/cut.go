package normalize

// cut takes off what is above and below the table.
type cut struct {
	o    *Options
	next stage
}

func (c *cut) put(p piece) error {
	switch {
	case p.offset == 0 && string(p.text) == bom:
		p = p.removed(BOM)
	case p.offset < c.o.TableFrom:
		return c.split(p, c.o.TableFrom)
	case c.o.TableTo > 0 && p.offset >= c.o.TableTo:
		p = p.removed(Footer)
	case c.o.TableTo > 0 && p.end() > c.o.TableTo:
		return c.split(p, c.o.TableTo)
	}
	return c.next.put(p)
}

// split hands on both parts of a run that reaches over the boundary. A character that
// does belongs to what is before it.
func (c *cut) split(p piece, at int64) error {
	rest := piece{}
	if k := at - p.offset; p.kind == "" && p.end() > at && p.text[0] < 0x80 {
		rest = piece{offset: at, src: p.src[k:], text: p.text[k:]}
		p.src, p.text = p.src[:k], p.text[:k]
	}
	if at == c.o.TableFrom {
		p = p.removed(Preamble)
	}
	if err := c.next.put(p); err != nil || len(rest.src) == 0 {
		return err
	}
	return c.put(rest)
}

func (c *cut) end() error { return c.next.end() }
