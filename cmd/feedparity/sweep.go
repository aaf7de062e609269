//go:build !lean

package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/feedparity/feedparity/golden"
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/embedded"
	"github.com/feedparity/feedparity/ingest/fetch"
	"github.com/feedparity/feedparity/ingest/handover"
	"github.com/feedparity/feedparity/ingest/notify"
	"github.com/feedparity/feedparity/ingest/report"
	"github.com/feedparity/feedparity/ingest/state"
	"github.com/feedparity/feedparity/ingest/sweep"
)

const sweepLong = `Pulls what is new from every feed's source, runs both paths on it, and files a golden
case for every divergence no delivery of the feed has shown before. It reads
feedparity.yaml, never writes to a supplier, and one failing feed does not stop
the others. docs/operations.md says how to run it every night.`

func newSweep(std streams) *cobra.Command {
	var file, fail, format string
	var asJSON, strict, dry bool
	var only []string
	var files reportFiles
	cmd := &cobra.Command{
		Use:   "sweep",
		Short: "Pull new deliveries of every feed and run both paths on them",
		Long:  sweepLong,
		Example: `  feedparity sweep
  feedparity sweep --config /srv/feeds/feedparity.yaml --fail-on any
  feedparity sweep --feed acme-stock --json
  feedparity sweep --dry-run
  feedparity sweep --junit sweep.xml --metrics /var/lib/node_exporter/feedparity.prom`,
		Args: wantArgs(0, 0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := errors.Join(checkFailOn(fail), checkLogFormat(format)); err != nil {
				return err
			}
			c, err := config.Load(file)
			if err != nil {
				return configError(err)
			}
			feeds, err := chosenFeeds(c, only)
			if err != nil {
				return err
			}
			if dry {
				return lookOnly(cmd.Context(), std, c, feeds, asJSON)
			}
			if err := files.check(); err != nil {
				return err
			}
			std := std.logging(format)
			res, err := sweepConfig(cmd.Context(), std, c, feeds, format)
			if err != nil {
				return err
			}
			unwritten := reportSweep(std, res, asJSON)
			unwritten = errors.Join(unwritten, files.write(res.whole()))
			if res.cut != nil || res.undone != nil || unwritten != nil {
				return res.incomplete(unwritten)
			}
			status := sweepStatus(res, fail, golden.NewStore(c.Golden))
			if strict && res.unparsed() > 0 {
				status = statusIncomplete
			}
			return exit(status)
		},
	}
	cmd.Flags().StringVar(&file, "config", config.DefaultFile, "configuration file")
	cmd.Flags().StringVar(&fail, "fail-on", "new", "which divergences make the exit status 1: any, new, open (nobody accepted them), silent or never")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON document instead of the table")
	cmd.Flags().BoolVar(&strict, "strict", false, "exit with 3 if a line of a listing was not understood, since a delivery may hide in it")
	cmd.Flags().BoolVar(&dry, "dry-run", false, "list the sources and say what would be fetched; fetch, run and remember nothing")
	cmd.Flags().StringArrayVar(&only, "feed", nil, "sweep only the feed of this `NAME`; may be given several times")
	files.flags(cmd)
	cmd.Flags().StringVar(&format, "log-format", "auto", "how stderr is told what is done: auto (lines that are rewritten on a terminal, else text), text or json")
	must(cmd.RegisterFlagCompletionFunc("log-format", cobra.FixedCompletions(logFormats, cobra.ShellCompDirectiveNoFileComp)))
	must(cmd.RegisterFlagCompletionFunc("fail-on", cobra.FixedCompletions(failOn, cobra.ShellCompDirectiveNoFileComp)))
	return cmd
}

// incomplete is the error of a sweep after which something could not be done, its report
// written among it. Whatever that was, it is no error of usage: the sweep is done.
func (s *swept) incomplete(unwritten error) error {
	all := errors.Join(s.undone, unwritten)
	if all != nil {
		all = errors.New(uninterrupted(all.Error()))
	}
	if s.cut != nil {
		return errors.Join(s.cut, all)
	}
	hint := "the sweep itself is done; this is tried again after the next one"
	if unwritten != nil {
		hint = `the sweep itself is done; "feedparity report" has its report, and writes these files (--junit, --metrics)`
	}
	return &statusError{statusIncomplete, all, hint}
}

