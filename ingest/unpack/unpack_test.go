package unpack

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"hash/crc32"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
)

const feed = "sku,qty\nA-1,2\n"

func gz(data string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write([]byte(data))
	w.Close()
	return b.String()
}

func zst(data string, opts ...zstd.EOption) string {
	var b bytes.Buffer
	w, err := zstd.NewWriter(&b, opts...)
	if err != nil {
		panic(err)
	}
	w.Write([]byte(data))
	w.Close()
	return b.String()
}

// zipped makes a zip file of pairs of a name and its content; edit may change a
// file's header.
func zipped(edit func(*zip.FileHeader), pairs ...string) string {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(pairs); i += 2 {
		h := &zip.FileHeader{Name: pairs[i], Method: zip.Deflate}
		if edit != nil {
			edit(h)
		}
		out, err := w.CreateHeader(h)
		if err != nil {
			panic(err)
		}
		out.Write([]byte(pairs[i+1]))
	}
	w.Close()
	return b.String()
}

// packedAs makes a zip file of one member that says by which method it is packed.
func packedAs(method uint16, data string) string {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	out, err := w.CreateRaw(&zip.FileHeader{Name: "a.csv", Method: method, CRC32: crc32.ChecksumIEEE([]byte(feed)), CompressedSize64: uint64(len(data)), UncompressedSize64: uint64(len(feed))})
	if err != nil {
		panic(err)
	}
	out.Write([]byte(data))
	w.Close()
	return b.String()
}

// flip changes a byte counted from the end.
func flip(s string, fromEnd int) string {
	b := []byte(s)
	b[len(b)-fromEnd] ^= 0xff
	return string(b)
}

// bzip2 of feed, of Python's bz2, and of nothing.
const (
	bz      = "BZh91AY&SY\xad\xe1sn\x00\x00\x05]\x80\x00\x10\x00\x060\x00 \x00\x00\x08.  \x001\x03@\xd0 L\x9e\x8c\x8a\xed\x00\x01\x99%p\xbb\x92)\xc2\x84\x85o\x0b\x9bp"
	bzEmpty = "BZh9\x17rE8P\x90\x00\x00\x00\x00"
)

