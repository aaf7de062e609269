package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Hosts remembers what was found out about servers, for as long as a sweep takes:
// what they do not support, how much patience they have cost, that one is down.
// The feeds of a server share its connections, and one that could not be reached
// for the first of them is not tried again for the other nineteen.
type Hosts struct {
	mu  sync.Mutex
	all map[string]*host
}

// NewHosts returns a memory that is empty. Close ends the connections in it.
func NewHosts() *Hosts { return &Hosts{all: map[string]*host{}} }

// Close says goodbye to all servers.
func (h *Hosts) Close() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, one := range h.all {
		one.close()
	}
	return nil
}

// host is one server: an address and port.
type host struct {
	addr   string
	log    *slog.Logger
	shared bool // by feeds that are to learn of each other's failures

	mu       sync.Mutex
	most     int           // connections at once, in use or idle
	open     int           // of them there are
	idle     []*parked     // latest last
	freed    chan struct{} // closed, and made anew, when a connection was given back
	accounts map[string]*account
	known    flags
	retries  int             // left
	budget   time.Duration   // left, less what has passed while busy
	busy     int             // operations under way
	since    time.Time       // when the first of them began
	used     error           // the whole budget is
	pace     *rate.Limiter   // of the bytes that come
	down     lost            // it cannot be reached
	ways     map[string]lost // likewise those who speak to it in one way
	closed   bool
	// net/http keeps its own connections: feeds that reach a server alike use the same ones.
	transports map[string]*http.Transport
}

// account is who logs in. Some servers let one in once only, and lock those who
// try a wrong password twenty times.
type account struct {
	most, open int    // sessions at once
	right      bool   // its login was accepted once
	refused    error  // why its login is not tried again
	way        string // how its server is spoken to
}

// flags are what a server was found not to do; remembered for the next session.
type flags struct{ noEPSV, noUTF8, noMLSD, noREST, noMLST, noTold bool }

// link is a connection that can be kept for its account's next use.
type link interface {
	alive() bool
	quit() // says goodbye, or just closes one that is dead
}

// parked is a link that nobody uses.
type parked struct {
	link
	of    *account
	timer *time.Timer // ends it
}

// keepIdle is how long an unused connection is kept. An account of one session is
// given back sooner: the production importer may be waiting for it.
const (
	keepIdle     = 30 * time.Second
	keepIdleLone = 2 * time.Second
)

// hostRetries is how often anything may be tried again at one server in a sweep.
const hostRetries = 20

// join returns the host and the account of a source, which is who logs in, in which way.
// The narrowest limits that a source of this host was opened with hold for all of them.
func (o Options) join(addr, login, way string) (*host, *account) {
	hosts := o.Hosts
	if hosts == nil {
		hosts = NewHosts()
	}
	hosts.mu.Lock()
	defer hosts.mu.Unlock()
	addr = strings.ToLower(addr)
	h := hosts.all[addr]
	if h == nil {
		h = &host{addr: addr, log: o.Logger, shared: o.Hosts != nil, most: o.Connections, freed: make(chan struct{}), accounts: map[string]*account{}, ways: map[string]lost{}, transports: map[string]*http.Transport{},
			pace: rate.NewLimiter(rate.Inf, burst), retries: hostRetries, budget: o.HostTimeout, used: fmt.Errorf("%w: it has used up its %v", ErrGivenUp, o.HostTimeout)}
		hosts.all[addr] = h
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.most = min(h.most, o.Connections)
	if o.Bandwidth > 0 && rate.Limit(o.Bandwidth) < h.pace.Limit() {
		h.pace.SetLimit(rate.Limit(o.Bandwidth))
	}
	who := login + " " + way
	a := h.accounts[who]
	if a == nil {
		a = &account{most: o.Connections, way: way}
		h.accounts[who] = a
	}
	if o.Sessions > 0 {
		a.most = min(a.most, o.Sessions)
	}
	return h, a
}

// lease waits until the account may have a connection and returns an idle one, or
// nil for leave to make one. Whoever leases gives back.
func (h *host) lease(ctx context.Context, a *account, p patience) (link, error) {
	for {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		h.mu.Lock()
		if err := h.refusal(a, p); err != nil {
			h.mu.Unlock()
			return nil, err
		}
		l, evicted, ok := h.grant(a)
		freed := h.freed
		h.mu.Unlock()
		if evicted != nil {
			evicted.quit()
		}
		if ok {
			return l, nil
		}
		select {
		case <-freed:
		case <-ctx.Done():
		}
	}
}

// grant looks for a connection that a may have: an idle one of its own, a new one,
// or a new one in place of another account's idle one. It is called with mu held.
func (h *host) grant(a *account) (l, evicted link, ok bool) {
	for i := len(h.idle) - 1; i >= 0; i-- {
		if h.idle[i].of == a {
			return h.unpark(i), nil, true
		}
	}
	// An account at its limit waits for its own sessions: ending another's helps nothing.
	switch {
	case a.open >= a.most:
		return nil, nil, false
	case h.open < h.most:
		h.open++
	case len(h.idle) > 0:
		h.idle[0].of.open--
		evicted = h.unpark(0)
	default:
		return nil, nil, false
	}
	a.open++
	return nil, evicted, true
}

// unpark takes an idle connection out; its timer may be waiting for mu, and then finds
// it gone.
func (h *host) unpark(i int) link {
	p := h.idle[i]
	h.idle = append(h.idle[:i], h.idle[i+1:]...)
	p.timer.Stop()
	return p.link
}

// give takes a connection back: to be kept if it is in step, else to be ended; nil
// if none was made.
func (h *host) give(a *account, l link, inStep bool) {
	h.mu.Lock()
	keep := l != nil && inStep && !h.closed && h.open <= h.most && l.alive()
	if keep {
		p := &parked{link: l, of: a}
		d := keepIdle
		if a.most == 1 {
			d = keepIdleLone
		}
		p.timer = time.AfterFunc(d, func() { h.expire(p) })
		h.idle = append(h.idle, p)
	} else {
		h.open--
		a.open--
	}
	close(h.freed)
	h.freed = make(chan struct{})
	h.mu.Unlock()
	if !keep && l != nil {
		l.quit()
	}
}

// expire ends a connection that nobody has wanted for a while.
func (h *host) expire(p *parked) {
	h.mu.Lock()
	found := false
	for i := range h.idle {
		if h.idle[i] == p {
			h.unpark(i)
			h.open--
			p.of.open--
			found = true
			break
		}
	}
	h.mu.Unlock()
	if found {
		p.quit()
	}
}

// dropIdle ends all connections that nobody uses.
func (h *host) dropIdle() {
	h.mu.Lock()
	idle := h.idle
	h.idle = nil
	for _, p := range idle {
		p.timer.Stop()
		h.open--
		p.of.open--
	}
	h.mu.Unlock()
	for _, p := range idle {
		p.quit()
	}
}

// close ends what is idle now, and what is in use when it is given back.
func (h *host) close() {
	h.mu.Lock()
	h.closed = true
	for _, t := range h.transports {
		t.CloseIdleConnections()
	}
	h.mu.Unlock()
	h.dropIdle()
}

// flags returns a copy: they are learned while others use them.
func (h *host) flags() flags {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.known
}

// learn sets a flag and reports whether it is new, so that another attempt has a
// better chance.
func (h *host) learn(what string, flag func(*flags) *bool) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	p := flag(&h.known)
	if *p {
		return false
	}
	*p = true
	h.log.Info("server: going without", "server", h.addr, "what", what)
	return true
}

