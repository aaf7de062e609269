// Package shrink minimises an input under a predicate: it looks for a small
// input for which the predicate still holds. It knows the shape of CSV (rows,
// columns, cells, quotes) and nothing of Python or of why the predicate holds.
//
// # How it works
//
// A candidate is tried only if it is strictly shorter than the best so far and
// was not tried before, so the search ends by itself; MaxSteps, MaxTime and the
// context end it sooner, always with an input that was seen to keep the
// predicate. Passes run from coarse to fine (rows, columns, cells, characters,
// quoting, bytes), each by delta debugging (Zeller and Hildebrandt, 2002: drop
// halves, quarters, ... single items), and again until a round gains nothing.
// A field of many thousand characters is cut by binary search instead, on the
// assumption that a predicate which needs its length needs only that.
//
// The result depends on the input, the options and the predicate alone, unless
// time ran out.
package shrink

import (
	"context"
	"crypto/sha256"
	"time"
)

// Limits used where Options names none.
const (
	DefaultMaxSteps = 5000
	DefaultMaxTime  = 30 * time.Second
)

// Options describe the input. The zero value works out everything itself.
type Options struct {
	Delimiter byte          // 0: the most frequent of , ; tab |
	Quote     byte          // 0: "
	Unit      int           // bytes of a code unit: 1, 2 (UTF-16) or 4 (UTF-32); 0: from the byte order mark or zero bytes
	BigEndian bool          // byte order where Unit is given and above 1
	MaxSteps  int           // calls of the predicate; 0: DefaultMaxSteps
	MaxTime   time.Duration // 0: DefaultMaxTime
}

// Stats say what a minimisation did.
type Stats struct {
	From, To   int  // bytes before and after
	Steps      int  // calls of the predicate
	Accepted   int  // of these, how many held
	Duplicates int  // candidates not tried because they were tried before
	Rounds     int  // times all passes ran
	GaveUp     bool // a limit or the context ended the search; the result is valid, perhaps not minimal
	Failed     bool // the predicate does not hold for the input itself, which is returned unchanged
	Elapsed    time.Duration
}

// Minimize returns a small input for which keep holds. Keep must be
// deterministic and must not change its argument, nor hold on to it.
func Minimize(ctx context.Context, input []byte, o Options, keep func([]byte) bool) ([]byte, Stats) {
	start := time.Now()
	m := &search{ctx: ctx, keep: keep, best: input, seen: map[[16]byte]bool{}, steps: o.MaxSteps, end: start.Add(o.MaxTime)}
	if o.MaxSteps <= 0 {
		m.steps = DefaultMaxSteps
	}
	if o.MaxTime <= 0 {
		m.end = start.Add(DefaultMaxTime)
	}
	m.form = sniff(input, o)
	m.stats.From = len(input)
	m.stats.Steps++
	if !keep(input) {
		m.stats.Failed = true
	} else {
		m.rounds()
	}
	m.stats.To, m.stats.Elapsed = len(m.best), time.Since(start)
	return append([]byte(nil), m.best...), m.stats
}

// search is the state of one minimisation.
type search struct {
	ctx   context.Context
	keep  func([]byte) bool
	form  form
	best  []byte
	seen  map[[16]byte]bool
	steps int
	end   time.Time
	stats Stats
}

func (m *search) rounds() {
	passes := []func(){m.rows, m.columns, m.cells, m.text, m.quoting, m.lineEnds, m.units, m.bytes}
	for before := len(m.best) + 1; len(m.best) < before && !m.over(); {
		before = len(m.best)
		m.stats.Rounds++
		for _, pass := range passes {
			pass()
		}
	}
}

// over reports whether a limit is reached, and remembers it.
func (m *search) over() bool {
	if !m.stats.GaveUp {
		m.stats.GaveUp = m.stats.Steps >= m.steps || m.ctx.Err() != nil || !time.Now().Before(m.end)
	}
	return m.stats.GaveUp
}

// try reports whether a candidate is shorter than the best and keeps the
// predicate; it is the best then.
func (m *search) try(candidate []byte) bool {
	if len(candidate) >= len(m.best) || m.over() {
		return false
	}
	sum := sha256.Sum256(candidate)
	key := [16]byte(sum[:16])
	if m.seen[key] {
		m.stats.Duplicates++
		return false
	}
	m.seen[key] = true
	m.stats.Steps++
	if !m.keep(candidate) {
		return false
	}
	m.stats.Accepted++
	m.best = candidate
	return true
}

// ddmin drops runs of items, from size down to floor items at a time, as long as
// the rest still keeps the predicate, and returns what could not be dropped.
func ddmin[T any](m *search, items []T, size, floor int, render func([]T) []byte) []T {
	for size = min(size, len(items)); size >= max(floor, 1); size /= 2 {
		for i := 0; i < len(items) && !m.over(); {
			end := min(i+size, len(items))
			without := make([]T, 0, len(items)-(end-i))
			without = append(append(without, items[:i]...), items[end:]...)
			if m.try(render(without)) {
				items = without
			} else {
				i = end
			}
		}
	}
	return items
}

// cut shortens a long run of items from its end and then from its start, by
// binary search for the shortest that keeps the predicate.
func cut[T any](m *search, items []T, render func([]T) []byte) []T {
	shortest := func(part func(n int) []T) []T {
		low, high := 0, len(items) // part(high) is known to hold
		for low < high && !m.over() {
			mid := (low + high) / 2
			if m.try(render(part(mid))) {
				high = mid
			} else {
				low = mid + 1
			}
		}
		return part(high)
	}
	items = shortest(func(n int) []T { return items[:n] })
	return shortest(func(n int) []T { return items[len(items)-n:] })
}
