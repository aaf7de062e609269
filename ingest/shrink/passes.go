package shrink

import "sort"

const (
	longCell = 512 // characters from which a cell is cut by binary search first
	pieces   = 64  // parts into which what is left of a long cell is still divided
	fewRows  = 400 // rows up to which single cells are worth a try
)

// rows drops records, the header like any other.
func (m *search) rows() {
	d := m.form.parse(m.best)
	ddmin(m, d.rows, len(d.rows)/2+1, 1, func(rows []row) []byte {
		return document{d.form, d.bom, rows}.render()
	})
}

// columns drops whole columns from every record.
func (m *search) columns() {
	d := m.form.parse(m.best)
	width := 0
	for _, r := range d.rows {
		width = max(width, len(r.cells))
	}
	all := make([]int, width)
	for i := range all {
		all[i] = i
	}
	ddmin(m, all, width/2, 1, func(columns []int) []byte { return d.only(columns).render() })
}

// only keeps the given columns.
func (d document) only(columns []int) document {
	rows := make([]row, len(d.rows))
	for i, r := range d.rows {
		rows[i].end = r.end
		for _, j := range columns {
			if j < len(r.cells) {
				rows[i].cells = append(rows[i].cells, r.cells[j])
			}
		}
	}
	d.rows = rows
	return d
}

// cells drops single cells, which may leave records ragged, and empties columns.
func (m *search) cells() {
	m.emptyColumns()
	n := len(m.form.parse(m.best).rows)
	for i := 0; i < n && n <= fewRows && !m.over(); i++ {
		d := m.form.parse(m.best)
		if i >= len(d.rows) { // dropping a cell joined what was one record with another
			return
		}
		r := d.rows[i]
		ddmin(m, r.cells, len(r.cells)/2, 1, func(cells [][]uint32) []byte {
			return d.with(i, row{cells, r.end}).render()
		})
	}
}

// emptyColumns empties the cells of a column in all records but the first, and in
// all.
func (m *search) emptyColumns() {
	d := m.form.parse(m.best)
	for j := 0; len(d.rows) > 1 && len(d.rows[0].cells) > j && !m.over(); j++ {
		for _, from := range []int{0, 1} {
			d = m.form.parse(m.best)
			for i := from; i < len(d.rows); i++ {
				if j < len(d.rows[i].cells) {
					d = d.withCell(i, j, nil)
				}
			}
			m.try(d.render())
		}
		d = m.form.parse(m.best)
		if len(d.rows) == 0 {
			return
		}
	}
}

// place is where a cell is.
type place struct{ row, cell, size int }

// text shortens the text of cells, the longest first: they gain most if the
// search has to stop early.
func (m *search) text() {
	d := m.form.parse(m.best)
	var places []place
	for i, r := range d.rows {
		for j, c := range r.cells {
			if len(c) > 0 {
				places = append(places, place{i, j, len(c)})
			}
		}
	}
	sort.SliceStable(places, func(a, b int) bool { return places[a].size > places[b].size })
	for _, p := range places {
		d = m.form.parse(m.best)
		if m.over() || p.row >= len(d.rows) || p.cell >= len(d.rows[p.row].cells) {
			return
		}
		m.shorten(d, p)
	}
}

func (m *search) shorten(d document, p place) {
	cell := d.rows[p.row].cells[p.cell]
	open, inner, shut := m.form.unwrap(cell)
	render := func(chars [][]uint32) []byte {
		text := append(append(append([]uint32(nil), open...), join(chars)...), shut...)
		return d.withCell(p.row, p.cell, text).render()
	}
	if len(cell) > 0 && m.try(d.withCell(p.row, p.cell, nil).render()) {
		return
	}
	chars := m.form.characters(inner)
	floor := 1
	if len(chars) > longCell {
		chars = cut(m, chars, render)
		floor = max(1, len(chars)/pieces)
	}
	ddmin(m, chars, len(chars), floor, render)
}

// unwrap separates the quotes around a cell from what is in them.
func (f form) unwrap(cell []uint32) (open, inner, shut []uint32) {
	n := len(cell)
	if n >= 2 && cell[0] == f.quote && cell[n-1] == f.quote {
		return cell[:1], cell[1 : n-1], cell[n-1:]
	}
	return nil, cell, nil
}

// quoting takes the quotes off cells.
func (m *search) quoting() {
	for i := 0; ; i++ {
		d := m.form.parse(m.best)
		if i >= len(d.rows) || m.over() {
			return
		}
		for j := range d.rows[i].cells {
			if j >= len(d.rows[i].cells) {
				break
			}
			open, inner, _ := m.form.unwrap(d.rows[i].cells[j])
			if len(open) > 0 && m.try(d.withCell(i, j, inner).render()) {
				d = m.form.parse(m.best)
				if i >= len(d.rows) {
					return
				}
			}
		}
	}
}

// lineEnds drops the last line end and makes the others a plain \n, all at once or
// one by one.
func (m *search) lineEnds() {
	d := m.form.parse(m.best)
	if last := len(d.rows) - 1; last >= 0 && len(d.rows[last].end) > 0 {
		if open := d.with(last, row{cells: d.rows[last].cells}); m.try(open.render()) {
			d = open
		}
	}
	all := document{d.form, d.bom, append([]row(nil), d.rows...)}
	for i := range all.rows {
		if len(all.rows[i].end) > 1 {
			all.rows[i].end = []uint32{'\n'}
		}
	}
	if m.try(all.render()) {
		return
	}
	for i := range d.rows {
		r := d.rows[i]
		if len(r.end) < 2 || m.over() {
			continue
		}
		r.end = []uint32{'\n'}
		if next := d.with(i, r); m.try(next.render()) {
			d = next
		}
	}
}

// units drops code units wherever they are, the byte order mark's included.
func (m *search) units() {
	fine(m, m.form.units(m.best), m.form.bytes)
}

// bytes drops single bytes, which may break wide units apart.
func (m *search) bytes() {
	if m.form.width == 1 {
		return // units did
	}
	fine(m, m.best, func(b []byte) []byte { return append([]byte(nil), b...) })
}

func fine[T any](m *search, items []T, render func([]T) []byte) {
	ddmin(m, items, 8, len(items)/fineParts+1, render)
}

// fineParts bounds the candidates of one sweep over single units.
const fineParts = 1024
