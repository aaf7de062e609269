// Package config reads feedparity.yaml into the vocabulary of package ingest.
//
// File and the types named Entry are the file as written, and its reference; Load checks
// them, makes every path absolute and hands out a Config. Whatever the file says
// is either done or refused with its line and column: nothing is passed over.
package config

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/config/secret"
	"github.com/feedparity/feedparity/ingest/pycodec"
	"github.com/feedparity/feedparity/ingest/schedule"
)

// DefaultFile is the name that commands look for in the current directory.
const DefaultFile = "feedparity.yaml"

// leastFree is what min_free is at least, for the state and reports want room, too.
const leastFree = 64 << 20

// Config is a checked configuration. All paths in it are absolute.
type Config struct {
	File     string     // the file it was read from
	Root     string     // project.root
	State    string     // database file, or the URL of a PostgreSQL database, without a password
	Database secret.Ref // its password, none where libpq's own ways are to find it
	Storage  Storage    // of deliveries
	Archive  string     // directories, the first for what a sweep is working on
	Inbox    string
	Reports  string
	Golden   string
	Accept   []Accept
	Spread   bool // new cases are tried on the other feeds
	Notify   Notify
	Schedule schedule.Schedule // the zero value if there is none
	MinFree  int64             // bytes that must stay free on the disk of the archive, 0 for the default
	Servers  int               // spoken to at once, 0 for the default
	Feeds    []Feed            // in the file's order
	revision string            // the command, "" for a hash of the .py files
}

// Feed is a configured feed and how to reach its source.
type Feed struct {
	ingest.Feed
	Take        Take
	Source      Connection
	Expect      Expect
	Concurrency int // batches of its deliveries run at once, 0 for no limit
	Recheck     int // deliveries run again when the code's revision changes
}

// Take says which files of a source are deliveries, beside Feed.Match, and when.
type Take struct {
	Exclude, Unfinished, Done []string // patterns
	IgnoreCase                bool
	Depth                     int            // directories below the source that are looked into
	Names                     *pycodec.Codec // of file names, nil for bytes as they are
	Settle                    time.Duration  // between two looks at a new file
	MinAge                    time.Duration  // of a new file, by the server's clock
	Refetch                   time.Duration  // age up to which a file without seconds in its time is fetched again
	AllowEmpty                bool
	Avoid                     []Window
	Unpack                    Unpack
}

// Unpack bounds what an archive may hold; 0 stands for the default of package archive.
type Unpack struct {
	Size           int64 // bytes
	Ratio, Members int
	Exclude        []string // patterns of files that are left out
}

// Window is a time of day at which a source is left alone.
type Window struct {
	From, To time.Duration // since midnight; To may be less than From: past midnight
	Zone     *time.Location
}

// Connection is how to reach a feed's source.
type Connection struct {
	URL        string // ftp://host[:port]/dir, ftps://..., ftpes://..., sftp://..., https://..., http://..., or an absolute directory
	User       string // "" for anonymous
	Password   secret.Ref
	TLS        string         // "explicit", "implicit" or "none"
	CAFile     string         // PEM file, "" for the system's authorities
	ServerName string         // "" for the URL's host
	Pin        string         // SHA-256 of the server's public key, "" for none
	MinTLS     uint16         // tls.VersionTLS12 and the like, 0 for the default
	Zone       *time.Location // of the server's clock, nil if it is to be asked

	// Zero stands for the defaults of package fetch; Retries is -1 for none.
	Connections, Sessions, Retries int
	Bandwidth                      int64 // bytes a second
	Timeouts                       Timeouts

	SSH SSH
}

// Timeouts say how long a source is waited for, 0 for the default.
type Timeouts struct{ Dial, Idle, File, Host time.Duration }

// SSH is how an SFTP server is trusted and logged in to.
type SSH struct {
	KnownHosts string // file, "" for ~/.ssh/known_hosts
	Pin        string // fingerprint of the server's key, "" for none
	Key        string // file with a private key, "" for none
	Passphrase secret.Ref
	Agent      bool
}

// Load reads and checks a file. Mistakes in it are *Error with line and column;
// a file that is not there wraps fs.ErrNotExist.
func Load(name string) (*Config, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		var path *fs.PathError
		if errors.As(err, &path) {
			err = path.Err // the name is said once
		}
		return nil, fmt.Errorf("read config %q: %w", name, err)
	}
	return Read(name, data)
}

