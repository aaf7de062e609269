package detect

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"slices"
)

// A stretch is a part of an input, of whole rows, in UTF-16 or in a charset in which a
// character of ASCII is a byte.
type stretch struct {
	from, to int64
	kind     kindOfRow
	marked   bool
}

type kindOfRow uint8

const (
	ofBytes kindOfRow = iota
	littleEndian
	bigEndian
)

func (k kindOfRow) order() binary.ByteOrder {
	if k == bigEndian {
		return binary.BigEndian
	}
	return binary.LittleEndian
}

func (s stretch) charset() string {
	switch {
	case s.marked:
		return "utf-16"
	case s.kind == bigEndian:
		return "utf-16-be"
	}
	return "utf-16-le"
}

// Limits of looking for seams.
const (
	seamRow    = 16 << 10 // bytes of the longest row that is looked at
	seamWindow = 8 * seamRow
	maxSeams   = 1024
	firstRows  = 20 // that say how many delimiters a row has
	loneRow    = 8  // bytes of the shortest row without a delimiter
)

// seamer looks for the seams of an input in which rows of UTF-16 stand before or behind
// rows of bytes, as where one program appends to what another wrote. A seam is at the
// start of a row; the row behind it has no NULs where those before have them, or the
// other way round, as many delimiters as they have, and is no text as they are.
type seamer struct {
	src       source
	head      []byte
	delimiter byte
	wanted    int // of it in a row
	window    []byte
	at        int64 // of window
	out       []stretch
	now       stretch              // at hand
	searched  [bigEndian + 1]int64 // up to where there is no end of a row, by its kind
	err       error
}

// seams returns the stretches of an input with NULs, nil if all of it is of one kind.
func seams(src source, head []byte) ([]stretch, error) {
	kind, at := startOf(head)
	s := seamer{src: src, head: head[at:], now: stretch{kind: kind, marked: at > 0}}
	for pos := int64(at); pos < src.size && s.err == nil && len(s.out) < maxSeams; {
		pos += s.next(pos)
	}
	if s.err != nil || len(s.out) == 0 || len(s.out) == maxSeams {
		return nil, s.err
	}
	s.out = append(s.out, s.now)
	for i := range s.out[1:] {
		s.out[i].to = s.out[i+1].from
	}
	s.out[len(s.out)-1].to = src.size
	return s.out, nil
}

// startOf tells of which kind a row is by its first character, and how long a mark in
// front of it is.
func startOf(p []byte) (kindOfRow, int) {
	switch {
	case bytes.HasPrefix(p, []byte("\xff\xfe")):
		return littleEndian, 2
	case bytes.HasPrefix(p, []byte("\xfe\xff")):
		return bigEndian, 2
	case len(p) > 1 && p[0] != 0 && p[1] == 0:
		return littleEndian, 0
	case len(p) > 1 && p[0] == 0 && p[1] != 0:
		return bigEndian, 0
	}
	return ofBytes, 0
}

// learn learns from the first rows what their delimiter is, and how many of it most have.
func (s *seamer) learn(head []byte, kind kindOfRow) {
	rows := map[[2]int]int{} // by delimiter and number of it
	for range firstRows {
		n := kind.rowEnd(head)
		if n == 0 {
			break
		}
		text := kind.text(head[:n])
		for _, d := range []byte(mainDelimiters) {
			key := [2]int{int(d), delimitersIn(text, d)}
			rows[key]++
			if most := rows[[2]int{int(s.delimiter), s.wanted}]; key[1] > 0 && (rows[key] > most || rows[key] == most && key[1] > s.wanted) {
				s.delimiter, s.wanted = d, key[1]
			}
		}
		head = head[n:]
	}
}

// delimitersIn counts the delimiters outside of quotes.
func delimitersIn(row []byte, delimiter byte) (n int) {
	quoted := false
	for _, c := range row {
		switch {
		case c == '"':
			quoted = !quoted
		case c == delimiter && !quoted:
			n++
		}
	}
	return n
}

