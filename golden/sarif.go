package golden

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/feedparity/feedparity/ingest"
)

// The parts of SARIF 2.1.0 (OASIS, sections 3.13 to 3.28) that a list of cases
// needs.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool    sarifTool     `json:"tool"`
		Results []sarifResult `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name           string      `json:"name"`
		Version        string      `json:"version"`
		InformationURI string      `json:"informationUri"`
		Rules          []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID               string    `json:"id"`
		ShortDescription sarifText `json:"shortDescription"`
	}
	sarifResult struct {
		RuleID              string            `json:"ruleId"`
		RuleIndex           int               `json:"ruleIndex"`
		Level               string            `json:"level"`
		Message             sarifText         `json:"message"`
		Locations           []sarifLocation   `json:"locations"`
		PartialFingerprints map[string]string `json:"partialFingerprints"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifLocation struct {
		PhysicalLocation struct {
			ArtifactLocation struct {
				URI string `json:"uri"`
			} `json:"artifactLocation"`
			Region struct {
				ByteOffset int `json:"byteOffset"`
				ByteLength int `json:"byteLength"`
			} `json:"region"`
		} `json:"physicalLocation"`
	}
)

// WriteSARIF writes the open and regressed cases that real Pythons of both paths have
// confirmed into a file; where says the path of each. The fingerprint of a result is
// that of its feed and signature: it stays whatever the input becomes.
func WriteSARIF(file, version string, cases []*Case, where []string) error {
	log := sarifLog{Schema: "https://json.schemastore.org/sarif-2.1.0.json", Version: "2.1.0", Runs: []sarifRun{{
		Tool:    sarifTool{sarifDriver{"feedparity", version, "https://github.com/feedparity/feedparity", []sarifRule{}}},
		Results: []sarifResult{},
	}}}
	run := &log.Runs[0]
	for i, c := range cases {
		if c.State != Open && c.State != Regressed || len(c.Confirmed) < 2 {
			continue
		}
		run.Results = append(run.Results, c.sarif(run.rule(c), where[i]))
	}
	data, err := json.MarshalIndent(log, "", "  ")
	if err == nil {
		err = writeWhole(file, append(data, '\n'))
	}
	if err != nil {
		return fmt.Errorf("write SARIF %q: %w", file, err)
	}
	return nil
}

// rule returns the index of a case's cause among the rules.
func (r *sarifRun) rule(c *Case) int {
	rules := &r.Tool.Driver.Rules
	if i := slices.IndexFunc(*rules, func(r sarifRule) bool { return r.ID == c.Cause }); i >= 0 {
		return i
	}
	*rules = append(*rules, sarifRule{c.Cause, sarifText{"see docs/divergences.md, " + c.Cause}})
	return len(*rules) - 1
}

func (c *Case) sarif(rule int, where string) sarifResult {
	sum := sha256.Sum256([]byte(c.Feed + "\x00" + c.Signature))
	out := sarifResult{
		RuleID: c.Cause, RuleIndex: rule, Level: "warning",
		Message:             sarifText{fmt.Sprintf("feed %s: %s (%s)", c.Feed, c.Signature, c.Severity)},
		PartialFingerprints: map[string]string{"feedparity/v1": hex.EncodeToString(sum[:16])},
	}
	if c.Fix != "" {
		out.Message.Text += "; fix: " + c.Fix
	}
	if c.Severity == ingest.Silent || c.State == Regressed {
		out.Level = "error"
	}
	var at sarifLocation
	at.PhysicalLocation.ArtifactLocation.URI = filepath.ToSlash(filepath.Join(where, inputFile))
	at.PhysicalLocation.Region.ByteLength = len(c.Input)
	out.Locations = []sarifLocation{at}
	return out
}
