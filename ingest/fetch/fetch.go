// Package fetch takes supplier deliveries from where suppliers put them: an FTP,
// FTPS or SFTP server, or a directory. It only ever reads. A delivery is taken whole
// or not at all, and a line of a listing that cannot be understood is reported,
// never dropped.
//
//	src, err := fetch.Open(ctx, "ftp://feeds.example.com/stock", fetch.Options{User: "acme", Password: secret})
//	entries, unparsed, err := src.List(ctx, "")
//	delivery, err := fetch.Download(ctx, src, entries[0], dir, fetch.LocalName(entries[0].Name()))
//	err = src.Close()
//
// What FTP servers really do, and why the client library alone is not enough, is
// told where it is dealt with: conn.go (deadlines, cancelling), session.go
// (replies, panics), listing.go (formats), reader.go (short transfers).
package fetch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"path"
	"strings"
	"time"
)

// Files is what a Source offers for reading. All paths are raw bytes as the
// server sent them, separated by slashes and relative to the directory that the
// source was opened with; a path that leaves it is refused.
type Files interface {
	// List returns everything in a directory ("" is the source's own), without
	// "." and "..", or an error: a listing is complete or it is none. Lines that
	// could not be understood are returned beside the entries. A directory that
	// is not there is ErrUnavailable, never an empty listing. Where each file would
	// have to be asked for by itself, that is left to who wants it (KindName).
	List(ctx context.Context, dir string) ([]Entry, []Unparsed, error)
	// Stat returns what the source now says about one file.
	Stat(ctx context.Context, p string) (Entry, error)
	// Open reads a file from byte off on. The reader's Close reports a transfer
	// that was not complete, so its error must be looked at; ctx holds until then.
	Open(ctx context.Context, p string, off int64) (io.ReadCloser, error)
}

// Source is a place with deliveries. It has no method that writes, so that no
// mistake of ours can change anything at a supplier. It is safe for concurrent
// use; calls beyond Options.Connections wait. Close says goodbye to the server.
//
// Files and io.Closer are kept apart because only the one who opened a source
// closes it: Download and its like take Files.
type Source interface {
	Files
	io.Closer
}

// Kind says what an entry of a listing is.
type Kind uint8

// The kinds of entries.
const (
	KindFile  Kind = iota
	KindDir        // a directory
	KindLink       // a symbolic link; Stat says what it leads to
	KindOther      // a device, socket, ...
	KindName       // of which the listing has no more than the name; Stat says what it is
)

// String returns "file", "dir", "link", "other" or "name".
func (k Kind) String() string { return [...]string{"file", "dir", "link", "other", "name"}[k] }

// Precision says how much of an Entry's MTime is known. LIST shows minutes for
// recent files and only the day for old ones, so two times may only be compared
// at the coarser of their precisions.
type Precision uint8

// The precisions, coarsest first, so that min gives the one to compare at.
const (
	PrecisionNone Precision = iota // MTime is not known
	PrecisionDay
	PrecisionMinute
	PrecisionSecond // second or better
)

// String returns "none", "day", "minute" or "second".
func (p Precision) String() string { return [...]string{"none", "day", "minute", "second"}[p] }

// Entry is a file, directory or link as a listing or Stat describes it.
type Entry struct {
	Path   string    // raw bytes, relative to the source
	Kind   Kind      // what it is
	Size   int64     // bytes, -1 if not known: links and directories
	MTime  time.Time // UTC, as far as the zone of a LIST is known (Options.Zone)
	MPrec  Precision // how much of MTime is known
	ETag   string    // the server's mark of this version of the file, "" if none, or uniqueMark and its mark of the file
	Target string    // of a link, if shown
	Done   string    // path of the mark that says it is whole, "" if none was asked for
	Raw    string    // the line it came from, "" if none

	// Ahead is how far the clock that MTime is of is ahead of ours, 0 if that is not known.
	Ahead time.Duration
}

// Age is how old the file is at a time by our clock, by its server's where that is known.
func (e Entry) Age(now time.Time) time.Duration { return now.Add(e.Ahead).Sub(e.MTime) }

// uniqueMark stands before a mark that tells files apart and not their versions: MLSD's
// "unique" (RFC 3659, section 7.5.2), EPLF's i. Package state has the same.
const uniqueMark = "unique="

// Unversioned reports whether the entry's mark tells files apart and not their versions.
func (e Entry) Unversioned() bool { return strings.HasPrefix(e.ETag, uniqueMark) }

// Unanswered reports whether nobody knows what the entry is: its listing has only the name,
// and its server would not say more.
func (e Entry) Unanswered() bool { return e.Kind == KindName }

// Name returns the last element of the entry's path, in raw bytes.
func (e Entry) Name() string { return path.Base(e.Path) }

