package interp_test

import (
	"strings"
	"testing"
	"time"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/interp/interptest"
)

// hostile is code that a sweep must survive. What it makes is bounded even where
// nothing stops it: the machine is shared.
const hostile = `# -*- coding: utf-8 -*-
import ctypes, os, signal, sys, threading, time
LIBC = ctypes.CDLL(None)
def loops(path):
    yield u'a'
    while True:
        pass
def loops_in_c(path):
    return [10 ** 10 ** 9]
def ignores_signals(path):
    for n in range(1, 32):
        try:
            signal.signal(n, signal.SIG_IGN)
        except (ValueError, OSError, RuntimeError):
            pass
    while True:
        time.sleep(600)
def stops(path):
    os.kill(os.getpid(), signal.SIGSTOP)
def bomb(path):
    end = time.time() + 20
    while time.time() < end:
        os.fork()
    time.sleep(600)
def bomb_in_c(path):
    for n in range(400):
        if LIBC.fork() == 0:
            time.sleep(600)
    time.sleep(600)
def threads(path):
    for n in range(10):
        threading.Thread(target=time.sleep, args=(600,)).start()
    return [u'done']
def allocates(path):
    yield u'a'
    kept = []
    while True:
        kept.append(b'x' * (100 << 20))
def allocates_at_once(path):
    return [len(bytearray(10 << 30))]
def allocates_small(path):
    rows = []
    while True:
        rows.append([len(rows)])
def large_row(path):
    yield u'a'
    yield [u'x' * (10 << 20)] * 5
def counts_on(path):
    n = 0
    while True:
        yield n
        n += 1
def four(path):
    return iter(range(4))
def catches_memory(path):
    try:
        bytearray(10 << 30)
    except MemoryError:
        return [u'caught']
def recurses(path):
    return recurses(path)
def exits(path):
    yield u'a'
    os._exit(0)
def segfaults(path):
    yield u'a'
    ctypes.string_at(0)
def aborts(path):
    os.abort()
def prints(path):
    line = 'x' * (1 << 20)
    for n in range(1024):
        sys.stdout.write(line)
        sys.stderr.write('y')
    return [u'printed']
def closes(path):
    os.closerange(0, 65536)
    return [u'lost']
def closes_and_writes(path):
    os.closerange(0, 65536)
    fds = [os.open(path, os.O_RDONLY) for n in range(300)]
    return [u'lost', len(fds)]
class Silent(Exception):
    def __str__(self):
        raise self
    __repr__ = __unicode__ = __str__
def silent(path):
    raise Silent()
class Endless(Exception):
    def __str__(self):
        while True: pass
def endless(path):
    raise Endless()
class Leaves(Exception):
    def __str__(self):
        sys.exit(0)
def leaves(path):
    raise Leaves()
def shouts(path):
    raise ValueError('x' * (10 << 20))
def breaks_runner(path):
    sys.stdout = sys.stderr = None
    sys.setrecursionlimit(60)
    os.environ.clear()
    return [u'fine']
def forgets(path):
    os.chmod(os.path.dirname(os.path.dirname(path)), 0)
    return [u'fine']
def interrupts(path):
    raise KeyboardInterrupt
`

