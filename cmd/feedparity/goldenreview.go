package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/feedparity/feedparity/golden"
)

const reviewLong = `Goes through the open and regressed cases one by one: shows the page of repro and asks
what is to become of the case: it is passed over, accepted with a reason, a fix is expected of
somebody, it is fixed, or it is rejected as none of yours. A capital letter means all
open cases of its cause. Every answer is also a command (accept, assign, resolve,
retire), for scripts. What was decided is written at once: to stop in the middle loses
nothing. An answer of several letters is taken by its first; end of input ends it.`

func newGoldenReview(std streams) *cobra.Command {
	var f goldenFlags
	var engine engineFlags
	var pick selection
	var by, owner string
	var colour colourFlag
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
			inColour, err := colour.wanted(std.out)
			if err != nil {
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
			r := &reviewer{in: bufio.NewReader(std.in), replayer: replayer{std: std, eng: eng, cfg: cfg}, by: by, owner: owner, colour: inColour}
			defer r.pythons.close()
			return r.all(cmd.Context(), slices.DeleteFunc(cases, func(c golden.Stored) bool { return !pick.takes(c) }))
		},
	}
	f.add(cmd)
	engine.add(cmd)
	pick.add(cmd)
	byFlag(cmd, &by)
	colour.add(cmd)
	cmd.Flags().StringVar(&owner, "owner", "", "who answers for what is accepted or is to mend the rest (default: asked)")
	return cmd
}

// reviewer asks about cases.
type reviewer struct {
	replayer
	in        *bufio.Reader
	by, owner string
	colour    bool
	decided   int
	left      int
	passed    map[string]bool // causes of which no more cases are shown
	assigned  map[string]bool // cases that are somebody's to mend since, by directory
}

// errDone ends a review, errBack goes to the case before.
var (
	errDone = errors.New("the review is over")
	errBack = errors.New("the case before")
)

func (r *reviewer) all(ctx context.Context, cases []golden.Stored) error {
	var open []golden.Stored
	for _, c := range cases {
		switch {
		case c.Err != nil:
			fmt.Fprintf(r.std.err, "feedparity: %s\n", oneLine(c.Err.Error()))
			r.worst = max(r.worst, statusUsage)
		case undecided(c.Case):
			open = append(open, c)
		}
	}
	r.left, r.passed, r.assigned = len(open), map[string]bool{}, map[string]bool{}
	for i := 0; i < len(open); i++ {
		if !r.shows(open[i]) {
			continue // decided, or passed over, with another of its cause
		}
		fmt.Fprintf(r.std.out, "\n--- %d of %d ---\n", i+1, len(open))
		err := r.one(ctx, open[i], open)
		if err == errBack {
			i = r.before(open, i) - 1
			continue
		}
		if err == errDone {
			break
		} else if err != nil {
			return err
		}
	}
	fmt.Fprintf(r.std.out, "\n%s decided, %d left open\n", plural(r.decided, "case"), r.left)
	return exit(r.worst)
}

func undecided(c *golden.Case) bool { return c.State == golden.Open || c.State == golden.Regressed }

// shows reports whether there is still something to ask about a case.
func (r *reviewer) shows(c golden.Stored) bool {
	return undecided(c.Case) && !r.passed[c.Case.Cause] && !r.assigned[c.Case.Dir()]
}

// before is the index of the case that was shown before one, its own where it is the first.
func (r *reviewer) before(open []golden.Stored, i int) int {
	for j := i - 1; j >= 0; j-- {
		if r.shows(open[j]) {
			return j
		}
	}
	return i
}

const reviewQuestion = "[n]ext  [p]revious  [a]ccept  fix [e]xpected  [f]ixed  [r]eject  [q]uit; N A E R: all of this cause > "

