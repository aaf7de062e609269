package config

import (
	"errors"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"github.com/feedparity/feedparity/ingest/fetch/pin"
)

// TLS says how an FTP or HTTPS connection is protected.
type TLS struct {
	// "explicit" (AUTH TLS), "implicit" (TLS from the first byte) or "none".
	// Default: implicit for ftps:// and https://, explicit for ftpes://, none for the others.
	Mode string `yaml:"mode"`
	// A PEM file of the authorities to trust in place of the system's.
	CAFile string `yaml:"ca_file"`
	// The name the server's certificate must bear. Default: the URL's host.
	ServerName string `yaml:"server_name"`
	// SHA-256 of the server's public key (SPKI), in hex or base64, for a
	// certificate that no authority has signed.
	Pin string `yaml:"pin"`
	// The oldest version to speak: "1.0", "1.1", "1.2" (default) or "1.3".
	MinVersion string `yaml:"min_version"`
}

// SSHEntry says whom an SFTP connection trusts and how it logs in. The server's key is
// always checked.
type SSHEntry struct {
	// The servers' keys, a file in OpenSSH's form. Default: ~/.ssh/known_hosts.
	KnownHosts string `yaml:"known_hosts"`
	// The server's key by its fingerprint, SHA256:..., as ssh-keygen -l shows it, in
	// place of a file.
	Pin string `yaml:"pin"`
	// A file with a private key to log in with.
	Key string `yaml:"key"`
	// Where its passphrase is: {env: NAME} or {file: PATH}.
	Passphrase PasswordEntry `yaml:"passphrase"`
	// Whether to ask the agent of SSH_AUTH_SOCK. Default false.
	Agent bool `yaml:"agent"`
}

func (r *resolver) source(out *Feed, e FeedEntry, n *Node) error {
	c := Connection{User: e.User, Password: e.Password.ref(r, "", e.User), TLS: e.TLS.Mode, ServerName: e.TLS.ServerName, Pin: e.TLS.Pin}
	if e.TLS.CAFile != "" {
		c.CAFile = r.abs(e.TLS.CAFile)
	}
	c.SSH = r.ssh(e.SSH)
	if err := errors.Join(checkPin(pin.TLS, e.TLS.Pin, at(n, "tls")), checkPin(pin.SSH, e.SSH.Pin, at(n, "ssh"))); err != nil {
		return err
	}
	if err := r.patience(&c, e, n); err != nil {
		return err
	}
	where := at(n, "source")
	switch scheme, _, isURL := strings.Cut(e.Source, "://"); {
	case e.Source == "":
		return where.Errorf("feed %q has no source", out.Name)
	case !isURL:
		c.URL = r.abs(e.Source)
	case scheme == "file":
		c.URL = r.abs(strings.TrimPrefix(e.Source, "file://"))
	case schemeTLS[scheme] != "":
		if err := r.remote(&c, e.Source, scheme, e.Password, where); err != nil {
			return err
		}
	default:
		err := where.Errorf("source scheme %q is not known", scheme)
		err.Hint = "want an ftp://, ftps://, ftpes://, sftp:// or https:// URL or a directory"
		return err
	}
	if e.Zone != "" {
		var err error
		if c.Zone, err = time.LoadLocation(e.Zone); err != nil || e.Zone == "Local" {
			return at(n, "zone").Errorf("zone %q is not known", e.Zone)
		}
	}
	out.Source, out.Feed.Source = c, c.URL
	if (c.SSH != SSH{}) && !strings.HasPrefix(c.URL, "sftp://") {
		return at(n, "ssh").Errorf("ssh is for sources that begin with sftp://")
	}
	return r.protection(c, at(n, "tls"))
}

func (r *resolver) ssh(e SSHEntry) SSH {
	out := SSH{Pin: e.Pin, Passphrase: e.Passphrase.ref(r, "", ""), Agent: e.Agent}
	if e.KnownHosts != "" {
		out.KnownHosts = r.abs(e.KnownHosts)
	}
	if e.Key != "" {
		out.Key = r.abs(e.Key)
	}
	return out
}

// schemeTLS has the schemes of remote sources and what each says about TLS; ftp
// leaves it to the tls key.
var schemeTLS = map[string]string{"ftp": "none", "ftps": "implicit", "ftpes": "explicit", "sftp": "none", "http": "none", "https": "implicit"}

// remote takes a URL apart; whatever is secret must not be in it.
func (r *resolver) remote(c *Connection, source, scheme string, password PasswordEntry, where *Node) error {
	u, err := url.Parse(source)
	if err != nil || u.Hostname() == "" {
		return where.Errorf("source is no URL with a host")
	}
	if _, has := u.User.Password(); has {
		err := where.Errorf("a password must not stand in this file")
		err.Hint = "write user: NAME and password: {env: NAME}"
		return err
	}
	if u.RawQuery != "" && !strings.HasPrefix(scheme, "http") || u.Fragment != "" {
		err := where.Errorf("source URL has a %q part", "?")
		err.Hint = "write %3F for ? and %23 for # in a directory's name"
		return err
	}
	c.User = or(c.User, u.User.Username())
	if strings.ContainsAny(c.User, "\r\n\x00") {
		return where.Errorf("user holds a line break")
	}
	u.User = nil
	c.URL, c.Password = u.String(), password.ref(r, u.Hostname(), c.User)
	if c.TLS == "" {
		c.TLS = schemeTLS[scheme]
	}
	if scheme != "ftp" && c.TLS != schemeTLS[scheme] {
		return where.Errorf("tls mode %s contradicts %s://", c.TLS, scheme)
	}
	if scheme == "sftp" && c.User == "" && password.Netrc == "" {
		err := where.Errorf("no user: SSH knows no anonymous login")
		err.Hint = "write user: NAME, or the name before an @ in the URL"
		return err
	}
	return nil
}

func (r *resolver) protection(c Connection, where *Node) error {
	switch c.TLS {
	case "", "none":
		if c.CAFile+c.ServerName+c.Pin != "" || c.MinTLS != 0 {
			return where.Errorf("ca_file, server_name, pin and min_version need tls mode explicit or implicit")
		}
	case "explicit", "implicit":
		if filepath.IsAbs(c.URL) {
			return where.Errorf("a directory has no tls")
		}
	default:
		return where.Errorf("tls mode %q: want explicit, implicit or none", c.TLS)
	}
	return nil
}

// checkPin finds a mistake in a pin where it is written.
func checkPin(read func(string) ([]byte, error), pin string, n *Node) error {
	if pin == "" {
		return nil
	}
	if _, err := read(pin); err != nil {
		return at(n, "pin").Errorf("%v", err)
	}
	return nil
}

// serverKeys are the keys of a feed that say how a server is reached.
var serverKeys = []string{"user", "password", "zone", "connections", "sessions", "retries", "bandwidth", "timeouts"}

// withoutServer refuses what does nothing for a directory, as withoutCall does for a call.
func withoutServer(own *Node) error {
	for _, key := range serverKeys {
		if v := own.Get(key); v != nil {
			err := v.Errorf("%s: the feed's source is a directory", key)
			err.Hint = "leave this key out, or put it under defaults: for the feeds that have a server"
			return err
		}
	}
	return nil
}
