package shrink

import (
	"context"
	"slices"
	"unicode"
	"unicode/utf8"
)

// Part is a range of an input that the predicate needs to be something: as it is, or
// of a kind.
type Part struct {
	Span
	// Kind is what will do in its place, such as "digit" or "letter, not ASCII"; "" where
	// nothing else does.
	Kind string
}

// maxExplained is how many characters an input may have to be explained: one that
// could not be made smaller needs more runs than anybody waits for.
const maxExplained = 512

// Explain finds out which parts of an input keep needs, and what they need to be.
// Whatever it does not return may be any letter. The input should be minimal:
// then there is nothing that may just as well not be there. Nothing is returned of
// a large input, and less than all when the steps or the time of the options end.
func Explain(ctx context.Context, input []byte, o ScrubOptions, keep func([]byte) bool) []Part {
	e := &explainer{scrub: newScrub(ctx, input, o, keep)}
	w := &word{text: string(input)}
	for at := 0; at < len(input); {
		r, n := e.made.next(input[at:])
		w.chars = append(w.chars, char{at, n, r})
		at += n
	}
	if len(w.chars) > maxExplained {
		return nil
	}
	for i := range w.chars {
		e.char(w, i)
	}
	return e.parts
}

// fewAlike is how many others of a kind are tried: a run of the team's own code takes
// milliseconds.
const fewAlike = 2

type explainer struct {
	*scrub
	parts []Part
}

// char adds a character to what is needed, unless it may be any letter.
func (e *explainer) char(w *word, i int) {
	c := w.chars[i]
	letter := byte('x')
	if c.r == 'x' {
		letter = 'q'
	}
	to := e.made.coded(w, i, letter)
	if e.holds(c, to) || string(to) != string(letter) && e.holds(c, []byte{letter}) {
		return
	}
	if e.over() {
		return // nothing is known
	}
	kind := ""
	for _, to := range e.alike(w, i) {
		if e.holds(c, to) {
			kind = kindOf(c.r)
			break
		}
	}
	e.add(Part{Span{c.at, c.at + c.n}, kind})
}

// alike returns other characters of the same kind.
func (e *explainer) alike(w *word, i int) [][]byte {
	c := w.chars[i]
	if !says(c.r) {
		return nil
	}
	out := slices.DeleteFunc(e.made.alternatives(w, i), func(to []byte) bool { return string(to) == w.text[c.at:c.at+c.n] })
	return out[:min(len(out), fewAlike)]
}

// holds reports whether the predicate does with other bytes in a character's place.
func (e *explainer) holds(c char, to []byte) bool {
	if to == nil || e.over() {
		return false
	}
	e.left--
	return e.keep(slices.Concat(e.best[:c.at], to, e.best[c.at+c.n:]))
}

// add joins what follows on its like.
func (e *explainer) add(p Part) {
	if n := len(e.parts); n > 0 && e.parts[n-1].End == p.Start && e.parts[n-1].Kind == p.Kind {
		e.parts[n-1].End = p.End
		return
	}
	e.parts = append(e.parts, p)
}

// kindOf names the characters that a word is made of.
func kindOf(r rune) string {
	kind := "letter"
	switch {
	case unicode.IsDigit(r):
		kind = "digit"
	case unicode.IsNumber(r):
		kind = "number"
	case unicode.IsUpper(r):
		kind = "upper-case letter"
	case unicode.IsLower(r):
		kind = "lower-case letter"
	}
	if r >= utf8.RuneSelf {
		kind += ", not ASCII"
	}
	return kind
}
