// Package mojibake tells which characters of a text were UTF-8 before somebody read them as
// cp1252 or Latin-1, and encoded them again: detection counts such words and normalizing
// repairs them, by one judgement.
package mojibake

import (
	"sync"
	"unicode/utf8"
)

// MaxRun is how many characters of a run are looked at: a longer one is left alone.
const MaxRun = 2048

// Byte is the byte above 0x7F that cp1252 has for a character, Latin-1 where cp1252 has
// none; 0 if neither has one. What was encoded twice is a run of characters that have one:
// what is between runs can be no part of it, before or after.
func Byte(r rune) byte {
	if r >= 0x80 && r <= 0xFF {
		return byte(r)
	}
	if r < 0x80 || r > 0x2122 {
		return 0
	}
	return bytes()[r]
}

// windows are the characters that cp1252 has for 0x80 to 0x9F and Latin-1 has not, in their
// order, with blanks for the bytes that it has none for.
const windows = "€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ"

// bytes maps them to their bytes.
var bytes = sync.OnceValue(func() *[0x2123]byte {
	out, b := new([0x2123]byte), byte(0x80)
	for _, r := range windows {
		if r != ' ' {
			out[r] = b
		}
		b++
	}
	return out
})

// A Fix is a character that some of a run were.
type Fix struct {
	At, N int // of those in the run
	Char  rune
}

// Layer returns what of a run, which stands behind the text so far and before a character,
// was encoded again, if that is likelier than what is there. With what it returns in their
// place it can be asked again, for some is encoded three times.
func (t *Text) Layer(run []rune, after rune) []Fix {
	if len(run) < 2 { // what nearly all are that were not
		return nil
	}
	var out []Fix
	context := t.begin()
	defer context.forget()
	for at := 0; at < len(run); {
		r, n := encoded(run[at:])
		if n > 0 && context.likely(run[at:], n, r, after) {
			out = append(out, Fix{at, n, r})
			context.Add(r)
			context.fixed = true
			at += n
			continue
		}
		context.Add(run[at])
		at++
	}
	return out
}

// Repair takes all layers off a run as Layer does, and counts them. The run becomes what is
// left of it, which is added to the text.
func (t *Text) Repair(run []rune, after rune) (_ []rune, layers int) {
	for {
		fixes := t.Layer(run, after)
		if len(fixes) == 0 {
			break
		}
		layers++
		run = apply(run, fixes)
	}
	for _, r := range run {
		t.Add(r)
	}
	return run, layers
}

func apply(run []rune, fixes []Fix) []rune {
	out, from := run[:0], 0
	for _, f := range fixes {
		out = append(append(out, run[from:f.At]...), f.Char)
		from = f.At + f.N
	}
	return append(out, run[from:]...)
}

// encoded returns the character that the first n of a run stand for the bytes of in UTF-8.
func encoded(run []rune) (r rune, n int) {
	var b [utf8.UTFMax]byte
	for n < min(len(b), len(run)) {
		b[n] = Byte(run[n])
		if n++; b[n-1] == 0 {
			break
		}
		if r, size := utf8.DecodeRune(b[:n]); r != utf8.RuneError && size == n {
			return r, n
		}
	}
	return 0, 0
}
