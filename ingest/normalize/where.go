package normalize

import "io"

// Locate finds out which record and which cell of it the bytes are in, by the options
// that Normalize had. src is the input from its beginning; it is read as far as there.
func (e *DecodeError) Locate(src io.Reader, o Options) error {
	o.complete()
	o.KeepGoing, o.Canonical, o.NFC, o.FixMojibake, o.TableFrom, o.TableTo = true, false, false, false, 0, 0
	o.Note = func(Note) error { return nil }
	s, err := newSource(o)
	if err != nil {
		return err
	}
	w := newWriter(io.Discard, o)
	defer w.release()
	c := &counter{o: &o, row: 1, column: 1}
	if err := s.run(io.LimitReader(src, e.Offset), w, c); err != nil {
		return err
	}
	e.Row, e.Column = c.row, c.column
	return nil
}

// counter is a stage that counts records, empty lines among them, and cells.
type counter struct {
	o           *Options
	state       state
	escaped     bool
	cr          bool // the character before was a CR that ended a record
	row, column int64
}

func (c *counter) put(p piece) error {
	for _, r := range string(p.text) {
		c.count(r)
	}
	return nil
}

func (c *counter) count(r rune) {
	before, after := c.state, inField
	switch {
	case c.escaped:
		c.escaped = false
		if after = c.state; after != inQuoted {
			after = inField
		}
	case c.o.Escapechar != 0 && r == c.o.Escapechar:
		c.escaped, after = true, c.state
	default:
		after = c.o.after(c.state, r)
	}
	ends := after == fieldStart && before != inQuoted
	switch {
	case ends && (r == '\r' || r == '\n' && !c.cr):
		c.row, c.column = c.row+1, 1
	case ends && r == c.o.Delimiter:
		c.column++
	}
	c.state, c.cr = after, ends && r == '\r'
}

func (c *counter) end() error { return nil }
