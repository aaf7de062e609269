package detect

import (
	"bytes"
	"math/bits"
)

// headBytes is how much of the input's start dialect detection looks at.
const headBytes = 128 << 10

// magics are the first bytes of files that suppliers send under the name of a CSV
// file by mistake. None of them can begin a text in any charset we rank: each
// holds a control character or is a fixed word of its format.
var magics = []struct{ kind, name, prefix string }{
	{"zip", "a ZIP archive", "PK\x03\x04"}, {"zip", "an empty ZIP archive", "PK\x05\x06"},
	{"ole", "an OLE2 file of an old Office", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"},
	{"xls", "a workbook of Excel 2 to 4 (.xls)", "\x09\x00\x04\x00"}, {"xls", "a workbook of Excel 5 (.xls)", "\x09\x08"},
	{"pdf", "a PDF document", "%PDF-"}, {"ps", "a PostScript document", "%!PS-"}, {"rtf", "an RTF document", `{\rtf1`},
	{"png", "a PNG image", "\x89PNG\r\n\x1a\n"}, {"jpeg", "a JPEG image", "\xff\xd8\xff"}, {"gif", "a GIF image", "GIF89a"}, {"gif", "a GIF image", "GIF87a"},
	{"tiff", "a TIFF image", "II*\x00"}, {"tiff", "a TIFF image", "MM\x00*"},
	{"gzip", "gzip-compressed data", "\x1f\x8b\x08"}, {"bzip2", "bzip2-compressed data", "BZh91AY&SY"}, {"xz", "xz-compressed data", "\xfd7zXZ\x00"},
	{"zstd", "zstd-compressed data", "\x28\xb5\x2f\xfd"}, {"7z", "a 7-Zip archive", "7z\xbc\xaf\x27\x1c"}, {"rar", "a RAR archive", "Rar!\x1a\x07"},
	{"sqlite", "an SQLite database", "SQLite format 3\x00"}, {"parquet", "a Parquet file", "PAR1\x15"},
	{"elf", "a Linux program", "\x7fELF"}, {"exe", "a Windows program", "MZ\x90\x00"},
}

// inside are what the start of an archive holds if it is an office document.
var inside = []struct{ kind, name, within, holds string }{
	{"xlsx", "an Excel workbook (.xlsx)", "zip", "xl/"}, {"xlsx", "an Excel workbook (.xlsx)", "zip", "[Content_Types].xml"},
	{"ods", "an OpenDocument spreadsheet (.ods)", "zip", "mimetypeapplication/vnd.oasis.opendocument.spreadsheet"},
	{"xls", "an old Excel workbook (.xls)", "ole", "W\x00o\x00r\x00k\x00b\x00o\x00o\x00k\x00"}, {"xls", "an old Excel workbook (.xls)", "ole", "B\x00o\x00o\x00k\x00"},
}

// binaryKind names a file format by its first bytes, in a word and for people;
// both are "" for none known.
func binaryKind(head []byte) (kind, name string) {
	for _, k := range magics {
		if len(head) >= len(k.prefix) && head[0] == k.prefix[0] && string(head[:len(k.prefix)]) == k.prefix {
			return within(k.kind, k.name, head)
		}
	}
	if len(head) > 12 && string(head[:4]) == "RIFF" && string(head[8:12]) == "WEBP" {
		return "webp", "a WebP image"
	}
	if len(head) > 26 && head[0] == 'B' && head[1] == 'M' && string(head[6:10]) == "\x00\x00\x00\x00" && head[14] == 40 {
		return "bmp", "a BMP image"
	}
	return "", ""
}

// within looks into an archive for what it is.
func within(kind, name string, head []byte) (string, string) {
	for _, k := range inside {
		if k.within == kind && bytes.Contains(head, []byte(k.holds)) {
			return k.kind, k.name
		}
	}
	return kind, name
}

// byControls answers for what is no text in any charset. UTF-16 and UTF-32 have
// been ruled out.
func byControls(_ source, st *stats) (Result, bool, error) {
	if !controls(st.head[:min(len(st.head), 1024)]) {
		return Result{}, false, nil
	}
	return Result{Binary: "data", Why: "is full of control characters, which no text has"}, true, nil
}

// controls reports whether more than every tenth byte is a control character that
// no text has. NULs do not count, as UTF-16 and padded fields have them, nor does
// what ends lines and pages, ESC and Ctrl-Z; EBCDIC's line ends are 0x15 and 0x25.
func controls(head []byte) bool {
	n, size := 0, len(head)
	for ; len(head) >= 8; head = head[8:] {
		w := word(head)
		for below := (w - toBlank) &^ w & highBits; below != 0; below &= below - 1 { // a blank, or the blank behind such
			n += unprinted >> (w >> (bits.TrailingZeros64(below) &^ 7) & 0xFF) & 1
		}
	}
	for _, c := range head {
		n += unprinted >> c & 1
	}
	return n >= 8 && n*10 > size
}

// toBlank are eight blanks.
const toBlank = 0x2020202020202020

// unprinted has a bit for each control character that no text has.
const unprinted = 0b11_1101_1111<<0x10 | 0b111_1110
