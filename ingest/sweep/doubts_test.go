package sweep

import (
	"slices"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest/fetch/ftptest"
	"github.com/feedparity/feedparity/ingest/state"
)

// TestDoubts: what a server left open about a file is said of its delivery, and of each file
// in it, by whatever process checks it.
func TestDoubts(t *testing.T) {
	packed := string(zipped("a.csv", plain, "b.csv", broken))
	for name, tt := range map[string]struct {
		o    ftptest.Options
		want string
	}{
		"unconfirmed":  {ftptest.Options{Faults: []ftptest.Fault{{Command: "RETR", Action: ftptest.KillFinal}}}, "unconfirmed: all of it came twice"},
		"size unknown": {ftptest.Options{NoMLSD: true, NoSize: true}, "size unknown: its server would not tell it"},
		"neither":      {ftptest.Options{}, ""},
	} {
		tt.o.Files = map[string]ftptest.File{"a.csv": {Data: []byte(plain), MTime: night.AddDate(0, 0, -1)}, "b.zip": {Data: []byte(packed), MTime: night.AddDate(0, 0, -1)}}
		w := newWorld(t, feed(t, "acme", serve(t, tt.o).URL()))
		w.feeds[0].Match = []string{"*"}
		var logged []string
		w.watch = func(e Event) {
			if e.Delivery != "" && e.What == "done" {
				logged = append(logged, e.Warnings...)
			}
		}
		o := w.options()
		o.Fetch.Retries = 3
		res, err := Run(t.Context(), o)
		if err != nil || res.Failed() > 0 || names(res.Feeds[0]) != "a.csv b.zip/a.csv b.zip/b.csv" {
			t.Errorf("%s: %v, %s: %s", name, err, names(res.Feeds[0]), show(res))
		}
		for _, d := range res.Feeds[0].Deliveries {
			if got := strings.Join(d.Warnings, "; "); !strings.HasPrefix(got, tt.want) || tt.want == "" && got != "" {
				t.Errorf("%s: %s: %q", name, d, got)
			}
		}
		if tt.want != "" && (len(logged) != 3 || slices.ContainsFunc(logged, func(s string) bool { return !strings.HasPrefix(s, tt.want) })) {
			t.Errorf("%s: logged %q", name, logged)
		}
	}
	// Another process has but what the state says.
	back, err := taskOf("acme", state.Task{Body: task{warnings: []string{"x"}}.body()})
	if err != nil || !slices.Equal(started(feed(t, "acme", ""), back).Warnings, []string{"x"}) {
		t.Errorf("%+v, %v", back, err)
	}
}
