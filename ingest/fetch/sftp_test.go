package fetch

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"encoding/pem"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"
)

// sftpServer is an SSH server of one directory that can misbehave.
type sftpServer struct {
	addr   string
	keys   []ssh.Signer
	mu     sync.Mutex
	conns  map[net.Conn]bool
	cut    int  // a connection is closed after so many bytes to the client, 0 for never
	silent bool // it accepts and says nothing
	logins int
	config *ssh.ServerConfig
}

// asksOnly has the server take a password as an answer alone, as some are set up.
func (s *sftpServer) asksOnly() { s.config.PasswordCallback = nil }

// startSFTP serves dir to user acme with password s3cret, or whoever has the key.
func startSFTP(t *testing.T, dir string, client ssh.PublicKey) *sftpServer {
	t.Helper()
	noLeaks(t)
	s := &sftpServer{conns: map[net.Conn]bool{}, keys: []ssh.Signer{ed25519Key(t), rsaKey(t)}}
	password := func(c ssh.ConnMetadata, password []byte) (*ssh.Permissions, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.logins++
		if c.User() == "acme" && string(password) == "s3cret" {
			return nil, nil
		}
		return nil, errors.New("no")
	}
	config := &ssh.ServerConfig{
		PasswordCallback: password,
		PublicKeyCallback: func(_ ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
			if client != nil && string(key.Marshal()) == string(client.Marshal()) {
				return nil, nil
			}
			return nil, errors.New("no")
		},
	}
	config.KeyboardInteractiveCallback = func(c ssh.ConnMetadata, ask ssh.KeyboardInteractiveChallenge) (*ssh.Permissions, error) {
		answers, err := ask("", "", []string{"Password: "}, []bool{false})
		if err != nil || len(answers) != 1 {
			return nil, errors.Join(err, errors.New("no answer"))
		}
		return password(c, []byte(answers[0]))
	}
	s.config = config
	for _, k := range s.keys {
		config.AddHostKey(k)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.addr = l.Addr().String()
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s.mu.Lock()
			s.conns[c] = true
			cut, silent := s.cut, s.silent
			s.mu.Unlock()
			if cut > 0 {
				c = &cutConn{Conn: c, left: cut}
			}
			if !silent {
				wg.Go(func() { serveSSH(c, config, dir) })
			}
		}
	})
	t.Cleanup(func() {
		l.Close()
		s.hangUp()
		wg.Wait()
	})
	return s
}

func (s *sftpServer) hangUp() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		c.Close()
	}
}

// behave changes what the next connections meet.
func (s *sftpServer) behave(cut int, silent bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cut, s.silent = cut, silent
}

func (s *sftpServer) tried() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.logins
}

func (s *sftpServer) url(path string) string { return "sftp://" + s.addr + path }

func (s *sftpServer) options() Options {
	return Options{User: "acme", Password: "s3cret", IdleTimeout: slack, DialTimeout: 2 * time.Second, Retries: -1, Backoff: time.Millisecond,
		SSH: SSH{Pin: ssh.FingerprintSHA256(s.keys[0].PublicKey())}}
}

func serveSSH(c net.Conn, config *ssh.ServerConfig, dir string) {
	defer c.Close()
	_, channels, requests, err := ssh.NewServerConn(c, config)
	if err != nil {
		return
	}
	go ssh.DiscardRequests(requests)
	for n := range channels {
		ch, reqs, err := n.Accept()
		if err != nil {
			return
		}
		go func() {
			for r := range reqs {
				_ = r.Reply(r.Type == "subsystem", nil)
			}
		}()
		srv, err := sftp.NewServer(ch, sftp.ReadOnly(), sftp.WithServerWorkingDirectory(dir))
		if err != nil {
			return
		}
		go func() {
			_ = srv.Serve()
			srv.Close()
		}()
	}
}

// cutConn breaks after a number of bytes written.
type cutConn struct {
	net.Conn
	left int
}

func (c *cutConn) Write(p []byte) (int, error) {
	if c.left -= len(p); c.left < 0 {
		c.Close()
		return 0, net.ErrClosed
	}
	return c.Conn.Write(p)
}

func ed25519Key(t *testing.T) ssh.Signer {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return signerOf(t, key)
}

func rsaKey(t *testing.T) ssh.Signer {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return signerOf(t, key)
}

