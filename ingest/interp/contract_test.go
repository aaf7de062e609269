package interp_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/interp/interptest"
)

// importer is a team's code that takes every part of the contract.
const importer = `# -*- coding: utf-8 -*-
import datetime, io, os, sys, uuid
from models import *
READY = []
TABLE = []
def setup():
    READY.append(1)
def ready(path):
    return [len(READY)]
def setup_fails():
    raise KeyError('no settings')
def setup_hangs():
    while True: pass
def setup_dies():
    os._exit(3)
class Importer(object):
    def __init__(self, table):
        self.table, self.reads = table, 0
    def load(self, path):
        self.reads += 1
        with io.open(path, encoding='ascii') as f:
            for line in f:
                if line.startswith(u'b'):
                    raise ValueError('bad line')
                self.table.append(line.rstrip())
def importer():
    return Importer(TABLE)
def no_importer():
    raise RuntimeError('no table')
def deadly_importer():
    os._exit(1)
def table():
    return list(TABLE)
def reads(made):
    yield made.reads
    yield made.table
def broken_table():
    yield 1
    raise IOError('no table')
def deadly_table():
    os._exit(0)
def fill(path):
    TABLE.extend([u'x', u'y'])
def fill_lazily(path):
    TABLE.append(u'z')
    yield u'not compared'
    TABLE.append(u'zz')
def nothing():
    pass
def lines(f):
    return [type(f).__name__, f.mode, os.path.basename(f.name)] + list(f)
def objects(path):
    return [Plain(2), Slotted(), Old(), Point(1, 2), Problem(3), uuid.UUID(int=1), bytearray(b'a'), Colour,
            datetime.timedelta(1, 2), Marker(), Product()]
def single(path):
    return Plain(3)
def price(path):
    return [Price(u'EUR', 5), [Cheap(u'USD', 1)]]
def bad_price(path):
    return [Broken()]
def holds(path):
    return [Plain(open(path))]
`

const models = `# -*- coding: utf-8 -*-
import collections, datetime
Point = collections.namedtuple('Point', 'x y')
class Plain(object):
    def __init__(self, b):
        self.b, self.a = b, [u'\xe9']
class Base(object):
    __slots__ = ('x', '__hidden', 'unset')
    def __init__(self):
        self.x, self.__hidden = 1, 2
class Slotted(Base):
    __slots__ = 'y'
    def __init__(self):
        Base.__init__(self)
        self.y = None
class Old:
    def __init__(self):
        self.old = True
class Marker(object):
    pass
class Problem(ValueError):
    def __init__(self, row):
        ValueError.__init__(self, 'bad', row)
        self.row = row
class Colour(object):
    def __repr__(self):
        return 'never asked'
class Price(object):
    def __init__(self, currency, amount):
        self.currency, self.amount = currency, amount
class Cheap(Price):
    pass
class Broken(object):
    pass
def broken(value):
    raise LookupError('no such field')
SERIALIZERS = {'models.Price': lambda p: {p.currency: p.amount}, 'models.Broken': broken}
# What the runner asks of a Django model, which needs no Django.
class Field(object):
    def __init__(self, attname, primary_key=False, auto_now=False):
        self.attname, self.primary_key, self.auto_now = attname, primary_key, auto_now
class Meta(object):
    app_label, object_name = 'shop', 'Product'
    concrete_fields = [Field('id', primary_key=True), Field('sku'), Field('supplier_id'), Field('updated', auto_now=True)]
class Product(object):
    _meta = Meta()
    def __init__(self):
        self.id, self.sku, self.supplier_id, self.updated, self._state = 7, u'A-1', 3, datetime.datetime.now(), object()
`

