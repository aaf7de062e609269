package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/feedparity/feedparity/ingest/sweep"
)

func reportSweep(std streams, dir string, res *sweep.Result, asJSON bool) error {
	w := tabwriter.NewWriter(std.out, 0, 0, 2, ' ', 0)
	for _, f := range res.Feeds {
		if f.Err != nil {
			fmt.Fprintf(w, "%s\t%v\n", f.Name, f.Err)
		}
		for _, d := range f.Deliveries {
			if d.Err != nil {
				fmt.Fprintf(w, "%s\t%v\n", d, d.Err)
			}
			for _, v := range d.Views {
				cause, dir := "", ""
				for _, x := range v.Findings {
					cause += x.Cause + " "
					dir = x.Case
					if x.Err != nil {
						fmt.Fprintf(w, "ERR %v\n", x.Err)
					}
				}
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", d, v.View, d.Detected.Charset, d.Pair, v.Verdict, cause, relative(dir))
				if v.Err != nil {
					fmt.Fprintf(w, "   %v\n", v.Err)
				}
			}
		}
	}
	w.Flush()
	fmt.Fprintln(std.out, summary(res))
	return nil
}
