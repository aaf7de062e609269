package detect

import (
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/pycodec"
)

// quotes follows a text as csv.reader does, to tell what is inside quotes: no footer
// begins there, whatever its lines are like.
type quotes struct {
	delimiter, quote, escape byte
	skip                     bool // blanks before a quote
	state                    quoteState
	at                       int64 // bytes seen
	opened                   int64 // where the quotes opened that are open
}

type quoteState uint8

const (
	cellStart quoteState = iota
	inCell
	inQuotes
	quoteInQuotes
	escapedInCell
	escapedInQuotes
)

func (q *quotes) add(text []byte) {
	for _, b := range text {
		q.state = q.after(b)
		q.at++
	}
}

func (q *quotes) after(b byte) quoteState {
	switch {
	case q.state == escapedInQuotes:
		return inQuotes
	case q.state == escapedInCell:
		return inCell
	case q.state == inQuotes && b == q.quote:
		return quoteInQuotes
	case b == q.escape && b != 0:
		if q.state == inQuotes {
			return escapedInQuotes
		}
		return escapedInCell
	case q.state == inQuotes:
		return inQuotes
	case b == q.quote && q.state == cellStart:
		q.opened = q.at
		return inQuotes
	case b == q.quote && q.state == quoteInQuotes:
		return inQuotes
	case b == q.delimiter || b == '\n' || b == '\r':
		return cellStart
	case b == ' ' && q.skip && q.state == cellStart:
		return cellStart
	}
	return inCell
}

func (q *quotes) inside() bool { return q.state == inQuotes || q.state == escapedInQuotes }

// quotes begins anew with the characters of a layout.
func (l *layout) quotes() *quotes {
	return &quotes{delimiter: l.delimiter, quote: l.quote, escape: l.escape, skip: l.reader.blanks > 0, state: cellStart}
}

// quotedAt reports that what begins at a record is inside quotes that opened in one
// before it. Where records as wide as the table follow on the quote, it is a stray one.
func (l *layout) quotedAt(first, i int) bool {
	q := l.quotes()
	from := l.records[first].at
	if q.add(l.reader.text[from:l.records[i].at]); !q.inside() {
		return false
	}
	for i--; i > first && l.records[i].at > from+int(q.opened); i-- {
		if l.records[i].cells == l.columns {
			return false
		}
	}
	return true
}

// quotedIn is the same for a place of the input, of which the layout is only the start.
// It reads all of the table.
func (l *layout) quotedIn(src source, charset string, from, to int64) (bool, error) {
	q, at := l.quotes(), int64(0)
	add := q.decoding(charset)
	if add == nil {
		return true, nil
	}
	src.size = to
	err := src.each(func(p []byte) {
		if skip := min(max(0, from-at), int64(len(p))); skip < int64(len(p)) {
			add(p[skip:])
		}
		at += int64(len(p))
	})
	return q.inside(), err
}

// decoding is add for bytes in a charset, nil where that cannot be decoded. In charsets
// of one byte and in UTF-8 no other character has the bytes of ASCII in it.
func (q *quotes) decoding(charset string) func([]byte) {
	if charset == "ascii" || charset == "utf-8" || charset == "utf-8-sig" || tableOf(charset) != nil && lineBreaksAreASCII(charset) {
		return q.add
	}
	c, fault, err := pycodec.Lookup(ingest.Python313, charset)
	if err != nil || fault != nil {
		return nil
	}
	d, text := c.NewDecoder("replace"), []byte(nil)
	return func(p []byte) {
		text, _ = d.Decode(text[:0], p, false)
		q.add(text)
	}
}
