package report

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Feed is the night of one feed: what its source had, what was compared, and what is
// to be looked at in the morning.
type Feed struct {
	Name     string `json:"name"`
	Listed   int    `json:"listed"`   // files its source has, matching or not
	Seen     int    `json:"seen"`     // deliveries run before and still offered
	Skipped  int    `json:"skipped"`  // older than its backfill, on first sight
	New      int    `json:"new"`      // deliveries never seen before
	Changed  int    `json:"changed"`  // with another size or time than before
	Resumed  int    `json:"resumed"`  // fetched by an earlier sweep, run by this one
	Unstable int    `json:"unstable"` // not finished, or changed while they were read: the next sweep takes them
	Gone     int    `json:"gone"`     // offered last night and no more
	Failed   int    `json:"failed"`   // deliveries that could not be fetched, run or compared
	Unparsed int    `json:"unparsed"` // lines of the listing that may hide a delivery
	Compared int    `json:"compared"` // deliveries whose every view was compared
	Parity   int    `json:"parity"`   // of these, alike in every view
	Bytes    int64  `json:"bytes"`    // of the deliveries compared
	Rows     int64  `json:"rows"`     // of the old code, in their raw views
	// Confirmed are those of the night's sample of what is alike that real Pythons read as the models do.
	Confirmed int `json:"confirmed,omitempty"`
	// Severities counts the signatures of the night by severity, Causes by cause.
	Severities map[string]int `json:"severities"`
	Causes     map[string]int `json:"causes"`
	Signatures []Signature    `json:"signatures"`
	// Families are the kinds of names, as "stock_#.csv", of which all that came was
	// compared: what their deliveries do not show any more is gone.
	Families []string  `json:"families"`
	Newest   time.Time `json:"newest,omitzero"` // time of the newest delivery ever seen
	Alarms   []Alarm   `json:"alarms"`
	Cases    []Case    `json:"cases,omitempty"`          // that were run again, since the code has changed, and are not as their state says
	Lines    []Line    `json:"unparsed_lines,omitempty"` // one of each kind that is unparsed, of many kinds some
	Lost     []Lost    `json:"lost,omitempty"`           // what came and was never compared
	Replayed int       `json:"replayed,omitempty"`       // cases that were run again
	// CaseStates counts the cases that were not as their state says when they were run last,
	// tonight or since when the code is as it is, by what they did.
	CaseStates map[string]int `json:"case_states,omitempty"`
	Error      string         `json:"error,omitempty"` // why it could not be swept to its end
}

// Line is a line of a listing that nobody understands.
type Line struct {
	Kind string `json:"kind"` // what lines like it have in common: numbers differ each night
	Text string `json:"text"` // where and what it is, and what is wrong with it
}

// Lost is a delivery that somebody took away before it could be fetched.
type Lost struct {
	Delivery string `json:"delivery"`
	Path     string `json:"path,omitempty"`   // below its source, where it was in a directory there
	Nights   int    `json:"nights,omitempty"` // in which it was offered and could not be taken
	Why      string `json:"why,omitempty"`    // in the last of them
}

// shown is what people see of which delivery it was.
func (l Lost) shown() string { return cmp.Or(l.Path, l.Delivery) }

// Case is a golden case that was run again.
type Case struct {
	Path   string `json:"path"`   // of its directory
	Status string `json:"status"` // as "feedparity golden replay" says it
	Detail string `json:"detail,omitempty"`
}

// What a case did that makes a sweep end with a status of its own; cases can be otherwise
// than their state says in other ways, for somebody to look at.
const (
	CaseRegressed   = "regressed"    // it is fixed, and the paths diverge
	CaseNotCompared = "not-compared" // nothing is known of it
)

// String says what it did, its directory, and how.
func (c Case) String() string { return join(": ", c.Status, c.Path, c.Detail) }

// News is what a signature is to its feed.
type News string

