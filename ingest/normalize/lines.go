package normalize

import "bytes"

// lines makes line breaks outside quotes LF. What is inside quotes it tells as
// csv.reader does (Modules/_csv.c, reduced to what decides whether a line break is
// data), so that the rows are what they were.
type lines struct {
	o       *Options
	w       *writer
	next    stage
	state   state
	escaped bool // the last character was the escape character
	crs     []piece
}

// state is where in a record the next character stands.
type state uint8

const (
	fieldStart state = iota
	inField
	inQuoted
	quoteInQuoted
)

func (l *lines) put(p piece) error {
	outside := l.state != inQuoted && !l.escaped
	switch {
	case outside && p.is('\r'):
		return l.carriageReturn(p)
	case outside && p.is('\n') && len(l.crs) > 0:
		whole := piece{offset: l.crs[0].offset, src: crlf, text: crlf}
		if len(l.crs) > 1 || l.crs[0].kind != "" || p.kind != "" {
			whole = joined(append(l.crs, p))
		}
		l.crs = l.crs[:0]
		return l.lineBreak(whole)
	}
	if err := l.lineBreaks(); err != nil {
		return err
	}
	if l.state == inQuoted {
		if err := l.quotedNewlines(p); err != nil {
			return err
		}
	}
	switch {
	case p.run():
		return l.run(p)
	case len(p.text) > 0:
		l.follow(p.char())
	}
	return l.next.put(p)
}

// run hands on a run, without the CRs of its line breaks unless they are data. No quote is
// in it: it is all inside quotes or all outside.
func (l *lines) run(p piece) error {
	l.escaped = false
	for l.state != inQuoted {
		i := bytes.IndexByte(p.text, '\r')
		if i < 0 {
			break
		}
		if i > 0 {
			l.state = l.afterRun(p.text[:i])
			if err := l.next.put(piece{offset: p.offset, src: p.src[:i], text: p.text[:i]}); err != nil {
				return err
			}
		}
		if err := l.lineBreak(piece{offset: p.offset + int64(i), src: crlf, text: crlf}); err != nil {
			return err
		}
		i += len(crlf)
		if p = (piece{offset: p.offset + int64(i), src: p.src[i:], text: p.text[i:]}); len(p.text) == 0 {
			return nil
		}
	}
	l.state = l.afterRun(p.text)
	return l.next.put(p)
}

// quotedNewlines notes the line breaks of a piece inside quotes.
func (l *lines) quotedNewlines(p piece) error {
	if !p.run() {
		if !p.is('\r') && !p.is('\n') {
			return nil
		}
		return l.w.noted(QuotedNewline, p, "kept")
	}
	for at := 0; ; at++ {
		i := bytes.IndexByte(p.text[at:], '\n')
		if i < 0 {
			return nil
		}
		at += i
		from := at
		if at > 0 && p.text[at-1] == '\r' {
			from--
		}
		if err := l.w.noted(QuotedNewline, piece{offset: p.offset + int64(from), src: p.src[from : at+1], text: p.text[from : at+1]}, "kept"); err != nil {
			return err
		}
	}
}

// afterRun is the state after a run, which its last character decides.
func (l *lines) afterRun(text []byte) state {
	if l.state == inQuoted {
		return inQuoted
	}
	last := len(text) - 1
	for l.o.SkipInitialSpace && l.o.Delimiter != ' ' && last >= 0 && text[last] == ' ' {
		last--
	}
	if last < 0 { // nothing but blanks after a line break, for a run does not begin with one
		return fieldStart
	}
	if c := rune(text[last]); c == '\n' || c == l.o.Delimiter {
		return fieldStart
	}
	return inField
}

// joined is adjoining pieces as one.
func joined(ps []piece) piece {
	whole := piece{offset: ps[0].offset}
	for _, p := range ps {
		whole.src = append(whole.src, p.src...)
		whole.text = append(whole.text, p.text...)
	}
	if !bytes.Equal(whole.src, whole.text) {
		whole.kind = Transcode
	}
	return whole
}

// carriageReturn waits for what follows: CR CR LF, which text mode makes of CRLF
// on Windows, is one line break, as are CR LF and CR.
func (l *lines) carriageReturn(p piece) error {
	if len(l.crs) == 2 {
		first := l.crs[0]
		l.crs = append(l.crs[:0], l.crs[1])
		if err := l.lineBreak(first); err != nil {
			return err
		}
	}
	if p.kind == "" {
		p.src, p.text = crlf[:1:1], crlf[:1:1]
	} else {
		p = p.clone()
	}
	l.crs = append(l.crs, p)
	return nil
}

// What line breaks are made of; nobody writes to it.
var crlf, lf = []byte("\r\n"), []byte("\n")

// lineBreaks ends the wait: each CR is a line break of its own.
func (l *lines) lineBreaks() error {
	for _, p := range l.crs {
		if err := l.lineBreak(p); err != nil {
			return err
		}
	}
	l.crs = l.crs[:0]
	return nil
}

func (l *lines) lineBreak(p piece) error {
	l.follow('\n')
	return l.next.put(p.changed(Newline, lf))
}

// follow follows the record with a character that is kept.
func (l *lines) follow(c rune) {
	switch {
	case l.escaped:
		l.escaped = false
		if l.state != inQuoted {
			l.state = inField
		}
	case l.o.Escapechar != 0 && c == l.o.Escapechar:
		l.escaped = true
	default:
		l.state = l.o.after(l.state, c)
	}
}

// after is the state after a character.
func (o *Options) after(s state, c rune) state {
	quote := c == o.Quotechar && !o.NoQuotes
	switch {
	case s == inQuoted && quote:
		return quoteInQuoted
	case s == inQuoted:
		return inQuoted
	case quote && (s == fieldStart || s == quoteInQuoted):
		return inQuoted
	case c == o.Delimiter || c == '\n' || c == '\r':
		return fieldStart
	case s == fieldStart && c == ' ' && o.SkipInitialSpace:
		return fieldStart
	}
	return inField
}

func (l *lines) end() error {
	if err := l.lineBreaks(); err != nil {
		return err
	}
	return l.next.end()
}
