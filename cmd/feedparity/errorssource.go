//go:build !lean

package main

import (
	"crypto/tls"
	"errors"

	"github.com/feedparity/feedparity/ingest/fetch"
	"github.com/feedparity/feedparity/ingest/state"
)

// explainSource says what to do about a source that failed, "" if nothing is known.
func explainSource(err error) string {
	var verify *tls.CertificateVerificationError
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
	case errors.As(err, &verify):
		return "tls: {ca_file: FILE} trusts an authority, {pin: ...} this server's key alone; ask the supplier which"
	}
	return ""
}
