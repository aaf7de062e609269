// Package golden keeps divergences as test cases: directories that a person can
// open, that git can hold and that any other test-suite can read without us.
//
//	<root>/<feed>/<cause>-<hash8>/
//	  case.yaml            what diverges, why, and what is to become of it
//	  input.csv            the bytes, minimised and scrubbed
//	  py2.jsonl py3.jsonl  what each path did with them, in wire form (package ingest/wire)
//	  repro.py             does it again with nothing but Python
//
// hash8 are the first 8 hex digits of sha256(signature): one case per feed and
// signature. Store writes a case whole or not at all and never over another.
// Replay runs a case again and says whether it behaves as its state says.
package golden

//go:generate go run makecatalogue.go

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/classify"
	"github.com/feedparity/feedparity/ingest/diff"
	"github.com/feedparity/feedparity/ingest/handover"
)

// Version is the format of a case directory that this package writes and reads.
const Version = 1

// State is what the team says about a divergence.
type State string

// The states of a case.
const (
	Open      State = "open"      // diverges, nobody has decided yet
	Accepted  State = "accepted"  // diverges and may: it has an owner, a reason and perhaps an end
	Fixed     State = "fixed"     // py2 and py3 agree and must stay so
	Regressed State = "regressed" // was fixed and diverges again
	Obsolete  State = "obsolete"  // no longer run
)

// States lists all of them.
var States = []State{Open, Accepted, Fixed, Regressed, Obsolete}

// Case is one golden case. Its fields stand in case.yaml in this order.
type Case struct {
	Version   int
	Feed      string
	Signature string // stable text key of the divergence; holds no supplier data
	Cause     string // of the catalogue in docs/divergences.md
	Severity  ingest.Severity
	State     State
	View      ingest.View
	Pair      string // the pair's name
	Py2, Py3  ingest.Settings
	Compare   ingest.Comparison // what counts as a difference; left out where it is the default
	Calls     [2]string         // the team's own functions by path, "" where Settings were run
	Around    [2]Around         // what belongs to them
	Handover  *Handover         // how rows were handed over, nil where both paths read the input
	Filename  string            // the supplier's, as bytes
	Origin    Origin
	Hits      classify.Hits // of the finding in the delivery it came from; zero where nobody counted
	Revision  string        // of the team's code
	FoundBy   string        // such as "sweep" or "fuzz"
	Confirmed []string      // full versions of real interpreters that gave these outcomes
	Essential []string      // what of the supplier's data the divergence needs
	Residue   []string      // what could not be scrubbed
	Fix       string        // one line: what to change
	Links     []string
	Reason    string // why it is accepted
	Owner     string
	Expires   string        // date until which it is accepted, "" for ever
	Accepts   ingest.Narrow // which of its divergences are accepted; zero for all
	History   []Event
	Notes     string
	Input     []byte            // input.csv: the bytes of the view
	Outcomes  [2]ingest.Outcome // by path

	repro []byte // of a case that was copied
}

// Origin is where a case came from.
type Origin struct {
	SHA256 string // of the delivery as sent
	Path   string // on the supplier's side, as bytes
	Date   string // of the delivery, RFC 3339
	Row    int    // in the delivery, 0 if unknown
	Byte   int64  // in the delivery, -1 if unknown
}

// Handover says that the reading path of a case reads what the writing one wrote,
// and in which way; the names are those of package handover.
type Handover struct {
	Direction handover.Direction
	Format    string
	Reader    string
	Folder    string   // that the writing path's call keeps a cache in, relative to where it runs; "" where rows are handed over
	Payloads  []string // what the writing path wrote, a row or file each, in base64
}

// Around are the parts of an ingest.Call beside its function, "" where it has none.
type Around struct {
	Factory, Setup, Collect string
	Args                    ingest.Args
}

// called notes the functions of a feed.
func (c *Case) called(calls [2]*ingest.Call) {
	for p, call := range calls {
		if call != nil {
			c.Calls[p] = call.Function
			c.Around[p] = Around{call.Factory, call.Setup, call.Collect, call.Args}
		}
	}
}

// Event is one line of a case's history.
type Event struct {
	Date string // RFC 3339
	Who  string
	What string
}

// Difference is the place repro.py names on its last line. Row and Column are
// 1-based; a column of 0 stands for the whole row: one side has no such row, its
// length differs, or a path raised there. Row is py2's where the two differ,
// py3's where py2 has none.
type Difference struct{ Row, Column int }

// Compared is what comparing a case's two outcomes says.
type Compared struct {
	Diverges bool
	First    Difference // zero unless Diverges
	Result   diff.Result
}

// compare judges two outcomes as the case does. A difference in the order of
// dicts is a divergence for the one cause that is about it.
func (c *Case) compare(outcomes [2]ingest.Outcome) (Compared, error) {
	res, err := diff.Compare(outcomes[ingest.Py2].Stream(), outcomes[ingest.Py3].Stream(), c.Compare)
	if err != nil {
		return Compared{}, err
	}
	out := Compared{Diverges: res.Verdict == ingest.Diverge, Result: res}
	var first *diff.Divergence
	switch {
	case len(res.Divergences) > 0:
		first = &res.Divergences[0]
	case c.Cause == "dict-order" && res.OrderDiffers:
		out.Diverges, first = true, res.Order
	}
	if first != nil {
		out.First = Difference{first.Py2Row, first.Column}
		if first.Kind == diff.KindFault {
			out.First = faultPlace(first)
		} else if first.Py2Row == 0 {
			out.First.Row = first.Py3Row
		}
	}
	return out, nil
}

