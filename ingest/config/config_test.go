package config

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/feedparity/feedparity/ingest"
)

const full = `# every shape of every key
project: {root: code, revision: "git rev-parse HEAD"}
paths:
  py2: {python: ve27/bin/python, env: {LC_ALL: en_GB.UTF-8}}
  py3: {python: python3.11, version: "3.11", cwd: /srv}
state: var/state.db
archive: var/archive
inbox: var/inbox
reports: var/reports
golden: tests/cases
defaults: {backfill: 5, match: "*.csv"}
feeds:
  acme:
    source: ftps://shop@ftp.acme.example:2121/out/stock
    match: ["stock_*.csv", "price_*.csv"]
    pair:
      py2: {open: bytes, codec: latin-1, dialect: ["delimiter=;", 'escapechar=\\'], clean: strip, types: {qty: int, 3: float}}
      py3: {python: "3.11", codec: cp1252, errors: replace, dialect: {delimiter: "\t", quoting: QUOTE_NONE, escapechar: null, doublequote: false}, reader: dict, clean: [strip, lower], field_limit: 10, sniff: true}
    charset: cp1252
    key: [sku]
    ignore: updated
    tolerance: {price: 0.005}
    compare: strict
    backfill: 0
    password: {env: ACME_PASSWORD}
    tls: {mode: implicit, ca_file: ca.pem, server_name: ftp.acme.example, pin: abababababababababababababababababababababababababababababababab}
  beta-2:
    source: drop/beta
    pair: latin1-utf8
    call: "adapters:Beta.read"
    args: {py2: path, py3: file-text}
    setup: "adapters:django_setup"
    collect: {py3: "adapters:table"}
    serializers: "adapters:FORMS"
    effects: {sandbox: var/cache, rollback: test_shop, allow: ["127.0.0.1:6379", /run/redis.sock, subprocess]}
    isolation: process
    timeout: 90s
    max_memory: 1.5GB
    max_rows: 100000
    paths: {py2: {cwd: beta, env: {}}}
  gamma:
    source: ftp://ftp.gamma.example/
    pair: {py3: {dialect: excel}}
    user: me
    password: {file: secrets/gamma}
`

