package classify

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/feedparity/feedparity/ingest"
)

// suspect is a possible cause of a divergence of the team's own code, and what
// neutralises it: the divergence must be gone without it.
type suspect struct {
	cause   Cause
	name    string // of the experiment
	stage   stage
	match   func(e evidence, k known) bool
	change  change         // nil where the evidence proves it
	neutral ingest.Neutral // what of the code is left out, if it is that
}

// stage says when a suspect is worth a run.
type stage int

const (
	stageFirst   stage = iota // before the values are looked at: it says more than they do
	stageInput                // a class of characters
	stageGeneral              // a class of characters so large that it tells little
)

// suspects returns them in the order in which they are tried, the more telling one
// before the more general.
func suspects() []suspect {
	return slices.Concat(pythonSuspects(), fileSuspects(), lineSuspects(), byteSuspects(), cellSuspects(), separatorSuspects(), generalSuspects())
}

// pythonSuspects are what the Pythons do differently whatever the supplier sends.
func pythonSuspects() []suspect {
	var out []suspect
	for _, n := range ingest.Neutrals() {
		s := suspect{cause: neutralCauses[n], name: string(n), neutral: n, change: leaveOut(n)}
		s.match = func(_ evidence, k known) bool { return k.uses(n) }
		if n == ingest.NeutralASCII {
			s.match = mayBeImplicit
		}
		out = append(out, s)
	}
	return append(out, suspect{cause: SortOrder, name: "order", match: noFault, change: inAnyOrder})
}

var neutralCauses = map[ingest.Neutral]Cause{
	ingest.NeutralLocale: LocaleDefaultEncoding, ingest.NeutralPickle: CachePickle, ingest.NeutralASCII: ImplicitASCII,
	ingest.NeutralHash: HashValue, ingest.NeutralCRC: CRCSign, ingest.NeutralDivision: TrueDivision, ingest.NeutralRounding: FloatRounding, ingest.NeutralFloats: FloatRounding,
	ingest.NeutralIterators: IteratorExhausted, ingest.NeutralRegex: RegexUnicodeClass,
}

func leaveOut(n ingest.Neutral) change {
	return func(t trial) (trial, bool) {
		t.neutral = append(slices.Clone(t.neutral), n)
		return t, true
	}
}

func inAnyOrder(t trial) (trial, bool) {
	t.ordered = true
	return t, true
}

// cellsInAnyOrder is for rows that a dict's values were made into.
func cellsInAnyOrder(t trial) (trial, bool) {
	t.ordered, t.cells = true, true
	return t, true
}

// mayBeImplicit: Python 2 has tried ASCII, and no decoder that it was told to use, or
// something differs without an exception.
func mayBeImplicit(e evidence, k known) bool {
	if !e.fault() {
		return true
	}
	return e.d.Py2Fault != nil && strings.HasPrefix(e.d.Py2Fault.Message, "'ascii' codec can't ")
}

func noFault(e evidence, _ known) bool   { return !e.fault() }
func anything(evidence, known) bool      { return true }
func notDecode(e evidence, _ known) bool { return e.tag2 != tagDecode && e.tag3 != tagDecode }

// fileSuspects are of the file as a whole, and what ends a path before it has said
// anything else.
func fileSuspects() []suspect {
	return []suspect{
		{cause: NULByte, name: "nul", match: anything, change: dropNUL},
		{cause: BOMInHeader, name: "bom", match: anything, change: dropBOM},
		{cause: Sniffer, match: func(_ evidence, k known) bool { return sniffedApart(k) }},
		{cause: TruncatedCharacter, name: "tail", match: oneDecodes, change: cutTail},
		{cause: RowsBeforeFault, match: sameCodecFault},
	}
}

// oneDecodes: a path has not failed to decode, and no character is another one: of a half
// character it makes an exception, U+FFFD or nothing.
func oneDecodes(e evidence, k known) bool {
	return (e.tag2 != tagDecode || e.tag3 != tagDecode) && (e.fault() || e.feature != featText)
}

// sniffedApart: the two Sniffers have found other delimiters or quotes.
func sniffedApart(k known) bool {
	a, b := k[ingest.Py2].sniffed, k[ingest.Py3].sniffed
	differ := func(name string) bool {
		x, _ := a.Get(name)
		y, _ := b.Get(name)
		return x.Str != y.Str
	}
	return a != nil && b != nil && (differ("delimiter") || differ("quotechar") || differ("doublequote"))
}

// sameCodecFault: the same codec has failed on both paths, after other rows.
func sameCodecFault(e evidence, k known) bool {
	a, b := decodedBy(e.d.Py2Fault), decodedBy(e.d.Py3Fault)
	return a != "" && codecName(ingest.Python27, a) == codecName(k[ingest.Py3].settings.Python, b)
}

