package ingest

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

func readLiteral(p Path, arg string) ([]Value, error) {
	v, err := ParseLiteral(p, arg)
	return []Value{v}, err
}

// readText reads a u” literal, which both Pythons have.
func readText(_ Path, arg string) ([]Value, error) {
	return readLiteral(Py3, arg)
}

func readSeparator(p Path, arg string) ([]Value, error) {
	v, err := readLiteral(p, arg)
	if err == nil && v[0].Str == "" {
		err = errors.New("empty separator")
	}
	return v, err
}

func readTwo(p Path, arg string) ([]Value, error) {
	from, to, ok := strings.Cut(arg, ":")
	if !ok {
		return nil, errors.New(`want old:new, a colon in old written \x3a`)
	}
	a, err := ParseLiteral(p, from)
	b, err2 := ParseLiteral(p, to)
	return []Value{a, b}, errors.Join(err, err2)
}

func readFormat(p Path, arg string) ([]Value, error) {
	v, err := readLiteral(p, arg)
	if err == nil {
		err = checkFormat(v[0])
	}
	return v, err
}

func readSpec(p Path, arg string) ([]Value, error) {
	v, err := readLiteral(p, arg)
	if err == nil {
		_, err = placeholder(v[0].Str)
	}
	return v, err
}

// maxDigits bounds what round is asked for: no float has digits further out.
const maxDigits = 400

func readDigits(_ Path, arg string) ([]Value, error) {
	n, err := strconv.Atoi(arg)
	if err != nil || n < -maxDigits || n > maxDigits || strconv.Itoa(n) != arg {
		return nil, fmt.Errorf("want a number of digits from -%d to %d", maxDigits, maxDigits)
	}
	return []Value{Int(int64(n))}, nil
}

// readNumber reads an int or float literal but zero.
func readNumber(_ Path, arg string) ([]Value, error) {
	body := strings.TrimPrefix(arg, "-")
	n, err := strconv.ParseInt(arg, 10, 32)
	if err == nil && n != 0 && strconv.FormatInt(n, 10) == arg {
		return []Value{Int(n)}, nil
	}
	whole, frac, ok := strings.Cut(body, ".")
	if !ok || whole == "" || frac == "" || len(body) > 17 || strings.Trim(whole+frac, "0123456789") != "" || strings.Trim(whole+frac, "0") == "" {
		return nil, errors.New("want a number like 100, -2 or 2.5, not 0")
	}
	return []Value{Float(arg)}, nil
}

// directive is one of a strptime format. Flags, a width, O and E are for 3.14.
var directive = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`%[-_0#]*[0-9]*([OE]?)(.?)`)
})

// checkFormat refuses what strptime would refuse for every cell whatever the version,
// and what is not modelled: two directives for one part of a date, cased letters that
// are not ASCII.
func checkFormat(v Value) error {
	for _, c := range directive().ReplaceAllString(v.Str, "") {
		if c >= utf8.RuneSelf && (unicode.SimpleFold(c) != c || unicode.IsUpper(c) || unicode.IsLower(c) || unicode.IsTitle(c)) {
			return fmt.Errorf("%c in a format is %w", c, ErrNotModelled)
		}
	}
	seen := map[rune]bool{}
	for _, found := range directive().FindAllStringSubmatch(v.Str, -1) {
		alternative, name := found[1], found[2]
		switch {
		case name == "":
			return errors.New("stray % in the format")
		case alternative == "" && !strings.Contains("aAbBcdefGHIjklmMpPrRSTuUVwWxXyYzZ%", name),
			alternative == "O" && !strings.Contains("deHImMSwyCp", name), alternative == "E":
			return fmt.Errorf("%s is no directive of strptime", found[0])
		case alternative == "O" && name != "p":
			continue // no digits of its own in this locale
		}
		for _, part := range partsOf(name) {
			if seen[part] {
				return fmt.Errorf("two directives for one part of a date are %w", ErrNotModelled)
			}
			seen[part] = true
		}
	}
	return nil
}

// partsOf are the parts of a date that a directive sets.
func partsOf(name string) string {
	switch name {
	case "%":
		return ""
	case "Y":
		return "y"
	case "b", "B":
		return "m"
	case "A", "u", "w":
		return "a"
	case "W":
		return "U"
	case "I", "k", "l":
		return "H"
	case "e":
		return "d"
	case "P":
		return "p"
	case "c":
		return "amdHMSy"
	case "x":
		return "mdy"
	case "X", "T":
		return "HMS"
	case "R":
		return "HM"
	case "r":
		return "HMSp"
	}
	return name
}

// conversions are what format knows: flags, width, precision, conversion.
var conversions = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`%(?:%|[-+ 0]*[0-9]{0,2}(?:d|(?:\.[0-9]{1,2})?[sefgEFG]))`)
})

// placeholder returns the conversion of a format string's one placeholder.
func placeholder(s string) (verb byte, err error) {
	if !IsASCII(s) || strings.IndexFunc(s, unicode.IsControl) >= 0 {
		return 0, errors.New("want printable ASCII characters; concat adds others")
	}
	for _, m := range conversions().FindAllString(s, -1) {
		switch {
		case m == "%%":
		case verb != 0:
			return 0, errors.New("more than one value in the format")
		default:
			verb = m[len(m)-1]
		}
	}
	switch {
	case strings.Contains(conversions().ReplaceAllString(s, ""), "%"):
		return 0, errors.New("want flags - + 0 or space, width and precision up to 99 and one of s d e f g E F G, the precision not with d")
	case verb == 0:
		return 0, errors.New("no value in the format")
	}
	return verb, nil
}
