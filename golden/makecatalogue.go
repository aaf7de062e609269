//go:build ignore

// Makecatalogue writes one golden case per cause of the catalogue below
// cases/catalogue, from classify.Examples, confirmed on the real interpreters,
// which must be there. Run by "go generate"; read what it changed before
// committing: the cases are the reviewed ones.
package main

import (
	"context"
	"log"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/feedparity/feedparity/golden"
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/classify"
	"github.com/feedparity/feedparity/ingest/embedded"
	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/parity"
)

// reviewed is when the catalogue was last read through as a whole.
var reviewed = time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)

func main() {
	log.SetFlags(0)
	ctx := context.Background()
	found := interp.Find(ctx)
	real := interp.NewEngine(interp.Options{Interpreters: found})
	defer real.Close()
	judge := golden.Judge{Engine: real, Full: func(py ingest.Python) string {
		full := ""
		for _, i := range found {
			if i.Version == py {
				full = i.Full
			}
		}
		if full == "" {
			log.Fatalf("makecatalogue: python %s is not installed", py)
		}
		return full
	}}
	if err := os.RemoveAll(filepath.Join("cases", "catalogue")); err != nil {
		log.Fatal(err)
	}
	store, done := golden.NewStore("cases"), map[classify.Cause]bool{}
	for _, e := range classify.Examples() {
		if e.Cause() == classify.Unclassified || done[e.Cause()] {
			continue
		}
		c, err := caseOf(ctx, e, judge)
		if err != nil {
			log.Fatalf("makecatalogue: %s: %v", e.Why, err)
		}
		dir, _, err := store.Write(c)
		if err != nil {
			log.Fatal(err)
		}
		done[e.Cause()] = true
		log.Printf("%s  %d bytes", dir, len(c.Input))
	}
}

func caseOf(ctx context.Context, e classify.Example, judge golden.Judge) (*golden.Case, error) {
	line := &parity.Line{Engine: embedded.New()}
	d := parity.Delivery{Feed: "catalogue", Name: string(e.Cause()) + ".csv", Data: strings.NewReader(e.Input), Size: int64(len(e.Input)), Pair: e.Pair, Compare: e.Compare}
	view := line.View(ctx, d, ingest.Raw)
	if view.Err != nil {
		return nil, view.Err
	}
	for _, f := range view.Findings {
		if f.Signature != e.Signature {
			continue
		}
		c, err := golden.FromFinding(ctx, line, d, &view, f, judge)
		if err != nil {
			return nil, err
		}
		c.Found("catalogue", reviewed, "", d.Name, time.Time{}, "")
		c.Notes = e.Why
		return c, nil
	}
	return nil, os.ErrNotExist
}
