package wire

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/feedparity/feedparity/ingest"
)

// A SyntaxError says where a line is not in wire form.
type SyntaxError struct {
	Line int // 1-based, 0 where a single value was parsed
	Byte int // 0-based, within the line
	Msg  string
}

// Error returns "wire line 3, byte 17: message".
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("wire line %d, byte %d: %s", e.Line, e.Byte, e.Msg)
}

// ParseLine reads one line: a value, or a fault (then the value is None).
func ParseLine(line []byte) (ingest.Value, *ingest.Fault, error) {
	p := parser{s: string(line)}
	v, fault, err := p.line()
	if err == nil && p.i < len(p.s) {
		err = p.errorf("text after the value")
	}
	return v, fault, err
}

// ParseValue reads one value.
func ParseValue(line []byte) (ingest.Value, error) {
	v, fault, err := ParseLine(line)
	if err == nil && fault != nil {
		err = &SyntaxError{Msg: "a fault where a value is wanted"}
	}
	return v, err
}

// maxLine bounds a row in wire form; CPython bounds a field, nothing a row.
const maxLine = 1 << 30

// ReadOutcome reads lines to the end of r: rows, then at most one fault. Empty
// lines and lines beginning with '#' are passed over.
func ReadOutcome(r io.Reader) (ingest.Outcome, error) {
	var out ingest.Outcome
	sc := bufio.NewScanner(r)
	sc.Buffer(make([]byte, 64<<10), maxLine)
	for n := 1; sc.Scan(); n++ {
		if len(sc.Bytes()) == 0 || sc.Bytes()[0] == '#' {
			continue
		}
		v, fault, err := ParseLine(sc.Bytes())
		if err == nil && out.Fault != nil {
			err = &SyntaxError{Msg: "a line after the fault"}
		}
		if err != nil {
			var syntax *SyntaxError
			if errors.As(err, &syntax) {
				syntax.Line = n
			}
			return out, err
		}
		if fault != nil {
			out.Fault = fault
			continue
		}
		out.Rows = append(out.Rows, ingest.Row{Value: v, Offset: -1})
	}
	return out, sc.Err()
}

// parser is a JSON reader that keeps lone surrogates, which encoding/json
// replaces, and that knows the few objects of the wire form.
type parser struct {
	s string
	i int
}

func (p *parser) errorf(format string, args ...any) error {
	return &SyntaxError{Byte: p.i, Msg: fmt.Sprintf(format, args...)}
}

func (p *parser) space() {
	for p.i < len(p.s) && strings.IndexByte(" \t\r\n", p.s[p.i]) >= 0 {
		p.i++
	}
}

// accept consumes the token if it comes next.
func (p *parser) accept(token string) bool {
	p.space()
	if !strings.HasPrefix(p.s[p.i:], token) {
		return false
	}
	p.i += len(token)
	return true
}

func (p *parser) expect(token string) error {
	if !p.accept(token) {
		return p.errorf("want %q", token)
	}
	return nil
}

func (p *parser) line() (ingest.Value, *ingest.Fault, error) {
	start := p.i
	if p.accept("{") {
		if name, err := p.str(); err == nil && name == "fault" && p.accept(":") {
			f, err := p.fault()
			p.space()
			return ingest.None, f, err
		}
		p.i = start
	}
	v, err := p.value()
	p.space()
	return v, nil, err
}

func (p *parser) fault() (*ingest.Fault, error) {
	f := new(ingest.Fault)
	if err := p.expect("{"); err != nil {
		return nil, err
	}
	for first := true; !p.accept("}"); first = false {
		if !first {
			if err := p.expect(","); err != nil {
				return nil, err
			}
		}
		name, err := p.str()
		if err == nil {
			err = p.expect(":")
		}
		if err != nil {
			return nil, err
		}
		switch name {
		case "type":
			f.Type, err = p.str()
		case "message":
			f.Message, err = p.str()
		case "row":
			f.Row, err = p.number()
		case "record":
			f.Record, err = p.number()
		default:
			err = p.errorf("unknown key %q in a fault", name)
		}
		if err != nil {
			return nil, err
		}
	}
	return f, p.expect("}")
}

func (p *parser) number() (int, error) {
	p.space()
	start := p.i
	for p.i < len(p.s) && (p.s[p.i] == '-' || p.s[p.i] >= '0' && p.s[p.i] <= '9') {
		p.i++
	}
	n, err := strconv.Atoi(p.s[start:p.i])
	if err != nil {
		return 0, p.errorf("want a number")
	}
	return n, nil
}

// maxDepth bounds nesting, so that no line can exhaust the stack.
const maxDepth = 1000

func (p *parser) value() (ingest.Value, error) { return p.nested(0) }

func (p *parser) nested(depth int) (ingest.Value, error) {
	if depth > maxDepth {
		return ingest.None, p.errorf("nested deeper than %d", maxDepth)
	}
	p.space()
	switch {
	case p.accept("null"):
		return ingest.None, nil
	case p.accept("true"):
		return ingest.Bool(true), nil
	case p.accept("false"):
		return ingest.Bool(false), nil
	case p.i < len(p.s) && p.s[p.i] == '"':
		s, err := p.str()
		return ingest.Text(s), err
	case p.accept("["):
		items, err := p.items(depth)
		return ingest.Value{Kind: ingest.KindList, Items: items}, err
	case p.accept("{"):
		return p.object(depth)
	}
	return ingest.None, p.errorf("want a value")
}

