//go:build !lean

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/report"
	"github.com/feedparity/feedparity/ingest/state"
)

const reportLong = `Prints the report of the last sweep again, or of the one whose number is given, out
of the state. Nothing is fetched, run or told to anybody.`

func newReport(std streams) *cobra.Command {
	var file string
	var asJSON bool
	var files reportFiles
	cmd := &cobra.Command{
		Use:   "report [RUN]",
		Short: "Print the report of the last sweep, or of another one, again",
		Long:  reportLong,
		Example: `  feedparity report
  feedparity report 17 --json
  feedparity report --junit sweep.xml`,
		Args: wantArgs(0, 1, "run"),
		RunE: func(cmd *cobra.Command, args []string) error {
			run, err := runNumber(args)
			if err != nil {
				return err
			}
			c, err := config.Load(file)
			if err != nil {
				return configError(err)
			}
			db, err := openState(cmd.Context(), c)
			if err != nil {
				return err
			}
			defer db.Close()
			doc, err := storedReport(cmd, db, run)
			if err != nil {
				return err
			}
			if err := files.write(doc); err != nil {
				return err
			}
			if asJSON {
				return report.JSON(std.out, doc)
			}
			return report.Text(std.out, doc)
		},
	}
	cmd.Flags().StringVar(&file, "config", config.DefaultFile, "configuration file")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON document instead of text")
	files.flags(cmd)
	return cmd
}

// runNumber is the sweep that is asked for, 0 for the last.
func runNumber(args []string) (int64, error) {
	if len(args) == 0 {
		return 0, nil
	}
	run, err := strconv.ParseInt(args[0], 10, 64)
	if err != nil || run <= 0 {
		return 0, usageError("the numbers are those of the directories run-NNNNNN below reports", "read arguments: %q is no run's number", args[0])
	}
	return run, nil
}

func storedReport(cmd *cobra.Command, db *state.DB, run int64) (doc report.Document, err error) {
	body, err := db.Report(cmd.Context(), run)
	if errors.Is(err, state.ErrNoReport) {
		return doc, usageError(`"feedparity sweep" makes one each time it ends`, "%w", err)
	}
	if err != nil {
		return doc, stateError(err)
	}
	if err := json.Unmarshal(body, &doc); err != nil {
		return doc, fmt.Errorf("read report: %w", err)
	}
	return doc, nil
}

// reportFiles are files that a report is written to beside what is printed.
type reportFiles struct{ junit, metrics string }

func (f *reportFiles) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.junit, "junit", "", "write the report as JUnit XML to this `FILE`, too")
	cmd.Flags().StringVar(&f.metrics, "metrics", "", "write it as Prometheus metrics to this `FILE`, too, as node_exporter's textfile collector reads them")
}

// check finds out whether the files can be written, before there is anything to write.
func (f *reportFiles) check() error {
	for _, out := range f.all() {
		if err := report.Writable(out.name); err != nil {
			return usageError("its directory must be there, and one that you may write to; nothing was swept", "read %s: %w", out.flag, err)
		}
	}
	return nil
}

// reportFile is one of them that is wanted.
type reportFile struct {
	flag, name string
	form       func(io.Writer, report.Document) error
}

func (f *reportFiles) all() []reportFile {
	all := []reportFile{{"--junit", f.junit, report.JUnit}, {"--metrics", f.metrics, report.Metrics}}
	return slices.DeleteFunc(all, func(out reportFile) bool { return out.name == "" })
}

// write writes all that can be written.
func (f *reportFiles) write(doc report.Document) error {
	var errs []error
	for _, out := range f.all() {
		errs = append(errs, report.WriteFile(out.name, doc, out.form))
	}
	return errors.Join(errs...)
}
