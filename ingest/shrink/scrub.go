package shrink

import (
	"context"
	"slices"
	"time"
	"unicode"
	"unicode/utf8"
)

// Next tells the first character of b, which is not empty, and how many bytes it
// has. Bytes that are no character are one of utf8.RuneError and of length 1.
type Next func(b []byte) (r rune, n int)

// ScrubOptions describe what is scrubbed. The zero value reads UTF-8.
type ScrubOptions struct {
	Next     Next          // nil: UTF-8
	Names    []string      // what is no supplier's data, such as the columns that a configuration names
	MaxSteps int           // calls of the predicate; 0: DefaultMaxSteps
	MaxTime  time.Duration // 0: DefaultMaxTime
}

// Span is a range of bytes, the end not included.
type Span struct{ Start, End int }

// Scrubbed is an input from which what could be replaced is.
type Scrubbed struct {
	Input   []byte
	Residue []Span // words, or parts of them, that are still as they were
	Steps   int    // calls of the predicate
	GaveUp  bool   // a limit or the context ended the search: the residue may be too large
	Failed  bool   // the predicate does not hold for the input itself, which is returned unchanged
}

// Scrub replaces what an input says by something that says nothing: every letter
// by a letter of the same case and number of bytes, every digit by a digit, as far
// as keep holds for the result. One word is replaced by one and the same
// everywhere, and two words by two, so that keys still meet; pairs of digits stay
// within what is a day, a month and an hour, so that dates stay dates. Nothing
// about a word but its place among the others decides what it becomes: who sees
// the result cannot find out what was there by trying.
//
// Punctuation, spaces and control characters stay: they give the shape. No byte
// changes its place.
func Scrub(ctx context.Context, input []byte, o ScrubOptions, keep func([]byte) bool) Scrubbed {
	s := newScrub(ctx, input, o, keep)
	words := others(wordsOf(input, s.made.next), o.Names)
	s.name(words)
	s.out.Steps++
	if s.out.Failed = !keep(input); s.out.Failed {
		s.all(words)
	} else {
		s.words(words)
	}
	slices.SortFunc(s.out.Residue, func(a, b Span) int { return a.Start - b.Start })
	s.out.Residue = joined(s.out.Residue)
	s.out.Input = s.best
	return s.out
}

func newScrub(ctx context.Context, input []byte, o ScrubOptions, keep func([]byte) bool) *scrub {
	if o.MaxSteps <= 0 {
		o.MaxSteps = DefaultMaxSteps
	}
	if o.MaxTime <= 0 {
		o.MaxTime = DefaultMaxTime
	}
	if o.Next == nil {
		o.Next = utf8.DecodeRune
	}
	return &scrub{ctx: ctx, keep: keep, best: slices.Clone(input), left: o.MaxSteps, end: time.Now().Add(o.MaxTime), made: maker{next: o.Next}}
}

// scrub is one scrubbing under way.
type scrub struct {
	ctx  context.Context
	keep func([]byte) bool
	best []byte
	left int
	end  time.Time
	made maker
	out  Scrubbed
}

// word is a run of letters and digits, with all the places where it is.
type word struct {
	text  string
	chars []char
	at    []int    // offsets of its occurrences
	to    [][]byte // what each character becomes, nil where there is nothing that it could become
}

// char is one character of a word.
type char struct {
	at, n int // offset within the word and bytes
	r     rune
}

// wordsOf finds the distinct words of an input, in the order in which they come.
func wordsOf(input []byte, next Next) []*word {
	var all []*word
	known := map[string]*word{}
	for at := 0; at < len(input); {
		chars, n := wordAt(input[at:], next)
		if n == 0 {
			_, skip := next(input[at:])
			at += skip
			continue
		}
		text := string(input[at : at+n])
		w := known[text]
		if w == nil {
			w = &word{text: text, chars: chars}
			known[text], all = w, append(all, w)
		}
		w.at = append(w.at, at)
		at += n
	}
	return all
}

// wordAt returns the characters of the word with which b begins, none if it begins
// with something else.
func wordAt(b []byte, next Next) (chars []char, size int) {
	for size < len(b) {
		r, n := next(b[size:])
		if !says(r) {
			break
		}
		chars = append(chars, char{size, n, r})
		size += n
	}
	return chars, size
}

