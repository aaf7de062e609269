package handover

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/feedparity/feedparity/ingest"
)

// Advice is what a team has to set so that rows written by one path are read by
// the other.
type Advice struct {
	Direction Direction `json:"direction"`
	Family    string    `json:"family"` // "pickle", "json", "shelve", ...
	// Safe says that every row came over without setting anything.
	Safe bool `json:"safe"`
	// Setting restores the hand-over, "" if nothing that was tried does: a reader's
	// line of Python for forward, the writer's for rollback.
	Setting string `json:"setting"`
	// Why says, where no Setting does, why none of them can and what to write instead.
	Why string `json:"why,omitempty"`
	// Worst is what a reader meets that sets nothing.
	Worst *Trial `json:"worst,omitempty"`
}

// Family is the form that feeds ask for by this name.
func (t Trial) Family() string {
	base, _, _ := strings.Cut(t.Format, ":")
	switch base {
	case "cPickle":
		return "pickle"
	case "shelve-dumb":
		return "shelve"
	}
	return base
}

// Advise sums up the trials of a direction, a line per family that could be
// written at all.
func (r *Report) Advise(d Direction) []Advice {
	var out []Advice
	for _, f := range ingest.HandoverForms {
		var of []Trial
		for _, t := range r.Trials {
			if t.Direction == d && t.Family() == f && t.Rows > 0 {
				of = append(of, t)
			}
		}
		if len(of) > 0 {
			out = append(out, r.advise(d, f, of))
		}
	}
	return out
}

func (r *Report) advise(d Direction, family string, of []Trial) Advice {
	a := Advice{Direction: d, Family: family}
	for i, t := range of {
		if t.Default && r.isDefault(t) && !t.Loads() && (a.Worst == nil || worse(t, *a.Worst)) {
			a.Worst = &of[i]
		}
	}
	if a.Safe = a.Worst == nil; a.Safe {
		return a
	}
	switch {
	case d == Rollback:
		a.Setting = writerSetting(of)
	case family == "shelve": // its reader has nothing to set
		a.Setting = strings.Replace(writerSetting(of), "dbm.dumb", "dumbdbm", 1)
	default:
		a.Setting = readerSetting(of)
	}
	if a.Setting == "" {
		a.Why = whyNone(d, family, of)
	}
	return a
}

// whyNone says what is in the way of every setting, by the trial that gets furthest, and
// what to write instead.
func whyNone(d Direction, family string, of []Trial) string {
	best := slices.MinFunc(of, func(a, b Trial) int {
		return cmp.Or(cmp.Compare(a.Failed+a.Differ, b.Failed+b.Differ), cmp.Compare(a.Failed, b.Failed))
	})
	lost := best.String()
	instead := "write JSON"
	if strings.HasPrefix(family, "signed-") {
		instead = "sign JSON"
	}
	switch {
	case strings.HasPrefix(family, "digest-"):
		return "the two Pythons write the same value differently, so that the digests differ; take it of json.dumps(row, sort_keys=True) of text on both paths"
	case strings.HasSuffix(family, "repr"):
		return "repr() writes u'', b'' and 5L as its own Python does; write json.dumps(row) of text instead"
	case strings.HasSuffix(family, "json"):
		return "JSON knows text alone, and the reader makes unicode of it: " + lost + "; let the reader convert (.encode() of each str), or read unicode on both paths"
	case d == Forward && family == "shelve":
		return "shelve has no encoding= to set: " + lost + "; read its entries with pickle.loads(dbm.open(path)[key], encoding=...), or let py2 store unicode"
	case d == Forward:
		return "no encoding= of those tried (ASCII, utf-8, latin1, bytes, latin1 and then utf-8 or cp1252) loads all rows: " + lost + "; let py2 write unicode, or " + instead
	}
	return "no protocol restores all rows: " + lost + "; let py3 write each str that py2 has as bytes with .encode(), protocol 2, or " + instead
}

