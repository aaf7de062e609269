package config

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/pycodec"
)

// PairEntry is a built-in pair's name or a policy for each path.
type PairEntry struct {
	// What the old code does. Default: bytes-decode with the detected codec and dialect.
	Py2 PolicyEntry `yaml:"py2"`
	// What the new code does. Default: text with the detected codec and dialect.
	Py3 PolicyEntry `yaml:"py3"`

	builtin string
	node    *Node
}

// DecodeNode reads either form.
func (p *PairEntry) DecodeNode(n *Node) error {
	p.node = n
	if n.Kind == Scalar && !n.Null {
		if _, err := ingest.BuiltinPair(n.Str); err != nil {
			return n.Errorf("%v", err)
		}
		p.builtin = n.Str
		return nil
	}
	type plain PairEntry
	return n.Decode((*plain)(p))
}

// PolicyEntry says how one path reads a delivery; the names are those of
// "feedparity ingest".
type PolicyEntry struct {
	// The CPython version: 2.7, or 3.6 and later. Default 2.7 and 3.13.
	Python string `yaml:"python"`
	// The open mode, such as bytes, bytes-decode, text. Default bytes-decode and text.
	Open string `yaml:"open"`
	// Python's name of the codec, "detected" (default), or "locale" for the one that
	// open() without an encoding takes from the env of paths.
	Codec string `yaml:"codec"`
	// The errors= argument. Default strict.
	Errors string `yaml:"errors"`
	// Arguments of csv.reader: a list of key=value, a mapping, or "excel" for none. Default: detected.
	Dialect DialectEntry `yaml:"dialect"`
	// Whether csv.Sniffer chooses the dialect.
	Sniff bool `yaml:"sniff"`
	// csv.field_size_limit. Default 131072.
	FieldLimit *int64 `yaml:"field_limit"`
	// "reader" (default) for csv.reader, "dict" for csv.DictReader.
	Reader string `yaml:"reader"`
	// Cleaning steps applied to every cell in this order: strip, lstrip, rstrip, lower,
	// upper, title, capitalize, swapcase, "split:SEPARATOR" (later steps are done to
	// each part), "replace:OLD:NEW", "append:TEXT", "concat:TEXT" (u'TEXT' in Python 2
	// too), nfc, nfkc, isdigit, isalpha, isspace.
	Clean []string `yaml:"clean"`
	// Columns, by header name or 1-based position, to convert: text, int, float,
	// decimal, bool, "date:FORMAT", "datetime:FORMAT", or a chain with | between its
	// steps, such as "float|round:2|str", which knows the cleaning steps and round,
	// "round:DIGITS", "div:NUMBER", str and "format:%.2f" as well.
	Types TypesEntry `yaml:"types"`

	node *Node
}

// DecodeNode remembers the place for what is checked later.
func (p *PolicyEntry) DecodeNode(n *Node) error {
	p.node = n
	type plain PolicyEntry
	return n.Decode((*plain)(p))
}

// DialectEntry holds dialect arguments as key=value, nil for detected.
type DialectEntry []string

// DecodeNode reads a list of key=value, a mapping, or the name excel.
func (d *DialectEntry) DecodeNode(n *Node) error {
	*d = DialectEntry{}
	switch {
	case n.Kind == Scalar && n.Str == "excel":
		return nil
	case n.Kind == Scalar && (n.Str == ingest.Detected || n.Null):
		*d = nil
		return nil
	case n.Kind != Mapping:
		return n.decodeSlice(reflectString(d))
	}
	for _, e := range n.Entries {
		if e.Value.Kind != Scalar {
			return e.Value.Errorf("want one value, not %s", e.Value.what())
		}
		*d = append(*d, e.Key+"="+pythonLiteral(e.Value))
	}
	return nil
}

// pythonLiteral writes a YAML scalar as a dialect option's value.
func pythonLiteral(n *Node) string {
	switch {
	case n.Null:
		return "None"
	case n.Quoted:
		return n.Str
	case n.Str == "true":
		return "True"
	case n.Str == "false":
		return "False"
	}
	return n.Str
}

// TypesEntry are column types in the order written.
type TypesEntry []ingest.ColumnType

// DecodeNode reads a mapping of column to type.
func (t *TypesEntry) DecodeNode(n *Node) error {
	if n.Kind != Mapping {
		return n.Errorf("want a mapping of column to type, not %s", n.what())
	}
	for _, e := range n.Entries {
		var name string
		if err := e.Value.Decode(&name); err != nil {
			return err
		}
		if err := ingest.CheckType(ingest.Py3, name); err != nil { // py2 is looked at where it is known
			return stepError(e.Value, err)
		}
		*t = append(*t, ingest.ColumnType{Column: e.Key, Type: name})
	}
	return nil
}

