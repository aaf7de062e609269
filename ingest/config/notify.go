package config

import (
	"net"
	"net/mail"
	"net/url"
	"strings"

	"github.com/feedparity/feedparity/ingest/config/secret"
)

// NotifyEntry says who is told, after a sweep, what is not as it was when he was told
// last. Nobody is told that nothing has changed.
type NotifyEntry struct {
	// A URL that gets a JSON document by POST.
	Webhook WebhookEntry `yaml:"webhook"`
	// A mail server and who gets a mail.
	SMTP SMTPEntry `yaml:"smtp"`
}

// WebhookEntry is a URL alone, or with what is secret about it.
type WebhookEntry struct {
	// The URL, https:// or, on this machine, http://.
	URL string `yaml:"url"`
	// Where the whole URL is, if it is a secret, as a password is.
	Secret PasswordEntry `yaml:"url_from"`
	// Where a token is that is sent as "Authorization: Bearer TOKEN".
	Token PasswordEntry `yaml:"token"`
}

// DecodeNode reads a URL or a mapping.
func (e *WebhookEntry) DecodeNode(n *Node) error {
	type plain WebhookEntry
	if err := n.decodeOr(&e.URL, (*plain)(e)); err != nil {
		return err
	}
	if (e.URL == "") == (n.Get("url_from") == nil) {
		return n.Errorf("webhook: want one of url and url_from")
	}
	if e.URL == "" {
		return nil
	}
	return checkWebhook(n, e.URL)
}

func checkWebhook(n *Node, name string) error {
	u, err := url.Parse(name)
	switch {
	case err != nil || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http":
		return n.Errorf("webhook: want an https:// URL")
	case u.User != nil:
		err := n.Errorf("webhook: a password must not stand in this file")
		err.Hint = "write webhook: {url_from: {env: NAME}} or {url: ..., token: {env: NAME}}"
		return err
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		return n.Errorf("webhook: http:// is for this machine alone: want https://")
	}
	return nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// SMTPEntry is a mail server and who gets a mail.
type SMTPEntry struct {
	// The server, HOST:PORT: 587 for starttls, 465 for tls.
	Host string `yaml:"host"`
	// Whom the mail is from.
	From string `yaml:"from"`
	// Who gets it, one or a list.
	To []string `yaml:"to"`
	// The user to log in as. Default: nobody logs in.
	User string `yaml:"user"`
	// Where its password is, as a source's.
	Password PasswordEntry `yaml:"password"`
	// "starttls" (default): no mail where the server does not offer it; "tls": from the
	// first byte; "none": for a server on this machine.
	TLS string `yaml:"tls"`
	// A PEM file of the authorities to trust in place of the system's.
	CAFile string `yaml:"ca_file"`
}

// Notify is who is told what has changed; the zero value is nobody.
type Notify struct {
	Webhook Webhook
	SMTP    SMTP
}

// Webhook is a URL that is told.
type Webhook struct {
	URL    string
	Secret secret.Ref // of the URL, if it is not named
	Token  secret.Ref
}

// SMTP is a mail server that is told.
type SMTP struct {
	Host     string // and port; "" for none
	From     string
	To       []string
	User     string
	Password secret.Ref
	TLS      string // "starttls", "tls" or "none"
	CAFile   string
}

// notify reads who is told.
func (r *resolver) notify() (out Notify, err error) {
	w, m := r.f.Notify.Webhook, r.f.Notify.SMTP
	out.Webhook = Webhook{w.URL, w.Secret.ref(r, "", ""), w.Token.ref(r, "", "")}
	if m.Host == "" {
		if m.From+m.User+m.TLS != "" || len(m.To) > 0 {
			return out, r.wrong("notify", "smtp has no host")
		}
		return out, nil
	}
	host, _, err := net.SplitHostPort(m.Host)
	if err != nil {
		return out, r.wrong("notify", "smtp: host %q: want HOST:PORT", m.Host)
	}
	if len(m.To) == 0 || m.From == "" {
		return out, r.wrong("notify", "smtp: want from and to")
	}
	for _, a := range append([]string{m.From}, m.To...) {
		if _, err := mail.ParseAddress(a); err != nil || strings.ContainsAny(a, "\r\n") {
			return out, r.wrong("notify", "smtp: %q is no mail address", a)
		}
	}
	switch m.TLS = or(m.TLS, "starttls"); {
	case m.TLS == "none" && !isLoopback(host):
		return out, r.wrong("notify", "smtp: tls: none is for a server on this machine")
	case m.TLS != "none" && m.TLS != "tls" && m.TLS != "starttls":
		return out, r.wrong("notify", "smtp: tls %q: want starttls, tls or none", m.TLS)
	case (m.User == "") != m.Password.ref(r, host, m.User).IsZero():
		return out, r.wrong("notify", "smtp: user and password go together")
	}
	out.SMTP = SMTP{m.Host, m.From, m.To, m.User, m.Password.ref(r, host, m.User), m.TLS, m.CAFile}
	if m.CAFile != "" {
		out.SMTP.CAFile = r.abs(m.CAFile)
	}
	return out, nil
}
