package fetch

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/textproto"
	"time"
)

// at says where, for errors.
func (f *ftpSource) at() string { return "ftp server " + f.addr }

// acquire returns an idle session or a new one, bound to ctx until end is called.
func (f *ftpSource) acquire(ctx context.Context) (s *session, end func() bool, err error) {
	l, err := f.host.lease(ctx, f.account, f.o.patience())
	if err != nil {
		return nil, nil, err
	}
	if l != nil {
		s = l.(*session)
		s.src = f
		end = s.begin(ctx)
		// A server may have ended a session that was idle (421), or a router
		// forgotten it.
		if time.Since(s.last) < 5*time.Second || s.guard(s.lib.NoOp) == nil {
			return s, end, nil
		}
		end()
		s.abort()
	}
	if s, end, err = f.connect(ctx); err == nil {
		f.host.greeted(f.account)
		return s, end, nil
	}
	f.host.give(f.account, nil, false)
	if f.host.lone(f.account, err) {
		return f.acquire(ctx)
	}
	return nil, nil, &connectError{f.host.doubted(f.account, err)}
}

// connect makes a new session, without UTF8 if the server announces that and
// then refuses it, which the library takes for a failed login.
func (f *ftpSource) connect(ctx context.Context) (*session, func() bool, error) {
	for {
		if f.closed.Load() {
			return nil, nil, net.ErrClosed
		}
		s := &session{src: f, conns: map[net.Conn]struct{}{}}
		if f.tls != nil {
			s.tls = f.tls.Clone()
			s.tls.ClientSessionCache = tls.NewLRUClientSessionCache(8)
		}
		end := s.begin(ctx)
		err := s.login()
		if err == nil {
			return s, end, nil
		}
		end()
		s.abort()
		if s.control != nil && s.control.verb == "OPTS" && ctx.Err() == nil && f.host.learn("OPTS UTF8", func(k *flags) *bool { return &k.noUTF8 }) {
			continue
		}
		if saysCrowded(err) {
			f.host.crowd()
		}
		return nil, nil, err
	}
}

// saysCrowded reports whether a login was refused because there are others: with 421
// (RFC 959, section 4.2.2: the service is not available) or in words.
func saysCrowded(err error) bool {
	var reply *textproto.Error
	if errors.As(err, &reply) {
		return reply.Code == 421 || reply.Code == 530 && passing(reply.Msg)
	}
	return errors.Is(err, ErrLogin) && passing(refusing(err))
}

// turnedOut reports whether a server ends a session because there are others. Most that say
// 421 then end one that was idle, or all of them.
func turnedOut(err error) bool {
	var reply *textproto.Error
	return errors.As(err, &reply) && reply.Code == 421 && passing(reply.Msg)
}

// release gives a session back. Only one that lives and is in step is used again.
func (f *ftpSource) release(s *session, end func() bool, inStep bool) {
	if ok := end() && inStep && !f.closed.Load(); !ok {
		s.abort()
	}
	f.host.give(f.account, s, true)
}

// do runs op on a session, and once more if the failure taught us what the server
// does not do.
func (f *ftpSource) do(ctx context.Context, op func(*session) error) error {
	ctx, cancel := context.WithTimeout(ctx, f.o.fileTimeout(-1))
	defer cancel()
	for {
		s, end, err := f.acquire(ctx)
		if err != nil {
			return err
		}
		err = op(s)
		again := err != nil && ctx.Err() == nil && f.goRound(s, err)
		f.release(s, end, err == nil || refusal(err) != 0 && !again)
		if !again {
			return err
		}
	}
}

// goRound reports whether an operation that failed may work without EPSV: a
// firewall or NAT that knows PASV only leaves the port of an EPSV reply dead.
func (f *ftpSource) goRound(s *session, err error) bool {
	if s.noData == nil || isPermanent(err) {
		return false
	}
	return f.host.learn("EPSV", func(k *flags) *bool { return &k.noEPSV })
}

// Close implements Source. Readers that are still open end when they are closed.
// Connections of a host that other sources share outlive this one.
func (f *ftpSource) Close() error {
	f.closed.Store(true)
	if f.o.Hosts == nil {
		f.host.close()
	}
	return nil
}
