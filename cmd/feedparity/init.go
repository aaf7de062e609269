//go:build !lean

package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/feedparity/feedparity/ingest/adopt"
	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/detect"
	"github.com/feedparity/feedparity/ingest/fetch"
	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/unpack"
)

const initLong = `Writes feedparity.yaml and, beside the code, adapters.py with a worked adapter for each
shape that ingestion code has. Without options the configuration is a sample to fill in.

With --from it lists the files that a supplier offers and writes a feed for each kind
of name: dates and numbers that change become patterns, and charset and dialect are
detected on the newest file of each. With --code it reads the Python files of a
directory, none of which is run, and writes for each function that reads CSV how it
does so on either Python, with the lines it was guessed from.

Whatever is guessed is marked so, and what only a person can know is marked TODO. A
file that is there already is never touched, unless --force is given.`

// initFlags are the options of init.
type initFlags struct {
	from, code, user, password string
	django, force              bool
}

func newInit(std streams) *cobra.Command {
	var f initFlags
	cmd := &cobra.Command{
		Use:   "init [FILE]",
		Short: "Write a feedparity.yaml to start from, guessed from files and code",
		Long:  initLong,
		Example: `  feedparity init
  feedparity init --from /srv/drop/acme
  feedparity init --from ftp://feed@ftp.example.com/out --password-env ACME_PASSWORD --code . --django
  feedparity init conf/feedparity.yaml`,
		Args: wantArgs(0, 1, "FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			name := config.DefaultFile
			if len(args) == 1 {
				name = args[0]
			}
			return f.run(cmd.Context(), std, name)
		},
	}
	fs := cmd.Flags()
	fs.StringVar(&f.from, "from", "", "a directory, or an ftp://, ftps://, ftpes://, sftp:// or https:// `URL`, with deliveries: a feed for each kind of file name")
	fs.StringVar(&f.code, "code", "", "the `DIR` of your code: a guess at how each of its modules reads")
	fs.BoolVar(&f.django, "django", false, "an adapter that sets Django up with a database of its own")
	fs.BoolVar(&f.force, "force", false, "write over files that are there")
	fs.StringVar(&f.user, "user", "", "the user to log in as at --from (default: the URL's, else anonymous)")
	fs.StringVar(&f.password, "password-env", "", "the environment variable `NAME` that holds its password")
	return cmd
}

func (f *initFlags) run(ctx context.Context, std streams, name string) error {
	if _, err := os.Lstat(name); err == nil && !f.force {
		return usageError("name another file, or give --force", "create %q: %w", name, fs.ErrExist)
	}
	p := adopt.Plan{Django: f.django}
	text := sampleConfig
	dir := filepath.Dir(name) // where adapters.py is imported from
	if f.from != "" || f.code != "" {
		var err error
		if dir, err = f.plan(ctx, &p, name, dir); err != nil {
			return err
		}
		text = p.Config()
	}
	if err := writeFile(name, text, f.force); err != nil {
		return err
	}
	fmt.Fprintln(std.err, "wrote", name)
	adapters := filepath.Join(dir, "adapters.py")
	switch err := writeFile(adapters, p.Adapters(), f.force); {
	case errors.Is(err, fs.ErrExist):
		fmt.Fprintf(std.err, "kept %s: it is there already\n", adapters)
	case err != nil:
		return err
	default:
		fmt.Fprintln(std.err, "wrote", adapters)
	}
	f.sum(std.err, &p)
	if f.code != "" && len(p.Code.Modules) == 0 {
		fmt.Fprintln(std.err, `hint: no function was seen to come to csv, unicodecsv, pandas or a loop that splits lines: name yours with call: "module:function", see docs/adopting.md`)
	}
	fmt.Fprintln(std.err, "hint: fill in the lines marked TODO, then run feedparity doctor")
	return nil
}

