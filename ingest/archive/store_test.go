package archive

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/iotest"
	"time"

	"github.com/klauspost/compress/zstd"
)

// stores runs a test over a directory and over a bucket.
func stores(t *testing.T, test func(*testing.T, *Store)) {
	t.Run("directory", func(t *testing.T) { test(t, openAt(t, filepath.Join(t.TempDir(), "archive"))) })
	t.Run("bucket", func(t *testing.T) { test(t, openAt(t, bucketURL(t))) })
}

func openAt(t *testing.T, location string) *Store {
	t.Helper()
	s, err := OpenStore(location, Options{AccessKey: testKey, SecretKey: testSecret})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func sumOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// put keeps bytes and returns their hash.
func put(t *testing.T, s *Store, data []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "delivery")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.Put(t.Context(), file, sumOf(data)); err != nil {
		t.Fatal(err)
	}
	if left, _ := os.ReadDir(filepath.Dir(file)); len(left) != 1 {
		t.Errorf("left beside the delivery: %v", left)
	}
	return sumOf(data)
}

func get(t *testing.T, s *Store, sum string) ([]byte, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "new", "delivery")
	if err := s.Get(t.Context(), sum, file); err != nil {
		if _, serr := os.Stat(file); !errors.Is(serr, fs.ErrNotExist) {
			t.Errorf("a delivery that could not be read is there: %v", serr)
		}
		return nil, err
	}
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data, nil
}

func TestStore(t *testing.T) {
	noise := make([]byte, 3<<20) // more than a part of an upload, and a window
	random := rand.NewChaCha8([32]byte{1})
	random.Read(noise)
	stores(t, func(t *testing.T, s *Store) {
		for _, data := range [][]byte{{}, []byte("sku,name\r\n1,plain\r\n"), bytes.Repeat([]byte("1,2,3\n"), 1<<17), noise} {
			sum := sumOf(data)
			if has, err := s.Has(t.Context(), sum); has || err != nil {
				t.Errorf("before: %v, %v", has, err)
			}
			if _, err := get(t, s, sum); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("before: %v", err)
			}
			for range 2 { // again: the same
				put(t, s, data)
			}
			if has, err := s.Has(t.Context(), sum); !has || err != nil {
				t.Errorf("after: %v, %v", has, err)
			}
			if got, err := get(t, s, sum); err != nil || !bytes.Equal(got, data) {
				t.Errorf("%d bytes of %d, %v", len(got), len(data), err)
			}
		}
	})
}

