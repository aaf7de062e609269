package embedded

import (
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest"
)

func TestLocate(t *testing.T) {
	py2 := ingest.DefaultSettings(ingest.Python27)
	py3 := ingest.DefaultSettings(ingest.Python313)
	with := func(s ingest.Settings, change func(*ingest.Settings)) ingest.Settings {
		change(&s)
		return s
	}
	universal := func(s *ingest.Settings) { s.Open = ingest.OpenTextUniversal }
	for _, tt := range []struct {
		why      string
		in       string
		s        ingest.Settings
		row, col int
		want     string // the bytes found, "?" where they cannot be told
	}{
		{"first cell", "ab,c\nd,ef\n", py3, 1, 1, "ab"},
		{"last cell, no newline in it", "ab,c\nd,ef\n", py3, 2, 2, "ef"},
		{"py2", "ab,c\nd,ef\n", py2, 2, 2, "ef"},
		{"quotes belong to the cell", "a,\"b\"\"c\",d\n", py3, 1, 2, `"b""c"`},
		{"a cell over two lines", "a,\"b\r\nc\",d\n", py3, 1, 2, "\"b\r\nc\""},
		{"over two lines that were translated", "a,\"b\r\nc\",d\r\n", with(py3, universal), 1, 2, "\"b\r\nc\""},
		{"cut off by the end: was it LF or CRLF?", "\"\r\n", with(py3, universal), 1, 1, "?"},
		{"cut off by the end, in rU", "\"\r\n", with(py2, func(s *ingest.Settings) { s.Open = ingest.OpenUniversal }), 1, 1, "?"},
		{"cut off by the end, as it is", "\"\r\n", py3, 1, 1, "\"\r\n"},
		{"characters of two bytes", "é,ü\n", py3, 1, 2, "ü"},
		{"characters of one byte", "\xe9,\xfc\n", with(py3, func(s *ingest.Settings) { s.Codec = "cp1252" }), 1, 2, "\xfc"},
		{"utf-16", "a\x00,\x00b\x00\n\x00", with(py3, func(s *ingest.Settings) { s.Codec = "utf-16-le" }), 1, 2, "b\x00"},
		{"replaced characters have no known width", "\xff,b\n", with(py3, func(s *ingest.Settings) { s.Errors = "replace" }), 1, 2, "?"},
		{"rows of a DictReader begin after the header", "h,k\na,b\n", with(py3, func(s *ingest.Settings) { s.Reader = ingest.DictReader }), 1, 2, "b"},
		{"no such row", "a\n", py3, 2, 1, "?"},
		{"no such column", "a\n", py3, 1, 2, "?"},
		{"column 0 is no cell", "a\n", py3, 1, 0, "?"},
	} {
		in := ingest.Input{Name: "x.csv", Data: strings.NewReader(tt.in), Size: int64(len(tt.in)), Settings: tt.s}
		got := "?"
		if span, ok := New().Locate(t.Context(), in, tt.row, tt.col); ok {
			got = tt.in[span.Start:span.End]
		}
		if got != tt.want {
			t.Errorf("%s: %q row %d, column %d is %q, want %q", tt.why, tt.in, tt.row, tt.col, got, tt.want)
		}
	}
}
