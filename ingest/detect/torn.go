package detect

import (
	"fmt"
	"strings"
)

// Torn is the characters of an input in UTF-8 that are not all there: something cut them
// off behind their first bytes, as what cuts text by bytes does at a column's width, or
// lost the last one, as what takes 0xA0 for a blank does.
type Torn struct {
	Count int64
	Chars []TornChar // the first of them
}

// TornChar is what is left of one.
type TornChar struct {
	Offset      int64 // of Bytes in the input
	Row, Column int64 // from 1
	Bytes       []byte
}

// maxTorn is how many of them are listed.
const maxTorn = 64

// String says how many there are and where the first ones are.
func (t Torn) String() string {
	const shown = 3
	var at []string
	for _, c := range t.Chars[:min(len(t.Chars), shown)] {
		s := fmt.Sprintf("byte 0x%x", c.Offset)
		if c.Row > 0 {
			s += fmt.Sprintf(" (row %d, column %d)", c.Row, c.Column)
		}
		at = append(at, s)
	}
	more := ""
	if t.Count > int64(len(at)) {
		more = " and others"
	}
	if t.Count == 1 {
		return "1 character is torn, at " + at[0]
	}
	return fmt.Sprintf("%d characters are torn, at %s%s", t.Count, strings.Join(at, ", "), more)
}

// byTorn answers for what is UTF-8 but for characters that are torn at the end of a word.
func byTorn(src source) (Result, bool, error) {
	var t tornCheck
	if err := src.each(t.add); err != nil || !t.finish() {
		return Result{}, false, err
	}
	r := result("utf-8", tornConfidence, fmt.Sprintf("is UTF-8 (%d whole non-ASCII characters), but %s", t.whole, t.torn))
	r.Torn = t.torn
	return r, true, nil
}

// locateTorn fills in where in the table the torn characters are.
func (r *Result) locateTorn(src source) error {
	l := newLocator(r.Dialect)
	for _, c := range r.Torn.Chars {
		l.cells = append(l.cells, located{Cell: Cell{Offset: c.Offset}})
	}
	if err := src.each(l.add); err != nil {
		return err
	}
	for i, c := range l.cells {
		r.Torn.Chars[i].Row, r.Torn.Chars[i].Column = c.Row, c.Column
	}
	return nil
}

// What an answer needs: text in one charset of single bytes ends words with bytes that
// begin characters in UTF-8, but then hardly has whole ones.
const (
	tornConfidence = 0.9
	leastWhole     = 3
	wholeForEach   = 4
)

// tornCheck looks at all characters of an input, until one tells that it is not UTF-8.
type tornCheck struct {
	utf8       utf8Check
	taken      int64  // bytes
	part       []byte // of the character at hand
	before     byte   // in front of it
	last       byte
	whole      int64
	wholeLeads [256]bool // which bytes begin them
	tornLeads  [256]bool // which begin those that are torn and too short to tell by themselves
	inField    bool      // there is a whole one
	inLine     bool
	doubtful   bool // the line has a torn one that is right only beside a whole one
	torn       Torn
	refuted    bool
}

func (t *tornCheck) add(p []byte) {
	for i := 0; i < len(p) && !t.refuted; i++ {
		if t.utf8.need == 0 && !t.inField && !t.inLine && !t.doubtful { // ASCII changes nothing
			n := nextHigh(p[i:])
			if n < 0 {
				n = len(p) - i
			}
			if n > 0 {
				t.last = p[i+n-1]
			}
			if i += n; i == len(p) {
				break
			}
		}
		t.step(p[i], t.taken+int64(i))
	}
	t.taken += int64(len(p))
}

func (t *tornCheck) step(c byte, at int64) {
	u := &t.utf8
	switch {
	case u.need > 0 && c >= u.lo && c <= u.hi:
		u.continuation(c)
		if t.part = append(t.part, c); u.need == 0 {
			t.complete()
		}
	case u.need > 0 && !endsWord(c):
		t.refuted = true
	case c < 0x80:
		if u.need > 0 {
			t.tear(at)
		}
		if t.inField = t.inField && !endsField(c); c == '\n' || c == '\r' {
			t.endLine()
		}
	default:
		u.step(c)
		t.refuted = u.bad > 0
		t.part, t.before = append(t.part[:0], c), t.last
	}
	t.last = c
}

// complete takes the character that has all its bytes.
func (t *tornCheck) complete() {
	if t.whole == 0 && t.torn.Count == 0 && string(t.part) == utf8Mark { // which is no character of the text
		return
	}
	t.whole++
	t.inField, t.inLine = true, true
	t.wholeLeads[t.part[0]] = true
}

// tear takes the character that ends before a byte and has not all its bytes.
func (t *tornCheck) tear(at int64) {
	t.utf8.need = 0
	t.torn.Count++
	if len(t.torn.Chars) < maxTorn {
		t.torn.Chars = append(t.torn.Chars, TornChar{Offset: at - int64(len(t.part)), Bytes: append([]byte(nil), t.part...)})
	}
	if len(t.part) > 2 || len(t.part) == 2 && t.inField { // by no chance
		return
	}
	if t.tornLeads[t.part[0]] = true; len(t.part) == 2 {
		return
	}
	switch c, lower := t.part[0], t.before >= 'a' && t.before <= 'z'; {
	case lower && c > 0xE2: // a small letter in the charsets of Europe, such as é
		t.refuted = true
	case lower && c != 0xDF && c != 0xE1, endsWord(t.before) && (c == 0xC3 || c == 0xC4): // a capital or no word, and no ß
	default:
		t.doubtful = true
	}
}

// endLine refutes that a torn character is one that has nothing to show for it.
func (t *tornCheck) endLine() {
	t.refuted = t.refuted || t.doubtful && !t.inLine
	t.doubtful, t.inLine = false, false
}

// finish reports whether all is UTF-8 or torn, and something is.
func (t *tornCheck) finish() bool {
	if !t.refuted && t.utf8.need > 0 {
		t.tear(t.taken)
	}
	t.endLine()
	for c, torn := range t.tornLeads {
		t.refuted = t.refuted || torn && !t.wholeLeads[c]
	}
	return !t.refuted && t.torn.Count > 0 && t.whole >= leastWhole && t.whole >= wholeForEach*t.torn.Count
}

// endsWord reports whether a character is neither a letter nor a digit.
func endsWord(c byte) bool {
	return c < 0x80 && (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z')
}

// endsField reports whether a character is one of those that most often end a cell, as
// the dialect is not known yet.
func endsField(c byte) bool { return mainDelimiter(c) || c == '\n' || c == '\r' }