// Read checks a configuration that was read from the named file, whose directory
// its paths are relative to.
func Read(name string, data []byte) (*Config, error) {
	top, err := Parse(name, data)
	if err != nil {
		return nil, err
	}
	var f File
	if err := top.Decode(&f); err != nil {
		return nil, err
	}
	abs, err := filepath.Abs(name)
	if err != nil {
		return nil, fmt.Errorf("read config %q: %w", name, err)
	}
	r := resolver{file: name, dir: filepath.Dir(abs), top: top, f: f}
	c := &Config{
		File:    abs,
		Root:    r.abs(or(f.Project.Root, ".")),
		State:   r.state(),
		Inbox:   r.abs(or(f.Inbox, ".feedparity/inbox")),
		Reports: r.abs(or(f.Reports, ".feedparity/reports")),
		Golden:  r.abs(or(f.Golden, "golden/cases")),
		Spread:  f.Spread == nil || *f.Spread,

		Database: f.State.Password.ref(&r, "", ""),
		revision: f.Project.Revision,
	}
	r.root = c.Root
	if f.MinFree != nil {
		if c.MinFree = int64(*f.MinFree); c.MinFree < leastFree {
			return nil, at(top, "min_free").Errorf("min_free: want 64MB or more")
		}
	}
	if f.Servers != nil {
		if c.Servers = *f.Servers; c.Servers < 1 || c.Servers > 1000 {
			return nil, at(top, "servers").Errorf("servers %d: want 1 to 1000", c.Servers)
		}
	}
	if c.Schedule, err = r.schedule(); err != nil {
		return nil, err
	}
	if c.Storage, c.Archive, err = r.storage(); err != nil {
		return nil, err
	}
	if c.Notify, err = r.notify(); err != nil {
		return nil, err
	}
	if c.Accept, err = r.accepts(); err != nil {
		return nil, err
	}
	c.Feeds, err = r.feeds()
	return c, err
}

// Feed returns the feed of that name.
func (c *Config) Feed(name string) (Feed, error) {
	var names []string
	for _, f := range c.Feeds {
		if f.Name == name {
			return f, nil
		}
		names = append(names, f.Name)
	}
	if near := nearest(name, names); near != "" {
		return Feed{}, fmt.Errorf("no feed %q in %s: did you mean %q?", name, c.File, near)
	}
	return Feed{}, fmt.Errorf("no feed %q in %s: it has %s", name, c.File, strings.Join(names, ", "))
}

// Revision returns the revision of the team's code: the first line printed by
// the project's command, else a hash over the .py files under its root and wherever
// its calls are run, and over what installed tells of the interpreter of each call;
// nil leaves that out. Where no feed calls the team's code it is "".
func (c *Config) Revision(ctx context.Context, installed func(context.Context, ingest.Call) []string) (string, error) {
	if c.revision != "" {
		rev, err := secret.Output(ctx, c.Root, c.revision)
		if err != nil {
			return "", fmt.Errorf("find code revision: %w", err)
		}
		return rev, nil
	}
	calls := c.calls()
	if len(calls) == 0 {
		return "", nil
	}
	h := sha256.New()
	for _, dir := range sourceDirs(c.Root, calls) {
		if err := hashSources(ctx, h, dir, c.Golden, c.Inbox, c.Archive, c.Reports); err != nil {
			return "", fmt.Errorf("hash code of %s: %w", dir, err)
		}
	}
	asked := map[[3]string]bool{}
	for _, call := range calls {
		at := [3]string{call.Python, call.Dir, call.Env["PYTHONPATH"]}
		if asked[at] || installed == nil {
			continue
		}
		asked[at] = true
		fmt.Fprintf(h, "%q\n", installed(ctx, call))
	}
	return "py-" + hex.EncodeToString(h.Sum(nil))[:16], ctx.Err()
}

// calls lists those of all feeds, in their order.
func (c *Config) calls() []ingest.Call {
	var out []ingest.Call
	for _, f := range c.Feeds {
		for _, call := range f.Calls {
			if call != nil {
				out = append(out, *call)
			}
		}
	}
	return out
}

// sourceDirs are the root and where calls are run outside of it.
func sourceDirs(root string, calls []ingest.Call) []string {
	dirs := []string{root}
	for _, call := range calls {
		if !slices.ContainsFunc(dirs, func(d string) bool { return holds(d, call.Dir) }) {
			dirs = append(dirs, call.Dir)
		}
	}
	return dirs
}

// hashSources hashes names and contents of all .py files under root. Hidden
// directories, virtual environments, what is installed in one, and those that are
// named, which feedparity writes itself, are left out.
func hashSources(ctx context.Context, h io.Writer, root string, without ...string) error {
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		if d.IsDir() {
			if path != root && (strings.HasPrefix(d.Name(), ".") || slices.Contains(without, path) || isInstalled(path)) {
				return filepath.SkipDir
			}
			return nil
		}
		if filepath.Ext(path) != ".py" || !d.Type().IsRegular() {
			return nil
		}
		return hashFile(h, root, path)
	})
}

// isInstalled reports whether a directory holds what pip installs.
func isInstalled(dir string) bool {
	name := filepath.Base(dir)
	return name == "site-packages" || name == "dist-packages" || name == "node_modules" || isFile(filepath.Join(dir, "pyvenv.cfg"))
}

// hashFile adds name, length and bytes, so that no two trees run together.
func hashFile(h io.Writer, root, path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	rel, err := filepath.Rel(root, path)
	if err != nil {
		return err
	}
	fmt.Fprintf(h, "%s\x00%d\x00", filepath.ToSlash(rel), len(data))
	_, err = h.Write(data)
	return err
}

func isFile(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.Mode().IsRegular()
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
