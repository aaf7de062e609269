package golden

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/wire"
)

// The files of a case.
const (
	caseFile  = "case.yaml"
	inputFile = "input.csv"
	reproFile = "repro.py"
)

var outcomeFiles = [2]string{"py2.jsonl", "py3.jsonl"}

// ErrTaken is a directory that holds another signature's case, or something that
// is no case; it is never written over.
var ErrTaken = errors.New("directory is taken")

// Store is a directory of cases. It may be used by several processes at once.
type Store struct {
	root    string
	fs      steps
	private bool // an inbox
}

// NewStore returns the store under root, which need not exist until something is
// written.
func NewStore(root string) *Store { return &Store{root: root, fs: disk{}} }

// NewInbox returns the store under root to which cases are written until they are
// pulled: they hold what suppliers sent, so that it is made for its user alone, as the
// archive is. One that is there stays as it is: who shares it has opened it.
func NewInbox(root string) *Store { return &Store{root: root, fs: disk{}, private: true} }

// Root returns the store's directory.
func (s *Store) Root() string { return s.root }

// Path returns the directory in which a case is or would be.
func (s *Store) Path(c *Case) string { return filepath.Join(s.root, filepath.FromSlash(c.Dir())) }

// Stored is a case as found in a store. Err says why it could not be read, in
// which case Case is nil.
type Stored struct {
	Dir  string // below the root, with slashes: "acme/mojibake-1b2c3d4e"
	Path string // as the file system knows it
	Case *Case
	Err  error
}

// Write adds a case and returns its directory. A case of the same feed and
// signature that is there already is left as it is, and created is false. What
// is written appears whole or not at all: files are written and synced in a
// directory of another name, which is then renamed.
func (s *Store) Write(c *Case) (dir string, created bool, err error) {
	dir = s.Path(c)
	if err := s.write(c, dir); err != nil {
		if errors.Is(err, errExists) {
			return dir, false, nil
		}
		return dir, false, fmt.Errorf("write case %q: %w", c.Dir(), err)
	}
	return dir, true, nil
}

// errExists is the case itself, found where it should be written.
var errExists = errors.New("case exists")

func (s *Store) write(c *Case, dir string) error {
	files, err := c.files()
	if err != nil {
		return err
	}
	if err := s.taken(c, dir); err != nil {
		return err
	}
	parent := filepath.Dir(dir)
	if err := s.makeDir(parent); err != nil {
		return err
	}
	removeStale(parent)
	temp, err := os.MkdirTemp(parent, tempPrefix)
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp) // gone already where all went well
	for _, f := range files {
		if err := s.fs.writeFile(filepath.Join(temp, f.name), f.data, f.mode); err != nil {
			return err
		}
	}
	if err := os.Chmod(temp, 0o755); err != nil { // MkdirTemp keeps it to ourselves
		return err
	}
	if err := s.fs.syncDir(temp); err != nil {
		return err
	}
	if err := s.fs.rename(temp, dir); err != nil {
		// Another process may have been faster: rename never replaces a directory
		// that holds files.
		if t := s.taken(c, dir); t != nil {
			return t
		}
		return err
	}
	return s.fs.syncDir(parent)
}

// makeDir makes the directory of a feed's cases, and the store's above it.
func (s *Store) makeDir(feed string) error {
	if s.private {
		if err := os.MkdirAll(s.root, 0o700); err != nil {
			return err
		}
	}
	return os.MkdirAll(feed, 0o777)
}

// taken looks at what is in a case's place: nil if nothing, errExists if the
// same case, ErrTaken otherwise.
func (s *Store) taken(c *Case, dir string) error {
	if _, err := os.Lstat(dir); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	there, err := Load(dir)
	switch {
	case err != nil:
		return fmt.Errorf("%w by something unreadable: %w", ErrTaken, err)
	case there.Feed != c.Feed || there.Signature != c.Signature:
		return fmt.Errorf("%w by feed %q, signature %q", ErrTaken, there.Feed, there.Signature)
	}
	return errExists
}

