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
	"time"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/classify"
	"github.com/feedparity/feedparity/ingest/embedded"
	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/interp/interptest"
	"github.com/feedparity/feedparity/ingest/wire"
)

// casesDir holds the reviewed cases of this repository, catalogue/ with one for
// each cause of docs/divergences.md.
const casesDir = "cases"

// cases lists the repository's cases; an unreadable one fails the test.
func cases(t *testing.T) []Stored {
	t.Helper()
	found, err := NewStore(casesDir).List()
	if err != nil {
		t.Fatal(err)
	}
	var out []Stored
	for _, c := range found {
		if c.Err != nil {
			t.Error(c.Err)
			continue
		}
		out = append(out, c)
	}
	return out
}

// TestReplay replays every case on the embedded engine.
func TestReplay(t *testing.T) {
	for _, c := range cases(t) {
		t.Run(c.Dir, func(t *testing.T) { replay(t, embedded.New(), c.Case) })
	}
}

func replay(t *testing.T, eng ingest.Engine, c *Case) {
	t.Helper()
	if c.Calls != [2]string{} {
		t.Skip("calls the team's own code, which its feedparity.yaml names")
	}
	got := Replay(context.Background(), eng, c, ReplayOptions{Now: time.Now()})
	if got.Status.Failed(true) {
		t.Errorf("%s: %s", got.Status, got.Detail)
		for _, p := range ingest.Paths {
			if line := firstChange(c.Outcomes[p], got.Outcomes[p]); line > 0 {
				t.Errorf("%s did\n%swant\n%s", p, wire.AppendOutcome(nil, got.Outcomes[p]), wire.AppendOutcome(nil, c.Outcomes[p]))
			}
		}
	}
}

// TestReplayConfirm replays each path of every case on the real interpreter of
// its recorded version, and runs repro.py there.
func TestReplayConfirm(t *testing.T) {
	all := cases(t)
	interptest.Each(t, func(t *testing.T, p *interp.Process) {
		path, n, wrong := p.Interpreter.Version.Path(), 0, 0
		for _, c := range all {
			s := c.Case.Settings(path)
			if s.Python != p.Interpreter.Version || c.Case.Calls[path] != "" {
				continue
			}
			n++
			if err := confirm(p, c, path); err != nil {
				wrong++
				t.Errorf("%s: %v", c.Dir, err)
			}
		}
		interptest.Record(t, "golden", p, n, wrong)
	})
}

func confirm(p *interp.Process, c Stored, path ingest.Path) error {
	in := ingest.Input{Name: c.Case.Filename, Data: bytes.NewReader(c.Case.Input), Size: int64(len(c.Case.Input)), Settings: c.Case.Settings(path)}
	got, err := p.Batch(context.Background(), []ingest.Input{in})
	if err != nil {
		return err
	}
	want := wire.AppendOutcome(nil, c.Case.Outcomes[path])
	if is := wire.AppendOutcome(nil, got[0]); !bytes.Equal(is, want) {
		return fmt.Errorf("%s did\n%swant\n%s", path, is, want)
	}
	script, err := filepath.Abs(filepath.Join(c.Path, reproFile))
	if err != nil {
		return err
	}
	out, err := exec.Command(p.Interpreter.Path, script).CombinedOutput()
	if err != nil || !bytes.Equal(withoutComments(out), want) {
		return fmt.Errorf("repro.py: %v, printed\n%swant\n%s", err, out, want)
	}
	return nil
}

// TestFilesAreWhatWeWrite holds the committed files to the format: a review then
// shows what changed and nothing else.
func TestFilesAreWhatWeWrite(t *testing.T) {
	for _, c := range cases(t) {
		files, err := c.Case.files()
		if err != nil {
			t.Errorf("%s: %v", c.Dir, err)
			continue
		}
		for _, f := range files {
			got, err := os.ReadFile(filepath.Join(c.Path, f.name))
			if err != nil || !bytes.Equal(got, f.data) {
				t.Errorf("%s/%s is not as it would be written today: %v", c.Dir, f.name, err)
			}
		}
		if entries, err := os.ReadDir(c.Path); err != nil || len(entries) != len(files) {
			t.Errorf("%s: %d files, %v; want %d", c.Dir, len(entries), err, len(files))
		}
	}
}

// TestCatalogue wants a case for every cause that has a section in the catalogue.
func TestCatalogue(t *testing.T) {
	doc, err := os.ReadFile("../docs/divergences.md")
	if err != nil {
		t.Fatal(err)
	}
	have := map[string]bool{"unclassified": true} // what no cause explains cannot be shown
	for _, c := range classify.Causes() {
		have[string(c)] = have[string(c)] || c.NeedsCode() // docs/examples/shop has them
	}
	for _, c := range cases(t) {
		if c.Case.Feed == "catalogue" {
			have[c.Case.Cause] = true
		}
	}
	var missing []string
	for line := range strings.Lines(string(doc)) {
		cause, ok := strings.CutPrefix(strings.TrimSpace(line), "## ")
		if cause = strings.Trim(cause, "`"); ok && !strings.Contains(cause, " ") && !have[cause] {
			missing = append(missing, cause)
		}
	}
	if len(missing) > 0 {
		t.Errorf("cases/catalogue shows no case of %v", missing)
	}
}

// TestReplayEmbedded writes a case of the embedded engine's own making and
// replays it: the whole way from outcomes to a directory and back.
func TestReplayEmbedded(t *testing.T) {
	eng := embedded.New()
	c := reproCase(t, ingest.Python313, 0, "sku,name\nA1,na\xc3\xafve\r\n")
	c.Py2.Codec = "latin-1"
	for _, p := range ingest.Paths {
		var err error
		if c.Outcomes[p], err = c.run(context.Background(), eng, p, ReplayOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	s := NewStore(t.TempDir())
	dir, _, err := s.Write(c)
	if err != nil {
		t.Fatal(err)
	}
	back, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	got := Replay(context.Background(), eng, back, ReplayOptions{})
	if got.Status != OK || got.Compared.First != (Difference{2, 2}) {
		t.Errorf("%s (%s), first difference %+v", got.Status, got.Detail, got.Compared.First)
	}
	if last := back.lastLine(t); last != "# first difference: row 2, column 2" {
		t.Errorf("the script ends with %q", last)
	}
}

// lastLine finds the comment that repro.py prints last.
func (c *Case) lastLine(t *testing.T) string {
	t.Helper()
	text, err := c.Repro()
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "u'# first")
	line, _, _ := strings.Cut(rest, "'")
	return "# first" + line
}
