package interp_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/interp/interptest"
)

// worker is a module whose import starts a thread that does its work.
const worker = `import threading
try:
    import queue
except ImportError:
    import Queue as queue
asked, answered = queue.Queue(), queue.Queue()
def work():
    while True:
        answered.put(asked.get() + u'!')
thread = threading.Thread(target=work, name='worker 1')
thread.daemon = True
thread.start()
done = threading.Thread(target=int)
done.start()
done.join()
def by_thread(path):
    asked.put(u'a')
    return [answered.get(True, 600)]
def alone(path):
    return [u'b']
`

// TestThreadsConfirm: what waits for a thread that the import has started waits for
// ever in a process that was forked. That is no outcome, and says what to do about it; a
// call that needs none of the threads is made, and its recording names them.
func TestThreadsConfirm(t *testing.T) {
	dir := team(t, map[string]string{"worker.py": worker})
	interptest.Each(t, func(t *testing.T, p *interp.Process) {
		e := interp.NewEngine(interp.Options{Timeout: 2 * time.Second})
		defer e.Close()
		in := callInput(p, dir, "worker:by_thread")
		_, err := run(t.Context(), e, in)
		var h *ingest.HarnessError
		if !errors.As(err, &h) || h.Code != "threads-at-import" || !strings.Contains(h.Msg, "worker:by_thread: stopped after 2s") || !strings.Contains(h.Msg, "worker 1") || !strings.Contains(h.Hint, "isolation: process") {
			t.Errorf("forked: %v", err)
		}
		in.Call.Isolation = ingest.IsolationProcess
		if o, err := run(t.Context(), e, in); err != nil || oneLine(o) != `"a!"` {
			t.Errorf("on its own: %s, %v", oneLine(o), err)
		}
		rows, err := e.Ingest(t.Context(), callInput(p, dir, "worker:alone"))
		must(t, err)
		o, err := ingest.Collect(rows)
		if rec := ingest.RecordingOf(rows); err != nil || oneLine(o) != `"b"` || len(rec.Threads) != 1 || rec.Threads[0] != "worker 1" {
			t.Errorf("a call that needs none: %s, %v, %+v", oneLine(o), err, rec)
		}
	})
}
