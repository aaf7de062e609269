package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/feedparity/feedparity/corpus/pollute"
)

// The seeds of spoiled files: dialects were tuned on those of the first; those of the
// second have other cells and are spoiled by other random choices, though they are of
// the same twenty kinds of tables.
const (
	tunedSeed = 5
	freshSeed = 2026
)

var errGoal = errors.New("a goal is missed")

// newDialect is the command that measures dialects alone.
func newDialect() *cobra.Command {
	return &cobra.Command{
		Use:   "dialect [FOLDER...]",
		Short: "Measure the detection of dialects and the normalizer's canonical form",
		Long: `Measures on spoiled files made from our own tables (corpus/pollute), and on the files
of labelled folders. A labelled folder has a file dialects.tsv: the path of a file
below the folder, its delimiter, its quotechar (both as the inside of a Python
literal, the quotechar empty if that is not known) and whether it has a header (true
or false), with tabs between. A goal that is missed is an error.`,
		SilenceUsage: true,
		RunE: func(cmd *cobra.Command, dirs []string) error {
			all, err := measureDialects(dirs)
			if err != nil {
				return err
			}
			for _, t := range all {
				t.print(cmd.OutOrStdout())
				if !t.reached() {
					err = errGoal
				}
			}
			return err
		},
	}
}

// measureDialects measures the spoiled files and the folders.
func measureDialects(dirs []string) ([]*tally, error) {
	var all []*tally
	for _, set := range []struct {
		name  string
		files []pollute.File
	}{
		{"spoiled, tuned on", pollute.Files(tunedSeed, 3)},
		{"spoiled, fresh seed", pollute.Files(freshSeed, 3)},
		{"spoiled in two ways at once, fresh seed", pollute.Twice(freshSeed, 40)},
	} {
		t := &tally{name: set.name}
		if err := t.spoiled(set.files); err != nil {
			return nil, err
		}
		all = append(all, t)
	}
	for _, dir := range dirs {
		t := &tally{name: dir}
		if err := t.labelled(dir); err != nil {
			return nil, fmt.Errorf("read labelled folder: %w", err)
		}
		all = append(all, t)
	}
	return all, nil
}

// dialects is the section of the page on them.
func (p *page) dialects(w io.Writer) {
	fmt.Fprint(w, `
## Dialects and the canonical form

Shares of the files of which delimiter and quotechar are right, of which it is right whether there is a header, and of which the table that the
normalizer writes in the canonical dialect is, cell for cell, the one that was meant (of those files that still tell it). docs/normalizing.md has
what the files are; goals: 98, 95, 95.

| set | files | dialect | header | table |
|---|---|---|---|---|
`)
	for _, t := range p.tallies {
		fmt.Fprintf(w, "| %s | %d | %s | %s | %s |\n", t.name, t.all.files, percent(t.all.dialect, t.all.files), percent(t.all.header, t.all.files), percent(t.all.table, t.all.lossless))
	}
}
