package generator

import (
	"bytes"
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/feedparity/feedparity/ingest"
)

// What a survey would count in the bytes of deliveries that are drawn is what the
// surveys of open data counted.
func TestSurveyedSharesAreDrawn(t *testing.T) {
	const deliveries = 20_000
	counts := map[string]int{}
	s := ingest.DefaultSettings(ingest.Python313)
	for seed := range deliveries {
		c := RandomChoices(uint64(seed), 400)
		l := newLayout(c, s)
		for _, name := range countedIn(surveyed(c, l), l.delimiter) {
			counts[name]++
		}
	}
	for name, want := range map[string]float64{
		"ascii": 72, "latin-1 or cp1252": 16, "utf-8": 7, "utf-8 with a mark": 4.5, "not CRLF": 46, "ragged": 26, "not comma": 25,
		"no header": 13, "preamble": 12, "repeated header": 8, "several tables": 6,
	} {
		if got := 100 * float64(counts[name]) / deliveries; math.Abs(got-want) > 1 {
			t.Errorf("%s: %.1f %%, want %.1f %%", name, got, want)
		}
	}
}

// countedIn takes a delivery apart, knowing nothing of how it was made but the delimiter.
func countedIn(data []byte, delimiter string) []string {
	var out []string
	text := string(data)
	switch {
	case strings.HasPrefix(text, "\xff\xfe"):
		return []string{"utf-16"}
	case strings.HasPrefix(text, "\xef\xbb\xbf"):
		out, text = append(out, "utf-8 with a mark"), text[3:]
	case ingest.IsASCII(text):
		out = append(out, "ascii")
	case utf8.Valid(data):
		out = append(out, "utf-8")
	default:
		out = append(out, "latin-1 or cp1252")
	}
	if !bytes.Contains(data, []byte("\r\n")) {
		out = append(out, "not CRLF")
	}
	if delimiter != "," {
		out = append(out, "not comma")
	}
	lines := strings.Split(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.TrimRight(text, "\r\n")), "\n")
	return append(out, countedInLines(lines, delimiter)...)
}

func countedInLines(lines []string, delimiter string) []string {
	var out []string
	if !strings.Contains(lines[0], delimiter) {
		out, lines = append(out, "preamble", "ragged"), lines[1:]
	}
	names := map[string]int{}
	known := 0
	for _, name := range strings.Split(lines[0], delimiter) {
		if names[name]++; strings.Contains(" "+strings.Join(headerWords, " ")+" ", " "+name+" ") {
			known++
		}
	}
	columns := strings.Count(lines[0], delimiter)
	switch {
	case known <= columns:
		out = append(out, "no header")
	case len(names) <= columns:
		out = append(out, "repeated header")
	}
	width := map[int]bool{}
	for _, line := range lines {
		if width[strings.Count(line, delimiter)] = true; line == "" {
			out = append(out, "several tables")
		}
	}
	if len(width) > 1 && len(out) == 0 || len(width) > 1 && out[0] != "preamble" {
		out = append(out, "ragged")
	}
	return out
}
