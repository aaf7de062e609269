package embedded_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/embedded"
	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/interp/interptest"
	"github.com/feedparity/feedparity/ingest/wire"
)

// answerCases are one or more questions of each kind. What is the same in both is
// written once; values are wire form, a py2 string in JSON is its bytes.
var answerCases = []struct {
	name     string
	q        ingest.Question
	values   string
	py2, py3 string // wire lines, joined by a space; py3 "" for the same
}{
	{"sniff", ingest.Question{Asked: ingest.AskSniff}, `["a; b\n1; 2\n"]`, `[{"bytes":"3b"},false,{"bytes":"22"},true]`, `[";",false,"\"",true]`},
	{"sniff nothing", ingest.Question{Asked: ingest.AskSniff}, `[""]`, `{"fault":{"type":"csv.Error","message":"Could not determine delimiter","row":1}}`, ""},
	{"a header", ingest.Question{Asked: ingest.AskHeader}, `["name,qty\nfoo,1\nbar,2\n"]`, `true`, ""},
	{"no header", ingest.Question{Asked: ingest.AskHeader}, `["1,2\n3,4\n"]`, `false`, ""},
	{"write", ingest.Question{Asked: ingest.AskWrite}, `[["a","d\"e"],[null,{"int":"7"},{"float":"0.1"}],{"dict":[["k",true]]}]`,
		`{"bytes":"612c2264222265220d0a"} {"bytes":"2c372c302e310d0a"} {"fault":{"type":"csv.Error","message":"sequence expected","row":3}}`,
		`"a,\"d\"\"e\"\r\n" ",7,0.1\r\n" "k\r\n"`},
	{"write values of other modules", ingest.Question{Asked: ingest.AskWrite, Dialect: ingest.Dialect{{Name: "quoting", Value: ingest.Int(2)}}},
		`[[{"decimal":"1.50"},{"date":"2012-01-02"},{"datetime":"2012-01-02T03:04:05"}]]`,
		`{"bytes":"312e35302c22323031322d30312d3032222c22323031322d30312d30322030333a30343a3035220d0a"}`, `"1.50,\"2012-01-02\",\"2012-01-02 03:04:05\"\r\n"`},
	{"write by a dialect that is refused", ingest.Question{Asked: ingest.AskWrite, Dialect: ingest.Dialect{{Name: "quoting", Value: ingest.Int(9)}}}, `[["a"]]`,
		`{"fault":{"type":"TypeError","message":"bad \"quoting\" value","row":1}}`, ""},
	{"write surrogates", ingest.Question{Asked: ingest.AskWrite}, `[[{"codepoints":"d83d de00"}]]`,
		`{"fault":{"type":"UnicodeEncodeError","message":"'ascii' codec can't encode characters in position 0-1: ordinal not in range(128)","row":1}}`, `{"codepoints":"d83d de00 d a"}`},
	{"decode", ingest.Question{Asked: ingest.AskDecode, Codec: "cp1252", Errors: "strict"}, `[{"bytes":"80e9"}]`, `"€é"`, ""},
	{"decode what is malformed", ingest.Question{Asked: ingest.AskDecode, Codec: "ascii", Errors: "strict"}, `[{"bytes":"61e9"}]`,
		`{"fault":{"type":"UnicodeDecodeError","message":"'ascii' codec can't decode byte 0xe9 in position 1: ordinal not in range(128)","row":1}}`, ""},
	{"decode by a codec that 2.7 lacks", ingest.Question{Asked: ingest.AskDecode, Codec: "koi8_t", Errors: "strict"}, `[{"bytes":"61"}]`,
		`{"fault":{"type":"LookupError","message":"unknown encoding: koi8_t","row":1}}`, `"a"`},
	{"decode nothing by a codec that most versions lack", ingest.Question{Asked: ingest.AskDecode, Codec: "unicode_internal", Errors: "strict"}, `[{"bytes":""}]`, `""`, ""},
	{"decode chunks", ingest.Question{Asked: ingest.AskIncremental, Codec: "utf-8", Errors: "replace"}, `[{"bytes":"61e282"},{"bytes":"ac"},{"bytes":"e2"}]`, "\"a\" \"€\" \"\ufffd\"", ""},
}

// ask is a question of the table for a version, and its answer.
func ask(t *testing.T, i int, py ingest.Python) (q ingest.Question, want string) {
	t.Helper()
	c := answerCases[i]
	values, err := wire.ParseValue([]byte(c.values))
	if err != nil {
		t.Fatalf("%s: %v", c.name, err)
	}
	q, want = c.q, c.py2
	q.Python, q.Values = py, values.Items
	if py.Path() == ingest.Py2 {
		native(q.Values)
	} else if c.py3 != "" {
		want = c.py3
	}
	return q, want
}

// native makes byte strings of texts that are ASCII, as literals of Python 2 are.
func native(values []ingest.Value) {
	for i, v := range values {
		if v.Kind == ingest.KindText && ingest.IsASCII(v.Str) {
			values[i].Kind = ingest.KindBytes
		}
		native(v.Items)
	}
}

func answered(o ingest.Outcome) string {
	return strings.ReplaceAll(strings.TrimSuffix(string(wire.AppendOutcome(nil, o)), "\n"), "\n", " ")
}

func TestAnswer(t *testing.T) {
	for _, py := range []ingest.Python{ingest.Python27, ingest.Python313} {
		for i, c := range answerCases {
			q, want := ask(t, i, py)
			got, err := embedded.New().Answer(q)
			if err != nil || answered(got) != want {
				t.Errorf("python %s, %s: got %s, %v, want %s", py, c.name, answered(got), err, want)
			}
		}
	}
}

func TestAnswerConfirm(t *testing.T) {
	interptest.Each(t, func(t *testing.T, p *interp.Process) {
		var questions []ingest.Question
		for i := range answerCases {
			q, _ := ask(t, i, p.Interpreter.Version)
			questions = append(questions, q)
		}
		got, err := p.Ask(t.Context(), questions)
		if err != nil {
			t.Fatal(err)
		}
		for i, q := range questions {
			_, want := ask(t, i, q.Python)
			if answered(got[i]) != want {
				t.Errorf("%s: got %s, want %s", answerCases[i].name, answered(got[i]), want)
			}
		}
	})
}

// TestAnswerRefuses: what nobody would ask is our own failure, no outcome.
func TestAnswerRefuses(t *testing.T) {
	for _, q := range []ingest.Question{
		{Python: ingest.Python313, Asked: "what"},
		{Python: ingest.Python313, Asked: ingest.AskSniff},
		{Python: ingest.Python313, Asked: ingest.AskDecode, Codec: "utf-8", Values: []ingest.Value{ingest.Text("a")}},
	} {
		if o, err := embedded.New().Answer(q); err == nil {
			t.Errorf("%s: %s", &q, answered(o))
		}
	}
	q := ingest.Question{Python: ingest.Python{Major: 3, Minor: 99}, Asked: ingest.AskHeader, Values: []ingest.Value{ingest.Text("a")}}
	if _, err := embedded.New().Answer(q); !errors.Is(err, ingest.ErrNotModelled) {
		t.Errorf("python 3.99: %v", err)
	}
}
