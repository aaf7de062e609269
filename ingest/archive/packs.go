package archive

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"time"
)

// A night of thousands of small deliveries would be thousands of files: each takes a block of
// the disk and an inode, is made, renamed, backed up and looked at by itself, and a year's
// are millions. So those that are put together are one file, a pack:
//
//	packs/0123….zst   a zstd frame for each, and behind them where they are (packfile.go)
//
// A pack is never changed, like all else here. One of which some is to go is taken apart: what
// stays of it becomes files, and then it goes.
const (
	packsDir = "packs/"
	// packedFrom is from how many small deliveries on they are packed: fewer are files that
	// zstd reads by themselves.
	packedFrom = 32
	// packedMost is up to how many bytes one is small.
	packedMost = 256 << 10
	// mostPacked are the bytes of a pack, so that it is soon taken apart.
	mostPacked = 16 << 20
)

// packs are those of a directory that were seen.
type packs struct {
	mu    sync.Mutex
	known map[string]*packIndex

	removing sync.Mutex // or two would bring back what the other one removes
}

// packIndex is where the deliveries of a pack are, in the order of their hashes.
type packIndex struct {
	name    string // of the file
	at      time.Time
	entries []packEntry
}

// packEntry is a delivery in a pack. Of millions no more is in memory: half a hash names one
// as well, and who reads it holds it against the whole.
type packEntry struct {
	sum          [sha256.Size / 2]byte
	offset, size uint32
}

// pack parts items into those that are files, and the packs that the others are together: the
// small deliveries, if they are many.
func pack(items []item) (files, packs []item) {
	small := map[string]item{}
	for _, i := range items {
		if i.small > 0 {
			small[i.name] = i // the same bytes may have come twice
		} else {
			files = append(files, i)
		}
	}
	if len(small) < packedFrom {
		return items, nil
	}
	var one []item
	size := 0
	for _, name := range slices.Sorted(maps.Keys(small)) { // that is by hash
		if size += small[name].small; size > mostPacked {
			packs, one, size = append(packs, packOf(one)), nil, small[name].small
		}
		one = append(one, small[name])
	}
	return files, append(packs, packOf(one))
}

// packOf is the pack of items, which are in the order of their names.
func packOf(items []item) item {
	h := sha256.New()
	for _, i := range items {
		io.WriteString(h, path.Base(i.name)+"\n")
	}
	return item{name: packsDir + hex.EncodeToString(h.Sum(nil)[:16]) + ".zst", write: func(w io.Writer) error {
		p := packer{out: bufio.NewWriterSize(w, 64<<10)}
		for _, i := range items {
			if err := p.add(i); err != nil {
				return err
			}
		}
		return p.end()
	}}
}

// find returns the newest pack that has a delivery, and where; nil where none has.
func (p *packs) find(sum [sha256.Size]byte) (in *packIndex, at packEntry) {
	want := sum[:sha256.Size/2]
	for _, one := range p.known {
		i, ok := slices.BinarySearchFunc(one.entries, want, func(e packEntry, want []byte) int { return bytes.Compare(e.sum[:], want) })
		if ok && (in == nil || one.at.After(in.at)) {
			in, at = one, one.entries[i]
		}
	}
	return in, at
}

// locate opens the newest pack that has a delivery, and says where it is in it. A pack that
// is gone was taken apart meanwhile, or somebody pruned; the error wraps fs.ErrNotExist where
// no pack has the delivery, unless there are some that cannot be read.
func (d *directory) locate(name string) (*os.File, *packIndex, packEntry, error) {
	d.packs.mu.Lock()
	defer d.packs.mu.Unlock()
	var unread error
	for fresh := false; ; fresh = true {
		in, at := d.packs.find(sumIn(name))
		if in == nil && fresh {
			return nil, nil, at, cmp.Or(unread, error(&fs.PathError{Op: "open", Path: d.path(name), Err: fs.ErrNotExist}))
		}
		if in != nil {
			f, err := in.open(d)
			if f != nil || err != nil {
				return f, in, at, err
			}
			delete(d.packs.known, in.name)
		}
		unread = d.refresh()
	}
}

