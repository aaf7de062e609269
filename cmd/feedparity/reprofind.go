package main

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/classify"
	"github.com/feedparity/feedparity/ingest/diff"
	"github.com/feedparity/feedparity/ingest/embedded"
	"github.com/feedparity/feedparity/ingest/wire"
)

// place names a divergence's row and column.
func place(d diff.Divergence) string {
	row := d.Py2Row
	if row == 0 {
		row = d.Py3Row
	}
	s := fmt.Sprintf("row %d", row)
	if d.Column > 0 {
		s += fmt.Sprintf(", column %d", d.Column)
		// A header cell would be named after itself.
		if d.Name != "" && d.Name != d.Py2.Str && d.Name != d.Py3.Str {
			s += ` "` + visible(d.Name) + `"`
		}
	}
	return s
}

// side says what one path has at the place.
func (run *replayed) side(p ingest.Path, d diff.Divergence) string {
	v, row, fault := d.Py2, d.Py2Row, d.Py2Fault
	if p == ingest.Py3 {
		v, row, fault = d.Py3, d.Py3Row, d.Py3Fault
	}
	switch {
	case fault != nil:
		return raises(fault, d.Py2Fault != nil && d.Py3Fault != nil)
	case d.Kind == diff.KindFault:
		return run.atFault(p, max(d.Py2Row, d.Py3Row))
	case d.Kind == diff.KindKeyMissing && p == ingest.Py3, d.Kind == diff.KindKeyExtra && p == ingest.Py2:
		return "has no such key"
	case d.Kind == diff.KindKey, d.Kind == diff.KindKeyMissing, d.Kind == diff.KindKeyExtra:
		return "key " + describe(v)
	case row == 0:
		return "has no such row"
	case d.Kind == diff.KindRowLength:
		return run.rowAt(p, row, v)
	case d.Kind == diff.KindOrder:
		return "keys in the order " + cut(visible(string(wire.AppendValue(nil, v))), maxShown)
	case d.Kind == diff.KindRowMissing, d.Kind == diff.KindRowExtra:
		return describeRow(v)
	}
	return describe(v)
}

// atFault says what a path yields where the other one raises.
func (run *replayed) atFault(p ingest.Path, row int) string {
	rows := run.outcomes[p].Rows
	switch {
	case row <= len(rows):
		return describeRow(rows[row-1].Value)
	case len(rows) == 0:
		return "ends without a row and without an error"
	}
	return fmt.Sprintf("ends without an error after %s", plural(len(rows), "row"))
}

// raises shows an exception, and when it came if both paths raise.
func raises(f *ingest.Fault, both bool) string {
	s := "raises " + f.Type + ": " + cut(visible(f.Message), maxShown)
	switch {
	case !both:
	case f.Row <= 1:
		s += " (before any row)"
	default:
		s += " (after " + plural(f.Row-1, "row") + ")"
	}
	return s
}

// rowAt shows a row whose length differs; the team's own code may have yielded
// another one this time, and then the length is all there is.
func (run *replayed) rowAt(p ingest.Path, row int, length ingest.Value) string {
	if rows := run.outcomes[p].Rows; row <= len(rows) {
		return describeRow(rows[row-1].Value)
	}
	return "yields a row of length " + length.Str
}

// describeRow shows a whole row, and the code points of its only cell.
func describeRow(v ingest.Value) string {
	shown := cut(visible(string(wire.AppendValue(nil, v))), maxShown)
	switch {
	case v.Kind != ingest.KindList:
		return "yields " + shown
	case len(v.Items) == 0:
		return "yields an empty row, []"
	case len(v.Items) == 1:
		return "yields a row of one cell: " + describe(v.Items[0])
	}
	return fmt.Sprintf("yields a row of %d cells: %s", len(v.Items), shown)
}

// locate tells at which byte the difference is and shows the bytes there: the
// cell's, else the record's, else the whole of a short input. What embedded reads
// cannot tell is left out, never guessed.
func (run *replayed) locate(ctx context.Context, d diff.Divergence) (where, data string) {
	input := run.c.Input
	if span, ok := run.cell(ctx, d); ok {
		return fmt.Sprintf(", byte %#x", span.Start), run.hexRange(span)
	}
	if span, ok := run.record(ctx, d); ok {
		where = fmt.Sprintf(", byte %#x", span.Start)
		if len(input) > maxBytes {
			return where, run.hexRange(span) + " (from where the record begins)"
		}
	}
	if len(input) == 0 {
		return where, "none: the input is empty"
	}
	whole := embedded.Span{End: int64(len(input))}
	return where, run.hexRange(whole) + " (the whole input)"
}

// cell finds the bytes a cell was made of, or the header cell a key was made of.
func (run *replayed) cell(ctx context.Context, d diff.Divergence) (embedded.Span, bool) {
	if d.Column == 0 || run.delivery.Calls != [2]*ingest.Call{} {
		return embedded.Span{}, false // Settings are not what the team's code does
	}
	for _, try := range []struct {
		path ingest.Path
		row  int
	}{{ingest.Py3, d.Py3Row}, {ingest.Py2, d.Py2Row}} {
		if try.row == 0 {
			continue
		}
		in := run.input(try.path)
		if d.Kind == diff.KindKey || d.Kind == diff.KindKeyMissing || d.Kind == diff.KindKeyExtra {
			in.Settings.Reader, try.row = ingest.RowReader, 1
		}
		if span, ok := embedded.New().Locate(ctx, in, try.row, d.Column); ok {
			return span, true
		}
	}
	return embedded.Span{}, false
}

