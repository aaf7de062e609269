package fetch

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/url"
	"path"
	"strings"
	"sync/atomic"
	"time"

	"github.com/pkg/sftp"
)

// sftpSource is a directory of an SSH server. Each operation in flight has a
// connection of its own, as with FTP: whoever cancels one ends nobody else's.
type sftpSource struct {
	o    Options
	addr string
	base string // the URL's path, absolute or relative to the login directory
	dial func(ctx context.Context) (*sftpConn, error)

	host    *host
	account *account
	closed  atomic.Bool
}

func newSFTPSource(u *url.URL, o Options) (*sftpSource, error) {
	if u.Hostname() == "" {
		return nil, errors.New("the URL names no host")
	}
	s := &sftpSource{o: o, addr: address(u), base: strings.TrimPrefix(u.Path, "/")}
	if strings.ContainsAny(s.base, "\r\n\x00") {
		return nil, fmt.Errorf("%w: a line break or NUL in path", ErrPath)
	}
	user, password := o.credentials(u)
	login, err := newSSHLogin(s.addr, user, password, o.SSH)
	if err != nil {
		return nil, err
	}
	s.host, s.account = o.join(s.addr, fmt.Sprintf("%q %q", user, password), fmt.Sprintf("sftp %+v", o.SSH))
	s.dial = func(ctx context.Context) (*sftpConn, error) { return dialSFTP(ctx, s.addr, login, s.o) }
	return s, nil
}

func (s *sftpSource) at() string { return "sftp server " + s.addr }

// remote returns the path to send for a path of ours. A relative one is the server's
// to resolve, from the directory that a login begins in.
func (s *sftpSource) remote(p string) string { return path.Join(".", s.base, p) }

// acquire returns an idle connection or a new one; ctx ends it until end is called,
// which reports whether it did not.
func (s *sftpSource) acquire(ctx context.Context) (c *sftpConn, end func() bool, err error) {
	l, err := s.host.lease(ctx, s.account, s.o.patience())
	if err != nil {
		return nil, nil, err
	}
	c, _ = l.(*sftpConn)
	if c != nil && !c.alive() {
		c.abort()
		c = nil
	}
	if c == nil {
		if c, err = s.connect(ctx); err != nil {
			s.host.give(s.account, nil, false)
			if s.host.lone(s.account, err) {
				return s.acquire(ctx)
			}
			return nil, nil, &connectError{err}
		}
		s.host.greeted(s.account)
	}
	c.busy(true)
	return c, context.AfterFunc(ctx, c.abort), nil
}

func (s *sftpSource) connect(ctx context.Context) (*sftpConn, error) {
	if s.closed.Load() {
		return nil, net.ErrClosed
	}
	return s.dial(ctx)
}

// release gives a connection back, to be used again if it lives.
func (s *sftpSource) release(c *sftpConn, end func() bool) {
	ok := end()
	c.busy(false)
	s.host.give(s.account, c, ok && !s.closed.Load())
}

// do runs an operation that ends with it.
func (s *sftpSource) do(ctx context.Context, op func(*sftp.Client) error) error {
	ctx, cancel := context.WithTimeout(ctx, s.o.fileTimeout(-1))
	defer cancel()
	c, end, err := s.acquire(ctx)
	if err != nil {
		return s.failure(ctx, nil, err)
	}
	err = op(c.client)
	err = s.failure(ctx, c, err)
	s.release(c, end)
	return err
}

// failure says what an error means: ours that ended the connection, a time-out, or
// what the server said.
func (s *sftpSource) failure(ctx context.Context, c *sftpConn, err error) error {
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case c != nil && c.timedOut():
		return fmt.Errorf("no answer for %v: %w", s.o.IdleTimeout, context.DeadlineExceeded)
	case errors.Is(err, io.EOF):
		return fmt.Errorf("connection closed by the server: %w", io.ErrUnexpectedEOF)
	}
	return unavailable(err)
}