// rowEnd returns the length of the row at the start of p with its line end, 0 if it does
// not end there.
func (k kindOfRow) rowEnd(p []byte) int {
	for at := 0; ; {
		i := bytes.IndexByte(p[at:], '\n')
		if i < 0 {
			return 0
		}
		at += i + 1
		switch {
		case k == ofBytes, k == bigEndian && at%2 == 0 && p[at-2] == 0:
			return at
		case k == littleEndian && at%2 == 1 && at < len(p) && p[at] == 0:
			return at + 1
		}
	}
}

// text is a row of a kind in UTF-8, or as its bytes are.
func (k kindOfRow) text(row []byte) []byte {
	if k == ofBytes {
		return row
	}
	return decodeUnits(k.order(), 2, row)
}

// look returns the bytes from pos on, as many as a row may have at least.
func (s *seamer) look(pos int64) []byte {
	if m, ok := s.src.in.(Mem); ok {
		return m[pos:min(s.src.size, int64(len(m)))]
	}
	if end := s.at + int64(len(s.window)); s.window == nil || pos+seamRow > end && end < s.src.size {
		s.at, s.window = pos, make([]byte, min(seamWindow, s.src.size-pos))
		if n, err := s.src.in.ReadAt(s.window, pos); n < len(s.window) {
			s.err = fmt.Errorf("read input: %w", err)
		}
	}
	return s.window[pos-s.at:]
}

// next looks at the row at pos, notes a seam if there is one, and returns how far it is
// to the next row that may be behind one.
func (s *seamer) next(pos int64) int64 {
	p, kind, skip := s.look(pos), s.now.kind, 0
	if kind == ofBytes {
		if n := beforeNUL(p); n > 0 { // only a row with a NUL can be other than bytes
			return int64(n)
		}
	}
	if now, mark := startOf(p); now != kind && pos > s.now.from && s.row(p[mark:], pos+int64(mark), now) && (now != ofBytes || !readable(p[:min(len(p), max(now.rowEnd(p), 64))], kind)) {
		s.out, s.now = append(s.out, s.now), stretch{from: pos, kind: now, marked: mark > 0}
		kind, skip = now, mark
	}
	if kind == ofBytes && beforeNUL(p) == 0 { // rows of bytes have none
		s.out = nil
		return s.src.size - pos
	}
	if n := kind.rows(p[skip:]); n > 0 {
		return int64(skip + n)
	}
	return int64(len(p)+1) &^ 1
}

// rows returns the length of the rows at the start of p up to one that does not begin as
// theirs do, or that is not complete.
func (k kindOfRow) rows(p []byte) (n int) {
	low := 0 // of the two bytes of a character, the one that ASCII has
	if k == bigEndian {
		low = 1
	}
	for {
		size := k.rowEnd(p[n:])
		if n += size; size == 0 || k == ofBytes || n+1 >= len(p) || p[n+low] == 0 || p[n+1-low] != 0 {
			return n
		}
	}
}

// beforeNUL returns how much of p are complete rows in front of the first NUL, or all.
func beforeNUL(p []byte) int {
	i := bytes.IndexByte(p, 0)
	if i < 0 {
		i = len(p)
	}
	if n := bytes.LastIndexByte(p[:i], '\n') + 1; n > 0 || i < len(p) {
		return n
	}
	return len(p)
}

// rowAt returns the length of the row of a kind at the start of p, which stands at pos; all
// of p where it does not end there, as the last one. What was searched is not searched again:
// rows of ideographs can begin like rows of another kind, of which none ends.
func (s *seamer) rowAt(p []byte, pos int64, kind kindOfRow) int {
	from := 0
	if done := s.searched[kind] - pos; done > 0 && done%2 == 0 {
		from = int(min(done, int64(len(p))))
	}
	n := len(p)
	if end := kind.rowEnd(p[from:]); end > 0 {
		n = from + end
	}
	s.searched[kind] = pos + int64(max(0, n-2)&^1)
	return n
}

