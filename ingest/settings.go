package ingest

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unsafe"
)

// DefaultFieldLimit is csv.field_size_limit() as every CPython starts.
const DefaultFieldLimit = 131072

// Detected, as a policy's codec, stands for the one detection finds.
const Detected = "detected"

// LocaleCodec, as a policy's codec, stands for the one that open() without an encoding
// takes from the environment; pycodec.Environment knows which that is.
const LocaleCodec = "locale"

// Settings say in full how one path reads one input: nothing about a run is
// implicit. They print as the arguments of "feedparity ingest".
//
// A policy is Settings whose Codec may be Detected and whose Dialect may be nil
// (detected); Resolve turns it into the Settings of one run.
type Settings struct {
	Python     Python
	Open       OpenMode
	Codec      string     // Python's name for the codec, in any spelling Python accepts
	Errors     string     // the errors= argument: "strict", "replace", ...
	Dialect    Dialect    // arguments to csv.reader beside its lines
	Sniff      bool       // take the dialect from csv.Sniffer().sniff of the first 8192 units instead
	FieldLimit int64      // csv.field_size_limit
	Reader     ReaderKind // csv.reader or csv.DictReader
	// Clean are steps applied in order to every text or byte string cell, the
	// header row's included; None, floats and a DictReader's keys pass through,
	// the elements of a list of extras are cleaned one by one.
	Clean []Step
	// Types convert columns after cleaning; the header row is not converted.
	Types []ColumnType
}

// ReaderKind chooses the class of the csv module that makes the rows.
type ReaderKind string

// The two readers of the csv module.
const (
	RowReader  ReaderKind = "reader" // csv.reader: a row is a List
	DictReader ReaderKind = "dict"   // csv.DictReader: a row is a Dict
)

// OpenMode names one idiom by which real ingestion code gets from a file to
// csv.reader; docs/architecture.md shows the Python of each.
type OpenMode string

// The open modes. ModesOf tells which path knows which.
const (
	OpenBytes         OpenMode = "bytes"          // py2
	OpenBytesDecode   OpenMode = "bytes-decode"   // py2, its default
	OpenUniversal     OpenMode = "universal"      // both: 'rU', which Python 3 refuses since 3.11
	OpenRecode        OpenMode = "recode"         // py2
	OpenIO            OpenMode = "io-open"        // py2
	OpenCodecs        OpenMode = "codecs-open"    // both
	OpenSplitlines    OpenMode = "splitlines"     // both
	OpenText          OpenMode = "text"           // py3, its default
	OpenTextUniversal OpenMode = "text-universal" // py3
	OpenLocale        OpenMode = "locale"         // py3
	OpenIterdecode    OpenMode = "iterdecode"     // py3
	OpenStringIO      OpenMode = "stringio"       // py3
)

// ModesOf lists the open modes of a path, its default first.
func ModesOf(p Path) []OpenMode {
	if p == Py2 {
		return []OpenMode{OpenBytesDecode, OpenBytes, OpenUniversal, OpenRecode, OpenCodecs, OpenIO, OpenSplitlines}
	}
	return []OpenMode{OpenText, OpenTextUniversal, OpenLocale, OpenCodecs, OpenIterdecode, OpenStringIO, OpenSplitlines, OpenUniversal}
}

// Step is a cleaning step: a name of StepNames, most of them a method of Python's
// strings, with its arguments after a colon, written like the inside of a string
// literal:
//
//	strip lstrip rstrip lower upper title capitalize swapcase
//	split split:SEPARATOR   a list; what follows is done to each of its parts
//	replace:OLD:NEW         cell.replace('OLD', 'NEW'), a colon in OLD as \x3a
//	append:TEXT             cell + 'TEXT'
//	concat:TEXT             cell + u'TEXT', unicode in Python 2 as well
//	nfc nfkc                unicodedata.normalize('NFC', cell)
//	isdigit isalpha isspace a bool; only the last step can be one of them
type Step string

// ColumnType converts one column.
type ColumnType struct {
	// Column is a header name or, if it is a decimal number, a 1-based position.
	// A name is compared with the header as Python compares it with a native
	// string literal; a name that no header cell equals converts nothing.
	Column string
	// Type is a chain of steps with "|" between them, such as "float|round:2|str",
	// which begins with the cell if that is a string; None, floats and lists pass.
	// It can hold every Step and
	//
	//	text int float decimal bool      int(cell), ..., bool(cell): is it not empty
	//	date:FORMAT datetime:FORMAT      datetime.strptime(cell, 'FORMAT') [.date()]
	//	round round:DIGITS div:NUMBER    of an int or float, round:DIGITS of a decimal
	//	                                 as well; div is Python's "/"
	//	str format:SPEC                  str(value), 'SPEC' % value
	//
	// FORMAT has the directives of every version's strptime, those of 3.14 alone
	// among them, in the C locale and no two for one part of a date; SPEC one of
	// %s %d %e %f %g with flags, width and precision.
	Type string
}

// Index returns the 1-based position a numeric Column names, 0 for a name.
func (t ColumnType) Index() int {
	n, err := strconv.Atoi(t.Column)
	if err != nil || n < 1 {
		return 0
	}
	return n
}

// DefaultSettings are the ones of "feedparity ingest" without options.
func DefaultSettings(py Python) Settings {
	return Settings{
		Python: py, Open: ModesOf(py.Path())[0], Codec: "utf-8", Errors: "strict",
		FieldLimit: DefaultFieldLimit, Reader: RowReader,
	}
}

