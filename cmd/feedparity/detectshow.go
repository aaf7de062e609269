package main

import (
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/detect"
)

// explainDetected prints, below a file's line, what decided as a person would want to see
// it: the charsets that it may be in, and cells as bytes and in both readings.
func explainDetected(out io.Writer, r detect.Result) error {
	var b strings.Builder
	fmt.Fprintf(&b, "  charset: %s\n", r.Why)
	explainRanking(&b, r)
	if len(r.Cells) > 0 {
		explainCells(&b, r)
	}
	explainBeside(&b, r)
	_, err := io.WriteString(out, b.String())
	return err
}

// shownRank is how many of the charsets that a file may be in people are shown.
const shownRank = 4

// explainRanking lists the likeliest texts with the charsets that they are in.
func explainRanking(b *strings.Builder, r detect.Result) {
	var same []string
	for _, c := range r.Candidates {
		if c.Same && c.Charset != r.Charset {
			same = append(same, c.Charset)
		}
	}
	if len(same) > 0 {
		fmt.Fprintf(b, "  the same text: %s\n", strings.Join(same, ", "))
	}
	shown := 1
	for _, c := range r.Candidates {
		if c.Same {
			continue
		}
		if shown == 1 {
			fmt.Fprintf(b, "  ranking: %s %s\n", r.Charset, share(r.Confidence))
		}
		if shown++; shown > shownRank {
			break
		}
		fmt.Fprintf(b, "           %s %s, %s\n", c.Charset, share(c.Confidence), c.Why)
	}
}

// share words a confidence; one that is next to nothing is so.
func share(c float64) string {
	if c < 0.00005 {
		return "0"
	}
	return strconv.FormatFloat(c, 'f', 4, 64)
}

func explainCells(b *strings.Builder, r detect.Result) {
	width := max(len(r.Charset), len(r.Against))
	if r.Margin > 0 {
		fmt.Fprintf(b, "  cells that tell %s from %s:\n", r.Charset, r.Against)
	} else {
		fmt.Fprintf(b, "  cells that show it, and what they would be as %s:\n", r.Against)
	}
	for _, c := range r.Cells {
		fmt.Fprintf(b, "    row %d, column %d, byte %#x%s: %s\n", c.Row, c.Column, c.Offset, howOften(c.Times), goesOn(c, fmt.Sprintf("% x", c.Bytes)))
		fmt.Fprintf(b, "      %-*s  %s\n      %-*s  %s\n", width, r.Charset, goesOn(c, visible(c.Text)), width, r.Against, goesOn(c, visible(c.Other)))
		if c.Nats != 0 {
			fmt.Fprintf(b, "      %s\n", favour(c, r.Charset, r.Against))
		}
	}
}

// goesOn marks where a cell goes on that is too long to be shown.
func goesOn(c detect.Cell, text string) string {
	if c.Before {
		text = "…" + text
	}
	if c.After {
		text += "…"
	}
	return text
}

// remarks is a fifth column, for a file of which its charset is not all that is to be said;
// "" for most.
func remarks(r detect.Result) string {
	var all []string
	for _, a := range r.Alarms {
		all = append(all, "not "+a.Charset+" ("+a.Source+")")
	}
	var also []string
	for _, m := range r.Mixed {
		if m.Charset != r.Charset && !slices.Contains(also, m.Charset) {
			also = append(also, m.Charset)
		}
	}
	if len(also) > 0 {
		all = append(all, "mixed with "+strings.Join(also, ", "))
	}
	if r.Doubled.Layers > 0 {
		all = append(all, "encoded twice")
	}
	if r.Torn.Count > 0 {
		all = append(all, plural(int(r.Torn.Count), "torn character"))
	}
	if len(all) == 0 {
		return ""
	}
	return "\t" + strings.Join(all, "; ")
}

// shownRanges is how many ranges of an input in several charsets people are shown.
const shownRanges = 200

func explainBeside(b *strings.Builder, r detect.Result) {
	for _, a := range r.Alarms {
		fmt.Fprintf(b, "  alarm: %s says %s, which %s\n", a.Source, a.Charset, a.Why)
	}
	shown := min(len(r.Mixed), shownRanges)
	for _, m := range r.Mixed[:shown] {
		fmt.Fprintf(b, "  mixed: %s, bytes %#x-%#x, are %s\n", m.Where(), m.Start, m.End, m.Charset)
	}
	if more := len(r.Mixed) - shown; more > 0 {
		fmt.Fprintf(b, "  mixed: %d more ranges, which --json lists\n", more)
	}
	if r.MoreMixed {
		fmt.Fprintf(b, "  mixed: which rows after %d are in which is not known\n", r.Mixed[len(r.Mixed)-1].LastRow)
	}
	if r.Doubled.Layers > 0 {
		fmt.Fprintf(b, "  %s\n", r.Doubled)
	}
	for _, c := range r.Torn.Chars {
		fmt.Fprintf(b, "  torn: row %d, column %d, byte %#x: % x\n", c.Row, c.Column, c.Offset, c.Bytes)
	}
	if more := r.Torn.Count - int64(len(r.Torn.Chars)); more > 0 {
		fmt.Fprintf(b, "  torn: %d more\n", more)
	}
	if r.Second != nil {
		fmt.Fprintf(b, "  saintfish/chardet: %s\n", opinionOf(*r.Second))
	}
}

// opinionOf words what saintfish/chardet says.
func opinionOf(o detect.Opinion) string {
	switch {
	case o.Label == "":
		return "no answer"
	case o.Agrees:
		return fmt.Sprintf("%s, %d of 100: agrees", visible(o.Label), o.Confidence)
	}
	return fmt.Sprintf("%s, %d of 100: disagrees", visible(o.Label), o.Confidence)
}

