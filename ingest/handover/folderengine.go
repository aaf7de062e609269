package handover

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/interp"
)

// FolderEngine is Engine for a folder: the writing path's outcome of an input is what
// its call leaves in the folder, as it reads that itself, a row per file of the form in
// question; the reading path's is what it makes of the same files.
type FolderEngine struct {
	Caches *Caches
	Way    Way // with Folder an absolute path
	Calls  [2]*ingest.Call

	mu       sync.Mutex
	payloads []string // of the latest input
}

// Ingest implements ingest.Engine.
func (e *FolderEngine) Ingest(ctx context.Context, in ingest.Input) (ingest.Rows, error) {
	path, writer := in.Settings.Python.Path(), e.Way.Direction.Writer()
	if e.Calls[0] == nil || e.Calls[1] == nil {
		return nil, fmt.Errorf("hand folder over: there is no call")
	}
	files, own, err := e.Caches.written(ctx, in, *e.Calls[writer], e.Way.Folder)
	if err != nil {
		return nil, err
	}
	own = slices.DeleteFunc(own, func(o entry) bool { return o.form != e.Way.Format || o.opaque || o.fault != nil })
	if len(own) == 0 {
		return ingest.Outcome{}.Stream(), nil
	}
	if path == writer {
		e.keep(files, own)
		return outcomeOf(own).Stream(), nil
	}
	reader := e.Way.Reader
	if reader == "" {
		reader = readersOf(e.Way.Direction)[0]
	}
	got, err := e.Caches.read(ctx, *e.Calls[path], files, order{Forms: forms(own), Readers: []string{reader}})
	if err != nil {
		return nil, err
	}
	return outcomeOf(got).Stream(), nil
}

// outcomeOf has a row per entry, up to the first that raises.
func outcomeOf(entries []entry) (out ingest.Outcome) {
	for i, e := range entries {
		if e.fault != nil {
			f := *e.fault
			f.Row = i + 1
			out.Fault = &f
			return out
		}
		out.Rows = append(out.Rows, ingest.Row{Value: e.value, Offset: -1})
	}
	return out
}

// keep remembers what was written, for a script that has no path to run.
func (e *FolderEngine) keep(files []interp.File, own []entry) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.payloads = nil
	for _, o := range own {
		parts := only(files, o.name)
		if o.form != "shelve" {
			e.payloads = append(e.payloads, base64.StdEncoding.EncodeToString(parts[0].Data))
			continue
		}
		of := map[string]string{} // as the payload of a shelved row
		for _, f := range parts {
			of["cache"+strings.TrimPrefix(f.Name, o.name)] = base64.StdEncoding.EncodeToString(f.Data)
		}
		text, err := json.Marshal(of)
		if err == nil {
			e.payloads = append(e.payloads, base64.StdEncoding.EncodeToString(text))
		}
	}
}

// Payloads returns the files that the writing path wrote of the latest input.
func (e *FolderEngine) Payloads(context.Context, ingest.Outcome) ([]string, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.payloads), nil
}

// How returns the way, its folder relative to where the calls are run, and the full
// versions of the Pythons.
func (e *FolderEngine) How(ctx context.Context) (Way, []string, error) {
	way := e.Way
	if rel, err := filepath.Rel(e.Calls[0].Dir, way.Folder); err == nil {
		way.Folder = filepath.ToSlash(rel)
	}
	var versions []string
	for _, c := range e.Calls {
		i, err := e.Caches.Run.Prepare(ctx, *c)
		if err != nil {
			return way, nil, err
		}
		versions = append(versions, i.Full)
	}
	return way, versions, nil
}
