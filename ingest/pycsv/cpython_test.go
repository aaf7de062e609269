package pycsv

import (
	"bufio"
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/interp/interptest"
	"github.com/feedparity/feedparity/ingest/wire"
)

// CPython's own tests: testdata/record.py runs test_csv.py of an interpreter and
// notes every call it makes to module csv, with what it was answered; here the
// calls are made to the model. What has no model is counted by name.

//go:embed testdata/record.py
var recordSource string

// answer is one value of a recording in the wire form.
type answer string

func (a answer) value() ingest.Value {
	v, err := wire.ParseValue([]byte(a))
	if err != nil {
		panic(fmt.Sprintf("record.py wrote %q: %v", string(a), err))
	}
	return v
}

// raised is the type of an exception and its message.
type raised [2]string

func (r *raised) fault() *ingest.Fault {
	if r == nil {
		return nil
	}
	return &ingest.Fault{Type: r[0], Message: answer(r[1]).value().Str}
}

// option is the name and value of a keyword.
type option [2]string

// recordedItem is what an iterator did: yield a value or raise; null ends it.
type recordedItem struct {
	Value  answer
	Raised *raised
}

// recordedEvent is one call of an object's method.
type recordedEvent struct {
	Value      answer
	Raised     *raised
	Line       int
	Limit      int64
	Fieldnames bool
	Method     string   // of a writer
	Argument   answer   // of a writer
	Written    []answer // by a writer
}

// session is everything noted of one object or call.
type session struct {
	Op                 string
	Options            []option
	Items              []*recordedItem
	Refused            *raised
	Dialect            []answer
	Events             []recordedEvent
	Sample, Delimiters answer
	Result             answer
}

func (s session) dialect() ingest.Dialect {
	var out ingest.Dialect
	for _, o := range s.Options {
		out = append(out, ingest.DialectOption{Name: o[0], Value: answer(o[1]).value()})
	}
	return out
}

// script yields what an iterator did when it was recorded.
type script struct {
	items []*recordedItem
	fault *ingest.Fault
}

func (s *script) Next() (ingest.Value, bool) {
	s.fault = nil
	if len(s.items) == 0 {
		return ingest.None, false
	}
	item := s.items[0]
	s.items = s.items[1:]
	switch {
	case item == nil:
		return ingest.None, false
	case item.Raised != nil:
		s.fault = item.Raised.fault()
		return ingest.None, false
	}
	return item.Value.value(), true
}

func (s *script) Fault() *ingest.Fault { return s.fault }
func (s *script) Offset() int64        { return -1 }

// recording is what record.run answers beside the sessions.
type recording struct {
	Ran     int
	Failed  []string
	Skipped map[string]int
	Missing string // why there are no tests
}

// record runs the interpreter's own tests.
func record(t *testing.T, p *interp.Process) ([]session, recording) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "sessions")
	if err := p.Load(t.Context(), "record", recordSource); err != nil {
		t.Fatal(err)
	}
	raw, err := p.Call(t.Context(), "record.run", path)
	if err != nil {
		t.Fatal(err)
	}
	var r recording
	if err := json.Unmarshal(raw, &r); err != nil {
		t.Fatal(err)
	}
	if r.Missing != "" {
		t.Skipf("python %s is installed without its tests: %s", p.Interpreter.Full, r.Missing)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []session
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var s session
		if err := json.Unmarshal(lines.Bytes(), &s); err != nil {
			t.Fatalf("record.py wrote %.200q: %v", lines.Bytes(), err)
		}
		out = append(out, s)
	}
	if lines.Err() != nil {
		t.Fatal(lines.Err())
	}
	return out, r
}

// tests of 2.7 to 3.13 make at least so many calls that are replayed.
const leastCases = 300

func TestCPythonTestsConfirm(t *testing.T) {
	interptest.Each(t, func(t *testing.T, p *interp.Process) {
		v, err := VersionOf(p.Interpreter.Version)
		if err != nil {
			t.Skip(err)
		}
		sessions, rec := record(t, p)
		for _, failed := range rec.Failed {
			t.Errorf("under the recorder CPython's own test fails: %s", failed)
		}
		r := replay{t: t, v: v, not: map[string]int{}}
		for _, s := range sessions {
			r.session(s)
		}
		if r.cases < leastCases {
			t.Errorf("only %d calls of %d tests were replayed, want %d: does the recorder still see them?", r.cases, rec.Ran, leastCases)
		}
		fmt.Printf("cpython-csv %s: %d tests made %d sessions; not modelled: %s; not recorded: %s\n",
			p.Interpreter.Full, rec.Ran, len(sessions), counts(r.not), counts(rec.Skipped))
		interptest.Record(t, "cpython-csv", p, r.cases, r.bad)
	})
}

func counts(m map[string]int) string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(m)) {
		out = append(out, fmt.Sprintf("%d %s", m[name], name))
	}
	return strings.Join(out, ", ")
}

// replay makes the recorded calls to the model.
type replay struct {
	t          *testing.T
	v          *Version
	cases, bad int
	not        map[string]int
}