// Validate reports settings that do not fit together. What Python itself would
// refuse (a dialect, an error handler) is no error here: it is an outcome.
func (s Settings) Validate() error {
	path := s.Python.Path()
	if !slices.Contains(ModesOf(path), s.Open) {
		return fmt.Errorf("open mode %q: python %s knows %s", s.Open, s.Python, joinModes(ModesOf(path)))
	}
	if s.Reader != RowReader && s.Reader != DictReader {
		return fmt.Errorf("reader %q: want reader or dict", s.Reader)
	}
	return nil
}

func joinModes(modes []OpenMode) string {
	names := make([]string, len(modes))
	for i, m := range modes {
		names[i] = string(m)
	}
	return strings.Join(names, ", ")
}

// Same reports whether two Settings are the same in every respect.
func (s *Settings) Same(t *Settings) bool {
	return s.Python == t.Python && s.Sniff == t.Sniff && s.FieldLimit == t.FieldLimit && same(s.Open, t.Open) &&
		same(s.Codec, t.Codec) && same(s.Errors, t.Errors) && same(s.Reader, t.Reader) && len(s.Clean) == len(t.Clean) &&
		len(s.Types) == len(t.Types) && len(s.Dialect) == len(t.Dialect) && s.sameLists(t)
}

// same is a == b, where they are mostly the same string in the same place.
func same[S ~string](a, b S) bool {
	return len(a) == len(b) && (unsafe.StringData(string(a)) == unsafe.StringData(string(b)) || a == b)
}

// sameLists compares the lists, which are equally long.
func (s *Settings) sameLists(t *Settings) bool {
	for i := range s.Clean {
		if !same(s.Clean[i], t.Clean[i]) {
			return false
		}
	}
	for i := range s.Types {
		if s.Types[i] != t.Types[i] {
			return false
		}
	}
	for i := range s.Dialect {
		if x, y := &s.Dialect[i], &t.Dialect[i]; x.Name != y.Name || !x.Value.Equal(y.Value) {
			return false
		}
	}
	return true
}

// Resolve completes a policy with what detection found. The dialect is used only
// where the policy names none.
func (s Settings) Resolve(codec string, dialect Dialect) Settings {
	if s.Codec == Detected {
		s.Codec = codec
	}
	if s.Dialect == nil {
		s.Dialect = dialect
	}
	return s
}

// ForView returns the settings with which a policy reads a view: the normalized
// one is UTF-8 whatever the supplier sent.
func (s Settings) ForView(v View) Settings {
	if v == Normalized {
		s.Codec = "utf-8"
	}
	return s
}

// Args returns the settings as arguments of "feedparity ingest", all of them.
func (s Settings) Args() []string {
	args := []string{
		"--as", s.Python.Path().String(), "--python", s.Python.String(), "--open", string(s.Open),
		"--codec", s.Codec, "--errors", s.Errors,
	}
	for _, o := range s.Dialect {
		args = append(args, "--dialect", o.String())
	}
	if s.Sniff {
		args = append(args, "--sniff")
	}
	args = append(args, "--field-limit", strconv.FormatInt(s.FieldLimit, 10), "--reader", string(s.Reader))
	for _, c := range s.Clean {
		args = append(args, "--clean", string(c))
	}
	for _, t := range s.Types {
		args = append(args, "--type", t.Column+"="+t.Type)
	}
	return args
}

// Given returns the arguments that are not the defaults, quoted: what would have to be
// said to have these settings.
func (s Settings) Given() []string {
	usual := Python27
	if s.Python.Path() == Py3 {
		usual = Python313
	}
	plain, args := DefaultSettings(usual).Args(), s.Args()
	var out []string
	for i := 0; i < len(args); i++ {
		name, value := args[i], ""
		if name != "--sniff" {
			i++
			value = args[i]
		}
		at := slices.Index(plain, name)
		switch {
		case at < 0 && value == "":
			out = append(out, name)
		case at < 0 || plain[at+1] != value:
			out = append(out, name+" "+ShellQuote(value))
		}
	}
	return out
}

// String prints the settings in full, quoted so that a shell reads them back.
func (s Settings) String() string {
	args := s.Args()
	for i, a := range args {
		args[i] = ShellQuote(a)
	}
	return strings.Join(args, " ")
}

// ShellQuote quotes a word for a POSIX shell, if it needs it.
func ShellQuote(a string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./=,:+@%", r)
	}
	if a != "" && strings.IndexFunc(a, func(r rune) bool { return !plain(r) }) < 0 {
		return a
	}
	return "'" + strings.ReplaceAll(a, "'", `'\''`) + "'"
}

// ErrQuote is a word whose quote does not end.
var ErrQuote = errors.New("a quote is not closed")

// ShellWords takes apart what ShellQuote has quoted, as a shell would: blanks part words,
// between single quotes everything stands for itself, and behind a backslash one character.
func ShellWords(line string) ([]string, error) {
	var words []string
	var word []byte
	began, quoted := false, false
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case c == '\'':
			began, quoted = true, !quoted
		case !quoted && (c == ' ' || c == '\t' || c == '\n'):
			if began {
				words, word, began = append(words, string(word)), word[:0], false
			}
		case !quoted && c == '\\' && i+1 < len(line):
			i++
			word, began = append(word, line[i]), true
		default:
			word, began = append(word, c), true
		}
	}
	if quoted {
		return nil, ErrQuote
	}
	if began {
		words = append(words, string(word))
	}
	return words, nil
}
