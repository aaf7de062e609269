package diff

import (
	"sync"

	"github.com/feedparity/feedparity/ingest"
)

// sameFault reports whether two faults are of the same class and, where both know
// it, were raised at the same record of the input. Messages never decide: CPython 3
// reworded nearly all of them.
func sameFault(a, b *ingest.Fault) bool {
	if a == nil || b == nil || FaultClass(a.Type) != FaultClass(b.Type) {
		return false
	}
	return a.Record == b.Record || a.Record == 0 || b.Record == 0
}

// FaultClass returns the name by which an exception class is compared: that of
// the class Python 2 raises in its place, with IOError = OSError (PEP 3151 made
// them one and gave it subclasses; later 3.x added more special classes).
func FaultClass(name string) string {
	if old, ok := py2Names()[name]; ok {
		return old
	}
	return name
}

var py2Names = sync.OnceValue(func() map[string]string {
	m := map[string]string{
		"ModuleNotFoundError":      "ImportError",  // 3.6
		"RecursionError":           "RuntimeError", // 3.5
		"PythonFinalizationError":  "RuntimeError", // 3.13
		"JSONDecodeError":          "ValueError",   // 3.5
		"BadZipFile":               "BadZipfile",   // 3.2, zipfile
		"RemoteDisconnected":       "BadStatusLine",
		"SSLCertVerificationError": "SSLError", // 3.7
		"WindowsError":             "OSError",
		"EnvironmentError":         "OSError",
		"IOError":                  "OSError",
		"BadGzipFile":              "OSError", // 3.8, gzip
		"SameFileError":            "Error",   // 3.4, shutil
	}
	for _, name := range []string{ // PEP 3151 and its additions
		"BlockingIOError", "BrokenPipeError", "ChildProcessError", "ConnectionAbortedError", "ConnectionError",
		"ConnectionRefusedError", "ConnectionResetError", "FileExistsError", "FileNotFoundError", "InterruptedError",
		"IsADirectoryError", "NotADirectoryError", "PermissionError", "ProcessLookupError", "TimeoutError",
	} {
		m[name] = "OSError"
	}
	return m
})
