package golden

import (
	"testing"
	"time"
)

// TestAgain: what an inbox says of a signature that a fixed case has re-opens that case
// once for each time that it was fixed, and no other.
func TestAgain(t *testing.T) {
	inbox, checkout := NewStore(t.TempDir()), NewStore(t.TempDir())
	day := func(n int) time.Time { return time.Date(2026, 11, n, 3, 0, 0, 0, time.UTC) }
	c := fullCase(t)
	c.State, c.History, c.Residue, c.Reason, c.Owner, c.Expires = Open, nil, nil, "", "", ""
	c.Found("sweep", day(1), "", "", time.Time{}, "")
	if _, _, err := inbox.Write(c); err != nil {
		t.Fatal(err)
	}
	pull := func(want bool) *Case {
		t.Helper()
		got, err := Pull(inbox, checkout)
		if err != nil || len(got) != 1 || got[0].Err != nil || got[0].Regressed != want {
			t.Errorf("pulled %+v, %v, want regressed: %v", got, err, want)
		}
		return checkout.Of(c.Feed, c.Cause, c.Signature)
	}
	again := func(now *Case, at time.Time, want bool) {
		t.Helper()
		if news, err := inbox.Again(now, "sweep", "b.csv", at); err != nil || news != want {
			t.Errorf("again: %v, %v, want %v", news, err, want)
		}
	}
	now := pull(false)
	again(now, day(2), false) // it is open
	again(nil, day(2), false)
	fix := func(at time.Time) {
		t.Helper()
		if err := now.Resolve("kim", at); err != nil {
			t.Fatal(err)
		}
		if err := checkout.Update(now); err != nil {
			t.Fatal(err)
		}
	}
	fix(day(3))
	now = pull(false)
	again(now, day(4), true)
	again(now, day(5), false) // nobody has pulled yet
	now = pull(true)
	want := Event{"2026-11-04T03:00:00Z", "sweep", "fixed -> regressed: found again in b.csv"}
	if now.State != Regressed || now.History[len(now.History)-1] != want {
		t.Errorf("%s, %+v", now.State, now.History)
	}
	pull(false)
	fix(day(4)) // of the same second
	now = pull(false)
	// The inbox was emptied since.
	if err := inbox.Remove(c); err != nil {
		t.Fatal(err)
	}
	again(now, day(6), true)
	if there := inbox.Of(c.Feed, c.Cause, c.Signature); there == nil || there.State != Open {
		t.Errorf("in the inbox: %+v", there)
	}
	if now = pull(true); now.State != Regressed {
		t.Error(now.State)
	}
}
