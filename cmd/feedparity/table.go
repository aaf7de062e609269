//go:build !lean

package main

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/report"
	"github.com/feedparity/feedparity/ingest/sweep"
)

// swept is a sweep, when it ran, and how it compares with the nights before.
type swept struct {
	*sweep.Result
	feeds          []report.Feed
	rules          []string        // what there is to say of rules that accept divergences
	spread         []report.Spread // of new cases
	accepting      map[string]bool // feeds of which rules accept something
	undone         error           // why somebody could not be told what has changed, or the archive not be tidied
	cut            error           // that it was told to stop, if so
	revision       string
	started, ended time.Time
	made           *report.Document // by whole
	encoded        []byte           // it, by report.Encode
	written        func() written   // by write; waits for it
}

// whole is the report of a sweep that nothing more will come to: to be kept, sent and
// written. It is made once, and nobody changes it.
func (s *swept) whole() report.Document {
	if s.made == nil {
		doc := s.document(asIs, error.Error)
		s.made = &doc
	}
	return *s.made
}

// written is what a sweep has to show, made while it is brought to its end.
type written struct {
	text  string // the name of the report file that people read
	err   error  // why there are no report files
	shown report.Document
	table []byte // of its deliveries
}

// write begins to write the sweep's report files and the table of its deliveries, which
// takes as long as all else that is to be done then: reportSweep waits for it. Encoded waits
// for what report.Encode makes of the whole report.
func (s *swept) write(dir string, encoded func() ([]byte, error)) {
	doc := s.whole()
	s.written = sync.OnceValue(func() written {
		w := written{shown: doc}
		if shownOtherwise(doc) {
			w.shown = s.document(relative, kind)
		}
		var b bytes.Buffer
		_ = report.Table(&b, w.shown.Deliveries) // a buffer takes all
		w.table = b.Bytes()
		body, err := encoded()
		if err != nil {
			w.err = err
			return w
		}
		w.text, _, w.err = report.WriteFiles(filepath.Join(dir, fmt.Sprintf("run-%06d", s.Run)), doc, body)
		return w
	})
	go s.written()
}

// shownOtherwise reports whether a report has anything that is worded otherwise where it is shown.
func shownOtherwise(d report.Document) bool {
	return len(d.Spread) > 0 ||
		slices.ContainsFunc(d.Deliveries, func(l report.Delivery) bool { return l.Case != "" || l.Error != "" }) ||
		slices.ContainsFunc(d.Feeds, func(f report.Feed) bool {
			return len(f.Cases) > 0 || slices.ContainsFunc(f.Signatures, func(s report.Signature) bool { return s.Case != "" })
		})
}

// document is the report of a sweep; path words directories of cases, failure what
// went wrong.
func (s *swept) document(path func(string) string, failure func(error) string) report.Document {
	doc := report.Document{Run: s.Run, Version: version(), Engine: "embedded", Revision: s.revision, Started: s.started.UTC(), Ended: s.ended.UTC()}
	doc.Notices = append(s.resumed(), s.rules...)
	for _, one := range s.spread {
		one.Case, one.Found = path(one.Case), path(one.Found)
		doc.Spread = append(doc.Spread, one)
	}
	for _, f := range s.feeds {
		f.Signatures = slices.Clone(f.Signatures)
		for i := range f.Signatures {
			if sig := &f.Signatures[i]; sig.Case != "" {
				sig.Case = path(sig.Case)
			}
		}
		f.Cases = slices.Clone(f.Cases)
		for i := range f.Cases {
			f.Cases[i].Path = path(f.Cases[i].Path)
		}
		doc.Feeds = append(doc.Feeds, f)
	}
	for _, f := range s.Feeds {
		doc.Deliveries = slices.Grow(doc.Deliveries, 2*len(f.Deliveries)) // of two views each
		for _, d := range f.Deliveries {
			doc.Deliveries = append(doc.Deliveries, deliveryLines(d, path, failure)...)
		}
		if f.Err != nil {
			doc.Failures = append(doc.Failures, report.Failure{Feed: f.Name, Error: f.Err.Error()})
		}
		for _, u := range f.Unparsed {
			doc.Failures = append(doc.Failures, report.Failure{Feed: f.Name, Error: "listing: " + u.String(), Hint: "a delivery may hide behind this line"})
		}
	}
	doc.Finish()
	return doc
}

// resumed says which runs before this one told nobody what they recorded, and that this one
// is to be told again.
func (s *swept) resumed() []string {
	var out []string
	if s.cut != nil {
		out = append(out, "it was told to stop before its end: the next sweep goes on from there, and tells all of this again")
	}
	for _, run := range s.Earlier {
		out = append(out, fmt.Sprintf("run %d was stopped or killed before anybody was told of it: what it recorded is told here", run))
	}
	return out
}

// unmet counts the feeds of which less was compared than was expected.
func (s *swept) unmet() int { return (&report.Document{Feeds: s.feeds}).Unmet() }

