package notify

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/config/secret"
	"github.com/feedparity/feedparity/ingest/report"
)

// server is an SMTP server that takes mails from one user, over TLS alone if it has it.
type server struct {
	addr, ca string
	tls      *tls.Config
	implicit bool
	curt     bool // goes without a word when it is told QUIT
	busy     int  // so many times it has no time for who is busy
	asked    int  // for them
	mu       sync.Mutex
	sent     []string
	logins   []string
}

func newServer(t *testing.T, implicit bool) *server {
	t.Helper()
	s := &server{implicit: implicit}
	s.certificate(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.addr = l.Addr().String()
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() {
				defer conn.Close()
				_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
				if implicit {
					conn = tls.Server(conn, s.tls)
				}
				s.serve(conn)
			})
		}
	})
	t.Cleanup(func() { l.Close(); wg.Wait() })
	return s
}

func (s *server) certificate(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	s.tls = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	s.ca = filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(s.ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
}

// serve speaks as much of RFC 5321 as a client needs.
func (s *server) serve(conn net.Conn) {
	secure := s.implicit
	say := func(line string) { fmt.Fprintf(conn, "%s\r\n", line) }
	say("220 test")
	for r := bufio.NewReader(conn); ; {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		switch verb, rest, _ := strings.Cut(strings.TrimSpace(line), " "); strings.ToUpper(verb) {
		case "EHLO":
			if secure {
				say("250-test\r\n250 AUTH PLAIN")
			} else {
				say("250-test\r\n250 STARTTLS")
			}
		case "STARTTLS":
			say("220 go on")
			conn, secure = tls.Server(conn, s.tls), true
			r = bufio.NewReader(conn)
		case "AUTH":
			login, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(rest, "PLAIN "))
			s.mu.Lock()
			s.logins = append(s.logins, string(login))
			s.mu.Unlock()
			if string(login) != "\x00feeds\x00secret" {
				say("535 no")
				continue
			}
			say("235 ok")
		case "RCPT":
			if strings.Contains(rest, "nobody") {
				say("550 nobody of that name")
				continue
			}
			if strings.Contains(rest, "busy") && s.later() {
				say("450 come back later")
				continue
			}
			if strings.Contains(rest, "full") {
				say("552 mailbox full")
				continue
			}
			say("250 ok")
		case "DATA":
			say("354 go on")
			var text strings.Builder
			for line, err := r.ReadString('\n'); err == nil && line != ".\r\n"; line, err = r.ReadString('\n') {
				text.WriteString(strings.TrimPrefix(line, "."))
			}
			s.mu.Lock()
			s.sent = append(s.sent, text.String())
			s.mu.Unlock()
			say("250 taken")
		case "QUIT":
			if !s.curt {
				say("221 bye")
			}
			return
		default:
			say("250 ok")
		}
	}
}

func (s *server) later() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.busy--
	s.asked++
	return s.busy >= 0
}

func (s *server) tries() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked
}

func (s *server) mails() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.sent)
}

func TestMail(t *testing.T) {
	t.Setenv("MAIL", "secret")
	for _, way := range []string{"starttls", "tls"} {
		s := newServer(t, way == "tls")
		n := config.Notify{SMTP: config.SMTP{Host: s.addr, From: "Füttern <feeds@shop.example>", To: []string{"Ops <ops@shop.example>", "dev@shop.example"}, User: "feeds", Password: secret.Ref{Env: "MAIL"}, TLS: way, CAFile: s.ca}}
		f := signature("mojibake:é", report.First)
		f.Signatures[0].Case = "\r\n.\r\nQUIT"
		if err := Tell(t.Context(), memory{}, n, document(3, f)); err != nil {
			t.Fatalf("%s: %v", way, err)
		}
		mails := s.mails()
		if len(mails) != 1 {
			t.Fatalf("%s: %d mails", way, len(mails))
		}
		m, err := mail.ReadMessage(strings.NewReader(mails[0]))
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(quotedprintable.NewReader(m.Body))
		if err != nil || !strings.Contains(string(body), "new: acme: silent mojibake:é  \\r\\n.\\r\\nQUIT") {
			t.Errorf("%s: %s, %v", way, body, err)
		}
		subject, _ := (&mime.WordDecoder{}).DecodeHeader(m.Header.Get("Subject"))
		from, err := m.Header.AddressList("From")
		if err != nil || subject != "feedparity: 1 new" || from[0].Name != "Füttern" || m.Header.Get("Auto-Submitted") != "auto-generated" || !strings.HasSuffix(m.Header.Get("Message-Id"), "@shop.example>") {
			t.Errorf("%s: %v %v", way, m.Header, err)
		}
	}
}

