package main

import (
	"maps"
	"slices"
	"strings"
)

const nextSection = "\n## "

// withHand puts what was written by hand into a page that is written anew: at the end of
// the section of the same heading. lost is what no section is there for.
func withHand(page, older string) (out string, lost []string) {
	hand := byHand(older)
	sections := strings.Split(page, nextSection)
	for i, s := range sections {
		heading, _, _ := strings.Cut(s, "\n")
		if text, ok := hand[heading]; ok {
			sections[i] += "\n" + text + "\n"
			delete(hand, heading)
		}
	}
	for _, heading := range slices.Sorted(maps.Keys(hand)) {
		lost = append(lost, "## "+heading+"\n\n"+hand[heading])
	}
	return strings.Join(sections, nextSection), lost
}

// byHand returns what was written by hand into a page, by its section's heading: whatever
// stands after a section's first table, as the page itself ends each section with one
// (TestPageEndsWithTables).
func byHand(page string) map[string]string {
	hand := map[string]string{}
	for _, s := range strings.Split(page, nextSection) {
		heading, text, _ := strings.Cut(s, "\n")
		lines := strings.Split(text, "\n")
		row := func(line string) bool { return strings.HasPrefix(line, "|") }
		lines = lines[max(0, slices.IndexFunc(lines, row)):]
		end := slices.IndexFunc(lines, func(line string) bool { return !row(line) })
		if end < 1 { // no table, or nothing after it
			continue
		}
		if text = strings.Trim(strings.Join(lines[end:], "\n"), "\n"); text != "" {
			hand[heading] = text
		}
	}
	return hand
}
