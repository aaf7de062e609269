package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/feedparity/feedparity/golden"
	"github.com/feedparity/feedparity/ingest/config"
)

// defaultCases is where golden cases live in a checkout without configuration.
var defaultCases = filepath.Join("golden", "cases")

func newGolden(std streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "golden",
		Short: "List, show, replay and pull golden cases, and decide about them",
		Long:  "A golden case is a minimised divergence under version control, with what both paths did.",
		Example: `  feedparity golden list
  feedparity golden replay
  feedparity golden pull`,
		Args: wantCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.SuggestionsMinimumDistance = 2
	cmd.AddCommand(newGoldenList(std), newGoldenShow(std), newGoldenStats(std), newGoldenReplay(std), newGoldenPull(std), newGoldenAdd(std), newGoldenAllow(std),
		newGoldenAccept(std), newGoldenAssign(std), newGoldenResolve(std), newGoldenReopen(std), newGoldenRetire(std), newGoldenPrune(std), newGoldenExport(std))
	cmd.AddCommand(goldenElsewhere(std)...)
	return cmd
}

// goldenFlags say where cases are.
type goldenFlags struct {
	config string
	dir    string
}

func (f *goldenFlags) add(cmd *cobra.Command) {
	f.addConfig(cmd)
	cmd.Flags().StringVar(&f.dir, "dir", "", "directory of the cases (default: the configuration's, else golden/cases)")
}

func (f *goldenFlags) addConfig(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.config, "config", config.DefaultFile, "configuration file, if there is one")
}

// load reads the configuration, which may be missing unless it was asked for.
func (f *goldenFlags) load(cmd *cobra.Command) (*config.Config, error) {
	c, err := config.Load(f.config)
	if errors.Is(err, fs.ErrNotExist) && !cmd.Flags().Changed("config") {
		return nil, nil
	}
	if err != nil {
		return nil, configError(err)
	}
	return c, nil
}

func (f *goldenFlags) store(cmd *cobra.Command) (*golden.Store, *config.Config, error) {
	c, err := f.load(cmd)
	dir := f.dir
	switch {
	case err != nil:
		return nil, nil, err
	case dir == "" && c != nil:
		dir = c.Golden
	case dir == "":
		dir = defaultCases
	}
	return golden.NewStore(dir), c, nil
}

// cases returns all cases of the store, with it.
func (f *goldenFlags) cases(cmd *cobra.Command) (*golden.Store, []golden.Stored, error) {
	store, _, err := f.store(cmd)
	if err != nil {
		return nil, nil, err
	}
	cases, err := list(store)
	return store, cases, err
}

// list returns the cases of a store, the unreadable ones among them.
func list(s *golden.Store) ([]golden.Stored, error) {
	cases, err := s.List()
	if err != nil {
		return nil, usageError("name the directory with --dir", "list cases in %q: %w", s.Root(), cause(err))
	}
	return cases, nil
}

func newGoldenList(std streams) *cobra.Command {
	var f goldenFlags
	var pick selection
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the golden cases",
		Example: `  feedparity golden list --state open
  feedparity golden list --dir feedparity-demo/golden --json`,
		Args: wantArgs(0, 0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := pick.check(); err != nil {
				return err
			}
			_, cases, err := f.cases(cmd)
			if err != nil {
				return err
			}
			chosen := slices.DeleteFunc(cases, func(c golden.Stored) bool { return !pick.takes(c) })
			if asJSON {
				return listJSON(std.out, chosen)
			}
			return listText(std, chosen)
		},
	}
	f.add(cmd)
	pick.add(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON Lines, a case each")
	return cmd
}

func listText(std streams, cases []golden.Stored) error {
	w := tabwriter.NewWriter(std.out, 0, 0, 2, ' ', 0)
	broken := 0
	for _, c := range cases {
		if c.Err != nil {
			broken++
			fmt.Fprintf(std.err, "feedparity: %s\n", oneLine(c.Err.Error()))
			continue
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", relative(c.Path), c.Case.State, c.Case.Severity, c.Case.View, c.Case.Signature)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if broken > 0 {
		return exit(statusUsage)
	}
	return nil
}

func listJSON(w io.Writer, cases []golden.Stored) error {
	type line struct {
		Path      string `json:"path"`
		Feed      string `json:"feed,omitempty"`
		Cause     string `json:"cause,omitempty"`
		Signature string `json:"signature,omitempty"`
		Severity  string `json:"severity,omitempty"`
		State     string `json:"state,omitempty"`
		View      string `json:"view,omitempty"`
		Error     string `json:"error,omitempty"`
	}
	for _, c := range cases {
		l := line{Path: relative(c.Path)}
		if c.Err != nil {
			l.Error = c.Err.Error()
		} else {
			l.Feed, l.Cause, l.Signature = c.Case.Feed, c.Case.Cause, c.Case.Signature
			l.Severity, l.State, l.View = c.Case.Severity.String(), string(c.Case.State), string(c.Case.View)
		}
		if err := writeJSON(w, l); err != nil {
			return err
		}
	}
	return nil
}

// loadCase reads the case that an argument names: its directory, or the
// case.yaml in it.
func loadCase(arg string) (*golden.Case, string, error) {
	dir := arg
	if filepath.Base(arg) == "case.yaml" {
		dir = filepath.Dir(arg)
	}
	c, err := golden.Load(dir)
	if err != nil {
		hint := "name a directory that holds a case.yaml; feedparity golden list prints them"
		if _, serr := os.Stat(filepath.Join(dir, "case.yaml")); serr == nil {
			hint = "the case is damaged: mend it, or restore it from version control"
		}
		return nil, "", usageError(hint, "%w", err)
	}
	return c, dir, nil
}

func newGoldenShow(std streams) *cobra.Command {
	return &cobra.Command{
		Use:     "show CASE",
		Short:   "Print a case: what diverges, the input, both outcomes",
		Example: "  feedparity golden show golden/cases/acme/mojibake-1b2c3d4e",
		Args:    wantArgs(1, 1, "CASE"),
		RunE: func(_ *cobra.Command, args []string) error {
			c, dir, err := loadCase(args[0])
			if err != nil {
				return err
			}
			return showCase(std.out, c, dir)
		},
	}
}
