package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A cost is what a process and all that it waited for used.
type cost struct {
	cpu time.Duration // user and system
	rss int64         // bytes, of the largest of them
}

func (c cost) plus(d cost) cost { return cost{c.cpu + d.cpu, max(c.rss, d.rss)} }

// run runs a command to its end and returns what it cost and printed.
func run(ctx context.Context, name string, args ...string) (cost, []byte, error) {
	var out, diag bytes.Buffer
	c := exec.CommandContext(ctx, name, args...)
	c.Stdout, c.Stderr = &out, &diag
	if err := c.Run(); err != nil {
		return cost{}, nil, fmt.Errorf("run %s %v: %w: %s", name, args[:min(len(args), 3)], err, diag.Bytes())
	}
	most, ok := mostMemory(c.ProcessState)
	if !ok {
		return cost{}, nil, fmt.Errorf("run %s: the system tells nothing of memory", name)
	}
	return cost{c.ProcessState.UserTime() + c.ProcessState.SystemTime(), most}, out.Bytes(), nil
}

// running is what a process that has not ended and its children have used so far, by
// Linux's /proc/PID/stat, which counts in hundredths of a second.
func running(pid int) (cost, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return cost{}, fmt.Errorf("read CPU time of process %d: %w", pid, err)
	}
	// The name before it may hold anything; utime to cstime are fields 14 to 17.
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	var used cost
	for _, f := range fields[11:15] {
		ticks, err := strconv.Atoi(f)
		if err != nil {
			return cost{}, fmt.Errorf("read CPU time of process %d: %w", pid, err)
		}
		used.cpu += time.Duration(ticks) * 10 * time.Millisecond
	}
	children, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	if err != nil {
		return cost{}, err
	}
	for _, file := range children {
		list, _ := os.ReadFile(file) // a thread may have ended
		for _, child := range strings.Fields(string(list)) {
			n, err := strconv.Atoi(child)
			if err != nil {
				return cost{}, fmt.Errorf("read children of process %d: %w", pid, err)
			}
			c, err := running(n)
			if err != nil {
				return cost{}, err
			}
			used = used.plus(c)
		}
	}
	return used, nil
}

// work runs a task in a process of its own.
func work(ctx context.Context, task string, args ...any) (cost, done, error) {
	self, err := os.Executable()
	if err != nil {
		return cost{}, done{}, fmt.Errorf("find bench: %w", err)
	}
	words := []string{"work", task}
	for _, a := range args {
		words = append(words, fmt.Sprint(a))
	}
	used, out, err := run(ctx, self, words...)
	if err != nil {
		return used, done{}, err
	}
	var d done
	if err := json.Unmarshal(out, &d); err != nil {
		return used, d, fmt.Errorf("read result of task %s: %w", task, err)
	}
	if d.Peak > 0 {
		used.rss = d.Peak
	}
	return used, d, nil
}

// median of an odd or even number of figures, the lower one of two.
func median(figures []float64) float64 {
	if len(figures) == 0 {
		return 0
	}
	sorted := slices.Clone(figures)
	slices.Sort(sorted)
	return sorted[(len(sorted)-1)/2]
}

func perSecond(n int, c cost) float64 { return float64(n) / c.cpu.Seconds() }
