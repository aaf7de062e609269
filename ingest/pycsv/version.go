package pycsv

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/feedparity/feedparity/ingest"
)

// Version is one CPython's csv module: every difference between versions that
// was found is a field here, so that the code beside it is written once. A
// message is what str(exc) shows; the comments name the function of
// Modules/_csv.c and the version that changed it.
type Version struct {
	Python ingest.Python

	// Text says that items, cells and dialect characters are text. In 2.7 they
	// are byte strings, and field limits count bytes.
	Text bool
	// NUL is the message of Reader_iternext for a NUL character in an item, ""
	// from 3.11 on, where NUL is a character like any other.
	NUL string
	// Newline is the message of parse_process_char (EAT_CRNL) for text after a
	// newline inside an item; 3.13 reworded it.
	Newline string
	// ItemType is the format of Reader_iternext's message for an item that is no
	// string, "" in 2.7, which asks PyString_AsString instead. 3.10 reworded it.
	ItemType string
	// AfterEscapedNewline says that parse_process_char knows the state
	// AFTER_ESCAPED_CRNL (3.x): an escaped newline lets the record go on.
	AfterEscapedNewline bool
	// UnquotedField says that parse_save_field decides by "was the field not
	// quoted" (3.13) and not by "did an ordinary character begin it" whether a
	// field is a number, and knows QUOTE_STRINGS and QUOTE_NOTNULL.
	UnquotedField bool

	// OneCharacter is the message of _set_char for a string of another length.
	OneCharacter string
	// NoneByType says that _set_char refuses None for the delimiter as a wrong
	// type and that the messages of _set_char_or_none name None (3.9).
	NoneByType bool
	// ExactlyOne says that "" no longer means "not set" and that NUL is a
	// character (3.11); before, both unset a character.
	ExactlyOne bool
	// NamesCharacter says that the messages of _set_char and _set_char_or_none ask
	// for "a unicode character", with the length of what they got, and that those
	// of _set_str and _set_int name its type; _set_str then refuses None at once
	// (3.14).
	NamesCharacter bool
	// LastQuoting is the highest constant dialect_check_quoting knows: 3, from
	// 3.12 on 5.
	LastQuoting int64
	// Quoting is how _set_int takes its integer.
	Quoting IntRule
	// CharactersDiffer says that dialect_check_char and dialect_check_chars
	// refuse newlines, spaces and characters used twice (3.13).
	CharactersDiffer bool
	// Keyword is the format of the message for a keyword that dialect_new does
	// not know, of its name and a suggestion, and TooMany the one for more
	// keywords than it has.
	Keyword, TooMany string
	// Suggests says that the message names a keyword spelled much the same
	// (3.13: error_unexpected_keyword_arg in Python/getargs.c).
	Suggests bool
	// MultipleValues is the format of the message for an argument given by
	// position and by name, to DictReader.__init__.
	MultipleValues string
	// NotIterable is the format of zip()'s message for fieldnames that are no
	// sequence, of their type; 3.8 reworded it. FieldnamesChecked says that
	// DictReader.__init__ itself iterates over them (3.12).
	NotIterable       string
	FieldnamesChecked bool
	// SnifferTotal says that Sniffer._guess_delimiter measures consistency against
	// the lines there are, not against whole chunks of ten (3.7).
	SnifferTotal bool
	// EscapesEscape says that join_append_data escapes the escapechar itself and
	// does not quote for its sake (3.10).
	EscapesEscape bool
	// StrictWriter says that join_append_data takes CR and LF for special whatever
	// the lineterminator, minds what skipinitialspace would make of an empty field,
	// and that csv_writerow refuses a lone None it may not quote (3.13).
	StrictWriter bool
	// HeaderTypes are the types Sniffer.has_header tries in turn.
	HeaderTypes []string
	// Dialects are the names in the registry that Lib/csv.py fills: 2.7 has no
	// "unix".
	Dialects []string
}

// IntRule is how a version turns the integer given for quoting into a C int.
type IntRule uint8

