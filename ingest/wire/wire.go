// Package wire reads and writes the JSON form in which engines, golden cases and
// people exchange outcomes: one JSON value per line, a row each, and where the
// path raised a last line with the fault.
//
//	text            "naïve \ud800"; one that holds a surrogate pair {"codepoints":"61 d83d de00"}
//	bytes           {"bytes":"6e61ef7665"}
//	int, float      {"int":"10"} {"float":"0.1"}
//	decimal, dates  {"decimal":"1.10"} {"date":"2026-11-22"} {"datetime":"2026-11-22T01:02:03"}
//	None, bool      null true false
//	list, set       [v,...] {"set":[v,...]}, a set sorted by wire text
//	dict            {"dict":[[k,v],...]}
//	anything else   {"other":{"type":"uuid.UUID","repr":"..."}}
//	fault           {"fault":{"type":"ValueError","message":"...","row":2}}
//
// The team's own code yields objects as well; one with fields is a dict of them
// with its class first, so that fields are compared and ignored as columns are:
//
//	object          {"dict":[["__class__","shop.models.Price"],["currency","EUR"],...]}
//
// and its fault says at which record of the input it was raised, where that is
// known: {"fault":{"type":"ValueError","message":"...","row":1,"record":7}}.
//
// The writer is canonical: equal values have equal lines, byte for byte what
// json.dumps(v, ensure_ascii=False, separators=(",", ":")) writes in Python, with
// lone surrogates as \udXXX escapes.
package wire

import (
	"slices"
	"strconv"
	"strings"

	"github.com/feedparity/feedparity/ingest"
)

// AppendValue appends the wire form of v to dst.
func AppendValue(dst []byte, v ingest.Value) []byte {
	switch v.Kind {
	case ingest.KindNone:
		return append(dst, "null"...)
	case ingest.KindBool:
		return strconv.AppendBool(dst, v.IsTrue())
	case ingest.KindText:
		return appendText(dst, v.Str)
	case ingest.KindBytes:
		return appendBytes(dst, v.Str)
	case ingest.KindList:
		return appendList(dst, v.Items)
	case ingest.KindSet:
		return append(appendSet(append(dst, `{"set":`...), v.Items), '}')
	case ingest.KindDict:
		return appendDict(dst, v.Items)
	case ingest.KindOther:
		dst = appendString(append(dst, `{"other":{"type":`...), v.Items[0].Str)
		dst = appendString(append(dst, `,"repr":`...), v.Str)
		return append(dst, "}}"...)
	}
	dst = append(append(append(dst, `{"`...), v.Kind.String()...), `":`...)
	return append(appendString(dst, v.Str), '}')
}

// AppendFault appends the wire form of a fault to dst.
func AppendFault(dst []byte, f *ingest.Fault) []byte {
	dst = appendString(append(dst, `{"fault":{"type":`...), f.Type)
	dst = appendString(append(dst, `,"message":`...), f.Message)
	dst = strconv.AppendInt(append(dst, `,"row":`...), int64(f.Row), 10)
	if f.Record > 0 {
		dst = strconv.AppendInt(append(dst, `,"record":`...), int64(f.Record), 10)
	}
	return append(dst, "}}"...)
}

// AppendOutcome appends an outcome, a line per row and one for the fault. An
// outcome with neither is empty.
func AppendOutcome(dst []byte, o ingest.Outcome) []byte {
	for _, r := range o.Rows {
		dst = append(AppendValue(dst, r.Value), '\n')
	}
	if o.Fault != nil {
		dst = append(AppendFault(dst, o.Fault), '\n')
	}
	return dst
}

func appendList(dst []byte, items []ingest.Value) []byte {
	dst = append(dst, '[')
	for i, it := range items {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = AppendValue(dst, it)
	}
	return append(dst, ']')
}

func appendDict(dst []byte, items []ingest.Value) []byte {
	dst = append(dst, `{"dict":[`...)
	for i := 0; i+1 < len(items); i += 2 {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendList(dst, items[i:i+2])
	}
	return append(dst, "]}"...)
}

func appendSet(dst []byte, items []ingest.Value) []byte {
	texts := make([]string, len(items))
	for i, it := range items {
		texts[i] = string(AppendValue(nil, it))
	}
	slices.Sort(texts)
	return append(append(append(dst, '['), strings.Join(texts, ",")...), ']')
}

const hexDigits = "0123456789abcdef"

func appendBytes(dst []byte, s string) []byte {
	dst = append(dst, `{"bytes":"`...)
	for i := 0; i < len(s); i++ {
		dst = append(dst, hexDigits[s[i]>>4], hexDigits[s[i]&15])
	}
	return append(dst, `"}`...)
}

// appendText writes text as a JSON string unless it holds a high surrogate
// followed by a low one, which JSON readers would join into one character.
func appendText(dst []byte, s string) []byte {
	if !hasSurrogatePair(s) {
		return appendString(dst, s)
	}
	dst = append(dst, `{"codepoints":"`...)
	for i := 0; i < len(s); {
		r, n := ingest.DecodeRune(s[i:])
		if i > 0 {
			dst = append(dst, ' ')
		}
		dst = strconv.AppendInt(dst, int64(r), 16)
		i += n
	}
	return append(dst, `"}`...)
}

func hasSurrogatePair(s string) bool {
	for i := 0; ; i++ {
		at := strings.IndexByte(s[i:], 0xED)
		if at < 0 {
			return false
		}
		i += at
		high, n := ingest.DecodeRune(s[i:])
		low, _ := ingest.DecodeRune(s[i+n:])
		if high >= 0xD800 && high < 0xDC00 && low >= 0xDC00 && low < 0xE000 {
			return true
		}
	}
}

// appendString writes a JSON string as Python's json does without ensure_ascii,
// but for surrogates, which no UTF-8 stream can carry.
func appendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' && c != 0xED {
			dst = append(dst, c)
			i++
			continue
		}
		if c == 0xED {
			r, n := ingest.DecodeRune(s[i:])
			if ingest.IsSurrogate(r) {
				dst = strconv.AppendInt(append(dst, `\u`...), int64(r), 16)
			} else {
				dst = append(dst, s[i:i+n]...)
			}
			i += n
			continue
		}
		if e := strings.IndexByte("\"\\\n\r\t\b\f", c); e >= 0 {
			dst = append(dst, '\\', `"\nrtbf`[e])
		} else {
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
		i++
	}
	return append(dst, '"')
}