func signerOf(t *testing.T, key any) ssh.Signer {
	t.Helper()
	s, err := ssh.NewSignerFromKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// suiteDir is suiteFiles on disk.
func suiteDir(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for p, data := range suiteFiles {
		p = filepath.Join(dir, p)
		if err := errors.Join(os.MkdirAll(filepath.Dir(p), 0o755), os.WriteFile(p, []byte(data), 0o644), os.Chtimes(p, suiteTime, suiteTime)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestSFTP(t *testing.T) {
	srv := startSFTP(t, suiteDir(t), nil)
	src := open(t, srv.url(""), srv.options())
	testSource(t, src)
	if srv.tried() > 2+1 { // one per connection, and the one that a reader gave up
		t.Errorf("%d logins", srv.tried())
	}
	src = open(t, srv.url("/in"), srv.options())
	if b, err := readAll(t.Context(), src, "prices.csv", 0); err != nil || string(b) != suiteFiles["in/prices.csv"] {
		t.Errorf("below a directory: %q, %v", b, err)
	}
}

// TestSSHTrust: the server's key is checked whatever the options, and nothing is sent
// to a server with another.
func TestSSHTrust(t *testing.T) {
	client := ed25519Key(t)
	srv := startSFTP(t, suiteDir(t), client.PublicKey())
	dir := t.TempDir()
	write := func(name, content string) string {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	line := func(key ssh.PublicKey) string {
		return knownhosts.Line([]string{knownhosts.Normalize(srv.addr)}, key) + "\n"
	}
	other := ed25519Key(t)
	rsaOnly := write("rsa", line(srv.keys[1].PublicKey()))
	t.Setenv("HOME", dir)
	for _, c := range []struct {
		why  string
		edit func(*Options)
		want string // of the error, "" for success
		is   error
	}{
		{"the pin", func(*Options) {}, "", nil},
		{"the pin of its other key", func(o *Options) { o.SSH.Pin = ssh.FingerprintSHA256(srv.keys[1].PublicKey()) }, "", nil},
		{"another pin", func(o *Options) { o.SSH.Pin = ssh.FingerprintSHA256(other.PublicKey()) }, "not the known one: it is SHA256:", errHostKey},
		{"no fingerprint", func(o *Options) { o.SSH.Pin = "SHA256:abc" }, "ssh pin: want", nil},
		{"a file of known hosts", func(o *Options) { o.SSH = SSH{KnownHosts: rsaOnly} }, "", nil},
		{"a file without the host", func(o *Options) { o.SSH = SSH{KnownHosts: write("none", "")} }, "is not in", errHostKey},
		{"a file with another key", func(o *Options) { o.SSH = SSH{KnownHosts: write("other", line(other.PublicKey()))} }, "key mismatch", errHostKey},
		{"no file", func(o *Options) { o.SSH = SSH{} }, "read known hosts", nil},
		{"a wrong password", func(o *Options) { o.Password = "wrong" }, "login refused", ErrLogin},
		{"no user", func(o *Options) { o.User = "" }, "no user given", nil},
		{"nothing to log in with", func(o *Options) { o.Password = "" }, "nothing to log in with", nil},
		{"no agent", func(o *Options) { o.Password, o.SSH.Agent = "", true }, "SSH_AUTH_SOCK is not set", nil},
		{"a key that is none", func(o *Options) { o.SSH.Key = write("nokey", "x") }, "no private key", nil},
		{"a key", func(o *Options) { o.Password, o.SSH.Key = "", write("key", privateKey(t, "")) }, "login refused", ErrLogin},
	} {
		o := srv.options()
		c.edit(&o)
		t.Setenv("SSH_AUTH_SOCK", "")
		logins := srv.tried()
		src, err := Open(t.Context(), srv.url("/in"), o)
		if err == nil {
			_, _, err = src.List(t.Context(), "")
			src.Close()
		}
		switch {
		case c.want == "" && err != nil, c.want != "" && err == nil:
			t.Errorf("%s: error %v", c.why, err)
		case err != nil && (!strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "s3cret")):
			t.Errorf("%s: error %v, want %q and no password", c.why, err, c.want)
		case c.is != nil && (!errors.Is(err, c.is) || Transient(err)):
			t.Errorf("%s: error %v, want %v, not transient", c.why, err, c.is)
		case errors.Is(c.is, errHostKey) && srv.tried() != logins:
			t.Errorf("%s: the password was sent", c.why)
		}
	}
}

// TestSSHPasswordOnce: a wrong password is sent once, though most servers would take it in
// two ways, by itself and as an answer to a question: each counts where accounts are locked.
func TestSSHPasswordOnce(t *testing.T) {
	srv := startSFTP(t, suiteDir(t), nil)
	o := srv.options()
	o.Password = "wrong"
	if _, _, err := open(t, srv.url("/in"), o).List(t.Context(), ""); !errors.Is(err, ErrLogin) || srv.tried() != 1 {
		t.Errorf("%v; it was sent %d times", err, srv.tried())
	}
	srv.asksOnly()
	if _, _, err := open(t, srv.url("/in"), srv.options()).List(t.Context(), ""); err != nil || srv.tried() != 2 {
		t.Errorf("as an answer: %v; it was sent %d times", err, srv.tried())
	}
}

// privateKey makes a key file, encrypted if there is a passphrase.
func privateKey(t *testing.T, passphrase string) string {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(key, "")
	if passphrase != "" {
		block, err = ssh.MarshalPrivateKeyWithPassphrase(key, "", []byte(passphrase))
	}
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(block))
}

func TestSSHKey(t *testing.T) {
	name := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(name, []byte(privateKey(t, "open sesame")), 0o600); err != nil {
		t.Fatal(err)
	}
	signer, err := readKey(name, "open sesame")
	if err != nil {
		t.Fatal(err)
	}
	srv := startSFTP(t, suiteDir(t), signer.PublicKey())
	o := srv.options()
	o.Password, o.SSH.Key, o.SSH.Passphrase = "", name, "open sesame"
	if _, _, err := open(t, srv.url("/in"), o).List(t.Context(), ""); err != nil {
		t.Error(err)
	}
	if _, err := readKey(name, ""); err == nil || !strings.Contains(err.Error(), "encrypted") {
		t.Errorf("without its passphrase: %v", err)
	}
	if _, err := readKey(name, "wrong"); err == nil || strings.Contains(err.Error(), "wrong") {
		t.Errorf("with another: %v", err)
	}
}

// TestSFTPFaults: a transfer that is not whole is an error, in time.
func TestSFTPFaults(t *testing.T) {
	dir := suiteDir(t)
	srv := startSFTP(t, dir, nil)
	big := Entry{Path: "big.csv"}
	get := func(o Options) error {
		_, err := Download(t.Context(), open(t, srv.url("/in"), o), big, openDir(t), "big.csv")
		return err
	}
	srv.behave(300_000, false)
	var length *LengthError
	if err := get(srv.options()); !errors.As(err, &length) || !Transient(err) || !strings.Contains(err.Error(), "short transfer") {
		t.Errorf("cut: %v", err)
	}
	srv.behave(0, true)
	o := srv.options()
	o.IdleTimeout = idle
	within(t, 2*idle, func() {
		if err := get(o); !errors.Is(err, context.DeadlineExceeded) || !Transient(err) {
			t.Errorf("silent: %v", err)
		}
	})
	ctx, cancel := context.WithTimeout(t.Context(), idle)
	defer cancel()
	within(t, 2*idle, func() {
		if _, _, err := open(t, srv.url("/in"), srv.options()).List(ctx, ""); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("cancelled: %v", err)
		}
	})
	srv.behave(0, false)

	src := open(t, srv.url("/in"), srv.options())
	r, err := src.Open(t.Context(), "big.csv", 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(filepath.Join(dir, "in/big.csv"), 1000); err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, r)
	if err := r.Close(); !errors.As(err, &length) || length.Got != 1000 || length.Want != 1<<20 {
		t.Errorf("truncated meanwhile: %v", err)
	}
	srv.hangUp() // the idle connection is replaced
	if _, _, err := src.List(t.Context(), ""); err != nil {
		time.Sleep(50 * time.Millisecond) // it may only just have been told
		if _, _, err = src.List(t.Context(), ""); err != nil {
			t.Errorf("after the server hung up: %v", err)
		}
	}
}

func TestSFTPListing(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a\nb.csv", "plain.csv"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("plain.csv", filepath.Join(dir, "link.csv")); err != nil {
		t.Fatal(err)
	}
	srv := startSFTP(t, dir, nil)
	entries, unparsed, err := find(t.Context(), open(t, srv.url(""), srv.options()))
	if err != nil || len(entries) != 2 || len(unparsed) != 1 || unparsed[0].Text != "a\nb.csv" {
		t.Errorf("%v, unparsed %v, %v", entries, unparsed, err)
	}
}

// TestSFTPLinks: a link of which a server says no more than that it fails costs the
// directory nothing else.
func TestSFTPLinks(t *testing.T) {
	dir := t.TempDir()
	err := errors.Join(os.WriteFile(filepath.Join(dir, "a.csv"), []byte("a"), 0o644), os.Symlink("itself.csv", filepath.Join(dir, "itself.csv")),
		os.Symlink("a.csv/foo", filepath.Join(dir, "through.csv")), os.Symlink(strings.Repeat("n", 256), filepath.Join(dir, "long.csv")), os.Symlink("none", filepath.Join(dir, "dangling.csv")))
	if err != nil {
		t.Fatal(err)
	}
	srv := startSFTP(t, dir, nil)
	entries, unparsed, err := find(t.Context(), open(t, srv.url(""), srv.options()))
	if err != nil || paths(entries) != "file a.csv" || len(unparsed) != 4 {
		t.Errorf("%v, %v, %v", entries, unparsed, err)
	}
}