// Remedy says what to do about rows that a format cannot hold.
func (t Trial) Remedy() string {
	if strings.HasSuffix(t.Family(), "json") {
		return "json.dumps(row, default=str), if the reader knows to convert it back; or pickle with protocol 2"
	}
	return "keep plain values in it: text, numbers, dates, lists and dicts"
}

// isDefault reports whether a writer that sets nothing writes this format. In 2.7
// nobody leaves the protocol out (it is 0, and slow): all three count there.
func (r *Report) isDefault(t Trial) bool {
	base, protocol, _ := strings.Cut(t.Format, ":")
	switch base {
	case "pickle":
		return t.Direction == Forward || protocol == strconv.Itoa(r.Default[t.Direction.Writer()])
	case "shelve", "shelve-dumb":
		return t.Format == "shelve"
	}
	return true
}

// worse ranks trials by what they lose; an exception is better than other data.
func worse(a, b Trial) bool {
	return cmp.Or(cmp.Compare(a.Differ, b.Differ), cmp.Compare(a.Failed, b.Failed)) > 0
}

// readerSetting is the encoding= with which every pickle of the writer loads.
func readerSetting(of []Trial) string {
	for _, reader := range []string{"utf-8", "latin1", "bytes", "latin1>utf-8", "latin1>cp1252"} {
		mine := slices.DeleteFunc(slices.Clone(of), func(t Trial) bool { return t.Reader != reader })
		if len(mine) == 0 || slices.ContainsFunc(mine, func(t Trial) bool { return !t.Loads() }) {
			continue
		}
		encoding, cells, again := strings.Cut(reader, ">")
		line := fmt.Sprintf("pickle.loads(data, encoding=%q)", encoding)
		if again {
			line += fmt.Sprintf(", then .encode(%q).decode(%q) of each str", encoding, cells)
		}
		return line
	}
	return ""
}

// writerSetting is what the new path has to write for the old one to read it.
func writerSetting(of []Trial) string {
	best := ""
	for _, t := range of {
		base, protocol, _ := strings.Cut(t.Format, ":")
		switch {
		case !t.Loads() || !t.Default && !t.encoded():
		case base == "pickle" && strings.Contains(protocol, ">"): // where no protocol alone does
			if best == "" {
				protocol, codec, _ := strings.Cut(protocol, ">")
				best = fmt.Sprintf("pickle.dumps(row, protocol=%s), each str in it .encode(%q) before", protocol, codec)
			}
		case base == "pickle": // the highest that loads
			best = "pickle.dumps(row, protocol=" + protocol + ")"
		case base == "shelve" && protocol != "":
			return "shelve.open(path, protocol=" + protocol + ")"
		case base == "shelve-dumb":
			best = "shelve.Shelf(dbm.dumb.open(path), protocol=" + protocol + ")"
		}
	}
	return best
}

// String words what a reader that sets nothing meets.
func (t Trial) String() string {
	what := t.Format
	if t.Reader != "" {
		what += " read with " + t.Reader
	}
	switch {
	case t.Loads():
		return fmt.Sprintf("%s: all %d rows come over", what, t.Rows)
	case t.First == nil:
		return fmt.Sprintf("%s: nothing was written", what)
	}
	where := fmt.Sprintf("row %d", t.First.Row)
	if t.First.Entry != "" {
		where = t.First.Entry
	}
	if t.First.Column > 0 {
		where += fmt.Sprintf(", column %d", t.First.Column)
	}
	if t.First.Field != "" {
		where += fmt.Sprintf(" %q", t.First.Field)
	}
	if t.First.Kind == LossFault {
		return fmt.Sprintf("%s: %s: %s: %s", what, where, t.First.Fault.Type, t.First.Fault.Message)
	}
	return fmt.Sprintf("%s: %s: %s", what, where, lossWords[t.First.Kind])
}

// encoded reports whether the writer makes byte strings of text before it pickles it.
func (t Trial) encoded() bool { return strings.Contains(t.Format, ">") }

var lossWords = map[LossKind]string{
	LossBytes:   "bytes where the reader has text",
	LossText:    "other characters, without an error",
	LossUnicode: "text where the reader has bytes",
	LossValue:   "another value, without an error",
}
