package interp

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/feedparity/feedparity/ingest"
)

// sandboxes are the directories that calls write in, each with a copy by which it
// is restored.
type sandboxes struct {
	mu   sync.Mutex
	dirs map[string]*sandbox
}

// sandbox is one such directory. It is used by whoever holds its lock.
type sandbox struct {
	dir   string
	copy  string // holds what dir held when it was last saved
	known map[string]fileState
	saved time.Time
}

// fileState tells whether a file is the one that was seen. The time of the last
// change is the kernel's own and cannot be set back by anyone.
type fileState struct {
	mode    fs.FileMode
	size    int64
	mtime   int64 // nanoseconds, as the next
	changed int64
	link    string // target of a symbolic link
}

func (b *sandboxes) get(dir string) (*sandbox, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if box := b.dirs[dir]; box != nil {
		return box, nil
	}
	tmp, err := os.MkdirTemp("", "feedparity-sandbox-")
	if err != nil {
		return nil, err
	}
	box := &sandbox{dir: dir, copy: tmp, known: map[string]fileState{}}
	if b.dirs == nil {
		b.dirs = map[string]*sandbox{}
	}
	b.dirs[dir] = box
	return box, nil
}

func (b *sandboxes) close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	var errs []error
	for dir, box := range b.dirs {
		errs = append(errs, os.RemoveAll(box.copy))
		delete(b.dirs, dir)
	}
	return errors.Join(errs...)
}

// claim waits until nobody else has what a call may change, on this machine, and
// keeps how it is. release gives it back as it was.
func (e *Engine) claim(ctx context.Context, effects ingest.Effects) (release func() error, err error) {
	var boxes []*sandbox
	var locks []io.Closer
	release = func() error {
		var errs []error
		for _, b := range boxes {
			errs = append(errs, b.restore())
		}
		for _, l := range locks {
			l.Close()
		}
		return errors.Join(errs...)
	}
	names := slices.Clone(effects.Sandbox)
	for _, db := range effects.Rollback {
		names = append(names, "database "+db)
	}
	slices.Sort(names) // everybody in the same order, so that nobody waits for ever
	for _, name := range slices.Compact(names) {
		l, err := lock(ctx, name)
		if err != nil {
			return nil, errors.Join(err, release())
		}
		locks = append(locks, l)
	}
	for _, dir := range effects.Sandbox {
		b, err := e.boxes.get(dir)
		if err == nil {
			err = b.save()
		}
		if err != nil {
			return nil, errors.Join(fmt.Errorf("keep sandbox %q: %w", dir, err), release())
		}
		boxes = append(boxes, b)
	}
	return release, nil
}

// lock takes a lock that all feedparity processes of this machine know by its name.
func lock(ctx context.Context, name string) (io.Closer, error) {
	sum := sha256.Sum256([]byte(name))
	path := filepath.Join(os.TempDir(), fmt.Sprintf("feedparity-lock-%d-%s", os.Getuid(), hex.EncodeToString(sum[:8])))
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock %q: %w", name, err)
	}
	for wait := 100 * time.Microsecond; ; wait = min(2*wait, 20*time.Millisecond) {
		ok, err := tryLock(f)
		if ok {
			return f, nil
		}
		if err != nil {
			f.Close()
			return nil, fmt.Errorf("lock %q: %w", name, err)
		}
		select {
		case <-ctx.Done():
			f.Close()
			return nil, context.Cause(ctx)
		case <-time.After(wait):
		}
	}
}

// scan lists what the directory holds, by relative path; a directory that is not
// there holds nothing, not even itself.
func (b *sandbox) scan() (map[string]fileState, error) {
	found := map[string]fileState{}
	err := filepath.WalkDir(b.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			if path == b.dir && errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(b.dir, path)
		if err != nil {
			return err
		}
		found[rel], err = stateOf(path, info)
		return err
	})
	return found, err
}

func stateOf(path string, info fs.FileInfo) (s fileState, err error) {
	s = fileState{mode: info.Mode(), mtime: info.ModTime().UnixNano(), changed: changeTime(info)}
	switch info.Mode().Type() {
	case 0:
		s.size = info.Size()
	case fs.ModeSymlink:
		s.link, err = os.Readlink(path)
	}
	return s, err
}

