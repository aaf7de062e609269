//go:build !lean

package main

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io/fs"

	"github.com/feedparity/feedparity/ingest/fetch"
	"github.com/feedparity/feedparity/ingest/state"
)

// explainSource says what to do about a source that failed, "" if nothing is known.
func explainSource(err error) string {
	var verify *tls.CertificateVerificationError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	switch {
	case errors.Is(err, state.ErrHostBusy):
		return "an account there may be logged in once (sessions: 1), and a sweep or somebody else is at it: try again when it has left"
	case errors.Is(err, fetch.ErrGivenUp):
		return "what it failed with for another feed, or how long it took, says why; the next sweep tries again"
	case errors.Is(err, fetch.ErrLogin):
		return "check user and password: a login that is refused is tried once a night, so that no account is locked"
	case errors.Is(err, fetch.ErrActive):
		return "feedparity speaks passive FTP alone (EPSV, PASV): ask the supplier for it, or for SFTP or HTTPS"
	case errors.Is(err, fetch.ErrDiskFull):
		return "make room there; what was fetched is recorded, and the next sweep goes on"
	case errors.Is(err, fetch.ErrChecksum):
		return "the file or its mark is wrong: the next sweep fetches both again"
	case errors.As(err, &name):
		return "is the source's host the right one? if the supplier says that the certificate is, tls: {server_name: NAME} has the name that it bears"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "ask the supplier for a new certificate, and look whether this machine's clock is right"
	case errors.As(err, &verify):
		return "tls: {ca_file: FILE} trusts an authority, {pin: ...} this server's key alone; ask the supplier which"
	}
	return ""
}

// stateError words why the state could not be used.
func stateError(err error) error {
	if errors.Is(err, state.ErrLocked) {
		return &statusError{statusLocked, err, "wait for it to end; its lock goes when its process does"}
	}
	var oe *state.OpenError
	hint := explainState(err)
	if errors.As(err, &oe) {
		hint = cmp.Or(hint, oe.Hint)
	}
	return usageError(hint, "%w", err)
}

// explainState says what to do about a state in a file, "" if nothing is known. SQLite's
// result codes are those of sqlite.org/rescode.html.
func explainState(err error) string {
	var sqlite interface{ Code() int }
	code := 0
	if errors.As(err, &sqlite) {
		code = sqlite.Code() & 0xff
	}
	switch {
	case errors.Is(err, state.ErrCorrupt):
		return "move the file away with what is beside it (-wal, -shm), or put a backup in place of all of them: without one the next sweep begins a new file and takes each feed's latest deliveries again"
	case errors.Is(err, fs.ErrPermission), code == sqliteReadOnly, code == sqliteCannotOpen:
		return "whose is it? who sweeps must be able to read and write the file, what is beside it (-wal, -shm, .lock) and their directory; a command that was run as somebody else, such as root, leaves its own there"
	case code == sqliteIO, code == sqliteFull:
		return "is it a file, and is its disk full, or broken? df tells, and the system's log"
	}
	return ""
}

const (
	sqliteReadOnly   = 8
	sqliteIO         = 10
	sqliteFull       = 13
	sqliteCannotOpen = 14
)
