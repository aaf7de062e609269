package main

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

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
	said := ""
	for _, args := range [][]string{{"sweep"}, {"sweep", "--json"}, {"doctor"}} {
		code, out, talk := runIn(t, append(args, "--config", filepath.Join(dir, "feedparity.yaml"))...)
		if code != statusIncomplete {
			t.Errorf("%s: exit status %d\n%s%s", args, code, out, talk)
		}
		said += out + talk
	}
	if !strings.Contains(said, "552") || !strings.Contains(said, "undecodable-bytes") || srv.Count("PASS") == 0 {
		t.Fatalf("the sweep did not do what is looked at:\n%s", said)
	}
	hidden(t, "what was printed", said)
	seen := 0
	err = filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
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
	if _, missing := os.Stat(spy + ".log"); err != nil || seen < 8 || missing != nil {
		t.Errorf("%d files, %v, %v", seen, err, missing)
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
