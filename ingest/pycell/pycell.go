// Package pycell is what CPython does with one cell: the cleaning methods of its
// str and unicode types, the conversions int(), float(), decimal.Decimal(), bool()
// and datetime.strptime(), and what is done to the numbers they give, with the
// result, the exception and its text as 2.7.18 and each 3.x up to 3.14 have them.
//
// Byte strings of 2.7 behave as in the C locale, which is what a process has that
// never calls locale.setlocale; names of months are English and the zone is UTC
// for the same reason.
//
// Advice for hackers: what differs between versions is a field of model
// (versions.go) or a mask in tables.go; the code asks the model and never compares
// version numbers. Tables.go is made by maketables.go from real interpreters.
package pycell

import (
	"github.com/feedparity/feedparity/ingest"
)

// Clean returns what a cleaning step makes of a Bytes or Text cell, or the
// exception it raises (its row is the caller's to set); any other value is
// returned as it is. The result may share memory with v. The error reports an
// unknown step or a version without a model.
func Clean(py ingest.Python, step ingest.Step, v ingest.Value) (ingest.Value, *ingest.Fault, error) {
	p, err := program(programKey{py, "clean", string(step)}, func() (*Program, error) {
		return NewProgram(py, []ingest.Step{step})
	})
	if err != nil {
		return v, nil, err
	}
	out, fault := p.Apply(v)
	return out, fault, nil
}

// Convert returns what a column type makes of a Bytes or Text cell, or the
// exception it raises (its row is the caller's to set). Any other value is
// returned as it is. The error reports an unknown type or a version without a
// model.
func Convert(py ingest.Python, typ string, v ingest.Value) (ingest.Value, *ingest.Fault, error) {
	p, err := program(programKey{py, "convert", typ}, func() (*Program, error) {
		return NewConversion(py, typ)
	})
	if err != nil {
		return v, nil, err
	}
	out, fault := p.Apply(v)
	return out, fault, nil
}

// textFunction returns what does a step that takes a string, nil for others.
func textFunction(op ingest.Op) cellFunc {
	switch op.Name {
	case "strip", "lstrip", "rstrip":
		return stripFunction(op.Name != "rstrip", op.Name != "lstrip")
	case "lower":
		return mapped(lowerASCII, lowerText)
	case "upper":
		return mapped(upperASCII, upperText)
	case "title":
		return mapped(titleASCII, titleText)
	case "capitalize":
		return mapped(capitalizeASCII, capitalizeText)
	case "swapcase":
		return mapped(swapASCII, swapText)
	case "split":
		return splitFunction(op)
	case "replace":
		return replaceFunction(op)
	case "append", "concat":
		return concatFunction(op)
	case "nfc", "nfkc":
		return normalizeFunction(op.Name == "nfkc")
	case "isdigit":
		return predicate(isDigit, &digit)
	case "isalpha":
		return predicate(isLetter, &alpha)
	case "isspace":
		return predicate(isSpace, &space)
	}
	return nil
}

func stripFunction(left, right bool) cellFunc {
	return func(m *model, v ingest.Value) (ingest.Value, *ingest.Fault) {
		if v.Kind == ingest.KindBytes {
			v.Str = stripBytes(v.Str, left, right)
		} else {
			v.Str = stripText(m, v.Str, left, right)
		}
		return v, nil
	}
}

// mapped applies one of two maps: that of ASCII text needs no tables in any
// version.
func mapped(short func(string) string, full func(*model, string) string) cellFunc {
	return func(m *model, v ingest.Value) (ingest.Value, *ingest.Fault) {
		if v.Kind == ingest.KindBytes || ingest.IsASCII(v.Str) {
			v.Str = short(v.Str)
		} else {
			v.Str = full(m, v.Str)
		}
		return v, nil
	}
}