func read(t *testing.T, text string) *Config {
	t.Helper()
	c, err := Read("/etc/fp/feedparity.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestSSH(t *testing.T) {
	c := read(t, feed("source: sftp://shop@h:2222/out", "password: {env: P}", "ssh: {known_hosts: known, key: keys/id, passphrase: {file: pass}, agent: true, pin: 'SHA256:qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqo'}"))
	want := Connection{URL: "sftp://h:2222/out", User: "shop", TLS: "none", SSH: SSH{KnownHosts: "/etc/fp/known", Key: "/etc/fp/keys/id", Agent: true, Pin: "SHA256:qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqo"}}
	want.Password.Env, want.SSH.Passphrase.File = "P", "/etc/fp/pass"
	if got := c.Feeds[0].Source; got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestHTTP(t *testing.T) {
	c := read(t, feed("source: https://shop@h/out/stock.csv?day=1", "password: {env: P}", "tls: {ca_file: ca.pem}"))
	want := Connection{URL: "https://h/out/stock.csv?day=1", User: "shop", TLS: "implicit", CAFile: "/etc/fp/ca.pem"}
	want.Password.Env = "P"
	if got := c.Feeds[0].Source; got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestReadFull(t *testing.T) {
	c := read(t, full)
	if c.Root != "/etc/fp/code" || c.State != "/etc/fp/var/state.db" || c.Golden != "/etc/fp/tests/cases" || len(c.Feeds) != 3 {
		t.Fatalf("%+v", c)
	}
	acme := c.Feeds[0]
	want := Connection{URL: "ftps://ftp.acme.example:2121/out/stock", User: "shop", TLS: "implicit", CAFile: "/etc/fp/ca.pem", ServerName: "ftp.acme.example", Pin: "abababababababababababababababababababababababababababababababab"}
	want.Password.Env = "ACME_PASSWORD"
	if acme.Source != want || acme.Feed.Source != want.URL || acme.Backfill != 0 || acme.Charset != "cp1252" {
		t.Errorf("source %+v of %+v", acme.Source, acme.Feed)
	}
	if got := acme.Pair.Py2.String(); got != `--as py2 --python 2.7 --open bytes --codec latin-1 --errors strict --dialect 'delimiter=;' --dialect 'escapechar=\\' --field-limit 131072 --reader reader --clean strip --type qty=int --type 3=float` {
		t.Errorf("py2 policy %s", got)
	}
	if got := acme.Pair.Py3.String(); got != `--as py3 --python 3.11 --open text --codec cp1252 --errors replace --dialect 'delimiter=\t' --dialect quoting=3 --dialect escapechar=None --dialect doublequote=False --sniff --field-limit 10 --reader dict --clean strip --clean lower` {
		t.Errorf("py3 policy %s", got)
	}
	cmp := ingest.Comparison{Key: []string{"sku"}, Ignore: []string{"updated"}, Tolerance: map[string]float64{"price": 0.005}, Strict: true}
	if !reflect.DeepEqual(acme.Compare, cmp) {
		t.Errorf("comparison %+v", acme.Compare)
	}
}

func TestMaxSeconds(t *testing.T) {
	c := read(t, strings.Replace(full, "timeout: 90s", "max_seconds: 75", 1))
	beta, err := c.Feed("beta-2")
	if err != nil || beta.Calls[ingest.Py2].Timeout != 75*time.Second {
		t.Errorf("%+v, %v", beta.Calls[ingest.Py2], err)
	}
}

func TestReadCallAndDefaults(t *testing.T) {
	c := read(t, full)
	beta, err := c.Feed("beta-2")
	if err != nil {
		t.Fatal(err)
	}
	py2 := ingest.Call{
		Function: "adapters:Beta.read", Setup: "adapters:django_setup", Serializers: "adapters:FORMS", Args: ingest.ArgsPath,
		Effects: ingest.Effects{
			Sandbox: []string{"/etc/fp/var/cache"}, Rollback: []string{"test_shop"},
			Allow: []string{"127.0.0.1:6379", "/run/redis.sock", "subprocess"},
		},
		Isolation: ingest.IsolationProcess, Timeout: 90 * time.Second, MaxMemory: 3 << 29, MaxRows: 100_000,
		Python: "/etc/fp/ve27/bin/python", Env: map[string]string{}, Dir: "/etc/fp/beta", Version: ingest.Python27,
	}
	py3 := py2
	py3.Args, py3.Collect = ingest.ArgsFileText, "adapters:table"
	py3.Python, py3.Env, py3.Dir, py3.Version = "python3.11", nil, "/srv", ingest.Python{Major: 3, Minor: 11}
	if !reflect.DeepEqual(*beta.Calls[0], py2) || !reflect.DeepEqual(*beta.Calls[1], py3) {
		t.Errorf("calls %+v and %+v", *beta.Calls[0], *beta.Calls[1])
	}
	if beta.Backfill != 5 || beta.Match[0] != "*.csv" || beta.Source.URL != "/etc/fp/drop/beta" || beta.Pair.Name != "latin1-utf8" {
		t.Errorf("beta-2 %+v: defaults are not applied", beta)
	}
	gamma := c.Feeds[2]
	if gamma.Pair.Py3.Dialect == nil || gamma.Pair.Py2.Dialect != nil || gamma.Pair.Py2.Codec != ingest.Detected {
		t.Errorf("gamma %+v: excel is no detected dialect", gamma.Pair)
	}
	if gamma.Source.TLS != "none" || gamma.Source.Password.File != "/etc/fp/secrets/gamma" {
		t.Errorf("gamma %+v", gamma.Source)
	}
	if _, err := c.Feed("gama"); err == nil || !strings.HasSuffix(err.Error(), `did you mean "gamma"?`) {
		t.Errorf("Feed: %v", err)
	}
}

// feed wraps lines of a feed so that they stand from line 3, column 5 on.
func feed(lines ...string) string {
	return "feeds:\n  acme:\n    " + strings.Join(lines, "\n    ") + "\n"
}

// paths are the interpreters of a feed with a call.
const paths = "paths: {py2: {python: p2}, py3: {python: p3}}"

// mistakes are configurations and the one line that names the mistake.
var mistakes = []struct{ name, text, want, hint string }{
	{"a typing mistake", feed("source: x", "mtach: y"), `c.yaml:4:5: unknown key "mtach"`, `did you mean "match"?`},
	{"a key far from all", feed("sauerkraut: x"), `c.yaml:3:5: unknown key "sauerkraut"`, "the keys here are source, match, exclude, unfinished,"},
	{"a codec of no Python", feed("source: x", "pair: {py2: {codec: klingon}}"), `c.yaml:4:25: look up codec "klingon": unknown encoding`, ""},
	{"a codec that is no text codec", feed("source: x", "pair: {py3: {codec: hex}}"), `c.yaml:4:25: look up codec "hex": not a text encoding`, ""},
	{"a declared charset of no Python", feed("source: x", "charset: klingon"), `c.yaml:4:14: look up codec "klingon": unknown encoding`, ""},
	{"an alias of nothing", "feeds: *a\n", `c.yaml:1:8: alias "a": no anchor`, ""},
	{"top level", "feds:\n  a: {}\n", `c.yaml:1:1: unknown key "feds"`, `did you mean "feeds"?`},
	{"a codec of nobody's environment", feed("source: x", "pair: {py3: {codec: locale}}"), `c.yaml:4:25: codec locale: nothing says in which environment: paths.py3.env is not set`, "add paths: {py3: {env:"},
	{"an environment without Python", feed("source: x", "pair: {py3: {codec: locale}}", "paths: {py3: {env: {PYTHONUTF8: 'yes'}}}"), `c.yaml:4:25: codec locale: python 3.13 does not start: PYTHONUTF8 is "yes"`, ""},
	{"nested", feed("source: x", "pair: {py2: {codek: utf-8}}"), `c.yaml:4:18: unknown key "codek"`, `did you mean "codec"?`},
	{"empty key", `"": x`, `c.yaml:1:1: unknown key ""`, ""},
	{"wrong type", feed("source: [a]", ""), `c.yaml:3:13: want a string, not a list`, ""},
	{"no number", feed("source: x", "depth: three"), `c.yaml:4:12: want a whole number, not "three"`, ""},
	{"quoted number", feed("source: x", `depth: "3"`), `c.yaml:4:12: want a whole number, not "3"`, ""},
	{"no bool", feed("source: x", "pair: {py2: {sniff: yes}}"), `c.yaml:4:25: want true or false, not "yes"`, ""},
	{"mapping for list", feed("source: x", "key: {a: b}"), `c.yaml:4:10: want a list, not a mapping`, ""},
	{"empty value", feed("source:"), `c.yaml:3:13: want a string, not nothing`, ""},
	{"key twice", feed("source: x", "source: y"), `c.yaml:4:5: mapping key "source" already defined at [3:5]`, ""},
	{"feed twice", "feeds:\n  a: {source: x}\n  a: {source: x}\n", `c.yaml:3:3: mapping key "a" already defined at [2:3]`, ""},
	{"syntax", "feeds: [\n", `c.yaml:1:8: sequence end token ']' not found`, ""},
	{"two documents", "feeds: {}\n---\nfeeds: {}\n", `c.yaml:3:6: a second document: one is wanted`, ""},
	{"servers", "servers: 0\n" + feed("source: x"), `c.yaml:1:10: servers 0: want 1 to 1000`, ""},
	{"min_free", "min_free: 5\n" + feed("source: x"), `c.yaml:1:11: "5": want an amount such as 512MB`, ""},
	{"tag", "state: !!binary aGk=\n", `c.yaml:1:8: tag !!binary: tags are not used here`, ""},
	{"unknown alias", "state: *x\n", `c.yaml:1:8: `, ""},
	{"empty", "", "c.yaml: no feeds", `name at least one under "feeds:"`},
	{"feeds a list", "feeds: [a]\n", "c.yaml:1:8: no feeds", ""},
	{"feed a string", "feeds: {a: b}\n", `c.yaml:1:12: want a mapping, not "b"`, ""},
	{"no source", feed("match: x"), `c.yaml:3:5: feed "acme" has no source`, ""},
	{"name with a slash", "feeds: {../x: {source: y}}\n", `c.yaml:1:9: feed "../x": a name holds letters, digits, '.', '-' and '_'`, ""},
	{"name that hides", "feeds: {.x: {source: y}}\n", `c.yaml:1:9: feed ".x": a name begins with`, ""},
	{"device", "feeds: {com1.x: {source: y}}\n", `c.yaml:1:9: feed "com1.x": Windows keeps`, ""},
	{"case twin", "feeds:\n  a: {source: y}\n  A: {source: y}\n", `c.yaml:3:3: feed "A": differs from feed "a" only in case`, ""},
	{"long name", "feeds: {" + strings.Repeat("x", 65) + ": {source: y}}\n", `c.yaml:1:9: feed "` + strings.Repeat("x", 65) + `": a name has at most 64`, ""},
	{"scheme", feed("source: gopher://h/x"), `c.yaml:3:13: source scheme "gopher" is not known`, "want an ftp://, ftps://, ftpes://, sftp:// or https:// URL or a directory"},
	{"no host", feed("source: ftp:///x"), `c.yaml:3:13: source is no URL with a host`, ""},
	{"password in the URL", feed("source: ftp://u:hunter2@h/x"), `c.yaml:3:13: a password must not stand in this file`, "write user: NAME and password: {env: NAME}"},
	{"ssh without a user", feed("source: sftp://h/x", "ssh: {agent: true}"), `c.yaml:3:13: no user: SSH knows no anonymous login`, "write user: NAME, or the name before an @ in the URL"},
	{"ssh pin", feed("source: sftp://u@h/x", "ssh: {pin: MD5:aa}"), `c.yaml:4:16: ssh pin: want SHA256: and 43 characters`, ""},
	{"tls pin", feed("source: ftps://h/x", "tls: {pin: abc}"), `c.yaml:4:16: pin: want the SHA-256 of the server's public key in hex or base64`, ""},
	{"bandwidth of a directory", feed("source: x", "bandwidth: 1MB"), `c.yaml:4:16: bandwidth: the feed's source is a directory`, "leave this key out, or put it under defaults: for the feeds that have a server"},
	{"time-outs of a directory", feed("source: file:///x", "timeouts: {idle: 60s}"), `c.yaml:4:15: timeouts: the feed's source is a directory`, ""},
	{"too little free", "min_free: 1KB\n" + feed("source: x"), `c.yaml:1:11: min_free: want 64MB or more`, ""},
	{"a state of nobody", "state: mysql://h/x\n" + feed("source: x"), `c.yaml:1:8: state: scheme "mysql" is not known`, "want a file's name, or postgres://USER@HOST/DATABASE"},
	{"query", feed("source: ftp://h/x?y"), `c.yaml:3:13: source URL has a "?" part`, ""},
	{"password written out", feed("source: ftp://h/x", "password: hunter2"), `c.yaml:4:15: a password must not stand in this file`, "write password: {env: NAME} or password: {file: PATH}"},
	{"password nowhere", feed("source: ftp://h/x", "password: {}"), `c.yaml:4:15: want one of env, file, netrc and command`, ""},
	{"password in two places", feed("source: ftp://h/x", "password: {env: A, netrc: ~/.netrc}"), `c.yaml:4:15: want one of env`, ""},
	{"password of no program", feed("source: ftp://h/x", "password: {command: ['']}"), `c.yaml:4:25: command: it names no program`, ""},
	{"tls mode", feed("source: ftp://h/x", "tls: {mode: starttls}"), `c.yaml:4:10: tls mode "starttls": want explicit, implicit or none`, ""},
	{"tls off on ftps", feed("source: ftps://h/x", "tls: {mode: none}"), `c.yaml:3:13: tls mode none contradicts ftps://`, ""},
	{"ca without tls", feed("source: ftp://h/x", "tls: {ca_file: x}"), `c.yaml:4:10: ca_file, server_name, pin and min_version need tls mode`, ""},
	{"tls of another scheme", feed("source: ftpes://h/x", "tls: {mode: implicit}"), `c.yaml:3:13: tls mode implicit contradicts ftpes://`, ""},
	{"zone", feed("source: ftp://h/x", "zone: Berlin"), `c.yaml:4:11: zone "Berlin" is not known`, ""},
	{"tls of SFTP", feed("source: sftp://h/x", "tls: {mode: explicit}"), `c.yaml:3:13: tls mode explicit contradicts sftp://`, ""},
	{"ssh of FTP", feed("source: ftp://h/x", "ssh: {agent: true}"), `c.yaml:4:10: ssh is for sources that begin with sftp://`, ""},
	{"a passphrase in the file", feed("source: sftp://h/x", "ssh: {passphrase: open sesame}"), `c.yaml:4:23: a password must not stand in this file`, `write password: {env: NAME} or password: {file: PATH}`},
	{"tls version", feed("source: ftpes://h/x", "tls: {min_version: 1.4}"), `c.yaml:4:24: min_version "1.4": want 1.0, 1.1, 1.2 or 1.3`, ""},
	{"tls version without tls", feed("source: ftp://h/x", "tls: {min_version: 1.3}"), `c.yaml:4:10: ca_file, server_name, pin and min_version need tls mode`, ""},
	{"no connections", feed("source: ftp://h/x", "connections: 0"), `c.yaml:4:18: connections 0: want 1 or more`, ""},
	{"no sessions", feed("source: ftp://h/x", "sessions: -1"), `c.yaml:4:15: sessions -1: want 1 or more`, ""},
	{"retries", feed("source: ftp://h/x", "retries: -1"), `c.yaml:4:14: retries -1: want 0 or more`, ""},
	{"bandwidth", feed("source: ftp://h/x", "bandwidth: fast"), `c.yaml:4:16: bandwidth "fast": want an amount such as 512MB`, ""},
	{"no bandwidth", feed("source: ftp://h/x", "bandwidth: 1KB"), `c.yaml:4:16: bandwidth "1KB": want 16KB or more`, ""},
	{"timeouts", feed("source: ftp://h/x", "timeouts: {idle: 60}"), `c.yaml:4:22: timeouts: idle "60": want a duration such as 90s or 5m`, ""},
	{"tls of a directory", feed("source: x", "tls: {mode: explicit}"), `c.yaml:4:10: a directory has no tls`, ""},
	{"pattern", feed("source: x", `match: ["*", "[a"]`), `c.yaml:4:18: match "[a" is no pattern`, ""},
	{"pattern with a directory", feed("source: x", "match: a/*"), `c.yaml:4:12: match "a/*": only the source's own directory is looked into`, "name the directory in source, or say depth: 1"},
	{"pair", feed("source: x", "pair: latin"), `c.yaml:4:11: pair "latin": want one of [detected`, ""},
	{"version", feed("source: x", "pair: {py2: {python: 3.11}}"), `c.yaml:4:26: python 3.11 is no py2`, ""},
	{"open mode", feed("source: x", "pair: {py2: {open: text}}"), `c.yaml:4:24: open mode "text": python 2.7 knows bytes-decode`, ""},
	{"reader", feed("source: x", "pair: {py2: {reader: list}}"), `c.yaml:4:26: reader "list": want reader or dict`, ""},
	{"step", feed("source: x", "pair: {py2: {clean: [strip, wash]}}"), `c.yaml:4:33: clean cell: unknown step "wash"`, "cleaning steps are strip, "},
	{"column type", feed("source: x", "pair: {py2: {types: {a: number}}}"), `c.yaml:4:29: convert cell: unknown step "number"`, "cleaning steps are strip, "},
	{"chain of types", feed("source: x", "pair: {py2: {types: {a: 'int|lower'}}}"), `c.yaml:4:29: convert cell: step "lower" cannot take the int that "int" can be`, ""},
	{"steps that do not follow", feed("source: x", "pair: {py3: {clean: [isdigit, strip]}}"), `c.yaml:4:35: clean cell: step "strip" cannot take the bool`, ""},
	{"dialect", feed("source: x", "pair: {py2: {dialect: [semicolon]}}"), `c.yaml:4:27: dialect option "semicolon": want key=value`, ""},
	{"quoting", feed("source: x", "pair: {py2: {dialect: {quoting: some}}}"), `c.yaml:4:27: dialect option "quoting=some": quoting "some" is no number`, ""},
	{"call", feed("source: x", "call: adapters.acme", "effects: none"), `c.yaml:4:11: call "adapters.acme": want module:function`, ""},
	{"call without interpreter", feed("source: x", "call: a:b", "effects: none"), `c.yaml:4:11: call needs an interpreter: paths.py2.python is not set`, "add paths: {py2: {python: /path/to/python}}"},
	{"call version", feed("source: x", "call: {py3: a:b}", "effects: none", `paths: {py3: {python: p, version: "2.7"}}`), `c.yaml:4:11: paths.py3.version: python 2.7 is no py3`, ""},
	{"setup without call", feed("source: x", "setup: a:b"), `c.yaml:4:12: setup: the feed has no call`, "add call"},
	{"effects without call", feed("source: x", "effects: none"), `c.yaml:4:14: effects: the feed has no call`, "add call"},
	{"call without effects", feed("source: x", "call: a:b", paths), `c.yaml:4:11: feed "acme" has a call and does not say its effects`, "add effects: none, or"},
	{"effects", feed("source: x", "call: a:b", "effects: all", paths), `c.yaml:5:14: effects: want none or a mapping, not "all"`, "effects: none refuses"},
	{"effects key", feed("source: x", "call: a:b", "effects: {sandboxes: [x]}", paths), `c.yaml:5:15: unknown key "sandboxes"`, `did you mean "sandbox"?`},
	{"sandbox of everything", feed("source: x", "call: a:b", "effects: {sandbox: [x, .]}", paths), `c.yaml:5:28: sandbox ".": want a directory that holds neither`, ""},
	{"allow", feed("source: x", "call: a:b", "effects: {allow: redis}", paths), `c.yaml:5:22: allow "redis": want host:port`, "for example"},
	{"collect", feed("source: x", "call: a:b", "effects: none", "collect: table", paths), `c.yaml:6:14: collect "table": want module:function`, ""},
	{"method of a factory", feed("source: x", "call: a:b", "factory: a:c", "effects: none", paths), `c.yaml:4:11: call "a:b": want the name of a method`, "with a factory"},
	{"args", feed("source: x", "call: a:b", "args: {py2: path, py3: file}", "effects: none", paths), `c.yaml:5:11: args "file": want path, file-rb or file-text`, ""},
	{"isolation", feed("source: x", "call: a:b", "effects: none", "isolation: thread", paths), `c.yaml:6:16: isolation "thread": want fork or process`, ""},
	{"timeout", feed("source: x", "call: a:b", "effects: none", "timeout: 90", paths), `c.yaml:6:14: timeout "90": want a duration`, ""},
	{"no rows", feed("source: x", "call: a:b", "effects: none", "max_rows: 0", paths), `c.yaml:6:15: max_rows 0: want 1 or more`, ""},
	{"no seconds", feed("source: x", "call: a:b", "effects: none", "max_seconds: 0", paths), `c.yaml:6:18: max_seconds 0: want 1 or more`, ""},
	{"seconds and a timeout", feed("source: x", "call: a:b", "effects: none", "timeout: 1m", "max_seconds: 5", paths), `c.yaml:7:18: max_seconds 5: want 1 or more, and no timeout beside it`, ""},
	{"seconds without a call", feed("source: x", "max_seconds: 5"), `c.yaml:4:18: max_seconds: the feed has no call`, ""},
	{"memory", feed("source: x", "call: a:b", "effects: none", "max_memory: 2", paths), `c.yaml:6:17: max_memory "2": want an amount such as 512MB`, ""},
	{"compare", feed("source: x", "compare: loose"), `c.yaml:4:14: compare "loose": want natural or strict`, ""},
	{"tolerance", feed("source: x", "tolerance: {a: -1}"), `c.yaml:4:16: tolerance of column "a" is no distance: -1`, ""},
	{"tolerance nan", feed("source: x", "tolerance: {a: .nan}"), `c.yaml:4:20: want a number, not ".nan"`, ""},
	{"backfill", feed("source: x", "backfill: -1"), `c.yaml:4:15: backfill "-1": want a number from 0 on, all, or a date`, ""},
	{"backfill of a day that is none", feed("source: x", "backfill: 2026-02-30"), `c.yaml:4:15: backfill "2026-02-30": want a number`, ""},
	{"alternatives", feed("source: x", `match: "*.{csv,txt}"`), `c.yaml:4:12: match "*.{csv,txt}": { and } stand for themselves and not for alternatives`, `write a list of patterns, or \{`},
	{"alternatives in a list", feed("source: x", `match: ["*.csv", "a.{x"]`), `c.yaml:4:22: match "a.{x": { and } stand for themselves`, ""},
	{"any depth", feed("source: x", "depth: 3", `exclude: "**/*.csv"`), `c.yaml:5:14: exclude "**/*.csv": ** is no more than *`, "a pattern without a slash is compared with names at any depth"},
	{"any depth behind a name", feed("source: x", "depth: 3", `unfinished: 'in/\***'`), `c.yaml:5:17: unfinished "in/\\***": ** is no more than *`, ""},
	{"exclude", feed("source: x", `exclude: ["a", "[a"]`), `c.yaml:4:20: exclude "[a" is no pattern`, ""},
	{"unfinished", feed("source: x", `unfinished: "["`), `c.yaml:4:17: unfinished "[" is no pattern`, ""},
	{"depth", feed("source: x", "depth: 33"), `c.yaml:4:12: depth 33: want 0 to 32`, ""},
	{"names", feed("source: x", "names: klingon"), `c.yaml:4:12: names "klingon": no codec of Python 3.13`, ""},
	{"names of no text", feed("source: x", "names: hex"), `c.yaml:4:12: names "hex": no codec of Python 3.13`, ""},
	{"done without a place for the name", feed("source: x", "done: done.txt"), `c.yaml:4:11: done "done.txt": want a file name with {name} or {stem} in it`, `"{name}.done" for stock.csv.done`},
	{"done of the file itself", feed("source: x", `done: ["{name}.ok", "{name}"]`), `c.yaml:4:25: done "{name}": want a file name`, ""},
	{"settle", feed("source: x", "settle: 30"), `c.yaml:4:13: settle "30": want a duration such as 30s or 5m`, ""},
	{"min_age", feed("source: x", "min_age: -2m"), `c.yaml:4:14: min_age "-2m": want a duration`, ""},
	{"refetch", feed("source: x", "refetch: always"), `c.yaml:4:14: refetch "always": want a duration`, ""},
	{"allow_empty", feed("source: x", "allow_empty: yes"), `c.yaml:4:18: want true or false, not "yes"`, ""},
	{"unpack size", feed("source: x", "unpack: {size: 10}"), `c.yaml:4:20: unpack: size "10": want an amount such as 512MB`, ""},
	{"unpack ratio", feed("source: x", "unpack: {ratio: 0}"), `c.yaml:4:21: unpack: ratio 0: want 1 or more`, ""},
	{"unpack exclude", feed("source: x", "unpack: {exclude: [a.txt, 'b[']}"), `c.yaml:4:31: unpack: exclude "b[" is no pattern`, ""},
	{"unpack exclude of a shell", feed("source: x", "unpack: {exclude: '{a,b}'}"), `c.yaml:4:23: unpack: exclude "{a,b}": { and } stand for themselves`, "write a list"},
	{"unpack members", feed("source: x", "unpack: {members: -1}"), `c.yaml:4:23: unpack: members -1: want 1 or more`, ""},
	{"avoid", feed("source: x", `avoid: ["01:00-02:00", "2:30"]`), `c.yaml:4:28: avoid "2:30": want a time of day such as "02:30-03:30"`, ""},
	{"avoid never", feed("source: x", `avoid: "02:30-02:30"`), `c.yaml:4:12: avoid "02:30-02:30": want a time of day`, ""},
	{"hand-over", feed("source: x", "handover: [pickle, marshal]"), `c.yaml:4:24: hand-over form "marshal": want a directory with a slash in it, or one of pickle, json`, "marshal's format belongs to one version"},
	{"hand-over folder of no call", feed("source: x", "handover: [pickle, var/cache]"), `c.yaml:4:24: hand-over folder "var/cache": py2 has no call that writes in it`, "add call: "},
	{"hand-over folder outside", feed("source: x", "call: a:b", "effects: {sandbox: other}", "handover: ./cache", paths), `c.yaml:6:15: hand-over folder "./cache": the call may not write in it`, "add effects: {sandbox: [./cache]}"},
	{"hand-over cache", feed("source: x", "handover: {caches: [var/cache]}"), `c.yaml:4:15: want `, ""},
	{"defaults", "defaults: 3\nfeeds: {a: {source: x}}\n", `c.yaml:1:11: defaults: want a mapping, not "3"`, ""},
	{"unknown key of defaults", "defaults: {mtach: 3}\nfeeds: {a: {source: x}}\n", `c.yaml:1:12: unknown key "mtach"`, ""},
	{"deep", strings.Repeat("[", 100) + strings.Repeat("]", 100), `c.yaml:1:66: nested deeper than 64`, ""},
}

// TestSteps holds that steps with arguments and chains arrive as written.
func TestSteps(t *testing.T) {
	c, err := Read("c.yaml", []byte(feed("source: x", `pair: {py3: {clean: [strip, "replace:,:.", 'split:\x3b'], types: {price: "float|round:2|format:%.2f", day: 'date:%d/%m/%Y'}}}`)))
	if err != nil {
		t.Fatal(err)
	}
	want := `--clean strip --clean replace:,:. --clean 'split:\x3b' --type 'price=float|round:2|format:%.2f' --type day=date:%d/%m/%Y`
	if got := c.Feeds[0].Pair.Py3.String(); !strings.HasSuffix(got, want) {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

// TestHome: ~ is the home of whoever runs feedparity, wherever a path may stand.
func TestHome(t *testing.T) {
	t.Setenv("HOME", "/home/shop")
	c := read(t, "state: ~/fp/state.db\ninbox: ~/inbox\n"+feed("source: ~/drop")+"  far:\n    source: sftp://shop@h/x\n    password: {file: ~/pass}\n"+
		"    ssh: {known_hosts: ~/.ssh/known, key: ~/.ssh/id, passphrase: {file: ~/phrase}}\n  tls:\n    source: ftps://h/x\n    password: {netrc: ~/.netrc}\n    tls: {ca_file: ~/ca.pem}\n"+
		"  named:\n    source: a/~/b\n")
	near, far, tls := c.Feeds[0].Source, c.Feeds[1].Source, c.Feeds[2].Source
	got := strings.Join([]string{c.State, c.Inbox, near.URL, far.Password.File, far.SSH.KnownHosts, far.SSH.Key, far.SSH.Passphrase.File, tls.Password.Netrc, tls.CAFile, c.Feeds[3].Source.URL}, " ")
	want := "/home/shop/fp/state.db /home/shop/inbox /home/shop/drop /home/shop/pass /home/shop/.ssh/known /home/shop/.ssh/id /home/shop/phrase /home/shop/.netrc /home/shop/ca.pem /etc/fp/a/~/b"
	if got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}

// TestPatternsMeant: characters that are meant as such are no mistake.
func TestPatternsMeant(t *testing.T) {
	c := read(t, feed("source: x", `match: ['a\{1\}.csv', '[{}].csv', '\**.csv', '[*][*].csv', '[^*{]*.csv', '*.csv']`))
	if n := len(c.Feeds[0].Match); n != 6 {
		t.Errorf("%d patterns", n)
	}
}

func TestMistakes(t *testing.T) {
	for _, m := range mistakes {
		_, err := Read("c.yaml", []byte(m.text))
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("%s: error %v is no *Error", m.name, err)
			continue
		}
		if !strings.HasPrefix(err.Error(), m.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s:\n got %s\nwant %s", m.name, err, m.want)
		}
		if !strings.HasPrefix(e.Hint, m.hint) {
			t.Errorf("%s: hint %q, want %q", m.name, e.Hint, m.hint)
		}
		if strings.Contains(err.Error()+e.Hint, "hunter2") {
			t.Errorf("%s: the error shows a password", m.name)
		}
	}
}

func TestAnchors(t *testing.T) {
	c := read(t, "feeds:\n  a: &a {source: x, key: [sku], backfill: 7}\n  b: {<<: *a, source: y}\n")
	if b := c.Feeds[1]; b.Source.URL != "/etc/fp/y" || b.Backfill != 7 || b.Compare.Key[0] != "sku" {
		t.Errorf("merged %+v", b)
	}
}

func TestLoadMissing(t *testing.T) {
	_, err := Load("no-such.yaml")
	if !errors.Is(err, fs.ErrNotExist) || err.Error() != `read config "no-such.yaml": no such file or directory` {
		t.Errorf("%v", err)
	}
}

func TestRevision(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	installed, asked := "six-1.16.dist-info", []string(nil)
	revision := func(text string) string {
		t.Helper()
		c, err := Read(filepath.Join(dir, "feedparity.yaml"), []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		rev, err := c.Revision(context.Background(), func(_ context.Context, call ingest.Call) []string {
			asked = append(asked, call.Python)
			return []string{call.Python + " " + installed}
		})
		if err != nil {
			t.Fatal(err)
		}
		return rev
	}
	called := "paths: {py2: {python: a}, py3: {python: b}}\nfeeds:\n  a: {source: x, call: m:f, effects: none}\n"
	write("m.py", "def f(p): pass\n")
	first := revision(called)
	write("data.csv", "a\n")
	write(".git/x.py", "1\n")
	write("ve/pyvenv.cfg", "")
	write("ve/lib/x.py", "1\n")
	write("lib/site-packages/x.py", "1\n")
	write("golden/cases/a/b/repro.py", "1\n")
	if got := revision(called); got != first || !strings.HasPrefix(got, "py-") {
		t.Errorf("revision %q became %q, though no source changed", first, got)
	}
	write("pkg/n.py", "")
	if got := revision(called); got == first {
		t.Error("a new module leaves the revision as it was")
	}
	outside := called + "  b: {source: x, call: m:f, effects: none, paths: {py2: {cwd: " + t.TempDir() + "}}}\n"
	if got := revision(outside); len(asked) != 2*3+3 {
		t.Errorf("revision %q asked %q: want an interpreter once where it runs", got, asked)
	}
	before := revision(called)
	if installed = "six-1.17.dist-info"; revision(called) == before {
		t.Error("another six leaves the revision as it was")
	}
	if got := revision("feeds: {a: {source: x}}\n"); got != "" {
		t.Errorf("revision %q of a project without code", got)
	}
	if got := revision("project: {revision: go env GOOS}\nfeeds: {a: {source: x}}\n"); got == "" {
		t.Error("the command's output is lost")
	}
	c := read(t, "project: {root: /, revision: no-such-command-here}\nfeeds: {a: {source: x}}\n")
	if _, err := c.Revision(context.Background(), nil); err == nil {
		t.Error("a command that cannot be run is no error")
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(full))
	for _, m := range mistakes {
		f.Add([]byte(m.text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := Read("c.yaml", data)
		if err == nil && len(c.Feeds) == 0 {
			t.Error("a configuration without feeds")
		}
		if err != nil && strings.Contains(err.Error(), "\n") {
			t.Errorf("error of several lines: %q", err)
		}
	})
}

// TestLocaleCodec: "locale" is the codec of the environment of the policy's path.
func TestLocaleCodec(t *testing.T) {
	const text = `
paths: {py2: {env: {LANG: de_DE}}, py3: {env: {LC_ALL: C}}}
feeds:
  plain: {source: x, pair: {py2: {open: io-open, codec: locale}, py3: {open: locale, codec: locale}}}
  old: {source: x, pair: {py3: {python: "3.6", open: locale, codec: locale}}}
  own: {source: x, pair: {py3: {open: locale, codec: locale}}, paths: {py3: {env: {LC_ALL: ja_JP.eucJP}}}}
`
	c, err := Read("c.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string][2]string{"plain": {"iso8859-1", "utf-8"}, "old": {ingest.Detected, "ascii"}, "own": {ingest.Detected, "euc_jp"}} {
		for _, f := range c.Feeds {
			if f.Name == name && (f.Pair.Py2.Codec != want[0] || f.Pair.Py3.Codec != want[1]) {
				t.Errorf("%s reads with %s and %s, want %v", name, f.Pair.Py2.Codec, f.Pair.Py3.Codec, want)
			}
		}
	}
}

// TestState: a database is named without its password, which is found elsewhere.
func TestState(t *testing.T) {
	for _, tt := range []struct{ text, state, env, err string }{
		{"", "/etc/fp/.feedparity/state.db", "", ""},
		{"state: var/s.db", "/etc/fp/var/s.db", "", ""},
		{"state: postgres://u@h/d", "postgres://u@h/d", "", ""},
		{"state: {url: postgresql://u@h/d, password: {env: PW}}", "postgresql://u@h/d", "PW", ""},
		{"state: postgres://u:hunter2@h/d", "", "", "a password must not stand in this file"},
		{"state: postgres://h/d?password=hunter2", "", "", "a password must not stand in this file"},
		{"state: postgres://u:hunter2@h:port/d", "", "", "malformed URL"},
		{"state: {url: var/s.db}", "", "", "want url: postgres://"},
		{"state: {url: postgres://u@h/d, password: hunter2}", "", "", "a password must not stand in this file"},
	} {
		c, err := Read("/etc/fp/feedparity.yaml", []byte(tt.text+"\nfeeds:\n  a: {source: /srv}\n"))
		switch {
		case tt.err != "":
			if err == nil || !strings.Contains(err.Error(), tt.err) || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("%s: %v, want %s", tt.text, err, tt.err)
			}
		case err != nil || c.State != tt.state || c.Database.Env != tt.env:
			t.Errorf("%s: %+v, %v", tt.text, c, err)
		}
	}
}
