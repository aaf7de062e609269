package main

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/interp"
)

// callSource is a team's module, and what makes it one of a Django project.
const (
	callSource = "import csv, io, sys\ndef rows(path):\n" +
		"    with (open(path, 'rb') if sys.version_info[0] == 2 else io.open(path, newline='')) as f:\n" +
		"        for row in csv.DictReader(f):\n            yield row['sku'], int(row['qty'])\n"
	djangoSource = "import django\nfrom django.conf import settings\n" +
		"def setup():\n    settings.configure(INSTALLED_APPS=['django.contrib.contenttypes', 'django.contrib.auth'])\n    django.setup()\n"
	callInput = "sku,qty\nA-1,2\nA-2,3\n"
	// forkSource is the least that could be called isolation: what of a call's cost is the
	// machine's and Python's. It prints the milliseconds of CPU that each took, too.
	forkSource = `import bench, ctypes, csv, fcntl, gc, json, os, resource, select, sys, traceback
if hasattr(bench, 'setup'):
    bench.setup()
gc.collect()
if hasattr(gc, 'freeze'):
    gc.freeze()
def used():
    return sum(u.ru_utime + u.ru_stime for u in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))
n, before = int(sys.argv[1]), used()
for _ in range(n):
    pid = os.fork()
    if pid == 0:
        list(bench.rows(sys.argv[2]))
        os._exit(0)
    os.waitpid(pid, 0)
print((used() - before) * 1000 / n)
`
)

// callRow is about isolated calls of one path.
func (s *suite) callRow(path ingest.Path, django bool) row {
	what, goal := "a module without Django", 250
	if django {
		what, goal = "a module with Django", 150
	}
	return row{
		what: fmt.Sprintf("isolated calls of %s, %s", what, path), goal: fmt.Sprintf(">= %d per CPU-second", goal),
		format: "%.0f per CPU-second", holds: atLeast(float64(goal)),
		measure: func(ctx context.Context) (float64, string, error) {
			python, err := s.callPython(path, django)
			if err != nil {
				return 0, "", err
			}
			n := max(s.size*50, 200)
			c, d, err := work(ctx, "calls", n, python, django)
			if err != nil {
				return 0, "", err
			}
			least, err := s.leastFork(ctx, n, python, django)
			return perSecond(d.Inputs, c), fmt.Sprintf("%.1f ms of CPU each, ours and the interpreter's; %.1f ms of it where Python only forks, reads the file and ends",
				1000/perSecond(d.Inputs, c), least), err
		},
	}
}

// leastFork is what n forks of a process that has the call's modules take, in
// milliseconds of CPU each.
func (s *suite) leastFork(ctx context.Context, n int, python string, django bool) (float64, error) {
	dir, err := os.MkdirTemp(s.dir, "fork-")
	if err != nil {
		return 0, fmt.Errorf("measure forks: %w", err)
	}
	source, input := callSource, filepath.Join(dir, "stock.csv")
	if django {
		source += djangoSource
	}
	for name, text := range map[string]string{input: callInput, filepath.Join(dir, "bench.py"): source, filepath.Join(dir, "forks.py"): forkSource} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			return 0, fmt.Errorf("measure forks: %w", err)
		}
	}
	_, out, err := run(ctx, python, "-B", filepath.Join(dir, "forks.py"), strconv.Itoa(n), input)
	if err != nil {
		return 0, err
	}
	ms, err := strconv.ParseFloat(strings.TrimSpace(string(out)), 64)
	if err != nil {
		return 0, fmt.Errorf("measure forks: %w", err)
	}
	return ms, nil
}

// callPython is the interpreter that calls are measured with: with Django, the one
// of the sample shop's virtual environment.
func (s *suite) callPython(path ingest.Path, django bool) (string, error) {
	if !django {
		return s.pythons[path], s.needPythons()
	}
	python := filepath.Join(".cache", "shop", [2]string{"py27", "py311"}[path], "bin", "python")
	if _, err := os.Stat(python); err != nil {
		return "", errSkip("make shop makes the environments with Django")
	}
	return filepath.Abs(python)
}

// endureRow makes very many calls and looks at what is left of them.
func (s *suite) endureRow() row {
	n := 500 * s.size
	return row{
		what: fmt.Sprintf("left by %d calls: descriptors, processes, and memory beyond what the first tenth took", n), goal: "none, <= 4 MB", format: "%.1f MB", holds: atMost(4), rounds: 1,
		measure: func(ctx context.Context) (float64, string, error) {
			if err := s.needPythons(); err != nil {
				return 0, "", err
			}
			_, d, err := work(ctx, "calls", n, s.pythons[ingest.Py3], false)
			if d.Files > 1 || d.Children > 0 { // Go may open one for itself at any time
				return math.Inf(1), fmt.Sprintf("%d descriptors, %d processes", d.Files, d.Children), err
			}
			return float64(d.Grown) / 1e6, fmt.Sprintf("%d descriptors, %d processes", d.Files, d.Children), err
		},
	}
}

// isolatedCalls: N PYTHON DJANGO.
func isolatedCalls(ctx context.Context, args []string) (d done, err error) {
	n, err := strconv.Atoi(args[0])
	if err != nil {
		return d, err
	}
	dir, err := os.MkdirTemp("", "feedparity-bench-")
	if err != nil {
		return d, err
	}
	defer os.RemoveAll(dir)
	call := &ingest.Call{Function: "bench:rows", Python: args[1], Dir: dir}
	source := callSource
	if args[2] == "true" {
		source += djangoSource
		call.Setup = "bench:setup"
	}
	if err := os.WriteFile(filepath.Join(dir, "bench.py"), []byte(source), 0o644); err != nil {
		return d, err
	}
	e := interp.NewEngine(interp.Options{})
	in := ingest.Input{Name: "stock.csv", Data: strings.NewReader(callInput), Size: int64(len(callInput)), Call: call}
	var before left
	for d.Inputs = range n {
		if d.Inputs == n/10 {
			before = leftNow()
		}
		if err := callOnce(ctx, e, in); err != nil {
			return d, err
		}
	}
	d.Inputs = n
	after := leftNow()
	d.Files, d.Children, d.Grown = after.files-before.files, after.processes-before.processes, after.memory-before.memory
	return d, e.Close()
}

func callOnce(ctx context.Context, e *interp.Engine, in ingest.Input) error {
	rows, err := e.Ingest(ctx, in)
	if err != nil {
		return err
	}
	o, err := ingest.Collect(rows)
	if err == nil && (len(o.Rows) != 2 || o.Fault != nil) {
		err = fmt.Errorf("call gave %d rows and %v", len(o.Rows), o.Fault)
	}
	return err
}

// left is what this process and its children hold.
type left struct {
	files, processes int
	memory           int64
}

func leftNow() (l left) {
	pids := []string{"self"}
	for i := 0; i < len(pids); i++ {
		l.processes++
		fds, _ := os.ReadDir("/proc/" + pids[i] + "/fd")
		l.files += len(fds)
		statm, _ := os.ReadFile("/proc/" + pids[i] + "/statm")
		if f := strings.Fields(string(statm)); len(f) > 1 {
			pages, _ := strconv.ParseInt(f[1], 10, 64)
			l.memory += pages * int64(os.Getpagesize())
		}
		tasks, _ := filepath.Glob("/proc/" + pids[i] + "/task/*/children")
		for _, task := range tasks {
			text, _ := os.ReadFile(task)
			pids = append(pids, strings.Fields(string(text))...)
		}
	}
	return l
}
