package interp_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/interp/interptest"
	"github.com/feedparity/feedparity/ingest/wire"
)

// readers is code of the idioms that a recording must tell.
const readers = `# -*- coding: utf-8 -*-
import codecs, csv, io, os, sys
from csv import reader as make_reader
def plain(path):
    return list(csv.reader(open(path)))
def with_name(path):
    with open(path, 'rb') as f:
        return [len(f.read())]
def encoded(path):
    with io.open(path, encoding='cp1252', errors='replace', newline='') as f:
        return [[u'x' for cell in line] for line in f]
def by_codecs(path):
    return [line for line in codecs.open(path, 'r', 'latin-1')]
def by_getreader(path):
    return list(codecs.getreader('utf-8')(io.open(path, 'rb')))
def by_iterdecode(path):
    return list(codecs.iterdecode(io.open(path, 'rb'), 'utf-8', errors='ignore'))
def dicts(path):
    with io.open(path, newline='') if sys.version_info[0] > 2 else open(path, 'rb') as f:
        return [dict(row) for row in csv.DictReader(f, delimiter=',', quoting=csv.QUOTE_NONE)]
def wrapped(path):
    f = io.TextIOWrapper(io.open(path, 'rb'), encoding='utf-8', errors='strict')
    return [len(row) for row in make_reader((line for line in f) if sys.version_info[0] == 2 else f)]
def sniffs(path):
    return [csv.Sniffer().sniff('a;b\r\nc;d\r\n').delimiter]
def writes(path):
    w = csv.DictWriter(io.BytesIO() if sys.version_info[0] == 2 else io.StringIO(), ['a'], delimiter='\t')
    w.writerow({'a': 1})
    return [1]
def helper(path):
    return open(path)
def by_helper(path):
    return [len(helper(path).read()), len(helper(path).read())]
def other_file(path):
    return [len(open(__file__.replace('.pyc', '.py')).read()) > 0]
def third(path):
    rows = csv.reader(open(path))
    next(rows)
    for row in rows:
        int(row[1])
        yield row[0]
        raise ValueError('after the second')
def while_reading(path):
    for row in csv.reader(['a,b', '"x'], strict=True):
        yield row[0]
def after_reading(path):
    rows = list(csv.reader(open(path)))
    raise ValueError('after all')
`

// recordings: opens, uses of csv, records read, and of a fault its record and place.
var recordings = []struct {
	function string
	want     [2]string // by path
}{
	{"plain", [2]string{
		"open input r (readers.py:5 in plain)|csv.reader file , (readers.py:5 in plain)|2 records",
		"open input r (readers.py:5 in plain)|csv.reader _io.TextIOWrapper UTF-8 strict , (readers.py:5 in plain)|2 records"}},
	{"with_name", same("open input rb (readers.py:7 in with_name)|0 records")},
	{"encoded", [2]string{
		`io.open input r cp1252 replace newline="" (readers.py:10 in encoded)|0 records`,
		`open input r cp1252 replace newline="" (readers.py:10 in encoded)|0 records`}},
	{"by_codecs", same("codecs.open input r latin-1 (readers.py:13 in by_codecs)|0 records")},
	{"by_getreader", [2]string{
		"codecs.getreader r utf-8 (readers.py:15 in by_getreader)|io.open input rb (readers.py:15 in by_getreader)|0 records",
		"codecs.getreader r utf-8 (readers.py:15 in by_getreader)|open input rb (readers.py:15 in by_getreader)|0 records"}},
	{"by_iterdecode", [2]string{
		"io.open input rb (readers.py:17 in by_iterdecode)|codecs.iterdecode r utf-8 ignore (readers.py:17 in by_iterdecode)|0 records",
		"open input rb (readers.py:17 in by_iterdecode)|codecs.iterdecode r utf-8 ignore (readers.py:17 in by_iterdecode)|0 records"}},
	{"dicts", [2]string{
		"open input rb (readers.py:19 in dicts)|csv.DictReader file , quoting=3 (readers.py:20 in dicts)|2 records",
		`open input r newline="" (readers.py:19 in dicts)|csv.DictReader _io.TextIOWrapper UTF-8 strict , quoting=3 (readers.py:20 in dicts)|2 records`}},
	{"wrapped", [2]string{
		"io.open input rb (readers.py:22 in wrapped)|csv.reader generator , (readers.py:23 in wrapped)|2 records",
		"open input rb (readers.py:22 in wrapped)|csv.reader _io.TextIOWrapper utf-8 strict , (readers.py:23 in wrapped)|2 records"}},
	{"sniffs", same("csv.Sniffer.sniff ; (readers.py:25 in sniffs)|0 records")},
	{"writes", same(`csv.DictWriter \t (readers.py:27 in writes)|0 records`)},
	{"by_helper", same("open input r (readers.py:31 in helper) x2|0 records")},
	{"other_file", same("open r (readers.py:35 in other_file)|0 records")},
	{"third", [2]string{
		"open input r (readers.py:37 in third)|csv.reader file , (readers.py:37 in third)|2 records|ValueError at record 2 (readers.py:42 in third)",
		"open input r (readers.py:37 in third)|csv.reader _io.TextIOWrapper UTF-8 strict , (readers.py:37 in third)|2 records|ValueError at record 2 (readers.py:42 in third)"}},
	{"while_reading", same("csv.reader list , strict=True (readers.py:44 in while_reading)|1 records|csv.Error at record 2 (readers.py:44 in while_reading)")},
	{"after_reading", [2]string{
		"open input r (readers.py:47 in after_reading)|csv.reader file , (readers.py:47 in after_reading)|2 records|ValueError at record 2 (readers.py:48 in after_reading)",
		"open input r (readers.py:47 in after_reading)|csv.reader _io.TextIOWrapper UTF-8 strict , (readers.py:47 in after_reading)|2 records|ValueError at record 2 (readers.py:48 in after_reading)"}},
}

