package config

import (
	"errors"
	"fmt"
	"math"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/pycodec"
)

// resolver turns the file as written into the vocabulary.
type resolver struct {
	file string
	dir  string // of the file, absolute
	root string // of the project, absolute
	top  *Node  // the file
	f    File
}

func (r *resolver) abs(name string) string {
	if filepath.IsAbs(name) {
		return filepath.Clean(name)
	}
	return filepath.Join(r.dir, name)
}

// state is the database's file, or its URL.
func (r *resolver) state() string {
	if r.f.State.URL != "" {
		return r.f.State.URL
	}
	return r.abs(or(r.f.State.file, ".feedparity/state.db"))
}

// home is abs for a path that may begin with ~.
func (r *resolver) home(name string) string {
	if rest, ok := strings.CutPrefix(name, "~/"); ok {
		if dir, err := os.UserHomeDir(); err == nil {
			return filepath.Join(dir, rest)
		}
	}
	return r.abs(name)
}

func (r *resolver) feeds() ([]Feed, error) {
	n := r.f.Feeds
	if n == nil || n.Kind != Mapping || len(n.Entries) == 0 {
		err := &Error{File: r.file, Msg: "no feeds", Hint: `name at least one under "feeds:"`}
		if n != nil {
			err.Line, err.Column = n.Line, n.Column
		}
		return nil, err
	}
	var out []Feed
	seen := map[string]string{}
	for _, e := range n.Entries {
		if msg := badName(e.Key, seen); msg != "" {
			return nil, &Error{File: r.file, Line: e.Line, Column: e.Column, Msg: fmt.Sprintf("feed %q: %s", e.Key, msg)}
		}
		seen[strings.ToLower(e.Key)] = e.Key
		f, err := r.feed(e.Key, e.Value)
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}

const maxName = 64

// badName says why a feed's name cannot be a directory on every system.
func badName(name string, seen map[string]string) string {
	ok := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._-", r)
	}
	stem, _, _ := strings.Cut(strings.ToLower(name), ".")
	switch {
	case name == "":
		return "a name is wanted"
	case strings.IndexFunc(name, func(r rune) bool { return !ok(r) }) >= 0:
		return "a name holds letters, digits, '.', '-' and '_'"
	case strings.HasPrefix(name, ".") || strings.HasPrefix(name, "-") || strings.HasSuffix(name, "."):
		return "a name begins with a letter or digit and does not end with a dot"
	case len(name) > maxName:
		return "a name has at most 64 characters"
	case slices.Contains([]string{"con", "prn", "aux", "nul"}, stem) || len(stem) == 4 && (stem[:3] == "com" || stem[:3] == "lpt") && stem[3] >= '0' && stem[3] <= '9':
		return "Windows keeps this name for a device"
	case seen[strings.ToLower(name)] != "":
		return fmt.Sprintf("differs from feed %q only in case", seen[strings.ToLower(name)])
	}
	return ""
}

func (r *resolver) feed(name string, n *Node) (Feed, error) {
	if n.Null {
		n = &Node{file: n.file, Line: n.Line, Column: n.Column, Kind: Mapping}
	}
	own := n
	if d := r.f.Defaults; d != nil && n.Kind == Mapping {
		if d.Kind != Mapping {
			return Feed{}, d.Errorf("defaults: want a mapping, not %s", d.what())
		}
		merged := *n
		merged.Entries = slices.Clone(n.Entries)
		merged.inherit(d)
		n = &merged
	}
	var e FeedEntry
	if err := n.Decode(&e); err != nil {
		return Feed{}, err
	}
	if e.Call == (PathsEntry{}) {
		if err := withoutCall(own); err != nil {
			return Feed{}, err
		}
	}
	if e.Charset != "" {
		if err := checkCodec(ingest.Python313, e.Charset); err != nil {
			return Feed{}, at(n, "charset").Errorf("%v", err)
		}
	}
	out := Feed{Feed: ingest.Feed{Name: name, Match: e.Match, Charset: e.Charset, Backfill: 3}, Recheck: 5}
	for _, step := range []func(*Feed, FeedEntry, *Node) error{r.source, r.match, r.take, r.pair, r.calls, r.comparison, r.backfill, r.counts, r.handover, r.expect} {
		if err := step(&out, e, n); err != nil {
			return Feed{}, err
		}
	}
	return out, nil
}

// at returns the node of a key, or the feed itself where the key is missing.
func at(n *Node, key string) *Node {
	if v := n.Get(key); v != nil {
		return v
	}
	return n
}

