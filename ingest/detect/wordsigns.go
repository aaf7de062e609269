package detect

import (
	"strings"
	"unicode"
)

// What a sign costs more, or less, for the word that it stands in or beside.
const (
	noClitic   = 44 // an apostrophe where no language has one
	wordDash   = 28 // a dash between small letters, where feeds have a hyphen
	smallNext  = 44 // a small letter behind the sign of a copyright
	noSentence = 60 // what opens a question or an exclamation of one letter
	ofMeasure  = 60 // less: the square of a unit, or a micro one
)

// inWord is what a sign costs for its word. It says nothing of words of other letters
// than Latin ones.
func inWord(text []char, i int) cost {
	switch text[i].r {
	case '’', '—', '–', '©', '¡', '¿', '²', '³', 'µ', 'μ':
	default:
		return 0
	}
	head, tail := wordsBeside(text, i)
	if len(head) > 0 && head[len(head)-1].script != 1 || len(tail) > 0 && tail[0].script != 1 {
		return 0
	}
	switch r, within := text[i].r, len(head) > 0 && len(tail) > 0; {
	case r == '’' && within && !clitic(head, tail):
		return noClitic
	case (r == '—' || r == '–') && within && head[len(head)-1].kind == lowerCase:
		return wordDash
	case r == '©' && len(tail) > 0 && tail[0].kind == lowerCase:
		return smallNext
	case (r == '¡' || r == '¿') && len(tail) == 1:
		return noSentence
	case (r == '²' || r == '³') && isUnit(head), (r == 'µ' || r == 'μ') && isUnit(tail):
		return -ofMeasure
	}
	return 0
}

// wordsBeside returns the letters before and after a character.
func wordsBeside(text []char, i int) (head, tail []char) {
	from, to := i, i+1
	for from > 0 && text[from-1].class == classLetter {
		from--
	}
	for to < len(text) && text[to].class == classLetter {
		to++
	}
	return text[from:i], text[i+1 : to]
}

// measures are those of length, and what else is measured in millionths.
const measures = " m mm cm dm km in ft yd g l L s A V W H F M N C T Pa mol "

func isUnit(word []char) bool {
	var b [5]byte
	if len(word) == 0 || len(word) > len(b)-2 {
		return false
	}
	p := append(b[:0], ' ')
	for _, c := range word {
		p = append(p, byte(min(c.r, 0x80)))
	}
	return strings.Contains(measures, string(append(p, ' ')))
}

// clitic reports whether an apostrophe stands where languages have one in a word: don’t,
// l’eau, dell’anno, O’Brien.
func clitic(head, tail []char) bool {
	switch first, last := lowerOf(tail[0]), lowerOf(head[len(head)-1]); {
	case len(tail) == 1 && strings.ContainsRune("stdmn", first):
		return true
	case len(tail) == 2 && (first == 'l' && tail[1].r == first || (first == 'r' || first == 'v') && lowerOf(tail[1]) == 'e'):
		return true
	case len(head) == 1:
		return tail[0].kind == upperCase || strings.ContainsRune(elided, first)
	default:
		return (last == 'l' || last == 'u' || last == 't') && strings.ContainsRune(elided, first)
	}
}

// elided are the letters before which French, Italian and Catalan words lose their last.
const elided = "aeiouyhàâáäèéêëìíîïòóôöùúûü"

func lowerOf(c char) rune { return unicode.ToLower(c.r) }
