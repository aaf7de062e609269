package parity

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/pycodec"
)

// Stale is something that a feed's pair declares and its code, which a call runs, was
// seen to do otherwise: the pair is no longer what the code does, or never was.
type Stale struct {
	Path     ingest.Path
	What     string // "open", "codec", "errors", "reader", "field_limit", or a dialect's parameter
	Declared string
	Seen     string
	Frame    ingest.Frame // where; zero if a library did it by itself
	Declare  string       // the policy to declare in its place, as feedparity.yaml has it
}

// String words it in one line.
func (s Stale) String() string {
	where := ""
	if s.Frame != (ingest.Frame{}) {
		where = " (" + s.Frame.String() + ")"
	}
	return fmt.Sprintf("%s has %s %s%s and not %s; declare %s: %s", s.Path, s.What, s.Seen, where, s.Declared, s.Path, s.Declare)
}

// stale compares what a feed declares with what its code was seen to do. A feed that
// declares no pair has the default one, which says nothing of it.
func stale(d Delivery, seen [2]*ingest.Recording) []Stale {
	var out []Stale
	if d.Pair.Name == ingest.Detected {
		return nil
	}
	for _, path := range ingest.Paths {
		if seen[path] == nil {
			continue
		}
		c := comparison{path: path, declared: d.Pair.Policy(path), rec: seen[path]}
		c.now = c.declared
		c.mode()
		c.codec()
		c.errors()
		c.csv()
		for i := range c.out {
			c.out[i].Declare = policyText(c.now)
		}
		out = append(out, c.out...)
	}
	return out
}

// comparison is that of one path.
type comparison struct {
	path          ingest.Path
	declared, now ingest.Settings
	rec           *ingest.Recording
	out           []Stale
}

func (c *comparison) add(what, declared, seen string, at ingest.Frame) {
	c.out = append(c.out, Stale{Path: c.path, What: what, Declared: declared, Seen: seen, Frame: at})
}

// ways are the entries of a recording that are about the delivery.
func (c *comparison) ways() []*ingest.Opened {
	return slices.DeleteFunc(slices.Clone(c.rec.Opens), func(o *ingest.Opened) bool { return !o.OfDelivery() })
}

// reads are the readers' uses.
func (c *comparison) reads() []*ingest.CSVUse {
	return slices.DeleteFunc(slices.Clone(c.rec.CSV), func(u *ingest.CSVUse) bool { return u.Reader() == "" })
}

// mode compares the open mode. What was seen may be what several modes do: only one
// that is none of them is stale.
func (c *comparison) mode() {
	var may []ingest.OpenMode
	var at ingest.Frame
	for _, o := range c.ways() {
		for _, mode := range modesOf(c.path, o, c.reads()) {
			if !slices.Contains(may, mode) {
				may = append(may, mode)
			}
		}
		if at == (ingest.Frame{}) {
			at = o.Frame
		}
	}
	if len(may) > 0 && !slices.Contains(may, c.declared.Open) {
		c.now.Open = may[0]
		c.add("open mode", string(c.declared.Open), string(may[0]), at)
	}
}