// one shows a case and asks until there is an answer.
func (r *reviewer) one(ctx context.Context, c golden.Stored, all []golden.Stored) error {
	page, err := reproduce(ctx, r.eng, c.Case, relative(c.Path), callsOf(r.cfg, c.Case), false)
	if err != nil {
		fmt.Fprintf(r.std.out, "case       %s\nsignature  %s\ncannot be run: %s\n", relative(c.Path), c.Case.Signature, oneLine(err.Error()))
	} else {
		show := page.page
		if r.colour {
			show = page.coloured
		}
		fmt.Fprint(r.std.out, show())
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

// answer does what was answered and reports whether it is to be asked again. A capital
// letter means all undecided cases of the cause.
func (r *reviewer) answer(ctx context.Context, answer string, c golden.Stored, all []golden.Stored) (again bool, err error) {
	letter := (answer + "n")[0]
	if letter == 'c' { // as it was called once
		letter = 'A'
	}
	cases := []golden.Stored{c}
	if letter >= 'A' && letter <= 'Z' {
		cases = slices.DeleteFunc(slices.Clone(all), func(o golden.Stored) bool { return o.Case.Cause != c.Case.Cause || !undecided(o.Case) })
	}
	switch strings.ToLower(string(letter)) {
	case "n":
		r.passed[c.Case.Cause] = letter == 'N'
		return false, nil
	case "p":
		return false, errBack
	case "q":
		return false, errDone
	case "a":
		return r.accept(cases)
	case "e":
		return r.expect(cases)
	case "r":
		return r.retire(cases)
	case "f":
		if err := r.resolve(ctx, c.Path, r.by); err != nil {
			tell(r.std.out, err)
			return true, nil
		}
		c.Case.State = golden.Fixed
		r.count(1)
		return false, nil
	}
	fmt.Fprintf(r.std.out, "%q is none of the answers\n", answer)
	return true, nil
}

func (r *reviewer) count(n int) { r.decided, r.left = r.decided+n, r.left-n }

// ownedBy asks for an owner, unless one was named before.
func (r *reviewer) ownedBy(question string) (owner string, err error) {
	if r.owner != "" {
		return r.owner, nil
	}
	return r.question(question)
}

// accept asks why, once for all.
func (r *reviewer) accept(cases []golden.Stored) (again bool, err error) {
	var a golden.Acceptance
	if a.Owner, err = r.ownedBy("who answers for it? "); err != nil {
		return false, err
	}
	if a.Reason, err = r.question("why is it meant? "); err != nil {
		return false, err
	}
	if a.Expires, err = r.question("until which day, such as 2026-12-31? (nothing: for ever) "); err != nil {
		return false, err
	}
	if again, err = r.moveAll(cases, "accepted", func(c *golden.Case) error { return c.Accept(r.by, a, time.Now()) }); !again {
		r.owner = a.Owner // it need not be said twice
	}
	return again, err
}

// expect asks who is to mend what cases show, and what is known of it.
func (r *reviewer) expect(cases []golden.Stored) (again bool, err error) {
	owner, err := r.ownedBy("who is to mend it? ")
	if err != nil {
		return false, err
	}
	why, err := r.question("what is known of it? (nothing) ")
	if err != nil {
		return false, err
	}
	if again, err = r.moveAll(cases, "assigned", func(c *golden.Case) error { return c.ExpectFix(r.by, owner, why, time.Now()) }); !again && err == nil {
		r.owner = owner
		for _, c := range cases {
			r.assigned[c.Case.Dir()] = true
		}
	}
	return again, err
}

func (r *reviewer) retire(cases []golden.Stored) (again bool, err error) {
	why, err := r.question("why is it no longer run? ")
	if err != nil {
		return false, err
	}
	return r.moveAll(cases, "obsolete", func(c *golden.Case) error { return c.Retire(r.by, why, time.Now()) })
}

// moveAll changes cases and writes them, up to the first that is refused.
func (r *reviewer) moveAll(cases []golden.Stored, done string, change func(*golden.Case) error) (again bool, err error) {
	for _, c := range cases {
		if again, err = r.move(c, done, func() error { return change(c.Case) }); again || err != nil {
			return again, err
		}
	}
	return false, nil
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