// howOften says nothing of what happened once.
func howOften(n int) string {
	if n < 2 {
		return ""
	}
	return fmt.Sprintf(", with a word that is there %d times", n)
}

func favour(c detect.Cell, charset, rival string) string {
	if c.Nats < 0 {
		return fmt.Sprintf("%.1f nats likelier as %s", -c.Nats, rival)
	}
	return fmt.Sprintf("%.1f nats likelier as %s", c.Nats, charset)
}

func detectedJSON(name string, r detect.Result, answers []sniffAnswer) any {
	out := detected{File: name, Charset: r.Charset, Confidence: r.Confidence, Margin: r.Margin, Why: r.Why, Dialect: []string{}, Header: r.Dialect.Header,
		LineEnding: r.Dialect.LineEnding, Size: r.Size, NonASCII: r.NonASCII, FirstHigh: r.FirstHigh, DoubleEncoded: r.Doubled.Layers > 0, Layout: newDialectJSON(r.Dialect), Sniffer: answers, MoreMixed: r.MoreMixed, Against: r.Against}
	for _, c := range r.Candidates {
		out.Candidates = append(out.Candidates, guess{c.Charset, c.Confidence, c.Why, c.Same})
	}
	for _, a := range r.Alarms {
		out.Alarms = append(out.Alarms, alarm{a.Source, a.Charset, a.Why})
	}
	for _, m := range r.Mixed {
		out.Mixed = append(out.Mixed, mixedRange{m.Charset, m.Start, m.End, m.FirstRow, m.LastRow, m.FirstColumn, m.LastColumn})
	}
	for _, c := range r.Cells {
		out.Cells = append(out.Cells, cell{c.Row, c.Column, c.Offset, hex.EncodeToString(c.Bytes), c.Before, c.After, c.Text, c.Other, c.Nats})
	}
	if d := r.Doubled; d.Layers > 0 {
		out.Doubled = &doubled{d.Layers, d.Words, d.Of, d.Repair}
	}
	if r.Torn.Count > 0 {
		out.Torn = &torn{Count: r.Torn.Count}
		for _, c := range r.Torn.Chars {
			out.Torn.First = append(out.Torn.First, tornChar{c.Row, c.Column, c.Offset, hex.EncodeToString(c.Bytes)})
		}
	}
	if o := r.Second; o != nil {
		out.Second = &opinion{o.Label, o.Charset, o.Confidence, o.Agrees}
	}
	for _, o := range r.Dialect.For(ingest.Py3) {
		out.Dialect = append(out.Dialect, o.String())
	}
	return out
}

// detected is a line of "feedparity detect --json".
type detected struct {
	File          string       `json:"file"`
	Charset       string       `json:"charset"`
	Confidence    float64      `json:"confidence"`
	Margin        float64      `json:"margin,omitempty"` // nats
	Why           string       `json:"why"`
	Candidates    []guess      `json:"candidates"`
	Alarms        []alarm      `json:"alarms,omitempty"`
	Mixed         []mixedRange `json:"mixed,omitempty"`
	MoreMixed     bool         `json:"more_mixed,omitempty"` // other ranges follow these
	Cells         []cell       `json:"cells,omitempty"`
	Against       string       `json:"against,omitempty"` // what the other reading of cells is in
	Second        *opinion     `json:"second,omitempty"`
	DoubleEncoded bool         `json:"double_encoded,omitempty"`
	Doubled       *doubled     `json:"doubled,omitempty"`
	Torn          *torn        `json:"torn,omitempty"`
	Dialect       []string     `json:"dialect"`
	Header        bool         `json:"header"`
	LineEnding    string       `json:"line_ending"`
	Size          int64        `json:"size"`
	NonASCII      int64        `json:"non_ascii"`
	FirstHigh     int64        `json:"first_high"`

	Layout  dialectJSON   `json:"layout"`
	Sniffer []sniffAnswer `json:"sniffer"`
}

type guess struct {
	Charset    string  `json:"charset"`
	Confidence float64 `json:"confidence"`
	Why        string  `json:"why"`
	SameText   bool    `json:"same_text"`
}

type alarm struct {
	Source  string `json:"source"`
	Charset string `json:"charset"`
	Why     string `json:"why"`
}

type mixedRange struct {
	Charset  string `json:"charset"`
	Start    int64  `json:"start"`
	End      int64  `json:"end"`
	FirstRow int64  `json:"first_row"`
	LastRow  int64  `json:"last_row"`
	// Of the first and the last row, where it has not all of them.
	FirstColumn int64 `json:"first_column,omitempty"`
	LastColumn  int64 `json:"last_column,omitempty"`
}

type cell struct {
	Row    int64   `json:"row"`
	Column int64   `json:"column"`
	Offset int64   `json:"offset"`
	Bytes  string  `json:"bytes"`            // hex
	Before bool    `json:"before,omitempty"` // the cell has more before these
	After  bool    `json:"after,omitempty"`  // and behind them
	Text   string  `json:"text"`
	Other  string  `json:"other"`
	Nats   float64 `json:"nats"`
}

type doubled struct {
	Layers int    `json:"layers"`
	Words  int    `json:"words"`
	Of     int    `json:"of"`               // words with non-ASCII characters
	Repair string `json:"repair,omitempty"` // in Python, of the whole text
}

type torn struct {
	Count int64      `json:"count"`
	First []tornChar `json:"first"`
}

type tornChar struct {
	Row    int64  `json:"row"`
	Column int64  `json:"column"`
	Offset int64  `json:"offset"`
	Bytes  string `json:"bytes"` // hex
}

type opinion struct {
	Label      string `json:"label"`
	Charset    string `json:"charset"`
	Confidence int    `json:"confidence"`
	Agrees     bool   `json:"agrees"`
}
