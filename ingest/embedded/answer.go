package embedded

import (
	"fmt"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/pycodec"
	"github.com/feedparity/feedparity/ingest/pycsv"
)

// Answer answers a question as its Python does. The error says that it has no model,
// or that nothing could be asked so.
func (e *Engine) Answer(q ingest.Question) (ingest.Outcome, error) {
	if err := q.Check(); err != nil {
		return ingest.Outcome{}, err
	}
	v, err := pycsv.VersionOf(q.Python)
	if err != nil {
		return ingest.Outcome{}, err
	}
	var a answer
	switch q.Asked {
	case ingest.AskSniff:
		a.sniff(v, q.Values[0])
	case ingest.AskHeader:
		has, fault := pycsv.HasHeader(v, q.Values[0])
		a.give(ingest.Bool(has), fault)
	case ingest.AskWrite:
		err = a.write(v, &q)
	default:
		err = a.decode(&q)
	}
	return a.Outcome, err
}

// answer is an outcome that is being made.
type answer struct{ ingest.Outcome }

// give adds a row, or the fault that ends them; it reports whether there are to be more.
func (a *answer) give(v ingest.Value, fault *ingest.Fault) bool {
	if fault != nil {
		ended := *fault
		ended.Row = len(a.Rows) + 1
		a.Fault = &ended
		return false
	}
	a.Rows = append(a.Rows, ingest.Row{Value: v, Offset: -1})
	return true
}

func (a *answer) sniff(v *pycsv.Version, sample ingest.Value) {
	d, fault := pycsv.Sniff(v, sample)
	found := ingest.List()
	for _, name := range []string{"delimiter", "doublequote", "quotechar", "skipinitialspace"} {
		x, _ := d.Get(name)
		found.Items = append(found.Items, x)
	}
	a.give(found, fault)
}

func (a *answer) write(v *pycsv.Version, q *ingest.Question) error {
	d, fault := pycsv.NewDialect(v, q.Dialect)
	if fault != nil {
		a.give(ingest.None, fault)
		return nil
	}
	w := pycsv.NewWriter(v, d)
	for _, row := range q.Values {
		got, fault, err := w.WriteRow(nil, row)
		if err != nil {
			return fmt.Errorf("write row: %w", err)
		}
		written := ingest.Bytes(string(got))
		if v.Text {
			written = ingest.Text(string(got))
		}
		if !a.give(written, fault) {
			break
		}
	}
	return nil
}

func (a *answer) decode(q *ingest.Question) error {
	if q.Asked == ingest.AskDecode && q.Values[0].Str == "" && q.Python.Path() == ingest.Py3 {
		a.give(ingest.Text(""), nil) // PyUnicode_FromEncodedObject looks for no codec then
		return nil
	}
	c, fault, err := pycodec.Lookup(q.Python, q.Codec)
	if fault != nil || err != nil {
		a.give(ingest.None, fault)
		return err
	}
	d := c.NewDecoder(q.Errors)
	for i, chunk := range q.Values {
		var text []byte
		var bad *pycodec.Error
		if q.Asked == ingest.AskDecode {
			text, bad = c.Decode(nil, []byte(chunk.Str), q.Errors)
		} else {
			text, bad = d.Decode(nil, []byte(chunk.Str), i == len(q.Values)-1)
		}
		if bad != nil {
			fault = bad.Fault()
		}
		if !a.give(ingest.Text(string(text)), fault) {
			break
		}
	}
	return nil
}
