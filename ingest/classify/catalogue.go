package classify

import (
	"fmt"
	"slices"
	"strings"

	"github.com/feedparity/feedparity/ingest"
)

// Cause names a reason why the two paths differ. docs/divergences.md has a
// section for each.
type Cause string

// The closed catalogue.
const (
	UndecodableBytes      Cause = "undecodable-bytes"
	Mojibake              Cause = "mojibake"
	BytesVsText           Cause = "bytes-vs-text"
	BOMInHeader           Cause = "bom-in-header"
	NULByte               Cause = "nul-byte"
	LoneCR                Cause = "lone-cr"
	CRCRLFBlankRows       Cause = "crcrlf-blank-rows"
	NewlineInQuotes       Cause = "newline-in-quotes-translated"
	UnicodeLineSeparator  Cause = "unicode-line-separator"
	FieldLimit            Cause = "field-limit"
	CESUSurrogate         Cause = "cesu-surrogate"
	ReplacementCount      Cause = "replacement-count"
	TruncatedCharacter    Cause = "truncated-character"
	EscapeNewline         Cause = "escape-newline"
	UnicodeWhitespace     Cause = "unicode-whitespace"
	UnicodeDigits         Cause = "unicode-digits"
	UnderscoreDigits      Cause = "underscore-digits"
	CaseMapping           Cause = "case-mapping"
	RowsBeforeFault       Cause = "rows-before-fault"
	RowCount              Cause = "row-count"
	TrueDivision          Cause = "true-division"
	FloatRounding         Cause = "float-rounding"
	UnicodeVersion        Cause = "unicode-version"
	DateParsing           Cause = "date-parsing"
	ImplicitASCII         Cause = "implicit-ascii"
	ValueType             Cause = "value-type"
	DictOrder             Cause = "dict-order"
	CodecMissing          Cause = "codec-missing"
	OpenModeRemoved       Cause = "open-mode-removed"
	LocaleDefaultEncoding Cause = "locale-default-encoding"
	DialectRefused        Cause = "dialect-refused"
	Sniffer               Cause = "sniffer"
	CachePickle           Cause = "cache-pickle"
	HashValue             Cause = "hash-value"
	CRCSign               Cause = "crc-sign"
	SortOrder             Cause = "sort-order"
	NoneOrdering          Cause = "none-ordering"
	BytesReprInText       Cause = "bytes-repr-in-text"
	RegexUnicodeClass     Cause = "regex-unicode-class"
	IteratorExhausted     Cause = "iterator-exhausted"
	Unclassified          Cause = "unclassified"
)

// NeedsCode reports whether only the team's own code, or a hand-over between the
// paths, can show a cause: Settings cannot, so that the catalogue has no example of
// them that the models run. CodeExamples has, and docs/examples/shop shows each.
func (c Cause) NeedsCode() bool { return slices.Contains(ofCode, c) }

var ofCode = []Cause{CachePickle, HashValue, CRCSign, SortOrder, NoneOrdering, BytesReprInText, RegexUnicodeClass, IteratorExhausted}

// entry is what the catalogue says of a cause. In fix, %[1]s stands for py2's
// codec and %[2]s for py3's, quoted.
type entry struct {
	cause Cause
	why   string
	fix   string
}

// Causes lists the catalogue in its own order.
func Causes() []Cause {
	var out []Cause
	for _, e := range catalogue() {
		out = append(out, e.cause)
	}
	return out
}

// ParseCause reads a cause's name, or the cause of a signature.
func ParseCause(s string) (Cause, error) {
	name, _, _ := strings.Cut(s, ":")
	if !slices.Contains(Causes(), Cause(name)) {
		return "", fmt.Errorf("cause %q: want one of %v", name, Causes())
	}
	return Cause(name), nil
}

// Explain returns, for a cause under two policies, the rule in two sentences with
// the place in CPython, and a line of Python for the py3 path that restores parity.
func Explain(cause Cause, py2, py3 ingest.Settings) (why, fix string) {
	return explain(cause, Case{Py2: py2, Py3: py3})
}

