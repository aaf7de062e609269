package classify_test

import (
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/classify"
)

// The NULs of UTF-16 belong to its characters: the fix must not remove them. That
// the line works on 2.7.18 was tried there.
// TestNumbersOfCode: what no reason accounts for is not said to be of other types.
func TestNumbersOfCode(t *testing.T) {
	s := ingest.DefaultSettings(ingest.Python27)
	why, _ := classify.ExplainSignature("unclassified:cell:number:feed.py:price:-/locale:call/call", s, s)
	other, _ := classify.ExplainSignature("unclassified:cell:text:feed.py:price:-/locale:call/call", s, s)
	if !strings.Contains(why, "a number of one type") || strings.Contains(other, "number") {
		t.Errorf("%s\n%s", why, other)
	}
}

func TestExplainWideNUL(t *testing.T) {
	py2, py3 := ingest.DefaultSettings(ingest.Python27), ingest.DefaultSettings(ingest.Python313)
	if _, fix := classify.Explain(classify.NULByte, py2, py3); !strings.Contains(fix, "replace") {
		t.Errorf("utf-8: %s", fix)
	}
	for _, codec := range []string{"utf-16", "UTF_16_LE", "utf-32"} {
		py2.Codec, py3.Codec = codec, codec
		_, fix := classify.Explain(classify.NULByte, py2, py3)
		if strings.Contains(fix, "replace") || !strings.Contains(fix, "line.encode('utf-8') for line in io.open(path, encoding='utf-") || strings.Contains(fix, "%") {
			t.Errorf("%s: %s", codec, fix)
		}
	}
}

// A fix names a codec only where a path is known to read with it.
func TestExplainNamesNoCodecThatNobodyReadsWith(t *testing.T) {
	detected := ingest.DefaultSettings(ingest.Python27)
	never := detected
	detected.Codec, never.Codec, never.Open = "iso8859-2", "iso8859-2", ingest.OpenBytes
	py3 := ingest.DefaultSettings(ingest.Python313)
	locale := py3
	locale.Open, locale.Codec = ingest.OpenLocale, "cp1252"
	greek := py3
	greek.Codec = "iso8859-7"
	marked := ingest.DefaultSettings(ingest.Python27)
	tests := []struct {
		cause    classify.Cause
		py2, py3 ingest.Settings
		want     string
	}{
		{classify.UndecodableBytes, detected, py3, "open(path, encoding='iso8859-2', newline='')  # the codec that the py2 path reads it with"},
		{classify.UndecodableBytes, never, py3, "open(path, encoding=CHARSET, newline='')  # CHARSET: the supplier's; the py2 path never decodes and cannot tell it"},
		{classify.Mojibake, never, locale, "open(path, encoding=CHARSET, newline='')  # CHARSET: the supplier's; the py2 path never decodes and cannot tell it"},
		{classify.LocaleDefaultEncoding, never, locale, "open(path, encoding=CHARSET, newline='')  # CHARSET: the supplier's; the py2 path never decodes and cannot tell it"},
		{classify.BytesVsText, never, py3, "row = [cell.decode('utf-8') for cell in row]  # in the py2 path, until it is gone"},
		{classify.BOMInHeader, marked, py3, "open(path, encoding='utf-8-sig', newline='')  # and codecs.BOM_UTF8 stripped on the py2 path"},
		{classify.BOMInHeader, detected, py3, "open(path, encoding='utf-8-sig', newline='')  # and codecs.BOM_UTF8 stripped on the py2 path"},
		{classify.BOMInHeader, detected, greek, "open(path, encoding='utf-8-sig', newline='')  # the mark says UTF-8, not 'iso8859-2' or 'iso8859-7': so the py2 path, too, after codecs.BOM_UTF8 is stripped"},
	}
	for _, tt := range tests {
		if _, fix := classify.Explain(tt.cause, tt.py2, tt.py3); fix != tt.want {
			t.Errorf("%s of %s and %s:\n got %s\nwant %s", tt.cause, tt.py2.Open, tt.py3.Open, fix, tt.want)
		}
	}
}
