package report

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Metrics writes a finished document of a sweep as Prometheus metrics in the text
// format 0.0.4, for node_exporter's textfile collector. All are gauges: each sweep
// writes the whole file anew. client_golang would write them too, but linking it, or
// its expfmt alone, costs every start of every command more than the 0.15 ms that we
// give it (docs/dependencies.md); a test has expfmt read what is written here.
func Metrics(w io.Writer, d Document) error {
	m := metrics{w: w}
	m.sweep(d)
	m.feeds(d.Feeds)
	return m.err
}

type metrics struct {
	w   io.Writer
	err error
}

// family begins a metric.
func (m *metrics) family(name, help string) {
	m.printf("# HELP feedparity_%s %s\n# TYPE feedparity_%s gauge\n", name, help, name)
}

func (m *metrics) printf(format string, args ...any) {
	if m.err == nil {
		_, m.err = fmt.Fprintf(m.w, format, args...)
	}
}

// sample writes one value; labels are names and values in turn.
func (m *metrics) sample(name string, value float64, labels ...string) {
	var pairs []string
	for i := 0; i < len(labels); i += 2 {
		pairs = append(pairs, labels[i]+`="`+labelEscapes.Replace(validText(labels[i+1]))+`"`)
	}
	set := ""
	if len(pairs) > 0 {
		set = "{" + strings.Join(pairs, ",") + "}"
	}
	m.printf("feedparity_%s%s %s\n", name, set, strconv.FormatFloat(value, 'g', -1, 64))
}

var labelEscapes = strings.NewReplacer(`\`, `\\`, "\n", `\n`, `"`, `\"`)

func seconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }

func (m *metrics) sweep(d Document) {
	for _, g := range []struct {
		name, help string
		value      float64
	}{
		{"sweep_run", "Number of the last sweep.", float64(d.Run)},
		{"sweep_start_timestamp_seconds", "When the last sweep began.", seconds(d.Started)},
		{"sweep_end_timestamp_seconds", "When the last sweep ended.", seconds(d.Ended)},
		{"sweep_deliveries", "Deliveries that the last sweep ran.", float64(d.Summary.Deliveries)},
		{"sweep_new_divergences", "Divergences whose signature was new or had regressed.", float64(d.Summary.New)},
		{"sweep_not_compared", "Views of deliveries that could not be compared.", float64(d.Summary.NotCompared)},
		{"sweep_failures", "Feeds that could not be swept to their end, and listing lines not understood.", float64(d.Summary.Failures)},
		{"sweep_unmet_feeds", "Feeds of which less was compared than expected.", float64(d.Summary.Unmet)},
	} {
		m.family(g.name, g.help)
		m.sample(g.name, g.value)
	}
}

func (m *metrics) feeds(feeds []Feed) {
	m.family("feed_up", "1 if the feed was swept to its end, else 0.")
	for _, f := range feeds {
		up := 1.0
		if f.Error != "" {
			up = 0
		}
		m.sample("feed_up", up, "feed", f.Name)
	}
	m.family("feed_deliveries", "Deliveries by what became of them.")
	for _, f := range feeds {
		for _, c := range []struct {
			what string
			n    int
		}{{"new", f.New}, {"changed", f.Changed}, {"resumed", f.Resumed}, {"seen", f.Seen}, {"unstable", f.Unstable}, {"gone", f.Gone}, {"failed", f.Failed}, {"compared", f.Compared}, {"parity", f.Parity}, {"confirmed", f.Confirmed}} {
			m.sample("feed_deliveries", float64(c.n), "feed", f.Name, "what", c.what)
		}
	}
	m.perFeed(feeds, "feed_unparsed_lines", "Lines of the listing that may hide a delivery.", func(f Feed) (float64, bool) { return float64(f.Unparsed), true })
	m.perFeed(feeds, "feed_rows", "Rows of the deliveries compared.", func(f Feed) (float64, bool) { return float64(f.Rows), true })
	m.perFeed(feeds, "feed_bytes", "Bytes of the deliveries compared.", func(f Feed) (float64, bool) { return float64(f.Bytes), true })
	m.perFeed(feeds, "feed_newest_delivery_timestamp_seconds", "Time of the newest delivery ever seen.", func(f Feed) (float64, bool) { return seconds(f.Newest), !f.Newest.IsZero() })
	m.counted(feeds, "feed_divergences", "Signatures that the deliveries show, by severity.", "severity", func(f Feed) map[string]int { return f.Severities })
	m.counted(feeds, "feed_causes", "Signatures that the deliveries show, by cause.", "cause", func(f Feed) map[string]int { return f.Causes })
	m.counted(feeds, "feed_signatures", "Signatures by what they are to the feed.", "news", func(f Feed) map[string]int {
		n := map[string]int{}
		for _, s := range f.Signatures {
			n[string(s.News)]++
		}
		return n
	})
	m.counted(feeds, "feed_cases", "Golden cases that are not as their state says, as of when they were run last, by what they do.", "status", func(f Feed) map[string]int { return f.CaseStates })
	m.counted(feeds, "feed_alarms", "Alarms by kind.", "kind", func(f Feed) map[string]int {
		n := map[string]int{}
		for _, a := range f.Alarms {
			n[string(a.Kind)]++
		}
		return n
	})
}

func (m *metrics) perFeed(feeds []Feed, name, help string, of func(Feed) (float64, bool)) {
	m.family(name, help)
	for _, f := range feeds {
		if v, ok := of(f); ok {
			m.sample(name, v, "feed", f.Name)
		}
	}
}

// counted writes what there is any of.
func (m *metrics) counted(feeds []Feed, name, help, label string, of func(Feed) map[string]int) {
	m.family(name, help)
	for _, f := range feeds {
		n := of(f)
		for _, key := range slices.Sorted(maps.Keys(n)) {
			m.sample(name, float64(n[key]), "feed", f.Name, label, key)
		}
	}
}
