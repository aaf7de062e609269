package fetch

import (
	"crypto/md5"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest/fetch/ftptest"
)

// TestChecksum: a mark that holds a checksum is believed, not the file.
func TestChecksum(t *testing.T) {
	data := payload(5000)
	sum, other := fmt.Sprintf("%x", md5.Sum(data)), fmt.Sprintf("%x", md5.Sum(nil))
	for _, c := range []struct{ mark, text, want string }{
		{"a.csv.md5", sum + "\n", ""},
		{"a.csv.MD5", strings.ToUpper(sum), ""},
		{"a.csv.md5", sum + " *a.csv\r\n", ""},
		{"a.csv.md5", "MD5 (a.csv) = " + sum, ""},
		{"SUMS.md5", other + "  b.csv\n" + sum + "  a.csv\n", ""},
		{"SUMS.md5", other + "  aa.csv\n" + other + "  a.csv.gz\n" + sum + "  out/a.csv\n", ""},
		{"SUMS.md5", other + "  a.csva.csv\n" + sum + " *a.csv", ""},
		{"a.csv.sha256", fmt.Sprintf("%x  a.csv\n", sha256.Sum256(data)), ""},
		{"a.csv.done", "whatever", ""},
		{"a.csv.md5", other, "the file is not what its checksum says: a.csv.md5 says " + other + ", it has " + sum},
		{"a.csv.md5", "", "holds no checksum"},
		{"a.csv.md5", fmt.Sprintf("%x", sha256.Sum256(data)), "holds no checksum"},
		{"SUMS.md5", other + "  b.csv\n" + sum + "  c.csv\n", "holds no checksum"},
		{"a.csv.md5", strings.Repeat("x", maxMark+1), "holds no checksum"},
	} {
		srv := serve(t, ftptest.Options{Files: map[string]ftptest.File{"a.csv": {Data: data}, c.mark: {Data: []byte(c.text)}}})
		dir := openDir(t)
		d, err := Download(t.Context(), open(t, srv.URL(), quick(srv)), Entry{Path: "a.csv", Done: c.mark}, dir, "a.csv")
		if c.want == "" {
			if err != nil {
				t.Errorf("%s %.40q: %v", c.mark, c.text, err)
				continue
			}
			took(t, dir, d, data)
			continue
		}
		if !errors.Is(err, ErrChecksum) || !strings.Contains(err.Error(), c.want) || Transient(err) {
			t.Errorf("%s %.40q: %v", c.mark, c.text, err)
		}
		nothingLeft(t, dir)
	}
}
