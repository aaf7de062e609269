package main

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/feedparity/feedparity/golden"
	"github.com/feedparity/feedparity/ingest/state"
)

// TestNeeds: a case of a packed delivery's member keeps that delivery, unless it is
// obsolete; which one holds the member stays known in any case.
func TestNeeds(t *testing.T) {
	db, err := state.Open(t.Context(), filepath.Join(t.TempDir(), "state.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.AddMember(t.Context(), "acme", "member", "zip"); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		state golden.State
		sum   string
		open  []string
		cases []string
	}{
		{golden.Open, "member", []string{"member", "zip"}, []string{"member"}},
		{golden.Obsolete, "member", nil, []string{"member"}},
		{golden.Open, "plain", []string{"plain"}, []string{"plain"}},
		{golden.Open, "", nil, nil},
	} {
		var got state.Needs
		c := &golden.Case{State: tt.state, Origin: golden.Origin{SHA256: tt.sum}}
		if err := need(t.Context(), db, c, &got); err != nil || !slices.Equal(got.Open, tt.open) || !slices.Equal(got.Cases, tt.cases) {
			t.Errorf("%s %q: %+v, %v", tt.state, tt.sum, got, err)
		}
	}
}
