// Package report shows what check, sweep and demo found: a table with a line per
// delivery and view, a summary to read in the morning, and the same as JSON.
//
// Its types are plain data with stable JSON names. Whatever a supplier chose
// (names of files, messages of exceptions) is escaped where it is shown as text.
package report

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/feedparity/feedparity/ingest/whole"
)

// Schema names the form of the JSON document; it changes when a field does.
const Schema = "feedparity-report/1"

// Delivery is one line: a view of a delivery, run through both paths.
type Delivery struct {
	Feed      string `json:"feed"`
	Delivery  string `json:"delivery"`       // the file's name; bytes that are no UTF-8 as \xNN
	Path      string `json:"path,omitempty"` // below its source, where it is in a directory there
	SHA256    string `json:"sha256,omitempty"`
	Charset   string `json:"charset"` // as detected or declared
	View      string `json:"view"`    // raw or normalized
	Pair      string `json:"pair"`
	Verdict   string `json:"verdict"`
	Severity  string `json:"severity,omitempty"`  // of a divergence
	Cause     string `json:"cause,omitempty"`     // of the first finding
	Signature string `json:"signature,omitempty"` // of the first finding
	Count     int    `json:"count"`               // of differences
	Case      string `json:"case,omitempty"`      // directory of its golden case
	State     string `json:"state,omitempty"`     // new, known, regressed, accepted, ...
	Error     string `json:"error,omitempty"`     // why it was not compared
	Dropped   bool   `json:"dropped,omitempty"`   // nobody can run it and the supplier took it away: it counts no more
	// Warnings are settings that came to nothing, such as a type for a column that
	// the delivery has not, and what its server left open, such as whether it ended there.
	Warnings []string `json:"warnings,omitempty"`
	// Noise are columns that vary by themselves and were left out, each with what it
	// varies with: "keywords hash-order".
	Noise []string `json:"noise,omitempty"`
	// Confirmed are the real Pythons that read it as the models do, of the night's sample of
	// deliveries that are alike.
	Confirmed []string `json:"confirmed,omitempty"`
	// Stale says where the code reads otherwise than the feed's pair declares.
	Stale []string `json:"policy_stale,omitempty"`
}

// Model is the cause of a line that tells that a model of Python is wrong: its delivery was
// found alike, and a real one reads it otherwise.
const Model = "model"

// wrong reports whether the line tells that.
func (d *Delivery) wrong() bool { return d.Cause == Model && d.Error != "" }

// accepted is the state of what a rule accepts.
const accepted = "accepted"

// shown is what people see of which delivery it is.
func (d *Delivery) shown() string { return cmp.Or(d.Path, d.Delivery) }

// Failure is a feed that could not be swept, or not to the end.
type Failure struct {
	Feed  string `json:"feed"`
	Error string `json:"error"`
	Hint  string `json:"hint,omitempty"`
}

// Document is a whole report.
type Document struct {
	Schema     string     `json:"schema"`
	Run        int64      `json:"run,omitempty"` // of a sweep
	Version    string     `json:"version"`       // of feedparity
	Engine     string     `json:"engine"`
	Revision   string     `json:"revision,omitempty"` // of the team's code
	Started    time.Time  `json:"started"`
	Ended      time.Time  `json:"ended"`
	Summary    Summary    `json:"summary"`         // filled in by Finish
	Feeds      []Feed     `json:"feeds,omitempty"` // of a sweep, in the configuration's order
	Deliveries []Delivery `json:"deliveries"`
	Failures   []Failure  `json:"failures"`
	Spread     []Spread   `json:"spread,omitempty"`  // of new cases, to feeds that have not sent it yet
	Notices    []string   `json:"notices,omitempty"` // of rules and cases that accept divergences and are of no use any more
}

// Spread is a feed that has the fault which a new case of another feed shows.
type Spread struct {
	Case  string `json:"case"` // directory of the new case
	Feed  string `json:"feed"`
	Found string `json:"found"` // directory of the feed's own case
}

// Summary counts what a document holds.
type Summary struct {
	Feeds       int            `json:"feeds"`
	Deliveries  int            `json:"deliveries"`
	Views       int            `json:"views"` // lines: each delivery has one or two
	Verdicts    map[string]int `json:"verdicts"`
	Severities  map[string]int `json:"severities"` // of divergences
	Causes      map[string]int `json:"causes"`
	New         int            `json:"new"`                // divergences whose signature is new or has regressed
	Accepted    int            `json:"accepted,omitempty"` // divergences that rules accept
	NotCompared int            `json:"not_compared"`
	Failures    int            `json:"failures"`
	Confirmed   int            `json:"confirmed,omitempty"`       // deliveries of the night's sample that real Pythons read as the models do
	Alarms      int            `json:"alarms,omitempty"`          // of all feeds
	Unmet       int            `json:"unmet,omitempty"`           // feeds of which less was compared than expected
	Regressed   int            `json:"regressed_cases,omitempty"` // golden cases that are fixed, and diverge by the code as it is
}

