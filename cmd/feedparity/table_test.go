package main

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/feedparity/feedparity/golden"
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/report"
	"github.com/feedparity/feedparity/ingest/sweep"
)

func TestLines(t *testing.T) {
	finding := func(cause string, severity ingest.Severity, isNew bool) sweep.Finding {
		return sweep.Finding{Cause: cause, Signature: cause + ":x", Severity: severity, Count: 1, New: isNew, Case: "/inbox/acme/" + cause}
	}
	d := sweep.Delivery{Feed: "acme", Name: "stock.csv", Pair: "utf8", Views: []sweep.View{
		{View: ingest.Raw, Verdict: ingest.Diverge, Severity: ingest.Silent, Findings: []sweep.Finding{finding("mojibake", ingest.Silent, true), finding("lone-cr", ingest.Py2Fault, false)}},
		{View: ingest.Normalized, Verdict: ingest.NotCompared, Err: errors.New("normalize: byte 0x3")},
	}}
	got := deliveryLines(d, func(p string) string { return strings.TrimPrefix(p, "/") }, error.Error)
	base := report.Delivery{Feed: "acme", Delivery: "stock.csv", Pair: "utf8"}
	want := []report.Delivery{base, base, base}
	want[0].View, want[0].Verdict, want[0].Severity, want[0].Cause, want[0].Signature = "raw", "diverge", "silent", "mojibake", "mojibake:x"
	want[0].Count, want[0].State, want[0].Case = 1, "new", "inbox/acme/mojibake"
	want[1] = want[0]
	want[1].Severity, want[1].Cause, want[1].Signature, want[1].State, want[1].Case = "py2-fault", "lone-cr", "lone-cr:x", "known", "inbox/acme/lone-cr"
	want[2].View, want[2].Verdict, want[2].Error = "normalized", "not-compared", "normalize: byte 0x3"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	failed := deliveryLines(sweep.Delivery{Feed: "acme", Name: "x", Err: errors.New("short")}, relative, kind)
	if len(failed) != 1 || failed[0].Verdict != "not-compared" || failed[0].Error != "short" {
		t.Errorf("of a delivery that failed: %+v", failed)
	}
}

// A finding that is only worth mentioning is neither new nor known.
func TestLinesInfo(t *testing.T) {
	got := deliveryLines(sweep.Delivery{Views: []sweep.View{{Verdict: ingest.Parity, Findings: []sweep.Finding{{Cause: "dict-order", Severity: ingest.Info, New: true}}}}}, relative, kind)
	if len(got) != 1 || got[0].State != "" || got[0].Verdict != "parity" || got[0].Severity != "info" {
		t.Errorf("%+v", got)
	}
}

func TestSweepStatus(t *testing.T) {
	result := func(err error, findings ...sweep.Finding) *sweep.Result {
		return &sweep.Result{Feeds: []sweep.Feed{{Name: "acme", Err: err, Deliveries: []sweep.Delivery{{Views: []sweep.View{{Verdict: ingest.Diverge, Findings: findings}}}}}}}
	}
	fresh := sweep.Finding{Severity: ingest.Py2Fault, New: true}
	known := sweep.Finding{Severity: ingest.Silent}
	info := sweep.Finding{Severity: ingest.Info, New: true}
	model := sweep.Finding{Cause: report.Model, Severity: ingest.Info, Err: &golden.ModelError{Python: "3.13.0"}}
	for _, tt := range []struct {
		name, fail string
		res        *sweep.Result
		want       int
	}{
		{"new", "new", result(nil, fresh), 1},
		{"known is not new", "new", result(nil, known), 0},
		{"any counts what is known", "any", result(nil, known), 1},
		{"silent counts silent ones alone", "silent", result(nil, fresh), 0},
		{"silent", "silent", result(nil, known), 1},
		{"open is what nobody accepted", "open", result(nil, known), 1},
		{"never", "never", result(nil, fresh, known), 0},
		{"information fails nothing", "any", result(nil, info), 0},
		{"3 outranks 1", "any", result(errors.New("gone"), fresh), 3},
		{"a model that is wrong", "never", result(nil, model), 3},
		{"never is not silence about failures", "never", result(errors.New("gone")), 3},
	} {
		if got := sweepStatus(swept{Result: tt.res}, tt.fail, nil); got != tt.want {
			t.Errorf("%s: exit status %d, want %d", tt.name, got, tt.want)
		}
	}
}

func TestSummary(t *testing.T) {
	res := &sweep.Result{Feeds: []sweep.Feed{
		{Name: "a", Seen: 2, Deliveries: []sweep.Delivery{{Views: []sweep.View{{Findings: []sweep.Finding{{New: true}, {Severity: ingest.Info, New: true}}}}}}},
		{Name: "b", Err: errors.New("gone")},
	}}
	want := "2 feeds swept: 1 delivery new, 2 seen before; 1 divergence new, 0 known; NOT COMPLETE: 1 feed or delivery failed or not compared"
	all := swept{Result: res, revision: "abc"}
	if got := summary(all); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	doc := all.document(relative, error.Error)
	all.feeds = []report.Feed{{Name: "a", Alarms: []report.Alarm{{Kind: report.CharsetDrift}}}, {Name: "b", Alarms: []report.Alarm{{Kind: report.Late}, {Kind: report.TooFew}}}}
	if got := summary(all); got != want+"; LESS THAN EXPECTED of 1 feed" {
		t.Error(got)
	}
	all.Result = &sweep.Result{}
	if got := sweepStatus(all, "never", nil); got != 3 {
		t.Errorf("less than expected: exit status %d", got)
	}
	if all.feeds = all.feeds[:1]; sweepStatus(all, "never", nil) != 0 {
		t.Error("a drift makes the night incomplete")
	}
	if len(doc.Failures) != 1 || doc.Failures[0].Feed != "b" || doc.Revision != "abc" {
		t.Errorf("%+v", doc)
	}
}
