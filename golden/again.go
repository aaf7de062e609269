package golden

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// foundAgain begins the event of a case whose signature came back after it was fixed.
const foundAgain = "found again"

// Of returns the case that a feed has of a signature, nil if the store has none that can
// be read.
func (s *Store) Of(feed, cause, signature string) *Case {
	c, err := Load(s.Path(&Case{Feed: feed, Cause: cause, Signature: signature}))
	if err != nil || c.Feed != feed || c.Signature != signature {
		return nil
	}
	return c
}

// Again notes in an inbox, the store, that the signature of a case which is fixed in the
// checkout was met again, by whom and where, and reports whether that is news: Pull makes
// the checkout's case regressed. A case that is not fixed, or nil, is none.
func (s *Store) Again(fixed *Case, by, where string, at time.Time) (bool, error) {
	if fixed == nil || fixed.State != Fixed {
		return false, nil
	}
	there := s.Of(fixed.Feed, fixed.Cause, fixed.Signature)
	if there != nil && returned(fixed, there) != nil {
		return false, nil
	}
	event := Event{Date: at.UTC().Format(time.RFC3339), Who: by, What: foundAgain}
	if where != "" {
		event.What += " in " + where
	}
	if there != nil {
		there.History = append(there.History, event)
		return true, s.Update(there)
	}
	c := *fixed // pulled long ago, and removed from the inbox since
	c.State, c.Owner, c.Reason, c.Expires = Open, "", "", ""
	c.History = append(c.History[:len(c.History):len(c.History)], event)
	if _, _, err := s.Write(&c); err != nil {
		return false, fmt.Errorf("note that case %q is back: %w", c.Dir(), err)
	}
	return true, nil
}

// returned is the event by which an inbox's case says that the signature of a fixed one
// was met since it was fixed, nil if it says nothing of the kind. An event that the fixed
// case knows of has been told: it was fixed once more.
func returned(fixed, inbox *Case) *Event {
	since, last := "", ""
	for _, e := range fixed.History {
		last = instant(e.Date)
		if strings.Contains(e.What, "-> "+string(Fixed)) {
			since = last
		}
	}
	for i := len(inbox.History) - 1; i >= 0; i-- {
		e := &inbox.History[i]
		told := slices.ContainsFunc(fixed.History, func(f Event) bool { return instant(f.Date) == instant(e.Date) && strings.HasSuffix(f.What, e.What) })
		again := strings.HasPrefix(e.What, foundAgain) && instant(e.Date) >= since
		anew := e.What == "found" && instant(e.Date) > last // the inbox was emptied between
		if !told && (again || anew) {
			return e
		}
	}
	return nil
}

// instant makes two dates of events comparable, whatever zone somebody wrote.
func instant(date string) string {
	if at, err := time.Parse(time.RFC3339, date); err == nil {
		return at.UTC().Format(time.RFC3339)
	}
	return date
}

// regress makes a case of the checkout regressed whose signature an inbox's case was
// found to show since it was fixed, and reports whether it did.
func (s *Store) regress(inbox *Case) (bool, error) {
	fixed := s.Of(inbox.Feed, inbox.Cause, inbox.Signature)
	if fixed == nil || fixed.State != Fixed {
		return false, nil
	}
	e := returned(fixed, inbox)
	if e == nil {
		return false, nil
	}
	at, err := time.Parse(time.RFC3339, e.Date)
	if err != nil {
		at = time.Now()
	}
	if err := fixed.Regress(e.Who, e.What, at); err != nil {
		return false, err
	}
	return true, s.Update(fixed)
}
