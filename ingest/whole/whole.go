// Package whole writes files that are there whole or not at all: who reads one while it
// is replaced sees the old one or the new one.
package whole

import (
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
)

// File is a file that is being written. It ends with Commit or Abandon.
type File struct {
	*os.File
	name   string
	target string      // where it comes to, "" if it is written there as it comes
	mode   fs.FileMode // of the target, 0 if that is new
	ended  bool
}

// ErrDirectory is the error of Create for a directory.
var ErrDirectory = errors.New("is a directory")

// Create begins a file. A symbolic link stays and what it leads to is replaced; what is
// no regular file, such as a device or a pipe, is written into as it comes, for nothing
// can take its place. A new file has the permissions that perm and the umask leave; one
// that is replaced keeps its own, of which those of others go where perm has none.
func Create(name string, perm fs.FileMode) (*File, error) {
	f := &File{name: name}
	if err := f.open(perm); err != nil {
		return nil, f.fault("create", err)
	}
	return f, nil
}

func (f *File) open(perm fs.FileMode) error {
	target, err := follow(f.name)
	if err != nil {
		return err
	}
	info, err := os.Stat(target)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return err
	case info.IsDir():
		return ErrDirectory
	case special(info):
		f.File, err = os.OpenFile(target, os.O_WRONLY, 0)
		return err
	default:
		if err := writable(target); err != nil {
			return err
		}
		if f.mode = info.Mode().Perm(); perm&0o077 == 0 {
			f.mode &= perm
		}
	}
	f.target = target
	f.File, err = temporary(filepath.Dir(target), perm)
	return err
}

// fault is an error with the name that was given, whatever it was of.
func (f *File) fault(verb string, err error) error {
	var path *fs.PathError
	var link *os.LinkError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &path):
		err = path.Err
	case errors.As(err, &link):
		err = link.Err
	}
	return &fs.PathError{Op: verb, Path: f.name, Err: err}
}

// maxLinks is how many symbolic links lead on from each other before they are a circle,
// as in Linux.
const maxLinks = 40

// follow returns what symbolic links lead to, whether it is there or not. Those of Linux
// that lead to no name, such as that of a pipe in /proc/self/fd, stand for themselves.
func follow(name string) (string, error) {
	for range maxLinks {
		to, err := os.Readlink(name)
		if err != nil { // no link
			return name, nil
		}
		if info, err := os.Stat(name); err == nil && special(info) {
			return name, nil
		}
		if !filepath.IsAbs(to) {
			// A directory on the way may be a link itself, from which ".." leads elsewhere.
			dir, err := filepath.EvalSymlinks(filepath.Dir(name))
			if err != nil {
				return "", err
			}
			to = filepath.Join(dir, to)
		}
		name = to
	}
	return "", syscall.ELOOP
}

// special reports whether something is a device, a pipe or the like.
func special(info fs.FileInfo) bool { return !info.Mode().IsRegular() && !info.IsDir() }

// writable says why a file must not be written, which a rename would not ask.
func writable(name string) error {
	f, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return f.Close()
}

// temporary makes a new file in a directory, as os.CreateTemp does but with the
// permissions that the umask leaves.
func temporary(dir string, perm fs.FileMode) (*os.File, error) {
	for try := 0; ; try++ {
		name := filepath.Join(dir, ".feedparity-"+strconv.FormatUint(uint64(rand.Uint32()), 10))
		f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, perm)
		if !errors.Is(err, fs.ErrExist) || try > 1000 {
			return f, err
		}
	}
}

// Direct reports that what is written is in its place at once and cannot be read again.
func (f *File) Direct() bool { return f.target == "" }

// Commit puts the file in its place.
func (f *File) Commit() error { return f.fault("write", f.commit()) }

func (f *File) commit() error {
	f.ended = true
	if f.target == "" {
		return f.Close()
	}
	err := f.Sync()
	if f.mode != 0 && err == nil {
		err = f.Chmod(f.mode)
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		if err = os.Rename(f.Name(), f.target); errors.Is(err, syscall.EBUSY) { // a mount of its own, in a container
			err = copyTo(f.target, f.Name())
		} else if err == nil {
			return nil
		}
	}
	os.Remove(f.Name())
	return err
}

// copyTo writes a file over another that cannot be replaced.
func copyTo(target, name string) error {
	from, err := os.Open(name)
	if err != nil {
		return err
	}
	defer from.Close()
	to, err := os.OpenFile(target, os.O_WRONLY|os.O_TRUNC, 0)
	if err != nil {
		return err
	}
	_, err = io.Copy(to, from)
	if cerr := to.Close(); err == nil {
		err = cerr
	}
	return err
}

// Abandon removes what was not committed.
func (f *File) Abandon() {
	if f.ended {
		return
	}
	f.ended = true
	f.Close()
	if f.target != "" {
		os.Remove(f.Name())
	}
}

// Write writes a file that all may read, as far as the umask lets them, by a function, which
// is to leave it open.
func Write(name string, write func(io.Writer) error) error {
	f, err := Create(name, 0o666)
	if err != nil {
		return err
	}
	defer f.Abandon()
	if err := write(f); err != nil {
		return err
	}
	return f.Commit()
}

// WriteBytes is Write for what is in memory.
func WriteBytes(name string, data []byte) error {
	return Write(name, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}