// TestPutAll: many at once are all there, one that is not what its name says keeps none of
// them half there.
func TestPutAll(t *testing.T) {
	stores(t, func(t *testing.T, s *Store) {
		var blobs []Blob
		for i := range 12 {
			data := fmt.Appendf(nil, "sku,name\r\n%d,plain\r\n", i/2) // each twice
			b := Blob{SHA256: sumOf(data), Data: data}
			if i%3 == 0 {
				b = Blob{SHA256: b.SHA256, File: filepath.Join(t.TempDir(), "delivery")}
				if err := os.WriteFile(b.File, data, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			blobs = append(blobs, b)
		}
		wrong := Blob{SHA256: sumOf([]byte("as it was fetched")), Data: []byte("as it came")}
		if err := s.PutAll(t.Context(), append(blobs[:0:0], wrong, blobs[0], blobs[2], blobs[4], blobs[6])...); !errors.Is(err, ErrDamaged) {
			t.Errorf("put: %v", err)
		}
		if d, ok := s.place.(*directory); ok {
			left, err := filepath.Glob(filepath.Join(d.root, "blobs", ".new", "*"))
			if len(left) > 0 || err != nil {
				t.Errorf("left behind: %v, %v", left, err)
			}
		}
		if err := s.PutAll(t.Context(), blobs...); err != nil {
			t.Fatal(err)
		}
		for i, b := range blobs {
			want := fmt.Sprintf("sku,name\r\n%d,plain\r\n", i/2)
			if got, err := s.Read(t.Context(), b.SHA256); err != nil || string(got) != want {
				t.Errorf("%d: %q, %v", i, got, err)
			}
		}
		if _, err := s.Read(t.Context(), wrong.SHA256); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("what was refused: %v", err)
		}
	})
}

// TestStoreRefuses: what is not what its name says is neither put nor read.
func TestStoreRefuses(t *testing.T) {
	stores(t, func(t *testing.T, s *Store) {
		file := filepath.Join(t.TempDir(), "delivery")
		if err := os.WriteFile(file, []byte("changed on the disk"), 0o600); err != nil {
			t.Fatal(err)
		}
		sum := sumOf([]byte("as it was fetched"))
		if err := s.Put(t.Context(), file, sum); !errors.Is(err, ErrDamaged) {
			t.Errorf("put: %v", err)
		}
		if has, _ := s.Has(t.Context(), sum); has {
			t.Error("it is kept all the same")
		}
		other := put(t, s, []byte("another delivery"))
		name, _ := blobName(other)
		wrong, _ := blobName(sum)
		copyObject(t, s, name, wrong, func(b []byte) []byte { return b })
		if _, err := get(t, s, sum); !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), sum[:16]) {
			t.Errorf("another delivery's bytes: %v", err)
		}
		for what, damage := range map[string]func([]byte) []byte{
			"cut short": func(b []byte) []byte { return b[:len(b)-3] }, "empty": func([]byte) []byte { return nil },
			"no zstd": func([]byte) []byte { return []byte("plain bytes") }, "a bit turned": func(b []byte) []byte { b[len(b)-6] ^= 1; return b },
		} {
			copyObject(t, s, name, wrong, damage)
			if _, err := get(t, s, sum); !errors.Is(err, ErrDamaged) {
				t.Errorf("%s: %v", what, err)
			}
		}
		for _, sum := range []string{"", "abc", strings.Repeat("G", 64), strings.ToUpper(other), "../../../../etc/passwd"} {
			if err := s.Put(t.Context(), file, sum); err == nil {
				t.Errorf("put as %q", sum)
			}
			if err := s.Get(t.Context(), sum, file+"x"); err == nil {
				t.Errorf("read as %q", sum)
			}
			if has, err := s.Has(t.Context(), sum); has || err != nil {
				t.Errorf("has %q: %v, %v", sum, has, err)
			}
		}
	})
}

// TestStoreBrokenWay: what goes wrong on the way out of the store is no damage, on which
// a sweep would remove the delivery.
func TestStoreBrokenWay(t *testing.T) {
	s := InDirectory(t.TempDir())
	data := bytes.Repeat([]byte("1,2,3\n"), 1000)
	sum := put(t, s, data)
	name, _ := blobName(sum)
	packed, err := os.ReadFile(filepath.Join(s.String(), name))
	if err != nil {
		t.Fatal(err)
	}
	broken := errors.New("connection reset")
	for n := range packed {
		r := io.MultiReader(bytes.NewReader(packed[:n]), iotest.ErrReader(broken))
		if err := s.unpack(io.Discard, r, sum); !errors.Is(err, broken) || errors.Is(err, ErrDamaged) {
			t.Fatalf("after %d of %d bytes: %v", n, len(packed), err)
		}
	}
	full, w := io.Pipe() // a disk that takes no more
	full.CloseWithError(syscall.ENOSPC)
	if err := s.unpack(w, bytes.NewReader(packed), sum); !errors.Is(err, syscall.ENOSPC) || errors.Is(err, ErrDamaged) {
		t.Errorf("on a full disk: %v", err)
	}
}

