package fetch

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"strconv"
	"sync"
	"time"

	"github.com/jlaffaye/ftp"
)

// session is one control connection and its data connections. It serves one
// goroutine at a time; abort may come from another.
type session struct {
	src  *ftpSource
	lib  *ftp.ServerConn // not exported, not embedded: it can write
	tls  *tls.Config     // nil without TLS; its session cache is this session's own
	home string          // the directory after login
	last time.Time       // of its last use
	in   bool            // logged in

	ctx     context.Context // of the operation in progress
	control *control        // nil until dialled
	into    *bytes.Buffer   // where the next data connection's listing goes, or nil
	noData  error           // why the data connection could not be dialled
	dialled bool            // it was tried

	mu    sync.Mutex
	conns map[net.Conn]struct{} // nil after abort
}

// begin binds the session to ctx: when it is done, all connections are closed at
// once. The function it returns ends that and reports whether the session lives.
func (s *session) begin(ctx context.Context) (end func() bool) {
	s.ctx, s.noData = ctx, nil
	stop := context.AfterFunc(ctx, s.abort)
	return func() bool {
		s.last = time.Now()
		return stop() && s.alive()
	}
}

// abort closes every connection, without a word to the server.
func (s *session) abort() {
	s.mu.Lock()
	conns := s.conns
	s.conns = nil
	s.mu.Unlock()
	for c := range conns {
		_ = c.Close()
	}
}

func (s *session) alive() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.conns != nil
}

func (s *session) forget(c net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, c) // nothing to do after abort
}

// dial is the library's way to the network, for the control connection first and
// then for data. It also keeps the real address in view, which the library asks
// of whatever it is given.
func (s *session) dial(network, address string) (net.Conn, error) {
	d := net.Dialer{Timeout: s.src.o.DialTimeout}
	s.dialled = s.control != nil
	if s.dialled { // deadlines watch over data, and there is a connection for each file
		d.KeepAlive = -1
	}
	tcp, err := d.DialContext(s.ctx, network, address)
	if err != nil {
		if s.control != nil {
			s.noData = err
		}
		return nil, err
	}
	c := &conn{Conn: tcp, s: s, idle: s.src.o.IdleTimeout}
	s.mu.Lock()
	alive := s.conns != nil
	if alive {
		s.conns[c] = struct{}{}
	}
	s.mu.Unlock()
	if !alive {
		_ = tcp.Close()
		return nil, net.ErrClosed
	}
	return s.layer(c), nil
}

// layer puts TLS and our own wrappers on a connection. The library itself puts
// TLS on an explicit control connection, and on nothing else that a dial
// function returns.
func (s *session) layer(c net.Conn) net.Conn {
	explicit := s.src.mode == TLSExplicit
	first := s.control == nil
	if s.tls != nil && !(first && explicit) {
		c = tls.Client(c, s.tls)
	}
	if first {
		s.control = &control{Conn: c, explicit: explicit}
		return s.control
	}
	if s.into != nil {
		return listing{data{c}, s.into}
	}
	return data{c}
}

// guard calls the library. It panics on some malformed replies (v0.2.4: "227 )x("
// and `257 "`), which must not end a sweep of forty other suppliers. An error
// that is no plain refusal leaves the session unusable.
func (s *session) guard(call func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v", ErrProtocol, p)
		}
		if err != nil && refusal(err) == 0 {
			s.abort()
		}
		if s.in && err != nil && (s.control.crowded || turnedOut(err)) {
			s.src.host.crowd()
		}
		err = redact(err, s.src.secret)
		if err != nil && s.ctx.Err() != nil {
			err = context.Cause(s.ctx)
		}
	}()
	return call()
}

// transfer is guard for what needs a data connection. A server that refuses the command
// before there is one refuses EPSV and PASV.
func (s *session) transfer(call func() error) error {
	s.dialled = false
	err := s.guard(call)
	if c := refusal(err); c >= 500 && c <= 504 && !s.dialled {
		return fmt.Errorf("%w: %w", ErrActive, err)
	}
	return err
}

// login dials and logs in.
func (s *session) login() error {
	f := s.src
	flags := f.host.flags()
	o := []ftp.DialOption{ftp.DialWithDialFunc(s.dial), ftp.DialWithDisabledEPSV(flags.noEPSV),
		ftp.DialWithDisabledUTF8(flags.noUTF8), ftp.DialWithDisabledMLSD(flags.noMLSD)}
	switch f.mode {
	case TLSExplicit:
		o = append(o, ftp.DialWithExplicitTLS(s.tls), ftp.DialWithDebugOutput(overheard{s}))
	case TLSImplicit:
		o = append(o, ftp.DialWithTLS(s.tls))
	}
	err := s.guard(func() (err error) {
		s.lib, err = ftp.Dial(f.addr, o...)
		return err
	})
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	if err := s.guard(func() error { return s.lib.Login(f.user, f.password) }); err != nil {
		return s.loginError(err)
	}
	// Where the server does not say where we are, paths begin at its root.
	err = s.guard(func() (err error) {
		s.home, err = s.lib.CurrentDir()
		return err
	})
	switch {
	case err == nil:
	case s.alive():
		s.home = "/"
	default:
		return fmt.Errorf("ask for directory: %w", err)
	}
	s.in = true
	return nil
}

// loginError marks a refusal of user or password. The library loses the code of
// a refused USER; what is left then is an error without a type, as of a refused
// OPTS, and the server's words with whatever is in them.
func (s *session) loginError(err error) error {
	var reply *textproto.Error
	var network net.Error
	switch {
	case errors.As(err, &reply) && (reply.Code == 530 || reply.Code == 332 || reply.Code == 532):
		return fmt.Errorf("%w: %w", ErrLogin, err)
	case s.control.verb != "OPTS" && !errors.As(err, &reply) && !errors.As(err, &network) && !Transient(err) && !isPermanent(err):
		return fmt.Errorf("%w: %q", ErrLogin, err.Error())
	}
	return fmt.Errorf("log in: %w", err)
}

// quit says goodbye and closes. The library does not wait for the answer.
func (s *session) quit() {
	if s.alive() && s.lib != nil {
		s.ctx = context.Background()
		_ = s.guard(s.lib.Quit)
	}
	s.abort()
}

// size asks for a file's size: -1 if the server refuses SIZE, which is also an
// error, or does not answer with a number, which is not.
func (s *session) size(p string) (int64, error) {
	n := int64(-1)
	err := s.guard(func() error {
		v, err := s.lib.FileSize(p)
		if err == nil && v >= 0 {
			n = v
		}
		if answered(err) {
			return nil
		}
		return err
	})
	return n, err
}

// mtime asks for a file's time; the zero time if the server does not tell it.
func (s *session) mtime(p string) (time.Time, error) {
	var t time.Time
	err := s.guard(func() error {
		if !s.lib.IsGetTimeSupported() {
			return nil
		}
		v, err := s.lib.GetTime(p)
		if err == nil {
			t = v
		}
		if answered(err) {
			return nil
		}
		return err
	})
	return t, err
}

// answered reports whether an error of the library is about the text of a good
// reply, such as "213 1024 bytes", which leaves the connection in step.
func answered(err error) bool {
	var date *time.ParseError
	var number *strconv.NumError
	return errors.As(err, &date) || errors.As(err, &number)
}
