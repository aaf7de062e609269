package ingest

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// ErrNotModelled is wrapped by the error for a step, or a version of Python, that
// exists and that no model covers.
var ErrNotModelled = errors.New("not modelled")

// StepNames are the cleaning steps by name, most of them that of the Python method.
// The last three leave a bool, split a list, the others a string.
var StepNames = []string{
	"strip", "lstrip", "rstrip", "lower", "upper", "title", "capitalize", "swapcase",
	"split", "replace", "append", "concat", "nfc", "nfkc", "isdigit", "isalpha", "isspace",
}

// TypeNames are the steps that only a column type may have beside those.
var TypeNames = []string{"text", "int", "float", "decimal", "bool", "date", "datetime", "round", "div", "str", "format"}

// An Op is one step taken apart: what "replace:a:b" or "round:2" say.
type Op struct {
	Name string
	// Args are what stands after the colon: native string literals of the path,
	// for concat a text on both paths, Int for round, Int or Float for div.
	Args []Value
}

// kindSet is a set of what a value can be between two steps of a chain.
type kindSet uint8

const (
	isText kindSet = 1 << iota
	isInt
	isFloat
	isDecimal
	isBool
	isDate

	isNumber = isInt | isFloat | isBool
	isAny    = isText | isNumber | isDecimal | isDate
)

// A rule says what a step takes and makes of it, and how its arguments are read.
type rule struct {
	takes, gives kindSet
	cleans       bool // may stand among the cleaning steps
	read         func(p Path, arg string) ([]Value, error)
}

// rules are all steps there are. Those of StepNames clean.
var rules = sync.OnceValue(func() map[string]rule {
	all := map[string]rule{
		"split":    {isText, isText, true, readSeparator},
		"replace":  {isText, isText, true, readTwo},
		"append":   {isText, isText, true, readLiteral},
		"concat":   {isText, isText, true, readText},
		"text":     {isText, isText, false, nil},
		"int":      {isText | isNumber, isInt, false, nil},
		"float":    {isText | isNumber | isDecimal, isFloat, false, nil},
		"decimal":  {isText | isInt | isBool, isDecimal, false, nil},
		"bool":     {isAny, isBool, false, nil},
		"date":     {isText, isDate, false, readFormat},
		"datetime": {isText, isDate, false, readFormat},
		"round":    {isNumber, isInt | isFloat, false, readDigits},
		"div":      {isNumber, isInt | isFloat, false, readNumber},
		"str":      {isAny, isText, false, nil},
		"format":   {isAny, isText, false, readSpec},
	}
	for _, name := range StepNames {
		if _, known := all[name]; !known {
			all[name] = rule{isText, isText, true, nil}
		}
	}
	for _, name := range []string{"isdigit", "isalpha", "isspace"} {
		all[name] = rule{isText, isBool, true, nil}
	}
	return all
})

// optional are the steps that may be written without their argument.
var optional = []string{"split", "round"}

// ParseStep takes a cleaning step apart. Its arguments follow a colon and are
// written like the inside of a string literal of the path's Python.
func ParseStep(p Path, step Step) (Op, error) {
	op, r, err := parseOp(p, string(step))
	if err == nil && !r.cleans {
		err = fmt.Errorf("%q converts, it is no cleaning step", step)
	}
	if err != nil {
		return Op{}, fmt.Errorf("clean cell: %w", err)
	}
	return op, nil
}

// ParseType takes a column type apart: a conversion, or a chain of steps of all
// kindSet with "|" between them ("float|round:2|str"). A bar inside an argument is
// written \x7c. The error says which step cannot take what the one before gives.
func ParseType(p Path, typ string) ([]Op, error) {
	ops, err := parseChain(p, strings.Split(typ, "|"))
	if err != nil {
		return nil, fmt.Errorf("convert cell: %w", err)
	}
	return ops, nil
}

// CheckSteps reports the first cleaning step that is none or cannot take what the
// ones before it leave.
func CheckSteps(p Path, steps []Step) error {
	var all []string
	for _, s := range steps {
		if _, err := ParseStep(p, s); err != nil {
			return err
		}
		all = append(all, string(s))
	}
	if _, err := parseChain(p, all); err != nil {
		return fmt.Errorf("clean cell: %w", err)
	}
	return nil
}

// CheckType reports a column type that is none.
func CheckType(p Path, typ string) error {
	_, err := ParseType(p, typ)
	return err
}

func parseChain(p Path, steps []string) ([]Op, error) {
	var out []Op
	have, before := isText, "the cell"
	for _, s := range steps {
		op, r, err := parseOp(p, s)
		if err != nil {
			return nil, err
		}
		if missing := have &^ takes(op, r); missing != 0 {
			return nil, fmt.Errorf("step %q cannot take the %s that %s can be", s, missing, before)
		}
		have, before = gives(op, r, have), strconv.Quote(s)
		out = append(out, op)
	}
	return out, nil
}

// takes narrows what format can be given to what its conversion is for; round to a
// number of digits is there for a Decimal as well.
func takes(op Op, r rule) kindSet {
	switch {
	case op.Name == "round" && len(op.Args) > 0:
		return isNumber | isDecimal
	case op.Name != "format":
		return r.takes
	}
	switch verb, _ := placeholder(op.Args[0].Str); verb {
	case 's':
		return isAny
	case 'd':
		return isNumber
	}
	return isNumber | isDecimal
}

func gives(op Op, r rule, have kindSet) kindSet {
	switch {
	case op.Name == "round" && have&isDecimal != 0:
		return isFloat | isDecimal
	case op.Name == "round" && have == isFloat && len(op.Args) > 0, op.Name == "div" && have == isFloat,
		op.Name == "div" && op.Args[0].Kind == KindFloat:
		return isFloat
	}
	return r.gives
}

// String names one kind of the set, for errors.
func (k kindSet) String() string {
	for i, name := range []string{"text", "int", "float", "decimal", "bool", "date"} {
		if k&(1<<i) != 0 {
			return name
		}
	}
	return "nothing"
}

func parseOp(p Path, s string) (Op, rule, error) {
	name, arg, given := strings.Cut(s, ":")
	r, ok := rules()[name]
	switch {
	case !ok:
		return Op{}, r, fmt.Errorf("unknown step %q", s)
	case given && r.read == nil:
		return Op{}, r, fmt.Errorf("step %q: %s takes no argument", s, name)
	case !given && r.read != nil && !slices.Contains(optional, name):
		return Op{}, r, fmt.Errorf("step %q: %s takes an argument after a colon", s, name)
	case !given:
		return Op{Name: name}, r, nil
	}
	args, err := r.read(p, arg)
	if err != nil {
		return Op{}, r, fmt.Errorf("step %q: %w", s, err)
	}
	return Op{Name: name, Args: args}, r, nil
}
