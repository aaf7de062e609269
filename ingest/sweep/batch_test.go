package sweep

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/fetch"
	"github.com/feedparity/feedparity/ingest/state"
)

// TestJobs: what waits is made into jobs of the size that its feed wants, and what is left
// over waits for more, unless nothing is to come.
func TestJobs(t *testing.T) {
	const most = 100
	for _, c := range []struct {
		bytes string // a letter for each delivery: s is 1 byte, l most of them
		size  int
		all   bool
		want  string
		left  int
	}{
		{"", 4, true, "[]", 0},
		{"sss", 4, false, "[]", 3},
		{"sss", 4, true, "[1-3]", 0},
		{"ssss", 4, false, "[1-4]", 0},
		{"ssssssssss", 4, false, "[1-4 5-8]", 2},
		{"ssssssssss", 4, true, "[1-4 5-8 9-10]", 0},
		{"slsss", 4, false, "[1-2]", 3},
		{"llsll", 4, true, "[1-1 2-2 3-4 5-5]", 0},
	} {
		b := batch{s: &sweeper{}, look: &look{}, size: c.size, most: most}
		for i, letter := range c.bytes {
			w := numbered{Task: state.Task{Number: i + 1}, bytes: 1}
			if letter == 'l' {
				w.bytes = most
			}
			b.waiting = append(b.waiting, w)
		}
		jobs, tasks := b.jobs(c.all)
		got := []string{}
		for _, j := range jobs {
			got = append(got, fmt.Sprintf("%d-%d", j.From, j.To))
		}
		if fmt.Sprint(got) != c.want || len(b.waiting) != c.left || len(tasks) != len(c.bytes)-c.left {
			t.Errorf("%q by %d: jobs %v with %d tasks, %d left; want %s and %d left", c.bytes, c.size, got, len(tasks), len(b.waiting), c.want, c.left)
		}
	}
}

// TestJobsAlone: one machine checks what there is as soon as that is worth a job, and its
// workers share what is left at the end.
func TestJobsAlone(t *testing.T) {
	for _, c := range []struct {
		waiting int
		all     bool
		want    string
	}{
		{127, false, "[]"}, {128, false, "[1-128]"}, {1500, false, "[1-1024 1025-1500]"},
		{50, true, "[1-50]"}, {100, true, "[1-64 65-100]"}, {300, true, "[1-150 151-300]"},
	} {
		b := batch{s: &sweeper{Options: Options{Workers: 2}}, look: &look{}, size: jobSize, most: bytesAtOnce, early: true}
		for i := range c.waiting {
			b.waiting = append(b.waiting, numbered{Task: state.Task{Number: i + 1}, bytes: 1})
		}
		jobs, _ := b.jobs(c.all)
		got := []string{}
		for _, j := range jobs {
			got = append(got, fmt.Sprintf("%d-%d", j.From, j.To))
		}
		if fmt.Sprint(got) != c.want {
			t.Errorf("%d waiting, all %v: %v, want %s", c.waiting, c.all, got, c.want)
		}
	}
}

// TestSized: a feed whose deliveries are run in their order is one job, however many they
// are, and where jobs take turns none is made before it is full.
func TestSized(t *testing.T) {
	code := [2]*ingest.Call{{Function: "a:b"}, {Function: "a:b"}}
	for _, c := range []struct {
		what        string
		concurrency int
		calls       [2]*ingest.Call
		fleet       bool
		size        int
		early       bool
	}{
		{what: "models", size: jobSize, early: true},
		{what: "two at once", concurrency: 2, size: jobSize},
		{what: "in order", concurrency: 1, size: jobSize},
		{what: "in order, code", concurrency: 1, calls: code, size: jobSize},
		{what: "code", calls: code, size: callsAtOnce},
		{what: "fleet", fleet: true, size: sharedJobSize},
		{what: "fleet, code", calls: code, fleet: true, size: callsAtOnce},
	} {
		var f config.Feed
		f.Concurrency, f.Calls = c.concurrency, c.calls
		b := batch{s: &sweeper{Options: Options{Workers: 2}}, look: &look{}}
		b.sized(f, c.fleet, jobSize)
		if b.size != c.size || b.early != c.early {
			t.Errorf("%s: %d a job, early %v", c.what, b.size, b.early)
		}
		for i := range jobSize {
			b.waiting = append(b.waiting, numbered{Task: state.Task{Number: i + 1}, bytes: bytesAtOnce / 4})
		}
		if jobs, _ := b.jobs(true); c.concurrency == 1 && len(jobs) != 1 {
			t.Errorf("%s: %d jobs", c.what, len(jobs))
		}
	}
}

