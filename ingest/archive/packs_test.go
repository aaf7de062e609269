package archive

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
)

// many are small deliveries, some of them larger than a block.
func many(n int, text string) []Blob {
	out := make([]Blob, n)
	for i := range out {
		data := []byte(fmt.Sprintf("sku;%s\n%d;x\n", text, i) + strings.Repeat("y", i%7*1000))
		out[i] = Blob{SHA256: sumOf(data), Data: data}
	}
	return out
}

// packedIn puts deliveries into an empty archive and returns its directory and the pack that
// they became.
func packedIn(t *testing.T, all []Blob) (dir, pack string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "archive [1]") // which is no pattern
	if err := InDirectory(dir).PutAll(t.Context(), all...); err != nil {
		t.Fatal(err)
	}
	return dir, onlyPack(t, dir)
}

func onlyPack(t *testing.T, dir string) string {
	t.Helper()
	files, _ := os.ReadDir(filepath.Join(dir, "packs"))
	files = slices.DeleteFunc(files, func(f os.DirEntry) bool { return f.Name() == ".new" })
	if len(files) != 1 {
		t.Fatalf("%d packs, want one: %v", len(files), files)
	}
	return filepath.Join(dir, "packs", files[0].Name())
}

// kept are the places of the deliveries that can be read back.
func kept(t *testing.T, s *Store, all []Blob) (out []int) {
	t.Helper()
	for i, b := range all {
		data, err := s.Read(t.Context(), b.SHA256)
		has, herr := s.Has(t.Context(), b.SHA256)
		switch {
		case herr != nil:
			t.Fatal(herr)
		case err == nil && has && bytes.Equal(data, b.Data):
			out = append(out, i)
		case has || !errors.Is(err, fs.ErrNotExist):
			t.Errorf("delivery %d: there %v, %v", i, has, err)
		}
	}
	return out
}

func upTo(n int) (out []int) {
	for i := range n {
		out = append(out, i)
	}
	return out
}

// TestPack: many small deliveries are one file, which zstd unpacks, and few are not.
func TestPack(t *testing.T) {
	all := many(100, "a")
	dir, pack := packedIn(t, append(all, all[0]))
	if got := kept(t, InDirectory(dir), all); len(got) != len(all) {
		t.Errorf("kept %v", got)
	}
	if _, err := os.Stat(filepath.Join(dir, "blobs")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("files of their own: %v", err)
	}
	f, err := os.Open(pack)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := zstd.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var whole bytes.Buffer
	if _, err := whole.ReadFrom(r); err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(all, func(a, b Blob) int { return strings.Compare(a.SHA256, b.SHA256) })
	for _, b := range all {
		rest, ok := bytes.CutPrefix(whole.Bytes(), b.Data)
		if !ok {
			t.Fatalf("a pack unpacks to %.100q, want %.100q", whole.Bytes(), b.Data)
		}
		whole = *bytes.NewBuffer(rest)
	}
	s := InDirectory(dir)
	few, large := many(packedFrom-1, "b"), Blob{Data: make([]byte, packedMost+1)}
	large.SHA256 = sumOf(large.Data)
	if err := s.PutAll(t.Context(), append(few, large)...); err != nil {
		t.Fatal(err)
	}
	if got := kept(t, s, append(few, large)); len(got) != packedFrom || onlyPack(t, dir) != pack {
		t.Errorf("of few and a large one %v", got)
	}
	_ = InDirectory(dir).Get(t.Context(), all[7].SHA256, filepath.Join(dir, "x"))
	if got, err := os.ReadFile(filepath.Join(dir, "x")); !bytes.Equal(got, all[7].Data) {
		t.Errorf("gets %.100q, %v", got, err)
	}
}

// TestPackLarge: packs are of no more bytes than are soon taken apart.
func TestPackLarge(t *testing.T) {
	var all []Blob
	for i := range 100 {
		data := bytes.Repeat([]byte{byte(i)}, packedMost)
		all = append(all, Blob{SHA256: sumOf(data), Data: data})
	}
	dir := t.TempDir()
	if err := InDirectory(dir).PutAll(t.Context(), all...); err != nil {
		t.Fatal(err)
	}
	if files, _ := filepath.Glob(filepath.Join(dir, "packs", "*.zst")); len(files) != 2 {
		t.Errorf("%d packs of %d bytes", len(files), len(all)*packedMost)
	}
	if got := kept(t, InDirectory(dir), all); len(got) != len(all) {
		t.Errorf("kept %v", got)
	}
}

