package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/handover"
	"github.com/feedparity/feedparity/ingest/interp"
)

// TestShopFolderConfirm hands over the folder in which the shop's cached importer keeps
// its pickles: neither Python can read what the other leaves, each for its own reason,
// and what mends it is known.
func TestShopFolderConfirm(t *testing.T) {
	s := openShop(t)
	f, err := s.config.Feed("cached")
	if err != nil {
		t.Fatal(err)
	}
	run := interp.NewEngine(interp.Options{})
	caches, err := handover.OpenCaches(run)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { caches.Close(); run.Close() })
	data, err := os.ReadFile(filepath.Join(shopDir, "deliveries", "garonne_crlf.csv"))
	if err != nil || len(f.Handover.Folders) != 1 {
		t.Fatal(f.Handover, err)
	}
	in := ingest.Input{Name: "garonne_crlf.csv", Data: bytes.NewReader(data), Size: int64(len(data))}
	r, err := caches.Check(t.Context(), in, f.Calls, f.Handover.Folders[0])
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		`forward UnicodeDecodeError pickle.load(file, encoding="latin1")`,
		"rollback ValueError pickle.dump(value, file, protocol=2)",
	}
	var got []string
	for _, a := range r.Losses() {
		got = append(got, fmt.Sprintf("%s %s %s", a.Direction, a.Worst.First.Fault.Type, a.Setting))
	}
	if !slices.Equal(got, want) || r.Entries != [2]int{1, 1} {
		t.Errorf("%v entries, %q, want %q", r.Entries, got, want)
	}
}
