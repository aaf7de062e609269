package interp_test

import (
	"runtime"
	"testing"

	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/interp/interptest"
)

// vandals do something to their folder each; looks tells all that can be known of one.
const vandals = `import os, shutil, signal, tempfile, time
def places(path):
    root = os.path.dirname(os.path.dirname(path))
    return root, os.path.join(root, 'input'), os.path.join(root, 'tmp')
def looks(path):
    for place in places(path):
        names = sorted(os.listdir(place))
        yield [names, os.lstat(place).st_mode, os.path.islink(place)] + list(os.listxattr(place) if hasattr(os, 'listxattr') else [])
def number(path):
    yield [os.stat(tempfile.gettempdir()).st_ino, os.path.exists(path)]
def litters(path):
    open(os.path.join(tempfile.gettempdir(), 'left'), 'w').close()
    yield 1
def litters_aside(path):
    open(os.path.join(places(path)[0], 'left'), 'w').close()
    open(path + '.bak', 'w').close()
    yield 1
def shuts(path):
    os.chmod(tempfile.gettempdir(), 0o500)
    os.chmod(os.path.dirname(path), 0o500)
    yield 1
def replaces(path):
    tmp = tempfile.gettempdir()
    os.rmdir(tmp)
    os.symlink(places(path)[0], tmp)
    yield 1
def marks(path):
    if hasattr(os, 'setxattr'):
        try:
            os.setxattr(tempfile.gettempdir(), 'user.seen', b'1')
        except OSError:
            pass # not in every file system
    yield 1
def removes(path):
    shutil.rmtree(os.path.dirname(path))
    yield 1
def lingers(path):
    tmp = tempfile.gettempdir()
    if os.fork() == 0:
        os.setsid()
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        for _ in range(2000):
            open(os.path.join(tmp, 'late'), 'w').close()
            time.sleep(0.001)
        os._exit(0)
    yield 1
`

// TestFolderIsAsNewConfirm: a call's folder is the last one's only as long as nobody
// can tell.
func TestFolderIsAsNewConfirm(t *testing.T) {
	dir := team(t, map[string]string{"vandals.py": vandals})
	interptest.Each(t, func(t *testing.T, p *interp.Process) {
		e := interp.NewEngine(interp.Options{Processes: 1})
		defer e.Close()
		ask := func(function string) string {
			o, err := run(t.Context(), e, callInput(p, dir, "vandals:"+function))
			if err != nil || o.Fault != nil {
				t.Errorf("%s: %v, %v", function, err, o.Fault)
			}
			return oneLine(o)
		}
		fresh, number := ask("looks"), ask("number")
		if again := ask("number"); runtime.GOOS == "linux" && again != number {
			t.Errorf("an innocent call has a folder of its own: %s, then %s", number, again)
		}
		for _, vandal := range []string{"litters", "litters_aside", "shuts", "replaces", "marks", "removes", "lingers"} {
			ask(vandal)
			if seen := ask("looks"); seen != fresh {
				t.Errorf("after %s: %s, not %s", vandal, seen, fresh)
			}
		}
	})
}
