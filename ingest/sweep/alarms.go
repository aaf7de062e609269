package sweep

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/feedparity/feedparity/ingest/detect"
	"github.com/feedparity/feedparity/ingest/report"
	"github.com/feedparity/feedparity/ingest/state"
)

const (
	// history is how many deliveries of a kind a new one is held against.
	history = 10
	// mostRemembered is of how many deliveries of a kind and a night it is remembered what
	// they were like: of a year's that came at once nobody needs the first.
	mostRemembered = 10 * history
)

// alarms says what is not as it should be or was, and has the state remember what the
// night's deliveries were like.
func (m *morning) alarms(ctx context.Context) error {
	if !m.cut {
		m.freshness()
		if want := m.feed.Expect.Deliveries; m.out.Compared < want {
			m.alarm(report.TooFew, nil, "%d compared, %d expected", m.out.Compared, want)
		}
	}
	if len(m.night.Deliveries) == 0 {
		return nil
	}
	return m.db.Transact(ctx, func(tx state.Tx) error { // one for all: each is a sync
		m.kin = map[string]*kin{}
		known, err := tx.ProfilesOf(ctx, m.night.Name, m.known()...)
		if err != nil {
			return err
		}
		var all []state.Profile
		for i := range m.night.Deliveries {
			d := &m.night.Deliveries[i]
			if d.Err != nil || d.Gone || d.News == state.Rechecked { // that was held against those before it when it came
				continue
			}
			now := profile(m.night.Name, d)
			if was, ok := known[d.SHA256]; d.Known {
				if now.Rows = -1; ok {
					now.Rows, now.Charset, now.Dialect = was.Rows, was.Charset, was.Dialect
				}
			} else {
				known[d.SHA256] = now
				all = append(all, now)
			}
			if err := m.delivery(ctx, tx, d, now); err != nil {
				return err
			}
		}
		return tx.AddProfiles(ctx, m.started, latest(all)...)
	})
}

// latest leaves of each kind the last ones.
func latest(all []state.Profile) []state.Profile {
	left := map[string]int{}
	for _, p := range all {
		left[p.Family]++
	}
	return slices.DeleteFunc(all, func(p state.Profile) bool {
		left[p.Family]--
		return left[p.Family] >= mostRemembered
	})
}

// known are the hashes of what had come before this night, or in it.
func (m *morning) known() []string {
	sums := map[string]bool{}
	for _, d := range m.night.Deliveries {
		if d.Known {
			sums[d.SHA256] = true
		}
	}
	return slices.Sorted(maps.Keys(sums))
}

// profile is what a delivery is like that was run in this night.
func profile(feed string, d *Delivery) state.Profile {
	return state.Profile{Feed: feed, SHA256: d.SHA256, Family: family(d.Shown()), Bytes: d.Bytes, Rows: int64(rowsOf(d)), Charset: d.Charset, Dialect: d.Dialect}
}

// alarm is one of a delivery, or of the feed.
func (m *morning) alarm(kind report.Kind, d *Delivery, format string, args ...any) {
	a := report.Alarm{Kind: kind, Text: fmt.Sprintf(format, args...)}
	if d != nil {
		a.Delivery, a.Path = report.Escape(d.Name), report.Escape(d.Below())
	}
	m.out.Alarms = append(m.out.Alarms, a)
}

// freshness compares the feed's newest delivery with its deadline. One that somebody
// took away counts: it came. One that is offered and cannot be taken does not, yet.
func (m *morning) freshness() {
	every := m.feed.Expect.Every
	if every == 0 || !m.out.Newest.IsZero() && m.started.Sub(m.out.Newest) <= every {
		return
	}
	since := "none has ever come"
	if !m.out.Newest.IsZero() {
		since = fmt.Sprintf("the newest is of %s, %s ago", m.out.Newest.Format("2006-01-02 15:04Z"), ago(m.started.Sub(m.out.Newest)))
	}
	kind := report.Late
	switch n := m.untaken(); {
	case m.night.Err != nil:
	case n > 0:
		since = fmt.Sprintf("%d offered that cannot be taken yet; %s", n, since)
	case m.out.Seen+m.out.Skipped+len(m.night.Deliveries) == 0:
		kind, since = report.Missing, "nothing is offered; "+since
	}
	m.alarm(kind, nil, "%s, expected every %s", since, ago(every))
}

// untaken counts what is offered and could not be fetched.
func (m *morning) untaken() int {
	n := len(m.night.Held)
	for _, d := range m.night.Deliveries {
		if d.Err != nil && d.SHA256 == "" {
			n++
		}
	}
	return n
}

