package interp_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/interp"
)

// project is a small Django project with two databases in files.
const project = `# -*- coding: utf-8 -*-
import os
import django
from django.conf import settings
HERE = os.path.dirname(os.path.abspath(__file__))
DATABASES = {alias: {'ENGINE': 'django.db.backends.sqlite3', 'NAME': os.path.join(HERE, name)}
             for alias, name in (('default', 'test.db'), ('other', 'live.db'))}
DATABASES['far'] = {'ENGINE': 'fardb', 'NAME': ':memory:', 'HOST': '127.0.0.2'}
settings.configure(DATABASES=DATABASES, INSTALLED_APPS=['project'], USE_TZ=False, DEFAULT_AUTO_FIELD='django.db.models.AutoField')
django.setup()
from django.db import connections, models, transaction
class Stock(models.Model):
    sku = models.CharField(max_length=20)
    seen = models.DateTimeField(auto_now=True)
    class Meta:
        app_label = 'project'
def setup():
    for alias in ('default', 'other'):
        with connections[alias].schema_editor() as editor:
            if 'project_stock' not in connections[alias].introspection.table_names():
                editor.create_model(Stock)
    Stock.objects.count()  # leaves the connection open
def load(path):
    with transaction.atomic():
        for line in open(path):
            Stock.objects.create(sku=line.strip())
    try:
        with transaction.atomic():
            Stock.objects.create(sku=u'undone')
            raise ValueError
    except ValueError:
        pass
def table():
    return Stock.objects.order_by('sku')
def count():
    yield Stock.objects.count()
def nothing(path):
    pass
def load_other(path):
    Stock.objects.using('other').create(sku=u'x')
def load_threads(path):
    import threading
    def create():
        with transaction.atomic():
            Stock.objects.create(sku=u'thread')
        SEEN.append(Stock.objects.count())
    t = threading.Thread(target=create)
    t.start()
    t.join()
SEEN = []
def seen():
    yield SEEN
def load_far(path):
    SEEN.append(connections['far'].cursor() is not None)
NAME = DATABASES['default']['NAME']
def create(alias='default'):
    Stock.objects.using(alias).create(sku=u'x')
    return connections[alias]
def commits(path): create().cursor().execute('  commit')
def ends(path): create().cursor().execute('END TRANSACTION')
def commits_raw(path): create().connection.commit()
def rolls_back(path): create().cursor().execute('ROLLBACK')
def scripts(path): create().connection.executescript('select 1')
def commits_in_thread(path):
    import threading
    t = threading.Thread(target=commits, args=(path,))
    t.start()
    t.join()
def commits_by_django(path):
    create()
    transaction.commit()
def commits_in_block(path):
    with transaction.atomic():
        transaction.commit()
def beside(path):
    import sqlite3
    sqlite3.connect(NAME).execute('select 1')
def attaches(path): create().cursor().execute("ATTACH DATABASE '%s' AS o" % DATABASES['other']['NAME'])
def savepoints(path):
    c = create().cursor()
    c.execute('SAVEPOINT a')
    c.execute('ROLLBACK TO a')
    c.execute('RELEASE a')
def commits_far(path):
    connections['far'].cursor().execute('SAVEPOINT a')
    connections['far'].cursor().execute('ROLLBACK TO a')
    connections['far'].cursor().execute('select 1; COMMIT')
def raises(path):
    Stock.objects.create(sku=u'x')
    raise ValueError('late')
`

// TestRollbackConfirm: a call works in Django's database, compares what it left
// there, and leaves nothing. It needs the environments of "make shop".
func TestRollbackConfirm(t *testing.T) {
	for _, name := range []string{"py27", "py311"} {
		python, err := filepath.Abs(filepath.Join("..", "..", ".cache", "shop", name, "bin", "python"))
		must(t, err)
		if _, err := os.Stat(python); err != nil {
			t.Skip("no environment with Django: make shop makes them")
		}
		t.Run(name, func(t *testing.T) { rollback(t, python) })
	}
}

