package sweep

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/fetch"
	"github.com/feedparity/feedparity/ingest/report"
	"github.com/feedparity/feedparity/ingest/state"
)

// Morning says what became of each feed in a night that began at a time, held against
// what the state remembers of the nights before, and has it remember this one. One that was
// cut short is not remembered, and lacks nothing yet: the next one has all of it.
func Morning(ctx context.Context, db *state.DB, feeds []config.Feed, res *Result, started time.Time) ([]report.Feed, error) {
	out := make([]report.Feed, len(res.Feeds))
	b := before{gone: map[time.Time]map[string]int64{}}
	for _, f := range feeds {
		b.feeds = append(b.feeds, f.Name)
	}
	var err error
	if b.standings, err = db.Standings(ctx, report.Channel); err != nil {
		return nil, err
	}
	if b.newest, err = db.Newest(ctx, started, b.feeds...); err != nil {
		return nil, err
	}
	if err := b.look(ctx, db, started, res.listed()); err != nil {
		return nil, err
	}
	res.looked = started
	standings := map[string][]byte{}
	for i := range res.Feeds {
		m := morning{db: db, before: &b, feed: feeds[i], night: &res.Feeds[i], started: started, cut: res.Cut}
		if err := m.look(ctx); err != nil {
			return nil, err
		}
		_, now := report.Changes(m.was, m.out, nil, started)
		for _, status := range now.Cases {
			if m.out.CaseStates == nil {
				m.out.CaseStates = map[string]int{}
			}
			m.out.CaseStates[status]++
		}
		out[i] = m.out
		body, err := json.Marshal(now)
		if err != nil {
			return nil, err
		}
		standings[m.feed.Name] = body
	}
	if res.Cut {
		return out, nil
	}
	return out, db.SetStanding(ctx, report.Channel, standings)
}

// before is what the state remembers of all feeds.
type before struct {
	feeds     []string
	standings map[string][]byte
	newest    map[string]state.Newest
	gone      map[time.Time]map[string]int64 // since a time, by feed
	lost      map[string][]state.Offer       // that are gone and were never taken, by feed
}

func (b *before) look(ctx context.Context, db *state.DB, started time.Time, listed []string) error {
	lost, err := db.Lost(ctx, started, listed...)
	b.lost = map[string][]state.Offer{}
	for _, o := range lost {
		b.lost[o.Feed] = append(b.lost[o.Feed], o)
	}
	return err
}

// vanished counts a feed's deliveries that were listed at a time and since, and in this
// night no more. Most feeds were swept together the last time, and are asked for together.
func (m *morning) vanished(ctx context.Context) (int, error) {
	gone, asked := m.before.gone[m.was.At]
	if !asked {
		var err error
		if gone, err = m.db.Vanished(ctx, m.was.At, m.started, m.before.feeds...); err != nil {
			return 0, err
		}
		m.before.gone[m.was.At] = gone
	}
	return int(gone[m.feed.Name]), nil
}

// morning is the look back at the night of one feed.
type morning struct {
	db      *state.DB
	before  *before
	feed    config.Feed
	night   *Feed
	started time.Time
	cut     bool // the night was
	was     report.Standing
	fresh   bool            // nothing is known of earlier nights
	kin     map[string]*kin // what the latest deliveries were like, by kind
	out     report.Feed
}

func (m *morning) look(ctx context.Context) error {
	body := m.before.standings[m.feed.Name]
	m.fresh = body == nil
	var err error
	if m.was, err = report.ParseStanding(body); err != nil {
		return err
	}
	n := m.night
	m.out = report.Feed{Name: n.Name, Listed: n.Listed, Seen: n.Seen, Skipped: n.Skipped, Unstable: len(n.Held), Unparsed: len(n.Unparsed),
		Severities: map[string]int{}, Causes: map[string]int{}, Signatures: []report.Signature{}, Families: []string{}, Alarms: []report.Alarm{}}
	m.out.Replayed = len(n.Cases)
	for _, c := range n.Cases {
		if c.Status.Failed(true) {
			m.out.Cases = append(m.out.Cases, report.Case{Path: c.Dir, Status: string(c.Status), Detail: c.Detail})
		}
	}
	if n.Err != nil {
		m.out.Error = n.Err.Error()
	} else if !m.fresh {
		if m.out.Gone, err = m.vanished(ctx); err != nil {
			return err
		}
	}
	m.out.Newest = cameAt(m.before.newest[n.Name], m.feed.Source.Zone)
	m.lost()
	m.lines()
	for i := range n.Deliveries {
		m.count(&n.Deliveries[i])
	}
	m.signatures()
	m.families()
	m.gone()
	return m.alarms(ctx)
}

// lost says what came and was never compared: what earlier nights could not take and is gone
// now, and what was taken away in this night.
func (m *morning) lost() {
	for _, o := range m.before.lost[m.feed.Name] {
		m.out.Gone++
		gone := started(m.feed, task{entry: fetch.Entry{Path: o.Path}})
		m.out.Lost = append(m.out.Lost, report.Lost{Delivery: gone.Name, Path: gone.Below(), Nights: o.Attempts, Why: o.LastError})
	}
	for _, d := range m.night.Deliveries {
		if d.Gone && d.Err == nil {
			m.out.Lost = append(m.out.Lost, report.Lost{Delivery: d.Name, Path: d.Below()})
		}
	}
}

