package main

import (
	"fmt"
	"strings"
)

const mutationTitle = "\n## Mutations\n"

// mutationSection is the page's section of what "make mutate" found last, "" without a
// record: when and how on the first line, and then a line per target and the sum.
func mutationSection(record []byte) string {
	head, lines, ok := strings.Cut(strings.TrimPrefix(string(record), "# "), "\n")
	if !ok {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n`make mutate`, %s: one thing at a time is changed in the state machine and in the data of the versions,\n", mutationTitle, head)
	b.WriteString("and the packages' tests are run without any Python. Of a sample of all such changes these were caught:\n\n")
	for line := range strings.Lines(lines) {
		b.WriteString("    " + line)
	}
	return b.String()
}
