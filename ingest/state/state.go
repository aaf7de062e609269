// Package state remembers, in one SQLite file, which deliveries were seen and
// fetched, what running them gave, and how often each signature was hit.
//
// # Order of writes
//
// A delivery goes through these steps, each of which may be the last before the
// power fails:
//
//  1. the file is downloaded, synced and renamed into the archive (package fetch)
//  2. Fetched records its hash
//  3. the paths are run, golden cases are written (whole or not at all)
//  4. Record stores outcomes, counters and "processed" in one transaction
//
// Whoever dies between two steps repeats from the last one recorded: nothing is
// lost, and nothing counts twice, for files are known by their hash and outcomes
// by their key.
package state

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// DB is an open state file. It is safe for concurrent use; writers take turns.
type DB struct {
	db   *sql.DB
	path string
}

// The reasons for which Open refuses a file.
var (
	ErrNewer   = errors.New("written by a newer feedparity")
	ErrCorrupt = errors.New("corrupt, or no database")
	ErrForeign = errors.New("a database of another program")
)

// OpenError says why a state file could not be opened.
type OpenError struct {
	Path string
	Err  error
	Hint string // what to do about it
}

// Error returns "open state "path": cause".
func (e *OpenError) Error() string { return fmt.Sprintf("open state %q: %v", e.Path, e.Err) }

// Unwrap returns the cause.
func (e *OpenError) Unwrap() error { return e.Err }

// applicationID marks our files ("fdpt"); SQLite keeps it in the file's header.
const applicationID = 0x66647074

// Open opens a state file, creating it and its directory if need be, and brings
// an older one up to date. A newer, foreign or corrupt file is an *OpenError and
// is left as it is.
func Open(ctx context.Context, path string) (*DB, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return nil, &OpenError{Path: path, Err: err}
	}
	db, err := sql.Open("sqlite", dsn(path))
	if err != nil {
		return nil, &OpenError{Path: path, Err: err}
	}
	// One connection: SQLite has one writer, and waiting for our turn in Go does
	// not run into busy_timeout.
	db.SetMaxOpenConns(1)
	d := &DB{db: db, path: path}
	if err := d.prepare(ctx); err != nil {
		db.Close()
		return nil, openError(path, err)
	}
	return d, nil
}

// dsn asks for WAL, so that readers do not wait for the sweep, for a sync at each
// commit, so that what was recorded survives a power cut, and for transactions
// that take the write lock at once rather than fail half way.
func dsn(path string) string {
	q := url.Values{"_txlock": {"immediate"}, "_pragma": {
		"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(ON)",
	}}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
}

// Close closes the file.
func (d *DB) Close() error { return d.db.Close() }

// Path returns the file's name.
func (d *DB) Path() string { return d.path }

func openError(path string, err error) error {
	e := &OpenError{Path: path, Err: err}
	var s *sqlite.Error
	if errors.As(err, &s) && (s.Code()&0xFF == sqlite3.SQLITE_NOTADB || s.Code()&0xFF == sqlite3.SQLITE_CORRUPT) {
		e.Err = ErrCorrupt
	}
	switch {
	case errors.Is(e.Err, ErrCorrupt):
		e.Hint = "move the file away: the next sweep begins a new one and takes each feed's latest deliveries again"
	case errors.Is(err, ErrNewer):
		e.Hint = "use the feedparity that wrote it, or a newer one"
	case errors.Is(err, ErrForeign):
		e.Hint = `name another file under "state:"`
	}
	return e
}

// prepare checks what kind of file it is before anything is written to it.
func (d *DB) prepare(ctx context.Context) error {
	var version, application, tables int
	for query, into := range map[string]*int{
		"PRAGMA user_version": &version, "PRAGMA application_id": &application, "SELECT count(*) FROM sqlite_schema": &tables,
	} {
		if err := d.db.QueryRowContext(ctx, query).Scan(into); err != nil {
			return err
		}
	}
	switch {
	case application != applicationID && (application != 0 || tables > 0):
		return ErrForeign
	case version > len(migrations):
		return fmt.Errorf("%w (version %d, this one knows %d)", ErrNewer, version, len(migrations))
	}
	var check string
	if err := d.db.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&check); err != nil {
		return err
	}
	if check != "ok" {
		return fmt.Errorf("%w: %s", ErrCorrupt, strings.ReplaceAll(check, "\n", " "))
	}
	return d.migrate(ctx, version)
}

