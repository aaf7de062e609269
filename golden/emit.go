package golden

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/classify"
)

// emitter writes case.yaml. A writer of our own keeps the keys in the order of
// the format, quotes only what needs it and gives equal cases equal bytes, so
// that a review shows what changed and nothing else.
type emitter struct {
	out    []byte
	indent string
	err    error // the first text that YAML cannot hold
}

func (e *emitter) line(key, value string) {
	e.out = append(e.out, e.indent+e.scalar(key)+": "+value+"\n"...)
}

func (e *emitter) str(key, value string)   { e.line(key, e.scalar(value)) }
func (e *emitter) num(key string, n int64) { e.line(key, strconv.FormatInt(n, 10)) }

func (e *emitter) list(key string, items []string) {
	if len(items) == 0 {
		e.line(key, "[]")
		return
	}
	e.out = append(e.out, e.indent+e.scalar(key)+":\n"...)
	for _, it := range items {
		e.out = append(e.out, e.indent+"  - "+e.scalar(it)+"\n"...)
	}
}

func (e *emitter) block(key string, body func()) {
	e.out = append(e.out, e.indent+e.scalar(key)+":\n"...)
	outer := e.indent
	e.indent += "  "
	body()
	e.indent = outer
}

// scalar is the function of that name for text that YAML can hold.
func (e *emitter) scalar(s string) string {
	if !utf8.ValidString(s) && e.err == nil {
		e.err = fmt.Errorf("%q is no UTF-8", s)
	}
	return scalar(s)
}

