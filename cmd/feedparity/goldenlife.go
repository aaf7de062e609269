package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/feedparity/feedparity/golden"
	"github.com/feedparity/feedparity/ingest"
)

// selection says which cases of a store a command is about.
type selection struct {
	state, cause, feed string
}

func (s *selection) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&s.state, "state", "", "only cases in this state")
	cmd.Flags().StringVar(&s.cause, "cause", "", "only cases of this cause")
	cmd.Flags().StringVar(&s.feed, "feed", "", "only cases of this feed")
}

// check refuses a state that there is none of: it would select nothing, and look as
// if there was nothing.
func (s *selection) check() error {
	if s.state != "" && !slices.Contains(golden.States, golden.State(s.state)) {
		return usageError("", "read --state: there is no state %q; want one of %s", s.state, joinStates())
	}
	return nil
}

func joinStates() string {
	var out []string
	for _, s := range golden.States {
		out = append(out, string(s))
	}
	return strings.Join(out, ", ")
}

func (s *selection) none() bool { return *s == selection{} }

// takes reports whether a case is selected. One that cannot be read is: nobody knows.
func (s *selection) takes(c golden.Stored) bool {
	is := func(want, have string) bool { return want == "" || want == have }
	return c.Err != nil || is(s.state, string(c.Case.State)) && is(s.cause, c.Case.Cause) && is(s.feed, c.Case.Feed)
}

// byFlag is who does something to a case, for its history.
func byFlag(cmd *cobra.Command, by *string) {
	cmd.Flags().StringVar(by, "by", cmp.Or(os.Getenv("USER"), os.Getenv("USERNAME"), "unknown"), "`NAME` of who decides it, for the history")
}

// mover changes the states of cases: those that are named, or those selected.
type mover struct {
	std  streams
	dirs goldenFlags
	pick selection
	by   string
	done string // said of a case that was changed
	move func(c *golden.Case, at time.Time) error
	want func() error // says which flags are missing, nil if none is needed
}

// command makes the command of a move.
func (m *mover) command(use, short, long, example string) *cobra.Command {
	cmd := &cobra.Command{
		Use: use + " [CASE...]", Short: short, Long: long, Example: example,
		RunE: func(cmd *cobra.Command, args []string) error { return m.run(cmd, args) },
	}
	m.dirs.add(cmd)
	m.pick.add(cmd)
	byFlag(cmd, &m.by)
	return cmd
}

func (m *mover) run(cmd *cobra.Command, args []string) error {
	if m.want != nil {
		if err := m.want(); err != nil {
			return err
		}
	}
	cases, err := m.cases(cmd, args)
	if err != nil {
		return err
	}
	worst := statusOK
	for _, c := range cases {
		if err := m.one(c); err != nil {
			worst = max(worst, tell(m.std.err, err))
		}
	}
	return exit(worst)
}

// cases finds what is to be changed. All cases of a store are never meant by saying
// nothing.
func (m *mover) cases(cmd *cobra.Command, args []string) ([]golden.Stored, error) {
	if err := m.pick.check(); err != nil {
		return nil, err
	}
	if len(args) == 0 && m.pick.none() {
		return nil, usageError("name cases, or select them with --cause, --feed or --state", "%s: no CASE given", cmd.CommandPath())
	}
	store, _, err := m.dirs.store(cmd)
	if err != nil {
		return nil, err
	}
	found, err := chosenCases(store, args)
	if err != nil {
		return nil, err
	}
	found = slices.DeleteFunc(found, func(c golden.Stored) bool { return !m.pick.takes(c) })
	if len(found) == 0 {
		fmt.Fprintln(m.std.err, "feedparity: no case is selected")
	}
	return found, nil
}

func (m *mover) one(c golden.Stored) error {
	if c.Err != nil {
		return usageError("", "%w", c.Err)
	}
	store, err := storeOf(c.Case, c.Path)
	if err != nil {
		return err
	}
	if err := m.move(c.Case, time.Now()); err != nil {
		return usageError("", "%w", err)
	}
	if err := store.Update(c.Case); err != nil {
		return err
	}
	_, err = fmt.Fprintf(m.std.out, "%-14s %s\n", m.done, relative(c.Path))
	return err
}

// storeOf returns the store that a case's directory belongs to.
func storeOf(c *golden.Case, dir string) (*golden.Store, error) {
	whole, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	store := golden.NewStore(filepath.Dir(filepath.Dir(whole)))
	if store.Path(c) != whole {
		return nil, usageError("cases are kept as FEED/CAUSE-HASH", "update case %q: its directory should be %s", dir, c.Dir())
	}
	return store, nil
}

