package config

import (
	"fmt"
	"math"
	"net"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/feedparity/feedparity/ingest"
)

// PathsEntry holds a word for each path, "" for none.
type PathsEntry struct {
	// The one of the old code.
	Py2 string `yaml:"py2"`
	// The one of the new code.
	Py3 string `yaml:"py3"`
}

// DecodeNode reads one word for both or one for each.
func (e *PathsEntry) DecodeNode(n *Node) error {
	if n.Kind == Scalar && !n.Null {
		e.Py2, e.Py3 = n.Str, n.Str
		return nil
	}
	type plain PathsEntry
	return n.Decode((*plain)(e))
}

func (e PathsEntry) of(path ingest.Path) string {
	if path == ingest.Py2 {
		return e.Py2
	}
	return e.Py3
}

// EffectsEntry says what a call may change.
type EffectsEntry struct {
	// Directories that the call may write in: copied before and restored after each
	// request, which has them for itself.
	Sandbox []string `yaml:"sandbox"`
	// Databases of Django's, by their NAME, in which the call may work: a transaction
	// is begun and always rolled back. Any other database is refused.
	Rollback []string `yaml:"rollback"`
	// What else the call may reach: "host:port", the path of a Unix socket, or
	// "subprocess" for programs, which nothing then watches.
	Allow []string `yaml:"allow"`

	node *Node
}

// DecodeNode reads the word none or what is allowed.
func (e *EffectsEntry) DecodeNode(n *Node) error {
	e.node = n
	if n.Kind == Scalar && n.Str == "none" {
		return nil
	}
	if n.Kind != Mapping {
		err := n.Errorf("effects: want none or a mapping, not %s", n.what())
		err.Hint = "effects: none refuses every write, connection and subprocess; {sandbox: [DIR]}, {rollback: DATABASE} and {allow: [HOST:PORT]} permit one"
		return err
	}
	type plain EffectsEntry
	return n.Decode((*plain)(e))
}

// callKeys are the keys of a feed that say something about its call.
var callKeys = []string{"args", "factory", "setup", "collect", "serializers", "effects", "isolation", "timeout", "max_seconds", "max_memory", "max_rows"}

// withoutCall refuses what would do nothing. Defaults may well hold such keys for
// the feeds that have a call, so only the feed's own are looked at.
func withoutCall(own *Node) error {
	for _, key := range callKeys {
		if v := own.Get(key); v != nil {
			err := v.Errorf("%s: the feed has no call", key)
			err.Hint = `add call: "module:function", or leave this key out`
			return err
		}
	}
	return nil
}

// calls makes the team's functions of a feed, none where it has none.
func (r *resolver) calls(out *Feed, e FeedEntry, n *Node) error {
	if e.Call == (PathsEntry{}) {
		return nil
	}
	if e.Effects.node == nil {
		err := at(n, "call").Errorf("feed %q has a call and does not say its effects", out.Name)
		err.Hint = "add effects: none, or what the call may change outside its temporary directory: {sandbox: [DIR]}, {rollback: DATABASE}, {allow: [HOST:PORT]}"
		return err
	}
	shared, err := r.limits(e, n)
	if err != nil {
		return err
	}
	for _, path := range ingest.Paths {
		if e.Call.of(path) == "" {
			continue
		}
		call := shared
		for _, step := range []func(*ingest.Call, ingest.Path, FeedEntry, *Node) error{functions, r.runner} {
			if err := step(&call, path, e, n); err != nil {
				return err
			}
		}
		out.Calls[path] = &call
	}
	return nil
}

// maxSeconds is more than any call takes: a year.
const maxSeconds = 366 * 24 * 3600

// limits reads what both paths have in common.
func (r *resolver) limits(e FeedEntry, n *Node) (c ingest.Call, err error) {
	switch c.Isolation = ingest.Isolation(e.Isolation); c.Isolation {
	case "", ingest.IsolationFork, ingest.IsolationProcess:
	default:
		return c, at(n, "isolation").Errorf("isolation %q: want fork or process", e.Isolation)
	}
	if e.Timeout != "" {
		if c.Timeout, err = time.ParseDuration(e.Timeout); err != nil || c.Timeout <= 0 {
			return c, at(n, "timeout").Errorf("timeout %q: want a duration such as 90s or 5m", e.Timeout)
		}
	}
	if e.MaxSeconds != nil {
		c.Timeout = time.Duration(*e.MaxSeconds) * time.Second
		if *e.MaxSeconds < 1 || *e.MaxSeconds > maxSeconds || e.Timeout != "" {
			return c, at(n, "max_seconds").Errorf("max_seconds %d: want 1 or more, and no timeout beside it, which says the same", *e.MaxSeconds)
		}
	}
	if e.MaxMemory != "" {
		if c.MaxMemory, err = bytesOf(e.MaxMemory); err != nil {
			return c, at(n, "max_memory").Errorf("max_memory %q: %v", e.MaxMemory, err)
		}
	}
	if e.MaxRows != nil {
		if c.MaxRows = *e.MaxRows; c.MaxRows < 1 {
			return c, at(n, "max_rows").Errorf("max_rows %d: want 1 or more", c.MaxRows)
		}
	}
	c.Effects, err = r.effects(e.Effects)
	return c, err
}