// TestPackDamaged: what is damaged of a pack costs no other delivery, and its index can be
// made anew.
func TestPackDamaged(t *testing.T) {
	all := many(50, "a")
	slices.SortFunc(all, func(a, b Blob) int { return strings.Compare(a.SHA256, b.SHA256) }) // as in a pack
	for name, damage := range map[string]struct {
		do   func([]byte) []byte
		want int
	}{
		"the end is missing":     {func(b []byte) []byte { return b[:len(b)-5] }, 50},
		"the index is missing":   {func(b []byte) []byte { return b[:len(b)-footerSize-50*entrySize-8] }, 50},
		"a hash in the index":    {func(b []byte) []byte { b[len(b)-footerSize-3*entrySize] ^= 1; return b }, 50},
		"its length":             {func(b []byte) []byte { b[len(b)-footerSize+3] = 0x7f; return b }, 50},
		"the frame of the index": {func(b []byte) []byte { b[len(b)-footerSize-50*entrySize-8] ^= 1; return b[:len(b)-1] }, 50},
		"no more than a part":    {func(b []byte) []byte { return b[:100] }, -1},
		"a frame and the index":  {func(b []byte) []byte { b[frameSize(b)+4] ^= 0x20; return b[:len(b)-5] }, 49},
		"no byte is there":       {func(b []byte) []byte { return nil }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			dir, pack := packedIn(t, all)
			b, err := os.ReadFile(pack)
			if err == nil {
				err = os.WriteFile(pack, damage.do(b), 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := kept(t, InDirectory(dir), all); len(got) != damage.want && (damage.want >= 0 || len(got) > 10) {
				t.Errorf("kept %v", got)
			}
		})
	}
	t.Run("a delivery", func(t *testing.T) {
		dir, pack := packedIn(t, all)
		b, err := os.ReadFile(pack)
		if err != nil {
			t.Fatal(err)
		}
		at := bytes.Index(b, all[20].Data[:8])
		if b[at] ^= 1; at < 0 {
			t.Fatal("it is not there as it is")
		}
		if err := os.WriteFile(pack, b, 0o600); err != nil {
			t.Fatal(err)
		}
		s := InDirectory(dir)
		if _, err := s.Read(t.Context(), all[20].SHA256); !errors.Is(err, ErrDamaged) {
			t.Errorf("read what is damaged: %v", err)
		}
		if err := errors.Join(s.Remove(t.Context(), all[20].SHA256), s.Remove(t.Context(), all[20].SHA256)); err != nil {
			t.Error(err)
		}
		for _, s := range []*Store{s, InDirectory(dir)} {
			if got := kept(t, s, all); !slices.Equal(got, append(upTo(20), upTo(50)[21:]...)) {
				t.Errorf("kept %v", got)
			}
		}
		if _, err := os.Stat(pack); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("the pack is there still: %v", err)
		}
		if err := s.PutAll(t.Context(), all[20]); err != nil || len(kept(t, s, all)) != 50 {
			t.Errorf("put once more: %v", err)
		}
	})
}

