package pycsv

import (
	"unicode/utf8"

	"github.com/feedparity/feedparity/ingest"
)

// state is ParserState of Modules/_csv.c.
type state uint8

const (
	// startRecord is before the first character of a record; an item that ends in
	// this state ends a row.
	startRecord state = iota
	// startField is before the first character of a field, or behind skipped spaces.
	startField
	// escapedChar is behind an escapechar outside quotes.
	escapedChar
	// inField is in the unquoted text of a field, also behind its closing quote.
	inField
	// inQuotedField is between quotes; the end of an item does not end it.
	inQuotedField
	// escapeInQuotedField is behind an escapechar between quotes.
	escapeInQuotedField
	// quoteInQuotedField is behind a quote between quotes: it closes the field or
	// is the first of two that stand for one.
	quoteInQuotedField
	// eatCRNL is behind the newline that ended the record: only more newlines may
	// follow in this item.
	eatCRNL
	// afterEscapedCRNL is behind an escaped newline (3.x only). It is inField but
	// for the end of the item, which does not end the record.
	afterEscapedCRNL
)

// parseItem feeds the characters of one item and then its end to the parser.
func (r *Reader) parseItem(s string) bool {
	for i := 0; i < len(s); {
		if n := r.plainRun(s[i:]); n > 0 {
			if !r.parseAddChar(s[i : i+n]) {
				return false
			}
			i += n
			continue
		}
		// In 2.7 a character is a byte, whatever the file's encoding.
		c, n := rune(s[i]), 1
		if c >= utf8.RuneSelf && r.v.Text {
			c, n = ingest.DecodeRune(s[i:])
		}
		// Reader_iternext looks for NUL itself, before the state machine sees it.
		if c == 0 && r.v.NUL != "" {
			return r.fail("csv.Error", "%s", r.v.NUL)
		}
		r.trace.at, r.trace.next = i, i+n
		if !r.parseProcessChar(c, s[i:i+n]) {
			return false
		}
		i += n
	}
	r.trace.at, r.trace.next = len(s), len(s)
	return r.parseProcessChar(eol, "\n") // where the end of an item is added to a field, it is as a newline
}

// plainRun returns how many bytes at the beginning of s are characters that the
// current state adds to the field without any change of state.
func (r *Reader) plainRun(s string) int {
	stops := &r.d.fieldStops
	switch r.state {
	case inField, afterEscapedCRNL:
	case inQuotedField:
		stops = &r.d.quotedStops
	default:
		return 0
	}
	for n := 0; n < len(s); n++ {
		if stops[s[n]] {
			return n
		}
	}
	return len(s)
}

// parseProcessChar is parse_process_char of CPython 2.7 to 3.13: one character c,
// or eol, in the current state. s is what is added to the field if c is.
func (r *Reader) parseProcessChar(c rune, s string) bool {
	d := r.d
	switch r.state {
	case startRecord:
		if c == eol {
			// an empty item is an empty row
			return true
		}
		if isNewline(c) {
			r.state = eatCRNL
			return true
		}
		r.state = startField
		return r.processStartField(c, s)

	case startField:
		return r.processStartField(c, s)

	case escapedChar:
		// The end of the item comes here as well: it adds a newline and the record
		// goes on with the next item, in every version.
		if isNewline(c) && r.v.AfterEscapedNewline {
			r.state = afterEscapedCRNL
		} else {
			r.state = inField
		}
		return r.parseAddChar(s)

	case afterEscapedCRNL, inField:
		switch {
		case c == eol && r.state == afterEscapedCRNL: // the record goes on with the next item
		case isNewline(c) || c == eol:
			return r.endRecord(c)
		case c == d.escapechar:
			r.state = escapedChar
		case c == d.delimiter:
			r.state = startField
			return r.parseSaveField()
		default: // afterEscapedCRNL stays as it is
			return r.parseAddChar(s)
		}

	case inQuotedField:
		switch {
		case c == eol:
			// the next item is glued on, with nothing between
		case c == d.escapechar:
			r.state = escapeInQuotedField
		case c == d.quotechar && d.quoting != QuoteNone:
			r.state = inField
			if d.doublequote {
				r.state = quoteInQuotedField
			}
		default:
			return r.parseAddChar(s)
		}

	case escapeInQuotedField:
		r.state = inQuotedField
		return r.parseAddChar(s)

	case quoteInQuotedField: // doublequote: seen a quote in a quoted field
		return r.processQuoteInQuoted(c, s)

	case eatCRNL:
		switch {
		case isNewline(c):
		case c == eol:
			r.state = startRecord
		default:
			return r.fail("csv.Error", "%s", r.v.Newline)
		}
	}
	return true
}

func isNewline(c rune) bool { return c == '\n' || c == '\r' }

// endRecord saves the field at a newline or at the end of the item.
func (r *Reader) endRecord(c rune) bool {
	r.state = eatCRNL
	if c == eol {
		r.state = startRecord
	}
	return r.parseSaveField()
}

// processStartField is the case START_FIELD of parse_process_char. The quotechar is
// tested before escapechar and delimiter here, and inside a field not at all.
func (r *Reader) processStartField(c rune, s string) bool {
	d := r.d
	r.unquotedField = true
	switch {
	case isNewline(c) || c == eol:
		return r.endRecord(c)
	case c == d.quotechar && d.quoting != QuoteNone:
		r.unquotedField = false
		r.state = inQuotedField
	case c == d.escapechar:
		r.state = escapedChar
	case c == ' ' && d.skipinitialspace:
		r.trace.skip()
	case c == d.delimiter:
		return r.parseSaveField()
	default:
		r.numericField = d.quoting == QuoteNonnumeric
		r.state = inField
		return r.parseAddChar(s)
	}
	return true
}

// processQuoteInQuoted is the case QUOTE_IN_QUOTED_FIELD of parse_process_char.
func (r *Reader) processQuoteInQuoted(c rune, s string) bool {
	d := r.d
	switch {
	case c == d.quotechar && d.quoting != QuoteNone:
		r.state = inQuotedField
		return r.parseAddChar(s)
	case c == d.delimiter:
		r.state = startField
		return r.parseSaveField()
	case isNewline(c) || c == eol:
		return r.endRecord(c)
	case !d.strict:
		r.state = inField
		return r.parseAddChar(s)
	}
	return r.fail("csv.Error", "'%s' expected after '%s'", r.v.charText(d.delimiter), r.v.charText(d.quotechar))
}

// charText shows a dialect character in a message; 2.7's is a byte, and messages
// show its bytes as U+0000 to U+00FF in any case.
func (v *Version) charText(c rune) string { return string(ingest.AppendRune(nil, c)) }
