package faultrows

import (
	"slices"
	"strings"
	"sync"
	"testing"
)

// ReadOnly are the commands that a supplier's server may be sent: those that change
// nothing. They stand here once more, so that a change of the list that is kept to is seen.
var ReadOnly = strings.Fields("USER PASS AUTH PBSZ PROT FEAT OPTS TYPE PWD CWD EPSV PASV PRET MLSD MLST LIST NLST SIZE MDTM REST RETR NOOP QUIT SYST")

// sent are the commands that the servers of all tests of this process saw.
var sent sync.Map

// Commands fails the test if a server's log has a command that is not one of ReadOnly. Each
// server of a package's tests is to be looked at so.
func Commands(t *testing.T, log []string) {
	t.Helper()
	for _, line := range log {
		verb, _, _ := strings.Cut(line, " ")
		switch {
		case strings.HasPrefix(line, "\x16"): // a TLS handshake with a server that has no TLS
			return
		case !slices.Contains(ReadOnly, verb):
			t.Errorf("the server was sent %q", line)
		}
		sent.Store(verb, true)
	}
}

// CommandLog is the test of a package's row of group I, which Run has last: it is about
// what the servers of all tests before it saw, which must be these commands at least.
func CommandLog(want ...string) func(*testing.T) {
	return func(t *testing.T) {
		for _, verb := range want {
			if _, ok := sent.Load(verb); !ok {
				t.Errorf("%s was sent to no server: what was checked?", verb)
			}
		}
		sent.Range(func(verb, _ any) bool {
			if !slices.Contains(ReadOnly, verb.(string)) {
				t.Errorf("%s was sent", verb)
			}
			return true
		})
	}
}
