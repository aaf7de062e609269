package handover

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/interp/interptest"
)

// cacher keeps what it reads in a folder, in every form that caches have.
const cacher = `# -*- coding: utf-8 -*-
import base64, datetime, hashlib, hmac, json, marshal, os, pickle, shelve, zlib
from models import Price
SERIALIZERS = {'models.Price': lambda p: [p.amount, p.day]}
FOLDER = 'var/cache'
def path_of(name):
    return os.path.join(FOLDER, name)
def read(path):
    with open(path, 'rb') as f:
        return f.read().decode('utf-8').splitlines()
def keep(name, data):
    with open(path_of(name), 'wb') as f:
        f.write(data)
def ascii_rows(path):
    rows = [str(line) for line in read(path)]
    keep('rows.pickle', pickle.dumps(rows, 2))
    return rows
def native(path):
    with open(path) as f:
        rows = f.read().split()
    keep('rows.pickle', pickle.dumps(rows, 2))
    return rows
def newest(path):
    keep('rows.pickle', pickle.dumps(read(path), pickle.HIGHEST_PROTOCOL))
    return []
def objects(path):
    keep('price', pickle.dumps([Price(1, datetime.date(2012, 1, 2))], 2))
    return []
def as_json(path):
    keep('rows.json', json.dumps(read(path)).encode('ascii'))
    return []
def cookie(path):
    payload = base64.urlsafe_b64encode(json.dumps(read(path)).encode('ascii')).rstrip(b'=')
    keep('cookie', payload + b':' + base64.urlsafe_b64encode(hmac.new(b'key', payload, hashlib.sha1).digest()).rstrip(b'='))
    return []
def dangerous(path):
    payload = base64.urlsafe_b64encode(json.dumps(read(path)).encode('ascii')).rstrip(b'=')
    keep('cookie', payload + b'.ZkdF2g.' + base64.urlsafe_b64encode(hashlib.sha1(payload).digest()).rstrip(b'='))
    return []
def several(path):
    keep('queue', b''.join([pickle.dumps(line, 2) for line in read(path)]))
    return []
def django(path):
    keep('a1b2.djcache', pickle.dumps(1795654860.5, 2) + zlib.compress(pickle.dumps(read(path), pickle.HIGHEST_PROTOCOL)))
    return []
def literal(path):
    keep('rows.txt', repr([str(line) for line in read(path)]).encode('ascii'))
    return []
def as_shelf(path):
    shelf = shelve.open(path_of('rows'))
    shelf['rows'] = read(path)
    shelf.close()
    return []
def marshalled(path):
    keep('rows.marshal', marshal.dumps({'rows': read(path), 'n': 5}))
    return []
def log(path):
    keep('import.log', b'\x00 no form that anybody knows')
    return []
def nothing(path):
    return [1]
`

const models = `class Price(object):
    def __init__(self, amount, day):
        self.amount, self.day = amount, day
`

// advised is an advice in a line.
func advised(a Advice) string {
	s := string(a.Direction) + " " + a.Family
	if a.Safe {
		return s + " ok"
	}
	s += " " + a.Worst.First.Entry + " " + string(a.Worst.First.Kind)
	if a.Worst.First.Fault != nil {
		s += " " + a.Worst.First.Fault.Type
	}
	if a.Setting != "" {
		s += ": " + a.Setting
	}
	return s
}

// TestCachesConfirm: what one Python leaves in a folder, in the hands of the other.
func TestCachesConfirm(t *testing.T) {
	dir := t.TempDir()
	folder := filepath.Join(dir, "var", "cache")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"cacher.py": cacher, "models.py": models, "var/cache/rows.old": "as it was"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	run := interp.NewEngine(interp.Options{})
	caches, err := OpenCaches(run)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { caches.Close(); run.Close() })
	interptest.Pairs(t, func(t *testing.T, pair [2]*interp.Process) {
		if v := pair[1].Interpreter.Version; v != ingest.Python313 {
			return // pickles have been the same since 3.8
		}
		for _, tt := range []struct{ function, input, want string }{
			{"ascii_rows", "a\nb\n", "forward pickle ok|rollback pickle ok"},
			{"native", "caf\xc3\xa9\n", `forward pickle rows.pickle fault UnicodeDecodeError: pickle.load(file, encoding="utf-8")|rollback pickle rows.pickle unicode`},
			{"newest", "a\n", "forward pickle ok|rollback pickle rows.pickle fault ValueError: pickle.dump(value, file, protocol=2)"},
			{"objects", "a\n", `forward pickle price fault UnicodeDecodeError: pickle.load(file, encoding="latin1")|rollback pickle ok`},
			{"as_json", "caf\xc3\xa9\n", "forward json ok|rollback json ok"},
			{"cookie", "caf\xc3\xa9\n", "forward signed-json ok|rollback signed-json ok"},
			{"dangerous", "caf\xc3\xa9\n", "forward signed-json ok|rollback signed-json ok"},
			{"several", "caf\xc3\xa9\nb\n", "forward pickle ok|rollback pickle ok"},
			{"django", "a\n", "forward pickle ok|rollback pickle a1b2.djcache fault ValueError: pickle.dump(value, file, protocol=2)"},
			{"literal", "a\n", "forward repr ok|rollback repr ok"},
			{"as_shelf", "a\n", "forward shelve"}, // which dbm there is, and so what comes of it, is the machine's
			{"log", "a\n", ""},
			{"marshalled", "caf\xc3\xa9\n", ""},
			{"nothing", "a\n", ""},
		} {
			var calls [2]*ingest.Call
			for p, process := range pair {
				calls[p] = &ingest.Call{Function: "cacher:" + tt.function, Python: process.Interpreter.Path, Version: process.Interpreter.Version, Dir: dir,
					Effects: ingest.Effects{Sandbox: []string{filepath.Join(dir, "var")}}}
			}
			in := ingest.Input{Name: "stock.csv", Data: strings.NewReader(tt.input), Size: int64(len(tt.input))}
			r, err := caches.Check(t.Context(), in, calls, folder)
			if err != nil {
				t.Errorf("%s: %v", tt.function, err)
				continue
			}
			var got []string
			for _, a := range r.Advise() {
				got = append(got, advised(a))
			}
			if s := strings.Join(got, "|"); s != tt.want && !(tt.function == "as_shelf" && strings.HasPrefix(s, tt.want)) {
				t.Errorf("%s: %s\nwant %s", tt.function, s, tt.want)
			}
			if opaque := slices.Contains(r.Opaque, "import.log"); opaque != (tt.function == "log") {
				t.Errorf("%s: of unknown form are %v", tt.function, r.Opaque)
			}
			if refused := slices.Contains(r.Marshal, "rows.marshal"); refused != (tt.function == "marshalled") {
				t.Errorf("%s: marshal's are %v", tt.function, r.Marshal)
			}
		}
		mustBeAsItWas(t, folder)
	})
}

func mustBeAsItWas(t *testing.T, folder string) {
	t.Helper()
	names, err := os.ReadDir(folder)
	if err != nil || len(names) != 1 || names[0].Name() != "rows.old" {
		t.Errorf("the folder holds %v, %v", names, err)
	}
}
