package interp

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/feedparity/feedparity/ingest"
)

// workspace is a request's own folder: the input under its own file name, and a
// directory for temporary files.
type workspace struct {
	root, input, tmp string

	made    []fs.FileInfo // root, the input's folder and tmp, as they were made
	settled bool          // made is old enough for any change to have another time
}

// workspace offers an input in the folder of the last call, where that has left it as
// new, or else in a new one: to make and remove one is most of what a call costs us.
func (p *Process) workspace(in ingest.Input) (*workspace, error) {
	p.mu.Lock()
	w := p.work
	p.work = nil
	p.mu.Unlock()
	var err error
	if w == nil {
		w, err = newWorkspace()
	}
	if err == nil {
		if err = w.offer(in); err != nil {
			w.remove()
		}
	}
	return w, err
}

// giveBack ends a call's use of its folder. It is kept if nothing of the call is alone
// in it and nothing is left of the call.
func (p *Process) giveBack(w *workspace, alone bool) {
	if alone && w.spotless() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.dead == nil {
			p.work = w
			return
		}
	}
	w.remove()
}

func newWorkspace() (w *workspace, err error) {
	w = &workspace{}
	// Without links in it, so that what the team's code says of a path is this one.
	tmp, err := filepath.EvalSymlinks(os.TempDir())
	if err == nil {
		w.root, err = os.MkdirTemp(tmp, "feedparity-call-")
	}
	if err != nil {
		return nil, fmt.Errorf("create input folder: %w", err)
	}
	w.input, w.tmp = filepath.Join(w.root, "input", "input.csv"), filepath.Join(w.root, "tmp")
	for _, dir := range w.dirs() {
		if dir != w.root {
			err = os.Mkdir(dir, 0o700)
		}
		if err != nil {
			w.remove()
			return nil, fmt.Errorf("create input folder: %w", err)
		}
	}
	for _, dir := range w.dirs() {
		info, err := os.Lstat(dir)
		if err != nil {
			w.remove()
			return nil, fmt.Errorf("create input folder: %w", err)
		}
		w.made = append(w.made, info)
	}
	return w, nil
}

func (w *workspace) dirs() [3]string { return [3]string{w.root, filepath.Dir(w.input), w.tmp} }

// offer puts an input where the call finds it.
func (w *workspace) offer(in ingest.Input) error {
	name := filepath.Base(in.Name)
	if in.Name == "" || strings.ContainsAny(name, "/\x00") || name == "." || name == ".." {
		name = "input.csv"
	}
	w.input = filepath.Join(filepath.Dir(w.input), name)
	return copyInput(w.input, in)
}

// spotless removes the input and reports whether the folder is as it was made: the
// same directories with the same rights and nothing in them. What else of a directory
// can be changed is seen by its change not being one of what is in it.
func (w *workspace) spotless() bool {
	if os.Remove(w.input) != nil {
		return false
	}
	settled := true
	for i, dir := range w.dirs() {
		made, entries := w.made[i], [3]int{2, 0, 0}[i]
		info, err := os.Lstat(dir)
		if err != nil || !os.SameFile(info, made) || info.Mode() != made.Mode() || changeTime(info) != info.ModTime().UnixNano() {
			return false
		}
		settled = settled && time.Since(made.ModTime()) > clockTick
		if w.settled && info.ModTime().Equal(made.ModTime()) {
			continue
		}
		if found, err := os.ReadDir(dir); err != nil || len(found) != entries {
			return false
		}
	}
	w.settled = settled
	return true
}

// clockTick is more than the time for which files of all systems get the same time.
const clockTick = 3 * time.Second

// Folder stands for the path of a request's own folder in what the team's code says:
// the real one is another one each time, which is no difference between paths.
const Folder = "/feedparity-call"

// anonymous replaces the folder's path in the wire form of text and of bytes.
func (w *workspace) anonymous() func(line []byte) []byte {
	real, hexed := []byte(w.root), []byte(hexOf(w.root))
	return func(line []byte) []byte {
		if bytes.Contains(line, real) {
			line = bytes.ReplaceAll(line, real, []byte(Folder))
		}
		if bytes.Contains(line, hexed) {
			line = bytes.ReplaceAll(line, hexed, []byte(hexOf(Folder)))
		}
		return line
	}
}

// remove deletes the folder, also where the team's code took permissions away. Most
// calls leave nothing but what was made for them.
func (w *workspace) remove() {
	for _, path := range []string{w.input, filepath.Dir(w.input), w.tmp, w.root} {
		os.Remove(path)
	}
	if _, err := os.Lstat(w.root); err == nil && os.RemoveAll(w.root) != nil {
		openDirs(w.root)
		os.RemoveAll(w.root)
	}
}