// Update replaces case.yaml of a case that is there, and nothing else: its state,
// its history, its notes. A reader sees the old file or the new one.
func (s *Store) Update(c *Case) error {
	dir := s.Path(c)
	if err := s.update(c, dir); err != nil {
		return fmt.Errorf("update case %q: %w", c.Dir(), err)
	}
	return nil
}

func (s *Store) update(c *Case, dir string) error {
	if err := c.Validate(); err != nil {
		return err
	}
	data, err := c.yaml()
	if err != nil {
		return err
	}
	switch err := s.taken(c, dir); {
	case err == nil:
		return fs.ErrNotExist
	case !errors.Is(err, errExists):
		return err
	}
	temp := filepath.Join(dir, "."+caseFile+".tmp")
	if err := s.fs.writeFile(temp, data, 0o666); err != nil {
		os.Remove(temp)
		return err
	}
	if err := s.fs.rename(temp, filepath.Join(dir, caseFile)); err != nil {
		os.Remove(temp)
		return err
	}
	return s.fs.syncDir(dir)
}

// Remove removes a case, if it is the one that is there. It is gone as a whole: its
// directory is first renamed to what no List takes for a case.
func (s *Store) Remove(c *Case) error {
	dir := s.Path(c)
	if err := s.remove(c, dir); err != nil {
		return fmt.Errorf("remove case %q: %w", c.Dir(), err)
	}
	return nil
}

func (s *Store) remove(c *Case, dir string) error {
	switch err := s.taken(c, dir); {
	case err == nil:
		return fs.ErrNotExist
	case !errors.Is(err, errExists):
		return err
	}
	parent := filepath.Dir(dir)
	temp, err := os.MkdirTemp(parent, tempPrefix)
	if err != nil {
		return err
	}
	if err := s.fs.rename(dir, filepath.Join(temp, filepath.Base(dir))); err != nil {
		os.Remove(temp)
		return err
	}
	if err := s.fs.syncDir(parent); err != nil {
		return err
	}
	return os.RemoveAll(temp)
}

type content struct {
	name string
	data []byte
	mode fs.FileMode
}

// files returns a case's directory. What could not be read back is refused here.
func (c *Case) files() ([]content, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	yaml, err := c.yaml()
	if err != nil {
		return nil, err
	}
	back, err := parseYAML(caseFile, yaml)
	if err != nil {
		return nil, fmt.Errorf("it would not be read back: %w", err)
	}
	if again, err := back.yaml(); err != nil || !bytes.Equal(again, yaml) {
		return nil, fmt.Errorf("it would be read back as another case")
	}
	repro, err := c.Repro()
	if err != nil {
		return nil, err
	}
	return []content{
		{inputFile, c.Input, 0o666},
		{outcomeFiles[0], wire.AppendOutcome(nil, c.Outcomes[0]), 0o666},
		{outcomeFiles[1], wire.AppendOutcome(nil, c.Outcomes[1]), 0o666},
		{reproFile, repro, 0o777},
		{caseFile, yaml, 0o666},
	}, nil
}

// Load reads the case in a directory.
func Load(dir string) (*Case, error) {
	c, err := load(dir)
	if err != nil {
		return nil, fmt.Errorf("read case %q: %w", dir, err)
	}
	return c, nil
}

func load(dir string) (*Case, error) {
	yaml, err := readFile(dir, caseFile)
	if err != nil {
		return nil, err
	}
	c, err := parseYAML(caseFile, yaml)
	if err != nil {
		return nil, err
	}
	if c.Input, err = readFile(dir, inputFile); err != nil {
		return nil, err
	}
	for _, p := range ingest.Paths {
		data, err := readFile(dir, outcomeFiles[p])
		if err != nil {
			return nil, err
		}
		if c.Outcomes[p], err = wire.ReadOutcome(bytes.NewReader(data)); err != nil {
			return nil, fmt.Errorf("%s: %w", outcomeFiles[p], err)
		}
	}
	return c, nil
}

