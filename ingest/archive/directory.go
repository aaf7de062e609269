package archive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// directory keeps objects as files below a directory. A file is written in ".new" near its
// place, synced, renamed, and the directories are synced: after a power cut it is there
// whole or not at all. Of many files each of these steps is done for all of them before
// the next.
type directory struct {
	root string
	// synced are the directories of which this process has seen to it that they last.
	synced sync.Map
	swept  sync.Map // directories in which what writers left that died was looked for
	packs  packs
}

// unfinished ends the names of files that somebody is still writing, or was when he died.
const unfinished = ".tmp"

// abandoned is how old such a file is when nobody can be writing it any more.
const abandoned = 24 * time.Hour

func (d *directory) String() string { return d.root }

func (d *directory) path(name string) string {
	return filepath.Join(d.root, filepath.FromSlash(name))
}

// together is from how many files on the whole file system is synced rather than each of
// them: two waits for the disk in place of two for each.
const together = 2

// put puts packs by themselves: they may be on another file system.
func (d *directory) put(_ context.Context, items ...item) error {
	files, packs := pack(items)
	if err := d.putFiles(files...); err != nil {
		return err
	}
	for _, p := range packs {
		if err := d.putFiles(p); err != nil {
			return err
		}
	}
	return nil
}

// putFiles puts each item into a file of its own.
func (d *directory) putFiles(items ...item) error {
	var all syncer
	if len(items) >= together {
		dir := filepath.Dir(d.path(items[0].name)) // and not the root, in which another disk may be mounted
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return err
		}
		all = openSyncer(dir)
		defer all.close()
	}
	written := make([]string, len(items))
	defer func() {
		for _, name := range written {
			if name != "" {
				_ = os.Remove(name) // it was not renamed
			}
		}
	}()
	for n, i := range items {
		var err error
		if written[n], err = d.write(i, !all.works()); err != nil {
			return err
		}
	}
	if err := all.sync(); err != nil {
		return err
	}
	for n, i := range items {
		if err := inDirectory(d.path(i.name), func(to string) error { return rename(written[n], to) }); err != nil {
			return err
		}
		written[n] = ""
	}
	if all.works() {
		return all.sync()
	}
	for _, i := range items {
		if err := d.sync(filepath.Dir(d.path(i.name))); err != nil {
			return err
		}
	}
	return nil
}

// write writes an object near its place and returns where, also with an error.
func (d *directory) write(i item, sync bool) (string, error) {
	top, _, _ := strings.Cut(i.name, "/")
	dir := d.path(top + "/.new")
	if _, done := d.swept.LoadOrStore(dir, true); !done {
		d.sweep(dir)
	}
	var out *os.File
	err := inDirectory(filepath.Join(dir, filepath.Base(i.name)+".*"+unfinished), func(name string) (err error) {
		out, err = os.CreateTemp(dir, filepath.Base(name)) // O_EXCL, 0600
		return err
	})
	if err != nil {
		return "", err
	}
	if err = i.write(out); err == nil && sync {
		err = out.Sync()
	}
	if cerr := out.Close(); err == nil {
		err = cerr
	}
	return out.Name(), err
}

// inDirectory makes a file, and its directory first where it is not there: it mostly is.
func inDirectory(name string, do func(name string) error) error {
	err := do(name)
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return err
	}
	return do(name)
}

// sweep removes what writers that died left where new files are written.
func (d *directory) sweep(dir string) {
	left, err := os.ReadDir(dir)
	if err != nil {
		return // there is nothing, or writing says what is wrong
	}
	for _, e := range left {
		if info, err := e.Info(); err == nil && time.Since(info.ModTime()) > abandoned {
			_ = os.Remove(filepath.Join(dir, e.Name()))
		}
	}
}

// sync makes a rename last and, once each, the directories that were made for it.
func (d *directory) sync(dir string) error {
	for above := false; len(dir) >= len(d.root); dir, above = filepath.Dir(dir), true {
		if _, done := d.synced.Load(dir); done && above {
			return nil
		}
		f, err := os.Open(dir)
		if err != nil {
			return err
		}
		err = f.Sync()
		f.Close()
		if err != nil {
			return fmt.Errorf("sync %q: %w", dir, err)
		}
		d.synced.Store(dir, true)
	}
	return nil
}

// get looks where a delivery is by itself once more after it looked into packs: one may have
// been taken apart meanwhile.
func (d *directory) get(_ context.Context, name string) (io.ReadCloser, error) {
	f, err := os.Open(d.path(name))
	if !isBlob(name) || !errors.Is(err, fs.ErrNotExist) {
		return f, err
	}
	in, err := d.getPacked(name)
	if errors.Is(err, fs.ErrNotExist) {
		return os.Open(d.path(name))
	}
	return in, err
}

// stat looks as get does.
func (d *directory) stat(_ context.Context, name string) (object, error) {
	o, err := d.statFile(name)
	if !isBlob(name) || !errors.Is(err, fs.ErrNotExist) {
		return o, err
	}
	if o, err = d.statPacked(name); errors.Is(err, fs.ErrNotExist) {
		return d.statFile(name)
	}
	return o, err
}

func (d *directory) statFile(name string) (object, error) {
	info, err := os.Stat(d.path(name))
	if err != nil {
		return object{}, err
	}
	if !info.Mode().IsRegular() {
		return object{}, fmt.Errorf("%q is no file", name)
	}
	return object{name: name, size: info.Size(), at: info.ModTime()}, nil
}

// isBlob reports whether an object is a delivery, which may be in a pack.
func isBlob(name string) bool { return strings.HasPrefix(name, blobs) }

func (d *directory) list(ctx context.Context, prefix string, f func(object) error) error {
	err := d.listFiles(ctx, prefix, f)
	if err == nil && prefix == blobs {
		err = d.listPacked(ctx, f)
	}
	return err
}

// listFiles removes, in passing, what writers that died left behind.
func (d *directory) listFiles(ctx context.Context, prefix string, f func(object) error) error {
	root := d.path(prefix)
	err := filepath.WalkDir(root, func(p string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		case !e.Type().IsRegular():
			return nil
		}
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil // removed meanwhile
		}
		if err != nil {
			return err
		}
		name, err := filepath.Rel(d.root, p)
		if err != nil {
			return err
		}
		if strings.HasSuffix(p, unfinished) {
			if time.Since(info.ModTime()) > abandoned {
				return d.removeFile(name)
			}
			return nil
		}
		return f(object{name: filepath.ToSlash(name), size: info.Size(), at: info.ModTime()})
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// remove removes files first: what stays of a pack that is taken apart may become one of that
// name.
func (d *directory) remove(_ context.Context, objects ...object) error {
	var errs []error
	inPack := map[packOfTime]map[string]bool{}
	for _, o := range objects {
		if o.pack == "" {
			errs = append(errs, d.removeFile(o.name))
			continue
		}
		p := packOfTime{o.pack, o.at.UnixNano()}
		if inPack[p] == nil {
			inPack[p] = map[string]bool{}
		}
		inPack[p][o.name] = true
	}
	return errors.Join(append(errs, d.removePacked(inPack))...)
}

func (d *directory) removeFile(name string) error {
	if err := os.Remove(d.path(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