func copyObject(t *testing.T, s *Store, from, to string, change func([]byte) []byte) {
	t.Helper()
	r, err := s.place.get(t.Context(), from)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var data bytes.Buffer
	if _, err := data.ReadFrom(r); err != nil {
		t.Fatal(err)
	}
	err = s.place.put(t.Context(), item{name: to, near: t.TempDir(), write: func(w io.Writer) error {
		_, err := w.Write(change(data.Bytes()))
		return err
	}})
	if err != nil {
		t.Fatal(err)
	}
}

// TestStoreAtOnce: many put and read the same and other deliveries at the same time.
func TestStoreAtOnce(t *testing.T) {
	stores(t, func(t *testing.T, s *Store) {
		dir := t.TempDir()
		var wg sync.WaitGroup
		for i := range 24 {
			wg.Go(func() {
				data := []byte(fmt.Sprint("delivery ", i%8, strings.Repeat(" and so on", 1000)))
				file := filepath.Join(dir, fmt.Sprint(i))
				if err := os.WriteFile(file, data, 0o600); err != nil {
					t.Error(err)
				}
				if err := s.Put(t.Context(), file, sumOf(data)); err != nil {
					t.Error(err)
				}
				if err := s.Get(t.Context(), sumOf(data), file+".back"); err != nil {
					t.Error(err)
				}
				if back, err := os.ReadFile(file + ".back"); err != nil || !bytes.Equal(back, data) {
					t.Errorf("%d: %d bytes, %v", i, len(back), err)
				}
			})
		}
		wg.Wait()
	})
}

func TestManifest(t *testing.T) {
	stores(t, func(t *testing.T, s *Store) {
		if _, err := s.Manifest(t.Context(), 7); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("of no run: %v", err)
		}
		if err := s.Check(t.Context()); err != nil {
			t.Errorf("an empty archive: %v", err)
		}
		at := time.Date(2026, 11, 26, 3, 0, 0, 0, time.UTC)
		want := []Entry{{"acme", []byte("caf\xe9.csv"), "ab", 12, at, at.Add(time.Hour)}, {Feed: "beta", Path: []byte("b.csv"), Fetched: at}}
		for _, entries := range [][]Entry{want[:1], want} { // the second replaces the first
			if err := errors.Join(s.WriteManifest(t.Context(), 7, entries), s.Check(t.Context())); err != nil {
				t.Fatal(err)
			}
		}
		got, err := s.Manifest(t.Context(), 7)
		if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%v, %v", got, err)
		}
	})
}

func TestPrune(t *testing.T) {
	stores(t, func(t *testing.T, s *Store) {
		var sums []string
		for i := range 6 {
			noise := make([]byte, 1000)
			random := rand.NewChaCha8([32]byte{byte(i)})
			random.Read(noise)
			sums = append(sums, put(t, s, noise))
			setAge(t, s, sums[i], time.Duration(6-i)*24*time.Hour) // the first is the oldest
		}
		if err := s.WriteManifest(t.Context(), 1, nil); err != nil {
			t.Fatal(err)
		}
		pinned := func(sum string) bool { return sum == sums[0] }
		left := func() string {
			var out []byte
			for i, sum := range sums {
				if has, err := s.Has(t.Context(), sum); err != nil {
					t.Fatal(err)
				} else if has {
					out = append(out, byte('0'+i))
				}
			}
			return string(out)
		}
		for _, step := range []struct {
			r    Retention
			want string
			over bool
		}{
			{Retention{}, "012345", false},
			{Retention{Keep: 30 * 24 * time.Hour}, "012345", false},
			{Retention{Keep: 108 * time.Hour}, "02345", false}, // 0 is pinned, 1 is five days old
			{Retention{MaxSize: 3500}, "045", false},
			{Retention{MaxSize: 500}, "0", true},
		} {
			p, err := s.Prune(t.Context(), step.r, time.Now(), pinned)
			if err != nil || left() != step.want || p.Over > 0 != step.over {
				t.Errorf("%+v: %s left, want %s; %+v, %v", step.r, left(), step.want, p, err)
			}
		}
		if _, err := s.Manifest(t.Context(), 1); err != nil {
			t.Errorf("the manifest is gone: %v", err)
		}
	})
}

