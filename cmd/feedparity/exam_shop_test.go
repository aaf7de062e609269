package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/golden"
)

// The environment of the exam.
const (
	envExam     = "FEEDPARITY_EXAM"      // how long a campaign is, as "60s", or of how many inputs: of every module
	envExamPage = "FEEDPARITY_EXAM_PAGE" // the page that its result is written into
	envExamOnly = "FEEDPARITY_EXAM_ONLY" // the modules that are examined, with commas
)

var examDir = filepath.Join("..", "..", "docs", "examples", "exam")

// quickExam are the modules of an ordinary run of the tests, and how many inputs each
// gets: what is planted in them shows at once.
var (
	quickExam   = []string{"sig_right", "rounding_wrong", "division_wrong", "checksum_wrong"}
	quickInputs = "30"
)

// examined is a line of expected.tsv and what came of it.
type examined struct {
	module string
	must   [][]string // each of them, by any of its names
	may    []string
	found  map[string][]string // signatures by cause
	inputs int
	shown  map[string]string // by signature, what its case's input is
}

// readExam reads docs/examples/exam/expected.tsv.
func readExam(t *testing.T) []*examined {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(examDir, "expected.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	var out []*examined
	for n, line := range strings.Split(strings.TrimSuffix(string(data), "\n"), "\n") {
		if strings.HasPrefix(line, "#") || strings.HasPrefix(line, "module\t") {
			continue
		}
		cells := strings.Split(line, "\t")
		if len(cells) != 4 || cells[3] == "" {
			t.Fatalf("expected.tsv:%d: want module, must, may and reason", n+1)
		}
		e := &examined{module: cells[0], may: strings.Fields(strings.TrimPrefix(cells[2], "-")), found: map[string][]string{}, shown: map[string]string{}}
		for _, cause := range strings.Fields(strings.TrimPrefix(cells[1], "-")) {
			e.must = append(e.must, strings.Split(cause, "|"))
		}
		out = append(out, e)
	}
	return out
}

// TestExamIsComplete: twenty idioms, each right and wrong, and all are feeds.
func TestExamIsComplete(t *testing.T) {
	config, err := os.ReadFile(filepath.Join(examDir, "feedparity.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]int{}
	for _, e := range readExam(t) {
		idiom, kind, _ := strings.Cut(e.module, "_")
		kinds[kind]++
		if kind == "right" != (len(e.must) == 0) {
			t.Errorf("%s: %d planted faults", idiom, len(e.must))
		}
		if _, err := os.Stat(filepath.Join(examDir, "modules", e.module+".py")); err != nil {
			t.Error(err)
		}
		if !bytes.Contains(config, []byte(fmt.Sprintf("  %s: {call: \"modules.%[1]s:read\"}\n", e.module))) {
			t.Errorf("%s is no feed", e.module)
		}
	}
	if kinds["right"] != 20 || kinds["wrong"] != 20 || len(kinds) != 2 {
		t.Errorf("%v, want 20 right and 20 wrong", kinds)
	}
}

// TestExamConfirm runs a campaign on modules whose faults were planted: at least 95 in a
// hundred are found, each under one signature, and nothing else is.
func TestExamConfirm(t *testing.T) {
	openShop(t) // its interpreters
	all, amount := readExam(t), os.Getenv(envExam)
	modules := quickExam
	if amount != "" {
		modules = nil
	}
	if only := os.Getenv(envExamOnly); only != "" {
		modules = strings.Split(only, ",")
	}
	var done []*examined
	planted, found := 0, 0
	for _, e := range all {
		if modules != nil && !slices.Contains(modules, e.module) {
			continue
		}
		e.campaign(t, amount)
		done = append(done, e)
		planted, found = planted+len(e.must), found+len(e.must)-len(e.missing())
		t.Logf("%s: %d inputs, %v, missing %v", e.module, e.inputs, e.found, e.missing())
		if wrong := e.wrong(); len(wrong) > 0 {
			t.Errorf("%s: %v is not what was planted: %v, of inputs %v", e.module, wrong, e.found, e.shown)
		}
	}
	if 100*found < 95*planted || len(done) == 0 {
		t.Errorf("%d of %d faults are found, want 95 %%", found, planted)
	}
	if page := os.Getenv(envExamPage); page != "" {
		writeExam(t, page, amount, done)
	}
}

// campaign runs feedparity fuzz on a module.
func (e *examined) campaign(t *testing.T, amount string) {
	t.Helper()
	dir, bound := t.TempDir(), []string{"--for", amount}
	if amount == "" {
		amount = quickInputs
	}
	if _, err := strconv.Atoi(amount); err == nil {
		bound = []string{"--execs", amount, "--for", "24h"}
	}
	args := []string{"fuzz", "--config", filepath.Join(examDir, "feedparity.yaml"), "--feed", e.module, "--json",
		"--golden", filepath.Join(dir, "cases"), "--corpus", filepath.Join(dir, "corpus"), filepath.Join(examDir, "deliveries", "sheet.csv")}
	var out, talk bytes.Buffer
	if status := run(t.Context(), append(args, bound...), streams{nil, &out, &talk}); status > statusDiverge {
		t.Fatalf("%s: exit status %d: %s", e.module, status, talk.String())
	}
	for decoder := json.NewDecoder(&out); decoder.More(); {
		var event struct {
			Signature string
			Case      string
			Execs     int
		}
		if err := decoder.Decode(&event); err != nil {
			t.Fatal(err)
		}
		if cause, _, _ := strings.Cut(event.Signature, ":"); cause != "" {
			e.found[cause] = append(e.found[cause], event.Signature)
			c, err := golden.Load(event.Case)
			if err != nil {
				t.Fatal(err)
			}
			e.shown[event.Signature] = fmt.Sprintf("%.200q", c.Input)
		}
		e.inputs += event.Execs
	}
}

// missing are the planted faults that were not found.
func (e *examined) missing() []string {
	var out []string
	for _, names := range e.must {
		if !slices.ContainsFunc(names, func(name string) bool { return len(e.found[name]) > 0 }) {
			out = append(out, strings.Join(names, "|"))
		}
	}
	return out
}

// wrong is what was found and was not planted, or under more than one signature.
func (e *examined) wrong() []string {
	var out []string
	for cause, signatures := range e.found {
		planted := slices.Contains(e.may, cause) || slices.ContainsFunc(e.must, func(names []string) bool { return slices.Contains(names, cause) })
		if !planted || len(signatures) > 1 {
			out = append(out, signatures...)
		}
	}
	return out
}

// The lines of the page between which the result is.
const (
	examBegin = "<!-- make exam writes this -->"
	examEnd   = "<!-- until here -->"
)

// writeExam writes the result into a page.
func writeExam(t *testing.T, page, amount string, done []*examined) {
	t.Helper()
	data, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(data), examBegin)
	_, after, okEnd := strings.Cut(rest, examEnd)
	if !ok || !okEnd {
		t.Fatalf("%s has no %s", page, examBegin)
	}
	var b strings.Builder
	planted, found, others, lies := 0, 0, 0, 0
	fmt.Fprintf(&b, "\n| module | inputs | planted | found | also true | false | missed |\n|---|---|---|---|---|---|---|\n")
	for _, e := range done {
		missed, wrong := e.missing(), len(e.wrong())
		must := len(e.must) - len(missed)
		other := max(0, len(e.found)-must-wrong)
		planted, found, others, lies = planted+len(e.must), found+must, others+other, lies+wrong
		fmt.Fprintf(&b, "| `%s` | %d | %d | %d | %d | %d | %s |\n", e.module, e.inputs, len(e.must), must, other, wrong, strings.ReplaceAll(strings.Join(missed, ", "), "|", " or "))
	}
	fmt.Fprintf(&b, "\n%d modules, `FEEDPARITY_EXAM=%s`: %d of %d planted faults are found, %d more that are true, %d that are false.\n", len(done), amount, found, planted, others, lies)
	if err := os.WriteFile(page, []byte(before+examBegin+"\n"+b.String()+examEnd+after), 0o666); err != nil {
		t.Fatal(err)
	}
}