// What a signature can be. "Gone" is one that deliveries showed until last night and
// none of the night's shows any more.
const (
	First News = "first"
	Known News = "known"
	Again News = "again" // it was gone
	Gone  News = "gone"
	// Regressed is one of which the checkout's golden case says that it is fixed.
	Regressed News = "regressed"
)

// Signature is one finding of a feed's night, counted once whatever shows it.
type Signature struct {
	Signature string `json:"signature"`
	Cause     string `json:"cause"`
	Severity  string `json:"severity,omitempty"` // "" of one that is gone
	News      News   `json:"news"`
	Case      string `json:"case,omitempty"`
	Accepted  bool   `json:"accepted,omitempty"` // by rules, wherever it is shown: nobody need look at it
	// Families are the kinds of names of the deliveries that show it.
	Families []string `json:"families"`
}

// Kind is what an alarm is about.
type Kind string

// The kinds of alarms. docs/operations.md says what to do about each.
const (
	Missing      Kind = "missing"       // nothing is offered, and the newest delivery is too old
	Late         Kind = "late"          // the newest delivery is too old
	TooFew       Kind = "too-few"       // fewer deliveries were compared than expected
	TooSmall     Kind = "too-small"     // below min_size
	TooFewRows   Kind = "too-few-rows"  // below min_rows
	Shrunk       Kind = "shrunk"        // in size or rows, against the feed's history
	Grown        Kind = "grown"         // likewise
	CharsetDrift Kind = "charset-drift" // a charset that no recent delivery was in
	DialectDrift Kind = "dialect-drift" // likewise
)

// Kinds are all of them, in the order of the documentation.
var Kinds = []Kind{Missing, Late, TooFew, TooSmall, TooFewRows, Shrunk, Grown, CharsetDrift, DialectDrift}

// Alarm is something about a feed, or one of its deliveries, that is not as it was or
// should be.
type Alarm struct {
	Kind     Kind   `json:"kind"`
	Delivery string `json:"delivery,omitempty"` // "" for the feed
	Path     string `json:"path,omitempty"`     // below its source, where it is in a directory there
	Text     string `json:"text"`
}

// shown is what people see of which delivery it is about, "" for the feed.
func (a Alarm) shown() string { return cmp.Or(a.Path, a.Delivery) }

// Unmet reports whether the alarm says that the feed's "expect" was not met, so that
// the night compared less than it should have.
func (a Alarm) Unmet() bool { return a.Kind != CharsetDrift && a.Kind != DialectDrift }

// Unmet counts the feeds of which less was compared than was expected.
func (d *Document) Unmet() int {
	n := 0
	for _, f := range d.Feeds {
		if slices.ContainsFunc(f.Alarms, Alarm.Unmet) {
			n++
		}
	}
	return n
}

// Standing is how a feed stood when somebody was told last: what a channel must
// remember to say a thing once.
type Standing struct {
	At       time.Time           `json:"at"`                 // when the last sweep began that swept it to its end
	Shown    map[string][]string `json:"shown"`              // signatures that its latest deliveries show, each with their families
	Told     []string            `json:"told"`               // signatures ever told
	Gone     []string            `json:"gone"`               // signatures told to be gone
	Alarms   map[string]string   `json:"alarms"`             // those of the feed, by kind
	Failed   map[string]string   `json:"failed"`             // why, by delivery; "" is the feed itself
	Back     []string            `json:"back,omitempty"`     // signatures told to have regressed
	Cases    map[string]string   `json:"cases,omitempty"`    // golden cases that are not as their state says, what they do
	Unparsed []string            `json:"unparsed,omitempty"` // kinds of lines that were not understood
	Pending  []Change            `json:"pending,omitempty"`  // what could not be told yet, the earliest of it
	More     map[string]int      `json:"more,omitempty"`     // how many changes that are not in Pending, by what they are
}

// Channel is the name of the report's own standing, as the state keeps it: it tells
// whoever reads it.
const Channel = "report"