// ExplainSignature is Explain for the cause of a signature, with what more that tells.
func ExplainSignature(signature string, py2, py3 ingest.Settings) (why, fix string) {
	name, rest, _ := strings.Cut(signature, ":")
	why, fix = Explain(Cause(name), py2, py3)
	if Cause(name) == Unclassified && strings.HasPrefix(rest, "cell:"+featNumber+":") && strings.HasSuffix(rest, ":call/call") {
		why = numberWhy
	}
	return why, fix
}

// numberWhy is said of numbers that code makes and that differ for no reason of the
// catalogue.
const numberWhy = "Both paths make a number of one type, and not the same one; the Pythons' division, round(), str() and the order of rows were neutralised and do not account for it. " +
	"So the code itself calculates differently: look for what depends on the version, or on libraries of other versions."

func explain(cause Cause, c Case) (why, fix string) {
	for _, e := range catalogue() {
		if e.cause == cause {
			return e.why, fill(fixFor(e, c), c)
		}
	}
	return "", ""
}

// The fixes for what a cause's own does not suit.
const (
	// wideFix is for NULs that belong to the encoding: removing them would break it.
	wideFix = "csv.reader(line.encode('utf-8') for line in io.open(path, encoding=%[2]s, newline=''))  # in the py2 path; py3 is right"
	// markFix is for paths that both take a file with UTF-8's mark for something else.
	markFix = "open(path, encoding='utf-8-sig', newline='')  # the mark says UTF-8, not %[1]s or %[2]s: so the py2 path, too, after codecs.BOM_UTF8 is stripped"
	// charsetNote replaces a fix's comment where the codec to name is not known.
	charsetNote = "  # CHARSET: the supplier's; "
)

func fixFor(e entry, c Case) string {
	switch {
	case e.cause == NULByte && wideCodec(c.Py3):
		return wideFix
	case e.cause == BOMInHeader && decodesOther(c.Py2) && decodesOther(c.Py3):
		return markFix
	}
	return e.fix
}

// fill puts the names of the codecs into a fix. Code may name none, and a path that
// never decodes has none: what the file is written in is then not known.
func fill(fix string, c Case) string {
	note := "the py2 path never decodes and cannot tell it"
	if c.Call {
		note = "the code was not seen to name it"
	}
	return put(put(fix, "%[1]s", quotedCodec(c.Py2), note), "%[2]s", quotedCodec(c.Py3), note)
}

func put(fix, place, codec, note string) string {
	if codec == "" && strings.Contains(fix, place) {
		code, _, _ := strings.Cut(fix, "  #")
		fix, codec = code+charsetNote+note, "CHARSET"
	}
	return strings.ReplaceAll(fix, place, codec)
}

func quotedCodec(s ingest.Settings) string {
	if codec := codecOf(s); codec != "-" {
		return "'" + codec + "'"
	}
	return ""
}

// wideCodec reports whether a path reads characters of two or four bytes.
func wideCodec(s ingest.Settings) bool {
	codec := codecOf(s)
	return strings.HasPrefix(codec, "utf-16") || strings.HasPrefix(codec, "utf-32")
}

// decodesOther reports whether a path decodes, and not as UTF-8.
func decodesOther(s ingest.Settings) bool {
	codec := codecOf(s)
	return codec != "-" && !strings.HasPrefix(codec, "utf-8")
}

func catalogue() []entry {
	return slices.Concat(textEntries(), lineEntries(), valueEntries(), otherEntries(), codeEntries(), []entry{
		{Unclassified, "The paths differ and no cause of the catalogue accounts for it when its feature is neutralised. This is a finding in its own right: please report it with the case.",
			""},
	})
}