// hostileCases: named outcomes, or harness errors, as in callCases.
var hostileCases = []struct {
	function string
	want     string
	harness  string
}{
	{function: "loops", want: `"a" {"fault":{"type":"timeout","message":"stopped after 500ms","row":2}}`},
	{function: "loops_in_c", want: `{"fault":{"type":"timeout","message":"stopped after 500ms","row":1}}`},
	{function: "ignores_signals", want: `{"fault":{"type":"timeout","message":"stopped after 500ms","row":1}}`},
	{function: "stops", want: `{"fault":{"type":"timeout","message":"stopped after 500ms","row":1}}`},
	{function: "bomb", want: `{"fault":{"type":"process-limit","message":"made too many processes","row":1}}`},
	{function: "bomb_in_c", want: `{"fault":{"type":"process-limit","message":"made too many processes","row":1}}`},
	{function: "threads", want: `"done"`},
	{function: "allocates", want: `"a" {"fault":{"type":"memory-limit","message":"needed more than 128 MB","row":2}}`},
	{function: "allocates_at_once", want: `{"fault":{"type":"memory-limit","message":"needed more than 128 MB","row":1}}`},
	{function: "allocates_small", want: `{"fault":{"type":"memory-limit","message":"needed more than 128 MB","row":1}}`},
	{function: "large_row", want: `"a" {"fault":{"type":"memory-limit","message":"needed more than 128 MB","row":2}}`},
	{function: "counts_on", want: `{"int":"0"} {"int":"1"} {"int":"2"} {"int":"3"} {"fault":{"type":"row-limit","message":"gave more than 4 rows","row":5}}`},
	{function: "four", want: `{"int":"0"} {"int":"1"} {"int":"2"} {"int":"3"}`},
	{function: "catches_memory", want: `"caught"`},
	{function: "recurses", want: `{recursion}`},
	{function: "exits", want: `"a" {"fault":{"type":"crash","message":"exited with status 0","row":2}}`},
	{function: "segfaults", want: `"a" {"fault":{"type":"crash","message":"killed by signal 11 (segmentation fault)","row":2}}`},
	{function: "aborts", want: `{"fault":{"type":"crash","message":"killed by signal 6 (aborted)","row":1}}`},
	{function: "prints", want: `"printed"`},
	{function: "closes", harness: "result-pipe-closed"},
	{function: "closes_and_writes", harness: "result-pipe-closed"},
	{function: "silent", want: `{"fault":{"type":"Silent","message":"<Silent that cannot be shown>","row":1}}`},
	{function: "endless", want: `{"fault":{"type":"timeout","message":"stopped after 500ms","row":1}}`},
	{function: "leaves", want: `{"fault":{"type":"Leaves","message":"Leaves()","row":1}}`},
	{function: "shouts", want: `{"fault":{"type":"ValueError","message":"` + strings.Repeat("x", 1<<16) + `","row":1}}`},
	{function: "breaks_runner", want: `"fine"`},
	{function: "forgets", want: `"fine"`},
	{function: "interrupts", want: `{"fault":{"type":"KeyboardInterrupt","message":"","row":1}}`},
}

// TestHostileConfirm: whatever a call does, it has a name and an end, and the next
// one is run.
func TestHostileConfirm(t *testing.T) {
	dir := team(t, map[string]string{"hostile.py": hostile})
	t.Setenv("TMPDIR", t.TempDir())
	interptest.Each(t, func(t *testing.T, p *interp.Process) {
		if !thorough(t, p) {
			return
		}
		patient, hasty := interp.NewEngine(interp.Options{Processes: 1}), interp.NewEngine(interp.Options{Timeout: 500 * time.Millisecond, Processes: 1})
		defer patient.Close()
		defer hasty.Close()
		mismatches := 0
		for _, c := range hostileCases {
			e := patient
			if strings.Contains(c.want, ingest.FaultTimeout) {
				e = hasty
			}
			in := callInput(p, dir, "hostile:"+c.function)
			in.Call.MaxMemory, in.Call.MaxRows = 128<<20, 4
			start := time.Now()
			o, err := run(t.Context(), e, in)
			problem := judgeCall(o, err, expand(c.want, p.Interpreter.Version), c.harness, "")
			if d := time.Since(start); d > 30*time.Second {
				problem += "\nit took " + d.String()
			}
			if problem != "" {
				mismatches++
				t.Errorf("%s: %.500s", c.function, problem)
			}
		}
		interptest.Record(t, "interp-hostile", p, len(hostileCases), mismatches)
	})
}

// thorough reports whether a test that takes its time is run on a Python: on the
// newest, and on those for which the runner does something else than for it, 2.7 and
// 3.7 as the last without audit events; on every one under "make confirm".
func thorough(t *testing.T, p *interp.Process) bool {
	t.Helper()
	found, v := interp.Find(t.Context()), p.Interpreter.Version
	return v == ingest.Python27 || v == ingest.Python{Major: 3, Minor: 7} || v == found[len(found)-1].Version || interptest.Cases(1000) >= 1000
}