func chosenFeeds(c *config.Config, only []string) ([]config.Feed, error) {
	if len(only) == 0 {
		return c.Feeds, nil
	}
	var out []config.Feed
	for _, name := range only {
		f, err := c.Feed(name)
		if err != nil {
			return nil, usageError("", "read --feed: %w", err)
		}
		if !slices.ContainsFunc(out, func(o config.Feed) bool { return o.Name == f.Name }) {
			out = append(out, f)
		}
	}
	return out, nil
}

// sweepConfig sweeps feeds with the directories and the state of a configuration.
func sweepConfig(ctx context.Context, std streams, c *config.Config, feeds []config.Feed, format string) (swept, error) {
	options, err := stateOptions(ctx, c)
	if err != nil {
		return swept{}, err
	}
	db, lock, err := state.OpenAlone(ctx, c.State, options)
	if err != nil {
		return swept{}, stateError(err)
	}
	defer db.Close()
	defer lock.Release()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() {
		select {
		case <-lock.Lost(): // another sweep may begin
			cancel(errors.New("the connection to the database, and with it the lock, was lost"))
		case <-ctx.Done():
		}
	}()
	accepted := acceptedCases(golden.NewStore(c.Golden))
	o, closeAll, err := sweepOptions(ctx, c, feeds, db, accepted)
	if err != nil {
		return swept{}, err
	}
	defer closeAll()
	watch := newWatch(std.err, len(feeds), format)
	defer watch.finish()
	o.Observe, o.Fetch.Logger = watch.event, watch.servers()
	out := swept{revision: o.Revision, started: time.Now()}
	out.accepting = accepting(feeds, o.Accept, time.Now())
	reporting := false
	o.Report = func(ctx context.Context, res *sweep.Result) error {
		reporting = true
		out.Result, out.ended = res, time.Now()
		return out.conclude(ctx, std, c, db, feeds, o, accepted)
	}
	out.Result, err = sweep.Run(ctx, o)
	if !reporting {
		out.ended = time.Now()
	}
	if errors.Is(err, context.Canceled) && !reporting {
		return out.cutShort(ctx, db, feeds, c.Reports, err)
	}
	return out, err
}

// conclude ends a sweep that did its work: its new cases are tried on other feeds, the night is
// held against those before it, kept and told.
func (s *swept) conclude(ctx context.Context, std streams, c *config.Config, db *state.DB, feeds []config.Feed, o sweep.Options, accepted []golden.Stored) (err error) {
	if c.Spread {
		spread, err := newSpreader(std, c, db, o.Store, o.Line, o.Judge, o.Revision)
		if err != nil {
			return err
		}
		s.spread = spread.spreadNew(ctx, s.Result)
		spread.close()
	}
	if s.rules, err = rulesOf(ctx, db, c.Accept, s.Result, time.Now()); err != nil {
		return err
	}
	s.rules = append(s.rules, overCases(accepted, time.Now())...)
	if err := s.lookBack(ctx, db, feeds); err != nil {
		return err
	}
	tidied := tidying(ctx, std, c, db, o.Store, s.Run)
	if err = s.keep(ctx, db, c.Reports); err != nil {
		return errors.Join(err, tidied())
	}
	s.undone = s.tell(ctx, db, c.Notify)
	s.undone = errors.Join(s.undone, tidied())
	return nil
}

// accepting are the feeds of which rules accept something at a time.
func accepting(feeds []config.Feed, rules []config.Accept, now time.Time) map[string]bool {
	out := map[string]bool{}
	for _, f := range feeds {
		out[f.Name] = slices.ContainsFunc(rules, func(a config.Accept) bool { return a.About(f.Name) && !a.Over(now) })
	}
	return out
}

// tell tells who is to be told. If that is cut short, the next sweep has all of it to tell;
// whom it could not reach it tells then in any case.
func (s *swept) tell(ctx context.Context, db *state.DB, n config.Notify) error {
	err := notify.Tell(ctx, db, n, s.whole())
	if ctx.Err() != nil {
		return err
	}
	return errors.Join(err, sweep.Told(ctx, db, s.Result))
}

