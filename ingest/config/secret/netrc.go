package secret

import (
	"errors"
	"fmt"
	"strings"
)

// login is an entry of a .netrc. A machine of "" is the default one.
type login struct{ machine, user, password string }

// login finds the entry of a host, and of a user where one is wanted: the first that
// fits, with "default" for every host, as ftp(1) and curl read the file.
func (r Ref) login() (login, error) {
	text, err := readFile(r.Netrc)
	if err != nil {
		return login{}, err
	}
	all, err := parseNetrc(text)
	if err != nil {
		return login{}, fmt.Errorf("read password: file %s: %w", r.Netrc, err)
	}
	// The first that fits, not the best: so the file's order says what is preferred.
	for _, l := range all {
		if (l.machine == "" || strings.EqualFold(l.machine, r.Host)) && (r.User == "" || l.user == r.User) {
			return l, nil
		}
	}
	of := ""
	if r.User != "" {
		of = " for user " + r.User
	}
	return login{}, fmt.Errorf("read password: file %s has none of machine %s%s", r.Netrc, r.Host, of)
}

// parseNetrc reads machine, default, login, password, account and macdef. What it
// says of a file that it cannot read holds nothing out of it.
func parseNetrc(text string) ([]login, error) {
	var all []login
	for rest := text; ; {
		word, quoted, after, err := token(pastComments(rest))
		if err != nil || word == "" && !quoted {
			return all, err
		}
		rest = after
		if word == "macdef" { // a macro lasts to the next empty line
			_, rest, _ = strings.Cut(rest, "\n\n")
			continue
		}
		if word == "default" {
			all = append(all, login{})
			continue
		}
		value, _, after, err := token(rest)
		if err != nil {
			return nil, err
		}
		// Whatever else stands there may be a password in the wrong place: it is not
		// repeated in an error.
		rest = after
		switch {
		case word == "machine":
			all = append(all, login{machine: value})
		case len(all) == 0:
			return nil, errors.New("want machine NAME first")
		case word == "login":
			all[len(all)-1].user = value
		case word == "password":
			all[len(all)-1].password = value
		case word != "account":
			return nil, fmt.Errorf("entry of machine %s: a word that is none of login, password, account and macdef", all[len(all)-1].machine)
		}
	}
}

const blanks = " \t\r\n"

// pastComments is what comes after the comments that a text begins with. They stand where
// a keyword could: a password may begin with #.
func pastComments(s string) string {
	s = strings.TrimLeft(s, blanks)
	for strings.HasPrefix(s, "#") {
		_, s, _ = strings.Cut(s, "\n")
		s = strings.TrimLeft(s, blanks)
	}
	return s
}

// token takes the next word off a text, with the quotes and backslashes that hold a
// space in it. The empty one that is not quoted is the end.
func token(s string) (word string, quoted bool, rest string, err error) {
	s = strings.TrimLeft(s, blanks)
	quoted = strings.HasPrefix(s, `"`)
	s = strings.TrimPrefix(s, `"`)
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && i+1 < len(s):
			i++
			b.WriteByte(s[i])
		case quoted && c == '"', !quoted && strings.IndexByte(blanks, c) >= 0:
			return b.String(), quoted, s[i+1:], nil
		default:
			b.WriteByte(c)
		}
	}
	if quoted {
		return "", true, "", errors.New("a quote that does not end")
	}
	return b.String(), false, "", nil
}