// row reports whether a row of a kind is at the start of p, which stands at pos: it holds
// text, and as many delimiters as the others.
func (s *seamer) row(p []byte, pos int64, kind kindOfRow) bool {
	p = p[:min(len(p), seamRow+2)]
	n := s.rowAt(p, pos, kind)
	if n > seamRow || kind != ofBytes && n%2 > 0 {
		return false
	}
	text := kind.text(p[:n])
	if bytes.ContainsFunc(text, func(r rune) bool { return r < ' ' && r != '\t' && r != '\n' && r != '\r' }) {
		return false
	}
	if s.head != nil {
		s.learn(s.head, s.now.kind)
		s.head = nil
	}
	if s.wanted > 0 {
		return delimitersIn(text, s.delimiter) == s.wanted
	}
	return len(text) >= loneRow && nextHigh(text) < 0
}

// What a unit of UTF-16 costs that is no ideograph, and what one of a text costs at most.
const (
	plainUnit = 4 * nat
	oddUnit   = 20 * nat
	textUnit  = 17 * nat / 2
)

// readable reports whether bytes are text in UTF-16, if they can be ideographs.
func readable(p []byte, kind kindOfRow) bool {
	m, all := theModel(), cost(0)
	costs := make([]cost, len(m.ideographs.languages))
	for ; len(p) >= 2; p = p[2:] {
		all += textUnit
		r := rune(kind.order().Uint16(p))
		for i := range costs {
			costs[i] += m.unitCost(i, r)
		}
	}
	return slices.Min(costs) < all
}

// unitCost is what a character costs in a language that is written in ideographs.
func (m *model) unitCost(language int, r rune) cost {
	g := m.glyph(r)
	switch {
	case g.kind == ideographic:
		if c := m.common()[language][r-ideographBase]; c > 0 {
			return cost(c)
		}
	case r < 0x80, g.script > 0, g.sign > 0:
		return plainUnit
	}
	return oddUnit
}

// bySeams answers for an input that has rows of both kinds. One in UTF-16 alone has
// nothing but NULs and what is not in Latin-1.
func bySeams(src source, st *stats, o Options) (Result, bool, error) {
	if 2*st.nuls+2 >= st.size {
		return Result{}, false, nil
	}
	src.size = st.size // which may be less than was said
	found, err := seams(src, st.head)
	if err != nil || found == nil {
		return Result{}, false, err
	}
	var narrow, wide sections
	for _, s := range found {
		if s.kind == ofBytes {
			narrow.add(src.in, s.from, s.to)
			continue
		}
		if ok, err := s.valid(src); !ok || err != nil {
			return Result{}, false, err
		}
		wide.add(src.in, s.from, s.to)
	}
	rest, err := Charset(&narrow, narrow.size, Options{Declared: o.Declared, History: o.History, Markup: true})
	if err != nil || rest.Binary != "" || isWide(rest.Charset) {
		return Result{}, false, err
	}
	r := joined(found, rest, wide.size)
	for _, c := range rest.Torn.Chars {
		c.Offset = narrow.offset(c.Offset)
		r.Torn.Chars = append(r.Torn.Chars, c)
	}
	if r.Torn.Count = rest.Torn.Count; r.Torn.Count > 0 {
		r.Why += ", but " + r.Torn.String()
	}
	return r, true, nil
}

// joined is the result for stretches, those of bytes being as rest says. Its charset is
// that of most of the input.
func joined(found []stretch, rest Result, wide int64) Result {
	charset, confidence := rest.Charset, rest.Confidence
	if wide > rest.Size {
		charset = found[slices.IndexFunc(found, func(s stretch) bool { return s.kind != ofBytes })].charset()
	}
	r := result(charset, min(confidence, 0.97), fmt.Sprintf("holds rows of UTF-16, %d bytes of them, and rows of bytes, %d bytes in %s", wide, rest.Size, rest.Charset))
	for _, s := range found {
		m := Range{Charset: rest.Charset, Start: s.from, End: s.to}
		if s.kind != ofBytes {
			m.Charset = s.charset()
		}
		r.Mixed = append(r.Mixed, m)
	}
	r.Truncated = rest.Truncated && found[len(found)-1].kind == ofBytes
	r.Doubled = rest.Doubled
	r.Doubled.Repair = "" // it is of the bytes alone
	return r
}

