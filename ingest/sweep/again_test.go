package sweep

import (
	"fmt"
	"testing"
	"time"

	"github.com/feedparity/feedparity/ingest/fetch/ftptest"
)

// TestLookAgain: of many deliveries that are looked at together after their transfers, one
// that was replaced meanwhile is fetched again, one that was taken away is gone, and each of
// the others is there once.
func TestLookAgain(t *testing.T) {
	const n = 40
	files := map[string]ftptest.File{}
	for i := range n {
		files[fmt.Sprintf("in/%02d.csv", i)] = ftptest.File{Data: fmt.Appendf(nil, "sku,qty\nA%d,1\n", i), MTime: night.Add(-time.Duration(100-i) * time.Hour)}
	}
	srv := serve(t, ftptest.Options{Files: files})
	f := feed(t, "acme", srv.URL()+"/in")
	f.Backfill = n
	w := newWorld(t, f)
	fetched := 0
	w.watch = func(e Event) {
		if e.What != "fetching" {
			return
		}
		if fetched++; fetched == n { // the first ones are here
			srv.Put("in/00.csv", ftptest.File{Data: []byte("sku,qty\nnew,1\n"), MTime: night.Add(-time.Minute)})
			srv.Remove("in/01.csv")
		}
	}
	got := w.clean().Feeds[0]
	if len(got.Deliveries) != n || srv.Count("MLSD") != 3 || srv.Count("MLST") != 0 || srv.Count("RETR") != n+1 {
		t.Errorf("%d deliveries, MLSD %d, MLST %d, RETR %d", len(got.Deliveries), srv.Count("MLSD"), srv.Count("MLST"), srv.Count("RETR"))
	}
	for _, d := range got.Deliveries {
		if d.Gone != (d.Name == "01.csv") {
			t.Errorf("%s: gone %v", d.Name, d.Gone)
		}
		if d.Name == "00.csv" && d.Bytes != int64(len("sku,qty\nnew,1\n")) {
			t.Errorf("%s: %d bytes: it was replaced after it was taken", d.Name, d.Bytes)
		}
	}
	w.watch = nil
	if again := w.clean().Feeds[0]; again.Seen+len(again.Deliveries) != n-1 {
		t.Errorf("the second night: %d seen, %s", again.Seen, names(again))
	}
}
