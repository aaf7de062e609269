package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/feedparity/feedparity/golden"
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/classify"
	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/diff"
	"github.com/feedparity/feedparity/ingest/parity"
)

// find returns the case that an argument of repro means and its directory: a
// directory or its case.yaml; a CSV file, of which a case is made and not kept; or
// the beginning of a signature, or the hash, of a case in the store. A file on which
// the paths agree has none.
func (f *goldenFlags) find(cmd *cobra.Command, cfg *config.Config, eng ingest.Engine, read readAs, arg string) (*golden.Case, string, error) {
	info, err := os.Stat(arg)
	switch {
	case err == nil && info.Mode().IsRegular() && filepath.Base(arg) != "case.yaml":
		if cmd.Flags().Changed("frozen") {
			return nil, "", usageError("name a case, which has what py2 did", "read %q: --frozen takes what is recorded of py2, and of a CSV file nothing is", arg)
		}
		d, err := read.delivery(cfg, f.config)
		if err != nil {
			return nil, "", err
		}
		c, err := caseOfFile(cmd.Context(), eng, d, arg)
		return c, arg, err
	case err == nil && read != readAs{}:
		return nil, "", usageError("", "read %q: --feed and --pair say how a CSV file is read, and this is a case", arg)
	case err == nil || !errors.Is(err, fs.ErrNotExist):
		return loadCase(arg)
	}
	store, _, err := f.store(cmd)
	if err != nil {
		return nil, "", err
	}
	cases, err := store.List()
	if err != nil { // there is no store to look in: the argument was meant as a path
		return loadCase(arg)
	}
	return choose(cases, arg)
}

// choose finds the one case whose signature begins so, or that has this hash.
func choose(cases []golden.Stored, arg string) (*golden.Case, string, error) {
	var found []golden.Stored
	for _, c := range cases {
		if c.Err == nil && (strings.HasPrefix(c.Case.Signature, arg) || golden.Hash(c.Case.Signature) == arg) {
			found = append(found, c)
		}
	}
	switch len(found) {
	case 0:
		return loadCase(arg)
	case 1:
		return found[0].Case, relative(found[0].Path), nil
	}
	var names []string
	for _, c := range found[:min(len(found), maxMeant)] {
		names = append(names, relative(c.Path))
	}
	return nil, "", usageError("name one: "+strings.Join(names, ", "), "find case %q: %d cases begin so", arg, len(found))
}

// maxMeant is how many of the cases that could be meant are named.
const maxMeant = 5

// readAs says how a CSV file is read that is no case's: as a configured feed's paths do,
// or by a built-in pair of policies.
type readAs struct{ feed, pair string }

func (r *readAs) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&r.feed, "feed", "", "read a CSV file as the paths of this configured feed do")
	cmd.Flags().StringVar(&r.pair, "pair", "", "read a CSV file by this built-in pair of policies (default: detected)")
}

// delivery is a delivery without its data.
func (r *readAs) delivery(cfg *config.Config, file string) (parity.Delivery, error) {
	switch {
	case r.feed != "" && r.pair != "":
		return parity.Delivery{}, usageError("", "read --pair: a feed has its own paths")
	case r.feed != "":
		f, err := feedNamed(cfg, "repro", file, r.feed)
		return parity.Delivery{Feed: f.Name, Charset: f.Charset, Pair: f.Pair, Calls: f.Calls, Compare: f.Compare}, err
	case r.pair != "":
		p, err := ingest.BuiltinPair(r.pair)
		if err != nil {
			err = usageError("", "read --pair: %w", err)
		}
		return parity.Delivery{Feed: "repro", Pair: p}, err
	}
	return parity.Delivery{Feed: "repro", Pair: ingest.Builtin()[0]}, nil
}

// caseOfFile makes a case of a file's worst divergence, nil if the paths agree; d says how
// it is read.
func caseOfFile(ctx context.Context, eng ingest.Engine, d parity.Delivery, name string) (*golden.Case, error) {
	in, done, err := openInput(nil, name)
	if err != nil {
		return nil, err
	}
	defer done()
	line := &parity.Line{Engine: eng, Calls: eng}
	d.Name, d.Data, d.Size, d.File = in.Name, in.Data, in.Size, in.File
	rep, err := line.Check(ctx, d)
	if err != nil {
		return nil, err
	}
	defer rep.Close()
	for i := range rep.Views {
		v := &rep.Views[i]
		if v.Err != nil {
			return nil, v.Err
		}
		if len(v.Findings) > 0 {
			return golden.FromFinding(ctx, line, d, v, v.Findings[0], golden.Judge{})
		}
	}
	return nil, nil
}

// frozen compares what is recorded of py2 with what py3 does now. Its cause is the
// recorded one: to look for another, py2 would have to be run.
func (run *replayed) frozen(ctx context.Context, eng ingest.Engine, dir string, calls [2]*ingest.Call) (*repro, error) {
	c := run.c
	got := golden.Replay(ctx, eng, c, golden.ReplayOptions{Calls: calls, Frozen: true})
	if got.Err != nil {
		return nil, got.Err
	}
	run.outcomes = got.Outcomes
	r := newPage(c, dir, got.Compared.Diverges)
	if !r.Diverges {
		return r, nil
	}
	r.Why, r.Fix = classify.ExplainSignature(c.Signature, c.Py2, c.Py3)
	if c.Fix != "" {
		r.Fix = c.Fix
	}
	// Where the team's code is run, its bytes cannot be told from Settings.
	for p := range run.delivery.Calls {
		if c.Calls[p] != "" {
			run.delivery.Calls[p] = &ingest.Call{Function: c.Calls[p]}
		}
	}
	r.show(ctx, run, firstOf(got.Compared.Result))
	r.Frozen = fmt.Sprintf("py2 is what was recorded of Python %s", c.Py2.Python)
	return r, nil
}

func firstOf(res diff.Result) diff.Divergence {
	switch {
	case len(res.Divergences) > 0:
		return res.Divergences[0]
	case res.Order != nil:
		return *res.Order
	}
	return diff.Divergence{}
}
