package sweep

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/golden"
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/unpack"
)

func gzipped(data string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(data))
	_ = w.Close()
	return b.String()
}

func zipped(pairs ...string) string {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(pairs); i += 2 {
		f, _ := w.Create(pairs[i])
		_, _ = f.Write([]byte(pairs[i+1]))
	}
	_ = w.Close()
	return b.String()
}

// TestArchives: each member of a packed delivery is run as a delivery of its own, and
// the packed one is done with when all are.
func TestArchives(t *testing.T) {
	d := newDrop(t)
	f := feed(t, "acme", d.dir)
	f.Backfill = 9
	w := newWorld(t, f)
	d.put("a.csv.gz", gzipped(plain), 5)
	d.put("b.zip", zipped("in/one.csv", plain+"9,x\r\n", "two.csv", broken), 4)
	res := w.clean()
	got := res.Feeds[0]
	if names(got) != "a.csv.gz/a.csv b.zip/in/one.csv b.zip/two.csv" {
		t.Fatalf("first night: %s", show(res))
	}
	for i, want := range []ingest.Verdict{ingest.Parity, ingest.Parity, ingest.Diverge} {
		if v := got.Deliveries[i].Views[0].Verdict; v != want {
			t.Errorf("%s: %s, want %s", got.Deliveries[i].Name, v, want)
		}
	}
	c, err := golden.Load(got.Deliveries[2].Views[0].Findings[0].Case)
	if err != nil || c.Origin.Path != "b.zip/two.csv" || c.Origin.SHA256 != got.Deliveries[2].SHA256 {
		t.Errorf("case: %+v, %v", c, err)
	}
	if _, err := os.Stat(w.dir("archive/acme/unpacked")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("what was unpacked is left: %v", err)
	}
	if got := w.clean().Feeds[0]; len(got.Deliveries) != 0 || got.Seen != 2 {
		t.Errorf("second night: %+v", got)
	}
	d.put("b.zip", zipped("two.csv", broken, "three.csv", plain+"8,y\r\n"), 3)
	got = w.clean().Feeds[0]
	if names(got) != "b.zip/two.csv b.zip/three.csv" || !got.Deliveries[0].Known || got.Deliveries[1].Known || w.hits("acme") != 1 {
		t.Errorf("third night, a member known: %q, %d hits", names(got), w.hits("acme"))
	}
}

// TestBadArchives: an archive that cannot be opened is an error of that delivery
// alone, every night until the supplier takes it away.
func TestBadArchives(t *testing.T) {
	d := newDrop(t)
	f := feed(t, "acme", d.dir)
	f.Backfill = 9
	w := newWorld(t, f)
	d.put("bad.csv.gz", gzipped(plain)[:20], 5)
	d.put("bomb.csv.gz", gzipped(strings.Repeat("0", 20<<20)), 4)
	d.put("half.zip", zipped("one.csv", plain, "page.pdf", "%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"), 3)
	d.put("good.csv", plain, 2)
	for range 2 {
		res := w.sweep()
		f := res.Feeds[0]
		byName := map[string]Delivery{}
		for _, d := range f.Deliveries {
			byName[d.Name] = d
		}
		if !errors.Is(byName["bad.csv.gz"].Err, unpack.ErrCorrupt) || !errors.Is(byName["bomb.csv.gz"].Err, unpack.ErrTooLarge) {
			t.Fatalf("%s", show(res))
		}
		if byName["half.zip/page.pdf"].Err == nil || byName["half.zip/one.csv"].Err != nil {
			t.Errorf("half.zip: %s", show(res))
		}
	}
	for _, name := range []string{"bad.csv.gz", "bomb.csv.gz", "half.zip"} {
		if err := os.Remove(d.dir + "/" + name); err != nil {
			t.Fatal(err)
		}
	}
	w.sweep() // says it a last time
	if got := w.clean().Feeds[0]; len(got.Deliveries) != 0 {
		t.Errorf("after they were taken away: %q", names(got))
	}
}

// TestUnpackLimits: a feed says how much may come out of its archives.
func TestUnpackLimits(t *testing.T) {
	d := newDrop(t)
	d.put("a.zip", zipped("one.csv", plain, "two.csv", plain), 1)
	f := feed(t, "acme", d.dir)
	f.Take.Unpack.Members = 1
	w := newWorld(t, f)
	if got := w.sweep().Feeds[0].Deliveries; len(got) != 1 || !errors.Is(got[0].Err, unpack.ErrTooLarge) {
		t.Errorf("one file is allowed: %+v", got)
	}
	w.feeds[0].Take.Unpack.Members = 2
	if got := names(w.clean().Feeds[0]); got != "a.zip/one.csv a.zip/two.csv" {
		t.Errorf("two are: %s", got)
	}
}
