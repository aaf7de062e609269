// Package handover finds out whether rows that one path writes into a cache, a
// queue or a cookie can be read by the other. During a migration both run side by
// side, and after a rollback the old one meets what the new one left behind: a
// pickle of Python 3 that Python 2 cannot read has undone real releases.
//
// Nothing here is modelled: real interpreters write and read. What the reader gets
// is compared with what it would have got from a cache of its own.
//
// Facts: Lib/pickle.py (load's encoding, the protocols), Lib/shelve.py, Lib/dbm;
// the signed forms follow django.core.signing and itsdangerous.
package handover

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/interp"
)

//go:embed handover.py
var ownSource string

//go:embed recode.py
var recodeSource string

// Direction says who writes.
type Direction string

// The two directions of a migration.
const (
	Forward  Direction = "forward"  // py2 writes, py3 reads
	Rollback Direction = "rollback" // py3 writes, py2 reads
)

// Writer returns the path that writes.
func (d Direction) Writer() ingest.Path {
	if d == Forward {
		return ingest.Py2
	}
	return ingest.Py3
}

// Reader returns the path that reads.
func (d Direction) Reader() ingest.Path { return 1 - d.Writer() }

// Trial is one way of handing rows over, tried on every row of a delivery.
type Trial struct {
	Direction Direction `json:"direction"`
	Format    string    `json:"format"` // "pickle:2", "json", "shelve", "signed-repr", ...
	// Reader is the encoding= of pickle.loads, with ">codec" if every str is then
	// encoded again and decoded as its codec; in Python 2 the module; "" where there is
	// no choice.
	Reader    string `json:"reader,omitempty"`
	Default   bool   `json:"default"`           // what a reader that sets nothing does
	Rows      int    `json:"rows"`              // written
	Unwritten int    `json:"unwritten"`         // rows that the writer itself cannot put into this format
	Refused   string `json:"refused,omitempty"` // why not, of the first of them
	Failed    int    `json:"failed"`            // rows the reader raised on
	Differ    int    `json:"differ"`            // rows that are not what the reader expects
	First     *Loss  `json:"first,omitempty"`
}

// Loads reports whether every row written is read as it should be.
func (t Trial) Loads() bool { return t.Rows > 0 && t.Failed == 0 && t.Differ == 0 }

// Loss is the first row that did not come over.
type Loss struct {
	Row    int           `json:"row"`             // of the outcome, from 1; of a folder its entry
	Entry  string        `json:"entry,omitempty"` // file of a folder
	Column int           `json:"column"`          // from 1, 0 for the whole row
	Field  string        `json:"field,omitempty"` // its key, of a dict
	Kind   LossKind      `json:"kind"`            //
	Fault  *ingest.Fault `json:"fault"`           // of LossFault
	Want   ingest.Value  `json:"-"`               // the cell as the reader's own cache would hold it
	Got    ingest.Value  `json:"-"`               // what it read
}

// LossKind says how a row was lost.
type LossKind string

// The ways to lose a row; all but the first are silent.
const (
	LossFault   LossKind = "fault"   // the reader raised
	LossBytes   LossKind = "bytes"   // byte strings where the reader has text
	LossText    LossKind = "text"    // other characters: mojibake
	LossUnicode LossKind = "unicode" // text where the reader has byte strings
	LossValue   LossKind = "value"   // anything else
)

// Report is what came of one delivery.
type Report struct {
	Pythons [2]string // full versions by path
	Rows    [2]int    // of the outcomes by path
	Trials  []Trial
	// Marshal is why marshal is never tried.
	Marshal string
	// Default is each version's default pickle protocol, by path.
	Default [2]int
	// Folders are what came of the folders that the calls write in.
	Folders []FolderReport
}

// marshalRefused: Doc/library/marshal.rst promises no compatibility at all.
const marshalRefused = "marshal is refused: its format belongs to one version of Python and may change with any other; write JSON, or pickle with protocol 2"

// batch is how many rows are handed over in one request.
const batch = 200

// Pair is a running Python of each path.
type Pair [2]*interp.Process

// Start starts an interpreter for each path. The pair must be closed.
func Start(ctx context.Context, interpreters [2]interp.Interpreter) (pair Pair, err error) {
	for p, i := range interpreters {
		if pair[p], err = interp.Start(ctx, i, interp.Options{}); err != nil {
			pair.Close()
			return pair, fmt.Errorf("start python of %s: %w", ingest.Path(p), err)
		}
	}
	return Use(ctx, pair)
}

// Use makes a pair of processes that run already.
func Use(ctx context.Context, processes [2]*interp.Process) (Pair, error) {
	for _, p := range processes {
		if err := p.Load(ctx, "handover", recodeSource+ownSource); err != nil {
			return Pair{}, err
		}
	}
	return Pair(processes), nil
}

// Versions returns the full versions of both.
func (p Pair) Versions() []string {
	return []string{p[ingest.Py2].Interpreter.Full, p[ingest.Py3].Interpreter.Full}
}

// Close ends both.
func (p Pair) Close() {
	for _, process := range p {
		if process != nil {
			process.Close()
		}
	}
}

// Alive reports whether both still answer.
func (p Pair) Alive() bool { return p[0].Alive() && p[1].Alive() }

