package interp_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/interp/interptest"
)

// differing is code in which each function does what the two Pythons do differently.
const differing = `# -*- coding: utf-8 -*-
import binascii, datetime, decimal, io, pickle, re, zlib
from zlib import crc32
from pickle import loads
DIGITS = re.compile(u'^\\d+$')
class Codes(object):
    word = re.compile(u'\\w+')
    def __hash__(self):
        return hash((1, 'a'))
    def half(self, n):
        return n / 4
def hashes(path):
    yield [hash(v) for v in ('a', u'a', 1, 2 ** 70, 0.1, None, True, (1, ('b', None)), frozenset([1, 2]), Codes(), decimal.Decimal('1.10'))]
def checksums(path):
    yield crc32(b'abcd'), zlib.crc32(b'abcd', zlib.crc32(b'y')), zlib.adler32(b'\xff' * 9999), binascii.crc32(b'abcd')
def rounded(path):
    yield [round(v, 2) for v in (0.125, 2.675, -0.375, 1e300, float('nan'))], round(2.5), round(3), round(1234.5, -1)
def shown(path):
    yield [u'%s' % str(0.1 * 3), u'%s' % (1 / 3.0), u'{0}'.format(2.0 / 3), u'%s' % 0.5, sum([0.1] * 10), sum([1, 2])]
def digests(path):
    import base64, hashlib, hmac
    md5 = hashlib.md5(b'a')
    md5.update(repr(u'b').encode('ascii'))
    yield u'%s' % md5.hexdigest()[:4], u'%s' % hashlib.new('sha1', repr(u'c').encode('ascii')).hexdigest(), u'%s' % hmac.new(b'k', repr(u'd').encode('ascii'), hashlib.sha256).hexdigest()
    yield base64.b64encode(repr(u'e').encode('ascii')).decode('ascii'), zlib.crc32(repr(u'f').encode('ascii'))
def divided(path):
    yield Codes().half(2), 1 / 8
def regexes(path):
    cell = u'\uff13\xe9'
    yield bool(DIGITS.match(u'\uff13')), Codes.word.findall(cell), re.findall(u'\\s', u'\xa0'), bool(re.match(u'\xe9', u'\xc9', re.I))
    yield bool(re.match(u'(?u)\\d', u'3')), re.findall('[a', 'x') if path is None else 0
def iterated(path):
    long = map(abs, [1, 2])
    yield list(long), list(long), len(long), long[0], bool(filter(None, [0])), sorted(zip([1, 2], [3, 4])), list(map(int, '12') + [3])
def opened(path):
    with io.open(path) as stream:
        yield stream.read()
def mixed(path):
    cell = u'\xe9'.encode('utf-8')
    yield [u'a' + cell, str(u'\xe9').decode('utf-8'), '{0}'.format(u'\xe9').decode('utf-8'), cell.decode('utf-8') == cell] if str is bytes else [u'a\xe9', u'\xe9', u'\xe9', True]
OLD = b"(lp0\ncdatetime\ndate\np1\n(S'\\x07\\xea\\x0b\\x16'\np2\ntp3\nRp4\naS'caf\\xe9'\np5\na."
def unpickled(path):
    for load in (pickle.loads, loads, lambda data: pickle.load(io.BytesIO(data)), lambda data: pickle.Unpickler(io.BytesIO(data)).load()):
        day, cell = load(OLD)
        yield day, cell.decode('latin-1') if str is bytes else cell
`

