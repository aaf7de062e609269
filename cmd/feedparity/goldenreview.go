//go:build !lean

package main

import (
	"bufio"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/feedparity/feedparity/golden"
	"github.com/feedparity/feedparity/golden/review"
)

const reviewLong = `Goes through the open and regressed cases: shows the page of repro and asks what is to
become of the case: it is passed over, accepted with a reason, a fix is expected of
somebody, it is fixed, or it is rejected as none of yours. A capital letter means all
open cases of its cause. What was decided is written at once, with the date and who did
it: to stop in the middle loses nothing.

On a terminal it is a screen with the list of cases above the page of one; the keys stand
at its end. Elsewhere, and with --plain, it asks line by line: an answer of several
letters is taken by its first; end of input ends it.

With --accept, --expect, --fixed or --reject nothing is asked: that is decided about the
cases named, or about all open ones selected by --cause, --feed and --state. They are the
commands accept, assign, resolve and retire.`

func newGoldenReview(std streams) *cobra.Command {
	var f goldenFlags
	var engine engineFlags
	var colour colourFlag
	var r reviewing
	cmd := &cobra.Command{
		Use:   "review [CASE...]",
		Short: "Go through the open cases and decide about each",
		Long:  reviewLong,
		Example: `  feedparity golden review
  feedparity golden review --feed acme --owner ops
  feedparity golden review --accept --cause lone-cr --owner ops --reason 'old machines' --expires 2027-12-31`,
		RunE: func(cmd *cobra.Command, args []string) error {
			verb, err := r.check(cmd, args)
			if err != nil {
				return err
			}
			inColour, err := colour.wanted(std.out)
			if err != nil {
				return err
			}
			store, cfg, err := f.store(cmd)
			if err != nil {
				return err
			}
			cases, err := chosenCases(store, args)
			if err != nil {
				return err
			}
			eng, closeEngine, err := engine.open(cmd.Context())
			if err != nil {
				return err
			}
			defer closeEngine()
			d := &desk{replayer: replayer{std: std, eng: eng, cfg: cfg}, by: r.by, colour: inColour}
			defer d.pythons.close()
			return r.run(cmd.Context(), d, verb, slices.DeleteFunc(cases, func(c golden.Stored) bool { return !r.pick.takes(c) }))
		},
	}
	f.add(cmd)
	engine.add(cmd)
	r.add(cmd)
	colour.add(cmd)
	return cmd
}

// reviewing are the flags of a review.
type reviewing struct {
	pick   selection
	by     string
	answer review.Decision // what is said beforehand
	chosen [4]bool         // by the place in review.Verbs
	plain  bool
}

func (r *reviewing) add(cmd *cobra.Command) {
	r.pick.add(cmd)
	byFlag(cmd, &r.by)
	flags := cmd.Flags()
	flags.StringVar(&r.answer.Owner, "owner", "", "who answers for what is accepted or is to mend the rest (default: asked)")
	flags.StringVar(&r.answer.Reason, "reason", "", "why, for what is decided without asking")
	flags.StringVar(&r.answer.Expires, "expires", "", "`DAY` until which --accept holds, such as 2026-12-31 (default: for ever)")
	flags.BoolVar(&r.plain, "plain", false, "ask line by line, on a terminal too")
	help := map[review.Verb]string{
		review.Accept: "accept the cases: they diverge and may", review.Expect: "note that --owner is expected to fix the cases",
		review.Fixed: "make the cases fixed whose paths agree now", review.Reject: "make the cases obsolete",
	}
	for i, v := range review.Verbs {
		flags.BoolVar(&r.chosen[i], string(v), false, help[v]+"; nothing is asked")
	}
}

// check returns what is to be decided without asking, "" where it is asked.
func (r *reviewing) check(cmd *cobra.Command, args []string) (review.Verb, error) {
	if err := r.pick.check(); err != nil {
		return "", err
	}
	i := slices.Index(r.chosen[:], true)
	switch {
	case i >= 0 && slices.Contains(r.chosen[i+1:], true):
		return "", usageError("", "review cases: want one of --accept, --expect, --fixed and --reject")
	case i < 0 && (r.answer.Reason != "" || r.answer.Expires != ""):
		return "", usageError("say what is decided: --accept, --expect, --fixed or --reject", "review cases: --reason and --expires belong to a decision")
	case i < 0:
		return "", nil
	case r.answer.Expires != "" && review.Verbs[i] != review.Accept:
		return "", usageError("", "review cases: --expires belongs to --accept alone")
	case r.answer.Owner != "" && review.Verbs[i] != review.Accept && review.Verbs[i] != review.Expect:
		return "", usageError("", "review cases: --owner belongs to --accept and --expect")
	case r.answer.Reason != "" && review.Verbs[i] == review.Fixed:
		return "", usageError("", "review cases: --reason does not belong to --fixed: that the paths agree is seen")
	case len(args) == 0 && r.pick.none():
		return "", usageError("name cases, or select them with --cause, --feed or --state", "%s: no CASE given", cmd.CommandPath())
	}
	return review.Verbs[i], nil
}