func TestOpen(t *testing.T) {
	encrypted := zipped(nil, "a.csv", feed)
	encrypted = strings.ReplaceAll(encrypted, "PK\x03\x04\x14\x00\x08", "PK\x03\x04\x14\x00\x09")
	encrypted = strings.ReplaceAll(encrypted, "PK\x01\x02\x14\x00\x14\x00\x08", "PK\x01\x02\x14\x00\x14\x00\x09")
	for _, c := range []struct {
		why, name, data string
		limits          Limits
		want            string // "name=content" of each member, or a part of the error
		err             error
	}{
		{why: "no archive", name: "stock.csv.gz", data: feed, want: ""},
		{why: "gzip", name: "stock.csv.gz", data: gz(feed), want: "stock.csv=" + feed},
		{why: "the name does not say so", name: "stock.csv", data: gz(feed), want: "stock.csv=" + feed},
		{why: "a suffix in capitals", name: "STOCK.CSV.GZ", data: gz(feed), want: "STOCK.CSV=" + feed},
		{why: "two gzip members are one file", name: "a.gz", data: gz("sku,qty\n") + gz("A-1,2\n"), want: "a=" + feed},
		{why: "an empty file, packed", name: "a.csv.gz", data: gz(""), want: "a.csv="},
		{why: "cut in the data", name: "a.gz", data: gz(strings.Repeat(feed, 99))[:40], err: ErrCorrupt, want: `member "a": the archive is corrupt after`},
		{why: "cut in the trailer", name: "a.gz", data: gz(feed)[:len(gz(feed))-3], err: ErrCorrupt, want: "after 14 bytes unpacked: unexpected EOF"},
		{why: "a wrong checksum", name: "a.gz", data: flip(gz(feed), 8), err: ErrCorrupt, want: "invalid checksum"},
		{why: "garbage after the end", name: "a.gz", data: gz(feed) + "garbage, more of it", err: ErrCorrupt, want: "invalid header"},
		{why: "padded to blocks of a tape", name: "a.gz", data: gz(feed) + strings.Repeat("\x00", 10_000), want: "a=" + feed},
		{why: "padded, and another member", name: "a.gz", data: gz("sku,qty\n") + strings.Repeat("\x00", 500) + gz("A-1,2\n") + "\x00", want: "a=" + feed},
		{why: "an archive behind empty members", name: "a.gz", data: strings.Repeat(gz(""), 150) + gz(gz(feed)), err: ErrNested},
		{why: "garbage after padding", name: "a.gz", data: gz(feed) + "\x00\x00x", err: ErrCorrupt, want: "after 14 bytes unpacked"},
		{why: "a second member cut", name: "a.gz", data: gz(feed) + gz(feed)[:len(gz(feed))-3], err: ErrCorrupt, want: "after 28 bytes unpacked: unexpected EOF"},
		{why: "a second header cut", name: "a.gz", data: gz(feed) + "\x1f", err: ErrCorrupt, want: "after 14 bytes unpacked: unexpected EOF"},
		{why: "a padded bomb", name: "a.gz", data: gz(feed) + "\x00" + gz(strings.Repeat("0", 20<<20)), err: ErrTooLarge, want: "over 16777216 bytes from"},
		{why: "bzip2", name: "a.csv.bz2", data: bz, want: "a.csv=" + feed},
		{why: "bzip2 of nothing", name: "a.csv.bz2", data: bzEmpty, want: "a.csv="},
		{why: "bzip2 cut", name: "a.bz2", data: bz[:len(bz)-5], err: ErrCorrupt, want: "unexpected EOF"},
		{why: "a column of that name", name: "a.csv", data: "BZh9,qty\n1,2\n", want: ""},
		{why: "zstd", name: "a.csv.zst", data: zst(feed), want: "a.csv=" + feed},
		{why: "zstd cut", name: "a.zst", data: zst(feed)[:10], err: ErrCorrupt, want: "unexpected EOF"},
		{why: "zstd asks for more memory than is sane", name: "a.zst", data: "\x28\xb5\x2f\xfd\x00\xf8\x01\x00\x00", err: ErrCorrupt, want: "window size"},
		{why: "zip of one", name: "a.zip", data: zipped(nil, "a.csv", feed), want: "a.csv=" + feed},
		{why: "zip of many, in its order", name: "a.zip", data: zipped(nil, "b.csv", "x\n", "in/a.csv", feed), want: "b.csv=x\n in/a.csv=" + feed},
		{why: "what a Mac adds", name: "a.zip", data: zipped(nil, "a.csv", feed, "__MACOSX/._a.csv", "\x00", "d/", "", ".DS_Store", "x"), want: "a.csv=" + feed},
		{why: "a name that climbs is only a name", name: "a.zip", data: zipped(nil, "../../etc/passwd", feed), want: "../../etc/passwd=" + feed},
		{why: "raw bytes of a name", name: "a.zip", data: zipped(nil, "caf\x82.csv", feed), want: "caf\x82.csv=" + feed},
		{why: "zip of nothing", name: "a.zip", data: zipped(nil), err: ErrEmpty},
		{why: "only a directory", name: "a.zip", data: zipped(nil, "d/", ""), err: ErrEmpty},
		{why: "a spreadsheet is no archive", name: "a.csv", data: zipped(nil, "[Content_Types].xml", "<Types/>", "xl/workbook.xml", ""), want: ""},
		{why: "a workbook of Numbers is no archive", name: "a.csv", data: zipped(nil, "Index/Document.iwa", "x", "preview.jpg", "y"), want: ""},
		{why: "a Java archive is none", name: "a.csv", data: zipped(nil, "META-INF/MANIFEST.MF", "x", "a/B.class", "y"), want: ""},
		{why: "what the jar tool makes of feeds", name: "a.zip", data: zipped(nil, "META-INF/", "", "a.csv", feed, "META-INF/MANIFEST.MF", "x"), want: "a.csv=" + feed + " META-INF/MANIFEST.MF=x"},
		{why: "an Android app is none", name: "a.csv", data: zipped(nil, "classes.dex", "x", "AndroidManifest.xml", "y"), want: ""},
		{why: "a spreadsheet cut", name: "a.csv", data: zipped(nil, "[Content_Types].xml", "<Types/>", "xl/workbook.xml", "")[:80], want: ""},
		{why: "an OpenDocument either", name: "a.csv", data: zipped(nil, "mimetype", "application/vnd.oasis.opendocument.spreadsheet"), want: ""},
		{why: "encrypted", name: "a.zip", data: encrypted, err: ErrEncrypted, want: `member "a.csv"`},
		{why: "zip cut: its list is at the end", name: "a.zip", data: zipped(nil, "a.csv", feed)[:60], err: ErrCorrupt, want: "not a valid zip file"},
		{why: "a wrong checksum in a zip", name: "a.zip", data: strings.Replace(zipped(func(h *zip.FileHeader) { h.Method = zip.Store }, "a.csv", feed), "A-1", "A-2", 1), err: ErrCorrupt, want: "checksum"},
		{why: "bzip2 in a zip", name: "a.zip", data: packedAs(12, bz), want: "a.csv=" + feed},
		{why: "zstd in a zip", name: "a.zip", data: packedAs(93, zst(feed)), want: "a.csv=" + feed},
		{why: "LZMA in a zip", name: "a.zip", data: packedAs(14, feed), err: ErrMethod, want: `member "a.csv": the archive is packed by a method that is not known: LZMA`},
		{why: "Deflate64 in a zip", name: "a.zip", data: packedAs(9, feed), err: ErrMethod, want: "Deflate64"},
		{why: "nobody knows what in a zip", name: "a.zip", data: packedAs(77, feed), err: ErrMethod, want: "number 77"},
		{why: "what is no delivery", name: "a.zip", data: zipped(nil, "in/README.txt", "x", "a.csv", feed, "doc\\b.pdf", "y"), limits: Limits{Exclude: []string{"readme.*", "doc/*"}}, want: "a.csv=" + feed},
		{why: "it counts for nothing", name: "a.zip", data: zipped(nil, "r.pdf", strings.Repeat("x", 99), "a.csv", feed), limits: Limits{Size: 20, Members: 1, Exclude: []string{"*.PDF"}}, want: "a.csv=" + feed},
		{why: "nothing else is in it", name: "a.zip", data: zipped(nil, "r.pdf", "x"), limits: Limits{Exclude: []string{"*.pdf"}}, err: ErrEmpty},
		{why: "a pattern with a slash is of the whole name", name: "a.zip", data: zipped(nil, "in/a.csv", feed), limits: Limits{Exclude: []string{"x/a.csv", "in"}}, want: "in/a.csv=" + feed},
		{why: "one file, packed, is what it is", name: "a.csv.gz", data: gz(feed), limits: Limits{Exclude: []string{"*.csv"}}, want: "a.csv=" + feed},
		{why: "gzip in gzip", name: "a.gz.gz", data: gz(gz(feed)), err: ErrNested},
		{why: "gzip in zip", name: "a.zip", data: zipped(nil, "a.csv.gz", gz(feed)), err: ErrNested, want: `member "a.csv.gz"`},
		{why: "a bomb", name: "a.gz", data: gz(strings.Repeat("0", 20<<20)), err: ErrTooLarge, want: "over 16777216 bytes from"},
		{why: "as many bytes as a small file may have", name: "a.gz", data: gz(strings.Repeat("0", 16<<20)), want: "a=" + strings.Repeat("0", 16<<20)},
		{why: "a ratio that is allowed", name: "a.gz", data: gz(strings.Repeat("0", 20<<20)), limits: Limits{Ratio: 2000}, want: "a=" + strings.Repeat("0", 20<<20)},
		{why: "too large whatever the ratio", name: "a.gz", data: gz(feed), limits: Limits{Size: 13}, err: ErrTooLarge},
		{why: "members count together", name: "a.zip", data: zipped(nil, "a", feed, "b", feed), limits: Limits{Size: 20}, err: ErrTooLarge, want: `member "b"`},
		{why: "too many members", name: "a.zip", data: zipped(nil, "a", feed, "b", feed), limits: Limits{Members: 1}, err: ErrTooLarge, want: "2 files, 1 are allowed"},
	} {
		t.Run(c.why, func(t *testing.T) {
			dir := t.TempDir()
			file := filepath.Join(dir, "delivery")
			if err := os.WriteFile(file, []byte(c.data), 0o600); err != nil {
				t.Fatal(err)
			}
			members, err := Open(t.Context(), file, c.name, filepath.Join(dir, "new"), c.limits)
			if !errors.Is(err, c.err) || err != nil && (c.err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Fatalf("error %v, want %v with %q", err, c.err, c.want)
			}
			if got := contents(t, members); err == nil && got != c.want {
				t.Errorf("members %.200q, want %.200q", got, c.want)
			}
		})
	}
}

