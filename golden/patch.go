package golden

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/feedparity/feedparity/ingest"
)

// Patch is a change to the team's own code that settles a case.
type Patch struct {
	File   string // of the code, relative to the call's directory, with slashes
	Line   int
	Change string // "encoding='latin-1'"
	Diff   []byte // unified, for patch -p1 in the call's directory
}

// NoPatch says why there is no patch that is certain.
type NoPatch struct{ Why string }

// Error gives the reason.
func (e *NoPatch) Error() string { return e.Why }

func noPatch(format string, args ...any) error { return &NoPatch{fmt.Sprintf(format, args...)} }

// PatchOf finds the smallest change of how the py3 path opens its delivery that settles
// a case of the team's own code: another literal for, or a literal added as, encoding,
// newline or errors of the one call that was seen to open it. Each is tried on a copy of
// the code, of which both paths are run: a patch is what left py2 as it was and made
// the paths agree on rows. The code itself is only read. The error is a *NoPatch where
// nothing of the kind is certain to do.
func PatchOf(ctx context.Context, eng ingest.Engine, c *Case, calls [2]*ingest.Call) (*Patch, error) {
	p, err := patchOf(ctx, eng, c, calls)
	if none := (*NoPatch)(nil); err != nil && !errors.As(err, &none) {
		return nil, fmt.Errorf("patch the code of %q: %w", c.Dir(), err)
	}
	return p, err
}

func patchOf(ctx context.Context, eng ingest.Engine, c *Case, calls [2]*ingest.Call) (*Patch, error) {
	switch {
	case c.Calls[ingest.Py3] == "":
		return nil, noPatch("its py3 path is a policy: no code is known that reads so")
	case c.Handover != nil:
		return nil, noPatch("it is about a hand-over, not about how the delivery is read")
	}
	t := patcher{ctx: ctx, eng: eng, c: c}
	for _, p := range ingest.Paths {
		var err error
		if t.calls[p], err = c.Call(p, calls); err != nil {
			return nil, noPatch("%v", err)
		}
	}
	if err := t.look(); err != nil {
		return nil, err
	}
	for _, edit := range t.edits() {
		found, err := t.try(edit)
		if found != nil || err != nil {
			return found, err
		}
	}
	if len(t.refused) > 0 {
		return nil, noPatch("%s:%d: %s, and nothing else there makes the paths agree", t.file, t.at.Line, strings.Join(t.refused, "; "))
	}
	return nil, noPatch("%s:%d: no encoding=, newline= or errors= of that call makes the paths agree", t.file, t.at.Line)
}

// patcher tries edits of the code that a case was recorded with.
type patcher struct {
	ctx     context.Context
	eng     ingest.Engine
	c       *Case
	calls   [2]*ingest.Call
	now     [2]ingest.Outcome // before any edit
	codecs  []string          // that py2 was seen to use
	at      ingest.Frame      // where the delivery is opened
	file    string            // of at, with slashes
	opening opening
	refused []string // edits that cannot be made, each reason once
}

// look runs the case as it is and finds the call that opens the delivery.
func (t *patcher) look() error {
	var seen [2]*ingest.Recording
	var err error
	for _, p := range ingest.Paths {
		if t.now[p], seen[p], err = t.run(p, t.calls[p]); err != nil {
			return err
		}
	}
	got, err := t.c.compare(t.now)
	switch {
	case err != nil:
		return err
	case !got.Diverges:
		return noPatch("its paths agree now")
	case seen[ingest.Py3] == nil:
		return noPatch("what its py3 path opens was not recorded")
	}
	if rec := seen[ingest.Py2]; rec != nil {
		for _, o := range rec.Opens {
			if o.OfDelivery() && o.Encoding != nil {
				t.codecs = append(t.codecs, *o.Encoding)
			}
		}
	}
	if t.at, err = openedAt(seen[ingest.Py3]); err != nil {
		return err
	}
	t.file = filepath.ToSlash(t.at.File)
	if !filepath.IsLocal(t.at.File) {
		return noPatch("%s:%d: the delivery is opened outside the project", t.file, t.at.Line)
	}
	source, err := os.ReadFile(filepath.Join(t.calls[ingest.Py3].Dir, t.at.File))
	if err != nil {
		return noPatch("%s:%d: its source cannot be read: %v", t.file, t.at.Line, withoutPath(t.file, err))
	}
	if t.opening, err = findOpening(source, t.at.Line); err != nil {
		return noPatch("%s:%d: %v", t.file, t.at.Line, err)
	}
	return nil
}

// openedAt is the one place in the team's code at which the delivery is opened.
func openedAt(rec *ingest.Recording) (ingest.Frame, error) {
	var at []ingest.Frame
	for _, o := range rec.Opens {
		if o.OfDelivery() && o.Frame != (ingest.Frame{}) && !slices.Contains(at, o.Frame) {
			at = append(at, o.Frame)
		}
	}
	switch len(at) {
	case 0:
		return ingest.Frame{}, noPatch("its own code does not open the delivery: it is given an open file, or a library opens it")
	case 1:
		return at[0], nil
	}
	return ingest.Frame{}, noPatch("it opens the delivery in %d places: %s and %s", len(at), at[0], at[1])
}

