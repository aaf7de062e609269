package pycell

import (
	"fmt"
	"sync"

	"github.com/feedparity/feedparity/ingest"
)

// cellFunc does one step to one value.
type cellFunc func(m *model, v ingest.Value) (ingest.Value, *ingest.Fault)

// A Program is several steps made ready to be done to many cells. It may serve
// several goroutines.
type Program struct {
	m     *model
	steps []cellFunc
}

// NewProgram prepares cleaning steps, done in order. The error reports a step that
// there is not, or a version without a model.
func NewProgram(py ingest.Python, clean []ingest.Step) (*Program, error) {
	if err := ingest.CheckSteps(py.Path(), clean); err != nil {
		return nil, fmt.Errorf("clean cell: %w", err)
	}
	var ops []ingest.Op
	for _, s := range clean {
		op, err := ingest.ParseStep(py.Path(), s)
		if err != nil {
			return nil, err
		}
		ops = append(ops, op)
	}
	return compile(py, ops)
}

// NewConversion prepares a column type.
func NewConversion(py ingest.Python, typ string) (*Program, error) {
	ops, err := ingest.ParseType(py.Path(), typ)
	if err != nil {
		return nil, err
	}
	return compile(py, ops)
}

func compile(py ingest.Python, ops []ingest.Op) (*Program, error) {
	if len(ops) == 0 {
		return new(Program), nil // no version does anything
	}
	m, err := modelOf(py)
	if err != nil {
		return nil, err
	}
	p := &Program{m: m}
	for _, op := range ops {
		p.steps = append(p.steps, function(op))
	}
	return p, nil
}

// Apply does the steps to a Bytes or Text cell; any other value is returned as it
// is. What follows split is done to each part, all of it to one part before the
// next. The result may share memory with v. The fault's row is the caller's to set.
func (p *Program) Apply(v ingest.Value) (ingest.Value, *ingest.Fault) {
	if v.Kind != ingest.KindBytes && v.Kind != ingest.KindText {
		return v, nil
	}
	return apply(p.m, p.steps, v)
}

func apply(m *model, steps []cellFunc, v ingest.Value) (ingest.Value, *ingest.Fault) {
	for i, step := range steps {
		if v.Kind == ingest.KindList {
			for j, item := range v.Items {
				done, fault := apply(m, steps[i:], item)
				if fault != nil {
					return v, fault
				}
				v.Items[j] = done
			}
			return v, nil
		}
		var fault *ingest.Fault
		if v, fault = step(m, v); fault != nil {
			return v, fault
		}
	}
	return v, nil
}

// known holds the programs that Clean and Convert have made.
var known sync.Map // of programKey

type programKey struct {
	py   ingest.Python
	kind string
	step string
}

// program returns what build makes, from the last time if it was asked before.
func program(key programKey, build func() (*Program, error)) (*Program, error) {
	if p, ok := known.Load(key); ok {
		return p.(*Program), nil
	}
	p, err := build()
	if err == nil {
		known.Store(key, p)
	}
	return p, err
}

// function returns what does a step that ParseStep or ParseType accepted.
func function(op ingest.Op) cellFunc {
	if f := textFunction(op); f != nil {
		return f
	}
	switch op.Name {
	case "text":
		return func(_ *model, v ingest.Value) (ingest.Value, *ingest.Fault) { return v, nil }
	case "int":
		return toInt
	case "float":
		return toFloat
	case "decimal":
		return toDecimal
	case "bool":
		return toBool
	case "date", "datetime":
		return dateFunction(op)
	case "round":
		return roundFunction(op)
	case "div":
		return divFunction(op)
	case "str":
		return toStr
	case "format":
		return formatFunction(op)
	}
	panic(fmt.Sprintf("pycell: no function for step %q", op.Name)) // TestEveryStep holds the two lists together
}
