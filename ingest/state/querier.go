package state

import (
	"context"
	"database/sql"
	"strconv"
	"strings"
)

// querier runs this package's SQL, which is written once, on either database: with ?
// for its arguments, and every conflict's columns named.
type querier struct {
	on interface {
		ExecContext(context.Context, string, ...any) (sql.Result, error)
		QueryContext(context.Context, string, ...any) (*sql.Rows, error)
		QueryRowContext(context.Context, string, ...any) *sql.Row
	}
	postgres bool
	again    *repeats // of a transaction in a file, else nil
}

// repeats are the statements of a transaction. SQLite reads each one anew, at the cost of
// running it: what comes a second time is prepared. PostgreSQL's client does that itself.
type repeats struct {
	tx       *sql.Tx
	seen     map[string]bool
	prepared map[string]*sql.Stmt // closed with the transaction
}

// statement returns what is prepared of a query, nil for nothing.
func (r *repeats) statement(ctx context.Context, query string) *sql.Stmt {
	if r == nil {
		return nil
	}
	if s := r.prepared[query]; s != nil || !r.seen[query] {
		r.seen[query] = true
		return s
	}
	s, err := r.tx.PrepareContext(ctx, query)
	if err != nil {
		return nil // running it says why
	}
	r.prepared[query] = s
	return s
}

// within is the context of one statement. In a transaction in a file that is a moment's
// work, and to have it watched costs a goroutine each: it is looked at once, before.
func (q querier) within(ctx context.Context) (context.Context, error) {
	if q.again == nil {
		return ctx, nil
	}
	return context.WithoutCancel(ctx), ctx.Err()
}

func (q querier) exec(ctx context.Context, query string, args ...any) (sql.Result, error) {
	ctx, err := q.within(ctx)
	if err != nil {
		return nil, err
	}
	if s := q.again.statement(ctx, query); s != nil {
		return s.ExecContext(ctx, q.values(args)...)
	}
	return q.on.ExecContext(ctx, q.bind(query), q.values(args)...)
}

func (q querier) query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if s := q.again.statement(ctx, query); s != nil {
		return s.QueryContext(ctx, q.values(args)...)
	}
	return q.on.QueryContext(ctx, q.bind(query), q.values(args)...)
}

func (q querier) row(ctx context.Context, query string, args ...any) *sql.Row {
	if s := q.again.statement(ctx, query); s != nil {
		return s.QueryRowContext(ctx, q.values(args)...)
	}
	return q.on.QueryRowContext(ctx, q.bind(query), q.values(args)...)
}

// bind numbers the arguments of a query as PostgreSQL wants them.
func (q querier) bind(query string) string {
	if !q.postgres {
		return query
	}
	parts := strings.Split(query, "?")
	var b strings.Builder
	b.WriteString(parts[0])
	for i, part := range parts[1:] {
		b.WriteByte('$')
		b.WriteString(strconv.Itoa(i + 1))
		b.WriteString(part)
	}
	return b.String()
}

// values makes texts such as PostgreSQL takes: valid UTF-8 without NUL, which a
// server's mark, an error's words or a column's name may lack. SQLite keeps them as
// they are. Paths are bytes in both.
func (q querier) values(args []any) []any {
	if !q.postgres {
		return args
	}
	for i, a := range args {
		if s, ok := a.(string); ok {
			args[i] = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
		}
	}
	return args
}

// placeholders is "?,?,?" for n arguments.
func placeholders(n int) string { return strings.TrimSuffix(strings.Repeat("?,", n), ",") }

// among makes what stands behind IN, and its arguments.
func among(values []string) (string, []any) {
	if len(values) == 0 {
		return "('none')", nil
	}
	args := make([]any, len(values))
	for i, v := range values {
		args[i] = v
	}
	return "(" + placeholders(len(values)) + ")", args
}

// tuples is "(?,?),(?,?)" for as many rows of so many columns.
func tuples(rows, columns int) string {
	return strings.TrimSuffix(strings.Repeat("("+placeholders(columns)+"),", rows), ",")
}

// insertedAtOnce is how many rows a statement inserts: few enough that a handful more of
// another number are no loss, for each number is a statement of its own.
const insertedAtOnce = 32

// inserts calls do with rows in their order, with some at once and none of a key twice,
// which PostgreSQL does not insert or update in one statement.
func inserts[T any, K comparable](all []T, key func(T) K, do func([]T) error) error {
	seen, from := map[K]bool{}, 0
	for i := range all {
		k := key(all[i])
		if seen[k] || i-from == insertedAtOnce {
			if err := do(all[from:i]); err != nil {
				return err
			}
			clear(seen)
			from = i
		}
		seen[k] = true
	}
	if from == len(all) {
		return nil
	}
	return do(all[from:])
}

// rows reads all rows of a query.
func rows[T any](ctx context.Context, q querier, scan func(func(...any) error) (T, error), query string, args ...any) ([]T, error) {
	found, err := q.query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer found.Close()
	var out []T
	for found.Next() {
		one, err := scan(found.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	return out, found.Err()
}
