package main

import (
	"bytes"
	"strings"
	"testing"
)

// A file with one of everything that is measured.
const sample = `package sample

// Doc is documented.
type Doc struct{}

type Bare interface{ A(); B(); C(); D(); E() }

// F is documented.
func F() {
}

func G() {}

func (d *Doc) H() {}

type hidden struct{}

func (hidden) I() {}
`

func TestMeasure(t *testing.T) {
	m := new(Measures)
	if err := m.add("sample.go", []byte(sample)); err != nil {
		t.Fatal(err)
	}
	if len(m.Undocumented) != 3 { // Bare, G, H; not I, whose receiver is private
		t.Errorf("undocumented %v, want Bare, G and H", m.Undocumented)
	}
	if m.Exported != 5 || m.Comments != 2 || len(m.Functions) != 4 {
		t.Errorf("exported %d, comments %d, functions %d", m.Exported, m.Comments, len(m.Functions))
	}
	var out bytes.Buffer
	if broken := m.Report(&out); broken != 4 || !strings.Contains(out.String(), "too long: sample.go:6 Bare: 5, limit 4") {
		t.Errorf("%d broken, want 3 undocumented and 1 interface:\n%s", broken, out.String())
	}
}

func TestLongFunction(t *testing.T) {
	body := strings.Repeat("\tprintln()\n", 110)
	m := new(Measures)
	long := "package p\n\nfunc f() {\n" + body + "}\n"
	mirror := "package q\n\n// f mirrors f of Modules/_csv.c in 3.13.\nfunc f() {\n" + body + "}\n"
	for _, src := range []string{long, mirror} {
		if err := m.add("x.go", []byte(src)); err != nil {
			t.Fatal(err)
		}
	}
	if broken := m.Report(new(bytes.Buffer)); broken != 1 {
		t.Errorf("%d broken, want only the function that mirrors nothing", broken)
	}
}
