package golden

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/normalize"
)

// change is one thing that a team could change. It returns false where the case has it
// already.
type change struct {
	what  string
	apply func(c *Case) bool
}

// Try is one way to settle a case.
type Try struct {
	Changes []string // what is changed, in words
	Verdict ingest.Verdict
	Fix     string // the line of Python that the py3 path becomes
	// Settles counts the other open cases that it settles as well, of all that were
	// tried.
	Settles, Others int
	// Breaks counts the inputs on which the paths agree now and would differ then, of
	// all that were tried.
	Breaks, Passing int
}

// maxPairs bounds the pairs of changes that are tried where no single one will do.
const maxPairs = 600

// Matrix changes one thing of a case's py3 policy after the other and returns what
// settles it: the fewest changes, of those the ones that break the fewest of the
// given inputs and settle the most of the other cases. Two changes are tried only
// where no single one will do. The input may be changed as well, by normalizing it.
func Matrix(ctx context.Context, eng ingest.Engine, c *Case, others []*Case, inputs [][]byte) ([]Try, error) {
	if c.Calls != [2]string{} || c.Handover != nil {
		return nil, fmt.Errorf("try changes of %q: it runs the team's own code, which has no policy to change", c.Dir())
	}
	m := matrix{ctx: ctx, eng: eng, c: c}
	for _, other := range others {
		if other.State == Open && other.Calls == [2]string{} && other.Handover == nil && other.Dir() != c.Dir() {
			m.others = append(m.others, other)
		}
	}
	err := m.pass(inputs)
	var found []Try
	if err == nil {
		found, err = m.singles()
	}
	if err == nil && len(found) == 0 {
		found, err = m.pairs()
	}
	if err != nil {
		return nil, fmt.Errorf("try changes of %q: %w", c.Dir(), err)
	}
	slices.SortStableFunc(found, func(a, b Try) int {
		return cmp.Or(cmp.Compare(len(a.Changes), len(b.Changes)), rank(a.Verdict)-rank(b.Verdict), a.Breaks-b.Breaks, b.Settles-a.Settles)
	})
	return found, nil
}

// rank prefers what was compared to what merely did not differ.
func rank(v ingest.Verdict) int {
	return slices.Index([]ingest.Verdict{ingest.Parity, ingest.AgreeEmpty, ingest.AgreeFault}, v)
}

type matrix struct {
	ctx     context.Context
	eng     ingest.Engine
	c       *Case
	others  []*Case // open, and not the case itself
	passing []*Case // the case with other inputs, on which its paths agree
}

// pass keeps the inputs on which the case's paths agree.
func (m *matrix) pass(inputs [][]byte) error {
	for _, data := range inputs {
		c := *m.c
		c.Input = data
		v, err := m.verdict(&c)
		if err != nil {
			return err
		}
		if v == ingest.Parity {
			m.passing = append(m.passing, &c)
		}
	}
	return nil
}

func (m *matrix) singles() ([]Try, error) {
	var found []Try
	for _, ch := range changesOf(m.c) {
		t, err := m.try(ch)
		if err != nil {
			return nil, err
		}
		if t != nil {
			found = append(found, *t)
		}
	}
	return found, nil
}

func (m *matrix) pairs() ([]Try, error) {
	var found []Try
	all := changesOf(m.c)
	tried := 0
	for i := range all {
		for j := i + 1; j < len(all) && tried < maxPairs; j++ {
			tried++
			t, err := m.try(all[i], all[j])
			if err != nil {
				return nil, err
			}
			if t != nil {
				found = append(found, *t)
			}
		}
	}
	return found, nil
}

// try returns nil where the changes do not settle the case, or are none.
func (m *matrix) try(changes ...change) (*Try, error) {
	changed, ok := m.changed(m.c, changes)
	if !ok {
		return nil, nil
	}
	verdict, err := m.verdict(changed)
	if err != nil || verdict == ingest.Diverge {
		return nil, err
	}
	t := &Try{Verdict: verdict, Fix: changed.fixLine(changes)}
	for _, ch := range changes {
		t.Changes = append(t.Changes, ch.what)
	}
	return t, m.count(t, changes)
}

