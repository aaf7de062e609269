package review

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"

	"github.com/feedparity/feedparity/golden"
	"github.com/feedparity/feedparity/ingest/classify"
)

var update = flag.Bool("update", false, "write the screens of testdata anew; read what has changed before committing")

// fake is a desk without engine and files: a case of the cause "differs" still differs.
type fake struct {
	t     *testing.T
	pages []string // asked for
}

var day = time.Date(2026, 11, 26, 6, 0, 0, 0, time.UTC)

func (f *fake) Page(_ context.Context, c golden.Stored) string {
	f.pages = append(f.pages, c.Dir)
	var b strings.Builder
	fmt.Fprintf(&b, "case       %s\nstate      %s\n\n", c.Dir, c.Case.State)
	for i := range 30 {
		fmt.Fprintf(&b, "line %d %s\n", i+1, strings.Repeat("of the page ", i%8))
	}
	return b.String()
}

func (f *fake) Decide(_ context.Context, c golden.Stored, d Decision) (*golden.Case, error) {
	if d.Verb == Fixed && c.Case.Cause == "differs" {
		return nil, errors.New("the paths still differ")
	}
	now := *c.Case
	now.History = slices.Clip(now.History)
	return &now, d.Apply(&now, "kim", day)
}

func (f *fake) TakeBack(c golden.Stored, before *golden.Case) (*golden.Case, error) {
	now := *c.Case
	now.TakeBack("kim", before, day)
	return &now, nil
}

// player presses keys and does the model's jobs at once.
type player struct {
	*Model
	t    *testing.T
	desk *fake
	quit bool
}

func play(t *testing.T, cases ...golden.Stored) *player {
	desk := &fake{t: t}
	p := &player{Model: NewModel(t.Context(), desk, NewQueue(cases), ""), t: t, desk: desk}
	p.do(p.Init())
	p.send(tea.WindowSizeMsg{Width: 80, Height: 20})
	return p
}

func (p *player) send(msg tea.Msg) {
	_, cmd := p.Update(msg)
	p.do(cmd)
}

func (p *player) do(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	switch msg := cmd().(type) {
	case tea.BatchMsg:
		for _, c := range msg {
			p.do(c)
		}
	case tea.QuitMsg:
		p.quit = true
	default:
		p.send(msg)
	}
}

// special are the keys that are no letters.
var special = map[string]tea.KeyPressMsg{
	"enter": {Code: tea.KeyEnter}, "esc": {Code: tea.KeyEscape}, "down": {Code: tea.KeyDown}, "up": {Code: tea.KeyUp}, "tab": {Code: tea.KeyTab},
	"space": {Code: tea.KeySpace, Text: " "}, "backspace": {Code: tea.KeyBackspace}, "ctrl+c": {Code: 'c', Mod: tea.ModCtrl},
	"ctrl+u": {Code: 'u', Mod: tea.ModCtrl}, "pgup": {Code: tea.KeyPgUp},
}

// press presses keys by their names, and letter by letter what is no name.
func (p *player) press(keys ...string) {
	p.t.Helper()
	for _, k := range keys {
		if msg, ok := special[k]; ok {
			p.send(msg)
			continue
		}
		for _, r := range k {
			p.send(tea.KeyPressMsg{Code: r, Text: string(r)})
		}
	}
}

// seen is the screen without its attributes.
func (p *player) seen() string {
	s := ansi.Strip(p.View().Content)
	for line := range strings.SplitSeq(s, "\n") {
		if w := ansi.StringWidth(line); w > p.width {
			p.t.Errorf("a line of %d on a screen of %d: %q", w, p.width, line)
		}
	}
	if n := strings.Count(s, "\n") + 1; n != p.height {
		p.t.Errorf("%d lines on a screen of %d", n, p.height)
	}
	return s
}

// shows compares the screen with testdata/NAME.txt.
func (p *player) shows(name string) {
	p.t.Helper()
	path := filepath.Join("testdata", name+".txt")
	got := p.seen() + "\n"
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o666); err != nil {
			p.t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		p.t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		p.t.Errorf("%s (-want +got):\n%s", name, d)
	}
}

