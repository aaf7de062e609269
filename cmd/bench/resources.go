package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// peak is the memory in MB of both paths over an input of so many MB.
func (s *suite) peak(ctx context.Context, mb int) (float64, error) {
	c, _, err := work(ctx, "repeated", mb*1e6)
	return float64(c.rss) / 1e6, err
}

func (s *suite) memoryRow() row {
	mb := 20 * s.size
	return row{
		what: fmt.Sprintf("peak memory at %d MB", mb), goal: "<= 24 MB", format: "%.1f MB", holds: atMost(24), rounds: 1,
		measure: func(ctx context.Context) (float64, string, error) {
			peak, err := s.peak(ctx, mb)
			return peak, "the program itself included", err
		},
	}
}

func (s *suite) growthRow() row {
	return row{
		what: fmt.Sprintf("more memory at %d MB than at %d MB", 20*s.size, s.size), goal: "<= 2 MB", format: "%.1f MB", holds: atMost(2), rounds: 1,
		measure: func(ctx context.Context) (float64, string, error) {
			large, err := s.peak(ctx, 20*s.size)
			if err != nil {
				return 0, "", err
			}
			small, err := s.peak(ctx, s.size)
			return large - small, fmt.Sprintf("%.1f MB against %.1f MB", large, small), err
		},
	}
}

func (s *suite) allocsRow() row {
	return row{
		what: "allocations per row, both paths and comparison", goal: "0", format: "%.4f", rounds: 1,
		holds: atMost(0.001), // the runtime's own, now and then
		measure: func(ctx context.Context) (float64, string, error) {
			_, d, err := work(ctx, "allocs", s.size*1e5)
			return d.Allocs, fmt.Sprintf("of %d rows", d.Rows), err
		},
	}
}

const helloSource = "package main\n\nimport \"fmt\"\n\nfunc main() { fmt.Println(\"hello\") }\n"

// profile is by what the command is built, from the repository's root (Makefile, PGO).
const profile = "cmd/feedparity/engine.pgo"

// build builds one of the two programs, or a hello world to measure by.
func (s *suite) build(ctx context.Context, name string) (string, error) {
	bin, source := filepath.Join(s.dir, name), "./cmd/feedparity"
	if _, err := os.Stat(bin); err == nil {
		return bin, nil
	}
	tags := ""
	if name == "feedparity" {
		tags = "lean"
	}
	if name == "hello" {
		source = filepath.Join(s.dir, "hello.go")
		if err := os.WriteFile(source, []byte(helloSource), 0o644); err != nil {
			return "", fmt.Errorf("write hello world: %w", err)
		}
	}
	// As make build does, but for -trimpath, for which all is compiled once more.
	_, _, err := run(ctx, "env", "CGO_ENABLED=0", "go", "build", "-pgo="+profile, "-tags", tags, "-o", bin, source)
	return bin, err
}

// startUp is the ratio of feedparity version's CPU time to another command's, the
// medians of many runs by turns. The system counts a process's time in microseconds;
// only how it divides them into user and system is a guess.
func (s *suite) startUp(ctx context.Context, other ...string) (float64, string, error) {
	ours, err := s.build(ctx, "feedparity")
	if err != nil {
		return 0, "", err
	}
	var a, b []float64
	for range 101 {
		c, _, err := run(ctx, ours, "version")
		if err != nil {
			return 0, "", err
		}
		d, _, err := run(ctx, other[0], other[1:]...)
		if err != nil {
			return 0, "", err
		}
		a, b = append(a, 1000*c.cpu.Seconds()), append(b, 1000*d.cpu.Seconds())
	}
	x, y := median(a), median(b)
	return x / y, fmt.Sprintf("%.1f ms against %.1f ms", x, y), nil
}

func (s *suite) startRow() row {
	return row{
		what: "start-up of feedparity version", goal: "<= 2.5 times a Go hello world", format: "%.2f times", holds: atMost(2.5),
		measure: func(ctx context.Context) (float64, string, error) {
			hello, err := s.build(ctx, "hello")
			if err != nil {
				return 0, "", err
			}
			return s.startUp(ctx, hello)
		},
	}
}

func (s *suite) startPythonRow() row {
	return row{
		what: "start-up of feedparity version", goal: "< 1 times python3.13 -c pass", format: "%.2f times",
		holds: func(f float64) bool { return f < 1 },
		measure: func(ctx context.Context) (float64, string, error) {
			if err := s.needPythons(); err != nil {
				return 0, "", err
			}
			return s.startUp(ctx, s.pythons[1], "-c", "pass")
		},
	}
}

// spawnRow compares interpreters that stay and are sent batches with starting both
// for every input.
func (s *suite) spawnRow() row {
	const size, spawned = 200, 10
	return row{
		what: "interpreter engine in batches, 200 bytes", goal: ">= 400 times spawning per input", format: "%.0f times", holds: atLeast(400),
		measure: func(ctx context.Context) (float64, string, error) {
			var theirs cost
			for i, data := range utf8Feed.inputs(spawned, size) {
				path := filepath.Join(s.dir, fmt.Sprintf("spawn%d.csv", i))
				if err := os.WriteFile(path, data, 0o644); err != nil {
					return 0, "", fmt.Errorf("write input: %w", err)
				}
				c, err := s.pipeline(ctx, "utf-8", path)
				if err != nil {
					return 0, "", err
				}
				theirs = theirs.plus(c)
			}
			ours, d, err := work(ctx, "engine", max(s.size*200, 1000), size, s.pythons[0], s.pythons[1])
			if err != nil {
				return 0, "", err
			}
			a, b := perSecond(d.Inputs, ours), perSecond(spawned, theirs)
			return a / b, fmt.Sprintf("%.0f inputs/s against %.1f", a, b), nil
		},
	}
}
