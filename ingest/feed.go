package ingest

import (
	"fmt"
	"math"
	"time"
)

// Pair is what a team's old and new code really do: a py2 and a py3 policy.
type Pair struct {
	Name string // a built-in's name, or the feed's
	Py2  Settings
	Py3  Settings
}

// Policy returns the policy of a path.
func (p Pair) Policy(path Path) Settings {
	if path == Py2 {
		return p.Py2
	}
	return p.Py3
}

// Feed is one configured stream of supplier files.
type Feed struct {
	Name     string
	Source   string   // where its deliveries are found: an ftp, ftps or file URL, or a directory
	Match    []string // glob patterns a delivery's file name must match, at least one of them
	Pair     Pair     // the policies; unused for a path that has a Call
	Calls    [2]*Call // the team's own functions, by Path, nil where there are none
	Charset  string   // what the supplier says it sends, "" if nothing
	Compare  Comparison
	Backfill int       // deliveries taken on first sight, newest first
	Since    time.Time // in its place: those that are not older, or of unknown age
	Handover Handover
}

// BackfillAll as a feed's Backfill takes every delivery.
const BackfillAll = math.MaxInt

// Handover says in which forms the feed's rows, and which folders that its calls write
// in, pass from one path to the other while both run, or after a rollback. The zero
// value asks for nothing.
type Handover struct {
	Forms   []string // of HandoverForms
	Folders []string // absolute; each lies in a sandbox of both calls
}

// Wanted reports whether a feed asks for a hand-over at all.
func (h Handover) Wanted() bool { return len(h.Forms)+len(h.Folders) > 0 }

// HandoverForms are the forms that rows can be handed over in, in the order in
// which they are reported: what caches, queues and cookies are made of.
var HandoverForms = []string{"pickle", "json", "shelve", "signed-json", "signed-pickle", "signed-repr", "digest-json", "digest-pickle", "digest-repr"}

// Comparison says which differences between two outcomes count.
type Comparison struct {
	Key       []string           // columns by which rows are aligned, by header name or 1-based position
	Ignore    []string           // columns that are not compared
	Tolerance map[string]float64 // absolute difference allowed between numbers of a column
	Strict    bool               // types and dict order count too
	Noise     []Noise            // columns that are not compared since they vary by themselves
}

// Builtin returns the built-in pairs of "feedparity check --pairs", in the order
// in which they are reported. The default pair is the first, "detected".
func Builtin() []Pair {
	pair := func(name string, change func(py2, py3 *Settings)) Pair {
		p := Pair{Name: name, Py2: DefaultSettings(Python27), Py3: DefaultSettings(Python313)}
		p.Py2.Codec, p.Py3.Codec = Detected, Detected
		change(&p.Py2, &p.Py3)
		return p
	}
	return []Pair{
		pair("detected", func(py2, py3 *Settings) {}),
		pair("utf8", func(py2, py3 *Settings) { py2.Codec, py3.Codec = "utf-8", "utf-8" }),
		pair("latin1-utf8", func(py2, py3 *Settings) { py2.Codec, py3.Codec = "latin-1", "utf-8" }),
		pair("latin1-cp1252", func(py2, py3 *Settings) { py2.Codec, py3.Codec = "latin-1", "cp1252" }),
		pair("naive", func(py2, py3 *Settings) { py2.Open, py3.Codec = OpenBytes, "utf-8" }),
		pair("sig", func(py2, py3 *Settings) { py2.Codec, py3.Codec = "utf-8", "utf-8-sig" }),
		pair("universal", func(py2, py3 *Settings) { py2.Open = OpenUniversal }),
		pair("translated", func(py2, py3 *Settings) { py3.Open = OpenTextUniversal }),
		pair("replace", func(py2, py3 *Settings) { py2.Errors, py3.Errors = "replace", "replace" }),
		pair("lines", func(py2, py3 *Settings) { py2.Open, py3.Open = OpenSplitlines, OpenSplitlines }),
		pair("sniff", func(py2, py3 *Settings) { py2.Sniff, py3.Sniff = true, true }),
	}
}

// BuiltinPair returns the built-in pair of that name.
func BuiltinPair(name string) (Pair, error) {
	var names []string
	for _, p := range Builtin() {
		if p.Name == name {
			return p, nil
		}
		names = append(names, p.Name)
	}
	return Pair{}, fmt.Errorf("pair %q: want one of %v", name, names)
}
