package detect

// memory keeps the readings of the span that was shown last, as many charsets read a
// span alike that do not read all of them so.
type memory struct {
	span     *span
	high     []uint8 // where its bytes above ASCII are
	keys     []uint64
	readings []reading
}

func (y *memory) forget() { y.span = nil }

// key sums up the text that a group reads; 0 is none that is kept.
func (y *memory) key(g *group, s *span) uint64 {
	c := g.first
	if c.table == nil || c.tones {
		return 0
	}
	if y.span != s {
		y.span, y.high, y.keys, y.readings = s, y.high[:0], y.keys[:0], y.readings[:0]
		for i, b := range s.raw {
			if b >= 0x80 {
				y.high = append(y.high, uint8(i))
			}
		}
	}
	h := uint64(14695981039346656037)
	for _, i := range y.high {
		h = (h ^ uint64(c.chars[s.raw[i]].r)) * 1099511628211
	}
	return h
}

// recall returns the reading kept, nil if there is none.
func (y *memory) recall(key uint64) *reading {
	for i, k := range y.keys {
		if k == key {
			return &y.readings[i]
		}
	}
	return nil
}

// next returns where the next reading goes, which keep keeps.
func (y *memory) next() *reading {
	if n := len(y.readings); n == cap(y.readings) {
		y.readings = append(y.readings, reading{})[:n]
	}
	return &y.readings[:len(y.readings)+1][len(y.readings)]
}

func (y *memory) keep(key uint64) {
	if key > 0 {
		y.keys, y.readings = append(y.keys, key), y.readings[:len(y.readings)+1]
	}
}