func contents(t *testing.T, members []Member) string {
	t.Helper()
	var out []string
	for _, m := range members {
		data, err := os.ReadFile(m.File)
		if err != nil || int64(len(data)) != m.Size {
			t.Fatalf("%s: %d bytes said, %d written: %v", m.Name, m.Size, len(data), err)
		}
		out = append(out, m.Name+"="+string(data))
	}
	return strings.Join(out, " ")
}

func TestOpenEnds(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "a.gz")
	if err := os.WriteFile(file, []byte(gz(feed)), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Open(ctx, file, "a.gz", dir, Limits{}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v after it was cancelled", err)
	}
	if _, err := Open(t.Context(), file, "a.gz", file, Limits{}); err == nil || errors.Is(err, ErrCorrupt) {
		t.Errorf("error %v where no directory can be", err)
	}
}

// FuzzOpen holds that any bytes are unpacked within the limits or refused with one of
// the errors that say why.
func FuzzOpen(f *testing.F) {
	for _, data := range []string{feed, gz(feed), bz, zst(feed), zipped(nil, "a.csv", feed, "b/", "", "../c", "x")} {
		f.Add([]byte(data))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		dir := t.TempDir()
		file := filepath.Join(dir, "delivery")
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
		members, err := Open(t.Context(), file, "x", dir, Limits{Size: 1 << 20, Members: 10})
		for _, known := range []error{ErrCorrupt, ErrEncrypted, ErrTooLarge, ErrNested, ErrEmpty, ErrMethod} {
			if errors.Is(err, known) {
				return
			}
		}
		if err != nil {
			t.Fatal(err)
		}
		if got := contents(t, members); len(got) > 1<<20+len(data)+100 || len(members) > 10 {
			t.Errorf("%d members of %d bytes", len(members), len(got))
		}
	})
}