var memoryUnits = map[string]int64{"B": 1, "KB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30, "TB": 1 << 40}

// bytesOf reads an amount of memory with its unit.
func bytesOf(s string) (int64, error) {
	number := strings.TrimRight(s, "KMGTB")
	unit, ok := memoryUnits[s[len(number):]]
	f, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	if !ok || err != nil || !(f > 0) || f*float64(unit) > math.MaxInt64/2 {
		return 0, fmt.Errorf("want an amount such as 512MB or 4GB")
	}
	return int64(f * float64(unit)), nil
}

func (r *resolver) effects(e EffectsEntry) (out ingest.Effects, err error) {
	for i, dir := range e.Sandbox {
		abs := r.abs(dir)
		if dir == "" || holds(abs, r.dir) || holds(abs, r.root) {
			return out, item(e.node, "sandbox", i).Errorf("sandbox %q: want a directory that holds neither this file nor the code", dir)
		}
		out.Sandbox = append(out.Sandbox, abs)
	}
	for i, name := range e.Allow {
		if !allowed(name) {
			err := item(e.node, "allow", i).Errorf("allow %q: want host:port, the path of a socket, or subprocess", name)
			err.Hint = "for example allow: [\"127.0.0.1:6379\"]"
			return out, err
		}
	}
	out.Rollback, out.Allow = e.Rollback, e.Allow
	return out, nil
}

// holds reports whether a path lies in a directory, or is it.
func holds(dir, path string) bool {
	sep := string(filepath.Separator)
	return strings.HasPrefix(strings.TrimSuffix(path, sep)+sep, strings.TrimSuffix(dir, sep)+sep)
}

// item is the node of the i-th value of a list, which may be written as one value.
func item(n *Node, key string, i int) *Node {
	list := at(n, key)
	if list.Kind == Sequence {
		return list.Items[i]
	}
	return list
}

func allowed(name string) bool {
	host, port, err := net.SplitHostPort(name)
	if err != nil {
		return name == "subprocess" || filepath.IsAbs(name)
	}
	_, err = strconv.ParseUint(port, 10, 16)
	return host != "" && err == nil
}

// functions names what is run on a path and what it is given.
func functions(c *ingest.Call, path ingest.Path, e FeedEntry, n *Node) error {
	for _, f := range []struct {
		key  string
		word string
		into *string
	}{
		{"call", e.Call.of(path), &c.Function}, {"factory", e.Factory.of(path), &c.Factory}, {"setup", e.Setup.of(path), &c.Setup},
		{"collect", e.Collect.of(path), &c.Collect}, {"serializers", e.Serializers.of(path), &c.Serializers},
	} {
		if f.word == "" {
			continue
		}
		*f.into = f.word
		if method := f.key == "call" && e.Factory.of(path) != ""; method && !dotted(f.word) {
			err := at(n, f.key).Errorf("call %q: want the name of a method", f.word)
			err.Hint = "with a factory, call names a method of the object it makes: call: read"
			return err
		} else if !method && !qualified(f.word) {
			return at(n, f.key).Errorf("%s %q: want module:function", f.key, f.word)
		}
	}
	args := []ingest.Args{"", ingest.ArgsPath, ingest.ArgsFileRB, ingest.ArgsFileText}
	if c.Args = ingest.Args(e.Args.of(path)); !slices.Contains(args, c.Args) {
		return at(n, "args").Errorf("args %q: want path, file-rb or file-text", c.Args)
	}
	return nil
}

// qualified reports whether s is "module:name".
func qualified(s string) bool {
	module, name, ok := strings.Cut(s, ":")
	return ok && dotted(module) && dotted(name)
}

// runner says how a path's code is run.
func (r *resolver) runner(c *ingest.Call, path ingest.Path, e FeedEntry, n *Node) error {
	run := merge(e.Paths.of(path), r.f.Paths.of(path))
	if run.Python == "" {
		err := at(n, "call").Errorf("call needs an interpreter: paths.%s.python is not set", path)
		err.Hint = "add paths: {" + path.String() + ": {python: /path/to/python}}"
		return err
	}
	c.Python, c.Env, c.Dir = run.Python, run.Env, r.root
	if strings.ContainsRune(run.Python, filepath.Separator) {
		c.Python = r.abs(run.Python)
	}
	if run.Cwd != "" {
		c.Dir = r.abs(run.Cwd)
	}
	var err error
	if c.Version, err = version(path, run.Version); err != nil {
		return at(n, "call").Errorf("paths.%s.version: %v", path, err)
	}
	return nil
}

// merge takes each key from the feed's runner or, if unset there, from the
// top-level one.
func merge(feed, top *Runner) Runner {
	var out Runner
	for _, r := range []*Runner{feed, top} {
		if r == nil {
			continue
		}
		out.Python, out.Version, out.Cwd = or(out.Python, r.Python), or(out.Version, r.Version), or(out.Cwd, r.Cwd)
		if out.Env == nil {
			out.Env = r.Env
		}
	}
	return out
}

// version reads a runner's version; the zero minor of Python 3 stands for any.
func version(path ingest.Path, s string) (ingest.Python, error) {
	if s == "" {
		return [2]ingest.Python{ingest.Python27, {Major: 3}}[path], nil
	}
	v, err := ingest.ParsePython(s)
	if err == nil && v.Path() != path {
		err = fmt.Errorf("python %s is no %s", v, path)
	}
	return v, err
}

// dotted reports whether s is a Python name or several joined by dots.
func dotted(s string) bool {
	for _, name := range strings.Split(s, ".") {
		if name == "" || name[0] >= '0' && name[0] <= '9' || strings.ContainsAny(name, " \t\r\n\\/'\"():,;#-+") {
			return false
		}
	}
	return true
}
