package fetch

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// httpSource is what one URL offers: of one that ends in a slash, the files that the
// index page there links to, else the one file. Only GET and HEAD are ever sent.
type httpSource struct {
	o              Options
	dir            *url.URL // ends in a slash
	file           string   // of a single file: its name, raw bytes
	query          string   // of a single file, as written
	user, password string
	client         *http.Client
	host           *host
	account        *account
	denied         atomic.Int32 // replies of 401 since one that said yes
}

func newHTTPSource(u *url.URL, o Options) (*httpSource, error) {
	if u.Hostname() == "" {
		return nil, errors.New("the URL names no host")
	}
	h := &httpSource{o: o}
	h.denied.Store(mostDenied)
	h.user, h.password = o.credentials(u)
	h.dir = &url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}
	if !strings.HasSuffix(u.Path, "/") && u.Path != "" {
		h.dir.Path, h.file = path.Split(u.Path)
		h.query = u.RawQuery
	}
	if h.dir.Path == "" {
		h.dir.Path = "/"
	}
	trust, err := o.TLS.config(u.Hostname())
	if err != nil {
		return nil, err
	}
	trust.ServerName = o.TLS.ServerName // net/http names whoever it connects to: a redirect may lead to another host
	h.host, h.account = o.join(address(u), fmt.Sprintf("%q %q", h.user, h.password), fmt.Sprintf("%s %+v", u.Scheme, o.TLS))
	h.client = &http.Client{CheckRedirect: checkRedirect, Transport: h.host.transport(fmt.Sprintf("%+v %v %v", o.TLS, o.DialTimeout, o.IdleTimeout), func() *http.Transport {
		return &http.Transport{
			Proxy:               http.ProxyFromEnvironment,
			DialContext:         (&net.Dialer{Timeout: o.DialTimeout}).DialContext,
			TLSClientConfig:     trust,
			TLSHandshakeTimeout: o.IdleTimeout, ResponseHeaderTimeout: o.IdleTimeout,
			MaxConnsPerHost: o.Connections, MaxIdleConnsPerHost: o.Connections, ForceAttemptHTTP2: true,
			DisableCompression: true, // lengths and ranges are of the file
		}
	})}
	return h, nil
}

var errRedirect = errors.New("redirect refused")

// checkRedirect follows no way from TLS to none.
func checkRedirect(to *http.Request, via []*http.Request) error {
	if len(via) >= 10 {
		return fmt.Errorf("%w: more than %d", errRedirect, len(via))
	}
	if from := via[len(via)-1].URL; from.Scheme == "https" && to.URL.Scheme != "https" {
		return fmt.Errorf("%w: from https to %s", errRedirect, to.URL.Scheme)
	}
	return nil
}

// statusError is a reply that says no.
type statusError struct {
	code int
	text string
}

func (e *statusError) Error() string { return e.text }

// passes reports whether the same request may succeed later.
func (e *statusError) passes() bool {
	switch e.code {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return true
	}
	return e.code >= 500 && e.code != http.StatusNotImplemented
}

func (h *httpSource) at() string { return "http server " + h.dir.Host }

// urlOf is where a path of ours is.
func (h *httpSource) urlOf(p string) string {
	u := *h.dir
	u.Path += p
	u.RawPath = escaped(u.Path)
	if h.file != "" && p == h.file {
		u.RawQuery = h.query
	}
	return u.String()
}

// escaped is a path with everything escaped that might be taken for something else:
// url.URL leaves raw bytes and some delimiters as they are.
func escaped(p string) string {
	parts := strings.Split(p, "/")
	for i := range parts {
		parts[i] = url.PathEscape(parts[i])
	}
	return strings.Join(parts, "/")
}

// request sends a request, which waits for one of the connections that the server allows
// all its feeds together, and returns a reply that
// says yes, whose body the caller closes.
func (h *httpSource) request(ctx context.Context, method, where string, header map[string]string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, where, nil)
	if err != nil {
		return nil, errors.New("malformed URL")
	}
	if h.user != "" {
		req.SetBasicAuth(h.user, h.password)
	}
	for k, v := range header {
		req.Header.Set(k, v)
	}
	req.Header.Set("User-Agent", "feedparity")
	req.Header.Set("Accept-Encoding", "identity")                           // or a server may take it that anything will do (RFC 9110, section 12.5.3)
	if _, err := h.host.lease(ctx, h.account, h.o.patience()); err != nil { // net/http makes the connection
		return nil, err
	}
	resp, err := h.client.Do(req)
	if err != nil {
		h.host.give(h.account, nil, false)
		return nil, connecting(h.failure(ctx, err))
	}
	resp.Body = &leased{ReadCloser: resp.Body, free: sync.OnceFunc(func() { h.host.give(h.account, nil, false) })}
	if err := h.refused(resp); err != nil {
		if resp.StatusCode == http.StatusTooManyRequests {
			h.host.crowd()
		}
		resp.Body.Close()
		return nil, err
	}
	return resp, nil
}

