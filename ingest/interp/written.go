package interp

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/feedparity/feedparity/ingest"
)

// File is a file that a call wrote.
type File struct {
	Name string // relative to the directory that was asked about, with slashes
	Data []byte
}

// maxWritten bounds, in bytes, what is kept of the files that one call writes.
const maxWritten = 64 << 20

// Written runs a call as Ingest does and returns beside its rows the files that it made
// or changed below a directory, which one of its sandboxes must hold. The directory is
// restored before it returns.
func (e *Engine) Written(ctx context.Context, in ingest.Input, dir string) (ingest.Rows, []File, error) {
	if in.Call == nil {
		return nil, nil, errors.New("keep what a call wrote: it is no call")
	}
	var files []File
	rows, err := e.callKeeping(ctx, in, func() (err error) {
		files, err = e.changed(in.Call.Effects.Sandbox, dir)
		return err
	})
	return rows, files, err
}

// changed reads the files below a directory that are not what its sandbox has saved.
func (e *Engine) changed(sandboxes []string, dir string) (files []File, err error) {
	for _, name := range sandboxes {
		if name != dir && !strings.HasPrefix(dir, name+string(filepath.Separator)) {
			continue
		}
		b, err := e.boxes.get(name)
		if err != nil {
			return nil, err
		}
		return b.changed(dir)
	}
	return nil, fmt.Errorf("no sandbox of the call holds %q", dir)
}

func (b *sandbox) changed(dir string) (files []File, err error) {
	now, err := b.scan()
	if err != nil {
		return nil, err
	}
	total := 0
	for _, rel := range sortedKeys(now) {
		path := filepath.Join(b.dir, rel)
		inside, err := filepath.Rel(dir, path)
		if err != nil || !filepath.IsLocal(inside) || !now[rel].mode.IsRegular() || !b.differs(b.known[rel], now[rel]) {
			continue
		}
		if total += int(now[rel].size); total > maxWritten {
			return nil, fmt.Errorf("keep what was written: more than %d bytes", maxWritten)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		if was, err := os.ReadFile(filepath.Join(b.copy, rel)); err == nil && bytes.Equal(was, data) {
			continue // touched, or too fresh to tell
		} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		files = append(files, File{filepath.ToSlash(inside), data})
	}
	return files, nil
}
