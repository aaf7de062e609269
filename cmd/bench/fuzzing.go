package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"sync"
)

// The goals of fuzzing: of the campaign's loop, and of FuzzParity against a target that
// does nothing, which is what Go's engine costs by itself.
const (
	wantLoop  = 300_000 // inputs per CPU-second
	wantShare = 0.4
)

const targetSeconds = 60 // enough to come to the end of what is new to it

// loopInputs are how many the loop is measured with.
const loopInputs = 1_000_000

// loopRow is the campaign's loop with default Settings: inputs of 200 bytes changed in one
// place. The note has that of a whole campaign, whose inputs are longer, differ more often
// than not and are classified.
func (s *suite) loopRow() row {
	return row{
		what: "a campaign's loop, inputs of 200 bytes, default settings", goal: fmt.Sprintf(">= %d per CPU-second", wantLoop),
		format: "%.0f per CPU-second", holds: atLeast(wantLoop),
		measure: func(ctx context.Context) (float64, string, error) {
			program, err := s.fuzzProgram(ctx, "plain.test")
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

// targetRow is how many inputs FuzzParity is through with in the time of a target that
// does nothing, once its corpus holds what the first round has found.
func (s *suite) targetRow() row {
	return row{
		what: "go test -fuzz=FuzzParity", goal: fmt.Sprintf(">= %.1f times a target that does nothing", wantShare),
		format: "%.2f times", holds: atLeast(wantShare),
		measure: func(ctx context.Context) (float64, string, error) {
			program, err := s.fuzzProgram(ctx, "counting.test", "-fuzz=FuzzParity")
			if err != nil {
				return 0, "", err
			}
			var rates [2]float64
			for i, target := range []string{"FuzzNothing", "FuzzParity"} {
				if rates[i], err = s.target(ctx, program, target); err != nil {
					return 0, "", err
				}
			}
			return rates[1] / rates[0], fmt.Sprintf("%.0f inputs per CPU-second against %.0f", rates[1], rates[0]), nil
		},
	}
}

// fuzzProgram is the test program of package fuzz, built once; what "go test -fuzz" runs
// counts the coverage of every package.
func (s *suite) fuzzProgram(ctx context.Context, name string, flags ...string) (string, error) {
	program := filepath.Join(s.dir, name)
	if _, err := os.Stat(program); err == nil {
		return program, nil
	}
	if _, err := exec.LookPath("go"); err != nil {
		return "", errSkip("no go on PATH, which builds what is measured")
	}
	_, _, err := run(ctx, "go", append([]string{"test", "-c", "-o", program, "./fuzz"}, flags...)...)
	return program, err
}

// execsDone is what the engine says while it runs.
var execsDone = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`execs: (\d+) \(`) })

// target runs one for a while with one worker, and returns inputs per CPU-second. What is
// worth keeping is not made smaller: the engine would do little else.
func (s *suite) target(ctx context.Context, program, name string) (float64, error) {
	const script = "cd fuzz && FEEDPARITY_FUZZ=list FEEDPARITY_FUZZ_CASES=%[1]s/cases exec %[2]s -test.run='^$' -test.fuzz='^%[3]s$' " +
		"-test.fuzztime=%[4]ds -test.fuzzminimizetime=1x -test.parallel=1 -test.fuzzcachedir=%[1]s/fuzzcache 2>&1"
	c, out, err := run(ctx, "sh", "-c", fmt.Sprintf(script, s.dir, program, name, targetSeconds))
	if err != nil {
		return 0, err
	}
	all := execsDone().FindAllSubmatch(out, -1)
	if len(all) == 0 {
		return 0, fmt.Errorf("run %s: it does not say how many inputs it ran: %s", name, out)
	}
	n, err := strconv.Atoi(string(all[len(all)-1][1]))
	return perSecond(n, c), err
}
