package pycell

import (
	"strings"
	"unicode/utf8"

	"github.com/feedparity/feedparity/ingest"
)

// directives are what a format may hold, each with the regular expression that
// TimeRE of Lib/_strptime.py gives it: alternatives in order, two characters for
// the first and last of a range, DD for any decimal digit, SS for a sign.
func directives(m *model, c rune) []string {
	switch c {
	case 'd':
		return []string{"3301", "12DD", "0019", "19", "  19"}
	case 'H':
		return withBlank(m, "  DD", "2203", "01DD", "DD")
	case 'I':
		return withBlank(m, "  19", "1102", "0019", "19")
	case 'm':
		return []string{"1102", "0019", "19"}
	case 'j':
		return []string{"336606", "3305DD", "12DDDD", "0019DD", "000019", "19DD", "0019", "19"}
	case 'M':
		return []string{"05DD", "DD"}
	case 'S':
		return []string{"6601", "05DD", "DD"}
	case 'y':
		return []string{"DDDD"}
	case 'Y':
		return []string{"DDDDDDDD"}
	case 'G':
		return []string{"DDDDDDDD"}
	case 'U', 'W':
		return []string{"5503", "04DD", "DD"}
	case 'V':
		return []string{"5503", "0019", "14DD", "DD"}
	case 'u':
		return []string{"17"}
	case 'w':
		return []string{"06"}
	case 'f':
		return []string{"090909090909", "0909090909", "09090909", "090909", "0909", "09"}
	}
	return nil
}

// withBlank adds the alternative of a blank and one digit where hours have it.
func withBlank(m *model, blank string, others ...string) []string {
	if m.blankHour {
		return append(others, blank)
	}
	return others
}

// names are the words of a directive in the C locale, the longest first.
func names(c rune) []string {
	switch c {
	case 'a':
		return []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}
	case 'A':
		return []string{"wednesday", "thursday", "saturday", "tuesday", "monday", "friday", "sunday"}
	case 'b':
		return []string{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}
	case 'B':
		return []string{"september", "february", "november", "december", "january", "october", "august", "march", "april", "june", "july", "may"}
	case 'p':
		return []string{"am", "pm"}
	case 'Z':
		return []string{"utc", "gmt"}
	}
	return nil
}

// offsets are the alternatives of %z: 3.6 knows +HHMM alone, later versions colons,
// seconds and Z, which 3.7 and 3.8 also match in lower case.
func offsets(m *model) []string {
	if m.plainOffset {
		return []string{"SSDDDD05DD"}
	}
	var out []string
	for _, colon := range []string{"::", ""} {
		hours := "SSDDDD" + colon + "05DD"
		for _, second := range []string{"::", ""} {
			seconds := hours + second + "05DD"
			for n := 6; n > 0; n-- {
				out = append(out, seconds+".."+strings.Repeat("DD", n))
			}
			out = append(out, seconds)
		}
		out = append(out, hours)
	}
	out = append(out, "ZZ")
	if m.anyCaseZ {
		out = append(out, "zz")
	}
	return out
}

// An element of a format is a directive, a run of whitespace (' ') or a literal
// character.
type element struct {
	directive bool
	c         rune
}

// A dateFormat is a format taken apart as TimeRE.pattern does, or the message of
// what that refuses.
type dateFormat struct {
	elements []element
	bad      string
}

func parseDateFormat(m *model, v ingest.Value) (f dateFormat) {
	chars := unitsOf(v)
	for i := 0; i < len(chars); {
		switch c := chars[i]; {
		case c == '%':
			name, end := m.directive(v.Kind, chars, i+1)
			if !f.add(m, name) {
				f.bad = m.badDirective(name, v)
				return f
			}
			i = end
		case isBlankUnit(m, v.Kind, c):
			f.elements = append(f.elements, element{true, ' '})
			for i < len(chars) && isBlankUnit(m, v.Kind, chars[i]) {
				i++
			}
		default:
			f.elements = append(f.elements, element{false, c})
			i++
		}
	}
	return f
}

// add adds what a directive stands for and says whether there is such a one.
func (f *dateFormat) add(m *model, name string) bool {
	if name == "%" {
		f.elements = append(f.elements, element{false, '%'})
		return true
	}
	if whole, ok := m.directives[name]; ok {
		f.elements = append(f.elements, parseDateFormat(m, ingest.Text(whole)).elements...)
		return true
	}
	if len(name) != 1 || !strings.Contains(m.fields, name) {
		return false
	}
	f.elements = append(f.elements, element{true, rune(name[0])})
	return true
}

