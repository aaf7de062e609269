package main

import (
	"errors"
	"fmt"
	"slices"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/found"
	"github.com/feedparity/feedparity/ingest/report"
)

// lines are the rows of the table for the views of a delivery: a line per view, and one more
// for every further cause in it. base is what
// they have in common. Path words the directory of a case, and failure
// what went wrong.
func lines(base report.Delivery, views []found.View, path func(string) string, failure func(error) string) []report.Delivery {
	out := make([]report.Delivery, 0, len(views))
	for _, v := range views {
		line := base
		line.View, line.Verdict, line.Warnings = string(v.View), string(v.Verdict), slices.Concat(base.Warnings, v.Warnings)
		for _, n := range v.Noise {
			line.Noise = append(line.Noise, n.String())
		}
		for _, stale := range v.Stale {
			line.Stale = append(line.Stale, stale.String())
		}
		if v.Err != nil {
			line.Error = failure(v.Err)
		}
		if v.Verdict == ingest.Diverge {
			line.Severity = v.Severity.String()
		}
		if len(v.Findings) == 0 {
			out = append(out, line)
		}
		for _, f := range v.Findings {
			out = append(out, withFinding(line, f, path, failure))
		}
	}
	return out
}

func withFinding(line report.Delivery, f found.Finding, path func(string) string, failure func(error) string) report.Delivery {
	line.Severity, line.Cause, line.Signature, line.Count = f.Severity.String(), f.Cause, f.Signature, f.Count
	if f.Case != "" {
		line.Case = path(f.Case)
	}
	if f.Severity != ingest.Info {
		switch {
		case f.Accepted:
			line.State = "accepted"
		case f.Regressed:
			line.State = "regressed"
		case f.New:
			line.State = "new"
		default:
			line.State = "known"
		}
	}
	if f.Err != nil {
		line.Error = failure(f.Err)
	}
	return line
}

// printViewFailures words what went wrong with a delivery, named by what, or with its
// views, each thing once: both views often fail for the same reason.
func printViewFailures(std streams, what string, failed error, views []found.View) {
	said := map[string]bool{}
	fail := func(err error) {
		if err == nil || said[err.Error()] {
			return
		}
		said[err.Error()] = true
		fmt.Fprintf(std.err, "feedparity: %s: %s\n", what, oneLine(err.Error()))
		if _, hint := explain(err); hint != "" {
			fmt.Fprintf(std.err, "hint: %s\n", hint)
		}
	}
	fail(failed)
	for _, v := range views {
		fail(v.Err)
		printWarnings(std, what, v.Warnings, said)
		for _, f := range v.Findings {
			fail(f.Err)
		}
	}
}

func printWarnings(std streams, what string, warnings []string, said map[string]bool) {
	for _, w := range warnings {
		if !said[w] {
			said[w] = true
			fmt.Fprintf(std.err, "feedparity: %s: warning: %s\n", what, oneLine(w))
		}
	}
}

// kind is what a table cell has room for: a harness fault's code, else the error
// up to its details.
func kind(err error) string {
	var harness *ingest.HarnessError
	if errors.As(err, &harness) {
		return harness.Code
	}
	return oneLine(err.Error())
}
