package golden

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/interp/interptest"
	"github.com/feedparity/feedparity/ingest/wire"
)

// policy reads settings from words: the open mode and then key=value.
func policy(t *testing.T, py ingest.Python, words string) ingest.Settings {
	t.Helper()
	s := ingest.DefaultSettings(py)
	s.Dialect = ingest.Dialect{}
	for i, word := range strings.Fields(words) {
		key, value, _ := strings.Cut(word, "=")
		switch {
		case i == 0:
			s.Open = ingest.OpenMode(word)
		case key == "codec":
			s.Codec = value
		case key == "errors":
			s.Errors = value
		case key == "dict":
			s.Reader = ingest.DictReader
		case key == "sniff":
			s.Sniff = true
		case key == "limit":
			fmt.Sscan(value, &s.FieldLimit)
		case key == "clean":
			s.Clean = append(s.Clean, ingest.Step(value))
		case key == "type":
			column, typ, _ := strings.Cut(value, ":")
			s.Types = append(s.Types, ingest.ColumnType{Column: column, Type: typ})
		default:
			o, err := ingest.ParseDialectOption(py.Path(), word)
			if err != nil {
				t.Fatal(err)
			}
			s.Dialect = append(s.Dialect, o)
		}
	}
	return s
}

// reproPolicies are pairs of policies: every open mode of either path, and each
// setting at least once in each path.
var reproPolicies = []struct{ py2, py3 string }{
	{"bytes-decode", "text"},
	{"bytes", "text-universal codec=latin-1"},
	{"universal codec=cp1252", "locale"},
	{"recode codec=utf-16", "codecs-open codec=utf-16"},
	{"recode", "iterdecode"},
	{"codecs-open", "codecs-open codec=utf-8-sig"},
	{"io-open codec=latin-1", "stringio"},
	{"splitlines", "splitlines"},
	{"bytes-decode errors=replace", "text errors=replace"},
	{"bytes-decode errors=nope", "text errors=nope"},
	{"bytes-decode errors=ignore", "text errors=surrogateescape"},
	{"bytes-decode codec=unicode_escape", "text codec=unicode_escape"},
	{"bytes-decode codec=raw_unicode_escape", "splitlines codec=utf-7"},
	{"bytes delimiter=; quoting=3", "text delimiter=; quoting=3"},
	{`bytes delimiter=\t escapechar=\\ doublequote=False`, `text delimiter=\t escapechar=\\ doublequote=False`},
	{"bytes-decode delimiter=ab", "text delimiter=ab"},
	{"bytes quotechar=' strict=True", "text quotechar=' strict=True"},
	{"bytes quotechar=None", "text quotechar=None skipinitialspace=True"},
	{"bytes nope=1 delimiter=, delimiter=;", "text class=1"},
	{"bytes quoting=2", "text quoting=2"},
	{"bytes-decode quoting=2 clean=strip", "text quoting=4"},
	{"bytes quoting=5", "text quoting=5 clean=upper"},
	{"bytes sniff", "text sniff"},
	{"splitlines sniff", "splitlines sniff"},
	{"bytes-decode limit=3", "text limit=3"},
	{"bytes dict", "text dict"},
	{"bytes-decode dict", "text dict errors=replace"},
	{"bytes-decode dict quoting=2", "text dict quoting=2"},
	{"universal clean=strip clean=upper", "text clean=strip clean=lower"},
	{"bytes clean=lower", "text-universal clean=upper"},
	{"bytes-decode type=qty:int", "text type=qty:int"},
	{"bytes type=2:float", "text type=2:float type=name:text"},
	{"bytes-decode clean=strip type=2:decimal type=qty:int", "text clean=strip type=2:decimal type=qty:int"},
	{"bytes-decode type=é:int type=9:int", "text type=é:int type=9:int"},
	{"bytes dict clean=upper type=QTY:int type=qty:int", "text dict clean=upper type=qty:int"},
	{"bytes-decode dict type=2:int type=1:text clean=strip", "text dict type=2:int clean=strip"},
	{"bytes-decode clean=split type=2:int", "text clean=split:; clean=swapcase"},
	{`bytes clean=replace:a:\xe9 clean=concat:!`, `text clean=replace:a:\u20ac clean=concat:! clean=nfkc`},
	{"bytes clean=nfc", "text clean=nfc clean=isdigit"},
	{"bytes clean=isalpha", "text clean=split clean=isspace"},
	{"bytes type=2:strip|float|round:1|str", "text type=2:strip|float|round:1|str"},
	{"bytes-decode type=2:float|div:3|format:%.2f", "text type=2:float|div:2.5|format:%+08.1f"},
	{"bytes type=2:float|int|div:2", "text type=2:float|round|div:-2"},
	{"bytes-decode type=2:bool type=1:date:%Y", "text type=2:bool|str type=1:datetime:%Y-%m-%d|str"},
	{"bytes-decode dict type=2:split:.|int|bool type=1:str", "text dict type=2:split:.|int|round:-1 type=1:append:x"},
	{"bytes-decode dict type=2:float type=price:decimal", "text dict type=2:float type=price:decimal"},
}

