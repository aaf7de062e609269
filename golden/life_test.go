package golden

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/embedded"
)

// TestMoves tries every move from every state. What is not listed is refused and
// changes nothing.
func TestMoves(t *testing.T) {
	at := time.Date(2026, 11, 25, 9, 30, 0, 0, time.FixedZone("", 3600))
	for name, m := range map[string]struct {
		to   State
		from []State
		do   func(*Case) error
		why  string // of the event
	}{
		"resolve": {Fixed, []State{Open, Accepted, Regressed}, func(c *Case) error { return c.Resolve("kim", at) }, ""},
		"regress": {Regressed, []State{Fixed}, func(c *Case) error { return c.Regress("kim", "", at) }, ""},
		"reopen":  {Open, []State{Accepted, Fixed, Regressed, Obsolete}, func(c *Case) error { return c.Reopen("kim", "it came back", at) }, ": it came back"},
		"retire":  {Obsolete, []State{Open, Accepted, Fixed, Regressed}, func(c *Case) error { return c.Retire("kim", "", at) }, ""},
		"accept": {Accepted, []State{Open, Accepted, Regressed}, func(c *Case) error {
			return c.Accept("kim", Acceptance{Owner: "ops", Reason: "it is meant", Expires: "2026-12-31"}, at)
		}, ": it is meant"},
	} {
		for _, from := range States {
			c := fullCase(t)
			c.State = from
			before := len(c.History)
			err := m.do(c)
			allowed := false
			for _, s := range m.from {
				allowed = allowed || s == from
			}
			switch {
			case !allowed && (err == nil || c.State != from || len(c.History) != before):
				t.Errorf("%s from %s: %v, state %s, %d events more", name, from, err, c.State, len(c.History)-before)
			case !allowed && !strings.Contains(err.Error(), name+" case ") && !strings.Contains(err.Error(), "its state is "+string(from)):
				t.Errorf("%s from %s: the error is %v", name, from, err)
			case allowed:
				want := Event{"2026-11-25T08:30:00Z", "kim", string(from) + " -> " + string(m.to) + m.why}
				if err != nil || c.State != m.to || len(c.History) != before+1 || c.History[before] != want {
					t.Errorf("%s from %s: %v, state %s, history %v", name, from, err, c.State, c.History)
				}
				if err := c.Validate(); err != nil {
					t.Errorf("%s from %s makes a case that is refused: %v", name, from, err)
				}
			}
		}
	}
}

func TestExpectFix(t *testing.T) {
	at := time.Date(2026, 11, 25, 9, 30, 0, 0, time.UTC)
	for _, state := range States {
		c := fullCase(t)
		c.State = state
		err := c.ExpectFix("kim", "stock team", "int() of text", at)
		want := Event{"2026-11-25T09:30:00Z", "kim", "fix expected of stock team: int() of text"}
		switch diverges := state == Open || state == Regressed; {
		case (err == nil) != diverges || c.State != state:
			t.Errorf("%s: %v, now %s", state, err, c.State)
		case diverges && (c.Owner != "stock team" || c.History[len(c.History)-1] != want):
			t.Errorf("%s: owner %s, history %v", state, c.Owner, c.History)
		}
	}
	if err := fullCase(t).ExpectFix("kim", "", "", at); err == nil {
		t.Error("nobody is to mend it")
	}
}

func TestAcceptNeedsReasons(t *testing.T) {
	at := time.Date(2026, 11, 25, 9, 30, 0, 0, time.UTC)
	for _, tt := range []struct{ owner, reason, expires, want string }{
		{"", "x", "", "needs an owner and a reason"},
		{"ops", "", "", "needs an owner and a reason"},
		{"ops", "x", "tomorrow", `expires "tomorrow": want a date`},
		{"ops", "x", "2026-11-24", "2026-11-24 is over"},
		{"ops", "x", "2026-11-25", ""}, // the day itself is not over
	} {
		c := fullCase(t)
		c.State, c.Owner, c.Reason, c.Expires = Open, "", "", ""
		err := c.Accept("kim", Acceptance{Owner: tt.owner, Reason: tt.reason, Expires: tt.expires}, at)
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want) || c.State != Open) {
			t.Errorf("%+v: %v, state %s", tt, err, c.State)
		}
	}
}

func TestReopenForgetsTheAcceptance(t *testing.T) {
	c := fullCase(t)
	if err := c.Reopen("kim", "", time.Now()); err != nil || c.Owner != "" || c.Reason != "" || c.Expires != "" || !c.Accepts.IsZero() {
		t.Errorf("%v: owner %q, reason %q, expires %q, accepts %s", err, c.Owner, c.Reason, c.Expires, c.Accepts)
	}
}

func TestRemove(t *testing.T) {
	s, c := NewStore(t.TempDir()), fullCase(t)
	if err := s.Remove(c); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Remove of nothing = %v", err)
	}
	if _, _, err := s.Write(c); err != nil {
		t.Fatal(err)
	}
	other := fullCase(t)
	other.Signature = "another: signature"
	if err := os.MkdirAll(s.Path(other), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := s.Remove(other); !errors.Is(err, ErrTaken) {
		t.Errorf("Remove of what is no case = %v", err)
	}
	if err := s.Remove(c); err != nil {
		t.Fatal(err)
	}
	left, err := s.List()
	if err != nil || len(left) != 1 || left[0].Dir != other.Dir() {
		t.Errorf("left are %v, %v", left, err)
	}
}

// TestNarrowAcceptance accepts what a case shows in one column and nothing else of it.
func TestNarrowAcceptance(t *testing.T) {
	at := time.Date(2026, 11, 25, 9, 30, 0, 0, time.UTC)
	c := caseOf(t, "mojibake") // one cell, in column 1
	for _, tt := range []struct {
		narrow ingest.Narrow
		want   string
	}{
		{ingest.Narrow{Column: "2"}, `it differs in row 1, column 1, which is not in column "2"`},
		{ingest.Narrow{Values: "number"}, "which is not in number values"},
		{ingest.Narrow{Values: "money"}, `values "money": want one of`},
	} {
		err := c.Accept("kim", Acceptance{Owner: "ops", Reason: "old", Narrow: tt.narrow}, at)
		if err == nil || !strings.Contains(err.Error(), tt.want) || c.State != Open {
			t.Errorf("%s: %v, state %s", tt.narrow, err, c.State)
		}
	}
	if err := c.Accept("kim", Acceptance{Owner: "ops", Reason: "old", Narrow: ingest.Narrow{Column: "1", Values: "text"}}, at); err != nil || c.State != Accepted || c.Accepting(at) {
		t.Errorf("%v, state %s, accepts everything: %v", err, c.State, c.Accepting(at))
	}
	if got := Replay(t.Context(), embedded.New(), c, ReplayOptions{Now: at}); got.Status != OK {
		t.Errorf("%s %s", got.Status, got.Detail)
	}
	c.Accepts.Column = "name" // as somebody might write who has not looked
	if got := Replay(t.Context(), embedded.New(), c, ReplayOptions{Now: at}); got.Status != Changed || !strings.Contains(got.Detail, `is not in what was accepted: column "name"`) {
		t.Errorf("%s %s", got.Status, got.Detail)
	}
}
