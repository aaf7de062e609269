// Package ingest holds the vocabulary of feedparity: what is read (Feed,
// Input), how it is read (Settings, Policy, Pair), what came of it (Row, Value,
// Fault, Outcome) and what is said about it (Verdict, Severity). It does no work
// of its own and imports nothing of ours, so that every other package can share
// the same words.
//
// The words follow docs/architecture.md: a path is py2 or py3, always in that
// order (was, becomes); an outcome is what a path produced, including the
// exception it raised (its fault); a Go error is only ever our own failure.
//
// Positions are counted once and for all here: rows and columns from 1 (row 1 is
// the first record of the file, header or not), bytes from 0.
package ingest

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Path is one of the two ingestion paths of a migration.
type Path uint8

// The two paths, in the order in which they are always shown.
const (
	Py2 Path = iota // what the team ran until now
	Py3             // what it moves to
)

// Paths lists both paths in display order.
var Paths = [2]Path{Py2, Py3}

// String returns "py2" or "py3".
func (p Path) String() string {
	if p == Py2 {
		return "py2"
	}
	return "py3"
}

// ParsePath reads "py2" or "py3".
func ParsePath(s string) (Path, error) {
	for _, p := range Paths {
		if p.String() == s {
			return p, nil
		}
	}
	return 0, fmt.Errorf("path %q: want py2 or py3", s)
}

// Python is the version of CPython that a path runs, such as 2.7 or 3.13. It
// names a behaviour, not an installation: patch levels are the models' affair.
type Python struct{ Major, Minor int }

// The versions that commands assume when none is named.
var (
	Python27  = Python{2, 7}
	Python313 = Python{3, 13}
)

// ParsePython reads "2.7" or "3.N". Whether a model exists for it is for the
// engine to say.
func ParsePython(s string) (Python, error) {
	major, minor, ok := strings.Cut(s, ".")
	a, err1 := strconv.Atoi(major)
	b, err2 := strconv.Atoi(minor)
	if !ok || err1 != nil || err2 != nil || a < 2 || a > 3 || b < 0 {
		return Python{}, fmt.Errorf("python version %q: want 2.7 or 3.N", s)
	}
	return Python{a, b}, nil
}

// String returns "2.7", "3.13", ...
func (p Python) String() string { return fmt.Sprintf("%d.%d", p.Major, p.Minor) }

// Path tells which path a version belongs to.
func (p Python) Path() Path {
	if p.Major < 3 {
		return Py2
	}
	return Py3
}

// AtLeast reports whether p is version major.minor or newer.
func (p Python) AtLeast(major, minor int) bool {
	return p.Major > major || p.Major == major && p.Minor >= minor
}

// View says which bytes of a delivery an outcome was made from.
type View string

// The two views that are run and reported for every delivery.
const (
	Raw        View = "raw"        // as sent, decompressed
	Normalized View = "normalized" // after the normalizer; both policies then read utf-8
)

// Input is what an engine is given: the bytes of a delivery and how to read them.
type Input struct {
	// Name is the supplier's file name; the team's own code may depend on it.
	Name string
	// Data and Size are the bytes. Data must allow concurrent ReadAt calls.
	Data io.ReaderAt
	Size int64
	// File, if set, is a file holding exactly these bytes, which lets an
	// interpreter open it without a copy.
	File string
	// Settings say how a policy reads the bytes.
	Settings Settings
	// Call, if set, runs the team's own function instead of Settings.
	Call *Call
	// Neutral makes the run of a Call an experiment; a policy does not heed it.
	Neutral []Neutral
}

// Engine runs one ingestion path over one input. The error reports a broken
// harness (an *HarnessError where the path could not be run or compared); what
// the path itself raised is the outcome's Fault. Implementations must be safe for
// concurrent use.
type Engine interface {
	Ingest(ctx context.Context, in Input) (Rows, error)
}

// Rows streams an outcome: Next until it returns false, then Fault, then Close.
type Rows interface {
	// Next returns the next row. The row and the strings in it may be
	// overwritten by the following call: Clone what must be kept.
	Next() (Row, bool)
	// Fault returns what the path raised, nil if it ended normally. It is valid
	// once Next has returned false. The error reports a harness that broke while
	// the rows were streaming; no statement about parity may then be made.
	Fault() (*Fault, error)
	// Close releases what the stream holds. It may be called at any time.
	Close() error
}

// HarnessError says that a path could not be run or its result not compared:
// verdict not-compared, never an outcome.
type HarnessError struct {
	Code string // stable, such as "import-error" or "nothing-to-compare"
	Path Path
	Msg  string // one line for people
	Hint string // what to do about it
}

// Error returns the message with its path and code.
func (e *HarnessError) Error() string {
	return fmt.Sprintf("run %s: %s (%s)", e.Path, e.Msg, e.Code)
}
