package interp_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/interp/interptest"
)

// adapters is the team's code of these tests, for every Python.
const adapters = `# -*- coding: utf-8 -*-
from __future__ import print_function
import collections, csv, datetime, decimal, json, os, signal, sys, time, tempfile
SEEN = []
Point = collections.namedtuple('Point', 'x y')
def rows(path):
    with open(path) as f:
        for line in f:
            yield line.rstrip('\n').split(',')
def name(path):
    return [os.path.basename(path), os.listdir(os.path.dirname(path)) == [os.path.basename(path)]]
def folder(path):
    yield path
    yield u'%s' % path
    open(path + '.none')
def fresh(path):
    SEEN.append(1)
    leftovers = os.listdir(tempfile.gettempdir())
    open(os.path.join(tempfile.gettempdir(), 'left'), 'w').close()
    return [len(SEEN), leftovers, os.environ['TMPDIR'] == tempfile.gettempdir()]
def values(path):
    return [b'\xff', u'\xe9', 1, 10**20, True, None, 0.1, decimal.Decimal('1.10'), datetime.date(2026, 11, 22),
            datetime.datetime(2026, 11, 22, 1, 2, 3), (1, [2]), set([3]), {u'k': None}, Point(1, 2),
            collections.OrderedDict([(u'b', 1), (u'a', 2)]), datetime.timedelta(1)]
def mapping(path):
    return {u'a': [1]}
def empty(path):
    return []
def lazy(path):
    return map(int, [u'1', u'x'])
def integer(path):
    return 3
def string(path):
    return 'abc'
def unicode_string(path):
    return u'caf\xe9'
def byte_array(path):
    return bytearray(b'a')
def truth(path):
    return True
def real(path):
    return 0.1
def amount(path):
    return decimal.Decimal('1.10')
def day(path):
    return datetime.date(2026, 11, 22)
def plain_object(path):
    return object()
def nothing(path):
    pass
def no_argument():
    return []
def unserialisable(path):
    return [[1], [object()]]
def itself(path):
    row = []
    row.append(row)
    return [row]
def bad_items(path):
    class Bad(list):
        def __iter__(self):
            raise ValueError('no items')
    return [Bad()]
def prints(path):
    print('garbage' * 10000)
    sys.stderr.write('more\n')
    os.write(1, b'raw garbage\n')
    return [u'fine']
def closes(path):
    for fd in (0, 1, 2):
        os.close(fd)
    return [u'fine']
def daemonises(path):
    os.closerange(0, 64)
    return [u'fine']
def closes_all(path):
    os.closerange(0, 4096)
    return [u'lost']
def exits(path):
    yield [u'a']
    os._exit(3)
def segfaults(path):
    yield [u'a']
    os.kill(os.getpid(), signal.SIGSEGV)
def loops(path):
    yield [u'a']
    while True:
        pass
def waits(path):
    time.sleep(600)
def sys_exit(path):
    sys.exit(4)
def raises(path):
    yield [u'a']
    raise ValueError(u'caf\xe9'.encode('utf-8') if sys.version_info[0] == 2 else u'café')
def in_stdlib(path):
    return json.loads(u'{')
def forks(path):
    if os.fork() == 0:
        return [u'child']
    os.wait()
    return [u'parent']
def leaves_behind(path):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(600)
        time.sleep(600)
    return [u'parent']
def raises_stop(path):
    raise StopIteration('early')
class Adapter(object):
    @staticmethod
    def read(path):
        return [u'static']
not_callable = 3
`