func asIs(path string) string { return path }

// reportSweep prints a sweep, and says where its report files are, or why there are none.
func reportSweep(std streams, res swept, asJSON bool) error {
	w := res.written()
	if asJSON {
		return errors.Join(report.Indent(std.out, res.encoded), w.err)
	}
	err := printSweep(std, w, res)
	if err == nil && w.err == nil {
		fmt.Fprintf(std.err, "report: %s\n", relative(w.text))
	}
	return errors.Join(err, w.err)
}

// printSweep prints a sweep as text.
func printSweep(std streams, w written, res swept) error {
	if len(w.shown.Deliveries) > 0 {
		if _, err := fmt.Fprintf(std.out, "%s\n", w.table); err != nil {
			return err
		}
	}
	printFailures(std, res.Result)
	if err := report.Nights(std.out, w.shown.Feeds); err != nil {
		return err
	}
	for _, notice := range w.shown.Notices {
		fmt.Fprintf(std.err, "feedparity: %s\n", notice)
	}
	for _, one := range w.shown.Spread {
		fmt.Fprintf(std.out, "feed %s has it, too: %s  (as %s)\n", one.Feed, one.Found, one.Case)
	}
	if confirmed := report.ConfirmedLine(w.shown.Summary); confirmed != "" {
		fmt.Fprintln(std.out, confirmed)
	}
	_, err := fmt.Fprintln(std.out, summary(res))
	return err
}

// printFailures words what went wrong, a line each, on stderr.
func printFailures(std streams, res *sweep.Result) {
	for _, f := range res.Feeds {
		for _, u := range f.Unparsed {
			fmt.Fprintf(std.err, "feedparity: list feed %q: not understood, a delivery may hide in it: %s\n", f.Name, u)
		}
		if f.Err != nil {
			fmt.Fprintf(std.err, "feedparity: %s\n", oneLine(f.Err.Error()))
			if hint := explainSource(f.Err); hint != "" {
				fmt.Fprintf(std.err, "hint: %s\n", hint)
			}
		}
		for _, d := range f.Deliveries {
			printDeliveryFailures(std, d)
		}
		printAsides(std, f)
	}
}

// printAsides says once per feed where its pair is not what its code does, and which
// columns were left out of its verdicts.
func printAsides(std streams, f sweep.Feed) {
	for _, h := range f.Held {
		fmt.Fprintf(std.err, "feedparity: sweep feed %q: not taken yet: %q: %s\n", f.Name, h.Entry.Path, oneLine(h.Why))
	}
	for _, d := range f.Deliveries {
		if d.Gone && d.Err == nil {
			fmt.Fprintf(std.err, "feedparity: sweep feed %q: gone before it could be fetched: %q\n", f.Name, d.Path)
		}
	}
	for _, c := range f.Cases {
		if c.Status.Failed(true) {
			fmt.Fprintf(std.err, "feedparity: sweep feed %q: the code has changed: %s: %s\n", f.Name, relative(c.Dir), oneLine(c.Status.With(c.Detail)))
		}
	}
	var stale, noise []string
	add := func(list *[]string, s string) {
		if !slices.Contains(*list, s) {
			*list = append(*list, s)
		}
	}
	for _, d := range f.Deliveries {
		for _, v := range d.Views {
			for _, s := range v.Stale {
				add(&stale, s.String())
			}
			for _, n := range v.Noise {
				add(&noise, n.String())
			}
		}
	}
	for _, s := range stale {
		fmt.Fprintf(std.err, "feedparity: sweep feed %q: policy-stale: %s\n", f.Name, oneLine(s))
	}
	if len(noise) > 0 {
		fmt.Fprintf(std.err, "feedparity: sweep feed %q: noise: %s\n", f.Name, oneLine(strings.Join(noise, ", ")))
	}
}

// printDeliveryFailures words what went wrong with one delivery.
func printDeliveryFailures(std streams, d sweep.Delivery) {
	what := "sweep feed " + strconv.Quote(d.Feed)
	printWarnings(std, what+": "+strconv.Quote(d.Shown()), d.Warnings, map[string]bool{})
	printViewFailures(std, what, d.Err, d.Views)
}

// deliveryLines are the rows of the table for one delivery.
func deliveryLines(d sweep.Delivery, path func(string) string, failure func(error) string) []report.Delivery {
	base := report.Delivery{Feed: d.Feed, Delivery: d.Name, Path: d.Below(), SHA256: d.SHA256, Charset: d.Charset, Pair: d.Pair, Warnings: d.Warnings, Confirmed: d.Confirmed}
	if d.Err != nil {
		base.Verdict, base.Error, base.Dropped = string(ingest.NotCompared), failure(d.Err), d.Dropped
		return []report.Delivery{base}
	}
	out := lines(base, d.Views, path, failure)
	for i := range out {
		if d.Known && out[i].Verdict == string(ingest.Diverge) {
			out[i].State = "known"
		}
	}
	return out
}
