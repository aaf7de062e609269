package interp_test

import (
	"errors"
	"fmt"
	"maps"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/interp/interptest"
)

// effects is code that does what a call must not, line by line, each in a function
// of its own. OUT is a directory that is not the request's.
const effects = `# -*- coding: utf-8 -*-
from os import remove
from os.path import join
import codecs, io, logging, os, shutil, signal, socket, sqlite3, subprocess, sys, tempfile
from subprocess import Popen
OUT = os.environ['OUT']
PORT = int(os.environ['PORT'])
FILE = join(OUT, 'file')
class Store(object):
    save = open
    def write(self):
        self.save(join(OUT, 'new'), 'w')
def opens(path): open(join(OUT, 'new'), 'w')
def appends(path): open(FILE, mode='a')
def updates(path): open(FILE, 'r+b')
def io_opens(path): io.open(FILE, 'w', encoding='utf-8')
def file_io(path): io.FileIO(FILE, 'w')
class Raw(io.FileIO):
    pass
def raw_io(path):
    with Raw(path) as f:
        return [isinstance(f, io.FileIO), issubclass(Raw, io.FileIO), f.read() != b'']
def codecs_opens(path): codecs.open(FILE, 'w', 'utf-8')
def os_opens(path): os.open(FILE, os.O_WRONLY)
def os_creates(path): os.open(join(OUT, 'new'), os.O_RDONLY | os.O_CREAT)
def relative(path):
    os.chdir(OUT)
    open('new', 'w')
def through_link(path):
    os.symlink(OUT, join(tempfile.gettempdir(), 'link'))
    open(join(tempfile.gettempdir(), 'link', 'new'), 'w')
def method(path): Store().write()
def in_library(path): shutil.copyfile(path, join(OUT, 'new'))
def logs(path): logging.FileHandler(join(OUT, 'log'))
def swallowed(path):
    try:
        open(join(OUT, 'new'), 'w')
    except BaseException:
        pass
    return [1]
def removes(path): os.remove(FILE)
def removes_from(path): remove(FILE)
def unlinks(path): os.unlink(FILE)
def renames(path): os.rename(FILE, join(tempfile.gettempdir(), 'file'))
def renames_to(path): os.rename(path, join(OUT, 'new'))
def makes_directory(path): os.mkdir(join(OUT, 'new'))
def makes_directories(path): os.makedirs(join(OUT, 'new', 'deep'))
def removes_directory(path): os.rmdir(join(OUT, 'dir'))
def removes_tree(path): shutil.rmtree(join(OUT, 'dir'))
def links(path): os.link(path, join(OUT, 'new'))
def symlinks(path): os.symlink('x', join(OUT, 'new'))
def changes_mode(path): os.chmod(FILE, 0)
def changes_times(path): os.utime(FILE, (1, 1))
def makes_fifo(path): os.mkfifo(join(OUT, 'new'))
def database(path): sqlite3.connect(join(OUT, 'db'))
def database_class(path): sqlite3.Connection(join(OUT, 'db'))
def raw_connects(path):
    import _socket
    _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM).connect(('127.0.0.1', PORT))
def raw_sends(path):
    import _socket
    _socket.socket(_socket.AF_INET, _socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', PORT))
def drives(path):
    import psycopg2
    psycopg2.connect('host=127.0.0.1 password=secret')
def drives_method(path):
    from MySQLdb.connections import Connection
    Connection(host='127.0.0.1', passwd='secret')
def connects(path): socket.create_connection(('127.0.0.1', PORT))
def connects_ex(path): socket.socket().connect_ex(('127.0.0.1', PORT))
def connects_unix(path): socket.socket(socket.AF_UNIX).connect(join(OUT, 'socket'))
def sends(path): socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', PORT))
def binds(path): socket.socket().bind(('127.0.0.1', 0))
def runs(path): subprocess.call(['true', 'x'])
def runs_from(path): Popen('true', shell=True)
def system(path): os.system('true')
def popen(path): os.popen('true')
def execs(path): os.execv('/bin/true', ['true'])
def spawns(path): os.spawnv(os.P_WAIT, '/bin/true', ['true'])
def signals(path): os.kill(os.getppid(), signal.SIGKILL)
def in_child(path):
    pid = os.fork()
    if pid == 0:
        open(join(OUT, 'new'), 'w')
        os._exit(0)
    os.waitpid(pid, 0)
    return [1]
def in_thread(path):
    import threading
    t = threading.Thread(target=opens, args=(path,))
    t.start()
    t.join()
    return [1]
class Table(object):
    def __iter__(self):
        return iter([open(join(OUT, 'new'), 'w')])
def in_rows(path): return Table()

def harmless(path):
    tmp = tempfile.mkdtemp()
    with open(join(tmp, 'a'), 'w') as f:
        f.write('x')
    with tempfile.NamedTemporaryFile() as f:
        f.write(b'x')
    os.rename(join(tmp, 'a'), join(tmp, 'b'))
    os.chmod(join(tmp, 'b'), 0)
    os.utime(join(tmp, 'b'), None)
    shutil.rmtree(tmp)
    os.remove(path)
    open(os.devnull, 'w').close()
    open(FILE).close()
    open(FILE, 'rb').close()
    os.listdir(OUT)
    for make in (lambda: os.mkdir(join(OUT, 'dir')), lambda: os.makedirs(join(OUT, 'dir')), lambda: os.remove(join(OUT, 'none')),
                 lambda: os.rename(join(OUT, 'none'), join(OUT, 'other')), lambda: os.symlink('x', FILE)):
        try:
            make()
            return [u'no error']
        except OSError:
            pass
    sqlite3.connect(':memory:').execute('create table t (x)')
    sqlite3.connect(join(tempfile.gettempdir(), 'db')).execute('create table t (x)')
    a, b = socket.socketpair()
    a.send(b'x')
    os.kill(os.getpid(), 0)
    pid = os.fork()
    if pid == 0:
        signal.pause()
    os.kill(pid, signal.SIGTERM)
    os.waitpid(pid, 0)
    return [u'fine']
def reaches(path):
    socket.create_connection(('localhost', PORT)).close()
    s = socket.socket(socket.AF_UNIX)
    s.connect(join(OUT, 'socket'))
    import psycopg2
    from MySQLdb.connections import Connection
    return [subprocess.call(['true']), psycopg2.connect('host=localhost port=%d' % PORT), Connection(host='localhost', port=PORT).made]
def kinds(path):
    import _socket
    s = socket.socket()
    return [isinstance(getattr(s, '_sock', s), _socket.socket), isinstance(3, _socket.socket), isinstance(_socket.socket(), socket.SocketType) or True,
            isinstance(sqlite3.connect(':memory:'), sqlite3.Connection), sqlite3.Connection(':memory:').execute('select 1').fetchone()[0]]
`

