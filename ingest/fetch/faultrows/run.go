package faultrows

import (
	"bytes"
	"context"
	"fmt"
	"runtime/pprof"
	"strings"
	"testing"
	"time"
)

// Limit is the longest a row may take, on a machine that does other work, too; one of
// them is some hundred sweeps. What must end sooner has a limit of its own.
const Limit = time.Minute

// settle is how long what ends by itself may take to end.
const settle = 5 * time.Second

// Run runs the tests of a package's rows, by their IDs, as TestFaults/A/short-226.
// They wait more than they compute, so those of a group run side by side. A row
// without a test fails, a test without a row as well, and a row that leaves a
// goroutine behind.
func Run(t *testing.T, pkg string, tests map[string]func(*testing.T)) {
	listed := map[string]bool{}
	for _, g := range Groups() {
		t.Run(g.Letter, func(t *testing.T) {
			for _, r := range Rows() {
				name, ok := strings.CutPrefix(r.ID, g.Letter+"/")
				if !ok || r.In != pkg {
					continue
				}
				test := tests[r.ID]
				if (test != nil) == (r.Open != "") {
					t.Errorf("row %s: it has a test: %v; it is open: %q", r.ID, test != nil, r.Open)
				}
				if test != nil {
					t.Run(name, func(t *testing.T) { r.run(t, test) })
				}
			}
		})
	}
	for _, r := range Rows() {
		listed[r.ID] = listed[r.ID] || r.In == pkg
	}
	for id := range tests {
		if !listed[id] {
			t.Errorf("test %s: no row of %s", id, pkg)
		}
	}
}

func (r Row) run(t *testing.T, test func(*testing.T)) {
	t.Parallel()
	start := time.Now()
	t.Cleanup(func() { // after all that the test itself cleans up
		if took := time.Since(start); took > Limit {
			t.Errorf("took %v, want at most %v", took, Limit)
		}
		noGoroutines(t, r.ID)
	})
	// What a goroutine starts has its labels: that is how those of rows that run
	// side by side are told apart.
	pprof.Do(context.Background(), pprof.Labels("row", r.ID), func(context.Context) { test(t) })
}

// Runs reports whether t is the test of a row: then leaks are looked for here.
func Runs(t testing.TB) bool { return strings.HasPrefix(t.Name(), "TestFaults/") }

func noGoroutines(t *testing.T, id string) {
	t.Helper()
	var left string
	for end := time.Now().Add(settle); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		var b bytes.Buffer
		if err := pprof.Lookup("goroutine").WriteTo(&b, 1); err != nil {
			t.Fatal(err)
		}
		if left = labelled(b.String(), id); left == "" {
			return
		}
	}
	t.Errorf("goroutines are left:\n%s", left)
}

// labelled returns the stacks of a goroutine profile that bear a row's label.
func labelled(profile, id string) string {
	var out []string
	for _, stack := range strings.Split(profile, "\n\n") {
		if strings.Contains(stack, fmt.Sprintf("# labels: {%q:%q}", "row", id)) {
			out = append(out, stack)
		}
	}
	return strings.Join(out, "\n\n")
}

// NoDescriptors fails the test if this process still has a file below dir open, or
// a socket with one of the ports at either end. It looks on Linux only.
func NoDescriptors(t *testing.T, dir string, ports ...int) {
	t.Helper()
	var left []string
	for end := time.Now().Add(settle); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if left = descriptors(dir, ports); len(left) == 0 {
			return
		}
	}
	t.Errorf("descriptors are left: %q", left)
}
