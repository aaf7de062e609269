package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"sync"
	"time"
)

// The goals of fuzzing: of the campaign's loop, and of FuzzParity against a target that
// does nothing, which is what Go's engine costs by itself.
const (
	wantLoop  = 300_000 // inputs per CPU-second
	wantShare = 0.4
)

// FuzzParity is run for warmSeconds, so that it comes to the end of what every run finds at
// once, and then both targets for targetSeconds.
const (
	warmSeconds   = 60
	targetSeconds = 30
)

// loopInputs are how many the loop is measured with.
const loopInputs = 1_000_000

// profileOfCommand is what "make build" builds the command by, whose campaigns are measured.
const profileOfCommand = "cmd/feedparity/engine.pgo"

// loopRow is the campaign's loop with default Settings: inputs of 200 bytes changed in one
// place. The note has that of a whole campaign, whose inputs are longer, differ more often
// than not and are classified.
func (s *suite) loopRow() row {
	return row{
		what: "a campaign's loop, inputs of 200 bytes, default settings", goal: fmt.Sprintf(">= %d per CPU-second", wantLoop),
		format: "%.0f per CPU-second", holds: atLeast(wantLoop),
		measure: func(ctx context.Context) (float64, string, error) {
			program, err := s.fuzzProgram(ctx, "plain.test", "./fuzz", "-pgo="+profileOfCommand)
			if err != nil {
				return 0, "", err
			}
			var rates [2]float64
			for i, kind := range []string{"changed", "whole"} {
				c, _, err := run(ctx, "sh", "-c", fmt.Sprintf("cd fuzz && exec %s -test.run='^$' -test.bench='^BenchmarkCampaign$/^%s$' -test.benchtime=%dx", program, kind, loopInputs))
				if err != nil {
					return 0, "", err
				}
				rates[i] = perSecond(loopInputs, c)
			}
			return rates[0], fmt.Sprintf("%.1f µs of CPU each; %.0f of a whole campaign", 1e6/rates[0], rates[1]), nil
		},
	}
}

// targetRow is how many inputs FuzzParity is through with in the CPU time of a target that
// does nothing, once its corpus holds what a first run has found, as that of whoever
// fuzzes every night does. Until then Go's engine does little but pass on what is new.
func (s *suite) targetRow() row {
	return row{
		what: "go test -fuzz=FuzzParity, from a corpus of its own", goal: fmt.Sprintf(">= %.1f times a target that does nothing", wantShare),
		format: "%.2f times", holds: atLeast(wantShare),
		measure: func(ctx context.Context) (float64, string, error) {
			program, err := s.fuzzProgram(ctx, "counting.test", targetPackage, "-fuzz=FuzzParity")
			if err != nil {
				return 0, "", err
			}
			if _, err := s.target(ctx, program, "FuzzParity", warmSeconds); err != nil {
				return 0, "", err
			}
			// Nothing, before and after: the machine may become slower meanwhile.
			var rates [3]float64
			for i, target := range []string{"FuzzNothing", "FuzzParity", "FuzzNothing"} {
				if rates[i], err = s.target(ctx, program, target, targetSeconds); err != nil {
					return 0, "", err
				}
			}
			nothing := (rates[0] + rates[2]) / 2
			return rates[1] / nothing, fmt.Sprintf("%.0f inputs per CPU-second against %.0f", rates[1], nothing), nil
		},
	}
}

// targetPackage has FuzzParity, and FuzzNothing beside it.
const targetPackage = "./fuzz/scout"

// fuzzProgram is the test program of a package, built once; what "go test -fuzz" runs
// counts the coverage of every package that is in it.
func (s *suite) fuzzProgram(ctx context.Context, name, pkg string, flags ...string) (string, error) {
	program := filepath.Join(s.dir, name)
	if _, err := os.Stat(program); err == nil {
		return program, nil
	}
	if _, err := exec.LookPath("go"); err != nil {
		return "", errSkip("no go on PATH, which builds what is measured")
	}
	_, _, err := run(ctx, "go", append([]string{"test", "-c", "-o", program, pkg}, flags...)...)
	return program, err
}

// What the engine says while it runs: how many inputs of its corpus it has run, which it
// does first, and all that it ran.
var (
	corpusRun = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(\d+)/\d+ completed, now fuzzing`) })
	execsDone = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`execs: (\d+) \(`) })
)

// target runs one with one worker, for so many seconds and as long as its corpus takes, and
// returns inputs per CPU-second without those of the corpus. What is worth keeping is not
// made smaller: the engine would do little else.
func (s *suite) target(ctx context.Context, program, name string, seconds int) (float64, error) {
	const script = "cd %[4]s && FEEDPARITY_FUZZ=go-on FEEDPARITY_FUZZ_CASES=%[1]s/cases exec %[2]s -test.run='^$' -test.fuzz='^%[3]s$' " +
		"-test.fuzztime=1h -test.fuzzminimizetime=1x -test.parallel=1 -test.fuzzcachedir=%[1]s/fuzzcache 2>&1"
	c := exec.CommandContext(ctx, "sh", "-c", fmt.Sprintf(script, s.dir, program, name, targetPackage))
	pipe, err := c.StdoutPipe()
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		return 0, fmt.Errorf("run %s: %w", name, err)
	}
	defer c.Wait()
	defer c.Process.Signal(os.Interrupt) // which ends a campaign well
	return inputsPerSecond(pipe, c.Process.Pid, time.Duration(seconds)*time.Second)
}

// inputsPerSecond reads what an engine says, until so long after it came to the end of its
// corpus.
func inputsPerSecond(pipe io.Reader, pid int, long time.Duration) (float64, error) {
	var said []byte
	var start cost
	var began time.Time
	before := 0
	for lines := bufio.NewScanner(pipe); lines.Scan(); {
		line := lines.Bytes()
		said = append(append(said, line...), '\n')
		if m := corpusRun().FindSubmatch(line); m != nil {
			var err error
			if start, err = running(pid); err != nil {
				return 0, err
			}
			before, _ = strconv.Atoi(string(m[1]))
			began = time.Now()
		}
		m := execsDone().FindSubmatch(line)
		if m == nil || began.IsZero() || time.Since(began) < long {
			continue
		}
		end, err := running(pid)
		if err != nil {
			return 0, err
		}
		n, err := strconv.Atoi(string(m[1]))
		return perSecond(n-before, cost{cpu: end.cpu - start.cpu}), err
	}
	return 0, fmt.Errorf("the engine ended before its time: %s", said)
}
