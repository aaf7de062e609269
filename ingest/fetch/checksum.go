package fetch

import (
	"context"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"path"
	"regexp"
	"strings"
	"sync"
)

// checksums are the marks that say what a file's hash is, by their suffix. MD5 and
// SHA-1 tell a broken transfer, which is all that is asked of them.
var checksums = map[string]func() hash.Hash{".md5": md5.New, ".sha1": sha1.New, ".sha256": sha256.New, ".sha512": sha512.New}

// maxMark is more than any list of checksums that lies beside a file.
const maxMark = 1 << 20

// verify compares a file that was taken with the checksum in its mark. A mark that
// holds none, for it is of another kind, has done its duty by being there.
func (d *download) verify(ctx context.Context, p *partial) error {
	make, ok := checksums[strings.ToLower(path.Ext(d.mark))]
	if !ok {
		return nil
	}
	want, err := d.promised(ctx, make().Size())
	if err != nil {
		return err
	}
	f, err := d.reader(p)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrTarget, err)
	}
	defer f.Close()
	h := make()
	if _, err := io.Copy(h, f); err != nil {
		return fmt.Errorf("%w: %w", ErrTarget, err)
	}
	if got := hex.EncodeToString(h.Sum(nil)); got != want {
		return fmt.Errorf("%w: %s says %s, it has %s", ErrChecksum, path.Base(d.mark), want, got)
	}
	return nil
}

// promised reads a checksum of so many bytes out of the mark.
func (d *download) promised(ctx context.Context, size int) (string, error) {
	r, err := d.src.Open(ctx, d.mark, 0)
	if err != nil {
		return "", fmt.Errorf("read mark: %w", err)
	}
	text, err := io.ReadAll(io.LimitReader(r, maxMark+1))
	if errClose := r.Close(); len(text) <= maxMark && err == nil {
		err = errClose
	}
	if err != nil {
		return "", fmt.Errorf("read mark: %w", err)
	}
	want := sumIn(string(text), path.Base(d.path), 2*size)
	// A mark named .md5 without an MD5 promises something: it is no mere sign of the end.
	if want == "" || len(text) > maxMark {
		return "", fmt.Errorf("%w: %s holds no checksum of it", ErrChecksum, path.Base(d.mark))
	}
	return want, nil
}

var hexDigits = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\b[0-9a-fA-F]{32,128}\b`) })

// sumIn finds the checksum of a file, in lower case, in what md5sum ("HEX  name", or
// "HEX *name"), BSD's md5 ("MD5 (name) = HEX") and most suppliers (HEX alone) write.
// Where there are several lines, the one that names the file counts.
func sumIn(text, name string, digits int) string {
	only, several := "", false
	for line := range strings.Lines(text) {
		for _, word := range hexDigits().FindAllString(line, -1) {
			if len(word) != digits {
				continue
			}
			word = strings.ToLower(word)
			if tellsOf(line, name) {
				return word
			}
			// The same sum twice is one: some write it with and without the path.
			several = several || only != "" && only != word
			only = word
		}
	}
	if several {
		return ""
	}
	return only
}

// tellsOf reports whether a line names a file, and not one whose name holds this one:
// the line of old_stock.csv is not that of stock.csv.
func tellsOf(line, name string) bool {
	for at := 0; ; at++ {
		i := strings.Index(line[at:], name)
		if i < 0 {
			return false
		}
		at += i
		before, after := line[:at], line[at+len(name):]
		if (before == "" || strings.ContainsAny(before[at-1:], " \t*/\\(")) && (after == "" || strings.ContainsAny(after[:1], " \t\r\n)")) {
			return true
		}
	}
}
