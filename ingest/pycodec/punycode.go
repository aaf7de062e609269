package pycodec

import (
	"bytes"
	"fmt"
	"math"
	"math/big"
	"slices"
	"unicode"

	"github.com/feedparity/feedparity/ingest"
)

// punycodeCodec mirrors Lib/encodings/punycode.py: RFC 3492, but for numbers that
// grow as large as they like before somebody looks at them. For errors= it knows
// strict, replace and ignore, of which the last two keep what was decoded so far.
type punycodeCodec struct{ rules *rules }

const punycodeName = "punycode"

func (k punycodeCodec) feed(dst, src []byte, errors string, _ bool) ([]byte, int, *Error) {
	out, err := k.decode(dst, src, errors)
	return out, len(src), err
}

// decode is punycode_decode.
func (k punycodeCodec) decode(dst, src []byte, errors string) ([]byte, *Error) {
	if errors != "strict" && errors != "replace" && errors != "ignore" {
		return dst, plainError(k.rules.whole.unsupported + errors)
	}
	var base []byte
	extended := src
	dash := bytes.LastIndexByte(src, '-')
	if dash >= 0 {
		var err *Error
		if base, err = k.rules.decodeASCII(nil, src[:dash], errors); err != nil {
			if k.rules.whole.placed {
				err = err.within("ascii", src, 0)
			}
			return dst, err
		}
		extended = src[dash+1:]
	}
	if r := k.rules.whole; !r.py2 && !r.placed {
		if _, err := k.rules.decodeASCII(nil, extended, "strict"); err != nil {
			return dst, err
		}
	}
	text, err := k.insert(ingest.Runes(string(base)), extended, errors == "strict")
	if err != nil {
		return dst, err.within(punycodeName, src, dash+1)
	}
	return append(dst, ingest.TextOf(text...)...), nil
}

// insert is insertion_sort: each number in extended says where in base a character
// goes, and by how much its code point is larger than the one before. Positions in
// the error count in extended.
func (k punycodeCodec) insert(base []rune, extended []byte, strict bool) ([]rune, *Error) {
	char, place, turns := big.NewInt(0x80), big.NewInt(-1), new(big.Int)
	bias := firstBias
	for at := 0; at < len(extended); {
		delta, next, err := k.number(extended, at, bias)
		switch {
		case err != nil && strict:
			return nil, err
		case err != nil: // where the next number begins is not known any more
			return base, nil
		}
		place.Add(place, delta).Add(place, bigOne)
		size := big.NewInt(int64(len(base) + 1))
		index := new(big.Int)
		turns.DivMod(place, size, index)
		if char.Add(char, turns); char.Cmp(bigMaxRune) > 0 {
			if strict {
				return nil, k.badChar(char, place)
			}
			char.SetInt64('?')
		}
		place.Set(index)
		base = slices.Insert(base, int(index.Int64()), rune(char.Int64()))
		bias = adapt(delta, at == 0, len(base))
		at = next
	}
	return base, nil
}

var (
	bigOne     = big.NewInt(1)
	bigMaxRune = big.NewInt(unicode.MaxRune)
)

// firstBias is the bias before the first number.
const firstBias = 72

// threshold is T: a digit below it is the last one of a number.
func threshold(j, bias int) int { return min(max(36*(j+1)-bias, 1), 26) }

// number is decode_generalized_number: it returns the number at extended[at:] and
// the index behind it.
func (k punycodeCodec) number(extended []byte, at, bias int) (*big.Int, int, *Error) {
	sum, weight, term := new(big.Int), big.NewInt(1), new(big.Int)
	for j := 0; ; j++ {
		if at == len(extended) {
			return nil, at, k.incomplete(at)
		}
		digit := punycodeDigit(extended[at])
		if digit < 0 {
			return nil, at, k.badDigit(extended, at)
		}
		at++
		t := threshold(j, bias)
		sum.Add(sum, term.Mul(weight, big.NewInt(int64(digit))))
		if digit < t {
			return sum, at, nil
		}
		weight.Mul(weight, big.NewInt(int64(36-t)))
	}
}