// sum says what was found.
func (f *initFlags) sum(w io.Writer, p *adopt.Plan) {
	if f.from != "" {
		fmt.Fprintf(w, "found %s in %s\n", plurals(len(p.Feeds), "kind of file name", "kinds of file names"), p.Source)
	}
	if f.code != "" {
		fmt.Fprintf(w, "found %s that read CSV in %s\n", plural(len(p.Code.Modules), "function"), f.code)
	}
}

// plan looks at the source and the code, and returns where adapters.py belongs.
func (f *initFlags) plan(ctx context.Context, p *adopt.Plan, name, dir string) (string, error) {
	if f.code != "" {
		info, err := os.Stat(f.code)
		if err != nil || !info.IsDir() {
			return dir, usageError("name the directory of your Python code", "read code in %q: %w", f.code, orNotDir(err))
		}
		if p.Code, err = adopt.ReadCode(ctx, f.code); err != nil {
			return dir, usageError("", "%w", err)
		}
		p.Pythons = f.interpreters(ctx)
		root, _ := adopt.Root(f.code)
		p.Root, dir = relativeTo(filepath.Dir(name), root), relativeTo(".", root)
	}
	if f.from == "" {
		return dir, nil
	}
	return dir, f.look(ctx, p, name)
}

func orNotDir(err error) error {
	if err == nil {
		return errors.New("not a directory")
	}
	return cause(err)
}

// interpreters are those of virtual environments beside the code, else the newest of
// each path on this machine.
func (f *initFlags) interpreters(ctx context.Context) [2]string {
	envs := adopt.VirtualEnvs(f.code)
	out := envs
	for _, i := range interp.Newest(interp.Find(ctx)) { // sorted by version: the last one stays
		if path := i.Version.Path(); envs[path] == "" {
			out[path] = i.Path
		}
	}
	for i, python := range out {
		if abs, err := filepath.Abs(python); python != "" && err == nil {
			out[i] = abs
		}
	}
	return out
}

// relativeTo writes a path as a configuration in a directory means it.
func relativeTo(dir, path string) string {
	from, err := filepath.Abs(dir)
	abs, err2 := filepath.Abs(path)
	rel, err3 := filepath.Rel(from, abs)
	if errors.Join(err, err2, err3) != nil || strings.HasPrefix(rel, filepath.Join("..", "..", "..")) {
		return abs
	}
	return rel
}

// look lists the source and makes feeds of what is there.
func (f *initFlags) look(ctx context.Context, p *adopt.Plan, name string) error {
	o := fetch.Options{User: f.user}
	if f.password != "" {
		var ok bool
		if o.Password, ok = os.LookupEnv(f.password); !ok {
			return usageError("set it, or name another", "read --password-env: %s is not set", f.password)
		}
	}
	p.Source, p.User, p.Password = f.from, f.user, f.password
	if u, err := url.Parse(f.from); err == nil && strings.Contains(f.from, "://") {
		if _, has := u.User.Password(); has {
			return usageError("name the variable that holds it with --password-env", "read --from: a password must not stand in a URL")
		}
		if p.User == "" {
			p.User = u.User.Username()
		}
		o.User, u.User = p.User, nil
		p.Source = u.String()
	} else {
		p.Source = relativeTo(filepath.Dir(name), f.from)
	}
	src, err := fetch.Open(ctx, f.from, o)
	if err != nil {
		return sourceError(err)
	}
	defer src.Close()
	found, err := fetch.Find(ctx, src, fetch.Selection{})
	if err != nil {
		return sourceError(err)
	}
	p.Feeds, p.Left = feedsOf(ctx, src, found.Entries)
	if len(p.Feeds) == 0 {
		return usageError("name the directory that the deliveries are in", "list %q: there are no files that could be deliveries", p.Source)
	}
	return nil
}

// sourceError words that a source could not be reached: one that is not there is the
// user's to mend, a server that fails is not.
func sourceError(err error) error {
	if errors.Is(err, fetch.ErrUnavailable) {
		return usageError("check the directory's name", "%w", err)
	}
	return &statusError{statusIncomplete, err, "check the URL, --user and --password-env"}
}

