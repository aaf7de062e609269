package detect

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/pycodec"
)

// Cell is one cell that speaks for the charset and against another.
type Cell struct {
	Row, Column   int64 // 1-based, in the detected dialect
	Offset        int64 // of Bytes in the input
	Bytes         []byte
	Before, After bool    // the cell has more before or after Bytes than is shown
	Text          string  // what Bytes are in the charset
	Other         string  // what they are in Result.Against
	Nats          float64 // how much likelier Text is; negative where the cell speaks for the other; 0 where a proof decided
	Times         int     // how often its most telling word occurs in the sample
}

// maxCells is the most cells reported, cellBytes the most of one on either side of what
// tells.
const (
	maxCells  = 5
	cellBytes = 60
)

// located is a cell on its way to a row and a column.
type located struct {
	Cell
	span     *span
	from, to int64 // of the whole cell, quotes and all
	weight   float64
}

// deciding returns the spans that tell most between two candidates, by offset, more of
// them than cells are wanted, as some will be in the same.
func (k *ranking) deciding(a, b *mixture) []located {
	first, second := k.tells(a), k.tells(b)
	var out []located
	for i := range k.spans {
		s := &k.spans[i]
		if d := (second[i] - first[i]) / float64(nat); d != 0 && s.utf8 == nil {
			out = append(out, located{Cell: Cell{Nats: d, Times: s.n, Offset: s.offset}, span: s, weight: max(d, -d)})
		}
	}
	slices.SortStableFunc(out, func(a, b located) int { return cmp.Compare(b.weight, a.weight) })
	out = out[:min(len(out), 4*maxCells)]
	slices.SortFunc(out, func(a, b located) int { return cmp.Compare(a.Offset, b.Offset) })
	return out
}

// tells is costs, with what was UTF-8 before somebody read it as cp1252 taken for that,
// as the ranking did.
func (k *ranking) tells(x *mixture) []float64 {
	out := k.costs(x.candidate)
	if x.broken == 0 {
		return out
	}
	fresh := x.impartial()
	for i := range k.spans {
		s := &k.spans[i]
		text, ok := fresh.read(k.text[:0], s, k)
		if k.text = text; !ok {
			continue
		}
		if r := k.repair(s); r != nil {
			before := fresh.score
			fresh.see(r, k, 1)
			out[i] = min(out[i], fresh.score-before+float64(accidentNext))
		}
	}
	return out
}

// fill reports the cells that tell most, each once. Some tell only which language the
// text is in: both readings are the same.
func (r *Result) fill(src source, all []located) error {
	var cells []located
	for _, c := range all { // by offset, so those of a cell follow each other
		if n := len(cells); n > 0 && cells[n-1].from == c.from {
			cells[n-1].join(c)
			continue
		}
		cells = append(cells, c)
	}
	slices.SortStableFunc(cells, func(a, b located) int { return cmp.Compare(max(b.Nats, -b.Nats), max(a.Nats, -a.Nats)) })
	for _, c := range cells {
		if len(r.Cells) == maxCells {
			break
		}
		if err := c.read(src, r.Dialect); err != nil {
			return err
		}
		if c.Text, c.Other = decodeText(r.Charset, c.Bytes), decodeText(r.Against, c.Bytes); c.Text != c.Other {
			r.Cells = append(r.Cells, c.Cell)
		}
	}
	return nil
}

// join adds what another word of the cell tells, and keeps the more telling one.
func (c *located) join(other located) {
	nats := c.Nats + other.Nats
	if other.weight > c.weight {
		*c = other
	}
	c.Nats = nats
}

// read reads the cell around a span, without its quotes. What is cut of a long one is cut
// where no charset has half a character.
func (c *located) read(src source, d Dialect) error {
	start, end := c.Offset, c.Offset+int64(len(c.span.raw))
	from, to := max(c.from, start-cellBytes), min(max(c.to, end), end+cellBytes)
	window := make([]byte, to-from)
	if n, err := src.in.ReadAt(window, from); n < len(window) {
		return fmt.Errorf("read input: %w", err)
	}
	if c.Before = from > c.from; c.Before {
		at := 1 + bytes.IndexFunc(window[:start-from], func(r rune) bool { return r < 0x80 && delimits(byte(r)) })
		window, from = window[at:], from+int64(at)
	}
	if c.After = to < c.to; c.After {
		tail := window[end-from:]
		at := bytes.LastIndexFunc(tail, func(r rune) bool { return r < 0x80 && delimits(byte(r)) })
		window = window[:int(end-from)+max(at, 0)]
	} else if d.LineEnding != "cr" {
		window = bytes.TrimSuffix(window, []byte{'\r'})
	}
	if !c.Before && len(window) > 0 && window[0] == d.Quotechar {
		window, from = window[1:], from+1
		if n := len(window); !c.After && n > 0 && window[n-1] == d.Quotechar {
			window = window[:n-1]
		}
	}
	c.Offset, c.Bytes = from, window
	return nil
}

// decodeText decodes a few bytes; what is malformed becomes U+FFFD.
func decodeText(charset string, p []byte) string {
	c, fault, err := pycodec.Lookup(ingest.Python313, charset)
	if err != nil || fault != nil {
		return ""
	}
	text, bad := c.Decode(nil, p, "replace")
	if bad != nil {
		return ""
	}
	return string(text)
}
