package classify

import (
	"slices"
	"strings"

	"github.com/feedparity/feedparity/ingest"
)

// Details of signatures: stable under shrinking and free of supplier data.

func faults(e evidence, _ trial) []string {
	return []string{faultClass(e.d.Py2Fault) + "/" + faultClass(e.d.Py3Fault)}
}

// what names a fault pair, or says that data differ: a cause that moves rows
// changes cells as well, and is one finding.
func what(e evidence, t trial) []string {
	if e.fault() {
		return faults(e, t)
	}
	return []string{"data"}
}

func codecs(_ evidence, t trial) []string {
	return []string{codecOf(t.py2) + "/" + codecOf(t.py3)}
}

func codec3(_ evidence, t trial) []string { return []string{codecOf(t.py3)} }

// codecOf names the codec a policy uses, "-" where it decodes nothing.
func codecOf(s ingest.Settings) string {
	if s.Open == ingest.OpenBytes || s.Open == "" {
		return "-"
	}
	return codecName(s.Python, s.Codec)
}

func codecAndFaults(e evidence, t trial) []string { return append(codecs(e, t), faults(e, t)...) }

func replacement(e evidence, t trial) []string {
	return append(codecs(e, t), t.py2.Errors+"/"+t.py3.Errors)
}

type detail = func(evidence, trial) []string

func withFaults(d detail) detail {
	return func(e evidence, t trial) []string {
		return append(d(e, t), what(e, t)...)
	}
}

func withOperation(d detail) detail {
	return func(e evidence, t trial) []string { return append(operation(e, t), d(e, t)...) }
}

func withClass(class string, d detail) detail {
	return func(e evidence, t trial) []string { return append([]string{class}, d(e, t)...) }
}

func withClassOf(class func(trial) string, d detail) detail {
	return func(e evidence, t trial) []string { return append([]string{class(t)}, d(e, t)...) }
}

// nulClass tells the zero bytes of UTF-16 and UTF-32 from a character NUL.
func nulClass(t trial) string {
	for _, s := range []ingest.Settings{t.py2, t.py3} {
		if alphabetOf(s.Python, s.Codec, t.data).width > 1 {
			return "wide"
		}
	}
	return "nul"
}

// separators names the classes of line separators that an input holds.
func separators(t trial) string {
	found := map[string]bool{}
	for _, s := range []ingest.Settings{t.py3, t.py2} {
		a := alphabetOf(s.Python, s.Codec, t.data)
		for _, c := range t.taken.apart(a, t.data) {
			if class := separatorClass(c.r); class != "" {
				found[class] = true
			}
		}
		if len(found) > 0 {
			break
		}
	}
	for _, class := range []string{"ls-ps", "nel", "control"} {
		if found[class] {
			return class
		}
	}
	return "other"
}

// operation names the step that brings the divergence about, or what read the cell: its column's type, "strip", or the reader's
// own conversion of unquoted cells.
func operation(e evidence, t trial) []string {
	if e.step != "" {
		return []string{e.step}
	}
	for _, s := range []ingest.Settings{t.py3, t.py2} {
		for _, c := range s.Types {
			if !e.fault() && (c.Index() == e.d.Column || c.Column == e.d.Name) {
				return []string{c.Type}
			}
		}
	}
	if e.fault() {
		return []string{faultOperation(e, t)}
	}
	if _, ok := t.py3.Dialect.Get("quoting"); ok && (e.feature == featKind || e.feature == featNumber) {
		return []string{"quoting"}
	}
	if e.feature != featKind && e.feature != featNumber && len(t.py3.Clean) > 0 {
		return []string{string(t.py3.Clean[0])}
	}
	return kinds(e, t)
}

// faultOperation reads off an exception which conversion raised it.
func faultOperation(e evidence, t trial) string {
	types := map[string]bool{}
	for _, c := range append(slices.Clone(t.py2.Types), t.py3.Types...) {
		types[c.Type] = true
	}
	for _, f := range []*ingest.Fault{e.d.Py2Fault, e.d.Py3Fault} {
		switch {
		case f == nil:
		case f.Type == "InvalidOperation":
			return "decimal"
		case strings.Contains(f.Message, "float"):
			if !types["float"] {
				return "quoting"
			}
			return "float"
		case strings.Contains(f.Message, "int()") || strings.Contains(f.Message, "integer"):
			return "int"
		}
	}
	for _, name := range []string{"int", "float", "decimal"} {
		if types[name] {
			return name
		}
	}
	return "convert"
}

func kinds(e evidence, _ trial) []string {
	return []string{e.py2.Kind.String() + "/" + e.py3.Kind.String()}
}

// caseDetail names the step and whether it changes the length of the text.
func caseDetail(e evidence, t trial) []string {
	step := e.step
	for _, s := range t.py3.Clean {
		if e.step == "" && s != "strip" {
			step = string(s)
		}
	}
	if ingest.RuneCount(e.py2.Str) != ingest.RuneCount(e.py3.Str) {
		return []string{step, "expanding"}
	}
	return []string{step, "simple"}
}

func unclassified(e evidence, t trial) []string {
	if e.fault() {
		return faults(e, t)
	}
	out := []string{string(e.d.Kind)}
	if e.feature != "" {
		out = append(out, e.feature)
	}
	return out
}
