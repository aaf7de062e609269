package fetch

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/textproto"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/pkg/sftp"
)

// The failures a caller may want to tell apart with errors.Is.
var (
	ErrUnavailable = errors.New("not there or not permitted")     // the file or directory; also FTP's 550, which does not say which
	ErrChanged     = errors.New("changed while it was read")      // size or time differ before and after: still being uploaded
	ErrListing     = errors.New("listing ends within a line")     // part of it is missing, so all of it is refused
	ErrLogin       = errors.New("login refused")                  // wrong user or password; never retried, so that no account is locked
	ErrProtocol    = errors.New("server breaks the protocol")     // a reply that no client can read
	ErrActive      = errors.New("the server has no passive mode") // EPSV and PASV refused: active FTP, where it connects to us, is not spoken
	ErrPath        = errors.New("path not allowed")               // it would leave the source, or cannot be sent
	ErrTarget      = errors.New("cannot write to the directory")  // ours: disk full, read-only, a bad local name
	ErrChecksum    = errors.New("the file is not what its checksum says")
	ErrGivenUp     = errors.New("server given up for this run") // it, or its login, failed for another feed, or its time is up

	errPin = errors.New("the server's public key is not the pinned one")
)

// LengthError says that a transfer did not have the length it should.
type LengthError struct {
	Got, Want int64 // bytes; Want is -1 if it is not known
	Err       error // what the connection said, nil if it claimed success
}

// Error says "short transfer (got/want)", or "long transfer" where more came.
func (e *LengthError) Error() string {
	word, want := "short", "unknown"
	if e.Want >= 0 {
		want = strconv.FormatInt(e.Want, 10)
		if e.Got > e.Want {
			word = "long"
		}
	}
	s := fmt.Sprintf("%s transfer (%d/%s)", word, e.Got, want)
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns what the connection said.
func (e *LengthError) Unwrap() error { return e.Err }

// crowded recognises refusals that pass: lftp retries on the same words
// (its settings retry-530 and ftp:too-many-re).
var crowded = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)too many|overload|later|busy|\blimit\b`)
})

// locked recognises those that do not, though their words are the same: an account that
// was closed after so many wrong passwords stays so the longer the more of them come.
var locked = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)\block(ed|out)|suspended|disabled|banned|too many (\S+ ){0,3}(fail|attempt|invalid|incorrect|bad|wrong|unsuccessful)`)
})

// passing reports whether a server's words are those of a refusal that passes.
func passing(words string) bool { return crowded().MatchString(words) && !locked().MatchString(words) }

// refusing are the words of a login that was refused.
func refusing(err error) string {
	_, words, _ := strings.Cut(err.Error(), ErrLogin.Error())
	return words
}

// Transient reports whether the same call may succeed later: the connection
// broke, timed out or the server is busy. A refused login, a certificate that
// cannot be verified, a missing file and our own disk are not transient.
func Transient(err error) bool {
	var reply *textproto.Error
	switch {
	case err == nil, isPermanent(err):
		return false
	case errors.Is(err, errOnceRight), errors.Is(err, ErrLogin): // the others are permanent
		return true
	case errors.As(err, &reply):
		return transientReply(reply)
	}
	var status *statusError
	if errors.As(err, &status) {
		return status.passes()
	}
	var length *LengthError
	var network net.Error
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		return false
	case errors.As(err, &length), errors.Is(err, ErrChanged), errors.Is(err, ErrListing):
		return true
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed):
		return true
	case errors.Is(err, sftp.ErrSSHFxConnectionLost), errors.Is(err, sftp.ErrSSHFxNoConnection):
		return true
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return true
	}
	return errors.As(err, &network)
}

func isPermanent(err error) bool {
	for _, target := range []error{context.Canceled, ErrTarget, ErrUnavailable, ErrPath, ErrProtocol, ErrChecksum, ErrGivenUp, errPin, errHostKey, errRedirect, errIndex} {
		if errors.Is(err, target) {
			return true
		}
	}
	if errors.Is(err, ErrLogin) {
		return !errors.Is(err, errOnceRight) && !passing(refusing(err))
	}
	var verify *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var alert tls.AlertError
	var unknown x509.UnknownAuthorityError
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "remote error" && tlsRefusal().MatchString(op.Err.Error()) {
		return true
	}
	return errors.As(err, &verify) || errors.As(err, &record) || errors.As(err, &alert) || errors.As(err, &unknown)
}

// tlsRefusal matches the alerts by which a server says that it will not agree with us
// on TLS, today or tomorrow (RFC 8446, section 6.2). crypto/tls does not export their
// type.
var tlsRefusal = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`handshake failure|protocol version|insufficient security|certificate`)
})

// transientReply knows the codes that lftp, rclone and Airflow retry. A positive
// code is one that came instead of another: the connection is out of step, and a
// new one may not be.
func transientReply(e *textproto.Error) bool {
	switch e.Code {
	case 421, 425, 426, 434, 450, 451:
		return true
	case 530:
		return passing(e.Msg)
	}
	return e.Code < 400
}

// refusal returns the code of a reply that says no and leaves the connection in
// step, else 0.
func refusal(err error) int {
	var reply *textproto.Error
	if errors.As(err, &reply) {
		switch reply.Code {
		case 450, 500, 501, 502, 503, 504, 550, 551, 553:
			return reply.Code
		}
	}
	return 0
}

// redact removes the password from what a server wrote into its replies, and
// makes a bare EOF an unexpected one: a caller that forgives io.EOF, as readers
// must, would take a broken transfer for a finished one.
func redact(err error, password string) error {
	if err == nil {
		return nil
	}
	var reply *textproto.Error
	if errors.As(err, &reply) {
		return &textproto.Error{Code: reply.Code, Msg: hide(reply.Msg, password)}
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		err = joined.Unwrap()[0] // the library's: what went wrong first, then what that led to
	}
	if password != "" && strings.Contains(err.Error(), password) {
		return errors.New(hide(err.Error(), password))
	}
	if errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("connection closed by the server: %w", io.ErrUnexpectedEOF)
	}
	return err
}

func hide(s, password string) string {
	if password == "" {
		return s
	}
	return strings.ReplaceAll(s, password, "***")
}

// unavailable adds ErrUnavailable to a reply of 550 and to the file system's
// not-exist and not-permitted, so that all sources say the same.
func unavailable(err error) error {
	if refusal(err) == 550 || errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return err
}
