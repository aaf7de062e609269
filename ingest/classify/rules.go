package classify

import (
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/diff"
)

// rule says when a cause is worth testing and how it is tested: the cause is
// confirmed by the first of its changes that makes the divergence go away. A rule
// without changes rests on the evidence alone; only causes that the evidence
// proves by itself and the last resorts have none.
type rule struct {
	cause   Cause
	match   func(e evidence, c Case) bool
	changes []change
	detail  func(e evidence, t trial) []string
	input   bool // the changes are of the input, so that they may be combined
	general bool // the changes go beyond one feature: tested after combinations of those that do not
	last    bool // a last resort: it says what differs, not why
}

// rules returns the rules in the order in which they are tested, the more telling
// cause before the more general.
func rules() []rule {
	return slices.Concat(stepRules(), structureRules(), textRules(), valueRules(), evidentRules(), lastRules())
}

// stepRules need no counterfactual: without the step the paths agree on the cell.
func stepRules() []rule {
	return []rule{
		{cause: ImplicitASCII, match: atStep(stepColumn), detail: withOperation(what)},
		{cause: ImplicitASCII, match: coerced, detail: withOperation(what)},
		{cause: TrueDivision, match: atStep("div"), detail: what},
		{cause: FloatRounding, match: func(e evidence, _ Case) bool {
			return slices.Contains(printing, e.step) && !e.fault() && !sameNumber(e.py2, e.py3)
		},
			detail: operation},
		{cause: ValueType, match: atStep("round"), detail: operation},
		{cause: BytesVsText, match: func(e evidence, _ Case) bool { return e.feature == featBytes && e.step != "" }, detail: operation},
		{cause: BytesVsText, match: func(e evidence, _ Case) bool {
			return e.d.Py2Fault != nil && strings.HasSuffix(e.d.Py2Fault.Message, "must be unicode, not str")
		}, detail: withOperation(what)},
		{cause: CaseMapping, match: atStep(caseSteps...), detail: caseDetail},
		{cause: UnicodeVersion, match: atStep(normalizing...), detail: operation},
	}
}

func structureRules() []rule {
	return []rule{
		{cause: OpenModeRemoved, match: func(e evidence, _ Case) bool { return (e.tag2 == tagMode) != (e.tag3 == tagMode) }, detail: faults},
		{cause: CodecMissing, match: func(e evidence, _ Case) bool { return (e.tag2 == tagCodec) != (e.tag3 == tagCodec) }, detail: codecAndFaults},
		{cause: FieldLimit, match: faultTag(tagLimit), changes: []change{liftLimit}, detail: faults},
		{cause: NULByte, match: always, changes: []change{dropNUL}, detail: withClass("nul", what), input: true},
		{cause: NULByte, match: faultTag(tagNUL), changes: []change{transcode}, detail: withClass("wide", what)},
		{cause: BOMInHeader, match: always, changes: []change{dropBOM}, detail: codecs, input: true},
		{cause: BOMInHeader, match: cellwiseSignature, changes: []change{dropMarks}, detail: codecs, input: true},
		{cause: RowsBeforeFault, match: sameDecodeFault, detail: func(e evidence, t trial) []string { return []string{faultClass(e.d.Py3Fault)} }},
		{cause: CRCRLFBlankRows, match: always, changes: []change{foldCRCRLF}, detail: what, input: true},
		{cause: EscapeNewline, match: always, changes: []change{escapedNewlines}, detail: what, input: true},
		{cause: NewlineInQuotes, match: always, changes: []change{quotedCRLFToLF}, detail: withClass("crlf", what), input: true},
		{cause: NewlineInQuotes, match: notFault, changes: []change{quotedCRToLF}, detail: withClass("cr", what), input: true},
		{cause: NewlineInQuotes, match: func(e evidence, _ Case) bool { return e.feature == featNewline },
			changes: []change{anyNewlineToLF}, detail: withClass("crlf", what), input: true},
		{cause: LoneCR, match: always, changes: []change{loneCRToLF}, detail: what, input: true},
		{cause: NewlineInQuotes, match: always, changes: []change{quotedNewlineToSpace}, detail: withClass("lf", what), input: true},
	}
}

