//go:build !amd64

package pycsv

// markers are none where there is no assembly.
func markers() map[string]marker { return map[string]marker{"text": markText} }
