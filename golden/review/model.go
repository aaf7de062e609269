package review

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	tea "charm.land/bubbletea/v2"

	"github.com/feedparity/feedparity/golden"
)

// Model is a review on a screen. Keys and the ends of jobs change it (Update), and
// what is seen is made of it and nothing else (View). Its jobs, which run cases and write
// files, are commands that work on copies.
type Model struct {
	ctx   context.Context
	desk  Desk
	queue *Queue
	owner string // said once, offered again

	cause   string // only its cases are listed; "" for all
	at      string // directory of the case that is shown; "" where none is left
	scroll  int    // first line of its page that is seen
	pages   map[string]string
	loading bool // a page is being made
	working bool // a decision is being written: keys wait
	ahead   []tea.KeyPressMsg
	asked   *form // what is asked before a decision, nil where nothing is
	note    string
	done    []step

	width, height int
	desks         sync.Mutex // held by the one job that runs cases
}

// step is what undo takes back: cases decided about at once, as they were before, or
// passed over.
type step struct {
	what  string
	cases []golden.Stored
	moved bool // they were written
}

// NewModel returns a review of what is in a queue. The owner may be "".
func NewModel(ctx context.Context, desk Desk, q *Queue, owner string) *Model {
	m := &Model{ctx: ctx, desk: desk, queue: q, owner: owner, pages: map[string]string{}, width: 80, height: 24}
	m.settle(0)
	return m
}

// The ends of jobs.
type (
	pageMade struct{ dir, text string }
	decided  struct {
		what   string
		before []golden.Stored // those that were written, as they were
		after  []*golden.Case
		err    error // what stopped it
	}
	tookBack struct {
		dirs []string
		now  []*golden.Case
		err  error
	}
)

// Init makes the first page.
func (m *Model) Init() tea.Cmd { return m.load() }

// Update takes a key, a size or the end of a job.
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height = msg.Width, msg.Height
	case tea.PasteMsg:
		if m.asked != nil {
			m.asked.insert(msg.Content)
		}
	case tea.KeyPressMsg:
		m.ahead = append(m.ahead, msg)
		return m, m.keys(nil)
	case pageMade:
		m.loading = false
		m.pages[msg.dir] = msg.text
		return m, m.load()
	case decided:
		return m, m.keys(m.moved(msg))
	case tookBack:
		return m, m.keys(m.undone(msg))
	}
	return m, nil
}

// open is what is listed.
func (m *Model) open() []golden.Stored { return m.queue.Open(m.cause) }

// index is the place of the case that is shown in the list, -1 where there is none.
func (m *Model) index() int {
	return slices.IndexFunc(m.open(), func(c golden.Stored) bool { return c.Dir == m.at })
}

// settle shows the case at a place of the list, or the nearest that there is. A cause of
// which no case is left filters no more.
func (m *Model) settle(i int) {
	if len(m.open()) == 0 {
		m.cause = ""
	}
	m.scroll = 0
	if list := m.open(); len(list) > 0 {
		m.at = list[max(0, min(i, len(list)-1))].Dir
	} else {
		m.at = ""
	}
}

// load makes the page of the case that is shown, unless it is there or another is being
// made: then it is asked for again at the end of that one.
func (m *Model) load() tea.Cmd {
	i := m.index()
	if i < 0 || m.loading {
		return nil
	}
	if _, made := m.pages[m.at]; made {
		return nil
	}
	m.loading = true
	c := m.open()[i]
	return func() tea.Msg {
		m.desks.Lock()
		defer m.desks.Unlock()
		return pageMade{c.Dir, m.desk.Page(m.ctx, c)}
	}
}

// decide writes a decision about cases, up to the first that is refused.
func (m *Model) decide(d Decision, cases []golden.Stored) tea.Cmd {
	m.working, m.note = true, "writing ..."
	if d.Verb == Fixed {
		m.note = "running ..."
	}
	return func() tea.Msg {
		m.desks.Lock()
		defer m.desks.Unlock()
		out := decided{what: d.Done()}
		for _, c := range cases {
			now, err := m.desk.Decide(m.ctx, c, d)
			if err != nil {
				out.err = err
				break
			}
			out.before, out.after = append(out.before, c), append(out.after, now)
		}
		return out
	}
}