// callCases: what is an outcome and what is not. want is the wire form, harness
// the code of a HarnessError.
var callCases = []struct {
	function string
	want     string // {words} in it differ by path, see perPath
	harness  string
	message  string // that the harness error contains
}{
	{function: "rows", want: `{rows}`},
	{function: "name", want: `{name} true`},
	{function: "folder", want: `{path} "/feedparity-call/input/stock 1.csv" {"fault":{"type":"{none}","message":"[Errno 2] No such file or directory: '/feedparity-call/input/stock 1.csv.none'","row":3}}`},
	{function: "fresh", want: `{"int":"1"} [] true`},
	{function: "values", want: `{"bytes":"ff"} "é" {"int":"1"} {"int":"100000000000000000000"} true null {"float":"0.1"} {"decimal":"1.10"} {"date":"2026-11-22"} {"datetime":"2026-11-22T01:02:03"} [{"int":"1"},[{"int":"2"}]] {"set":[{"int":"3"}]} {"dict":[["k",null]]} {"dict":[["x",{"int":"1"}],["y",{"int":"2"}]]} {"dict":[["b",{"int":"1"}],["a",{"int":"2"}]]} {"other":{"type":"datetime.timedelta","repr":"datetime.timedelta(1, 0, 0)"}}`},
	{function: "mapping", want: `{"dict":[["a",[{"int":"1"}]]]}`},
	{function: "empty", want: ``},
	{function: "lazy", want: `{lazy}`},
	{function: "Adapter.read", want: `"static"`},
	{function: "prints", want: `"fine"`},
	{function: "closes", want: `"fine"`},
	{function: "daemonises", want: `"fine"`},
	{function: "forks", want: `"parent"`},
	{function: "leaves_behind", want: `"parent"`},

	{function: "exits", want: `["a"] {"fault":{"type":"crash","message":"exited with status 3","row":2}}`},
	{function: "segfaults", want: `["a"] {"fault":{"type":"crash","message":"killed by signal 11 (segmentation fault)","row":2}}`},
	{function: "loops", want: `["a"] {"fault":{"type":"timeout","message":"stopped after 500ms","row":2}}`},
	{function: "waits", want: `{"fault":{"type":"timeout","message":"stopped after 500ms","row":1}}`},
	{function: "sys_exit", want: `{"fault":{"type":"SystemExit","message":"4","row":1}}`},
	{function: "raises", want: `["a"] {"fault":{"type":"ValueError","message":"{café}","row":2}}`},
	{function: "in_stdlib", want: `{json}`},
	{function: "raises_stop", want: `{"fault":{"type":"StopIteration","message":"early","row":1}}`},

	{function: "integer", harness: "nothing-to-compare", message: "adapters:integer returned int, nothing to compare: name a collect"},
	{function: "truth", harness: "nothing-to-compare", message: "returned bool"},
	{function: "string", want: `{abc}`},
	{function: "unicode_string", want: `"café"`},
	{function: "byte_array", want: `{"bytes":"61"}`},
	{function: "real", want: `{"float":"0.1"}`},
	{function: "amount", want: `{"decimal":"1.10"}`},
	{function: "day", want: `{"date":"2026-11-22"}`},
	{function: "plain_object", harness: "unserialisable-value", message: "a value of type object cannot be compared"},
	{function: "nothing", harness: "nothing-to-compare", message: "returned NoneType"},
	{function: "no_argument", harness: "wrong-signature", message: "no_argument() takes"},
	{function: "unserialisable", harness: "unserialisable-value", message: "row 2: a value of type object"},
	{function: "itself", harness: "unserialisable-value", message: "nested deeper"},
	{function: "bad_items", harness: "unserialisable-value", message: "ValueError while a value was written: no items"},
	{function: "closes_all", harness: "result-pipe-closed"},
	{function: "missing", harness: "no-function", message: "module has no 'missing'"},
	{function: "not_callable", harness: "not-callable", message: "type int"},
}

