package ingest

import "fmt"

// Row is one produced row: a List for csv.reader, a Dict for csv.DictReader, any
// value for the team's own code.
type Row struct {
	Value Value
	// Offset is the byte in the input at which the record begins, -1 where an
	// engine cannot tell.
	Offset int64
}

// Clone returns a copy that outlives the stream.
func (r Row) Clone() Row { return Row{r.Value.Clone(), r.Offset} }

// Fault is the exception that ended a path. It is data: two faults are compared
// like any other part of an outcome.
type Fault struct {
	Type    string // bare class name; csv's own error is "csv.Error"
	Message string // str(exc) as text; of Python 2's byte strings each byte as U+00XX
	Row     int    // number of rows produced before it, plus one
	// Record is the record of the input, counted from 1, that csv was reading or the
	// code had last read when it was raised; 0 where that is not known. Two faults at
	// different records are never the same.
	Record int
	// Where is the last frame in the team's own files; zero for policies. It is shown
	// and goes into signatures, and is no part of the outcome.
	Where Frame
}

// String returns "Type: Message (row N)".
func (f *Fault) String() string {
	return fmt.Sprintf("%s: %s (row %d)", f.Type, f.Message, f.Row)
}

// Faultf returns a fault of the given class; its row is set by whoever counts rows.
func Faultf(class, format string, args ...any) *Fault {
	return &Fault{Type: class, Message: fmt.Sprintf(format, args...)}
}

// Fault types that no Python class stands behind: the process itself ended.
const (
	FaultCrash   = "crash"        // killed by a signal, or exited by itself
	FaultTimeout = "timeout"      // stopped by us after its time limit
	FaultMemory  = "memory-limit" // stopped at its memory limit
	FaultRows    = "row-limit"    // stopped at its limit of rows
	// FaultProcesses: stopped because it made too many processes.
	FaultProcesses = "process-limit"
)

// Outcome is what a path did, held in memory. Large inputs stream as Rows.
type Outcome struct {
	Rows  []Row
	Fault *Fault
}

// Collect reads a stream to its end and closes it.
func Collect(rows Rows) (Outcome, error) {
	var out Outcome
	for {
		r, ok := rows.Next()
		if !ok {
			break
		}
		out.Rows = append(out.Rows, r.Clone())
	}
	fault, err := rows.Fault()
	out.Fault = fault
	if cerr := rows.Close(); err == nil {
		err = cerr
	}
	return out, err
}

// Stream replays an outcome as Rows.
func (o Outcome) Stream() Rows { return &replay{o: o} }

type replay struct {
	o Outcome
	n int
}

func (r *replay) Next() (Row, bool) {
	if r.n >= len(r.o.Rows) {
		return Row{}, false
	}
	r.n++
	return r.o.Rows[r.n-1], true
}

func (r *replay) Fault() (*Fault, error) { return r.o.Fault, nil }
func (r *replay) Close() error           { return nil }

// Verdict is what comparing the two outcomes of one input says.
type Verdict string

// The verdicts. Only Parity is evidence of parity.
const (
	Parity      Verdict = "parity"       // at least one row compared, all equal
	AgreeEmpty  Verdict = "agree-empty"  // no rows on either side, or none with anything in it; no fault
	AgreeFault  Verdict = "agree-fault"  // the same fault at the same row after the same rows
	Diverge     Verdict = "diverge"      // something differs
	NotCompared Verdict = "not-compared" // a path could not be run or compared
)

// Severity ranks a divergence; the lower, the worse.
type Severity uint8

// Severities, worst first.
const (
	Silent    Severity = iota // both paths succeed and their data differ
	Py3Fault                  // py2 read it, py3 raises
	Py2Fault                  // py2 raised, py3 reads it
	BothFault                 // both raise, differently
	Info                      // reported once per feed, fails nothing
)

var severityNames = [...]string{"silent", "py3-fault", "py2-fault", "both-fault", "info"}

// String returns the name used in reports and golden cases.
func (s Severity) String() string { return severityNames[s] }

// ParseSeverity reads what String writes.
func ParseSeverity(s string) (Severity, error) {
	for i, n := range severityNames {
		if n == s {
			return Severity(i), nil
		}
	}
	return 0, fmt.Errorf("severity %q: want one of %v", s, severityNames)
}
