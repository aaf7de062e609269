package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/feedparity/feedparity/ingest/sweep"
)

// progress shows how far a sweep, or another long run, is: a line that is rewritten, on a terminal only.
type progress struct {
	w     io.Writer
	total int
	feeds int
	width int
	shown bool
}

func newProgress(w io.Writer, total int) *progress {
	p := &progress{w: w, total: total}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) && os.Getenv("TERM") != "dumb" {
		p.width, _, _ = term.GetSize(int(f.Fd()))
	}
	return p
}

// event is told of a step; sweep never calls it twice at once.
func (p *progress) event(e sweep.Event) {
	if e.What == "done" && e.Delivery == "" {
		p.feeds++
	}
	p.show(fmt.Sprintf("%d/%d feeds  %s %s %s", p.feeds, p.total, e.Feed, e.What, visible(e.Delivery)))
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
