package interp_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/interp/interptest"
)

// TestWrittenConfirm: what a call made or changed is handed out, what it wrote again
// as it was is not, and the directory is as it was in either case.
func TestWrittenConfirm(t *testing.T) {
	dir := team(t, map[string]string{"writer.py": `import os
def rows(path):
    for name, text in (('new', 'n'), ('old', 'changed'), ('same', 'same'), ('sub/deep', 'd')):
        if not os.path.isdir(os.path.dirname('var/cache/' + name)):
            os.makedirs(os.path.dirname('var/cache/' + name))
        with open('var/cache/' + name, 'w') as f:
            f.write(text)
    with open('var/beside', 'w') as f:
        f.write('b')
    os.remove('var/cache/gone')
    return [1]
`})
	folder := filepath.Join(dir, "var", "cache")
	must(t, os.MkdirAll(folder, 0o755))
	for _, name := range []string{"old", "same", "gone"} {
		must(t, os.WriteFile(filepath.Join(folder, name), []byte(name), 0o644))
	}
	before := listing(t, folder)
	interptest.Each(t, func(t *testing.T, p *interp.Process) {
		if v := p.Interpreter.Version; v != ingest.Python27 && v != ingest.Python313 {
			return // it is the engine's doing, not theirs
		}
		e := interp.NewEngine(interp.Options{})
		defer e.Close()
		in := callInput(p, dir, "writer:rows")
		in.Call.Effects.Sandbox = []string{filepath.Join(dir, "var")}
		rows, files, err := e.Written(t.Context(), in, folder)
		must(t, err)
		out, err := ingest.Collect(rows)
		must(t, err)
		var got []string
		for _, f := range files {
			got = append(got, f.Name+"="+string(f.Data))
		}
		if s := strings.Join(got, " "); s != "new=n old=changed sub/deep=d" || len(out.Rows) != 1 {
			t.Errorf("%d rows, wrote %s", len(out.Rows), s)
		}
		if after := listing(t, folder); after != before {
			t.Errorf("the folder is\n%s\nit was\n%s", after, before)
		}
		if _, _, err := e.Written(t.Context(), in, filepath.Join(dir, "elsewhere")); err == nil || !strings.Contains(err.Error(), "no sandbox of the call holds") {
			t.Errorf("a directory that no sandbox holds: %v", err)
		}
		if after := listing(t, folder); after != before {
			t.Errorf("after an error the folder is\n%s", after)
		}
	})
}
