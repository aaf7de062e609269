package detect

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// random returns bytes that are as likely as any others.
func random(seed uint64, n int) string {
	rng := rand.New(rand.NewPCG(seed, 5))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(rng.Uint32())
	}
	return string(b)
}

// zipped makes an archive of names and their contents.
func zipped(t *testing.T, parts ...string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(parts); i += 2 {
		w, err := z.CreateHeader(&zip.FileHeader{Name: parts[i], Method: zip.Store})
		if err != nil {
			t.Fatal(err)
		}
		if _, err = w.Write([]byte(parts[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// numbers are what deflated data is of here.
func numbers() []byte {
	var b bytes.Buffer
	for i := range 5000 {
		fmt.Fprintf(&b, "%d,abc%d\n", i, i*7919)
	}
	return b.Bytes()
}

func zlibbed(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	if _, err := w.Write(numbers()); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func deflated(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	if _, err = w.Write(numbers()); err != nil {
		t.Fatal(err)
	}
	if err = w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// bitmap is a BMP with a header of some size.
func bitmap(header int) string {
	b := make([]byte, 14+header)
	copy(b, "BM")
	binary.LittleEndian.PutUint32(b[2:], uint32(len(b)+1200))
	binary.LittleEndian.PutUint32(b[10:], uint32(len(b)))
	binary.LittleEndian.PutUint32(b[14:], uint32(header))
	return string(b) + random(7, 1200)
}

// dbase is a table of two columns.
func dbase() string {
	field := func(name string, kind byte) string {
		return name + strings.Repeat("\x00", 11-len(name)) + string([]byte{kind, 0, 0, 0, 0, 10, 0}) + strings.Repeat("\x00", 14)
	}
	b := "\x03\x7e\x01\x01\x03\x00\x00\x00\x61\x00\x15\x00" + strings.Repeat("\x00", 20) + field("NAME", 'C') + field("QTY", 'N') + "\r"
	return b + strings.Repeat(" bolt      "+"        12", 30) + "\x1a"
}

// tarred is the header of a member and what it holds.
func tarred() string {
	b := make([]byte, 1536)
	copy(b, "stock.csv")
	copy(b[100:], "0000644\x000000000\x000000000\x0000000000012\x0000000000000\x00")
	copy(b[257:], "ustar\x0000")
	copy(b[512:], "a,b\n1,2\n")
	return string(b)
}

// ole is an OLE2 file whose directory is in a sector far from its start.
func ole(stream string) string {
	const sector = 400
	b := make([]byte, (sector+3)*512)
	copy(b, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
	b[30] = 9
	binary.LittleEndian.PutUint32(b[48:], sector)
	copy(b[(sector+1)*512:], utf16le("Root Entry"))
	copy(b[(sector+1)*512+128:], utf16le(stream))
	return string(b)
}

// frames are two of MPEG-1 layer III, 128 kbit/s at 44.1 kHz.
func frames() string {
	frame := "\xff\xfb\x90\x64" + random(9, 413)
	return frame + frame + random(10, 100)
}

// TestBinaryFormats names what is sent under the name of a CSV file, and takes no text
// for such.
func TestBinaryFormats(t *testing.T) {
	const types = "[Content_Types].xml"
	for _, c := range []struct{ name, in, kind string }{
		{"xlsx", zipped(t, types, "<x/>", "xl/workbook.xml", "<w/>"), "xlsx"}, {"xlsx, types last", zipped(t, "xl/workbook.xml", "<w/>", types, "<x/>"), "xlsx"},
		{"xlsb", zipped(t, types, "<x/>", "xl/workbook.bin", "b"), "xlsb"}, {"docx", zipped(t, types, "<x/>", "word/document.xml", "<w/>"), "docx"},
		{"docx with a workbook in it", zipped(t, types, "<x/>", "word/document.xml", "<w/>", "word/embeddings/a.xlsx", zipped(t, "xl/workbook.xml", "<w/>")), "docx"},
		{"pptx", zipped(t, types, "<x/>", "ppt/presentation.xml", "<w/>"), "pptx"}, {"another of Office", zipped(t, types, "<x/>", "visio/document.xml", "<w/>"), "ooxml"},
		{"ods", zipped(t, "mimetype", "application/vnd.oasis.opendocument.spreadsheet", "content.xml", "<w/>"), "ods"},
		{"odt", zipped(t, "mimetype", "application/vnd.oasis.opendocument.text", "content.xml", "<w/>"), "odt"},
		{"zip", zipped(t, "stock.csv", "a,b\n1,2\n"), "zip"}, {"zip of xl/data.csv", zipped(t, "xl/data.csv", "a,b\n"), "zip"}, {"jar", zipped(t, "META-INF/MANIFEST.MF", "x"), "jar"},
		{"xls", ole("Workbook"), "xls"}, {"xls of Excel 5", ole("Book"), "xls"}, {"doc", ole("WordDocument"), "doc"}, {"xlsx with a password", ole("EncryptedPackage"), "encrypted"},
		{"BIFF2", "\x09\x00\x04\x00\x02\x00\x10\x00" + random(1, 100), "xls"}, {"BIFF3", "\x09\x02\x06\x00\x00\x00\x10\x00\x00\x00" + random(1, 100), "xls"},
		{"BIFF4", "\x09\x04\x06\x00\x00\x00\x10\x00\x00\x00" + random(1, 100), "xls"}, {"BIFF5", "\x09\x08\x08\x00\x00\x05\x05\x00\x10\x00" + random(1, 100), "xls"},
		{"PDF", "%PDF-1.4\n1 0 obj", "pdf"}, {"PDF after a line end", "\n%PDF-1.4\n1 0 obj\n" + random(2, 500), "pdf"}, {"PDF after a mark", "\ufeff%PDF-1.4\n1 0 obj\n" + random(2, 500), "pdf"},
		{"PDF after a header of HTTP", "Content-Type: text/csv\r\n\r\n%PDF-1.4\n1 0 obj\n" + random(2, 500), "pdf"},
		{"BMP 3", bitmap(40), "bmp"}, {"BMP 5", bitmap(124), "bmp"}, {"BMP of OS/2", bitmap(12), "bmp"},
		{"ICO", "\x00\x00\x01\x00\x01\x00\x10\x10\x00\x00\x01\x00\x20\x00\x68\x04\x00\x00\x16\x00\x00\x00" + random(3, 1128), "ico"},
		{"HEIC", "\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + random(4, 2000), "heic"}, {"MP4", "\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + random(4, 2000), "mp4"},
		{"WAV", "RIFF\xe8\x03\x00\x00WAVEfmt \x10\x00\x00\x00" + repeat("\x80\x7f\x81", 300), "wav"},
		{"MP3 with a tag", "ID3\x03\x00\x00\x00\x00\x00\x0f" + random(5, 2000), "mp3"}, {"MP3", frames(), "mp3"},
		{"DBF", dbase(), "dbf"}, {"tar", tarred(), "tar"}, {"Avro", "Obj\x01\x04\x14avro.codec\x08null" + random(6, 2000), "avro"},
		{"Arrow", "ARROW1\x00\x00" + repeat("\x00", 100) + random(6, 500), "arrow"}, {"lz4", "\x04\x22\x4d\x18" + random(6, 1000), "lz4"}, {"zstd", "\x28\xb5\x2f\xfd" + random(6, 50), "zstd"},
		{"lzma", "\x5d\x00\x00\x80\x00" + repeat("\xff", 8) + random(6, 40), "lzma"}, {"compress", "\x1f\x9d\x90" + random(6, 1000), "Z"},
		{"Java class", "\xca\xfe\xba\xbe\x00\x00\x00\x34" + random(6, 800), "class"}, {"pickle", "\x80\x04\x95" + random(6, 800), "pickle"},
		{"zlib", zlibbed(t), "data"}, {"deflate", deflated(t), "data"}, {"PGP", "\x85\x02\x0c\x03" + random(8, 3000), "data"}, {"ORC", "ORC" + random(8, 2000), "data"},
		{"NULs", repeat("\x00", 5000), "nuls"}, {"one NUL", "\x00", "nuls"},
		{"ORC in words", "ORC,a\n1,2\n", ""}, {"BM in words", "BM,a\n1,2\n", ""}, {"MZ in words", "MZ,a\n1,2\n", ""}, {"ID3 in words", "ID3 tag,a\n1,2\n", ""},
		{"ftyp in words", "the ftyp,a\n1,2\n", ""}, {"a PDF in words", "name,begins\nPDF,%PDF-1.4\nPNG,x\n", ""}, {"tab first", "\t\x08a\tb\n", ""},
		{"fields of Hive", "1\x01bolt\x025\x03x\n2\x01nut\x027\x03y\n", ""}, {"fields of Hive, short", repeat("1\x012\x013\x014\n", 50), ""},
		{"ASCII's separators", repeat("sku\x1fname\x1fqty\x1e1\x1fbolt\x1f5\x1e", 40), ""}, {"line ends of FileMaker", repeat("1,a\x0bb\x0bc\n", 40), ""},
		{"Ctrl-Z", "a,b\r\n1,2\r\n\x1a", ""}, {"EBCDIC with NEL", "\xe2\xd2\xe4\x6b\xd5\xc1\xd4\xc5\x15\xf1\x6b\xc8\x81\x94\x94\x85\x99\x15\xf2\x6b\xd5\x81\x89\x93\xa2\x15", ""},
		{"UTF-32 of a bracket", utf32le("] a,b\n1,2\n"), ""}, {"padding", stock + repeat("\x00", 5000), ""},
	} {
		r, err := Bytes([]byte(c.in), Options{})
		if err != nil || r.Binary != c.kind || (c.kind == "") != (r.Charset != "") || r.Why == "" {
			t.Errorf("%s: %q %q (%s), %v; want %q", c.name, r.Binary, r.Charset, r.Why, err, c.kind)
		}
	}
}

// TestRandomBytes: what is random is no text, unless it is so short that it might be.
func TestRandomBytes(t *testing.T) {
	for _, size := range []struct{ bytes, of, atLeast int }{{50, 100, 90}, {200, 100, 100}, {1000, 50, 50}, {5000, 20, 20}, {200_000, 3, 3}} {
		found := 0
		for seed := range size.of {
			r, err := Bytes([]byte(random(uint64(seed), size.bytes)), Options{})
			if err != nil {
				t.Fatal(err)
			}
			if r.Binary != "" {
				found++
			}
		}
		if found < size.atLeast {
			t.Errorf("%d of %d files of %d random bytes are no text, want %d", found, size.of, size.bytes, size.atLeast)
		}
	}
}