// Finish sorts a document, so that equal findings give equal reports whatever
// order they came in, and counts them.
func (d *Document) Finish() {
	d.Schema = Schema
	slices.SortStableFunc(d.Deliveries, func(a, b Delivery) int {
		if a.Feed != b.Feed {
			return strings.Compare(a.Feed, b.Feed)
		}
		return strings.Compare(a.shown(), b.shown()) // the order of views stays
	})
	s := Summary{Verdicts: map[string]int{}, Severities: map[string]int{}, Causes: map[string]int{}, Views: len(d.Deliveries), Failures: len(d.Failures)}
	feeds, files := map[string]bool{}, map[[3]string]bool{}
	for _, l := range d.Deliveries {
		feeds[l.Feed], files[[3]string{l.Feed, l.shown(), l.SHA256}] = true, true
		s.Verdicts[l.Verdict]++
		if l.Verdict == "not-compared" {
			s.NotCompared++
		}
		if l.Verdict != "diverge" {
			continue
		}
		s.Severities[l.Severity]++
		if l.Cause != "" { // of what came before only the verdict is known
			s.Causes[l.Cause]++
		}
		switch l.State {
		case "new", "regressed":
			s.New++
		case accepted:
			s.Accepted++
		}
	}
	for _, f := range d.Failures {
		feeds[f.Feed] = true
	}
	for _, f := range d.Feeds {
		feeds[f.Name] = true
		s.Alarms += len(f.Alarms)
		s.Confirmed += f.Confirmed
		for _, c := range f.Cases {
			if c.Status == CaseRegressed {
				s.Regressed++
			}
		}
	}
	s.Unmet = d.Unmet()
	s.Feeds, s.Deliveries = len(feeds), len(files)
	d.Summary = s
}

// JSON writes a document, indented; lists that are empty are [] and never null.
func JSON(w io.Writer, d Document) error {
	encoded, err := Encode(d)
	if err != nil {
		return err
	}
	return Indent(w, encoded)
}

// Indent writes what Encode made as JSON does.
func Indent(w io.Writer, encoded []byte) error {
	var b bytes.Buffer
	b.Grow(len(encoded) * 3 / 2)
	if err := json.Indent(&b, encoded, "", "  "); err != nil {
		return err
	}
	_, err := w.Write(b.Bytes())
	return err
}

// Encode makes one JSON object of a document, in one line.
func Encode(d Document) ([]byte, error) {
	if d.Deliveries == nil {
		d.Deliveries = []Delivery{}
	}
	if d.Failures == nil {
		d.Failures = []Failure{}
	}
	if slices.ContainsFunc(d.Deliveries, func(l Delivery) bool { return !utf8.ValidString(l.Delivery) || !utf8.ValidString(l.Path) }) {
		d.Deliveries = slices.Clone(d.Deliveries)
		for i := range d.Deliveries {
			l := &d.Deliveries[i]
			l.Delivery, l.Path = validText(l.Delivery), validText(l.Path)
		}
	}
	var b bytes.Buffer
	b.Grow(256 * len(d.Deliveries))
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(d)
	return b.Bytes(), err
}

// validText makes bytes that are no UTF-8 visible, which JSON would turn into
// U+FFFD and so make two names one.
func validText(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return Escape(s)
}

// Escape makes text safe to show on one line of a terminal: control characters,
// invisible ones and bytes that are no UTF-8 become escapes as Go and Python
// write them, a backslash is doubled where there is any.
func Escape(s string) string {
	if ascii(s) {
		return s
	}
	plain := true
	for _, r := range s {
		plain = plain && visible(r)
	}
	if plain && utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, s[0])
		case r == '\\':
			b.WriteString(`\\`)
		case visible(r):
			b.WriteRune(r)
		default:
			quoted := strconv.QuoteRuneToASCII(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		}
		s = s[n:]
	}
	return b.String()
}

// ascii reports whether text is of visible ASCII alone, as most is.
func ascii(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// visible excludes what moves the cursor, turns the direction of writing or
// takes no room.
func visible(r rune) bool { return r == ' ' || unicode.IsGraphic(r) && !unicode.Is(unicode.Zs, r) }

// WriteFiles writes report.txt and report.json into a directory, each whole or
// not at all, and returns their names. A directory that it makes is its user's alone:
// reports hold names of suppliers' files. Encoded is what Encode made of the document.
func WriteFiles(dir string, d Document, encoded []byte) (text, doc string, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", "", fmt.Errorf("write report: %w", err)
	}
	text, doc = filepath.Join(dir, "report.txt"), filepath.Join(dir, "report.json")
	if err = WriteFile(text, d, Text); err == nil {
		err = WriteFile(doc, d, func(w io.Writer, _ Document) error { return Indent(w, encoded) })
	}
	if err != nil {
		return "", "", err
	}
	return text, doc, nil
}

// WriteFile writes a document in one of its forms to a file, whole or not at all: who
// reads it while it is replaced sees the old one or the new one.
func WriteFile(name string, d Document, form func(io.Writer, Document) error) error {
	if err := whole.Write(name, func(w io.Writer) error { return form(w, d) }); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

// Writable says why WriteFile could not write a file, as far as that can be known before.
func Writable(name string) error {
	if info, err := os.Stat(name); err == nil && !info.IsDir() && !info.Mode().IsRegular() {
		return nil // a pipe: who reads it would take this for the end
	}
	f, err := whole.Create(name, 0o666)
	if err != nil {
		return err
	}
	f.Abandon()
	return nil
}