// is compares a case's state, owner, reason and last event.
func (p *player) is(dir, want string) {
	p.t.Helper()
	for _, c := range p.queue.All() {
		if c.Dir != dir {
			continue
		}
		got := fmt.Sprintf("%s %s %s", c.Case.State, c.Case.Owner, c.Case.Reason)
		if h := c.Case.History; len(h) > 0 {
			got += fmt.Sprintf("| %s %s: %s", h[len(h)-1].Date, h[len(h)-1].Who, h[len(h)-1].What)
		}
		if got != want {
			p.t.Errorf("%s:\n got %s\nwant %s", dir, got, want)
		}
		return
	}
	p.t.Errorf("there is no %s", dir)
}

func stored(feed, cause, detail string, state golden.State, column int) golden.Stored {
	c := &golden.Case{Version: golden.Version, Feed: feed, Cause: cause, Signature: cause + ":" + detail, State: state,
		Hits: classify.Hits{Count: 1, Rows: 1, First: classify.Position{Row: 7, Column: column}}}
	return golden.Stored{Dir: c.Dir(), Path: c.Dir(), Case: c}
}

// four are two cases of one cause, one that was fixed once and one that was decided.
func four() []golden.Stored {
	return []golden.Stored{
		stored("acme", "lone-cr", "a", golden.Open, 3), stored("acme", "mojibake", "b", golden.Accepted, 1),
		stored("hanse", "differs", "c", golden.Regressed, 0), stored("hanse", "lone-cr", "d", golden.Open, 12),
	}
}

const (
	first  = "acme/lone-cr-4e5bd8c2"
	second = "hanse/differs-d25396b8"
	third  = "hanse/lone-cr-056eeb53"
)

func TestBrowse(t *testing.T) {
	p := play(t, four()...)
	p.shows("first")
	p.press("down")
	if p.at != second {
		t.Fatalf("down shows %s", p.at)
	}
	p.press("n", "n", "n")
	if p.at != third {
		t.Errorf("past the end: %s", p.at)
	}
	p.press("space", "enter")
	p.shows("scrolled")
	p.press("space", "space", "space")
	if s := p.seen(); !strings.Contains(s, "of 36") || !strings.Contains(s, "line 30 ") {
		t.Errorf("at the page's end:\n%s", s)
	}
	p.press("p")
	if p.at != second || p.scroll != 0 {
		t.Errorf("p shows %s from line %d", p.at, p.scroll)
	}
	p.press("g", "c")
	p.shows("filtered")
	p.press("c", "c")
	if p.cause != "" || len(p.open()) != 3 {
		t.Errorf("after all causes: %q, %d cases", p.cause, len(p.open()))
	}
	if d := cmp.Diff([]string{first, second, third}, p.desk.pages); d != "" {
		t.Errorf("pages made, each once:\n%s", d)
	}
	p.press("q")
	if !p.quit {
		t.Error("q does not end it")
	}
}

func TestAccept(t *testing.T) {
	p := play(t, four()...)
	p.press("a")
	p.press("opp", "backspace", "s", "enter", "old machinesxx", "ctrl+u", "it is meant", "tab", "2020-01-01")
	p.shows("accept")
	p.press("enter")
	if !strings.Contains(p.seen(), "2020-01-01 is over") || p.asked == nil {
		t.Errorf("a day that is over:\n%s", p.seen())
	}
	p.press("ctrl+u", "2099-12-31", "enter")
	p.is(first, "accepted ops it is meant| 2026-11-26T06:00:00Z kim: open -> accepted: it is meant")
	if p.at != second {
		t.Errorf("what comes after it is not shown, but %s", p.at)
	}
	// The owner is offered again, and nothing is decided by leaving.
	p.press("a")
	if got := p.asked.fields[0].value; got != "ops" || p.asked.at != 1 {
		t.Errorf("owner %q, field %d", got, p.asked.at)
	}
	p.send(tea.PasteMsg{Content: "two\nlines\x1b[2J"})
	if got := p.asked.fields[1].value; got != "two lines [2J" {
		t.Errorf("pasted %q", got)
	}
	p.press("esc")
	p.is(second, "regressed  ")
	p.press("a", "q", "ctrl+c")
	if !p.quit {
		t.Error("ctrl-c does not end it")
	}
}