// crowd halves the connections of a server that says there are too many.
func (h *host) crowd() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.most > 1 {
		h.most /= 2
		for _, t := range h.transports {
			t.CloseIdleConnections()
		}
		h.log.Warn("server: too many connections", "server", h.addr, "from now on", h.most)
	}
}

// greeted notes that a login is right.
func (h *host) greeted(a *account) {
	h.mu.Lock()
	defer h.mu.Unlock()
	a.right = true
}

// lone reports whether a login that was refused was only one too many: it was right
// before, and the account is logged in as it is. Some servers let one in once and do not say
// so. From now on there are no more sessions than these; the one that failed is given back.
func (h *host) lone(a *account, err error) bool {
	if !errors.Is(err, ErrLogin) {
		return false
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if !a.right || a.open == 0 {
		return false
	}
	a.most = a.open
	h.log.Warn("server: a second login is refused", "server", h.addr, "sessions from now on", a.most)
	return true
}

// errOnceRight marks a login that was refused after it had been accepted.
var errOnceRight = errors.New("it was accepted before")

// doubted makes an error that may pass of a login that was refused and was right before:
// the session that was one too many may have ended meanwhile.
func (h *host) doubted(a *account, err error) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !errors.Is(err, ErrLogin) || !a.right {
		return err
	}
	return fmt.Errorf("%w (%w)", err, errOnceRight)
}

// transport returns what feeds share that reach the server in the same way.
func (h *host) transport(how string, open func() *http.Transport) *http.Transport {
	h.mu.Lock()
	defer h.mu.Unlock()
	t := h.transports[how]
	if t == nil {
		t = open()
		h.transports[how] = t
	}
	return t
}

// mayRetry counts retries.
func (h *host) mayRetry() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.retries--
	return h.retries >= 0
}

// spend bounds an operation by what is left of the server's time; done says that it
// is over. What is done at the same time takes that time once.
func (h *host) spend(ctx context.Context) (_ context.Context, done func(), err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.busy == 0 {
		h.since = time.Now()
	}
	left := h.budget - time.Since(h.since)
	if left <= 0 {
		return nil, nil, h.used
	}
	h.busy++
	ctx, cancel := context.WithTimeoutCause(ctx, left, h.used)
	return ctx, func() {
		cancel()
		h.mu.Lock()
		defer h.mu.Unlock()
		if h.busy--; h.busy == 0 {
			h.budget -= time.Since(h.since)
		}
	}, nil
}

// burst is how many bytes are read at once before they are counted.
const burst = 32 << 10

// paced is a reader that takes its time.
type paced struct {
	io.ReadCloser
	ctx  context.Context
	pace *rate.Limiter
	err  error // why it did not wait for more
}

// slow holds a reader to the bandwidth of its server.
func (h *host) slow(ctx context.Context, r io.ReadCloser) io.ReadCloser {
	if h == nil || h.pace.Limit() == rate.Inf {
		return r
	}
	return &paced{r, ctx, h.pace, nil}
}

// Read implements io.Reader. What was read is paid for before it is handed over.
func (p *paced) Read(b []byte) (int, error) {
	n, err := p.ReadCloser.Read(b[:min(len(b), burst)])
	if wait := p.pace.WaitN(p.ctx, n); wait != nil && (err == nil || err == io.EOF) {
		if p.err = context.Cause(p.ctx); p.err == nil { // the deadline comes before the bytes' turn
			p.err = fmt.Errorf("%w: %w", wait, context.DeadlineExceeded)
		}
		err = p.err
	}
	return n, err
}

// Close implements io.Closer.
func (p *paced) Close() error {
	err := p.ReadCloser.Close()
	if p.err != nil {
		return p.err
	}
	return err
}
