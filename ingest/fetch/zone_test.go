package fetch

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/feedparity/feedparity/ingest/fetch/ftptest"
)

// local serves files, a week apart and the latest of last week, whose times LIST shows by a
// clock that is so many hours ahead of UTC, and before a file by another.
func local(t *testing.T, n, change, before, after int, o ftptest.Options) (*ftptest.Server, []time.Time) {
	t.Helper()
	var list strings.Builder
	var times []time.Time
	o.NoMLSD, o.Files = true, map[string]ftptest.File{}
	for i := range n {
		at := time.Now().UTC().AddDate(0, 0, -7*(n-i)).Truncate(time.Minute).Add(7 * time.Second)
		hours := after
		if i < change {
			hours = before
		}
		name := fmt.Sprintf("%02d.csv", i)
		o.Files["in/"+name] = ftptest.File{Data: []byte("x"), MTime: at}
		fmt.Fprintf(&list, "-rw-r--r-- 1 o g 1 %s %s\r\n", at.Add(time.Duration(hours)*time.Hour).Format("Jan _2 15:04"), name)
		times = append(times, at)
	}
	o.Faults = append(o.Faults, ftptest.Fault{Command: "LIST", Action: ftptest.ListData, Data: []byte(list.String())})
	return serve(t, o), times
}

// testZoneProbe: the times of a LIST are UTC, whatever the server's clock shows, and few
// files are asked for.
func testZoneProbe(t *testing.T) {
	const n = 20
	for _, c := range []struct {
		change, before, after int
		most                  int // times asked for
	}{
		{0, 0, 0, 2}, {0, 0, 2, 2}, {0, 0, -8, 2}, {0, 0, 14, 2},
		{7, 2, 1, 8}, {1, 1, 2, 8}, {n - 1, 0, 1, 8},
	} {
		srv, times := local(t, n, c.change, c.before, c.after, ftptest.Options{})
		entries, _, err := open(t, srv.URL(), quick(srv)).List(t.Context(), "in")
		if err != nil || len(entries) != n {
			t.Fatalf("%+v: %d entries, %v", c, len(entries), err)
		}
		for i, e := range entries {
			if want := times[i].Truncate(time.Minute); !e.MTime.Equal(want) || e.MPrec != PrecisionMinute {
				t.Errorf("%+v: %s is of %v to the %v, want %v", c, e.Path, e.MTime, e.MPrec, want)
			}
		}
		if asked := srv.Count("MDTM"); asked > c.most {
			t.Errorf("%+v: %d files asked for, want %d at most", c, asked, c.most)
		}
	}
}

// TestZoneKnown: nothing is asked where a zone is configured, and nothing guessed where
// what the server tells makes no sense.
func TestZoneKnown(t *testing.T) {
	odd := ftptest.Fault{Command: "MDTM", Action: ftptest.Reply, Reply: "213 20240102030405"}
	no := ftptest.Fault{Command: "MDTM", Action: ftptest.Reply, Reply: "550 no"}
	for _, c := range []struct {
		o     ftptest.Options
		zone  *time.Location
		asked int
		ahead time.Duration
	}{
		{ftptest.Options{}, time.FixedZone("", 7200), 0, 0},
		{ftptest.Options{}, time.UTC, 0, 2 * time.Hour},
		{ftptest.Options{NoMDTM: true}, nil, 0, 2 * time.Hour},
		{ftptest.Options{Faults: []ftptest.Fault{odd}}, nil, askedAtMost, 2 * time.Hour},
		{ftptest.Options{Faults: []ftptest.Fault{no}}, nil, askedAtMost, 2 * time.Hour},
	} {
		srv, times := local(t, 5, 0, 0, 2, c.o)
		o := quick(srv)
		o.Zone = c.zone
		entries, _, err := open(t, srv.URL(), o).List(t.Context(), "in")
		if err != nil || len(entries) != 5 || srv.Count("MDTM") != c.asked || !entries[4].MTime.Equal(times[4].Truncate(time.Minute).Add(c.ahead)) {
			t.Errorf("%+v: %v, %v; %d asked for", c, entries, err, srv.Count("MDTM"))
		}
	}
}

// TestSameDay: a file that LIST shows with its year from now on is the same, by whatever
// clock, and one of two days later is another.
func TestSameDay(t *testing.T) {
	for _, hours := range []int{-11, 0, 1, 13} {
		zone := time.FixedZone("", hours*3600)
		for _, hour := range []int{0, 12, 23} {
			shown := time.Date(2024, 1, 2, hour, 30, 0, 0, zone).UTC()
			day := time.Date(2024, 1, 2, 0, 0, 0, 0, zone).UTC()
			minute := Entry{Size: 1, MTime: shown, MPrec: PrecisionMinute}
			for _, d := range []time.Time{day, time.Date(2024, 1, 2, 0, 0, 0, 0, time.UTC)} {
				e := Entry{Size: 1, MTime: d, MPrec: PrecisionDay}
				if !minute.SameVersion(e) || !e.SameVersion(minute) || !e.SameVersion(Entry{Size: 1, MTime: day, MPrec: PrecisionDay}) {
					t.Errorf("%v and the day %v", shown, d)
				}
				if e.MTime = e.MTime.AddDate(0, 0, 3); minute.SameVersion(e) || e.SameVersion(minute) {
					t.Errorf("%v and the day %v, three later", shown, e.MTime)
				}
			}
		}
	}
}