// lookBackLimit is what the report of a sweep may take that was told to stop: its process
// is to end within two seconds.
const lookBackLimit = time.Second

// cutShort makes the report of a sweep that was told to stop, of what it recorded. The next
// one goes on, and has all of it to tell: if there is no time for this report, nothing is lost.
func (s *swept) cutShort(ctx context.Context, db *state.DB, feeds []config.Feed, reports string, cause error) (swept, error) {
	s.cut = &statusError{statusIncomplete, cause, "what was done is recorded: the next sweep goes on from there, and tells of it"}
	late, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookBackLimit)
	defer cancel()
	err := s.lookBack(late, db, feeds)
	if err == nil {
		err = s.keep(late, db, reports)
	}
	if err != nil {
		return *s, s.cut
	}
	return *s, nil
}

// sweepOptions starts what a sweep works with, which closeAll ends.
func sweepOptions(ctx context.Context, c *config.Config, feeds []config.Feed, db *state.DB, accepted []golden.Stored) (o sweep.Options, closeAll func(), err error) {
	store, err := openArchive(ctx, c)
	if err != nil {
		return o, nil, err
	}
	eng := openEngines(ctx, embedded.New(), true, runners(c)...)
	p := &pythons{find: eng.calls.Interpreters}
	closeAll = func() { p.close(); eng.close() }
	revision, err := codeRevision(ctx, c, eng.calls)
	if err != nil {
		closeAll()
		return o, nil, usageError("", "%w", err)
	}
	o = sweep.Options{
		Feeds: feeds, Partial: len(feeds) < len(c.Feeds), Line: eng.line, Judge: eng.judge, State: db, Archive: c.Archive, Store: store, Inbox: c.Inbox, Golden: c.Golden, Fetch: fetch.Options{Spare: c.MinFree}, Hosts: c.Servers,
		Accept:   append(slices.Clone(c.Accept), narrowCases(accepted)...),
		Pythons:  func(ctx context.Context, f config.Feed) (handover.Pair, error) { return p.pair(ctx, f.Pair, f.Calls) },
		Caches:   p.caches,
		Revision: revision, Engine: "embedded " + version(), Tells: true, Now: time.Now,
	}
	if o.Agreement, err = agreement(c, o); err != nil {
		closeAll()
		return o, nil, err
	}
	return o, closeAll, nil
}

