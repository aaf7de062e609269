package state

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
)

// defaultSchema is where our tables stand in a PostgreSQL database that others use as
// well; "?search_path=NAME" of the URL is another one.
const defaultSchema = "feedparity"

// ErrPassword is a database's URL with a password in it.
var ErrPassword = errors.New("a password must not stand in a database's URL")

// IsPostgres reports whether a state's name is the URL of a PostgreSQL database and
// not a file.
func IsPostgres(name string) bool {
	return strings.HasPrefix(name, "postgres://") || strings.HasPrefix(name, "postgresql://")
}

// CheckURL says what is wrong with the URL of a PostgreSQL database; the error never
// shows it, since it may hold a password.
func CheckURL(name string) error {
	u, err := url.Parse(name)
	if err != nil {
		return errors.New("malformed URL of a database")
	}
	if _, has := u.User.Password(); has || u.Query().Has("password") {
		return ErrPassword
	}
	return nil
}

// openPostgres connects to a database. What neither the URL nor password says is
// taken as libpq does it: PGHOST, PGUSER, PGPASSWORD, ~/.pgpass and so on.
func openPostgres(ctx context.Context, name, password string) (*DB, error) {
	c, err := postgresConfig(name, password)
	if err != nil {
		return nil, err
	}
	schema := c.RuntimeParams["search_path"]
	db := stdlib.OpenDB(*c)
	// A worker computes most of the time: more connections than this would wait for
	// the server's disk, and a fleet must stay below its max_connections.
	db.SetMaxOpenConns(max(4, 2*runtime.GOMAXPROCS(0)))
	db.SetMaxIdleConns(4)
	db.SetConnMaxIdleTime(time.Minute)
	if err := makeSchema(ctx, db, schema); err != nil {
		db.Close()
		return nil, err
	}
	return &DB{db: db, name: name, kind: postgresSchema{schema}, config: c}, nil
}

// glancePostgres examines a database without a change to it.
func glancePostgres(ctx context.Context, name, password string) (now, newest int, err error) {
	c, err := postgresConfig(name, password)
	if err != nil {
		return 0, 0, err
	}
	schema := c.RuntimeParams["search_path"]
	db := stdlib.OpenDB(*c)
	defer db.Close()
	there, err := hasSchema(ctx, db, schema)
	if err != nil || !there {
		return 0, len(migrations), err
	}
	return (&DB{db: db, name: name, kind: postgresSchema{schema}, config: c}).examine(ctx)
}

func hasSchema(ctx context.Context, db *sql.DB, schema string) (bool, error) {
	var n int
	err := db.QueryRowContext(ctx, "SELECT count(*) FROM pg_catalog.pg_namespace WHERE nspname = $1", schema).Scan(&n)
	return n > 0, err
}

// makeSchema makes the schema unless it is there: it may have been made for a user
// that may make none.
func makeSchema(ctx context.Context, db *sql.DB, schema string) error {
	there, err := hasSchema(ctx, db, schema)
	if err != nil || there {
		return err
	}
	_, err = db.ExecContext(ctx, "CREATE SCHEMA IF NOT EXISTS "+pgx.Identifier{schema}.Sanitize())
	if exists(err) {
		return nil
	}
	return err
}

func postgresConfig(name, password string) (*pgx.ConnConfig, error) {
	if err := CheckURL(name); err != nil {
		return nil, err
	}
	c, err := pgx.ParseConfig(name)
	if err != nil {
		return nil, err
	}
	if password != "" {
		c.Password = password
	}
	if c.RuntimeParams["search_path"] == "" {
		c.RuntimeParams["search_path"] = defaultSchema
	}
	if c.RuntimeParams["application_name"] == "" {
		host, _ := os.Hostname()
		c.RuntimeParams["application_name"] = fmt.Sprintf("feedparity %s pid %d", host, os.Getpid())
	}
	if c.ConnectTimeout == 0 {
		c.ConnectTimeout = 15 * time.Second
	}
	// A client that is gone without a word, such as a machine without power, is noticed
	// by the server in half a minute, and what it held is free.
	for k, v := range map[string]string{"tcp_keepalives_idle": "10", "tcp_keepalives_interval": "5", "tcp_keepalives_count": "3"} {
		if c.RuntimeParams[k] == "" {
			c.RuntimeParams[k] = v
		}
	}
	return c, nil
}

// Pool opens a pool of connections to a PostgreSQL state, of one at most, for a queue
// that listens; nil for a file.
func (d *DB) Pool(ctx context.Context) (*pgxpool.Pool, error) {
	if d.config == nil {
		return nil, nil
	}
	c, err := pgxpool.ParseConfig("")
	if err != nil {
		return nil, fmt.Errorf("listen to state: %w", err)
	}
	c.ConnConfig, c.MinConns, c.MaxConns = d.config.Copy(), 0, 1
	return pgxpool.NewWithConfig(ctx, c)
}

// exists reports whether two processes made the same thing at once, which PostgreSQL
// tells even one of them that asked for it only if need be.
func exists(err error) bool {
	var p *pgconn.PgError
	return errors.As(err, &p) && (p.Code == "23505" || p.Code == "42P06" || p.Code == "42P07")
}

// postgresSchema keeps the version in a table of one row.
type postgresSchema struct{ schema string }

// begin has those who migrate at once do so one after the other.
func (s postgresSchema) begin(ctx context.Context, q querier) error {
	_, err := q.exec(ctx, "SELECT pg_advisory_xact_lock(?)", lockKey(s.schema, "migrate"))
	return err
}

func (s postgresSchema) version(ctx context.Context, q querier) (int, error) {
	marked, err := s.has(ctx, q, "feedparity_version")
	if err != nil || !marked {
		return 0, err
	}
	var version int
	err = q.row(ctx, "SELECT version FROM feedparity_version").Scan(&version)
	return version, err
}

func (postgresSchema) mark(ctx context.Context, q querier, version int) error {
	_, err := q.on.ExecContext(ctx, fmt.Sprintf(`CREATE TABLE IF NOT EXISTS feedparity_version (one BOOLEAN PRIMARY KEY DEFAULT true CHECK (one), version BIGINT NOT NULL);
		INSERT INTO feedparity_version (version) VALUES (%d) ON CONFLICT (one) DO UPDATE SET version = excluded.version`, version))
	return err
}

// check refuses a schema in which tables of ours stand that we did not make. The mark is
// looked for last: another process may be making both, in one transaction.
func (s postgresSchema) check(ctx context.Context, q querier) error {
	taken, err := s.has(ctx, q, "deliveries", "outcomes", "runs", "signatures", "noise", "tasks", "members")
	if err != nil || !taken {
		return err
	}
	marked, err := s.has(ctx, q, "feedparity_version")
	if err == nil && !marked {
		err = ErrForeign
	}
	return err
}

func (s postgresSchema) has(ctx context.Context, q querier, tables ...string) (bool, error) {
	args := []any{s.schema}
	for _, t := range tables {
		args = append(args, t)
	}
	var n int
	err := q.row(ctx, "SELECT count(*) FROM pg_catalog.pg_tables WHERE schemaname = ? AND tablename IN ("+placeholders(len(tables))+")", args...).Scan(&n)
	return n > 0, err
}