func textRules() []rule {
	return []rule{
		{cause: CESUSurrogate, match: always, changes: []change{surrogatesToASCII}, detail: codecs, input: true},
		{cause: TruncatedCharacter, match: always, changes: []change{trimTail}, detail: withFaults(codecs), input: true},
		{cause: LocaleDefaultEncoding, match: func(e evidence, c Case) bool { return c.Py3.Open == ingest.OpenLocale },
			changes: []change{explicitCodec}, detail: withFaults(codecs)},
		{cause: ReplacementCount, match: func(e evidence, c Case) bool { return !e.fault() && lenient(c) },
			changes: []change{badToASCII, transcode, sameErrors}, detail: replacement, input: true},
		{cause: BytesVsText, match: func(e evidence, c Case) bool { return e.feature == featBytes }, changes: []change{decodeCells, nonASCIIToASCII}, detail: codec3},
		{cause: BytesVsText, match: func(e evidence, _ Case) bool { return e.tag2 == tagEncode }, changes: []change{recodeLines, nonASCIIToASCII}, detail: withFaults(codec3)},
		{cause: UndecodableBytes, match: faultTag(tagDecode), changes: []change{badToASCII, nonASCIIToASCII, transcode, littleEndian}, detail: withFaults(codecs)},
	}
}

func valueRules() []rule {
	return []rule{
		{cause: UnicodeWhitespace, match: converted, changes: []change{spacesToSpace}, detail: operation, input: true},
		{cause: UnicodeWhitespace, match: atStep("strip", "lstrip", "rstrip"), changes: []change{spacesToLetter}, detail: operation, input: true},
		{cause: UnicodeDigits, match: converted, changes: []change{digitsToASCII}, detail: operation, input: true},
		{cause: UnderscoreDigits, match: converted, changes: []change{dropUnderscores}, detail: operation, input: true},
		{cause: BytesVsText, match: atStep(predicates...), changes: []change{decodeCells}, detail: operation},
		{cause: UnicodeVersion, match: atStep(predicates...), detail: operation},
		{cause: DateParsing, match: atStep("date", "datetime"), detail: withOperation(what)},
		{cause: UnicodeLineSeparator, match: always, changes: []change{separatorsToSpace, separatorsToLetter, separatorsToLF}, detail: withClassOf(separators, what), input: true},
		{cause: CaseMapping, match: func(e evidence, _ Case) bool { return e.feature == featCase || e.feature == featText }, changes: []change{dropCase}, detail: caseDetail},
		{cause: Mojibake, match: func(e evidence, _ Case) bool { return !e.fault() },
			changes: []change{sameCodec, sameCodec3, transcode}, detail: codecs},
		{cause: ValueType, match: converted, changes: []change{digitSignsTogether}, detail: withClass("sign", operation), input: true},
		{cause: BytesVsText, match: func(e evidence, _ Case) bool { return e.step != "" }, changes: []change{decodeAnyCells}, detail: operation, general: true},
		{cause: ValueType, match: always, changes: []change{dropTypes, dropQuoting}, detail: operation, general: true},
		{cause: Sniffer, match: always, changes: []change{dropSniff, dropSniffed}, detail: what},
		{cause: DialectRefused, match: faultTag(tagDialect), changes: []change{dropDialect}, detail: faults},
	}
}