// says reports whether a character is one of those that words are made of.
func says(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsNumber(r))
}

// others returns the words that are in none of the names.
func others(words []*word, names []string) []*word {
	known := map[string]bool{}
	for _, name := range names {
		for _, w := range wordsOf([]byte(name), utf8.DecodeRune) {
			known[w.text] = true
		}
	}
	return slices.DeleteFunc(words, func(w *word) bool { return known[w.text] })
}

// name decides what each word becomes; no two become the same, if it can be helped.
func (s *scrub) name(words []*word) {
	taken := map[string]bool{}
	for _, w := range words {
		taken[w.text] = true // also what is there: nothing may seem to be its copy
	}
	for i, w := range words {
		for try := range 100 {
			w.to = s.made.word(w, i+try*len(words), try >= 10 && len(w.chars) > 4)
			if text := string(slices.Concat(w.to...)); !taken[text] {
				taken[text] = true
				break
			}
		}
		for k, to := range w.to {
			if to == nil {
				s.keepPart(w, k, k+1)
			}
		}
	}
}

// words replaces all of these words, or, where that cannot be, the one and then the
// other half.
func (s *scrub) words(words []*word) {
	switch {
	case len(words) == 0, s.try(words, nil):
	case s.over():
		s.all(words)
	case len(words) == 1:
		s.part(words[0], 0, len(words[0].chars))
	default:
		s.words(words[:len(words)/2])
		s.words(words[len(words)/2:])
	}
}

// part replaces characters of a word that cannot be replaced as a whole. What each of
// them could become by itself is tried for the last one left.
func (s *scrub) part(w *word, from, to int) {
	whole := to-from == len(w.chars)
	switch {
	case !whole && s.try([]*word{w}, &Span{from, to}):
	case s.over():
		s.keepPart(w, from, to)
	case to-from == 1:
		s.single(w, from)
	default:
		middle := (from + to) / 2
		s.part(w, from, middle)
		s.part(w, middle, to)
	}
}

// single tries the other characters of a kind.
func (s *scrub) single(w *word, i int) {
	was := w.to[i]
	if was == nil {
		return // noted already
	}
	for _, other := range s.made.alternatives(w, i) {
		w.to[i] = other
		if s.try([]*word{w}, &Span{i, i + 1}) {
			return
		}
	}
	w.to[i] = was
	s.keepPart(w, i, i+1)
}

// try replaces words, of each all of the characters or those of a range, and reports
// whether that is what is now best.
func (s *scrub) try(words []*word, chars *Span) bool {
	if s.over() {
		return false
	}
	candidate := slices.Clone(s.best)
	for _, w := range words {
		w.write(candidate, chars)
	}
	s.left--
	s.out.Steps++
	if !s.keep(candidate) {
		return false
	}
	s.best = candidate
	return true
}

// write puts into all places of a word what its characters become.
func (w *word) write(b []byte, chars *Span) {
	part := Span{0, len(w.chars)}
	if chars != nil {
		part = *chars
	}
	for i := part.Start; i < part.End; i++ {
		for _, at := range w.at {
			copy(b[at+w.chars[i].at:], w.to[i])
		}
	}
}

func (s *scrub) over() bool {
	if !s.out.GaveUp {
		s.out.GaveUp = s.left <= 0 || s.ctx.Err() != nil || !time.Now().Before(s.end)
	}
	return s.out.GaveUp
}

// all leaves words as they are.
func (s *scrub) all(words []*word) {
	for _, w := range words {
		s.keepPart(w, 0, len(w.chars))
	}
}

// keepPart notes that characters of a word, in all its places, are left as they are.
func (s *scrub) keepPart(w *word, from, to int) {
	last := w.chars[to-1]
	for _, at := range w.at {
		s.out.Residue = append(s.out.Residue, Span{at + w.chars[from].at, at + last.at + last.n})
	}
}

// joined makes one span of those that touch.
func joined(spans []Span) []Span {
	var out []Span
	for _, s := range spans {
		if n := len(out); n > 0 && out[n-1].End >= s.Start {
			out[n-1].End = max(out[n-1].End, s.End)
			continue
		}
		out = append(out, s)
	}
	return out
}