// TestBulk: a capital is about all open cases of the cause, wherever they are; what was
// done is taken back at once.
func TestBulk(t *testing.T) {
	p := play(t, four()...)
	p.press("E", "stock team", "enter", "it splits", "enter")
	p.is(first, "open stock team | 2026-11-26T06:00:00Z kim: fix expected of stock team: it splits")
	p.is(third, "open stock team | 2026-11-26T06:00:00Z kim: fix expected of stock team: it splits")
	p.shows("bulk")
	p.press("u")
	p.is(first, "open  | 2026-11-26T06:00:00Z kim: taken back")
	if p.at != first || len(p.open()) != 3 {
		t.Errorf("after undo: %s, %d cases", p.at, len(p.open()))
	}
	p.press("R", "the machine is gone", "enter")
	p.is(third, "obsolete  | 2026-11-26T06:00:00Z kim: open -> obsolete: the machine is gone")
	p.press("u", "u")
	p.is(third, "open  | 2026-11-26T06:00:00Z kim: obsolete -> open: taken back")
	if !strings.Contains(p.seen(), "nothing to take back") {
		t.Errorf("undo of nothing:\n%s", p.seen())
	}
}

// TestFixed: a case whose paths differ is not fixed; one that agrees is.
func TestFixed(t *testing.T) {
	p := play(t, four()...)
	p.press("down", "f")
	p.is(second, "regressed  ")
	if !strings.Contains(p.seen(), "the paths still differ") {
		t.Errorf("it is not said why:\n%s", p.seen())
	}
	p.press("up", "F")
	p.is(first, "fixed  | 2026-11-26T06:00:00Z kim: open -> fixed")
	p.is(third, "fixed  | 2026-11-26T06:00:00Z kim: open -> fixed")
}

// TestSkip: what is passed over is listed no more, stays open and can be had back; at
// the end nothing is left, and no key does harm.
func TestSkip(t *testing.T) {
	p := play(t, four()...)
	p.press("c", "S") // all of the one cause that is listed: then all others are
	if p.at != second || p.cause != "" {
		t.Errorf("shown: %s of %q", p.at, p.cause)
	}
	p.press("s")
	p.shows("nothing")
	p.press("a", "f", "A", "s", "c", "n", "space", "pgup", "G")
	if decided, left := p.queue.Counts(); decided != 0 || left != 3 || p.asked != nil {
		t.Errorf("%d decided, %d left", decided, left)
	}
	p.press("u", "u")
	if p.at != first || len(p.open()) != 3 {
		t.Errorf("after undo: %s, %d cases", p.at, len(p.open()))
	}
}

// TestAhead: what is typed while a case is written waits, and is about what comes next.
func TestAhead(t *testing.T) {
	p := play(t, four()...)
	_, job := p.Update(tea.KeyPressMsg{Code: 'f', Text: "f"})
	p.press("s", "q")
	if p.quit || len(p.queue.skipped) > 0 {
		t.Fatal("keys do not wait")
	}
	p.do(job)
	p.is(first, "fixed  | 2026-11-26T06:00:00Z kim: open -> fixed")
	if !p.quit || !p.queue.skipped[second] {
		t.Errorf("keys are lost: %v, %v", p.quit, p.queue.skipped)
	}
}

// TestSizes: on no screen is there a line too many, or one that is cut off but in the
// list; a name cannot move the cursor.
func TestSizes(t *testing.T) {
	cases := append(four(), stored("a\x1b[2Jb", "lone-cr", "e", golden.Open, 1), stored("文字", "lone-cr", "f", golden.Open, 1))
	for _, width := range []int{20, 41, 80, 200} {
		for _, height := range []int{16, 24, 100} {
			p := play(t, cases...)
			p.send(tea.WindowSizeMsg{Width: width, Height: height})
			p.seen()
			p.press("a", strings.Repeat("long ", 60))
			p.seen()
			if x, y := p.cursor(); x >= width || y >= height {
				t.Errorf("%d x %d: the cursor is at %d, %d", width, height, x, y)
			}
			p.press("esc")
			if strings.Contains(p.View().Content, "\x1b[2J") {
				t.Error("a feed's name clears the screen")
			}
		}
	}
}