// cutTail drops a character that the end of the input cuts short, as py3 reads it;
// a path that does not decode has none of its own. A byte of UTF-8 that begins nothing
// is no half of a character.
func cutTail(t trial) (trial, bool) {
	if codecOf(t.py2) == codecNone {
		t.py2.Open, t.py2.Codec = t.py3.Open, t.py3.Codec
	}
	short, ok := trimTail(t)
	if ok && alphabetOf(t.py3.Python, t.py3.Codec, nil).utf8 && utf8.FullRune(t.data[len(short.data):]) {
		return t, false
	}
	return short, ok
}

// lineSuspects are what ends lines, or does not.
func lineSuspects() []suspect {
	newline := func(e evidence, _ known) bool { return e.feature == featNewline }
	return inputs(
		suspect{cause: CRCRLFBlankRows, name: "crcrlf", match: anything, change: foldCRCRLF},
		suspect{cause: EscapeNewline, name: "escaped-newline", match: anything, change: escapedNewlines},
		suspect{cause: NewlineInQuotes, name: "quoted-crlf", match: anything, change: quotedCRLFToLF},
		suspect{cause: NewlineInQuotes, name: "quoted-cr", match: noFault, change: quotedCRToLF},
		suspect{cause: NewlineInQuotes, name: "crlf", match: newline, change: anyNewlineToLF},
		suspect{cause: LoneCR, name: "cr", match: anything, change: loneCRToLF},
		suspect{cause: NewlineInQuotes, name: "quoted-lf", match: anything, change: quotedNewlineToSpace},
		noBreakSuspect,
	)
}

// noBreakSuspect tells what ends lines from what strip() takes off: a no-break space
// ends none and is taken off as a separator is.
var noBreakSuspect = suspect{cause: UnicodeLineSeparator, name: "separator-no-break", match: splitting, change: separatorsToNoBreak}

// separatorSuspects are for separators that are not the only white space which the
// paths see in their own ways.
func separatorSuspects() []suspect {
	return inputs(
		suspect{cause: UnicodeLineSeparator, name: "separator-space", match: splitting, change: separatorsToSpace},
		suspect{cause: UnicodeLineSeparator, name: "separator-letter", match: splitting, change: separatorsToLetter},
		suspect{cause: UnicodeLineSeparator, name: "separator-lf", match: splitting, change: separatorsToLF},
	)
}

func inputs(list ...suspect) []suspect {
	for i := range list {
		list[i].stage = stageInput
	}
	return list
}

// splitting: a path may end lines where str.splitlines() does, and it is no number
// that is to blame.
func splitting(e evidence, k known) bool {
	return (k[ingest.Py2].splits || k[ingest.Py3].splits) && e.tag2 != tagNumber && e.tag3 != tagNumber
}

// byteSuspects are bytes that are no characters to a codec.
func byteSuspects() []suspect {
	decodes := func(e evidence, _ known) bool { return e.tag2 == tagDecode || e.tag3 == tagDecode }
	replaced := func(e evidence, k known) bool {
		return !e.fault() && (e.feature == featReplaced || k[ingest.Py2].lenient || k[ingest.Py3].lenient)
	}
	return inputs(
		suspect{cause: CESUSurrogate, name: "surrogates", match: anything, change: surrogatesToASCII},
		suspect{cause: ReplacementCount, name: "bad", match: replaced, change: badToASCII},
		suspect{cause: UndecodableBytes, name: "bad", match: decodes, change: badToASCII},
		suspect{cause: UndecodableBytes, name: "non-ascii", match: decodes, change: nonASCIIToASCII},
	)
}

// cellSuspects are characters that a conversion takes for something else.
func cellSuspects() []suspect {
	return inputs(
		suspect{cause: UnicodeWhitespace, name: "spaces", match: notDecode, change: spacesToSpace},
		suspect{cause: UnicodeWhitespace, name: "spaces-letter", match: noFault, change: spacesToLetter},
		suspect{cause: UnicodeDigits, name: "digits", match: notDecode, change: numeralsToASCII},
		suspect{cause: UnderscoreDigits, name: "underscores", match: notDecode, change: dropUnderscores},
		suspect{cause: ValueType, name: "signs", match: notDecode, change: digitSignsTogether},
		suspect{cause: ValueType, name: "long-numbers", match: notDecode, change: shortNumbers},
	)
}

// shortNumbers cuts long runs of digits: ints beyond a machine word are longs in
// Python 2, whose repr ends in L, and 3.11 refuses texts of more than 4300 digits.
var shortNumbers = replace(func(c []char, i int) int {
	const word = 18
	n := 0
	for j := i; j >= 0 && n <= word && c[j].r >= '0' && c[j].r <= '9'; j-- {
		n++
	}
	if n > word {
		return drop
	}
	return keep
})

