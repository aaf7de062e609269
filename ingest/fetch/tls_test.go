package fetch

import (
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/feedparity/feedparity/ingest/fetch/ftptest"
)

// trustCase is a certificate and whom we trust; a row of faultrows, or "" if all is
// well or nothing new.
type trustCase struct {
	row, name string
	cert      *tls.Certificate
	tls       TLS
	want      string // "" is trusted
}

func trustCases(t *testing.T) []trustCase {
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
	return []trustCase{
		{"", "pool", good, TLS{Roots: ftptest.Pool(good)}, ""},
		{"", "CA file", good, TLS{CAFile: file}, ""},
		{"", "pin in hex", good, TLS{Pin: pin}, ""},
		{"", "pin in base64", good, TLS{Pin: "sha256/" + base64.StdEncoding.EncodeToString(sum[:])}, ""},
		{"", "pin and CA", good, TLS{Pin: pin, CAFile: file}, ""},
		{"", "other name given", elsewhere, TLS{Roots: ftptest.Pool(elsewhere), ServerName: "ftp.example.com"}, ""},
		{"G/unknown-ca", "unknown CA", good, TLS{}, "unknown authority"},
		{"", "another's CA", good, TLS{Roots: ftptest.Pool(other)}, "certificate"},
		{"G/expired", "expired", expired, TLS{Roots: ftptest.Pool(expired)}, "expired"},
		{"G/wrong-name", "wrong name", elsewhere, TLS{Roots: ftptest.Pool(elsewhere)}, "127.0.0.1"},
		{"G/wrong-pin", "wrong pin", other, TLS{Pin: pin}, "not the pinned one"},
		{"", "right pin, wrong CA", good, TLS{Pin: pin, Roots: ftptest.Pool(other)}, "certificate"},
		{"", "right CA, wrong pin", other, TLS{Pin: pin, Roots: ftptest.Pool(other)}, "not the pinned one"},
	}
}

// TestTLSTrust: a server is trusted for a good reason or not at all.
func TestTLSTrust(t *testing.T) {
	for _, c := range trustCases(t) {
		if c.row == "" {
			t.Run(c.name, func(t *testing.T) { testTrust(t, c) })
		}
	}
}

// testRefusedTrust runs the cases of a row: a refusal is final, and nothing goes on
// in plain text.
func testRefusedTrust(row string) func(*testing.T) {
	return func(t *testing.T) {
		for _, c := range trustCases(t) {
			if c.row == row {
				testTrust(t, c)
				return
			}
		}
		t.Error("no such case")
	}
}

