package adopt

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest/config"
)

// write makes files below a new directory: "-- name --" and what is in it.
func write(t *testing.T, text string) string {
	t.Helper()
	dir := t.TempDir()
	for _, part := range strings.Split(text, "-- ")[1:] {
		name, body, _ := strings.Cut(part, " --\n")
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(body), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// summary is a guess in a line, where it was seen left out.
func summary(g Guess) string {
	s := g.yaml()
	if len(g.Notes) > 0 {
		s += " " + strings.Join(g.Notes, "; ")
	}
	return s
}

const splitNote = " lines are split at each separator, also within quotes; line ends within quotes end a row"

// TestArgs: what a function is given, by what it does with it; and what splits texts of
// its own is no ingestion.
func TestArgs(t *testing.T) {
	for source, want := range map[string]string{
		"def load(f):\n    for line in f:\n        yield line.split(';')\n":                                      "[file-text]",
		"def load(f):\n    for line in f:\n        yield line.decode('utf-8').split(';')\n":                      "[file-rb]",
		"def load(p):\n    with open(p) as f:\n        for line in f:\n            yield line.split(';')\n":      "[path]",
		"import pandas\ndef load(path):\n    return pandas.read_csv(path)\n":                                     "[path]",
		"import csv\ndef load(f):\n    return list(csv.reader(f))\n":                                             "[file-text]",
		"def load(path):\n    for tag in path.split('/'):\n        yield tag.split(',')\n":                       "[]",
		"def load(names):\n    for name in names:\n        yield name.split(' ')\n":                              "[]",
		"def load(a, rows):\n    for row in rows:\n        yield row.split(';')\n":                               "[]",
		"def load(f):\n    data = f.read()\n    for line in data.split('\\n'):\n        yield line.split(',')\n": "[file-text]",
	} {
		code, err := ReadCode(t.Context(), write(t, "-- m.py --\n"+source))
		if err != nil {
			t.Fatal(err)
		}
		args := []string{}
		for _, m := range code.Modules {
			args = append(args, string(m.Args))
		}
		if got := fmt.Sprint(args); got != want {
			t.Errorf("%s%s, want %s", source, got, want)
		}
	}
}

// TestGuess: the idioms by which code reads CSV, on either Python.
func TestGuess(t *testing.T) {
	for _, tt := range []struct{ why, source, py2, py3 string }{
		{"a six-style switch",
			"import six, csv\ndef load(path):\n    if six.PY2:\n        f = open(path, 'rb')\n    else:\n        f = open(path, 'r', encoding='utf-8', newline='')\n    return list(csv.reader(f, delimiter=';'))\n",
			`{open: bytes, codec: latin-1, dialect: "delimiter=;"}`, `{open: text, codec: utf-8, dialect: "delimiter=;"}`},
		{"a switch in one expression",
			"import csv, sys\nPY2 = sys.version_info[0] == 2\ndef load(path):\n    with (open(path, 'rb') if PY2 else open(path, newline='', encoding='cp1252')) as f:\n        for row in csv.reader(f):\n            yield [c.decode('cp1252') if PY2 else c for c in row]\n",
			"{open: bytes-decode, codec: cp1252, dialect: excel}", "{open: text, codec: cp1252, dialect: excel}"},
		{"arguments in a dict",
			"import csv, six\nkw = {'mode': 'rb'} if six.PY2 else {'mode': 'r', 'encoding': 'latin-1', 'newline': ''}\ndef load(path):\n    kw = {'mode': 'rb'} if six.PY2 else {'encoding': 'latin-1', 'newline': ''}\n    return list(csv.reader(open(path, **kw)))\n",
			"{open: bytes, codec: latin-1, dialect: excel}", "{open: text, codec: latin-1, dialect: excel}"},
		{"codecs.open",
			"import csv, codecs\nENCODING = 'utf-8-sig'\ndef load(path):\n    return list(csv.reader(codecs.open(path, 'r', ENCODING, 'replace')))\n",
			"{open: codecs-open, codec: utf-8-sig, errors: replace, dialect: excel}", "{open: codecs-open, codec: utf-8-sig, errors: replace, dialect: excel}"},
		{"io.open with newline",
			"import csv, io\ndef load(path, encoding='utf-8'):\n    return [r for r in csv.reader(io.open(path, encoding=encoding, newline=''))]\n",
			"{open: io-open, codec: utf-8, dialect: excel}", "{open: text, codec: utf-8, dialect: excel}"},
		{"io.open without newline",
			"import csv\nfrom io import open\ndef load(path):\n    return [r for r in csv.reader(open(path, encoding='utf-8'))]\n",
			"{open: io-open, codec: utf-8, dialect: excel} without newline='' line ends within quotes are translated, which io-open does not do", "{open: text-universal, codec: utf-8, dialect: excel}"},
		{"open alone",
			"import csv\ndef load(path):\n    return [r for r in csv.DictReader(open(path))]\n",
			"{open: bytes, codec: latin-1, dialect: excel, reader: dict}", "{open: locale, codec: locale, dialect: excel, reader: dict}"},
		{"universal newlines",
			"import csv\ndef load(path):\n    for row in csv.reader(open(path, 'rU'), dialect='excel-tab'):\n        yield [c.decode('cp1250', 'ignore') for c in row]\n",
			`{open: universal, codec: cp1250, errors: ignore, dialect: "delimiter=\\t"}`, `{open: locale, codec: locale, dialect: "delimiter=\\t"}`},
		{"unicodecsv", "import unicodecsv\ndef load(path):\n    return list(unicodecsv.DictReader(open(path, 'rb'), encoding='latin-1', quotechar='\\''))\n",
			`{open: bytes-decode, codec: latin-1, dialect: "quotechar='", reader: dict}`, `{open: iterdecode, codec: latin-1, dialect: "quotechar='", reader: dict}`},
		{"unicodecsv where there is one",
			"try:\n    import unicodecsv as csv\nexcept ImportError:\n    import csv\ndef load(path):\n    return list(csv.reader(open(path, 'rb')))\n",
			"{open: bytes-decode, codec: utf-8, dialect: excel}", "{codec: detected, dialect: excel} csv of Python 3 refuses bytes: this raises on the first line"},
		{"lines", "import csv\ndef load(path):\n    text = open(path, 'rb').read().decode('utf-8')\n    return list(csv.reader(text.splitlines()))\n",
			"{open: splitlines, codec: utf-8, dialect: excel}", "{open: splitlines, codec: utf-8, dialect: excel}"},
		{"a string", "import csv, io\ndef load(path):\n    return list(csv.reader(io.StringIO(open(path, 'rb').read().decode('cp1252'))))\n",
			"{open: bytes-decode, codec: cp1252, dialect: excel}", "{open: stringio, codec: cp1252, dialect: excel}"},
		{"iterdecode", "import csv, codecs\ndef load(path):\n    return list(csv.reader(codecs.iterdecode(open(path, 'rb'), 'utf-8')))\n",
			"{open: bytes, codec: latin-1, dialect: excel}", "{open: iterdecode, codec: utf-8, dialect: excel}"},
		{"a wrapper", "import csv, io\ndef load(path):\n    f = open(path, 'rb')\n    return list(csv.reader(io.TextIOWrapper(f, encoding='utf-8', newline='')))\n",
			"{open: io-open, codec: utf-8, dialect: excel}", "{open: text, codec: utf-8, dialect: excel}"},
		{"the recipe of the csv docs",
			"import codecs, csv\nclass Recoder:\n    def __init__(self, f, encoding):\n        self.reader = codecs.getreader(encoding)(f)\n    def next(self):\n        return self.reader.next().encode('utf-8')\ndef load(path):\n    f = Recoder(open(path, 'rb'), 'cp1252')\n    return list(csv.reader(f))\n",
			"{open: recode, codec: cp1252, dialect: excel}", "{open: codecs-open, codec: cp1252, dialect: excel}"},
		{"a sniffer", "import csv\ndef load(path):\n    f = open(path, 'rb')\n    d = csv.Sniffer().sniff(f.read(1024))\n    return list(csv.reader(f, d))\n",
			"{open: bytes, codec: latin-1, sniff: true}", "{codec: detected, sniff: true} csv of Python 3 refuses bytes: this raises on the first line"},
		{"quoting", "import csv\ndef load(path):\n    return list(csv.reader(open(path, newline='', encoding='utf-8'), quoting=csv.QUOTE_NONE, quotechar=None, strict=True))\n",
			`{open: bytes, codec: latin-1, dialect: ["quoting=QUOTE_NONE", "quotechar=None", "strict=True"]}`, `{open: text, codec: utf-8, dialect: ["quoting=QUOTE_NONE", "quotechar=None", "strict=True"]}`},
		{"what only a run can tell", "import csv\ndef load(path, encoding):\n    return list(csv.reader(open(path, newline='', encoding=encoding), delimiter=find(path)))\n",
			"{open: bytes, codec: latin-1, dialect: excel} delimiter= is no literal: find(path) (m.py:3)",
			"{open: text, codec: detected, dialect: excel} delimiter= is no literal: find(path) (m.py:3); encoding= is no literal: encoding (m.py:3)"},
		{"lines that are split", "def load(path):\n    with open(path) as f:\n        for line in f:\n            yield line.rstrip('\\n').split(';')\n",
			`{open: bytes, codec: latin-1, dialect: ["delimiter=;", "quoting=QUOTE_NONE", "quotechar=None"]}` + splitNote,
			`{open: locale, codec: locale, dialect: ["delimiter=;", "quoting=QUOTE_NONE", "quotechar=None"]}` + splitNote},
		{"lines of a file that is given", "def load(f):\n    for n, raw in enumerate(f):\n        line = raw.decode('cp1252').strip()\n        yield [c.strip() for c in line.split('\\t')]\n",
			`{open: bytes-decode, codec: cp1252, dialect: ["delimiter=\\t", "quoting=QUOTE_NONE", "quotechar=None"]}` + splitNote,
			`{open: stringio, codec: cp1252, dialect: ["delimiter=\\t", "quoting=QUOTE_NONE", "quotechar=None"]}` + splitNote},
		{"lines in brackets, opened by another function", "import io\ndef lines(path):\n    return io.open(path, encoding='utf-8', newline='')\ndef load(path):\n    source = lines(path)\n    return [l.strip().split(u',') for l in source if l]\n",
			`{open: io-open, codec: utf-8, dialect: ["quoting=QUOTE_NONE", "quotechar=None"]}` + splitNote,
			`{open: text, codec: utf-8, dialect: ["quoting=QUOTE_NONE", "quotechar=None"]}` + splitNote},
		{"a line after the other", "def load(path):\n    f = open(path)\n    line = f.readline()\n    while line:\n        yield line.split('|')\n        line = f.readline()\n",
			`{open: bytes, codec: latin-1, dialect: ["delimiter=|", "quoting=QUOTE_NONE", "quotechar=None"]}` + splitNote,
			`{open: locale, codec: locale, dialect: ["delimiter=|", "quoting=QUOTE_NONE", "quotechar=None"]}` + splitNote},
		{"pandas", "import pandas as pd\ndef load(path):\n    return pd.read_csv(path)\n",
			"{codec: detected, dialect: excel} pandas.read_csv is not the csv module: name the function with call", "{codec: detected, dialect: excel} pandas.read_csv is not the csv module: name the function with call"},
	} {
		code, err := ReadCode(t.Context(), write(t, "-- m.py --\n"+tt.source))
		if err != nil {
			t.Fatal(err)
		}
		if len(code.Modules) != 1 {
			t.Errorf("%s: %d functions, want 1: %+v", tt.why, len(code.Modules), code.Modules)
			continue
		}
		if got := summary(code.Modules[0].Py2); got != tt.py2 {
			t.Errorf("%s: py2 %s\nwant %s", tt.why, got, tt.py2)
		}
		if got := summary(code.Modules[0].Py3); got != tt.py3 {
			t.Errorf("%s: py3 %s\nwant %s", tt.why, got, tt.py3)
		}
	}
}

const aProject = `
-- app/__init__.py --
-- app/files.py --
from __future__ import unicode_literals
import sys
if sys.version_info < (3,):
    def open_text(path, encoding):
        return open(path, 'rb')
else:
    def open_text(path, encoding):
        return open(path, encoding=encoding, newline='')
-- app/base.py --
import csv
from . import files
class Importer(object):
    def __init__(self, encoding='latin-1'):
        self.encoding = encoding
    def _rows(self, path):
        return csv.DictReader(files.open_text(path, self.encoding))
    def total(self, path, country, currency='EUR'):
        return sum(int(r['qty']) for r in self._rows(path))
-- app/tools.py --
from csv import reader
from app.files import open_text
def table(fh):
    out = {}
    for row in reader(fh):
        out[row[0]] = row
    return out
def log(path):
    with open('import.log', 'a') as log:
        log.write('%d' % len(list(reader(open_text(path, 'utf-8')))))
def unused(path):
    return path
-- scripts/nightly.py --
import csv, sys
for row in csv.reader(open(sys.argv[1])):
    print(row)
-- scripts/test_nightly.py --
import csv
def test(): csv.reader(open('x'))
-- venv/pyvenv.cfg --
version = 3.11.9
-- venv/lib/x.py --
import csv
def f(path): return csv.reader(open(path))
`

// TestReadCode: across files of a project, only the functions that others do not call
// are ingestion, each with its shape, and with what it wants.
func TestReadCode(t *testing.T) {
	code, err := ReadCode(t.Context(), write(t, aProject))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range code.Modules {
		seen := ""
		if len(m.Py3.Seen) > 0 {
			seen = m.Py3.Seen[0].String()
		}
		got = append(got, fmt.Sprintf("%s:%d %s %s %s class=%v needs=%v writes=%v %s %s/%s", m.File, m.Line, m.Call, m.Shape, m.Args, m.Class, m.Needs, m.Writes, seen, m.Py3.Open, m.Py3.Codec))
	}
	want := []string{
		"app/base.py:8 app.base:Importer.total value path class=true needs=[country] writes=[] app/files.py:8 open(path, encoding=encoding, newline='') text/latin-1",
		"app/tools.py:3 app.tools:table mapping file-text class=false needs=[] writes=[] app/tools.py:5 reader(fh) locale/locale",
		"app/tools.py:8 app.tools:log None path class=false needs=[] writes=[app/tools.py:9 open('import.log', 'a')] app/files.py:8 open(path, encoding=encoding, newline='') text/utf-8",
		"scripts/nightly.py:2  None path class=false needs=[] writes=[] scripts/nightly.py:2 open(sys.argv[1]) locale/locale",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("found\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if _, err := ReadCode(t.Context(), filepath.Join(t.TempDir(), "nowhere")); err == nil {
		t.Error("a directory that is not there was read")
	}
}

// TestReadPackage: a package that is named itself is imported from above it.
func TestReadPackage(t *testing.T) {
	dir := write(t, "-- shop/__init__.py --\n-- shop/feeds/__init__.py --\n-- shop/feeds/stock.py --\nimport csv\nfrom ..files import text\ndef load(path):\n    return list(csv.reader(text(path)))\n"+
		"-- shop/files.py --\ndef text(path):\n    return open(path, encoding='utf-8', newline='')\n")
	for at, wantRoot := range map[string]string{".": dir + "/.", "shop": dir, "shop/feeds": dir} {
		code, err := ReadCode(t.Context(), dir+"/"+at)
		if err != nil || len(code.Modules) != 1 || code.Modules[0].Call != "shop.feeds.stock:load" {
			t.Errorf("%s: %+v, %v", at, code.Modules, err)
		}
		if root, _ := Root(dir + "/" + at); root != wantRoot {
			t.Errorf("%s: root %s, want %s", at, root, wantRoot)
		}
	}
}

// TestReadLargeCode: a project with more ways through it than can be walked is read
// all the same, and code without any CSV gives a configuration that can be read.
func TestReadLargeCode(t *testing.T) {
	var b strings.Builder
	b.WriteString("-- m.py --\nimport csv\n")
	const layers = 30
	for i := range layers {
		for j := range 3 {
			fmt.Fprintf(&b, "def f%d_%d(path):\n    return [f%d_0(path), f%d_1(path), f%d_2(path)]\n", i, j, i+1, i+1, i+1)
		}
	}
	for j := range 3 {
		fmt.Fprintf(&b, "def f%d_%d(path):\n    return list(csv.reader(open(path)))\n", layers, j)
	}
	fmt.Fprintf(&b, "def load(path):\n    return f%d_0(path)\n", layers-2)
	code, err := ReadCode(t.Context(), write(t, b.String()))
	if err != nil {
		t.Fatal(err)
	}
	if m := moduleNamed(code, "m:load"); m == nil || m.Py3.Open != "locale" {
		t.Errorf("load was not found: %+v", code.Modules)
	}
	code, err = ReadCode(t.Context(), write(t, "-- m.py --\nopen('x')\n"))
	if err != nil || len(code.Modules) != 0 {
		t.Fatalf("%+v, %v", code, err)
	}
	if _, err := config.Read("/srv/feedparity.yaml", []byte((&Plan{Root: ".", Code: code}).Config())); err != nil {
		t.Error(err)
	}
}

func moduleNamed(code Code, call string) *Module {
	for i, m := range code.Modules {
		if m.Call == call {
			return &code.Modules[i]
		}
	}
	return nil
}

// TestMethodsLeaveState: what a feed names to collect what a method leaves is there.
func TestMethodsLeaveState(t *testing.T) {
	code, err := ReadCode(t.Context(), write(t, "-- m.py --\nimport csv\nclass Importer(object):\n    def run(self, path):\n        self.rows = list(csv.reader(open(path)))\n"))
	if err != nil {
		t.Fatal(err)
	}
	p := &Plan{Root: ".", Code: code}
	if c, a := p.Config(), p.Adapters(); !strings.Contains(c, `collect: "adapters:importer_run_result"`) || !strings.Contains(a, "\ndef importer_run_result(made):\n") {
		t.Errorf("%s\n%s", c, a)
	}
}
