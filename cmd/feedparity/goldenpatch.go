package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/feedparity/feedparity/golden"
	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/whole"
)

// patches writes what settles each open case, and says of the others why nothing is
// certain to.
func (f *exportFlags) patches(ctx context.Context, std streams, cfg *config.Config, cases []*golden.Case) error {
	eng, closeEngine, err := f.run.open(ctx)
	if err != nil {
		return err
	}
	defer closeEngine()
	for _, c := range cases {
		if c.State != golden.Open && c.State != golden.Regressed {
			continue
		}
		p, err := golden.PatchOf(ctx, eng, c, callsOf(cfg, c))
		if none := (*golden.NoPatch)(nil); errors.As(err, &none) {
			fmt.Fprintf(std.err, "feedparity: case %q has no patch: %s\n", c.Dir(), oneLine(none.Why))
			continue
		}
		if err != nil {
			return err
		}
		if err := writePatch(std, filepath.Join(f.patch, filepath.FromSlash(c.Dir())+".patch"), c, p); err != nil {
			return err
		}
	}
	return nil
}

// writePatch writes a diff below lines that patch passes over.
func writePatch(std streams, file string, c *golden.Case, p *golden.Patch) error {
	var b strings.Builder
	fmt.Fprintf(&b, "case %s: %s\n%s:%d: %s\n", c.Dir(), c.Signature, p.File, p.Line, p.Change)
	b.WriteString("Tried on a copy of the code: py2 does what it did, and py3 agrees with it on the case's input.\n\n")
	b.Write(p.Diff)
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		return fmt.Errorf("write patch: %w", err)
	}
	err := whole.WriteBytes(file, []byte(b.String()))
	if err != nil {
		return fmt.Errorf("write patch: %w", err)
	}
	_, err = fmt.Fprintf(std.out, "%-14s %s  %s:%d %s\n", "patch", file, p.File, p.Line, p.Change)
	return err
}
