package fetch

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/feedparity/feedparity/ingest/fetch/ftptest"
)

// mistakes are what one feed's configuration may have wrong about a server.
var mistakes = []struct {
	name   string
	server ftptest.Options
	wrong  func(o *Options, url string) (wrongURL string)
	tries  int // connections of two such feeds
}{
	{"pin", ftptest.Options{TLS: ftptest.Explicit}, func(o *Options, url string) string { o.TLS.Pin = strings.Repeat("ab", 32); return url }, 1},
	{"min_version", ftptest.Options{TLS: ftptest.Explicit, MaxTLSVersion: tls.VersionTLS12}, func(o *Options, url string) string {
		o.TLS.MinVersion = tls.VersionTLS13
		return url
	}, 1},
	{"CA", ftptest.Options{TLS: ftptest.Implicit}, func(o *Options, url string) string { o.TLS.Roots = nil; return url }, 1},
	{"TLS of a plain server", ftptest.Options{}, func(_ *Options, url string) string { return "ftpes" + strings.TrimPrefix(url, "ftp") }, 1},
	{"implicit TLS of a plain server", ftptest.Options{}, func(_ *Options, url string) string { return "ftps" + strings.TrimPrefix(url, "ftp") }, 1},
	{"plain of an implicit server", ftptest.Options{TLS: ftptest.Implicit}, func(o *Options, url string) string {
		o.IdleTimeout = 200 * time.Millisecond
		return "ftp" + strings.TrimPrefix(url, "ftps")
	}, 1},
	{"time-out", ftptest.Options{Faults: []ftptest.Fault{{Command: "GREETING", Action: ftptest.Delay, Delay: 500 * time.Millisecond}}}, func(o *Options, url string) string {
		o.IdleTimeout = 100 * time.Millisecond
		return url
	}, 1},
	{"dial time-out", ftptest.Options{}, func(o *Options, url string) string { o.DialTimeout = 1; return url }, 0},
}

// testMistake: what one feed has wrong about a server costs that feed, and those that have
// it wrong in the same way, not the others of the server.
func testMistake(t *testing.T) {
	for _, c := range mistakes {
		t.Run(c.name, func(t *testing.T) {
			srv := serve(t, c.server)
			right := quick(srv)
			right.Hosts, right.IdleTimeout = NewHosts(), slack
			defer right.Hosts.Close()
			wrong := right
			url := c.wrong(&wrong, srv.URL())
			for i := range 2 {
				if _, _, err := open(t, url, wrong).List(t.Context(), ""); err == nil || errors.Is(err, ErrGivenUp) != (i > 0) {
					t.Errorf("wrong feed %d: %v", i+1, err)
				}
			}
			if n := srv.Connections(); n != c.tries {
				t.Errorf("%d connections for two wrong feeds, want %d", n, c.tries)
			}
			if _, _, err := open(t, srv.URL(), right).List(t.Context(), ""); err != nil {
				t.Errorf("the right feed: %v", err)
			}
		})
	}
}

// TestSSHMistake: the same with a host key that is not the pinned one, and without an agent.
func TestSSHMistake(t *testing.T) {
	s := startSFTP(t, t.TempDir(), nil)
	t.Setenv("SSH_AUTH_SOCK", t.TempDir()+"/none")
	right := s.options()
	right.Hosts = NewHosts()
	defer right.Hosts.Close()
	pin, agent := right, right
	pin.SSH = SSH{Pin: "SHA256:" + strings.Repeat("A", 43)}
	agent.SSH.Agent = true
	for _, wrong := range []Options{pin, agent} {
		for i := range 2 {
			if _, _, err := open(t, "sftp://"+s.addr, wrong).List(t.Context(), ""); err == nil || errors.Is(err, ErrGivenUp) != (i > 0) {
				t.Errorf("wrong feed %d: %v", i+1, err)
			}
		}
	}
	if _, _, err := open(t, "sftp://"+s.addr, right).List(t.Context(), ""); err != nil {
		t.Errorf("the right feed: %v", err)
	}
}

// TestHTTPMistake: the same with a certificate that one feed does not trust.
func TestHTTPMistake(t *testing.T) {
	noLeaks(t)
	srv := httptest.NewTLSServer(http.HandlerFunc(serveSuite))
	t.Cleanup(srv.Close)
	right := httpOptions()
	right.TLS.Roots, right.Hosts = x509.NewCertPool(), NewHosts()
	right.TLS.Roots.AddCert(srv.Certificate())
	defer right.Hosts.Close()
	wrong := right
	wrong.TLS = TLS{Pin: strings.Repeat("ab", 32)}
	for i := range 2 {
		if _, _, err := open(t, srv.URL+"/", wrong).List(t.Context(), ""); err == nil || errors.Is(err, ErrGivenUp) != (i > 0) {
			t.Errorf("wrong feed %d: %v", i+1, err)
		}
	}
	if _, _, err := open(t, srv.URL+"/", right).List(t.Context(), ""); err != nil {
		t.Errorf("the right feed: %v", err)
	}
}

// TestHTTPUnauthorized: a path that is not for everybody says nothing of the others; a
// password that is refused is not sent again.
func TestHTTPUnauthorized(t *testing.T) {
	asked := 0
	at, _ := startHTTP(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/private") {
			asked++
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_, _ = w.Write([]byte("a"))
	}))
	for _, user := range []string{"", "acme"} {
		asked = 0
		o := httpOptions()
		o.User, o.Password, o.Hosts = user, user, NewHosts()
		for range 2 {
			if _, err := open(t, at+"/private/a.csv", o).Stat(t.Context(), "a.csv"); !errors.Is(err, ErrLogin) {
				t.Errorf("user %q: %v", user, err)
			}
		}
		o.User, o.Password = "", ""
		if _, err := open(t, at+"/public/a.csv", o).Stat(t.Context(), "a.csv"); err != nil {
			t.Errorf("after user %q, another path: %v", user, err)
		}
		if want := map[string]int{"": 2, "acme": 1}[user]; asked != want {
			t.Errorf("user %q: asked %d times, want %d", user, asked, want)
		}
		_ = o.Hosts.Close()
	}
}
