package golden

import (
	"fmt"
	"time"
)

// Resolve makes a case fixed: its paths agree now, which the caller has seen, and
// must stay so. The state before and who decided it go into the history. Nothing
// is written: see Store.Update.
func (c *Case) Resolve(who string, at time.Time) error {
	switch c.State {
	case Fixed, Obsolete:
		return fmt.Errorf("resolve case %q: its state is %s", c.Dir(), c.State)
	}
	c.History = append(c.History, Event{Date: at.UTC().Format(time.RFC3339), Who: who, What: string(c.State) + " -> " + string(Fixed)})
	c.State = Fixed
	return nil
}
