package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"
)

// The elements of a JUnit report, as far as CI servers agree on them: the schema of
// Jenkins' xunit plugin (junit-10.xsd).
type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Errors   int          `xml:"errors,attr"`
		Time     string       `xml:"time,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Errors   int         `xml:"errors,attr"`
		Skipped  int         `xml:"skipped,attr"`
		Stamp    string      `xml:"timestamp,attr,omitempty"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Class   string        `xml:"classname,attr"`
		Name    string        `xml:"name,attr"`
		Failure *junitMessage `xml:"failure"`
		Error   *junitMessage `xml:"error"`
		Skipped *junitMessage `xml:"skipped"`
		Out     string        `xml:"system-out,omitempty"`
	}
	junitMessage struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr,omitempty"`
		Text    string `xml:",chardata"`
	}
)

// JUnit writes a finished document as a JUnit report: a suite per feed, a test per view
// of a delivery, one for what was expected of the feed, one for its listing, and one for its
// golden cases where they were run again. A new divergence, an expectation that is not met
// and a case that has regressed are failures, what could not be compared is an error, and a
// divergence that is known is skipped with its cause.
func JUnit(w io.Writer, d Document) error {
	all := junitSuites{Name: "feedparity sweep", Time: fmt.Sprintf("%.3f", d.Ended.Sub(d.Started).Seconds())}
	for _, name := range feedNames(d) {
		s := junitSuite{Name: name, Stamp: d.Started.UTC().Format("2006-01-02T15:04:05")}
		s.Cases = append(listingCase(d, name), expectCase(d, name)...)
		s.Cases = append(s.Cases, replayedCase(d, name)...)
		s.Cases = append(s.Cases, viewCases(d, name)...)
		all.add(s)
	}
	return all.write(w)
}

// Test is one test of a report that is no sweep's: what a golden case says.
type Test struct {
	Suite, Name string
	Kind        string // of a failure: the cause
	Failure     string // "" where it passes
	Skipped     string // why it does not count, "" where it does
}

// JUnitTests writes tests as a JUnit report: a suite for each name of one, in the order
// in which they come first.
func JUnitTests(w io.Writer, name string, tests []Test) error {
	all := junitSuites{Name: name, Time: "0.000"}
	var suites []junitSuite
	for _, t := range tests {
		c := junitCase{Class: t.Suite, Name: Escape(t.Name)}
		switch {
		case t.Failure != "":
			c.Failure = withText(nil, t.Kind, Escape(t.Failure))
		case t.Skipped != "":
			c.Skipped = withText(nil, "", Escape(t.Skipped))
		}
		i := slices.IndexFunc(suites, func(s junitSuite) bool { return s.Name == t.Suite })
		if i < 0 {
			i, suites = len(suites), append(suites, junitSuite{Name: t.Suite})
		}
		suites[i].Cases = append(suites[i].Cases, c)
	}
	for _, s := range suites {
		all.add(s)
	}
	return all.write(w)
}

// add counts a suite's tests and puts it to the others.
func (all *junitSuites) add(s junitSuite) {
	for _, c := range s.Cases {
		s.Tests++
		s.Failures += one(c.Failure)
		s.Errors += one(c.Error)
		s.Skipped += one(c.Skipped)
	}
	all.Tests, all.Failures, all.Errors = all.Tests+s.Tests, all.Failures+s.Failures, all.Errors+s.Errors
	all.Suites = append(all.Suites, s)
}

func (all *junitSuites) write(w io.Writer) error {
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func one(m *junitMessage) int {
	if m == nil {
		return 0
	}
	return 1
}

// feedNames are those of a document, of its deliveries where it is no sweep's.
func feedNames(d Document) []string {
	var out []string
	add := func(name string) {
		if !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	for _, f := range d.Feeds {
		add(f.Name)
	}
	for _, l := range d.Deliveries {
		add(l.Feed)
	}
	for _, f := range d.Failures {
		add(f.Feed)
	}
	return out
}

func listingCase(d Document, feed string) []junitCase {
	c := junitCase{Class: feed, Name: "listing"}
	for _, f := range d.Failures {
		if f.Feed == feed {
			c.Error = withText(c.Error, "sweep", f.Error)
		}
	}
	return []junitCase{c}
}

func expectCase(d Document, feed string) []junitCase {
	var out []junitCase
	for _, f := range d.Feeds {
		if f.Name != feed {
			continue
		}
		c := junitCase{Class: feed, Name: "expect"}
		for _, a := range f.Alarms {
			text := join(": ", string(a.Kind), a.shown(), Escape(a.Text))
			if a.Unmet() {
				c.Failure = withText(c.Failure, string(a.Kind), text)
			} else {
				c.Out += text + "\n"
			}
		}
		out = append(out, c)
	}
	return out
}

// replayedCase is the test of a feed's golden cases, where the code has changed.
func replayedCase(d Document, feed string) []junitCase {
	var out []junitCase
	for _, f := range d.Feeds {
		if f.Name != feed || f.Replayed == 0 {
			continue
		}
		c := junitCase{Class: feed, Name: "cases"}
		for _, one := range f.Cases {
			switch text := Escape(one.String()); one.Status {
			case CaseRegressed:
				c.Failure = withText(c.Failure, one.Status, text)
			case CaseNotCompared:
				c.Error = withText(c.Error, one.Status, text)
			default:
				c.Out += text + "\n"
			}
		}
		if c.Failure != nil && c.Error != nil { // what regressed is known, and is the worse
			c.Failure.Text += "\n" + c.Error.Text
			c.Error = nil
		}
		out = append(out, c)
	}
	return out
}

// viewCases are a test for each view of each delivery: its lines are one per cause.
func viewCases(d Document, feed string) []junitCase {
	var out []junitCase
	at := map[[2]string]int{}
	for _, l := range d.Deliveries {
		if l.Feed != feed || l.Dropped {
			continue
		}
		key := [2]string{l.shown(), l.View}
		if _, ok := at[key]; !ok {
			at[key] = len(out)
			out = append(out, junitCase{Class: feed, Name: Escape(join(" ", l.shown(), l.View))})
		}
		c := &out[at[key]]
		found := join(" ", l.Severity, l.Signature, l.Case)
		switch {
		case l.Verdict == "not-compared" || l.Error != "":
			kind := "not-compared"
			if l.wrong() {
				kind = Model
			}
			c.Error = withText(c.Error, kind, Escape(l.Error))
		case l.Verdict == "diverge" && (l.State == "new" || l.State == "regressed"):
			c.Failure = withText(c.Failure, l.Cause, l.State+": "+Escape(found))
		case l.Verdict == "diverge":
			c.Skipped = withText(c.Skipped, "", join(" ", l.State+":", Escape(found)))
		}
	}
	for i := range out { // one of them is what the test is
		if c := &out[i]; c.Error != nil {
			c.Failure, c.Skipped = nil, nil
		} else if c.Failure != nil {
			c.Skipped = nil
		}
	}
	return out
}

// withText adds a line to a message; its first is the one that lists show.
func withText(m *junitMessage, kind, text string) *junitMessage {
	text = strings.ReplaceAll(text, "\n", "; ")
	if m == nil {
		return &junitMessage{Message: text, Type: kind, Text: text}
	}
	m.Text += "\n" + text
	return m
}
