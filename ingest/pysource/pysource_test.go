package pysource

import (
	"fmt"
	"strings"
	"testing"
)

// TestLines: what ends a logical line and what does not.
func TestLines(t *testing.T) {
	for _, tt := range []struct{ why, source, want string }{
		{"lines", "a = 1\nb\n", "1:0 a = 1|2:0 b"},
		{"brackets", "f(a,\n  b)\nc\n", "1:0 f ( a , b )|3:0 c"},
		{"a backslash", "a = \\\n  b\nc", "1:0 a = b|3:0 c"},
		{"comments and blanks", "# x\n\n   # y\nif a: # z\n\tb\n", "4:0 if a :|5:8 b"},
		{"a comment in brackets", "f(a, # )\n b)\n", "1:0 f ( a , b )"},
		{"strings", `a = "x # y" 'it\'s' r'\' b"1"` + "\nc\n", `1:0 a = "x # y" 'it\'s' r'\' b"1"|2:0 c`},
		{"a docstring", "\"\"\"one\n  two \"x\" # y\n\"\"\"\na\n", "1:0 \"\"\"one\n  two \"x\" # y\n\"\"\"|4:0 a"},
		{"a string that does not end", "a = 'x\nb\n", "1:0 a = 'x|2:0 b"},
		{"semicolons", "if a: b; c\n", "1:0 if a : b|1:0 c"},
		{"line ends", "a\r\nb\rc", "1:0 a|2:0 b|3:0 c"},
		{"a mark", "\ufeffa\n", "1:0 a"},
		{"a bracket too many", "a)\nb\n", "1:0 a )|2:0 b"},
		{"bytes of another charset", "caf\xe9 = 1\n", "1:0 caf\xe9 = 1"},
		{"nothing", "", ""},
	} {
		var got []string
		for _, l := range Lines([]byte(tt.source)) {
			var words []string
			for _, tok := range l.Tokens {
				words = append(words, tok.Text)
			}
			got = append(got, fmt.Sprintf("%d:%d %s", l.Number, l.Indent, strings.Join(words, " ")))
		}
		if s := strings.Join(got, "|"); s != tt.want {
			t.Errorf("%s: %q, want %q", tt.why, s, tt.want)
		}
	}
}

func TestValue(t *testing.T) {
	for literal, want := range map[string]string{
		`'rb'`: "rb", `u"utf-8"`: "utf-8", `r'\t'`: `\t`, `'\t'`: "\t", `'''a'''`: "a", `b''`: "", `'it\'s'`: "it's",
	} {
		toks := Lines([]byte(literal))[0].Tokens
		if got, ok := toks[0].Value(); !ok || got != want {
			t.Errorf("%s: %q, %v", literal, got, ok)
		}
	}
	for _, none := range []string{`f'{x}'`, "x", "1"} {
		if got, ok := Lines([]byte(none))[0].Tokens[0].Value(); ok {
			t.Errorf("%s: %q", none, got)
		}
	}
}

// TestCondition: how people ask which Python it is.
func TestCondition(t *testing.T) {
	for source, want := range map[string]Pythons{
		"six.PY2": Py2, "PY2": Py2, "compat.PY3": Py3, "not six.PY2": Py3, "not (PY3)": Py2,
		"sys.version_info[0] == 2": Py2, "sys.version_info[0] < 3": Py2, "sys.version_info < (3,)": Py2, "sys.version_info < (3, 0)": Py2,
		"sys.version_info.major >= 3": Py3, "sys.version_info[0] > 2": Py3, "sys.version_info >= (3, 0)": Py3, "sys.version_info[:1] == (3,)": Py3,
		"sys.version_info[0] != 3": Py2, "str is bytes": Py2, "bytes is not str": Py3, "six.PY2 and path": Py2,
		"path": 0, "sys.version_info >= (2, 7)": 0, "PY2ish": 0, "": 0,
	} {
		var toks []Token
		if lines := Lines([]byte(source)); len(lines) > 0 {
			toks = lines[0].Tokens
		}
		if got := Condition(toks); got != want {
			t.Errorf("%s: %d, want %d", source, got, want)
		}
	}
}