// contractCases: what each part of a call does, and what it is when it fails.
var contractCases = []struct {
	name    string
	call    ingest.Call
	want    string // as in callCases
	harness string
	message string
}{
	{name: "setup is run once", call: ingest.Call{Function: "importer:ready", Setup: "importer:setup"}, want: `{"int":"1"}`},
	{name: "setup of another module", call: ingest.Call{Function: "models:Marker.__name__.count", Setup: "importer:setup"}, harness: "nothing-to-compare", message: "returned int"},
	{name: "the setup raises", call: ingest.Call{Function: "importer:ready", Setup: "importer:setup_fails"}, harness: "setup-failed", message: "setup importer:setup_fails: KeyError: 'no settings' ("},
	{name: "the setup hangs", call: ingest.Call{Function: "importer:ready", Setup: "importer:setup_hangs"}, harness: "import-timeout"},
	{name: "the setup ends the process", call: ingest.Call{Function: "importer:ready", Setup: "importer:setup_dies"}, harness: "import-crash"},
	{name: "no such setup", call: ingest.Call{Function: "importer:ready", Setup: "importer:set_up"}, harness: "no-function", message: "module has no 'set_up'"},

	{name: "a method of what the factory makes", call: ingest.Call{Function: "load", Factory: "importer:importer", Collect: "importer:reads"},
		want: `{"int":"1"} ["a,1"] {"fault":{"type":"ValueError","message":"bad line","row":3}}`},
	{name: "no such method", call: ingest.Call{Function: "read", Factory: "importer:importer"}, harness: "no-function", message: "importer.Importer has no 'read'"},
	{name: "the factory raises", call: ingest.Call{Function: "load", Factory: "importer:no_importer"}, harness: "factory-failed", message: "RuntimeError: no table ("},
	{name: "the factory ends the process", call: ingest.Call{Function: "load", Factory: "importer:deadly_importer"}, harness: "factory-failed", message: "exited with status 1"},

	{name: "the state a call leaves", call: ingest.Call{Function: "importer:fill", Collect: "importer:table"}, want: `"x" "y"`},
	{name: "a generator is run to its end", call: ingest.Call{Function: "importer:fill_lazily", Collect: "importer:table"}, want: `"z" "zz"`},
	{name: "the collect raises", call: ingest.Call{Function: "importer:fill", Collect: "importer:broken_table"}, harness: "collect-failed", message: "collect importer:broken_table: {IOError}: no table ("},
	{name: "the collect ends the process", call: ingest.Call{Function: "importer:fill", Collect: "importer:deadly_table"}, harness: "collect-failed", message: "exited with status 0"},
	{name: "the collect takes arguments", call: ingest.Call{Function: "importer:fill", Collect: "importer:reads"}, harness: "collect-failed", message: "TypeError"},
	{name: "the collect yields nothing to compare", call: ingest.Call{Function: "importer:fill", Collect: "importer:nothing"}, harness: "nothing-to-compare", message: "importer:nothing returned NoneType"},
	{name: "nothing is collected", call: ingest.Call{Function: "importer:fill"}, harness: "nothing-to-compare", message: "importer:fill returned NoneType, nothing to compare: name a collect"},

	{name: "a binary file", call: ingest.Call{Function: "importer:lines", Args: ingest.ArgsFileRB}, want: `{rb}`},
	{name: "a text file", call: ingest.Call{Function: "importer:lines", Args: ingest.ArgsFileText}, want: `{text}`},

	{name: "objects by their fields", call: ingest.Call{Function: "importer:objects"},
		want: `{"dict":[["__class__","models.Plain"],["a",["é"]],["b",{"int":"2"}]]} {"dict":[["__class__","models.Slotted"],["x",{"int":"1"}],["_Base__hidden",{"int":"2"}],["y",null]]} ` +
			`{"dict":[["__class__","models.Old"],["old",true]]} {"dict":[["x",{"int":"1"}],["y",{"int":"2"}]]} {"dict":[["__class__","models.Problem"],["args",[{bad},{"int":"3"}]],["row",{"int":"3"}]]} ` +
			`{"other":{"type":"uuid.UUID","repr":"UUID('00000000-0000-0000-0000-000000000001')"}} {"bytes":"61"} {"other":{"type":"type","repr":"<class 'models.Colour'>"}} ` +
			`{"other":{"type":"datetime.timedelta","repr":"datetime.timedelta(1, 2, 0)"}} {"dict":[["__class__","models.Marker"]]} ` +
			`{"dict":[["__class__","shop.Product"],["sku","A-1"],["supplier_id",{"int":"3"}]]}`},
	{name: "one object is one row", call: ingest.Call{Function: "importer:single"}, want: `{"dict":[["__class__","models.Plain"],["a",["é"]],["b",{"int":"3"}]]}`},
	{name: "a named serializer, of a base class too", call: ingest.Call{Function: "importer:price"}, want: `{"dict":[["EUR",{"int":"5"}]]} [{"dict":[["USD",{"int":"1"}]]}]`},
	{name: "serializers of the feed", call: ingest.Call{Function: "importer:price", Serializers: "importer:SERIALIZERS"}, want: `{"dict":[["EUR",{"int":"5"}]]} [{"dict":[["USD",{"int":"1"}]]}]`},
	{name: "a serializer that raises", call: ingest.Call{Function: "importer:bad_price"}, harness: "serializer-failed", message: "the serializer of models.Broken raised LookupError: no such field"},
	{name: "serializers that are none", call: ingest.Call{Function: "importer:price", Serializers: "importer:READY"}, harness: "serializer-failed", message: "they are of type list"},
	{name: "a field that cannot be compared", call: ingest.Call{Function: "importer:holds"}, harness: "unserialisable-value", message: "importer:holds row 1: b of models.Plain: a value of type "},
}

