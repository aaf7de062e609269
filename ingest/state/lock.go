package state

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// ErrLocked is a state another sweep is working on.
var ErrLocked = errors.New("another sweep is running")

// Lock is held by the one sweep at a time that may work on a state.
type Lock struct {
	f     *os.File // of a state in a file
	locks *Locks   // of one in PostgreSQL
}

// OpenAlone opens a state for a sweep, or fails at once with ErrLocked where another
// holds it. Nothing of the state is touched then; it stays readable for others.
func OpenAlone(ctx context.Context, name string, o Options) (*DB, *Lock, error) {
	if IsPostgres(name) {
		return openAlonePostgres(ctx, name, o)
	}
	lock, err := Acquire(name)
	if err != nil {
		return nil, nil, err
	}
	d, err := OpenWith(ctx, name, o)
	if err != nil {
		lock.Release()
		return nil, nil, err
	}
	return d, lock, nil
}

// openAlonePostgres has the lock before it brings the tables up to date: whoever holds it
// may be an older feedparity.
func openAlonePostgres(ctx context.Context, name string, o Options) (*DB, *Lock, error) {
	d, err := connect(ctx, name, o)
	if err != nil {
		return nil, nil, err
	}
	lock, err := d.lock(ctx)
	if err != nil {
		d.Close()
		return nil, nil, err
	}
	if err := d.prepare(ctx); err != nil {
		lock.Release()
		d.Close()
		return nil, nil, openError(name, err)
	}
	return d, lock, nil
}

func (d *DB) lock(ctx context.Context) (*Lock, error) {
	locks, err := d.Locks(ctx)
	if err != nil {
		return nil, err
	}
	got, err := locks.Try(ctx, "sweep")
	if err == nil && !got {
		err = fmt.Errorf("lock state %q: %w%s", d.name, ErrLocked, locks.holder(ctx, "sweep"))
	}
	if err != nil {
		locks.Close()
		return nil, err
	}
	return &Lock{locks: locks}, nil
}

// Acquire takes the lock beside a state file or fails at once with ErrLocked,
// naming the holder. The kernel releases it when its process ends, however that
// happens: there is no stale lock to remove.
func Acquire(path string) (*Lock, error) {
	lock, err := acquire(path + ".lock")
	if err != nil {
		return nil, fmt.Errorf("lock state %q: %w", path, err)
	}
	return lock, nil
}

// acquire locks a file, which is made if need be.
func acquire(file string) (*Lock, error) {
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(file, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, err
	}
	if err := lockFile(f); err != nil {
		holder := make([]byte, 200)
		n, _ := f.ReadAt(holder, 0)
		f.Close()
		if errors.Is(err, ErrLocked) && n > 0 {
			err = fmt.Errorf("%w (%s)", err, strings.TrimSpace(string(holder[:n])))
		}
		return nil, err
	}
	// Who holds it is for people to read; the lock itself is the kernel's.
	note := fmt.Sprintf("pid %d since %s\n", os.Getpid(), time.Now().UTC().Format(time.RFC3339))
	err = f.Truncate(0)
	if err == nil {
		_, err = f.WriteAt([]byte(note), 0)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return &Lock{f: f}, nil
}

// Lost is closed when the lock is not held any more although nobody released it: the
// connection to the database broke. It is nil for a file's, which cannot get lost.
func (l *Lock) Lost() <-chan struct{} {
	if l.locks == nil {
		return nil
	}
	return l.locks.Lost()
}

// Release gives the lock up. A file stays: removing it would let two sweeps
// hold locks on two files of the same name.
func (l *Lock) Release() error {
	if l.locks != nil {
		return l.locks.Close()
	}
	return l.f.Close()
}