// changed returns a case with all changes, false where one of them changes nothing.
func (m *matrix) changed(c *Case, changes []change) (*Case, bool) {
	out := *c
	for _, ch := range changes {
		if !ch.apply(&out) {
			return nil, false
		}
	}
	return &out, true
}

func (m *matrix) verdict(c *Case) (ingest.Verdict, error) {
	var outcomes [2]ingest.Outcome
	for _, p := range ingest.Paths {
		var err error
		if outcomes[p], err = outcomeOf(m.ctx, m.eng, c.input(p)); err != nil {
			return "", err
		}
	}
	res, err := c.compare(outcomes)
	if err != nil {
		return "", err
	}
	if res.Diverges {
		return ingest.Diverge, nil
	}
	return res.Result.Verdict, nil
}

// count tries the changes on everything else. Where they change nothing, they settle
// and break nothing either.
func (m *matrix) count(t *Try, changes []change) error {
	t.Others, t.Passing = len(m.others), len(m.passing)
	tally := func(cases []*Case, add func(diverges bool)) error {
		for _, c := range cases {
			changed, ok := m.changed(c, changes)
			if !ok {
				continue
			}
			v, err := m.verdict(changed)
			if err != nil {
				return err
			}
			add(v == ingest.Diverge)
		}
		return m.ctx.Err()
	}
	err := tally(m.others, func(diverges bool) {
		if !diverges {
			t.Settles++
		}
	})
	if err != nil {
		return err
	}
	return tally(m.passing, func(diverges bool) {
		if diverges {
			t.Breaks++
		}
	})
}

// changesOf lists what can be changed about a case, the most usual first.
func changesOf(c *Case) []change {
	out := []change{}
	codec := func(name string) {
		out = append(out, py3("encoding="+name, func(s *ingest.Settings) bool {
			changed := s.Codec != name
			s.Codec = name
			return changed
		}))
	}
	usual := []string{"utf-8", "utf-8-sig", "cp1252", "latin-1"}
	for _, name := range append([]string{c.Py2.Codec}, slices.DeleteFunc(usual, func(n string) bool { return n == c.Py2.Codec })...) {
		codec(name)
	}
	for _, mode := range ingest.ModesOf(ingest.Py3) {
		if mode == ingest.OpenLocale || mode == ingest.OpenUniversal {
			continue // nobody would choose them
		}
		out = append(out, py3("open mode "+string(mode), func(s *ingest.Settings) bool {
			changed := s.Open != mode
			s.Open = mode
			return changed
		}))
	}
	for _, name := range []string{"replace", "ignore", "surrogateescape", "backslashreplace"} {
		out = append(out, py3("errors="+name, func(s *ingest.Settings) bool {
			changed := s.Errors != name
			s.Errors = name
			return changed
		}))
	}
	out = append(out, dialectChanges(c)...)
	out = append(out, cellChanges(c)...)
	return append(out, change{"normalize", func(c *Case) bool {
		n, _, _, err := c.Normalized()
		if err == nil {
			*c = *n
		}
		return err == nil
	}})
}

// py3 changes the settings of the py3 path.
func py3(what string, apply func(*ingest.Settings) bool) change {
	return change{what, func(c *Case) bool { return apply(&c.Py3) }}
}