// feedsOf makes a feed of each kind of name, with what its newest file is.
func feedsOf(ctx context.Context, src fetch.Source, entries []fetch.Entry) (out []adopt.FeedPlan, left []string) {
	slices.SortStableFunc(entries, func(a, b fetch.Entry) int { return cmp.Or(a.MTime.Compare(b.MTime), cmp.Compare(a.Path, b.Path)) })
	byName := map[string]fetch.Entry{}
	var names []string
	for _, e := range entries {
		if !adopt.Deliverable(e.Name()) {
			left = append(left, e.Name())
			continue
		}
		byName[e.Name()] = e
		names = append(names, e.Name())
	}
	for n, pattern := range adopt.Patterns(names) {
		f := adopt.FeedPlan{Pattern: pattern, Why: fmt.Sprintf("only the first %d kinds are looked at", maxSamples)}
		if n >= maxSamples {
			out = append(out, f)
			continue
		}
		newest := byName[pattern.Names[len(pattern.Names)-1]]
		if found, err := sampleOf(ctx, src, newest); err != nil {
			f.Why = oneLine(err.Error())
		} else {
			f.Sample, f.Found = newest.Name(), found
		}
		out = append(out, f)
	}
	return out, left
}

// maxSample is how much of a file is looked at, maxSamples of how many kinds of names;
// a packed file is fetched whole, up to maxPacked.
const (
	maxSample  = 1 << 20
	maxSamples = 100
	maxPacked  = 16 << 20
)

// sampleOf detects what the beginning of a file is, up to the end of a line; of a packed
// one that of the first file in it.
func sampleOf(ctx context.Context, src fetch.Source, e fetch.Entry) (detect.Result, error) {
	r, err := src.Open(ctx, e.Path, 0)
	if err != nil {
		return detect.Result{}, err
	}
	data, err := io.ReadAll(io.LimitReader(r, maxSample))
	cerr := r.Close() // complains of what was not read, where there is more
	if err == nil && len(data) < maxSample {
		err = cerr
	}
	switch {
	case err != nil:
		return detect.Result{}, err
	case unpack.Is(bytes.NewReader(data), int64(len(data))):
		return packedSample(ctx, src, e)
	}
	return detectSample(data)
}

func detectSample(data []byte) (detect.Result, error) {
	if i := bytes.LastIndexByte(data, '\n'); len(data) == maxSample && i > 0 {
		data = data[:i+1]
	}
	return detect.Bytes(data, detect.Options{})
}

func packedSample(ctx context.Context, src fetch.Source, e fetch.Entry) (none detect.Result, err error) {
	if e.Size > maxPacked {
		return none, fmt.Errorf("%q is packed and has %d bytes, which is too much for a sample", e.Name(), e.Size)
	}
	dir, err := os.MkdirTemp("", "feedparity-sample-")
	if err != nil {
		return none, err
	}
	defer os.RemoveAll(dir)
	root, err := os.OpenRoot(dir)
	if err != nil {
		return none, err
	}
	defer root.Close()
	if _, err := fetch.Download(ctx, src, e, root, "packed"); err != nil {
		return none, err
	}
	members, err := unpack.Open(ctx, filepath.Join(dir, "packed"), e.Name(), filepath.Join(dir, "unpacked"), unpack.Limits{})
	if err != nil {
		return none, err
	}
	f, err := os.Open(members[0].File)
	if err != nil {
		return none, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxSample))
	if err != nil {
		return none, err
	}
	return detectSample(data)
}

// writeFile creates a file, which must not exist yet unless it is to be replaced.
func writeFile(name, text string, replace bool) error {
	flags := os.O_WRONLY | os.O_CREATE | os.O_EXCL
	if replace {
		flags = os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	}
	f, err := os.OpenFile(name, flags, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return usageError("name another file, or give --force", "create %q: %w", name, fs.ErrExist)
	}
	if err != nil {
		return usageError("", "create %q: %w", name, cause(err))
	}
	if _, err := f.WriteString(text); err != nil {
		f.Close()
		return fmt.Errorf("write %q: %w", name, cause(err))
	}
	return f.Close()
}
