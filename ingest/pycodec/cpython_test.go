package pycodec

import (
	"bufio"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"errors"
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
)

// CPython's own tests: testdata/record.py runs those of an interpreter that
// decode and notes every decoding, with what came of it; here the model decodes
// the same. What has no model is counted by name.

//go:embed testdata/record.py
var recordSource string

// cpythonTests are the modules of Lib/test that decode; which of them there are
// depends on the installation.
var cpythonTests = []string{
	"multibytecodec_support", "test_codecs", "test_multibytecodec",
	"test_codecencodings_cn", "test_codecencodings_hk", "test_codecencodings_jp", "test_codecencodings_kr",
	"test_codecencodings_tw", "test_codecencodings_iso2022",
	"test_codecmaps_cn", "test_codecmaps_hk", "test_codecmaps_jp", "test_codecmaps_kr", "test_codecmaps_tw",
}

// hexBytes are bytes that a recording holds as hex.
type hexBytes []byte

func (b *hexBytes) UnmarshalText(text []byte) error {
	out, err := hex.DecodeString(string(text))
	*b = out
	return err
}

// outcome is what a recorded call returned or raised.
type outcome struct {
	Text    *hexBytes
	Used    *int    // of those that say how much they decoded
	Other   *string // the type of a result that is no text
	Type    string  // of an exception
	Message hexBytes
	Codec   string
	Start   int
	End     int
	Reason  string
	Object  hexBytes
}

// decoding is one recorded call, or an event in the life of a decoder.
type decoding struct {
	outcome
	Op, Encoding, Errors string
	Data                 hexBytes
	Final                bool
	Reset                bool
	GetState, SetState   []string
	Events               []decoding
}

// classOfTests is a module and a class in it.
type classOfTests [2]string

type classRun struct {
	Ran          int
	Failed       []string
	Skipped      map[string]int
	SkippedTests int
	classes      int
}

// record runs the interpreter's own tests class by class and gives f every session.
func record(t *testing.T, p *interp.Process, f func(decoding)) (total classRun) {
	t.Helper()
	if err := p.Load(t.Context(), "record", recordSource); err != nil {
		t.Fatal(err)
	}
	var classes []classOfTests
	remote(t, p, "record.begin", cpythonTests, &classes)
	if len(classes) == 0 {
		t.Skipf("python %s is installed without its tests", p.Interpreter.Full)
	}
	step := max(1, len(classes)/max(leastClasses, interptest.Cases(len(classes))))
	total.Skipped = map[string]int{}
	path := filepath.Join(t.TempDir(), "sessions")
	for i := 0; i < len(classes); i += step {
		var r classRun
		remote(t, p, "record.run", []string{classes[i][0], classes[i][1], path}, &r)
		total.classes++
		total.Ran += r.Ran
		total.SkippedTests += r.SkippedTests
		total.Failed = append(total.Failed, r.Failed...)
		for why, n := range r.Skipped {
			total.Skipped[why] += n
		}
	}
	readSessions(t, path, f)
	return total
}

func remote(t *testing.T, p *interp.Process, function string, args, out any) {
	t.Helper()
	raw, err := p.Call(t.Context(), function, args)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, out); err != nil {
		t.Fatal(err)
	}
}

func readSessions(t *testing.T, path string, f func(decoding)) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<26)
	for lines.Scan() {
		var s decoding
		if err := json.Unmarshal(lines.Bytes(), &s); err != nil {
			t.Fatalf("record.py wrote %.200q: %v", lines.Bytes(), err)
		}
		f(s)
	}
	if lines.Err() != nil {
		t.Fatal(lines.Err())
	}
}

// leastClasses are as many as "make test" runs, about one in six.
const leastClasses = 10

// leastCases is less than the decodings that the tests of any version make, per
// class that was run.
const leastCases = 100

func TestCPythonTestsConfirm(t *testing.T) {
	interptest.Each(t, func(t *testing.T, p *interp.Process) {
		if _, err := rulesOf(p.Interpreter.Version); err != nil {
			t.Skip(err)
		}
		r := replay{t: t, py: p.Interpreter.Version, not: map[string]int{}, states: map[string]state{}}
		rec := record(t, p, r.session)
		for _, failed := range rec.Failed {
			t.Errorf("under the recorder CPython's own test fails: %s", failed)
		}
		if want := leastCases * rec.classes; r.cases < want {
			t.Errorf("only %d decodings of %d tests were replayed, want %d: does the recorder still see them?", r.cases, rec.Ran, want)
		}
		fmt.Printf("cpython-codecs %s: %d tests, %d of them skipped; not modelled: %s; not recorded: %s\n",
			p.Interpreter.Full, rec.Ran, rec.SkippedTests, counts(r.not), counts(rec.Skipped))
		interptest.Record(t, "cpython-codecs", p, r.cases, r.bad)
	})
}

func counts(m map[string]int) string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(m)) {
		out = append(out, fmt.Sprintf("%d %s", m[name], name))
	}
	return strings.Join(out, ", ")
}

// state is how a decoder came to be in the state that getstate returned: the
// model has no setstate, but can be led there again.
type state struct{ events []decoding }

// replay decodes with the model.
type replay struct {
	t          *testing.T
	py         ingest.Python
	cases, bad int
	not        map[string]int
	states     map[string]state
}

// shown writes an outcome as confirm_test.go shows one of the model.
func (o outcome) shown() string {
	switch {
	case o.Text != nil:
		return "U " + string(utf32(*o.Text))
	case o.Type == unicodeDecodeError:
		return fmt.Sprintf("E %s: %s %s %d %d %s %x", o.Type, o.Message, o.Codec, o.Start, o.End, o.Reason, []byte(o.Object))
	}
	return "E " + o.Type + ": " + string(o.Message)
}