func (p *parser) items(depth int) ([]ingest.Value, error) {
	var items []ingest.Value
	for !p.accept("]") {
		if items != nil {
			if err := p.expect(","); err != nil {
				return nil, err
			}
		}
		v, err := p.nested(depth + 1)
		if err != nil {
			return nil, err
		}
		items = append(items, v)
	}
	return items, nil
}

// object reads what follows the opening brace of a tagged value.
func (p *parser) object(depth int) (v ingest.Value, err error) {
	tag, err := p.str()
	if err == nil {
		err = p.expect(":")
	}
	if err != nil {
		return v, err
	}
	switch tag {
	case "bytes", "codepoints":
		v, err = p.encoded(tag)
	case "int", "float", "decimal", "date", "datetime":
		v.Kind = scalarKinds[tag]
		v.Str, err = p.str()
	case "set":
		if err = p.expect("["); err == nil {
			v.Kind = ingest.KindSet
			v.Items, err = p.items(depth)
		}
	case "dict":
		v, err = p.dict(depth)
	case "other":
		v, err = p.other()
	default:
		err = p.errorf("unknown tag %q", tag)
	}
	if err != nil {
		return v, err
	}
	return v, p.expect("}")
}

var scalarKinds = map[string]ingest.Kind{
	"int": ingest.KindInt, "float": ingest.KindFloat, "decimal": ingest.KindDecimal,
	"date": ingest.KindDate, "datetime": ingest.KindDateTime,
}

func (p *parser) encoded(tag string) (ingest.Value, error) {
	s, err := p.str()
	if err != nil {
		return ingest.None, err
	}
	var out []byte
	if tag == "bytes" {
		for i := 0; i < len(s); i += 2 {
			n, err := strconv.ParseUint(s[i:min(i+2, len(s))], 16, 8)
			if err != nil || i+2 > len(s) {
				return ingest.None, p.errorf("bad hex %q", s)
			}
			out = append(out, byte(n))
		}
		return ingest.Bytes(string(out)), nil
	}
	for _, f := range strings.Fields(s) {
		n, err := strconv.ParseUint(f, 16, 21)
		if err != nil {
			return ingest.None, p.errorf("bad code point %q", f)
		}
		out = ingest.AppendRune(out, rune(n))
	}
	return ingest.Text(string(out)), nil
}

func (p *parser) dict(depth int) (ingest.Value, error) {
	v := ingest.Value{Kind: ingest.KindDict}
	if err := p.expect("["); err != nil {
		return v, err
	}
	pairs, err := p.items(depth)
	if err != nil {
		return v, err
	}
	for _, pair := range pairs {
		if pair.Kind != ingest.KindList || len(pair.Items) != 2 {
			return v, p.errorf("a dict holds [key,value] pairs")
		}
		v.Items = append(v.Items, pair.Items...)
	}
	return v, nil
}

func (p *parser) other() (ingest.Value, error) {
	v := ingest.Value{Kind: ingest.KindOther, Items: make([]ingest.Value, 1)}
	if err := p.expect("{"); err != nil {
		return v, err
	}
	for first := true; !p.accept("}"); first = false {
		if !first && p.expect(",") != nil {
			return v, p.errorf("want , or }")
		}
		name, err := p.str()
		if err == nil {
			err = p.expect(":")
		}
		if err != nil {
			return v, err
		}
		s, err := p.str()
		switch {
		case err != nil:
			return v, err
		case name == "type":
			v.Items[0] = ingest.Text(s)
		case name == "repr":
			v.Str = s
		default:
			return v, p.errorf("unknown key %q", name)
		}
	}
	return v, nil
}

// str reads a JSON string as text.
func (p *parser) str() (string, error) {
	if err := p.expect(`"`); err != nil {
		return "", err
	}
	start := p.i
	if n := strings.IndexAny(p.s[p.i:], `"\`); n >= 0 && p.s[p.i+n] == '"' {
		p.i += n + 1
		return p.s[start : start+n], nil
	}
	var out []byte
	for p.i < len(p.s) {
		c := p.s[p.i]
		p.i++
		switch c {
		case '"':
			return string(out), nil
		case '\\':
			r, err := p.escape()
			if err != nil {
				return "", err
			}
			out = ingest.AppendRune(out, r)
		default:
			out = append(out, c)
		}
	}
	return "", p.errorf("string without an end")
}

func (p *parser) escape() (rune, error) {
	if p.i >= len(p.s) {
		return 0, p.errorf("escape without an end")
	}
	c := p.s[p.i]
	p.i++
	if e := strings.IndexByte(`"\/nrtbf`, c); e >= 0 {
		return rune("\"\\/\n\r\t\b\f"[e]), nil
	}
	if c != 'u' {
		return 0, p.errorf(`unknown escape \%c`, c)
	}
	high, err := p.hex4()
	if err != nil || high < 0xD800 || high >= 0xDC00 || !strings.HasPrefix(p.s[p.i:], `\u`) {
		return high, err
	}
	back := p.i
	p.i += 2
	low, err := p.hex4()
	if err != nil {
		return 0, err
	}
	if low < 0xDC00 || low > 0xDFFF { // two texts of their own, not a pair
		p.i = back
		return high, nil
	}
	return (high-0xD800)<<10 | (low - 0xDC00) + 0x10000, nil
}

func (p *parser) hex4() (rune, error) {
	if p.i+4 > len(p.s) {
		return 0, p.errorf(`truncated \u escape`)
	}
	n, err := strconv.ParseUint(p.s[p.i:p.i+4], 16, 16)
	if err != nil {
		return 0, p.errorf(`bad \u escape`)
	}
	p.i += 4
	return rune(n), nil
}