func (r *resolver) source(out *Feed, e FeedEntry, n *Node) error {
	c := Connection{User: e.User, Password: e.Password.ref(r, "", e.User), TLS: e.TLS.Mode, ServerName: e.TLS.ServerName, Pin: e.TLS.Pin}
	if e.TLS.CAFile != "" {
		c.CAFile = r.abs(e.TLS.CAFile)
	}
	c.SSH = r.ssh(e.SSH)
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
	var err error
	if c.Zone, err = time.LoadLocation(e.Zone); err != nil || e.Zone == "Local" {
		return at(n, "zone").Errorf("zone %q is not known", e.Zone)
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

func (r *resolver) pair(out *Feed, e FeedEntry, n *Node) error {
	if e.Pair.node == nil || e.Pair.builtin != "" {
		pair, err := ingest.BuiltinPair(or(e.Pair.builtin, ingest.Detected))
		out.Pair = pair
		return err
	}
	out.Pair.Name = out.Name
	var err error
	for _, p := range []struct {
		path   ingest.Path
		policy PolicyEntry
		out    *ingest.Settings
	}{{ingest.Py2, e.Pair.Py2, &out.Pair.Py2}, {ingest.Py3, e.Pair.Py3, &out.Pair.Py3}} {
		env := merge(e.Paths.of(p.path), r.f.Paths.of(p.path)).Env
		if *p.out, err = p.policy.settings(p.path, e.Pair.node, env); err != nil {
			return err
		}
	}
	return nil
}

// settings completes a policy with its path's defaults, and the codec of a locale
// from the path's environment.
func (p PolicyEntry) settings(path ingest.Path, pair *Node, env map[string]string) (ingest.Settings, error) {
	where := pair
	if p.node != nil {
		where = p.node
	}
	py := [2]ingest.Python{ingest.Python27, ingest.Python313}[path]
	if p.Python != "" {
		var err error
		if py, err = ingest.ParsePython(p.Python); err != nil {
			return ingest.Settings{}, at(where, "python").Errorf("%v", err)
		}
		if py.Path() != path {
			return ingest.Settings{}, at(where, "python").Errorf("python %s is no %s", py, path)
		}
	}
	s := ingest.DefaultSettings(py)
	s.Open = ingest.OpenMode(or(p.Open, string(s.Open)))
	s.Codec = or(p.Codec, ingest.Detected)
	s.Errors = or(p.Errors, s.Errors)
	s.Reader = ingest.ReaderKind(or(p.Reader, string(s.Reader)))
	s.Sniff, s.Types = p.Sniff, p.Types
	if p.FieldLimit != nil {
		s.FieldLimit = *p.FieldLimit
	}
	for _, step := range p.Clean {
		s.Clean = append(s.Clean, ingest.Step(step))
	}
	if s.Codec == ingest.LocaleCodec {
		if env == nil {
			err := at(where, "codec").Errorf("codec locale: nothing says in which environment: paths.%s.env is not set", path)
			err.Hint = "add paths: {" + path.String() + ": {env: {LC_ALL: C}}}, with what the program has"
			return s, err
		}
		var err error
		if s.Codec, err = (pycodec.Environment{Env: env}).LocaleCodec(py); err != nil {
			return s, at(where, "codec").Errorf("codec locale: %v", err)
		}
	}
	return s, p.finish(&s, path, where)
}

// finish sets the dialect and checks what can be checked without an engine.
func (p PolicyEntry) finish(s *ingest.Settings, path ingest.Path, where *Node) error {
	for i := range s.Clean {
		if err := ingest.CheckSteps(path, s.Clean[:i+1]); err != nil {
			n := at(where, "clean")
			if n.Kind == Sequence {
				n = n.Items[i]
			}
			return stepError(n, err)
		}
	}
	for _, t := range p.Types {
		if err := ingest.CheckType(path, t.Type); err != nil {
			return stepError(at(at(where, "types"), t.Column), err)
		}
	}
	if p.Dialect != nil {
		d, err := ingest.ParseDialect(path, p.Dialect...)
		if err != nil {
			return at(where, "dialect").Errorf("%v", err)
		}
		s.Dialect = append(ingest.Dialect{}, d...)
	}
	if err := checkCodec(s.Python, s.Codec); err != nil {
		return at(where, "codec").Errorf("%v", err)
	}
	if err := s.Validate(); err != nil {
		key := "open"
		if strings.HasPrefix(err.Error(), "reader") {
			key = "reader"
		}
		return at(where, key).Errorf("%v", err)
	}
	return nil
}

// checkCodec refuses a codec that no Python knows. One that only this version
// lacks is what the path would meet, and one without a model runs on a real Python.
func checkCodec(py ingest.Python, name string) error {
	if name == ingest.Detected {
		return nil
	}
	_, _, err := pycodec.Lookup(py, name)
	if errors.Is(err, pycodec.ErrUnknown) || errors.Is(err, pycodec.ErrNotText) {
		return err
	}
	return nil
}

func (r *resolver) comparison(out *Feed, e FeedEntry, n *Node) error {
	out.Compare = ingest.Comparison{Key: e.Key, Ignore: e.Ignore, Tolerance: e.Tolerance, Strict: e.Compare == "strict"}
	if e.Compare != "" && e.Compare != "natural" && e.Compare != "strict" {
		return at(n, "compare").Errorf("compare %q: want natural or strict", e.Compare)
	}
	for col, t := range e.Tolerance {
		if t < 0 || math.IsNaN(t) {
			return at(n, "tolerance").Errorf("tolerance of column %q is no distance: %v", col, t)
		}
	}
	return nil
}

// counts reads how many deliveries are run at once, and again.
func (r *resolver) counts(out *Feed, e FeedEntry, n *Node) error {
	for _, c := range []struct {
		key   string
		in    *int
		least int
		out   *int
	}{{"concurrency", e.Concurrency, 1, &out.Concurrency}, {"recheck", e.Recheck, 0, &out.Recheck}} {
		if c.in == nil {
			continue
		}
		if *c.in < c.least {
			return at(n, c.key).Errorf("%s %d: want %d or more", c.key, *c.in, c.least)
		}
		*c.out = *c.in
	}
	return nil
}

// reflectString lets a type that decodes itself be filled as a list of strings.
func reflectString(d *DialectEntry) reflect.Value {
	return reflect.ValueOf((*[]string)(d)).Elem()
}
