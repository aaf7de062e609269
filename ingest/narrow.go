package ingest

import (
	"fmt"
	"slices"
	"strings"
)

// Narrow says which divergences of a cause somebody means: those of one column, of one
// class of values, or of numbers this close. The zero value means all of them. A
// divergence of a whole row or of an exception is none that anything narrower means.
type Narrow struct {
	Column    string   // its name, or its 1-based position; "" for any
	Values    string   // one of ValueClasses, "" for any
	Tolerance *float64 // how far apart two numbers are at most, nil for any values
}

// ValueClasses are what two differing values can be, as a rule names them.
var ValueClasses = []string{
	"number",  // both read as numbers
	"date",    // both read as dates, YYYY-MM-DD, with a time or without
	"text",    // both are text, and neither is a number, a date or empty
	"empty",   // one is None or an empty text
	"space",   // the same but for white space
	"newline", // the same but for CR and LF
	"case",    // the same but for case
}

// IsZero reports whether it means everything.
func (n Narrow) IsZero() bool { return n == Narrow{} }

// Validate reports a class that there is none of, or a tolerance below zero.
func (n Narrow) Validate() error {
	switch {
	case n.Values != "" && !slices.Contains(ValueClasses, n.Values):
		return fmt.Errorf("values %q: want one of %s", n.Values, strings.Join(ValueClasses, ", "))
	case n.Tolerance != nil && !(*n.Tolerance >= 0):
		return fmt.Errorf("tolerance %g: want a number from 0", *n.Tolerance)
	}
	return nil
}

// String words it as options are written, "" for the zero value.
func (n Narrow) String() string {
	var out []string
	if n.Column != "" {
		out = append(out, fmt.Sprintf("column %q", n.Column))
	}
	if n.Values != "" {
		out = append(out, n.Values+" values")
	}
	if n.Tolerance != nil {
		out = append(out, fmt.Sprintf("within %g", *n.Tolerance))
	}
	return strings.Join(out, ", ")
}