func newGoldenAccept(std streams) *cobra.Command {
	var a golden.Acceptance
	var within float64
	m := &mover{std: std, done: "accepted"}
	m.move = func(c *golden.Case, at time.Time) error { return c.Accept(m.by, a, at) }
	cmd := m.command("accept", "Say that divergences are meant, by whom and why",
		`Makes cases accepted: they diverge and may. A replay passes over them until the day
that --expires names is over, and a sweep does not count them under --fail-on open. With
--column, --values or --within only such divergences are accepted: a delivery in which
there is another with the same signature counts as if nothing was.`,
		`  feedparity golden accept --owner ops --reason 'the new code strips no-break spaces' golden/cases/acme/unicode-whitespace-0b58986f
  feedparity golden accept --owner kim --reason 'both loaders raise' --expires 2027-03-31 --cause undecodable-bytes --feed acme
  feedparity golden accept --owner kim --reason 'half a cent' --column price --within 0.005 golden/cases/acme/float-rounding-ebf8d8a6`)
	cmd.Flags().StringVar(&a.Owner, "owner", "", "who answers for it")
	cmd.Flags().StringVar(&a.Reason, "reason", "", "why it is meant")
	cmd.Flags().StringVar(&a.Expires, "expires", "", "`DAY` until which it holds, such as 2026-12-31 (default: for ever)")
	cmd.Flags().StringVar(&a.Narrow.Column, "column", "", "only in this column, by name or 1-based position")
	cmd.Flags().StringVar(&a.Narrow.Values, "values", "", "only of such values: "+strings.Join(ingest.ValueClasses, ", "))
	cmd.Flags().Float64Var(&within, "within", 0, "only numbers that are this far apart at most")
	m.want = func() error {
		if cmd.Flags().Changed("within") {
			a.Narrow.Tolerance = &within
		}
		if err := a.Narrow.Validate(); err != nil {
			return usageError("", "accept cases: %w", err)
		}
		if a.Owner == "" || a.Reason == "" {
			return usageError("", "accept cases: --owner and --reason say who answers for it and why")
		}
		return nil
	}
	return cmd
}

func newGoldenAssign(std streams) *cobra.Command {
	var owner, why string
	m := &mover{std: std, done: "assigned"}
	m.move = func(c *golden.Case, at time.Time) error { return c.ExpectFix(m.by, owner, why, at) }
	cmd := m.command("assign", "Say who is to mend what cases show",
		"Notes who is expected to fix divergences that are not meant. The cases stay open until\ntheir paths agree: then feedparity golden resolve.",
		`  feedparity golden assign --owner stock-team --reason 'int() of text' golden/cases/acme/unicode-digits-b8018061`)
	cmd.Flags().StringVar(&owner, "owner", "", "who is to mend it")
	cmd.Flags().StringVar(&why, "reason", "", "what is known already, for the history")
	m.want = func() error {
		if owner == "" {
			return usageError("", "assign cases: --owner says who is to mend them")
		}
		return nil
	}
	return cmd
}

func newGoldenReopen(std streams) *cobra.Command {
	var why string
	m := &mover{std: std, done: "open"}
	m.move = func(c *golden.Case, at time.Time) error { return c.Reopen(m.by, why, at) }
	cmd := m.command("reopen", "Take back what was decided about cases", "Makes cases open again that were accepted, fixed, regressed or obsolete.",
		`  feedparity golden reopen --reason 'the supplier still sends it' golden/cases/acme/lone-cr-a0a27f1e`)
	cmd.Flags().StringVar(&why, "reason", "", "why, for the history")
	return cmd
}

func newGoldenRetire(std streams) *cobra.Command {
	var why string
	m := &mover{std: std, done: "obsolete"}
	m.move = func(c *golden.Case, at time.Time) error { return c.Retire(m.by, why, at) }
	cmd := m.command("retire", "Take cases out of use",
		"Makes cases obsolete: they are no longer run. feedparity golden prune removes them.",
		`  feedparity golden retire --reason 'the supplier is gone' --feed acme`)
	cmd.Flags().StringVar(&why, "reason", "", "why, for the history")
	return cmd
}

func newGoldenAllow(std streams) *cobra.Command {
	m := &mover{std: std, done: "allowed"}
	m.move = func(c *golden.Case, at time.Time) error { c.Allow(m.by, at); return nil }
	return m.command("allow", "Let cases into a checkout that hold much of a supplier's data",
		fmt.Sprintf(`A divergence may need more of the supplier's data than could be replaced: "residue:"
in case.yaml lists it. Where that is more than %d bytes, golden pull leaves the case in
the inbox until somebody has looked at it and says so here.`, golden.MaxResidue),
		`  feedparity golden allow --by kim .feedparity/inbox/acme/value-type-d3e0ece8`)
}

func newGoldenPrune(std streams) *cobra.Command {
	var f goldenFlags
	var dry bool
	cmd := &cobra.Command{
		Use:   "prune",
		Short: "Remove obsolete cases",
		Long:  "Removes the directories of cases in state obsolete. Version control still has them.",
		Example: `  feedparity golden prune --dry-run
  feedparity golden prune`,
		Args: wantArgs(0, 0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			store, cases, err := f.cases(cmd)
			if err != nil {
				return err
			}
			for _, c := range cases {
				if c.Err != nil || c.Case.State != golden.Obsolete {
					continue
				}
				if !dry {
					if err := store.Remove(c.Case); err != nil {
						return err
					}
				}
				fmt.Fprintln(std.out, relative(c.Path))
			}
			return nil
		},
	}
	f.add(cmd)
	cmd.Flags().BoolVar(&dry, "dry-run", false, "say what would be removed")
	return cmd
}
