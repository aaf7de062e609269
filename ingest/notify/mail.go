package notify

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"net/smtp"
	"net/textproto"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/feedparity/feedparity/ingest/config"
)

type mailer struct{ config.SMTP }

// refusal is why a server takes no mail for somebody.
type refusal struct {
	to  string
	err error
}

// passes reports whether it may take one later (RFC 5321, section 4.2.1).
func (r refusal) passes() bool {
	var reply *textproto.Error
	return errors.As(r.err, &reply) && reply.Code/100 == 4
}

// send mails a message, and once more to those alone whom the server had no time or room
// for. Who got it is not to get it again, so that of the others it is only said.
func (m mailer) send(ctx context.Context, msg Message) error {
	refused, err := m.sendTo(ctx, msg, m.To)
	taken := err == nil
	if later := slices.ContainsFunc(refused, refusal.passes); !taken && !(later && lasts(err)) {
		return err // if it passes for all of them, all of it is tried again
	}
	for _, pause := range pauses {
		if !slices.ContainsFunc(refused, refusal.passes) {
			break
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
		now := false
		refused, now = m.again(ctx, msg, refused)
		taken = taken || now
	}
	switch {
	case len(refused) == 0:
		return nil
	case !taken:
		return reasons(refused)
	}
	return toldError{reasons(refused)}
}

// again mails to those of whom the refusal may have passed, and says who is refused still.
func (m mailer) again(ctx context.Context, msg Message, refused []refusal) (still []refusal, taken bool) {
	var to []string
	for _, r := range refused {
		if r.passes() {
			to = append(to, r.to)
		} else {
			still = append(still, r)
		}
	}
	now, err := m.sendTo(ctx, msg, to)
	if err != nil && len(now) == 0 { // the server was not reached
		return refused, false
	}
	return append(still, now...), err == nil
}

// reasons joins why nobody of some gets a mail.
func reasons(refused []refusal) error {
	var errs []error
	for _, r := range refused {
		errs = append(errs, r.err)
	}
	return errors.Join(errs...)
}

// sendTo mails a message to some. Unless the server is on this machine and the configuration
// says so, nothing goes over a connection that is not TLS.
func (m mailer) sendTo(ctx context.Context, msg Message, to []string) (refused []refusal, err error) {
	password, err := m.Password.Read(ctx)
	if err != nil {
		return nil, ownError{err}
	}
	ctx, cancel := context.WithTimeout(ctx, 2*patience)
	defer cancel()
	c, err := m.dial(ctx)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	if m.User != "" {
		host, _, _ := net.SplitHostPort(m.Host)
		if err := c.Auth(smtp.PlainAuth("", m.User, password.Reveal(), host)); err != nil {
			sent := "\x00" + m.User + "\x00" + password.Reveal()
			return nil, fmt.Errorf("log in: %w", hide(err, sent, password.Reveal()))
		}
	}
	if refused, err = m.deliver(c, msg, to); err == nil {
		_ = c.Quit() // the mail is the server's by now: trying again would send another
	}
	return refused, err
}

// dial connects, and closes the connection when the context ends.
func (m mailer) dial(ctx context.Context) (*smtp.Client, error) {
	host, _, err := net.SplitHostPort(m.Host)
	if err != nil {
		return nil, err
	}
	conf, err := m.trust(host)
	if err != nil {
		return nil, err
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", m.Host)
	if err != nil {
		return nil, err
	}
	context.AfterFunc(ctx, func() { conn.Close() })
	if m.TLS == "tls" {
		conn = tls.Client(conn, conf)
	}
	c, err := smtp.NewClient(conn, host)
	if err != nil {
		conn.Close()
		return nil, errors.Join(err, ctx.Err())
	}
	if m.TLS != "starttls" {
		return c, nil
	}
	if ok, _ := c.Extension("STARTTLS"); !ok {
		c.Close()
		return nil, errors.New("the server does not offer STARTTLS: nothing was sent")
	}
	if err := c.StartTLS(conf); err != nil {
		c.Close()
		return nil, fmt.Errorf("start TLS: %w", err)
	}
	return c, nil
}

func (m mailer) trust(host string) (*tls.Config, error) {
	conf := &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12}
	if m.CAFile == "" {
		return conf, nil
	}
	pem, err := os.ReadFile(m.CAFile)
	if err != nil {
		return nil, err
	}
	conf.RootCAs = x509.NewCertPool()
	if !conf.RootCAs.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("no certificate in %s", m.CAFile)
	}
	return conf, nil
}

// deliver sends a message to those that the server takes mail for, and says whom it refused.
// It is an error if that is all of them.
func (m mailer) deliver(c *smtp.Client, msg Message, to []string) (refused []refusal, err error) {
	from, err := mail.ParseAddress(m.From)
	if err != nil {
		return nil, err
	}
	if err := c.Mail(from.Address); err != nil {
		return nil, err
	}
	refused, err = recipients(c, to)
	if err == nil && len(refused) == len(to) {
		err = reasons(refused)
	}
	if err != nil {
		return refused, err
	}
	w, err := c.Data()
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(m.compose(from, msg)); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return refused, nil
}

// recipients names them to the server.
func recipients(c *smtp.Client, to []string) (refused []refusal, err error) {
	for _, to := range to {
		a, err := mail.ParseAddress(to)
		if err != nil {
			return nil, err
		}
		var reply *textproto.Error
		switch err := c.Rcpt(a.Address); {
		case errors.As(err, &reply):
			refused = append(refused, refusal{to, fmt.Errorf("not to %s: %w", a.Address, err)})
		case err != nil:
			return nil, fmt.Errorf("to %s: %w", a.Address, err)
		}
	}
	return refused, nil
}

// compose writes the mail (RFC 5322, 2045). Its text may hold what suppliers chose:
// the subject holds none of it.
func (m mailer) compose(from *mail.Address, msg Message) []byte {
	subject, _, _ := strings.Cut(msg.Text, "\n")
	var to []string
	for _, a := range m.To {
		if parsed, err := mail.ParseAddress(a); err == nil {
			to = append(to, parsed.String())
		}
	}
	_, domain, _ := strings.Cut(from.Address, "@")
	var b bytes.Buffer
	for _, h := range [][2]string{
		{"From", from.String()}, {"To", strings.Join(to, ", ")}, {"Subject", mime.QEncoding.Encode("utf-8", subject)},
		{"Date", time.Now().Format(time.RFC1123Z)}, {"Message-ID", "<" + rand.Text() + "@" + domain + ">"},
		{"Auto-Submitted", "auto-generated"}, // RFC 3834: no holiday notice answers it
		{"MIME-Version", "1.0"}, {"Content-Type", "text/plain; charset=utf-8"}, {"Content-Transfer-Encoding", "quoted-printable"},
	} {
		fmt.Fprintf(&b, "%s: %s\r\n", h[0], h[1])
	}
	b.WriteString("\r\n")
	q := quotedprintable.NewWriter(&b)
	_, _ = io.WriteString(q, msg.Text) // into memory: neither fails
	_ = q.Close()
	return b.Bytes()
}
