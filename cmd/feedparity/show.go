package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/feedparity/feedparity/golden"
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/classify"
	"github.com/feedparity/feedparity/ingest/wire"
)

// writeJSON writes one value on a line of its own, with characters as they are.
func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// showCase prints a case without running anything.
func showCase(w io.Writer, c *golden.Case, dir string) error {
	field := func(name, format string, args ...any) {
		fmt.Fprintf(w, "%-10s %s\n", name, fmt.Sprintf(format, args...))
	}
	field("case", "%s", dir)
	field("signature", "%s", c.Signature)
	field("state", "%s, %s, %s view", c.State, c.Severity, c.View)
	if c.State == golden.Accepted {
		field("accepted", "by %s: %s", c.Owner, c.Reason)
		if !c.Accepts.IsZero() {
			field("", "only in %s", c.Accepts)
		}
	}
	for _, p := range ingest.Paths {
		if c.Calls[p] != "" {
			field(p.String(), "%s", c.Calls[p])
		} else {
			field(p.String(), "%s", c.Settings(p))
		}
	}
	if c.Hits.Count > 0 {
		field("hits", "%s", hitsOf(c.Hits))
	}
	field("confirmed", "%s", orNone(strings.Join(c.Confirmed, ", ")))
	if c.Fix != "" {
		field("fix", "%s", c.Fix)
	}
	for i, e := range c.Essential {
		field([]string{"essential", ""}[min(i, 1)], "%s", visible(e))
	}
	for i, r := range c.Residue {
		field([]string{"residue", ""}[min(i, 1)], "%s", visible(r))
	}
	for i, e := range c.History {
		field([]string{"history", ""}[min(i, 1)], "%s %s: %s", e.Date, visible(e.Who), visible(e.What))
	}
	field("input", "%s", plural(len(c.Input), "byte"))
	fmt.Fprint(w, hexDump(c.Input, 256))
	for _, p := range ingest.Paths {
		fmt.Fprintf(w, "%s outcome\n", p)
		printOutcome(w, c.Outcomes[p])
	}
	return nil
}

// hitsOf says how often the delivery that a case came from shows it.
func hitsOf(h classify.Hits) string {
	s := plural(h.Rows, "row")
	if h.Cells > 0 {
		s += ", " + plural(h.Cells, "cell")
	}
	if h.First == h.Last {
		return s + " of the delivery: " + positionText(h.First)
	}
	return s + " of the delivery: from " + positionText(h.First) + " to " + positionText(h.Last)
}

func positionText(p classify.Position) string {
	if p.Column == 0 {
		return fmt.Sprintf("row %d", p.Row)
	}
	return fmt.Sprintf("row %d, column %d", p.Row, p.Column)
}

func orNone(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// maxShown bounds how much of a line people are shown.
const maxShown = 160

func printOutcome(w io.Writer, o ingest.Outcome) {
	lines := strings.Split(strings.TrimRight(string(wire.AppendOutcome(nil, o)), "\n"), "\n")
	for _, l := range lines {
		if l == "" {
			l = "(no rows)"
		}
		fmt.Fprintf(w, "  %s\n", cut(visible(l), maxShown))
	}
}

// cut shortens a line for people, at a character.
func cut(s string, limit int) string {
	if ingest.RuneCount(s) <= limit {
		return s
	}
	n := 0
	for i := range s {
		if n++; n > limit {
			return s[:i] + fmt.Sprintf("... (%d characters)", ingest.RuneCount(s))
		}
	}
	return s
}

// escapes are the control characters that everybody knows by a letter.
var escapes = map[rune]string{'\t': `\t`, '\n': `\n`, '\r': `\r`}

// visible shows control characters, which a terminal would obey, as escapes, and
// likewise surrogates, which it cannot show, spaces that look like another, and
// marks that are not to be seen or turn a line around.
func visible(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := ingest.DecodeRune(s[i:])
		switch {
		case escapes[r] != "":
			b.WriteString(escapes[r])
		case r < ' ' || r == 0x7F:
			fmt.Fprintf(&b, `\x%02x`, r)
		case r > 0xFFFF && unicode.Is(unicode.Cf, r):
			fmt.Fprintf(&b, `\U%08x`, r)
		case r >= 0x80 && (ingest.IsSurrogate(r) || unicode.In(r, unicode.Cc, unicode.Cf, unicode.Z)):
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteString(s[i : i+n])
		}
		i += n
	}
	return b.String()
}

// hexDump prints bytes sixteen a line with their offsets, at most limit of them.
func hexDump(data []byte, limit int) string {
	var b strings.Builder
	for i := 0; i < len(data) && i < limit; i += 16 {
		line := data[i:min(i+16, len(data), limit)]
		fmt.Fprintf(&b, "  %06x  %-47s  %s\n", i, fmt.Sprintf("% x", line), printable(line))
	}
	if len(data) > limit {
		fmt.Fprintf(&b, "  ... %d more bytes\n", len(data)-limit)
	}
	return b.String()
}

func printable(b []byte) string {
	out := make([]byte, len(b))
	for i, c := range b {
		out[i] = '.'
		if c >= ' ' && c < 0x7F {
			out[i] = c
		}
	}
	return string(out)
}

// describe shows a value with its Python type and, where it is not plain ASCII,
// its code points or bytes.
func describe(v ingest.Value) string {
	switch v.Kind {
	case ingest.KindText:
		s := cut(textLiteral(v.Str), maxValue) + "  text"
		if !ingest.IsASCII(v.Str) || visible(v.Str) != v.Str {
			s += "  " + codePoints(v.Str)
		}
		return s
	case ingest.KindBytes:
		s := cut(bytesLiteral(v.Str), maxValue) + "  bytes"
		if shown := v.Str[:min(len(v.Str), maxPoints)]; shown != "" {
			s += fmt.Sprintf("  % x", shown)
		}
		if len(v.Str) > maxPoints {
			s += " ..."
		}
		return s
	case ingest.KindNone:
		return "None"
	case ingest.KindList, ingest.KindDict, ingest.KindSet, ingest.KindOther:
		return cut(visible(string(wire.AppendValue(nil, v))), maxShown) + "  " + v.Kind.String()
	}
	return cut(visible(v.Str), maxValue) + "  " + v.Kind.String()
}

// maxValue bounds how much of a value is shown beside its code points.
const maxValue = 60

// textLiteral shows a text between quotes, as a literal in Python could be written.
func textLiteral(s string) string {
	return `"` + visible(strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s)) + `"`
}

// bytesLiteral shows a byte string as Python 2 does: only ASCII is readable.
func bytesLiteral(s string) string {
	var b strings.Builder
	b.WriteByte('\'')
	for _, c := range []byte(s) {
		switch r := rune(c); {
		case c == '\\' || c == '\'':
			b.WriteString(`\` + string(r))
		case escapes[r] != "":
			b.WriteString(escapes[r])
		case c < ' ' || c >= 0x7F:
			fmt.Fprintf(&b, `\x%02x`, c)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('\'')
	return b.String()
}

// maxPoints bounds how many code points are listed.
const maxPoints = 16

func codePoints(s string) string {
	var out []string
	for _, r := range ingest.Runes(s) {
		if len(out) == maxPoints {
			return strings.Join(append(out, "..."), " ")
		}
		out = append(out, fmt.Sprintf("U+%04X", r))
	}
	return strings.Join(out, " ")
}
