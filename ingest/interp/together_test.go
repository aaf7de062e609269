package interp_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/interp/interptest"
)

// lasting is code that tells how many calls its process has answered, and how it may end.
const lasting = `# -*- coding: utf-8 -*-
import os, threading, time
CALLS = []
def number(path):
    CALLS.append(path)
    return [[len(CALLS), open(path).read()]]
def refuses(path):
    CALLS.append(path)
    yield [len(CALLS)]
    raise ValueError('no')
def one(path):
    return 1
def exits(path):
    os._exit(3)
def hangs(path):
    while True: pass
def closes(path):
    os.closerange(3, 200)
    return number(path)
def writes(path):
    open(os.path.join(os.path.dirname(os.path.abspath(__file__)), 'left'), 'w')
def dies(path):
    def end():
        time.sleep(0.05)
        os._exit(0)
    threading.Thread(target=end).start()
    return number(path)
def waits(path):
    time.sleep(0.2)
    return number(path)
`

// togetherTurns are calls that are made one after the other, three to a process, and what
// came of each. After whatever ended a process the next one counts from one again.
var togetherTurns = []struct{ function, want string }{
	{"number", `[{"int":"1"}`}, {"number", `[{"int":"2"}`}, {"number", `[{"int":"3"}`}, {"number", `[{"int":"1"}`},
	{"refuses", `[{"int":"2"}] ValueError: no`}, {"one", "nothing-to-compare"}, {"number", `[{"int":"1"}`},
	{"exits", "crash: exited with status 3"}, {"number", `[{"int":"1"}`},
	{"hangs", "timeout: stopped after 1s"}, {"number", `[{"int":"1"}`}, {"writes", "effect-write"}, {"closes", `[{"int":"1"}`},
	{"dies", `[{"int":"2"}`}, {"waits", ""}, {"number", `[{"int":"1"}`},
}

// TestTogetherConfirm: calls that share a process see each other, what ends it is the
// outcome of the call that did, and what follows is not lost.
func TestTogetherConfirm(t *testing.T) {
	dir := team(t, map[string]string{"lasting.py": lasting})
	interptest.Each(t, func(t *testing.T, p *interp.Process) {
		e := interp.NewEngine(interp.Options{Timeout: time.Second})
		defer e.Close()
		shared := e.Together(3)
		for i, turn := range togetherTurns {
			in := callInput(p, dir, "lasting:"+turn.function)
			data := fmt.Sprintf("input %d", i)
			in.Data, in.Size = strings.NewReader(data), int64(len(data))
			o, err := run(t.Context(), shared, in)
			if got := told(o, err); !strings.HasPrefix(got, turn.want) {
				t.Errorf("call %d, %s: got %s, want %s", i+1, turn.function, got, turn.want)
			}
			if strings.Contains(turn.want, "int") && turn.function == "number" && !strings.Contains(oneLine(o), data) && !strings.Contains(oneLine(o), fmt.Sprintf("%x", data)) {
				t.Errorf("call %d read %s, want %q", i+1, oneLine(o), data)
			}
			if alone, err := run(t.Context(), e, in); turn.function == "number" && (err != nil || !strings.HasPrefix(oneLine(alone), `[{"int":"1"}`)) {
				t.Errorf("call %d, alone: %s, %v, want the first of its process", i+1, oneLine(alone), err)
			}
		}
	})
}

func told(o ingest.Outcome, err error) string {
	if h := new(ingest.HarnessError); errors.As(err, &h) {
		return h.Code + ": " + h.Msg
	}
	if o.Fault != nil {
		rows := o.Fault.Type + ": " + o.Fault.Message
		o.Fault = nil
		return strings.TrimSpace(oneLine(o) + " " + rows)
	}
	return oneLine(o)
}
