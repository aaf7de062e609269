package classify

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"unicode"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/diff"
	"github.com/feedparity/feedparity/ingest/pycodec"
)

// trial is one pair of runs to be made: an input, how both paths read it and, of the
// team's own code, what is left out of it.
type trial struct {
	name    string
	data    []byte
	py2     ingest.Settings
	py3     ingest.Settings
	compare ingest.Comparison

	neutral []ingest.Neutral // of the team's own code: what is left out
	ordered bool             // the rows are put in an order before they are compared
	cells   bool             // and the cells of each row before them

	taken *taken // data apart, for all the changes that are made of it
}

// run executes both paths.
func (t trial) run(ctx context.Context, eng ingest.Engine) (diff.Result, error) {
	res, _, err := t.observe(ctx, eng)
	return res, err
}

// observe executes both paths and returns what was recorded of them as well, nil
// where nothing was.
func (t trial) observe(ctx context.Context, eng ingest.Engine) (res diff.Result, seen [2]*ingest.Recording, err error) {
	var streams [2]ingest.Rows
	for i, s := range []ingest.Settings{t.py2, t.py3} {
		in := ingest.Input{Name: t.name, Data: bytes.NewReader(t.data), Size: int64(len(t.data)), Settings: s, Neutral: t.neutral}
		rows, err := eng.Ingest(ctx, in)
		if err != nil {
			return diff.Result{}, seen, err
		}
		defer rows.Close()
		streams[i] = rows
	}
	compared := streams
	if t.ordered {
		for i, rows := range streams {
			if compared[i], err = inOrder(rows, t.cells); err != nil {
				return diff.Result{}, seen, err
			}
		}
	}
	res, err = diff.CompareMax(compared[0], compared[1], t.compare, maxKept)
	for i, rows := range streams {
		seen[i] = ingest.RecordingOf(rows)
	}
	return res, seen, err
}

// change neutralises one feature of a trial. It reports false if the trial does
// not have the feature.
type change func(t trial) (trial, bool)

// settings makes a change of the Settings; edit reports whether it applies.
func settings(edit func(py2, py3 *ingest.Settings) bool) change {
	return func(t trial) (trial, bool) {
		t.py2.Types, t.py3.Types = slices.Clone(t.py2.Types), slices.Clone(t.py3.Types)
		ok := edit(&t.py2, &t.py3)
		return t, ok
	}
}

// characters makes a change of the input, character by character, as py3's codec
// takes it apart; if that finds nothing, as py2's does; then byte by byte, as csv
// of Python 2 sees it. edit answers false if it finds nothing to change.
func characters(edit func(a alphabet, chars []char) ([]byte, bool)) change {
	return func(t trial) (trial, bool) {
		alphabets := [3]alphabet{alphabetOf(t.py3.Python, t.py3.Codec, t.data), alphabetOf(t.py2.Python, t.py2.Codec, t.data), {width: 1}}
		for i, a := range alphabets {
			if slices.Contains(alphabets[:i], a) {
				continue
			}
			if out, ok := edit(a, t.taken.apart(a, t.data)); ok && !bytes.Equal(out, t.data) {
				t.data = out
				return t, true
			}
		}
		return t, false
	}
}

// replace makes a change of single characters: with returns the ASCII character
// to put in a character's place, keep or drop.
func replace(with func(chars []char, i int) int) change {
	return characters(func(a alphabet, chars []char) ([]byte, bool) { return a.replaced(chars, with) })
}

// replaced does what with says. It answers false where that is to keep all, as nearly
// always.
func (a alphabet) replaced(chars []char, with func(chars []char, i int) int) ([]byte, bool) {
	first := 0
	for first < len(chars) && with(chars, first) == keep {
		first++
	}
	if first == len(chars) {
		return nil, false
	}
	var out []byte
	for i, c := range chars {
		r := keep
		if i >= first {
			r = with(chars, i)
		}
		switch r {
		case keep:
			out = append(out, c.raw...)
		case drop:
		default:
			out = append(out, a.ascii(byte(r))...)
		}
	}
	return out, true
}

const (
	keep = -1
	drop = -2
)

// in replaces every character of a set.
func in(set func(rune) bool, with int) change {
	return replace(func(chars []char, i int) int {
		if set(chars[i].r) {
			return with
		}
		return keep
	})
}

func at(chars []char, i int) rune {
	if i < 0 || i >= len(chars) {
		return 0
	}
	return chars[i].r
}