// agreement stands for what two machines of a fleet must have in common to do each
// other's work: the configuration to the letter, the code's revision and the engine.
func agreement(c *config.Config, o sweep.Options) (string, error) {
	var written []byte
	if c.File != "" { // the demo's is nowhere
		var err error
		if written, err = os.ReadFile(c.File); err != nil {
			return "", usageError("", "read config: %w", err)
		}
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q", written, o.Revision, o.Engine))
	return hex.EncodeToString(sum[:8]), nil
}

// openState opens the state of a configuration beside whoever sweeps.
func openState(ctx context.Context, c *config.Config) (*state.DB, error) {
	options, err := stateOptions(ctx, c)
	if err != nil {
		return nil, err
	}
	db, err := state.OpenWith(ctx, c.State, options)
	if err != nil {
		return nil, stateError(err)
	}
	return db, nil
}

// stateOptions reads the database's password.
func stateOptions(ctx context.Context, c *config.Config) (state.Options, error) {
	password, err := c.Database.Read(ctx)
	if err != nil {
		return state.Options{}, usageError("", "open state: %w", err)
	}
	return state.Options{Password: password.Reveal()}, nil
}

// lookBack holds the night against those before it.
func (s *swept) lookBack(ctx context.Context, db *state.DB, feeds []config.Feed) (err error) {
	s.feeds, err = sweep.Morning(ctx, db, feeds, s.Result, s.started)
	return err
}

// keep keeps the sweep's report in the state and has it written to files.
func (s *swept) keep(ctx context.Context, db *state.DB, reports string) (err error) {
	encoded := sync.OnceValues(func() ([]byte, error) { return report.Encode(s.whole()) })
	s.write(reports, encoded)
	if s.encoded, err = encoded(); err == nil {
		err = db.SaveReport(ctx, s.Run, s.encoded)
	}
	if err != nil && s.cut == nil { // a sweep that was told to stop has no time to wait
		s.written()
	}
	return err
}

// unparsed counts the lines of listings that nobody understands.
func (s swept) unparsed() int {
	n := 0
	for _, f := range s.Feeds {
		n += len(f.Unparsed)
	}
	return n
}

// sweepStatus is the exit status of a sweep; what failed, or was less than expected,
// outranks what diverged. The checkout's cases say what somebody accepted.
func sweepStatus(res swept, fail string, checkout *golden.Store) int {
	if res.Failed() > 0 || res.unmet() > 0 {
		return statusIncomplete
	}
	for _, f := range res.Findings() {
		if f.Severity != ingest.Info && counts(fail, f, checkout) {
			return statusDiverge
		}
	}
	if res.again(fail) {
		return statusDiverge
	}
	if fail != "never" && res.regressed() > 0 {
		return statusDiverge
	}
	return statusOK
}

// again reports whether --fail-on counts a delivery whose bytes came before. Of that only the
// verdict is known: whatever asks for more passes over it, and so does a feed of which rules
// accept something today.
func (s *swept) again(fail string) bool {
	for _, f := range s.Feeds {
		for _, d := range f.Deliveries {
			if !d.Known || s.accepting[f.Name] {
				continue
			}
			for _, v := range d.Views {
				if v.Verdict == ingest.Diverge && (fail == "any" && v.Severity != ingest.Info || fail == "silent" && v.Severity == ingest.Silent) {
					return true
				}
			}
		}
	}
	return false
}

// regressed counts the golden cases that are fixed and diverge by the code as it is.
func (s swept) regressed() int {
	n := 0
	for _, f := range s.Feeds {
		for _, c := range f.Cases {
			if c.Status == golden.DoesRegress {
				n++
			}
		}
	}
	return n
}

// summary says in a line what a sweep did, including that it is not the whole truth.
func summary(res swept) string {
	deliveries, seen, fresh, known, accepted := 0, 0, 0, 0, 0
	for _, f := range res.Feeds {
		deliveries += len(f.Deliveries)
		seen += f.Seen
		for _, d := range f.Deliveries {
			n, k, a := divergences(d)
			fresh, known, accepted = fresh+n, known+k, accepted+a
		}
	}
	s := fmt.Sprintf("%s swept: %s new, %d seen before; %s new, %d known", plural(len(res.Feeds), "feed"), plurals(deliveries, "delivery", "deliveries"), seen, plural(fresh, "divergence"), known)
	if accepted > 0 {
		s += fmt.Sprintf(", %d accepted", accepted)
	}
	if n := res.Failed(); n > 0 {
		s += fmt.Sprintf("; NOT COMPLETE: %s failed or not compared", plurals(n, "feed or delivery", "feeds or deliveries"))
	}
	if n := res.regressed(); n > 0 {
		s += fmt.Sprintf("; %s REGRESSED", plural(n, "golden case"))
	}
	if n := res.unmet(); n > 0 {
		s += fmt.Sprintf("; LESS THAN EXPECTED of %s", plural(n, "feed"))
	}
	if res.cut != nil {
		s += "; STOPPED before its end"
	}
	return s
}

// divergences counts the signatures of a delivery, once where both views show one.
func divergences(d sweep.Delivery) (fresh, known, accepted int) {
	if d.Known && slices.ContainsFunc(d.Views, func(v sweep.View) bool { return v.Verdict == ingest.Diverge }) {
		return 0, 1, 0 // one at least, of which only the verdict is known
	}
	isNew := map[string]bool{} // of those that are not accepted
	meant := map[string]bool{}
	for _, v := range d.Views {
		for _, f := range v.Findings {
			switch {
			case f.Severity == ingest.Info:
			case f.Accepted:
				meant[f.Signature] = true
			default:
				isNew[f.Signature] = isNew[f.Signature] || f.New
			}
		}
	}
	for signature, n := range isNew {
		delete(meant, signature)
		if n {
			fresh++
		} else {
			known++
		}
	}
	return fresh, known, len(meant)
}

// runners lists the interpreters a configuration names.
func runners(c *config.Config) []string {
	var out []string
	for _, f := range c.Feeds {
		for _, call := range f.Calls {
			if call != nil && call.Python != "" {
				out = append(out, call.Python)
			}
		}
	}
	return out
}
