package state

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// applicationID marks our files ("fdpt"); SQLite keeps it in the file's header.
const applicationID = 0x66647074

// openSQLite opens a file, creating it and its directory if need be.
func openSQLite(ctx context.Context, path string) (*DB, error) {
	if err := create(path); err != nil {
		return nil, err
	}
	if !writtenAhead(path) {
		// Ours are, but for copies: to open it as ours would change another program's.
		if _, _, err := glance(ctx, path); err != nil {
			return nil, err
		}
	}
	paged(ctx, path)
	db, err := sql.Open("sqlite", dsn(path))
	if err != nil {
		return nil, err
	}
	// One connection: SQLite has one writer, and waiting for our turn in Go does
	// not run into busy_timeout.
	db.SetMaxOpenConns(1)
	return &DB{db: db, name: path, kind: sqliteFile{}}, nil
}

// create makes a file that is not there yet, its user's alone: it names suppliers' files
// and holds reports. SQLite gives what it puts beside it the same rights.
func create(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return f.Close()
}

// writtenAhead reports whether a file is empty or says that it has a write-ahead log (the
// file format's header, bytes 18 and 19).
func writtenAhead(path string) bool {
	head, err := header(path)
	if err != nil { // to open it will say why it cannot be, and to glance at it that it is no file
		broken := new(fs.PathError)
		return errors.As(err, &broken) && broken.Op == "open"
	}
	return len(head) == 0 || len(head) == headerSize && head[18] == 2 && head[19] == 2
}

// headerSize is what is read of the file format's header.
const headerSize = 20

// header is the beginning of a file, all there is of a shorter one.
func header(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	head := make([]byte, headerSize)
	n, err := f.ReadAt(head, 0)
	if err == io.EOF {
		err = nil
	}
	return head[:n], err
}

// pageSize is that of a new file. Keys are some 250 bytes, of which a page of the usual
// 4 KB holds a dozen: of four times as many a night of 10,000 deliveries takes a twentieth
// less CPU.
const pageSize = 16 << 10

// pageSizeOf is that of a file, which stays what it was made with (bytes 16 and 17).
func pageSizeOf(path string) int {
	head, err := header(path)
	if err != nil || len(head) < headerSize {
		return pageSize
	}
	if n := int(head[16])<<8 | int(head[17]); n != 1 {
		return max(512, n)
	}
	return 64 << 10
}

// paged gives a file that is empty its size of pages, which has to be before its log. What
// is wrong with it, to open it says.
func paged(ctx context.Context, path string) {
	if head, err := header(path); err != nil || len(head) > 0 {
		return
	}
	db, err := sql.Open("sqlite", fileURL(path, url.Values{"_pragma": {"busy_timeout(10000)", fmt.Sprintf("page_size(%d)", pageSize)}}))
	if err == nil {
		_, _ = db.ExecContext(ctx, "PRAGMA journal_mode = WAL")
		_ = db.Close()
	}
}

// glance examines a file without a change to it.
func glance(ctx context.Context, path string) (now, newest int, err error) {
	q := url.Values{"mode": {"ro"}, "_pragma": {"busy_timeout(10000)"}}
	db, err := sql.Open("sqlite", fileURL(path, q))
	if err != nil {
		return 0, 0, err
	}
	defer db.Close()
	d := &DB{db: db, name: path, kind: sqliteFile{}}
	return d.examine(ctx)
}

func fileURL(path string, q url.Values) string {
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
}

// dsn asks for WAL, so that readers do not wait for the sweep, and for transactions
// that take the write lock at once rather than fail half way. A commit is not synced: the
// queue's jobs are worth nothing once their process is gone, and what is to survive a power
// cut says so (txOn). WAL is synced in its order, so that nothing is ever corrupt, and
// what is synced has all before it. It is copied into the file 16 MB at a time, for most
// pages are written many times, and in memory so much is kept that no page need be written
// before its transaction ends, nor be read again in the next one. What a statement changes
// is kept in memory until it ends, too, in case it fails: by default that is a file, which
// took half of all writes.
func dsn(path string) string {
	const copiedAtOnce = 16 << 20
	q := url.Values{"_txlock": {"immediate"}, "_pragma": {
		"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(NORMAL)", "foreign_keys(ON)", fmt.Sprintf("wal_autocheckpoint(%d)", copiedAtOnce/pageSizeOf(path)), "cache_size(-40000)", "temp_store(MEMORY)",
	}}
	return fileURL(path, q)
}

// sqliteFile keeps the version in the file's header.
type sqliteFile struct{}

func (sqliteFile) begin(context.Context, querier) error { return nil } // the transaction is immediate

func (sqliteFile) version(ctx context.Context, q querier) (int, error) {
	var version int
	err := q.row(ctx, "PRAGMA user_version").Scan(&version)
	return version, err
}

func (sqliteFile) mark(ctx context.Context, q querier, version int) error {
	_, err := q.exec(ctx, fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d", applicationID, version))
	return err
}

// check finds out what kind of file it is before anything is written to it.
func (sqliteFile) check(ctx context.Context, q querier) error {
	var application, tables int
	for query, into := range map[string]*int{
		"PRAGMA application_id": &application, "SELECT count(*) FROM sqlite_schema": &tables,
	} {
		if err := q.row(ctx, query).Scan(into); err != nil {
			return err
		}
	}
	if application != applicationID && (application != 0 || tables > 0) {
		return ErrForeign
	}
	var check string
	if err := q.row(ctx, "PRAGMA quick_check(1)").Scan(&check); err != nil {
		return err
	}
	if check != "ok" {
		return fmt.Errorf("%w: %s", ErrCorrupt, strings.ReplaceAll(check, "\n", " "))
	}
	return nil
}

func isCorrupt(err error) bool {
	var s *sqlite.Error
	return errors.As(err, &s) && (s.Code()&0xFF == sqlite3.SQLITE_NOTADB || s.Code()&0xFF == sqlite3.SQLITE_CORRUPT)
}
