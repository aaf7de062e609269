package pycell

import (
	"math"
	"strconv"
	"strings"

	"github.com/feedparity/feedparity/ingest"
)

// A spec is a format string with one conversion: what stands before and after it,
// flags, width, precision (-1: none) and the conversion itself.
type spec struct {
	before, after    string
	minus, zero      bool
	sign             string // what a number that is not negative begins with
	width, precision int
	verb             byte
}

// parseSpec takes apart what ingest.ParseType has accepted.
func parseSpec(s string) spec {
	out := spec{precision: -1}
	text := &out.before
	for s != "" {
		switch {
		case s[0] != '%':
			*text += s[:1]
			s = s[1:]
		case s[1] == '%':
			*text += "%"
			s = s[2:]
		default:
			s = out.conversion(s[1:])
			text = &out.after
		}
	}
	return out
}

// conversion reads a placeholder and returns what follows it.
func (p *spec) conversion(s string) (rest string) {
	for ; strings.IndexByte("-+ 0", s[0]) >= 0; s = s[1:] {
		switch s[0] {
		case '-':
			p.minus = true
		case '0':
			p.zero = true
		case '+':
			p.sign = "+"
		case ' ':
			if p.sign == "" {
				p.sign = " "
			}
		}
	}
	n := digitsLen([]byte(s))
	p.width, _ = strconv.Atoi(s[:n])
	s = s[n:]
	if s[0] == '.' {
		n = digitsLen([]byte(s[1:]))
		p.precision, _ = strconv.Atoi(s[1 : 1+n])
		s = s[1+n:]
	}
	p.verb = s[0]
	return s[1:]
}

// formatFunction is 'spec' % v.
func formatFunction(op ingest.Op) cellFunc {
	p := parseSpec(op.Args[0].Str)
	return func(m *model, v ingest.Value) (ingest.Value, *ingest.Fault) {
		out := m.native("")
		var fault *ingest.Fault
		switch p.verb {
		case 's':
			if v.Kind == ingest.KindText { // '...' % u'...' is unicode in 2.7 as well
				out.Kind = ingest.KindText
				out.Str = v.Str
			} else if v.Kind == ingest.KindBytes {
				out.Str = v.Str
			} else {
				out.Str, fault = shown(m, v)
			}
			out.Str = p.cut(out)
		case 'd':
			out.Str, fault = p.integer(m, v)
		default:
			out.Str, fault = p.float(m, v)
		}
		if fault != nil {
			return v, fault
		}
		out.Str = p.before + p.pad(out) + p.after
		return out, nil
	}
}

// length is len(v).
func length(v ingest.Value) int {
	if v.Kind == ingest.KindText {
		return ingest.RuneCount(v.Str)
	}
	return len(v.Str)
}

// cut keeps as many characters as the precision says.
func (p *spec) cut(v ingest.Value) string {
	if p.precision < 0 || length(v) <= p.precision {
		return v.Str
	}
	if v.Kind == ingest.KindBytes {
		return v.Str[:p.precision]
	}
	return ingest.TextOf(ingest.Runes(v.Str)[:p.precision]...)
}

// pad widens to the width; zeros go between sign and number.
func (p *spec) pad(v ingest.Value) string {
	missing := max(p.width-length(v), 0)
	switch {
	case p.minus:
		return v.Str + strings.Repeat(" ", missing)
	case p.zero && p.verb != 's':
		n := 0
		if v.Str != "" && strings.IndexByte("+- ", v.Str[0]) >= 0 {
			n = 1
		}
		return v.Str[:n] + strings.Repeat("0", missing) + v.Str[n:]
	}
	return strings.Repeat(" ", missing) + v.Str
}

// integer is %d, which takes the whole part of a float.
func (p *spec) integer(m *model, v ingest.Value) (string, *ingest.Fault) {
	refused := ""
	if m.bytes {
		refused = "%d format: a number is required, not float"
	}
	switch v.Kind {
	case ingest.KindBool:
		v = intOfBool(v)
	case ingest.KindFloat:
		var fault *ingest.Fault
		if v, fault = truncated(v, refused); fault != nil {
			return "", fault
		}
	}
	if fault := m.tooLong(v.Str); fault != nil {
		return "", fault
	}
	return p.signed(v.Str), nil
}

func (p *spec) signed(s string) string {
	if strings.HasPrefix(s, "-") {
		return s
	}
	return p.sign + s
}

// float is %e, %f and %g.
func (p *spec) float(m *model, v ingest.Value) (string, *ingest.Fault) {
	f, fault := asFloat(m, v)
	if fault != nil {
		if m.bytes {
			name := map[ingest.Kind]string{ingest.KindInt: "long", ingest.KindDecimal: "Decimal"}[v.Kind]
			fault = ingest.Faultf("TypeError", "float argument required, not %s", name)
		}
		return "", fault
	}
	precision := p.precision
	if precision < 0 {
		precision = 6
	}
	verb := p.verb | 0x20
	s := general(f, precision)
	if verb != 'g' && !math.IsNaN(f) && !math.IsInf(f, 0) {
		s = strconv.FormatFloat(f, verb, precision, 64)
	}
	if verb != p.verb {
		s = strings.ToUpper(s)
	}
	return p.signed(s), nil
}
