package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/feedparity/feedparity/golden"
)

const reviewLong = `Goes through the open and regressed cases one by one: shows the page of repro and asks
what is to become of the case. Every answer is also a command (accept, resolve, retire,
allow), for scripts. What was decided is written at once: to stop in the middle loses
nothing. An answer of several letters is taken by its first; end of input ends it.`

func newGoldenReview(std streams) *cobra.Command {
	var f goldenFlags
	var engine engineFlags
	var pick selection
	var by, owner string
	cmd := &cobra.Command{
		Use:   "review",
		Short: "Go through the open cases and decide about each",
		Long:  reviewLong,
		Example: `  feedparity golden review
  feedparity golden review --feed acme --owner ops`,
		Args: wantArgs(0, 0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := pick.check(); err != nil {
				return err
			}
			store, cfg, err := f.store(cmd)
			if err != nil {
				return err
			}
			cases, err := list(store)
			if err != nil {
				return err
			}
			eng, closeEngine, err := engine.open(cmd.Context())
			if err != nil {
				return err
			}
			defer closeEngine()
			r := &reviewer{in: bufio.NewReader(std.in), replayer: replayer{std: std, eng: eng, cfg: cfg}, by: by, owner: owner}
			defer r.pythons.close()
			return r.all(cmd.Context(), slices.DeleteFunc(cases, func(c golden.Stored) bool { return !pick.takes(c) }))
		},
	}
	f.add(cmd)
	engine.add(cmd)
	pick.add(cmd)
	byFlag(cmd, &by)
	cmd.Flags().StringVar(&owner, "owner", "", "who answers for what is accepted (default: asked)")
	return cmd
}

// reviewer asks about cases.
type reviewer struct {
	replayer
	in        *bufio.Reader
	by, owner string
	decided   int
	left      int
}

// errDone ends a review.
var errDone = fmt.Errorf("the review is over")

func (r *reviewer) all(ctx context.Context, cases []golden.Stored) error {
	var open []golden.Stored
	for _, c := range cases {
		switch {
		case c.Err != nil:
			fmt.Fprintf(r.std.err, "feedparity: %s\n", oneLine(c.Err.Error()))
			r.worst = max(r.worst, statusUsage)
		case c.Case.State == golden.Open || c.Case.State == golden.Regressed:
			open = append(open, c)
		}
	}
	r.left = len(open)
	for i, c := range open {
		if c.Case.State != golden.Open && c.Case.State != golden.Regressed {
			continue // decided with another of its cause
		}
		fmt.Fprintf(r.std.out, "\n--- %d of %d ---\n", i+1, len(open))
		if err := r.one(ctx, c, open); err == errDone {
			break
		} else if err != nil {
			return err
		}
	}
	fmt.Fprintf(r.std.out, "\n%s decided, %d left open\n", plural(r.decided, "case"), r.left)
	return exit(r.worst)
}

const reviewQuestion = "[n]ext  [a]ccept  accept all of this [c]ause  [f]ixed  [r]etire  [q]uit > "

// one shows a case and asks until there is an answer.
func (r *reviewer) one(ctx context.Context, c golden.Stored, all []golden.Stored) error {
	page, err := reproduce(ctx, r.eng, c.Case, relative(c.Path), callsOf(r.cfg, c.Case), false)
	if err != nil {
		fmt.Fprintf(r.std.out, "case       %s\nsignature  %s\ncannot be run: %s\n", relative(c.Path), c.Case.Signature, oneLine(err.Error()))
	} else {
		fmt.Fprint(r.std.out, page.page())
	}
	for {
		fmt.Fprintf(r.std.out, "\n%s", reviewQuestion)
		answer, err := r.ask()
		if err != nil {
			return err
		}
		again, err := r.answer(ctx, answer, c, all)
		if err != nil || !again {
			return err
		}
	}
}

// ask reads one line; the end of the input is the end of the review.
func (r *reviewer) ask() (string, error) {
	line, err := r.in.ReadString('\n')
	if line = strings.TrimSpace(line); line == "" && err == io.EOF {
		fmt.Fprintln(r.std.out)
		return "", errDone
	}
	return line, nil
}

// answer does what was answered and reports whether it is to be asked again.
func (r *reviewer) answer(ctx context.Context, answer string, c golden.Stored, all []golden.Stored) (again bool, err error) {
	switch strings.ToLower(answer + " ")[0] {
	case 'n', ' ':
		return false, nil
	case 'q':
		return false, errDone
	case 'a':
		return r.accept([]golden.Stored{c})
	case 'c':
		same := slices.DeleteFunc(slices.Clone(all), func(o golden.Stored) bool {
			return o.Case.Cause != c.Case.Cause || o.Case.State != golden.Open && o.Case.State != golden.Regressed
		})
		return r.accept(same)
	case 'f':
		if err := r.resolve(ctx, c.Path, r.by); err != nil {
			tell(r.std.out, err)
			return true, nil
		}
		c.Case.State = golden.Fixed
		r.count(1)
		return false, nil
	case 'r':
		return r.retire(c)
	}
	fmt.Fprintf(r.std.out, "%q is none of the answers\n", answer)
	return true, nil
}

func (r *reviewer) count(n int) { r.decided, r.left = r.decided+n, r.left-n }

// accept asks why, once for all.
func (r *reviewer) accept(cases []golden.Stored) (again bool, err error) {
	a := golden.Acceptance{Owner: r.owner}
	if a.Owner == "" {
		if a.Owner, err = r.question("who answers for it? "); err != nil {
			return false, err
		}
	}
	if a.Reason, err = r.question("why is it meant? "); err != nil {
		return false, err
	}
	if a.Expires, err = r.question("until which day, such as 2026-12-31? (nothing: for ever) "); err != nil {
		return false, err
	}
	for _, c := range cases {
		if again, err = r.move(c, "accepted", func() error { return c.Case.Accept(r.by, a, time.Now()) }); again || err != nil {
			return again, err
		}
	}
	r.owner = a.Owner // it need not be said twice
	return false, nil
}

func (r *reviewer) retire(c golden.Stored) (again bool, err error) {
	why, err := r.question("why is it no longer run? ")
	if err != nil {
		return false, err
	}
	return r.move(c, "obsolete", func() error { return c.Case.Retire(r.by, why, time.Now()) })
}

func (r *reviewer) question(text string) (string, error) {
	fmt.Fprint(r.std.out, text)
	return r.ask()
}

// move changes a case and writes it. What is refused is asked again.
func (r *reviewer) move(c golden.Stored, done string, change func() error) (again bool, err error) {
	store, err := storeOf(c.Case, c.Path)
	if err != nil {
		return false, err
	}
	if err := change(); err != nil {
		fmt.Fprintf(r.std.out, "%s\n", oneLine(err.Error()))
		return true, nil
	}
	if err := store.Update(c.Case); err != nil {
		return false, err
	}
	r.count(1)
	_, err = fmt.Fprintf(r.std.out, "%-14s %s\n", done, relative(c.Path))
	return false, err
}
