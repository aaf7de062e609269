// Package pycell is what CPython does with one cell: the cleaning methods of its
// str and unicode types and the conversions int(), float() and decimal.Decimal(),
// with the result, the exception and its text as 2.7.18 and each 3.x up to 3.13
// have them.
//
// Byte strings of 2.7 behave as in the C locale, which is what a process has that
// never calls locale.setlocale.
//
// Advice for hackers: what differs between versions is a field of model
// (versions.go) or a mask in tables.go; the code asks the model and never compares
// version numbers. Tables.go is made by maketables.go from real interpreters.
package pycell

import (
	"fmt"

	"github.com/feedparity/feedparity/ingest"
)

// Steps are the cleaning steps Clean knows, by the name of the Python method.
var Steps = []ingest.Step{"strip", "lstrip", "rstrip", "lower", "upper", "title", "capitalize"}

// Types are the conversions Convert knows.
var Types = []string{"text", "int", "float", "decimal"}

// Clean returns what the method named by step returns for a Bytes or Text cell;
// any other value is returned as it is. The result may share memory with v. No
// step raises in any version, so the fault is always nil. The error reports an
// unknown step or a version without a model.
func Clean(py ingest.Python, step ingest.Step, v ingest.Value) (ingest.Value, *ingest.Fault, error) {
	m, err := modelOf(py)
	if err != nil {
		return v, nil, err
	}
	s, err := cleaned(m, step, v)
	if err != nil {
		return v, nil, err
	}
	if v.Kind == ingest.KindBytes || v.Kind == ingest.KindText {
		v.Str = s
	}
	return v, nil, nil
}

// cleaned applies a step. Case maps of ASCII text need no tables in any version.
func cleaned(m *model, step ingest.Step, v ingest.Value) (string, error) {
	ascii := v.Kind == ingest.KindBytes || ingest.IsASCII(v.Str)
	s := v.Str
	switch step {
	case "strip", "lstrip", "rstrip":
		if v.Kind == ingest.KindBytes {
			return stripBytes(s, step != "rstrip", step != "lstrip"), nil
		}
		return stripText(m, s, step != "rstrip", step != "lstrip"), nil
	case "lower":
		return either(ascii, m, s, lowerASCII, lowerText), nil
	case "upper":
		return either(ascii, m, s, upperASCII, upperText), nil
	case "title":
		return either(ascii, m, s, titleASCII, titleText), nil
	case "capitalize":
		return either(ascii, m, s, capitalizeASCII, capitalizeText), nil
	}
	return "", fmt.Errorf("clean cell: unknown step %q, want one of %v", step, Steps)
}

func either(ascii bool, m *model, s string, short func(string) string, full func(*model, string) string) string {
	if ascii {
		return short(s)
	}
	return full(m, s)
}

// Convert returns what Python's constructor for typ returns for a Bytes or Text
// cell, or the exception it raises (its row is the caller's to set). Any other
// value, and every cell for "text", is returned as it is. The error reports an
// unknown type or a version without a model.
func Convert(py ingest.Python, typ string, v ingest.Value) (ingest.Value, *ingest.Fault, error) {
	m, err := modelOf(py)
	if err != nil {
		return v, nil, err
	}
	convert, ok := conversions(typ)
	switch {
	case !ok:
		return v, nil, fmt.Errorf("convert cell: unknown type %q, want one of %v", typ, Types)
	case v.Kind != ingest.KindBytes && v.Kind != ingest.KindText:
		return v, nil, nil
	}
	out, fault := convert(m, v)
	return out, fault, nil
}

func conversions(typ string) (func(*model, ingest.Value) (ingest.Value, *ingest.Fault), bool) {
	switch typ {
	case "text":
		return toText, true
	case "int":
		return toInt, true
	case "float":
		return toFloat, true
	case "decimal":
		return toDecimal, true
	}
	return nil, false
}

func toText(_ *model, v ingest.Value) (ingest.Value, *ingest.Fault) { return v, nil }

func toInt(m *model, v ingest.Value) (ingest.Value, *ingest.Fault) {
	digits, fault := parseInt(m, v)
	if fault != nil {
		return v, fault
	}
	return ingest.BigInt(digits), nil
}

func toFloat(m *model, v ingest.Value) (ingest.Value, *ingest.Fault) {
	repr, fault := parseFloat(m, v)
	if fault != nil {
		return v, fault
	}
	return ingest.Float(repr), nil
}

func toDecimal(m *model, v ingest.Value) (ingest.Value, *ingest.Fault) {
	s, fault := parseDecimal(m, v)
	if fault != nil {
		return v, fault
	}
	return ingest.Decimal(s), nil
}