// List implements Files. The protocol hands over names as they are.
func (s *sftpSource) List(ctx context.Context, dir string) (entries []Entry, unparsed []Unparsed, err error) {
	if err := checkPath(dir); err != nil {
		return nil, nil, fmt.Errorf("list: %w", err)
	}
	var infos []fs.FileInfo
	err = s.do(ctx, func(c *sftp.Client) (err error) {
		infos, err = c.ReadDirContext(ctx, s.remote(dir))
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("list %q on %s: %w", dir, s.at(), err)
	}
	for i, info := range infos {
		name := info.Name()
		switch {
		case name == "." || name == "..":
		case checkPath(name) != nil || strings.Contains(name, "/"):
			unparsed = append(unparsed, Unparsed{i + 1, name, "no name of a file in this directory"})
		default:
			entries = append(entries, sftpEntry(path.Join(dir, name), info))
		}
	}
	return entries, unparsed, nil
}

func sftpEntry(p string, info fs.FileInfo) Entry {
	e := localEntry(p, info)
	e.ETag = "" // the protocol's times are of seconds
	return e
}

// Stat implements Files; it follows links.
func (s *sftpSource) Stat(ctx context.Context, p string) (e Entry, err error) {
	if err := checkFile(p); err != nil {
		return Entry{}, fmt.Errorf("stat: %w", err)
	}
	err = s.do(ctx, func(c *sftp.Client) (err error) {
		e, err = s.stat(c, p)
		return err
	})
	if err != nil {
		return Entry{}, fmt.Errorf("stat %q on %s: %w", p, s.at(), err)
	}
	return e, nil
}

func (s *sftpSource) stat(c *sftp.Client, p string) (Entry, error) {
	info, err := c.Stat(s.remote(p))
	if err != nil {
		return Entry{}, err
	}
	if !info.Mode().IsRegular() {
		return Entry{}, fmt.Errorf("%w: no regular file", ErrUnavailable)
	}
	return sftpEntry(p, info), nil
}

// Open implements Files.
func (s *sftpSource) Open(ctx context.Context, p string, off int64) (io.ReadCloser, error) {
	if err := checkFile(p); err != nil {
		return nil, fmt.Errorf("open: %w", err)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	r, err := s.open(ctx, p, off)
	if err != nil {
		cancel(nil)
		return nil, fmt.Errorf("open %q on %s: %w", p, s.at(), err)
	}
	r.label, r.cancel = fmt.Sprintf("read %q on %s", p, s.at()), cancel
	late := fmt.Errorf("not done after %v: %w", s.o.fileTimeout(r.want), context.DeadlineExceeded)
	r.timer = time.AfterFunc(s.o.fileTimeout(r.want), func() { cancel(late) })
	return r, nil
}

// inFlight is how much of a file is asked for at once, in packets of 32 KiB: one after
// the other, a server a tenth of a second away would send 300 KiB a second.
const inFlight = 512 << 10

func (s *sftpSource) open(ctx context.Context, p string, off int64) (*sftpReader, error) {
	c, end, err := s.acquire(ctx)
	if err != nil {
		return nil, s.failure(ctx, nil, err)
	}
	f, e, err := s.openAt(c.client, p, off)
	if err != nil {
		err = s.failure(ctx, c, err)
		s.release(c, end)
		return nil, err
	}
	return &sftpReader{s: s, c: c, end: end, ctx: ctx, f: f, in: bufio.NewReaderSize(f, inFlight), want: e.Size - off}, nil
}

func (s *sftpSource) openAt(c *sftp.Client, p string, off int64) (*sftp.File, Entry, error) {
	e, err := s.stat(c, p)
	if err != nil {
		return nil, e, err
	}
	if off < 0 || off > e.Size {
		return nil, e, fmt.Errorf("offset %d is not within its %d bytes", off, e.Size)
	}
	f, err := c.Open(s.remote(p))
	if err == nil {
		_, err = f.Seek(off, io.SeekStart)
	}
	return f, e, err
}

// Close implements Source. Readers that are still open end when they are closed.
func (s *sftpSource) Close() error {
	s.closed.Store(true)
	if s.o.Hosts == nil {
		s.host.close()
	}
	return nil
}

// sftpReader holds a file to the size it had when it was opened.
type sftpReader struct {
	s         *sftpSource
	c         *sftpConn
	end       func() bool
	ctx       context.Context
	cancel    context.CancelCauseFunc
	timer     *time.Timer
	f         *sftp.File
	in        *bufio.Reader
	label     string
	got, want int64
	err       error // what Read met, io.EOF included
	closed    bool
}

// Read implements io.Reader.
func (r *sftpReader) Read(p []byte) (int, error) {
	if r.closed {
		return 0, errors.New(r.label + ": reader is closed")
	}
	if r.err != nil {
		return 0, r.err
	}
	n, err := r.in.Read(p)
	r.got += int64(n)
	if err == io.EOF {
		r.err = io.EOF // a connection that broke says ErrSSHFxConnectionLost
	} else if err != nil {
		r.err = fmt.Errorf("%s: %w", r.label, r.s.failure(r.ctx, r.c, err))
	}
	return n, r.err
}

// Close implements io.Closer. A transfer that is given up costs its connection.
func (r *sftpReader) Close() error {
	if r.closed {
		return nil
	}
	r.closed = true
	err := r.err
	if err == io.EOF {
		err = nil
		_ = r.f.Close()
	} else {
		r.c.abort()
		if err == nil {
			err = errors.New("closed before its end")
		}
	}
	r.timer.Stop()
	r.s.release(r.c, r.end)
	r.cancel(nil)
	if err != nil || r.got != r.want {
		return fmt.Errorf("%s: %w", r.label, &LengthError{r.got, r.want, err})
	}
	return nil
}
