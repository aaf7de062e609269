// Package notify tells people, after a sweep, what is not as it was when they were told
// last: by a webhook, by mail. Nobody is told that nothing has changed, a signature is
// told once and never again, and what could not be told is told the next time.
package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/textproto"
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
	More    int             `json:"more,omitempty"` // changes that are none of these: the report has them
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
	before, err := m.Standings(ctx, c.name)
	if err != nil {
		return err
	}
	reported, err := m.Standings(ctx, report.Channel)
	if err != nil {
		return err
	}
	var all news
	now := map[string]report.Standing{}
	for _, f := range d.Feeds {
		was, err := standing(before[f.Name], reported[f.Name], f)
		if err != nil {
			return err
		}
		changes, left := report.Changes(was, f, d.Deliveries, d.Started)
		var waits news
		waits.add(was.Pending, was.More)
		waits.add(changes, nil)
		left.Pending, left.More = waits.changes, waits.more
		all.add(waits.changes, waits.more)
		now[f.Name] = left
	}
	var failed error
	if all.count() > 0 {
		if failed = c.report(ctx, d, all); told(failed) {
			for name, s := range now {
				s.Pending, s.More = nil, nil
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

// standing is how a feed stood when the channel was told last. One that is new, or to which
// the feed is, begins with what the report had before this night.
func standing(body, reported []byte, f report.Feed) (report.Standing, error) {
	if body != nil {
		return report.ParseStanding(body)
	}
	s, err := report.ParseStanding(reported)
	return s.Joining(f), err
}

// report sends what there is to tell, and a short message in its place to whom it is too
// large: else nothing would ever be told again, for more is to be told each night.
func (c channel) report(ctx context.Context, d report.Document, all news) error {
	err := c.try(ctx, message(d, all))
	if told(err) || !tooLarge(err) || ctx.Err() != nil {
		return err
	}
	if short := c.try(ctx, message(d, all.short())); told(short) {
		return short
	}
	return err
}

// most is how many changes are named, in a message and of a feed while nobody can be told:
// whoever gets more reads the report.
const most = 100

// news is what there is to tell.
type news struct {
	changes []report.Change
	more    map[string]int // changes that are none of these, by what they are
}

// add adds changes, and counts those for which there is no room.
func (n *news) add(changes []report.Change, more map[string]int) {
	room := max(0, min(len(changes), most-len(n.changes)))
	n.changes = append(n.changes, changes[:room]...)
	for _, c := range changes[room:] {
		n.leave(c.What, 1)
	}
	for what, k := range more {
		n.leave(what, k)
	}
}

// leave counts changes that are not named.
func (n *news) leave(what string, k int) {
	if n.more == nil {
		n.more = map[string]int{}
	}
	n.more[what] += k
}

// short is only how many there are.
func (n news) short() news {
	return news{more: n.kinds()}
}

// kinds counts all changes by what they are.
func (n news) kinds() map[string]int {
	out := map[string]int{}
	maps.Copy(out, n.more)
	for _, c := range n.changes {
		out[c.What]++
	}
	return out
}

// rest counts those that are not named.
func (n news) rest() int {
	sum := 0
	for _, k := range n.more {
		sum += k
	}
	return sum
}

func (n news) count() int { return len(n.changes) + n.rest() }

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

// lasts reports whether trying again mends nothing: the error is ours, the message is too
// large, or a mail server refused for good (RFC 5321, section 4.2.1), as a wrong password, for which it may lock
// the account.
func lasts(err error) bool {
	var own ownError
	var reply *textproto.Error
	return errors.As(err, &own) || errors.As(err, &reply) && reply.Code >= 500 || tooLarge(err)
}

// tooLarge reports whether a server may have refused a message for its size: by 413 or by
// what some say instead, a mail server by 552 (RFC 1870).
func tooLarge(err error) bool {
	var status statusError
	var reply *textproto.Error
	if errors.As(err, &status) {
		return status.code == http.StatusRequestEntityTooLarge || status.code == http.StatusBadRequest || status.code == http.StatusUnprocessableEntity
	}
	return errors.As(err, &reply) && reply.Code == 552
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

func message(d report.Document, all news) Message {
	m := Message{Schema: Schema, Run: d.Run, Started: d.Started, Summary: report.SummaryLine(d.Summary), Changes: all.changes, More: all.rest()}
	if m.Changes == nil {
		m.Changes = []report.Change{}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n", headline(all.kinds()))
	for _, c := range all.changes {
		fmt.Fprintf(&b, "%s: %s: %s\n", c.What, c.Feed, report.Escape(c.Text))
	}
	switch {
	case m.More > 0 && len(m.Changes) == 0:
		fmt.Fprintf(&b, "too much for one message\n")
	case m.More > 0:
		fmt.Fprintf(&b, "and %d more\n", m.More)
	}
	fmt.Fprintf(&b, "\n%s\nfeedparity report %d tells the rest.\n", m.Summary, d.Run)
	m.Text = b.String()
	return m
}

// headline counts the changes, the worst kind first: "feedparity: 2 new, 1 alarm".
func headline(n map[string]int) string {
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