func textEntries() []entry {
	return []entry{
		{UndecodableBytes, "The file holds bytes that one path's codec cannot read, and errors='strict' raises UnicodeDecodeError; Python 2 decodes cell by cell or not at all, Python 3 decodes whole chunks before csv sees a row. The decoders are in Objects/unicodeobject.c and Modules/_codecsmodule.c, the chunks in Modules/_io/textio.c.",
			"open(path, encoding=%[1]s, newline='')  # the codec that the py2 path reads it with"},
		{Mojibake, "The two paths read the same bytes with different codecs, both without an error, so that the characters differ silently. The tables are those of Lib/encodings/*.py; neither the csv module nor open() checks a guess.",
			"open(path, encoding=%[1]s, newline='')  # or decode with %[2]s on the py2 path, whichever the supplier means"},
		{BytesVsText, "Python 2's csv module works on byte strings and its cells stay str unless the code decodes them, whereas Python 3's are text; non-ASCII str and unicode never compare equal, and a unicode line is encoded to ASCII first. Modules/_csv.c: parse_save_field makes a str in 2.7 and a unicode object in 3.x.",
			"row = [cell.decode(%[2]s) for cell in row]  # in the py2 path, until it is gone"},
		{BOMInHeader, "The file begins with a byte order mark, which 'utf-8' keeps as U+FEFF and other codecs as other characters in the first header cell, while 'utf-8-sig' removes it; csv knows nothing of it. Lib/encodings/utf_8_sig.py, the same in 2.7 and 3.x.",
			"open(path, encoding='utf-8-sig', newline='')  # and codecs.BOM_UTF8 stripped on the py2 path"},
		{CESUSurrogate, "Python 2's UTF-8 decoder accepts encoded surrogates (ED A0 80 to ED BF BF, as CESU-8 and Java write them) as two code units, Python 3's rejects each of their bytes. unicodeobject.c, PyUnicode_DecodeUTF8Stateful in 2.7; Objects/stringlib/codecs.h, utf8_decode since 3.3.",
			"text = data.decode('utf-8', 'surrogatepass').encode('utf-16', 'surrogatepass').decode('utf-16')"},
		{ReplacementCount, "Under errors='replace' or 'ignore' Python 2 skips a whole malformed sequence at once and Python 3 only its longest valid beginning, so that the number of U+FFFD differs, and an ASCII byte after a lead byte is lost in one and kept in the other. Objects/stringlib/codecs.h since 3.3 follows Unicode's recommendation, Modules/cjkcodecs/multibytecodec.c of 3.x does so too.",
			"open(path, encoding=%[2]s, errors='strict', newline='')  # and reject the delivery, or transcode it first"},
		{TruncatedCharacter, "The file ends within a multi-byte character: codecs.open and its StreamReader drop the incomplete tail silently, while open(), iterdecode and bytes.decode raise. Lib/codecs.py, StreamReader.read keeps the tail in bytebuffer and nobody asks for it at the end.",
			"io.open(path, encoding=%[2]s, newline='')  # on both paths: a delivery cut short must be refused"},
	}
}

