// Command python314 unpacks a real CPython 3.14.6, which comes as a Go module, and
// prints a directory that holds nothing but a link python3.14 to it, so that it can
// stand on PATH and shadow no other Python. Unpacked once, it is only looked at
// again. It is a module of its own so that nobody who does not ask for it downloads
// its 109 MB:
//
//	PATH=$PATH:$(cd .ci/python314 && go run . DIR) make confirm
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
	bin, err := unpack(os.Args[1])
	if err != nil {
		fmt.Fprintf(os.Stderr, "python314: unpack into %q: %v\n", os.Args[1], err)
		os.Exit(1)
	}
	fmt.Println(bin)
}

// unpack puts the files into dir/cpython-HASH and the link into dir/bin, the
// directory it returns.
func unpack(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	bin := filepath.Join(dir, "bin")
	if err := os.MkdirAll(bin, 0o777); err != nil {
		return "", err
	}
	p, err := python.NewEmbeddedPythonWithTmpDir(filepath.Join(dir, "cpython"), true)
	if err != nil {
		return "", err
	}
	return bin, link(filepath.Join(p.GetExtractedPath(), "bin", "python3.14"), filepath.Join(bin, "python3.14"))
}

// link makes a symbolic link or replaces one at once: others may be using it.
func link(target, name string) error {
	if have, err := os.Readlink(name); err == nil && have == target {
		return nil
	}
	fresh := fmt.Sprintf("%s.%d", name, os.Getpid())
	if err := os.Symlink(target, fresh); err != nil {
		return err
	}
	return os.Rename(fresh, name)
}
