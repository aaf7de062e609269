package pycsv

import (
	"strings"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/pyword"
)

// Sniff returns what csv.Sniffer().sniff(sample) finds, as the arguments that
// have the same effect on csv.reader and csv.DictReader as the dialect class it
// returns: the values may be of a kind that these then refuse, such as a unicode
// delimiter in 2.7. The sample is Text, in 2.7 Text or Bytes.
//
// It is Sniffer.sniff of Lib/csv.py.
func Sniff(v *Version, sample ingest.Value) (ingest.Dialect, *ingest.Fault) {
	if v.Text && sample.Kind == ingest.KindBytes {
		return nil, ingest.Faultf("TypeError", "cannot use a string pattern on a bytes-like object")
	}
	s := &sniffer{v: v, kind: sample.Kind, data: characters(sample)}
	g := s.guessQuoteAndDelimiter()
	if g.delimiter == noChar {
		s.guessDelimiter(&g)
	}
	if g.delimiter == noChar {
		return nil, ingest.Faultf("csv.Error", "Could not determine delimiter")
	}
	quotechar := v.str(`"`)
	if g.quotechar != noChar {
		quotechar = s.char(g.quotechar)
	}
	delimiter := s.char(g.delimiter)
	if g.native { // _guess_delimiter takes its candidates from chr(), not from the sample
		delimiter = v.str(string(g.delimiter))
	}
	return ingest.Dialect{
		{Name: "delimiter", Value: delimiter},
		{Name: "doublequote", Value: ingest.Bool(g.doublequote)},
		{Name: "lineterminator", Value: v.str("\r\n")},
		{Name: "quotechar", Value: quotechar},
		{Name: "quoting", Value: ingest.Int(QuoteMinimal)},
		{Name: "skipinitialspace", Value: ingest.Bool(g.skipinitialspace)},
	}, nil
}

const noChar rune = -1

// guess is what the sniffer knows so far.
type guess struct {
	delimiter, quotechar          rune // noChar: none
	doublequote, skipinitialspace bool
	native                        bool
}

type sniffer struct {
	v    *Version
	kind ingest.Kind
	data []rune // code points, of a byte string its bytes
}

// characters are what indexing the string yields.
func characters(v ingest.Value) []rune {
	if v.Kind == ingest.KindText {
		return ingest.Runes(v.Str)
	}
	out := make([]rune, len(v.Str))
	for i := range len(v.Str) {
		out[i] = rune(v.Str[i])
	}
	return out
}

// char is one character of the sample as a value of the sample's type.
func (s *sniffer) char(c rune) ingest.Value {
	if s.kind == ingest.KindBytes {
		return ingest.Bytes(string([]byte{byte(c)}))
	}
	return ingest.Text(string(ingest.AppendRune(nil, c)))
}

// isWord is \w of a pattern without flags: ASCII in 2.7, in 3.x Unicode as the
// version knows it, to which a letter of a later Unicode may be a delimiter.
func (s *sniffer) isWord(c rune) bool {
	switch {
	case c >= '0' && c <= '9', c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '_':
		return true
	case c < 0x80 || !s.v.Text:
		return false
	}
	return pyword.Alnum(s.v.Python, c)
}

// tally is a dict from characters or numbers to counts.
type tally struct {
	keys   []int64
	counts []int64
}

func (t *tally) add(key int64) {
	for i, k := range t.keys {
		if k == key {
			t.counts[i]++
			return
		}
	}
	t.keys = append(t.keys, key)
	t.counts = append(t.counts, 1)
}

// most returns the index of the key with the highest count. Of several 3.x takes
// the first that was inserted (max), 2.7 the last in the order of its dict (reduce).
func (t *tally) most(v *Version, value func(int64) ingest.Value) int {
	best := 0
	if v.Text {
		for i, n := range t.counts {
			if n > t.counts[best] {
				best = i
			}
		}
		return best
	}
	keys := make([]ingest.Value, len(t.keys))
	for i, k := range t.keys {
		keys[i] = value(k)
	}
	order := Py2DictOrder(keys)
	best = order[0]
	for _, i := range order[1:] {
		if t.counts[best] <= t.counts[i] {
			best = i
		}
	}
	return best
}

