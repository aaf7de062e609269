package review

import (
	"strings"

	"github.com/feedparity/feedparity/golden"
)

// form asks what a decision needs, a line each.
type form struct {
	verb   Verb
	about  []golden.Stored
	fields []field
	at     int // the field that is written in
}

type field struct {
	label, value string
	into         func(*Decision, string)
}

// newForm asks about cases; the owner is offered.
func newForm(verb Verb, about []golden.Stored, owner string) *form {
	whose := func(label string) field {
		return field{label, owner, func(d *Decision, s string) { d.Owner = s }}
	}
	why := func(label string) field { return field{label, "", func(d *Decision, s string) { d.Reason = s }} }
	f := &form{verb: verb, about: about}
	switch verb {
	case Accept:
		f.fields = []field{whose("who answers for it"), why("why is it meant"),
			{"until which day (2026-12-31; nothing: for ever)", "", func(d *Decision, s string) { d.Expires = s }}}
	case Expect:
		f.fields = []field{whose("who is to mend it"), why("what is known of it (may be nothing)")}
	case Reject:
		f.fields = []field{why("why is it no longer run")}
	}
	if owner != "" && verb != Reject {
		f.at = 1
	}
	return f
}

// decision is what was answered so far.
func (f *form) decision() Decision {
	d := Decision{Verb: f.verb}
	for _, a := range f.fields {
		a.into(&d, strings.TrimSpace(a.value))
	}
	return d
}

// next goes to the next field and reports whether there is one.
func (f *form) next() bool {
	if f.at == len(f.fields)-1 {
		return false
	}
	f.at++
	return true
}

func (f *form) before() { f.at = max(0, f.at-1) }

// insert writes at the end of a field. A line end that was pasted is a space: a field
// is a line.
func (f *form) insert(s string) { f.fields[f.at].value += printable(s) }

func (f *form) erase() {
	if v := []rune(f.fields[f.at].value); len(v) > 0 {
		f.fields[f.at].value = string(v[:len(v)-1])
	}
}

func (f *form) clear() { f.fields[f.at].value = "" }
