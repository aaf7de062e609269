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
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status := run(ctx, os.Args[1:], streams{os.Stdin, os.Stdout, os.Stderr})
	stop()
	os.Exit(status)
}

// streams are a command's connections to the world: data goes to out, talk to err.
type streams struct {
	in  io.Reader
	out io.Writer
	err io.Writer
}

// run executes a command line and returns its exit status.
func run(ctx context.Context, args []string, std streams) int {
	root := newRoot(std)
	root.SetArgs(args)
	return tell(std.err, root.ExecuteContext(ctx))
}