// neutralCases: what each function gives when what it does is left out, alike in
// every Python, and where it was seen to do it.
var neutralCases = []struct {
	function string
	neutral  ingest.Neutral
	want     string // "" for: alike, whatever it is
	used     [2]string
}{
	{"hashes", ingest.NeutralHash, "", same("hash in hashes, hash in __hash__")},
	{"checksums", ingest.NeutralCRC, "",
		same("crc32 in checksums, adler32 in checksums")},
	{"rounded", ingest.NeutralRounding, `[[{"float":"0.12"},{"float":"2.67"},{"float":"-0.38"},{"float":"1e+300"},{"float":"nan"}],{"float":"2.0"},{"float":"3.0"},{"float":"1230.0"}]`,
		same("round in rounded")},
	{"shown", ingest.NeutralFloats, "", [2]string{"str in shown", "sum in shown"}},
	{"digests", ingest.NeutralDigests, "", [2]string{
		"md5 in digests, md5 of au'b', new in digests, new of u'c', hmac of u'd', b64encode in digests, b64encode of u'e', crc32 in digests, crc32 of u'f'",
		"md5 in digests, md5 of a'b', new in digests, new of 'c', hmac of 'd', b64encode in digests, b64encode of 'e', crc32 in digests, crc32 of 'f'"}},
	{"divided", ingest.NeutralDivision, `[{"float":"0.5"},{"float":"0.125"}]`, [2]string{"/ in divided, / in half", ""}},
	{"regexes", ingest.NeutralRegex, `[false,[],[],false] [true,{"int":"0"}]`,
		[2]string{"re.compile in regexes", "re.compile in , re.compile in regexes"}},
	{"iterated", ingest.NeutralIterators, "", [2]string{"", "map in iterated, filter in iterated, zip in iterated"}},
	{"opened", ingest.NeutralLocale, "\"café\\n\"", same("open in opened")},
	{"mixed", ingest.NeutralASCII, "", same("")},
	{"unpickled", ingest.NeutralPickle, `[{"date":"2026-11-22"},"café"] [{"date":"2026-11-22"},"café"] [{"date":"2026-11-22"},"café"] [{"date":"2026-11-22"},"café"]`,
		[2]string{"", "pickle.load in unpickled, pickle.load in <lambda>"}},
}

// usedBy lists each function once with where it was used.
func usedBy(rec *ingest.Recording) string {
	var out []string
	for _, u := range rec.Used {
		s := u.Function + " in " + u.Frame.Function
		if u.Sealed != nil {
			s = u.Function + " of " + string(u.Sealed)
		}
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return strings.Join(out, ", ")
}

// TestNeutralConfirm: an experiment makes all Pythons do alike what they do
// differently without it, and says where the code does it.
func TestNeutralConfirm(t *testing.T) {
	dir := team(t, map[string]string{"differing.py": differing})
	first := map[string]string{} // the outcome of the first Python, by function
	plain := map[string][]string{}
	interptest.Each(t, func(t *testing.T, p *interp.Process) {
		e := interp.NewEngine(interp.Options{})
		defer e.Close()
		mismatches := 0
		for _, c := range neutralCases {
			in := callInput(p, dir, "differing:"+c.function)
			delivery := "caf\xe9\n" // no UTF-8
			if c.neutral == ingest.NeutralASCII {
				delivery = "caf\u00e9\n"
			}
			in.Data, in.Size = strings.NewReader(delivery), int64(len(delivery))
			in.Call.Env = map[string]string{"LC_ALL": "C.UTF-8"}
			if o, err := run(t.Context(), e, in); err == nil {
				plain[c.function] = append(plain[c.function], oneLine(o))
			}
			in.Neutral = []ingest.Neutral{c.neutral}
			rows, err := e.Ingest(t.Context(), in)
			must(t, err)
			o, err := ingest.Collect(rows)
			if err != nil {
				t.Fatal(c.function, err)
			}
			got := oneLine(o)
			if c.want == "" && first[c.function] == "" {
				first[c.function] = got
			}
			if want := c.want + first[c.function]; got != want || o.Fault != nil {
				mismatches++
				t.Errorf("%s without %s:\n got %s\nwant %s", c.function, c.neutral, got, want)
			}
			want := c.used[p.Interpreter.Version.Path()]
			if v := p.Interpreter.Version; c.neutral == ingest.NeutralFloats && v.Major == 3 && v.Minor < 12 {
				want = "" // its sum() adds one after the other
			}
			if got := usedBy(ingest.RecordingOf(rows)); got != want {
				mismatches++
				t.Errorf("%s used %q, want %q", c.function, got, want)
			}
		}
		interptest.Record(t, "interp-neutral", p, len(neutralCases), mismatches)
	})
	for function, outcomes := range plain {
		if len(outcomes) > 1 && len(slices.Compact(outcomes)) == 1 {
			t.Errorf("%s: the Pythons agree without an experiment: %s", function, outcomes[0])
		}
	}
}
