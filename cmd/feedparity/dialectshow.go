package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/detect"
	"github.com/feedparity/feedparity/ingest/pycodec"
	"github.com/feedparity/feedparity/ingest/pycsv"
)

// sniffed is how much csv.Sniffer is given: f.read(8192) is what everybody writes.
const sniffed = 8192

// sniffAnswer is what csv.Sniffer makes of a file in some versions of Python.
type sniffAnswer struct {
	Versions []string `json:"versions"`
	Dialect  []string `json:"dialect,omitempty"` // as arguments of csv.reader
	Header   string   `json:"header"`            // what has_header says or raises
	Fault    string   `json:"fault,omitempty"`   // what sniff raises
}

// sniffers asks the model of every version, Python 2 about the bytes and Python 3
// about the text, and puts versions of one answer together.
func sniffers(in ingest.Input, charset string) ([]sniffAnswer, error) {
	raw := make([]byte, min(in.Size, 4*sniffed))
	if _, err := in.Data.ReadAt(raw, 0); err != nil && err != io.EOF {
		return nil, err
	}
	text, err := decoded(raw, charset)
	if err != nil {
		return nil, err
	}
	var out []sniffAnswer
	for _, py := range pycsv.Modelled() {
		v, err := pycsv.VersionOf(py)
		if err != nil {
			return nil, err
		}
		sample := ingest.Text(text)
		if !v.Text {
			sample = ingest.Bytes(string(raw[:min(len(raw), sniffed)]))
		}
		a := sniffOne(v, sample)
		if k := len(out) - 1; k >= 0 && a.same(out[k]) {
			out[k].Versions = append(out[k].Versions, py.String())
			continue
		}
		a.Versions = []string{py.String()}
		out = append(out, a)
	}
	return out, nil
}

// decoded is the text of the first characters.
func decoded(raw []byte, charset string) (string, error) {
	c, fault, err := pycodec.Lookup(ingest.Python313, charset)
	if err != nil {
		return "", err
	}
	if fault != nil {
		return "", fmt.Errorf("decode %s: %s", charset, fault.Message)
	}
	text, bad := c.NewDecoder("replace").Decode(nil, raw, false)
	if bad != nil {
		return "", fmt.Errorf("decode %s: %s", charset, bad.Reason)
	}
	if runes := ingest.Runes(string(text)); len(runes) > sniffed {
		text = text[:0]
		for _, r := range runes[:sniffed] {
			text = ingest.AppendRune(text, r)
		}
	}
	return string(text), nil
}

func sniffOne(v *pycsv.Version, sample ingest.Value) (a sniffAnswer) {
	d, fault := pycsv.Sniff(v, sample)
	if fault != nil {
		a.Fault = fault.Type + ": " + fault.Message
	}
	for _, o := range d.For(ingest.Py3) {
		if o.Name != "lineterminator" && o.Name != "quoting" { // which it never finds out
			a.Dialect = append(a.Dialect, o.String())
		}
	}
	header, fault := pycsv.HasHeader(v, sample)
	if a.Header = fmt.Sprint(header); fault != nil {
		a.Header = fault.Type + ": " + fault.Message
	}
	return a
}

func (a sniffAnswer) same(b sniffAnswer) bool {
	return strings.Join(a.Dialect, " ") == strings.Join(b.Dialect, " ") && a.Header == b.Header && a.Fault == b.Fault
}

// agrees reports that delimiter and header are what detection found, and the quote
// character where cells are quoted.
func (a sniffAnswer) agrees(d detect.Dialect) bool {
	option := func(name string, c byte) string {
		return ingest.DialectOption{Name: name, Value: ingest.Text(string(rune(c)))}.String()
	}
	return slices.Contains(a.Dialect, option("delimiter", d.Delimiter)) && slices.Contains(a.Dialect, option("quotechar", d.Quotechar)) && a.Header == fmt.Sprint(d.Header)
}

// showDialect prints the reasons for a dialect and Python's own answers beside it.
func showDialect(w io.Writer, d detect.Dialect, answers []sniffAnswer) {
	for _, r := range d.Reasons {
		fmt.Fprintf(w, "  dialect: %s\n", r)
	}
	for _, a := range answers {
		what := strings.Join(a.Dialect, " ") + ", header " + a.Header
		switch {
		case a.Fault != "":
			what = "raises " + a.Fault
		case !a.agrees(d):
			what += ", which is not the above"
		}
		fmt.Fprintf(w, "  csv.Sniffer of %s: %s\n", strings.Join(a.Versions, ", "), what)
	}
	if len(answers) > 1 {
		fmt.Fprintf(w, "  csv.Sniffer: the versions differ, so code that sniffs reads this file differently\n")
	}
}

// dialectJSON is all that was found out about the dialect.
type dialectJSON struct {
	Delimiter        string   `json:"delimiter"`
	Quotechar        string   `json:"quotechar"`
	Escapechar       string   `json:"escapechar,omitempty"`
	DoubleQuote      bool     `json:"doublequote"`
	SkipInitialSpace bool     `json:"skipinitialspace"`
	QuoteAll         bool     `json:"quote_all"`
	DecimalComma     bool     `json:"decimal_comma"`
	Columns          int      `json:"columns"`
	Tables           int      `json:"tables"`
	PreambleLines    int      `json:"preamble_lines"`
	FooterLines      int      `json:"footer_lines"`
	TableFrom        int64    `json:"table_from"`
	TableTo          int64    `json:"table_to"`
	Reasons          []string `json:"reasons"`
}

func newDialectJSON(d detect.Dialect) dialectJSON {
	char := func(c byte) string {
		if c == 0 {
			return ""
		}
		return string(rune(c))
	}
	return dialectJSON{Delimiter: char(d.Delimiter), Quotechar: char(d.Quotechar), Escapechar: char(d.Escapechar), DoubleQuote: d.DoubleQuote,
		SkipInitialSpace: d.SkipInitialSpace, QuoteAll: d.QuoteAll, DecimalComma: d.DecimalComma, Columns: d.Columns, Tables: d.Tables,
		PreambleLines: d.Preamble, FooterLines: d.Footer, TableFrom: d.TableFrom, TableTo: d.TableTo, Reasons: d.Reasons}
}