// dropBOM takes the byte order mark off a UTF-8 input, and those that editors have put
// before it. UTF-16 needs its own.
func dropBOM(t trial) (trial, bool) {
	data, ok := bytes.CutPrefix(t.data, []byte("\xef\xbb\xbf"))
	for more := ok; more; {
		data, more = bytes.CutPrefix(data, []byte("\xef\xbb\xbf"))
	}
	t.data = data
	return t, ok
}

// markLetter is what markToLetter puts in the place of the mark.
const markLetter = "x"

// markToLetter puts a letter in the place of the mark.
func markToLetter(t trial) (trial, bool) {
	rest, ok := dropBOM(t)
	if ok {
		t.data = append([]byte(markLetter), rest.data...)
	}
	return t, ok
}

// dropNUL removes NUL characters. The zero bytes of UTF-16 and UTF-32 are none.
var dropNUL = in(func(r rune) bool { return r == 0 }, drop)

// transcode writes the input in UTF-8, which both paths then read: what remains is
// not due to a codec in which delimiters, quotes and newlines are not single bytes.
func transcode(t trial) (trial, bool) {
	name := codecName(t.py3.Python, t.py3.Codec)
	if a := alphabetOf(t.py3.Python, t.py3.Codec, t.data); a.width == 1 && a.codec == nil && a.table == nil {
		return t, false
	}
	if name != codecName(t.py2.Python, t.py2.Codec) {
		return t, false
	}
	c, fault, err := pycodec.Lookup(t.py3.Python, t.py3.Codec)
	if err != nil || fault != nil {
		return t, false
	}
	text, derr := c.Decode(nil, t.data, t.py3.Errors)
	if derr != nil {
		if text, derr = c.Decode(nil, t.data, "replace"); derr != nil {
			return t, false
		}
	}
	t.data, t.py2.Codec, t.py3.Codec = text, "utf-8", "utf-8"
	return t, true
}

// newlines makes a change of newlines in or outside quotes; edit says what takes
// the place of the character at i.
func newlines(inQuotes bool, edit func(chars []char, i int) int) change {
	return func(t trial) (trial, bool) {
		m := marksOf(t.py3)
		return characters(func(a alphabet, chars []char) ([]byte, bool) {
			var in []bool // known once it is asked for
			return a.replaced(chars, func(chars []char, i int) int {
				if r := chars[i].r; r != '\r' && r != '\n' {
					return keep
				}
				r := edit(chars, i)
				if r == keep {
					return keep
				}
				if in == nil {
					in = m.quoted(chars)
				}
				if in[i] != inQuotes {
					return keep
				}
				return r
			})
		})(t)
	}
}

// The changes of newlines.
var (
	foldCRCRLF = newlines(false, func(c []char, i int) int {
		if c[i].r == '\r' && at(c, i+1) == '\r' {
			for j := i + 1; j < len(c); j++ {
				if c[j].r == '\n' {
					return drop
				} else if c[j].r != '\r' {
					break
				}
			}
		}
		return keep
	})
	loneCRToLF = newlines(false, func(c []char, i int) int {
		if c[i].r == '\r' && at(c, i+1) != '\n' {
			return '\n'
		}
		return keep
	})
	quotedCRLFToLF = newlines(true, func(c []char, i int) int {
		if c[i].r == '\r' && at(c, i+1) == '\n' {
			return drop
		}
		return keep
	})
	quotedCRToLF = newlines(true, func(c []char, i int) int {
		if c[i].r == '\r' && at(c, i+1) != '\n' {
			return '\n'
		}
		return keep
	})
	quotedNewlineToSpace = newlines(true, func([]char, int) int { return ' ' })
)

// The changes of characters.
var (
	separatorsToSpace  = in(isSeparator, ' ')
	separatorsToLetter = in(isSeparator, 'x')
	separatorsToLF     = in(isSeparator, '\n')
	spacesToSpace      = in(isSpace, ' ')
	spacesToLetter     = in(isSpace, 'x') // where a space is an escape character or a delimiter
	digitsToASCII      = in(func(r rune) bool { return r > unicode.MaxASCII && unicode.Is(unicode.Nd, r) }, '1')
	numeralsToASCII    = in(func(r rune) bool { return r > unicode.MaxASCII && unicode.In(r, unicode.Nd, unicode.No) }, '1') // isdigit() has superscripts, isnumeric() fractions
	surrogatesToASCII  = in(ingest.IsSurrogate, '?')
	badToASCII         = in(func(r rune) bool { return r == bad }, '?')
	dropBad            = in(func(r rune) bool { return r == bad }, drop)
	nonASCIIToASCII    = in(func(r rune) bool { return r == bad || r > unicode.MaxASCII }, 'x')
	dropUnderscores    = replace(underscore)
	anyNewlineToLF     = replace(anyNewline)
	dropMarks          = in(func(r rune) bool { return r == 0xFEFF }, drop)
	digitSignsTogether = replace(signSpace)
)

