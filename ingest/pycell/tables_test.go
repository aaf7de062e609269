package pycell

import (
	"cmp"
	"crypto/md5"
	_ "embed"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/interp/interptest"
)

// recorded holds what each interpreter says of all code points and of some thousands of
// cells, so that machines without any judge the tables and the rules of versions by them
// too. A line is a property of maketables.py, or a group of cells, and a digest for each
// of versions. RecordedConfirm -update writes it.
//
//go:embed testdata/recorded.txt
var recorded string

//go:embed maketables.py
var factsSource string

var update = flag.Bool("update", false, "write testdata/recorded.txt from the interpreters")

// tables are the properties by maketables.py's names.
var tables = map[string]*property{
	"lower": &lowerCase, "upper": &upperCase, "title": &titleCase, "swap": &swapCase, "cased": &cased, "ignorable": &ignorable,
	"space": &space, "alpha": &alpha, "digit": &digit, "decimal": &decimal, "unprintable": &unprintable,
	"combining": &combining, "canonical": &canonical, "compatible": &compatibility, "pair": &primary,
}

// A fact is one value of neighbouring code points.
type fact struct {
	lo, hi rune
	value  string
}

// facts are all that a version's table says, as digest of maketables.py has it.
func facts(of *table) []fact {
	var all []fact
	for _, r := range of.every {
		all = append(all, fact{r.lo, r.hi, strconv.Itoa(int(r.delta))})
	}
	for _, r := range slices.Concat(of.second[0], of.second[1]) {
		for cp := r.lo; cp <= r.hi; cp += rune(r.stride) {
			all = append(all, fact{cp, cp, strconv.Itoa(int(r.delta))})
		}
	}
	for _, s := range of.specials {
		all = append(all, fact{s.cp, s.cp, points(ingest.KindText, s.text)})
	}
	slices.SortFunc(all, func(a, b fact) int { return cmp.Compare(a.lo, b.lo) })
	var joined []fact
	for _, f := range all {
		if last := len(joined) - 1; last >= 0 && joined[last].hi == f.lo-1 && joined[last].value == f.value {
			joined[last].hi = f.hi
			continue
		}
		joined = append(joined, f)
	}
	return joined
}

func digestOf(all []fact) string {
	var b strings.Builder
	for _, f := range all {
		fmt.Fprintf(&b, "%x %x %s\n", f.lo, f.hi, f.value)
	}
	return fmt.Sprintf("%x", md5.Sum([]byte(b.String())))[:8]
}

// recordedLine returns the digests of a property by version.
func recordedLine(name string) []string {
	for line := range strings.Lines(recorded) {
		if rest, ok := strings.CutPrefix(line, name+" "); ok {
			return strings.Fields(rest)
		}
	}
	return nil
}

// TestTablesRecorded compares the tables with what each interpreter said.
func TestTablesRecorded(t *testing.T) {
	for name, p := range tables {
		line := recordedLine(name)
		if len(line) != len(versions) {
			t.Errorf("%s: %d versions are recorded, want %d", name, len(line), len(versions))
			continue
		}
		for i := range versions {
			m := &versions[i]
			all := facts(p.table(m))
			if got := digestOf(all); got != line[i] {
				t.Errorf("%s of some code point is not what python %s has", name, m.python)
			}
			for _, f := range all {
				checkFound(t, name, p.table(m), f)
			}
		}
	}
}

// checkFound looks up both ends of a fact.
func checkFound(t *testing.T, name string, of *table, f fact) {
	t.Helper()
	for _, cp := range []rune{f.lo, f.hi} {
		delta, ok := of.find(cp)
		if found := strconv.Itoa(int(delta)); (!ok || found != f.value) && points(ingest.KindText, string(of.appendMapped(nil, cp))) != f.value {
			t.Errorf("%s: U+%04X is %s in the table, found as %s (%t)", name, cp, f.value, found, ok)
		}
	}
}

// TestTablesAreWellFormed: a run is written as maketables.go writes it.
func TestTablesAreWellFormed(t *testing.T) {
	for name, p := range tables {
		for _, r := range p.runs {
			strides := r.stride == 1 || r.stride == 2 && r.hi > r.lo
			if !strides || r.hi < r.lo || (r.hi-r.lo)%rune(max(1, r.stride)) != 0 || r.mask>>len(versions) != 0 {
				t.Errorf("%s: %+v is no run", name, r)
			}
		}
		for _, s := range p.specials {
			if s.mask>>len(versions) != 0 {
				t.Errorf("%s: %+v names versions that there are not", name, s)
			}
		}
	}
}

// TestTablesRecordedConfirm makes the recording again, for each version another part of
// it unless at full scale, and compares.
func TestTablesRecordedConfirm(t *testing.T) {
	names := slices.Sorted(maps.Keys(tables))
	confirmRecorded(t, names, func(t *testing.T, p *interp.Process, m *model) map[string]string {
		if err := p.Load(t.Context(), "facts", factsSource); err != nil {
			t.Fatal(err)
		}
		some := min(len(names), interptest.Cases(len(names)))
		if *update {
			some = len(names)
		}
		digests := map[string]string{}
		for i := range some {
			name := names[(i+m.index)%len(names)]
			digests[name] = call[string](t, p, "facts.digest", name)
		}
		return digests
	})
}