// Joining is how a feed stood for somebody who is told of it for the first time, after a
// night of which the report's own standing knows: signatures that the report had before are
// no news.
func (s Standing) Joining(f Feed) Standing {
	told := slices.DeleteFunc(slices.Clone(s.Told), func(signature string) bool {
		return slices.ContainsFunc(f.Signatures, func(now Signature) bool { return now.Signature == signature && now.News == First })
	})
	return Standing{Told: told, Gone: slices.Clone(s.Gone)}
}

// ParseStanding reads what JSON made of a Standing; of nothing it is the zero one.
func ParseStanding(body []byte) (s Standing, err error) {
	if body == nil {
		return s, nil
	}
	if err := json.Unmarshal(body, &s); err != nil {
		return s, fmt.Errorf("read standing: %w", err)
	}
	return s, nil
}

// Change is one thing that is not as it was when somebody was told last.
type Change struct {
	Feed string `json:"feed"`
	What string `json:"what"` // "new", "regressed", "gone", "alarm", "over", "failed", "case", "lost", "unparsed" or "mended"
	Text string `json:"text"`
}

// Changes says what is not as it was, and how the feed stands after it was told. A
// signature is told once, as new, and at most once as gone, however often it comes and
// goes, and not while all of it is accepted; a failure or an alarm when it begins, when it changes its kind, and when it ends.
func Changes(was Standing, f Feed, lines []Delivery, at time.Time) ([]Change, Standing) {
	var out []Change
	add := func(what, format string, args ...any) {
		out = append(out, Change{f.Name, what, fmt.Sprintf(format, args...)})
	}
	now := Standing{At: at, Shown: shown(was.Shown, f), Told: slices.Clone(was.Told), Gone: slices.Clone(was.Gone), Alarms: map[string]string{}, Failed: map[string]string{}}
	for _, s := range f.Signatures {
		switch told := slices.Contains(was.Told, s.Signature); {
		case s.News == Regressed:
			if now.Back = append(now.Back, s.Signature); !slices.Contains(was.Back, s.Signature) {
				add("regressed", "%s %s%s", s.Severity, s.Signature, in(s.Case))
			}
			if !told {
				now.Told = append(now.Told, s.Signature)
			}
		case s.Accepted: // nobody need look at it; when that is over it is new
		case s.News != Gone && !told:
			add("new", "%s %s%s", s.Severity, s.Signature, in(s.Case))
			now.Told = append(now.Told, s.Signature)
		case s.News == Gone && told && !slices.Contains(was.Gone, s.Signature):
			add("gone", "%s: the new deliveries do not show it", s.Signature)
			now.Gone = append(now.Gone, s.Signature)
		}
	}
	for _, s := range was.Back { // what did not come tonight is as it was
		if !slices.ContainsFunc(f.Signatures, func(now Signature) bool { return now.Signature == s }) {
			now.Back = append(now.Back, s)
		}
	}
	for _, a := range f.Alarms {
		key := a.key(was.Alarms)
		if a.Delivery != "" { // of this night's delivery: it cannot have been told before
			add("alarm", "%s: %s: %s", a.Kind, a.shown(), a.Text)
			continue
		}
		if now.Alarms[key] = a.Text; was.Alarms[key] == "" {
			add("alarm", "%s: %s", a.Kind, a.Text)
		}
	}
	for _, key := range missingIn(was.Alarms, now.Alarms) {
		if late := key == string(Late) && now.Alarms[string(Missing)] != ""; !late {
			add("over", "%s", key)
		}
	}
	if f.Error != "" { // what went away meanwhile is told of when it is swept again
		now.At = was.At
	}
	now.Cases = cases(was.Cases, f, add)
	now.Unparsed = unparsed(was.Unparsed, f, add)
	if now.Failed = failures(f, lines); f.Error != "" { // of its deliveries nothing is known
		for name, why := range was.Failed {
			now.Failed[name] = cmp.Or(now.Failed[name], why)
		}
	}
	for _, l := range lines { // of this night's delivery, which no other one looks at again
		if l.Feed == f.Name && l.wrong() {
			add("failed", "%s: %s", validText(l.shown()), l.Error)
		}
	}
	for _, name := range missingIn(now.Failed, was.Failed) {
		add("failed", "%s", strings.TrimPrefix(name+": "+now.Failed[name], ": "))
	}
	for _, name := range missingIn(was.Failed, now.Failed) {
		if lost(name, f, lines) {
			add("lost", "%s: gone, never compared", name)
			continue
		}
		add("mended", "%s", cmp.Or(name, "the feed is swept again"))
	}
	return out, now
}