var reproInputs = []string{
	"",
	"name,qty\nNaïve ,12\n x,3.5,extra,4\ny\n\nz,1_0\n",
	"sku;name\tprice\r\n\"a;b\";'c'\t1\r\nq\"u;\\;e\r\n",
	"\xef\xbb\xbfsku,qty,ean,price,brand\r\nA1,\xc2\xa012,5,1.50,Ü\r\nA2, 7 ,6,2e3,x,extra,\xff\r\n",
	"caf\xe9,1\r\xed\xa0\xbd\xed\xb8\x80,\xed\xa0\xbd\na,\u2028b\x0bc\x85\n",
	"\xff\xfea\x00,\x00\xe9\x00\n\x00b\x00,\x00=\xd8\x00\xde\n\x00",
	"a\x00b,c\n\"x\r\ny\"\"\",\x01\x1f\x7f\"z\\\n\n\"open",
	"day,when,n\n2012,2012-01-02,7\n2012-01-02,12.5,x\n1,5,\n",
	"qty,qty,é\n١٢,nan,9\n-inf,2,\xc3\x9f\n99999999999999999999,1e400,-0\n",
	`\ud83d\ude00,+2D3eAA-,\ud800` + "\n",
}

func reproCase(t *testing.T, py3 ingest.Python, i int, input string) *Case {
	t.Helper()
	return &Case{
		Version: Version, Feed: "acme", Cause: "mojibake", Signature: fmt.Sprintf("mojibake case %d", i),
		State: Open, View: ingest.Raw, Pair: "acme", Severity: ingest.Silent, Origin: Origin{Byte: -1},
		Py2:      policy(t, ingest.Python27, reproPolicies[i].py2),
		Py3:      policy(t, py3, reproPolicies[i].py3),
		Filename: "stock.csv", Input: []byte(input),
	}
}

// driver runs every repro.py in one process, as __main__ and with a stdout of its
// own: starting an interpreter for each would take minutes.
const driver = `
import csv, io, os, runpy, sys, warnings
warnings.simplefilter('ignore')
class Stdout(object):
    def __init__(self):
        self.buffer = io.BytesIO()
for folder in sys.argv[1:]:
    for name in sorted(os.listdir(folder)):
        real, sys.stdout = sys.stdout, Stdout()
        csv.field_size_limit(131072)
        try:
            runpy.run_path(os.path.join(folder, name, 'repro.py'), run_name='__main__')
        finally:
            out, sys.stdout = sys.stdout.buffer.getvalue(), real
        with open(os.path.join(folder, name, 'out'), 'wb') as f:
            f.write(out)
`

