package report

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// columns of the table, in the order shown.
var columns = []struct {
	name string
	of   func(Delivery) string
}{
	{"delivery", func(d Delivery) string { return join("/", d.Feed, d.shown()) }},
	{"view", func(d Delivery) string { return d.View }},
	{"charset", func(d Delivery) string { return d.Charset }},
	{"pair", func(d Delivery) string { return d.Pair }},
	{"verdict", verdict},
	{"cause", func(d Delivery) string {
		if d.Verdict == "not-compared" {
			return d.Error
		}
		return d.Cause
	}},
	{"case", func(d Delivery) string { return d.Case }},
}

// verdict shows how bad a divergence is, and whether it may be there.
func verdict(d Delivery) string {
	if d.Verdict != "diverge" || d.Severity == "" {
		return d.Verdict
	}
	out := d.Verdict + " " + d.Severity
	if d.State == accepted {
		out += " " + accepted
	}
	return out
}

func join(sep string, parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), sep)
}

// Table writes a line per delivery and view under a line of headings, in aligned
// columns two spaces apart. Empty cells show "-".
func Table(w io.Writer, lines []Delivery) error {
	var head []string
	for _, c := range columns {
		head = append(head, c.name)
	}
	all := make([]string, 0, len(lines)*len(columns))
	cells := make([][]string, len(lines))
	for i, l := range lines {
		for _, c := range columns {
			all = append(all, c.of(l))
		}
		cells[i] = all[len(all)-len(columns):]
	}
	_, err := io.WriteString(w, aligned(head, cells))
	return err
}

// aligned lays out lines of cells under their headings, two spaces apart. It keeps the cells.
func aligned(head []string, cells [][]string) string {
	width := make([]int, len(head))
	measure := func(row []string) {
		for i, cell := range row {
			width[i] = max(width[i], utf8.RuneCountInString(cell))
		}
	}
	measure(head)
	for _, row := range cells {
		for i, cell := range row {
			row[i] = orDash(Escape(cell))
		}
		measure(row)
	}
	line := len(head)*2 + 1
	for _, w := range width {
		line += w
	}
	var b strings.Builder
	b.Grow(line * (len(cells) + 1))
	write := func(row []string) {
		for i, cell := range row {
			b.WriteString(cell)
			if i < len(row)-1 {
				b.WriteString(strings.Repeat(" ", width[i]-utf8.RuneCountInString(cell)+2))
			}
		}
		b.WriteByte('\n')
	}
	write(head)
	for _, row := range cells {
		write(row)
	}
	return b.String()
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// Text writes a finished document to read in the morning: what is new and what
// is broken first, then the table.
func Text(w io.Writer, d Document) error {
	var b strings.Builder
	fmt.Fprintf(&b, "feedparity %s, %s to %s, engine %s", d.Version, stamp(d.Started), stamp(d.Ended), Escape(d.Engine))
	if d.Revision != "" {
		fmt.Fprintf(&b, ", code %s", Escape(d.Revision))
	}
	b.WriteString("\n\n" + SummaryLine(d.Summary) + "\n")
	if s := counts(d.Summary.Causes); s != "" {
		fmt.Fprintf(&b, "causes: %s\n", s)
	}
	if s := ConfirmedLine(d.Summary); s != "" {
		b.WriteString(s + "\n")
	}
	for _, f := range d.Failures {
		fmt.Fprintf(&b, "failed: feed %s: %s\n", Escape(f.Feed), Escape(f.Error))
		if f.Hint != "" {
			fmt.Fprintf(&b, "  hint: %s\n", Escape(f.Hint))
		}
	}
	for _, l := range d.Deliveries {
		if l.Error != "" && l.Verdict != "not-compared" { // which the table shows
			fmt.Fprintf(&b, "failed: %s %s: %s\n", Escape(join("/", l.Feed, l.shown())), l.View, Escape(l.Error))
		}
	}
	for _, l := range d.Deliveries {
		if l.Verdict == "diverge" && (l.State == "new" || l.State == "regressed") {
			fmt.Fprintf(&b, "%s: %s %s: %s\n", l.State, Escape(join("/", l.Feed, l.shown())), l.View, Escape(join("  ", l.Cause, l.Case)))
		}
	}
	for _, notice := range d.Notices {
		fmt.Fprintf(&b, "notice: %s\n", Escape(notice))
	}
	b.WriteString(asides(d.Deliveries))
	if len(d.Feeds)+len(d.Deliveries) > 0 {
		b.WriteByte('\n')
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return err
	}
	if err := Nights(w, d.Feeds); err != nil || len(d.Deliveries) == 0 {
		return err
	}
	return Table(w, d.Deliveries)
}

// asides are warnings, pairs that are stale and noise, each said once, the latter two
// once per feed.
func asides(lines []Delivery) string {
	var b strings.Builder
	said := map[string]bool{}
	say := func(format string, args ...any) {
		if s := fmt.Sprintf(format, args...); !said[s] {
			said[s] = true
			b.WriteString(s)
		}
	}
	for _, l := range lines {
		for _, w := range l.Warnings {
			say("warning: %s: %s\n", Escape(join("/", l.Feed, l.shown())), Escape(w))
		}
	}
	for _, l := range lines {
		for _, stale := range l.Stale {
			say("policy-stale: feed %s: %s\n", Escape(l.Feed), Escape(stale))
		}
	}
	for _, l := range lines {
		if len(l.Noise) > 0 {
			say("noise: feed %s: %s\n", Escape(l.Feed), Escape(strings.Join(l.Noise, ", ")))
		}
	}
	return b.String()
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05Z") }

// SummaryLine says in one line what was run and what came of it.
func SummaryLine(s Summary) string {
	out := fmt.Sprintf("%s of %s: %s", number(s.Deliveries, "delivery", "deliveries"), number(s.Feeds, "feed", "feeds"), orDash(counts(s.Verdicts)))
	if s.Verdicts["diverge"] > 0 {
		also := ""
		if s.Accepted > 0 {
			also = fmt.Sprintf(", %d accepted", s.Accepted)
		}
		out += fmt.Sprintf(" (%s, %d new%s)", counts(s.Severities), s.New, also)
	}
	if s.Failures > 0 {
		out += ", " + number(s.Failures, "feed", "feeds") + " failed"
	}
	if s.Regressed > 0 {
		out += ", " + number(s.Regressed, "golden case", "golden cases") + " REGRESSED"
	}
	if s.Unmet > 0 {
		out += ", LESS THAN EXPECTED of " + number(s.Unmet, "feed", "feeds")
	}
	return out
}

// ConfirmedLine says how many deliveries real Pythons confirmed, "" if none.
func ConfirmedLine(s Summary) string {
	if s.Confirmed == 0 {
		return ""
	}
	return "confirmed on real Pythons: " + number(s.Confirmed, "delivery", "deliveries")
}

func number(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, more)
}

// counts lists what was counted, the most frequent first, equals by name.
func counts(m map[string]int) string {
	names := slices.SortedFunc(maps.Keys(m), func(a, b string) int {
		if m[a] != m[b] {
			return m[b] - m[a]
		}
		return strings.Compare(a, b)
	})
	for i, n := range names {
		names[i] = fmt.Sprintf("%d %s", m[n], orDash(n))
	}
	return strings.Join(names, ", ")
}
