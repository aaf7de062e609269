package golden

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/classify"
	"github.com/feedparity/feedparity/ingest/config"
)

// fullCase has every field set, to values that are hard to write down.
func fullCase(t *testing.T) *Case {
	cent := 0.01
	t.Helper()
	py2, py3 := ingest.DefaultSettings(ingest.Python27), ingest.DefaultSettings(ingest.Python{Major: 3, Minor: 10})
	py2.Codec, py2.Errors = "latin-1", "replace"
	py2.Dialect = ingest.Dialect{{Name: "delimiter", Value: ingest.Bytes("\t")}, {Name: "quotechar", Value: ingest.Bytes("\xa7")}, {Name: "quoting", Value: ingest.Int(3)}, {Name: "escapechar", Value: ingest.None}}
	py2.Clean = []ingest.Step{"strip", "upper"}
	py2.Types = []ingest.ColumnType{{Column: "a=b", Type: "int"}, {Column: "3", Type: "decimal"}}
	py3.Sniff, py3.Reader, py3.FieldLimit = true, ingest.DictReader, 7
	py3.Dialect = ingest.Dialect{{Name: "delimiter", Value: ingest.Text(ingest.TextOf(0xD800))}, {Name: "quotechar", Value: ingest.Text("None")}}
	return &Case{
		Version: Version, Feed: "acme", Signature: "mojibake: C1 controls", Cause: "mojibake", Severity: ingest.Py3Fault,
		State: Accepted, View: ingest.Normalized, Pair: "no", Py2: py2, Py3: py3,
		Compare: ingest.Comparison{Key: []string{"sku"}, Ignore: []string{"1", "é"}, Tolerance: map[string]float64{"price": 0.005, "b=c": 1e-9}, Strict: true,
			Noise: []ingest.Noise{{Column: "key words", Kind: ingest.NoiseHashOrder}, {Column: "7", Kind: ingest.NoiseClock}}},
		Filename: "pr\xffce %41.csv", Origin: Origin{SHA256: strings.Repeat("ab", 32), Path: "/out/\xe9.csv", Date: "2026-11-22T01:02:03Z", Row: 12, Byte: 0x1a4},
		Hits:     classify.Hits{Count: 10_001, Rows: 10_000, Cells: 10_001, First: classify.Position{Row: 12, Column: 3}, Last: classify.Position{Row: 10_011}},
		Revision: "3f2a", FoundBy: "sweep", Confirmed: []string{"2.7.18", "3.10"}, Essential: []string{"\u00a0 after a digit", "- x"}, Residue: []string{"row 1: null"},
		Fix: "open(..., encoding='cp1252')  # not latin-1", Links: []string{"https://example.org/a?b=c#d"},
		Reason: "true", Owner: "ops: team", Expires: "2027-01-31", Accepts: ingest.Narrow{Column: "price: net", Values: "number", Tolerance: &cent},
		History: []Event{{"2026-11-22", "sweep", "found"}, {"2026-11-23", "Zoë", "accepted:\n\"why\" \\ not"}},
		Notes:   "two\nlines\ttab \x00\x1b\u0085\u2028 end ",
		Input:   []byte("a\xff\r\n\x00"),
		Outcomes: [2]ingest.Outcome{
			outcome(t, `[{"bytes":"ff"},"a\ud800"]`),
			outcome(t, `{"fault":{"type":"UnicodeDecodeError","message":"é","row":1}}`),
		},
	}
}

// calledCase is a full case of the team's own code.
func calledCase(t *testing.T) *Case {
	c := fullCase(t)
	c.Calls = [2]string{"load", "shop.adapters:Stock.load"}
	c.Around = [2]Around{{Factory: "shop.adapters:importer", Setup: "django:setup", Args: ingest.ArgsFileRB}, {Collect: "shop.adapters:table"}}
	return c
}

func TestWriteThenLoad(t *testing.T) {
	for name, c := range map[string]*Case{"settings": fullCase(t), "calls": calledCase(t)} {
		t.Run(name, func(t *testing.T) { writeThenLoad(t, c) })
	}
}

