//go:build lean

package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// The lean program has what a developer asks of files and cases, and links none of what
// talks to servers, keeps the state or draws on a terminal: those libraries prepare
// themselves at every start, which costs more than all of version does. Whatever else is
// asked of it, help of everything included, the whole program runs in its place.

// wholeName is the whole program's, built from the same files without the tag.
const wholeName = "feedparity-full"

// subcommands are those that this program runs itself.
func subcommands() []subcommand { return fileCommands }

func goldenElsewhere(streams) []*cobra.Command { return nil }

func corpusElsewhere(streams) []*cobra.Command { return nil }

// tellLogged is tell: no command of ours writes a log.
func tellLogged(_ *cobra.Command, w io.Writer, err error) int { return tell(w, err) }

// explainSource knows nothing: no source is read here.
func explainSource(error) string { return "" }

// elsewhere reports whether the whole program has to run a command line: all but those
// that name one of our commands to its end.
func elsewhere(args []string) bool {
	if len(args) == 0 || !slices.ContainsFunc(fileCommands, func(c subcommand) bool { return c.name == args[0] }) {
		return true
	}
	cmd, _, err := newRoot(streams{}, args...).Find(args)
	return err != nil || cmd.HasSubCommands()
}

// runElsewhere becomes the whole program, and returns only if it cannot. That one is
// told the name that we were called by, which it repeats in its advice.
func runElsewhere(args []string) error {
	whole, err := findWhole()
	if err == nil {
		err = become(whole, append([]string{os.Args[0]}, args...))
	}
	if err == nil {
		return nil
	}
	what := "feedparity"
	if len(args) > 0 {
		what = args[0]
	}
	return usageError(wholeName+" is the part that talks to servers and keeps the state: install it beside feedparity (make build makes both)", "run %s: %w", what, err)
}

// findWhole looks beside this program and then where commands are.
func findWhole() (string, error) {
	self, err := os.Executable()
	if err == nil {
		self, err = filepath.EvalSymlinks(self)
	}
	if err != nil {
		return "", fmt.Errorf("find this program: %w", err)
	}
	if strings.HasPrefix(filepath.Base(self), wholeName) {
		return "", errors.New("this program is called " + wholeName + ", and was built with -tags lean")
	}
	beside := filepath.Join(filepath.Dir(self), wholeName)
	if runtime.GOOS == "windows" {
		beside += ".exe"
	}
	if _, err := os.Stat(beside); err == nil || !errors.Is(err, fs.ErrNotExist) {
		return beside, nil // what is wrong with it, running it says
	}
	whole, err := exec.LookPath(wholeName)
	if err != nil {
		return "", fmt.Errorf("%s is neither in %s nor in PATH", wholeName, filepath.Dir(self))
	}
	return whole, nil
}
