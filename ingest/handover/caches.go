package handover

import (
	"archive/zip"
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/interp"
)

//go:embed cache.py
var cacheSource string

// cacheModule is the name under which cache.py is imported.
const cacheModule = "feedparity_cache"

// Caches reads the folders that a team's calls keep caches in. It runs the calls on
// Run, and cache.py as another call with the same interpreter, environment, working
// directory and setup, so that the classes of what was pickled can be imported. It
// must be closed.
type Caches struct {
	Run *interp.Engine
	dir string // that cache.py is imported from
}

// OpenCaches puts cache.py where the interpreters find it.
func OpenCaches(run *interp.Engine) (*Caches, error) {
	dir, err := os.MkdirTemp("", "feedparity-cache-")
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, cacheModule+".py"), []byte(recodeSource+cacheSource), 0o600)
	}
	if err != nil {
		return nil, fmt.Errorf("read caches: %w", err)
	}
	return &Caches{run, dir}, nil
}

// Close removes it.
func (c *Caches) Close() error { return os.RemoveAll(c.dir) }

// entry is a file of a folder, or a shelve file made of several, as a path reads it.
type entry struct {
	name, form, reader string
	value              ingest.Value
	fault              *ingest.Fault
	opaque             bool
}

// order is what cache.py is asked to do.
type order struct {
	Forms   map[string]string `json:"forms,omitempty"` // by entry; nil to find them out
	Readers []string          `json:"readers"`
	Again   bool              `json:"again"`
}

// read has a path's Python read files of a folder.
func (c *Caches) read(ctx context.Context, call ingest.Call, files []interp.File, o order) ([]entry, error) {
	data, err := packed(files, o)
	if err != nil {
		return nil, err
	}
	call = c.reading(call)
	in := ingest.Input{Name: "folder.zip", Data: bytes.NewReader(data), Size: int64(len(data)), Call: &call}
	rows, err := c.Run.Ingest(ctx, in)
	if err != nil {
		return nil, err
	}
	out, err := ingest.Collect(rows)
	if err == nil && out.Fault != nil {
		err = fmt.Errorf("read folder: %v", out.Fault)
	}
	if err != nil {
		return nil, err
	}
	var entries []entry
	for _, r := range out.Rows {
		e, err := entryOf(r.Value)
		if err != nil {
			return nil, err
		}
		entries = append(entries, e)
	}
	return entries, nil
}

// readAll reads the entries of those forms in every way. What keeps a way from being
// compared, such as a serializer that raises on an object whose attributes have names
// of bytes, is a fault of that way, unless it is the first, which sets nothing.
func (c *Caches) readAll(ctx context.Context, call ingest.Call, files []interp.File, of map[string]string, readers []string) ([]entry, error) {
	out, err := c.read(ctx, call, files, order{Forms: of, Readers: readers})
	var h *ingest.HarnessError
	if !errors.As(err, &h) {
		return out, err
	}
	for i, reader := range readers {
		got, err := c.read(ctx, call, files, order{Forms: of, Readers: []string{reader}})
		if err != nil && (i == 0 || !errors.As(err, &h)) {
			return nil, err
		}
		if err != nil {
			for _, name := range slices.Sorted(maps.Keys(of)) {
				got = append(got, entry{name: name, form: of[name], reader: reader, fault: &ingest.Fault{Type: h.Code, Message: h.Msg}})
			}
		}
		out = append(out, slices.DeleteFunc(got, func(e entry) bool { return i > 0 && e.reader == "" })...)
	}
	return out, nil
}

// packed makes the zip file that cache.py takes.
func packed(files []interp.File, o order) ([]byte, error) {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	add := func(name string, data []byte) error {
		f, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
		if err == nil {
			_, err = f.Write(data)
		}
		return err
	}
	text, err := json.Marshal(o)
	if err == nil {
		err = add("order.json", text)
	}
	for _, f := range files {
		err = errors.Join(err, add("files/"+f.Name, f.Data))
	}
	if err = errors.Join(err, w.Close()); err != nil {
		return nil, fmt.Errorf("pack folder: %w", err)
	}
	return out.Bytes(), nil
}

