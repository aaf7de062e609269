package sweep

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/fetch/ftptest"
)

// TestLimits: no job ends before what is configured of its parts has.
func TestLimits(t *testing.T) {
	long := config.Feed{Source: config.Connection{Timeouts: config.Timeouts{Host: 8 * time.Hour}}, Feed: ingest.Feed{Name: "long"}}
	aside := config.Feed{Take: config.Take{Avoid: make([]config.Window, 3), Settle: time.Minute}, Feed: ingest.Feed{Name: "aside"}}
	called := config.Feed{Feed: ingest.Feed{Name: "called", Calls: [2]*ingest.Call{{Timeout: time.Hour}, {}}}}
	c := &crew{Options: Options{Feeds: []config.Feed{long, aside, called}}}
	k := &checker{crew: c}
	for _, tt := range []struct {
		what      string
		got, want time.Duration
	}{
		{"nothing said", c.serverLimit(server{Feeds: []string{"called"}}), 4 * time.Hour},
		{"timeouts: {host: 8h}", c.serverLimit(server{Feeds: []string{"called", "long"}}), 16 * time.Hour},
		{"three times to be left alone", c.serverLimit(server{Feeds: []string{"aside"}}), 8*time.Hour + time.Minute},
		{"not of this configuration", c.serverLimit(server{Feeds: []string{"other"}}), 4 * time.Hour},
		{"a few deliveries", k.limit(checkArgs{Feed: "long", From: 1, To: 10}), 4 * time.Hour},
		{"many, one after the other", k.limit(checkArgs{Feed: "long", From: 1, To: 1000}), 5000 * time.Minute},
		{"calls", k.limit(checkArgs{Feed: "called", From: 3, To: 4}), 2 * (5*time.Minute + 20*time.Hour + 20*time.Minute)},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: %v, want %v", tt.what, tt.got, tt.want)
		}
	}
	q := &queue{}
	if r := q.config(Options{Hosts: 1}, nil, nil); r.RescueStuckJobsAfter <= r.JobTimeout || r.JobTimeout <= leastLimit {
		t.Errorf("rescue after %v, time-out %v", r.RescueStuckJobsAfter, r.JobTimeout)
	}
}

// TestCutJobs: why a job was cut is said of its feed though others of it were done, and no
// more once another try was.
func TestCutJobs(t *testing.T) {
	feeds := []config.Feed{{Feed: ingest.Feed{Name: "acme"}}}
	s := &sweeper{notes: newNotes()}
	waiting := &feedResults{pulled: &Feed{Name: "acme"}, tasks: map[int][]Delivery{1: nil}, most: 1}
	work := func(job int64, limit time.Duration, do func(context.Context) error) string {
		_ = s.within(t.Context(), job, limit, feeds, do)
		return fmt.Sprint(s.feedResult("acme", waiting, nil).Err)
	}
	const undone, late = `sweep feed "acme": no worker got it done`, ": it was not done after 1ms"
	hangs := func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
	for i, tt := range []struct {
		job  int64
		do   func(context.Context) error
		want string
	}{
		{1, hangs, undone + late},
		{2, func(context.Context) error { return nil }, undone + late},
		{1, func(context.Context) error { return nil }, undone},
		{2, func(context.Context) error { return errAlone }, undone}, // which its deliveries say
	} {
		limit := time.Hour
		if i == 0 {
			limit = time.Millisecond
		}
		if got := work(tt.job, limit, tt.do); got != tt.want {
			t.Errorf("try %d, job %d: %s, want %s", i+1, tt.job, got, tt.want)
		}
	}
	_ = s.within(t.Context(), 3, time.Millisecond, feeds, hangs) // as one that was told to stop while its last result was stored
	waiting.tasks[1] = []Delivery{{Name: "a.csv"}}
	if f := s.feedResult("acme", waiting, nil); f.Err != nil || len(f.Deliveries) != 1 {
		t.Errorf("all is stored: %v", f.Err)
	}
}

// testJobLimit: what does not come to its end by itself, such as an archive that hangs, is
// ended, and the feed says why.
func testJobLimit(t *testing.T) {
	over := make(chan struct{})
	store := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		select {
		case <-r.Context().Done():
		case <-over:
		}
	}))
	t.Cleanup(store.Close)
	t.Cleanup(func() { close(over) })
	srv := serve(t, ftptest.Options{Files: map[string]ftptest.File{"a.csv": {Data: []byte(plain)}}})
	w := newWorld(t, feed(t, "acme", srv.URL()))
	w.feeds[0].Source.Timeouts.Host = 500 * time.Millisecond
	w.shared = "s3://deliveries?endpoint=" + store.URL + "&region=us-east-1"
	o := w.options()
	o.limitAtLeast = time.Second
	began := time.Now()
	res, err := Run(t.Context(), o)
	if err != nil || res.Failed() == 0 || res.Feeds[0].Err == nil || !strings.Contains(res.Feeds[0].Err.Error(), "no worker got it done: it was not done after 1s") {
		t.Errorf("%v, %s", err, show(res))
	}
	if took := time.Since(began); took > time.Second+slack {
		t.Errorf("took %v", took)
	}
}
