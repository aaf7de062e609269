package embedded

import (
	"github.com/feedparity/feedparity/ingest"
)

// columnTypes resolves the types of csv.reader's columns once the header is
// known: by position, or by every header cell that equals the name.
func columnTypes(s ingest.Settings, header []ingest.Value) [][]string {
	var out [][]string
	put := func(column int, typ string) {
		for len(out) <= column {
			out = append(out, nil)
		}
		out[column] = append(out[column], typ)
	}
	for _, t := range s.Types {
		if n := t.Index(); n > 0 {
			put(n-1, t.Type)
			continue
		}
		for i, h := range header {
			if equalsLiteral(s.Python, h, t.Column) {
				put(i, t.Type)
			}
		}
	}
	return out
}

// dictTypes returns the conversions of a DictReader's column by its key.
func (r *rows) dictTypes(key ingest.Value) []string {
	var out []string
	for _, t := range r.plan.settings.Types {
		if n := t.Index(); n > 0 {
			names := r.dict.Fieldnames()
			if n <= len(names) && r.sameKey(names[n-1], key) {
				out = append(out, t.Type)
			}
		} else if equalsLiteral(r.plan.settings.Python, key, t.Column) {
			out = append(out, t.Type)
		}
	}
	return out
}

// sameKey reports whether key is what a field name became when it was decoded.
func (r *rows) sameKey(name, key ingest.Value) bool {
	if r.cells == nil || name.Kind != ingest.KindBytes {
		return name.Equal(key)
	}
	text, err := r.cells.codec.Decode(nil, []byte(name.Str), r.cells.errors)
	return err == nil && key.Kind == ingest.KindText && key.Str == string(text)
}

// equalsLiteral is Python's cell == 'name' with a native string literal: in
// Python 2 that is a byte string of a UTF-8 source file, which equals a unicode
// one only if both are ASCII.
func equalsLiteral(py ingest.Python, cell ingest.Value, name string) bool {
	switch cell.Kind {
	case ingest.KindText:
		return cell.Str == name && (py.Path() == ingest.Py3 || ingest.IsASCII(name))
	case ingest.KindBytes:
		return cell.Str == name && py.Path() == ingest.Py2
	}
	return false
}