// modesOf are the modes of which a way of opening can be part, the likeliest first.
func modesOf(path ingest.Path, o *ingest.Opened, reads []*ingest.CSVUse) []ingest.OpenMode {
	from := func(source string) bool {
		return len(reads) == 0 || slices.ContainsFunc(reads, func(u *ingest.CSVUse) bool { return strings.HasPrefix(u.Source, source) })
	}
	// A generator between the file and csv.reader may do what it likes.
	direct := func(modes ...ingest.OpenMode) []ingest.OpenMode {
		if path == ingest.Py2 && from("generator") {
			return append(modes, ingest.OpenRecode)
		}
		return modes
	}
	binary := strings.Contains(o.Mode, "b")
	switch {
	case o.Function == "codecs.getreader" && path == ingest.Py2:
		return []ingest.OpenMode{ingest.OpenRecode, ingest.OpenCodecs}
	case o.Function == "codecs.open" && o.Encoding != nil:
		return direct(ingest.OpenCodecs)
	case o.Function == "codecs.getreader":
		return []ingest.OpenMode{ingest.OpenCodecs}
	case o.Function == "codecs.iterdecode":
		return []ingest.OpenMode{ingest.OpenIterdecode}
	case path == ingest.Py2 && (o.Function != "io.open" || binary):
		return bytesModes(o, from)
	case path == ingest.Py2:
		return direct(ingest.OpenIO)
	case binary:
		return binaryModes(reads)
	case strings.Contains(o.Mode, "U"): // of 3.6 to 3.10, which read it like no letter
		return []ingest.OpenMode{ingest.OpenUniversal, ingest.OpenTextUniversal, ingest.OpenLocale}
	case o.Newline != nil && *o.Newline == "":
		if o.Encoding == nil {
			return []ingest.OpenMode{ingest.OpenText, ingest.OpenLocale}
		}
		return []ingest.OpenMode{ingest.OpenText}
	case o.Encoding == nil:
		return []ingest.OpenMode{ingest.OpenLocale, ingest.OpenTextUniversal}
	}
	return []ingest.OpenMode{ingest.OpenTextUniversal}
}

// bytesModes are those that begin with Python 2's open. Whether cells are decoded
// afterwards is not seen.
func bytesModes(o *ingest.Opened, from func(string) bool) []ingest.OpenMode {
	switch {
	case strings.Contains(o.Mode, "U"):
		return []ingest.OpenMode{ingest.OpenUniversal}
	case from("file"):
		return []ingest.OpenMode{ingest.OpenBytesDecode, ingest.OpenBytes}
	case from("list"):
		return []ingest.OpenMode{ingest.OpenSplitlines, ingest.OpenBytesDecode, ingest.OpenBytes}
	}
	return []ingest.OpenMode{ingest.OpenBytesDecode, ingest.OpenBytes, ingest.OpenRecode, ingest.OpenSplitlines, ingest.OpenCodecs}
}

// binaryModes are those of Python 3 that begin with a binary file, by what csv reads
// in the end.
func binaryModes(reads []*ingest.CSVUse) []ingest.OpenMode {
	var out []ingest.OpenMode
	for _, u := range reads {
		switch u.Source {
		case "_io.StringIO":
			out = append(out, ingest.OpenStringIO)
		case "list":
			out = append(out, ingest.OpenSplitlines)
		case "_io.TextIOWrapper":
			out = append(out, ingest.OpenText, ingest.OpenTextUniversal)
		case "codecs.StreamReader", "codecs.StreamReaderWriter":
			out = append(out, ingest.OpenCodecs)
		default: // a generator, or a class of somebody's
			return nil
		}
	}
	return out
}

// codec compares the codec, where one is declared by name and one was seen: cells that
// are decoded one by one show none.
func (c *comparison) codec() {
	if c.declared.Codec == ingest.Detected {
		return
	}
	first, at := "", ingest.Frame{}
	see := func(name string, frame ingest.Frame) (same bool) {
		if name == "" {
			return false
		}
		if first == "" {
			first, at = name, frame
		}
		return canonical(c.declared.Python, name) == canonical(c.declared.Python, c.declared.Codec)
	}
	for _, o := range c.ways() {
		if o.Encoding != nil && see(*o.Encoding, o.Frame) {
			return
		}
	}
	for _, u := range c.reads() {
		if strings.HasPrefix(u.Source, "_io.") && see(u.Encoding, u.Frame) {
			return
		}
	}
	if first != "" {
		c.now.Codec = first
		c.add("codec", c.declared.Codec, first, at)
	}
}

// canonical is Python's name of a codec, whatever it is written like.
func canonical(py ingest.Python, name string) string {
	if codec, _, err := pycodec.Lookup(py, name); err == nil && codec != nil {
		return codec.Name()
	}
	return strings.ReplaceAll(strings.ToLower(name), "_", "-")
}