func same(s string) [2]string { return [2]string{s, s} }

// recorded shows a recording in one line.
func recorded(rec *ingest.Recording, f *ingest.Fault) string {
	if rec == nil {
		return "nothing"
	}
	var out []string
	tail := func(parts []string, frame ingest.Frame, count int) {
		s := strings.Join(parts, " ") + " (" + frame.String() + ")"
		if count > 1 {
			s += fmt.Sprintf(" x%d", count)
		}
		out = append(out, s)
	}
	for _, o := range rec.Opens {
		parts := []string{o.Function}
		if o.Input {
			parts = append(parts, "input")
		}
		parts = append(parts, o.Mode)
		for _, s := range []*string{o.Encoding, o.Errors} {
			if s != nil {
				parts = append(parts, *s)
			}
		}
		if o.Newline != nil {
			parts = append(parts, fmt.Sprintf("newline=%q", *o.Newline))
		}
		tail(parts, o.Frame, o.Count)
	}
	for _, u := range rec.CSV {
		parts := []string{u.Function}
		for _, s := range []string{u.Source, u.Encoding, u.Errors} {
			if s != "" {
				parts = append(parts, s)
			}
		}
		for _, o := range u.Dialect {
			switch s := o.String(); {
			case o.Name == "delimiter":
				parts = append(parts, strings.TrimPrefix(s, "delimiter="))
			case s == "quoting=3" || s == "strict=True":
				parts = append(parts, s)
			}
		}
		tail(parts, u.Frame, u.Count)
	}
	out = append(out, fmt.Sprintf("%d records", rec.Records))
	if f != nil {
		out = append(out, fmt.Sprintf("%s at record %d (%s)", f.Type, f.Record, f.Where))
	}
	return strings.Join(out, "|")
}

func TestRecordingConfirm(t *testing.T) {
	dir := team(t, map[string]string{"readers.py": readers})
	interptest.Each(t, func(t *testing.T, p *interp.Process) {
		e := interp.NewEngine(interp.Options{})
		defer e.Close()
		mismatches := 0
		for _, c := range recordings {
			rows, err := e.Ingest(t.Context(), callInput(p, dir, "readers:"+c.function))
			must(t, err)
			o, err := ingest.Collect(rows)
			must(t, err)
			if got, want := recorded(ingest.RecordingOf(rows), o.Fault), c.want[p.Interpreter.Version.Path()]; !strings.EqualFold(got, want) {
				mismatches++
				t.Errorf("%s:\n got %s\nwant %s", c.function, got, want)
			}
		}
		interptest.Record(t, "interp-recording", p, len(recordings), mismatches)
	})
}

