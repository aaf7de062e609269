package main

import (
	"context"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/detect"
	"github.com/feedparity/feedparity/ingest/unpack"
)

const detectLong = `Prints a line per file: FILE, charset, confidence from 0 to 1 and dialect, with tabs
between them. The charset is Python's name of a codec that decodes the whole file,
except where characters are torn (in the middle of UTF-8, or by the end of UTF-8 or
UTF-16), where UTF-8 encodes surrogates (CESU-8), and where the file is in several
charsets: it is then that of what is not UTF-8. The dialect is what csv.reader needs
beside its defaults, "-" for nothing. A fifth column is there where that is not all:
other charsets in the file, text that was encoded twice, torn characters, a declared
or an earlier charset that the bytes speak against.`

// notCSVHint is for what only calls itself CSV.
const notCSVHint = "feedparity reads tables of text: unpack or export it first"

func newDetect(std streams) *cobra.Command {
	var asJSON, why bool
	var o detect.Options
	cmd := &cobra.Command{
		Use:   "detect FILE...",
		Short: "Guess charset and dialect of files, and say why",
		Long:  detectLong,
		Example: `  feedparity detect stock.csv prices.csv
  feedparity detect --explain stock.csv
  feedparity detect --declared cp1250 --history iso8859-2 --json stock.csv`,
		Args: wantArgs(1, -1, "FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return eachFile(cmd.Context(), std, args, func(name string, in ingest.Input) error {
				o.Second = asJSON || o.Explain
				r, err := detect.Detect(in.Data, in.Size, o)
				if err != nil {
					return fmt.Errorf("detect %q: %w", name, err)
				}
				if r.Binary != "" {
					return usageError(notCSVHint, "detect %q: not a CSV file: %s", name, r.Why)
				}
				var answers []sniffAnswer
				if asJSON || why || o.Explain {
					if answers, err = sniffers(in, r.Charset); err != nil {
						return fmt.Errorf("sniff %q: %w", name, err)
					}
				}
				if asJSON {
					return writeJSON(std.out, detectedJSON(name, r, answers))
				}
				_, err = fmt.Fprintf(std.out, "%s\t%s\t%s\t%s%s\n", visible(name), r.Charset, strconv.FormatFloat(r.Confidence, 'f', 2, 64), r.Dialect, remarks(r))
				if err == nil && o.Explain {
					err = explainDetected(std.out, r)
				} else if err == nil && why {
					_, err = fmt.Fprintf(std.out, "  charset: %s\n", r.Why)
				}
				if err == nil && (why || o.Explain) {
					showDialect(std.out, r.Dialect, answers)
				}
				return err
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON Lines, a file each")
	cmd.Flags().BoolVar(&why, "why", false, "say why, below each line")
	cmd.Flags().BoolVar(&o.Explain, "explain", false, "show the cells that decide, below each line, and what saintfish/chardet says")
	cmd.Flags().StringVar(&o.Declared, "declared", "", "the charset the supplier says it sends: strong evidence, no order")
	cmd.Flags().StringVar(&o.History, "history", "", "the charset of the feed's earlier deliveries: evidence of the same kind, weaker")
	return cmd
}

// eachFile runs f over every named file, and over each file in an archive. A file that
// fails is reported and does not stop the others; the worst status counts.
func eachFile(ctx context.Context, std streams, names []string, f func(string, ingest.Input) error) error {
	worst := statusOK
	for _, name := range names {
		in, done, err := openInput(std.in, name)
		failed := []error{err}
		if err == nil {
			failed = eachMember(ctx, unpack.Limits{}, name, in, f)
			done()
		}
		for _, err := range failed {
			worst = max(worst, tell(std.err, err))
		}
	}
	return exit(worst)
}