// The rules of _set_int.
const (
	IntWraps       IntRule = iota // 2.7: bool allowed; a C long, cut to an int
	IntRange                      // 3.6: a C long, then ValueError if it is no int
	IntOverflow                   // 3.7: _PyLong_AsInt, OverflowError
	lastQuoting38  = 3
	lastQuoting312 = 5
)

// VersionOf returns the model of a version. Its error, for a version that is not
// modelled, wraps ingest.ErrNotModelled and names the nearest one that is.
func VersionOf(py ingest.Python) (*Version, error) {
	all := versions()
	if v, ok := all[py]; ok {
		return v, nil
	}
	return nil, fmt.Errorf("model csv module: python %s is %w, the nearest is %s", py, ingest.ErrNotModelled, nearest(all, py))
}

// Modelled lists the versions VersionOf knows, oldest first.
func Modelled() []ingest.Python {
	return slices.SortedFunc(maps.Keys(versions()), comparePython)
}

func comparePython(a, b ingest.Python) int {
	return (a.Major-b.Major)*1000 + a.Minor - b.Minor
}

func nearest(all map[ingest.Python]*Version, py ingest.Python) ingest.Python {
	var best ingest.Python
	for p := range all {
		d, b := comparePython(p, py), comparePython(best, py)
		if best == (ingest.Python{}) || d*d < b*b {
			best = p
		}
	}
	return best
}

// versions is built on first use, each version from the one before it.
var versions = sync.OnceValue(func() map[ingest.Python]*Version {
	all := map[ingest.Python]*Version{}
	v := python27()
	add := func(major, minor int) {
		v.Python = ingest.Python{Major: major, Minor: minor}
		c := v
		all[v.Python] = &c
	}
	add(2, 7)
	toPython36(&v)
	add(3, 6)
	v.NUL = "line contains NUL"
	v.Quoting = IntOverflow
	v.SnifferTotal = true
	v.TooMany = "function takes at most 9 %sarguments (%d given)"
	add(3, 7)
	v.NotIterable = "'%s' object is not iterable"
	add(3, 8)
	v.NoneByType = true
	add(3, 9)
	v.ItemType = "iterator should return strings, not %s (the file should be opened in text mode)"
	v.MultipleValues = "DictReader.__init__() got multiple values for argument '%s'"
	v.HeaderTypes = []string{"complex"}
	v.EscapesEscape = true
	add(3, 10)
	v.NUL = ""
	v.ExactlyOne = true
	add(3, 11)
	v.LastQuoting = lastQuoting312
	v.FieldnamesChecked = true
	add(3, 12)
	v.UnquotedField = true
	v.CharactersDiffer = true
	v.Newline = newlineSeen + "with newline=''?"
	v.Keyword = "this function got an unexpected keyword argument '%s'%s"
	v.Suggests = true
	v.StrictWriter = true
	add(3, 13)
	v.NamesCharacter = true
	add(3, 14)
	return all
})

const newlineSeen = "new-line character seen in unquoted field - do you need to open the file "

func python27() Version {
	return Version{
		NUL:            "line contains NUL",
		Newline:        newlineSeen + "in universal-newline mode?",
		OneCharacter:   `"%s" must be an 1-character string`,
		LastQuoting:    lastQuoting38,
		Quoting:        IntWraps,
		Keyword:        "'%[1]s' is an invalid keyword argument for this function",
		TooMany:        "function takes at most 9 arguments (%[2]d given)",
		MultipleValues: "__init__() got multiple values for keyword argument '%s'",
		NotIterable:    "zip argument #1 must support iteration",
		HeaderTypes:    []string{"int", "long", "float", "complex"},
		Dialects:       []string{"excel", "excel-tab"},
	}
}

func toPython36(v *Version) {
	v.Text = true
	v.NUL = "line contains NULL byte"
	v.ItemType = "iterator should return strings, not %s (did you open the file in text mode?)"
	v.AfterEscapedNewline = true
	v.OneCharacter = strings.Replace(v.OneCharacter, "an 1", "a 1", 1)
	v.Quoting = IntRange
	v.MultipleValues = "__init__() got multiple values for argument '%s'"
	v.HeaderTypes = []string{"int", "float", "complex"}
	v.Dialects = []string{"excel", "excel-tab", "unix"}
}