// Column is the 1-based column in which a case differs: that of the delivery's first hit
// where they were counted, else that of the input; 0 where whole rows do.
func (c *Case) Column() int {
	if c.Hits.Count > 0 {
		return c.Hits.First.Column
	}
	got, err := c.compare(c.Outcomes)
	if err != nil {
		return 0
	}
	return got.First.Column
}

// faultPlace is the row in which the earlier of the two exceptions was raised.
func faultPlace(d *diff.Divergence) Difference {
	row := 0
	for _, f := range []*ingest.Fault{d.Py2Fault, d.Py3Fault} {
		if f != nil && (row == 0 || f.Row < row) {
			row = f.Row
		}
	}
	return Difference{Row: row}
}

// Settings returns the settings of a path.
func (c *Case) Settings(p ingest.Path) ingest.Settings {
	if p == ingest.Py2 {
		return c.Py2
	}
	return c.Py3
}

// Hash returns the first 8 hex digits of sha256(signature).
func Hash(signature string) string {
	sum := sha256.Sum256([]byte(signature))
	return hex.EncodeToString(sum[:4])
}

// Dir returns the directory of a case below the root: "acme/mojibake-1b2c3d4e".
func (c *Case) Dir() string {
	return slug(c.Feed) + "/" + slug(c.Cause) + "-" + Hash(c.Signature)
}

// maxSlug leaves room for the hash in what every file system allows.
const maxSlug = 64

// slug makes one safe path element of a name: letters, digits, '.', '-' and '_'.
// Names that are safe already, as config's feeds and all causes are, stay as
// they are; others get a hash, so that two of them never meet.
func slug(s string) string {
	safe := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._-", r) {
			return r
		}
		return '-'
	}, s)
	safe = strings.Trim(safe, ".")
	if len(safe) > maxSlug {
		safe = safe[:maxSlug]
	}
	if safe == s && !strings.HasPrefix(s, "-") && s != "" {
		return s
	}
	return "x" + strings.TrimRight(safe, ".") + "-" + Hash(s)
}

// Validate reports what a case lacks or contradicts.
func (c *Case) Validate() error {
	switch {
	case c.Version != Version:
		return fmt.Errorf("version %d: this feedparity knows version %d", c.Version, Version)
	case c.Feed == "", c.Cause == "", c.Signature == "":
		return fmt.Errorf("feed, cause and signature must not be empty")
	case !slices.Contains(States, c.State):
		return fmt.Errorf("state %q: want one of %v", c.State, States)
	case c.View != ingest.Raw && c.View != ingest.Normalized:
		return fmt.Errorf("view %q: want raw or normalized", c.View)
	case c.State == Accepted && (c.Owner == "" || c.Reason == ""):
		return fmt.Errorf("state accepted needs an owner and a reason")
	case c.Py2.Python.Path() != ingest.Py2 || c.Py3.Python.Path() != ingest.Py3:
		return fmt.Errorf("py2 has python %s and py3 %s", c.Py2.Python, c.Py3.Python)
	}
	if c.Expires != "" {
		if _, err := time.Parse(time.DateOnly, c.Expires); err != nil {
			return fmt.Errorf("expires %q: want a date such as 2026-12-31", c.Expires)
		}
	}
	if err := c.Accepts.Validate(); err != nil {
		return fmt.Errorf("accepts: %w", err)
	}
	return c.validateSettings()
}

func (c *Case) validateSettings() error {
	for _, p := range ingest.Paths {
		if err := c.Settings(p).Validate(); err != nil {
			return fmt.Errorf("%s: %w", p, err)
		}
		if err := c.validateSource(p, c.Settings(p)); err != nil {
			return fmt.Errorf("%s: %w", p, err)
		}
	}
	return nil
}

// validateSource holds back what repro.py could not say, or would say as code.
func (c *Case) validateSource(p ingest.Path, s ingest.Settings) error {
	if s.Codec == ingest.Detected && c.Calls[p] == "" {
		return fmt.Errorf("codec detected is no codec: settings of a case are complete")
	}
	if err := ingest.CheckSteps(p, s.Clean); err != nil {
		return err
	}
	for _, t := range s.Types {
		if err := ingest.CheckType(p, t.Type); err != nil {
			return fmt.Errorf("column %q: %w", t.Column, err)
		}
	}
	a := c.Around[p]
	for _, f := range []string{a.Factory, a.Setup, a.Collect} {
		if f != "" && !isQualified(f) {
			return fmt.Errorf("call %q: want module:function", f)
		}
	}
	switch {
	case c.Calls[p] == "" && a != (Around{}):
		return fmt.Errorf("call: no function is named")
	case a.Factory != "" && !isQualified("factory:"+c.Calls[p]):
		return fmt.Errorf("call %q: want the name of a method", c.Calls[p])
	case a.Factory == "" && c.Calls[p] != "" && !isQualified(c.Calls[p]):
		return fmt.Errorf("call %q: want module:function", c.Calls[p])
	}
	return nil
}

// isQualified reports whether s is "module:name", either of names joined by dots.
func isQualified(s string) bool {
	module, name, ok := strings.Cut(s, ":")
	return ok && !slices.ContainsFunc(strings.Split(module+"."+name, "."), func(s string) bool { return !isName(s) })
}
