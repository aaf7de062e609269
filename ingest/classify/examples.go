package classify

import (
	"strings"

	"github.com/feedparity/feedparity/ingest"
)

// Example is a small input that two policies read differently, and what must be
// said about it. The examples judge the classifier on the models and on real
// CPythons, illustrate docs/divergences.md, become the catalogue's golden cases
// and seed the fuzz targets.
type Example struct {
	Why       string // what makes it an example
	Input     string
	Pair      ingest.Pair // its Settings are complete
	Compare   ingest.Comparison
	Signature string   // of the finding it must have
	Also      []string // of others that it has as well
}

// Cause returns the cause its signature names.
func (e Example) Cause() Cause {
	name, _, _ := strings.Cut(e.Signature, ":")
	return Cause(name)
}

// Examples returns at least one example of every cause of the catalogue, the
// plainest first, and one for each delivery of the demo that diverges.
func Examples() []Example {
	var out []Example
	for _, r := range exampleRows() {
		out = append(out, Example{r.why, r.input, r.policies(), r.compare, r.signature, r.also})
	}
	return out
}

// exampleRow is an example as it is written down.
type exampleRow struct {
	why       string
	input     string
	pair      string             // a built-in pair; "" for the default
	codec     string             // where the pair leaves it to detection, utf-8 by default
	edit      func(*ingest.Pair) // changes of the policies
	signature string             // the finding it must have
	also      []string           // others that it has as well
	compare   ingest.Comparison  //
}

func both(f func(s *ingest.Settings)) func(*ingest.Pair) {
	return func(p *ingest.Pair) { f(&p.Py2); f(&p.Py3) }
}

func typed(column, typ string) func(*ingest.Pair) {
	return both(func(s *ingest.Settings) { s.Types = []ingest.ColumnType{{Column: column, Type: typ}} })
}

func cleaned(steps ...ingest.Step) func(*ingest.Pair) {
	return both(func(s *ingest.Settings) { s.Clean = steps })
}

func dialect(options ...string) func(*ingest.Pair) {
	return both(func(s *ingest.Settings) {
		d, err := ingest.ParseDialect(s.Python.Path(), options...)
		if err != nil {
			panic(err)
		}
		s.Dialect = d
	})
}

func modes(py2, py3 ingest.OpenMode) func(*ingest.Pair) {
	return func(p *ingest.Pair) { p.Py2.Open, p.Py3.Open = py2, py3 }
}

func all(edits ...func(*ingest.Pair)) func(*ingest.Pair) {
	return func(p *ingest.Pair) {
		for _, e := range edits {
			e(p)
		}
	}
}

// policies returns the pair of an example.
func (r exampleRow) policies() ingest.Pair {
	name, codec := r.pair, r.codec
	if name == "" {
		name = "detected"
	}
	if codec == "" {
		codec = "utf-8"
	}
	p, err := ingest.BuiltinPair(name)
	if err != nil {
		panic(err) // a name in the table below is wrong
	}
	p.Py2, p.Py3 = p.Py2.Resolve(codec, nil), p.Py3.Resolve(codec, nil)
	if r.edit != nil {
		r.edit(&p)
		p.Name = "example"
	}
	return p
}

func utf16le(s string) string {
	var b strings.Builder
	for _, r := range "\ufeff" + s {
		b.WriteByte(byte(r))
		b.WriteByte(byte(r >> 8))
	}
	return b.String()
}

// filler are rows that no path reads differently.
func filler(n int) string { return strings.Repeat("some,filler,1\r\n", n) }

