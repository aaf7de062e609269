// Command feedparity finds out whether code that ingests supplier CSV feeds still
// does the same thing after a move from Python 2 to Python 3, feed by feed, and
// turns every difference into a small test case that a developer can run, fix and
// keep.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // zones of feeds and schedules, for machines without /usr/share/zoneinfo, as small images are

	"github.com/spf13/cobra"
)

func main() {
	std, args := streams{os.Stdin, os.Stdout, os.Stderr}, os.Args[1:]
	if elsewhere(args) {
		os.Exit(tell(std.err, runElsewhere(args)))
	}
	os.Exit(run(context.Background(), args, std))
}

// streams are a command's connections to the world: data goes to out, talk to err.
type streams struct {
	in  io.Reader
	out io.Writer
	err io.Writer
}

// run executes a command line and returns its exit status.
func run(ctx context.Context, args []string, std streams) int {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	root := newRoot(std, args...)
	root.PersistentPreRun = untilInterrupted
	root.SetArgs(args)
	cmd, err := root.ExecuteContextC(ctx)
	return tellLogged(cmd, std.err, err)
}

// untilInterrupted ends the context of the command about to run when the user or
// the system asks the process to end, or the terminal is closed, unless nohup was to keep
// it from that: it then puts in order what it has begun. It takes a thread, which a command that is
// done in a moment does without, by a hook of its own.
func untilInterrupted(cmd *cobra.Command, _ []string) {
	ends := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		ends = append(ends, syscall.SIGHUP)
	}
	ctx, stop := signal.NotifyContext(cmd.Context(), ends...)
	context.AfterFunc(cmd.Context(), stop)
	cmd.SetContext(ctx)
}