func lineEntries() []entry {
	return []entry{
		{NULByte, "csv.reader refuses a line holding a NUL byte in Python 2 and up to 3.10, and takes it as an ordinary character since 3.11; UTF-16 read as bytes is full of them. Modules/_csv.c, Reader_iternext: the check was removed for 3.11.",
			"csv.reader((line.replace('\\0', '') for line in f))"},
		{LoneCR, "Iterating a file opened 'rb' in Python 2 splits at LF alone, so csv meets a CR in the midst of a line and raises; Python 3's open(newline='') ends a line at CR too. Objects/fileobject.c, file_iternext in 2.7; Modules/_io/textio.c, _PyIO_find_line_ending; the error is Modules/_csv.c, EAT_CRNL.",
			"csv.reader(open(path, 'rU'))  # in the py2 path; in py3 newline='' is right"},
		{CRCRLFBlankRows, "CR CR LF ends one line for code that splits at LF alone and two for code that also splits at CR: the second is blank, and csv.reader yields [] for it. Modules/_io/textio.c, _PyIO_find_line_ending; csv.DictReader skips such rows, csv.reader does not.",
			"rows = (row for row in csv.reader(f) if row)"},
		{NewlineInQuotes, "A newline inside a quoted cell is kept by open(newline='') and by 'rb', turned into LF by universal newlines, and lost by splitlines(). Modules/_io/textio.c, IncrementalNewlineDecoder, translates before csv can see the quotes.",
			"open(path, encoding=%[2]s, newline='')"},
		{UnicodeLineSeparator, "str.splitlines() of text and the stream readers of codecs end a line at VT, FF, FS, GS, RS, NEL, U+2028 and U+2029, while files and byte strings do so only at LF and CR; csv then sees two lines. Objects/unicodeobject.c, _PyUnicode_IsLinebreak and unicode.splitlines; Lib/codecs.py, StreamReader.readline.",
			"csv.reader(io.StringIO(text, newline=''))  # not text.splitlines(), not codecs.open"},
		{EscapeNewline, "After the escape character Python 2's reader takes CR or LF into the cell and then ends the record with the line, whereas Python 3's goes on with the next line. Modules/_csv.c: the state AFTER_ESCAPED_CRNL is in 3.x only.",
			"text = re.sub(r'\\\\\\r?\\n', ' ', text)  # before csv, on both paths"},
		{FieldLimit, "csv.field_size_limit() counts bytes in Python 2 and characters in Python 3, so that a long non-ASCII cell passes the limit of 131072 in one and not in the other. Modules/_csv.c, parse_add_char, in both.",
			"csv.field_size_limit(sys.maxsize)  # on both paths"},
		{RowsBeforeFault, "Both paths raise, but after different numbers of rows: Python 3 decodes 8192 bytes at a time before csv sees the first line of them, Python 2 cell by cell, so it has handed over the rows before. Modules/_io/textio.c, textiowrapper_read_chunk; what was stored before the exception differs.",
			"rows = list(csv.reader(f))  # then store: all rows or none, on both paths"},
		{RowCount, "The paths produce different numbers of rows or cells and no single feature of the input explains it. Records end where the lines end that csv.reader is given (Modules/_csv.c, Reader_iternext), so look at how each path splits lines.",
			"open(path, encoding=%[2]s, newline='')"},
	}
}

func valueEntries() []entry {
	return []entry{
		{UnicodeWhitespace, "strip(), int(), float() and Decimal() remove Unicode white space such as U+00A0 from text, but only ASCII white space from Python 2's byte strings; U+180E counts in 2.7 alone, and int() and float() of 3.x do not strip U+001C to U+001F. Objects/unicodetype_db.h, _PyUnicode_IsWhitespace; Objects/stringobject.c of 2.7 asks isspace().",
			"cell = u' '.join(cell.split())  # of text, on both paths, before it is converted"},
		{UnicodeDigits, "int(), float() and Decimal() of text accept every decimal digit of Unicode (category Nd), of Python 2's byte strings only 0 to 9. Objects/unicodeobject.c, _PyUnicode_TransformDecimalAndSpaceToASCII.",
			"if not re.match(r'[-+]?[0-9]+\\Z', cell): raise ValueError(cell)"},
		{UnderscoreDigits, "Since 3.6 int() and float() accept an underscore between digits (PEP 515), and Decimal() underscores anywhere; Python 2 refuses them. Objects/longobject.c, long_from_string_base; Python/pystrtod.c, _Py_string_to_number_with_underscores.",
			"if '_' in cell: raise ValueError(cell)"},
		{CaseMapping, "Python 3.3+ maps case by Unicode's full rules, where one character may become several (ß to SS), and by newer tables; Python 2 maps one to one by Unicode 5.2, and in byte strings only ASCII. Objects/unicodeobject.c, case_operation; Tools/unicode/makeunicodedata.py.",
			"cell = u''.join(c.upper() if len(c.upper()) == 1 else c for c in cell)"},
		{TrueDivision, "Between two ints Python 2's / rounds down and leaves an int, while Python 3's makes a float (PEP 238), which no division of very large ints may exceed. Objects/intobject.c, int_classic_div in 2.7; Objects/longobject.c, long_true_divide in 3.x.",
			"value = number // 100  # if rounding down is meant; number / 100.0 on the py2 path if it is not"},
		{FloatRounding, "Python 2's round() takes halves away from zero and always returns a float, Python 3's takes them to the even neighbour; and str() and '%s' of a float show 12 digits in Python 2 and as many as repr() since 3.2; sum() of floats loses no digits since 3.12. Objects/floatobject.c, float___round__ and float_str; Python/bltinmodule.c, builtin_round in 2.7, builtin_sum.",
			"value = Decimal(cell).quantize(Decimal('0.01'), ROUND_HALF_UP)  # on both paths, and repr(number) in the place of str(number)"},
		{UnicodeVersion, "Which characters are letters, digits or spaces and what NFC and NFKC make of them is read from the interpreter's own Unicode data: 5.2 in Python 2.7, 9.0 in 3.6, 15.1 in 3.13, 16.0 in 3.14. Modules/unicodedata.c, nfd_nfkd and nfc_nfkc; Objects/unicodetype_db.h, made by Tools/unicode/makeunicodedata.py.",
			"unicodedata.ucd_3_2_0.normalize('NFC', cell)  # one version of the data on both paths; for letters name the ranges that are meant"},
		{DateParsing, "datetime.strptime() knows other directives, spellings and characters from version to version: %z came with 3.2 and takes +01:00 and Z since 3.7, 3.14 takes a blank for the first digit of an hour, and of text \\d and \\s match those of all scripts. Lib/_strptime.py, TimeRE and _strptime.",
			"date = datetime.datetime.strptime(cell[:10], '%Y-%m-%d')  # only directives that every version has, of ASCII text"},
		{ImplicitASCII, "Where a byte string meets a unicode one, Python 2 decodes it as ASCII, and str() or strptime() of a unicode encodes it so: anything else raises, or, in a comparison, is unequal. Objects/stringobject.c, string_concat, and Objects/unicodeobject.c, PyUnicode_FromEncodedObject in 2.7; Python 3 never mixes the two.",
			"cell = cell.decode(%[2]s)  # in the py2 path, as soon as it is read; after that u'' literals and no str()"},
		{ValueType, "The same cell becomes values of different types, or a number in one path and an exception in the other: the rules of int(), float(), Decimal() or of csv's QUOTE_NONNUMERIC, QUOTE_STRINGS and QUOTE_NOTNULL differ between the versions. Objects/longobject.c, Lib/decimal.py and Modules/_csv.c, parse_save_field.",
			"value = int(cell.replace(' ', ''))  # say what is meant, do not leave it to the version"},
		{DictOrder, "csv.DictReader yields a plain dict in Python 2, whose order is that of the keys' hashes, and keeps the header's order since 3.6. Lib/csv.py, DictReader.next and __next__; Objects/dictobject.c.",
			"for name in reader.fieldnames: row[name]"},
	}
}