// check counts a case.
func (r *replay) check(s session, what, got, want string) {
	r.cases++
	if got == want {
		return
	}
	if r.bad++; r.bad <= 10 {
		r.t.Errorf("csv.%s of %v, %s:\n model  %.800s\n python %.800s", s.Op, s.Options, what, got, want)
	}
}

func (r *replay) session(s session) {
	switch s.Op {
	case "reader", "Dialect", "register_dialect":
		r.reader(s)
	case "DictReader":
		r.dictReader(s)
	case "sniff":
		r.sniff(s)
	case "writer":
		r.writer(s)
	case "has_header":
		r.hasHeader(s)
	default:
		r.not["csv."+s.Op] += max(1, len(s.Events))
	}
}

// made checks what the constructor made of its options: a dialect or a fault.
func (r *replay) made(s session, check func(*Version, ingest.Dialect) (*Dialect, *ingest.Fault)) *Dialect {
	d, fault := check(r.v, s.dialect())
	got, want := "", ""
	switch {
	case fault != nil:
		got = showFault(fault)
	case len(s.Dialect) > 0:
		got = strings.Join(r.v.shownDialect(d), " ")
	}
	var shown []string
	for _, a := range s.Dialect {
		shown = append(shown, show(a.value()))
	}
	if want = strings.Join(shown, " "); s.Refused != nil {
		want = showFault(s.Refused.fault())
	}
	r.check(s, "its options", got, want)
	return d
}

// shownDialect are the attributes of a _csv.Dialect in alphabetical order.
func (v *Version) shownDialect(d *Dialect) []string {
	char := func(c rune) ingest.Value {
		switch {
		case c == notSet:
			return ingest.None
		case v.Text:
			return ingest.Text(string(ingest.AppendRune(nil, c)))
		}
		return ingest.Bytes(string([]byte{byte(c)}))
	}
	var out []string
	for _, x := range []ingest.Value{
		char(d.delimiter), ingest.Bool(d.doublequote), char(d.escapechar), v.str(d.lineterminator),
		char(d.quotechar), ingest.Int(d.quoting), ingest.Bool(d.skipinitialspace), ingest.Bool(d.strict),
	} {
		out = append(out, show(x))
	}
	return out
}

func (r *replay) reader(s session) {
	d := r.made(s, NewDialect)
	if d == nil || s.Op != "reader" {
		return
	}
	reader := NewReader(r.v, d, 0, &script{items: s.Items})
	for i, e := range s.Events {
		reader.limit = e.Limit
		row, ok := reader.Next()
		r.next(s, i, ingest.List(row...), ok, reader)
	}
}

func (r *replay) dictReader(s session) {
	d := r.made(s, NewDictDialect)
	if d == nil {
		return
	}
	reader := NewReader(r.v, d, 0, &script{items: s.Items})
	dict := NewDictReader(r.v, reader)
	for i, e := range s.Events {
		reader.limit = e.Limit
		if !e.Fieldnames {
			row, ok := dict.Next()
			r.next(s, i, row, ok, reader)
			continue
		}
		reader.fault = nil
		if dict.fieldnames == nil {
			dict.lineNum = 0 // the property asks again
		}
		ok := dict.readHeader()
		names := ingest.List(dict.Fieldnames()...)
		if dict.Fieldnames() == nil {
			names = ingest.None
		}
		r.next(s, i, names, ok, reader)
	}
}

// next compares what one call of next() did.
func (r *replay) next(s session, i int, row ingest.Value, ok bool, reader *Reader) {
	e := s.Events[i]
	outcome := func(value string, fault *ingest.Fault, line int) string {
		if fault != nil {
			value = showFault(fault)
		}
		return fmt.Sprintf("%s@%d", value, line)
	}
	got, want := "end", "end"
	if ok {
		got = show(row)
	}
	if e.Value != "" {
		want = show(e.Value.value())
	}
	r.check(s, fmt.Sprintf("call %d of %.300v", i+1, shownItems(s.Items)),
		outcome(got, reader.Fault(), reader.LineNum()), outcome(want, e.Raised.fault(), e.Line))
}

func shownItems(items []*recordedItem) []string {
	var out []string
	for _, it := range items {
		if it != nil {
			out = append(out, string(it.Value))
		}
	}
	return out
}

func (r *replay) sniff(s session) {
	if d := s.Delimiters.value(); d.Kind != ingest.KindNone {
		r.not["csv.Sniffer.sniff with delimiters="]++
		return
	}
	d, fault := Sniff(r.v, s.Sample.value())
	if s.Refused != nil || fault != nil {
		got, want := "no fault", "no fault"
		if fault != nil {
			got = showFault(fault)
		}
		if s.Refused != nil {
			want = showFault(s.Refused.fault())
		}
		r.check(s, string(s.Sample), got, want)
		return
	}
	var got []ingest.Value
	for _, o := range d {
		got = append(got, o.Value)
	}
	r.check(s, string(s.Sample), show(ingest.List(got...)), show(s.Result.value()))
}