// directive returns what TimeRE.pattern looks up for the "%" before chars[i], and
// where that ends. Characters that are special to re, and the whitespace that became
// one of it, have a backslash before them by then.
func (m *model) directive(kind ingest.Kind, chars []rune, i int) (name string, end int) {
	if m.flags {
		for i < len(chars) && strings.ContainsRune("-_0#", chars[i]) {
			i++
		}
		for i < len(chars) && chars[i] >= '0' && chars[i] <= '9' {
			i++
		}
		if i < len(chars) && (chars[i] == 'O' || chars[i] == 'E') {
			name = string(chars[i])
			i++
		}
	}
	if i == len(chars) {
		return name, i
	}
	c := chars[i]
	escaped := strings.ContainsRune(`\.^$*+?(){}[]|`, c)
	switch {
	case isBlankUnit(m, kind, c):
		name += `\s`
	case escaped && m.flags:
		name += `\` + string(c)
	case escaped:
		name = `\`
	case c == '\'' && m.apostrophe:
		name += "["
	default:
		name += ingest.TextOf(c)
	}
	return name, i + 1
}

// badDirective is the message about one that _strptime does not know.
func (m *model) badDirective(name string, format ingest.Value) string {
	shown := format.Str
	if format.Kind == ingest.KindBytes {
		shown = ingest.Latin1Text(shown)
	}
	if m.flags {
		name = strings.Replace(strings.ReplaceAll(name, `\s`, ""), `\`, "", 1)
	} else if strings.HasPrefix(name, `\`) {
		name = "%"
	}
	if name == "" {
		return "stray % in format '" + shown + "'"
	}
	return "'" + name + "' is a bad directive in format '" + shown + "'"
}

// unitsOf are the characters of a value: of a byte string its bytes.
func unitsOf(v ingest.Value) []rune {
	if v.Kind == ingest.KindText {
		return ingest.Runes(v.Str)
	}
	out := make([]rune, len(v.Str))
	for i := range len(v.Str) {
		out[i] = rune(v.Str[i])
	}
	return out
}

func isBlankUnit(m *model, kind ingest.Kind, c rune) bool {
	if kind == ingest.KindText {
		return isTextSpace(m, c)
	}
	return c < utf8.RuneSelf && isSpace(byte(c))
}

// A matcher finds the first way in which a format matches the beginning of a cell,
// trying alternatives in the order in which Python's re does.
type matcher struct {
	m      *model
	kind   ingest.Kind
	format []element
	data   []rune
	dead   map[[2]int]bool // places from which nothing matched
	ends   []int           // of each element
}

func (t *matcher) match(i, at int) bool {
	if i == len(t.format) {
		return true
	}
	if t.dead[[2]int{i, at}] {
		return false
	}
	for _, n := range t.lengths(t.format[i], at) {
		t.ends[i] = at + n
		if t.match(i+1, at+n) {
			t.ends[i] = at + n
			return true
		}
	}
	t.dead[[2]int{i, at}] = true
	return false
}

// lengths are how many characters an element can take up, most wanted first.
func (t *matcher) lengths(e element, at int) []int {
	var out []int
	rest := t.data[at:]
	switch {
	case !e.directive:
		if len(rest) > 0 && t.same(e.c, rest[0]) {
			out = append(out, 1)
		}
	case e.c == ' ':
		n := 0
		for n < len(rest) && isBlankUnit(t.m, t.kind, rest[n]) {
			n++
		}
		for ; n > 0; n-- {
			out = append(out, n)
		}
	case names(e.c) != nil:
		for _, name := range names(e.c) {
			if t.begins(rest, name) {
				out = append(out, len(name))
			}
		}
	default:
		alternatives := directives(t.m, e.c)
		if e.c == 'z' {
			alternatives = offsets(t.m)
		}
		for _, a := range alternatives {
			if t.inRanges(rest, a) {
				out = append(out, len(a)/2)
			}
		}
	}
	return out
}

func (t *matcher) begins(rest []rune, name string) bool {
	if len(rest) < len(name) {
		return false
	}
	for i, c := range name {
		if !t.same(c, rest[i]) {
			return false
		}
	}
	return true
}

func (t *matcher) inRanges(rest []rune, ranges string) bool {
	if len(rest) < len(ranges)/2 {
		return false
	}
	for i := 0; i < len(ranges); i += 2 {
		c := rest[i/2]
		ok := false
		switch ranges[i : i+2] {
		case "DD":
			_, ok = t.digit(c)
		case "SS":
			ok = c == '+' || c == '-'
		default:
			ok = c >= rune(ranges[i]) && c <= rune(ranges[i+1])
		}
		if !ok {
			return false
		}
	}
	return true
}

// digit is \d, in 2.7 of a byte string.
func (t *matcher) digit(c rune) (rune, bool) {
	if c >= '0' && c <= '9' {
		return c - '0', true
	}
	if t.kind == ingest.KindBytes {
		return 0, false
	}
	d, ok := decimal.table(t.m).find(c)
	return c + d, ok
}

// same is re.IGNORECASE: p is of the pattern. Of text, three letters have
// relatives that are not ASCII (sre_compile._equivalences).
func (t *matcher) same(p, c rune) bool {
	if p >= utf8.RuneSelf || c >= utf8.RuneSelf && t.kind == ingest.KindBytes {
		return p == c
	}
	switch c {
	case '\u02bc':
		return p == '\'' && t.m.apostrophe
	case 'ſ':
		c = 's'
	case 'ı', 'İ':
		c = 'i'
	case '\u212a':
		c = 'k'
	}
	return c < utf8.RuneSelf && toLower(byte(p)) == toLower(byte(c))
}
