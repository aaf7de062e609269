package interp_test

import (
	"testing"

	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/interp/interptest"
)

// threaded is code with a thread of its import, or without one, whose calls log from
// a thread of their own.
const threaded = `import logging, random, sys, threading
def crowd():
    t = threading.Thread(target=threading.Event().wait)
    t.daemon = True
    t.start()
class Said(logging.Handler):
    said = []
    def emit(self, record):
        self.said.append(record.getMessage())
LOG = logging.getLogger('threaded')
LOG.addHandler(Said())
def logs(path):
    threads = len(threading.enumerate())
    t = threading.Thread(target=LOG.warning, args=('said',))
    t.daemon = True
    t.start()
    t.join(5)
    return [Said.said == ['said'], threading._after_fork.__code__.co_name == '_after_fork', threads]
random.seed(7)
FIRST = random.Random(7).random()
def draws(path):
    return [(random.random() == FIRST) == (sys.version_info < (3, 7))]
`

// TestForkConfirm: a child is as Python's own fork leaves it, whatever its parent spares
// itself: the locks of logging are free, no thread of the parent's is left, 3.7 and later
// draw other numbers, and what stood in for functions of the library is gone.
func TestForkConfirm(t *testing.T) {
	dir := team(t, map[string]string{"threaded.py": threaded})
	interptest.Each(t, func(t *testing.T, p *interp.Process) {
		e := interp.NewEngine(interp.Options{})
		defer e.Close()
		for _, setup := range []string{"", "threaded:crowd"} {
			for function, want := range map[string]string{"logs": `true true {"int":"1"}`, "draws": `true`} {
				in := callInput(p, dir, "threaded:"+function)
				in.Call.Setup = setup
				if o, err := run(t.Context(), e, in); err != nil || oneLine(o) != want {
					t.Errorf("%s with setup %q: %v, %s, want %s", function, setup, err, oneLine(o), want)
				}
			}
		}
	})
}
