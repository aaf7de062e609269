package fetch

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"
)

// connectError is a failure to connect or log in, rather than one of a file.
type connectError struct{ err error }

// Error adds nothing: what it marks has said what happened.
func (e *connectError) Error() string { return e.err.Error() }
func (e *connectError) Unwrap() error { return e.err }

// patience is how long a feed waits for a server: to be connected, for a byte, for a reply.
type patience struct{ dial, idle, file time.Duration }

func (o Options) patience() patience {
	return patience{o.DialTimeout, o.IdleTimeout, o.fileTimeout(-1)}
}

// lost is why nothing more is tried, the zero value if it is.
type lost struct {
	err   error
	timed bool     // it is no more than that nothing came
	after patience // in this time
}

// holds reports whether it is so for who waits that long, too: one feed's time-outs may be
// too short for the server.
func (l lost) holds(p patience) bool {
	more := p.dial > l.after.dial || p.idle > l.after.idle || p.file > l.after.file
	return l.err != nil && !(l.timed && more)
}

// refusal says why an account is not to try; mu is held.
func (h *host) refusal(a *account, p patience) error {
	way := h.ways[a.way]
	switch {
	case h.down.holds(p):
		return fmt.Errorf("%w: %w", ErrGivenUp, h.down.err)
	case way.holds(p):
		return fmt.Errorf("%w: %w", ErrGivenUp, way.err)
	case a.refused != nil:
		return fmt.Errorf("%w: %w", ErrGivenUp, a.refused)
	}
	return nil
}

// despair notes a failure that other feeds of the server need not meet again. A server
// that cannot be dialled is so for all of them, and a login that was refused for those of
// the account. Anything in between, such as a certificate that is not the pinned one or TLS
// asked of a server that has none, is met by those who speak to it in the same way: one
// feed's mistake must not cost the others their night.
func (h *host) despair(a *account, p patience, err error) {
	var connect *connectError
	if !h.shared || !errors.As(err, &connect) || errors.Is(err, ErrGivenUp) || errors.Is(err, context.Canceled) {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	var network net.Error
	timed := errors.As(err, &network) && network.Timeout() // context.DeadlineExceeded is one, too
	switch why := (lost{connect.err, timed, p}); {
	case errors.Is(err, ErrLogin):
		a.refused = connect.err
	case undialled(err):
		h.down = why
	default:
		h.ways[a.way] = why
	}
}

// undialled reports whether an error is that of dialling a server; what we ask on this
// machine, such as the agent, is none.
func undialled(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial" && strings.HasPrefix(op.Net, "tcp")
}
