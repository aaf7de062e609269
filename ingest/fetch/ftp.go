package fetch

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/textproto"
	"net/url"
	"path"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jlaffaye/ftp"
)

// ftpSource is a directory of an FTP server. It makes no second attempt at
// anything, except to go round what a server turns out not to support; retrying
// is the business of the layer above.
type ftpSource struct {
	o                    Options
	mode                 TLSMode
	tls                  *tls.Config // cloned for each session
	addr, user, password string
	secret               string // what must not be shown: the password, unless it is anonymous's
	base                 string // the URL's path, absolute or relative to the home directory

	host    *host
	account *account
	closed  atomic.Bool
	listed  sync.Map // a lastListing by directory as path.Dir names it
}

func newFTPSource(u *url.URL, o Options) (*ftpSource, error) {
	f := &ftpSource{o: o, mode: o.TLS.Mode}
	if u.Hostname() == "" {
		return nil, errors.New("the URL names no host")
	}
	switch {
	case u.Scheme == "ftps" && f.mode == TLSExplicit, u.Scheme == "ftpes" && f.mode == TLSImplicit:
		return nil, errors.New("the scheme and the TLS mode disagree: ftps is implicit, ftpes explicit")
	case u.Scheme == "ftps":
		f.mode = TLSImplicit
	case u.Scheme == "ftpes":
		f.mode = TLSExplicit
	}
	f.addr = address(u)
	f.credentials(u)
	f.base = strings.TrimPrefix(u.Path, "/")
	if strings.ContainsAny(f.base+f.user+f.password, "\r\n\x00") {
		return nil, fmt.Errorf("%w: a line break or NUL in path, user or password", ErrPath)
	}
	if f.mode != TLSByScheme {
		var err error
		if f.tls, err = o.TLS.config(u.Hostname()); err != nil {
			return nil, err
		}
	}
	// What two sources must have in common to use each other's sessions.
	f.host, f.account = o.join(f.addr, fmt.Sprintf("%q %q", f.user, f.password), fmt.Sprintf("ftp %d %+v", f.mode, o.TLS))
	return f, nil
}

func (f *ftpSource) credentials(u *url.URL) {
	f.user, f.password = f.o.credentials(u)
	if f.user == "" {
		f.user = "anonymous"
	}
	if f.user != "anonymous" && f.user != "ftp" {
		f.secret = f.password
	} else if f.password == "" {
		f.password = "anonymous"
	}
}

// remote returns the path to send for a path of ours.
func (f *ftpSource) remote(s *session, p string) string {
	if strings.HasPrefix(f.base, "/") {
		return path.Join(f.base, p)
	}
	return path.Join(s.home, f.base, p)
}

// List implements Files.
func (f *ftpSource) List(ctx context.Context, dir string) ([]Entry, []Unparsed, error) {
	if err := checkPath(dir); err != nil {
		return nil, nil, fmt.Errorf("list: %w", err)
	}
	began := time.Now()
	var entries []Entry
	var unparsed []Unparsed
	list := func() error {
		return f.do(ctx, func(s *session) (err error) {
			entries, unparsed, err = s.list(f.remote(s, dir), dir)
			return err
		})
	}
	err := list()
	if c := refusal(err); c >= 500 && c <= 504 && errors.Is(err, errMLSD) && f.host.learn("MLSD", func(k *flags) *bool { return &k.noMLSD }) {
		f.host.dropIdle()
		err = list()
	}
	if err != nil {
		return nil, nil, fmt.Errorf("list %q on %s: %w", dir, f.at(), err)
	}
	f.listed.Store(path.Clean(dir), lastListing{began, len(entries)})
	return entries, unparsed, nil
}

// errMLSD marks a refusal that LIST may not meet: some servers announce MLSD and
// do not have it.
var errMLSD = errors.New("MLSD refused")

