package classify

import (
	"testing"

	"github.com/feedparity/feedparity/ingest"
)

// TestReadingOf: the codec of a recording, by whoever it was named.
func TestReadingOf(t *testing.T) {
	latin1, binary := "latin-1", &ingest.Opened{Function: "open", Input: true, Mode: "rb"}
	for _, tt := range []struct {
		why  string
		rec  ingest.Recording
		want string
	}{
		{"open names it", ingest.Recording{Opens: []*ingest.Opened{{Function: "open", Input: true, Mode: "r", Encoding: &latin1}}}, "iso8859-1"},
		{"the wrapper of a binary file does", ingest.Recording{Opens: []*ingest.Opened{binary}, CSV: []*ingest.CSVUse{{Function: "csv.reader", Source: "_io.TextIOWrapper", Encoding: latin1}}}, "iso8859-1"},
		{"a source that is no file has none of the delivery's", ingest.Recording{Opens: []*ingest.Opened{binary}, CSV: []*ingest.CSVUse{{Function: "csv.reader", Source: "Lines", Encoding: latin1}}}, codecNone},
		{"nobody does", ingest.Recording{Opens: []*ingest.Opened{binary}}, codecNone},
	} {
		if got := readingOf(&tt.rec, ingest.Settings{Python: ingest.Python313}, nil).named; got != tt.want {
			t.Errorf("%s: %q, want %q", tt.why, got, tt.want)
		}
	}
}