// TestMailOnce: a mail that the server has taken is not sent again, however it parts.
func TestMailOnce(t *testing.T) {
	noPauses(t)
	s := newServer(t, false)
	s.curt = true
	n := config.Notify{SMTP: config.SMTP{Host: s.addr, From: "f@shop.example", To: []string{"o@shop.example"}, TLS: "none"}}
	m := memory{}
	for night := range 2 {
		if err := Tell(t.Context(), m, n, document(int64(night), signature("a:b", report.First))); err != nil {
			t.Error(err)
		}
	}
	if mails := s.mails(); len(mails) != 1 {
		t.Errorf("%d mails", len(mails))
	}
}

// TestMailRefused: one of whom the server knows nothing keeps the mail from nobody else, and
// is said each time; who was told is not told again. If it takes none, nobody is.
func TestMailRefused(t *testing.T) {
	noPauses(t)
	s, m := newServer(t, false), memory{}
	n := config.Notify{SMTP: config.SMTP{Host: s.addr, From: "f@shop.example", TLS: "none", To: []string{"nobody@shop.example", "o@shop.example", "nobody2@shop.example", "p@shop.example"}}}
	for i, step := range []struct {
		feed report.Feed
		want int // mails, so far
	}{{signature("a:b", report.First), 1}, {signature("a:b", report.Known), 1}, {signature("c:d", report.First), 2}} {
		err := Tell(t.Context(), m, n, document(int64(i), step.feed))
		told := i != 1
		if got := err != nil && strings.HasPrefix(err.Error(), "notify by mail: not to nobody@shop.example: 550 ") && strings.Contains(err.Error(), "not to nobody2@shop.example: 550"); got != told {
			t.Errorf("night %d: %v", i, err)
		}
		if mails := s.mails(); len(mails) != step.want || i == 2 && strings.Contains(mails[1], "a:b") {
			t.Errorf("night %d: %q", i, mails)
		}
	}
	n.SMTP.To = n.SMTP.To[:1]
	if err := Tell(t.Context(), m, n, document(3, signature("e:f", report.First))); err == nil || len(s.mails()) != 2 {
		t.Errorf("to nobody alone: %v, %d mails", err, len(s.mails()))
	}
	n.SMTP.To = []string{"o@shop.example"}
	if err := Tell(t.Context(), m, n, document(4, report.Feed{})); err != nil || len(s.mails()) != 3 || !strings.Contains(s.mails()[2], "e:f") {
		t.Errorf("when somebody is there again: %v, %q", err, s.mails())
	}
	n.SMTP.To = []string{"full@shop.example", "o@shop.example"} // it is the mailbox, and not the message that is too large
	if err := Tell(t.Context(), memory{}, n, document(5, signature("g:h", report.First))); err == nil || !strings.Contains(err.Error(), "not to full@shop.example: 552") || len(s.mails()) != 4 {
		t.Errorf("to a full mailbox: %v, %d mails", err, len(s.mails()))
	}
}

