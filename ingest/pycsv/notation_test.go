package pycsv

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/interp/interptest"
	"github.com/feedparity/feedparity/ingest/wire"
)

// mostCalls bounds the calls of Next in a case; confirm.py has the same.
const mostCalls = 30

// call is one run of csv.reader or csv.DictReader over the items of an iterator.
type call struct {
	Items   []ingest.Value
	Dialect ingest.Dialect
	Limit   int64
	Dict    bool
}

func (c call) operation() string { return "run" }

// marshal writes a call as confirm.run reads it.
func (c call) marshal(dst []byte) []byte {
	dst = interptest.AppendMarshalTuple(dst, 4)
	dst = interptest.AppendMarshal(dst, ingest.List(c.Items...))
	dst = marshalOptions(dst, c.Dialect)
	dst = interptest.AppendMarshal(dst, ingest.Int(c.Limit))
	return interptest.AppendMarshalBool(dst, c.Dict)
}

// String shows the call as Python would have it.
func (c call) String() string {
	name := "csv.reader"
	if c.Dict {
		name = "csv.DictReader"
	}
	return fmt.Sprintf("csv.field_size_limit(%d); %s(iter(%s)%s)", c.Limit, name, shownValues(c.Items...), shownOptions(c.Dialect))
}

// show writes a value as confirm.py does.
func show(v ingest.Value) string {
	switch v.Kind {
	case ingest.KindNone:
		return "n"
	case ingest.KindBool:
		return "t:" + v.Str
	case ingest.KindFloat:
		return "f:" + v.Str
	case ingest.KindInt:
		return "i:" + v.Str
	case ingest.KindBytes:
		return "b:" + hex.EncodeToString([]byte(v.Str))
	case ingest.KindText:
		return "u:" + hex.EncodeToString([]byte(v.Str))
	case ingest.KindDict:
		var parts []string
		for i := 0; i < len(v.Items); i += 2 {
			parts = append(parts, show(v.Items[i])+"="+show(v.Items[i+1]))
		}
		return "{" + strings.Join(parts, ",") + "}"
	}
	var parts []string
	for _, it := range v.Items {
		parts = append(parts, show(it))
	}
	return "[" + strings.Join(parts, ",") + "]"
}

// marshalOptions writes options as a list of pairs, which keeps their order.
func marshalOptions(dst []byte, options ingest.Dialect) []byte {
	dst = interptest.AppendMarshalList(dst, len(options))
	for _, o := range options {
		dst = interptest.AppendMarshalText(interptest.AppendMarshalTuple(dst, 2), o.Name)
		dst = interptest.AppendMarshal(dst, o.Value)
	}
	return dst
}

func shownValues(items ...ingest.Value) string {
	return string(wire.AppendValue(nil, ingest.List(items...)))
}

func shownOptions(options ingest.Dialect) string {
	var b strings.Builder
	for _, o := range options {
		fmt.Fprintf(&b, ", %s=%s", o.Name, wire.AppendValue(nil, o.Value))
	}
	return b.String()
}

func showFault(f *ingest.Fault) string {
	return f.Type + "|" + hex.EncodeToString([]byte(f.Message))
}

// items is an iterator over values; the offset of each is its index times 1000.
type items struct {
	values []ingest.Value
	n      int
	fault  *ingest.Fault
}

func (s *items) Next() (ingest.Value, bool) {
	if s.n >= len(s.values) {
		return ingest.None, false
	}
	s.n++
	return s.values[s.n-1], true
}

func (s *items) Fault() *ingest.Fault { return s.fault }
func (s *items) Offset() int64        { return int64(s.n-1) * 1000 }

// told is what one call of next did: a row, a fault, or neither at the end.
type told struct {
	row   ingest.Value
	fault *ingest.Fault
	end   bool
	line  int // line_num after it
}