// separatorsToNoBreak puts a no-break space in the place of every separator, where the
// alphabet has one.
var separatorsToNoBreak = characters(func(a alphabet, chars []char) ([]byte, bool) {
	space, ok := a.noBreak()
	if !ok || !slices.ContainsFunc(chars, func(c char) bool { return isSeparator(c.r) }) {
		return nil, false
	}
	var out []byte
	for _, c := range chars {
		if isSeparator(c.r) {
			out = append(out, space...)
		} else {
			out = append(out, c.raw...)
		}
	}
	return out, true
})

// surrogatesToBad puts a byte that is no UTF-8 in the place of every surrogate.
var surrogatesToBad = replace(func(c []char, i int) int {
	if ingest.IsSurrogate(c[i].r) {
		return 0xFF
	}
	return keep
})

// underscore drops an underscore beside a digit: PEP 515 allows them in int() and
// float() of 3.6+ between digits, Decimal() anywhere.
func underscore(c []char, i int) int {
	if c[i].r == '_' && (unicode.IsDigit(at(c, i-1)) || unicode.IsDigit(at(c, i+1)) || at(c, i+1) == '_' || at(c, i-1) == '_') {
		return drop
	}
	return keep
}

// signSpace drops spaces after a sign: int('- 1') is -1 in 2.7 alone.
func signSpace(c []char, i int) int {
	if c[i].r != ' ' {
		return keep
	}
	for j := i - 1; j >= 0; j-- {
		switch c[j].r {
		case '+', '-':
			return drop
		case ' ':
		default:
			return keep
		}
	}
	return keep
}

// anyNewline makes CRLF and CR into LF whether in quotes or not: what a dialect
// quotes is not always what it seems.
func anyNewline(c []char, i int) int {
	switch {
	case c[i].r != '\r':
		return keep
	case at(c, i+1) == '\n':
		return drop
	}
	return '\n'
}

// trimTail drops a character that the end of the input cuts short.
func trimTail(t trial) (trial, bool) {
	if codecOf(t.py2) != codecOf(t.py3) { // what one codec cuts short is whole to another
		return t, false
	}
	a := alphabetOf(t.py3.Python, t.py3.Codec, t.data)
	chars := a.split(t.data[max(0, len(t.data)-16)/4*4:])
	n := 0
	for i := len(chars) - 1; i >= 0 && chars[i].r == bad; i-- {
		n += len(chars[i].raw)
	}
	if n == 0 || n > 3 {
		return t, false
	}
	t.data = t.data[:len(t.data)-n]
	return t, true
}

// escapedNewlines writes an n in the place of every escaped newline.
func escapedNewlines(t trial) (trial, bool) {
	escape := marksOf(t.py3).escape
	if escape == unset {
		return t, false
	}
	return replace(func(c []char, i int) int {
		if (c[i].r == '\n' || c[i].r == '\r') && (at(c, i-1) == escape || c[i].r == '\n' && at(c, i-1) == '\r' && at(c, i-2) == escape) {
			return 'n'
		}
		return keep
	})(t)
}