func writeThenLoad(t *testing.T, c *Case) {
	s := NewStore(filepath.Join(t.TempDir(), "golden", "cases"))
	dir, created, err := s.Write(c)
	if err != nil || !created || filepath.Base(dir) != "mojibake-"+Hash(c.Signature) {
		t.Fatalf("%q, %v, %v", dir, created, err)
	}
	back, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range back.Outcomes { // the wire form has no offsets
		for i := range o.Rows {
			o.Rows[i].Offset = -1
		}
	}
	if !reflect.DeepEqual(back, c) {
		t.Errorf("read back\n%+v\nwant\n%+v", back, c)
	}
	if info, err := os.Stat(filepath.Join(dir, reproFile)); err != nil || info.Mode()&0o100 == 0 {
		t.Errorf("repro.py cannot be run: %v, %v", info.Mode(), err)
	}
	if _, created, err := s.Write(c); created || err != nil {
		t.Errorf("a second write: %v, %v", created, err)
	}
}

func TestKeysStandInTheirOrder(t *testing.T) {
	yaml, err := fullCase(t).yaml()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, line := range strings.Split(string(yaml), "\n") {
		if key, _, ok := strings.Cut(line, ":"); ok && !strings.HasPrefix(line, " ") {
			got = append(got, key)
		}
	}
	want := "version feed signature cause severity state view pair py2 py3 compare call filename origin hits revision found_by confirmed essential residue fix links reason owner expires accepts history notes"
	if strings.Join(got, " ") != want {
		t.Errorf("keys\n%s\nwant\n%s", strings.Join(got, " "), want)
	}
}

// broken makes one step of a write fail, or "kill" the process there: then
// nothing that follows, cleaning up included, is done.
type broken struct {
	disk
	fail int // the step, counted from 0
	torn bool
	step int
}

var errInjected = errors.New("injected: no space left on device")

func (b *broken) next() bool { b.step++; return b.step-1 == b.fail }

func (b *broken) writeFile(name string, data []byte, mode fs.FileMode) error {
	if !b.next() {
		return b.disk.writeFile(name, data, mode)
	}
	if b.torn {
		b.disk.writeFile(name, data[:len(data)/2], mode)
	}
	return errInjected
}

func (b *broken) rename(from, to string) error {
	if b.next() {
		return errInjected
	}
	return b.disk.rename(from, to)
}

func (b *broken) syncDir(name string) error {
	if b.next() {
		return errInjected
	}
	return b.disk.syncDir(name)
}

func TestWriteIsWholeOrNothing(t *testing.T) {
	const steps = 8 // five files, the directory, the rename, the parent
	for step := range steps {
		for _, torn := range []bool{false, true} {
			root := t.TempDir()
			c := fullCase(t)
			_, _, err := (&Store{root: root, fs: &broken{fail: step, torn: torn}}).Write(c)
			if !errors.Is(err, errInjected) || strings.Contains(err.Error(), "\n") {
				t.Fatalf("step %d: error %v", step, err)
			}
			found, err := NewStore(root).List()
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range found {
				if f.Err != nil || step < steps-1 {
					t.Errorf("step %d: a part of the case is there: %+v", step, f)
				}
			}
			if left, _ := filepath.Glob(filepath.Join(root, "*", ".tmp-*")); len(left) > 0 {
				t.Errorf("step %d: left behind %v", step, left)
			}
			if _, _, err := NewStore(root).Write(c); err != nil {
				t.Errorf("step %d: the next write: %v", step, err)
			}
		}
	}
	if _, created, err := (&Store{root: t.TempDir(), fs: &broken{fail: steps}}).Write(fullCase(t)); err != nil || !created {
		t.Errorf("a write has more steps than the %d that were made to fail: %v", steps, err)
	}
}

// TestInboxIsPrivate: an inbox is made for its user alone, with what is above it; one that
// is there keeps its mode, and a checkout's cases are made as its umask says.
func TestInboxIsPrivate(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there are no such modes")
	}
	dir := t.TempDir()
	shared, plain := filepath.Join(dir, "shared"), filepath.Join(dir, "plain")
	for _, name := range []string{shared, plain} {
		if err := os.Mkdir(name, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	usual := mode(t, plain)
	for _, tt := range []struct {
		store *Store
		want  fs.FileMode
	}{
		{NewInbox(filepath.Join(dir, "feedparity", "inbox")), 0o700},
		{NewInbox(shared), usual},
		{NewStore(filepath.Join(dir, "tests", "golden")), usual},
	} {
		made, _, err := tt.store.Write(fullCase(t))
		if err != nil {
			t.Fatal(err)
		}
		if got := mode(t, tt.store.Root()); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.store.Root(), got, tt.want)
		}
		if got := mode(t, filepath.Dir(made)); got != usual {
			t.Errorf("%s: %v, want %v", filepath.Dir(made), got, usual)
		}
	}
	if got := mode(t, filepath.Join(dir, "feedparity")); got != 0o700 {
		t.Errorf("above the inbox: %v", got)
	}
}

