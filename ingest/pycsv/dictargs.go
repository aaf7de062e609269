package pycsv

import (
	"fmt"
	"slices"
	"strings"

	"github.com/feedparity/feedparity/ingest"
)

// dictArguments are the keyword arguments that DictReader.__init__ keeps for
// itself. The zero value is its defaults.
type dictArguments struct {
	fieldnames       []ingest.Value // nil: the first row
	notIterable      string         // the message if fieldnames= is no sequence
	restkey, restval ingest.Value
}

// NewDictDialect checks keyword arguments as csv.DictReader(lines, **opts) does,
// which differs: DictReader takes fieldnames, restkey and restval, and passes a
// dialect by position, "excel" where none is given, so that quotechar=None alone
// no longer means QUOTE_NONE.
func NewDictDialect(v *Version, opts ingest.Dialect) (*Dialect, *ingest.Fault) {
	b := dialectBuilder{v: v}
	dialect := v.str("excel")
	var dict dictArguments
	var fieldnames ingest.Value
	for _, o := range v.keywords(opts) {
		switch o.Name {
		case "self", "f":
			b.fail("TypeError", v.MultipleValues, o.Name)
		case "fieldnames":
			fieldnames = o.Value
		case "restkey":
			dict.restkey = o.Value
		case "restval":
			dict.restval = o.Value
		case "dialect":
			dialect = o.Value
		default:
			b.opts = append(b.opts, o)
		}
	}
	dict.setFieldnames(v, fieldnames)
	if dict.notIterable != "" && v.FieldnamesChecked {
		b.fail("TypeError", "%s", dict.notIterable)
	}
	// DictReader.__init__ gathers **kwds in a dict of its own, filled in the order of
	// the caller's: in 2.7 that may change the order once more.
	b.opts = v.keywords(b.opts)
	b.parseArguments(1+len(b.opts), "")
	b.base = b.named(dialect)
	d, fault := b.build()
	if fault != nil {
		return nil, fault
	}
	d.dict = dict
	return d, nil
}

// setFieldnames takes a string apart, as iterating over it does: into characters,
// or in 3.x a bytes object into numbers.
func (a *dictArguments) setFieldnames(v *Version, names ingest.Value) {
	switch {
	case names.Kind == ingest.KindNone:
		return
	case names.Kind == ingest.KindBytes, names.Kind == ingest.KindText:
		a.fieldnames = []ingest.Value{}
	case names.Kind == ingest.KindList:
		a.fieldnames = names.Clone().Items
		return
	default:
		a.notIterable = v.notIterable(names)
		return
	}
	for s := names.Str; s != ""; {
		n := 1
		if names.Kind == ingest.KindText {
			_, n = ingest.DecodeRune(s)
		}
		name := ingest.Value{Kind: names.Kind, Str: strings.Clone(s[:n])}
		if v.Text && names.Kind == ingest.KindBytes {
			name = ingest.Int(int64(s[0]))
		}
		a.fieldnames = append(a.fieldnames, name)
		s = s[n:]
	}
}

// notIterable is zip()'s message for fieldnames that are no sequence.
func (v *Version) notIterable(names ingest.Value) string {
	if !strings.Contains(v.NotIterable, "%s") {
		return v.NotIterable
	}
	return fmt.Sprintf(v.NotIterable, typeName(v, names))
}

// fromFile says that the first row is the header.
func (a *dictArguments) fromFile() bool { return a.fieldnames == nil && a.notIterable == "" }

// setPlans prepares the two shapes of row that a header allows.
func (d *DictReader) setPlans() {
	d.plain = d.v.plan(d.fieldnames)
	d.extras = d.v.plan(append(slices.Clip(d.fieldnames), d.arguments.restkey))
}