// moved takes what was decided off the list. What was refused is told, and asked again.
func (m *Model) moved(msg decided) tea.Cmd {
	m.working = false
	i := m.index()
	for j, c := range msg.before {
		m.queue.Decided(c.Dir, msg.after[j])
		delete(m.pages, c.Dir)
	}
	m.note = msg.what + " " + named(msg.before)
	if len(msg.before) > 0 {
		m.done = append(m.done, step{msg.what, msg.before, true})
		m.keepPlace(i)
	}
	if msg.err != nil {
		m.note = oneLine(msg.err.Error())
		if n := len(msg.before); n > 0 {
			m.note = fmt.Sprintf("%s, after %d %s", m.note, n, msg.what)
		}
		if m.asked != nil {
			m.asked.about = m.asked.about[len(msg.before):]
		}
		return m.load()
	}
	if m.asked != nil {
		m.owner, m.asked = m.asked.decision().Owner, nil
	}
	return m.load()
}

// keepPlace shows what was shown, or where that is gone what came after it.
func (m *Model) keepPlace(i int) {
	if m.index() < 0 {
		m.settle(i)
	}
}

// skip passes over cases.
func (m *Model) skip(cases []golden.Stored) tea.Cmd {
	i := m.index()
	m.queue.Skip(cases...)
	m.done = append(m.done, step{"passed over", cases, false})
	m.note = "passed over " + named(cases)
	m.keepPlace(i)
	return m.load()
}

// undo takes back the last thing that was done.
func (m *Model) undo() tea.Cmd {
	if len(m.done) == 0 {
		m.note = "nothing to take back"
		return nil
	}
	last := m.done[len(m.done)-1]
	if !last.moved {
		out := tookBack{}
		for _, c := range last.cases {
			out.dirs, out.now = append(out.dirs, c.Dir), append(out.now, c.Case)
		}
		return m.undone(out)
	}
	m.working = true
	var now []golden.Stored
	for _, before := range last.cases {
		i := slices.IndexFunc(m.queue.All(), func(c golden.Stored) bool { return c.Dir == before.Dir })
		now = append(now, m.queue.All()[i])
	}
	return func() tea.Msg {
		var out tookBack
		for i, before := range last.cases {
			c, err := m.desk.TakeBack(now[i], before.Case)
			if err != nil {
				out.err = err
				break
			}
			out.dirs, out.now = append(out.dirs, before.Dir), append(out.now, c)
		}
		return out
	}
}

// undone puts what was taken back into the list again and shows the first of it.
func (m *Model) undone(msg tookBack) tea.Cmd {
	m.working = false
	last := &m.done[len(m.done)-1]
	for i, dir := range msg.dirs {
		m.queue.Back(dir, msg.now[i])
		delete(m.pages, dir)
	}
	m.note = "taken back: " + last.what + " " + named(last.cases)
	if last.cases = last.cases[len(msg.dirs):]; len(last.cases) == 0 {
		m.done = m.done[:len(m.done)-1]
	}
	if msg.err != nil {
		m.note = oneLine(msg.err.Error())
	}
	if len(msg.dirs) > 0 {
		m.at, m.scroll = msg.dirs[0], 0
		if m.index() < 0 { // another cause's are listed
			m.cause = ""
		}
	}
	return m.load()
}

// named names one case, and counts several.
func named(cases []golden.Stored) string {
	if len(cases) == 1 {
		return cases[0].Dir
	}
	return fmt.Sprintf("%d cases", len(cases))
}

// oneLine keeps what others have written from moving the cursor.
func oneLine(s string) string { return strings.Join(strings.Fields(printable(s)), " ") }
