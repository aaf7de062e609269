package classify

// CodeExample is a small module of a team's own code that the two Pythons run
// differently, and what must be said about it. They judge the classifier on real
// CPythons and illustrate docs/divergences.md.
type CodeExample struct {
	Why       string // what makes it an example
	Code      string // of a module "feed"; its last function is the call
	Input     string
	Locale    string // LC_ALL; "" for C.UTF-8
	Py2, Py3  string // what 2.7 and 3.13 do, in wire form, a line per row
	Signature string // of the finding it must have
	Also      []string
}

// Cause returns the cause its signature names.
func (e CodeExample) Cause() Cause { return Example{Signature: e.Signature}.Cause() }

// CodeExamples returns at least one example of every cause that only code can show,
// the plainest first.
func CodeExamples() []CodeExample { return codeExamples }

var codeExamples = []CodeExample{
	{
		Why: "shared out by hash()", Input: "sku,ean\nA,4006381333931\n",
		Code: `import csv
def workers(path):
    for row in csv.DictReader(open(path)):
        yield row['sku'], hash((int(row['ean']), 1)) % 8
`,
		Py2:       `[{"bytes":"41"},{"int":"3"}]`,
		Py3:       `["A",{"int":"7"}]`,
		Signature: "hash-value:feed.py:workers:-/locale:call/call",
	},
	{
		Why: "a checksum whose first bit is set", Input: "b\n",
		Code: `import zlib
def checksums(path):
    for line in open(path, 'rb'):
        yield '%08x' % zlib.crc32(line)
`,
		Py2:       `{"bytes":"2d39333830643363"}`,
		Py3:       `"f6c7f2c4"`,
		Signature: "crc-sign:feed.py:checksums:-/-:call/call",
	},
	{
		Why: "the order of a dict", Input: "Yew,1\nAsh,2\nElm,3\nYew,4\n",
		Code: `import csv
def brands(path):
    found = {}
    for row in csv.reader(open(path)):
        found.setdefault(row[0], []).append(row[1])
    for brand in found:
        yield brand, len(found[brand])
`,
		Py2: `[{"bytes":"417368"},{"int":"1"}]
[{"bytes":"596577"},{"int":"2"}]
[{"bytes":"456c6d"},{"int":"1"}]`,
		Py3: `["Yew",{"int":"2"}]
["Ash",{"int":"1"}]
["Elm",{"int":"1"}]`,
		Signature: "sort-order:feed.py:brands:-/locale:call/call",
	},
	{
		Why: "a short line, whose quantity is None", Input: "sku,qty\nA,1\nB\n",
		Code: `import csv
def by_quantity(path):
    return sorted((row['qty'], row['sku']) for row in csv.DictReader(open(path)))
`,
		Py2: `[null,{"bytes":"42"}]
[{"bytes":"31"},{"bytes":"41"}]`,
		Py3:       `{"fault":{"type":"TypeError","message":"'<' not supported between instances of 'NoneType' and 'str'","row":1,"record":3}}`,
		Signature: "none-ordering:feed.py:by_quantity:-/locale:call/call",
	},
	{
		Why: "a byte string in a format", Input: "A,tea\n",
		Code: `import csv
def paths(path):
    for row in csv.reader(open(path)):
        yield '%s/%s' % (row[0], row[1].encode('ascii'))
`,
		Py2:       `{"bytes":"412f746561"}`,
		Py3:       `"A/b'tea'"`,
		Signature: "bytes-repr-in-text:feed.py:paths:-/locale:call/call",
	},
	{
		Why: "full-width digits in an EAN", Input: "１２\n",
		Code: `import io, re
EAN = re.compile(r'\d+$')
def valid_eans(path):
    for line in io.open(path, encoding='utf-8'):
        yield bool(EAN.match(line.strip()))
`,
		Py2:       `false`,
		Py3:       `true`,
		Signature: "regex-unicode-class:feed.py:valid_eans:utf-8/utf-8:call/call",
	},
	{
		Why: "the rows are counted before they are read", Input: "A,1\nB,\n",
		Code: `import csv
def filled(path):
    filled = filter(all, csv.reader(open(path)))
    yield sum(1 for row in filled)
    for row in filled:
        yield row[0]
`,
		Py2: `{"int":"1"}
{"bytes":"41"}`,
		Py3:       `{"int":"1"}`,
		Signature: "iterator-exhausted:feed.py:filled:-/locale:call/call",
	},
	{
		Why: "a pickle of Python 2 with a date", Input: "A\n",
		Code: `import pickle
OLD = b"cdatetime\ndate\np1\n(S'\\x07\\xea\\x0b\\x16'\np2\ntp3\nRp4\n."
def cached(path):
    return [[line.strip(), pickle.loads(OLD)] for line in open(path)]
`,
		Py2:       `[{"bytes":"41"},{"date":"2026-11-22"}]`,
		Py3:       `{"fault":{"type":"UnicodeDecodeError","message":"'ascii' codec can't decode byte 0xea in position 1: ordinal not in range(128)","row":1}}`,
		Signature: "cache-pickle:feed.py:cached:-/locale:call/call",
	},
	{
		Why: "a dict's keys are sorted in place", Input: "B\nA\n",
		Code: `import csv
def names_sorted(path):
    names = {row[0]: 1 for row in csv.reader(open(path))}.keys()
    names.sort()
    return names
`,
		Py2: `{"bytes":"41"}
{"bytes":"42"}`,
		Py3:       `{"fault":{"type":"AttributeError","message":"'dict_keys' object has no attribute 'sort'","row":1,"record":2}}`,
		Signature: "iterator-exhausted:feed.py:names_sorted:-/locale:call/call",
	},
	{
		Why: "the length of a list that is an iterator now", Input: "B\nA\n",
		Code: `import csv
def how_many(path):
    return [len(map(len, csv.reader(open(path))))]
`,
		Py2:       `{"int":"2"}`,
		Py3:       `{"fault":{"type":"TypeError","message":"object of type 'map' has no len()","row":1}}`,
		Signature: "iterator-exhausted:feed.py:how_many:-/locale:call/call",
	},
	{
		Why: "re.IGNORECASE of a pattern that is compiled when it is used", Input: "É\n",
		Code: `import io, re
def same_name(path):
    for line in io.open(path, encoding='utf-8'):
        yield bool(re.match(u'é', line, re.I))
`,
		Py2:       `false`,
		Py3:       `true`,
		Signature: "regex-unicode-class:feed.py:same_name:utf-8/utf-8:call/call",
	},
	{
		Why: "the repr of a text", Input: "A\n",
		Code: `import io
def shown(path):
    for line in io.open(path, encoding='utf-8'):
        yield '%r' % [line.strip(), int(10 ** 20)]
`,
		Py2:       `{"bytes":"5b752741272c203130303030303030303030303030303030303030304c5d"}`,
		Py3:       `"['A', 100000000000000000000]"`,
		Signature: "bytes-repr-in-text:feed.py:shown:utf-8/utf-8:call/call",
	},
	{
		Why: "pieces to a box", Input: "30\n",
		Code: `import csv
class Box(object):
    def __init__(self, row):
        self.row = row
    @property
    def boxes(self):
        return int(self.row[0]) / 12
def to_boxes(path):
    for row in csv.reader(open(path)):
        yield Box(row).boxes
`,
		Py2:       `{"int":"2"}`,
		Py3:       `{"float":"2.5"}`,
		Signature: "true-division:feed.py:boxes:-/locale:call/call",
	},
	{
		Why: "half a cent", Input: "0.125\n",
		Code: `import csv
def cents(path):
    for row in csv.reader(open(path)):
        yield '%.2f' % round(float(row[0]), 2)
`,
		Py2:       `{"bytes":"302e3133"}`,
		Py3:       `"0.12"`,
		Signature: "float-rounding:feed.py:cents:-/locale:call/call",
	},
	{
		Why: "a float as a text", Input: "0.1\n",
		Code: `import csv
def labels(path):
    for row in csv.reader(open(path)):
        yield 'EUR ' + str(float(row[0]) * 3)
`,
		Py2:       `{"bytes":"45555220302e33"}`,
		Py3:       `"EUR 0.30000000000000004"`,
		Signature: "float-rounding:feed.py:labels:-/locale:call/call",
	},
	{
		Why: "an amount by way of str()", Input: "12.345\n",
		Code: `import csv
from decimal import Decimal
def amounts(path):
    for row in csv.reader(open(path)):
        yield Decimal(str(float(row[0]) * 1.1))
`,
		Py2:       `{"decimal":"13.5795"}`,
		Py3:       `{"decimal":"13.579500000000001"}`,
		Signature: "float-rounding:feed.py:amounts:-/locale:call/call",
	},
	{
		Why: "JSON of a dict", Input: "sku,name,qty,price\nA,tea,3,4\n",
		Code: `import csv, json
def messages(path):
    rows = csv.reader(open(path))
    head = next(rows)
    for row in rows:
        yield json.dumps(dict(zip(head, row))).replace('"', '')
`,
		Py2:       `{"bytes":"7b736b753a20412c2070726963653a20342c206e616d653a207465612c207174793a20337d"}`,
		Py3:       `"{sku: A, name: tea, qty: 3, price: 4}"`,
		Signature: "sort-order:feed.py:messages:-/locale:call/call",
	},
	{
		Why: "what a dict's keys are made into", Input: "sku,name,qty,price\nA,tea,3,4\n",
		Code: `import csv
def cells(path):
    rows = csv.reader(open(path))
    head = next(rows)
    for row in rows:
        row = dict(zip(head, row))
        yield [row[name] for name in row]
`,
		Py2:       `[{"bytes":"41"},{"bytes":"34"},{"bytes":"746561"},{"bytes":"33"}]`,
		Py3:       `["A","tea","3","4"]`,
		Signature: "sort-order:feed.py:cells:-/locale:call/call",
	},
	{
		Why: "a fingerprint of a row", Input: "A,tea\n",
		Code: `import hashlib, io
def fingerprints(path):
    for line in io.open(path, encoding='utf-8'):
        row = repr(line.strip().split(u','))
        yield int(hashlib.md5(row.encode('ascii')).hexdigest(), 16) % 1000
`,
		Py2:       `{"int":"746"}`,
		Py3:       `{"int":"573"}`,
		Signature: "bytes-repr-in-text:feed.py:fingerprints:utf-8/utf-8:call/call",
	},
	{
		Why: "a byte string in JSON", Input: "A\n",
		Code: `import csv, json
def encoded(path):
    for row in csv.reader(open(path)):
        yield json.dumps(row[0].encode('utf-8'))
`,
		Py2:       `{"bytes":"224122"}`,
		Py3:       `{"fault":{"type":"TypeError","message":"Object of type bytes is not JSON serializable","row":1,"record":1}}`,
		Signature: "bytes-vs-text:feed.py:encoded:-/locale:call/call",
	},
	{
		Why: "another calculation for each Python", Input: "1.001\n",
		Code: `import csv, sys
def calculated(path):
    for row in csv.reader(open(path)):
        yield float(row[0]) * (1 if sys.version_info[0] == 2 else 2)
`,
		Py2:       `{"float":"1.001"}`,
		Py3:       `{"float":"2.002"}`,
		Signature: "unclassified:cell:number:feed.py:calculated:-/locale:call/call",
	},
	{
		Why: "round() to an int", Input: "3.0\n",
		Code: `import csv
def rounded(path):
    for row in csv.reader(open(path)):
        yield round(float(row[0]))
`,
		Py2:       `{"float":"3.0"}`,
		Py3:       `{"int":"3"}`,
		Signature: "value-type:feed.py:rounded:-/locale:call/call",
	},
	{
		Why: "a byte string is put into a unicode one", Input: "é\n",
		Code: `import csv
def currency(path):
    for row in csv.reader(open(path)):
        yield u'%s EUR' % row[0]
`,
		Py2:       `{"fault":{"type":"UnicodeDecodeError","message":"'ascii' codec can't decode byte 0xc3 in position 0: ordinal not in range(128)","row":1,"record":1}}`,
		Py3:       `"é EUR"`,
		Signature: "implicit-ascii:feed.py:currency:-/locale:call/call",
	},
	{
		Why: "cron's locale", Input: "é\n", Locale: "C",
		Code: `import io
def lines(path):
    with io.open(path) as lines:
        for line in lines:
            yield line.strip()
`,
		Py2:       `{"fault":{"type":"UnicodeDecodeError","message":"'ascii' codec can't decode byte 0xc3 in position 0: ordinal not in range(128)","row":1}}`,
		Py3:       `"é"`,
		Signature: "locale-default-encoding:feed.py:lines:locale/locale:call/call",
	},
	{
		Why: "two codecs and a newline within quotes, in one cell", Input: "\"5 €\r\na\",1\r\n",
		Code: `import csv, io, sys
def opened(path):
    if sys.version_info[0] == 2:
        return open(path, 'rb')
    return io.open(path, encoding='cp1252')
def texts(path):
    for row in csv.reader(opened(path)):
        yield [c.decode('latin-1') if isinstance(c, bytes) else c for c in row]
`,
		Py2:       "[\"5 â\u0082¬\\r\\na\",\"1\"]",
		Py3:       `["5 â‚¬\na","1"]`,
		Signature: "mojibake:feed.py:texts:-/cp1252:call/call", Also: []string{"newline-in-quotes-translated:feed.py:texts:-/cp1252:call/call"},
	},
	{
		Why: "two causes in two cells, where nobody is told of an exception", Input: "1\n１２\n3\n4\u00a0\n",
		Code: `import csv, io, sys
def quantity(cell):
    try:
        return int(cell)
    except ValueError:
        return None
def quantities(path):
    lines = open(path, 'rb') if sys.version_info[0] == 2 else io.open(path, encoding='utf-8', newline='')
    for row in csv.reader(lines):
        yield quantity(row[0])
`,
		Py2: `{"int":"1"}
null
{"int":"3"}
null`,
		Py3: `{"int":"1"}
{"int":"12"}
{"int":"3"}
{"int":"4"}`,
		Signature: "unicode-whitespace:feed.py:quantities:-/utf-8:call/call", Also: []string{"unicode-digits:feed.py:quantities:-/utf-8:call/call"},
	},
	{
		Why: "bytes and text are joined", Input: "A,1\n",
		Code: `import csv
def joined(path):
    for row in csv.reader(open(path)):
        yield b','.join(row)
`,
		Py2:       `{"bytes":"412c31"}`,
		Py3:       `{"fault":{"type":"TypeError","message":"sequence item 0: expected a bytes-like object, str found","row":1,"record":1}}`,
		Signature: "bytes-vs-text:feed.py:joined:-/locale:call/call",
	},
	{
		Why: "a width in bytes", Input: "é\n",
		Code: `import csv, io, sys
def widths(path):
    lines = open(path, 'rb') if sys.version_info[0] == 2 else io.open(path, encoding='utf-8', newline='')
    for row in csv.reader(lines):
        yield len(row[0])
`,
		Py2:       `{"int":"2"}`,
		Py3:       `{"int":"1"}`,
		Signature: "bytes-vs-text:feed.py:widths:-/utf-8:call/call",
	},
	{
		Why: "malformed bytes, replaced", Input: "A\xe0\x80\n",
		Code: `import codecs
def replaced(path):
    for line in codecs.open(path, 'r', 'utf-8', 'replace'):
        yield line.strip()
`,
		Py2:       `"A�"`,
		Py3:       `"A��"`,
		Signature: "replacement-count:feed.py:replaced:utf-8/utf-8:call/call",
	},
	{
		Why: "an offset", Input: "10:00+0100\n",
		Code: `import datetime
def hours(path):
    for line in open(path):
        yield datetime.datetime.strptime(line.strip(), '%H:%M%z').hour
`,
		Py2:       `{"fault":{"type":"ValueError","message":"'z' is a bad directive in format '%H:%M%z'","row":1}}`,
		Py3:       `{"int":"10"}`,
		Signature: "date-parsing:feed.py:hours:-/locale:call/call",
	},
	{
		Why: "splitlines() of text and of bytes", Input: "A\u2028B\n",
		Code: `import csv, io, sys
def initials(path):
    data = open(path, 'rb').read()
    for row in csv.reader((data if sys.version_info[0] == 2 else data.decode('utf-8')).splitlines()):
        yield row[0][:1]
`,
		Py2: `{"bytes":"41"}`,
		Py3: `"A"
"B"`,
		Signature: "unicode-line-separator:feed.py:initials:-/-:call/call",
	},
	{
		Why: "upper() of text", Input: "Straße\n",
		Code: `import io
def upper(path):
    for line in io.open(path, encoding='utf-8'):
        yield line.strip().upper()
`,
		Py2:       `"STRAßE"`,
		Py3:       `"STRASSE"`,
		Signature: "case-mapping:feed.py:upper:utf-8/utf-8:call/call",
	},
	{
		Why: "an underscore in a number", Input: "1_0\n",
		Code: `import csv
def numbers(path):
    for row in csv.reader(open(path)):
        yield int(row[0])
`,
		Py2:       `{"fault":{"type":"ValueError","message":"invalid literal for int() with base 10: '1_0'","row":1,"record":1}}`,
		Py3:       `{"int":"10"}`,
		Signature: "underscore-digits:feed.py:numbers:-/locale:call/call",
	},
	{
		Why: "no reason of the catalogue", Input: "A\n",
		Code: `import sys
def version(path):
    yield 'Python %d' % sys.version_info[0]
`,
		Py2:       `{"bytes":"507974686f6e2032"}`,
		Py3:       `"Python 3"`,
		Signature: "unclassified:cell:text:-:-:-/-:call/call",
	},
}