func (r *replay) check(s decoding, data []byte, got, want string) {
	r.cases++
	if got == want {
		return
	}
	if r.bad++; r.bad <= 10 {
		r.t.Errorf("%s, %s, %s of %.100x: got %.300q, python %.300q", s.Op, s.Encoding, s.Errors, data, got, want)
	}
}

// codec looks up what a session decodes with; it is nil if there is no model or
// Python has no such codec. Names that no Python knows are mostly those of codecs that
// the tests register themselves; some of them hold an address.
func (r *replay) codec(s decoding) *Codec {
	c, fault, err := Lookup(r.py, s.Encoding)
	unknown := "E LookupError: unknown encoding: " + s.Encoding
	switch {
	case err != nil:
		r.not[fmt.Sprintf("%s %v", s.Encoding, errors.Unwrap(err))] += max(1, len(s.Events))
	case fault != nil && s.shown() != unknown && errors.Is(CheckName(r.py, s.Encoding), ErrUnknown):
		r.not["codec of the test's own"] += max(1, len(s.Events))
	case fault != nil:
		r.check(s, s.Data, "E "+fault.Type+": "+fault.Message, s.shown())
	}
	if err != nil || fault != nil {
		return nil
	}
	return c
}

func (r *replay) session(s decoding) {
	if s.Other != nil {
		r.not[s.Encoding+" to "+*s.Other]++
		return
	}
	c := r.codec(s)
	if c == nil {
		return
	}
	switch s.Op {
	case "bytes.decode", "str()":
		r.check(s, s.Data, shown(c.Decode(nil, s.Data, s.Errors)), s.shown())
	case "codecs.decode":
		// Its messages name the codec where bytes.decode takes a short cut.
		if s.Text == nil && s.Type != unicodeDecodeError {
			r.not["codecs.decode raising "+s.Type]++
			return
		}
		r.check(s, s.Data, shown(c.Decode(nil, s.Data, s.Errors)), s.shown())
	case "info.decode":
		r.check(s, s.Data, shown(c.unchained().Decode(nil, s.Data, s.Errors)), s.shown())
	case "function":
		r.function(c.unchained(), s)
	case "incremental":
		r.incremental(c, s)
	case "reader":
		r.reader(c, s)
	}
}

// unchained is the codec as its own decode method works, without what
// bytes.decode adds to exceptions.
func (c *Codec) unchained() *Codec {
	u, rules := *c, *c.rules
	rules.chains = false
	u.rules = &rules
	return &u
}

// function is codecs.utf_8_decode and its like, which keep nothing.
func (r *replay) function(c *Codec, s decoding) {
	k, at := c.kernel, 0
	if c.shape == byteOrder {
		k, at = c.marked.byBOM(s.Data)
	}
	out, used, err := c.drive(k, nil, s.Data, at, s.Final, s.Errors)
	got, want := shown(out, err), s.shown()
	if err == nil {
		got = fmt.Sprintf("%s used %d", got, used)
	}
	if s.Used != nil {
		want = fmt.Sprintf("%s used %d", want, *s.Used)
	}
	r.check(s, s.Data, got, want)
}

// incremental leads a decoder through its recorded life.
func (r *replay) incremental(c *Codec, s decoding) {
	d := c.NewDecoder(s.Errors)
	var life []decoding
	for _, e := range s.Events {
		switch {
		case e.Other != nil:
			r.not[s.Encoding+" to "+*e.Other]++
			return
		case e.GetState != nil:
			r.check(s, nil, hex.EncodeToString(d.Pending()), e.GetState[0])
			r.states[s.Encoding+" "+strings.Join(e.GetState, " ")] = state{slices.Clone(life)}
			continue
		case e.SetState != nil:
			before, ok := r.states[s.Encoding+" "+strings.Join(e.SetState, " ")]
			// Elsewhere than in utf-16 and utf-32, 0 is the start.
			if !ok && (c.shape == byteOrder || e.SetState[0] != "" || e.SetState[1] != "0") {
				r.not["setstate to a state no decoder was in"]++
				return
			}
			d, life = c.NewDecoder(s.Errors), nil
			for _, b := range before.events {
				d.live(b)
			}
			life = slices.Clone(before.events)
			continue
		}
		got := d.live(e)
		life = append(life, e)
		if !e.Reset {
			r.check(s, e.Data, got, e.shown())
		}
	}
}

// live lets one event happen to a decoder.
func (d *Decoder) live(e decoding) string {
	if e.Reset {
		d.Reset()
		return ""
	}
	d.stream.errors = e.Errors
	return shown(d.Decode(nil, e.Data, e.Final))
}

// reader replays what codecs.StreamReader.read asked of its decode method.
func (r *replay) reader(c *Codec, s decoding) {
	d := c.NewStream(s.Errors)
	for _, e := range s.Events {
		switch {
		case e.Other != nil:
			r.not[s.Encoding+" to "+*e.Other]++
			return
		case e.Reset:
			d = c.NewStream(s.Errors)
			continue
		}
		d.errors = e.Errors
		out, used, err := d.Decode(nil, e.Data)
		got, want := shown(out, err), e.shown()
		if err == nil {
			got = fmt.Sprintf("%s used %d", got, used)
		}
		if e.Used != nil {
			want = fmt.Sprintf("%s used %d", want, *e.Used)
		}
		r.check(s, e.Data, got, want)
	}
}