// TestEnough: of many deliveries the first and the last are kept few at a time, and those
// between by the thousand; of a few nothing is kept before all are there.
func TestEnough(t *testing.T) {
	sizes := func(n int) (out []int) {
		b := batch{left: n}
		for b.left > 0 {
			b.fetched = append(b.fetched, fetched{})
			if b.came, b.left = b.came+1, b.left-1; len(b.fetched) >= b.enough() || b.left == 0 {
				out, b.fetched = append(out, len(b.fetched)), nil
			}
		}
		return out
	}
	for n, want := range map[int][]int{
		1: {1}, 128: {128}, 129: {128, 1}, 600: {128, 128, 172, 128, 44},
		5000: {128, 128, 256, 512, 1024, 1024, 964, 482, 241, 128, 113},
	} {
		if got := sizes(n); !slices.Equal(got, want) {
			t.Errorf("%d deliveries: %d, want %d", n, got, want)
		}
	}
}

// TestHeld: who checks in this process knows of a task what another reads from the state.
func TestHeld(t *testing.T) {
	at := time.Date(2026, 11, 22, 3, 4, 5, 6, time.FixedZone("", 3600))
	for _, one := range []task{
		{entry: fetch.Entry{Path: "out/\xe9.csv", Size: -1}, news: state.New},
		{entry: fetch.Entry{Path: "a.csv", Size: 7, MTime: at, MPrec: fetch.PrecisionSecond, ETag: `"x"`, Raw: "-rw-r--r--", Done: "a.csv.done"}, news: state.Changed, gone: true, again: true,
			warnings: []string{"size unknown"}, known: state.Delivery{SHA256: "abc", Bytes: 7, Status: state.Processed, FirstSeen: at}},
	} {
		q := state.Task{Number: 3, Body: one.body()}
		want, err := taskOf("acme", q)
		if err != nil {
			t.Fatal(err)
		}
		if got := one.forOthers().task("acme", q); !reflect.DeepEqual(got, want) {
			t.Errorf("%+v\nwant %+v", got, want)
		}
	}
	n := newNotes()
	n.hold("acme", []numbered{{Task: state.Task{Number: 1}, known: task{number: 1}}, {Task: state.Task{Number: 3}, known: task{number: 3}}}) // the second was not fetched
	if got, again := n.take("acme", 1, 3), n.take("acme", 1, 3); len(got) != 2 || got[1].number != 3 || again != nil {
		t.Errorf("%v, once more %v", got, again)
	}
	many := make([]numbered, mostHeld+1)
	for i := range many {
		many[i].Number = i + 1
	}
	if room, got := n.hold("acme", many), n.take("acme", 1, 1); room || got != nil {
		t.Errorf("held are %d tasks and more", len(many))
	}
}

// TestHeldUndone: what was held and is not done is told, though no task of it is stored.
func TestHeldUndone(t *testing.T) {
	s := &sweeper{notes: newNotes()}
	s.notes.pulled(Feed{Name: "acme"})
	if !s.notes.hold("acme", []numbered{{Task: state.Task{Number: 1}}, {Task: state.Task{Number: 2}}}) {
		t.Fatal("no room for two")
	}
	for n, undone := range []bool{true, true, false} {
		if n > 0 {
			s.notes.ran("acme", n, []Delivery{{Name: "a.csv"}})
		}
		got := s.feedResult("acme", &feedResults{tasks: map[int][]Delivery{}}, nil)
		if errors.Is(got.Err, errUndone) != undone || len(got.Deliveries) != n {
			t.Errorf("%d done: %d deliveries, %v", n, len(got.Deliveries), got.Err)
		}
	}
}
