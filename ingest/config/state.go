package config

import (
	"net/url"
	"strings"
)

// StateEntry is a file's name, or how a PostgreSQL database is reached: its URL alone,
// or with its password.
type StateEntry struct {
	// The database: postgres://USER@HOST/DATABASE, with what libpq knows after a "?";
	// its tables stand in the schema search_path=NAME. Default schema: feedparity.
	URL string `yaml:"url"`
	// Where its password is: {env: NAME} or {file: PATH}. Default: as libpq finds it,
	// in PGPASSWORD or ~/.pgpass.
	Password PasswordEntry `yaml:"password"`

	file string
}

// DecodeNode reads either form, and refuses a password written out.
func (e *StateEntry) DecodeNode(n *Node) error {
	if n.Kind == Scalar && !n.Null {
		if e.file = n.Str; !isDatabase(n.Str) {
			if scheme, _, isURL := strings.Cut(n.Str, "://"); isURL {
				err := n.Errorf("state: scheme %q is not known", scheme)
				err.Hint = "want a file's name, or postgres://USER@HOST/DATABASE"
				return err
			}
			return nil
		}
		e.URL, e.file = n.Str, ""
	} else {
		type plain StateEntry
		if err := n.Decode((*plain)(e)); err != nil {
			return err
		}
		if !isDatabase(e.URL) {
			return n.Errorf("state: want url: postgres://USER@HOST/DATABASE")
		}
	}
	u, err := url.Parse(e.URL)
	if err != nil {
		return n.Errorf("state: malformed URL of a database") // which may hold a password
	}
	if _, has := u.User.Password(); has || u.Query().Has("password") {
		err := n.Errorf("state: a password must not stand in this file")
		err.Hint = "write state: {url: postgres://USER@HOST/DATABASE, password: {env: NAME}}"
		return err
	}
	return nil
}

func isDatabase(name string) bool {
	return strings.HasPrefix(name, "postgres://") || strings.HasPrefix(name, "postgresql://")
}

// state is the database's file, or its URL.
func (r *resolver) state() string {
	if r.f.State.URL != "" {
		return r.f.State.URL
	}
	return r.abs(or(r.f.State.file, ".feedparity/state.db"))
}
