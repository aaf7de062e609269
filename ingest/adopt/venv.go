package adopt

import (
	"bufio"
	"os"
	"path/filepath"
	"strings"

	"github.com/feedparity/feedparity/ingest"
)

// VirtualEnvs finds the interpreters of virtual environments in a directory and the
// one above it, by ingest.Path, "" where there is none: by what pyvenv.cfg says, and
// of several the first by name.
func VirtualEnvs(dir string) (out [2]string) {
	for _, pattern := range []string{"*", ".*", "../*", "../.*"} {
		names, err := filepath.Glob(filepath.Join(dir, pattern, "pyvenv.cfg"))
		if err != nil {
			continue // a directory whose name is a pattern
		}
		for _, name := range names {
			python := filepath.Join(filepath.Dir(name), "bin", "python")
			path, ok := pathOf(name)
			if _, err := os.Stat(python); ok && err == nil && out[path] == "" {
				out[path] = python
			}
		}
	}
	return out
}

// pathOf reads the version of an environment: "version" of venv, "version_info" of
// virtualenv.
func pathOf(cfg string) (ingest.Path, bool) {
	f, err := os.Open(cfg)
	if err != nil {
		return 0, false
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		key, value, _ := strings.Cut(s.Text(), "=")
		switch value = strings.TrimSpace(value); strings.TrimSpace(key) {
		case "version", "version_info":
			switch {
			case strings.HasPrefix(value, "2.7"):
				return ingest.Py2, true
			case strings.HasPrefix(value, "3."):
				return ingest.Py3, true
			}
		}
	}
	return 0, false
}
