package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/adopt"
	"github.com/feedparity/feedparity/ingest/config"
)

// TestGuessConfirm holds what init guesses about the shop's importers against what
// they are seen to do: every place at which the delivery is opened or made records of
// was found, with the encoding that it has there, and no importer is missing.
func TestGuessConfirm(t *testing.T) {
	s := openShop(t)
	code, err := adopt.ReadCode(t.Context(), shopDir)
	if err != nil {
		t.Fatal(err)
	}
	if len(code.Modules) != 12 || code.Settings != "shop.settings" {
		t.Errorf("%d functions, settings %q", len(code.Modules), code.Settings)
	}
	for _, name := range []string{"articles", "prices", "eans", "packs", "cached", "search"} { // each kind of reading once
		f, err := s.config.Feed(name)
		if err != nil {
			t.Fatal(err)
		}
		m := moduleOf(code.Modules, f.Name)
		if m == nil {
			t.Errorf("feed %s: its module was not found", f.Name)
			continue
		}
		for path, call := range f.Calls {
			guess := [2]adopt.Guess{m.Py2, m.Py3}[path]
			rec := s.recording(t, f, ingest.Path(path))
			if rec == nil || len(rec.Opens)+len(rec.CSV) == 0 {
				t.Fatalf("feed %s: nothing was recorded of %s", f.Name, call.Function)
			}
			mustHaveSeen(t, f.Name, guess, rec)
		}
	}
}

func moduleOf(modules []adopt.Module, feed string) *adopt.Module {
	for i, m := range modules {
		if strings.HasSuffix(m.File, "/"+feed+".py") {
			return &modules[i]
		}
	}
	return nil
}

// recording runs one path on a delivery.
func (s *shop) recording(t *testing.T, f config.Feed, path ingest.Path) *ingest.Recording {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(shopDir, "deliveries", "douro_latin1.csv"))
	if err != nil {
		t.Fatal(err)
	}
	in := ingest.Input{Name: "fresh.csv", Data: strings.NewReader(string(data)), Size: int64(len(data)), Settings: f.Pair.Policy(path), Call: f.Calls[path]}
	rows, err := s.line.Calls.Ingest(t.Context(), in)
	if err != nil {
		t.Fatalf("feed %s: %v", f.Name, err)
	}
	defer rows.Close()
	for _, ok := rows.Next(); ok; _, ok = rows.Next() {
	}
	if _, err := rows.Fault(); err != nil {
		t.Fatalf("feed %s: %v", f.Name, err)
	}
	return ingest.RecordingOf(rows)
}

// mustHaveSeen compares a guess with what was recorded in the shop's own files.
func mustHaveSeen(t *testing.T, feed string, g adopt.Guess, rec *ingest.Recording) {
	t.Helper()
	seen := func(f ingest.Frame) bool {
		for _, s := range g.Seen {
			if s.File == f.File && s.Line == f.Line {
				return true
			}
		}
		return false
	}
	for _, o := range rec.Opens {
		if !o.Input || o.Frame.File == "" {
			continue
		}
		if o.Encoding != nil && *o.Encoding != g.Codec {
			t.Errorf("feed %s: %s has encoding %s, guessed %s", feed, o.Frame, *o.Encoding, g.Codec)
		}
		// What a stream reader reads is opened by another call than it decodes with.
		if g.Open != ingest.OpenRecode && !seen(o.Frame) {
			t.Errorf("feed %s: %s(%s) at %s, which was not seen: %v", feed, o.Function, o.Mode, o.Frame, g.Seen)
		}
	}
	for _, u := range rec.CSV {
		if u.Frame.File == "" {
			continue
		}
		if !seen(u.Frame) {
			t.Errorf("feed %s: %s at %s, which was not seen: %v", feed, u.Function, u.Frame, g.Seen)
		}
		// The DictReader of unicodecsv, which search has in Python 2, is recorded as the reader in it.
		if dict := u.Function == "csv.DictReader"; dict != (g.Reader == ingest.DictReader) && feed != "search" && feed != "eans" {
			t.Errorf("feed %s: %s, guessed %s", feed, u.Function, g.Reader)
		}
	}
}
