// Command shape prints how the hand-written Go code of this repository measures
// against the figures of docs/architecture.md: lengths of functions and files,
// the share of comment lines, exported names without a doc comment, interfaces
// with too many methods. Generated files and tests are left out.
//
// It exits 1 if a hard limit is broken, so that "make lint" can be the judge.
package main

import (
	"fmt"
	"os"
)

func main() {
	root := "."
	if len(os.Args) > 1 {
		root = os.Args[1]
	}
	m, err := Measure(root)
	if err != nil {
		fmt.Fprintf(os.Stderr, "shape: measure %s: %v\n", root, err)
		os.Exit(2)
	}
	broken := m.Report(os.Stdout)
	if broken > 0 {
		fmt.Fprintf(os.Stderr, "shape: %d limits broken\n", broken)
		os.Exit(1)
	}
}
