package adopt

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/detect"
	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/interp/interptest"
)

// planOf makes a plan of names and code.
func planOf(t *testing.T, code, sample string, names ...string) *Plan {
	t.Helper()
	p := &Plan{Source: "ftp://ftp.example.com/out", User: "feed", Password: "ACME_PASSWORD", Root: "src", Left: []string{"README", "a.pdf"}}
	found, err := detect.Bytes([]byte(sample), detect.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, pattern := range Patterns(names) {
		p.Feeds = append(p.Feeds, FeedPlan{Pattern: pattern, Sample: pattern.Names[0], Found: found})
	}
	if p.Code, err = ReadCode(t.Context(), write(t, code)); err != nil {
		t.Fatal(err)
	}
	return p
}

// TestConfig: what is written can be read, and says what was found.
func TestConfig(t *testing.T) {
	latin := "sku;name\r\n1;Caf\xe9 cr\xe8me br\xfbl\xe9e\r\n2;fa\xe7ade\r\n"
	p := planOf(t, aProject, latin, "table_20261124.csv", "table_20261125.csv", "prices[1].csv", "\xff\x01odd.csv")
	text := p.Config()
	c, err := config.Read("/srv/feedparity.yaml", []byte(text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	f, err := c.Feed("table")
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if f.Source.URL != "ftp://ftp.example.com/out" || f.Source.User != "feed" || c.Root != "/srv/src" || f.Match[0] != "table_*.csv" || f.Charset == "" {
		t.Errorf("%+v", f)
	}
	call := f.Calls[ingest.Py3]
	if call == nil || call.Function != "app.tools:table" || call.Args != ingest.ArgsFileText || f.Pair.Py2.Dialect[0].String() != "delimiter=;" {
		t.Errorf("call %+v, pair %+v", call, f.Pair)
	}
	for _, want := range []string{
		"# guessed from table_20261124.csv, confidence ", "# app/tools.py:3 reads it: guessed, by its name.", "  # base: # app/base.py:8",
		`#   factory: "adapters:make_importer"`, `# TODO: none was found here: its path`, "password: {env: ACME_PASSWORD}",
		"# TODO: scripts/nightly.py is a script", "# Taken for no deliveries by their names: README, a.pdf", "effects: none # TODO: it writes, app/tools.py:9 open('import.log', 'a')",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not said in\n%s", want, text)
		}
	}
}

// TestConfigOfCode: without files each function is a feed, and every one can be read.
func TestConfigOfCode(t *testing.T) {
	p := planOf(t, aProject+`-- app/shelf.py --
import csv, io
from django.db import transaction
from app.models import Item
def fill(path):
    for row in csv.reader(io.open(path)):
        Item.objects.create(name=row[0])
-- app/settings.py --
INSTALLED_APPS = ['app']
`, "")
	text := p.Config()
	c, err := config.Read("/srv/feedparity.yaml", []byte(text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	var names []string
	for _, f := range c.Feeds {
		names = append(names, f.Name)
	}
	if got := strings.Join(names, " "); got != "base shelf tools-table tools-log scripts-nightly" {
		t.Errorf("feeds %s\n%s", got, text)
	}
	f, err := c.Feed("shelf")
	if err != nil {
		t.Fatal(err)
	}
	if call := f.Calls[ingest.Py2]; call.Setup != "adapters:django_setup" || call.Collect != "adapters:fill_result" || call.Env["DJANGO_SETTINGS_MODULE"] != "app.settings" || call.Effects.Rollback[0] != ":memory:" {
		t.Errorf("%+v", call)
	}
	adapters := p.Adapters()
	for _, want := range []string{"def fill(path):", "apps.get_model('app', 'Item')", "def make_importer():", "def django_setup():", "# guessed: app/base.py:8"} {
		if !strings.Contains(adapters, want) {
			t.Errorf("%q is not in\n%s", want, adapters)
		}
	}
}

// yourCode is what the adapters are about where none was found.
const yourCode = `
import csv
TABLE = []
def rows(path):
    with open(path) as f:
        return list(csv.reader(f))
def generator(path):
    return iter(rows(path))
def mapping(path):
    return dict((r[0], r) for r in rows(path))
def value(path):
    return '%d rows' % len(rows(path))
def load(path):
    TABLE.extend(rows(path))
class Article(object):
    def __init__(self, row):
        self.sku, self.price = row
class Importer(object):
    def read(self, path):
        return [Article(r) for r in rows(path)]
`

// TestAdaptersConfirm: what is written for each shape works as it is, on either
// Python.
func TestAdaptersConfirm(t *testing.T) {
	dir := t.TempDir()
	adapters := strings.ReplaceAll((&Plan{}).Adapters(), "from yourcode import list\n", "from yourcode import rows as list\n")
	for name, text := range map[string]string{"yourcode.py": yourCode, "adapters.py": adapters} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	eng := interp.NewEngine(interp.Options{})
	t.Cleanup(func() { eng.Close() })
	interptest.Each(t, func(t *testing.T, p *interp.Process) {
		if v := p.Interpreter.Version; v != ingest.Python27 && v != (ingest.Python{Major: 3, Minor: 6}) && v != ingest.Python313 {
			return // nothing in them depends on more
		}
		for _, tt := range []struct {
			call ingest.Call
			rows int
		}{
			{ingest.Call{Function: "adapters:generator"}, 2},
			{ingest.Call{Function: "adapters:list_of_rows"}, 2},
			{ingest.Call{Function: "adapters:mapping"}, 1},
			{ingest.Call{Function: "adapters:single_value"}, 1},
			{ingest.Call{Function: "adapters:load", Collect: "adapters:load_result"}, 2},
			{ingest.Call{Function: "read", Factory: "adapters:make_importer", Serializers: "adapters:SERIALIZERS"}, 2},
			{ingest.Call{Function: "adapters:generator", Setup: "adapters:setup"}, 2},
		} {
			tt.call.Python, tt.call.Version, tt.call.Dir = p.Interpreter.Path, p.Interpreter.Version, dir
			in := ingest.Input{Name: "stock.csv", Data: strings.NewReader("a,1\nb,2\n"), Size: 8, Settings: ingest.DefaultSettings(p.Interpreter.Version), Call: &tt.call}
			rows, err := eng.Ingest(t.Context(), in)
			if err != nil {
				t.Fatalf("%s: %v", tt.call.Function, err)
			}
			out, err := ingest.Collect(rows)
			if err != nil || out.Fault != nil || len(out.Rows) != tt.rows {
				t.Errorf("%s: %d rows, %v, %v", tt.call.Function, len(out.Rows), out.Fault, err)
			}
		}
	})
}

// TestVirtualEnvs: what an environment's own file says of its Python.
func TestVirtualEnvs(t *testing.T) {
	dir := write(t, "-- code/x.py --\n-- code/ve27/pyvenv.cfg --\nhome = /usr\nversion_info = 2.7.18.final.0\n-- code/ve27/bin/python --\n-- .venv/pyvenv.cfg --\nversion = 3.11.9\n-- .venv/bin/python --\n-- code/ve99/pyvenv.cfg --\nversion = 3.12.1\n")
	got := VirtualEnvs(filepath.Join(dir, "code"))
	if want := [2]string{filepath.Join(dir, "code", "ve27", "bin", "python"), filepath.Join(dir, ".venv", "bin", "python")}; got != want {
		t.Errorf("%v, want %v", got, want)
	}
}
