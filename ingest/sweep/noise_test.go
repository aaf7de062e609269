package sweep

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/feedparity/feedparity/golden"
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/interp/interptest"
)

// noisy is a team's code that marks its rows with all that varies, and that keeps
// what it read in a global by the file's name: were a shrink's candidates or the
// repeats to share a process, they would get another file's rows.
const noisy = `import csv, datetime, os, random
CACHE = {}
def rows(path):
    name = os.path.basename(path)
    if name not in CACHE:
        with open(path) as f:
            CACHE[name] = list(csv.reader(f))
    for sku, words, price in CACHE[name]:
        yield {'sku': sku, 'price': round(float(price), 2), 'words': list(set(words.split())), 'bucket': hash(sku) % 1024,
               'at': datetime.datetime.now().isoformat(), 'drawn': '%.17f' % random.random()}
`

const noisyConfig = `paths: {py2: {python: python2.7}, py3: {python: python3}}
feeds:
  noisy: {source: deliveries, call: "noisy:rows", effects: none}
`

// TestNoiseConfirm: noise is found, left out, reported and remembered; a divergence
// beside it gets its case, with nothing of another file in it.
func TestNoiseConfirm(t *testing.T) {
	want := []string{"at clock", "bucket hash-value", "drawn state", "words hash-order"}
	onEachPython3(t, func(t *testing.T, p *interp.Process) {
		dir := t.TempDir()
		write := func(name, text string) {
			t.Helper()
			if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o777); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		write("noisy.py", noisy)
		write("feedparity.yaml", noisyConfig)
		// Eight words come in the same order on both paths once in 40,320 times.
		write("deliveries/1.csv", "A-1,hedge spade rake hoe fork barrow hose pail,2\nB-2,larch yew elm oak ash alder birch fir,3\n")
		c, err := config.Load(filepath.Join(dir, "feedparity.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		f := c.Feeds[0]
		f.Calls[ingest.Py3].Python, f.Calls[ingest.Py3].Version = p.Interpreter.Path, p.Interpreter.Version
		w := newWorld(t, f)
		real := interp.NewEngine(interp.Options{})
		defer real.Close()
		w.line.Calls, w.line.MinimizeFor = real, 3*time.Second
		mismatches := 0
		wrong := func(format string, args ...any) {
			mismatches++
			t.Errorf(format, args...)
		}
		first := w.clean().Feeds[0].Deliveries[0]
		for _, v := range first.Views {
			if v.Verdict != ingest.Parity || noiseOf(v) != strings.Join(want, ", ") {
				wrong("first night, %s: %s, noise %s", v.View, v.Verdict, noiseOf(v))
			}
		}
		// With nothing to be discovered any more, repeats would be a waste.
		w.line.NoRepeats = true
		write("deliveries/2.csv", "A-1,hedge spade rake hoe fork barrow hose pail,2\nB-2,larch yew,0.125\n")
		res := w.clean()
		v := res.Feeds[0].Deliveries[0].Views[0]
		if v.Verdict != ingest.Diverge || noiseOf(v) != strings.Join(want, ", ") || len(v.Findings) == 0 || v.Findings[0].Severity != ingest.Silent {
			t.Fatalf("second night: %s, noise %s%s", v.Verdict, noiseOf(v), show(res))
		}
		gc, err := golden.Load(v.Findings[0].Case)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(gc.Input), ".125") || strings.Count(string(gc.Input), ",") != 2*len(gc.Outcomes[ingest.Py3].Rows) || len(gc.Compare.Noise) != len(want) {
			wrong("case %q, %d rows, noise %v", gc.Input, len(gc.Outcomes[ingest.Py3].Rows), gc.Compare.Noise)
		}
		for range 3 {
			if got := golden.Replay(t.Context(), real, gc, golden.ReplayOptions{Calls: f.Calls}); got.Status != golden.OK {
				wrong("replay: %s, %s", got.Status, got.Detail)
			}
		}
		interptest.Record(t, "noise of the team's own code", p, 7, mismatches)
	})
}

func noiseOf(v View) string {
	var out []string
	for _, n := range v.Noise {
		out = append(out, n.String())
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}
