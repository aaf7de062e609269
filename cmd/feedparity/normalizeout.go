package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/feedparity/feedparity/ingest/whole"
)

const severalHint = "use --to DIR for several files"

// createWhole refuses to write over an input itself, which may be the archive that the
// file is in, and over what is made of another file.
func (n *normalizing) createWhole(name, target string) (*whole.File, error) {
	for _, input := range n.inputs {
		a, err1 := os.Stat(input)
		b, err2 := os.Stat(target)
		if err1 == nil && err2 == nil && os.SameFile(a, b) {
			return nil, usageError("name another file: the original is always kept", "write %q: it is the input", target)
		}
	}
	if first, ok := n.targets[target]; ok {
		hint := "normalize them one by one"
		if n.out != "" {
			hint = severalHint
		}
		return nil, usageError(hint, "write %q: it is made of %q", target, first)
	}
	n.targets[target] = name
	f, err := whole.Create(target, 0o666)
	if errors.Is(err, whole.ErrDirectory) {
		return nil, usageError("name a file, or use --to DIR", "write %q: it is a directory", target)
	}
	if err != nil {
		return nil, usageError("", "write %q: %w", target, cause(err))
	}
	return f, nil
}

// output is where a normalized file goes.
type output struct {
	name   string
	file   *whole.File // nil for standard output
	spool  *os.File    // what is copied there once it is known to be right, nil if there is no need
	std    io.Writer
	failed error // of a write
}

// create makes the output of a file. What is to be verified is read again, which standard
// output and devices cannot be.
func (n *normalizing) create(std streams, name, target string) (*output, error) {
	out := &output{name: target, std: std.out}
	if target != "" {
		f, err := n.createWhole(name, target)
		if err != nil {
			return nil, err
		}
		out.file = f
	}
	if !n.verify || out.file != nil && !out.file.Direct() {
		return out, nil
	}
	f, err := os.CreateTemp("", "feedparity-normalized-*")
	if err != nil {
		out.abandon()
		return nil, err
	}
	out.spool = f
	return out, nil
}

// Write writes to the spool, if there is one.
func (o *output) Write(p []byte) (n int, err error) {
	if o.spool != nil {
		n, err = o.spool.Write(p)
	} else {
		n, err = o.last().Write(p)
	}
	if o.failed == nil {
		o.failed = err
	}
	return n, err
}

// fault words an error of writing.
func (o *output) fault(err error) error {
	if o.file == nil {
		return fmt.Errorf("write standard output: %w", cause(err))
	}
	return fmt.Errorf("write %q: %w", o.name, cause(err))
}

func (o *output) last() io.Writer {
	if o.file != nil {
		return o.file
	}
	return o.std
}

// written is what was, to be read again.
func (o *output) written() io.ReadSeeker {
	if o.spool != nil {
		return o.spool
	}
	return o.file
}

// commit copies the spool, if there is one, and ends the file.
func (o *output) commit() error {
	if o.spool != nil {
		if _, err := o.spool.Seek(0, io.SeekStart); err != nil {
			return err
		}
		if _, err := io.Copy(o.last(), o.spool); err != nil {
			return o.fault(err)
		}
	}
	if o.file == nil {
		return nil
	}
	if err := o.file.Commit(); err != nil {
		return o.fault(err)
	}
	return nil
}

// abandon removes what was not committed, and the spool.
func (o *output) abandon() {
	if o.spool != nil {
		o.spool.Close()
		os.Remove(o.spool.Name())
	}
	if o.file != nil {
		o.file.Abandon()
	}
}