// emptyListing matches what servers say instead of sending an empty listing.
var emptyListing = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)no (such )?(files?|data sets?)( or director(y|ies))? ?(found|available|$)|directory (is )?empty`)
})

func saysEmpty(err error) bool {
	var reply *textproto.Error
	return errors.As(err, &reply) && (reply.Code == 450 || reply.Code == 550) && emptyListing().MatchString(reply.Msg)
}

// list changes into the directory first: asked for one that is not there, LIST
// shows an empty listing on vsftpd, and a name that begins with - or holds * is
// taken for options or a pattern.
func (s *session) list(remote, dir string) ([]Entry, []Unparsed, error) {
	raw, mlsd, err := s.lines(remote)
	if err != nil {
		return nil, nil, err
	}
	if mlsd {
		return parseListing(raw, dir, true, time.Now(), time.UTC)
	}
	entries, unparsed, err := s.parseList(raw, remote, dir, time.Now())
	if err == nil && len(entries) == 0 && len(unparsed) > 0 && len(unparsed) <= mostNamed {
		return s.byName(remote, dir, unparsed)
	}
	return entries, unparsed, err
}

// lines are the bytes of a listing, by MLSD if the server has it.
func (s *session) lines(remote string) (_ []byte, mlsd bool, _ error) {
	mlsd = s.lib.IsTimePreciseInList()
	if err := s.guard(func() error { return s.lib.ChangeDir(remote) }); err != nil {
		return nil, mlsd, unavailable(err)
	}
	var raw bytes.Buffer
	s.into = &raw
	err := s.transfer(func() error {
		_, err := s.lib.List("")
		return forgive250(err)
	})
	s.into = nil
	switch c := refusal(err); {
	case err == nil:
		return raw.Bytes(), mlsd, nil
	case saysEmpty(err):
		return nil, mlsd, nil
	case c >= 500 && c <= 504 && mlsd && !errors.Is(err, ErrActive):
		return nil, mlsd, fmt.Errorf("%w: %w", errMLSD, err)
	}
	return nil, mlsd, unavailable(err)
}

// forgive250 accepts the 250 that RFC 959 (section 5.4) allows after a transfer
// beside 226; the library knows the latter only.
func forgive250(err error) error {
	var reply *textproto.Error
	if errors.As(err, &reply) && reply.Code == ftp.StatusRequestedFileActionOK {
		return nil
	}
	return err
}

// Stat implements Files by SIZE and MDTM, which follow links and know seconds.
func (f *ftpSource) Stat(ctx context.Context, p string) (Entry, error) {
	e := Entry{Path: p, Size: -1}
	if err := checkFile(p); err != nil {
		return e, fmt.Errorf("stat: %w", err)
	}
	err := f.do(ctx, func(s *session) error { return s.stat(f.remote(s, p), &e) })
	if err != nil {
		return e, fmt.Errorf("stat %q on %s: %w", p, f.at(), err)
	}
	return e, nil
}

func (s *session) stat(remote string, e *Entry) error {
	size, err := s.size(remote)
	if err != nil && refusal(err) == 0 {
		return err
	}
	t, errTime := s.mtime(remote)
	if errTime != nil && refusal(errTime) == 0 {
		return errTime
	}
	known := err == nil || errTime == nil && !t.IsZero()
	for _, no := range []error{err, errTime} {
		if !known && refusal(no) == 550 {
			return unavailable(no)
		}
	}
	e.Size = size
	if errTime == nil && !t.IsZero() {
		e.MTime, e.MPrec = t, PrecisionSecond
	}
	return nil
}

// Open implements Files.
func (f *ftpSource) Open(ctx context.Context, p string, off int64) (io.ReadCloser, error) {
	return f.openKnown(ctx, p, off, askSize)
}

// askSize stands for a size that nobody has asked for yet.
const askSize = -2

// openKnown is Open for who has just asked for the file's size.
func (f *ftpSource) openKnown(ctx context.Context, p string, off, size int64) (io.ReadCloser, error) {
	if err := checkFile(p); err != nil {
		return nil, fmt.Errorf("open: %w", err)
	}
	if off < 0 {
		return nil, fmt.Errorf("open %q: negative offset %d", p, off)
	}
	for {
		s, end, err := f.acquire(ctx)
		if err != nil {
			return nil, fmt.Errorf("open %q on %s: %w", p, f.at(), err)
		}
		r, err := s.open(ctx, f.remote(s, p), off, size)
		if err == nil {
			r.end, r.label = end, fmt.Sprintf("read %q on %s", p, f.at())
			return r, nil
		}
		again := ctx.Err() == nil && f.goRound(s, err)
		f.release(s, end, refusal(err) != 0 && !again)
		if !again {
			return nil, fmt.Errorf("open %q on %s: %w", p, f.at(), unavailable(err))
		}
	}
}

func (s *session) open(ctx context.Context, remote string, off, size int64) (r *ftpReader, err error) {
	if size == askSize {
		if size, err = s.size(remote); err != nil && refusal(err) == 0 {
			return nil, err
		}
	}
	if size >= 0 && off > size { // vsftpd would send nothing and call it a success
		return nil, fmt.Errorf("offset %d is beyond the file's end at %d", off, size)
	}
	r = &ftpReader{s: s, want: size}
	if size >= 0 {
		r.want -= off
	}
	err = s.transfer(func() (err error) {
		r.resp, err = s.lib.RetrFrom(remote, uint64(off))
		return err
	})
	if err != nil {
		return nil, err
	}
	limit := s.src.o.fileTimeout(size)
	timer := time.AfterFunc(limit, s.abort)
	r.expired = func() error {
		if timer.Stop() {
			return nil
		}
		return fmt.Errorf("not finished after %v: %w", limit, context.DeadlineExceeded)
	}
	return r, nil
}

// checkFile is checkPath for a path that must name a file.
func checkFile(p string) error {
	if p == "" {
		return fmt.Errorf("path %q: %w: it names no file", p, ErrPath)
	}
	return checkPath(p)
}