// perPath are the parts of outcomes in which the two Pythons rightly differ.
var perPath = map[string][2]string{
	"{rows}": {`[{"bytes":"61"},{"bytes":"31"}] [{"bytes":"62"},{"bytes":"32"}]`, `["a","1"] ["b","2"]`},
	"{name}": {`{"bytes":"73746f636b20312e637376"}`, `"stock 1.csv"`},
	"{lazy}": {`{"fault":{"type":"ValueError","message":"invalid literal for int() with base 10: 'x'","row":1}}`,
		`{"int":"1"} {"fault":{"type":"ValueError","message":"invalid literal for int() with base 10: 'x'","row":2}}`},
	"{café}": {"cafÃ©", "café"},
	"{rb}": {`{"bytes":"66696c65"} {"bytes":"7262"} {"bytes":"73746f636b20312e637376"} {"bytes":"612c310a"} {"bytes":"622c320a"}`,
		`"BufferedReader" "rb" "stock 1.csv" {"bytes":"612c310a"} {"bytes":"622c320a"}`},
	"{text}": {`{"bytes":"66696c65"} {"bytes":"72"} {"bytes":"73746f636b20312e637376"} {"bytes":"612c310a"} {"bytes":"622c320a"}`,
		`"TextIOWrapper" "r" "stock 1.csv" "a,1\n" "b,2\n"`},
	"{recursion}": {`{"fault":{"type":"RuntimeError","message":"maximum recursion depth exceeded","row":1}}`,
		`{"fault":{"type":"RecursionError","message":"maximum recursion depth exceeded","row":1}}`},
	"{path}":      {`{"bytes":"2f666565647061726974792d63616c6c2f696e7075742f73746f636b20312e637376"}`, `"/feedparity-call/input/stock 1.csv"`},
	"{none}":      {"IOError", "FileNotFoundError"},
	"{connected}": {`{"bytes":"636f6e6e6563746564"}`, `"connected"`},
	"{made}":      {`{"bytes":"6d616465"}`, `"made"`},
	"{abc}":       {`{"bytes":"616263"}`, `"abc"`},
	"{bad}":       {`{"bytes":"626164"}`, `"bad"`},
	"{IOError}":   {"IOError", "OSError"},
	"{json}": {`{"fault":{"type":"ValueError","message":"Expecting object: line 1 column 1 (char 0)","row":1}}`,
		`{"fault":{"type":"JSONDecodeError","message":"Expecting property name enclosed in double quotes: line 1 column 2 (char 1)","row":1}}`},
}

func expand(want string, py ingest.Python) string {
	for name, by := range perPath {
		want = strings.ReplaceAll(want, name, by[py.Path()])
	}
	return want
}

// team writes Python files to a folder of the team's.
func team(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		must(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700))
		must(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	return dir
}

func callInput(p *interp.Process, dir, function string) ingest.Input {
	in := input("a,1\nb,2\n", ingest.Settings{})
	in.Name = "stock 1.csv"
	in.Call = &ingest.Call{Function: function, Python: p.Interpreter.Path, Dir: dir, Version: p.Interpreter.Version}
	return in
}

func run(ctx context.Context, e ingest.Engine, in ingest.Input) (ingest.Outcome, error) {
	rows, err := e.Ingest(ctx, in)
	if err != nil {
		return ingest.Outcome{}, err
	}
	return ingest.Collect(rows)
}

func TestCallConfirm(t *testing.T) {
	dir := team(t, map[string]string{"adapters.py": adapters})
	interptest.Each(t, func(t *testing.T, p *interp.Process) {
		patient, hasty := interp.NewEngine(interp.Options{}), interp.NewEngine(interp.Options{Timeout: 500 * time.Millisecond})
		defer patient.Close()
		defer hasty.Close()
		mismatches := 0
		for _, c := range callCases {
			e := patient // a loaded machine may take its time over what does end
			if strings.Contains(c.want, ingest.FaultTimeout) {
				e = hasty
			}
			o, err := run(t.Context(), e, callInput(p, dir, "adapters:"+c.function))
			if problem := judgeCall(o, err, expand(c.want, p.Interpreter.Version), c.harness, c.message); problem != "" {
				mismatches++
				t.Errorf("%s: %s", c.function, problem)
			}
		}
		interptest.Record(t, "interp-call", p, len(callCases), mismatches)
	})
}

func judgeCall(o ingest.Outcome, err error, want, code, message string) string {
	var h *ingest.HarnessError
	switch {
	case code == "" && err != nil:
		return "error " + err.Error()
	case code == "" && oneLine(o) != want:
		return "\n got " + oneLine(o) + "\nwant " + want
	case code != "" && !errors.As(err, &h):
		return "outcome " + oneLine(o) + " where " + code + " is wanted"
	case code != "" && (h.Code != code || !strings.Contains(h.Msg, message)):
		return "error " + err.Error() + " where " + code + " " + message + " is wanted"
	}
	return ""
}