// leased is a body that takes up one of its server's connections until it is closed.
type leased struct {
	io.ReadCloser
	free func()
}

// Close implements io.Closer.
func (l *leased) Close() error {
	defer l.free()
	return l.ReadCloser.Close()
}

// connecting marks a failure of the server as a whole: it is not there, or shows a
// certificate that is not to be trusted.
func connecting(err error) error {
	var op *net.OpError
	var verify *tls.CertificateVerificationError
	if errors.As(err, &op) && op.Op == "dial" || errors.As(err, &verify) || errors.Is(err, errPin) {
		return &connectError{err}
	}
	return err
}

// failure takes the URL out of an error, where a query may be secret.
func (h *httpSource) failure(ctx context.Context, err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return redact(err, h.password)
}

// mostDenied is how many replies of 401 are about one path each, to who is let in elsewhere:
// two running say that the login is wrong, and more would lock the account.
const mostDenied = 1

// refused makes an error of a reply that says no. To who gave no user or password, 401 is
// an answer about this one path, and so it is to who was let in just before.
func (h *httpSource) refused(resp *http.Response) error {
	if resp.StatusCode < 300 {
		h.denied.Store(0)
		return nil
	}
	err := error(&statusError{resp.StatusCode, fmt.Sprintf("%d %s", resp.StatusCode, http.StatusText(resp.StatusCode))})
	switch resp.StatusCode {
	case http.StatusUnauthorized, http.StatusProxyAuthRequired:
		if err = fmt.Errorf("%w: %w", ErrLogin, err); h.user != "" && h.denied.Add(1) > mostDenied {
			err = &connectError{err}
		}
		return err
	case http.StatusForbidden, http.StatusNotFound, http.StatusGone:
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return err
}

// Stat implements Files.
func (h *httpSource) Stat(ctx context.Context, p string) (Entry, error) {
	err := checkFile(p)
	var e Entry
	if err == nil {
		e, err = h.stat(ctx, p)
	}
	if err != nil {
		return Entry{}, fmt.Errorf("stat %q on %s: %w", p, h.at(), err)
	}
	return e, nil
}

// stat asks by HEAD, or where a server knows none, for the first byte.
func (h *httpSource) stat(ctx context.Context, p string) (Entry, error) {
	ctx, cancel := context.WithTimeout(ctx, h.o.fileTimeout(-1))
	defer cancel()
	resp, err := h.request(ctx, http.MethodHead, h.urlOf(p), nil)
	var no *statusError
	if errors.As(err, &no) && (no.code == http.StatusMethodNotAllowed || no.code == http.StatusNotImplemented) {
		resp, err = h.request(ctx, http.MethodGet, h.urlOf(p), map[string]string{"Range": "bytes=0-0"})
	}
	if err != nil {
		return Entry{}, err
	}
	defer resp.Body.Close()
	return entryOf(p, resp)
}

// unpacked refuses what is packed on the way.
func unpacked(resp *http.Response) error {
	if enc := resp.Header.Get("Content-Encoding"); enc != "" && enc != "identity" {
		return fmt.Errorf("%w: it sends %s although that was not asked for", ErrProtocol, enc)
	}
	return nil
}

// entryOf is what a reply's header says about a file (RFC 9110, section 8).
func entryOf(p string, resp *http.Response) (Entry, error) {
	if err := unpacked(resp); err != nil {
		return Entry{}, err
	}
	e := Entry{Path: p, Size: resp.ContentLength, ETag: resp.Header.Get("ETag")}
	if resp.StatusCode == http.StatusPartialContent {
		_, size, err := contentRange(resp)
		if err != nil {
			return Entry{}, err
		}
		e.Size = size
	}
	if t, err := http.ParseTime(resp.Header.Get("Last-Modified")); err == nil {
		e.MTime, e.MPrec, e.Ahead = t.UTC(), PrecisionSecond, ahead(resp, time.Now())
	}
	return e, nil
}

// ahead is how far a server's clock is ahead of ours by what it said just now, or a while
// ago where it comes out of a cache (RFC 9110, section 6.6.1; RFC 9111, section 5.1).
func ahead(resp *http.Response, now time.Time) time.Duration {
	date, err := http.ParseTime(resp.Header.Get("Date"))
	if err != nil {
		return 0
	}
	age, _ := strconv.ParseUint(resp.Header.Get("Age"), 10, 31)
	return date.Add(time.Duration(age) * time.Second).Sub(now)
}

// contentRange reads "bytes 10-19/20" (RFC 9110, section 14.4); size is -1 for "*".
func contentRange(resp *http.Response) (first, size int64, err error) {
	var last int64
	value := resp.Header.Get("Content-Range")
	span, total, _ := strings.Cut(strings.TrimPrefix(value, "bytes "), "/")
	if _, err := fmt.Sscanf(span, "%d-%d", &first, &last); err != nil {
		return 0, 0, fmt.Errorf("%w: Content-Range %q", ErrProtocol, value)
	}
	if total == "*" {
		return first, -1, nil
	}
	if size, err = strconv.ParseInt(total, 10, 64); err != nil {
		return 0, 0, fmt.Errorf("%w: Content-Range %q", ErrProtocol, value)
	}
	return first, size, nil
}

// Open implements Files.
func (h *httpSource) Open(ctx context.Context, p string, off int64) (io.ReadCloser, error) {
	err := checkFile(p)
	var r *httpReader
	if err == nil {
		r, err = h.open(ctx, p, off)
	}
	if err != nil {
		return nil, fmt.Errorf("open %q on %s: %w", p, h.at(), err)
	}
	r.label = fmt.Sprintf("read %q on %s", p, h.at())
	return r, nil
}

func (h *httpSource) open(ctx context.Context, p string, off int64) (*httpReader, error) {
	header := map[string]string{}
	if off > 0 {
		header["Range"] = fmt.Sprintf("bytes=%d-", off)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	resp, err := h.request(ctx, http.MethodGet, h.urlOf(p), header)
	if err != nil {
		cancel(nil)
		return nil, err
	}
	r := &httpReader{h: h, ctx: ctx, cancel: cancel, resp: resp, want: -1}
	if err := r.begin(p, off); err != nil {
		_ = r.finish()
		return nil, err
	}
	return r, nil
}

// httpReader holds a file to the length that the reply announced.
type httpReader struct {
	h         *httpSource
	ctx       context.Context
	cancel    context.CancelCauseFunc
	resp      *http.Response
	label     string
	idle      *time.Timer
	whole     *time.Timer
	got, want int64 // bytes; want is -1 if it is not known
	err       error // what Read met, io.EOF included
	closed    bool
}

// begin checks that the reply begins where it was asked to. A server that knows no
// ranges sends the whole file, of which the beginning is passed over.
func (r *httpReader) begin(p string, off int64) error {
	e, err := entryOf(p, r.resp)
	if err != nil {
		return err
	}
	if e.Size >= 0 {
		r.want = e.Size - off
	}
	if off < 0 || r.want < 0 && e.Size >= 0 {
		return fmt.Errorf("offset %d is not within its %d bytes", off, e.Size)
	}
	idle := r.h.o.IdleTimeout
	r.idle = time.AfterFunc(idle, func() { r.cancel(fmt.Errorf("no answer for %v: %w", idle, context.DeadlineExceeded)) })
	whole := r.h.o.fileTimeout(e.Size)
	r.whole = time.AfterFunc(whole, func() { r.cancel(fmt.Errorf("not done after %v: %w", whole, context.DeadlineExceeded)) })
	switch {
	case off == 0:
	case r.resp.StatusCode != http.StatusPartialContent:
		_, err = io.CopyN(io.Discard, r.resp.Body, off)
	default:
		var first int64
		if first, _, err = contentRange(r.resp); err == nil && first != off {
			err = fmt.Errorf("%w: asked for byte %d on, it sends from %d on", ErrProtocol, off, first)
		}
	}
	if err != nil {
		return r.h.failure(r.ctx, err)
	}
	return nil
}

// Read implements io.Reader.
func (r *httpReader) Read(p []byte) (int, error) {
	if r.closed {
		return 0, errors.New(r.label + ": reader is closed")
	}
	if r.err != nil {
		return 0, r.err
	}
	n, err := r.resp.Body.Read(p)
	r.idle.Reset(r.h.o.IdleTimeout)
	r.got += int64(n)
	if err == io.EOF {
		r.err = io.EOF
	} else if err != nil {
		r.err = fmt.Errorf("%s: %w", r.label, r.h.failure(r.ctx, err))
	}
	return n, r.err
}

// finish ends the request.
func (r *httpReader) finish() error {
	r.closed = true
	for _, t := range []*time.Timer{r.idle, r.whole} {
		if t != nil {
			t.Stop()
		}
	}
	err := r.resp.Body.Close()
	r.cancel(nil)
	return err
}

// Close implements io.Closer.
func (r *httpReader) Close() error {
	if r.closed {
		return nil
	}
	err := r.finish()
	switch r.err {
	case io.EOF:
	case nil:
		err = errors.New("closed before its end")
	default:
		err = r.err
	}
	if err != nil || r.want >= 0 && r.got != r.want {
		return fmt.Errorf("%s: %w", r.label, &LengthError{r.got, r.want, err})
	}
	return nil
}

// Close implements Source. Connections of a host that other sources share outlive this
// one.
func (h *httpSource) Close() error {
	if h.o.Hosts == nil {
		h.host.close()
	}
	return nil
}