func mode(t *testing.T, name string) fs.FileMode {
	t.Helper()
	info, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	return info.Mode().Perm()
}

// TestKilledWriter leaves what a killed process leaves: a directory of parts.
func TestKilledWriter(t *testing.T) {
	root := t.TempDir()
	c := fullCase(t)
	temp := filepath.Join(root, "acme", ".tmp-123")
	if err := os.MkdirAll(temp, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(temp, inputFile), c.Input, 0o666); err != nil {
		t.Fatal(err)
	}
	s := NewStore(root)
	if found, err := s.List(); err != nil || len(found) != 0 {
		t.Fatalf("parts are listed: %v, %v", found, err)
	}
	if _, _, err := s.Write(c); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(temp); err != nil {
		t.Error("parts of a writer that may still live were removed")
	}
	old := time.Now().Add(-2 * staleAfter)
	if err := os.Chtimes(temp, old, old); err != nil {
		t.Fatal(err)
	}
	c.Signature = "another"
	if _, _, err := s.Write(c); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(temp); !errors.Is(err, fs.ErrNotExist) {
		t.Error("stale parts stay")
	}
}

func TestNeverWritesOver(t *testing.T) {
	c := fullCase(t)
	root := t.TempDir()
	s := NewStore(root)
	dir, _, err := s.Write(c)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, caseFile)
	yaml, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for what, text := range map[string]string{
		"another signature": strings.Replace(string(yaml), `signature: "mojibake: C1 controls"`, "signature: x", 1),
		"another feed":      strings.Replace(string(yaml), "feed: acme", "feed: beta", 1),
		"something broken":  "version: 1\nnonsense: [",
	} {
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.Write(c); !errors.Is(err, ErrTaken) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: error %v", what, err)
		}
		if err := s.Update(c); !errors.Is(err, ErrTaken) {
			t.Errorf("%s: update: %v", what, err)
		}
		if now, _ := os.ReadFile(name); string(now) != text {
			t.Errorf("%s was written over", what)
		}
	}
}

func TestUpdate(t *testing.T) {
	c := fullCase(t)
	s := NewStore(t.TempDir())
	if err := s.Update(c); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("update of a case that is not there: %v", err)
	}
	dir, _, err := s.Write(c)
	if err != nil {
		t.Fatal(err)
	}
	c.State, c.Notes = Fixed, "done"
	for step := range 2 {
		if err := (&Store{root: s.root, fs: &broken{fail: step, torn: true}}).Update(c); !errors.Is(err, errInjected) {
			t.Errorf("step %d: %v", step, err)
		}
		if back, err := Load(dir); err != nil || back.State != Accepted {
			t.Errorf("step %d: a failed update changed the case: %v", step, err)
		}
	}
	if err := s.Update(c); err != nil {
		t.Fatal(err)
	}
	if back, err := Load(dir); err != nil || back.State != Fixed || back.Notes != "done" {
		t.Errorf("%v, %+v", err, back)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".*")); len(left) > 0 {
		t.Errorf("left behind %v", left)
	}
}

