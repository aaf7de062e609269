package golden

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/interp/interptest"
)

// exportable are the catalogue's cases and some of other states: one that is accepted,
// one said to be fixed that is not, and one that is.
func exportable(t *testing.T) []*Case {
	t.Helper()
	all := casesOf(cases(t))
	accepted, broken, agrees, gone := *caseOf(t, "mojibake"), *caseOf(t, "lone-cr"), *caseOf(t, "undecodable-bytes"), *caseOf(t, "nul-byte")
	accepted.Feed, accepted.State, accepted.Owner, accepted.Reason = "states", Accepted, "ops", "the supplier knows"
	broken.Feed, broken.State = "states", Fixed
	agrees.Feed, agrees.State, agrees.Input = "states", Fixed, []byte("plain\n")
	agrees.Outcomes = [2]ingest.Outcome{outcome(t, `["plain"]`), outcome(t, `["plain"]`)}
	gone.Feed, gone.State = "states", Obsolete
	return append(all, &accepted, &broken, &agrees, &gone)
}

func TestExport(t *testing.T) {
	dir := t.TempDir()
	strict, keyed := *caseOf(t, "value-type"), *caseOf(t, "mojibake")
	strict.Feed, strict.Compare.Strict = "strict", true
	keyed.Feed, keyed.Compare.Key = "keyed", []string{"sku"}
	left, err := Export(dir, Pytest, append(exportable(t), &strict, &keyed))
	if err != nil {
		t.Fatal(err)
	}
	var why []string
	for _, l := range left {
		why = append(why, l.Why)
	}
	if got, want := strings.Join(why, "; "), "only the order of a dict differs; its feed compares types and the order of dicts; its feed aligns rows by key"; got != want {
		t.Errorf("left out: %s, want %s", got, want)
	}
	list, err := os.ReadFile(filepath.Join(dir, "cases.json"))
	if err != nil || bytes.Contains(list, []byte("states/nul-byte")) || !bytes.Contains(list, []byte(`"why": "the supplier knows"`)) {
		t.Errorf("cases.json: %v\n%s", err, list)
	}
	found, err := NewStore(filepath.Join(dir, "cases")).List()
	if err != nil || len(found) != bytes.Count(list, []byte(`"dir"`)) {
		t.Errorf("%d cases are there, %d listed, %v", len(found), bytes.Count(list, []byte(`"dir"`)), err)
	}
	for _, c := range found {
		if c.Err != nil {
			t.Error(c.Err)
		}
	}
	if left, err := Export(dir, Pytest, exportable(t)); err != nil || len(left) != 1 { // again, over the first
		t.Errorf("%v, %v", left, err)
	}
	if _, err := Export(dir, "nose", nil); err == nil {
		t.Error("an unknown form was taken")
	}
	if left, err := Export(filepath.Join(dir, "go"), GoTest, []*Case{&strict}); err != nil || len(left) != 0 {
		t.Errorf("go test cannot judge %v, %v", left, err)
	}
}

// TestExportConfirm runs the exported tests under every Python: the case that is said
// to be fixed and is not fails under Python 3, and nothing else does.
func TestExportConfirm(t *testing.T) {
	dir := t.TempDir()
	if _, err := Export(dir, Unittest, exportable(t)); err != nil {
		t.Fatal(err)
	}
	interptest.Each(t, func(t *testing.T, p *interp.Process) {
		cmd := exec.CommandContext(t.Context(), p.Interpreter.Path, "-B", "-m", "unittest", "-v", "test_feedparity_unittest")
		cmd.Dir, cmd.Env = dir, []string{"LC_ALL=C.UTF-8", "PYTHONHASHSEED=0"}
		out, err := cmd.CombinedOutput()
		judgeRun(t, p.Interpreter.Version.Path(), string(out), err, regexp.MustCompile(`(?m)^(?:FAIL|ERROR): (test_\d+_\w+)`))
	})
}

// judgeRun looks at which tests failed.
func judgeRun(t *testing.T, path ingest.Path, out string, err error, failed *regexp.Regexp) {
	t.Helper()
	var names []string
	for _, m := range failed.FindAllStringSubmatch(out, -1) {
		names = append(names, m[1])
	}
	switch {
	case path == ingest.Py2 && (err != nil || len(names) > 0):
		t.Errorf("%v: %v failed\n%s", err, names, out)
	case path == ingest.Py3 && (err == nil || len(names) != 1 || !strings.Contains(names[0], "states_lone_cr") && !strings.Contains(names[0], "states/lone-cr")):
		t.Errorf("%v: %v failed, want that of states/lone-cr alone\n%s", err, names, out)
	case path == ingest.Py3 && !strings.Contains(out, "row 1: py2 gave {\"fault\""):
		t.Errorf("the failure does not say what differs:\n%s", out)
	}
}

func TestWriteSARIF(t *testing.T) {
	all := exportable(t)
	unconfirmed := *all[0]
	unconfirmed.Confirmed = unconfirmed.Confirmed[:1]
	var where []string
	all = append(all, &unconfirmed)
	for _, c := range all {
		where = append(where, "golden/cases/"+c.Dir())
	}
	file := filepath.Join(t.TempDir(), "new", "cases.sarif")
	if err := WriteSARIF(file, "1.2.3", all, where); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var log sarifLog
	if err := json.Unmarshal(data, &log); err != nil {
		t.Fatal(err)
	}
	open := 0
	for _, c := range all {
		if c.State == Open && len(c.Confirmed) > 1 {
			open++
		}
	}
	prints := map[string]bool{}
	for _, r := range log.Runs[0].Results {
		prints[r.PartialFingerprints["feedparity/v1"]] = true
		if rule := log.Runs[0].Tool.Driver.Rules[r.RuleIndex]; rule.ID != r.RuleID || !strings.HasSuffix(r.Locations[0].PhysicalLocation.ArtifactLocation.URI, "/input.csv") {
			t.Errorf("%+v, rule %+v", r, rule)
		}
	}
	if log.Version != "2.1.0" || len(log.Runs[0].Results) != open || open < 25 || len(prints) != open {
		t.Errorf("%d results with %d fingerprints of %d confirmed cases", len(log.Runs[0].Results), len(prints), open)
	}
}

func TestWriteJUnit(t *testing.T) {
	all := exportable(t)
	unconfirmed := *all[0]
	unconfirmed.Confirmed = unconfirmed.Confirmed[:1]
	file := filepath.Join(t.TempDir(), "new", "golden.xml")
	if err := WriteJUnit(file, append(all, &unconfirmed)); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	confirmed, open := 0, 0
	for _, c := range all {
		if c.State != Obsolete && len(c.Confirmed) > 1 {
			confirmed++
			if c.State == Open {
				open++
			}
		}
	}
	head := fmt.Sprintf(`<testsuites name="feedparity golden" tests="%d" failures="%d" errors="0" time="0.000">`, confirmed, open)
	for _, want := range []string{head, `<testsuite name="states" tests="3" failures="0" errors="0" skipped="1">`, `<skipped message="accepted by ops: the supplier knows">`,
		`<testcase classname="catalogue" name="lone-cr-a0a27f1e">`, `<failure message="open: lone-cr:`} {
		if !bytes.Contains(data, []byte(want)) {
			t.Errorf("no %s in\n%.2000s", want, data)
		}
	}
}