// play makes the call on the model and tells what each call of next does. It
// returns why the call was refused, else of a DictReader the fieldnames, True for
// those given to it.
func (c call) play(v *Version, tell func(told)) (refused *ingest.Fault, names ingest.Value) {
	check := NewDialect
	if c.Dict {
		check = NewDictDialect
	}
	d, fault := check(v, c.Dialect)
	if fault != nil {
		return fault, ingest.None
	}
	r := NewReader(v, d, c.Limit, &items{values: c.Items})
	next := func() (ingest.Value, bool) {
		row, ok := r.Next()
		return ingest.List(row...), ok
	}
	var dict *DictReader
	if c.Dict {
		dict = NewDictReader(v, r)
		next = dict.Next
	}
	for range mostCalls {
		row, ok := next()
		fault := r.Fault()
		if ok && fault != nil { // no Python does that
			fault = ingest.Faultf("row and fault", "%s", fault)
		}
		end := !ok && fault == nil
		if tell(told{row, fault, end, r.LineNum()}); end {
			break
		}
	}
	_, given := c.Dialect.Get("fieldnames")
	switch {
	case !c.Dict:
		return nil, ingest.None
	case given && !d.dict.fromFile():
		return nil, ingest.Bool(true)
	case dict.Fieldnames() == nil:
		return nil, ingest.None
	}
	return nil, ingest.List(dict.Fieldnames()...)
}

// run does on the model what confirm.run does on an interpreter.
func (c call) run(v *Version) []string {
	var out []string
	refused, names := c.play(v, func(e told) {
		switch {
		case e.end:
			out = append(out, fmt.Sprintf("end@%d", e.line))
		case e.fault != nil:
			out = append(out, fmt.Sprintf("error %s@%d", showFault(e.fault), e.line))
		default:
			out = append(out, fmt.Sprintf("row %s@%d", show(e.row), e.line))
		}
	})
	switch {
	case refused != nil:
		return []string{"refused " + showFault(refused)}
	case !c.Dict:
		return out
	case names.IsTrue():
		return append(out, "fields given")
	}
	return append(out, "fields "+show(names))
}

// answer does what confirm.transcript does.
func (c call) answer(dst []byte, v *Version) []byte {
	start, n := len(dst), 0
	events := interptest.AppendMarshalList(dst, 0)
	refused, names := c.play(v, func(e told) {
		switch {
		case e.fault != nil:
			events = dumpFault(events, e.fault)
			n++
		case !e.end:
			events = dump(events, e.row)
			n++
		}
		events = interptest.AppendMarshalInt(events, e.line)
		n++
	})
	if refused != nil {
		return dumpFault(dst, refused)
	}
	if c.Dict {
		events = dump(events, names)
		n++
	}
	interptest.AppendMarshalList(events[:start], n) // now that it is known
	return events
}

func dumpFault(dst []byte, f *ingest.Fault) []byte {
	dst = interptest.AppendMarshalTuple(dst, 2)
	return interptest.AppendMarshalText(interptest.AppendMarshalText(dst, f.Type), f.Message)
}

// dump writes a value as marshal.dumps(value, 0) does, which has floats as text; a
// dict is the list of its items.
func dump(dst []byte, v ingest.Value) []byte {
	switch v.Kind {
	case ingest.KindFloat:
		f, _ := strconv.ParseFloat(v.Str, 64) // a repr
		text := strings.ToLower(strings.TrimPrefix(strconv.FormatFloat(f, 'g', 17, 64), "+"))
		return append(append(dst, 'f', byte(len(text))), text...)
	case ingest.KindList:
		dst = interptest.AppendMarshalList(dst, len(v.Items))
	case ingest.KindDict:
		dst = interptest.AppendMarshalList(dst, len(v.Items)/2)
	default:
		return interptest.AppendMarshal(dst, v)
	}
	for i, item := range v.Items {
		if v.Kind == ingest.KindDict && i%2 == 0 {
			dst = interptest.AppendMarshalTuple(dst, 2)
		}
		dst = dump(dst, item)
	}
	return dst
}

// readable decodes the hex of an error so that a failure can be understood.
func readable(lines []string) string {
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = l
		if head, tail, ok := strings.Cut(l, "|"); ok {
			text, line, _ := strings.Cut(tail, "@")
			if b, err := hex.DecodeString(text); err == nil {
				out[i] = fmt.Sprintf("%s %q@%s", head, b, line)
			}
		}
	}
	return strings.Join(out, "; ")
}

func version(t testing.TB, py ingest.Python) *Version {
	t.Helper()
	v, err := VersionOf(py)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