// TestUnreadable breaks a written case in one place each.
func TestUnreadable(t *testing.T) {
	replace := func(old, new string) func(string) string {
		return func(s string) string {
			if !strings.Contains(s, old) {
				t.Fatalf("%q is not in the file", old)
			}
			return strings.Replace(s, old, new, 1)
		}
	}
	tests := []struct {
		name, file string
		edit       func(string) string // nil removes the file
		want       string
	}{
		{"no case.yaml", caseFile, nil, "case.yaml: no such file or directory"},
		{"empty", caseFile, func(string) string { return "" }, "case.yaml:1:1: no version: this is no golden case"},
		{"syntax", caseFile, func(string) string { return "version: [" }, "case.yaml:1:10: sequence end token ']' not found"},
		{"unknown key", caseFile, replace("found_by:", "foundby:"), `case.yaml:69:1: unknown key "foundby"`},
		{"newer", caseFile, replace("version: 1", "version: 2\nnovelty: x"), "case.yaml:1:10: version 2: this feedparity knows version 1"},
		{"state", caseFile, replace("state: accepted", "state: shelved"), `case.yaml:1:1: state "shelved": want one of`},
		{"severity", caseFile, replace("severity: py3-fault", "severity: bad"), `case.yaml:5:11: severity "bad": want one of`},
		{"view", caseFile, replace("view: normalized", "view: cooked"), `case.yaml:1:1: view "cooked"`},
		{"accepted by nobody", caseFile, replace(`owner: "ops: team"`, `owner: ""`), "case.yaml:1:1: state accepted needs an owner and a reason"},
		{"date", caseFile, replace(`expires: "2027-01-31"`, "expires: soon"), `case.yaml:1:1: expires "soon": want a date`},
		{"setting missing", caseFile, replace("  clean:\n    - strip\n    - upper\n", ""), `case.yaml:10:3: key "clean" is missing`},
		{"dialect", caseFile, replace(`quoting=3`, `quoting=x`), `case.yaml:15:5: dialect option "quoting=x"`},
		{"column type", caseFile, replace(`"3=decimal"`, "price"), `case.yaml:`},
		{"python", caseFile, replace(`python: "2.7"`, `python: "3.7"`), "case.yaml:1:1: py2 has python 3.7 and py3 3.10"},
		{"no input", inputFile, nil, "input.csv: no such file or directory"},
		{"no outcome", "py3.jsonl", nil, "py3.jsonl: no such file or directory"},
		{"broken outcome", "py2.jsonl", func(string) string { return "[]\n[}\n" }, "py2.jsonl: wire line 2, byte 1:"},
	}
	for _, tt := range tests {
		s := NewStore(t.TempDir())
		dir, _, err := s.Write(fullCase(t))
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Join(dir, tt.file)
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if tt.edit == nil {
			os.Remove(name)
		} else if err := os.WriteFile(name, []byte(tt.edit(string(data))), 0o666); err != nil {
			t.Fatal(err)
		}
		_, err = Load(dir)
		if err == nil || !strings.HasPrefix(err.Error(), `read case "`+dir+`": `+tt.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: error %v, want %s", tt.name, err, tt.want)
		}
	}
}

