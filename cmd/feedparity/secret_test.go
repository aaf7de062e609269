//go:build unix

package main

import (
	"bufio"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/fetch/faultrows"
	"github.com/feedparity/feedparity/ingest/fetch/ftptest"
)

const planted = "pl@nted/S3cret %41"

// TestSecretIsNowhere plants a password in each place that one may be read from, lets the
// server repeat it, and looks for it in all that a sweep and doctor leave behind: what they
// print, the database, the archive, the cases, the reports, and the command lines of other programs.
func TestSecretIsNowhere(t *testing.T) {
	for place, password := range map[string]string{
		"env": "{env: FEEDPARITY_TEST_PASSWORD}", "file": "{file: secrets/pw}", "netrc": "{netrc: secrets/netrc}", "command": "{command: [/bin/sh, secrets/print]}",
	} {
		t.Run(place, func(t *testing.T) { testSecret(t, place, password) })
	}
}

// TestSecretInQuery: the query of a source's URL, which may hold a token, is not shown.
func TestSecretInQuery(t *testing.T) {
	for source, want := range map[string]string{
		"https://feed:pw@h.example/stock.csv?token=s3cret": "https://feed:xxxxx@h.example/stock.csv",
		"https://h.example/out/":                           "https://h.example/out/",
		"/srv/drop?":                                       "/srv/drop?",
		"https://h.example/%zz?token=s3cret":               "malformed URL",
	} {
		if got := unread(config.Feed{Source: config.Connection{URL: source}}, nil).Source; got != want {
			t.Errorf("%s is shown as %s, want %s", source, got, want)
		}
	}
}

func testSecret(t *testing.T, place, password string) {
	srv, err := ftptest.New(ftptest.Options{User: "feed", Password: planted, Files: map[string]ftptest.File{
		"out/broken.csv": {Data: []byte("sku,name\r\n1,caf\xe9\r\n")}, "denied/x.csv": {Data: []byte("a")}},
		Faults: []ftptest.Fault{{Command: "RETR", Path: "x.csv", Action: ftptest.Reply, Reply: "552 no, " + planted}}})
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Close()
	defer func() { faultrows.Commands(t, srv.Log()) }()
	dir := t.TempDir()
	spy := filepath.Join(dir, "spy")
	host, _, _ := strings.Cut(srv.Addr(), ":")
	for name, text := range map[string]string{
		"secrets/pw":    planted + "\n",
		"secrets/netrc": fmt.Sprintf("machine %s login feed password \"%s\"\n", host, planted),
		"secrets/print": "echo '" + planted + "'\necho it is " + planted + " >&2\n",
		"spy":           "#!/bin/sh\necho \"$0 $*\" >> " + spy + ".log\nexit 1\n",
		"feedparity.yaml": fmt.Sprintf("defaults: {user: feed, password: %s, settle: 0s, pair: latin1-utf8, retries: 0}\nfeeds:\n  acme: {source: %[2]s/out}\n"+
			"  denied: {source: %[2]s/denied}\n  code:\n    source: %[2]s/out\n    call: \"adapters:acme\"\n    effects: none\n    paths: {py2: {python: ./spy}, py3: {python: ./spy}}\n", password, srv.URL()),
	} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", "")
	t.Setenv("HOME", t.TempDir())
	if place == "env" {
		t.Setenv("FEEDPARITY_TEST_PASSWORD", planted)
	}
	said := says(t, func(args ...string) (int, string) {
		code, out, talk := runIn(t, append(args, "--config", filepath.Join(dir, "feedparity.yaml"))...)
		return code, out + talk
	})
	if !strings.Contains(said, "552") || !strings.Contains(said, "undecodable-bytes") || srv.Count("PASS") == 0 {
		t.Fatalf("the sweep did not do what is looked at:\n%s", said)
	}
	hidden(t, "what was printed", said)
	seen := lies(t, dir)
	if _, missing := os.Stat(spy + ".log"); seen < 8 || missing != nil {
		t.Errorf("%d files, %v", seen, missing)
	}
}

// says runs what may tell of a secret, each of which is to fail, and returns what was said.
func says(t *testing.T, run func(args ...string) (int, string)) (said string) {
	t.Helper()
	for _, args := range [][]string{{"sweep"}, {"sweep", "--json", "--log-format", "json"}, {"sweep", "--dry-run"}, {"doctor"}} {
		code, out := run(args...)
		if code < 0 || code > statusIncomplete || code == statusOK && len(args) == 1 && args[0] == "sweep" {
			t.Errorf("%s: exit status %d\n%s", args, code, out)
		}
		said += out
	}
	return said
}

// lies looks for the secret in all that lies below a directory but secrets, and counts it.
func lies(t *testing.T, dir string) (seen int) {
	t.Helper()
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			if d.Name() == "secrets" {
				return fs.SkipDir
			}
			return err
		}
		data, err := os.ReadFile(p)
		hidden(t, p, p+string(data))
		seen++
		return err
	})
	if err != nil {
		t.Error(err)
	}
	return seen
}

