package ingest

// Neutral names something that Python 2 and Python 3 do differently and that a run
// of the team's own code is asked to do alike on both: if the paths agree then, that
// was why they did not. Such a run is an experiment and never an outcome to report.
type Neutral string

// What a run can leave out. Each is done to the team's code from outside, in the
// process of one request.
const (
	// NeutralLocale: the delivery, where it is opened as text without an encoding, is
	// read as UTF-8, or as Latin-1 where it is none.
	NeutralLocale Neutral = "locale"
	// NeutralPickle: Python 3 loads the byte strings of pickles as Latin-1.
	NeutralPickle Neutral = "pickle"
	// NeutralASCII: Python 2 puts byte strings and unicode together by UTF-8, or by
	// Latin-1 where the delivery is no UTF-8, in the place of ASCII.
	NeutralASCII Neutral = "ascii"
	// NeutralHash: hash() is one function of the value.
	NeutralHash Neutral = "hash"
	// NeutralCRC: crc32() and adler32() are unsigned.
	NeutralCRC Neutral = "crc"
	// NeutralDivision: "/" divides ints truly in Python 2 too.
	NeutralDivision Neutral = "division"
	// NeutralRounding: round() takes halves to the even neighbour and returns a float.
	NeutralRounding Neutral = "rounding"
	// NeutralFloats: str() of a float shows as many digits as repr(), and sum() adds one after the other.
	NeutralFloats Neutral = "floats"
	// NeutralIterators: what map, filter and zip return can be iterated again.
	NeutralIterators Neutral = "iterators"
	// NeutralRegex: \d, \w, \s, \b and re.IGNORECASE know ASCII alone.
	NeutralRegex Neutral = "regex"
	// NeutralDigests: a digest, a checksum or Base64 is that of nothing, and each time
	// Used says what it was made of. It is no difference of the Pythons, but where one is
	// looked for that a digest hides.
	NeutralDigests Neutral = "digests"
)

// Neutrals lists what the Pythons do differently, in the order in which it is worth trying.
func Neutrals() []Neutral {
	return []Neutral{NeutralLocale, NeutralPickle, NeutralASCII, NeutralHash, NeutralCRC, NeutralDivision, NeutralRounding, NeutralFloats, NeutralIterators, NeutralRegex}
}
