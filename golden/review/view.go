package review

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/feedparity/feedparity/golden"
)

// The parts of the screen that have a fixed height: a title above the list, a rule above
// the page, a note below it.
const (
	titleLines = 1
	ruleLines  = 1
	noteLines  = 1
)

// View is the screen: the list, the page of the case that is shown, and what may be
// pressed, or what is asked.
func (m *Model) View() tea.View {
	v := tea.NewView(strings.Join(m.screen(), "\n"))
	v.AltScreen = true
	v.WindowTitle = "feedparity golden review"
	if m.asked != nil {
		v.Cursor = tea.NewCursor(m.cursor())
	}
	return v
}

// screen is every line of it, none longer than it is wide.
func (m *Model) screen() []string {
	lines := append([]string{m.title()}, m.list()...)
	lines = append(lines, m.rule())
	page := m.pageLines()
	for i := range m.pageHeight() {
		line := ""
		if m.scroll+i < len(page) {
			line = page[m.scroll+i]
		}
		lines = append(lines, line)
	}
	lines = append(lines, m.note)
	lines = append(lines, m.foot()...)
	for i, l := range lines {
		lines[i] = ansi.Truncate(l, m.width, "…")
	}
	return lines[:min(len(lines), max(1, m.height))] // of a tiny one the end is not seen
}

func (m *Model) title() string {
	decided, left := m.queue.Counts()
	s := fmt.Sprintf("%d decided, %d left", decided, left)
	if n := left - len(m.queue.Open("")); n > 0 {
		s += fmt.Sprintf(", %d passed over", n)
	}
	if m.cause != "" {
		s += "; only " + printable(m.cause)
	}
	return bold(s)
}

// listHeight is a third of the screen at most.
func (m *Model) listHeight() int { return max(1, min(len(m.open()), m.height/3)) }

// list shows the cases around the one that is shown.
func (m *Model) list() []string {
	all := m.open()
	if len(all) == 0 {
		return []string{"nothing is left to decide"}
	}
	at, n := m.index(), m.listHeight()
	first := max(0, min(at-n/2, len(all)-n))
	var rows [][]string
	for _, c := range all[first : first+n] {
		rows = append(rows, columnsOf(c.Case))
	}
	lines := aligned(rows)
	for i, l := range lines {
		if first+i == at {
			lines[i] = reversed("> " + l)
		} else {
			lines[i] = "  " + l
		}
	}
	return lines
}

// columnsOf is a case's line in the list: its state, how bad it is, its cause, its feed
// and its column.
func columnsOf(c *golden.Case) []string {
	column := "-"
	if n := c.Column(); n > 0 {
		column = "column " + strconv.Itoa(n)
	}
	state := string(c.State)
	if c.Owner != "" { // a fix is expected
		state += ", " + c.Owner
	}
	return []string{printable(state), c.Severity.String(), printable(c.Cause), printable(c.Feed), column}
}

// aligned puts the columns of rows below each other.
func aligned(rows [][]string) []string {
	var widths []int
	for _, r := range rows {
		for i, cell := range r {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], ansi.StringWidth(cell))
		}
	}
	out := make([]string, len(rows))
	for j, r := range rows {
		var b strings.Builder
		for i, cell := range r {
			b.WriteString(cell + strings.Repeat(" ", widths[i]-ansi.StringWidth(cell)+2))
		}
		out[j] = strings.TrimRight(b.String(), " ")
	}
	return out
}

// rule is between the list and the page, and says what of the page is seen.
func (m *Model) rule() string {
	s := "── "
	if page, n := m.pageLines(), m.pageHeight(); len(page) > n {
		s += fmt.Sprintf("lines %d to %d of %d ", m.scroll+1, min(m.scroll+n, len(page)), len(page))
	}
	return s + strings.Repeat("─", max(0, m.width-ansi.StringWidth(s)))
}

// pageHeight is what the other parts leave.
func (m *Model) pageHeight() int {
	return max(1, m.height-titleLines-m.listHeight()-ruleLines-noteLines-len(m.foot()))
}

// pageLines is the page of the case that is shown; what is too wide is wrapped, nothing
// is cut off.
func (m *Model) pageLines() []string {
	page, made := m.pages[m.at]
	switch {
	case m.at == "":
		return nil
	case !made:
		return []string{"running the case ..."}
	}
	return strings.Split(ansi.Hardwrap(strings.TrimRight(page, "\n"), max(1, m.width), true), "\n")
}

// foot is the keys, or what is asked.
func (m *Model) foot() []string {
	f := m.asked
	if f == nil {
		return flowed(help(), m.width)
	}
	lines := []string{bold(fmt.Sprintf("%s %s", f.verb, printable(named(f.about)))) + "   enter: next, then done  esc: leave it"}
	for i, a := range f.fields {
		mark := "  "
		if i == f.at {
			mark = "> "
		}
		lines = append(lines, mark+a.label+": "+m.tail(a))
	}
	return lines
}

// flowed puts words into lines, two spaces apart.
func flowed(words []string, width int) []string {
	var lines []string
	for _, w := range words {
		if n := len(lines) - 1; n >= 0 && ansi.StringWidth(lines[n]+"  "+w) <= width {
			lines[n] += "  " + w
		} else {
			lines = append(lines, w)
		}
	}
	return lines
}

// tail is the end of what is written in a field, as much as is seen.
func (m *Model) tail(a field) string {
	room := max(1, m.width-ansi.StringWidth("> "+a.label+": ")-1)
	return ansi.TruncateLeft(a.value, max(0, ansi.StringWidth(a.value)-room), "")
}

// cursor is behind what is written.
func (m *Model) cursor() (x, y int) {
	a := m.asked.fields[m.asked.at]
	x = ansi.StringWidth("> " + a.label + ": " + m.tail(a))
	return min(x, m.width-1), len(m.screen()) - len(m.asked.fields) + m.asked.at
}

func bold(s string) string     { return "\x1b[1m" + s + "\x1b[0m" }
func reversed(s string) string { return "\x1b[7m" + s + "\x1b[0m" }

// printable replaces what would move the cursor.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, s)
}
