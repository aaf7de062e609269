//go:build !lean

package main

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/feedparity/feedparity/fuzz"
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/embedded"
	"github.com/feedparity/feedparity/ingest/interp"
)

// confirmation is what doctor --confirm found: the models against the Pythons of
// this machine, on cases that were made up for it.
type confirmation struct {
	Lines      []confirmedLine `json:"confirmed"`
	Mismatches []mismatch      `json:"mismatches"`
}

// confirmedLine is one layer and version.
type confirmedLine struct {
	Layer      string `json:"layer"`
	Python     string `json:"python"`
	Cases      int    `json:"cases"`
	Mismatches int    `json:"mismatches"`
}

// mismatch is all that is needed to report one.
type mismatch struct {
	Layer    string   `json:"layer"`
	Python   string   `json:"python"`
	Settings []string `json:"settings"`           // arguments of feedparity ingest
	Input    string   `json:"input"`              // hexadecimal; of a question its values, in wire form
	Question []string `json:"question,omitempty"` // what was asked of csv or codecs, by no settings then
	Model    string   `json:"model_did"`
	Real     string   `json:"python_did"`
}

// candidate is a Python to judge by.
type candidate struct {
	version ingest.Python
	full    string
	judge   fuzz.Judge
}

// The cases of one round, how many mismatches of a line are enough, and how many
// are shown.
const (
	roundCases     = 100
	mostMismatches = 20
	shownPerLine   = 3
)

// candidates starts one process of each Python found that there is a model of.
func candidates(ctx context.Context, pythons []interp.Interpreter) (out []candidate, end func(), err error) {
	var started []*interp.Process
	end = func() {
		for _, p := range started {
			p.Close()
		}
	}
	for _, i := range interp.Newest(pythons) {
		if modelled(i.Version) != nil {
			continue
		}
		p, err := interp.Start(ctx, i, interp.Options{})
		if err != nil {
			end()
			return nil, nil, err
		}
		started = append(started, p)
		out = append(out, candidate{i.Version, i.Full, p})
	}
	if len(out) == 0 {
		return nil, nil, &statusError{statusIncomplete, errors.New("confirm models: no Python to judge them by is found"),
			"install one, for example with pyenv or uv; feedparity doctor lists what is found"}
	}
	return out, end, nil
}

// modelled says why there is no model of a version.
func modelled(py ingest.Python) error {
	in := ingest.Input{Name: "empty.csv", Data: strings.NewReader(""), Settings: ingest.DefaultSettings(py)}
	rows, err := embedded.New().Ingest(context.Background(), in)
	if err == nil {
		rows.Close()
	}
	return err
}

// confirmModels judges a model until the time is up, every layer and Python once at
// least. Progress is told of the cases done and differing so far, by one goroutine at
// a time.
func confirmModels(ctx context.Context, model fuzz.Model, pythons []candidate, until time.Time, seed uint64, progress func(cases, bad int)) (*confirmation, error) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	cases, bad := 0, 0
	lines, found, errs := make([][]confirmedLine, len(pythons)), make([][]mismatch, len(pythons)), make([]error, len(pythons))
	for i, p := range pythons {
		wg.Go(func() {
			lines[i], found[i], errs[i] = p.confirm(ctx, model, until, seed, func(n, differ int) {
				mu.Lock()
				defer mu.Unlock()
				cases, bad = cases+n, bad+differ
				progress(cases, bad)
			})
		})
	}
	wg.Wait()
	c := &confirmation{Mismatches: slices.Concat(found...)}
	for l := range fuzz.Layers {
		for i := range lines {
			if l < len(lines[i]) {
				c.Lines = append(c.Lines, lines[i][l])
			}
		}
	}
	if c.Mismatches == nil {
		c.Mismatches = []mismatch{}
	}
	if ctx.Err() != nil {
		return c, fmt.Errorf("confirm models: %w", ctx.Err())
	}
	return c, cmp.Or(errs...)
}

// confirm judges by one Python, the layers by turns.
func (p candidate) confirm(ctx context.Context, model fuzz.Model, until time.Time, seed uint64, done func(cases, bad int)) (lines []confirmedLine, found []mismatch, err error) {
	for _, l := range fuzz.Layers {
		lines = append(lines, confirmedLine{Layer: l.Name, Python: p.full})
	}
	for first := true; first || time.Now().Before(until); first = false {
		for i, l := range fuzz.Layers {
			line := &lines[i]
			if line.Mismatches >= mostMismatches || !first && !time.Now().Before(until) {
				continue
			}
			differ, err := l.Confirm(ctx, model, p.judge, p.version, seed+uint64(line.Cases), roundCases)
			if err != nil {
				return lines, found, fmt.Errorf("confirm models by python %s: %w", p.full, err)
			}
			line.Cases += roundCases
			for _, m := range differ {
				if line.Mismatches++; line.Mismatches <= shownPerLine {
					found = append(found, p.mismatch(l.Name, m))
				}
			}
			done(roundCases, len(differ))
		}
	}
	return lines, found, nil
}

func (p candidate) mismatch(layer string, m fuzz.Mismatch) mismatch {
	out := mismatch{Layer: layer, Python: p.full, Settings: []string{}, Input: hex.EncodeToString(m.Input), Model: m.Model, Real: m.Python}
	if m.Question != nil {
		out.Question, out.Input = m.Question.Args(), string(m.Input)
	} else {
		out.Settings = m.Settings.Args()
	}
	return out
}

func (c *confirmation) total() (cases, bad int) {
	for _, l := range c.Lines {
		cases, bad = cases+l.Cases, bad+l.Mismatches
	}
	return cases, bad
}

// print writes a line per layer and version, and the mismatches in full.
func (c *confirmation) print(w io.Writer) error {
	var b strings.Builder
	for _, l := range c.Lines {
		fmt.Fprintf(&b, "confirm %s %s %d cases %d mismatches\n", l.Layer, l.Python, l.Cases, l.Mismatches)
	}
	for _, m := range c.Mismatches {
		what, words := "settings", slices.Clone(m.Settings)
		if m.Question != nil {
			what, words = "question", slices.Clone(m.Question)
		}
		for i, s := range words {
			words[i] = ingest.ShellQuote(s)
		}
		fmt.Fprintf(&b, "\nmismatch of %s on python %s\n  %s %s\n  input    %s\n", m.Layer, m.Python, what, strings.Join(words, " "), orNone(m.Input))
		fmt.Fprintf(&b, "  model    %s\n  python   %s\n", indented(m.Model), indented(m.Real))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// indented keeps an outcome of several lines together.
func indented(outcome string) string {
	if outcome == "" {
		return "(no rows, no fault)"
	}
	return strings.ReplaceAll(strings.TrimSuffix(outcome, "\n"), "\n", "\n           ")
}

// verdict is the exit status.
func (c *confirmation) verdict() error {
	cases, bad := c.total()
	if bad == 0 {
		return nil
	}
	return &statusError{statusDiverge, fmt.Errorf("confirm models: %d of %d cases differ from what these Pythons do", bad, cases),
		"report what is printed above, please; until it is mended, run what it concerns with --engine interpreter"}
}
