package interp_test

import (
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/interp/interptest"
)

// stateful is code that remembers: in globals, in a cache keyed by file name, in
// files and in the environment. Every function must give the same in any order.
const stateful = `# -*- coding: utf-8 -*-
import csv, decimal, os, random, socket, tempfile
LOG = open(os.environ['LOG'], 'a')
PEER = socket.create_connection(('127.0.0.1', int(os.environ['PORT'])))
CACHE, CALLS = {}, []
def cached(path):
    key = os.path.basename(path)
    if key not in CACHE:
        with open(path) as f:
            CACHE[key] = f.read().split()
    return CACHE[key]
def counts(path):
    CALLS.append(path)
    return [len(CALLS)]
def environment(path):
    was = os.environ.get('SEEN')
    os.environ['SEEN'] = 'yes'
    return [was]
def limits(path):
    was = csv.field_size_limit(7)
    decimal.getcontext().prec = 3
    return [was, decimal.Decimal(1) / 3]
def leaves(path):
    old = sorted(os.listdir(tempfile.gettempdir()))
    open(os.path.join(tempfile.gettempdir(), 'left'), 'w').close()
    os.remove(path)
    return [old, sorted(os.listdir(os.path.dirname(path)))]
def moves(path):
    was = os.getcwd() == os.environ['WHERE']
    os.chdir('/')
    return [was]
def logs(path):
    LOG.write('called\n')
    LOG.flush()
    return [u'logged']
def inherits(path):
    try:
        PEER.sendall(b'x')
        return [PEER.recv(1)]
    except (OSError, IOError):
        return [u'cut off']
def patches(path):
    was = csv.reader.__name__
    csv.reader = None
    return [was]
def threads(path):
    import threading, time
    threading.Thread(target=time.sleep, args=(600,)).start()
    return [threading.active_count()]
`

var statefulWants = map[string]string{
	"cached": `{cached}`, "counts": `{"int":"1"}`, "environment": `null`, "limits": `{"int":"131072"} {"decimal":"0.333"}`,
	"leaves": `[] []`, "moves": `true`, "logs": `"logged"`, "inherits": `"cut off"`, "patches": `{reader}`, "threads": `{"int":"2"}`,
}

// TestOrderConfirm: the order of requests changes no outcome, whoever asks at once.
func TestOrderConfirm(t *testing.T) {
	dir := team(t, map[string]string{"stateful.py": stateful})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	interptest.Each(t, func(t *testing.T, p *interp.Process) {
		log := filepath.Join(t.TempDir(), "log")
		e := interp.NewEngine(interp.Options{Processes: 2})
		defer e.Close()
		var functions []string
		for f := range statefulWants {
			functions = append(functions, f, f, f)
		}
		rand.Shuffle(len(functions), func(i, j int) { functions[i], functions[j] = functions[j], functions[i] })
		real, _ := filepath.EvalSymlinks(dir)
		one := func(n int) {
			f := functions[n]
			in := callInput(p, dir, "stateful:"+f)
			data := fmt.Sprintf("%d", n)
			in.Data, in.Size = strings.NewReader(data), int64(len(data))
			in.Call.Env = map[string]string{"LOG": log, "PORT": fmt.Sprint(listener.Addr().(*net.TCPAddr).Port), "WHERE": real}
			want := expand(statefulWants[f], p.Interpreter.Version)
			if f == "cached" {
				want = `"` + data + `"`
				if p.Interpreter.Version.Major == 2 {
					want = fmt.Sprintf(`{"bytes":"%x"}`, data)
				}
			}
			if f == "patches" {
				want = map[int]string{2: `{"bytes":"726561646572"}`, 3: `"reader"`}[p.Interpreter.Version.Major]
			}
			if o, err := run(t.Context(), e, in); err != nil || oneLine(o) != want {
				t.Errorf("%s as number %d: %v, %s, want %s", f, n, err, oneLine(o), want)
			}
		}
		var wg sync.WaitGroup
		for worker := range 2 {
			wg.Go(func() {
				for n := worker; n < len(functions); n += 2 {
					one(n)
				}
			})
		}
		wg.Wait()
		if text, err := os.ReadFile(log); err != nil || len(text) > 0 {
			t.Errorf("the log holds %q, %v", text, err)
		}
		listener.(*net.TCPListener).SetDeadline(time.Now().Add(time.Second))
		conn, err := listener.Accept()
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		conn.SetReadDeadline(time.Now().Add(10 * time.Millisecond))
		if n, err := conn.Read(make([]byte, 1)); n > 0 {
			t.Errorf("a call reached the peer of its parent: %d bytes, %v", n, err)
		}
	})
}