// run reviews cases as the flags and the terminal have it.
func (r *reviewing) run(ctx context.Context, d *desk, verb review.Verb, cases []golden.Stored) error {
	var read []golden.Stored
	for _, c := range cases {
		if c.Err != nil {
			fmt.Fprintf(d.std.err, "feedparity: %s\n", oneLine(c.Err.Error()))
			d.worst = max(d.worst, statusUsage)
			continue
		}
		read = append(read, c)
	}
	queue := review.NewQueue(read)
	var err error
	switch {
	case verb != "":
		return d.decideAll(ctx, queue.All(), review.Decision{Verb: verb, Owner: r.answer.Owner, Reason: r.answer.Reason, Expires: r.answer.Expires})
	case !r.plain && isTerminal(d.std.in) && isTerminal(d.std.out) && len(queue.All()) > 0:
		err = review.Run(ctx, review.NewModel(ctx, d, queue, r.answer.Owner), d.std.in, d.std.out)
	default:
		lines := &reviewer{desk: d, in: bufio.NewReader(d.std.in), queue: queue, owner: r.answer.Owner}
		err = lines.all(ctx)
	}
	if err != nil {
		return err
	}
	decided, left := queue.Counts()
	fmt.Fprintf(d.std.out, "\n%s decided, %d left open\n", plural(decided, "case"), left)
	return exit(d.worst)
}

// desk is where a review's cases are run and written.
type desk struct {
	replayer
	by     string
	colour bool
}

// Page is the page of repro, or why there is none.
func (d *desk) Page(ctx context.Context, c golden.Stored) string {
	page, err := reproduce(ctx, d.eng, c.Case, relative(c.Path), callsOf(d.cfg, c.Case), false)
	switch {
	case err != nil:
		return fmt.Sprintf("case       %s\nsignature  %s\ncannot be run: %s\n", relative(c.Path), c.Case.Signature, oneLine(err.Error()))
	case d.colour:
		return page.coloured()
	}
	return page.page()
}

// Decide changes a copy of a case and writes it.
func (d *desk) Decide(ctx context.Context, c golden.Stored, what review.Decision) (*golden.Case, error) {
	store, err := storeOf(c.Case, c.Path)
	if err != nil {
		return nil, err
	}
	if what.Verb == review.Fixed {
		if err := d.agrees(ctx, c.Case, c.Path); err != nil {
			return nil, err
		}
	}
	now := copied(c.Case)
	if err := what.Apply(now, d.by, time.Now()); err != nil {
		return nil, usageError("", "%w", err)
	}
	return now, store.Update(now)
}

// TakeBack writes a case as it was before.
func (d *desk) TakeBack(c golden.Stored, before *golden.Case) (*golden.Case, error) {
	store, err := storeOf(c.Case, c.Path)
	if err != nil {
		return nil, err
	}
	now := copied(c.Case)
	now.TakeBack(d.by, before, time.Now())
	return now, store.Update(now)
}

// copied is a case of which the state and the history can be changed alone.
func copied(c *golden.Case) *golden.Case {
	out := *c
	out.History = slices.Clip(out.History)
	return &out
}

// decideAll decides the same about many cases, without asking. What is refused does not
// stop the others.
func (d *desk) decideAll(ctx context.Context, cases []golden.Stored, what review.Decision) error {
	if len(cases) == 0 {
		fmt.Fprintln(d.std.err, "feedparity: no open case is selected")
	}
	for _, c := range cases {
		if _, err := d.Decide(ctx, c, what); err != nil {
			d.worst = max(d.worst, tell(d.std.err, err))
			continue
		}
		d.say(what, c)
	}
	return exit(d.worst)
}

func (d *desk) say(what review.Decision, c golden.Stored) {
	fmt.Fprintf(d.std.out, "%-14s %s\n", what.Done(), relative(c.Path))
}