// invisible is code that looks for a recorder: it must find the same with and
// without one.
const invisible = `# -*- coding: utf-8 -*-
import _csv, _io, codecs, copy, csv, functools, inspect, io, os, pickle, sys, types
try:
    from collections.abc import Iterator
except ImportError:
    from collections import Iterator
class Holder(object):
    opener, make = open, csv.reader
def message(f, *args, **kwargs):
    try:
        f(*args, **kwargs)
    except Exception as exc:
        return type(exc).__name__, str(exc).replace(os.path.dirname(PATH[0]), 'DIR')
PATH = []
def facts(path):
    PATH.append(path)
    yield isinstance(open, types.BuiltinFunctionType), isinstance(csv.reader, types.BuiltinFunctionType)
    yield [pickle.loads(pickle.dumps(f, p)) is f for f in (open, csv.reader, csv.writer, io.open, codecs.open, os.mkdir) for p in (0, 1, 2)]
    yield csv.reader is _csv.reader, csv.writer is _csv.writer, io.open is _io.open, io.open is open
    yield repr(open), open.__name__, open.__module__, open.__doc__, csv.reader.__name__, csv.reader.__doc__, csv.reader.__module__
    yield len(set([open, open])), open == open, open != open, open in [open], bool(open), callable(csv.reader)
    yield Holder().opener(path).read(), list(Holder.make(['a,b'])), list(Holder().make(['a,b'], delimiter='b'))
    yield copy.deepcopy(csv.reader) is csv.reader, copy.copy(open) is open, functools.partial(open, path)().read()
    r = csv.reader(['a,b', 'c,d'], delimiter=',')
    yield isinstance(r, Iterator), isinstance(r, type(csv.reader([]))), isinstance(r, type(_csv.reader([]))), iter(r) is r, next(r), r.line_num
    yield r.dialect.delimiter, r.dialect.strict, r.__class__.__name__, type(r.dialect).__name__, r.__doc__, list(r), list(r)
    yield message(setattr, r, 'x', 1)[0], message(getattr, r, 'x')[0], message(pickle.dumps, r, 2)[0], message(copy.copy, r)[0], hasattr(r, 'next')
    yield message(csv.reader), message(csv.reader, 5), message(csv.reader, [], delimiter='ab'), message(csv.reader, [], nonsense=1)
    yield message(open), message(open, path + '.none'), message(open, path, 'q'), message(io.open, path, encoding='nonsense')
    yield message(list, csv.reader(['"a'], strict=True)), message(csv.DictReader), message(csv.writer, 5)
    d = csv.DictReader(['a,b', '1,2'])
    yield d.fieldnames, d.line_num, [sorted(row.items()) for row in d], type(d).__name__
    w = csv.writer(io.BytesIO() if sys.version_info[0] == 2 else io.StringIO())
    yield type(w).__name__, w.dialect.delimiter
    yield csv.Sniffer().sniff('a;b\nc;d\n').delimiter, message(csv.Sniffer().sniff, ''), csv.Sniffer().has_header('a,b\n1,2\n3,4\n')
    yield csv.Sniffer.sniff.__name__, csv.Sniffer.sniff.__doc__, type(csv.Sniffer.sniff).__name__, type(csv.Sniffer().sniff).__name__
    yield codecs.open.__name__, codecs.open.__doc__, codecs.getreader('utf-8') is codecs.lookup('utf-8').streamreader
    yield [l for l in codecs.open(path, 'r', 'utf-8')], list(codecs.iterdecode([b'a'], 'utf-8')), message(codecs.open, path, 'r', 'nonsense')
    yield isinstance(os.mkdir, types.BuiltinFunctionType), os.mkdir.__name__, message(os.mkdir, path), message(os.remove, path + '.none')
    if sys.version_info[0] == 2:
        class Mine(file):
            def first(self):
                return self.readline()
        f = open(path)
        yield isinstance(f, file), type(f) == file, f.__class__ == file, issubclass(Mine, file), Mine.__mro__[1] == file, Mine(path).first()
        yield types.FileType == file, file == types.FileType, file.__name__, repr(file), hash(file) == hash(types.FileType), file(path).read()
        yield {file: 1}.get(type(f)), {types.FileType: 1}.get(file), message(file), message(file, path, 'q'), isinstance(file, type)
        yield file.__doc__, file.readline.__name__, pickle.loads(pickle.dumps(file)) == file
    else:
        import pathlib
        yield pathlib.Path(path).read_text(), message(open, file=path, nonsense=1), open(file=path, mode='r', newline='').read()
        yield str(inspect.signature(csv.Sniffer.sniff)), str(inspect.signature(codecs.open)), {os.mkdir, os.rmdir} <= os.supports_dir_fd
`

// TestInvisibleConfirm: what code can find out about what is recorded is the same
// with and without a recorder.
func TestInvisibleConfirm(t *testing.T) {
	dir := team(t, map[string]string{"invisible.py": invisible, "input.csv": "a,1\nb,2\n"})
	interptest.Each(t, func(t *testing.T, p *interp.Process) {
		must(t, p.Load(t.Context(), "invisible", invisible+"\ndef plain(path):\n    return [runner.wire_any(f) for f in facts(str(path))]\n"))
		answer, err := p.Call(t.Context(), "invisible.plain", dir+"/input.csv")
		must(t, err)
		var want []string
		must(t, json.Unmarshal(answer, &want))
		e := interp.NewEngine(interp.Options{})
		defer e.Close()
		in := callInput(p, dir, "invisible:facts")
		in.Name = "input.csv"
		o, err := run(t.Context(), e, in)
		must(t, err)
		if o.Fault != nil || len(o.Rows) != len(want) {
			t.Fatalf("%d facts and %v, %d without a recorder", len(o.Rows), o.Fault, len(want))
		}
		mismatches := 0
		for i, row := range o.Rows {
			got := string(wire.AppendValue(nil, row.Value))
			if got != want[i] {
				mismatches++
				t.Errorf("fact %d\n got %s\nwant %s", i+1, got, want[i])
			}
		}
		interptest.Record(t, "interp-invisible", p, len(want), mismatches)
	})
}
