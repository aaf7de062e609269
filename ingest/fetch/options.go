package fetch

import (
	"bytes"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"time"

	"github.com/feedparity/feedparity/ingest/fetch/pin"
)

// Options say how a source is opened. The zero value is meant to work.
type Options struct {
	User     string // "" means the URL's, or anonymous
	Password string // never shown in an error or a log

	TLS TLS
	SSH SSH

	DialTimeout time.Duration // for each connection, 15 s if 0
	IdleTimeout time.Duration // without a byte in or out, 60 s if 0; slow servers need 30 s or more
	FileTimeout time.Duration // for one file or listing, 10 min and the time its size takes at 16 KiB/s if 0

	HostTimeout time.Duration // for all operations at one server together, an hour if 0

	Connections int           // at once to the server, DefaultConnections if 0
	Sessions    int           // at once of the account, as many as connections if 0
	Retries     int           // further attempts after a transient failure, 4 if 0, none if negative; 20 at one server
	Backoff     time.Duration // before the first retry, doubling up to a minute; 2 s if 0

	// Zone is the server's time zone for LIST, which does not tell it. If nil, the server
	// is asked for the time of a file or two (MDTM), and it is UTC if that tells nothing.
	// MLSD and MDTM are always UTC (RFC 3659, section 2.3).
	Zone *time.Location

	// ResumeAbove is the size in bytes from which on a file that was not taken to its end
	// is gone on with, 8 MiB if 0; never if negative.
	ResumeAbove int64

	// Spare is how many bytes must stay free on our own disk, 64 MiB at least.
	Spare int64

	Bandwidth int64 // bytes a second that are taken from the server, 0 for no limit

	// Hosts is what sources of one server share; nil keeps each by itself.
	Hosts *Hosts

	Logger *slog.Logger // told of retries and of falling back; nil is silent
}

// DefaultConnections are made to a server at once where nothing else is said: many allow
// no more per client.
const DefaultConnections = 2

// DefaultHostTimeout is how much patience a server gets in a sweep where nothing else is said.
const DefaultHostTimeout = time.Hour

// TLSMode says how a connection is protected.
type TLSMode uint8

// The TLS modes. TLSByScheme takes what the URL's scheme says.
const (
	TLSByScheme TLSMode = iota
	TLSExplicit         // AUTH TLS on the plain port (RFC 4217), URL scheme ftpes or ftp
	TLSImplicit         // TLS from the first byte, URL scheme ftps
)

// TLS says whom to trust. There is no way to trust everybody.
type TLS struct {
	Mode       TLSMode
	CAFile     string         // PEM file of the authorities to trust in place of the system's
	Roots      *x509.CertPool // the same in memory; CAFile wins
	Pin        string         // SHA-256 of the server's public key (SPKI), hex or base64; without CAFile and Roots it replaces the chain, for self-signed servers
	ServerName string         // "" means the URL's host
	MinVersion uint16         // tls.VersionTLS12 if 0
}

func (o Options) withDefaults() Options {
	set := func(d *time.Duration, v time.Duration) {
		if *d <= 0 {
			*d = v
		}
	}
	set(&o.DialTimeout, 15*time.Second)
	set(&o.IdleTimeout, 60*time.Second)
	set(&o.HostTimeout, DefaultHostTimeout)
	set(&o.Backoff, 2*time.Second)
	if o.Connections <= 0 {
		o.Connections = DefaultConnections
	}
	if o.Retries == 0 {
		o.Retries = 4
	}
	if o.ResumeAbove == 0 {
		o.ResumeAbove = resumeAbove
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}

// credentials are the user and password to log in with: the URL's where the options
// have none.
func (o Options) credentials(u *url.URL) (user, password string) {
	user, password = o.User, o.Password
	if user == "" && u.User != nil {
		user = u.User.Username()
		if p, ok := u.User.Password(); ok && password == "" {
			password = p
		}
	}
	return user, password
}

// fileTimeout bounds one transfer, so that a server dripping a byte a second
// cannot hold a sweep although it never is idle. A size of -1 is unknown.
func (o Options) fileTimeout(size int64) time.Duration {
	if o.FileTimeout > 0 {
		return o.FileTimeout
	}
	slowest := int64(16 << 10) // bytes a second
	if o.Bandwidth > 0 {
		slowest = min(slowest, o.Bandwidth/2+1)
	}
	return 10*time.Minute + time.Duration(max(size, 0)/slowest)*time.Second
}

// config returns the TLS configuration for a host. The caller clones it with a
// session cache of its own for each control connection: servers tie a data
// connection's session to its control connection's (proftpd answers 425 to a
// session of another one).
func (t TLS) config(host string) (*tls.Config, error) {
	c := &tls.Config{ServerName: t.ServerName, MinVersion: t.MinVersion, RootCAs: t.Roots}
	if c.ServerName == "" {
		c.ServerName = host
	}
	if c.MinVersion == 0 {
		c.MinVersion = tls.VersionTLS12
	}
	if t.CAFile != "" {
		pem, err := os.ReadFile(t.CAFile)
		if err != nil {
			return nil, fmt.Errorf("read CA file: %w", err)
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("read CA file %q: no PEM certificate in it", t.CAFile)
		}
	}
	if t.Pin != "" {
		want, err := pin.TLS(t.Pin)
		if err != nil {
			return nil, err
		}
		// VerifyConnection also runs for resumed sessions; the pin names the very
		// key, so a chain adds nothing unless the user asked for one.
		c.InsecureSkipVerify = c.RootCAs == nil
		c.VerifyConnection = func(s tls.ConnectionState) error { return checkPin(s, want) }
	}
	return c, nil
}

func checkPin(s tls.ConnectionState, pin []byte) error {
	if len(s.PeerCertificates) == 0 {
		return errPin
	}
	if sum := sha256.Sum256(s.PeerCertificates[0].RawSubjectPublicKeyInfo); !bytes.Equal(sum[:], pin) {
		return fmt.Errorf("%w (it has %x)", errPin, sum)
	}
	return nil
}
