//go:build unix

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest/report"
)

// in puts a delivery into a directory of the site's source.
func (s *site) in(name, text string) {
	s.t.Helper()
	if err := os.MkdirAll(filepath.Dir(filepath.Join(s.dir, "in", name)), 0o755); err != nil {
		s.t.Fatal(err)
	}
	s.write(filepath.Join("in", name), text)
}

// TestDirectoriesShown: files of one name in two directories are two wherever somebody sees
// them, and what is wrong with one is news beside what is wrong with the other.
func TestDirectoriesShown(t *testing.T) {
	s, hook := newSite(t, ""), newChat(t)
	s.write("feedparity.yaml", fmt.Sprintf("notify: {webhook: %q}\nfeeds:\n  a: {source: in, names: iso8859-1, depth: 3, backfill: all, min_age: 0s, settle: 0s, match: [\"*.csv\", \"*.gz\"], expect: {min_size: 1KB}}\n", hook.URL))
	s.in("DE/stock.csv", "sku,name\n1,x\n")
	s.in("FR/stock.csv", "sku,name\n1,z\n")
	s.in("M\xfc/stock.csv", "sku,name\n2,y\n")
	s.in("2026-11-25/day.csv.gz", "\x1f\x8b\x08\x00")
	if out, status := s.ran("--dry-run"); status != statusOK || !strings.Contains(out, "a/DE/stock.csv ") || !strings.Contains(out, "a/Mü/stock.csv ") {
		t.Errorf("--dry-run: %d\n%s", status, out)
	}
	out, status := s.ran("--junit", "j.xml")
	texts := map[string]string{"sweep": out, "webhook": hook.heard()}
	for what, name := range map[string]string{"junit": "j.xml", "text": ".feedparity/reports/run-000001/report.txt", "json": ".feedparity/reports/run-000001/report.json"} {
		b, err := os.ReadFile(filepath.Join(s.dir, name))
		if err != nil {
			t.Fatal(err)
		}
		texts[what] = string(b)
	}
	for _, want := range []struct{ where, text string }{
		{"sweep", "a/DE/stock.csv  "}, {"sweep", "a/FR/stock.csv  "}, {"sweep", "a/Mü/stock.csv  "}, {"sweep", "alarm: too-small: a/FR/stock.csv: "},
		{"sweep", `delivery "2026-11-25/day.csv.gz": `}, {"text", "a/DE/stock.csv  "}, {"text", "alarm: too-small: a/DE/stock.csv: "}, {"text", "4 deliveries of 1 feed"},
		{"junit", `name="DE/stock.csv raw"`}, {"junit", `name="FR/stock.csv raw"`}, {"junit", `name="2026-11-25/day.csv.gz"`},
		{"webhook", "too-small: DE/stock.csv: "}, {"webhook", "too-small: FR/stock.csv: "}, {"webhook", "failed: a: 2026-11-25/day.csv.gz: "},
		{"json", `"delivery": "stock.csv"`}, {"json", `"path": "DE/stock.csv"`}, {"json", `"path": "Mü/stock.csv"`},
	} {
		if !strings.Contains(texts[want.where], want.text) {
			t.Errorf("%s: no %q in\n%s", want.where, want.text, texts[want.where])
		}
	}
	var doc report.Document
	if err := json.Unmarshal([]byte(texts["json"]), &doc); err != nil || status != statusIncomplete || len(doc.Feeds[0].Alarms) != 3 || doc.Feeds[0].Alarms[0].Delivery != "stock.csv" || doc.Feeds[0].Alarms[0].Path == "" {
		t.Errorf("%d, %v, %+v", status, err, doc.Feeds)
	}
	s.in("2026-11-26/day.csv.gz", "\x1f\x8b\x08\x00\x00")
	s.ran()
	if got := hook.heard(); !strings.Contains(got, "failed: a: 2026-11-26/day.csv.gz: ") || strings.Contains(got, "2026-11-25") {
		t.Errorf("another day's: told %s", got)
	}
	if err := os.RemoveAll(filepath.Join(s.dir, "in", "2026-11-25")); err != nil {
		t.Fatal(err)
	}
	out, _ = s.ran("--log-format", "json")
	if got := hook.heard(); !strings.Contains(got, "lost: a: 2026-11-25/day.csv.gz: gone, never compared") || strings.Contains(got, "2026-11-26") {
		t.Errorf("one day's is gone: told %s", got)
	}
	if !strings.Contains(out, `"delivery":"2026-11-26/day.csv.gz"`) {
		t.Errorf("the log: %s", out)
	}
}