// TestMailErrors: nothing goes to a server that is not trusted, and no password.
func TestMailErrors(t *testing.T) {
	noPauses(t)
	t.Setenv("MAIL", "secret")
	t.Setenv("WRONG", "topsecret")
	s, plain := newServer(t, false), newServer(t, true)
	ok := config.SMTP{Host: s.addr, From: "f@shop.example", To: []string{"o@shop.example"}, User: "feeds", Password: secret.Ref{Env: "MAIL"}, TLS: "starttls", CAFile: s.ca}
	for what, tt := range map[string]struct {
		change func(*config.SMTP)
		want   string
	}{
		"an unknown authority": {func(m *config.SMTP) { m.CAFile = "" }, "start TLS: "},
		"another authority":    {func(m *config.SMTP) { m.CAFile = plain.ca }, "start TLS: "},
		"no authority":         {func(m *config.SMTP) { m.CAFile = os.Args[0] }, "no certificate in "},
		"a wrong password":     {func(m *config.SMTP) { m.Password.Env = "WRONG" }, "log in: 535"},
		"nobody":               {func(m *config.SMTP) { m.To = []string{"nobody@shop.example"} }, "not to nobody@shop.example: 550"},
		"no STARTTLS":          {func(m *config.SMTP) { m.Host, m.TLS = silent(t), "starttls" }, "does not offer STARTTLS"},
	} {
		m := ok
		tt.change(&m)
		err := Tell(t.Context(), memory{}, config.Notify{SMTP: m}, document(1, signature("a:b", report.First)))
		if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", what, err)
		}
	}
	if got := s.mails(); len(got) > 0 {
		t.Errorf("%d mails", len(got))
	}
	s.mu.Lock()
	logins := strings.Join(s.logins, " ")
	s.mu.Unlock()
	if got := strings.Count(logins, "topsecret"); got != 1 {
		t.Errorf("a wrong password was tried %d times", got)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := Tell(ctx, memory{}, config.Notify{SMTP: ok}, document(1, signature("a:b", report.First))); err == nil {
		t.Error("sent after the end")
	}
}

// silent is a server that offers nothing.
func silent(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			fmt.Fprintf(conn, "220 test\r\n")
			r := bufio.NewReader(conn)
			for _, err := r.ReadString('\n'); err == nil; _, err = r.ReadString('\n') {
				fmt.Fprintf(conn, "250 ok\r\n")
			}
			conn.Close()
		}
	}()
	return l.Addr().String()
}

// TestMailLater: whom a server cannot take a mail for yet gets it in the same night, if that
// passes, and nobody else gets it twice.
func TestMailLater(t *testing.T) {
	noPauses(t)
	for _, tt := range []struct {
		to    string
		busy  int // so many times
		mails int
		want  string // of the error
	}{
		{"busy o", 0, 1, ""},
		{"busy o", 2, 2, ""},
		{"busy o", 3, 1, `not to busy@shop.example: 450 "come back later"`},
		{"busy", 2, 1, ""},
		{"busy", 3, 0, "450"},
		{"nobody busy", 2, 1, "not to nobody@shop.example: 550"},
		{"nobody busy", 3, 0, "450"},
		{"nobody busy o", 1, 2, "not to nobody@shop.example: 550"},
	} {
		s, m := newServer(t, false), memory{}
		s.busy = tt.busy
		n := config.Notify{SMTP: config.SMTP{Host: s.addr, From: "f@shop.example", TLS: "none"}}
		for _, who := range strings.Fields(tt.to) {
			n.SMTP.To = append(n.SMTP.To, who+"@shop.example")
		}
		err := Tell(t.Context(), m, n, document(1, signature("a:b", report.First)))
		if (err != nil) != (tt.want != "") || err != nil && !strings.Contains(err.Error(), tt.want) || len(s.mails()) != tt.mails {
			t.Errorf("to %s, busy %d times: %v, %d mails", tt.to, tt.busy, err, len(s.mails()))
		}
		later := tt.mails == 0 // it waits for the next night
		if standing, err := report.ParseStanding(m["mail/acme"]); err != nil || len(standing.Pending) > 0 != later {
			t.Errorf("to %s, busy %d times: %v, %+v", tt.to, tt.busy, err, standing)
		}
		if s.tries() > tt.busy+1 && tt.mails > 0 {
			t.Errorf("to %s, busy %d times: asked %d times for who is busy", tt.to, tt.busy, s.tries())
		}
	}
}
