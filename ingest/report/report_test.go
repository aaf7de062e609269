package report

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

var start = time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)

func sample() Document {
	return Document{
		Version: "1.0", Engine: "embedded", Revision: "3f2a", Started: start, Ended: start.Add(75 * time.Second),
		Deliveries: []Delivery{
			{Feed: "beta", Delivery: "b\x1b[2J\xff.csv", Charset: "utf-8", View: "raw", Pair: "detected", Verdict: "not-compared", Error: "run py3: no module\nnamed x"},
			{Feed: "acme", Delivery: "prix.csv", Charset: "cp1252", View: "raw", Pair: "latin1-cp1252", Verdict: "diverge", Severity: "silent", Cause: "mojibake", Signature: "mojibake c1", Count: 3, Case: "golden/cases/acme/mojibake-1b2c3d4e", State: "new"},
			{Feed: "acme", Delivery: "prix.csv", Charset: "cp1252", View: "normalized", Pair: "latin1-cp1252", Verdict: "parity", Warnings: []string{"no column \"pirx\" for types", "no column \"x\n\" for ignore"},
				Noise: []string{"words hash-order", "at clock"}, Stale: []string{"py3 has codec cp1252 and not utf-8"}},
		},
		Failures: []Failure{{Feed: "gamma", Error: "dial: connection refused", Hint: "is the host up?"}},
	}
}

const wantText = `feedparity 1.0, 2026-11-23 02:00:00Z to 2026-11-23 02:01:15Z, engine embedded, code 3f2a

2 deliveries of 3 feeds: 1 diverge, 1 not-compared, 1 parity (1 silent, 1 new), 1 feed failed
causes: 1 mojibake
failed: feed gamma: dial: connection refused
  hint: is the host up?
new: acme/prix.csv raw: mojibake  golden/cases/acme/mojibake-1b2c3d4e
warning: acme/prix.csv: no column "pirx" for types
warning: acme/prix.csv: no column "x\n" for ignore
policy-stale: feed acme: py3 has codec cp1252 and not utf-8
noise: feed acme: words hash-order, at clock

delivery                view        charset  pair           verdict         cause                         case
acme/prix.csv           raw         cp1252   latin1-cp1252  diverge silent  mojibake                      golden/cases/acme/mojibake-1b2c3d4e
acme/prix.csv           normalized  cp1252   latin1-cp1252  parity          -                             -
beta/b\x1b[2J\xff.csv   raw         utf-8    detected       not-compared    run py3: no module\nnamed x   -
`

func TestText(t *testing.T) {
	d := sample()
	d.Finish()
	var got bytes.Buffer
	if err := Text(&got, d); err != nil {
		t.Fatal(err)
	}
	if squeeze(got.String()) != squeeze(wantText) {
		t.Errorf("got\n%s\nwant\n%s", got.String(), wantText)
	}
	// Columns begin at the same place in every line.
	lines := strings.Split(strings.TrimRight(got.String(), "\n"), "\n")
	table := lines[len(lines)-4:]
	for _, column := range []string{"view", "charset", "pair", "verdict", "cause", "case"} {
		at := strings.Index(table[0], column)
		for _, l := range table[1:] {
			if at < 2 || l[at-2:at] != "  " || l[at] == ' ' {
				t.Errorf("column %s is not aligned in %q", column, l)
			}
		}
	}
}

func squeeze(s string) string {
	for strings.Contains(s, "  ") {
		s = strings.ReplaceAll(s, "  ", " ")
	}
	return s
}

func TestJSONNamesAreStable(t *testing.T) {
	d := sample()
	d.Finish()
	var got bytes.Buffer
	if err := JSON(&got, d); err != nil {
		t.Fatal(err)
	}
	var back struct {
		Schema  string
		Summary struct {
			Feeds, Deliveries, Views, New, Failures int
			NotCompared                             int `json:"not_compared"`
		}
		Deliveries []map[string]any
	}
	if err := json.Unmarshal(got.Bytes(), &back); err != nil {
		t.Fatal(err)
	}
	if s := back.Summary; s.Feeds != 3 || s.Deliveries != 2 || s.Views != 3 || s.New != 1 || s.Failures != 1 || s.NotCompared != 1 || back.Schema != Schema {
		t.Errorf("%+v", back)
	}
	for key, want := range map[string]any{
		"feed": "acme", "delivery": "prix.csv", "charset": "cp1252", "view": "raw", "pair": "latin1-cp1252", "verdict": "diverge", "severity": "silent",
		"cause": "mojibake", "signature": "mojibake c1", "count": 3.0, "case": "golden/cases/acme/mojibake-1b2c3d4e", "state": "new",
	} {
		if back.Deliveries[0][key] != want {
			t.Errorf("%s: %v, want %v", key, back.Deliveries[0][key], want)
		}
	}
	if name := back.Deliveries[2]["delivery"]; name != `b\x1b[2J\xff.csv` {
		t.Errorf("a name that is no UTF-8 is %q", name)
	}
	got.Reset()
	if err := JSON(&got, Document{}); err != nil || strings.Contains(got.String(), `"deliveries": null`) || strings.Contains(got.String(), `"failures": null`) {
		t.Errorf("an empty document: %v\n%s", err, got.String())
	}
}

func TestEscape(t *testing.T) {
	for in, want := range map[string]string{
		"prix été.csv":     "prix été.csv",
		`a\b`:              `a\b`,
		"a\\b\n":           `a\\b\n`,
		"\x1b[31m":         `\x1b[31m`,
		"a\r\tb":           `a\r\tb`,
		"\xe9.csv":         `\xe9.csv`,
		"a\u202egnp.csv":   `a\u202egnp.csv`,
		"a\u00a0b\u200bc":  `a\u00a0b\u200bc`,
		"\u0085\u2028\x7f": `\u0085\u2028\x7f`,
		"日本語":              "日本語",
		"":                 "",
	} {
		if got := Escape(in); got != want {
			t.Errorf("Escape(%q) = %s, want %s", in, got, want)
		}
	}
}

func TestWriteFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "reports", "2026-11-23")
	d := sample()
	d.Finish()
	encoded, err := Encode(d)
	if err != nil {
		t.Fatal(err)
	}
	var want bytes.Buffer
	if err := JSON(&want, d); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second replaces the first
		text, doc, err := WriteFiles(dir, d, encoded)
		if err != nil {
			t.Fatal(err)
		}
		if data, err := os.ReadFile(text); err != nil || !bytes.Contains(data, []byte("mojibake-1b2c3d4e")) {
			t.Errorf("%v: %s", err, data)
		}
		if data, err := os.ReadFile(doc); err != nil || !bytes.Equal(data, want.Bytes()) {
			t.Errorf("%v: %s", err, data)
		}
	}
	for _, made := range []string{dir, filepath.Dir(dir)} {
		if info, err := os.Stat(made); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o700 {
			t.Errorf("%s: %v, %v", made, info.Mode(), err)
		}
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 2 {
		t.Errorf("%v, %v: want the two reports alone", entries, err)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, _, err := WriteFiles(filepath.Join(file, "x"), d, encoded); err == nil || !strings.HasPrefix(err.Error(), "write report: ") {
		t.Errorf("into a file: %v", err)
	}
}
