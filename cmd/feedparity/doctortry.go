//go:build !lean

package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/detect"
	"github.com/feedparity/feedparity/ingest/embedded"
	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/parity"
	"github.com/feedparity/feedparity/ingest/wire"
)

// trial is a feed tried on a file: both paths, once.
type trial struct {
	Feed     string      `json:"feed"`
	File     string      `json:"file"`
	Bytes    int64       `json:"bytes"`
	Charset  string      `json:"charset"`
	Dialect  string      `json:"dialect"`
	Paths    []pathTrial `json:"paths"`
	Verdict  string      `json:"verdict"`
	Compared int         `json:"compared"`
	Causes   []string    `json:"causes"`
	Noise    []string    `json:"noise,omitempty"` // what varies within one path
	Stale    []string    `json:"stale,omitempty"` // what the pair declares and the code does otherwise
	Notes    []string    `json:"notes,omitempty"` // what else there is to say of the comparison
	// FaultLine is the line of the file at which both paths raise what they agree about,
	// 0 where that is not known or they raise it without any.
	FaultLine int          `json:"fault_line,omitempty"`
	Ready     bool         `json:"ready"`
	Wrong     []foundFault `json:"wrong,omitempty"`
}

// pathTrial is what one path did.
type pathTrial struct {
	Path    string      `json:"path"`
	Runs    string      `json:"runs"`   // the call, or the policy's settings
	Python  string      `json:"python"` // "" for a model
	Rows    int         `json:"rows"`
	First   string      `json:"first,omitempty"` // row, in wire form
	Types   []typeCount `json:"types"`
	Fault   string      `json:"fault,omitempty"`
	Records int         `json:"records"` // that csv read; -1 where nothing was recorded
	Opens   []string    `json:"opens,omitempty"`
	CSV     []string    `json:"csv,omitempty"`
	Writes  []string    `json:"writes,omitempty"`
	Threads []string    `json:"threads,omitempty"` // of the import, which the call has not
	Effects string      `json:"effects,omitempty"`
	// Wrong is the harness fault that kept the path from being run.
	Wrong *foundFault `json:"wrong,omitempty"`
}

// typeCount counts rows of one type.
type typeCount struct {
	Type string `json:"type"`
	Rows int    `json:"rows"`
}

