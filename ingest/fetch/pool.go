package fetch

import (
	"context"
	"crypto/tls"
	"net"
	"time"
)

// at says where, for errors.
func (f *ftpSource) at() string { return "ftp server " + f.addr }

func (f *ftpSource) flags() flags {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.known
}

// learn sets a flag and reports whether it is new, so that another attempt has a
// better chance.
func (f *ftpSource) learn(what string, flag func(*flags) *bool) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	p := flag(&f.known)
	if *p {
		return false
	}
	*p = true
	f.o.Logger.Info("ftp server: going without", "server", f.addr, "what", what)
	return true
}

// acquire returns an idle session or a new one, bound to ctx until end is called.
func (f *ftpSource) acquire(ctx context.Context) (s *session, end func() bool, err error) {
	select {
	case f.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, nil, context.Cause(ctx)
	}
	for s := f.pop(); s != nil; s = f.pop() {
		end := s.begin(ctx)
		// A server may have ended a session that was idle (421), or a router
		// forgotten it.
		if time.Since(s.last) < 5*time.Second || s.guard(s.lib.NoOp) == nil {
			return s, end, nil
		}
		end()
		s.abort()
	}
	s, end, err = f.connect(ctx)
	if err != nil {
		<-f.slots
	}
	return s, end, err
}

func (f *ftpSource) pop() *session {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.idle) == 0 {
		return nil
	}
	s := f.idle[len(f.idle)-1]
	f.idle = f.idle[:len(f.idle)-1]
	return s
}

// connect makes a new session, without UTF8 if the server announces that and
// then refuses it, which the library takes for a failed login.
func (f *ftpSource) connect(ctx context.Context) (*session, func() bool, error) {
	for {
		if f.isClosed() {
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
		if s.control != nil && s.control.verb == "OPTS" && ctx.Err() == nil && f.learn("OPTS UTF8", func(k *flags) *bool { return &k.noUTF8 }) {
			continue
		}
		return nil, nil, err
	}
}

func (f *ftpSource) isClosed() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.closed
}

// release gives a session back. Only one that lives and is in step is used again.
func (f *ftpSource) release(s *session, end func() bool, inStep bool) {
	ok := end() && inStep
	f.mu.Lock()
	if ok = ok && !f.closed; ok {
		f.idle = append(f.idle, s)
	}
	f.mu.Unlock()
	if !ok {
		s.abort()
	}
	<-f.slots
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
	return f.learn("EPSV", func(k *flags) *bool { return &k.noEPSV })
}

func (f *ftpSource) dropIdle() {
	for s := f.pop(); s != nil; s = f.pop() {
		s.quit()
	}
}

// Close implements Source. Readers that are still open end when they are closed.
func (f *ftpSource) Close() error {
	f.mu.Lock()
	f.closed = true
	f.mu.Unlock()
	f.dropIdle()
	return nil
}
