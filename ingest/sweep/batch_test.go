package sweep

import (
	"fmt"
	"testing"

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