// scalar writes a string plain where no reader can take it for anything else,
// in double quotes otherwise. YAML 1.1's words are quoted too.
func scalar(s string) string {
	if plainScalar(s) {
		return s
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r < ' ' || r == 0x7F:
			fmt.Fprintf(&b, `\x%02x`, r)
		case r >= 0x80 && r < 0xA0 || r == 0xFEFF || r == 0x2028 || r == 0x2029:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

var yamlWords = []string{"", "null", "~", "true", "false", "yes", "no", "on", "off", "y", "n"}

func plainScalar(s string) bool {
	if slices.Contains(yamlWords, strings.ToLower(s)) {
		return false
	}
	for i := 0; i < len(s); i++ {
		c := s[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if letter || i > 0 && (c >= '0' && c <= '9' || strings.IndexByte("._-/=", c) >= 0) {
			continue
		}
		if c == ' ' && i > 0 && i < len(s)-1 {
			continue
		}
		return false
	}
	return true
}

// escapeBytes writes bytes that need not be UTF-8 as text: %XX for a byte that
// belongs to no valid character and for '%' itself.
func escapeBytes(s string) string {
	var b strings.Builder
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		if r == '%' || r == utf8.RuneError && n == 1 {
			fmt.Fprintf(&b, "%%%02X", s[0])
		} else {
			b.WriteString(s[:n])
		}
		s = s[n:]
	}
	return b.String()
}

func unescapeBytes(s string) (string, error) {
	var b strings.Builder
	for len(s) > 0 {
		head, tail, found := strings.Cut(s, "%")
		b.WriteString(head)
		if !found {
			break
		}
		if len(tail) < 2 {
			return "", fmt.Errorf("%q: %% wants two hex digits", s)
		}
		n, err := strconv.ParseUint(tail[:2], 16, 8)
		if err != nil {
			return "", fmt.Errorf("%q: %% wants two hex digits", s)
		}
		b.WriteByte(byte(n))
		s = tail[2:]
	}
	return b.String(), nil
}

// yaml returns case.yaml. Only text that is no UTF-8 can go wrong.
func (c *Case) yaml() ([]byte, error) {
	e := &emitter{}
	e.num("version", int64(c.Version))
	e.str("feed", c.Feed)
	e.str("signature", c.Signature)
	e.str("cause", c.Cause)
	e.str("severity", c.Severity.String())
	e.str("state", string(c.State))
	e.str("view", string(c.View))
	e.str("pair", c.Pair)
	e.block("py2", func() { e.settings(c.Py2) })
	e.block("py3", func() { e.settings(c.Py3) })
	e.comparison(c.Compare)
	e.calls(c)
	e.handover(c.Handover)
	e.str("filename", escapeBytes(c.Filename))
	e.block("origin", func() { e.origin(c.Origin) })
	e.hits(c.Hits)
	e.str("revision", c.Revision)
	e.str("found_by", c.FoundBy)
	e.list("confirmed", c.Confirmed)
	e.list("essential", c.Essential)
	e.list("residue", c.Residue)
	e.str("fix", c.Fix)
	e.list("links", c.Links)
	e.str("reason", c.Reason)
	e.str("owner", c.Owner)
	e.str("expires", c.Expires)
	e.narrow(c.Accepts)
	e.history(c.History)
	e.str("notes", c.Notes)
	return e.out, e.err
}

// settings writes every field: nothing about a run is implicit.
func (e *emitter) settings(s ingest.Settings) {
	e.line("python", strconv.Quote(s.Python.String())) // 3.10 is no number
	e.str("open", string(s.Open))
	e.str("codec", s.Codec)
	e.str("errors", s.Errors)
	var dialect, clean []string
	for _, o := range s.Dialect {
		dialect = append(dialect, o.String())
	}
	for _, step := range s.Clean {
		clean = append(clean, string(step))
	}
	e.list("dialect", dialect)
	e.line("sniff", strconv.FormatBool(s.Sniff))
	e.num("field_limit", s.FieldLimit)
	e.str("reader", string(s.Reader))
	e.list("clean", clean)
	if len(s.Types) == 0 {
		e.line("types", "[]")
		return
	}
	var types []string
	for _, t := range s.Types {
		types = append(types, t.Column+"="+t.Type)
	}
	e.list("types", types)
}

// comparison is left out where it is the default, as in most cases it is.
func (e *emitter) comparison(c ingest.Comparison) {
	if len(c.Key) == 0 && len(c.Ignore) == 0 && len(c.Tolerance) == 0 && len(c.Noise) == 0 && !c.Strict {
		return
	}
	var columns []string
	for col := range c.Tolerance {
		columns = append(columns, col)
	}
	slices.Sort(columns)
	var tolerance []string
	for _, col := range columns {
		tolerance = append(tolerance, col+"="+strconv.FormatFloat(c.Tolerance[col], 'g', -1, 64))
	}
	var noise []string
	for _, n := range c.Noise {
		noise = append(noise, n.String())
	}
	e.block("compare", func() {
		e.list("key", c.Key)
		e.list("ignore", c.Ignore)
		e.list("tolerance", tolerance)
		if len(noise) > 0 {
			e.list("noise", noise)
		}
		e.line("strict", strconv.FormatBool(c.Strict))
	})
}

func (e *emitter) calls(c *Case) {
	if c.Calls == [2]string{} {
		e.line("call", "{}")
		return
	}
	e.block("call", func() {
		for _, p := range ingest.Paths {
			a := c.Around[p]
			if a == (Around{}) {
				e.str(p.String(), c.Calls[p])
				continue
			}
			e.block(p.String(), func() {
				e.str("function", c.Calls[p])
				for _, part := range [][2]string{{"factory", a.Factory}, {"setup", a.Setup}, {"collect", a.Collect}, {"args", string(a.Args)}} {
					if part[1] != "" {
						e.str(part[0], part[1])
					}
				}
			})
		}
	})
}

// handover is left out where both paths read the input, as in most cases they do.
func (e *emitter) handover(h *Handover) {
	if h == nil {
		return
	}
	e.block("handover", func() {
		e.str("direction", string(h.Direction))
		e.str("format", h.Format)
		e.str("reader", h.Reader)
		if h.Folder != "" {
			e.str("folder", h.Folder)
		}
		e.list("payloads", h.Payloads)
	})
}

func (e *emitter) origin(o Origin) {
	e.str("delivery", o.SHA256)
	e.str("path", escapeBytes(o.Path))
	e.str("date", o.Date)
	e.num("row", int64(o.Row))
	e.num("byte", o.Byte)
}

// narrow is left out where all divergences of the signature are meant.
func (e *emitter) narrow(n ingest.Narrow) {
	if n.IsZero() {
		return
	}
	e.block("accepts", func() {
		if n.Column != "" {
			e.str("column", n.Column)
		}
		if n.Values != "" {
			e.str("values", n.Values)
		}
		if n.Tolerance != nil {
			e.line("tolerance", strconv.FormatFloat(*n.Tolerance, 'g', -1, 64))
		}
	})
}

// hits are left out where nobody counted them.
func (e *emitter) hits(h classify.Hits) {
	if h == (classify.Hits{}) {
		return
	}
	e.block("hits", func() {
		e.num("count", int64(h.Count))
		e.num("rows", int64(h.Rows))
		e.num("cells", int64(h.Cells))
		e.str("first", placeText(h.First))
		e.str("last", placeText(h.Last))
	})
}

// placeText writes a position, the column only where it has one.
func placeText(p classify.Position) string {
	if p.Column == 0 {
		return fmt.Sprintf("row %d", p.Row)
	}
	return fmt.Sprintf("row %d column %d", p.Row, p.Column)
}

func (e *emitter) history(events []Event) {
	if len(events) == 0 {
		e.line("history", "[]")
		return
	}
	e.out = append(e.out, "history:\n"...)
	for _, ev := range events {
		e.out = append(e.out, "  - date: "+e.scalar(ev.Date)+"\n    who: "+e.scalar(ev.Who)+"\n    what: "+e.scalar(ev.What)+"\n"...)
	}
}
