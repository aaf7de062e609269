package detect

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
)

// markup names the format of a text that is no table but a page or a document, such as the
// error page that came in place of a feed; "" for none. All of it must be that: a table
// may have markup in its first cell. head is the start of a text, or the whole.
func markup(head []byte, whole bool) (kind, name string) {
	text := bytes.TrimLeft(dropMark(head), blanks)
	switch {
	case len(text) == 0:
	case text[0] == '<':
		return markedUp(text)
	case (text[0] == '{' || text[0] == '[') && isJSON(text, whole):
		return "json", "a JSON document"
	case text[0] == '{' && isJSONLines(text):
		return "jsonl", "a file of JSON Lines"
	}
	return "", ""
}

const blanks = " \t\r\n\f"

// markedUp is markup for what begins with a tag.
func markedUp(text []byte) (kind, name string) {
	declared := bytes.HasPrefix(text, []byte("<?xml"))
	rest, doctype := prolog(text)
	root := tagName(rest)
	if root == "" || !oneElement(rest, root) {
		return "", ""
	}
	first := rest[:max(0, bytes.IndexByte(rest, '>'))]
	switch html := root == "html" || doctype == "html"; {
	case html || root == "table" && !declared:
		return "html", "an HTML page"
	case !declared && root != "svg" && !bytes.Contains(first, []byte(" xmlns")):
		return "", ""
	case bytes.Contains(text, []byte("urn:schemas-microsoft-com:office:spreadsheet")):
		return "xml", "an XML workbook of Excel 2003"
	case root == "svg":
		return "svg", "an SVG image"
	}
	return "xml", "an XML document"
}

// prolog passes over what stands before the first element, and returns the document
// type's name in small letters.
func prolog(p []byte) (rest []byte, doctype string) {
	for {
		p = bytes.TrimLeft(p, blanks)
		end := ">"
		switch {
		case bytes.HasPrefix(p, []byte("<!--")):
			end = "-->"
		case bytes.HasPrefix(p, []byte("<?")):
			end = "?>"
		case len(p) > 10 && bytes.EqualFold(p[:10], []byte("<!doctype ")):
			doctype = tagName(append([]byte("<"), bytes.TrimLeft(p[10:min(len(p), 60)], blanks)...))
		default:
			return p, doctype
		}
		i := bytes.Index(p, []byte(end))
		if i < 0 {
			return nil, doctype
		}
		p = p[i+len(end):]
	}
}

// tagName returns the name of the element that p begins, in small letters; "" if it
// begins none.
func tagName(p []byte) string {
	if len(p) < 2 || p[0] != '<' {
		return ""
	}
	n := 1
	for n < len(p) && (p[n] >= '0' && p[n] <= ':' || p[n]|0x20 >= 'a' && p[n]|0x20 <= 'z' || n > 1 && (p[n] == '-' || p[n] == '.' || p[n] == '_')) {
		n++
	}
	if n == len(p) || n == 1 || p[1] <= ':' || !bytes.ContainsRune([]byte(blanks+"/>"), rune(p[n])) {
		return ""
	}
	return string(bytes.ToLower(p[1:n]))
}

// oneElement reports whether p is an element that nothing but blanks and comments stand
// behind, or that goes on to its end. A tag or a blank must follow its first tag.
func oneElement(p []byte, name string) bool {
	deep := 0
	for first := true; ; first = false {
		end := bytes.IndexByte(p, '>')
		if end < 0 {
			return !first // it was cut
		}
		switch tag := p[:end]; {
		case tagName(p[:end+1]) == name && tag[end-1] != '/':
			deep++
		case end > len(name)+1 && tag[1] == '/' && bytes.EqualFold(bytes.TrimRight(tag[2:], blanks), []byte(name)):
			deep--
		}
		if p = p[end+1:]; deep == 0 {
			rest, _ := prolog(p)
			return len(rest) == 0
		}
		next := bytes.IndexByte(p, '<')
		if first && len(bytes.Trim(p[:max(0, next)], blanks)) > 0 {
			return false
		}
		if next < 0 {
			return !first
		}
		p = p[next:]
	}
}

// isJSON reports whether a text is an object, or a list of objects, to its end.
func isJSON(text []byte, whole bool) bool {
	if inside := bytes.TrimLeft(text[1:], blanks); len(inside) == 0 || text[0] == '{' && inside[0] != '"' || text[0] == '[' && inside[0] != '{' {
		return false
	}
	if whole {
		return json.Valid(text)
	}
	for d, deep := json.NewDecoder(bytes.NewReader(text)), 0; ; {
		t, err := d.Token()
		if err != nil {
			return errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) && deep > 0
		}
		switch t {
		case json.Delim('{'), json.Delim('['):
			deep++
		case json.Delim('}'), json.Delim(']'):
			if deep--; deep == 0 { // before the end
				return false
			}
		}
	}
}

// isJSONLines reports whether a text is objects, each on lines of its own, to its end, where
// the last may be cut. One of them must have several members: where none has, a table of one
// column without a header looks the same.
func isJSONLines(text []byte) bool {
	d, several := json.NewDecoder(bytes.NewReader(text)), false
	for n := 0; ; n++ {
		rest := text[d.InputOffset():]
		object := bytes.TrimLeft(rest, blanks)
		if len(object) == 0 {
			return n > 1 && several
		}
		if object[0] != '{' || n > 0 && !bytes.ContainsAny(rest[:len(rest)-len(object)], "\r\n") {
			return false
		}
		var members map[string]json.RawMessage
		if err := d.Decode(&members); err != nil {
			return errors.Is(err, io.ErrUnexpectedEOF) && n > 0 && several
		}
		several = several || len(members) > 1
	}
}
