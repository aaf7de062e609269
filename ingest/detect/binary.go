package detect

import "bytes"

// headBytes is how much of the input's start dialect detection looks at.
const headBytes = 128 << 10

// magics are the first bytes of files that suppliers send under the name of a CSV
// file by mistake. None of them can begin a text in any charset we rank: each
// holds a control character or is a fixed word of its format.
var magics = []struct{ kind, name, prefix string }{
	{"zip", "a ZIP archive (or an .xlsx, .ods or .docx file)", "PK\x03\x04"},
	{"zip", "a ZIP archive (or an .xlsx, .ods or .docx file)", "PK\x05\x06"},
	{"ole", "an old Excel (.xls) or other OLE2 file", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"},
	{"pdf", "a PDF document", "%PDF-"},
	{"png", "a PNG image", "\x89PNG\r\n\x1a\n"},
	{"jpeg", "a JPEG image", "\xff\xd8\xff"},
	{"gif", "a GIF image", "GIF89a"},
	{"gzip", "gzip-compressed data", "\x1f\x8b\x08"},
	{"bzip2", "bzip2-compressed data", "BZh91AY&SY"},
	{"xz", "xz-compressed data", "\xfd7zXZ\x00"},
	{"zstd", "zstd-compressed data", "\x28\xb5\x2f\xfd"},
	{"7z", "a 7-Zip archive", "7z\xbc\xaf\x27\x1c"},
	{"sqlite", "an SQLite database", "SQLite format 3\x00"},
	{"parquet", "a Parquet file", "PAR1\x15"},
}

// binaryKind names a file format by its first bytes, in a word and for people;
// both are "" for none known.
func binaryKind(head []byte) (kind, name string) {
	for _, k := range magics {
		if bytes.HasPrefix(head, []byte(k.prefix)) {
			return k.kind, k.name
		}
	}
	return "", ""
}
