package main

import (
	"path/filepath"
	"slices"
	"time"

	"github.com/feedparity/feedparity/golden"
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/found"
)

// failOn are the values of --fail-on.
var failOn = []string{"any", "new", "open", "silent", "never"}

func checkFailOn(fail string) error {
	if !slices.Contains(failOn, fail) {
		return usageError("", "read --fail-on: %q: want any, new, open, silent or never", fail)
	}
	return nil
}

// counts applies --fail-on to one finding. What a rule accepts counts for nothing.
func counts(fail string, f found.Finding, checkout *golden.Store) bool {
	if f.Accepted {
		return false
	}
	switch fail {
	case "never":
		return false
	case "new":
		return f.New
	case "open":
		return isOpen(f.Case, checkout)
	case "silent":
		return f.Severity == ingest.Silent
	}
	return true
}

// isOpen reports whether nobody has accepted a case: what the checkout says of it
// holds, and a case that was never pulled is open.
func isOpen(dir string, checkout *golden.Store) bool {
	if dir == "" || checkout == nil {
		return true
	}
	feed, slug := filepath.Base(filepath.Dir(dir)), filepath.Base(dir)
	c, err := golden.Load(filepath.Join(checkout.Root(), feed, slug))
	return err != nil || !c.Accepting(time.Now()) && c.State != golden.Obsolete
}