// keeper writes in directories that others use as well.
const keeper = `import os
HERE = os.path.dirname(os.path.abspath(__file__))
def change(path):
    box = os.path.join(HERE, 'box')
    before = [(d, sorted(ds), sorted(fs)) for d, ds, fs in sorted((os.path.relpath(d, box), ds, fs) for d, ds, fs in os.walk(box))]
    kept = open(os.path.join(box, 'kept')).read()
    with open(os.path.join(box, 'kept'), 'r+') as f:
        f.write('KEPT')
    os.remove(os.path.join(box, 'gone'))
    os.rename(os.path.join(box, 'sub'), os.path.join(box, 'other'))
    os.mkdir(os.path.join(box, 'sub'))
    os.mkdir(os.path.join(box, 'gone'))
    os.remove(os.path.join(box, 'link'))
    os.symlink('elsewhere', os.path.join(box, 'link'))
    os.chmod(os.path.join(box, 'shut'), 0)
    os.mkdir(os.path.join(HERE, 'new'))
    open(os.path.join(HERE, 'new', 'file'), 'w').close()
    yield [len(before), kept]
    yield 'x' * 200000
    raise ValueError('late')
`

func TestSandboxConfirm(t *testing.T) {
	interptest.Each(t, func(t *testing.T, p *interp.Process) {
		dir := team(t, map[string]string{"keeper.py": keeper})
		box := filepath.Join(dir, "box")
		for _, d := range []string{"sub/deep", "shut"} {
			must(t, os.MkdirAll(filepath.Join(box, d), 0o755))
		}
		for _, f := range []string{"kept", "gone", "sub/deep/file"} {
			must(t, os.WriteFile(filepath.Join(box, f), []byte("kept"), 0o640))
		}
		must(t, os.Symlink("kept", filepath.Join(box, "link")))
		before := listing(t, dir)
		e := interp.NewEngine(interp.Options{})
		defer e.Close()
		var wg sync.WaitGroup
		for range 2 {
			wg.Go(func() {
				for range 3 {
					in := callInput(p, dir, "keeper:change")
					in.Call.Effects.Sandbox = []string{box, filepath.Join(dir, "new")}
					o, err := run(t.Context(), e, in)
					if err != nil || len(o.Rows) != 2 || o.Fault == nil || o.Fault.Message != "late" || o.Rows[0].Value.Items[1].Str != "kept" {
						t.Errorf("%v, %.200s", err, oneLine(o))
					}
				}
			})
		}
		wg.Wait()
		if after := listing(t, dir); after != before {
			t.Errorf("before\n%s\nafter\n%s", before, after)
		}
	})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// listing is everything about a directory that a restored one must have again.
func listing(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	must(t, filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if err != nil {
			return err
		}
		text, link := []byte(nil), ""
		if info.Mode().IsRegular() {
			text, err = os.ReadFile(path)
		} else if info.Mode()&os.ModeSymlink != 0 {
			link, err = os.Readlink(path)
		}
		rel, _ := filepath.Rel(dir, path)
		when := info.ModTime().UnixNano()
		if path == dir || link != "" { // "new" came and went; a link's time nobody sets
			when = 0
		}
		fmt.Fprintf(&b, "%s %s %d %q %s\n", rel, info.Mode(), when, text, link)
		return err
	}))
	return b.String()
}

// TestSandboxRefused: what cannot be restored is not given to the call.
func TestSandboxRefused(t *testing.T) {
	found := interp.Find(t.Context())
	if len(found) == 0 {
		t.Skip("no python found")
	}
	dir := team(t, map[string]string{"keeper.py": keeper, "file": ""})
	e := interp.NewEngine(interp.Options{})
	defer e.Close()
	in := input("", ingest.Settings{})
	in.Call = &ingest.Call{Function: "keeper:change", Python: found[0].Path, Dir: dir}
	in.Call.Effects.Sandbox = []string{filepath.Join(dir, "file", "below")}
	_, err := run(t.Context(), e, in)
	if problem := judgeCall(ingest.Outcome{}, err, "", "sandbox-failed", "keep sandbox"); problem != "" {
		t.Error(problem)
	}
}
