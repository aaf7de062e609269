package secret

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const netrc = `# of a team
machine ftp.acme.example login shop password s3cret
machine FTP.other.example
	login "a b"
	password "q\"uo te\\" account x
macdef init
	cd machine evil login x password y

machine two.example login one password p1
machine two.example login two password p2
machine nothing.example login x
machine hash.example login x # the password is on the next line
	password #3
default login anonymous password guest@
`

// TestNetrc reads what ftp(1) and curl read.
func TestNetrc(t *testing.T) {
	file := filepath.Join(t.TempDir(), ".netrc")
	if err := os.WriteFile(file, []byte(netrc), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ host, user, login, want, err string }{
		{"ftp.acme.example", "shop", "shop", "s3cret", ""},
		{"FTP.ACME.example", "", "shop", "s3cret", ""},
		{"ftp.other.example", "", "a b", `q"uo te\`, ""},
		{"two.example", "two", "two", "p2", ""},
		{"two.example", "", "one", "p1", ""},
		{"nobody.example", "", "anonymous", "guest@", ""},
		{"evil", "", "anonymous", "guest@", ""},
		{"ftp.acme.example", "other", "other", "", "has none of machine ftp.acme.example for user other"},
		{"hash.example", "", "x", "#3", ""},
		{"nothing.example", "", "x", "", "password of nothing.example in " + file + " is empty"},
	} {
		r := Ref{Netrc: file, Host: tt.host, User: tt.user}
		s, err := r.Read(t.Context())
		if s.Reveal() != tt.want || (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
			t.Errorf("%s of %q: %q, %v; want %q, %q", tt.host, tt.user, s.Reveal(), err, tt.want, tt.err)
		}
		if login, err := r.Login(); login != tt.login || err != nil {
			t.Errorf("%s of %q: user %q, %v; want %q", tt.host, tt.user, login, err, tt.login)
		}
	}
	for _, bad := range []string{"login s3cret", "machine a s3cret s3cret", `machine a password "s3cret`} {
		if err := os.WriteFile(file, []byte(bad), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := (Ref{Netrc: file, Host: "a"}).Read(t.Context()); err == nil || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

// TestCommand takes the first line of what a program prints, and tells nothing of it.
func TestCommand(t *testing.T) {
	dir := t.TempDir()
	for _, tt := range []struct{ script, want, err string }{
		{"echo s3cret", "s3cret", ""},
		{"printf 's3cret\\r\\nuser: x\\n'", "s3cret", ""},
		{"pwd", dir, ""},
		{"cat", "", "is empty"}, // its input is empty
		{"echo s3cret >&2; exit 3", "", "exit status 3"},
		{"echo", "", "is empty"},
		{"yes s3cret", "", "it prints too much"},
	} {
		s, err := (Ref{Command: Words("sh", "-c", tt.script), Dir: dir}).Read(t.Context())
		if s.Reveal() != tt.want || (err == nil) != (tt.err == "") || err != nil && (!strings.Contains(err.Error(), tt.err) || strings.Contains(err.Error(), "s3cret")) {
			t.Errorf("%s: %q, %v; want %q, %q", tt.script, s.Reveal(), err, tt.want, tt.err)
		}
	}
	if _, err := (Ref{Command: Words("no-such-program-here", "s3cret")}).Read(t.Context()); err == nil || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("%v", err)
	}
}
