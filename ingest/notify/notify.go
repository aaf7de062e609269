// Package notify tells people, after a sweep, what is not as it was when they were told
// last: by a webhook, by mail. Nobody is told that nothing has changed, a signature is
// told once and never again, and what could not be told is told the next time.
package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/textproto"
	"slices"
	"strings"
	"time"

	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/report"
)

// Memory remembers what each channel was told of each feed, as package state does.
type Memory interface {
	Standings(ctx context.Context, channel string) (map[string][]byte, error)
	SetStanding(ctx context.Context, channel string, bodies map[string][]byte) error
}

// Message is what a channel is told.
type Message struct {
	Schema  string          `json:"schema"`
	Text    string          `json:"text"` // all of it in words: what chat programs show
	Run     int64           `json:"run"`
	Started time.Time       `json:"started"`
	Summary string          `json:"summary"`
	Changes []report.Change `json:"changes"`
}

// Schema names the form of the JSON document.
const Schema = "feedparity-changes/1"

// channel is a way to tell somebody.
type channel struct {
	name string
	send func(context.Context, Message) error
}

// channels are those that are configured.
func channels(n config.Notify) []channel {
	var out []channel
	if n.Webhook != (config.Webhook{}) {
		out = append(out, channel{"webhook", webhook{n.Webhook}.send})
	}
	if n.SMTP.Host != "" {
		out = append(out, channel{"mail", mailer{n.SMTP}.send})
	}
	return out
}

// pauses are those between tries: a server that is being restarted is there again.
var pauses = []time.Duration{2 * time.Second, 10 * time.Second}

// Tell tells every configured channel what has changed by the sweep of a finished
// document. The error joins those of the channels that could not be told; what each of
// them missed is remembered and told the next time.
func Tell(ctx context.Context, m Memory, n config.Notify, d report.Document) error {
	var errs []error
	for _, c := range channels(n) {
		if err := c.tell(ctx, m, d); err != nil {
			errs = append(errs, fmt.Errorf("notify by %s: %w", c.name, err))
		}
	}
	return errors.Join(errs...)
}

func (c channel) tell(ctx context.Context, m Memory, d report.Document) error {
	var all []report.Change
	now := map[string]report.Standing{}
	before, err := m.Standings(ctx, c.name)
	if err != nil {
		return err
	}
	for _, f := range d.Feeds {
		was, err := report.ParseStanding(before[f.Name])
		if err != nil {
			return err
		}
		changes, standing := report.Changes(was, f, d.Deliveries, d.Started)
		standing.Pending = append(slices.Clone(was.Pending), changes...)
		all = append(all, standing.Pending...)
		now[f.Name] = standing
	}
	var failed error
	if len(all) > 0 {
		if failed = c.try(ctx, message(d, all)); told(failed) {
			for name, s := range now {
				s.Pending = nil
				now[name] = s
			}
		}
	}
	bodies := map[string][]byte{}
	for name, s := range now {
		body, err := json.Marshal(s)
		if err != nil {
			return err
		}
		bodies[name] = body
	}
	// What was sent is remembered even where the context has ended meanwhile.
	return errors.Join(failed, m.SetStanding(context.WithoutCancel(ctx), c.name, bodies))
}

// ownError is one of ours, such as a secret that is not there: waiting mends nothing.
type ownError struct{ error }

// Unwrap returns the error itself.
func (e ownError) Unwrap() error { return e.error }

// toldError is what went wrong beside a message that is sent: somebody was not to be told.
type toldError struct{ error }

// Unwrap returns the error itself.
func (e toldError) Unwrap() error { return e.error }

// told reports whether a message has come to somebody, whatever else went wrong.
func told(err error) bool {
	var beside toldError
	return err == nil || errors.As(err, &beside)
}

// lasts reports whether trying again mends nothing: the error is ours, or a mail server
// refused for good (RFC 5321, section 4.2.1), as a wrong password, for which it may lock
// the account.
func lasts(err error) bool {
	var own ownError
	var reply *textproto.Error
	return errors.As(err, &own) || errors.As(err, &reply) && reply.Code >= 500
}

// try sends a message, and again where that fails.
func (c channel) try(ctx context.Context, m Message) error {
	err := c.send(ctx, m)
	for _, pause := range pauses {
		if told(err) || ctx.Err() != nil || lasts(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(pause):
		}
		err = c.send(ctx, m)
	}
	return err
}

// most is how many changes a message names: whoever gets more reads the report.
const most = 100

func message(d report.Document, all []report.Change) Message {
	m := Message{Schema: Schema, Run: d.Run, Started: d.Started, Summary: report.SummaryLine(d.Summary), Changes: all}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n", headline(all))
	for i, c := range all {
		if i == most {
			fmt.Fprintf(&b, "and %d more\n", len(all)-most)
			break
		}
		fmt.Fprintf(&b, "%s: %s: %s\n", c.What, c.Feed, report.Escape(c.Text))
	}
	fmt.Fprintf(&b, "\n%s\nfeedparity report %d tells the rest.\n", m.Summary, d.Run)
	m.Text = b.String()
	return m
}

// headline counts the changes, the worst kind first: "feedparity: 2 new, 1 alarm".
func headline(all []report.Change) string {
	n := map[string]int{}
	for _, c := range all {
		n[c.What]++
	}
	var out []string
	for _, what := range []string{"new", "regressed", "case", "failed", "lost", "unparsed", "alarm", "gone", "over", "mended"} {
		word := what
		if n[what] > 1 && (what == "alarm" || what == "case") {
			word += "s"
		}
		if n[what] > 0 {
			out = append(out, fmt.Sprintf("%d %s", n[what], word))
		}
	}
	return "feedparity: " + strings.Join(out, ", ")
}
