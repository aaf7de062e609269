package main

import (
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/detect"
)

const detectLong = `Prints a line per file: FILE, charset, confidence from 0 to 1 and dialect, with tabs
between them. The charset is Python's name of a codec that decodes the whole file;
the dialect is what csv.reader needs beside its defaults, "-" for nothing.`

func newDetect(std streams) *cobra.Command {
	var asJSON, why bool
	var declared string
	cmd := &cobra.Command{
		Use:   "detect FILE...",
		Short: "Guess charset and dialect of files, and say why",
		Long:  detectLong,
		Example: `  feedparity detect stock.csv prices.csv
  feedparity detect --why --json stock.csv`,
		Args: wantArgs(1, -1, "FILE"),
		RunE: func(_ *cobra.Command, args []string) error {
			return eachFile(std, args, func(name string, in ingest.Input) error {
				r, err := detect.Detect(in.Data, in.Size, detect.Options{Declared: declared})
				if err != nil {
					return fmt.Errorf("detect %q: %w", name, err)
				}
				if r.Binary != "" {
					return usageError("feedparity reads text: unpack or export it first", "detect %q: not a CSV file: %s", name, r.Why)
				}
				var answers []sniffAnswer
				if asJSON || why {
					if answers, err = sniffers(in, r.Charset); err != nil {
						return fmt.Errorf("sniff %q: %w", name, err)
					}
				}
				if asJSON {
					return writeJSON(std.out, detectedJSON(name, r, answers))
				}
				_, err = fmt.Fprintf(std.out, "%s\t%s\t%s\t%s\n", visible(name), r.Charset, strconv.FormatFloat(r.Confidence, 'f', 2, 64), r.Dialect)
				if err == nil && why {
					fmt.Fprintf(std.out, "  charset: %s\n", r.Why)
					showDialect(std.out, r.Dialect, answers)
				}
				return err
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON Lines, a file each")
	cmd.Flags().BoolVar(&why, "why", false, "say why, below each line")
	cmd.Flags().StringVar(&declared, "declared", "", "the charset the supplier says it sends")
	return cmd
}

func detectedJSON(name string, r detect.Result, answers []sniffAnswer) any {
	type candidate struct {
		Charset    string  `json:"charset"`
		Confidence float64 `json:"confidence"`
		Why        string  `json:"why"`
	}
	out := struct {
		File       string      `json:"file"`
		Charset    string      `json:"charset"`
		Confidence float64     `json:"confidence"`
		Why        string      `json:"why"`
		Candidates []candidate `json:"candidates"`
		Dialect    []string    `json:"dialect"`
		Header     bool        `json:"header"`
		LineEnding string      `json:"line_ending"`
		Size       int64       `json:"size"`
		NonASCII   int64       `json:"non_ascii"`
		FirstHigh  int64       `json:"first_high"`

		Layout  dialectJSON   `json:"layout"`
		Sniffer []sniffAnswer `json:"sniffer"`
	}{File: name, Charset: r.Charset, Confidence: r.Confidence, Why: r.Why, Dialect: []string{}, Header: r.Dialect.Header,
		LineEnding: r.Dialect.LineEnding, Size: r.Size, NonASCII: r.NonASCII, FirstHigh: r.FirstHigh, Layout: newDialectJSON(r.Dialect), Sniffer: answers}
	for _, c := range r.Candidates {
		out.Candidates = append(out.Candidates, candidate(c))
	}
	for _, o := range r.Dialect.For(ingest.Py3) {
		out.Dialect = append(out.Dialect, o.String())
	}
	return out
}

// eachFile runs f over every named file. A file that fails is reported and does
// not stop the others; the worst status counts.
func eachFile(std streams, names []string, f func(string, ingest.Input) error) error {
	worst := statusOK
	for _, name := range names {
		in, done, err := openInput(std.in, name)
		if err == nil {
			err = f(name, in)
			done()
		}
		if err != nil {
			worst = max(worst, tell(std.err, err))
		}
	}
	return exit(worst)
}