func TestContractConfirm(t *testing.T) {
	dir := team(t, map[string]string{"importer.py": importer, "models.py": models})
	interptest.Each(t, func(t *testing.T, p *interp.Process) {
		patient, hasty := interp.NewEngine(interp.Options{}), interp.NewEngine(interp.Options{StartTimeout: 2 * time.Second, Timeout: 500 * time.Millisecond})
		defer patient.Close()
		defer hasty.Close()
		mismatches := 0
		isolations := []ingest.Isolation{ingest.IsolationFork}
		if thorough(t, p) { // each request is a start and an import
			isolations = append(isolations, ingest.IsolationProcess)
		}
		for _, c := range contractCases {
			for _, isolation := range isolations {
				in := callInput(p, dir, c.call.Function)
				call := c.call
				call.Python, call.Dir, call.Version, call.Isolation = in.Call.Python, in.Call.Dir, in.Call.Version, isolation
				e := patient
				if c.harness == "import-timeout" {
					e = hasty
				}
				in.Call = &call
				o, err := run(t.Context(), e, in)
				if problem := judgeCall(o, err, expand(c.want, p.Interpreter.Version), c.harness, expand(c.message, p.Interpreter.Version)); problem != "" {
					mismatches++
					t.Errorf("%s, isolation %s: %s", c.name, isolation, problem)
				}
			}
		}
		interptest.Record(t, "interp-contract", p, len(isolations)*len(contractCases), mismatches)
	})
}

// TestFileNameConfirm: a supplier's name arrives byte for byte.
func TestFileNameConfirm(t *testing.T) {
	dir := team(t, map[string]string{"names.py": "import os, sys\ndef name(path):\n    return [path.encode('utf-8', 'surrogateescape') if sys.version_info[0] > 2 else path]\n"})
	interptest.Each(t, func(t *testing.T, p *interp.Process) {
		e := interp.NewEngine(interp.Options{})
		defer e.Close()
		for _, name := range []string{"stock é.csv", "l\xe4ger.csv", "a'b\"c\n.csv", "-rf"} {
			in := callInput(p, dir, "names:name")
			in.Name = name
			o, err := run(t.Context(), e, in)
			if err != nil || len(o.Rows) != 1 || filepath.Base(o.Rows[0].Value.Str) != name {
				t.Errorf("%q: %v, %v", name, oneLine(o), err)
			}
		}
	})
}
