package main

import (
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/feedparity/feedparity/golden"
)

// exportFlags name a directory or file per form; several may be given at once.
type exportFlags struct {
	dirs  goldenFlags
	pick  selection
	suite map[golden.Form]*string
	sarif string
	junit string
	patch string
	run   engineFlags // of --patch, which tries what it writes
}

func newGoldenExport(std streams) *cobra.Command {
	f := exportFlags{suite: map[golden.Form]*string{golden.Pytest: new(string), golden.Unittest: new(string), golden.GoTest: new(string)}}
	cmd := &cobra.Command{
		Use:   "export [CASE...]",
		Short: "Write golden cases as tests of another test-suite",
		Long: `Writes the cases as tests that run without feedparity: the files of each case, what
it says in cases.json, and one test per case that runs its repro.py. Under Python 2 a
test asks for what Python 2 did, under Python 3 for the same; of an accepted case for
what Python 3 did. An open case is expected to fail until somebody mends what it shows.
--sarif lists the open and regressed cases that real Pythons confirmed, --junit all
that they did, as tests of which those fail and accepted ones are skipped. --patch
writes what settles a case of the team's own code as a unified diff for patch -p1,
where the one call that opens the delivery is known and another encoding, newline or
errors in it was tried, on a copy of the code, and made the paths agree.`,
		Example: `  feedparity golden export --pytest tests/feedparity
  feedparity golden export --unittest tests/feedparity --feed acme
  feedparity golden export --sarif feedparity.sarif
  feedparity golden export --patch patches --feed acme`,
		RunE: func(cmd *cobra.Command, args []string) error { return f.export(cmd, std, args) },
	}
	f.dirs.add(cmd)
	f.pick.add(cmd)
	f.run.add(cmd)
	cmd.Flags().StringVar(f.suite[golden.Pytest], "pytest", "", "write tests for pytest into this `DIR`")
	cmd.Flags().StringVar(f.suite[golden.Unittest], "unittest", "", "write tests for Python's own unittest into this `DIR`")
	cmd.Flags().StringVar(f.suite[golden.GoTest], "gotest", "", "write a test for go test into this `DIR`, which needs the feedparity command")
	cmd.Flags().StringVar(&f.sarif, "sarif", "", "write the confirmed cases to this `FILE` as SARIF 2.1.0")
	cmd.Flags().StringVar(&f.junit, "junit", "", "write the confirmed cases to this `FILE` as a JUnit report")
	cmd.Flags().StringVar(&f.patch, "patch", "", "write what settles open cases of your own code into this `DIR`, a unified diff each")
	return cmd
}

func (f *exportFlags) export(cmd *cobra.Command, std streams, args []string) error {
	if err := f.pick.check(); err != nil {
		return err
	}
	if f.sarif+f.junit+f.patch == "" && *f.suite[golden.Pytest]+*f.suite[golden.Unittest]+*f.suite[golden.GoTest] == "" {
		return usageError("", "export cases: name where to, with --pytest, --unittest, --gotest, --sarif, --junit or --patch")
	}
	store, cfg, err := f.dirs.store(cmd)
	if err != nil {
		return err
	}
	found, err := chosenCases(store, args)
	if err != nil {
		return err
	}
	worst := statusOK
	var cases []*golden.Case
	var where []string // of each case
	for _, c := range slices.DeleteFunc(found, func(c golden.Stored) bool { return !f.pick.takes(c) }) {
		if c.Err != nil {
			worst = max(worst, tell(std.err, usageError("", "%w", c.Err)))
			continue
		}
		cases, where = append(cases, c.Case), append(where, relative(c.Path))
	}
	for _, form := range []golden.Form{golden.Pytest, golden.Unittest, golden.GoTest} {
		if dir := *f.suite[form]; dir != "" {
			if err := exportSuite(std, dir, form, cases); err != nil {
				return err
			}
		}
	}
	if f.sarif != "" {
		if err := golden.WriteSARIF(f.sarif, version(), cases, where); err != nil {
			return err
		}
	}
	if f.junit != "" {
		if err := golden.WriteJUnit(f.junit, cases); err != nil {
			return err
		}
	}
	if f.patch != "" {
		if err := f.patches(cmd.Context(), std, cfg, cases); err != nil {
			return err
		}
	}
	return exit(worst)
}

func exportSuite(std streams, dir string, form golden.Form, cases []*golden.Case) error {
	left, err := golden.Export(dir, form, cases)
	if err != nil {
		return err
	}
	for _, l := range left {
		fmt.Fprintf(std.err, "feedparity: case %q is not exported to %s: %s\n", l.Dir, form, l.Why)
	}
	_, err = fmt.Fprintf(std.out, "%-14s %s\n", form, dir)
	return err
}