// TestPackPruned: of a pack goes what is to go, while others read it, and what is left is as
// old as before.
func TestPackPruned(t *testing.T) {
	all := many(60, "a")
	dir, pack := packedIn(t, all)
	s, other := InDirectory(dir), InDirectory(dir)
	if len(kept(t, other, all)) != 60 {
		t.Fatal("not all are there")
	}
	came := time.Now().Add(-48 * time.Hour).Truncate(time.Second)
	if err := os.Chtimes(pack, time.Time{}, came); err != nil {
		t.Fatal(err)
	}
	if err := s.PutAll(t.Context(), all[5]); err != nil { // it came once more, by itself
		t.Fatal(err)
	}
	pinned := map[string]bool{all[7].SHA256: true, all[8].SHA256: true}
	prune := func(r Retention, pins map[string]bool) Pruned {
		t.Helper()
		p, err := s.Prune(t.Context(), r, time.Now(), func(sum string) bool { return pins[sum] })
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	if p := prune(Retention{Keep: 72 * time.Hour}, nil); p.Removed != 0 || p.Kept != 61 || onlyPack(t, dir) != pack { // for the older of two no pack is taken apart
		t.Errorf("of nothing that is old %+v", p)
	}
	if p := prune(Retention{Keep: 24 * time.Hour}, pinned); p.Removed != 58 || p.Kept != 3 {
		t.Errorf("%+v", p)
	}
	for _, s := range []*Store{s, other, InDirectory(dir)} {
		if got := kept(t, s, all); !slices.Equal(got, []int{5, 7, 8}) {
			t.Errorf("kept %v", got)
		}
	}
	stays, _ := blobName(all[7].SHA256)
	if info, err := os.Stat(filepath.Join(dir, stays)); err != nil || !info.ModTime().Equal(came) {
		t.Errorf("what is left is of %v, %v", info.ModTime(), err)
	}
	if p := prune(Retention{MaxSize: 1}, map[string]bool{all[5].SHA256: true}); p.Removed != 2 || p.Kept != 1 {
		t.Errorf("%+v", p)
	}
	if files, _ := filepath.Glob(filepath.Join(filepath.Dir(pack), "*.zst")); len(files) > 0 {
		t.Errorf("left %v", files)
	}
	if got := kept(t, other, all); !slices.Equal(got, []int{5}) {
		t.Errorf("kept %v", got)
	}
}

// TestPackTwice: where packs have the same deliveries, what is pinned stays, whichever goes
// first, and so it does where one was being taken apart when its process was killed.
func TestPackTwice(t *testing.T) {
	all := many(40, "a")
	for range 30 {
		dir, old := packedIn(t, all[:39])
		if err := os.Chtimes(old, time.Time{}, time.Now().Add(-72*time.Hour)); err != nil {
			t.Fatal(err)
		}
		s := InDirectory(dir)
		if err := s.PutAll(t.Context(), all...); err != nil {
			t.Fatal(err)
		}
		files, _ := os.ReadDir(filepath.Join(dir, "packs"))
		var whole []byte
		var young string
		for _, f := range files {
			if p := filepath.Join(dir, "packs", f.Name()); p != old && !f.IsDir() {
				young = p
				whole, _ = os.ReadFile(p)
				if err := os.Chtimes(p, time.Time{}, time.Now().Add(-48*time.Hour)); err != nil {
					t.Fatal(err)
				}
			}
		}
		info, _ := os.Stat(young)
		prune := func() {
			t.Helper()
			p, err := s.Prune(t.Context(), Retention{Keep: 24 * time.Hour}, time.Now(), func(sum string) bool { return sum != all[39].SHA256 })
			if got := kept(t, InDirectory(dir), all); err != nil || !slices.Equal(got, upTo(39)) {
				t.Fatalf("kept %v; %+v, %v", got, p, err)
			}
		}
		prune()
		if err := os.WriteFile(young, whole, 0o600); err != nil { // it was killed before it went
			t.Fatal(err)
		}
		if err := os.Chtimes(young, time.Time{}, info.ModTime()); err != nil {
			t.Fatal(err)
		}
		prune()
		if left, _ := filepath.Glob(filepath.Join(filepath.Dir(young), "*.zst")); len(left) > 0 {
			t.Fatalf("left %v", left)
		}
	}
}

// TestPackRemovedAtOnce: what several remove is gone, and nobody who reads the rest misses it.
func TestPackRemovedAtOnce(t *testing.T) {
	all := many(60, "a")
	for range 20 {
		dir, _ := packedIn(t, all)
		s, other := InDirectory(dir), InDirectory(dir)
		var work sync.WaitGroup
		for _, b := range all[:8] {
			work.Go(func() {
				if err := s.Remove(t.Context(), b.SHA256); err != nil {
					t.Error(err)
				}
			})
		}
		for _, s := range []*Store{s, other, InDirectory(dir)} {
			work.Go(func() {
				for range 20 {
					if _, err := s.Read(t.Context(), all[30].SHA256); err != nil {
						t.Error(err)
					}
					if has, err := s.Has(t.Context(), all[31].SHA256); !has || err != nil {
						t.Errorf("it is not there, %v", err)
					}
				}
			})
		}
		work.Wait()
		if got := kept(t, s, all); !slices.Equal(got, upTo(60)[8:]) {
			t.Fatalf("kept %v", got)
		}
	}
}

// TestPackUnreadable: one that cannot be read costs no other, and is said where it may have
// what is looked for.
func TestPackUnreadable(t *testing.T) {
	all := many(40, "a")
	dir, _ := packedIn(t, all)
	if err := os.Mkdir(filepath.Join(dir, "packs", "0.zst"), 0o700); err != nil { // which is no pack
		t.Fatal(err)
	}
	huge := filepath.Join(dir, "packs", "00.zst")
	if err := os.WriteFile(huge, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(huge, 4*mostPacked+1); err != nil {
		t.Fatal(err)
	}
	s := InDirectory(dir)
	for i, b := range all {
		if data, err := s.Read(t.Context(), b.SHA256); err != nil || !bytes.Equal(data, b.Data) {
			t.Errorf("%d: %v", i, err)
		}
	}
	if has, err := s.Has(t.Context(), sumOf(nil)); has || err == nil || !strings.Contains(err.Error(), `read pack "00.zst": `) {
		t.Errorf("of what is nowhere: %v, %v", has, err)
	}
}

// TestPackAgain: who knows a pack finds what is in another one of its name.
func TestPackAgain(t *testing.T) {
	all := many(40, "a")
	dir, pack := packedIn(t, all)
	s := InDirectory(dir)
	kept(t, s, all)
	f, err := os.Open(pack)
	if err != nil {
		t.Fatal(err)
	}
	index, _, err := readIndex(f)
	f.Close()
	if err != nil {
		t.Fatal(err)
	}
	// As a feedparity would that compresses otherwise: the first frame takes more.
	b, err := os.ReadFile(pack)
	if err != nil {
		t.Fatal(err)
	}
	b = b[:len(b)-footerSize-len(index)-8]
	skip := append(numbers(skippable-1, 100), make([]byte, 100)...)
	index = nil
	for at := 0; at < len(b); {
		size := frameSize(b[at:])
		data := b[at : at+size]
		r, _ := zstd.NewReader(bytes.NewReader(data))
		var out bytes.Buffer
		_, _ = out.ReadFrom(r)
		r.Close()
		index = appendEntry(index, sumIn(sumOf(out.Bytes())), at+len(skip), size)
		at += size
	}
	var whole bytes.Buffer
	whole.Write(skip)
	whole.Write(b)
	whole.Write(numbers(skippable, len(index)+footerSize))
	whole.Write(index)
	whole.Write(numbers(len(index), int(crc32.ChecksumIEEE(index)), packMagic))
	if err := os.WriteFile(pack, whole.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(pack, time.Time{}, time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if got := kept(t, s, all); len(got) != len(all) {
		t.Errorf("kept %v", got)
	}
}

// TestPackInterrupted: of a pack that could not be written nothing is there.
func TestPackInterrupted(t *testing.T) {
	all := many(40, "a")
	all[30].SHA256 = all[29].SHA256[:60] + "0000" // which is not its hash
	dir := filepath.Join(t.TempDir(), "archive")
	s := InDirectory(dir)
	if err := s.PutAll(t.Context(), all...); !errors.Is(err, ErrDamaged) {
		t.Errorf("put what is not what its hash says: %v", err)
	}
	if got := kept(t, s, all); len(got) > 0 {
		t.Errorf("kept %v", got)
	}
	files, _ := filepath.Glob(filepath.Join(dir, "packs", "*.zst"))
	if left, _ := os.ReadDir(filepath.Join(dir, "packs", ".new")); len(left) > 0 || len(files) > 0 {
		t.Errorf("left %v, %v", left, files)
	}
}

// FuzzPack: whatever a pack has become, what is read of it is what its hash says.
func FuzzPack(f *testing.F) {
	all := many(3, "a")
	var b bytes.Buffer
	s := InDirectory(f.TempDir())
	var items []item
	for _, one := range all {
		items = append(items, item{name: "blobs/aa/" + one.SHA256 + ".zst", write: func(w io.Writer) error { return s.putBlob(f.Context(), w, one) }})
	}
	slices.SortFunc(items, func(a, b item) int { return strings.Compare(a.name, b.name) })
	if err := packOf(items).write(&b); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add(b.Bytes()[:b.Len()-1])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, pack []byte) {
		dir := t.TempDir()
		if err := os.Mkdir(filepath.Join(dir, "packs"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "packs", "a.zst"), pack, 0o600); err != nil {
			t.Fatal(err)
		}
		s := InDirectory(dir)
		for _, one := range all {
			data, err := s.Read(t.Context(), one.SHA256)
			if err == nil && !bytes.Equal(data, one.Data) || err != nil && !errors.Is(err, ErrDamaged) && !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%q, %v", data, err)
			}
		}
		if _, err := s.Prune(t.Context(), Retention{Keep: time.Hour}, time.Now().Add(2*time.Hour), func(sum string) bool { return sum == all[0].SHA256 }); err != nil {
			t.Error(err)
		}
		if has, err := s.Has(t.Context(), all[1].SHA256); has || err != nil {
			t.Errorf("it is there still, %v", err)
		}
	})
}

// TestPackPutOnceMore: a pack that was put once more since somebody listed it does not go with
// what he removes.
func TestPackPutOnceMore(t *testing.T) {
	all := many(40, "a")
	dir, pack := packedIn(t, all)
	s := InDirectory(dir)
	var listed []object
	err := s.place.list(t.Context(), blobs, func(o object) error {
		listed = append(listed, o)
		return nil
	})
	if err != nil || len(listed) != len(all) {
		t.Fatalf("%d listed, %v", len(listed), err)
	}
	if err := os.Chtimes(pack, time.Time{}, time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if err := s.place.remove(t.Context(), listed...); err != nil {
		t.Error(err)
	}
	if got := kept(t, s, all); len(got) != len(all) {
		t.Errorf("kept %v", got)
	}
	if err := s.Remove(t.Context(), all[3].SHA256); err != nil {
		t.Error(err)
	}
	if got := kept(t, s, all); len(got) != len(all)-1 {
		t.Errorf("kept %v", got)
	}
}
