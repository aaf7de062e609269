package state

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"database/sql/driver"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"time"
)

// Locks are the names that one process holds, such as a host that it talks to: across
// a fleet those of a PostgreSQL state, as advisory locks of one connection, which the
// server frees when the process or its machine is gone; within this process those of a
// file, which no other works on, and for all of this machine its servers, which others
// may want to look at (TryHost).
type Locks struct {
	mu     sync.Mutex
	held   map[string]bool
	file   string           // of the state
	files  map[string]*Lock // of servers
	conn   *sql.Conn        // nil for a file
	schema string
	lost   chan struct{}
	stop   context.CancelFunc
	done   sync.WaitGroup
}

// Locks begins to hold locks; Close gives up all of them.
func (d *DB) Locks(ctx context.Context) (*Locks, error) {
	l := &Locks{held: map[string]bool{}, file: d.name, files: map[string]*Lock{}, lost: make(chan struct{}), stop: func() {}}
	pg, ok := d.kind.(postgresSchema)
	if !ok {
		return l, nil
	}
	var err error
	if l.conn, err = d.db.Conn(ctx); err != nil {
		return nil, fmt.Errorf("hold locks: %w", err)
	}
	l.schema = pg.schema
	ctx, l.stop = context.WithCancel(context.WithoutCancel(ctx))
	l.done.Go(func() { l.watch(ctx) })
	return l, nil
}

// beat is how often the connection that holds the locks is tried.
const beat = 10 * time.Second

// watch closes lost when the connection is: the server has then freed the locks.
func (l *Locks) watch(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(beat):
		}
		ping, cancel := context.WithTimeout(ctx, beat)
		_, err := l.conn.ExecContext(ping, "SELECT 1")
		cancel()
		if err != nil && ctx.Err() == nil {
			close(l.lost)
			return
		}
	}
}

// Lost is closed when the locks are no longer held since the connection broke: what
// is done under them must end.
func (l *Locks) Lost() <-chan struct{} { return l.lost }

// Try takes a name if nobody holds it, this process included.
func (l *Locks) Try(ctx context.Context, name string) (bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.held[name] {
		return false, nil
	}
	got := true
	if l.conn == nil {
		var err error
		if got, err = l.tryFile(name); err != nil {
			return false, err
		}
	} else {
		if err := l.conn.QueryRowContext(ctx, "SELECT pg_try_advisory_lock($1)", lockKey(l.schema, name)).Scan(&got); err != nil {
			return false, fmt.Errorf("lock %q: %w", name, err)
		}
	}
	l.held[name] = got
	return got, nil
}

// Wait takes a name as soon as nobody holds it.
func (l *Locks) Wait(ctx context.Context, name string) error {
	for {
		if got, err := l.Try(ctx, name); got || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for lock %q: %w", name, ctx.Err())
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// Free gives a name up. A connection that broke has done so already.
func (l *Locks) Free(name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.held[name] {
		return
	}
	delete(l.held, name)
	l.freeFile(name)
	if l.conn != nil {
		ctx, cancel := context.WithTimeout(context.Background(), beat)
		defer cancel()
		_, _ = l.conn.ExecContext(ctx, "SELECT pg_advisory_unlock($1)", lockKey(l.schema, name))
	}
}

// Close gives all up. The connection is closed and not kept for others, should it
// still hold a lock.
func (l *Locks) Close() error {
	l.stop()
	l.done.Wait()
	if l.conn == nil {
		l.mu.Lock()
		defer l.mu.Unlock()
		for name := range l.files {
			l.freeFile(name)
		}
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), beat)
	defer cancel()
	_, _ = l.conn.ExecContext(ctx, "SELECT pg_advisory_unlock_all()") // in vain if it broke: the server has freed them
	_ = l.conn.Raw(func(any) error { return driver.ErrBadConn })
	if err := l.conn.Close(); !errors.Is(err, sql.ErrConnDone) { // that closed it
		return err
	}
	return nil
}

// Held reports whether any process holds a name of a PostgreSQL state.
func (d *DB) Held(ctx context.Context, name string) (bool, error) {
	pg, ok := d.kind.(postgresSchema)
	if !ok {
		return false, nil
	}
	var n int
	err := d.db.QueryRowContext(ctx, "SELECT count(*) FROM pg_locks l WHERE "+holds, lockKey(pg.schema, name)).Scan(&n)
	if err != nil {
		return false, fmt.Errorf("look for lock %q: %w", name, err)
	}
	return n > 0, nil
}

// holds selects the locks of a number, l being pg_locks.
const holds = `l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND ((l.classid::bigint << 32) | l.objid::bigint) = $1
	AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())`

// holder tells who holds a name, as PostgreSQL sees it, "" if it does not say.
func (l *Locks) holder(ctx context.Context, name string) string {
	var app, addr, since string
	err := l.conn.QueryRowContext(ctx, `SELECT a.application_name, coalesce(host(a.client_addr), 'local'), to_char(a.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
		FROM pg_locks l JOIN pg_stat_activity a USING (pid)
		WHERE `+holds+" LIMIT 1",
		lockKey(l.schema, name)).Scan(&app, &addr, &since)
	if err != nil {
		return ""
	}
	return fmt.Sprintf(" (%s at %s since %s)", app, addr, since)
}

// lockKey is the number by which PostgreSQL knows a name: locks are the whole
// database's, so each schema has its own.
func lockKey(schema, name string) int64 {
	sum := sha256.Sum256([]byte("feedparity\x00" + schema + "\x00" + name))
	return int64(binary.BigEndian.Uint64(sum[:8]))
}
