package main

import (
	"context"
	"fmt"
	"os"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/unpack"
)

// eachMember runs f over a file, or over each file in it if it is an archive, in the
// archive's order, opened within limits. It goes on after a member that fails and returns
// all failures.
func eachMember(ctx context.Context, limits unpack.Limits, name string, in ingest.Input, f func(string, ingest.Input) error) (failed []error) {
	fail := func(err error) {
		if err != nil {
			failed = append(failed, err)
		}
	}
	if !unpack.Is(in.Data, in.Size) {
		fail(f(name, in))
		return failed
	}
	dir, err := os.MkdirTemp("", "feedparity-archive-")
	if err != nil {
		return []error{err}
	}
	defer os.RemoveAll(dir)
	members, err := unpack.Open(ctx, in.File, in.Name, dir, limits)
	if err != nil {
		return []error{usageError("", "open %q: %w", name, err)}
	}
	for _, m := range members {
		if fail(member(name, m, f)); ctx.Err() != nil {
			break // the others would say no more than that
		}
	}
	return failed
}

func member(archived string, m unpack.Member, f func(string, ingest.Input) error) error {
	file, err := unpack.OpenFile(m.File)
	if err != nil {
		return err
	}
	defer file.Close()
	in := ingest.Input{Name: m.Base(), Data: file, Size: m.Size, File: m.File}
	return f(fmt.Sprintf("%s/%s", archived, m.Name), in)
}
