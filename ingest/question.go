package ingest

import (
	"fmt"
	"strings"
)

// Question is something that Python's csv or codecs are asked beside reading a file:
// one call, of which every engine has the same Outcome.
type Question struct {
	Python Python
	Asked  Asked
	// Values are what the call is given: the sample to sniff, the rows to write, the
	// chunks to decode.
	Values  []Value
	Dialect Dialect // of csv.writer
	Codec   string  // to decode by
	Errors  string  // the error handler
}

// Asked is the call of a Question.
type Asked string

// The calls. An outcome has a row for each of what the call gives, one value.
const (
	// AskSniff is csv.Sniffer().sniff(sample): one row, the list of delimiter,
	// doublequote, quotechar and skipinitialspace.
	AskSniff Asked = "sniff"
	// AskHeader is csv.Sniffer().has_header(sample): one row, a bool.
	AskHeader Asked = "has_header"
	// AskWrite is csv.writer(file, **dialect).writerow(row) of each row: a row each,
	// what is handed to the file's write.
	AskWrite Asked = "write"
	// AskDecode is chunk.decode(codec, errors) of the one chunk: a row, its text.
	AskDecode Asked = "decode"
	// AskIncremental is codecs.getincrementaldecoder(codec)(errors), given the chunks,
	// the last as final: a row each, its text.
	AskIncremental Asked = "incremental"
)

// Check says what no engine would be asked.
func (q *Question) Check() error {
	want := 1
	switch q.Asked {
	case AskSniff, AskHeader, AskDecode:
	case AskWrite, AskIncremental:
		want = len(q.Values)
	default:
		return fmt.Errorf("ask python %s: no call is named %q", q.Python, q.Asked)
	}
	if len(q.Values) != want {
		return fmt.Errorf("ask python %s: %s takes one value, not %d", q.Python, q.Asked, len(q.Values))
	}
	for _, v := range q.Values {
		if (q.Asked == AskDecode || q.Asked == AskIncremental) && v.Kind != KindBytes {
			return fmt.Errorf("ask python %s: %s takes bytes, not %s", q.Python, q.Asked, v.Kind)
		}
	}
	return nil
}

// Args are the question in words, that name=value: what it takes to ask it again,
// without the values.
func (q *Question) Args() []string {
	out := []string{"python=" + q.Python.String(), "ask=" + string(q.Asked)}
	if q.Codec != "" {
		out = append(out, "codec="+q.Codec, "errors="+q.Errors)
	}
	for _, o := range q.Dialect {
		out = append(out, fmt.Sprintf("%s=%s:%q", o.Name, o.Value.Kind, o.Value.Str))
	}
	return out
}

// String is the question without its values.
func (q *Question) String() string { return strings.Join(q.Args(), " ") }