// punycodeDigit returns the value of a digit in either case, -1 for any other byte.
func punycodeDigit(c byte) int {
	switch {
	case c >= 'A' && c <= 'Z':
		return int(c - 'A')
	case c >= 'a' && c <= 'z':
		return int(c - 'a')
	case c >= '0' && c <= '9':
		return int(c-'0') + 26
	}
	return -1
}

// adapt returns the bias of the number after delta.
func adapt(delta *big.Int, first bool, chars int) int {
	d, damp := new(big.Int), int64(2)
	if first {
		damp = 700
	}
	d.Quo(delta, big.NewInt(damp))
	d.Add(d, new(big.Int).Quo(d, big.NewInt(int64(chars))))
	bias := 0
	for ; d.Cmp(big.NewInt(455)) > 0; bias += 36 {
		d.Quo(d, big.NewInt(35))
	}
	n := int(d.Int64())
	return bias + 36*n/(n+38)
}

func (k punycodeCodec) incomplete(at int) *Error {
	if !k.rules.whole.placed {
		return plainError("incomplete punicode string")
	}
	return decodeError(nil, malformed{at, at + 1, "incomplete punycode string", punycodeName})
}

// badDigit is what is raised for the byte at extended[at], which is upper-cased by
// then but no letter.
func (k punycodeCodec) badDigit(extended []byte, at int) *Error {
	const text = "Invalid extended code point '%s'"
	switch r := k.rules.whole; {
	case r.placed:
		return decodeError(nil, malformed{at, at + 1, fmt.Sprintf(text, fmt.Sprint(extended[at])), punycodeName})
	case r.looksPast && at+1 == len(extended):
		return &Error{Type: "IndexError", Reason: "string index out of range"}
	case r.looksPast:
		at++
	}
	c := rune(extended[at])
	if c >= 'a' && c <= 'z' {
		c += 'A' - 'a'
	}
	return plainError(fmt.Sprintf(text, string(c)))
}

// badChar is what is raised for a code point beyond Unicode. Its position is not one
// in the input.
func (k punycodeCodec) badChar(char, place *big.Int) *Error {
	reason := fmt.Sprintf("Invalid character U+%x", char)
	switch {
	case !k.rules.whole.placed:
		return plainError(reason)
	case place.Cmp(big.NewInt(math.MaxInt)) > 0:
		return tooLarge()
	}
	at := int(place.Int64())
	return decodeError(nil, malformed{at - 1, at, reason, punycodeName})
}

// encodePunycode is punycode_encode, which idna compares with.
func encodePunycode(text []rune) []byte {
	var out []byte
	var extended []rune
	for _, r := range text {
		if r < 0x80 {
			out = append(out, byte(r))
		} else {
			extended = append(extended, r)
		}
	}
	done := len(out) // characters that the decoder has by then
	if done > 0 {
		out = append(out, '-')
	}
	slices.Sort(extended)
	low, delta, bias, first := rune(0x80), 0, firstBias, true
	for _, char := range slices.Compact(extended) {
		delta += int(char-low) * (done + 1)
		for _, r := range text {
			if r < char {
				delta++
			}
			if r == char {
				out = appendNumber(out, delta, bias)
				done++
				bias = adapt(big.NewInt(int64(delta)), first, done)
				delta, first = 0, false
			}
		}
		delta, low = delta+1, char+1
	}
	return out
}

// appendNumber is generate_generalized_integer.
func appendNumber(dst []byte, n, bias int) []byte {
	const digits = "abcdefghijklmnopqrstuvwxyz0123456789"
	for j := 0; ; j++ {
		t := threshold(j, bias)
		if n < t {
			return append(dst, digits[n])
		}
		dst = append(dst, digits[t+(n-t)%(36-t)])
		n = (n - t) / (36 - t)
	}
}
