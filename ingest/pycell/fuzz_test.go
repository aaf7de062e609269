package pycell

import (
	"testing"

	"github.com/feedparity/feedparity/ingest"
)

// FuzzConvert checks what holds in every version: a result read again is itself,
// and nothing is both a result and a fault.
func FuzzConvert(f *testing.F) {
	for _, c := range convertTable {
		f.Add(c.text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for i := range versions {
			for _, typ := range numberTypes {
				for _, v := range kinds(versions[i].python, text) {
					again(t, versions[i].python, typ, v)
				}
			}
		}
	})
}

func again(t *testing.T, py ingest.Python, typ string, v ingest.Value) {
	t.Helper()
	got, fault, err := Convert(py, typ, v)
	if err != nil {
		t.Fatal(err)
	}
	if fault != nil {
		if fault.Type == "" || fault.Message == "" {
			t.Fatalf("%s(%q) on %s: fault %+v", typ, v.Str, py, fault)
		}
		return
	}
	second, fault, _ := Convert(py, typ, ingest.Value{Kind: v.Kind, Str: got.Str})
	if fault != nil || second.Str != got.Str {
		t.Errorf("%s(%q) on %s is %q, which reads as %q (%v)", typ, v.Str, py, got.Str, second.Str, fault)
	}
}

// FuzzClean checks that a step applied twice does no more than once, and that
// ASCII text and bytes fare alike.
func FuzzClean(f *testing.F) {
	for _, s := range cleanPieces {
		f.Add("a " + s + " B")
	}
	f.Fuzz(func(t *testing.T, text string) {
		for i := range versions {
			py := versions[i].python
			for _, step := range []ingest.Step{"strip", "lstrip", "rstrip"} {
				once, _, _ := Clean(py, step, ingest.Text(text))
				twice, _, _ := Clean(py, step, once)
				if twice.Str != once.Str {
					t.Errorf("%s twice on %s: %q, once %q", step, py, twice.Str, once.Str)
				}
			}
			for _, step := range []ingest.Step{"lower", "upper", "title", "capitalize"} {
				a, _, _ := Clean(py, step, ingest.Text(text))
				b, _, _ := Clean(py, step, ingest.Bytes(text))
				if ingest.IsASCII(text) && a.Str != b.Str {
					t.Errorf("%s on %s: text %q, bytes %q", step, py, a.Str, b.Str)
				}
			}
		}
	})
}

// FuzzChain checks that no cell makes a chain panic, or give both a result and a
// fault, and that what str gives is of the version's type.
func FuzzChain(f *testing.F) {
	for _, c := range chainTable {
		f.Add(c.text, uint16(len(c.why)))
	}
	for i, piece := range datePieces {
		f.Add(piece+"1:00", uint16(i))
	}
	var types []string
	for _, kind := range []string{"text", "number", "date"} {
		types = append(types, chainTypes[kind]...)
	}
	f.Fuzz(func(t *testing.T, text string, which uint16) {
		typ := types[int(which)%len(types)]
		for i := range versions {
			py := versions[i].python
			for _, v := range kinds(py, text) {
				got, fault, err := Convert(py, typ, v)
				if err != nil {
					t.Fatal(err)
				}
				if fault != nil {
					if fault.Type == "" {
						t.Errorf("%s of %q on %s: fault %+v", typ, text, py, fault)
					}
					continue
				}
				text, fault := Str(py, got)
				if got.Kind < ingest.KindList && fault == nil && text.Kind != versions[i].native("").Kind {
					t.Errorf("str of %s of %q on %s is a %s", typ, v.Str, py, text.Kind)
				}
			}
		}
	})
}
