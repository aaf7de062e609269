package sweep

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/feedparity/feedparity/golden"
	"github.com/feedparity/feedparity/ingest/archive"
	"github.com/feedparity/feedparity/ingest/state"
)

func (w *world) store() *archive.Store { return archive.InDirectory(w.dir("archive")) }

func hashOf(data string) string {
	sum := sha256.Sum256([]byte(data))
	return hex.EncodeToString(sum[:])
}

// has reports whether the archive keeps some bytes, unharmed.
func (w *world) has(data string) bool {
	w.t.Helper()
	file := filepath.Join(w.t.TempDir(), "kept")
	err := w.store().Get(w.t.Context(), hashOf(data), file)
	if errors.Is(err, fs.ErrNotExist) {
		return false
	}
	got, rerr := os.ReadFile(file)
	if err != nil || rerr != nil || string(got) != data {
		w.t.Errorf("%d bytes, %v, %v", len(got), err, rerr)
	}
	return true
}

// files lists what is below the archive's directory.
func (w *world) files() []string {
	w.t.Helper()
	var out []string
	err := filepath.WalkDir(w.dir("archive"), func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			rel, _ := filepath.Rel(w.dir("archive"), p)
			out = append(out, rel)
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

// TestEveryVersionIsKept: a supplier overwrites one name every night; the archive and
// its manifests have them all, and nothing else is left lying about.
func TestEveryVersionIsKept(t *testing.T) {
	d := newDrop(t)
	w := newWorld(t, feed(t, "acme", d.dir))
	var versions []string
	for i := range 3 {
		versions = append(versions, plain+strings.Repeat("2,more\r\n", i))
		d.put("stock.csv", versions[i], 5-i)
		run := w.clean().Run
		if _, err := Tidy(t.Context(), Night{w.db, w.store(), run, 5}, archive.Retention{}, night); err != nil {
			t.Fatal(err)
		}
		m, err := w.store().Manifest(t.Context(), run)
		if err != nil || len(m) != 1 || m[0].SHA256 != hashOf(versions[i]) || string(m[0].Path) != "stock.csv" || m[0].Feed != "acme" || m[0].Bytes != int64(len(versions[i])) || !m[0].MTime.Equal(night.AddDate(0, 0, i-5)) {
			t.Errorf("manifest of run %d: %+v, %v", run, m, err)
		}
	}
	for i, v := range versions {
		if !w.has(v) {
			t.Errorf("version %d is not kept", i)
		}
	}
	if files := w.files(); len(files) != 6 { // three versions, three manifests
		t.Errorf("in the archive: %q", files)
	}
}

// TestManifestAfterDeath: what a sweep fetched that died before its manifest is in the
// next one's.
func TestManifestAfterDeath(t *testing.T) {
	d := newDrop(t)
	w := newWorld(t, feed(t, "acme", d.dir))
	d.put("a.csv", plain, 2)
	w.clean()
	d.put("b.csv", broken, 1)
	run := w.clean().Run
	for range 2 { // the second time there is nothing to add
		if _, err := Tidy(t.Context(), Night{w.db, w.store(), run, 5}, archive.Retention{}, night); err != nil {
			t.Fatal(err)
		}
	}
	if m, err := w.store().Manifest(t.Context(), run); err != nil || len(m) != 2 {
		t.Errorf("%+v, %v", m, err)
	}
}

// TestAdopt: deliveries that an earlier version kept as files of their own are taken
// over, those among them that wait to be run are run, and what is damaged stays.
func TestAdopt(t *testing.T) {
	d := newDrop(t)
	w := newWorld(t, feed(t, "acme", d.dir))
	d.put("a.csv", plain, 2)
	w.clean()
	old := func(data, name string) string {
		dir := filepath.Join(w.dir("archive"), "acme", hashOf(data)[:16])
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		return filepath.Join(dir, name)
	}
	waiting := old(broken, "b.csv")
	damaged := old("what it was", "c.csv")
	for file, data := range map[string]string{waiting: broken, damaged: "what it is"} {
		if err := os.WriteFile(file, []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	e := state.Entry{Path: "b.csv", Size: int64(len(broken)), MTime: night, Precision: state.PrecisionSecond}
	if err := w.db.Fetched(t.Context(), "acme", e, hashOf(broken), int64(len(broken)), night); err != nil {
		t.Fatal(err)
	}
	if got := names(w.clean().Feeds[0]); got != "b.csv" {
		t.Errorf("run: %q", got)
	}
	if _, err := os.Stat(filepath.Dir(waiting)); !errors.Is(err, fs.ErrNotExist) || !w.has(broken) {
		t.Errorf("it was not taken over: %v", err)
	}
	if _, err := os.Stat(damaged); err != nil {
		t.Errorf("what is damaged: %v", err)
	}
}

// TestDamagedArchive: what waits to be run and cannot be read is said to be damaged,
// and fetched again the next night.
func TestDamagedArchive(t *testing.T) {
	d := newDrop(t)
	w := newWorld(t, feed(t, "acme", d.dir))
	d.put("a.csv", broken, 2)
	w.clean()
	e := state.Entry{Path: "a.csv", Size: int64(len(broken)), MTime: night.AddDate(0, 0, -2), Precision: state.PrecisionSecond}
	if err := w.db.Fetched(t.Context(), "acme", e, hashOf(broken), int64(len(broken)), night); err != nil {
		t.Fatal(err)
	}
	blob := filepath.Join(w.dir("archive"), "blobs", hashOf(broken)[:2], hashOf(broken)+".zst")
	if err := os.WriteFile(blob, []byte("rotten"), 0o600); err != nil {
		t.Fatal(err)
	}
	res := w.sweep()
	if got := res.Feeds[0].Deliveries; len(got) != 1 || !errors.Is(got[0].Err, archive.ErrDamaged) {
		t.Fatalf("%s", show(res))
	}
	if got := w.clean().Feeds[0]; names(got) != "a.csv" || !w.has(broken) {
		t.Errorf("the next night: %q", names(got))
	}
}

// TestRetention: what is old is removed, but for what golden cases refer to, packed or
// not, what is still to be run, and each feed's latest.
func TestRetention(t *testing.T) {
	d := newDrop(t)
	f := feed(t, "acme", d.dir)
	f.Backfill = 100
	w := newWorld(t, f)
	old := func(i int) string { return plain + strings.Repeat("3,old\r\n", i) }
	for i := range 7 {
		d.put("old"+string(rune('0'+i))+".csv", old(i), 90-i)
	}
	packed := zipped("night.csv", broken)
	d.put("0.zip", packed, 99)
	w.clean()
	tidy := func(r archive.Retention, cases ...*golden.Store) archive.Pruned {
		t.Helper()
		p, err := Tidy(t.Context(), Night{w.db, w.store(), 1, 5}, r, time.Now().Add(48*time.Hour), cases...)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	inbox := golden.NewStore(w.dir("inbox"))
	if p := tidy(archive.Retention{Keep: 72 * time.Hour}, inbox); p.Removed != 0 || p.Kept != 8 {
		t.Errorf("what is young: %+v", p)
	}
	// The oldest two are neither referred to nor among the latest five.
	if p := tidy(archive.Retention{Keep: 24 * time.Hour}, inbox, golden.NewStore(w.dir("nowhere"))); p.Removed != 2 || p.Kept != 6 {
		t.Errorf("what is old: %+v", p)
	}
	if w.has(old(0)) || w.has(old(1)) || !w.has(old(2)) || !w.has(packed) {
		t.Error("others were removed")
	}
	if p := tidy(archive.Retention{MaxSize: 1}, inbox); p.Removed != 0 || p.Over == 0 {
		t.Errorf("what is needed is more than there may be: %+v", p)
	}
	if p := tidy(archive.Retention{Keep: 24 * time.Hour}); p.Removed != 1 || w.has(packed) {
		t.Errorf("without the case: %+v", p)
	}
}

// TestUnreadableCase: a case that cannot be read may refer to anything.
func TestUnreadableCase(t *testing.T) {
	d := newDrop(t)
	w := newWorld(t, feed(t, "acme", d.dir))
	d.put("a.csv", broken, 2)
	w.clean()
	if err := os.WriteFile(filepath.Join(w.cases()[0], "case.yaml"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Tidy(t.Context(), Night{w.db, w.store(), 1, 5}, archive.Retention{Keep: 1}, time.Now().Add(time.Hour), golden.NewStore(w.dir("inbox"))); err == nil || !w.has(broken) {
		t.Errorf("%v", err)
	}
}