// SameVersion reports whether e and o can be the same version of a file: equal
// sizes where both are known, and times equal at the coarser precision.
func (e Entry) SameVersion(o Entry) bool {
	if e.Size >= 0 && o.Size >= 0 && e.Size != o.Size {
		return false
	}
	p := min(e.MPrec, o.MPrec)
	exact := p == PrecisionSecond && e.Size >= 0 && o.Size >= 0 && e.Unversioned()
	if e.ETag != "" && o.ETag != "" && e.ETag != o.ETag && !exact {
		return false
	}
	switch p {
	case PrecisionDay:
		if e.MPrec > o.MPrec {
			e, o = o, e
		}
		return sameDay(e.MTime, o.MTime, o.MPrec > PrecisionDay)
	case PrecisionMinute:
		return e.MTime.Truncate(time.Minute).Equal(o.MTime.Truncate(time.Minute))
	case PrecisionSecond:
		return e.MTime.Truncate(time.Second).Equal(o.MTime.Truncate(time.Second))
	}
	return true
}

// sameDay holds a day, which is its midnight by a server's clock, against a time of day or
// another day. Whose clock it was may have been found out in between.
func sameDay(day, other time.Time, exact bool) bool {
	d, most := other.Sub(day), farthest
	if exact {
		most += 24 * time.Hour
	}
	return d >= -farthest && d < most
}

// Unparsed is a line of a listing that may hide a delivery.
type Unparsed struct {
	Line int    // 1-based position in the listing
	Text string // raw bytes, without the line's end
	Why  string // what is wrong with it
}

// String shows the line escaped, fit for a log.
func (u Unparsed) String() string { return fmt.Sprintf("line %d %q: %s", u.Line, u.Text, u.Why) }

// Open returns the source at a URL: ftp, ftpes (explicit TLS), ftps (implicit
// TLS), sftp, file, or a plain directory. The path of an FTP or SFTP URL is relative
// to the directory the server puts us in after login; one that begins with two slashes
// (or /%2F) is absolute. User and password of the URL yield to those of the Options.
// Of an http or https URL that ends in a slash, the files are those its index page
// links to; any other is one file. Nothing is dialled before the first call on the
// source, except that a directory must exist.
func Open(ctx context.Context, rawURL string, o Options) (Source, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("open source: %w", err)
	}
	if !strings.Contains(rawURL, "://") {
		return openLocal(rawURL, o.Spare)
	}
	u, err := url.Parse(rawURL)
	if err != nil { // its text may hold the password, or the half of it before a stray slash
		return nil, errors.New("open source: malformed URL (characters such as / @ : % # ? in a user name or password must be percent-encoded)")
	}
	if u.Scheme == "file" {
		if u.Host != "" && u.Host != "localhost" {
			return nil, fmt.Errorf("open source %q: a file URL names no host, want file:///path", u.Redacted())
		}
		return openLocal(u.Path, o.Spare)
	}
	src, err := remote(u, o.withDefaults())
	if err != nil {
		return nil, fmt.Errorf("open source %q: %w", shown(u), err)
	}
	return src, nil
}

// remote returns the source on another machine. What it is made of tries nothing
// twice; the layer above does.
func remote(u *url.URL, o Options) (Source, error) {
	switch u.Scheme {
	case "ftp", "ftpes", "ftps":
		f, err := newFTPSource(u, o)
		if err != nil {
			return nil, err
		}
		return &retrying{f, newPolicy(o, f.host, f.account)}, nil
	case "sftp":
		s, err := newSFTPSource(u, o)
		if err != nil {
			return nil, err
		}
		return &retrying{s, newPolicy(o, s.host, s.account)}, nil
	case "http", "https":
		h, err := newHTTPSource(u, o)
		if err != nil {
			return nil, err
		}
		return &retrying{h, newPolicy(o, h.host, h.account)}, nil
	}
	return nil, fmt.Errorf("scheme %q is not supported, want ftp, ftpes, ftps, sftp, http, https, file or a directory", u.Scheme)
}

// ports are where servers listen whose URL names none.
var ports = map[string]string{"ftp": "21", "ftpes": "21", "ftps": "990", "sftp": "22", "http": "80", "https": "443"}

// address is a server's name and port, however its URL says them.
func address(u *url.URL) string {
	return strings.ToLower(net.JoinHostPort(u.Hostname(), cmp.Or(u.Port(), ports[u.Scheme])))
}

// Server returns the name and port that all sources of one server have in common; none is
// that of a directory on this machine.
func Server(rawURL string) string {
	u, err := url.Parse(rawURL)
	if err != nil || u.Host == "" || ports[u.Scheme] == "" {
		return ""
	}
	return address(u)
}

// Shown is a source as Open takes it, without what may be secret: the password and the
// query of a URL.
func Shown(rawURL string) string {
	if !strings.Contains(rawURL, "://") {
		return rawURL
	}
	u, err := url.Parse(rawURL)
	if err != nil {
		return "malformed URL"
	}
	return shown(u)
}

// shown is a URL without what may be secret: the password and the query.
func shown(u *url.URL) string {
	v := *u
	v.RawQuery = ""
	return v.Redacted()
}

// checkPath refuses paths that would leave the source or that no command line can
// hold. The empty path is the source's own directory.
func checkPath(p string) error {
	if strings.ContainsAny(p, "\r\n\x00") {
		return fmt.Errorf("path %q: %w: it holds a line break or NUL", p, ErrPath)
	}
	if p == "" {
		return nil
	}
	for _, part := range strings.Split(p, "/") {
		if part == "" || part == "." || part == ".." {
			return fmt.Errorf("path %q: %w: want plain names between single slashes", p, ErrPath)
		}
	}
	return nil
}