// errors compares the error handler where the file is opened with a codec.
func (c *comparison) errors() {
	var first *ingest.Opened
	for _, o := range c.ways() {
		if o.Function == "codecs.getreader" || o.Encoding == nil && (c.path == ingest.Py2 || strings.Contains(o.Mode, "b")) {
			continue
		}
		if errorsOf(o) == c.declared.Errors {
			return
		}
		if first == nil {
			first = o
		}
	}
	if first != nil {
		c.now.Errors = errorsOf(first)
		c.add("errors", c.declared.Errors, errorsOf(first), first.Frame)
	}
}

func errorsOf(o *ingest.Opened) string {
	if o.Errors == nil {
		return "strict"
	}
	return *o.Errors
}

// csv compares the reader, its limit and the dialect's parameters that are declared.
func (c *comparison) csv() {
	reads := c.reads()
	if len(reads) == 0 {
		return
	}
	if !slices.ContainsFunc(reads, func(u *ingest.CSVUse) bool { return u.Reader() == c.declared.Reader }) {
		c.now.Reader = reads[0].Reader()
		c.add("reader", string(c.declared.Reader), string(c.now.Reader), reads[0].Frame)
	}
	if !slices.ContainsFunc(reads, func(u *ingest.CSVUse) bool { return u.FieldLimit == c.declared.FieldLimit }) {
		c.now.FieldLimit = reads[0].FieldLimit
		c.add("field_limit", fmt.Sprint(c.declared.FieldLimit), fmt.Sprint(c.now.FieldLimit), reads[0].Frame)
	}
	if c.declared.Dialect == nil || c.declared.Sniff {
		return
	}
	c.now.Dialect = slices.Clone(c.declared.Dialect)
	for _, name := range ingest.DialectNames {
		c.parameter(name, reads)
	}
}

// parameter compares one of the dialect, which has excel's value where none is named.
func (c *comparison) parameter(name string, reads []*ingest.CSVUse) {
	want, ok := c.declared.Dialect.Get(name)
	if !ok {
		want, _ = ingest.Excel.Get(name)
	}
	spelled := ingest.DialectOption{Name: name, Value: want}.String()
	var first *ingest.DialectOption
	for _, u := range reads {
		v, _ := u.Dialect.Get(name)
		seen := ingest.DialectOption{Name: name, Value: v}
		if seen.String() == spelled {
			return
		}
		first = cmp.Or(first, &seen)
	}
	c.now.Dialect = slices.DeleteFunc(c.now.Dialect, func(o ingest.DialectOption) bool { return o.Name == name })
	c.now.Dialect = append(c.now.Dialect, *first)
	_, declared, _ := strings.Cut(spelled, "=")
	_, seen, _ := strings.Cut(first.String(), "=")
	c.add(name, declared, seen, reads[0].Frame)
}

// policyText is a policy as feedparity.yaml has it, defaults left out.
func policyText(s ingest.Settings) string {
	words := []string{"open: " + string(s.Open)}
	if s.Codec != ingest.Detected {
		words = append(words, "codec: "+s.Codec)
	}
	if s.Errors != "strict" {
		words = append(words, "errors: "+s.Errors)
	}
	if s.Reader != ingest.RowReader {
		words = append(words, "reader: "+string(s.Reader))
	}
	if s.FieldLimit != ingest.DefaultFieldLimit {
		words = append(words, fmt.Sprintf("field_limit: %d", s.FieldLimit))
	}
	var options []string
	for _, o := range s.Dialect {
		options = append(options, "'"+strings.ReplaceAll(o.String(), "'", "''")+"'")
	}
	switch {
	case len(options) > 0:
		words = append(words, "dialect: ["+strings.Join(options, ", ")+"]")
	case s.Dialect != nil:
		words = append(words, "dialect: excel")
	}
	if s.Sniff {
		words = append(words, "sniff: true")
	}
	return "{" + strings.Join(words, ", ") + "}"
}
