package state

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5/stdlib"
)

// ErrHostBusy is a server that another process is at.
var ErrHostBusy = errors.New("another process is at this server")

// hostPrefix begins the names of servers' locks.
const hostPrefix = "host "

// HostLock is the name under which Locks keep a server: name and port.
func HostLock(host string) string { return hostPrefix + host }

// hostFile is the file whose lock stands for a server, beside a state in a file: one of
// its own for each, so that who looks at one server may do so beside a sweep that is at
// another. The kernel frees it when its process ends.
func hostFile(state, host string) string {
	return filepath.Join(state+".hosts", url.QueryEscape(host)+".lock")
}

// tryFile takes what other processes have to know of a state in a file: the servers.
func (l *Locks) tryFile(name string) (bool, error) {
	host, ok := strings.CutPrefix(name, hostPrefix)
	if !ok {
		return true, nil
	}
	lock, err := acquire(hostFile(l.file, host))
	if errors.Is(err, ErrLocked) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("lock %q: %w", name, err)
	}
	l.files[name] = lock
	return true, nil
}

// freeFile gives a server up; mu is held.
func (l *Locks) freeFile(name string) {
	if lock := l.files[name]; lock != nil {
		_ = lock.Release() // closing a file that was only locked
		delete(l.files, name)
	}
}

// TryHost takes a server of a state by itself, as sweeps do for as long as they are at
// one, or fails at once with ErrHostBusy. It opens no state and makes none: where there
// is no directory for it yet, no sweep can be at work.
func TryHost(ctx context.Context, name string, o Options, host string) (release func(), err error) {
	if IsPostgres(name) {
		return tryHostPostgres(ctx, name, o, host)
	}
	if _, err := os.Stat(filepath.Dir(name)); errors.Is(err, os.ErrNotExist) {
		return func() {}, nil
	}
	lock, err := acquire(hostFile(name, host))
	switch {
	case errors.Is(err, ErrLocked):
		return nil, fmt.Errorf("%w: %s", ErrHostBusy, host)
	case err != nil:
		return nil, fmt.Errorf("lock server %s: %w", host, err)
	}
	return func() { _ = lock.Release() }, nil
}

func tryHostPostgres(ctx context.Context, name string, o Options, host string) (func(), error) {
	c, err := postgresConfig(name, o.Password)
	if err != nil {
		return nil, openError(name, err)
	}
	d := &DB{db: stdlib.OpenDB(*c), name: name, kind: postgresSchema{c.RuntimeParams["search_path"]}, config: c}
	locks, err := d.Locks(ctx)
	if err != nil {
		d.Close()
		return nil, err
	}
	release := func() { _, _ = locks.Close(), d.Close() }
	got, err := locks.Try(ctx, HostLock(host))
	if err == nil && !got {
		err = fmt.Errorf("%w: %s%s", ErrHostBusy, host, locks.holder(ctx, HostLock(host)))
	}
	if err != nil {
		release()
		return nil, err
	}
	return release, nil
}
