// Package state remembers which deliveries were seen and fetched, what running them
// gave, and how often each signature was hit: in one SQLite file, or, for a fleet, in
// a schema of a PostgreSQL database.
//
// # Order of writes
//
// A delivery goes through these steps, each of which may be the last before the
// power fails:
//
//  1. the file is downloaded whole (package fetch), and put into the archive, synced and
//     renamed (package archive)
//  2. Fetched records its hash
//  3. the paths are run, golden cases are written (whole or not at all)
//  4. Record stores outcomes, counters and "processed" in one transaction, with what came
//     of its task
//
// and its run ends with one more, in which End remembers what rules accepted. Once somebody
// was told, Told forgets the tasks: until then the next run finds there what nobody knows.
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
	"io/fs"
	"os"

	"github.com/jackc/pgx/v5"
)

// DB is an open state. It is safe for concurrent use; in a file, writers take turns.
type DB struct {
	db     *sql.DB
	name   string
	kind   kind
	config *pgx.ConnConfig // nil for a file
	onStep func(string)
}

// kind is what SQLite and PostgreSQL do each in their own way, and how the version of
// the tables is kept.
type kind interface {
	check(context.Context, querier) error // is it ours, is it whole
	version
}

type version interface {
	begin(context.Context, querier) error // a transaction that migrates
	version(context.Context, querier) (int, error)
	mark(context.Context, querier, int) error
}

// The reasons for which Open refuses a state.
var (
	ErrNewer   = errors.New("written by a newer feedparity")
	ErrCorrupt = errors.New("corrupt, or no database")
	ErrForeign = errors.New("a database of another program")
)

// OpenError says why a state could not be opened.
type OpenError struct {
	Path string // of the file, or the database's URL
	Err  error
	Hint string // what to do about it
}

// Error returns "open state "path": cause".
func (e *OpenError) Error() string { return fmt.Sprintf("open state %q: %v", e.Path, e.Err) }

// Unwrap returns the cause.
func (e *OpenError) Unwrap() error { return e.Err }

// Options are what opening a state may need.
type Options struct {
	Password string // of PostgreSQL; "" for what libpq would take, PGPASSWORD or ~/.pgpass
	// Step, if set, is told between two writes which step comes next; tests of what a
	// crash leaves end the process there.
	Step func(string)
}

// Open opens a state, a file or the URL of a PostgreSQL database, and brings it up to
// date; a file and its directory are created if need be. A newer, foreign or corrupt
// one is an *OpenError and is left as it is.
func Open(ctx context.Context, name string) (*DB, error) { return OpenWith(ctx, name, Options{}) }

// OpenWith is Open with what the name does not say.
func OpenWith(ctx context.Context, name string, o Options) (*DB, error) {
	d, err := connect(ctx, name, o)
	if err != nil {
		return nil, err
	}
	if err := d.prepare(ctx); err != nil {
		d.db.Close()
		return nil, openError(name, err)
	}
	return d, nil
}

// connect opens a state of whatever version.
func connect(ctx context.Context, name string, o Options) (*DB, error) {
	var d *DB
	var err error
	if IsPostgres(name) {
		d, err = openPostgres(ctx, name, o.Password)
	} else {
		d, err = openSQLite(ctx, name)
	}
	if err != nil {
		return nil, openError(name, err)
	}
	d.onStep = o.Step
	return d, nil
}

// Close closes the state.
func (d *DB) Close() error { return d.db.Close() }

// Path returns the file's name, or the database's URL, which holds no password.
func (d *DB) Path() string { return d.name }

func (d *DB) step(next string) {
	if d.onStep != nil {
		d.onStep(next)
	}
}

func openError(name string, err error) error {
	e := &OpenError{Path: name, Err: err}
	if isCorrupt(err) {
		e.Err = ErrCorrupt
	}
	switch {
	case IsPostgres(name) && CheckURL(name) != nil:
		e.Path = "postgres" // the URL may hold a password
		e.Hint = "state: {url: postgres://USER@HOST/DATABASE, password: {env: NAME}}, or PGPASSWORD, or ~/.pgpass"
	case errors.Is(e.Err, ErrCorrupt):
		e.Hint = "move the file away with what is beside it (-wal, -shm), or put a backup in place of all of them: without one the next sweep begins a new file and takes each feed's latest deliveries again"
	case errors.Is(err, ErrNewer):
		e.Hint = "use the feedparity that wrote it, or a newer one; a backup made before the upgrade opens with this one"
	case errors.Is(err, ErrForeign):
		e.Hint = `name another file under "state:", or another schema with ?search_path=NAME`
	case IsPostgres(name):
		e.Hint = "does the server run, and is the user, the database and the password right? feedparity needs the right to create a schema there, or one of its own"
	}
	return e
}

// prepare checks what it is before anything is written to it.
func (d *DB) prepare(ctx context.Context) error {
	now, newest, err := d.examine(ctx)
	if err != nil || now == newest {
		return err
	}
	return d.Migrate(ctx, newest)
}

// examine says of which version a state is that may be opened.
func (d *DB) examine(ctx context.Context) (now, newest int, err error) {
	if err := d.kind.check(ctx, d.q()); err != nil {
		return 0, 0, err
	}
	if now, newest, err = d.Versions(ctx); err == nil && now > newest {
		err = fmt.Errorf("%w (version %d, this one knows %d)", ErrNewer, now, newest)
	}
	return now, newest, err
}

// Examine says whether Open would open a state, and changes nothing: now is the version of
// its tables, 0 where there are none yet, newest the one that Open brings them to.
func Examine(ctx context.Context, name string, o Options) (now, newest int, err error) {
	if IsPostgres(name) {
		now, newest, err = glancePostgres(ctx, name, o.Password)
	} else if info, serr := os.Stat(name); errors.Is(serr, fs.ErrNotExist) || serr == nil && info.Size() == 0 {
		return 0, len(migrations), nil
	} else {
		now, newest, err = glance(ctx, name)
	}
	if err != nil {
		return 0, 0, openError(name, err)
	}
	return now, newest, nil
}

// q runs single statements.
func (d *DB) q() querier { return querier{on: d.db, postgres: d.config != nil} }

// tx runs f in a transaction, which is rolled back if f fails. Once it is committed it
// outlasts a power cut.
func (d *DB) tx(ctx context.Context, f func(querier) error) error { return d.txOn(ctx, true, f) }

// txOn is tx; where it need not last by itself it waits for no disk.
func (d *DB) txOn(ctx context.Context, lasting bool, f func(querier) error) error {
	conn, err := d.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	if lasting && d.config == nil {
		if _, err := conn.ExecContext(ctx, "PRAGMA synchronous = FULL"); err != nil {
			return err
		}
		// In vain if the connection broke: another begins without.
		defer func() { _, _ = conn.ExecContext(context.WithoutCancel(ctx), "PRAGMA synchronous = NORMAL") }()
	}
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // without effect after a commit
	q := querier{on: tx, postgres: d.config != nil}
	if !q.postgres {
		q.again = &repeats{tx, map[string]bool{}, map[string]*sql.Stmt{}}
	}
	if err := f(q); err != nil {
		return err
	}
	return tx.Commit()
}

// exec runs a statement that writes, in a transaction of its own.
func (d *DB) exec(ctx context.Context, query string, args ...any) error {
	return d.tx(ctx, func(q querier) error {
		_, err := q.exec(ctx, query, args...)
		return err
	})
}