// drivers stand for those that connect in C.
var drivers = map[string]string{
	"psycopg2/__init__.py": "from psycopg2._psycopg import _connect\ndef connect(dsn, **kwargs):\n    return _connect(dsn, **kwargs)\n",
	"psycopg2/_psycopg.py": "def _connect(dsn, connection_factory=None):\n    return 'connected'\n",
	"MySQLdb/__init__.py":  "", "MySQLdb/connections.py": "class Connection(object):\n    def __init__(self, *args, **kwargs):\n        self.made = 'made'\n",
}

var effectCases = []struct{ function, code, message string }{
	{"opens", "effect-write", "writes {OUT}/new ("}, {"appends", "effect-write", "writes {OUT}/file ("}, {"updates", "effect-write", "writes {OUT}/file ("},
	{"io_opens", "effect-write", "writes {OUT}/file ("}, {"codecs_opens", "effect-write", "writes {OUT}/file ("}, {"os_opens", "effect-write", "writes {OUT}/file ("}, {"file_io", "effect-write", "writes {OUT}/file ("},
	{"os_creates", "effect-write", "writes {OUT}/new ("}, {"relative", "effect-write", "writes {OUT}/new ("}, {"through_link", "effect-write", "link/new ("},
	{"method", "effect-write", "writes {OUT}/new (effects.py:12 in write)"}, {"in_library", "effect-write", "writes {OUT}/new ("}, {"logs", "effect-write", "writes {OUT}/log ("},
	{"swallowed", "effect-write", "writes {OUT}/new ("}, {"removes", "effect-write", "removes {OUT}/file ("}, {"removes_from", "effect-write", "removes {OUT}/file ("},
	{"unlinks", "effect-write", "removes {OUT}/file ("}, {"renames", "effect-write", "renames {OUT}/file ("}, {"renames_to", "effect-write", "renames to {OUT}/new ("},
	{"makes_directory", "effect-write", "makes directory {OUT}/new ("}, {"makes_directories", "effect-write", "makes directory {OUT}/new ("},
	{"removes_directory", "effect-write", "removes {OUT}/dir ("}, {"removes_tree", "effect-write", "removes {OUT}/dir"}, {"links", "effect-write", "links to {OUT}/new ("},
	{"symlinks", "effect-write", "links {OUT}/new ("}, {"changes_mode", "effect-write", "changes mode of {OUT}/file ("}, {"changes_times", "effect-write", "changes times of {OUT}/file ("},
	{"makes_fifo", "effect-write", "makes {OUT}/new ("}, {"database", "effect-write", "opens database {OUT}/db ("}, {"database_class", "effect-write", "opens database {OUT}/db ("},
	{"raw_connects", "effect-connection", "connects to 127.0.0.1:{PORT} ("}, {"raw_sends", "effect-connection", "sends to 127.0.0.1:{PORT} ("},
	{"drives", "effect-connection", "it connects by psycopg2 ("}, {"drives_method", "effect-connection", "it connects by MySQLdb ("},
	{"connects", "effect-connection", "connects to 127.0.0.1:{PORT} ("}, {"connects_ex", "effect-connection", "connects to 127.0.0.1:{PORT} ("},
	{"connects_unix", "effect-connection", "connects to {OUT}/socket ("}, {"binds", "effect-connection", "binds 127.0.0.1:0 ("}, {"sends", "effect-connection", "sends to 127.0.0.1:"},
	{"runs", "effect-program", "runs true ("}, {"runs_from", "effect-program", "runs "}, {"system", "effect-program", "runs true ("}, {"popen", "effect-program", "runs "},
	{"execs", "effect-program", "runs /bin/true ("}, {"spawns", "effect-program", "runs /bin/true"}, {"signals", "effect-signal", "sends signal 9 to process "},
	{"in_child", "effect-write", "writes {OUT}/new ("}, {"in_thread", "effect-write", "writes {OUT}/new ("}, {"in_rows", "effect-write", "writes {OUT}/new ("},
}