// TestBranches: which Python runs a call, by all the ways in which code parts.
func TestBranches(t *testing.T) {
	for _, tt := range []struct{ why, source string }{
		{"if", "if PY2:\n    two()\nelse:\n    three()\nboth()\n"},
		{"elif", "if PY2:\n    two()\nelif x:\n    both()\n"},
		{"a return", "def f():\n    if six.PY2:\n        return two()\n    return three()\n"},
		{"a raise", "def f():\n    if not PY3:\n        raise two()\n    three()\ndef g():\n    both()\n"},
		{"no return", "def f():\n    if six.PY2:\n        two()\n    both()\n"},
		{"an expression", "x = two() if six.PY2 else three()\n"},
		{"an argument", "both(two() if PY2 else three(), both())\n"},
		{"on one line", "if PY2: two()\nelse: three()\n"},
		{"a function of one", "if PY2:\n    def f():\n        two()\nelse:\n    def f():\n        three()\n"},
		{"a class", "class A:\n    if PY3:\n        def f(self):\n            three()\n    def g(self):\n        both()\n"},
		{"except", "try:\n    both()\nexcept ImportError:\n    three()\nboth()\n"},
		{"nested", "if PY2:\n    if x:\n        two()\n    else:\n        two()\nboth()\n"},
		{"with", "with both(two() if PY2 else three()) as f:\n    both()\n"},
	} {
		n := 0
		for _, f := range Read([]byte(tt.source)).Functions {
			for _, c := range f.Calls {
				n++
				if want := map[string]Pythons{"two": Py2, "three": Py3, "both": Both}[c.Callee]; c.Python != want {
					t.Errorf("%s: %s() is run by %d, want %d", tt.why, c.Callee, c.Python, want)
				}
			}
		}
		if want := strings.Count(tt.source, "()") + strings.Count(tt.source, "both(two") - strings.Count(tt.source, "def "); n < want-2 || n == 0 {
			t.Errorf("%s: %d calls", tt.why, n)
		}
	}
}

// TestRead: functions, their parameters and ends, calls with arguments and chains.
func TestRead(t *testing.T) {
	m := Read([]byte(`
import csv, codecs as c
from io import (open,
                StringIO as S)
from .compat import open_csv

class Reader(Base):
    def __init__(self, path, encoding='utf-8', *args, **kw):
        self.rows = csv.reader(open(path, mode='rb'), delimiter=';', **kw)

    async def read(self):
        for row in self.rows:
            yield [x.decode(self.encoding) for x in row]

def lines(path):
    with open_csv(path) as f:
        return f.read().decode('latin-1').splitlines()

def broken(
`))
	var imports []string
	for _, i := range m.Imports {
		imports = append(imports, i.Name+"="+i.Target)
	}
	if got := strings.Join(imports, " "); got != "csv=csv c=codecs open=io.open S=io.StringIO open_csv=.compat.open_csv" {
		t.Errorf("imports %s", got)
	}
	var functions []string
	for _, f := range m.Functions {
		var calls []string
		for _, c := range f.Calls {
			calls = append(calls, c.Callee+fmt.Sprint(len(c.Args))+strings.Join(c.Chain, "."))
		}
		var params []string
		for _, p := range f.Params {
			params = append(params, p.Name+Text(p.Default))
		}
		functions = append(functions, fmt.Sprintf("%s.%s:%d(%s) %v %d %s", f.Class, f.Name, f.Line, strings.Join(params, ","), f.Yields, len(f.Returns), strings.Join(calls, " ")))
	}
	want := []string{
		".:0() false 0 ",
		"Reader.__init__:8(path,encoding'utf-8') false 0 csv.reader3 open2",
		"Reader.read:11() true 0 x.decode1",
		".lines:15(path) false 1 open_csv1 f.read0decode.splitlines .decode1splitlines .splitlines0",
		".broken:19() false 0 ",
	}
	if strings.Join(functions, "\n") != strings.Join(want, "\n") {
		t.Errorf("functions\n%s\nwant\n%s", strings.Join(functions, "\n"), strings.Join(want, "\n"))
	}
}

// FuzzRead: whatever a file holds, reading it ends and does not fail.
func FuzzRead(f *testing.F) {
	f.Add([]byte("def f(a=1):\n  return x if PY2 else (y"))
	f.Add([]byte("if PY2:\n\tf(\n'''"))
	f.Add([]byte("class"))
	f.Add([]byte("x = y if"))
	f.Add([]byte("@\nelse:\nexcept ImportError:\n(((]"))
	f.Fuzz(func(_ *testing.T, data []byte) { Read(data) })
}