// evidentRules are for inputs that no single change settles, such as a NUL in
// UTF-16 or a file that one path reads as EBCDIC: what one path raised, or the two
// values beside each other, still say why.
func evidentRules() []rule {
	return []rule{
		{cause: NULByte, match: oneSided(tagNUL), detail: withClassOf(nulClass, what), general: true},
		{cause: UndecodableBytes, match: oneSided(tagDecode), detail: withFaults(codecs), general: true},
		{cause: UndecodableBytes, match: func(e evidence, c Case) bool { return e.fault() && lenient(c) }, changes: []change{dropBad, badToASCII},
			detail: withFaults(codecs), general: true}, // they go before csv sees them, or after
		{cause: ReplacementCount, match: func(e evidence, c Case) bool { return e.feature == featReplaced && lenient(c) }, detail: replacement, general: true},
		{cause: Sniffer, match: func(e evidence, c Case) bool {
			return oneSided(tagSniff)(e, c) || (c.Py2.Sniff || c.Py3.Sniff) && oneSided(tagDialect)(e, c)
		}, detail: what, general: true},
		{cause: DialectRefused, match: oneSided(tagDialect), detail: faults, general: true},
		{cause: Mojibake, match: isFault, changes: []change{sameCodec, sameCodec3, transcode}, detail: withFaults(codecs), general: true},
		{cause: LoneCR, match: func(e evidence, c Case) bool {
			return oneSided(tagNewline)(e, c) && asciiBased(c.Py2) && asciiBased(c.Py3)
		}, detail: what, general: true},
		{cause: NewlineInQuotes, match: func(e evidence, _ Case) bool { return e.feature == featNewline }, detail: withClass("lf", what), general: true},
		{cause: RowCount, match: always, changes: []change{dropNewlineOptions}, detail: what, general: true},
		{cause: BytesVsText, match: func(e evidence, _ Case) bool {
			return e.feature == featBOM && e.py2.Kind != e.py3.Kind
		},
			detail: codec3, general: true}, // U+FEFF, but no mark: it stands in quotes
		{cause: UnicodeLineSeparator, match: separatorsApart, detail: withClassOf(separators, what), general: true},
	}
}

// lastRules name what differs where no counterfactual told why.
func lastRules() []rule {
	return []rule{
		{cause: RowsBeforeFault, match: func(e evidence, _ Case) bool {
			return e.fault() && e.tag2 == e.tag3 && faultClass(e.d.Py2Fault) == faultClass(e.d.Py3Fault)
		}, detail: func(e evidence, _ trial) []string { return []string{faultClass(e.d.Py3Fault)} }, last: true},
		{cause: ValueType, match: func(e evidence, _ Case) bool { return e.feature == featKind || e.feature == featNumber }, detail: kinds, last: true},
		{cause: Mojibake, match: otherCodec, detail: codecs, last: true},
		{cause: RowCount, match: func(e evidence, _ Case) bool {
			return !e.fault() && e.d.Kind != diff.KindOrder && e.ragged
		}, detail: what, last: true},
		{cause: DictOrder, match: func(e evidence, _ Case) bool { return e.d.Kind == diff.KindOrder }, detail: func(evidence, trial) []string { return nil }, last: true},
		{cause: Unclassified, match: always, detail: unclassified, last: true},
	}
}

func always(evidence, Case) bool { return true }

// The steps by what may make their results differ.
var (
	caseSteps   = []string{"lower", "upper", "title", "capitalize", "swapcase"}
	normalizing = []string{"nfc", "nfkc"}
	predicates  = []string{"isdigit", "isalpha", "isspace"}
	printing    = []string{"round", "str", "format"}
	coercing    = []string{"append", "concat", "replace", "split", "str", "date", "datetime"}
)

func atStep(names ...string) func(evidence, Case) bool {
	return func(e evidence, _ Case) bool { return slices.Contains(names, e.step) }
}

// coerced: Python 2 tried ASCII to put a byte string and a unicode one together, or
// to make the one of the other.
func coerced(e evidence, _ Case) bool {
	return slices.Contains(coercing, e.step) && e.d.Py2Fault != nil && strings.HasPrefix(e.d.Py2Fault.Message, "'ascii' codec can't ")
}