// reading is the call of cache.py in the place of a team's: what has to do with
// imports and values stays as it is.
func (c *Caches) reading(call ingest.Call) ingest.Call {
	out := ingest.Call{
		Function: cacheModule + ":entries", Setup: call.Setup, Serializers: call.Serializers, Isolation: call.Isolation,
		Timeout: call.Timeout, MaxMemory: call.MaxMemory, MaxRows: call.MaxRows, Python: call.Python, Dir: call.Dir, Version: call.Version,
		Env: interp.CallEnv(call),
	}
	if own := call.Function; out.Serializers == "" { // where they are looked for if none are named
		if call.Factory != "" {
			own = call.Factory
		}
		out.Env["FEEDPARITY_SERIALIZERS"], _, _ = strings.Cut(own, ":")
	}
	path := c.dir
	if old := out.Env["PYTHONPATH"]; old != "" {
		path += string(filepath.ListSeparator) + old
	}
	out.Env["PYTHONPATH"] = path
	return out
}

// entryOf reads a row of cache.py.
func entryOf(v ingest.Value) (entry, error) {
	if v.Kind != ingest.KindList || len(v.Items) < 5 {
		return entry{}, fmt.Errorf("read folder: a row that is none")
	}
	e := entry{name: v.Items[0].Str, form: v.Items[1].Str, reader: v.Items[2].Str}
	switch v.Items[3].Str {
	case "opaque":
		e.opaque = true
	case "fault":
		if len(v.Items) < 6 {
			return entry{}, fmt.Errorf("read folder: a fault that is none")
		}
		e.fault = &ingest.Fault{Type: v.Items[4].Str, Message: v.Items[5].Str}
	default:
		e.value = v.Items[4]
	}
	return e, nil
}

// written runs a path's call and returns what it wrote and how it reads that itself.
func (c *Caches) written(ctx context.Context, in ingest.Input, call ingest.Call, dir string) (files []interp.File, own []entry, err error) {
	in.Call = &call
	rows, files, err := c.Run.Written(ctx, in, dir)
	if err != nil {
		return nil, nil, err
	}
	if _, err := ingest.Collect(rows); err != nil {
		return nil, nil, err
	}
	if len(files) == 0 {
		return nil, nil, nil
	}
	own, err = c.read(ctx, call, files, order{Readers: []string{""}})
	return files, own, err
}

// forms are those that the writer's path found its entries in.
func forms(own []entry) map[string]string {
	out := map[string]string{}
	for _, e := range own {
		if !e.opaque && e.fault == nil {
			out[e.name] = e.form
		}
	}
	return out
}

// only keeps the files that an entry is made of.
func only(files []interp.File, name string) []interp.File {
	var out []interp.File
	for _, f := range files {
		if f.Name == name || strings.TrimSuffix(f.Name, filepath.Ext(f.Name)) == name {
			out = append(out, f)
		}
	}
	return out
}

// again are the pickles of a folder as protocol 2 makes them.
func (c *Caches) again(ctx context.Context, call ingest.Call, files []interp.File, of map[string]string) (out []interp.File, err error) {
	pickles := maps.Clone(of)
	maps.DeleteFunc(pickles, func(_, form string) bool { return !strings.HasPrefix(form, "pickle:") })
	if len(pickles) == 0 {
		return nil, nil
	}
	entries, err := c.read(ctx, call, files, order{Forms: pickles, Readers: []string{""}, Again: true})
	for _, e := range entries {
		if e.reader == "again" && e.fault == nil {
			out = append(out, interp.File{Name: e.name, Data: bytesOf(e.value)})
		}
	}
	return out, err
}

// bytesOf are the bytes of a value that is a byte string; Python 2 hands ASCII ones
// out as text.
func bytesOf(v ingest.Value) []byte { return []byte(v.Str) }