// TestEffectsConfirm: each effect is refused by name and place, and did not happen.
func TestEffectsConfirm(t *testing.T) {
	interptest.Each(t, func(t *testing.T, p *interp.Process) {
		out, port := outside(t)
		files := maps.Clone(drivers)
		files["effects.py"] = effects
		dir := team(t, files)
		e := interp.NewEngine(interp.Options{})
		defer e.Close()
		input := func(function string) ingest.Input {
			in := callInput(p, dir, "effects:"+function)
			in.Call.Env = map[string]string{"OUT": out, "PORT": fmt.Sprint(port), "PATH": os.Getenv("PATH")}
			return in
		}
		before, mismatches := listing(t, out), 0
		words := strings.NewReplacer("{OUT}", out, "{PORT}", fmt.Sprint(port))
		for _, c := range effectCases {
			o, err := run(t.Context(), e, input(c.function))
			problem := judgeCall(o, err, "", c.code, words.Replace(c.message))
			var h *ingest.HarnessError
			if errors.As(err, &h) && !regexp.MustCompile(`\((effects|psycopg2/__init__)\.py:\d+ in \w+\)$`).MatchString(h.Msg) {
				problem = "no place in " + err.Error()
			}
			if after := listing(t, out); after != before {
				problem += fmt.Sprintf("\nit happened: before\n%s\nafter\n%s", before, after)
			}
			if problem != "" {
				mismatches++
				t.Errorf("%s: %s", c.function, problem)
			}
		}
		if o, err := run(t.Context(), e, input("raw_io")); err != nil || oneLine(o) != `true true true` {
			t.Errorf("raw_io: %v, %s", err, oneLine(o))
		}
		if o, err := run(t.Context(), e, input("harmless")); err != nil || oneLine(o) != `"fine"` {
			mismatches++
			t.Errorf("harmless: %v, %s", err, oneLine(o))
		}
		if o, err := run(t.Context(), e, input("kinds")); err != nil || oneLine(o) != `true false true true {"int":"1"}` {
			mismatches++
			t.Errorf("kinds: %v, %s", err, oneLine(o))
		}
		in := input("reaches")
		in.Call.Effects.Allow = []string{fmt.Sprintf("localhost:%d", port), filepath.Join(out, "socket"), "subprocess"}
		if o, err := run(t.Context(), e, in); err != nil || oneLine(o) != expand(`{"int":"0"} {connected} {made}`, p.Interpreter.Version) {
			mismatches++
			t.Errorf("reaches: %v, %s", err, oneLine(o))
		}
		interptest.Record(t, "interp-effects", p, len(effectCases)+2, mismatches)
	})
}

// outside makes a directory that holds what the cases want to change, and servers.
func outside(t *testing.T) (dir string, port int) {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	must(t, err)
	must(t, os.WriteFile(filepath.Join(dir, "file"), []byte("kept"), 0o644))
	must(t, os.Mkdir(filepath.Join(dir, "dir"), 0o755))
	unix, err := net.Listen("unix", filepath.Join(dir, "socket"))
	must(t, err)
	t.Cleanup(func() { unix.Close() })
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { tcp.Close() })
	return dir, tcp.Addr().(*net.TCPAddr).Port
}