func rollback(t *testing.T, python string) {
	dir := team(t, map[string]string{"project.py": project, "fardb/__init__.py": "", "fardb/base.py": "from django.db.backends.sqlite3.base import DatabaseWrapper as Base\nclass DatabaseWrapper(Base):\n    vendor = 'postgresql'\n    def get_new_connection(self, params):\n        return Far(Base.get_new_connection(self, params))\nclass Far(object):\n    def __init__(self, real):\n        self.__dict__['real'] = real\n    def __setattr__(self, name, value):\n        setattr(self.real, name, value)\n    def __getattr__(self, name):\n        if name == 'set_authorizer':\n            raise AttributeError(name)\n        return getattr(self.real, name)\n"})
	e := interp.NewEngine(interp.Options{})
	defer e.Close()
	call := func(function, collect string, databases ...string) (ingest.Outcome, error) {
		in := input("b\na\n", ingest.Settings{})
		in.Call = &ingest.Call{Function: "project:" + function, Collect: "project:" + collect, Setup: "project:setup", Python: python, Dir: dir}
		for _, db := range databases {
			in.Call.Effects.Rollback = append(in.Call.Effects.Rollback, filepath.Join(dir, db))
		}
		return run(t.Context(), e, in)
	}
	const want = `{"dict":[["__class__","project.Stock"],["sku","a"]]} {"dict":[["__class__","project.Stock"],["sku","b"]]}`
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			if o, err := call("load", "table", "test.db"); err != nil || oneLine(o) != want {
				t.Errorf("load: %v, %s", err, oneLine(o))
			}
		})
	}
	wg.Wait()
	if o, err := call("raises", "count", "test.db"); err != nil || oneLine(o) != `{"int":"1"} {"fault":{"type":"ValueError","message":"late","row":2}}` {
		t.Errorf("raises: %v, %s", err, oneLine(o))
	}
	if o, err := call("nothing", "count", "test.db"); err != nil || oneLine(o) != `{"int":"0"}` {
		t.Errorf("afterwards: %v, %s", err, oneLine(o))
	}
	if o, err := call("load_threads", "seen", "test.db"); err != nil || oneLine(o) != `[{"int":"1"}]` {
		t.Errorf("in a thread: %v, %s", err, oneLine(o))
	}
	if o, err := call("nothing", "count", "test.db"); err != nil || oneLine(o) != `{"int":"0"}` {
		t.Errorf("after a thread: %v, %s", err, oneLine(o))
	}
	if o, err := call("savepoints", "count", "test.db"); err != nil || oneLine(o) != `{"int":"1"}` {
		t.Errorf("savepoints: %v, %s", err, oneLine(o))
	}
	if o, err := call("commits_in_block", "count", "test.db"); err != nil || !strings.Contains(oneLine(o), "TransactionManagementError") {
		t.Errorf("what Django refuses in production, too: %v, %s", err, oneLine(o))
	}
	for _, c := range []struct {
		function, code, message string
		databases               []string
	}{
		{"commits", "effect-commit", "it ends the transaction in database " + filepath.Join(dir, "test.db") + " that is to be rolled back: COMMIT, after writing to project_stock (project.py:", []string{"test.db"}},
		{"ends", "effect-commit", "rolled back: COMMIT, after writing to project_stock (project.py:", []string{"test.db"}},
		{"commits_raw", "effect-commit", "rolled back: COMMIT, after writing to project_stock (project.py:", []string{"test.db"}},
		{"rolls_back", "effect-commit", "rolled back: ROLLBACK, after writing to project_stock (project.py:", []string{"test.db"}},
		{"scripts", "effect-commit", "rolled back: COMMIT, after writing to project_stock (project.py:", []string{"test.db"}},
		{"commits_in_thread", "effect-commit", "rolled back: COMMIT, after writing to project_stock (project.py:", []string{"test.db"}},
		{"commits_by_django", "effect-commit", "rolled back: by Django, after writing to project_stock (project.py:", []string{"test.db"}},
		{"beside", "effect-database", "connects to database " + filepath.Join(dir, "test.db") + " beside Django, where nothing is rolled back (project.py:", []string{"test.db"}},
		{"attaches", "effect-write", "opens database " + filepath.Join(dir, "live.db") + " (project.py:", []string{"test.db"}},
		{"load_far", "effect-database", "connects to database :memory: (project.py:", nil},
		{"load_other", "effect-database", "connects to database " + filepath.Join(dir, "live.db") + " (project.py:", []string{"test.db"}},
		{"load", "effect-write", "opens database " + filepath.Join(dir, "test.db") + " (project.py:", nil},
		{"load", "rollback-failed", "Django has no database of that NAME", []string{"none.db"}},
	} {
		_, err := call(c.function, "count", c.databases...)
		if problem := judgeCall(ingest.Outcome{}, err, "", c.code, c.message); problem != "" {
			t.Errorf("%s with %v: %s", c.function, c.databases, problem)
		}
	}
	in := input("a\n", ingest.Settings{})
	in.Call = &ingest.Call{Function: "project:commits_far", Collect: "project:count", Setup: "project:setup", Python: python, Dir: dir}
	in.Call.Effects.Rollback = []string{":memory:"}
	_, err := run(t.Context(), e, in)
	if problem := judgeCall(ingest.Outcome{}, err, "", "effect-commit", "it ends the transaction in database :memory: that is to be rolled back: COMMIT (project.py:"); problem != "" {
		t.Errorf("a server: %s", problem)
	}
	in.Call = &ingest.Call{Function: "project:load_far", Collect: "project:seen", Setup: "project:setup", Python: python, Dir: dir}
	in.Call.Effects.Allow = []string{"127.0.0.2:5432"}
	if o, err := run(t.Context(), e, in); err != nil || oneLine(o) != `[true]` {
		t.Errorf("a server that is allowed: %v, %s", err, oneLine(o))
	}
}