// exampleRows has every cause of the catalogue with a small input, and the
// deliveries of the demo. Each is judged on the models and on real CPythons.
func exampleRows() []exampleRow {
	return []exampleRow{
		{why: "latin-1 names where utf-8 is expected", input: "sku,name\n1,caf\xe9\n", pair: "latin1-utf8",
			signature: "undecodable-bytes:iso8859-1/utf-8:-/UnicodeDecodeError:bytes-decode/text"},
		{why: "a mechanical port of a path that never decoded", input: "caf\xe9,1\n", pair: "naive",
			signature: "undecodable-bytes:-/utf-8:-/UnicodeDecodeError:bytes/text"},
		{why: "cp1252 prices", input: "sku,price\n1,\x80 5 \x96 6\n", pair: "latin1-cp1252",
			signature: "mojibake:iso8859-1/cp1252:bytes-decode/text"},
		{why: "Polish, two central European codecs", input: "name\nz\xb9b\n", edit: func(p *ingest.Pair) { p.Py2.Codec, p.Py3.Codec = "iso8859-2", "cp1250" },
			signature: "mojibake:iso8859-2/cp1250:bytes-decode/text"},
		{why: "byte strings against text", input: "name\ncaf\xc3\xa9\n", pair: "naive", signature: "bytes-vs-text:utf-8:bytes/text"},
		{why: "csv of 2.7 encodes unicode lines to ASCII", input: "name\ncaf\xc3\xa9\n", edit: modes(ingest.OpenCodecs, ingest.OpenText),
			signature: "bytes-vs-text:utf-8:UnicodeEncodeError/-:codecs-open/text"},
		{why: "UTF-8 with BOM", input: "\xef\xbb\xbfsku,qty\n1,2\n", pair: "sig", signature: "bom-in-header:utf-8/utf-8-sig:bytes-decode/text"},
		{why: "the same as dicts: the key differs in every row", input: "\xef\xbb\xbfsku,qty\n1,2\n3,4\n", pair: "sig",
			edit: both(func(s *ingest.Settings) { s.Reader = ingest.DictReader }), signature: "bom-in-header:utf-8/utf-8-sig:bytes-decode/text"},
		{why: "NUL padding", input: "sku,name\n1,abc\x00\x00\n", signature: "nul-byte:nul:csv.Error/-:bytes-decode/text"},
		{why: "Excel's UTF-16", input: utf16le("sku\tname\r\n1\tabc\r\n"), codec: "utf-16", edit: dialect(`delimiter=\t`),
			signature: "nul-byte:wide:csv.Error/-:bytes-decode/text"},
		{why: "CR only", input: "a,b\rc,d\r", signature: "lone-cr:csv.Error/-:bytes-decode/text"},
		{why: "CR CR LF", input: "a,b\r\r\nc,d\r\r\n", signature: "crcrlf-blank-rows:data:bytes-decode/text"},
		{why: "CRLF in quotes, translated", input: "a,b\r\n1,\"x\r\ny\"\r\n", pair: "translated", signature: "newline-in-quotes-translated:crlf:data:bytes-decode/text-universal"},
		{why: "CR in quotes, translated", input: "a,b\n1,\"x\ry\"\n", pair: "translated", signature: "newline-in-quotes-translated:cr:data:bytes-decode/text-universal"},
		{why: "LF in quotes, lost by splitlines", input: "a,b\n1,\"x\ny\"\n", edit: modes(ingest.OpenBytesDecode, ingest.OpenSplitlines),
			signature: "newline-in-quotes-translated:lf:data:bytes-decode/splitlines"},
		{why: "U+2028 in a description", input: "sku,text\n1,one\u2028two\n", pair: "lines", signature: "unicode-line-separator:ls-ps:data:splitlines/splitlines"},
		{why: "NEL", input: "sku,text\n1,one\u0085two\n", pair: "lines", signature: "unicode-line-separator:nel:data:splitlines/splitlines"},
		{why: "vertical tab", input: "sku,text\n1,one\x0btwo\n2,b\n", pair: "lines", signature: "unicode-line-separator:control:data:splitlines/splitlines"},
		{why: "65,600 é in one field", input: "sku,text\n1," + strings.Repeat("é", 65600) + "\n", signature: "field-limit:csv.Error/-:bytes-decode/text"},
		{why: "an emoji as CESU-8, replaced", input: "t\n\xed\xa0\xbd\xed\xb8\x80\n", pair: "replace", signature: "cesu-surrogate:utf-8/utf-8:bytes-decode/text"},
		{why: "the same, strict", input: "t\n\xed\xa0\xbd\xed\xb8\x80\n", signature: "cesu-surrogate:utf-8/utf-8:bytes-decode/text"},
		{why: "overlong bytes, replaced", input: "t\n\xe0\x80\n", pair: "replace", signature: "replacement-count:utf-8/utf-8:replace/replace:bytes-decode/text"},
		{why: "cut within the last character", input: "a,\xc3", edit: modes(ingest.OpenCodecs, ingest.OpenText),
			signature: "truncated-character:utf-8/utf-8:-/UnicodeDecodeError:codecs-open/text"},
		{why: "escaped newline", input: "a\\\nb\n", edit: dialect(`escapechar=\\`), signature: "escape-newline:data:bytes-decode/text"},
		{why: "NBSP after a quantity", input: "sku,qty\nA,12\xc2\xa0\n", pair: "naive", edit: typed("qty", "int"), signature: "unicode-whitespace:int:bytes/text"},
		{why: "U+180E counts in 2.7 alone", input: "sku\nA\u180e\n", edit: cleaned("strip"), signature: "unicode-whitespace:strip:bytes-decode/text"},
		{why: "full-width digits", input: "sku,qty\nA,１２\n", pair: "naive", edit: typed("qty", "int"), signature: "unicode-digits:int:bytes/text"},
		{why: "an underscore in a number", input: "sku,qty\nA,12_345\n", edit: typed("qty", "int"), signature: "underscore-digits:int:bytes-decode/text"},
		{why: "the same as float and decimal", input: "sku,qty\nA,1_0.5\n", edit: typed("2", "decimal"), signature: "underscore-digits:decimal:bytes-decode/text"},
		{why: "ß in upper case", input: "Straße\n", edit: cleaned("upper"), signature: "case-mapping:upper:expanding:bytes-decode/text"},
		{why: "Georgian has upper case since 3.7", input: "\u10d0\n", edit: cleaned("upper"), signature: "case-mapping:upper:simple:bytes-decode/text"},
		{why: "bytes of both, bad in row 3", input: "a\nb\n\xff\n", signature: "rows-before-fault:UnicodeDecodeError:bytes-decode/text"},
		{why: "pieces divided into boxes of 12", input: "sku,qty\nA,30\n", edit: typed("qty", "int|div:12"), signature: "true-division:data:bytes-decode/text"},
		{why: "half a cent, to two places", input: "sku,price\nA,0.125\n", edit: typed("price", "float|round:2"), signature: "float-rounding:round:bytes-decode/text"},
		{why: "a price that a float does not hold, as a text", input: "sku,price\nA,1998.9999999999998\n", edit: typed("price", "float|str"),
			signature: "float-rounding:str:bytes-decode/text"},
		{why: "the same by '%s'", input: "sku,price\nA,1998.9999999999998\n", edit: typed("price", "float|format:%s EUR"),
			signature: "float-rounding:format:bytes-decode/text"},
		{why: "a letter that 3.13's Unicode has and 2.7's has not", input: "name\n\u08ac\n", edit: typed("name", "isalpha"), signature: "unicode-version:isalpha:bytes-decode/text"},
		{why: "a sign that NFKC takes apart since Unicode 6.1", input: "name\n\ua7f8\n", edit: cleaned("nfkc"), signature: "unicode-version:nfkc:bytes-decode/text"},
		{why: "an offset", input: "sku,at\nA,10:00+0100\n", edit: typed("at", "datetime:%H:%M%z"), signature: "date-parsing:datetime:ValueError/-:bytes-decode/text"},
		{why: "a unicode ending for a byte string that is no ASCII", input: "name\ncaf\xc3\xa9\n", pair: "naive", edit: cleaned("concat:!"),
			signature: "implicit-ascii:concat:UnicodeDecodeError/-:bytes/text"},
		{why: "str() of a name", input: "name\ncaf\xc3\xa9\n", edit: typed("name", "str"), signature: "implicit-ascii:str:UnicodeEncodeError/-:bytes-decode/text"},
		{why: "a header that 2.7 does not find", input: "gr\xc3\xb6\xc3\x9fe\n7\n", edit: typed("größe", "int"), signature: "implicit-ascii:column:data:bytes-decode/text"},
		{why: "unicodedata takes no byte strings in 2.7", input: "name\ncafe\n", pair: "naive", edit: cleaned("nfc"), signature: "bytes-vs-text:nfc:TypeError/-:bytes/text"},
		{why: "no letter in bytes", input: "name\n\xc3\xa9\n", pair: "naive", edit: typed("name", "isalpha"), signature: "bytes-vs-text:isalpha:bytes/text"},
		{why: "NBSP between two words", input: "name\na\xc2\xa0b\n", pair: "naive", edit: cleaned("split"), signature: "unicode-whitespace:split:bytes/text"},
		{why: "full-width digits are digits to text alone", input: "sku\n１２\n", pair: "naive", edit: typed("sku", "isdigit"), signature: "unicode-digits:isdigit:bytes/text"},
		{why: "an Arabic date", input: "at\n٢٠١٢\n", pair: "naive", edit: typed("at", "date:%Y"), signature: "unicode-digits:date:bytes/text"},
		{why: "two steps, of which the first makes the difference", input: "n\n2.5\n", edit: typed("n", "float|round|str|replace:.:,|append:x"),
			signature: "float-rounding:round:bytes-decode/text"},
		{why: "int('- 1') is a number in 2.7 alone", input: "n\n- 1\n", edit: typed("n", "int"), signature: "value-type:sign:int:bytes-decode/text"},
		{why: "round() of 3.x leaves an int", input: "sku,price\nA,3.0\n", edit: typed("price", "float|round"), signature: "value-type:round:bytes-decode/text"},
		{why: "QUOTE_NOTNULL of 3.12+ and its None", input: "1,,\"\"\n", edit: func(p *ingest.Pair) { dialect("quoting=5")(p); p.Py2.Dialect = nil },
			signature: "value-type:quoting:bytes-decode/text"},
		{why: "other numbers of cells, for no reason of the catalogue", input: "a,b\n", signature: "row-count:data:bytes-decode/text",
			edit: func(p *ingest.Pair) { p.Py3.Dialect, _ = ingest.ParseDialect(ingest.Py3, "delimiter=;") }},
		{why: "the order of a dict", input: "sku,name,qty,price,ean,brand\n1,2,3,4,5,6\n", edit: both(func(s *ingest.Settings) { s.Reader = ingest.DictReader }),
			signature: "dict-order:bytes-decode/text"},
		{why: "2.7 lacks koi8_t", input: "a\n", edit: both(func(s *ingest.Settings) { s.Codec = "koi8_t" }), signature: "codec-missing:koi8-t/koi8-t:LookupError/-:bytes-decode/text"},
		{why: "3.11+ has no 'rU'", input: "a\n", edit: modes(ingest.OpenUniversal, ingest.OpenUniversal), signature: "open-mode-removed:-/ValueError:universal/universal"},
		{why: "open() without encoding= on a cp1252 machine", input: "name\ncaf\xc3\xa9\n", edit: all(modes(ingest.OpenBytesDecode, ingest.OpenLocale), func(p *ingest.Pair) { p.Py3.Codec = "cp1252" }),
			signature: "locale-default-encoding:utf-8/cp1252:data:bytes-decode/locale"},
		{why: "the same in a cron job's C locale, for code that never decoded", input: "name\ncaf\xc3\xa9\n", pair: "naive",
			edit: all(modes(ingest.OpenBytes, ingest.OpenLocale), func(p *ingest.Pair) { p.Py3.Codec = "ascii" }), signature: "locale-default-encoding:-/ascii:-/UnicodeDecodeError:bytes/locale"},
		{why: "3.11+ takes a NUL as delimiter", input: "a\n", edit: dialect(`delimiter=\x00`), signature: "dialect-refused:TypeError/-:bytes-decode/text"},
		{why: "different dialects are no cause of the catalogue", input: "a;b\n", edit: func(p *ingest.Pair) { p.Py3.Dialect, _ = ingest.ParseDialect(ingest.Py3, "escapechar=a") },
			signature: "unclassified:cell:text:bytes-decode/text"},
		{why: "two causes in one cell: the one that was still missing", input: "sku,qty\nA,１２\u00a0\n", pair: "naive", edit: typed("qty", "int"), signature: "unicode-digits:int:bytes/text"},
		{why: "two causes behind one class of divergence", input: filler(3) + "\xef\xbb\xbf\xed\xa0\x80,x\n" + filler(3) + "\xe0\x80,y\n", pair: "replace",
			signature: "cesu-surrogate:utf-8/utf-8:bytes-decode/text", also: []string{"replacement-count:utf-8/utf-8:replace/replace:bytes-decode/text"}},
		{why: "a fault far down among good rows", input: "sku,name,qty\r\n" + filler(500) + "A,b,12_345\r\n" + filler(500), edit: typed("qty", "int"),
			signature: "underscore-digits:int:bytes-decode/text"},
		{why: "the normalized view: what stays is the case of ß", input: "Straße,\u00a0x\n", pair: "latin1-cp1252", edit: all(both(func(s *ingest.Settings) { s.Codec = "utf-8" }), cleaned("upper")),
			signature: "case-mapping:upper:expanding:bytes-decode/text"},
		{why: "a tie that the Sniffer of 2.7 breaks by hash order", input: "\"it's\"\tfoo\ta;b\nx@y.z\t\"\"\tfoo\n10:30\t'a;b'\t\"a;b\"\n", pair: "sniff",
			signature: "sniffer:data:bytes-decode/text"},
	}
}
