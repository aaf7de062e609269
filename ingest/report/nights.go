package report

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// nightColumns of the table of feeds, in the order shown.
var nightColumns = []struct {
	name string
	of   func(Feed) string
}{
	{"feed", func(f Feed) string { return f.Name }},
	{"new", func(f Feed) string { return figure(f.New + f.Resumed) }},
	{"changed", func(f Feed) string { return figure(f.Changed) }},
	{"seen", func(f Feed) string { return figure(f.Seen) }},
	{"unstable", func(f Feed) string { return figure(f.Unstable) }},
	{"gone", func(f Feed) string { return figure(f.Gone) }},
	{"failed", func(f Feed) string {
		if f.Error != "" {
			return "feed"
		}
		return figure(f.Failed)
	}},
	{"unparsed", func(f Feed) string { return figure(f.Unparsed) }},
	{"rows", func(f Feed) string { return figure(int(f.Rows)) }},
	{"parity", func(f Feed) string { return figure(f.Parity) }},
	{"divergences", func(f Feed) string { return counts(f.Severities) }},
	{"of them", news},
	{"alarms", func(f Feed) string { return strings.Join(kinds(f.Alarms), " ") }},
}

func figure(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// news counts a feed's signatures by what they are to it: "1 first, 2 known";
// what is accepted is that alone.
func news(f Feed) string {
	n := map[News]int{}
	for _, s := range f.Signatures {
		if s.Accepted {
			n["accepted"]++
			continue
		}
		n[s.News]++
	}
	var out []string
	for _, what := range []News{First, Regressed, Again, Known, "accepted", Gone} {
		if n[what] > 0 {
			out = append(out, fmt.Sprintf("%d %s", n[what], what))
		}
	}
	return strings.Join(out, ", ")
}

// kinds are those of some alarms, each once.
func kinds(alarms []Alarm) []string {
	var out []string
	for _, a := range alarms {
		if !slices.Contains(out, string(a.Kind)) {
			out = append(out, string(a.Kind))
		}
	}
	return out
}

// quiet reports whether there is nothing to say of a feed's night.
func quiet(f Feed) bool {
	return f.New+f.Changed+f.Resumed+f.Unstable+f.Gone+f.Failed+f.Unparsed+len(f.Signatures)+len(f.Alarms) == 0 && f.Error == ""
}

// Nights writes what there is to say of each feed's night: a line per alarm and per
// signature that comes or goes, then a table of the feeds that were not quiet.
func Nights(w io.Writer, feeds []Feed) error {
	var b strings.Builder
	b.WriteString(notices(feeds))
	if loud := slices.DeleteFunc(slices.Clone(feeds), quiet); len(loud) > 0 {
		var cells [][]string
		for _, f := range loud {
			var row []string
			for _, c := range nightColumns {
				row = append(row, c.of(f))
			}
			cells = append(cells, row)
		}
		var head []string
		for _, c := range nightColumns {
			head = append(head, c.name)
		}
		b.WriteString(aligned(head, cells))
		b.WriteByte('\n')
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// notices are a line for each alarm, each golden case that was run again and is not as its
// state says, each signature that is not merely known, and each delivery that failed or was
// not finished until it was gone.
func notices(feeds []Feed) string {
	var b strings.Builder
	for _, f := range feeds {
		for _, a := range f.Alarms {
			fmt.Fprintf(&b, "alarm: %s: %s: %s\n", a.Kind, join("/", f.Name, a.shown()), Escape(a.Text))
		}
	}
	for _, f := range feeds {
		for _, c := range f.Cases {
			fmt.Fprintf(&b, "case: %s: %s\n", f.Name, Escape(c.String()))
		}
	}
	for _, f := range feeds {
		for _, l := range f.Lost {
			if l.Nights > 0 { // of others nothing was ever said
				fmt.Fprintf(&b, "lost: %s: gone, never compared; in %s: %s\n", Escape(join("/", f.Name, l.shown())), number(l.Nights, "night", "nights"), Escape(l.Why))
			}
		}
	}
	for _, f := range feeds {
		for _, s := range f.Signatures {
			if s.News != Known {
				fmt.Fprintf(&b, "%s: %s: %s\n", s.News, f.Name, Escape(join("  ", join(" ", s.Severity, s.Signature), s.Case)))
			}
		}
	}
	return b.String()
}
