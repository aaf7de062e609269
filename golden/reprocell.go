package golden

import (
	"fmt"

	"github.com/feedparity/feedparity/ingest"
)

// cleaning returns the cleaning steps of a policy, conversion those of a type.
// Both were accepted when the case was validated.
func cleaning(p ingest.Path, s ingest.Settings) []ingest.Op {
	var ops []ingest.Op
	for _, step := range s.Clean {
		op, err := ingest.ParseStep(p, step)
		if err != nil {
			panic(err)
		}
		ops = append(ops, op)
	}
	return ops
}

func conversion(p ingest.Path, t ingest.ColumnType) []ingest.Op {
	ops, err := ingest.ParseType(p, t.Type)
	if err != nil {
		panic(err)
	}
	return ops
}

// value returns the expression that does steps to an expression. What follows a
// split is done to each part.
func (g *pathScript) value(ops []ingest.Op, expr string) string {
	for i, op := range ops {
		expr = g.step(op, expr)
		if op.Name == "split" && i+1 < len(ops) {
			return fmt.Sprintf("[%s for part in %s]", g.value(ops[i+1:], "part"), expr)
		}
	}
	return expr
}

func (g *pathScript) step(op ingest.Op, expr string) string {
	arguments := ""
	for i, a := range op.Args {
		if i > 0 {
			arguments += ", "
		}
		arguments += literal(g.p, a)
		if a.Kind == ingest.KindFloat {
			arguments = a.Str
		}
	}
	switch op.Name {
	case "append", "concat":
		return fmt.Sprintf("(%s + %s)", expr, arguments)
	case "nfc", "nfkc":
		g.need("unicodedata")
		form := map[string]string{"nfc": "NFC", "nfkc": "NFKC"}[op.Name]
		return fmt.Sprintf("unicodedata.normalize('%s', %s)", form, expr)
	case "text":
		return expr
	case "int", "float", "bool", "str":
		return fmt.Sprintf("%s(%s)", op.Name, expr)
	case "decimal":
		g.need("decimal")
		return fmt.Sprintf("decimal.Decimal(%s)", expr)
	case "date", "datetime":
		g.need("datetime")
		method := map[string]string{"date": ".date()"}[op.Name]
		return fmt.Sprintf("datetime.datetime.strptime(%s, %s)%s", expr, arguments, method)
	case "round":
		if arguments != "" {
			arguments = ", " + arguments
		}
		return fmt.Sprintf("round(%s%s)", expr, arguments)
	case "div":
		return fmt.Sprintf("(%s / %s)", expr, arguments)
	case "format":
		return fmt.Sprintf("(%s %% %s)", arguments, expr)
	}
	return fmt.Sprintf("%s.%s(%s)", expr, op.Name, arguments)
}

// addSteps notes which types of values steps can yield.
func (k *kinds) addSteps(p ingest.Path, ops []ingest.Op) {
	for _, op := range ops {
		switch op.Name {
		case "int":
			k.integer = true
		case "float":
			k.float = true
		case "round", "div":
			k.integer, k.float = true, true
		case "decimal":
			k.decimal = true
		case "bool", "isdigit", "isalpha", "isspace":
			k.bool = true
		case "date", "datetime":
			k.date = true
		case "str", "format":
			k.bytes = k.bytes || p == ingest.Py2
		}
	}
}