// TestReproConfirm holds repro.py to what the real interpreter's reference mode
// does with the same settings and input, byte for byte.
func TestReproConfirm(t *testing.T) {
	interptest.Each(t, func(t *testing.T, p *interp.Process) {
		py := p.Interpreter.Version
		py3 := py
		if py.Path() == ingest.Py2 {
			py3 = ingest.Python313
		}
		root := t.TempDir()
		var inputs []ingest.Input
		var cases []*Case
		for i := range reproPolicies {
			for j, in := range reproInputs {
				if (i+j)%3 != 0 && interptest.Cases(1000) < 1000 {
					continue // every policy with a third of the inputs, unless make confirm asks for all
				}
				c := reproCase(t, py3, i, in)
				writeScript(t, filepath.Join(root, fmt.Sprintf("%04d", len(cases))), c)
				inputs = append(inputs, ingest.Input{Name: "stock.csv", Data: strings.NewReader(in), Size: int64(len(in)), Settings: c.Settings(py.Path())})
				cases = append(cases, c)
			}
		}
		want, err := p.Batch(context.Background(), inputs)
		if err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command(p.Interpreter.Path, "-c", driver, root).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		wrong := 0
		for i, c := range cases {
			got, err := os.ReadFile(filepath.Join(root, fmt.Sprintf("%04d", i), "out"))
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(withoutComments(got), wire.AppendOutcome(nil, want[i])) {
				wrong++
				t.Errorf("%s\ninput %q\n got %q\nwant %q", c.Settings(py.Path()), c.Input, got, wire.AppendOutcome(nil, want[i]))
			}
		}
		interptest.Record(t, "repro", p, len(cases), wrong)
	})
}