// tryFile runs a feed's paths on a file and says all that was seen.
func tryFile(ctx context.Context, c *config.Config, f config.Feed, in ingest.Input) (*trial, error) {
	found, err := detect.Detect(in.Data, in.Size, detect.Options{Declared: f.Charset, Markup: f.Calls != [2]*ingest.Call{}})
	if err != nil {
		return nil, fmt.Errorf("detect %q: %w", in.Name, err)
	}
	eng := openEngines(ctx, embedded.New(), true, runners(c)...)
	defer eng.close()
	t := &trial{Feed: f.Name, File: visible(in.Name), Bytes: in.Size, Charset: found.Charset, Dialect: found.Dialect.String(), Causes: []string{}}
	for _, path := range ingest.Paths {
		p := tryPath(ctx, eng, f, path, in, found)
		if t.Paths = append(t.Paths, p); p.Wrong != nil {
			t.Wrong = append(t.Wrong, *p.Wrong)
		}
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if t.Ready = len(t.Wrong) == 0; t.Ready {
		t.compare(ctx, eng.line, f, in)
	}
	return t, nil
}

// compare adds what a sweep would say of the file as sent.
func (t *trial) compare(ctx context.Context, line *parity.Line, f config.Feed, in ingest.Input) {
	d := parity.Delivery{Feed: f.Name, Name: in.Name, Data: in.Data, Size: in.Size, File: in.File, Charset: f.Charset, Pair: f.Pair, Calls: f.Calls, Compare: f.Compare}
	v := line.View(ctx, d, ingest.Raw)
	defer v.Close()
	t.Verdict, t.Compared, t.FaultLine, t.Notes = string(v.Result.Verdict), v.Result.Compared, v.FaultLine, v.Warnings
	for _, found := range v.Findings {
		if !slices.Contains(t.Causes, string(found.Cause)) {
			t.Causes = append(t.Causes, string(found.Cause))
		}
	}
	for _, n := range v.Compare.Noise {
		t.Noise = append(t.Noise, n.String())
	}
	for _, s := range v.Stale {
		t.Stale = append(t.Stale, s.String())
	}
	if v.Err != nil {
		t.Ready = false
		t.Wrong = append(t.Wrong, faultOf(v.Err))
	}
}

// tryPath runs one path to its end.
func tryPath(ctx context.Context, eng engines, f config.Feed, path ingest.Path, in ingest.Input, found detect.Result) pathTrial {
	in.Settings = f.Pair.Policy(path).Resolve(found.Charset, found.Dialect.For(path))
	in.Call = f.Calls[path]
	p := pathTrial{Path: path.String(), Runs: in.Settings.String(), Records: -1, Types: []typeCount{}}
	var err error
	run := eng.line.Engine
	if in.Call != nil {
		run, p.Effects = eng.line.Calls, permitted(in.Call.Effects)
		err = p.prepare(ctx, eng.calls, *in.Call)
	}
	var rows ingest.Rows
	if err == nil {
		rows, err = run.Ingest(ctx, in)
	}
	if err == nil {
		defer rows.Close()
		err = p.read(rows)
	}
	if err != nil {
		w := faultOf(err)
		p.Wrong, p.Effects = &w, ""
	}
	return p
}

// prepare starts the interpreter of a call and imports the code.
func (p *pathTrial) prepare(ctx context.Context, calls *interp.Engine, c ingest.Call) error {
	p.Runs = named(c)
	i, err := calls.Prepare(ctx, c)
	if p.Python = relative(cmp.Or(i.Path, c.Python)); i.Full != "" {
		p.Python = i.Full + " " + p.Python
	}
	return err
}

// named is a call as one would write it.
func named(c ingest.Call) string {
	if c.Factory != "" {
		return c.Factory + "()." + c.Function
	}
	return c.Function
}

// read reads all rows and what was recorded of them.
func (p *pathTrial) read(rows ingest.Rows) error {
	for r, ok := rows.Next(); ok; r, ok = rows.Next() {
		if p.Rows++; p.Rows == 1 {
			p.First = string(wire.AppendValue(nil, r.Value))
		}
		p.count(typeOf(r.Value, 0))
	}
	fault, err := rows.Fault()
	if fault != nil {
		p.Fault = visible(fault.String())
		if fault.Where != (ingest.Frame{}) {
			p.Fault += " at " + fault.Where.String()
		}
	}
	if rec := ingest.RecordingOf(rows); rec != nil {
		p.recorded(rec)
	}
	return err
}

// maxTypes is how many types of rows are told apart.
const maxTypes = 5

func (p *pathTrial) count(name string) {
	i := slices.IndexFunc(p.Types, func(t typeCount) bool { return t.Type == name })
	if i < 0 {
		if i = min(len(p.Types), maxTypes); i == maxTypes {
			name = "others"
		}
		if i == len(p.Types) {
			p.Types = append(p.Types, typeCount{Type: name})
		}
	}
	p.Types[i].Rows++
}

// maxWide is how many parts of a row are named.
const maxWide = 12

// typeOf names the type of a value, with those of its parts.
func typeOf(v ingest.Value, depth int) string {
	var parts []string
	switch v.Kind {
	case ingest.KindList:
		for _, it := range v.Items {
			parts = append(parts, typeOf(it, depth+1))
		}
	case ingest.KindDict:
		for i := 0; i+1 < len(v.Items); i += 2 {
			parts = append(parts, visible(v.Items[i].Str)+": "+typeOf(v.Items[i+1], depth+1))
		}
	default:
		return v.Kind.String()
	}
	if len(parts) > maxWide {
		parts = append(parts[:maxWide], "...")
	}
	if v.Kind == ingest.KindDict {
		slices.Sort(parts) // its order is no type
		return "{" + strings.Join(parts, ", ") + "}"
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// recorded says what the code was seen to do.
func (p *pathTrial) recorded(rec *ingest.Recording) {
	p.Records, p.Threads = rec.Records, rec.Threads
	for _, o := range rec.Opens {
		word := describeOpen(o)
		switch {
		case strings.ContainsAny(o.Mode, "wax+") && !o.Input:
			p.Writes = append(p.Writes, word)
		default:
			p.Opens = append(p.Opens, word)
		}
	}
	for _, u := range rec.CSV {
		var args []string
		for _, o := range u.Dialect {
			if !usual(o) {
				args = append(args, o.String())
			}
		}
		p.CSV = append(p.CSV, fmt.Sprintf("%s(%s) of a %s%s%s", u.Function, strings.Join(args, " "), cmp.Or(u.Source, "file"), at(u.Frame), howOften(u.Count)))
	}
}

// usual reports whether a dialect parameter is that of the excel dialect.
func usual(o ingest.DialectOption) bool {
	want, ok := ingest.Excel.Get(o.Name)
	return ok && o.Value.Str == want.Str
}

func describeOpen(o *ingest.Opened) string {
	var args []string
	if o.Mode != "" && o.Function != "codecs.getreader" && o.Function != "codecs.iterdecode" {
		args = append(args, "mode="+o.Mode)
	}
	for _, a := range []struct {
		name  string
		value *string
	}{{"encoding", o.Encoding}, {"errors", o.Errors}, {"newline", o.Newline}} {
		if a.value != nil {
			args = append(args, a.name+"="+strconv.Quote(*a.value))
		}
	}
	what := ""
	switch {
	case o.Input:
		what = " of the file"
	case o.Path != "":
		what = " of " + visible(o.Path)
	}
	return fmt.Sprintf("%s(%s)%s%s%s", o.Function, strings.Join(args, ", "), what, at(o.Frame), howOften(o.Count))
}

func at(f ingest.Frame) string {
	if f == (ingest.Frame{}) {
		return ", by a library"
	}
	return ", " + f.String()
}

// permitted says what a call may change.
func permitted(e ingest.Effects) string {
	var words []string
	for _, g := range []struct {
		name string
		list []string
	}{{"sandbox", e.Sandbox}, {"rollback", e.Rollback}, {"allow", e.Allow}} {
		for _, one := range g.list {
			if g.name == "sandbox" {
				one = relative(one)
			}
			words = append(words, g.name+" "+one)
		}
	}
	if len(words) == 0 {
		return "none permitted, and none met"
	}
	return "permitted: " + strings.Join(words, ", ")
}

func (t *trial) print(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "feed    %s\nfile    %s: %s, charset %s, dialect %s\n", t.Feed, t.File, plurals(int(t.Bytes), "byte", "bytes"), cmp.Or(t.Charset, "none"), t.Dialect)
	for _, p := range t.Paths {
		p.print(&b)
	}
	if t.Verdict != "" {
		fmt.Fprintf(&b, "compare %s, %s compared", t.Verdict, plural(t.Compared, "row"))
		if len(t.Causes) > 0 {
			fmt.Fprintf(&b, ": %s", strings.Join(t.Causes, ", "))
		}
		if t.FaultLine > 0 {
			fmt.Fprintf(&b, ", both at line %d of the file", t.FaultLine)
		}
		b.WriteByte('\n')
	}
	for _, n := range t.Notes {
		fmt.Fprintf(&b, "note    %s\n", visible(n))
	}
	for _, n := range t.Noise {
		fmt.Fprintf(&b, "noise   %s\n", visible(n))
	}
	for _, s := range t.Stale {
		fmt.Fprintf(&b, "stale   %s\n", visible(s))
	}
	b.WriteString(t.conclusion() + "\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// conclusion is ready, or what is not.
func (t *trial) conclusion() string {
	switch {
	case !t.Ready:
		var codes []string
		for i, p := range t.Paths {
			if p.Wrong != nil {
				codes = append(codes, ingest.Path(i).String()+" "+cmp.Or(p.Wrong.Code, "failed"))
			}
		}
		return "not ready: " + cmp.Or(strings.Join(codes, ", "), "the paths could not be compared")
	case t.blind():
		return "ready, but both paths raise before a record is read: look at factory, args and the file"
	case t.Compared == 0:
		return "ready, but no row of this file was compared: try one that both paths read"
	}
	return "ready"
}

// blind reports whether both paths raised before they had read anything, which the
// code does for other reasons than the file, mostly.
func (t *trial) blind() bool {
	return t.FaultLine == 0 && t.Verdict == string(ingest.AgreeFault) && len(t.Notes) == 0 && !slices.ContainsFunc(t.Paths, func(p pathTrial) bool { return p.Rows > 0 || p.Fault == "" || p.Records != 0 })
}

func (p pathTrial) print(b *strings.Builder) {
	line := func(name, format string, args ...any) {
		fmt.Fprintf(b, "  %-8s %s\n", name, fmt.Sprintf(format, args...))
	}
	fmt.Fprintf(b, "%-7s %s\n", p.Path, p.Runs)
	if p.Python != "" {
		line("python", "%s", p.Python)
	}
	if p.Wrong != nil {
		line("wrong", "%s", p.Wrong.What)
		if p.Wrong.Hint != "" {
			line("hint", "%s", p.Wrong.Hint)
		}
	} else {
		p.printRows(line)
	}
	for _, o := range p.Opens {
		line("open", "%s", o)
	}
	for _, u := range p.CSV {
		line("csv", "%s", u)
	}
	for _, o := range p.Writes {
		line("write", "%s", o)
	}
	if len(p.Threads) > 0 {
		line("threads", "%s, started by the import: the call has none of them, unless isolation: process", visible(strings.Join(p.Threads, ", ")))
	}
	if p.Effects != "" {
		line("effects", "%s", p.Effects)
	}
}

func (p pathTrial) printRows(line func(name, format string, args ...any)) {
	line("rows", "%d", p.Rows)
	for _, t := range p.Types {
		line("type", "%s, %s", t.Type, plural(t.Rows, "row"))
	}
	if p.First != "" {
		line("first", "%s", cut(visible(p.First), maxShown))
	}
	if p.Fault != "" {
		line("raises", "%s", p.Fault)
	}
	if p.Records >= 0 {
		line("records", "%d read", p.Records)
	}
}

// status is the exit status of a trial.
func (t *trial) status() int {
	switch {
	case !t.Ready:
		return statusIncomplete
	case t.Verdict == string(ingest.Diverge):
		return statusDiverge
	}
	return statusOK
}
