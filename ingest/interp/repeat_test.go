package interp_test

import (
	"strings"
	"testing"
	"time"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/interp/interptest"
)

// clocks looks at the clock in every way that Python has; what was imported by name
// and classes that extend those of datetime are not forgotten.
const clocks = `import datetime, os, random, time
from time import time as by_name
class Moment(datetime.datetime): pass
class Day(datetime.date): pass
NAMES = set(['larch', 'hornbeam', 'alder', 'yew', 'elm', 'oak'])
def looks(path):
    yield int(time.time()) == int(by_name())
    yield datetime.datetime.now().isoformat()[:19]
    yield datetime.datetime.utcnow().isoformat()[:19]
    yield datetime.datetime.today().isoformat()[:19]
    yield Moment.now().isoformat()[:19]
    yield type(Moment.now()).__name__
    yield datetime.date.today().isoformat()
    yield Day.today().isoformat()
    yield time.strftime('%Y-%m-%dT%H:%M:%S')
    yield time.strftime('%Y', (1999, 1, 1, 0, 0, 0, 0, 1, 0))
    yield time.strftime('%Y', time.localtime(0))
    yield time.strftime('%Y-%m-%dT%H:%M:%S', time.localtime())
    yield time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(None))
    yield time.asctime()
    yield time.ctime()
    yield time.asctime(time.gmtime(0))
def reads(path):
    yield repr(time.time())
    yield datetime.datetime.now().isoformat()
    yield repr(getattr(time, 'perf_counter', time.time)())
    yield repr(getattr(time, 'clock_gettime', lambda _: by_name())(0))
def zoned(path):
    yield datetime.datetime.now(datetime.timezone.utc).isoformat()[:19]
    yield datetime.datetime.now(tz=datetime.timezone.utc).isoformat()[19:][-6:]
def order(path):
    return [[list(NAMES)]]
def drawn(path):
    return [[repr(random.random()), os.getpid()]]
`

// TestClockConfirm: a call that is told another clock sees it wherever it looks, the
// same each time; one that is not sees the real one.
func TestClockConfirm(t *testing.T) {
	dir := team(t, map[string]string{"clocks.py": clocks})
	at := time.Date(2031, 3, 4, 5, 6, 7, 0, time.UTC)
	want := `true "T" "T" "T" "T" "Moment" "2031-03-04" "2031-03-04" "T" "1999" "1970" "T" "T" "Tue Mar  4 05:06:07 2031" "Tue Mar  4 05:06:07 2031" "Thu Jan  1 00:00:00 1970"`
	want = strings.ReplaceAll(want, `"T"`, `"2031-03-04T05:06:07"`)
	interptest.Each(t, func(t *testing.T, p *interp.Process) {
		e := interp.NewEngine(interp.Options{})
		defer e.Close()
		call := func(function string, r ingest.Repeat) string {
			in := callInput(p, dir, "clocks:"+function)
			in.Call.Env, in.Call.Repeat = map[string]string{"TZ": "UTC", "LC_ALL": "C.UTF-8"}, r
			o, err := run(t.Context(), e, in)
			if err != nil {
				t.Fatalf("%s: %v", function, err)
			}
			return text(o)
		}
		set := ingest.Repeat{Clock: at, Tick: time.Microsecond}
		mismatches := 0
		check := func(what string, ok bool, got string) {
			if !ok {
				mismatches++
				t.Errorf("%s: %s", what, got)
			}
		}
		got := call("looks", set)
		check("looks", got == want, "\n got "+got+"\nwant "+want)
		if p.Interpreter.Version.Major == 3 {
			got = call("zoned", set)
			check("zoned", got == `"2031-03-04T05:06:07" "+00:00"`, got)
		}
		got = call("reads", set)
		check("the same twice", got == call("reads", set), got)
		check("it goes on", strings.Contains(got, `"2031-03-04T05:06:07.00000`), got)
		check("another hour", got != call("reads", ingest.Repeat{Clock: at.Add(time.Hour), Tick: time.Microsecond}), got)
		real := call("looks", ingest.Repeat{})
		check("the real clock", !strings.Contains(real, "2031") && strings.Contains(real, time.Now().UTC().Format("2006-01-")), real)
		interptest.Record(t, "interp-clock", p, 6, mismatches)
	})
}

// text is oneLine with Python 2's strings as text.
func text(o ingest.Outcome) string {
	for i := range o.Rows {
		if v := &o.Rows[i].Value; v.Kind == ingest.KindBytes {
			v.Kind = ingest.KindText
		}
	}
	return oneLine(o)
}

// TestSeedConfirm: a hash seed is Python 3's alone, and another process another one.
func TestSeedConfirm(t *testing.T) {
	dir := team(t, map[string]string{"clocks.py": clocks})
	interptest.Each(t, func(t *testing.T, p *interp.Process) {
		e := interp.NewEngine(interp.Options{})
		defer e.Close()
		call := func(function string, r ingest.Repeat) string {
			in := callInput(p, dir, "clocks:"+function)
			in.Call.Repeat = r
			o, err := run(t.Context(), e, in)
			if err != nil {
				t.Fatal(err)
			}
			return oneLine(o)
		}
		orders := map[string]bool{}
		for seed := range uint32(4) {
			orders[call("order", ingest.Repeat{Seed: seed})] = true
		}
		if one := len(orders) == 1; one != (p.Interpreter.Version.Major == 2) {
			t.Errorf("%d orders under 4 seeds", len(orders))
		}
		if a, b := call("drawn", ingest.Repeat{}), call("drawn", ingest.Repeat{Process: 1}); a == b {
			t.Errorf("two processes draw %s", a)
		}
	})
}