// TestPruneByAge: what is old goes, but for what is pinned.
func TestPruneByAge(t *testing.T) {
	stores(t, func(t *testing.T, s *Store) {
		pinned, old := put(t, s, []byte("of a case")), put(t, s, []byte("of no case"))
		later := time.Now().Add(2 * time.Hour)
		p, err := s.Prune(t.Context(), Retention{Keep: time.Hour}, later, func(sum string) bool { return sum == pinned })
		if err != nil || p.Removed != 1 || p.Kept != 1 || p.RemovedBytes == 0 || p.KeptBytes == 0 {
			t.Errorf("%+v, %v", p, err)
		}
		if has, _ := s.Has(t.Context(), pinned); !has {
			t.Error("what is pinned is gone")
		}
		if _, err := get(t, s, old); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("what is old: %v", err)
		}
	})
}

// TestAbandoned: what a writer left that died is removed, by who prunes and by who writes
// next, what one may be writing is not.
func TestAbandoned(t *testing.T) {
	for how, tidy := range map[string]func(*Store) error{
		"prune": func(s *Store) error {
			p, err := s.Prune(t.Context(), Retention{Keep: time.Hour}, time.Now(), func(string) bool { return false })
			if err == nil && (p.Kept != 1 || p.Removed != 0) {
				t.Errorf("%+v", p)
			}
			return err
		},
		"write": func(s *Store) error {
			data := []byte("whole")
			return s.PutAll(t.Context(), Blob{SHA256: sumOf(data), Data: data})
		},
	} {
		dir := filepath.Join(t.TempDir(), "archive")
		put(t, openAt(t, dir), []byte("whole"))
		half := filepath.Join(dir, "blobs", ".new")
		for file, age := range map[string]time.Duration{"old.tmp": 2 * abandoned, "new.tmp": 0} {
			p := filepath.Join(half, file)
			if err := os.WriteFile(p, []byte("half"), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chtimes(p, time.Time{}, time.Now().Add(-age)); err != nil {
				t.Fatal(err)
			}
		}
		if err := tidy(openAt(t, dir)); err != nil {
			t.Errorf("%s: %v", how, err)
		}
		if left, _ := os.ReadDir(half); len(left) != 1 || left[0].Name() != "new.tmp" {
			t.Errorf("%s: %v is left", how, left)
		}
	}
}

// TestPutInterrupted: no half of a delivery is ever there under its name.
func TestPutInterrupted(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "archive")
	s := openAt(t, dir)
	data := []byte("sku\r\n1\r\n")
	name, _ := blobName(sumOf(data))
	if err := os.MkdirAll(filepath.Join(dir, name), 0o700); err != nil { // what stands in the way
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "delivery")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.Put(t.Context(), file, sumOf(data)); err == nil {
		t.Error("put over a directory")
	}
	if has, err := s.Has(t.Context(), sumOf(data)); has || err == nil {
		t.Errorf("a directory is a delivery: %v, %v", has, err)
	}
	entries, err := os.ReadDir(filepath.Join(dir, filepath.Dir(name)))
	if err != nil || len(entries) != 1 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
	if entries, err = os.ReadDir(filepath.Join(dir, "blobs", ".new")); err != nil || len(entries) != 0 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
}