// Of lines that are not understood so many kinds are told, and so many bytes of each.
const (
	mostKinds   = 10
	mostOfALine = 160
)

// lines tells one of each kind of lines that were not understood.
func (m *morning) lines() {
	for _, u := range m.night.Unparsed {
		if len(u.Text) > mostOfALine {
			u.Text = u.Text[:mostOfALine]
		}
		kind := family(u.Text)
		known := slices.ContainsFunc(m.out.Lines, func(l report.Line) bool { return l.Kind == kind })
		if !known && len(m.out.Lines) < mostKinds {
			m.out.Lines = append(m.out.Lines, report.Line{Kind: kind, Text: u.String()})
		}
	}
}

// count adds a delivery to the feed's figures.
func (m *morning) count(d *Delivery) {
	switch d.News {
	case state.New:
		m.out.New++
	case state.Changed:
		m.out.Changed++
	case state.Unfinished:
		m.out.Resumed++
	}
	switch {
	case d.Gone && d.Err == nil:
		m.out.Gone++
	case errors.Is(d.Err, fetch.ErrChanged):
		m.out.Unstable++
	case d.failed():
		m.out.Failed++
	case d.Err == nil:
		m.out.Compared++
		m.out.Bytes += d.Bytes
		m.out.Rows += int64(rowsOf(d))
		if alike(d) {
			m.out.Parity++
		}
		if len(d.Confirmed) > 0 {
			m.out.Confirmed++
		}
	}
}

// alike reports whether every view of a delivery agreed and one at least had rows.
func alike(d *Delivery) bool {
	found := false
	for _, v := range d.Views {
		if v.Verdict != ingest.Parity && v.Verdict != ingest.AgreeEmpty {
			return false
		}
		found = found || v.Verdict == ingest.Parity
	}
	return found
}

// rowsOf are the rows of a delivery's raw view: where a path raised, of the other one.
func rowsOf(d *Delivery) int {
	if len(d.Views) == 0 {
		return 0
	}
	return max(d.Views[0].Py2Rows, d.Views[0].Py3Rows)
}

// signatures lists what the night's deliveries show, each once.
func (m *morning) signatures() {
	at := map[string]int{}
	for i := range m.night.Deliveries {
		d := &m.night.Deliveries[i]
		for _, f := range findings(d) {
			n, ok := at[f.Signature]
			one := report.Signature{Signature: f.Signature, Cause: f.Cause, Severity: f.Severity.String(), Case: f.Case, News: m.news(f), Accepted: f.Accepted}
			if !ok {
				n = len(m.out.Signatures)
				at[f.Signature] = n
				m.out.Signatures = append(m.out.Signatures, one)
				m.out.Severities[one.Severity]++
				m.out.Causes[f.Cause]++
			}
			s := &m.out.Signatures[n]
			if s.Accepted && !f.Accepted { // in part: what is told is the rest
				s.Case, s.News, s.Accepted = one.Case, one.News, false
			}
			if fam := family(d.Shown()); !slices.Contains(s.Families, fam) {
				s.Families = append(s.Families, fam)
			}
		}
	}
}

// findings are those of both views that are divergences.
func findings(d *Delivery) []Finding {
	var out []Finding
	for _, v := range d.Views {
		for _, f := range v.Findings {
			if f.Severity != ingest.Info {
				out = append(out, f)
			}
		}
	}
	return out
}

// news says what a signature is to the feed. One that was recorded by a sweep that
// died before its report is news still.
func (m *morning) news(f Finding) report.News {
	_, shown := m.was.Shown[f.Signature]
	switch {
	case f.Accepted: // nobody need look at it
		return report.Known
	case f.Regressed:
		return report.Regressed
	case f.New || !m.fresh && !slices.Contains(m.was.Told, f.Signature):
		return report.First
	case shown || m.fresh:
		return report.Known
	}
	return report.Again
}

// families finds the kinds of names of which everything that came was compared. A
// delivery with the bytes of an earlier one was not looked at again.
func (m *morning) families() {
	whole := map[string]bool{}
	for i := range m.night.Deliveries {
		d := &m.night.Deliveries[i]
		fam := family(d.Shown())
		before, ok := whole[fam]
		whole[fam] = d.Err == nil && !d.Known && !d.Gone && !d.failed() && (before || !ok)
	}
	for fam, ok := range whole {
		if ok {
			m.out.Families = append(m.out.Families, fam)
		}
	}
	slices.Sort(m.out.Families)
}

// gone adds the signatures that deliveries showed until now and these do not.
func (m *morning) gone() {
	for signature, families := range m.was.Shown {
		still := slices.ContainsFunc(m.out.Signatures, func(s report.Signature) bool { return s.Signature == signature })
		untold := slices.ContainsFunc(families, func(f string) bool { return !slices.Contains(m.out.Families, f) })
		if !still && !untold {
			cause, _, _ := strings.Cut(signature, ":")
			m.out.Signatures = append(m.out.Signatures, report.Signature{Signature: signature, Cause: cause, News: report.Gone, Families: families})
		}
	}
	slices.SortStableFunc(m.out.Signatures, func(a, b report.Signature) int { return strings.Compare(a.Signature, b.Signature) })
}