// maxFile bounds what is read as a part of a case: they are minimised.
const maxFile = 64 << 20

func readFile(dir, name string) ([]byte, error) {
	info, err := os.Stat(filepath.Join(dir, name))
	switch {
	case err != nil:
		return nil, withoutPath(name, err)
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s: not a regular file", name)
	case info.Size() > maxFile:
		return nil, fmt.Errorf("%s: larger than %d bytes", name, maxFile)
	}
	data, err := os.ReadFile(filepath.Join(dir, name))
	return data, withoutPath(name, err)
}

// withoutPath names the file within the case; the directory is said once, by Load.
func withoutPath(name string, err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return fmt.Errorf("%s: %w", name, p.Err)
	}
	return err
}

// List returns all cases of the store in the order of their directories, those
// included that cannot be read: one broken case must not hide the others. A root
// that is not there is an error that wraps fs.ErrNotExist.
func (s *Store) List() ([]Stored, error) {
	feeds, err := os.ReadDir(s.root)
	if err != nil {
		return nil, fmt.Errorf("list golden cases: %w", err)
	}
	var out []Stored
	for _, feed := range feeds {
		if !feed.IsDir() || strings.HasPrefix(feed.Name(), ".") {
			continue
		}
		cases, err := os.ReadDir(filepath.Join(s.root, feed.Name()))
		if err != nil {
			return nil, fmt.Errorf("list golden cases: %w", err)
		}
		for _, d := range cases {
			if d.IsDir() && !strings.HasPrefix(d.Name(), ".") {
				out = append(out, s.stored(feed.Name()+"/"+d.Name()))
			}
		}
	}
	slices.SortFunc(out, func(a, b Stored) int { return strings.Compare(a.Dir, b.Dir) })
	return out, nil
}

func (s *Store) stored(dir string) Stored {
	out := Stored{Dir: dir, Path: filepath.Join(s.root, filepath.FromSlash(dir))}
	if out.Case, out.Err = Load(out.Path); out.Err == nil && out.Case.Dir() != dir {
		out.Err = fmt.Errorf("read case %q: its feed, cause and signature belong in %q", out.Path, out.Case.Dir())
	}
	return out
}

// Known is a signature of a feed that has a case.
type Known struct{ Feed, Signature string }

// Signatures returns what has a case in the store, and whether that case is fixed: to
// meet such a signature again is news. A store that does not exist yet has none;
// unreadable cases are passed over, as Replay reports them.
func (s *Store) Signatures() (map[Known]bool, error) {
	cases, err := s.List()
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	out := map[Known]bool{}
	for _, c := range cases {
		if c.Case != nil { // one that lies in the wrong directory, too
			k := Known{c.Case.Feed, c.Case.Signature}
			out[k] = out[k] || c.Case.State == Fixed
		}
	}
	return out, nil
}

const (
	tempPrefix = ".tmp-"
	staleAfter = time.Hour
)

// removeStale removes what writers that were killed have left behind.
func removeStale(dir string) {
	found, err := filepath.Glob(filepath.Join(dir, tempPrefix+"*"))
	if err != nil {
		return // a pattern of ours is well-formed
	}
	for _, name := range found {
		if info, err := os.Stat(name); err == nil && time.Since(info.ModTime()) > staleAfter {
			os.RemoveAll(name)
		}
	}
}

// steps are the operations whose order makes a write whole or nothing; tests
// make each of them fail.
type steps interface {
	writeFile(name string, data []byte, mode fs.FileMode) error
	rename(from, to string) error
	syncDir(name string) error
}

type disk struct{}

func (disk) writeFile(name string, data []byte, mode fs.FileMode) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, mode)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if serr := f.Sync(); err == nil {
		err = serr
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	return err
}

func (disk) rename(from, to string) error { return os.Rename(from, to) }

func (disk) syncDir(name string) error {
	d, err := os.Open(name)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
