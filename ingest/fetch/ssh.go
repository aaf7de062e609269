package fetch

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
	"golang.org/x/crypto/ssh/knownhosts"

	"github.com/feedparity/feedparity/ingest/fetch/pin"
)

// SSH says whom to trust and how to log in. The server's key is always checked.
type SSH struct {
	KnownHosts string // file in the form of OpenSSH's, "" for ~/.ssh/known_hosts
	Pin        string // the key's fingerprint as ssh-keygen -l shows it, SHA256:...; in place of a file
	Key        string // file with a private key
	Passphrase string // of Key, never shown in an error or a log
	Agent      bool   // ask the agent of SSH_AUTH_SOCK
}

var errHostKey = errors.New("the server's key is not the known one")

// sshLogin is all that is known before a connection is made.
type sshLogin struct {
	config ssh.ClientConfig
	signer ssh.Signer // of the key file, nil without one
	agent  bool
	pinned bool
	kind   atomic.Int32 // index in keyKinds of the pinned key's, once it is found
}

// keyKinds are the kinds of keys that servers have, one of each. A server chooses by
// the order in which the client names them, so that for a pinned key they are asked
// for one kind after the other.
var keyKinds = [][]string{
	{ssh.KeyAlgoED25519},
	{ssh.KeyAlgoECDSA256, ssh.KeyAlgoECDSA384, ssh.KeyAlgoECDSA521},
	{ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256, ssh.KeyAlgoRSA},
}

func newSSHLogin(addr, user, password string, o SSH) (*sshLogin, error) {
	l := &sshLogin{agent: o.Agent, pinned: o.Pin != ""}
	if l.config.User = user; user == "" {
		return nil, errors.New("no user given: SSH knows no anonymous login")
	}
	check, algorithms, err := hostKeyCheck(addr, o)
	if err != nil {
		return nil, err
	}
	l.config.HostKeyCallback, l.config.HostKeyAlgorithms = check, algorithms
	if o.Key != "" {
		if l.signer, err = readKey(o.Key, o.Passphrase); err != nil {
			return nil, err
		}
		l.config.Auth = append(l.config.Auth, ssh.PublicKeys(l.signer))
	}
	if password != "" {
		l.config.Auth = append(l.config.Auth, ssh.Password(password), ssh.KeyboardInteractive(answer(password)))
		l.config.AuthCallback = sentOnce
	}
	if len(l.config.Auth) == 0 && !o.Agent {
		return nil, errors.New("nothing to log in with: want a password, ssh.key or ssh.agent")
	}
	return l, nil
}

// sentOnce gives up once a password was refused: most servers would take it as an answer,
// too, where the same one is wrong again and counts again towards locking the account.
func sentOnce(c *ssh.ClientAuthContext) (ssh.AuthMethod, error) {
	if slices.Contains(c.TriedMethods, "password") {
		return nil, fmt.Errorf("unable to authenticate, attempted methods %v", c.TriedMethods)
	}
	return nil, nil
}

// answer gives the password to every question that is not to be shown, as servers
// without password authentication ask for it.
func answer(password string) ssh.KeyboardInteractiveChallenge {
	return func(_, _ string, questions []string, echos []bool) ([]string, error) {
		answers := make([]string, len(questions))
		for i := range questions {
			if !echos[i] {
				answers[i] = password
			}
		}
		return answers, nil
	}
}

// readKey never shows the file's content or the passphrase in an error.
func readKey(name, passphrase string) (ssh.Signer, error) {
	pem, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("read key: %w", err)
	}
	var signer ssh.Signer
	if passphrase == "" {
		signer, err = ssh.ParsePrivateKey(pem)
	} else {
		signer, err = ssh.ParsePrivateKeyWithPassphrase(pem, []byte(passphrase))
	}
	var missing *ssh.PassphraseMissingError
	switch {
	case errors.As(err, &missing):
		return nil, fmt.Errorf("read key %q: it is encrypted, want ssh.passphrase", name)
	case err != nil:
		return nil, fmt.Errorf("read key %q: no private key that the passphrase given opens", name)
	}
	return signer, nil
}

