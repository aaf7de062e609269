package scout

import (
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/diff"
)

// Likeness is what two divergences have in common that most likely have one cause.
type Likeness struct {
	kind           diff.Kind
	faults         digest
	value2, value3 ingest.Kind
	class2, class3 int
}

// LikenessOf takes it from a divergence.
func LikenessOf(d *diff.Divergence) Likeness {
	return Likeness{d.Kind, digest(0).fault(d.Py2Fault).number(0).fault(d.Py3Fault), d.Py2.Kind, d.Py3.Kind, classes(d.Py2.Str), classes(d.Py3.Str)}
}