// stepError says where a step is that there is not, and which there are.
func stepError(n *Node, err error) error {
	out := n.Errorf("%v", err)
	out.Hint = fmt.Sprintf("cleaning steps are %s; a type can also have %s", strings.Join(ingest.StepNames, ", "), strings.Join(ingest.TypeNames, ", "))
	return out
}

func (r *resolver) pair(out *Feed, e FeedEntry, n *Node) error {
	if e.Pair.node == nil || e.Pair.builtin != "" {
		pair, err := ingest.BuiltinPair(or(e.Pair.builtin, ingest.Detected))
		out.Pair = pair
		return err
	}
	out.Pair.Name = out.Name
	var err error
	for _, p := range []struct {
		path   ingest.Path
		policy PolicyEntry
		out    *ingest.Settings
	}{{ingest.Py2, e.Pair.Py2, &out.Pair.Py2}, {ingest.Py3, e.Pair.Py3, &out.Pair.Py3}} {
		env := merge(e.Paths.of(p.path), r.f.Paths.of(p.path)).Env
		if *p.out, err = p.policy.settings(p.path, e.Pair.node, env); err != nil {
			return err
		}
	}
	return nil
}

// settings completes a policy with its path's defaults, and the codec of a locale
// from the path's environment.
func (p PolicyEntry) settings(path ingest.Path, pair *Node, env map[string]string) (ingest.Settings, error) {
	where := pair
	if p.node != nil {
		where = p.node
	}
	py := [2]ingest.Python{ingest.Python27, ingest.Python313}[path]
	if p.Python != "" {
		var err error
		if py, err = ingest.ParsePython(p.Python); err != nil {
			return ingest.Settings{}, at(where, "python").Errorf("%v", err)
		}
		if py.Path() != path {
			return ingest.Settings{}, at(where, "python").Errorf("python %s is no %s", py, path)
		}
	}
	s := ingest.DefaultSettings(py)
	s.Open = ingest.OpenMode(or(p.Open, string(s.Open)))
	s.Codec = or(p.Codec, ingest.Detected)
	s.Errors = or(p.Errors, s.Errors)
	s.Reader = ingest.ReaderKind(or(p.Reader, string(s.Reader)))
	s.Sniff, s.Types = p.Sniff, p.Types
	if p.FieldLimit != nil {
		s.FieldLimit = *p.FieldLimit
	}
	for _, step := range p.Clean {
		s.Clean = append(s.Clean, ingest.Step(step))
	}
	if s.Codec == ingest.LocaleCodec {
		if env == nil {
			err := at(where, "codec").Errorf("codec locale: nothing says in which environment: paths.%s.env is not set", path)
			err.Hint = "add paths: {" + path.String() + ": {env: {LC_ALL: C}}}, with what the program has"
			return s, err
		}
		var err error
		if s.Codec, err = (pycodec.Environment{Env: env}).LocaleCodec(py); err != nil {
			return s, at(where, "codec").Errorf("codec locale: %v", err)
		}
	}
	return s, p.finish(&s, path, where)
}

// finish sets the dialect and checks what can be checked without an engine.
func (p PolicyEntry) finish(s *ingest.Settings, path ingest.Path, where *Node) error {
	for i := range s.Clean {
		if err := ingest.CheckSteps(path, s.Clean[:i+1]); err != nil {
			n := at(where, "clean")
			if n.Kind == Sequence {
				n = n.Items[i]
			}
			return stepError(n, err)
		}
	}
	for _, t := range p.Types {
		if err := ingest.CheckType(path, t.Type); err != nil {
			return stepError(at(at(where, "types"), t.Column), err)
		}
	}
	if p.Dialect != nil {
		d, err := ingest.ParseDialect(path, p.Dialect...)
		if err != nil {
			return at(where, "dialect").Errorf("%v", err)
		}
		s.Dialect = append(ingest.Dialect{}, d...)
	}
	if err := checkCodec(s.Python, s.Codec); err != nil {
		return at(where, "codec").Errorf("%v", err)
	}
	if err := s.Validate(); err != nil {
		key := "open"
		if strings.HasPrefix(err.Error(), "reader") {
			key = "reader"
		}
		return at(where, key).Errorf("%v", err)
	}
	return nil
}

// checkCodec refuses a codec that no Python knows, though it has a fault for it: a slip
// of the pen in a configuration must not become a golden case. One that only this version
// lacks is what the path would meet, and one without a model runs on a real Python.
func checkCodec(py ingest.Python, name string) error {
	if name == ingest.Detected {
		return nil
	}
	return pycodec.CheckName(py, name)
}

// reflectString lets a type that decodes itself be filled as a list of strings.
func reflectString(d *DialectEntry) reflect.Value {
	return reflect.ValueOf((*[]string)(d)).Elem()
}