func TestListNamesBrokenOnes(t *testing.T) {
	s := NewStore(t.TempDir())
	good := fullCase(t)
	goodDir, _, err := s.Write(good)
	if err != nil {
		t.Fatal(err)
	}
	moved := filepath.Join(s.root, "beta", "mojibake-00000000")
	if err := os.MkdirAll(filepath.Dir(moved), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(moved, os.DirFS(goodDir)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(s.root, "README.md"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	found, err := s.List()
	if err != nil || len(found) != 2 {
		t.Fatalf("%+v, %v", found, err)
	}
	if found[0].Case == nil || found[0].Path != goodDir || found[1].Err == nil || !strings.Contains(found[1].Err.Error(), "belong in \"acme/mojibake-") {
		t.Errorf("%+v", found)
	}
	if sigs, err := s.Signatures(); err != nil || len(sigs) != 1 || sigs[Known{good.Feed, good.Signature}] {
		t.Errorf("%v, %v", sigs, err)
	}
	good.State = Fixed
	if err := s.Update(good); err != nil {
		t.Fatal(err)
	}
	if sigs, err := s.Signatures(); err != nil || !sigs[Known{good.Feed, good.Signature}] {
		t.Errorf("of a fixed case: %v, %v", sigs, err)
	}
	nowhere := NewStore(filepath.Join(s.root, "none"))
	if _, err := nowhere.List(); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("List of a missing root: %v", err)
	}
	if sigs, err := nowhere.Signatures(); err != nil || len(sigs) != 0 {
		t.Errorf("Signatures of a missing root: %v, %v", sigs, err)
	}
}

func TestPull(t *testing.T) {
	inbox, checkout := NewStore(t.TempDir()), NewStore(filepath.Join(t.TempDir(), "cases"))
	if got, err := Pull(NewStore("no-such-inbox"), checkout); got != nil || err != nil {
		t.Errorf("a missing inbox: %v, %v", got, err)
	}
	c := fullCase(t)
	if _, _, err := inbox.Write(c); err != nil {
		t.Fatal(err)
	}
	b := fullCase(t)
	b.Feed = "beta"
	broken, _, err := inbox.Write(b)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(broken, inputFile)); err != nil {
		t.Fatal(err)
	}
	got, err := Pull(inbox, checkout)
	if err != nil || len(got) != 2 || !got[0].Copied || got[0].Dir != c.Dir() || got[1].Err == nil {
		t.Fatalf("%+v, %v", got, err)
	}
	c.State, c.Notes = Fixed, "ours"
	if err := checkout.Update(c); err != nil {
		t.Fatal(err)
	}
	got, err = Pull(inbox, checkout)
	if err != nil || got[0].Copied || got[0].Err != nil {
		t.Fatalf("%+v, %v", got, err)
	}
	if back, err := Load(checkout.Path(c)); err != nil || back.Notes != "ours" {
		t.Errorf("the team's case was written over: %v", err)
	}
}

func TestDir(t *testing.T) {
	tests := []struct{ feed, want string }{
		{"acme", "acme/nul-byte-"},
		{"Beta_2.x", "Beta_2.x/nul-byte-"},
		{"../../etc", "x-..-etc-" + Hash("../../etc") + "/nul-byte-"},
		{"a/b", "xa-b-" + Hash("a/b") + "/nul-byte-"},
		{"a-b", "a-b/nul-byte-"},
		{"-rf", "x-rf-" + Hash("-rf") + "/nul-byte-"},
		{"é", "x--" + Hash("é") + "/nul-byte-"},
		{".", "x-" + Hash(".") + "/nul-byte-"},
		{strings.Repeat("a", 65), "x" + strings.Repeat("a", 64) + "-" + Hash(strings.Repeat("a", 65)) + "/nul-byte-"},
	}
	for _, tt := range tests {
		c := Case{Feed: tt.feed, Cause: "nul-byte", Signature: "s"}
		if got := c.Dir(); got != tt.want+Hash("s") {
			t.Errorf("feed %q: %q, want %q", tt.feed, got, tt.want)
		}
	}
	if Hash("") != "e3b0c442" {
		t.Errorf("hash %s is not the head of sha256", Hash(""))
	}
}

func TestRefusedCases(t *testing.T) {
	for name, change := range map[string]func(*Case){
		"text that is no UTF-8":    func(c *Case) { c.Notes = "\xff" },
		"a codec to be detected":   func(c *Case) { c.Py2.Codec = ingest.Detected },
		"a step that is no method": func(c *Case) { c.Py3.Clean = []ingest.Step{"strip(); import os"} },
		"a type that is none":      func(c *Case) { c.Py3.Types = []ingest.ColumnType{{Column: "a", Type: "eval"}} },
		"a mode of the other path": func(c *Case) { c.Py2.Open = ingest.OpenText },
		"no signature":             func(c *Case) { c.Signature = "" },
		"paths swapped":            func(c *Case) { c.Py2, c.Py3 = c.Py3, c.Py2 },
	} {
		c := fullCase(t)
		change(c)
		s := NewStore(t.TempDir())
		if _, _, err := s.Write(c); err == nil {
			t.Errorf("%s was written", name)
		}
		if entries, _ := os.ReadDir(s.root); len(entries) > 0 {
			t.Errorf("%s left %v", name, entries)
		}
	}
}

func FuzzScalar(f *testing.F) {
	for _, s := range []string{"", "null", "a: b", "- x", "#", "1", "é\u0085", "\"\\\n", " x ", "%41", "'", "!x", "&a", "{", "a #b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		e := emitter{}
		e.str("notes", escapeBytes(s))
		if e.err != nil {
			t.Fatal(e.err)
		}
		var back struct {
			Notes string `yaml:"notes"`
		}
		if err := config.Decode("x.yaml", e.out, &back); err != nil {
			t.Fatalf("%q was written as %q: %v", s, e.out, err)
		}
		if got, err := unescapeBytes(back.Notes); err != nil || got != s {
			t.Fatalf("%q was written as %q and read as %q, %v", s, e.out, got, err)
		}
	})
}

// FuzzCase: any case.yaml is read as a case that is written and read back the same, or
// refused with a place.
func FuzzCase(f *testing.F) {
	for _, name := range []string{"mojibake-bafc1cc3", "true-division-f781a6de", "dict-order-35f8a5e2"} {
		data, err := os.ReadFile(filepath.Join(casesDir, "catalogue", name, caseFile))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte("version: 1\nfeed: a\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := parseYAML(caseFile, data)
		if err != nil {
			var at *config.Error
			if !errors.As(err, &at) {
				t.Fatalf("%q is refused without a place: %v", data, err)
			}
			return
		}
		first, err := c.yaml()
		if err != nil {
			return // text that YAML cannot hold, which no writer of ours makes
		}
		back, err := parseYAML(caseFile, first)
		if err != nil {
			t.Fatalf("%q is written as %q: %v", data, first, err)
		}
		if again, err := back.yaml(); err != nil || !bytes.Equal(first, again) {
			t.Fatalf("%q is written as %q and then as %q, %v", data, first, again, err)
		}
	})
}