func testTrust(t *testing.T, c trustCase) {
	for _, mode := range []ftptest.TLSMode{ftptest.Explicit, ftptest.Implicit} {
		srv := serve(t, ftptest.Options{TLS: mode, Certificate: c.cert, RequireSessionReuse: true, Files: map[string]ftptest.File{"a.csv": {Data: []byte("a")}}})
		o := quick(srv)
		o.TLS, o.Retries, o.IdleTimeout = c.tls, 3, slack
		b, err := readAll(t.Context(), open(t, srv.URL(), o), "a.csv", 0)
		if c.want == "" {
			if err != nil || string(b) != "a" {
				t.Errorf("%q, %v", b, err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), c.want) || Transient(err) || srv.Connections() != 1 || srv.Count("USER") != 0 {
			t.Errorf("%v (transient %v) after %d connections, commands %v; want %q", err, Transient(err), srv.Connections(), srv.Log(), c.want)
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

// testTLSRefused: where TLS was asked for, a server that does not offer it sees
// neither user nor password.
func testTLSRefused(t *testing.T) {
	srv := serve(t, ftptest.Options{})
	for scheme, want := range map[string]string{"ftpes": "502", "ftps": "TLS handshake"} {
		_, _, err := open(t, scheme+"://"+srv.Addr(), quick(srv)).List(t.Context(), "")
		if err == nil || !strings.Contains(err.Error(), want) || srv.Count("USER") != 0 || Transient(err) {
			t.Errorf("%s: %v (transient %v), commands %v", scheme, err, Transient(err), srv.Log())
		}
	}
}

// testTLSOnly: a server that demands TLS is not sent a password in plain text.
func testTLSOnly(t *testing.T) {
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

// testTLSDataRefused: a server that will not protect the data gets no further.
func testTLSDataRefused(t *testing.T) {
	srv := serve(t, ftptest.Options{TLS: ftptest.Explicit, Faults: []ftptest.Fault{{Command: "PROT", Action: ftptest.Reply, Reply: "534 no"}}})
	if _, _, err := open(t, srv.URL(), quick(srv)).List(t.Context(), ""); err == nil || !strings.Contains(err.Error(), "534") || Transient(err) {
		t.Errorf("%v", err)
	}
}

// testTLSReuse: many resumptions on one connection, as a server wants that ties data
// to control.
func testTLSReuse(version uint16) func(*testing.T) {
	return func(t *testing.T) {
		srv := serve(t, ftptest.Options{TLS: ftptest.Explicit, RequireSessionReuse: true, MaxTLSVersion: version, Files: map[string]ftptest.File{"a.csv": {Data: payload(1000)}}})
		o := quick(srv)
		o.IdleTimeout = slack
		src := open(t, srv.URL(), o)
		for range 30 {
			if _, err := readAll(t.Context(), src, "a.csv", 0); err != nil {
				t.Fatal(err)
			}
		}
		if srv.Connections() != 1 {
			t.Errorf("%d connections", srv.Connections())
		}
	}
}

// testTLSCaches: a server lets a data connection resume its own control connection's TLS
// session and no other: several at once, by turns, work as one does.
func testTLSCaches(t *testing.T) {
	srv := serve(t, ftptest.Options{TLS: ftptest.Explicit, RequireSessionReuse: true, Files: map[string]ftptest.File{"a.csv": {Data: payload(1000)}}})
	o := quick(srv)
	o.IdleTimeout = slack
	f := open(t, srv.URL(), o).(*retrying).Source.(*ftpSource)
	var sessions []*session
	for range 2 {
		s, end, err := f.acquire(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer f.release(s, end, true)
		sessions = append(sessions, s)
	}
	for turn := range 6 {
		r, err := sessions[turn%2].open(t.Context(), "a.csv", 0, askSize)
		if err != nil {
			t.Fatalf("turn %d: %v", turn, err)
		}
		b, err := io.ReadAll(r.resp)
		if errClose := r.resp.Close(); err != nil || errClose != nil || len(b) != 1000 {
			t.Errorf("turn %d: %d bytes, %v, %v", turn, len(b), err, errClose)
		}
		_ = r.expired()
	}
	if srv.Connections() != 2 {
		t.Errorf("%d connections", srv.Connections())
	}
}

// testInjected: what a man in the middle puts behind the reply to AUTH, before TLS
// begins, is not taken for a reply within it.
func testInjected(t *testing.T) {
	srv := serve(t, ftptest.Options{TLS: ftptest.Explicit, User: "acme", Password: "right", Files: map[string]ftptest.File{"a.csv": {Data: []byte("a")}},
		Faults: []ftptest.Fault{{Command: "AUTH", Action: ftptest.Inject, Reply: "331 injected\r\n230 injected"}}})
	o := quick(srv)
	o.User, o.Password = "acme", "right"
	b, err := readAll(t.Context(), open(t, srv.URL(), o), "a.csv", 0)
	switch {
	case err == nil && string(b) == "a" && srv.Count("PASS") == 1: // the bytes were thrown away
	case err != nil && srv.Count("USER") == 0 && !strings.Contains(err.Error(), "injected"): // or broke the handshake
	default:
		t.Errorf("%q, %v, commands %v", b, err, srv.Log())
	}
}

// testTLSCut: data whose TLS ends without close_notify are no whole file, whatever the
// reply says.
func testTLSCut(reply string) func(*testing.T) {
	return func(t *testing.T) {
		c := faultCase{fault: ftptest.Fault{Command: "RETR", Action: ftptest.Truncate, After: 100_000, Reply: reply}, want: "short transfer (100000/300000)"}
		for _, m := range modes[1:] {
			t.Run(m.name, func(t *testing.T) {
				c.server.MaxTLSVersion = m.max
				testTransferFault(t, c, m.mode)
			})
		}
	}
}
