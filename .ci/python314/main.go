// Command python314 unpacks a real CPython 3.14.6, which comes as a Go module, and
// prints the directory of its executable. It is a module of its own so that
// nobody who does not ask for it downloads its 109 MB:
//
//	PATH=$(cd .ci/python314 && go run . DIR):$PATH make confirm
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/kluctl/go-embed-python/python"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: python314 DIR")
		os.Exit(2)
	}
	p, err := python.NewEmbeddedPythonWithTmpDir(os.Args[1], true)
	if err != nil {
		fmt.Fprintf(os.Stderr, "python314: unpack into %q: %v\n", os.Args[1], err)
		os.Exit(1)
	}
	fmt.Println(filepath.Join(p.GetExtractedPath(), "bin"))
}
