package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/spf13/cobra"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/embedded"
	"github.com/feedparity/feedparity/ingest/pycodec"
	"github.com/feedparity/feedparity/ingest/whole"
)

// Everything a user reads about a failure is worded here:
//
//	feedparity: <verb> <noun>: <cause>
//	hint: <next step>
//
// Lower case, no full stop, on stderr, one line each.

// The exit statuses, the same for every command.
const (
	statusOK         = 0  // nothing to do
	statusDiverge    = 1  // a divergence that --fail-on counts
	statusUsage      = 2  // usage or configuration, or a named file that cannot be opened
	statusIncomplete = 3  // could not run completely: a feed failed, a path was not compared
	statusLocked     = 75 // another sweep holds the lock (EX_TEMPFAIL)
)

const exitHelp = `  0   nothing to do: every path agreed, or the command has no verdict to give
  1   a divergence
  2   usage or configuration, or a named file, case or config that cannot be opened
  3   could not run completely: a feed failed, a path was not compared
  75  another sweep holds the lock`

// statusError ends a command with a status. Without a cause it ends it silently:
// what there is to say has been said.
type statusError struct {
	status int
	cause  error
	hint   string
}

func (e *statusError) Error() string {
	if e.cause == nil {
		return fmt.Sprintf("exit status %d", e.status)
	}
	return e.cause.Error()
}

func (e *statusError) Unwrap() error { return e.cause }

// exit ends a command silently with a status, 0 being no error at all.
func exit(status int) error {
	if status == statusOK {
		return nil
	}
	return &statusError{status: status}
}

// usageError is the user's to mend.
func usageError(hint, format string, args ...any) error {
	return &statusError{statusUsage, fmt.Errorf(format, args...), hint}
}

// tell words an error for the user and returns the exit status it means.
func tell(w io.Writer, err error) int {
	status, text, hint := worded(err)
	if text != "" {
		fmt.Fprintf(w, "feedparity: %s\n", text)
	}
	if hint != "" {
		fmt.Fprintf(w, "hint: %s\n", hint)
	}
	return status
}

// worded is an error's exit status, its text, "" where all there is to say was said, and the
// hint that there is to it.
func worded(err error) (status int, text, hint string) {
	if err == nil {
		return statusOK, "", ""
	}
	status = statusIncomplete
	var se *statusError
	if errors.As(err, &se) {
		if se.cause == nil {
			return se.status, "", ""
		}
		status, hint = se.status, se.hint
	}
	if s, h := explain(err); s != 0 {
		status = s
		if hint == "" {
			hint = h
		}
	}
	return status, oneLine(uninterrupted(err.Error())), hint
}

// uninterrupted says of what was cut short that it was interrupted, in place of Go's words.
func uninterrupted(text string) string {
	return strings.ReplaceAll(text, context.Canceled.Error(), "interrupted")
}

// explain knows the errors that mean the same wherever they come from.
func explain(err error) (status int, hint string) {
	var harness *ingest.HarnessError
	switch {
	case errors.As(err, &harness):
		return statusIncomplete, harness.Hint
	case errors.Is(err, embedded.ErrNotModelled):
		return statusUsage, "run it on a real Python: --engine interpreter"
	case errors.Is(err, pycodec.ErrUnknown), errors.Is(err, pycodec.ErrNotText):
		return statusUsage, "give the codec a name Python knows, such as utf-8 or cp1252"
	case errors.Is(err, fs.ErrNotExist):
		return statusUsage, "check the name, and that you may read it"
	case errors.Is(err, fs.ErrPermission):
		return statusUsage, "check whose it is: you must be able to read it, or to write there"
	case errors.Is(err, whole.ErrDirectory):
		return statusUsage, "name a file"
	case errors.Is(err, context.Canceled):
		return statusIncomplete, ""
	}
	if hint = explainSource(err); hint != "" {
		return statusIncomplete, hint
	}
	return 0, ""
}

// oneLine keeps an error on its line and off the terminal's control codes.
func oneLine(s string) string {
	return visible(strings.NewReplacer("\r\n", "; ", "\n", "; ", "\r", " ").Replace(s))
}

// wantArgs words how many arguments a command takes: from min to max of what, or
// any number from min if max is negative.
func wantArgs(min, max int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		hint := cmd.CommandPath() + " --help"
		switch {
		case len(args) < min:
			return usageError(hint, "read arguments: no %s given", what)
		case max == 0 && len(args) > 0:
			return usageError(hint, "read arguments: %s takes none, got %q", cmd.Name(), args[0])
		case max > 0 && len(args) > max:
			return usageError(hint, "read arguments: %s takes one %s, got %d", cmd.Name(), what, len(args))
		}
		return nil
	}
}

// wantCommand words that a command has no such subcommand.
func wantCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	hint := cmd.CommandPath() + " --help lists them"
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		hint = fmt.Sprintf("did you mean %q?", near[0])
	}
	return usageError(hint, "read arguments: %s has no command %q", cmd.CommandPath(), args[0])
}

// configError words what is wrong with a configuration.
func configError(err error) error {
	var ce *config.Error
	switch {
	case errors.As(err, &ce):
		return usageError(ce.Hint, "read config: %w", err)
	case errors.Is(err, fs.ErrNotExist):
		return usageError("feedparity init writes one; --config names another", "%w", err)
	}
	return usageError("", "%w", err)
}