// Lost reports whether a reader that sets nothing loses a row in one of the forms,
// or in any if none is named; or whether a row cannot be written in a form named.
func (r *Report) Lost(forms []string) bool {
	return len(r.Losses(forms)) > 0 || len(forms) > 0 && len(r.Unwritten(Forward, forms))+len(r.Unwritten(Rollback, forms)) > 0
}

// Unwritten are the trials of a direction, one of each of the forms named, or of all if
// none is, in which the writer could not put some rows into its format: JSON knows no
// Decimal.
func (r *Report) Unwritten(d Direction, forms []string) []Trial {
	var out []Trial
	for _, t := range r.Trials {
		of := func(o Trial) bool { return o.Family() == t.Family() }
		if t.Direction == d && t.Unwritten > 0 && (len(forms) == 0 || slices.Contains(forms, t.Family())) && !slices.ContainsFunc(out, of) {
			out = append(out, t)
		}
	}
	return out
}

// Losses are the advices of both directions on what is not safe, for the forms
// named, or for all if none is.
func (r *Report) Losses(forms []string) []Advice {
	var out []Advice
	for _, d := range []Direction{Forward, Rollback} {
		for _, a := range r.Advise(d) {
			if !a.Safe && (len(forms) == 0 || slices.Contains(forms, a.Family)) {
				out = append(out, a)
			}
		}
	}
	return out
}

// Check writes the rows of both outcomes in every format and reads them on the
// other path. The processes are a Python of each path. It reads the rows to their
// ends and closes neither.
func Check(ctx context.Context, processes Pair, py2, py3 ingest.Rows) (*Report, error) {
	c := &checker{processes: processes, report: &Report{Marshal: marshalRefused}}
	if err := c.start(ctx); err != nil {
		return nil, fmt.Errorf("hand rows over: %w", err)
	}
	streams := [2]ingest.Rows{py2, py3}
	for {
		var rows [2][]ingest.Value
		for p, s := range streams {
			rows[p] = take(s, batch)
			c.report.Rows[p] += len(rows[p])
		}
		if len(rows[0]) == 0 && len(rows[1]) == 0 {
			break
		}
		if err := c.batch(ctx, rows); err != nil {
			return nil, fmt.Errorf("hand rows over: %w", err)
		}
	}
	var errs []error
	for _, s := range streams {
		_, err := s.Fault()
		errs = append(errs, err)
	}
	return c.report, errors.Join(errs...)
}

// take reads up to n rows.
func take(s ingest.Rows, n int) []ingest.Value {
	var out []ingest.Value
	for len(out) < n {
		r, ok := s.Next()
		if !ok {
			break
		}
		out = append(out, r.Value.Clone())
	}
	return out
}

type checker struct {
	processes Pair
	report    *Report
	done      int // rows of earlier batches
}

// start loads handover.py and lists the trials that these two versions know.
func (c *checker) start(ctx context.Context) error {
	var highest [2]int
	for p, process := range c.processes {
		answer, err := process.Call(ctx, "handover.highest", nil)
		if err != nil {
			return err
		}
		var h struct{ Highest, Default int }
		if err := json.Unmarshal(answer, &h); err != nil {
			return fmt.Errorf("read protocols of python %s: %w", process.Interpreter.Full, err)
		}
		highest[p], c.report.Default[p], c.report.Pythons[p] = h.Highest, h.Default, process.Interpreter.Full
	}
	for _, d := range []Direction{Forward, Rollback} {
		c.report.Trials = append(c.report.Trials, trials(d, highest[d.Writer()])...)
	}
	return nil
}

// trials lists every format a path can write with every way the other can read it.
func trials(d Direction, highest int) []Trial {
	var formats []string
	modules := []string{"pickle", "cPickle"}
	if d == Rollback {
		modules = modules[:1]
	}
	for _, m := range modules {
		for p := range highest + 1 {
			formats = append(formats, fmt.Sprintf("%s:%d", m, p))
		}
	}
	formats = append(formats, "signed-pickle:2")
	var out []Trial
	if d == Rollback {
		for _, codec := range []string{"utf-8", "latin1", "cp1252"} {
			out = append(out, Trial{Direction: d, Format: "pickle:2>" + codec, Reader: readersOf(d)[0]})
		}
	}
	for _, f := range formats {
		for i, r := range readersOf(d) {
			out = append(out, Trial{Direction: d, Format: f, Reader: r, Default: i == 0})
		}
	}
	for _, f := range []string{"json", "shelve", "shelve:2", "shelve-dumb:2", "signed-json", "signed-repr", "digest-json", "digest-pickle:2", "digest-repr"} {
		out = append(out, Trial{Direction: d, Format: f, Default: true})
	}
	return out
}

// batch hands the same rows over in every format, both ways.
func (c *checker) batch(ctx context.Context, rows [2][]ingest.Value) error {
	for _, d := range []Direction{Forward, Rollback} {
		b := &handed{checker: c, direction: d, rows: rows[d.Writer()]}
		b.targets = expected(rows[d.Writer()], rows[d.Reader()], d.Reader())
		for i := range c.report.Trials {
			if t := &c.report.Trials[i]; t.Direction == d {
				if err := b.try(ctx, t); err != nil {
					return fmt.Errorf("%s %s: %w", d, t.Format, err)
				}
			}
		}
	}
	c.done += max(len(rows[0]), len(rows[1]))
	return nil
}