// generalSuspects: that something is not ASCII says little by itself, but the values
// do and whether anything was decoded.
func generalSuspects() []suspect {
	undecoded := func(e evidence, k known) bool {
		return e.feature == featBytes || k[ingest.Py2].codec == codecNone && (e.py3.Kind != ingest.KindText || e.py2.Kind == ingest.KindBytes)
	}
	characters := func(e evidence, _ known) bool {
		return slices.Contains([]string{featText, featPart, featReplaced, featSurrogate, featSpace}, e.feature)
	}
	list := []suspect{
		{cause: CaseMapping, match: func(e evidence, _ known) bool { return e.feature == featCase }},
		{cause: BytesVsText, match: undecoded},
		{cause: Mojibake, match: characters},
	}
	for i := range list {
		list[i].stage, list[i].name, list[i].change = stageGeneral, "non-ascii", nonASCIIToASCII
	}
	return append(list, suspect{cause: SortOrder, name: "cells", stage: stageGeneral, match: noFault, change: cellsInAnyOrder})
}

// What exceptions of Python 3 say that nothing else raises.
var (
	orderMessage    = compiled(`^'[<>]=?' not supported between instances of |^unorderable types: `)
	iteratorMessage = compiled(`'(map|filter|zip|dict_keys|dict_values|dict_items)' (object|and)|and '(map|filter|zip|dict_keys|dict_values|dict_items)'$|^dictionary changed size during iteration$`)
	mixedMessage    = compiled(`(bytes|string)-like object|not ['"]?bytes\b|, (bytes|str) found$|or a tuple of (bytes|str), not |must be encoded before hashing|` +
		`^decoding str is not supported|without an encoding$|without a string argument$|^can't concat |^'str' object has no attribute 'decode'|^'bytes' object has no attribute '(encode|format)'|` +
		`^Object of type '?bytes'? is not JSON serializable|^b['"].* is not JSON serializable|but int found$|got '?(str|bytes)'?$|^(str\.)?translate\(\) takes exactly one argument \(2 given\)|` +
		`^'in <string>' requires string as left operand|^bytes indices must be|^keys must be str, int, float, bool or None, not bytes|^a bytes-like object is required`)
	protocolMessage = compiled(`^unsupported pickle protocol: `)
)

// told returns the cause that an exception's text alone proves, "" for none.
func told(e evidence) Cause {
	if !e.fault() {
		return ""
	}
	says := func(f *ingest.Fault, message *regexp.Regexp) bool { return f != nil && message.MatchString(f.Message) }
	two, three := e.d.Py2Fault, e.d.Py3Fault
	switch {
	case says(three, orderMessage()):
		return NoneOrdering
	case says(three, iteratorMessage()):
		return IteratorExhausted
	case says(three, mixedMessage()):
		return BytesVsText
	case says(two, protocolMessage()) != says(three, protocolMessage()):
		return CachePickle
	case e.tag2 == tagLimit != (e.tag3 == tagLimit):
		return FieldLimit
	case e.tag2 == tagDialect != (e.tag3 == tagDialect):
		return DialectRefused
	case e.tag2 == tagSniff != (e.tag3 == tagSniff):
		return Sniffer
	case e.tag2 == tagMode != (e.tag3 == tagMode):
		return OpenModeRemoved
	case two == nil && e.tag3 == tagCodec, three == nil && e.tag2 == tagCodec:
		return CodecMissing
	}
	return ""
}

// lastly names what differs where nothing told why, or what only the evidence tells.
func (c *code) lastly(e evidence) (cause Cause, sure bool) {
	one := func(tag string) bool { return (e.tag2 == tag) != (e.tag3 == tag) }
	switch {
	case one(tagNUL):
		return NULByte, false
	case one(tagDecode):
		return UndecodableBytes, false
	case one(tagNewline):
		return LoneCR, false
	case oneParsesDates(e):
		return DateParsing, false
	case e.fault() && e.tag2 == e.tag3 && faultClass(e.d.Py2Fault) == faultClass(e.d.Py3Fault):
		return RowsBeforeFault, false
	case e.feature == featNumber && lastDigits(e.py2, e.py3):
		return FloatRounding, false
	case e.feature == featKind:
		return ValueType, false
	case !e.fault() && e.ragged:
		return RowCount, false
	}
	return Unclassified, false
}

// lastDigits: two floats, or what str() made of them, that are the same to twelve digits.
func lastDigits(a, b ingest.Value) bool {
	short := func(v ingest.Value) string {
		f, err := strconv.ParseFloat(v.Str, 64)
		if err != nil || v.Kind != ingest.KindFloat && v.Kind != ingest.KindDecimal || len(a.Str)+len(b.Str) < 17 {
			return ""
		}
		return strconv.FormatFloat(f, 'g', 12, 64)
	}
	return short(a) != "" && short(a) == short(b)
}

// oneParsesDates: strptime() of one Python took what that of the other refused.
func oneParsesDates(e evidence) bool {
	refused := func(f *ingest.Fault) bool {
		return f != nil && (strings.HasPrefix(f.Message, "time data ") || strings.Contains(f.Message, " is a bad directive in format ") ||
			strings.HasPrefix(f.Message, "unconverted data remains"))
	}
	return e.fault() && refused(e.d.Py2Fault) != refused(e.d.Py3Fault)
}