// key is under which an alarm of a feed stands. What is missing and then only late is so
// still: a source that could not be listed, or that offers what is old again, mends nothing.
func (a Alarm) key(was map[string]string) string {
	if a.Kind == Late && was[string(Missing)] != "" {
		return string(Missing)
	}
	return string(a.Kind)
}

// cases says which golden cases are not as their state says any more, or again, and returns
// all that are not. Cases are run only when the code has changed.
func cases(was map[string]string, f Feed, add func(what, format string, args ...any)) map[string]string {
	if f.Replayed == 0 {
		return was
	}
	now := map[string]string{}
	for _, c := range f.Cases {
		now[c.Path] = c.Status
		if was[c.Path] != c.Status {
			add("case", "%s", c)
		}
	}
	for _, path := range missingIn(was, now) {
		add("mended", "%s", path)
	}
	return now
}

// mostKinds is how many kinds of lines a channel remembers of a feed.
const mostKinds = 100

// unparsed tells of lines that nobody understands, by their kind, and returns the kinds that
// were told since all of them were understood.
func unparsed(was []string, f Feed, add func(what, format string, args ...any)) []string {
	switch {
	case f.Error != "": // not all is known
		return was
	case f.Unparsed == 0 && len(was) > 0:
		add("mended", "every line of the listing is understood")
		return nil
	}
	now := slices.Clone(was)
	for _, l := range f.Lines {
		if !slices.Contains(now, l.Kind) {
			now = append(now, l.Kind)
			add("unparsed", "a delivery may hide in %s", l.Text)
		}
	}
	return now[max(0, len(now)-mostKinds):]
}

func in(dir string) string {
	if dir == "" {
		return ""
	}
	return "  " + dir
}

// shown are the signatures that a feed's latest deliveries show: those of the night
// and, where nothing said that they are gone, those from before.
func shown(was map[string][]string, f Feed) map[string][]string {
	out := map[string][]string{}
	maps.Copy(out, was)
	for _, s := range f.Signatures {
		if s.News == Gone {
			delete(out, s.Signature)
			continue
		}
		all := append(slices.Clone(out[s.Signature]), s.Families...)
		slices.Sort(all)
		out[s.Signature] = slices.Compact(all)
	}
	return out
}

// lost reports whether a delivery that had failed was taken away before it was compared.
func lost(name string, f Feed, lines []Delivery) bool {
	return slices.ContainsFunc(f.Lost, func(l Lost) bool { return validText(l.shown()) == name }) ||
		slices.ContainsFunc(lines, func(l Delivery) bool { return l.Feed == f.Name && l.Dropped && validText(l.shown()) == name })
}

// failures are why a feed and its deliveries failed, by what is seen of the delivery.
func failures(f Feed, lines []Delivery) map[string]string {
	out := map[string]string{}
	if f.Error != "" {
		out[""] = f.Error
	}
	for _, l := range lines {
		if l.Feed == f.Name && l.Error != "" && !l.Dropped && !l.wrong() {
			out[validText(l.shown())] = l.Error
		}
	}
	return out
}

// missingIn lists the keys of one map that another has not.
func missingIn(a, b map[string]string) []string {
	var out []string
	for key := range a {
		if _, ok := b[key]; !ok {
			out = append(out, key)
		}
	}
	slices.Sort(out)
	return out
}