// sameNumber reports whether two values, or what they spell, are equal numbers.
func sameNumber(a, b ingest.Value) bool {
	x, y := number(a.Str), number(b.Str)
	return x != nil && y != nil && x.Cmp(y) == 0
}

// number reads a number, nil if s is none or beyond floats.
func number(s string) *big.Rat {
	switch f, err := strconv.ParseFloat(s, 64); {
	case err != nil || math.IsNaN(f) || math.IsInf(f, 0):
		return nil
	case f == 0: // or next to it
		return new(big.Rat)
	}
	r, _ := new(big.Rat).SetString(s)
	return r
}

func notFault(e evidence, _ Case) bool { return !e.fault() }

func faultTag(tag string) func(evidence, Case) bool {
	return func(e evidence, _ Case) bool { return e.tag2 == tag || e.tag3 == tag }
}

func isFault(e evidence, _ Case) bool { return e.fault() }

// oneSided: one path alone raised what only this cause raises.
func oneSided(tag string) func(evidence, Case) bool {
	return func(e evidence, _ Case) bool { return (e.tag2 == tag) != (e.tag3 == tag) }
}

// separatorsApart: the cells differ in nothing but where a line separator went.
func separatorsApart(e evidence, _ Case) bool {
	a, b := withoutRunes(e.py2.Str, isSeparator), withoutRunes(e.py3.Str, isSeparator)
	return e.feature == featSpace && a == b && len(a) < max(len(e.py2.Str), len(e.py3.Str))
}

func isSeparator(r rune) bool { return separatorClass(r) != "" }

// otherCodec: the codecs are not the same, or write delimiters and quotes in other
// bytes than ASCII's, and what was read is not the same.
func otherCodec(e evidence, c Case) bool {
	two, foreign := codecOf(c.Py2) != codecOf(c.Py3), !asciiBased(c.Py2) || !asciiBased(c.Py3)
	switch e.feature {
	case featText, featPart, featReplaced, featSpace, featCase, featSurrogate:
		return two || foreign
	}
	if !e.fault() {
		return false
	}
	decoded := codecOf(c.Py2) != "-" && codecOf(c.Py3) != "-"
	return two && decoded || foreign
}

// asciiBased reports whether a codec writes ASCII as ASCII, as all do but UTF-16,
// UTF-32 and EBCDIC.
func asciiBased(s ingest.Settings) bool {
	return string(alphabetOf(s.Python, s.Codec, nil).ascii('"')) == `"`
}

// sameDecodeFault: both paths meet the same bad bytes with the same codec, after
// different rows. The layer that decodes lines or cells has produced the rows
// before; the one that decodes chunks of 8192 bytes has not.
func sameDecodeFault(e evidence, c Case) bool {
	return e.tag2 == tagDecode && e.tag3 == tagDecode && faultClass(e.d.Py2Fault) == faultClass(e.d.Py3Fault) &&
		codecName(c.Py2.Python, c.Py2.Codec) == codecName(c.Py3.Python, c.Py3.Codec)
}

// cellwiseSignature: 'utf-8-sig' takes a mark off everything it decodes, which is
// the file for open() and every single cell for cell.decode().
func cellwiseSignature(_ evidence, c Case) bool {
	return codecOf(c.Py2) == "utf-8-sig" || codecOf(c.Py3) == "utf-8-sig"
}

func lenient(c Case) bool { return c.Py2.Errors != "strict" || c.Py3.Errors != "strict" }

// converted: a conversion or a strip may have met the cell.
func converted(e evidence, c Case) bool {
	if e.step != "" {
		return true
	}
	if e.fault() {
		return e.tag2 == tagNumber || e.tag3 == tagNumber
	}
	switch e.feature {
	case featKind, featNumber, featSpace:
		return true
	}
	return slices.Contains(c.Py2.Clean, "strip") || slices.Contains(c.Py3.Clean, "strip")
}
