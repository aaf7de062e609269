package interp

import (
	"fmt"
	"strings"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/wire"
)

// What runner/batch.py puts between cells, rows, a table and its fault, outcomes;
// none of these is in a cell of a table, nor in JSON.
const (
	unitSeparator    = "\x1f"
	recordSeparator  = "\x1e"
	faultSeparator   = "\x1c"
	outcomeSeparator = "\x1d"
)

// parseBatch reads n outcomes. Each begins with how it is sent: 'j' lines in wire
// form, 't' and 'b' a table of texts or byte strings.
func parseBatch(answer []byte, n int) ([]ingest.Outcome, error) {
	rest := string(answer)
	t := tables{values: make([]ingest.Value, 0, strings.Count(rest, unitSeparator)+strings.Count(rest, recordSeparator)+n)}
	out := make([]ingest.Outcome, n)
	for i := range out {
		text, after, more := strings.Cut(rest, outcomeSeparator)
		if text == "" || more != (i < n-1) {
			return nil, fmt.Errorf("%d outcomes where %d were asked for", i, n)
		}
		rest = after
		var err error
		switch text[0] {
		case 'j':
			out[i], err = parseLines(text[1:])
		case 't':
			out[i], err = t.parse(text[1:], ingest.KindText)
		case 'b':
			out[i], err = t.parse(text[1:], ingest.KindBytes)
		default:
			err = errGarbage
		}
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// parseLines reads lines in wire form: rows, then at most one fault.
func parseLines(text string) (o ingest.Outcome, err error) {
	for text != "" && err == nil && o.Fault == nil {
		var line string
		line, text, _ = strings.Cut(text, "\n")
		var v ingest.Value
		if v, o.Fault, err = wire.ParseLine([]byte(line)); err == nil && o.Fault == nil {
			o.Rows = append(o.Rows, ingest.Row{Value: v, Offset: -1})
		}
	}
	if err == nil && text != "" {
		err = errGarbage
	}
	return o, err
}

// tables parses tables into values that lie side by side.
type tables struct{ values []ingest.Value }

// parse reads rows of cells of one kind, and the fault after them if there is one.
func (t *tables) parse(text string, kind ingest.Kind) (ingest.Outcome, error) {
	var o ingest.Outcome
	text, fault, faulty := strings.Cut(text, faultSeparator)
	o.Rows = make([]ingest.Row, strings.Count(text, recordSeparator)+1)
	for i := range o.Rows {
		var row string
		row, text, _ = strings.Cut(text, recordSeparator)
		o.Rows[i] = ingest.Row{Value: ingest.Value{Kind: ingest.KindList, Items: t.cells(row, kind)}, Offset: -1}
	}
	if !faulty {
		return o, nil
	}
	var err error
	_, o.Fault, err = wire.ParseLine([]byte(fault))
	if err == nil && o.Fault == nil {
		err = errGarbage
	}
	return o, err
}

// cells reads the cells of one row, of which there is one at least.
func (t *tables) cells(row string, kind ingest.Kind) []ingest.Value {
	start := len(t.values)
	for more := true; more; {
		var cell string
		cell, row, more = strings.Cut(row, unitSeparator)
		t.values = append(t.values, ingest.Value{Kind: kind, Str: cell})
	}
	return t.values[start:len(t.values):len(t.values)]
}