func (run *replayed) input(p ingest.Path) ingest.Input {
	return ingest.Input{Name: run.delivery.Name, Data: run.delivery.Data, Size: run.delivery.Size, Settings: run.c.Settings(p)}
}

// record finds the bytes of the record that a divergence is in, as both paths see
// it: of the one that a path has and the other lacks, or of the one that a path
// yields where the other raises. The end is that of the input where nobody knows
// a better one.
func (run *replayed) record(ctx context.Context, d diff.Divergence) (span embedded.Span, ok bool) {
	if run.delivery.Calls != [2]*ingest.Call{} {
		return span, false
	}
	rows := [2]int{d.Py2Row, d.Py3Row}
	if d.Kind == diff.KindFault {
		n := max(d.Py2Row, d.Py3Row)
		rows = [2]int{n, n}
	}
	for _, p := range ingest.Paths {
		one, found := run.recordOf(ctx, p, rows[p])
		switch {
		case found && !ok:
			span, ok = one, true
		case found:
			span = embedded.Span{Start: min(span.Start, one.Start), End: max(span.End, one.End)}
		}
	}
	return span, ok
}

// recordOf finds the record of which a path makes its nth row.
func (run *replayed) recordOf(ctx context.Context, p ingest.Path, n int) (embedded.Span, bool) {
	stream, err := embedded.New().Ingest(ctx, run.input(p))
	if err != nil {
		return embedded.Span{}, false
	}
	out, err := ingest.Collect(stream)
	if err != nil || n < 1 || n > len(out.Rows) || out.Rows[n-1].Offset < 0 {
		return embedded.Span{}, false
	}
	span := embedded.Span{Start: out.Rows[n-1].Offset, End: run.delivery.Size}
	if n < len(out.Rows) && out.Rows[n].Offset > span.Start {
		span.End = out.Rows[n].Offset
	}
	return span, true
}

// maxBytes bounds how many bytes are shown.
const maxBytes = 48

// hexRange shows bytes; where the divergence needs some of them and not others, those
// that it needs stand in brackets.
func (run *replayed) hexRange(s embedded.Span) string {
	b := run.c.Input[s.Start:s.End]
	more := ""
	if len(b) > maxBytes {
		b, more = b[:maxBytes], fmt.Sprintf(" ... %d more", len(b)-maxBytes)
	}
	if len(b) == 0 {
		return "none"
	}
	needed := make([]bool, len(b))
	count := 0
	for _, n := range run.c.Needed() {
		for i := max(n.Start-int(s.Start), 0); i < min(n.End-int(s.Start), len(b)); i++ {
			needed[i] = true
			count++
		}
	}
	return marked(b, needed, count > 0 && count < len(b)) + more
}

func marked(b []byte, needed []bool, mark bool) string {
	var out strings.Builder
	for i, c := range b {
		if i > 0 {
			out.WriteByte(' ')
		}
		if mark && needed[i] && (i == 0 || !needed[i-1]) {
			out.WriteByte('[')
		}
		fmt.Fprintf(&out, "%02x", c)
		if mark && needed[i] && (i == len(b)-1 || !needed[i+1]) {
			out.WriteByte(']')
		}
	}
	return out.String()
}

// normalizing says what the normalizer does about the divergence.
func (run *replayed) normalizing(ctx context.Context) string {
	c, codec, edits, err := run.c.Normalized()
	if err != nil {
		return "cannot be done with this input: " + oneLine(err.Error())
	}
	d := run.delivery
	d.Data, d.Size = bytes.NewReader(c.Input), int64(len(c.Input))
	d.Pair.Py2, d.Pair.Py3 = c.Py2, c.Py3
	v := run.line.View(ctx, d, ingest.Raw)
	defer v.Close()
	how := fmt.Sprintf("read as %s, %s, and then ", codec, plural(edits, "edit"))
	if edits == 0 {
		how = "there is nothing to edit (read as " + codec + "), and "
	}
	switch {
	case v.Err != nil:
		return how + "the paths cannot be compared: " + oneLine(v.Err.Error())
	case v.Result.Verdict == ingest.Diverge || v.Result.OrderDiffers:
		return "does not settle it: " + how + "the paths still differ (" + causes(v.Findings) + ")"
	case v.Result.Verdict == ingest.AgreeFault:
		return "settles it: " + how + "both paths raise " + v.Result.Py3Fault.Type
	case v.Result.Verdict == ingest.AgreeEmpty:
		return "settles it: " + how + "neither path yields anything"
	}
	return "settles it: " + how + "the paths agree"
}

func causes(findings []classify.Finding) string {
	var out []string
	for _, f := range findings {
		out = append(out, string(f.Cause))
	}
	return strings.Join(out, ", ")
}