// open opens a pack, unless it is gone, or put once more and its index another one.
func (p *packIndex) open(d *directory) (*os.File, error) {
	f, err := os.Open(d.path(packsDir + p.name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil || !info.ModTime().Equal(p.at) {
		f.Close()
		return nil, err
	}
	return f, nil
}

// refresh learns which packs there are. One that cannot be read is no reason not to know the
// others.
func (d *directory) refresh() (unread error) {
	names, err := d.packNames()
	if err != nil {
		return err
	}
	was := d.packs.known
	d.packs.known = make(map[string]*packIndex, len(names))
	for _, name := range names {
		p := was[name]
		if p == nil {
			p = &packIndex{name: name}
			err := d.eachIn(name, func(sum [sha256.Size]byte, offset, size uint32, at time.Time) error {
				p.at, p.entries = at, append(p.entries, packEntry{[sha256.Size / 2]byte(sum[:]), offset, size})
				return nil
			})
			if err != nil {
				unread = errors.Join(unread, fmt.Errorf("read pack %q: %w", name, err))
				continue
			}
		}
		d.packs.known[name] = p
	}
	return unread
}

// packNames are the names of the files that are packs.
func (d *directory) packNames() (out []string, err error) {
	files, err := os.ReadDir(d.path(packsDir))
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	for _, f := range files {
		if f.Type().IsRegular() && strings.HasSuffix(f.Name(), ".zst") {
			out = append(out, f.Name())
		}
	}
	return out, err
}

// eachIn calls f for each delivery of a pack, if it is there: with its hash, where it is in
// the file and when that was put.
func (d *directory) eachIn(pack string, f func(sum [sha256.Size]byte, offset, size uint32, at time.Time) error) error {
	file, err := os.Open(d.path(packsDir + pack))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	index, _, err := readIndex(file)
	if err != nil {
		return err
	}
	return entries(index, func(sum [sha256.Size]byte, offset, size uint32) error { return f(sum, offset, size, info.ModTime()) })
}

// getPacked opens a delivery that is in a pack.
func (d *directory) getPacked(name string) (io.ReadCloser, error) {
	f, _, at, err := d.locate(name)
	if err != nil {
		return nil, err
	}
	return section{io.NewSectionReader(f, int64(at.offset), int64(at.size)), f}, nil
}

// section is a part of a file.
type section struct {
	io.Reader
	io.Closer
}

// statPacked is stat of a delivery in a pack.
func (d *directory) statPacked(name string) (object, error) {
	f, in, at, err := d.locate(name)
	if err != nil {
		return object{}, err
	}
	f.Close()
	return object{name: name, size: int64(at.size), at: in.at, pack: in.name}, nil
}

// listPacked calls f for each delivery that is in a pack.
func (d *directory) listPacked(ctx context.Context, f func(object) error) error {
	d.sweep(d.path(packsDir + ".new"))
	packs, err := d.packNames()
	if err != nil {
		return err
	}
	var unread error
	for _, pack := range packs {
		err := d.eachIn(pack, func(sum [sha256.Size]byte, _, size uint32, at time.Time) error {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return f(object{name: blobOf(sum), size: int64(size), at: at, pack: pack})
		})
		if err != nil {
			unread = errors.Join(unread, fmt.Errorf("read pack %q: %w", pack, err))
		}
	}
	return unread
}

// packOfTime is a pack as somebody saw it: one that was put once more since is another.
type packOfTime struct {
	name string
	at   int64
}

// removePacked removes deliveries from packs, by their names. First go packs of which nothing
// is left, for to take others apart wants room on the disk.
func (d *directory) removePacked(gone map[packOfTime]map[string]bool) (err error) {
	d.packs.removing.Lock()
	defer d.packs.removing.Unlock()
	for _, apart := range []bool{false, true} {
		for pack, names := range gone {
			err = errors.Join(err, d.removeFrom(pack, names, apart))
		}
	}
	return err
}

// removeFrom removes deliveries from a pack. What is left of it becomes files, as old, which
// last before the pack goes; apart says whether anything is left, or else nothing is done. A
// pack that is not sound may hold more than could be read, and is laid aside.
func (d *directory) removeFrom(pack packOfTime, gone map[string]bool, apart bool) error {
	name := d.path(packsDir + pack.name)
	f, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || info.ModTime().UnixNano() != pack.at {
		return err
	}
	index, sound, err := readIndex(f)
	if err != nil {
		return err
	}
	var left []item
	_ = entries(index, func(sum [sha256.Size]byte, offset, size uint32) error {
		if name := blobOf(sum); !gone[name] {
			left = append(left, item{name: name, write: func(w io.Writer) error {
				_, err := io.Copy(w, io.NewSectionReader(f, int64(offset), int64(size)))
				return err
			}})
		}
		return nil
	})
	if len(left) > 0 != apart {
		return nil
	}
	if err := d.putFiles(left...); err != nil {
		return err
	}
	for _, i := range left {
		if err := os.Chtimes(d.path(i.name), time.Time{}, info.ModTime()); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	f.Close() // or Windows would not let it go
	if !sound {
		return os.Rename(name, name+".damaged")
	}
	return d.removeFile(packsDir + pack.name)
}