func otherEntries() []entry {
	return []entry{
		{CodecMissing, "One version has the codec and the other has not: koi8_t, kz1048, cp273 and cp1125 came with 3.x, cp65001 with 3.8 as an alias, windows-874 and other aliases with 3.14. Lib/encodings/aliases.py and the modules beside it.",
			"open(path, encoding=%[2]s, newline='')  # py2 needs a codec that it has, or its own table"},
		{OpenModeRemoved, "open(path, 'rU') reads with universal newlines in Python 2 and up to 3.10; 3.11 took the letter away, after years of DeprecationWarning, and refuses the mode before it looks at the file. Modules/_io/fileio.c, and Modules/_io/_iomodule.c, _io_open_impl.",
			"open(path, 'r', encoding=%[2]s, newline='')  # 'U' meant newline=None, the default; csv wants ''"},
		{LocaleDefaultEncoding, "open() without encoding= reads with the codec of the locale (cp1252 on Windows, ASCII or UTF-8 in a cron job's C locale), Python 2's open() with none at all; so the file is read as the machine says and not as the supplier. Lib/_pyio.py and Modules/_io/textio.c, TextIOWrapper: locale.getpreferredencoding(False).",
			"open(path, encoding=%[1]s, newline='')  # never without encoding="},
		{DialectRefused, "One version refuses dialect arguments that the other takes: 3.11 allows NUL, 3.12 knows QUOTE_STRINGS and QUOTE_NOTNULL, 3.13 refuses equal or newline characters, and 2.7 wants byte strings. Modules/_csv.c, dialect_new and dialect_check_chars.",
			"csv.reader(f, delimiter=',', quotechar='\"')  # arguments that every version takes"},
		{Sniffer, "csv.Sniffer settles ties by the order of a dict, which is the hash order in Python 2 and that of first sight in Python 3, and sees bytes in one and characters in the other. Lib/csv.py, Sniffer._guess_quote_and_delimiter and _guess_delimiter.",
			"csv.reader(f, delimiter=';')  # name the dialect, do not guess it"},
		{CachePickle, "A row that one path put into a cache, a queue or a cookie is not what the other gets out of it: Python 3 loads 2.7's byte strings as ASCII unless encoding= says otherwise, 2.7 knows pickle protocols up to 2 alone, and dbm, repr() and digests differ. Lib/pickle.py, _Unpickler.load_binstring and load_proto; Lib/shelve.py and Lib/dbm; Objects/bytesobject.c and unicodeobject.c, repr.",
			"pickle.dumps(row, protocol=2)  # written by py3; and pickle.loads(data, encoding=%[1]s) for what py2 wrote"},
	}
}

