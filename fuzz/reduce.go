package fuzz

import (
	"bytes"
	"context"
	"slices"

	"github.com/feedparity/feedparity/fuzz/generator"
	"github.com/feedparity/feedparity/fuzz/scout"
	"github.com/feedparity/feedparity/ingest/diff"
)

// What one input shows may have several causes, and one of them gets in another's way
// when it is classified. So only what is left when whole lines and cells are taken away
// is told of; nothing smaller, since half a line end or a file that ends within a
// character diverges in ways of its own.

// The bounds of one reduction, in pairs of runs, and where each is classified.
const (
	reduceRuns     = 60
	reduceFindings = 24
)

// isolate returns what an input shows of a finding when it is reduced: what is found
// there, be it another cause, and the finding itself if it is proved and can be had
// alone.
func (c *campaign) isolate(ctx context.Context, t generator.Trial, p Prey) ([]Prey, error) {
	like := scout.LikenessOf(&p.First)
	small := generator.Trial{Input: reduce(t.Input, reduceRuns, func(data []byte) bool { return c.alike(ctx, generator.Trial{Input: data, Pair: t.Pair}, like) }), Pair: t.Pair}
	found, err := c.findings(ctx, small)
	if err != nil || contains(found, p.Signature) || !p.Confirmed {
		return found, err
	}
	small.Input = reduce(t.Input, reduceFindings, func(data []byte) bool {
		found, err := c.findings(ctx, generator.Trial{Input: data, Pair: t.Pair})
		return err == nil && contains(found, p.Signature)
	})
	alone, err := c.findings(ctx, small)
	if len(alone) == 1 && alone[0].Confirmed && contains(alone, p.Signature) {
		found = append(found, alone...)
	}
	return found, err
}

func contains(found []Prey, signature string) bool {
	return slices.ContainsFunc(found, func(p Prey) bool { return p.Signature == signature })
}

// alike reports whether the paths differ in such a way.
func (c *campaign) alike(ctx context.Context, t generator.Trial, like scout.Likeness) bool {
	res, err := c.run(ctx, &t, diff.DefaultMax)
	return err == nil && slices.ContainsFunc(res.Divergences, func(d diff.Divergence) bool { return scout.LikenessOf(&d) == like })
}

// reduce takes lines away, and then makes cells plain, as long as keep holds, which is
// asked so many times at most.
func reduce(data []byte, asks int, keep func([]byte) bool) []byte {
	keeps := func(parts [][]byte) bool {
		asks--
		return asks >= 0 && keep(bytes.Join(parts, nil))
	}
	lines := fewer(split(data, func(b byte) bool { return b == '\n' || b == '\r' }), keeps)
	cells := split(bytes.Join(lines, nil), func(b byte) bool { return bytes.IndexByte([]byte(",;\t|\r\n"), b) >= 0 })
	for i, cell := range cells {
		n := bytes.IndexAny(cell, ",;\t|\r\n")
		if n < 0 {
			n = len(cell)
		}
		if plainer := slices.Concat([]byte("x"), cell[n:]); n > 1 && !isPlain(cell[:n]) {
			if next := slices.Concat(cells[:i], [][]byte{plainer}, cells[i+1:]); keeps(next) {
				cells = next
			}
		}
	}
	return bytes.Join(cells, nil)
}

// isPlain reports a cell that no path could make anything else of.
func isPlain(cell []byte) bool {
	return !slices.ContainsFunc(cell, func(b byte) bool { return !isWord(b) && b != ' ' && b != '-' && b != '.' })
}

func isWord(b byte) bool { return '0' <= b && b <= '9' || 'a' <= b|0x20 && b|0x20 <= 'z' }

// fewer drops parts, many at a time and then one by one, the last ones first.
func fewer(parts [][]byte, keeps func([][]byte) bool) [][]byte {
	for n := len(parts) / 2; n > 0; n /= 2 {
		for at := len(parts) - n; at >= 0; at -= n {
			if next := slices.Delete(slices.Clone(parts), at, at+n); keeps(next) {
				parts = next
				at = min(at, len(parts))
			}
		}
	}
	return parts
}

// split cuts data behind each run of what ends a part.
func split(data []byte, ends func(byte) bool) [][]byte {
	var out [][]byte
	from := 0
	for i := range data {
		if ends(data[i]) && (i+1 == len(data) || !ends(data[i+1])) {
			out, from = append(out, data[from:i+1]), i+1
		}
	}
	if from < len(data) {
		out = append(out, data[from:])
	}
	return out
}
