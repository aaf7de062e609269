// Package found is what came of running a delivery, small enough to be kept and sent,
// as the sweep stores it and every command tells it.
package found

import (
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/parity"
)

// View is what came of one view of a delivery.
type View struct {
	View     ingest.View
	Verdict  ingest.Verdict
	Severity ingest.Severity
	Py2Rows  int
	Py3Rows  int
	Findings []Finding
	Warnings []string       // settings that came to nothing
	Noise    []ingest.Noise // columns that were left out since they vary by themselves
	Stale    []parity.Stale // what the pair declares and the code does otherwise
	Err      error          // why it was not compared
}

// Finding is one signature in one view.
type Finding struct {
	Cause     string
	Signature string
	Severity  ingest.Severity
	Count     int
	Case      string // directory of its golden case, "" if it has none
	Accepted  bool   // by a rule of the configuration
	New       bool   // no delivery of its feed that was recorded has shown it but what rules accepted
	Regressed bool   // the checkout says that it is fixed; New as well
	Err       error  // why no case could be written
	// Meant and Unmeant are the narrow rules about its signature that mean some of its
	// divergences, and none of them. Neither has any where a rule accepts it as a whole.
	Meant, Unmeant []string

	Beyond bool `json:"-"` // rules are about its signature, none accepts it, and it had no case
}

// Of takes over what the line found out about a view; no finding has a case yet.
func Of(v *parity.View) View {
	out := View{View: v.View, Verdict: v.Result.Verdict, Severity: v.Result.Severity, Py2Rows: v.Result.Py2Rows, Py3Rows: v.Result.Py3Rows, Warnings: v.Warnings, Noise: v.Compare.Noise, Stale: v.Stale, Err: v.Err}
	for _, f := range v.Findings {
		out.Findings = append(out.Findings, Finding{Cause: string(f.Cause), Signature: f.Signature, Severity: f.Severity, Count: f.Count})
	}
	return out
}