// codeEntries are causes that only code can show.
func codeEntries() []entry {
	return []entry{
		{HashValue, "hash() is another function in each Python: of strings since 3.4 (SipHash, with a random seed since 3.3), of numbers since 3.2 (modulo 2**61 - 1), of tuples since 3.8 (xxHash); what is stored or shared out by it goes elsewhere. Python/pyhash.c, Objects/tupleobject.c, tuplehash, and Objects/stringobject.c, string_hash in 2.7.",
			"worker = zlib.crc32(sku.encode('utf-8')) & 0xffffffff  # on both paths: hash() is for dicts alone"},
		{CRCSign, "zlib.crc32(), zlib.adler32() and binascii.crc32() return a signed number in Python 2 and an unsigned one in Python 3, so that every second checksum differs. Modules/zlibmodule.c, PyZlib_crc32: PyInt_FromLong of an int in 2.7, PyLong_FromUnsignedLong in 3.x.",
			"checksum = zlib.crc32(data) & 0xffffffff  # in the py2 path"},
		{SortOrder, "Both paths produce the same rows, or texts of the same parts, in another order: that of a dict is the order of hashes in Python 2 and of insertion since 3.7, that of a set the order of hashes in both, and sort() compares byte strings in the one and characters in the other. Objects/dictobject.c, Objects/setobject.c; Objects/listobject.c, list_sort.",
			"for key in sorted(found):  # on both paths, or key: in feedparity.yaml if the order means nothing"},
		{NoneOrdering, "Python 2 orders any two values, None before all and numbers before strings, whereas Python 3 raises TypeError where a type does not define the order; sorted(), min(), max() and < of a cell that is missing meet it. Objects/object.c, default_3way_compare in 2.7, do_richcompare in 3.x.",
			"rows.sort(key=lambda row: (row['qty'] is not None, row['qty']))  # on both paths: say where None goes"},
		{BytesReprInText, "str(), '%s' and format() of bytes write b'...' into the text in Python 3, where Python 2 put the byte string itself; repr() writes u'...' and 5L in Python 2, 'b' and nothing in Python 3. Objects/bytesobject.c, bytes_str and bytes_repr; Objects/unicodeobject.c, unicode_repr.",
			"text = '%s/%s' % (sku, slug.decode(%[2]s))  # no bytes in a format; python3 -bb finds the place"},
		{RegexUnicodeClass, "In a pattern of text \\d, \\w, \\s, \\b and IGNORECASE know all of Unicode in Python 3 and ASCII alone in Python 2, where re.UNICODE must be asked for; byte strings have ASCII in both. Lib/re, _compile, and Lib/sre_parse.py, fix_flags: SRE_FLAG_UNICODE is the default for str since 3.0.",
			"re.compile(r'\\d{13}', re.ASCII if str is not bytes else 0)  # or re.UNICODE on the py2 path, whichever is meant"},
		{IteratorExhausted, "map(), filter() and zip() return lists in Python 2 and iterators in Python 3, which can be read once, have no length and are always true; keys(), values() and items() of a dict are views. Python/bltinmodule.c: builtin_map in 2.7, map_new in 3.x; Objects/dictobject.c, dictview.",
			"rows = list(filter(test, reader))  # in the py3 path"},
	}
}