// cellGroups are questions about single cells, the same for all versions: rows of the
// tables and generated ones. They show each rule of versions.go in each version.
func cellGroups(py ingest.Python) map[string][]chained {
	rows := []chained{}
	add := func(typ, text string) {
		for _, v := range kinds(py, text) {
			rows = append(rows, chained{typ, v})
		}
	}
	for _, c := range chainTable {
		add(c.typ, c.text)
	}
	for _, typ := range numberTypes {
		for _, c := range convertTable {
			add(typ, c.text)
		}
		for _, text := range boundaryTexts {
			add(typ, text)
		}
	}
	for _, typ := range []string{"capitalize", "title", "lower", "upper", "strip"} {
		for _, piece := range cleanPieces {
			add(typ, piece+"x")
		}
	}
	groups := map[string][]chained{"cells-rows": rows}
	for _, kind := range []chainKind{"text", "number", "date"} {
		rng := rand.New(rand.NewPCG(14, 1))
		var some []chained
		for range 1500 {
			types := chainTypes[string(kind)]
			typ := types[rng.IntN(len(types))]
			all := kinds(py, kind.cell(rng, typ))
			some = append(some, chained{typ, all[rng.IntN(2)%len(all)]})
		}
		groups["cells-"+string(kind)] = some
	}
	return groups
}

func digestOfAnswers(answers [][2]string) string {
	return fmt.Sprintf("%x", md5.Sum(fmt.Appendf(nil, "%q", answers)))[:8]
}

// TestCellsRecorded compares what each version makes of cells with what its interpreter did.
func TestCellsRecorded(t *testing.T) {
	for i := range versions {
		m := &versions[i]
		for name, questions := range cellGroups(m.python) {
			var answers [][2]string
			for _, q := range questions {
				answers = append(answers, chainModel(t, q, m.python))
			}
			if line := recordedLine(name); i >= len(line) || line[i] != digestOfAnswers(answers) {
				t.Errorf("%s: python %s does something else", name, m.python)
			}
		}
	}
}

// TestCellsRecordedConfirm makes that recording again.
func TestCellsRecordedConfirm(t *testing.T) {
	names := slices.Sorted(maps.Keys(cellGroups(ingest.Python313)))
	confirmRecorded(t, names, func(t *testing.T, p *interp.Process, m *model) map[string]string {
		if err := interptest.LoadCells(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		digests := map[string]string{}
		for name, questions := range cellGroups(m.python) {
			var chains []interptest.Chain
			for _, q := range questions {
				chains = append(chains, interptest.Chain(q))
			}
			answers, err := interptest.Chains(t.Context(), p, chains)
			if err != nil {
				t.Fatal(err)
			}
			digests[name] = digestOfAnswers(answers)
		}
		return digests
	})
}

// confirmRecorded compares the lines of some names with the digests that each
// interpreter makes now, or has them written.
func confirmRecorded(t *testing.T, names []string, digests func(t *testing.T, p *interp.Process, m *model) map[string]string) {
	lines := map[string]*[len(versions)]string{}
	for _, name := range names {
		lines[name] = new([len(versions)]string)
	}
	interptest.Each(t, func(t *testing.T, p *interp.Process) {
		m, err := modelOf(p.Interpreter.Version)
		if err != nil {
			t.Fatal(err)
		}
		mismatches, now := 0, digests(t, p, m)
		for name, got := range now {
			lines[name][m.index] = got
			if line := recordedLine(name); !*update && (m.index >= len(line) || line[m.index] != got) {
				mismatches++
				t.Errorf("mismatch: python %s does not do what is recorded of %s; -update writes what it does", p.Interpreter.Full, name)
			}
		}
		interptest.Record(t, "recorded-cell", p, len(now), mismatches)
	})
	if *update {
		writeRecorded(t, lines)
	}
}

// writeRecorded puts lines in the place of those of the same names.
func writeRecorded(t *testing.T, lines map[string]*[len(versions)]string) {
	all := map[string]string{}
	for line := range strings.Lines(recorded) {
		name, _, _ := strings.Cut(line, " ")
		all[name] = line
	}
	for name, digests := range lines {
		if slices.Contains(digests[:], "") {
			t.Fatalf("%s: not every version is here, nothing written: %q", name, *digests)
		}
		all[name] = name + " " + strings.Join(digests[:], " ") + "\n"
	}
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(all)) {
		b.WriteString(all[name])
	}
	if err := os.WriteFile("testdata/recorded.txt", []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestReleases holds the releases of versions.go and those that the tables were made
// from together.
func TestReleases(t *testing.T) {
	source, err := os.ReadFile("tables.go")
	if err != nil {
		t.Fatal(err)
	}
	head, _, _ := strings.Cut(string(source), "\n")
	for i := range versions {
		if release := fmt.Sprintf(" %s.%d (Unicode ", versions[i].python, versions[i].patch); !strings.Contains(head, release) {
			t.Errorf("the tables are not of%s...): %s", release, head)
		}
		if versions[i].index != i {
			t.Errorf("python %s has bit %d, want %d", versions[i].python, versions[i].index, i)
		}
	}
}