// migrate applies the missing migrations, each with its new version number in
// one transaction.
func (d *DB) migrate(ctx context.Context, version int) error {
	for ; version < len(migrations); version++ {
		err := d.tx(ctx, func(tx *sql.Tx) error {
			// Another process may have been faster while we waited for the lock.
			var now int
			if err := tx.QueryRowContext(ctx, "PRAGMA user_version").Scan(&now); err != nil || now > version {
				return err
			}
			_, err := tx.ExecContext(ctx, fmt.Sprintf("%s; PRAGMA application_id = %d; PRAGMA user_version = %d",
				migrations[version], applicationID, version+1))
			return err
		})
		if err != nil {
			return fmt.Errorf("bring to version %d: %w", version+1, err)
		}
	}
	return nil
}

// tx runs f in a transaction, which is rolled back if f fails.
func (d *DB) tx(ctx context.Context, f func(*sql.Tx) error) error {
	tx, err := d.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // without effect after a commit
	if err := f(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// migrations bring a file from version i to i+1. They are never edited once
// released; a change is a new one. Times are unix nanoseconds, NULL if unknown;
// paths are BLOBs, for suppliers' names need not be UTF-8.
var migrations = []string{`
CREATE TABLE runs (
	id        INTEGER PRIMARY KEY,
	started   INTEGER NOT NULL,
	ended     INTEGER,
	revision  TEXT NOT NULL,
	engine    TEXT NOT NULL,
	status    TEXT NOT NULL
);
CREATE TABLE deliveries (
	feed       TEXT NOT NULL,
	path       BLOB NOT NULL,
	size       INTEGER NOT NULL,
	mtime      INTEGER,
	precision  INTEGER NOT NULL,
	etag       TEXT NOT NULL,
	sha256     TEXT NOT NULL,
	bytes      INTEGER NOT NULL,
	status     TEXT NOT NULL,
	first_seen INTEGER NOT NULL,
	last_seen  INTEGER NOT NULL,
	fetched    INTEGER,
	processed  INTEGER,
	PRIMARY KEY (feed, path)
) WITHOUT ROWID;
CREATE TABLE outcomes (
	feed       TEXT NOT NULL,
	sha256     TEXT NOT NULL,
	view       TEXT NOT NULL,
	settings   TEXT NOT NULL,
	revision   TEXT NOT NULL,
	engine     TEXT NOT NULL,
	run        INTEGER NOT NULL REFERENCES runs (id),
	path       BLOB NOT NULL,
	recorded   INTEGER NOT NULL,
	charset    TEXT NOT NULL,
	pair       TEXT NOT NULL,
	verdict    TEXT NOT NULL,
	severity   TEXT NOT NULL,
	error      TEXT NOT NULL,
	PRIMARY KEY (feed, sha256, view, settings, revision, engine)
) WITHOUT ROWID;
CREATE TABLE signatures (
	feed       TEXT NOT NULL,
	signature  TEXT NOT NULL,
	cause      TEXT NOT NULL,
	first_seen INTEGER NOT NULL,
	last_seen  INTEGER NOT NULL,
	hits       INTEGER NOT NULL,
	dir        TEXT NOT NULL,
	PRIMARY KEY (feed, signature)
) WITHOUT ROWID;
`, `
CREATE TABLE noise (
	feed       TEXT NOT NULL,
	settings   TEXT NOT NULL,
	revision   TEXT NOT NULL,
	name       TEXT NOT NULL,
	kind       TEXT NOT NULL,
	first_seen INTEGER NOT NULL,
	PRIMARY KEY (feed, settings, revision, name)
) WITHOUT ROWID;
`, nightSchema}
