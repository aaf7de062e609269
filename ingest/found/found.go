// Package found is what came of running a delivery, small enough to be kept and sent,
// as the sweep stores it and every command tells it.
package found

import (
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/parity"
)

// View is what came of one view of a delivery.
type View struct {
	View     ingest.View     `json:",omitzero"`
	Verdict  ingest.Verdict  `json:",omitzero"`
	Severity ingest.Severity `json:",omitzero"`
	Py2Rows  int             `json:",omitzero"`
	Py3Rows  int             `json:",omitzero"`
	Findings []Finding       `json:",omitzero"`
	Warnings []string        `json:",omitzero"` // settings that came to nothing
	Noise    []ingest.Noise  `json:",omitzero"` // columns that were left out since they vary by themselves
	Stale    []parity.Stale  `json:",omitzero"` // what the pair declares and the code does otherwise
	Err      error           `json:",omitzero"` // why it was not compared
}

// Finding is one signature in one view.
type Finding struct {
	Cause     string          `json:",omitzero"`
	Signature string          `json:",omitzero"`
	Severity  ingest.Severity `json:",omitzero"`
	Count     int             `json:",omitzero"`
	Case      string          `json:",omitzero"` // directory of its golden case, "" if it has none
	Accepted  bool            `json:",omitzero"` // by a rule of the configuration
	New       bool            `json:",omitzero"` // no delivery of its feed that was recorded has shown it but what rules accepted
	Regressed bool            `json:",omitzero"` // the checkout says that it is fixed; New as well
	Err       error           `json:",omitzero"` // why no case could be written
	// Meant and Unmeant are the narrow rules about its signature that mean some of its
	// divergences, and none of them. Neither has any where a rule accepts it as a whole.
	Meant, Unmeant []string `json:",omitzero"`

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
