package config

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// ExpectEntry says what a feed's deliveries are like as long as all is well. What is
// not met is an alarm of the morning's report, and the night exits with status 3: it
// compared less than it should have.
type ExpectEntry struct {
	// How old the feed's newest delivery may be, such as 26h or 8d: a day for what comes
	// daily, and some hours for it to be late. Default: any age.
	Every string `yaml:"every"`
	// How many deliveries each sweep compares at least. Default 0.
	Deliveries *int `yaml:"deliveries"`
	// How large a delivery is at least, such as 10KB or 1B. Default: any size.
	MinSize string `yaml:"min_size"`
	// How many rows the old code reads from a delivery at least, the header among them. Default 0.
	MinRows *int `yaml:"min_rows"`
	// By how much size or row count may fall below the median of the feed's last ten
	// deliveries, such as 50%. Default: by any amount.
	MaxShrink string `yaml:"max_shrink"`
	// By how much size or row count may rise above that median, such as 300%. Default: by
	// any amount.
	MaxGrowth string `yaml:"max_growth"`
}

// Expect is what is expected of a feed; the zero value expects nothing.
type Expect struct {
	Every      time.Duration // greatest age of the newest delivery, 0 for any
	Deliveries int           // least number that a sweep compares
	MinSize    int64         // bytes
	MinRows    int
	MaxShrink  float64 // 0.5 for 50 %, 0 for any
	MaxGrowth  float64 // 3 for 300 %, 0 for any
}

// expect reads what a feed's deliveries are to be like.
func (r *resolver) expect(out *Feed, e FeedEntry, n *Node) (err error) {
	where := at(n, "expect")
	fail := func(key string, err error) error { return at(where, key).Errorf("%s: %v", key, err) }
	if e.Expect.Every != "" {
		if out.Expect.Every, err = durationOf(e.Expect.Every); err != nil {
			return fail("every", err)
		}
	}
	if e.Expect.MinSize != "" {
		if out.Expect.MinSize, err = bytesOf(e.Expect.MinSize); err != nil {
			return fail("min_size", err)
		}
	}
	for _, c := range []struct {
		key string
		in  *int
		out *int
	}{{"deliveries", e.Expect.Deliveries, &out.Expect.Deliveries}, {"min_rows", e.Expect.MinRows, &out.Expect.MinRows}} {
		if c.in == nil {
			continue
		}
		if *c.out = *c.in; *c.in < 0 {
			return fail(c.key, fmt.Errorf("%d: want 0 or more", *c.in))
		}
	}
	for _, c := range []struct {
		key, in string
		most    float64
		out     *float64
	}{{"max_shrink", e.Expect.MaxShrink, 1, &out.Expect.MaxShrink}, {"max_growth", e.Expect.MaxGrowth, 1e6, &out.Expect.MaxGrowth}} {
		if c.in == "" {
			continue
		}
		if *c.out, err = shareOf(c.in, c.most); err != nil {
			return fail(c.key, err)
		}
	}
	return nil
}

// durationOf reads a duration as Go writes it, or a number of days: 8d.
func durationOf(s string) (time.Duration, error) {
	d, err := time.ParseDuration(s)
	if number, days := strings.CutSuffix(s, "d"); days {
		var n float64
		n, err = strconv.ParseFloat(number, 64)
		if n > maxDays {
			n = 0
		}
		d = time.Duration(n * float64(24*time.Hour))
	}
	if err != nil || d <= 0 {
		return 0, fmt.Errorf("%q: want a duration such as 26h or 8d", s)
	}
	return d, nil
}

// maxDays is a hundred years, well within what a Duration holds.
const maxDays = 36525

// shareOf reads a percentage above nothing.
func shareOf(s string, most float64) (float64, error) {
	number, ok := strings.CutSuffix(s, "%")
	f, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	if f /= 100; !ok || err != nil || !(f > 0 && f <= most) {
		return 0, fmt.Errorf("%q: want a percentage such as 50%%", s)
	}
	return f, nil
}
