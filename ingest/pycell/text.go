package pycell

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/feedparity/feedparity/ingest"
)

// predicate is isdigit(), isalpha() or isspace(): whether there are characters and
// all of them have the property, of a byte string in the C locale.
func predicate(ofByte func(byte) bool, of *property) cellFunc {
	return func(m *model, v ingest.Value) (ingest.Value, *ingest.Fault) {
		all := v.Str != ""
		for i := 0; all && i < len(v.Str); {
			r, n := rune(v.Str[i]), 1
			if v.Kind == ingest.KindText {
				r, n = ingest.DecodeRune(v.Str[i:])
			}
			if v.Kind == ingest.KindBytes {
				all = ofByte(byte(r))
			} else {
				all = of.has(m, r)
			}
			i += n
		}
		return ingest.Bool(all), nil
	}
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// splitFunction is split() and split(separator).
func splitFunction(op ingest.Op) cellFunc {
	return func(m *model, v ingest.Value) (ingest.Value, *ingest.Fault) {
		var parts []string
		if len(op.Args) == 0 {
			parts = fields(m, v)
		} else {
			sep, fault := coerced(v, op.Args[0])
			if fault != nil {
				return v, fault
			}
			parts = strings.Split(v.Str, sep.Str)
		}
		out := ingest.Value{Kind: ingest.KindList, Items: make([]ingest.Value, len(parts))}
		for i, s := range parts {
			out.Items[i] = ingest.Value{Kind: v.Kind, Str: s}
		}
		return out, nil
	}
}

// fields are what stands between runs of whitespace.
func fields(m *model, v ingest.Value) []string {
	var out []string
	start := -1
	for i := 0; i < len(v.Str); {
		n, blank := 1, isSpace(v.Str[i])
		if v.Kind == ingest.KindText {
			var r rune
			r, n = ingest.DecodeRune(v.Str[i:])
			blank = isTextSpace(m, r)
		}
		switch {
		case blank && start >= 0:
			out, start = append(out, v.Str[start:i]), -1
		case !blank && start < 0:
			start = i
		}
		i += n
	}
	if start >= 0 {
		out = append(out, v.Str[start:])
	}
	return out
}

// coerced is what Python 2 makes of a byte string that meets a unicode one, which
// is text if it is ASCII and UnicodeDecodeError if not; else arg as it is.
func coerced(v, arg ingest.Value) (ingest.Value, *ingest.Fault) {
	if v.Kind == ingest.KindText && arg.Kind == ingest.KindBytes {
		return asciiText(arg.Str)
	}
	return arg, nil
}

// asciiText is bytes.decode('ascii').
func asciiText(s string) (ingest.Value, *ingest.Fault) {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return ingest.None, ingest.Faultf("UnicodeDecodeError", "'ascii' codec can't decode byte 0x%02x in position %d: ordinal not in range(128)", s[i], i)
		}
	}
	return ingest.Text(s), nil
}

// asciiBytes is unicode.encode('ascii') of Python 2.
func asciiBytes(s string) (ingest.Value, *ingest.Fault) {
	if ingest.IsASCII(s) {
		return ingest.Bytes(s), nil
	}
	start, end, first := -1, -1, rune(0)
	for at, r := range ingest.Runes(s) {
		if r < utf8.RuneSelf {
			if start >= 0 {
				break
			}
			continue
		}
		if start < 0 {
			start, first = at, r
		}
		end = at
	}
	where := fmt.Sprintf("characters in position %d-%d", start, end)
	if start == end {
		where = fmt.Sprintf("character u'%s' in position %d", appendEscaped(nil, first, '\''), start)
	}
	return ingest.None, ingest.Faultf("UnicodeEncodeError", "'ascii' codec can't encode %s: ordinal not in range(128)", where)
}

// replaceFunction is replace(old, new).
func replaceFunction(op ingest.Op) cellFunc {
	return func(_ *model, v ingest.Value) (ingest.Value, *ingest.Fault) {
		from, fault := coerced(v, op.Args[0])
		if fault != nil {
			return v, fault
		}
		to, fault := coerced(v, op.Args[1])
		if fault != nil {
			return v, fault
		}
		if from.Str != "" {
			v.Str = strings.ReplaceAll(v.Str, from.Str, to.Str)
		} else {
			v.Str = interleave(v, to.Str)
		}
		return v, nil
	}
}

// interleave is replace(”, s): s before each character and at the end.
func interleave(v ingest.Value, s string) string {
	var out strings.Builder
	for i := 0; i < len(v.Str); {
		n := 1
		if v.Kind == ingest.KindText {
			_, n = ingest.DecodeRune(v.Str[i:])
		}
		out.WriteString(s)
		out.WriteString(v.Str[i : i+n])
		i += n
	}
	out.WriteString(s)
	return out.String()
}

// concatFunction is cell + 'text' (append) and cell + u'text' (concat). In Python 2
// the one of the two that is bytes becomes text, if it can.
func concatFunction(op ingest.Op) cellFunc {
	return func(_ *model, v ingest.Value) (ingest.Value, *ingest.Fault) {
		arg, fault := coerced(v, op.Args[0])
		if fault != nil {
			return v, fault
		}
		if v, fault = coerced(arg, v); fault != nil {
			return v, fault
		}
		v.Str += arg.Str
		return v, nil
	}
}

// swapText is unicode.swapcase() (2.7: fixswapcase, 3.x: do_swapcase, which gives
// a capital sigma at the end of a word its form).
func swapText(m *model, s string) string {
	swap := swapCase.table(m)
	return mapText(s, func(dst []byte, at int, r rune) []byte {
		if r == sigma {
			return appendLower(dst, m, s, at, r)
		}
		return swap.appendMapped(dst, r)
	})
}

func swapASCII(s string) string {
	return mapASCII(s, func(_ bool, c byte) byte {
		if isLetter(c) {
			return c ^ 0x20
		}
		return c
	})
}
