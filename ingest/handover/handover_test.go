package handover

import (
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/interp/interptest"
	"github.com/feedparity/feedparity/ingest/wire"
)

// outcomes: rows of each path in wire form, and for ways of handing them over what
// comes of it: "loads", or kind, class and column of the first loss. All are
// facts of /Doc/library/pickle.rst and were measured.
var outcomes = []struct {
	name     string
	py2, py3 string
	want     map[string]string // "direction format reader"
}{
	{"ascii, undecoded", `[{"bytes":"61"},null]`, `["a",null]`, map[string]string{
		"forward pickle:0 ASCII":    "loads",
		"forward cPickle:2 latin1":  "loads",
		"forward pickle:2 bytes":    "bytes column 1", // row[0] == 'a' is False
		"forward json":              "loads",
		"forward signed-json":       "loads",
		"forward signed-repr":       "loads",
		"rollback pickle:2 pickle":  "loads", // u'a' == 'a'
		"rollback pickle:3 pickle":  "fault ValueError",
		"rollback pickle:2 cPickle": "loads",
		"rollback json":             "loads",
		"rollback signed-repr":      "loads",
	}},
	{"utf-8 in bytes poisons the default", `[{"bytes":"636166c3a9"}]`, `["café"]`, map[string]string{
		"forward pickle:2 ASCII":  "fault UnicodeDecodeError",
		"forward pickle:2 latin1": "text column 1", // mojibake
		"forward pickle:2 utf-8":  "loads",
		"forward pickle:2 bytes":  "bytes column 1",
		"forward json":            "loads",         // 2.7 decodes as UTF-8
		"forward signed-repr":     "text column 1", // 'caf\xc3\xa9'
	}},
	{"a dict whose value is another", `{"dict":[[{"bytes":"736b75"},{"bytes":"61"}],[{"bytes":"6e616d65"},{"bytes":"636166c3a9"}]]}`, `{"dict":[["sku","a"],["name","café"]]}`, map[string]string{
		"rollback pickle:2 pickle": "unicode column 2",
		"forward signed-repr":      "text column 2",
		"forward digest-repr":      "fault BadSignature name",
		"forward digest-pickle:2":  "fault BadSignature sku", // str is pickled in another way
	}},
	{"latin-1 in bytes", `[{"bytes":"636166e9"}]`, `["café"]`, map[string]string{
		"forward pickle:2 ASCII":  "fault UnicodeDecodeError",
		"forward pickle:2 latin1": "loads",
		"forward pickle:2 utf-8":  "fault UnicodeDecodeError",
		"forward json":            "unwritten", // 'utf8' codec can't decode
		"forward signed-repr":     "loads",
	}},
	{"a date poisons the default, too", `[{"date":"2012-01-02"}]`, `[{"date":"2012-01-02"}]`, map[string]string{
		"forward pickle:2 ASCII":   "fault UnicodeDecodeError",
		"forward pickle:2 latin1":  "loads",
		"forward pickle:2 bytes":   "loads",
		"forward json":             "unwritten",
		"rollback pickle:2 pickle": "loads",
	}},
	{"a Decimal and encoding=bytes", `[{"decimal":"1.10"}]`, `[{"decimal":"1.10"}]`, map[string]string{
		"forward pickle:2 ASCII":  "loads",
		"forward pickle:2 bytes":  "fault TypeError", // conversion from bytes to Decimal
		"forward pickle:2 latin1": "loads",
	}},
	{"keys of dicts", `{"dict":[[{"bytes":"736b75"},{"bytes":"61"}]]}`, `{"dict":[["sku","a"]]}`, map[string]string{
		"forward pickle:2 ASCII":   "loads",
		"forward pickle:2 bytes":   "bytes column 1", // row['sku'] is a KeyError
		"rollback pickle:1 pickle": "loads",
	}},
	{"unicode", `["caf\u00e9 \ud83d"]`, `["caf\u00e9 \ud83d"]`, map[string]string{
		"forward pickle:0 ASCII":    "loads",
		"forward pickle:2 bytes":    "loads",
		"rollback pickle:0 cPickle": "loads",
		"rollback signed-repr":      "bytes column 1", // without its u prefix it is a byte string
	}},
	{"numbers", `[{"int":"36893488147419103232"},{"float":"0.1"}]`, `[{"int":"36893488147419103232"},{"float":"0.1"}]`, map[string]string{
		"forward pickle:2 ASCII":   "loads",
		"forward signed-repr":      "fault SyntaxError", // 36893488147419103232L
		"forward digest-repr":      "fault BadSignature",
		"forward digest-json":      "loads",
		"rollback pickle:2 pickle": "loads",
	}},
	{"paths that diverge by themselves", `[{"float":"3.0"}]`, `[{"int":"2"}]`, map[string]string{
		"forward pickle:2 ASCII":   "loads", // another finding, not this one
		"rollback pickle:2 pickle": "loads",
	}},
}

func TestCheckConfirm(t *testing.T) {
	interptest.Pairs(t, func(t *testing.T, pair [2]*interp.Process) {
		for _, tt := range outcomes {
			r := check(t, pair, tt.py2, tt.py3)
			for way, want := range tt.want {
				if got := told(t, r, way); got != want {
					t.Errorf("%s: %s: %s, want %s", tt.name, way, got, want)
				}
			}
		}
	})
}

// check hands over rows written in wire form, a line each.
func check(t *testing.T, pair [2]*interp.Process, py2, py3 string) *Report {
	t.Helper()
	var rows [2]ingest.Rows
	for p, text := range []string{py2, py3} {
		o, err := wire.ReadOutcome(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		rows[p] = o.Stream()
	}
	pythons, err := Use(t.Context(), pair)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Check(t.Context(), pythons, rows[0], rows[1])
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// told words what came of one way of handing over.
func told(t *testing.T, r *Report, way string) string {
	t.Helper()
	for _, tr := range r.Trials {
		if strings.TrimSpace(strings.Join([]string{string(tr.Direction), tr.Format, tr.Reader}, " ")) != way {
			continue
		}
		switch {
		case tr.Unwritten > 0:
			return "unwritten"
		case tr.Loads():
			return "loads"
		case tr.First.Kind == LossFault:
			return strings.TrimSpace("fault " + tr.First.Fault.Type + " " + tr.First.Field)
		}
		return string(tr.First.Kind) + " column " + string(rune('0'+tr.First.Column))
	}
	t.Fatalf("there is no %q", way)
	return ""
}