// guessDelimiter is Sniffer._guess_delimiter: the character that occurs the same
// number of times on each line.
func (s *sniffer) guessDelimiter(g *guess) {
	lines := s.lines()
	g.skipinitialspace = false
	if len(lines) == 0 {
		return
	}
	f := frequencies{v: s.v, chunk: min(10, len(lines)), lines: len(lines)}
	for start := 0; start < len(lines) && len(f.delims) != 1; start += f.chunk {
		f.count(lines[start:min(start+f.chunk, len(lines))])
		f.findModes()
		f.findDelims()
	}
	c := f.choose()
	if c < 0 {
		return
	}
	g.delimiter, g.native = rune(c), true
	first := string(lines[0])
	delim := string(rune(c))
	g.skipinitialspace = strings.Count(first, delim) == strings.Count(first, delim+" ")
}

// lines are the lines that are not empty.
func (s *sniffer) lines() [][]rune {
	var out [][]rune
	start := 0
	for i := 0; i <= len(s.data); i++ {
		if i < len(s.data) && s.data[i] != '\n' {
			continue
		}
		if i > start {
			out = append(out, s.data[start:i])
		}
		start = i + 1
	}
	return out
}

// candidates are the characters that _guess_delimiter counts: chr(0) to chr(126).
const candidates = 127

// mode is how often a character occurs on most lines, and on how many more lines
// it does so than not.
type mode struct{ frequency, lines int64 }

// frequencies are the tables of _guess_delimiter.
type frequencies struct {
	v         *Version
	chunk     int // lines looked at in one go
	lines     int // in all
	iteration int
	meta      [candidates]tally // by character: how many lines have it how often
	modes     [candidates]mode
	delims    map[int]mode
}

func (f *frequencies) count(lines [][]rune) {
	f.iteration++
	for _, line := range lines {
		var n [candidates]int64
		for _, c := range line {
			if c < candidates {
				n[c]++
			}
		}
		for c := range f.meta {
			f.meta[c].add(n[c])
		}
	}
}

func (f *frequencies) findModes() {
	for c := range f.meta {
		t := &f.meta[c]
		if len(t.keys) == 1 && t.keys[0] == 0 {
			continue
		}
		best := t.most(f.v, ingest.Int)
		m := mode{t.keys[best], 2 * t.counts[best]}
		for _, n := range t.counts {
			m.lines -= n // the mode's own lines were counted twice
		}
		f.modes[c] = m
	}
}

// findDelims lowers what it asks of a delimiter until there is one. The numbers
// are Python's floats, errors of rounding included.
func (f *frequencies) findDelims() {
	lines := f.chunk * f.iteration
	if f.v.SnifferTotal {
		lines = min(lines, f.lines)
	}
	const threshold = 0.9
	for consistency := 1.0; len(f.delims) == 0 && consistency >= threshold; consistency -= 0.01 {
		f.delims = map[int]mode{}
		for c, m := range f.modes {
			if m.frequency > 0 && m.lines > 0 && float64(m.lines)/float64(lines) >= consistency {
				f.delims[c] = m
			}
		}
	}
}

// choose returns the delimiter: the only one, a preferred one or the one with the
// greatest mode; -1 if there is none.
func (f *frequencies) choose() int {
	if len(f.delims) > 1 {
		for _, c := range ",\t; :" {
			if _, ok := f.delims[int(c)]; ok {
				return int(c)
			}
		}
	}
	best := -1
	for c := range f.modes { // ascending, so that of equal modes the last character wins
		m, ok := f.delims[c]
		if ok && (best < 0 || !less(m, f.delims[best])) {
			best = c
		}
	}
	return best
}

func less(a, b mode) bool {
	return a.frequency < b.frequency || a.frequency == b.frequency && a.lines < b.lines
}