// ago words a duration in days and hours, or in hours and minutes.
func ago(d time.Duration) string {
	days, hours := int(d/(24*time.Hour)), int(d%(24*time.Hour)/time.Hour)
	switch {
	case days > 0 && hours > 0:
		return fmt.Sprintf("%dd%dh", days, hours)
	case days > 0:
		return fmt.Sprintf("%dd", days)
	}
	return strings.TrimSuffix(d.Round(time.Minute).String(), "0s")
}

// delivery holds one against what is expected and against its feed's history, of which it is
// from now on, unless it was before: then its charset and dialect are of that, and were told.
// Rows are -1 where nobody knows them any more.
func (m *morning) delivery(ctx context.Context, tx state.Tx, d *Delivery, now state.Profile) error {
	e := m.feed.Expect
	if now.Bytes < e.MinSize {
		m.alarm(report.TooSmall, d, "%d bytes, at least %d expected", now.Bytes, e.MinSize)
	}
	if now.Rows >= 0 && now.Rows < int64(e.MinRows) {
		m.alarm(report.TooFewRows, d, "%d rows, at least %d expected", now.Rows, e.MinRows)
	}
	k, asked := m.kin[now.Family]
	if !asked {
		all, err := tx.Profiles(ctx, now.Feed, now.Family, history)
		if err != nil {
			return err
		}
		k = &kin{}
		for _, p := range slices.Backward(all) {
			k.add(p)
		}
		m.kin[now.Family] = k
	}
	before := k.without(now.SHA256)
	m.ratio(d, "bytes", now.Bytes, before, func(p state.Profile) int64 { return p.Bytes })
	if now.Rows >= 0 {
		m.ratio(d, "rows", now.Rows, before, func(p state.Profile) int64 { return p.Rows })
	}
	if d.Known {
		return nil
	}
	// Pure ASCII is every charset, and one column has every delimiter.
	m.drift(report.CharsetDrift, d, now.Charset, before, func(p state.Profile) string { return strings.TrimPrefix(p.Charset, "ascii") })
	m.drift(report.DialectDrift, d, now.Dialect, before, func(p state.Profile) string { return p.Dialect })
	k.latest = append(k.latest[:0], before...)
	k.add(now)
	return nil
}

// kin are what the latest deliveries of a kind were like, newest first. One is kept for all
// of a night, and nothing is made anew for a delivery: there are thousands.
type kin struct{ latest, others []state.Profile }

// add puts a profile before the others, of which the oldest goes.
func (k *kin) add(p state.Profile) {
	if len(k.latest) < history {
		k.latest = append(k.latest, state.Profile{})
	}
	copy(k.latest[1:], k.latest)
	k.latest[0] = p
}

// without are the latest but one; they are there until the next call.
func (k *kin) without(sum string) []state.Profile {
	k.others = slices.DeleteFunc(append(k.others[:0], k.latest...), func(p state.Profile) bool { return p.SHA256 == sum })
	return k.others
}

// ratio compares a figure with the median of those before.
func (m *morning) ratio(d *Delivery, what string, now int64, before []state.Profile, of func(state.Profile) int64) {
	e := m.feed.Expect
	if len(before) == 0 || e.MaxShrink <= 0 && e.MaxGrowth <= 0 {
		return
	}
	all := make([]int64, 0, history)
	for _, p := range before {
		all = append(all, of(p))
	}
	slices.Sort(all)
	usual := all[len(all)/2]
	switch change := float64(now) - float64(usual); {
	case usual == 0:
	case e.MaxShrink > 0 && -change > e.MaxShrink*float64(usual):
		m.alarm(report.Shrunk, d, "%d %s, usually %d: %.0f%% less, %.0f%% allowed", now, what, usual, -100*change/float64(usual), 100*e.MaxShrink)
	case e.MaxGrowth > 0 && change > e.MaxGrowth*float64(usual):
		m.alarm(report.Grown, d, "%d %s, usually %d: %.0f%% more, %.0f%% allowed", now, what, usual, 100*change/float64(usual), 100*e.MaxGrowth)
	}
}

// drift looks for what no recent delivery was. What does not show it says nothing.
func (m *morning) drift(kind report.Kind, d *Delivery, now string, before []state.Profile, of func(state.Profile) string) {
	var was string
	for _, p := range before {
		switch s := of(p); {
		case s == now:
			return
		case was == "":
			was = s
		}
	}
	if was != "" && now != "" && now != "ascii" {
		m.alarm(kind, d, "%s, until now %s", now, was)
	}
}

// dialectOf words what of a dialect a supplier's change of program would show in.
func dialectOf(d detect.Dialect) string {
	if d.Columns < 2 {
		return ""
	}
	return fmt.Sprintf("delimiter %q, quote %q, %s line ends", d.Delimiter, d.Quotechar, d.LineEnding)
}
