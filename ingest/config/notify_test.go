package config

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/feedparity/feedparity/ingest/config/secret"
)

const oneFeed = "\nfeeds: {a: {source: /in}}\n"

func TestArchive(t *testing.T) {
	dir, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	at := func(name string) string { return filepath.Join(dir, name) }
	for in, want := range map[string]struct {
		s   Storage
		dir string
	}{
		"":                                       {Storage{Location: at(".feedparity/archive")}, at(".feedparity/archive")},
		"archive: var/deliveries":                {Storage{Location: at("var/deliveries")}, at("var/deliveries")},
		"archive: file:///srv/a":                 {Storage{Location: "/srv/a"}, "/srv/a"},
		"archive: {keep: 90d, max_size: 50GB}":   {Storage{Location: at(".feedparity/archive"), Keep: 90 * 24 * time.Hour, MaxSize: 50 << 30}, at(".feedparity/archive")},
		"archive: s3://b/p?endpoint=https://h:9": {Storage{Location: "s3://b/p?endpoint=https://h:9"}, at(".feedparity/archive")},
		"archive: {location: s3://b, access_key: k, secret_key: {env: S}}": {Storage{Location: "s3://b", AccessKey: "k", SecretKey: secret.Ref{Env: "S"}}, at(".feedparity/archive")},
	} {
		c, err := Read("feedparity.yaml", []byte(in+oneFeed))
		if err != nil {
			t.Errorf("%s: %v", in, err)
			continue
		}
		if diff := cmp.Diff(want.s, c.Storage); diff != "" || c.Archive != want.dir {
			t.Errorf("%s: %s, %s", in, c.Archive, diff)
		}
	}
	refused(t, map[string]string{
		"archive: {keep: long}":            `1:10: archive: keep: "long": want a duration`,
		"archive: {max_size: 50}":          "archive: max_size: want an amount",
		"archive: {access_key: k}":         "go together",
		"archive: s3://k:secret@b/p":       "a key must not stand in its URL",
		"archive: gopher://b":              "want a directory or s3://",
		"archive: {secret_key: topsecret}": "a password must not stand in this file",
		"archive: {location: a, kept: 1d}": `unknown key "kept"`,
	})
}

func TestNotify(t *testing.T) {
	c, err := Read("feedparity.yaml", []byte(`notify:
  webhook: {url: "https://chat.example/hook", token: {env: TOKEN}}
  smtp: {host: "mail.example:587", from: "Feeds <feeds@shop.example>", to: ops@shop.example, user: feeds, password: {file: mail.secret}, ca_file: ca.pem}`+oneFeed))
	if err != nil {
		t.Fatal(err)
	}
	abs, _ := filepath.Abs(".")
	want := Notify{
		Webhook: Webhook{URL: "https://chat.example/hook", Token: secret.Ref{Env: "TOKEN"}},
		SMTP: SMTP{Host: "mail.example:587", From: "Feeds <feeds@shop.example>", To: []string{"ops@shop.example"}, User: "feeds",
			Password: secret.Ref{File: filepath.Join(abs, "mail.secret")}, TLS: "starttls", CAFile: filepath.Join(abs, "ca.pem")},
	}
	if diff := cmp.Diff(want, c.Notify); diff != "" {
		t.Error(diff)
	}
	for _, in := range []string{"notify: {webhook: http://127.0.0.1:8/x}", "notify: {webhook: {url_from: {env: HOOK}}}", "notify: {smtp: {host: 'localhost:25', from: a@b.c, to: [a@b.c, b@b.c], tls: none}}"} {
		if _, err := Read("feedparity.yaml", []byte(in+oneFeed)); err != nil {
			t.Errorf("%s: %v", in, err)
		}
	}
	refused(t, map[string]string{
		"notify: {webhook: http://chat.example/x}":                                    "http:// is for this machine alone",
		"notify: {webhook: chat.example}":                                             "want an https:// URL",
		"notify: {webhook: https://u:p@chat.example}":                                 "a password must not stand in this file",
		"notify: {webhook: {token: {env: T}}}":                                        "want one of url and url_from",
		"notify: {smtp: {from: a@b.c, to: a@b.c}}":                                    "smtp has no host",
		"notify: {smtp: {host: h, from: a@b.c, to: a@b.c}}":                           "want HOST:PORT",
		"notify: {smtp: {host: 'h:1', from: a@b.c}}":                                  "want from and to",
		"notify: {smtp: {host: 'h:1', from: a, to: a@b.c}}":                           "no mail address",
		"notify: {smtp: {host: 'h:1', from: a@b.c, to: \"a@b.c\\nx\"}}":               "no mail address",
		"notify: {smtp: {host: 'h:1', from: a@b.c, to: a@b.c, tls: none}}":            "for a server on this machine",
		"notify: {smtp: {host: 'h:1', from: a@b.c, to: a@b.c, tls: maybe}}":           "want starttls, tls or none",
		"notify: {smtp: {host: 'h:1', from: a@b.c, to: a@b.c, user: u}}":              "user and password go together",
		"notify: {smtp: {host: 'h:1', from: a@b.c, to: a@b.c, user: u, password: p}}": "a password must not stand in this file",
	})
}

// refused fails the test unless each configuration is refused in the words that are wanted.
func refused(t *testing.T, all map[string]string) {
	t.Helper()
	for in, want := range all {
		_, err := Read("feedparity.yaml", []byte(in+oneFeed))
		if err == nil {
			t.Errorf("%s is taken", in)
			continue
		}
		text := err.Error()
		var e *Error
		if !errors.As(err, &e) || e.Line != 1 {
			t.Errorf("%s: %v has no place", in, err)
		}
		if !strings.Contains(text, want) || strings.Contains(text, "topsecret") {
			t.Errorf("%s: %s, want %s", in, text, want)
		}
	}
}
