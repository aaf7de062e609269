package review

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/feedparity/feedparity/golden"
)

// help says the keys.
func help() []string {
	return []string{"↑↓ case", "space b page", "a accept", "e fix expected", "f fixed", "r reject", "s skip", "A E F R S all of the cause", "u undo", "c cause", "q quit"}
}

// verbOf is what a key decides; its capital decides it about all of the cause.
var verbOf = map[string]Verb{"a": Accept, "e": Expect, "f": Fixed, "r": Reject}

// keys does what the keys say that were pressed. Those that are pressed while a decision
// is written wait for its end, so that none is about another case than was meant.
func (m *Model) keys(first tea.Cmd) tea.Cmd {
	cmds := []tea.Cmd{first}
	for len(m.ahead) > 0 && !m.working {
		k := m.ahead[0]
		m.ahead = m.ahead[1:]
		cmds = append(cmds, m.key(k))
	}
	return tea.Batch(cmds...)
}

// key does what one key says. Ctrl-C ends the review whatever it is about, Ctrl-Z stops it
// for the shell.
func (m *Model) key(k tea.KeyPressMsg) tea.Cmd {
	switch {
	case k.String() == "ctrl+c":
		return tea.Quit
	case k.String() == "ctrl+z":
		return tea.Suspend
	case m.asked != nil:
		return m.answer(k)
	}
	m.note = ""
	return m.browse(k.String())
}

func (m *Model) browse(key string) tea.Cmd {
	switch key {
	case "q", "esc":
		return tea.Quit
	case "u":
		return m.undo()
	case "n", "j", "down":
		return m.show(m.index() + 1)
	case "p", "k", "up":
		return m.show(m.index() - 1)
	case "home", "g":
		return m.show(0)
	case "end", "G":
		return m.show(len(m.open()) - 1)
	case "c":
		return m.filter()
	case "space", "pgdown":
		m.turn(m.pageHeight() - 1)
	case "b", "pgup":
		m.turn(1 - m.pageHeight())
	case "enter", "ctrl+n":
		m.turn(1)
	case "ctrl+p":
		m.turn(-1)
	default:
		return m.chosen(key)
	}
	return nil
}

// chosen begins what a key decides.
func (m *Model) chosen(key string) tea.Cmd {
	small := strings.ToLower(key)
	about := m.about(small != key)
	if len(about) == 0 {
		return nil
	}
	verb, decides := verbOf[small]
	switch {
	case small == "s":
		return m.skip(about)
	case verb == Fixed:
		return m.decide(Decision{Verb: Fixed}, about)
	case decides:
		m.asked = newForm(verb, about, m.owner)
	}
	return nil
}

// about is the case that is shown, or with it all open ones of its cause.
func (m *Model) about(all bool) []golden.Stored {
	list := m.open()
	i := m.index()
	switch {
	case i < 0:
		return nil
	case all:
		return m.queue.Open(list[i].Case.Cause)
	}
	return list[i : i+1]
}

// show shows the case at a place of the list; beyond its ends nothing changes.
func (m *Model) show(i int) tea.Cmd {
	if list := m.open(); i >= 0 && i < len(list) {
		m.at, m.scroll = list[i].Dir, 0
	}
	return m.load()
}

// filter lists the cases of the next cause, and after the last one all.
func (m *Model) filter() tea.Cmd {
	causes := append(m.queue.Causes(), "")
	m.cause = causes[(slices.Index(causes, m.cause)+1)%len(causes)]
	m.keepPlace(0)
	return m.load()
}

// turn scrolls the page.
func (m *Model) turn(lines int) {
	m.scroll = max(0, min(m.scroll+lines, len(m.pageLines())-m.pageHeight()))
}

// answer gives a key to the form, and decides where it is complete.
func (m *Model) answer(k tea.KeyPressMsg) tea.Cmd {
	m.note = ""
	switch k.String() {
	case "esc":
		m.asked = nil
	case "enter", "ctrl+j":
		if m.asked.next() {
			return nil
		}
		return m.decide(m.asked.decision(), m.asked.about)
	case "tab", "down":
		m.asked.next()
	case "shift+tab", "up":
		m.asked.before()
	case "backspace":
		m.asked.erase()
	case "ctrl+u":
		m.asked.clear()
	default:
		m.asked.insert(k.Text)
	}
	return nil
}
