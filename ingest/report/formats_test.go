package report

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

func night() Document {
	d := sample()
	d.Run, d.Feeds = 7, eventful()
	d.Deliveries = append(d.Deliveries,
		Delivery{Feed: "acme", Delivery: "prix.csv", View: "raw", Verdict: "diverge", Severity: "py3-fault", Signature: "lone-cr:y", Cause: "lone-cr", State: "known"},
		Delivery{Feed: "acme", Delivery: "old.csv", View: "raw", Verdict: "diverge", Severity: "py3-fault", Signature: "lone-cr:y", Cause: "lone-cr", State: "known", Case: "inbox/acme/lone-cr-1"},
		Delivery{Feed: "acme", Delivery: "sheet.csv", Verdict: "not-compared", Error: "a zip", Dropped: true})
	d.Finish()
	return d
}

func TestJUnit(t *testing.T) {
	var got bytes.Buffer
	if err := JUnit(&got, night()); err != nil {
		t.Fatal(err)
	}
	var back junitSuites
	if err := xml.Unmarshal(got.Bytes(), &back); err != nil {
		t.Fatalf("%v\n%s", err, got.String())
	}
	var cases []string
	for _, s := range back.Suites {
		for _, c := range s.Cases {
			what := "pass"
			for kind, m := range map[string]*junitMessage{"fail": c.Failure, "error": c.Error, "skip": c.Skipped} {
				if m != nil {
					what = fmt.Sprintf("%s %s %q", kind, m.Type, m.Message)
				}
			}
			cases = append(cases, fmt.Sprintf("%s/%s %s%s", s.Name, c.Name, what, strings.TrimRight(" "+c.Out, " \n")))
		}
	}
	want := []string{
		`acme/listing pass`,
		`acme/expect fail shrunk "shrunk: st\\x1bock.csv: 3 rows, usually 10" charset-drift: stock.csv: utf-8, until now cp1252`,
		`acme/old.csv raw skip  "known: py3-fault lone-cr:y inbox/acme/lone-cr-1"`,
		`acme/prix.csv raw fail mojibake "new: silent mojibake c1 golden/cases/acme/mojibake-1b2c3d4e"`,
		`acme/prix.csv normalized pass`,
		`quiet/listing pass`,
		`quiet/expect pass`,
		`quiet/cases fail regressed "regressed: g/quiet/nul-1: row 1\\x1b" now agrees: g/quiet/nul-2`,
		`beta/listing pass`,
		`beta/expect fail late "late: the newest is of yesterday"`,
		`beta/b\x1b[2J\xff.csv raw error not-compared "run py3: no module\\nnamed x"`,
		`gamma/listing error sweep "dial: connection refused"`,
	}
	if !slices.Equal(cases, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(cases, "\n"), strings.Join(want, "\n"))
	}
	if back.Tests != len(want) || back.Failures != 4 || back.Errors != 2 || back.Time != "75.000" {
		t.Errorf("%d tests, %d failures, %d errors, %s s", back.Tests, back.Failures, back.Errors, back.Time)
	}
}

// TestMetrics: what is written is what Prometheus' own parser reads.
func TestMetrics(t *testing.T) {
	d := night()
	d.Feeds[0].Name = "a\"c\\m\ne\xff"
	var got bytes.Buffer
	if err := Metrics(&got, d); err != nil {
		t.Fatal(err)
	}
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(&got)
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]float64{}
	for name, f := range families {
		for _, m := range f.Metric {
			key := name
			for _, l := range m.Label {
				key += " " + l.GetValue()
			}
			values[key] = m.GetGauge().GetValue()
		}
	}
	acme := "a\"c\\\\m\\ne\\xff" // bytes that are no UTF-8 as \xNN, as everywhere
	for key, want := range map[string]float64{
		"feedparity_sweep_run": 7, "feedparity_sweep_start_timestamp_seconds": float64(start.Unix()), "feedparity_sweep_new_divergences": 1, "feedparity_sweep_unmet_feeds": 2,
		"feedparity_feed_up beta": 0, "feedparity_feed_up quiet": 1, "feedparity_feed_deliveries quiet seen": 3, "feedparity_feed_deliveries " + acme + " new": 2,
		"feedparity_feed_divergences " + acme + " py3-fault": 2, "feedparity_feed_causes " + acme + " mojibake": 3, "feedparity_feed_signatures " + acme + " gone": 1, "feedparity_feed_alarms " + acme + " shrunk": 2, "feedparity_feed_alarms beta late": 1, "feedparity_feed_cases quiet regressed": 1,
	} {
		if v, ok := values[key]; !ok || v != want {
			t.Errorf("%s: %v, want %v", key, v, want)
		}
	}
	if _, ok := values["feedparity_feed_newest_delivery_timestamp_seconds quiet"]; ok {
		t.Error("a feed without a delivery has a newest one")
	}
}

// TestMetricsBroken: an error of the writer is not lost.
func TestMetricsBroken(t *testing.T) {
	for _, form := range []func() error{func() error { return Metrics(full{}, night()) }, func() error { return JUnit(full{}, night()) }} {
		if err := form(); err == nil {
			t.Error("written to a full disk")
		}
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, fmt.Errorf("no space") }
