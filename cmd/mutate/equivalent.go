package main

import (
	"path/filepath"
	"strings"
)

// unchanged are mutants that no test can tell from the original, because they do
// the same. They are named by the line they change, so that they outlive edits
// elsewhere; nth counts the same change in lines of the same text.
var unchanged = []struct {
	file, line, was string
	nth             int
	because         string
}{
	{"ingest/pycsv/dialect.go", "eol    rune = -1 // the end of an item, which CPython's parser is fed after its last character", "1", 1,
		"it may equal notSet, since every state asks for the end before it asks for characters"},
	{"ingest/pycsv/machine.go", "case inQuotedField:", "case inQuotedField:...", 1,
		"plainRun may take no run: parseProcessChar does the same character by character"},
	{"ingest/pycsv/machine.go", "if c >= utf8.RuneSelf && r.v.Text {", ">=", 1,
		"no character of a text begins with the byte 0x80"},
	{"ingest/pycsv/reader.go", "r.numericField, r.unquotedField = false, false", "false", 2,
		"the beginning of every field sets unquotedField anew"},
	{"ingest/pycsv/reader.go", "if int64(len(r.buf)-r.start+len(s)) > r.limit && r.fieldLen()+r.v.length(s) > r.limit {", "-", 1,
		"the first comparison only saves counting, and may ask for it too often"},
	{"ingest/pycsv/reader.go", "if int64(len(r.buf)-r.start+len(s)) > r.limit && r.fieldLen()+r.v.length(s) > r.limit {", ">", 1,
		"the first comparison only saves counting, and may ask for it too often"},
	{"ingest/pycsv/reader.go", "r := &Reader{v: v, d: d, limit: limit, lines: lines, fields: make([]ingest.Value, 0, 8), quick: newQuick(v, d)}", "8", 1,
		"it is only how much room there is at first"},
	{"ingest/pycsv/reader.go", "r.liner, _ = lines.(Liner)", "r.liner, _ = lines.(Liner)", 1,
		"a line that is not asked for as one is asked for as an item, which says the same"},
	{"ingest/pycsv/dialect.go", "case c == notSet:", "case c == notSet:", 1,
		"a stop too many only leaves the loop over ordinary characters"},
	{"ingest/pycsv/reader.go", "if len(r.quick.ofQuotes) > mostKept/64 {", "64", 1,
		"it is only how much memory waits for another input"},
	{"ingest/pycsv/reader.go", "clear(r.fields[:cap(r.fields)]) // they hold on to the last input's memory", "clear(r.fields[:cap(r.fields)])", 1,
		"the fields are written before they are read; what they hold on to is memory alone"},
	{"ingest/pycsv/version.go", `v.OneCharacter = strings.Replace(v.OneCharacter, "an 1", "a 1", 1)`, "1", 1,
		"the text is there only once"},
	{"ingest/pycsv/dialect.go", "if p[0].c != notSet && p[0].c == p[1].c {", "0", 1,
		"of two equal characters either may be asked whether it is set"},
	{"ingest/pycsv/version.go", `HeaderTypes:    []string{"int", "long", "float", "complex"},`, `"int"`, 1,
		"whatever is an int is a long, and has_header takes long for int"},
	{"ingest/pycodec/version.go", "if nearest == (ingest.Python{}) || distance(p, q) < distance(p, nearest) {", "<", 1,
		"no version without rules is as near to one that has them as to another"},
	{"ingest/pycodec/version.go", "d := (p.Major-q.Major)*100 + p.Minor - q.Minor", "100", 1,
		"it is only more than there are minor versions"},
	{"ingest/pyword/pyword.go", "return 1", "1", 1, "only the sign of a comparison counts"},
	{"ingest/pyword/pyword.go", "return -1", "1", 1, "only the sign of a comparison counts"},
	{"ingest/pycodec/version.go", `panic("tables.go: " + err.Error())`, `panic("tables.go: " + err.Error())`, 1,
		"the generated list of versions parses"},
	{"ingest/pycodec/version.go", `panic("tables.go: " + err.Error())`, `"tables.go: "`, 1,
		"the generated list of versions parses"},
}

// equivalent returns why a mutant does the same as the original, "" if it does not.
func equivalent(m mutant) string {
	for _, u := range unchanged {
		if strings.HasSuffix(filepath.ToSlash(m.file), u.file) && m.text == u.line && m.was == u.was && m.nth == u.nth {
			return u.because
		}
	}
	return ""
}
