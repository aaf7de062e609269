// Package pysource reads Python source without running it and without a Python: as
// tokens, logical lines and the functions and calls in them. It is for guessing what
// code does, of either Python, broken files included: what it cannot make sense of
// it passes over, and it never fails.
//
// Lexical analysis follows chapter 2 of The Python Language Reference; what is not
// needed to find calls (numbers' forms, operators of several characters) is not
// told apart.
package pysource

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Kind is the kind of a token.
type Kind uint8

// The kinds of tokens. Comments and white space are none.
const (
	Name   Kind = iota // identifiers and keywords
	Number             // as written
	String             // as written, with prefix and quotes
	Op                 // one character
)

// Token is one token.
type Token struct {
	Kind Kind
	Text string
	Line int // 1-based
	Pos  int // byte in the source at which it begins
}

// Line is a logical line: what stands between two newlines that count.
type Line struct {
	Indent int // columns, tabs to the next multiple of 8
	Number int // of its first token, 1-based
	Tokens []Token
}

// Lines splits source into its logical lines.
func Lines(source []byte) []Line {
	src := bytes.TrimPrefix(source, []byte("\ufeff"))
	s := scanner{src: src, before: len(source) - len(src), line: 1}
	for s.pos < len(s.src) {
		s.logical()
	}
	return s.out
}

type scanner struct {
	src    []byte
	before int // bytes of the source before src
	pos    int
	line   int
	depth  int // of open brackets
	out    []Line
}

// logical reads one logical line; blank lines and comments yield none.
func (s *scanner) logical() {
	l := Line{Indent: s.indent(), Number: s.line}
	s.depth = 0
	for s.pos < len(s.src) {
		switch c := s.src[s.pos]; {
		case c == '\n' || c == '\r':
			s.newline()
			if s.depth == 0 {
				s.end(l)
				return
			}
		case c == '\\' && s.continued():
			s.pos++
			s.newline()
		case c == ' ' || c == '\t' || c == '\f':
			s.pos++
		case c == '#':
			s.comment()
		case c == ';' && s.depth == 0: // another statement of the same block
			s.pos++
			s.end(l)
			l.Tokens, l.Number = nil, s.line
		default:
			l.Tokens = append(l.Tokens, s.token())
		}
	}
	s.end(l)
}

func (s *scanner) end(l Line) {
	if len(l.Tokens) > 0 {
		l.Number = l.Tokens[0].Line
		s.out = append(s.out, l)
	}
}

func (s *scanner) indent() int {
	n := 0
	for ; s.pos < len(s.src); s.pos++ {
		switch s.src[s.pos] {
		case ' ':
			n++
		case '\t':
			n = n/8*8 + 8
		case '\f':
			n = 0
		default:
			return n
		}
	}
	return n
}

// newline passes a line break of any kind.
func (s *scanner) newline() {
	if s.src[s.pos] == '\r' && s.pos+1 < len(s.src) && s.src[s.pos+1] == '\n' {
		s.pos++
	}
	s.pos++
	s.line++
}

func (s *scanner) continued() bool {
	return s.pos+1 < len(s.src) && (s.src[s.pos+1] == '\n' || s.src[s.pos+1] == '\r')
}

func (s *scanner) comment() {
	for s.pos < len(s.src) && s.src[s.pos] != '\n' && s.src[s.pos] != '\r' {
		s.pos++
	}
}

func (s *scanner) token() Token {
	t := Token{Line: s.line, Pos: s.before + s.pos}
	start := s.pos
	switch c := s.src[s.pos]; {
	case c == '"' || c == '\'':
		t.Kind = String
		s.str()
	case c >= '0' && c <= '9':
		t.Kind = Number
		s.word()
	case isWord(s.src[s.pos:]):
		s.word()
		if s.pos < len(s.src) && (s.src[s.pos] == '"' || s.src[s.pos] == '\'') && isPrefix(string(s.src[start:s.pos])) {
			t.Kind = String
			s.str()
		}
	default:
		t.Kind = Op
		s.op()
	}
	t.Text = string(s.src[start:s.pos])
	return t
}

// op takes one character and keeps account of brackets. One that closes nothing is
// passed over, so that a broken line does not swallow the file.
func (s *scanner) op() {
	switch s.src[s.pos] {
	case '(', '[', '{':
		s.depth++
	case ')', ']', '}':
		s.depth = max(s.depth-1, 0)
	}
	_, n := utf8.DecodeRune(s.src[s.pos:])
	s.pos += n
}

func (s *scanner) word() {
	for s.pos < len(s.src) && isWord(s.src[s.pos:]) {
		_, n := utf8.DecodeRune(s.src[s.pos:])
		s.pos += n
	}
}

// isWord reports whether a character can be part of a name. Python 3 has names of
// all letters; bytes that are no UTF-8 stand for letters of another charset.
func isWord(src []byte) bool {
	r, _ := utf8.DecodeRune(src)
	return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) || r == utf8.RuneError
}

func isPrefix(word string) bool {
	return len(word) <= 2 && strings.Trim(strings.ToLower(word), "rbuf") == ""
}

// str passes a string literal from its quote on. One in single quotes ends with its
// line at the latest, as an error of whoever wrote it.
func (s *scanner) str() {
	quote := s.src[s.pos]
	triple := bytes.HasPrefix(s.src[s.pos:], []byte{quote, quote, quote})
	if s.pos++; triple {
		s.pos += 2
	}
	for s.pos < len(s.src) {
		switch c := s.src[s.pos]; {
		case c == '\\' && s.pos+1 < len(s.src):
			if s.pos++; s.src[s.pos] == '\n' || s.src[s.pos] == '\r' {
				s.newline()
				continue
			}
		case c == quote && !triple:
			s.pos++
			return
		case c == quote && bytes.HasPrefix(s.src[s.pos:], []byte{quote, quote, quote}):
			s.pos += 3
			return
		case c == '\n' || c == '\r':
			if !triple {
				return
			}
			s.newline()
			continue
		}
		s.pos++
	}
}

// Value returns what a string literal holds, "" and false for other tokens and for
// literals that are put together of parts (f-strings). Escapes other than of quotes
// and of a tab are left as written: names of codecs and modes have none.
func (t Token) Value() (string, bool) {
	i := strings.IndexAny(t.Text, `'"`)
	if t.Kind != String || i < 0 || strings.ContainsAny(t.Text[:i], "fF") {
		return "", false
	}
	prefix, body := strings.ToLower(t.Text[:i]), t.Text[i:]
	quote := body[:1]
	if strings.HasPrefix(body, strings.Repeat(quote, 3)) {
		quote = body[:3]
	}
	if len(body) < 2*len(quote) {
		return "", false
	}
	body = strings.TrimSuffix(body[len(quote):], quote)
	if !strings.Contains(prefix, "r") {
		body = strings.NewReplacer(`\t`, "\t", `\'`, "'", `\"`, `"`, `\\`, `\`).Replace(body)
	}
	return body, true
}
