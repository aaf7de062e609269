package ingest

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Dialect are keyword arguments to csv.reader in the order given. Their values
// are Python's: a string is Bytes for py2 and Text for py3, as a literal in the
// team's source would be. Nil means the excel dialect with nothing changed.
type Dialect []DialectOption

// DialectOption is one keyword argument, such as delimiter=';'.
type DialectOption struct {
	Name  string
	Value Value
}

// DialectNames are the keywords csv.reader knows, in Python's order.
var DialectNames = []string{"delimiter", "doublequote", "escapechar", "lineterminator", "quotechar", "quoting", "skipinitialspace", "strict"}

// Excel is what csv.reader goes by where nothing is said, in all parameters: Lib/csv.py,
// class excel, and _csv's own defaults.
var Excel = Dialect{
	{"delimiter", Text(",")}, {"doublequote", Bool(true)}, {"escapechar", None}, {"lineterminator", Text("\r\n")},
	{"quotechar", Text(`"`)}, {"quoting", Int(0)}, {"skipinitialspace", Bool(false)}, {"strict", Bool(false)},
}

var quotingNames = []string{"QUOTE_MINIMAL", "QUOTE_ALL", "QUOTE_NONNUMERIC", "QUOTE_NONE", "QUOTE_STRINGS", "QUOTE_NOTNULL"}

// ParseDialectOption reads "name=value" for a path. The value is None, True,
// False, for quoting a number or constant's name, else the inside of a string
// literal with Python's escapes. Names that csv.reader does not know are kept:
// refusing them is Python's affair.
func ParseDialectOption(p Path, s string) (DialectOption, error) {
	name, literal, ok := strings.Cut(s, "=")
	if !ok || name == "" {
		return DialectOption{}, fmt.Errorf("dialect option %q: want key=value", s)
	}
	v, err := parseDialectValue(p, name, literal)
	if err != nil {
		return DialectOption{}, fmt.Errorf("dialect option %q: %w", s, err)
	}
	return DialectOption{name, v}, nil
}

// ParseDialect reads several options for a path.
func ParseDialect(p Path, options ...string) (Dialect, error) {
	var d Dialect
	for _, s := range options {
		o, err := ParseDialectOption(p, s)
		if err != nil {
			return nil, err
		}
		d = append(d, o)
	}
	return d, nil
}

func parseDialectValue(p Path, name, literal string) (Value, error) {
	switch literal {
	case "None":
		return None, nil
	case "True", "False":
		return Bool(literal == "True"), nil
	}
	if name == "quoting" {
		for i, q := range quotingNames {
			if literal == q {
				return Int(int64(i)), nil
			}
		}
		n, err := strconv.ParseInt(literal, 10, 64)
		if err != nil {
			return None, fmt.Errorf("quoting %q is no number", literal)
		}
		return Int(n), nil
	}
	s, err := unescape(p, literal)
	if p == Py2 {
		return Bytes(s), err
	}
	return Text(s), err
}

// unescape reads the inside of a Python string literal. In Python 2 it is a
// byte string of a UTF-8 source file, where \u is no escape.
func unescape(p Path, s string) (string, error) {
	if !strings.Contains(s, `\`) {
		return s, nil
	}
	var out []byte
	put := func(n uint64) {
		if p == Py2 {
			out = append(out, byte(n))
		} else {
			out = AppendRune(out, rune(n))
		}
	}
	for len(s) > 0 {
		if s[0] != '\\' || len(s) == 1 { // a last lone backslash stands for itself
			_, n := utf8.DecodeRuneInString(s)
			out, s = append(out, s[:n]...), s[n:]
			continue
		}
		c := s[1]
		switch {
		case strings.IndexByte(`\'"abfnrtv`, c) >= 0:
			out = append(out, "\\'\"\a\b\f\n\r\t\v"[strings.IndexByte(`\'"abfnrtv`, c)])
			s = s[2:]
		case c >= '0' && c <= '7':
			n := 2
			for n < len(s) && n < 4 && s[n] >= '0' && s[n] <= '7' {
				n++
			}
			v, _ := strconv.ParseUint(s[1:n], 8, 16)
			put(v)
			s = s[n:]
		case c == 'x' || p == Py3 && (c == 'u' || c == 'U'):
			digits := map[byte]int{'x': 2, 'u': 4, 'U': 8}[c]
			if len(s) < 2+digits {
				return "", fmt.Errorf(`truncated \%c escape`, c)
			}
			v, err := strconv.ParseUint(s[2:2+digits], 16, 32)
			if err != nil || v > utf8.MaxRune {
				return "", fmt.Errorf(`bad \%c escape`, c)
			}
			put(v)
			s = s[2+digits:]
		default: // Python keeps the backslash of an escape it does not know
			out, s = append(out, '\\'), s[1:]
		}
	}
	return string(out), nil
}

// String returns the option as ParseDialectOption reads it.
func (o DialectOption) String() string {
	switch o.Value.Kind {
	case KindNone:
		return o.Name + "=None"
	case KindBytes, KindText:
		return o.Name + "=" + escape(o.Value)
	}
	return o.Name + "=" + o.Value.Str
}

// escape writes a string so that unescape gives it back and a terminal shows it.
func escape(v Value) string {
	if s := v.Str; s == "None" || s == "True" || s == "False" {
		return fmt.Sprintf(`\x%02x`, s[0]) + s[1:] // not the literal that parseDialectValue knows
	}
	var out strings.Builder
	for s := v.Str; len(s) > 0; {
		r, n := DecodeRune(s)
		switch {
		case r == '\\':
			out.WriteString(`\\`)
		case r == '\t':
			out.WriteString(`\t`)
		case r == '\n':
			out.WriteString(`\n`)
		case r == '\r':
			out.WriteString(`\r`)
		case r < ' ' || r == 0x7F || v.Kind == KindBytes && r >= utf8.RuneSelf:
			for _, c := range []byte(s[:n]) {
				fmt.Fprintf(&out, `\x%02x`, c)
			}
		case IsSurrogate(r) || r >= utf8.RuneSelf && r < 0xA0 || r == 0xFEFF || r == 0x2028 || r == 0x2029:
			fmt.Fprintf(&out, `\u%04x`, r)
		default:
			out.WriteString(s[:n])
		}
		s = s[n:]
	}
	return out.String()
}

// Get returns the value of the last option of that name.
func (d Dialect) Get(name string) (Value, bool) {
	for i := len(d) - 1; i >= 0; i-- {
		if d[i].Name == name {
			return d[i].Value, true
		}
	}
	return None, false
}

// For returns the dialect with its strings as literals of the other path's
// Python would hold them.
func (d Dialect) For(p Path) Dialect {
	if d == nil {
		return nil
	}
	out := make(Dialect, len(d))
	for i, o := range d {
		switch {
		case p == Py2 && o.Value.Kind == KindText:
			o.Value.Kind = KindBytes
		case p == Py3 && o.Value.Kind == KindBytes:
			o.Value = Text(bytesAsText(o.Value.Str))
		}
		out[i] = o
	}
	return out
}

func bytesAsText(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return Latin1Text(s)
}

// ParseLiteral reads the inside of a string literal of a path's Python, escapes
// and all: in Python 2 a byte string of a UTF-8 source file, in Python 3 text.
func ParseLiteral(p Path, s string) (Value, error) {
	out, err := unescape(p, s)
	if p == Py2 {
		return Bytes(out), err
	}
	return Text(out), err
}
