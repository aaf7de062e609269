package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/feedparity/feedparity/golden"
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/classify"
	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/parity"
)

// adder makes cases of files.
type adder struct {
	std   streams
	store *golden.Store
	feed  config.Feed
	eng   engines
	code  string // revision of the team's code
	by    string
	allow bool
	only  string // the one signature whose case is wanted, "" for all
	found bool   // a divergence, whether it had a case or not
}

func newGoldenAdd(std streams) *cobra.Command {
	var f goldenFlags
	var engine engineFlags
	var feed, by, only string
	var policies [2]string
	var allow bool
	cmd := &cobra.Command{
		Use:   "add --feed NAME FILE...",
		Short: "Make golden cases of files that somebody sent",
		Long: `Runs the paths of a configured feed on files that did not come from its supplier's
server, and writes a case for every divergence that has none yet, straight into the
checkout: minimised, scrubbed and confirmed like any other. Nothing is remembered of
the files. Instead of a feed's paths any two policies may be given, as findings print
them: the arguments of feedparity ingest.`,
		Example: `  feedparity golden add --feed acme ~/mail/stock_2026-11-20.csv
  feedparity golden add --py2 '--as py2 --codec latin-1' --py3 '--as py3' stock.csv`,
		Args: wantArgs(1, -1, "FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			store, cfg, err := f.store(cmd)
			if err != nil {
				return err
			}
			a := &adder{std: std, store: store, by: by, allow: allow, only: only}
			if policies != [2]string{} {
				a.feed, err = policyFeed(feed, policies)
			} else {
				a.feed, err = feedNamed(cfg, "add cases", f.config, feed)
			}
			if err != nil {
				return err
			}
			run, closeRun, err := engine.open(cmd.Context())
			if err != nil {
				return err
			}
			defer closeRun()
			a.eng = openEngines(cmd.Context(), run, true, engine.pythons...)
			defer a.eng.close()
			if a.feed.Calls != [2]*ingest.Call{} {
				if real := interpreters(cmd.Context(), run); real != nil {
					if a.code, err = codeRevision(cmd.Context(), cfg, real); err != nil {
						return err
					}
				}
			}
			failed := eachFile(cmd.Context(), std, args, func(name string, in ingest.Input) error { return a.file(cmd.Context(), name, in) })
			if status := statusOf(failed); status != statusOK || !a.found {
				return exit(status)
			}
			return exit(statusDiverge)
		},
	}
	f.add(cmd)
	engine.add(cmd)
	byFlag(cmd, &by)
	cmd.Flags().StringVar(&feed, "feed", "", "the feed whose paths read the files (default: the only one), or with --py2 and --py3 whose cases they are (default: "+addedFeed+")")
	for i, name := range []string{"py2", "py3"} {
		cmd.Flags().StringVar(&policies[i], name, "", "`ARGUMENTS` of feedparity ingest: how that path reads the files")
	}
	cmd.Flags().StringVar(&only, "signature", "", "write the case of this signature and no other")
	cmd.Flags().BoolVar(&allow, "allow", false, "write cases, too, that hold much of a file as it is (see golden allow)")
	return cmd
}

// addedFeed is what cases of two policies belong to, where no feed is named.
const addedFeed = "added"

// policyFeed is the feed of two policies, each the arguments of feedparity ingest.
func policyFeed(name string, policies [2]string) (config.Feed, error) {
	var feed config.Feed
	feed.Name, feed.Pair.Name = cmp.Or(name, addedFeed), "given"
	for i, set := range [2]*ingest.Settings{&feed.Pair.Py2, &feed.Pair.Py3} {
		flag := "--" + ingest.Paths[i].String()
		words, err := ingest.ShellWords(policies[i])
		if err != nil {
			return feed, usageError("", "read %s: %w", flag, err)
		}
		if *set, err = parseSettings(words); err != nil {
			return feed, err
		}
		if set.Python.Path() != ingest.Paths[i] {
			return feed, usageError("write it as "+flag+" '--as "+ingest.Paths[i].String()+" ...'", "read %s: it is how %s reads", flag, set.Python.Path())
		}
	}
	return feed, nil
}

// feedNamed finds the feed that files are said to be of; verb is what is to be done.
func feedNamed(cfg *config.Config, verb, file, name string) (config.Feed, error) {
	switch {
	case cfg == nil:
		return config.Feed{}, usageError("feedparity init makes one; feedparity check FILE does without", "%s: there is no %s", verb, file)
	case name == "" && len(cfg.Feeds) == 1:
		return cfg.Feeds[0], nil
	case name == "":
		return config.Feed{}, usageError("", "%s: --feed says whose files they are", verb)
	}
	f, err := cfg.Feed(name)
	if err != nil {
		return f, usageError("", "%s: %w", verb, err)
	}
	return f, nil
}

func (a *adder) file(ctx context.Context, name string, in ingest.Input) error {
	f := a.feed
	d := parity.Delivery{Feed: f.Name, Name: in.Name, Data: in.Data, Size: in.Size, File: in.File, Charset: f.Charset, Pair: f.Pair, Calls: f.Calls, Compare: f.Compare}
	rep, err := a.eng.line.Check(ctx, d)
	if err != nil {
		return err
	}
	defer rep.Close()
	for i := range rep.Views {
		v := &rep.Views[i]
		if v.Err != nil {
			return fmt.Errorf("add %q: %w", name, v.Err)
		}
		for _, found := range v.Findings {
			if a.only != "" && found.Signature != a.only {
				continue
			}
			if i > 0 && hasSignature(rep.Views[0].Findings, found.Signature) {
				continue // the raw view's case is this one
			}
			if err := a.finding(ctx, d, v, found); err != nil {
				return err
			}
		}
	}
	return nil
}

// finding writes the case of a finding, unless there is one.
func (a *adder) finding(ctx context.Context, d parity.Delivery, v *parity.View, f classify.Finding) error {
	a.found = a.found || f.Severity != ingest.Info
	there := &golden.Case{Feed: d.Feed, Signature: f.Signature, Cause: string(f.Cause)}
	switch _, err := golden.Load(a.store.Path(there)); {
	case err == nil:
		word := "there already"
		if back, err := regressed(a.store, there, a.by, d.Name); err != nil {
			return err
		} else if back {
			word = string(golden.Regressed)
		}
		_, err := fmt.Fprintf(a.std.out, "%-14s %s\n", word, relative(a.store.Path(there)))
		return err
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	c, err := golden.FromFinding(ctx, a.eng.line, d, v, f, a.eng.judge)
	if err != nil {
		return err
	}
	c.Found("add", time.Now(), "", d.Name, time.Time{}, a.code)
	c.History[0].Who = a.by
	if c.Held() && !a.allow {
		return usageError("golden add --allow writes it all the same; look at it before you commit it",
			"add case %q: it needs %d bytes of the file as they are", c.Dir(), c.Unscrubbed())
	}
	if c.Held() {
		c.Allow(a.by, time.Now())
	}
	dir, _, err := a.store.Write(c)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.std.out, "%-14s %s\n", "added", relative(dir))
	return err
}

// regressed makes a store's case regressed that was fixed and whose signature was met
// again, and reports whether it did.
func regressed(store *golden.Store, met *golden.Case, by, where string) (bool, error) {
	c := store.Of(met.Feed, met.Cause, met.Signature)
	if c == nil || c.State != golden.Fixed {
		return false, nil
	}
	if err := c.Regress(by, strings.TrimSuffix("found again in "+where, " in "), time.Now()); err != nil {
		return false, err
	}
	return true, store.Update(c)
}