// hostKeyCheck is what the server's key must satisfy, and the kinds of keys to ask
// for: a server has several, and only some are in the file.
func hostKeyCheck(addr string, o SSH) (ssh.HostKeyCallback, []string, error) {
	if o.Pin != "" {
		want, err := pin.SSH(o.Pin)
		if err != nil {
			return nil, nil, err
		}
		return pinned(want), nil, nil
	}
	name := o.KnownHosts
	if name == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return nil, nil, fmt.Errorf("find known_hosts: %w", err)
		}
		name = filepath.Join(home, ".ssh", "known_hosts")
	}
	known, err := knownhosts.New(name)
	if err != nil {
		return nil, nil, fmt.Errorf("read known hosts: %w (want ssh.pin, or ssh.known_hosts)", err)
	}
	check := func(host string, remote net.Addr, key ssh.PublicKey) error {
		err := known(host, remote, key)
		var unknown *knownhosts.KeyError
		switch {
		case errors.As(err, &unknown) && len(unknown.Want) == 0:
			return fmt.Errorf("%w: %s is not in %q (its key is %s)", errHostKey, host, name, ssh.FingerprintSHA256(key))
		case err != nil:
			return fmt.Errorf("%w: %s, %w", errHostKey, ssh.FingerprintSHA256(key), err)
		}
		return nil
	}
	return check, knownAlgorithms(known, addr), nil
}

func pinned(want []byte) ssh.HostKeyCallback {
	return func(_ string, _ net.Addr, key ssh.PublicKey) error {
		if sum := sha256.Sum256(key.Marshal()); string(sum[:]) != string(want) {
			return fmt.Errorf("%w: it is %s", errHostKey, ssh.FingerprintSHA256(key))
		}
		return nil
	}
}

// noKey is asked for to be told which keys there are.
type noKey struct{}

func (noKey) Type() string                        { return "none" }
func (noKey) Marshal() []byte                     { return nil }
func (noKey) Verify([]byte, *ssh.Signature) error { return errHostKey }

// knownAlgorithms are the host key algorithms of the keys that a file has for an
// address, nil for all if it has none.
func knownAlgorithms(known ssh.HostKeyCallback, addr string) []string {
	var unknown *knownhosts.KeyError
	if err := known(addr, &net.TCPAddr{IP: net.IPv4zero}, noKey{}); !errors.As(err, &unknown) {
		return nil
	}
	var out []string
	for _, k := range unknown.Want {
		kinds := []string{k.Key.Type()}
		if k.Key.Type() == ssh.KeyAlgoRSA { // keys of one kind sign in three ways (RFC 8332)
			kinds = keyKinds[2]
		}
		for _, kind := range kinds {
			if !slices.Contains(out, kind) {
				out = append(out, kind)
			}
		}
	}
	return out
}

// sftpConn is a connection with one SFTP session.
type sftpConn struct {
	client *sftp.Client
	conn   *timedConn
	agent  net.Conn // nil without one
	ended  atomic.Bool
}

// dialSFTP connects, logs in and starts the subsystem. ctx ends it at any point.
func dialSFTP(ctx context.Context, addr string, l *sshLogin, o Options) (*sftpConn, error) {
	if !l.pinned {
		return dialOnce(ctx, addr, l, l.config.HostKeyAlgorithms, o)
	}
	var wrong error
	for first, n := int(l.kind.Load()), 0; n < len(keyKinds); n++ {
		kind := (first + n) % len(keyKinds)
		c, err := dialOnce(ctx, addr, l, keyKinds[kind], o)
		var none *ssh.AlgorithmNegotiationError
		switch {
		case err == nil:
			l.kind.Store(int32(kind))
			return c, nil
		case errors.Is(err, errHostKey):
			wrong = err
		case !errors.As(err, &none):
			return nil, err
		case wrong == nil:
			wrong = fmt.Errorf("%w: %w", errHostKey, err)
		}
	}
	return nil, wrong
}

