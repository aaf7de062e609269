package sweep

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/interp/interptest"
)

// TestPolicyStaleConfirm: a pair that the code has left behind is told with the place
// in the code and the pair to declare; one that is what the code does is not.
func TestPolicyStaleConfirm(t *testing.T) {
	const code = `import csv, io, sys
def rows(path):
    f = open(path, 'rb') if sys.version_info[0] == 2 else open(path, encoding='cp1252')
    with f:
        for row in csv.reader(f, delimiter=';'):
            yield row
`
	onEachPython3(t, func(t *testing.T, p *interp.Process) {
		dir := t.TempDir()
		for name, text := range map[string]string{"stock.py": code, "deliveries/1.csv": "sku;qty\nA-1;2\n", "feedparity.yaml": `paths: {py2: {python: python2.7}, py3: {python: python3}}
defaults: {source: deliveries, call: "stock:rows", effects: none}
feeds:
  left: {pair: {py2: {codec: latin-1, dialect: ["delimiter=;"]}, py3: {codec: utf-8, dialect: excel}}}
  kept: {pair: {py2: {codec: latin-1, dialect: ["delimiter=;"]}, py3: {open: text-universal, codec: windows-1252, dialect: ["delimiter=;"]}}}
  none: {}
`} {
			if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o777); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		c, err := config.Load(filepath.Join(dir, "feedparity.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range c.Feeds {
			f.Calls[ingest.Py3].Python, f.Calls[ingest.Py3].Version = p.Interpreter.Path, p.Interpreter.Version
		}
		w := newWorld(t, c.Feeds...)
		real := interp.NewEngine(interp.Options{})
		defer real.Close()
		w.line.Calls = real
		const declare = "; declare py3: {open: text-universal, codec: cp1252, dialect: ['delimiter=;']}"
		want := []string{"py3 has open mode text-universal (stock.py:3 in rows) and not text" + declare + "\n" +
			"py3 has codec cp1252 (stock.py:3 in rows) and not utf-8" + declare + "\n" +
			"py3 has delimiter ; (stock.py:5 in rows) and not ,; declare py3: {open: text-universal, codec: cp1252, dialect: ['delimiter=;']}", "", ""}
		mismatches := 0
		for i, f := range w.clean().Feeds {
			var got []string
			for _, s := range f.Deliveries[0].Views[0].Stale {
				got = append(got, s.String())
			}
			if strings.Join(got, "\n") != want[i] || len(f.Deliveries[0].Views[1].Stale) > 0 {
				mismatches++
				t.Errorf("%s:\n got %s\nwant %s", f.Name, strings.Join(got, "\n"), want[i])
			}
		}
		interptest.Record(t, "policy-stale", p, 3, mismatches)
	})
}
