package golden

import (
	"bytes"
	"fmt"
)

// around is how many unchanged lines a unified diff shows before and after a change.
const around = 3

// unified is the difference of two texts as POSIX diff -u writes it (the page diff of
// IEEE 1003.1-2008, "Diff -u Output Format"), as one hunk: the changes that are made
// here are in one place. Lines keep the ends that they have.
func unified(name string, was, is []byte) []byte {
	a, b := splitLines(was), splitLines(is)
	head := 0
	for head < min(len(a), len(b)) && bytes.Equal(a[head], b[head]) {
		head++
	}
	tail := 0
	for tail < min(len(a), len(b))-head && bytes.Equal(a[len(a)-1-tail], b[len(b)-1-tail]) {
		tail++
	}
	from, after := max(0, head-around), min(around, tail)
	endA, endB := len(a)-tail+after, len(b)-tail+after
	var out bytes.Buffer
	fmt.Fprintf(&out, "--- a/%s\n+++ b/%s\n@@ -%s +%s @@\n", name, name, span(from, endA), span(from, endB))
	write := func(mark byte, lines [][]byte) {
		for _, l := range lines {
			out.WriteByte(mark)
			out.Write(l)
			if !bytes.HasSuffix(l, []byte("\n")) {
				out.WriteString("\n\\ No newline at end of file\n")
			}
		}
	}
	write(' ', a[from:head])
	write('-', a[head:len(a)-tail])
	write('+', b[head:len(b)-tail])
	write(' ', a[len(a)-tail:endA])
	return out.Bytes()
}

func splitLines(text []byte) [][]byte {
	lines := bytes.SplitAfter(text, []byte("\n"))
	if n := len(lines) - 1; len(lines[n]) == 0 {
		lines = lines[:n]
	}
	return lines
}

// span is a range of lines in a hunk's head; one that is empty begins a line earlier.
func span(from, to int) string {
	if to == from {
		return fmt.Sprintf("%d,0", from)
	}
	return fmt.Sprintf("%d,%d", from+1, to-from)
}
