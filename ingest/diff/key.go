package diff

import (
	"fmt"
	"sort"
	"strings"

	"github.com/feedparity/feedparity/ingest"
)

// Bounds of the rows that may wait for their partner, over both sides.
const (
	maxPending      = 1 << 18
	maxPendingBytes = 256 << 20
)

// pending are rows of one side whose key the other has not shown yet, first come
// first served where a key repeats.
type pending struct {
	rows  map[string][]line
	count int
	bytes int
}

// byKey pairs rows by the values of the key columns. The first rows are each
// other's counterpart if they are lists: they are the header.
func (c *comparer) byKey() error {
	a, b := c.py2.peek(), c.py3.peek()
	if a == nil || b == nil {
		c.rest()
		return nil
	}
	c.learn(a, b)
	k, err := newKeyer(c.c.Key, c.cols, a, b)
	if err != nil {
		return err
	}
	if k.at != nil {
		c.pair()
	}
	waiting := [2]pending{{rows: map[string][]line{}}, {rows: map[string][]line{}}}
	for {
		a, b = c.py2.peek(), c.py3.peek()
		if a == nil && b == nil {
			break
		}
		c.meet(k, a, ingest.Py2, &waiting)
		c.meet(k, b, ingest.Py3, &waiting)
		if n, size := waiting[0].count+waiting[1].count, waiting[0].bytes+waiting[1].bytes; n > maxPending || size > maxPendingBytes {
			return fmt.Errorf("align rows by key %s at row %d: %w", strings.Join(c.c.Key, ", "), c.py2.n, ErrUnaligned)
		}
	}
	c.unmatched(&waiting)
	return nil
}

// meet pairs a row with one that waits on the other side, or lets it wait.
func (c *comparer) meet(k *keyer, l *line, path ingest.Path, waiting *[2]pending) {
	if l == nil {
		return
	}
	mine, other := &waiting[path], &waiting[1-path]
	key := k.key(l.row.Value)
	if queue := other.rows[key]; len(queue) > 0 {
		partner := queue[0]
		other.take(key)
		a, b := &partner, l
		if path == ingest.Py2 {
			a, b = l, &partner
		}
		c.compared(a, b)
		c.reportRow(a, b)
	} else {
		mine.put(key, *l)
	}
	if path == ingest.Py2 {
		c.py2.pop()
	} else {
		c.py3.pop()
	}
}

func (p *pending) put(key string, l line) {
	l.row = l.row.Clone()
	p.rows[key] = append(p.rows[key], l)
	p.count++
	p.bytes += sizeOf(l.row.Value)
}

func (p *pending) take(key string) {
	queue := p.rows[key]
	p.count--
	p.bytes -= sizeOf(queue[0].row.Value)
	if len(queue) == 1 {
		delete(p.rows, key)
		return
	}
	p.rows[key] = queue[1:]
}

// sizeOf estimates the memory a kept value takes.
func sizeOf(v ingest.Value) int {
	n := 48 + len(v.Str)
	for _, it := range v.Items {
		n += sizeOf(it)
	}
	return n
}

// unmatched reports what found no partner, in the order of the rows. What one
// path lacks because it raised is no divergence of its own.
func (c *comparer) unmatched(waiting *[2]pending) {
	lines := waiting[ingest.Py2].sorted()
	for i := range lines {
		if c.py3.fault == nil {
			c.missing(&lines[i])
		} else if !c.leftover {
			c.leftover, c.leftover2, c.leftover3 = true, lines[i].row.Offset, -1
		}
	}
	lines = waiting[ingest.Py3].sorted()
	for i := range lines {
		if c.py2.fault == nil {
			c.extra(&lines[i])
		} else if !c.leftover {
			c.leftover, c.leftover2, c.leftover3 = true, -1, lines[i].row.Offset
		}
	}
}

func (p *pending) sorted() []line {
	out := make([]line, 0, p.count)
	for _, queue := range p.rows {
		out = append(out, queue...)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].n < out[j].n })
	return out
}

// keyer finds the key of a row.
type keyer struct {
	names []string
	at    []int // 0-based positions of the key columns, nil for dicts
}

// newKeyer finds the key columns by position, or by name in either header.
func newKeyer(names []string, cols *columns, a, b *line) (*keyer, error) {
	k := &keyer{names: names}
	if a.row.Value.Kind != ingest.KindList || b.row.Value.Kind != ingest.KindList {
		return k, nil
	}
	k.at = []int{}
	for _, name := range names {
		at := position(name) - 1
		for path, header := range cols.header {
			for i := range header {
				if at < 0 && cols.name(ingest.Path(path), i) == name {
					at = i
				}
			}
		}
		if at < 0 {
			return nil, fmt.Errorf("find key column %q: not in row 1 of either path", name)
		}
		k.at = append(k.at, at)
	}
	return k, nil
}

// key returns the key of a row as a string in which bytes and text of the same
// UTF-8 agree, so that rows find each other even where their keys then differ.
func (k *keyer) key(v ingest.Value) string {
	var sb strings.Builder
	put := func(v ingest.Value) {
		kind := v.Kind
		if kind == ingest.KindBytes {
			kind = ingest.KindText
		}
		fmt.Fprintf(&sb, "%d:%d:%s", kind, len(v.Str), v.Str)
	}
	if k.at != nil && v.Kind == ingest.KindList {
		for _, i := range k.at {
			if i < len(v.Items) {
				put(v.Items[i])
			} else {
				sb.WriteByte('-')
			}
		}
		return sb.String()
	}
	for _, name := range k.names {
		put(lookup(v, name))
	}
	return sb.String()
}

// lookup returns the value of a dict's key by name or position, None without it.
func lookup(v ingest.Value, name string) ingest.Value {
	for i := 0; v.Kind == ingest.KindDict && i+1 < len(v.Items); i += 2 {
		if nameOf(v.Items[i]) == name {
			return v.Items[i+1]
		}
	}
	if n := position(name); n > 0 && n*2 <= len(v.Items) && v.Kind == ingest.KindDict {
		return v.Items[2*n-1]
	}
	return ingest.None
}
