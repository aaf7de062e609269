package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/feedparity/feedparity/golden"
)

// stats are figures about the cases of a store.
type stats struct {
	Cases      int            `json:"cases"`
	Unreadable int            `json:"unreadable"`
	States     map[string]int `json:"states"`
	Causes     map[string]int `json:"causes"` // of cases that diverge and that nobody accepted
	Feeds      map[string]int `json:"feeds"`  // likewise
	Severities map[string]int `json:"severities"`
	Confirmed  int            `json:"confirmed"` // by real Pythons of both paths
	Residue    int            `json:"residue"`   // cases that hold something of the supplier's
	Expiring   int            `json:"expiring"`  // accepted for 30 more days at most
	Over       int            `json:"over"`      // accepted until a day that has passed
	Oldest     string         `json:"oldest_open,omitempty"`
}

// soon is when an acceptance is about to expire.
const soon = 30 * 24 * time.Hour

func statsOf(cases []golden.Stored, now time.Time) stats {
	s := stats{States: map[string]int{}, Causes: map[string]int{}, Feeds: map[string]int{}, Severities: map[string]int{}}
	for _, c := range cases {
		if c.Err != nil {
			s.Unreadable++
			continue
		}
		s.add(c.Case, now)
	}
	return s
}

func (s *stats) add(c *golden.Case, now time.Time) {
	s.Cases++
	s.States[string(c.State)]++
	if len(c.Confirmed) > 1 {
		s.Confirmed++
	}
	if len(c.Residue) > 0 {
		s.Residue++
	}
	if day, err := time.Parse(time.DateOnly, c.Expires); c.Over(now) {
		s.Over++
	} else if c.State == golden.Accepted && err == nil && day.Sub(now) < soon {
		s.Expiring++
	}
	if c.State != golden.Open && c.State != golden.Regressed {
		return
	}
	s.Causes[c.Cause]++
	s.Feeds[c.Feed]++
	s.Severities[c.Severity.String()]++
	if len(c.History) > 0 && (s.Oldest == "" || c.History[0].Date < s.Oldest) {
		s.Oldest = c.History[0].Date
	}
}

func newGoldenStats(std streams) *cobra.Command {
	var f goldenFlags
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "stats",
		Short: "Count the golden cases by state, cause and feed",
		Example: `  feedparity golden stats
  feedparity golden stats --json`,
		Args: wantArgs(0, 0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, cases, err := f.cases(cmd)
			if err != nil {
				return err
			}
			s := statsOf(cases, time.Now())
			if asJSON {
				err = writeJSON(std.out, s)
			} else {
				err = s.write(std.out)
			}
			if err == nil && s.Unreadable > 0 {
				return exit(statusUsage)
			}
			return err
		},
	}
	f.add(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON document")
	return cmd
}

func (s *stats) write(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "cases\t%d\n", s.Cases)
	for _, state := range golden.States {
		if n := s.States[string(state)]; n > 0 {
			fmt.Fprintf(w, "%s\t%d\n", state, n)
		}
	}
	for _, line := range []struct {
		name string
		n    int
	}{{"unreadable", s.Unreadable}, {"confirmed by real Pythons", s.Confirmed}, {"with residue", s.Residue}, {"accepted for 30 days or less", s.Expiring}, {"accepted, and over", s.Over}} {
		if line.n > 0 {
			fmt.Fprintf(w, "%s\t%d\n", line.name, line.n)
		}
	}
	if s.Oldest != "" {
		fmt.Fprintf(w, "oldest open\t%s\n", s.Oldest)
	}
	for _, table := range []struct {
		title string
		of    map[string]int
	}{{"severity", s.Severities}, {"cause", s.Causes}, {"feed", s.Feeds}} {
		for i, name := range mostFirst(table.of) {
			title := ""
			if i == 0 {
				title = "open, by " + table.title
			}
			fmt.Fprintf(w, "%s\t%d\t%s\n", title, table.of[name], name)
		}
	}
	return w.Flush()
}

// mostFirst sorts names by their counts, those of one count by themselves.
func mostFirst(of map[string]int) []string {
	return slices.SortedFunc(maps.Keys(of), func(a, b string) int { return cmp.Or(of[b]-of[a], cmp.Compare(a, b)) })
}