// The changes of settings.
var (
	liftLimit = settings(func(py2, py3 *ingest.Settings) bool {
		py2.FieldLimit, py3.FieldLimit = 1<<31-1, 1<<31-1
		return true
	})
	sameCodec = settings(func(py2, py3 *ingest.Settings) bool {
		same := codecName(py2.Python, py2.Codec) == codecName(py3.Python, py3.Codec)
		py3.Codec = py2.Codec
		return !same
	})
	sameCodec3 = settings(func(py2, py3 *ingest.Settings) bool {
		same := codecName(py2.Python, py2.Codec) == codecName(py3.Python, py3.Codec)
		py2.Codec = py3.Codec
		return !same
	})
	// explicitCodec says encoding= where the locale's was asked for.
	explicitCodec = settings(func(py2, py3 *ingest.Settings) bool {
		codec := "utf-8"
		if codecOf(*py2) != "-" {
			codec = py2.Codec
		}
		other := codecName(py3.Python, codec) != codecName(py3.Python, py3.Codec)
		py3.Open, py3.Codec = ingest.OpenText, codec
		return other
	})
	decodeCells    = settings(decoding(ingest.OpenBytes))
	decodeAnyCells = settings(decoding(ingest.OpenBytes, ingest.OpenCodecs, ingest.OpenIO)) // the last two leave byte strings of ASCII
	recodeLines    = settings(func(py2, _ *ingest.Settings) bool {
		was := py2.Open
		py2.Open = ingest.OpenRecode
		return was == ingest.OpenCodecs || was == ingest.OpenIO
	})
	dropTypes = settings(func(py2, py3 *ingest.Settings) bool {
		n := len(py2.Types) + len(py3.Types)
		py2.Types, py3.Types = nil, nil
		return n > 0
	})
	dropCase = settings(func(py2, py3 *ingest.Settings) bool {
		isCase := func(s ingest.Step) bool { return s != "strip" }
		n := len(py2.Clean) + len(py3.Clean)
		py2.Clean = slices.DeleteFunc(slices.Clone(py2.Clean), isCase)
		py3.Clean = slices.DeleteFunc(slices.Clone(py3.Clean), isCase)
		return len(py2.Clean)+len(py3.Clean) < n
	})
	dropQuoting = settings(func(py2, py3 *ingest.Settings) bool {
		a, b := dropOption(py2, "quoting"), dropOption(py3, "quoting")
		return a || b
	})
	dropDialect = settings(func(py2, py3 *ingest.Settings) bool {
		n := len(py2.Dialect) + len(py3.Dialect)
		py2.Dialect, py3.Dialect = ingest.Dialect{}, ingest.Dialect{}
		return n > 0
	})
	// dropNewlineOptions drops a delimiter, quote or escape character that ends lines,
	// which not every mode leaves on them.
	dropNewlineOptions = settings(func(py2, py3 *ingest.Settings) bool {
		n := len(py2.Dialect) + len(py3.Dialect)
		for _, s := range []*ingest.Settings{py2, py3} {
			s.Dialect = slices.DeleteFunc(slices.Clone(s.Dialect), func(o ingest.DialectOption) bool {
				return o.Name != "lineterminator" && (o.Value.Str == "\n" || o.Value.Str == "\r")
			})
		}
		return len(py2.Dialect)+len(py3.Dialect) < n
	})
	dropSniff = settings(func(py2, py3 *ingest.Settings) bool {
		was := py2.Sniff || py3.Sniff
		py2.Sniff, py3.Sniff = false, false
		return was
	})
	dropSniffed = settings(func(py2, py3 *ingest.Settings) bool { // and the arguments that it took the place of
		was := py2.Sniff || py3.Sniff
		py2.Sniff, py3.Sniff, py2.Dialect, py3.Dialect = false, false, ingest.Dialect{}, ingest.Dialect{}
		return was
	})
	sameErrors = settings(func(py2, py3 *ingest.Settings) bool {
		was := py2.Errors != py3.Errors
		py2.Errors = py3.Errors
		return was
	})
	littleEndian = settings(func(py2, py3 *ingest.Settings) bool {
		ok := false
		for _, s := range []*ingest.Settings{py2, py3} {
			if name := codecName(s.Python, s.Codec); name == "utf-16" || name == "utf-32" {
				s.Codec, ok = name+"-le", true
			}
		}
		return ok
	})
)

// decoding makes py2 decode its cells as py3 decodes the file, in place of a mode
// that leaves byte strings.
func decoding(modes ...ingest.OpenMode) func(py2, py3 *ingest.Settings) bool {
	return func(py2, py3 *ingest.Settings) bool {
		was := py2.Open
		py2.Open, py2.Codec, py2.Errors = ingest.OpenBytesDecode, py3.Codec, py3.Errors
		return slices.Contains(modes, was)
	}
}

func dropOption(s *ingest.Settings, name string) bool {
	n := len(s.Dialect)
	s.Dialect = slices.DeleteFunc(slices.Clone(s.Dialect), func(o ingest.DialectOption) bool { return strings.EqualFold(o.Name, name) })
	return len(s.Dialect) < n
}