// run runs one path with a call.
func (t *patcher) run(p ingest.Path, call *ingest.Call) (ingest.Outcome, *ingest.Recording, error) {
	in := t.c.input(p)
	in.Call = call
	rows, err := t.eng.Ingest(t.ctx, in)
	if err != nil {
		return ingest.Outcome{}, nil, err
	}
	out, err := ingest.Collect(rows)
	return out, ingest.RecordingOf(rows), err
}

// keyword is one argument as it might be.
type keyword struct{ name, value string }

// edits lists what is tried: one argument, the most usual first, then two.
func (t *patcher) edits() [][]keyword {
	newline, errs := keyword{"newline", ""}, []keyword{}
	var encodings []keyword
	for _, name := range append(t.codecs, "latin-1", "cp1252", "utf-8", "utf-8-sig") {
		if k := (keyword{"encoding", name}); isCodecName(name) && !slices.Contains(encodings, k) {
			encodings = append(encodings, k)
		}
	}
	for _, name := range []string{"replace", "ignore", "surrogateescape"} {
		errs = append(errs, keyword{"errors", name})
	}
	out := [][]keyword{{newline}}
	for _, k := range append(slices.Clone(encodings), errs...) {
		out = append(out, []keyword{k})
	}
	for _, k := range encodings {
		out = append(out, []keyword{k, newline})
	}
	return out
}

// isCodecName reports whether a name may be written between quotes as it is.
func isCodecName(name string) bool {
	return name != "" && strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") == ""
}

// try returns the patch that an edit makes, nil where it cannot be made or does not
// settle the case.
func (t *patcher) try(edit []keyword) (*Patch, error) {
	source, o := t.opening.source, t.opening
	var change []string
	for _, k := range edit {
		var err error
		if source, err = o.with(k.name, k.value); err != nil {
			if !slices.Contains(t.refused, err.Error()) {
				t.refused = append(t.refused, err.Error())
			}
			return nil, nil
		}
		if o, err = findOpening(source, t.at.Line); err != nil {
			return nil, nil
		}
		change = append(change, k.name+"='"+k.value+"'")
	}
	if string(source) == string(t.opening.source) {
		return nil, nil
	}
	ok, err := t.settles(source)
	if err != nil || !ok {
		return nil, err
	}
	return &Patch{File: t.file, Line: t.at.Line, Change: strings.Join(change, ", "), Diff: unified(t.file, t.opening.source, source)}, nil
}

// settles runs both paths with the edited file in a copy of the code.
func (t *patcher) settles(source []byte) (bool, error) {
	dir, err := copyCode(t.calls[ingest.Py3].Dir)
	if err != nil {
		return false, err
	}
	defer os.RemoveAll(dir)
	if err := os.WriteFile(filepath.Join(dir, t.at.File), source, 0o666); err != nil {
		return false, err
	}
	outcomes := t.now
	for _, p := range []ingest.Path{ingest.Py3, ingest.Py2} {
		if t.calls[p] == nil {
			continue // a policy, which no code changes
		}
		call := *t.calls[p]
		call.Dir = dir
		var harness *ingest.HarnessError
		if outcomes[p], _, err = t.run(p, &call); errors.As(err, &harness) {
			return false, nil // an edit that cannot be compared is none
		} else if err != nil {
			return false, err
		}
		got, err := t.c.compare(outcomes)
		if err != nil || got.Diverges || got.Result.Verdict != ingest.Parity {
			return false, err
		}
	}
	return firstChange(t.now[ingest.Py2], outcomes[ingest.Py2]) == 0, nil
}

// maxCode bounds how much Python is copied for an edit.
const maxCode = 64 << 20

// copyCode makes a directory that a project's code can run in: its .py files are copies,
// whatever else there is are links, directories without any as a whole.
func copyCode(dir string) (string, error) {
	root, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	code, err := codeDirs(root)
	if err != nil {
		return "", err
	}
	to, err := os.MkdirTemp("", "feedparity-patch-")
	if err != nil {
		return "", err
	}
	left := int64(maxCode)
	err = filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		place := filepath.Join(to, strings.TrimPrefix(name, root))
		switch {
		case err != nil || name == root:
			return err
		case d.IsDir() && !code[name]:
			if err := os.Symlink(name, place); err != nil {
				return err
			}
			return fs.SkipDir
		case d.IsDir():
			return os.Mkdir(place, 0o777)
		case !isCode(d):
			return os.Symlink(name, place)
		}
		data, err := os.ReadFile(name)
		if left -= int64(len(data)); err == nil && left < 0 {
			err = fmt.Errorf("copy the code in %q: more than %d bytes of Python", dir, maxCode)
		}
		if err != nil {
			return err
		}
		return os.WriteFile(place, data, 0o666)
	})
	if err != nil {
		os.RemoveAll(to)
		return "", err
	}
	return to, nil
}

// codeDirs are the directories with Python in them or below. Those that begin with a dot
// and virtual environments hold none of the team's.
func codeDirs(root string) (map[string]bool, error) {
	out := map[string]bool{root: true}
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != root && (strings.HasPrefix(d.Name(), ".") || isVenv(name)):
			return fs.SkipDir
		case isCode(d):
			for at := filepath.Dir(name); !out[at]; at = filepath.Dir(at) {
				out[at] = true
			}
		}
		return nil
	})
	return out, err
}

func isCode(d fs.DirEntry) bool { return d.Type().IsRegular() && strings.HasSuffix(d.Name(), ".py") }

func isVenv(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "pyvenv.cfg"))
	return err == nil
}
