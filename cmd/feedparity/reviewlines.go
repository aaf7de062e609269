//go:build !lean

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/feedparity/feedparity/golden"
	"github.com/feedparity/feedparity/golden/review"
)

// reviewer asks about cases line by line, where there is no screen.
type reviewer struct {
	*desk
	in    *bufio.Reader
	queue *review.Queue
	owner string
}

// errDone ends a review, errBack goes to the case before.
var (
	errDone = errors.New("the review is over")
	errBack = errors.New("the case before")
)

func (r *reviewer) all(ctx context.Context) error {
	for i := 0; i < len(r.queue.All()); i++ {
		c := r.queue.All()[i]
		if !r.queue.Shows(c) {
			continue // decided, or passed over, with another of its cause
		}
		fmt.Fprintf(r.std.out, "\n--- %d of %d ---\n", i+1, len(r.queue.All()))
		switch err := r.one(ctx, c); err {
		case nil:
		case errBack:
			i = r.before(i) - 1
		case errDone:
			return nil
		default:
			return err
		}
	}
	return nil
}

// before is the index of the case that was shown before one, its own where it is the first.
func (r *reviewer) before(i int) int {
	for j := i - 1; j >= 0; j-- {
		if r.queue.Shows(r.queue.All()[j]) {
			return j
		}
	}
	return i
}

const reviewQuestion = "[n]ext  [p]revious  [a]ccept  fix [e]xpected  [f]ixed  [r]eject  [q]uit; N A E F R: all of this cause > "

// one shows a case and asks until there is an answer.
func (r *reviewer) one(ctx context.Context, c golden.Stored) error {
	fmt.Fprint(r.std.out, r.Page(ctx, c))
	for {
		fmt.Fprintf(r.std.out, "\n%s", reviewQuestion)
		answer, err := r.ask()
		if err != nil {
			return err
		}
		again, err := r.answer(ctx, answer, c)
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
func (r *reviewer) answer(ctx context.Context, answer string, c golden.Stored) (again bool, err error) {
	letter := (answer + "n")[:1]
	if letter == "c" { // as it was called once
		letter = "A"
	}
	small := strings.ToLower(letter)
	cases := []golden.Stored{c}
	if letter != small {
		cases = r.queue.Open(c.Case.Cause)
	}
	var what review.Decision
	switch small {
	case "n", "s":
		if letter != small || small == "s" {
			r.queue.Skip(cases...)
		}
		return false, nil
	case "p":
		return false, errBack
	case "q":
		return false, errDone
	case "a":
		what, err = r.acceptance()
	case "e":
		what, err = r.expectation()
	case "r":
		what.Verb = review.Reject
		what.Reason, err = r.question("why is it no longer run? ")
	case "f":
		what.Verb = review.Fixed
	default:
		fmt.Fprintf(r.std.out, "%q is none of the answers\n", answer)
		return true, nil
	}
	if err != nil {
		return false, err
	}
	return r.decide(ctx, cases, what), nil
}

// ownedBy asks for an owner, unless one was named before.
func (r *reviewer) ownedBy(question string) (owner string, err error) {
	if r.owner != "" {
		return r.owner, nil
	}
	return r.question(question)
}

// acceptance asks why, once for all.
func (r *reviewer) acceptance() (review.Decision, error) {
	d := review.Decision{Verb: review.Accept}
	var err error
	if d.Owner, err = r.ownedBy("who answers for it? "); err != nil {
		return d, err
	}
	if d.Reason, err = r.question("why is it meant? "); err != nil {
		return d, err
	}
	d.Expires, err = r.question("until which day, such as 2026-12-31? (nothing: for ever) ")
	return d, err
}

// expectation asks who is to mend what cases show, and what is known of it.
func (r *reviewer) expectation() (review.Decision, error) {
	d := review.Decision{Verb: review.Expect}
	var err error
	if d.Owner, err = r.ownedBy("who is to mend it? "); err != nil {
		return d, err
	}
	d.Reason, err = r.question("what is known of it? (nothing) ")
	return d, err
}

// decide writes a decision about cases, up to the first that is refused: that is asked
// again.
func (r *reviewer) decide(ctx context.Context, cases []golden.Stored, what review.Decision) (again bool) {
	for _, c := range cases {
		now, err := r.Decide(ctx, c, what)
		if err != nil {
			tell(r.std.out, err)
			return true
		}
		r.queue.Decided(c.Dir, now)
		r.say(what, c)
	}
	if what.Owner != "" {
		r.owner = what.Owner // it need not be said twice
	}
	return false
}

func (r *reviewer) question(text string) (string, error) {
	fmt.Fprint(r.std.out, text)
	return r.ask()
}