func dialectChanges(c *Case) []change {
	var out []change
	for _, o := range []ingest.DialectOption{
		{Name: "skipinitialspace", Value: ingest.Bool(true)}, {Name: "doublequote", Value: ingest.Bool(false)},
		{Name: "quoting", Value: ingest.Int(3)}, {Name: "strict", Value: ingest.Bool(false)},
	} {
		out = append(out, py3(o.String(), func(s *ingest.Settings) bool {
			if was, ok := s.Dialect.Get(o.Name); ok && was.Equal(o.Value) {
				return false
			}
			s.Dialect = append(without(s.Dialect, o.Name), o)
			return true
		}))
	}
	for _, o := range c.Py3.Dialect {
		out = append(out, py3("no "+o.Name, func(s *ingest.Settings) bool {
			n := len(s.Dialect)
			s.Dialect = without(s.Dialect, o.Name)
			return len(s.Dialect) < n
		}))
	}
	return append(out, py3("no sniffing", func(s *ingest.Settings) bool {
		was := s.Sniff
		s.Sniff = false
		return was
	}), py3("csv.field_size_limit", func(s *ingest.Settings) bool {
		if s.FieldLimit == math.MaxInt64 {
			return false
		}
		s.FieldLimit = math.MaxInt64 // sys.maxsize
		return true
	}))
}

func without(d ingest.Dialect, name string) ingest.Dialect {
	return slices.DeleteFunc(slices.Clone(d), func(o ingest.DialectOption) bool { return o.Name == name })
}

// cellChanges leave out one cleaning or conversion after the other.
func cellChanges(c *Case) []change {
	var out []change
	for i, step := range c.Py3.Clean {
		out = append(out, py3("no "+string(step), func(s *ingest.Settings) bool {
			if i >= len(s.Clean) || s.Clean[i] != step {
				return false
			}
			s.Clean = slices.Delete(slices.Clone(s.Clean), i, i+1)
			return true
		}))
	}
	return out
}

// fixLine is the reader of a changed py3 path as Python.
func (c *Case) fixLine(changes []change) string {
	if slices.ContainsFunc(changes, func(ch change) bool { return ch.what == "normalize" }) {
		return "feedparity normalize --to DIR FILE  # before either path reads it"
	}
	g := &pathScript{&script{c: c}, ingest.Py3, c.Py3}
	call := "csv.reader("
	if c.Py3.Reader == ingest.DictReader {
		call = "csv.DictReader("
	}
	var line strings.Builder
	if c.Py3.FieldLimit != ingest.DefaultFieldLimit {
		line.WriteString("csv.field_size_limit(sys.maxsize); ")
	}
	fmt.Fprintf(&line, "%s%s%s)", call, g.opened(), g.dialect())
	return line.String()
}

// Normalized returns a case of which both paths read the normalized input, the codec
// it was read with and how many edits that made. A minimised input is too short to
// detect a charset by: it is read with the codecs that the paths are known to read
// it with.
func (c *Case) Normalized() (out *Case, codec string, edits int, err error) {
	var data []byte
	for _, codec = range []string{c.Py3.Codec, c.Py2.Codec} {
		if data, edits, err = c.normalized(codec); err == nil {
			break
		}
	}
	if err != nil {
		return nil, "", 0, err
	}
	n := *c
	n.Input, n.View = data, ingest.Normalized
	n.Py2, n.Py3 = c.Py2.ForView(ingest.Normalized), c.Py3.ForView(ingest.Normalized)
	return &n, codec, edits, nil
}

func (c *Case) normalized(codec string) (data []byte, edits int, err error) {
	o := normalize.Options{Charset: codec, Record: func(normalize.Edit) error { edits++; return nil }}
	for name, to := range map[string]*rune{"delimiter": &o.Delimiter, "quotechar": &o.Quotechar, "escapechar": &o.Escapechar} {
		if v, ok := c.Py3.Dialect.Get(name); ok && v.Str != "" {
			*to, _ = ingest.DecodeRune(v.Str)
		}
	}
	if v, ok := c.Py3.Dialect.Get("quotechar"); ok && v.Kind == ingest.KindNone {
		o.NoQuotes = true
	}
	var out bytes.Buffer
	_, err = normalize.Normalize(&out, bytes.NewReader(c.Input), o)
	return out.Bytes(), edits, err
}