func dialOnce(ctx context.Context, addr string, l *sshLogin, algorithms []string, o Options) (*sftpConn, error) {
	dialer := net.Dialer{Timeout: o.DialTimeout}
	raw, err := dialer.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	c := &sftpConn{conn: &timedConn{Conn: raw, idle: o.IdleTimeout}}
	stop := context.AfterFunc(ctx, c.abort)
	c.busy(true)
	err = c.login(addr, l, algorithms)
	if !stop() && err == nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		c.abort()
		if c.timedOut() {
			err = fmt.Errorf("no answer for %v: %w", o.IdleTimeout, context.DeadlineExceeded)
		}
		return nil, err
	}
	return c, nil
}

func (c *sftpConn) login(addr string, l *sshLogin, algorithms []string) error {
	config := l.config
	config.HostKeyAlgorithms = algorithms
	if l.agent {
		signers, err := c.askAgent()
		if err != nil {
			return err
		}
		config.Auth = append([]ssh.AuthMethod{ssh.PublicKeysCallback(signers)}, config.Auth...)
	}
	transport, channels, requests, err := ssh.NewClientConn(c.conn, addr, &config)
	if err != nil {
		if strings.Contains(err.Error(), "unable to authenticate") {
			return fmt.Errorf("%w: %s", ErrLogin, strings.TrimPrefix(err.Error(), "ssh: "))
		}
		return err
	}
	c.client, err = sftp.NewClient(ssh.NewClient(transport, channels, requests), sftp.UseFstat(true))
	if err != nil {
		return fmt.Errorf("start sftp: %w", err)
	}
	go func() {
		_ = c.client.Wait()
		c.ended.Store(true)
	}()
	return nil
}

func (c *sftpConn) askAgent() (func() ([]ssh.Signer, error), error) {
	socket := os.Getenv("SSH_AUTH_SOCK")
	if socket == "" {
		return nil, errors.New("ask agent: SSH_AUTH_SOCK is not set")
	}
	var err error
	if c.agent, err = net.Dial("unix", socket); err != nil {
		return nil, fmt.Errorf("ask agent: %w", err)
	}
	return agent.NewClient(c.agent).Signers, nil
}

// abort ends the connection without waiting.
func (c *sftpConn) abort() {
	c.ended.Store(true)
	_ = c.conn.Close()
	if c.agent != nil {
		_ = c.agent.Close()
	}
}

// dead reports whether nothing more can come.
func (c *sftpConn) dead() bool { return c.ended.Load() || c.timedOut() }

func (c *sftpConn) alive() bool { return !c.dead() }

// quit ends the connection; SSH has no goodbye.
func (c *sftpConn) quit() { c.abort() }

func (c *sftpConn) timedOut() bool { return c.conn.expired.Load() }

// busy says whether somebody waits for an answer: an idle connection may be silent.
func (c *sftpConn) busy(waiting bool) { c.conn.watch(waiting) }

// timedConn gives up a connection on which nothing came for a while although
// somebody waits.
type timedConn struct {
	net.Conn
	idle    time.Duration
	expired atomic.Bool

	mu    sync.Mutex
	timer *time.Timer // nil while nobody waits
}

func (c *timedConn) watch(waiting bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.timer != nil {
		c.timer.Stop()
		c.timer = nil
	}
	if waiting {
		c.timer = time.AfterFunc(c.idle, func() {
			c.expired.Store(true)
			_ = c.Conn.Close()
		})
	}
}

// alive begins the wait anew.
func (c *timedConn) alive() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.timer != nil && c.timer.Stop() {
		c.timer.Reset(c.idle)
	}
}

func (c *timedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.alive()
	return n, err
}

func (c *timedConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.alive()
	return n, err
}

func (c *timedConn) Close() error {
	c.watch(false)
	return c.Conn.Close()
}
