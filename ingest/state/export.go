package state

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// exported are the tables in which the state lives, each after those that it refers to.
var exported = []string{"runs", "feeds", "deliveries", "offers", "outcomes", "signatures", "noise", "profiles", "reports", "standings", "fetches", "members", "approvals", "tasks"}

// The reasons for which Import refuses.
var (
	ErrNotEmpty = errors.New("the state holds something already")
	ErrNoExport = errors.New("no whole export of a state")
)

// exportLine is a line of an export: a head, then the rows, table by table, then how
// many there were, without which it is not whole.
type exportLine struct {
	Version int                        `json:"feedparity_state,omitempty"`
	Time    *time.Time                 `json:"exported,omitempty"`
	Table   string                     `json:"table,omitempty"`
	Row     map[string]json.RawMessage `json:"row,omitempty"`
	Rows    *int                       `json:"rows,omitempty"`
}

// raw is a value of bytes, or a text that is no UTF-8, in base64.
type raw struct {
	Bytes *string `json:"bytes,omitempty"`
	Text  *string `json:"text,omitempty"`
}

// Export writes the whole state as JSON Lines, as it is at one moment, and returns the
// number of rows. Either database's export can be imported into the other.
func (d *DB) Export(ctx context.Context, w io.Writer, now time.Time) (rows int, err error) {
	tx, err := d.db.BeginTx(ctx, d.snapshot())
	if err != nil {
		return 0, fmt.Errorf("export state: %w", err)
	}
	defer tx.Rollback() // nothing was written
	q := querier{on: tx, postgres: d.config != nil}
	version, err := d.kind.version(ctx, q)
	if err != nil {
		return 0, fmt.Errorf("export state: %w", err)
	}
	out := bufio.NewWriter(w)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(exportLine{Version: version, Time: &now}); err != nil {
		return 0, fmt.Errorf("export state: %w", err)
	}
	for _, table := range exported {
		n, err := exportTable(ctx, q, table, enc)
		if err != nil {
			return 0, fmt.Errorf("export %s: %w", table, err)
		}
		rows += n
	}
	if err := errors.Join(enc.Encode(exportLine{Rows: &rows}), out.Flush()); err != nil {
		return 0, fmt.Errorf("export state: %w", err)
	}
	return rows, nil
}

// snapshot has a transaction see one moment: SQLite's do by nature.
func (d *DB) snapshot() *sql.TxOptions {
	if d.config == nil {
		return nil
	}
	return &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}
}

func exportTable(ctx context.Context, q querier, table string, enc *json.Encoder) (int, error) {
	found, err := q.query(ctx, "SELECT * FROM "+table)
	if err != nil {
		return 0, err
	}
	defer found.Close()
	columns, err := found.Columns()
	if err != nil {
		return 0, err
	}
	n := 0
	for ; found.Next(); n++ {
		values := make([]any, len(columns))
		into := make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := found.Scan(into...); err != nil {
			return n, err
		}
		row := map[string]json.RawMessage{}
		for i, c := range columns {
			if row[c], err = exportValue(values[i]); err != nil {
				return n, fmt.Errorf("column %s: %w", c, err)
			}
		}
		if err := enc.Encode(exportLine{Table: table, Row: row}); err != nil {
			return n, err
		}
	}
	return n, found.Err()
}

func exportValue(v any) (json.RawMessage, error) {
	switch v := v.(type) {
	case []byte:
		s := base64.StdEncoding.EncodeToString(v)
		return json.Marshal(raw{Bytes: &s})
	case string:
		if strings.ToValidUTF8(v, "") != v {
			s := base64.StdEncoding.EncodeToString([]byte(v))
			return json.Marshal(raw{Text: &s})
		}
	}
	return json.Marshal(v)
}

// Import fills an empty state with an export, all of it or nothing. One that is not
// empty is ErrNotEmpty, an export that is cut off or damaged is ErrNoExport, and one of
// another version says which feedparity can read it.
func (d *DB) Import(ctx context.Context, r io.Reader) (rows int, err error) {
	err = d.tx(ctx, func(q querier) error {
		for _, table := range exported {
			var some bool
			if err := q.row(ctx, "SELECT EXISTS (SELECT 1 FROM "+table+")").Scan(&some); err != nil {
				return err
			}
			if some {
				return ErrNotEmpty
			}
		}
		rows, err = importAll(ctx, q, r)
		if err != nil || !q.postgres {
			return err
		}
		// The numbers of runs go on where the export's end.
		_, err = q.exec(ctx, "SELECT setval(pg_get_serial_sequence('runs', 'id'), (SELECT coalesce(max(id), 0) + 1 FROM runs), false)")
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("import state: %w", err)
	}
	return rows, nil
}

func importAll(ctx context.Context, q querier, r io.Reader) (int, error) {
	dec := json.NewDecoder(r)
	dec.UseNumber()
	dec.DisallowUnknownFields()
	var line exportLine
	if err := dec.Decode(&line); err != nil || line.Version == 0 {
		return 0, fmt.Errorf("%w: it does not begin as one (%v)", ErrNoExport, err)
	}
	if line.Version != len(migrations) {
		return 0, fmt.Errorf("it is of version %d and this feedparity's is %d: import it with the feedparity that exported it, which %w", line.Version, len(migrations), errUpgrades)
	}
	for n := 0; ; n++ {
		line = exportLine{}
		if err := dec.Decode(&line); err != nil {
			return 0, fmt.Errorf("%w: after %d rows: %v", ErrNoExport, n, err)
		}
		if line.Rows != nil {
			if *line.Rows != n || dec.More() {
				return 0, fmt.Errorf("%w: it has %d rows and says it has %d", ErrNoExport, n, *line.Rows)
			}
			return n, nil
		}
		if err := importRow(ctx, q, line); err != nil {
			return 0, fmt.Errorf("row %d: %w", n+1, err)
		}
	}
}

var errUpgrades = errors.New("can be upgraded then")

// importRow inserts a row. Names are compared with ours before they are made SQL.
func importRow(ctx context.Context, q querier, line exportLine) error {
	known := false
	for _, t := range exported {
		known = known || t == line.Table
	}
	if !known {
		return fmt.Errorf("%w: no table %q", ErrNoExport, line.Table)
	}
	var columns []string
	var args []any
	for c, v := range line.Row {
		if strings.Trim(c, "abcdefghijklmnopqrstuvwxyz0123456789_") != "" {
			return fmt.Errorf("%w: no column %q", ErrNoExport, c)
		}
		value, err := importValue(v)
		if err != nil {
			return fmt.Errorf("%w: column %s: %v", ErrNoExport, c, err)
		}
		columns, args = append(columns, c), append(args, value)
	}
	_, err := q.exec(ctx, "INSERT INTO "+line.Table+" ("+strings.Join(columns, ", ")+") VALUES ("+placeholders(len(args))+")", args...)
	return err
}

func importValue(v json.RawMessage) (any, error) {
	var n int64
	var s string
	var b raw
	switch {
	case string(v) == "null":
		return nil, nil
	case json.Unmarshal(v, &n) == nil:
		return n, nil
	case json.Unmarshal(v, &s) == nil:
		return s, nil
	case json.Unmarshal(v, &b) != nil:
		return nil, errors.New("neither a number nor a text nor bytes")
	case b.Bytes != nil:
		return base64.StdEncoding.DecodeString(*b.Bytes)
	case b.Text != nil:
		text, err := base64.StdEncoding.DecodeString(*b.Text)
		return string(text), err
	}
	return nil, errors.New("neither bytes nor text")
}