// TestStop: who is told to stop does so in the middle of a delivery, and takes none for
// damaged.
func TestStop(t *testing.T) {
	s := openAt(t, filepath.Join(t.TempDir(), "archive"))
	data := make([]byte, 4<<20)
	rand.NewChaCha8([32]byte{1}).Read(data)
	sum := put(t, s, data)
	other := append([]byte("x"), data...)
	for what, do := range map[string]func(context.Context) error{
		"put":  func(ctx context.Context) error { return s.PutAll(ctx, Blob{SHA256: sumOf(other), Data: other}) },
		"get":  func(ctx context.Context) error { return s.Get(ctx, sum, filepath.Join(t.TempDir(), "x")) },
		"read": func(ctx context.Context) error { _, err := s.Read(ctx, sum); return err },
	} {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := do(ctx); !errors.Is(err, context.Canceled) || errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if has, err := s.Has(t.Context(), sumOf(other)); has || err != nil {
		t.Errorf("half of a delivery is kept: %v", err)
	}
}

func TestLocations(t *testing.T) {
	for location, want := range map[string]string{
		"/srv/archive": "/srv/archive", "file:///srv/archive": "/srv/archive",
		"s3://b/nightly?endpoint=http://127.0.0.1:9000&region=x": "s3://b/nightly at http://127.0.0.1:9000", "s3://b": "s3://b at https://s3.amazonaws.com",
	} {
		s, err := OpenStore(location, Options{AccessKey: "k", SecretKey: "topsecret"})
		if err != nil || s.String() != want {
			t.Errorf("%s: %v, %v", location, s, err)
		}
	}
	for _, location := range []string{"ftp://h/x", "s3://", "s3:///x", "s3://b?endpoint=h:9000", "s3://b?endpoint=ftp://h", "s3://b?secret=x", "s3://b?endpoint=https://"} {
		if s, err := OpenStore(location, Options{}); err == nil || !strings.HasPrefix(err.Error(), "open archive: ") {
			t.Errorf("%s: %v, %v", location, s, err)
		}
	}
}

func TestBucketErrors(t *testing.T) {
	missing := strings.Replace(bucketURL(t), "s3://deliveries", "s3://nowhere", 1)
	s := openAt(t, missing)
	file := filepath.Join(t.TempDir(), "delivery")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.Put(t.Context(), file, sumOf(nil)); err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("into a bucket that is not there: %v", err)
	}
	if has, err := s.Has(t.Context(), sumOf(nil)); has || err == nil {
		t.Errorf("in a bucket that is not there: %v, %v", has, err)
	}
	if _, err := get(t, s, sumOf(nil)); err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("from a bucket that is not there: %v", err)
	}
	if err := s.Check(t.Context()); err == nil || !strings.HasPrefix(err.Error(), "look into archive: ") {
		t.Errorf("a look into a bucket that is not there: %v", err)
	}
	if _, err := s.Prune(t.Context(), Retention{Keep: 1}, time.Now(), nil); err == nil {
		t.Error("a bucket that is not there is an empty archive")
	}
	wrong, err := OpenStore(bucketURL(t), Options{AccessKey: testKey, SecretKey: "wrong"})
	if err != nil {
		t.Fatal(err)
	}
	if err := wrong.Put(t.Context(), file, sumOf(nil)); err == nil || strings.Contains(err.Error(), "wrong") {
		t.Errorf("with a wrong key: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := openAt(t, bucketURL(t)).Put(ctx, file, sumOf(nil)); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// TestFrame: small deliveries are zstd's frames as well, of whatever size.
func TestFrame(t *testing.T) {
	r, err := zstd.NewReader(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	s := InDirectory(t.TempDir())
	for _, n := range []int{0, 1, 255, 256, 257, 2000, tiny, tiny + 1, 100_000} {
		data := make([]byte, n)
		for i := range data {
			data[i] = byte(rand.IntN(4))
		}
		var b bytes.Buffer
		if err := s.packAll(&b, data, sumOf(data)); err != nil {
			t.Fatal(err)
		}
		got, err := r.DecodeAll(b.Bytes(), nil)
		if err != nil || !bytes.Equal(got, data) {
			t.Errorf("%d bytes become %d, %v", n, len(got), err)
		}
		if packed := b.Len() < n; packed != (n > tiny) || b.Len() > max(n, 4<<10) {
			t.Errorf("%d bytes take %d", n, b.Len())
		}
	}
}
