package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// progress shows how far a long run is: a line that is rewritten, on a terminal only.
type progress struct {
	w     io.Writer
	width int
	shown bool
}

func newProgress(w io.Writer) *progress {
	p := &progress{w: w}
	if f, ok := w.(*os.File); ok && isTerminal(w) {
		p.width, _, _ = term.GetSize(int(f.Fd()))
	}
	return p
}

// show rewrites the line.
func (p *progress) show(line string) {
	if p.width < 20 {
		return
	}
	fmt.Fprintf(p.w, "\r\x1b[K%s", cut(strings.TrimRight(line, " "), p.width-24))
	p.shown = true
}

// finish removes the line.
func (p *progress) finish() {
	if p.shown {
		fmt.Fprint(p.w, "\r\x1b[K")
		p.shown = false
	}
}
