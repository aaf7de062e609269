package shrink

import (
	"bytes"
	"unicode/utf8"
)

// form is how the bytes are made up: code units, delimiter and quote.
type form struct {
	width     int
	big       bool
	delimiter uint32
	quote     uint32
}

// sniff completes what the options leave open.
func sniff(input []byte, o Options) form {
	f := form{width: o.Unit, big: o.BigEndian, delimiter: uint32(o.Delimiter), quote: uint32(o.Quote)}
	if f.width != 1 && f.width != 2 && f.width != 4 {
		f.width, f.big = unitWidth(input)
	}
	if f.quote == 0 {
		f.quote = '"'
	}
	if f.delimiter == 0 {
		f.delimiter = f.frequentDelimiter(input)
	}
	return f
}

// unitWidth tells the width of code units by the byte order mark, else by where
// the zero bytes of Western text would be.
func unitWidth(b []byte) (width int, bigEndian bool) {
	switch {
	case bytes.HasPrefix(b, []byte("\xff\xfe\x00\x00")):
		return 4, false
	case bytes.HasPrefix(b, []byte("\x00\x00\xfe\xff")):
		return 4, true
	case bytes.HasPrefix(b, []byte("\xff\xfe")):
		return 2, false
	case bytes.HasPrefix(b, []byte("\xfe\xff")):
		return 2, true
	}
	head := b[:min(len(b), 1024)]
	var zeros [2]int
	for i, c := range head {
		if c == 0 {
			zeros[i%2]++
		}
	}
	many := len(head) / 3
	switch {
	case len(head) < 4 || zeros[0]+zeros[1] <= many:
		return 1, false
	case zeros[1] > 4*zeros[0]:
		return 2, false
	case zeros[0] > 4*zeros[1]:
		return 2, true
	}
	return 1, false
}

func (f form) frequentDelimiter(b []byte) uint32 {
	const sample = 64 << 10
	count := map[uint32]int{}
	for _, u := range f.units(b[:min(len(b), sample)]) {
		count[u]++
	}
	best := uint32(',')
	for _, d := range []uint32{';', '\t', '|'} {
		if count[d] > count[best] {
			best = d
		}
	}
	return best
}

// units splits bytes into code units. Bytes left over at the end are units of
// their own, marked so that bytes gives them back as they were.
func (f form) units(b []byte) []uint32 {
	out := make([]uint32, 0, len(b)/f.width+1)
	for ; len(b) >= f.width; b = b[f.width:] {
		var u uint32
		for i := range f.width {
			at := i
			if !f.big {
				at = f.width - 1 - i
			}
			u = u<<8 | uint32(b[at])
		}
		out = append(out, u)
	}
	for _, c := range b {
		out = append(out, loose|uint32(c))
	}
	return out
}

// loose marks a single byte among wider units. UTF-32 units that large are no
// characters; a file of them would be rendered differently, and no candidate of
// it accepted by mistake, since only what was tried is kept.
const loose = 0xFE000000

func (f form) bytes(units []uint32) []byte {
	out := make([]byte, 0, len(units)*f.width)
	if f.width == 1 {
		for _, u := range units {
			out = append(out, byte(u))
		}
		return out
	}
	for _, u := range units {
		if f.width > 1 && u&0xFFFFFF00 == loose {
			out = append(out, byte(u))
			continue
		}
		for i := range f.width {
			shift := 8 * i
			if f.big {
				shift = 8 * (f.width - 1 - i)
			}
			out = append(out, byte(u>>shift))
		}
	}
	return out
}

// row is one record: its raw cells, quotes included, and its raw line end.
type row struct {
	cells [][]uint32
	end   []uint32
}

// document is an input taken apart; rendering it gives the same bytes.
type document struct {
	form form
	bom  []uint32 // byte order mark, kept apart so that no pass over cells breaks it
	rows []row
}

func (f form) parse(b []byte) document {
	units := f.units(b)
	d := document{form: f}
	if n := f.bomLength(units); n > 0 {
		d.bom, units = units[:n], units[n:]
	}
	for len(units) > 0 {
		var r row
		r, units = f.parseRow(units)
		d.rows = append(d.rows, r)
	}
	return d
}

func (f form) bomLength(units []uint32) int {
	if f.width > 1 && len(units) > 0 && units[0] == 0xFEFF {
		return 1
	}
	if f.width == 1 && len(units) >= 3 && units[0] == 0xEF && units[1] == 0xBB && units[2] == 0xBF {
		return 3
	}
	return 0
}

// parseRow takes one record off the units: a quote at a cell's start hides
// delimiters and newlines up to its partner.
func (f form) parseRow(units []uint32) (row, []uint32) {
	var r row
	start, quoted := 0, false
	for i := 0; i < len(units); i++ {
		u := units[i]
		switch {
		case quoted:
			quoted = u != f.quote // a doubled quote opens again at once
		case u == f.quote && (i == start || units[i-1] == f.quote):
			quoted = true
		case u == f.delimiter:
			r.cells = append(r.cells, units[start:i])
			start = i + 1
		case u == '\n' || u == '\r':
			end := i
			for end < len(units) && units[end] == '\r' {
				end++
			}
			if end < len(units) && units[end] == '\n' {
				end++ // \n, \r\n, \r\r\n, ...
			} else {
				end = i + 1 // each lone \r ends a row
			}
			r.cells, r.end = append(r.cells, units[start:i]), units[i:end]
			return r, units[end:]
		}
	}
	r.cells = append(r.cells, units[start:])
	return r, nil
}

func (d document) render() []byte {
	size := len(d.bom)
	for _, r := range d.rows {
		size += len(r.end) + len(r.cells)
		for _, c := range r.cells {
			size += len(c)
		}
	}
	out := append(make([]uint32, 0, size), d.bom...)
	for _, r := range d.rows {
		for i, c := range r.cells {
			if i > 0 {
				out = append(out, d.form.delimiter)
			}
			out = append(out, c...)
		}
		out = append(out, r.end...)
	}
	return d.form.bytes(out)
}

// with returns a copy in which one row is another.
func (d document) with(i int, r row) document {
	rows := append([]row(nil), d.rows...)
	rows[i] = r
	d.rows = rows
	return d
}

// withCell returns a copy in which one cell is another.
func (d document) withCell(i, j int, cell []uint32) document {
	r := d.rows[i]
	r.cells = append([][]uint32(nil), r.cells...)
	r.cells[j] = cell
	return d.with(i, r)
}

// characters groups the units of a cell into UTF-8 sequences where they are
// such, so that cutting a cell does not tear a character apart.
func (f form) characters(cell []uint32) [][]uint32 {
	out := make([][]uint32, 0, len(cell))
	if f.width > 1 {
		for i := range cell {
			out = append(out, cell[i:i+1])
		}
		return out
	}
	b := f.bytes(cell)
	for i := 0; i < len(b); {
		_, n := utf8.DecodeRune(b[i:])
		out = append(out, cell[i:i+n])
		i += n
	}
	return out
}

func join(chars [][]uint32) []uint32 {
	out := make([]uint32, 0, 2*len(chars))
	for _, c := range chars {
		out = append(out, c...)
	}
	return out
}
