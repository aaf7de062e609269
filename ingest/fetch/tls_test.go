package fetch

import (
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/feedparity/feedparity/ingest/fetch/ftptest"
)

// TestTLSTrust: a server is trusted for a good reason or not at all; a refusal is
// final, and nothing goes on in plain text.
func TestTLSTrust(t *testing.T) {
	good := certificate(t, time.Hour, "localhost", "127.0.0.1")
	other := certificate(t, time.Hour, "localhost", "127.0.0.1")
	expired := certificate(t, -time.Hour, "localhost", "127.0.0.1")
	elsewhere := certificate(t, time.Hour, "ftp.example.com")
	file := filepath.Join(t.TempDir(), "ca.pem")
	pem, _, err := ftptest.PEM(*good)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, pem, 0o600); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(good.Leaf.RawSubjectPublicKeyInfo)
	pin := hex.EncodeToString(sum[:])
	for _, c := range []struct {
		name string
		cert *tls.Certificate
		tls  TLS
		want string // "" is trusted
	}{
		{"pool", good, TLS{Roots: ftptest.Pool(good)}, ""},
		{"CA file", good, TLS{CAFile: file}, ""},
		{"pin in hex", good, TLS{Pin: pin}, ""},
		{"pin in base64", good, TLS{Pin: "sha256/" + base64.StdEncoding.EncodeToString(sum[:])}, ""},
		{"pin and CA", good, TLS{Pin: pin, CAFile: file}, ""},
		{"other name given", elsewhere, TLS{Roots: ftptest.Pool(elsewhere), ServerName: "ftp.example.com"}, ""},
		{"unknown CA", good, TLS{}, "unknown authority"},
		{"another's CA", good, TLS{Roots: ftptest.Pool(other)}, "certificate"},
		{"expired", expired, TLS{Roots: ftptest.Pool(expired)}, "expired"},
		{"wrong name", elsewhere, TLS{Roots: ftptest.Pool(elsewhere)}, "127.0.0.1"},
		{"wrong pin", other, TLS{Pin: pin}, "not the pinned one"},
		{"right pin, wrong CA", good, TLS{Pin: pin, Roots: ftptest.Pool(other)}, "certificate"},
		{"right CA, wrong pin", other, TLS{Pin: pin, Roots: ftptest.Pool(other)}, "not the pinned one"},
	} {
		for _, mode := range []ftptest.TLSMode{ftptest.Explicit, ftptest.Implicit} {
			t.Run(c.name, func(t *testing.T) {
				srv := serve(t, ftptest.Options{TLS: mode, Certificate: c.cert, RequireSessionReuse: true, Files: map[string]ftptest.File{"a.csv": {Data: []byte("a")}}})
				o := quick(srv)
				o.TLS, o.Retries, o.IdleTimeout = c.tls, 3, slack
				b, err := readAll(t.Context(), open(t, srv.URL(), o), "a.csv", 0)
				if c.want == "" {
					if err != nil || string(b) != "a" {
						t.Errorf("%q, %v", b, err)
					}
					return
				}
				if err == nil || !strings.Contains(err.Error(), c.want) || Transient(err) || srv.Connections() != 1 || srv.Count("USER") != 0 {
					t.Errorf("%v (transient %v) after %d connections, commands %v; want %q", err, Transient(err), srv.Connections(), srv.Log(), c.want)
				}
			})
		}
	}
}

func certificate(t *testing.T, valid time.Duration, hosts ...string) *tls.Certificate {
	t.Helper()
	c, err := ftptest.NewCertificateUntil(time.Now().Add(valid), hosts...)
	if err != nil {
		t.Fatal(err)
	}
	return &c
}

// TestTLSNoFallback: where TLS was asked for, a server that does not offer it
// sees neither user nor password.
func TestTLSNoFallback(t *testing.T) {
	srv := serve(t, ftptest.Options{})
	for scheme, want := range map[string]string{"ftpes": "502", "ftps": "TLS handshake"} {
		_, _, err := open(t, scheme+"://"+srv.Addr(), quick(srv)).List(t.Context(), "")
		if err == nil || !strings.Contains(err.Error(), want) || srv.Count("USER") != 0 || Transient(err) {
			t.Errorf("%s: %v (transient %v), commands %v", scheme, err, Transient(err), srv.Log())
		}
	}
	only := serve(t, ftptest.Options{TLS: ftptest.Explicit})
	if _, _, err := open(t, "ftp://"+only.Addr(), quick(only)).List(t.Context(), ""); err == nil || !strings.Contains(err.Error(), "TLS required") || only.Count("PASS") != 0 {
		t.Errorf("plain client: %v, commands %v", err, only.Log())
	}
	o := quick(only)
	o.TLS.Mode = TLSExplicit
	if _, _, err := open(t, "ftp://"+only.Addr(), o).List(t.Context(), ""); err != nil {
		t.Errorf("ftp with explicit TLS: %v", err)
	}
}

// TestTLSDataRefused: a server that will not protect the data gets no further.
func TestTLSDataRefused(t *testing.T) {
	srv := serve(t, ftptest.Options{TLS: ftptest.Explicit, Faults: []ftptest.Fault{{Command: "PROT", Action: ftptest.Reply, Reply: "534 no"}}})
	if _, _, err := open(t, srv.URL(), quick(srv)).List(t.Context(), ""); err == nil || !strings.Contains(err.Error(), "534") || Transient(err) {
		t.Errorf("%v", err)
	}
}

// TestTLSSessions: each control connection has a session cache of its own, so a
// server that ties data to control works with several of them at once.
func TestTLSSessions(t *testing.T) {
	srv := serve(t, ftptest.Options{TLS: ftptest.Explicit, RequireSessionReuse: true, Files: map[string]ftptest.File{"a.csv": {Data: payload(1000)}}})
	o := quick(srv)
	o.IdleTimeout = slack
	src := open(t, srv.URL(), o)
	for range 30 { // many resumptions on one connection
		if _, err := readAll(t.Context(), src, "a.csv", 0); err != nil {
			t.Fatal(err)
		}
	}
	if srv.Connections() != 1 {
		t.Errorf("%d connections", srv.Connections())
	}
	f := src.(*retrying).Source.(*ftpSource)
	var sessions []*session
	for range 2 {
		s, end, err := f.acquire(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer f.release(s, end, true)
		sessions = append(sessions, s)
	}
	if sessions[0].tls.ClientSessionCache == sessions[1].tls.ClientSessionCache || sessions[0].tls.ClientSessionCache == nil {
		t.Error("the sessions share a cache")
	}
}