// echo answers every request with an error that repeats all that it was sent.
func echo(t *testing.T) *httptest.Server {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprintf(w, "<Error><Code>AccessDenied</Code><Message>echo of %s %v</Message></Error>", r.URL, r.Header)
	}))
	t.Cleanup(srv.Close)
	return srv
}

// echoMail is a mail server that repeats what it is sent, decoded, and refuses it.
func echoMail(t *testing.T) (addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			fmt.Fprint(c, "220 mail.example ESMTP\r\n")
			for lines := bufio.NewScanner(c); lines.Scan(); {
				switch verb, rest, _ := strings.Cut(lines.Text(), " "); verb {
				case "EHLO":
					fmt.Fprint(c, "250-mail.example\r\n250 AUTH PLAIN LOGIN\r\n")
				case "AUTH":
					_, coded, _ := strings.Cut(rest, " ")
					plain, _ := base64.StdEncoding.DecodeString(coded)
					fmt.Fprintf(c, "535 echo of %s %q\r\n", coded, plain)
				default:
					fmt.Fprint(c, "221 bye\r\n")
				}
			}
			c.Close()
		}
	}()
	return l.Addr().String()
}

// TestOtherSecretsAreNowhere plants the secret where it is no source's password: in the
// webhook's URL and token, of the mail server, the bucket, the database and an SSH key.
func TestOtherSecretsAreNowhere(t *testing.T) {
	server, secure := echo(t), httptest.NewTLSServer(nil)
	t.Cleanup(secure.Close)
	bucket := "s3://feeds/x?endpoint=" + server.URL + "&region=us-east-1"
	key := func(passphrase string) string {
		_, private, err := ed25519.GenerateKey(nil)
		if err != nil {
			t.Fatal(err)
		}
		block, err := ssh.MarshalPrivateKeyWithPassphrase(private, "", []byte(passphrase))
		if err != nil {
			t.Fatal(err)
		}
		return string(pem.EncodeToMemory(block))
	}
	const local, at = "feeds: {acme: {source: in, pair: latin1-utf8}}\n", "{env: FEEDPARITY_TEST_PASSWORD}"
	sftp := "feeds: {acme: {source: \"sftp://feed@127.0.0.1:1/x\", retries: 0, ssh: {pin: \"SHA256:" + strings.Repeat("A", 43) + "\", key: secrets/key, passphrase: " + at + "}}}\n"
	for _, tt := range []struct{ name, config, key, want string }{
		{"webhook URL", "notify: {webhook: {url_from: {env: FEEDPARITY_TEST_HOOK}}}\n" + local, "", "certificate"},
		{"webhook token", "notify: {webhook: {url: \"" + server.URL + "/hook\", token: " + at + "}}\n" + local, "", "403"},
		{"mail", "notify: {smtp: {host: \"" + echoMail(t) + "\", tls: none, from: a@example.com, to: [b@example.com], user: feed, password: " + at + "}}\n" + local, "", "535"},
		{"bucket", "archive: {location: \"" + bucket + "\", access_key: AKFEED, secret_key: " + at + "}\n" + local, "", "Access Denied"},
		{"database", "state: {url: \"postgres://feed@127.0.0.1:1/feeds\", password: " + at + "}\n" + local, "", "127.0.0.1"},
		{"SSH key", sftp, key(planted), "127.0.0.1:1"},
		{"SSH key, wrong passphrase", sftp, key("another"), "passphrase"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel() // a webhook is tried again after some seconds
			dir := t.TempDir()
			for name, text := range map[string]string{"feedparity.yaml": tt.config, "in/a.csv": "sku,name\r\n1,caf\xe9\r\n", "secrets/key": tt.key} {
				if err := errors.Join(os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755), os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600)); err != nil {
					t.Fatal(err)
				}
			}
			said := says(t, func(args ...string) (int, string) {
				cmd := (&site{t: t, dir: dir}).command(args...)
				cmd.Env = append(cmd.Env, "FEEDPARITY_TEST_PASSWORD="+planted, "FEEDPARITY_TEST_HOOK="+secure.URL+"/"+url.PathEscape(planted)+"?token="+url.QueryEscape(planted))
				out, err := cmd.CombinedOutput()
				return exitCode(err), string(out)
			})
			if !strings.Contains(said, tt.want) {
				t.Errorf("%q is not in\n%s", tt.want, said)
			}
			hidden(t, "what was printed", said)
			if n := lies(t, dir); n < 2 {
				t.Errorf("%d files", n)
			}
		})
	}
}

// hidden fails the test if the secret is in a text, as it is or as programs write it.
func hidden(t *testing.T, where, text string) {
	t.Helper()
	for _, form := range []string{planted, url.PathEscape(planted), url.QueryEscape(planted), url.UserPassword("", planted).String(),
		hex.EncodeToString([]byte(planted)), base64.StdEncoding.EncodeToString([]byte(planted)), "pl@nted"} {
		if at := strings.Index(text, form); at >= 0 {
			t.Errorf("%s holds the secret: %q", where, text[max(0, at-60):min(len(text), at+60)])
		}
	}
}
