package sweep

import (
	"strings"

	"github.com/feedparity/feedparity/ingest/report"
)

// family is what the names of a feed's deliveries of one kind have in common, each with its
// directory: numbers in them are "#". So are a date with dashes and what nobody chose: a
// UUID, and a hash or a part of one. A country code is none of these.
func family(name string) string {
	var b strings.Builder
	for i := 0; i < len(name); {
		n := 0
		if i == 0 || !alnum(name[i-1]) {
			n = random(name[i:])
		}
		if n == 0 {
			n = number(name[i:])
		}
		if n == 0 {
			b.WriteByte(name[i])
			i++
			continue
		}
		b.WriteByte('#')
		i += n
	}
	return report.Escape(b.String())
}

func digit(c byte) bool { return '0' <= c && c <= '9' }

func hexLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'f' }

func alnum(c byte) bool { return digit(c) || 'a' <= c|0x20 && c|0x20 <= 'z' }

// shaped reports how long the beginning of a name is that has a shape, 0 if it has not: "9"
// stands for a digit and "h" for a hexadecimal one. Whether a letter may follow, last says.
func shaped(name, shape string, last func(byte) bool) int {
	if len(name) < len(shape) || len(name) > len(shape) && last(name[len(shape)]) {
		return 0
	}
	for i := range len(shape) {
		switch c := name[i]; shape[i] {
		case '9':
			if !digit(c) {
				return 0
			}
		case 'h':
			if !digit(c) && !hexLetter(c) {
				return 0
			}
		default:
			if c != shape[i] {
				return 0
			}
		}
	}
	return len(shape)
}

// number is the length of the number, or of the date, that a name begins with.
func number(name string) int {
	n := 0
	for n < len(name) && digit(name[n]) {
		n++
	}
	return max(n, shaped(name, "9999-99-99", digit), shaped(name, "99-99-9999", digit))
}

// uuid is the shape of one.
var uuid = strings.Join([]string{"hhhhhhhh", "hhhh", "hhhh", "hhhh", "hhhhhhhhhhhh"}, "-")

// A hash has so many digits at least, and a number that a word stands before or behind so
// many.
const (
	leastHash   = 8
	leastNumber = 6
)

// random is the length of the UUID or the hash that a name begins with.
func random(name string) int {
	if n := shaped(name, uuid, alnum); n > 0 {
		return n
	}
	n := 0
	for n < len(name) && (digit(name[n]) || hexLetter(name[n])) {
		n++
	}
	if n < leastHash || n < len(name) && alnum(name[n]) || worded(name[:n]) {
		return 0
	}
	return n
}

// worded reports whether hexadecimal digits are a number and words instead: "feed20261125".
func worded(run string) bool {
	numbers := strings.FieldsFunc(run, func(r rune) bool { return r > '9' })
	if len(numbers) != 1 {
		return len(numbers) == 0
	}
	at := strings.IndexByte(run, numbers[0][0])
	within := at > 0 && at+len(numbers[0]) < len(run)
	return !within && len(numbers[0]) < len(run) || len(numbers[0]) >= leastNumber
}
