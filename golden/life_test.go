package golden

import (
	"testing"
	"time"
)

func TestResolve(t *testing.T) {
	at := time.Date(2026, 11, 25, 9, 30, 0, 0, time.FixedZone("", 3600))
	for _, state := range []State{Open, Accepted, Regressed} {
		c := fullCase(t)
		c.State = state
		before := len(c.History)
		if err := c.Resolve("kim", at); err != nil || c.State != Fixed {
			t.Fatalf("%s: %s, %v", state, c.State, err)
		}
		want := Event{"2026-11-25T08:30:00Z", "kim", string(state) + " -> fixed"}
		if len(c.History) != before+1 || c.History[before] != want {
			t.Errorf("%s: the history is %v", state, c.History)
		}
		if err := c.Resolve("kim", at); err == nil {
			t.Errorf("%s: resolved twice", state)
		}
	}
	c := fullCase(t)
	c.State = Obsolete
	if err := c.Resolve("kim", at); err == nil || c.State != Obsolete {
		t.Errorf("a case that is no longer run was resolved: %v", err)
	}
}
