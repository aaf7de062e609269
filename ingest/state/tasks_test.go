package state

import (
	"fmt"
	"testing"
)

// TestUntold: what earlier runs did of some feeds is kept until somebody was told, whatever
// is told of others.
func TestUntold(t *testing.T) { onFresh(t, testUntold) }

func testUntold(t *testing.T, d *DB) {
	first, second := begin(t, d), begin(t, d)
	done := []byte("[]")
	if err := d.Transact(ctx, func(tx Tx) error {
		return tx.Put(ctx, Task{Run: first, Feed: "acme", Result: done}, Task{Run: first, Feed: "acme", Number: 1, Result: done}, Task{Run: first, Feed: "acme", Number: 2},
			Task{Run: first, Feed: "acme", Number: 2, Member: "m\xff", Result: done}, Task{Run: first, Feed: "beta", Number: 1, Result: done}, Task{Run: second, Feed: "acme", Number: 1, Result: done})
	}); err != nil {
		t.Fatal(err)
	}
	untold := func(before int64, feeds ...string) string {
		t.Helper()
		found, err := d.Untold(ctx, before, feeds...)
		if err != nil {
			t.Fatal(err)
		}
		var out string
		for _, task := range found {
			out += fmt.Sprintf("%d %s %d%q; ", task.Run, task.Feed, task.Number, task.Member)
		}
		return out
	}
	if got := untold(second, "acme", "beta"); got != `1 acme 1""; 1 acme 2"m\xff"; 1 beta 1""; ` {
		t.Error(got)
	}
	if got := untold(second+1, "acme"); got != `1 acme 1""; 1 acme 2"m\xff"; 2 acme 1""; ` {
		t.Error(got)
	}
	if err := d.Told(ctx, second, "acme"); err != nil {
		t.Fatal(err)
	}
	if got := untold(second+1, "acme", "beta"); got != `1 beta 1""; ` {
		t.Errorf("after acme was told: %s", got)
	}
}
