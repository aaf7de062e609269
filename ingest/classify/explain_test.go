package classify_test

import (
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/classify"
)

// The NULs of UTF-16 belong to its characters: the fix must not remove them. That
// the line works on 2.7.18 was tried there.
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