// valid reports whether a stretch is valid UTF-16.
func (s stretch) valid(src source) (bool, error) {
	u := wideCheck{width: 2, order: s.kind.order()}
	err := src.part(s.from, s.to).each(u.add)
	return u.bad == 0 && !u.high && len(u.part) == 0, err
}

// part is what is between two offsets.
func (s source) part(from, to int64) source {
	if m, ok := s.in.(Mem); ok {
		return source{in: m[from:to], size: to - from, chunk: s.chunk}
	}
	return source{in: io.NewSectionReader(s.in, from, to-from), size: to - from, chunk: s.chunk}
}

// sections are parts of an input, read as one.
type sections struct {
	parts []*io.SectionReader
	size  int64
}

func (s *sections) add(in io.ReaderAt, from, to int64) {
	s.parts = append(s.parts, io.NewSectionReader(in, from, to-from))
	s.size += to - from
}

// offset returns where in the input is what is at an offset of the parts.
func (s *sections) offset(at int64) int64 {
	for _, part := range s.parts {
		if _, from, size := part.Outer(); at >= size {
			at -= size
		} else {
			return from + at
		}
	}
	return at
}

// ReadAt implements io.ReaderAt.
func (s *sections) ReadAt(p []byte, at int64) (n int, err error) {
	for _, part := range s.parts {
		if at >= part.Size() {
			at -= part.Size()
			continue
		}
		k, err := part.ReadAt(p[n:], at)
		if n, at = n+k, 0; n == len(p) || err != nil && err != io.EOF {
			return n, err
		}
	}
	return n, io.EOF
}

// layOut fills in the dialect of an input with seams, and which rows its stretches have.
// What is above and below the table is not looked for there.
func (r *Result) layOut(src source, g Given) error {
	var text []byte
	end := int64(0)
	for _, m := range r.Mixed {
		p, err := src.part(m.Start, m.End).head(headBytes - int64(len(text)))
		if err != nil {
			return err
		}
		end = m.Start + int64(len(p))
		if text = append(text, decodeHead(m.Charset, p, end == m.End)...); len(text) >= headBytes {
			break
		}
	}
	d, l := findDialect(text, end < src.size, g)
	d.Preamble, d.Footer, d.TableFrom, d.TableTo = 0, 0, 0, src.size
	if !g.brief {
		d.reasons(l)
	}
	r.Dialect = d
	at := newLocator(d)
	torn := r.Torn.Chars
	for i := range r.Mixed {
		m := &r.Mixed[i]
		m.FirstRow = at.row
		for len(at.cells) < len(torn) && torn[len(at.cells)].Offset < m.End { // where it is in what passes by
			at.cells = append(at.cells, located{Cell: Cell{Offset: at.offset + torn[len(at.cells)].Offset - m.Start}})
		}
		if err := at.pass(src.part(m.Start, m.End), m.Charset); err != nil {
			return err
		}
		if m.LastRow = at.row; at.row > m.FirstRow && m.End == src.size && at.field == at.offset || m.End < src.size {
			m.LastRow--
		}
	}
	for i, c := range at.cells {
		torn[i].Row, torn[i].Column = c.Row, c.Column
	}
	r.Why += "; " + partsIn(r)
	return nil
}

// pass counts the records and columns of a part of an input.
func (l *locator) pass(part source, charset string) error {
	if !isWide(charset) {
		return part.each(l.add)
	}
	head, err := part.head(2)
	if err != nil {
		return err
	}
	order, unit := orderOf(charset, head), []byte(nil)
	return part.each(func(p []byte) {
		for _, c := range p {
			if unit = append(unit, c); len(unit) == 2 {
				if r := order.Uint16(unit); r != 0xFEFF {
					l.add([]byte{byte(min(r, other))})
				}
				unit = unit[:0]
			}
		}
	})
}