func writeScript(t *testing.T, dir string, c *Case) {
	t.Helper()
	repro, err := c.Repro()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{reproFile: repro, inputFile: c.Input} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// withoutComments drops the lines that are not of the wire form.
func withoutComments(out []byte) []byte {
	var kept []byte
	for line := range bytes.Lines(out) {
		if line[0] != '#' {
			kept = append(kept, line...)
		}
	}
	return kept
}

// TestReproScript runs one script as a developer does: by itself, from another
// directory, its output a pipe in a C locale.
func TestReproScript(t *testing.T) {
	c := reproCase(t, ingest.Python313, 0, "na,\xe9\n")
	c.Fix = "name the codec\nimport os; os.abort()"
	c.Outcomes[0] = outcome(t, `["na","x"]`)
	c.Outcomes[1] = outcome(t, `["na","y"]`)
	s := NewStore(t.TempDir())
	dir, _, err := s.Write(c)
	if err != nil {
		t.Fatal(err)
	}
	interptest.Each(t, func(t *testing.T, p *interp.Process) {
		cmd := exec.Command(p.Interpreter.Path, filepath.Join(dir, reproFile))
		cmd.Dir, cmd.Env = t.TempDir(), []string{"LC_ALL=C"}
		out, err := cmd.CombinedOutput()
		want := "{\"fault\":{\"type\":\"UnicodeDecodeError\",\"message\":\"'utf8' codec can't decode byte 0xe9 in position 0: unexpected end of data\",\"row\":1}}\n"
		if p.Interpreter.Version.Path() == ingest.Py3 {
			want = "{\"fault\":{\"type\":\"UnicodeDecodeError\",\"message\":\"'utf-8' codec can't decode byte 0xe9 in position 3: invalid continuation byte\",\"row\":1}}\n"
		}
		if want += "# first difference: row 1, column 2\n"; err != nil || string(out) != want {
			t.Errorf("%v, printed\n%s\nwant\n%s", err, out, want)
		}
	})
}

// TestReproIsShort keeps scripts to what their case needs.
func TestReproIsShort(t *testing.T) {
	c := reproCase(t, ingest.Python313, 0, "")
	c.Py2.Codec, c.Py3.Codec = "latin-1", "cp1252"
	text, err := c.Repro()
	if err != nil {
		t.Fatal(err)
	}
	for _, foreign := range []string{"codecs", "decimal", "sniff", "DictReader", "codepoints", "binascii", "convert", "clean"} {
		if bytes.Contains(text, []byte(foreign+".")) || bytes.Contains(text, []byte(foreign+"(")) {
			t.Errorf("a plain case's script holds %q", foreign)
		}
	}
	if n := bytes.Count(text, []byte("\n")); n > 75 {
		t.Errorf("a plain case's script has %d lines", n)
	}
}

func outcome(t *testing.T, lines ...string) ingest.Outcome {
	t.Helper()
	o, err := wire.ReadOutcome(strings.NewReader(strings.Join(lines, "\n") + "\n"))
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// adapters is team code that yields whatever the wire form knows, and faults.
const adapters = `# -*- coding: utf-8 -*-
import collections, csv, datetime, decimal, os, uuid
def everything(path):
    yield [os.path.basename(path), 1, 2.5, True, None, decimal.Decimal('1.10'), datetime.date(2026, 11, 22)]
    yield (datetime.datetime(2026, 11, 22, 1, 2, 3), set([u'b', u'a']), {u'k': [b'x', u'\u00e9']}, 1j)
    yield collections.OrderedDict([(None, 1), ('a', 10 ** 30)])
    with open(path) as f:
        for row in csv.reader(f):
            yield row
def mapping(path):
    return {u'sku': [1, 2]}
def leaves(path):
    yield []
    raise SystemExit('enough')
def unicode_message(path):
    raise ValueError(u'\u00e9')
def csv_error(path):
    raise csv.Error('mine')
TABLE = []
class Item(object):
    def __init__(self, sku):
        self.sku, self.qty = sku, 1
class Slotted(object):
    __slots__ = ('b', 'a')
    def __init__(self):
        self.b, self.a = 1, [Item(u'inner')]
class Importer(object):
    def load(self, f):
        for line in f:
            TABLE.append(Item(line.strip()))
            yield 'not compared'
        TABLE.append(uuid.UUID(int=1))
        TABLE.append(Slotted())
        raise ValueError('at the end')
def importer():
    return Importer()
def setup():
    TABLE.append(u'set up')
def table(made):
    return TABLE + [type(made).__name__]
def one():
    return Item(u'A-1')
def fill(path):
    pass
`

// TestReproCallConfirm holds scripts of the team's own code to what call mode of
// the real interpreters does.
func TestReproCallConfirm(t *testing.T) {
	project := t.TempDir()
	if err := os.WriteFile(filepath.Join(project, "adapters.py"), []byte(adapters), 0o666); err != nil {
		t.Fatal(err)
	}
	eng := interp.NewEngine(interp.Options{})
	defer eng.Close()
	interptest.Each(t, func(t *testing.T, p *interp.Process) {
		py, n, wrong := p.Interpreter.Version, 0, 0
		for function, around := range map[string]Around{
			"adapters:everything": {}, "adapters:mapping": {}, "adapters:leaves": {}, "adapters:unicode_message": {}, "adapters:csv_error": {},
			"load":          {Factory: "adapters:importer", Setup: "adapters:setup", Collect: "adapters:table", Args: ingest.ArgsFileRB},
			"adapters:fill": {Collect: "adapters:one", Args: ingest.ArgsFileText},
		} {
			c := reproCase(t, ingest.Python313, 0, "sku,qty\nA1,3\n")
			c.Calls, c.Around = [2]string{function, function}, [2]Around{around, around}
			call := &ingest.Call{Python: p.Interpreter.Path, Dir: project, Version: py}
			in := *c
			in.Py2.Python, in.Py3.Python = py, py
			want, err := in.run(context.Background(), eng, py.Path(), ReplayOptions{Calls: [2]*ingest.Call{call, call}})
			if err != nil {
				t.Fatalf("%s: %v", function, err)
			}
			c.Outcomes[py.Path()] = want
			dir := filepath.Join(t.TempDir(), "case")
			writeScript(t, dir, c)
			cmd := exec.Command(p.Interpreter.Path, filepath.Join(dir, reproFile))
			cmd.Dir = project
			out, err := cmd.CombinedOutput()
			if want.Fault != nil {
				want.Fault.Record = 0 // the script does not count
			}
			if n++; err != nil || !bytes.Equal(withoutComments(out), wire.AppendOutcome(nil, want)) {
				wrong++
				t.Errorf("%s: %v, printed\n%swant\n%s", function, err, out, wire.AppendOutcome(nil, want))
			}
		}
		interptest.Record(t, "repro call", p, n, wrong)
	})
}
