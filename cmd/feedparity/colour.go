package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// colourModes are what --color takes.
var colourModes = []string{"auto", "always", "never"}

// colourFlag says whether a page is coloured.
type colourFlag struct{ mode string }

func (f *colourFlag) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.mode, "color", "auto", "colour the page: auto (on a terminal, unless NO_COLOR is set), always or never")
	must(cmd.RegisterFlagCompletionFunc("color", cobra.FixedCompletions(colourModes, cobra.ShellCompDirectiveNoFileComp)))
}

// wanted reports whether what is written to w is coloured. NO_COLOR counts as
// no-color.org has it: set, and not empty; who asks for colour by the flag gets it.
func (f *colourFlag) wanted(w io.Writer) (bool, error) {
	switch {
	case !slices.Contains(colourModes, f.mode):
		return false, usageError("", "read --color: %q: want auto, always or never", f.mode)
	case f.mode != "auto":
		return f.mode == "always", nil
	}
	return os.Getenv("NO_COLOR") == "" && isTerminal(w), nil
}

// isTerminal reports whether w is a terminal that obeys escape sequences.
func isTerminal(w any) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd())) && os.Getenv("TERM") != "dumb"
}

// The attributes of ECMA-48 (8.3.117, SGR) that a page uses: those that every terminal
// has, in the user's own colours.
const (
	bold   = "1"
	faint  = "2"
	red    = "31"
	green  = "32"
	yellow = "33"
	strong = "1;7" // what differs
)

func paint(sgr, s string) string {
	if s == "" {
		return ""
	}
	return "\x1b[" + sgr + "m" + s + "\x1b[0m"
}

// labelWidth is where the values of a page begin.
const labelWidth = 11

// coloured is the page with colours: the names of its fields, what differs between the
// two values and rows, the bytes that the divergence needs, and how bad it is.
func (r *repro) coloured() string {
	var out strings.Builder
	last := ""
	for line := range strings.Lines(r.page()) {
		text := strings.TrimSuffix(line, "\n")
		n := min(labelWidth, len(text))
		label, value := text[:n], text[n:]
		if name := strings.TrimSpace(label); name != "" {
			last = name
		}
		fmt.Fprintf(&out, "%s%s\n", paint(bold, strings.TrimRight(label, " "))+label[len(strings.TrimRight(label, " ")):], r.painted(last, value))
	}
	return out.String()
}

// painted colours the value of a field.
func (r *repro) painted(field, value string) string {
	switch field {
	case "state":
		for _, word := range []string{"silent", "regressed"} {
			value = strings.Replace(value, word, paint(bold+";"+red, word), 1)
		}
	case "bytes":
		return paintBytes(value)
	case "py2":
		return paintDifference(red, value, r.Py3)
	case "py3":
		return paintDifference(green, value, r.Py2)
	case "the row":
		switch {
		case strings.HasPrefix(value, "- "):
			return paint(red, value)
		case strings.HasPrefix(value, "+ "):
			return paint(green, value)
		}
	case "ladder":
		if line, change, ok := strings.Cut(value, "  <- "); ok {
			return line + paint(yellow, "  <- "+change)
		}
	}
	return value
}

// paintBytes makes the bytes in brackets stand out from the others; where none are, all
// of them are needed.
func paintBytes(value string) string {
	if !strings.Contains(value, "[") {
		return paint(bold+";"+yellow, value)
	}
	var out strings.Builder
	for value != "" {
		before, rest, open := strings.Cut(value, "[")
		out.WriteString(paint(faint, before))
		if !open {
			break
		}
		needed, after, _ := strings.Cut(rest, "]")
		out.WriteString(paint(bold+";"+yellow, "["+needed+"]"))
		value = after
	}
	return out.String()
}

// paintDifference makes what stands between the common beginning and the common end of
// two values stand out.
func paintDifference(sgr, value, other string) string {
	head := 0
	for head < min(len(value), len(other)) && value[head] == other[head] {
		head++
	}
	tail := 0
	for tail < min(len(value), len(other))-head && value[len(value)-1-tail] == other[len(other)-1-tail] {
		tail++
	}
	for head > 0 && head < len(value) && !utf8.RuneStart(value[head]) {
		head--
	}
	for tail > 0 && !utf8.RuneStart(value[len(value)-tail]) {
		tail--
	}
	return paint(sgr, value[:head]) + paint(sgr+";"+strong, value[head:len(value)-tail]) + paint(sgr, value[len(value)-tail:])
}