// save brings the copy up to date.
func (b *sandbox) save() error {
	now, err := b.scan()
	if err != nil {
		return err
	}
	for rel := range b.known {
		if _, ok := now[rel]; !ok {
			if err := os.RemoveAll(filepath.Join(b.copy, rel)); err != nil {
				return err
			}
		}
	}
	for _, rel := range sortedKeys(now) {
		s := now[rel]
		if s == b.known[rel] {
			continue
		}
		to := filepath.Join(b.copy, rel)
		switch s.mode.Type() {
		case fs.ModeDir:
			err = makeDir(to)
		case 0:
			err = copyFile(filepath.Join(b.dir, rel), to)
		case fs.ModeSymlink: // fileState has it
		default: // a call may leave one: restore removes it
			err = fmt.Errorf("%q is neither file nor directory", filepath.Join(b.dir, rel))
		}
		if err != nil {
			return err
		}
	}
	b.known, b.saved = now, time.Now()
	return nil
}

// tick is longer than the kernel takes to give a second change another time.
const tick = 20 * time.Millisecond

// differs reports whether a file may have changed since it was saved.
func (b *sandbox) differs(was, is fileState) bool {
	return was != is || was.mode.IsRegular() && was.changed > b.saved.Add(-tick).UnixNano()
}

// restore makes the directory what it was when it was saved: names, contents, modes
// and times of modification.
func (b *sandbox) restore() error {
	openDirs(b.dir)
	now, err := b.scan()
	if err != nil {
		return fmt.Errorf("restore sandbox %q: %w", b.dir, err)
	}
	for rel := range now {
		if was, ok := b.known[rel]; !ok || was.mode.Type() != now[rel].mode.Type() {
			if err := os.RemoveAll(filepath.Join(b.dir, rel)); err != nil {
				return fmt.Errorf("restore sandbox %q: %w", b.dir, err)
			}
			delete(now, rel)
		}
	}
	rels := sortedKeys(b.known)
	for _, rel := range rels {
		if was := b.known[rel]; b.differs(was, now[rel]) && !was.mode.IsDir() || now[rel] == (fileState{}) {
			if err := b.put(rel, was); err != nil {
				return fmt.Errorf("restore sandbox %q: %w", b.dir, err)
			}
		}
	}
	slices.Reverse(rels) // a directory's own last, since what is made in it changes them
	for _, rel := range rels {
		if err := b.touch(rel); err != nil {
			return fmt.Errorf("restore sandbox %q: %w", b.dir, err)
		}
	}
	return nil
}

// put makes one entry again.
func (b *sandbox) put(rel string, was fileState) error {
	to := filepath.Join(b.dir, rel)
	switch was.mode.Type() {
	case fs.ModeDir:
		return os.MkdirAll(to, 0o700)
	case fs.ModeSymlink:
		os.Remove(to)
		return os.Symlink(was.link, to)
	}
	os.Remove(to) // never through a link to another file
	return copyFile(filepath.Join(b.copy, rel), to)
}

// touch gives an entry its mode and time, and remembers it as it is now.
func (b *sandbox) touch(rel string) error {
	path, was := filepath.Join(b.dir, rel), b.known[rel]
	info, err := os.Lstat(path)
	if err != nil {
		return err
	}
	if was.mode.Type() != fs.ModeSymlink && (info.Mode() != was.mode || info.ModTime().UnixNano() != was.mtime) {
		if err := os.Chtimes(path, time.Time{}, time.Unix(0, was.mtime)); err != nil {
			return err
		}
		if err := os.Chmod(path, was.mode); err != nil {
			return err
		}
		if info, err = os.Lstat(path); err != nil {
			return err
		}
	}
	b.known[rel], err = stateOf(path, info)
	return err
}

// openDirs makes directories readable that the team's code has closed.
func openDirs(root string) {
	filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if d != nil && d.IsDir() {
			if info, err := d.Info(); err == nil && info.Mode().Perm()&0o700 != 0o700 {
				os.Chmod(path, info.Mode()|0o700)
			}
		}
		return nil
	})
}

// makeDir makes a directory of the copy, which only we must be able to use.
func makeDir(path string) error {
	if info, err := os.Lstat(path); err == nil && !info.IsDir() {
		os.Remove(path)
	}
	return os.MkdirAll(path, 0o700)
}

func copyFile(from, to string) error {
	if info, err := os.Lstat(to); err == nil && !info.Mode().IsRegular() {
		os.RemoveAll(to)
	}
	src, err := os.Open(from)
	if err != nil {
		return err
	}
	defer src.Close()
	dst, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(dst, src)
	if cerr := dst.Close(); err == nil {
		err = cerr
	}
	return err
}

func sortedKeys(m map[string]fileState) []string {
	out := make([]string, 0, len(m))
	for rel := range m {
		out = append(out, rel)
	}
	slices.Sort(out) // a directory before what it holds
	return out
}
