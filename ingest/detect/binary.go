package detect

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"strings"

	"github.com/feedparity/feedparity/ingest/unpack"
)

// headBytes is how much of the input's start dialect detection looks at.
const headBytes = 128 << 10

// magics are the first bytes of files that suppliers send under the name of a CSV
// file by mistake. None of them can begin a text in any charset we rank: each
// holds a control character or is a fixed word of its format.
var magics = []struct{ kind, name, prefix string }{
	{"zip", "a ZIP archive", "PK\x03\x04"}, {"zip", "an empty ZIP archive", "PK\x05\x06"},
	{"ole", "an OLE2 file of an old Office", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"},
	{"ps", "a PostScript document", "%!PS-"}, {"rtf", "an RTF document", `{\rtf1`},
	{"png", "a PNG image", "\x89PNG\r\n\x1a\n"}, {"jpeg", "a JPEG image", "\xff\xd8\xff"}, {"gif", "a GIF image", "GIF89a"}, {"gif", "a GIF image", "GIF87a"},
	{"tiff", "a TIFF image", "II*\x00"}, {"tiff", "a TIFF image", "MM\x00*"},
	{"gzip", "gzip-compressed data", "\x1f\x8b\x08"}, {"bzip2", "bzip2-compressed data", "BZh91AY&SY"}, {"xz", "xz-compressed data", "\xfd7zXZ\x00"},
	{"zstd", "zstd-compressed data", "\x28\xb5\x2f\xfd"}, {"lz4", "lz4-compressed data", "\x04\x22\x4d\x18"}, {"lz4", "lz4-compressed data", "\x02\x21\x4c\x18"},
	{"7z", "a 7-Zip archive", "7z\xbc\xaf\x27\x1c"}, {"rar", "a RAR archive", "Rar!\x1a\x07"}, {"cab", "a Windows cabinet", "MSCF\x00\x00\x00\x00"},
	{"sqlite", "an SQLite database", "SQLite format 3\x00"}, {"mdb", "an Access database", "\x00\x01\x00\x00Standard Jet DB\x00"}, {"mdb", "an Access database", "\x00\x01\x00\x00Standard ACE DB\x00"},
	{"parquet", "a Parquet file", "PAR1\x15"}, {"avro", "an Avro file", "Obj\x01"}, {"arrow", "an Arrow file", "ARROW1\x00\x00"}, {"hdf5", "an HDF5 file", "\x89HDF\r\n\x1a\n"},
	{"pickle", "a pickle of Python", "\x80\x04\x95"}, {"pickle", "a pickle of Python", "\x80\x05\x95"},
	{"ogg", "an Ogg sound or film", "OggS\x00"}, {"flac", "a FLAC sound", "fLaC\x00"}, {"mkv", "a Matroska film", "\x1a\x45\xdf\xa3"},
	{"plist", "a property list of Apple", "bplist0"}, {"elf", "a Linux program", "\x7fELF"}, {"exe", "a Windows program", "MZ\x90\x00"}, {"class", "a Java class", "\xca\xfe\xba\xbe\x00"},
}

// shapes of headers that no fixed word tells.
var headers = []struct {
	kind, name string
	is         func(head []byte) bool
}{
	{"pdf", "a PDF document", isPDF}, {"xls", "a workbook of Excel 2 to 5 (.xls)", isBIFF}, {"bmp", "a BMP image", isBMP}, {"ico", "an icon of Windows", isIcon},
	{"tar", "a tar archive", func(p []byte) bool { return len(p) > 262 && string(p[257:262]) == "ustar" }},
	{"dbf", "a dBASE table (.dbf)", isDBF}, {"lzma", "lzma-compressed data", isLZMA},
	{"Z", "data compressed by compress", func(p []byte) bool {
		return bytes.HasPrefix(p, []byte("\x1f\x9d")) && len(p) > 3 && p[2]&0x60 == 0 && p[2]&0x1F >= 9 && p[2]&0x1F <= 16
	}},
	{"mp3", "an MP3 sound", isMP3},
}

// binaryKind names a file format by its first bytes, in a word and for people;
// both are "" for none known.
func binaryKind(src source, head []byte) (kind, name string) {
	if len(head) == 0 {
		return "", ""
	}
	for i := range magics {
		if k := &magics[i]; head[0] == k.prefix[0] && len(head) >= len(k.prefix) && string(head[:len(k.prefix)]) == k.prefix {
			return within(src, k.kind, k.name, head)
		}
	}
	if len(head) < 8 {
		return "", ""
	}
	switch {
	case string(head[4:8]) == "ftyp":
		return ofBrand(head)
	case string(head[:4]) == "RIFF" && len(head) > 12:
		return ofRIFF(string(head[8:12]))
	}
	for _, h := range headers {
		if h.is(head) {
			return h.kind, h.name
		}
	}
	return "", ""
}

// kindOf is binaryKind, and names what is markup unless that is to be read.
func kindOf(src source, head []byte, o Options) (kind, name string) {
	if kind, name = binaryKind(src, head); kind != "" || o.Markup || o.Charset != "" {
		return kind, name
	}
	whole := int64(len(head)) == src.size
	if _, mark := startOf(head); mark > 0 {
		if !mayOpen(head[mark:]) { // nearly all, and to decode them takes longer than all else
			return "", ""
		}
		head = decodeHead("utf-16", head, whole)
	}
	return markup(head, whole)
}

// mayOpen reports whether text in UTF-16, of either byte order, may begin as markup does.
func mayOpen(p []byte) bool {
	p = bytes.TrimLeft(p, blanks+"\x00")
	return len(p) > 0 && strings.IndexByte("<{[", p[0]) >= 0
}

// ofRIFF names what a RIFF file holds.
func ofRIFF(form string) (kind, name string) {
	switch form {
	case "WEBP":
		return "webp", "a WebP image"
	case "WAVE":
		return "wav", "a WAVE sound"
	case "AVI ":
		return "avi", "an AVI film"
	}
	return "", ""
}

// ofBrand names what a file of the ISO base media format (ISO/IEC 14496-12) holds by
// its major brand.
func ofBrand(head []byte) (kind, name string) {
	size := binary.BigEndian.Uint32(head)
	if size < 16 || size > 1024 || len(head) < 12 {
		return "", ""
	}
	switch brand := string(head[8:12]); {
	case strings.Contains("heic heix hevc heim heis mif1 msf1", brand):
		return "heic", "a HEIC image"
	case strings.Contains("avif avis", brand):
		return "avif", "an AVIF image"
	}
	return "mp4", "an MP4 film or sound"
}

// isPDF finds a PDF's header where Acrobat does, in the first 1,024 bytes (ISO 32000-1,
// implementation note 13): behind blanks or a byte order mark, or behind anything if
// objects follow.
func isPDF(head []byte) bool {
	near := head[:min(len(head), 1024)]
	i := bytes.Index(near, []byte("%PDF-"))
	if i < 0 {
		return false
	}
	before := dropMark(near[:i])
	return len(bytes.Trim(before, " \t\r\n\x00")) == 0 || near[i-1] == '\n' && bytes.Contains(head[i:], []byte(" 0 obj"))
}

// isBIFF finds the record that begins a workbook outside OLE2: BIFF 2 to 4 of Excel 2
// to 4, or a stream of Excel 5.
func isBIFF(head []byte) bool {
	if head[0] != 9 || head[3] != 0 {
		return false
	}
	switch [2]byte{head[1], head[2]} {
	case [2]byte{0, 4}, [2]byte{2, 6}, [2]byte{4, 6}:
		return true
	case [2]byte{8, 8}, [2]byte{8, 16}:
		return head[4] == 0 && (head[5] == 5 || head[5] == 6)
	}
	return false
}

// isBMP looks for a bitmap's header, whatever the version of the one behind it.
func isBMP(head []byte) bool {
	if len(head) < 26 || head[0] != 'B' || head[1] != 'M' || string(head[6:10]) != "\x00\x00\x00\x00" {
		return false
	}
	switch binary.LittleEndian.Uint32(head[14:]) {
	case 12, 16, 40, 52, 56, 64, 108, 124:
		return true
	}
	return false
}

// isIcon looks for the list of images of an icon or a cursor, and at its first.
func isIcon(head []byte) bool {
	if len(head) < 22 || string(head[:2]) != "\x00\x00" || head[2] != 1 && head[2] != 2 || head[3] != 0 {
		return false
	}
	images := binary.LittleEndian.Uint16(head[4:])
	return images > 0 && images < 1000 && head[9] == 0 && binary.LittleEndian.Uint32(head[14:]) > 0 && binary.LittleEndian.Uint32(head[18:]) >= 6+16*uint32(images)
}

// isDBF looks for a version, a date, and field descriptors of 32 bytes that end with a
// carriage return where the header says that they do.
func isDBF(head []byte) bool {
	if len(head) < 65 || head[2] < 1 || head[2] > 12 || head[3] < 1 || head[3] > 31 || !bytes.ContainsRune([]byte("\x02\x03\x04\x05\x30\x31\x32\x43\x63\x7b\x83\x8b\x8e\xcb\xf5\xfb"), rune(head[0])) && head[0] < 0x80 {
		return false
	}
	size := int(binary.LittleEndian.Uint16(head[8:]))
	for end := 65; end <= size && end <= len(head); end += 32 {
		if head[end-1] == '\r' {
			return bytes.IndexByte(head[32:43], 0) > 0 && bytes.IndexByte([]byte("BCDFGILMNOPQTVWXY@+"), head[43]) >= 0
		}
	}
	return false
}

// isLZMA looks for what lzma and xz --format=lzma write: their properties, a
// dictionary of 2^n or 3*2^n bytes, and a size that is unknown or below 2^40.
func isLZMA(head []byte) bool {
	if len(head) < 13 || head[0] != 0x5D {
		return false
	}
	dict, size := binary.LittleEndian.Uint32(head[1:]), binary.LittleEndian.Uint64(head[5:])
	return dict >= 1<<12 && bits.OnesCount32(dict) <= 2 && dict<<(bits.LeadingZeros32(dict)+2) == 0 && (size == 1<<64-1 || size < 1<<40)
}

// isMP3 looks for an ID3v2 tag, or two frames of MPEG sound of which the first ends
// where the second begins.
func isMP3(head []byte) bool {
	if string(head[:3]) == "ID3" {
		return len(head) >= 10 && head[3] >= 2 && head[3] <= 4 && head[4] == 0 && head[5]&0x0F == 0 && (head[6]|head[7]|head[8]|head[9])&0x80 == 0
	}
	n := frameBytes(head)
	return n > 0 && len(head) >= n+4 && frameBytes(head[n:]) > 0
}

// frameBytes is the size of the frame of MPEG-1 or 2 layer III that p begins with, 0 if
// it does not.
func frameBytes(p []byte) int {
	if p[0] != 0xFF || p[1]&0xE6 != 0xE2 || p[1]&0x18 == 0x08 {
		return 0
	}
	kbits := [2][16]int{{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0}, {0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0}}
	version := int(p[1] >> 3 & 3) // 3 for MPEG-1, 2 for MPEG-2, 0 for 2.5
	rate := [4]int{44100, 48000, 32000, 0}[p[2]>>2&3] >> [4]int{2, 0, 1, 0}[version]
	one := version & 1
	k := kbits[one][p[2]>>4]
	if rate == 0 || k == 0 {
		return 0
	}
	return (72+72*one)*1000*k/rate + int(p[2]>>1&1)
}

// mimetypes are documents that name their kind in their first part.
var mimetypes = []struct{ kind, name, holds string }{
	{"ods", "an OpenDocument spreadsheet (.ods)", "vnd.oasis.opendocument.spreadsheet"}, {"odt", "an OpenDocument text (.odt)", "vnd.oasis.opendocument.text"},
	{"odp", "an OpenDocument presentation (.odp)", "vnd.oasis.opendocument.presentation"}, {"odf", "an OpenDocument file", "vnd.oasis.opendocument."}, {"epub", "an EPUB book", "epub+zip"},
}

// streams are old office documents by the names in their directory, in UTF-16.
var streams = []struct{ kind, name, holds string }{
	{"xls", "an old Excel workbook (.xls)", "W\x00o\x00r\x00k\x00b\x00o\x00o\x00k\x00"}, {"xls", "an old Excel workbook (.xls)", "B\x00o\x00o\x00k\x00"},
	{"doc", "an old Word document (.doc)", "W\x00o\x00r\x00d\x00D\x00o\x00c\x00"}, {"ppt", "an old PowerPoint presentation (.ppt)", "P\x00o\x00w\x00e\x00r\x00P\x00o\x00i\x00n\x00t\x00"},
	{"encrypted", "an Office document with a password", "E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00"}, {"msg", "a mail of Outlook (.msg)", "_\x00_\x00s\x00u\x00b\x00s\x00t\x00g\x00"},
}

// within looks into an archive for what it is.
func within(src source, kind, name string, head []byte) (string, string) {
	switch kind {
	case "zip":
		return inZip(kind, name, head)
	case "ole":
		return inOLE(src, kind, name, head)
	}
	return kind, name
}

// inZip goes by the names of the parts, which stand before each (APPNOTE.TXT 4.3.7).
func inZip(kind, name string, head []byte) (string, string) {
	for p := head; len(p) > 30; {
		part := p[30:min(len(p), 30+int(binary.LittleEndian.Uint16(p[26:])))]
		if d, ok := unpack.DocumentOf(string(part)); ok {
			return d.Kind, d.Name
		}
		for _, k := range mimetypes {
			if string(part) == "mimetype" && bytes.Contains(p[38:min(len(p), 128)], []byte(k.holds)) {
				return k.kind, k.name
			}
		}
		if string(part) == "[Content_Types].xml" {
			kind, name = "ooxml", "an Office document"
		}
		i := bytes.Index(p[30:], []byte("PK\x03\x04"))
		if i < 0 {
			break
		}
		p = p[30+i:]
	}
	return kind, name
}

// inOLE goes by the names in the directory, of which the first sector is where the
// header says ([MS-CFB] 2.2), and otherwise near the start.
func inOLE(src source, kind, name string, head []byte) (string, string) {
	if len(head) >= 52 && head[30] >= 7 && head[30] <= 12 {
		directory := make([]byte, 4<<10)
		n, _ := src.in.ReadAt(directory, (int64(binary.LittleEndian.Uint32(head[48:]))+1)<<head[30]) // what cannot be read names nothing
		head = append(directory[:n:n], head...)
	}
	for _, k := range streams {
		if bytes.Contains(head, []byte(k.holds)) {
			return k.kind, k.name
		}
	}
	return kind, name
}

// byControls answers for what is no text in any charset. UTF-16 and UTF-32 have
// been ruled out.
func byControls(_ source, st *stats) (Result, bool, error) {
	switch head := st.head[:min(len(st.head), 1024)]; {
	case st.size > 0 && st.nuls == st.size:
		return Result{Binary: "nuls", Why: "holds nothing but NUL bytes"}, true, nil
	case controls(head):
		return data("is full of control characters, which no text has"), true, nil
	}
	return Result{}, false, nil
}

func data(why string) Result { return Result{Binary: "data", Why: why} }

// controls reports whether more than every 32nd byte is a control character that text
// does not have: compressed and other random data has one in twelve. They must be
// of several kinds, as one or two may delimit fields (^A and ^B in Hive) or stand for
// line ends within them (VT in FileMaker).
func controls(head []byte) bool {
	if lows(head)*32 <= len(head) {
		return false
	}
	n, seen := oddControls(head)
	return n*32 > len(head) && bits.OnesCount32(seen) >= 3 && bits.OnesCount32(seen&^separating) >= 2
}

// senseless reports whether an input is no text though it has few control characters:
// one is enough where much is above ASCII and no charset makes words of most of that.
func (k *ranking) senseless(st *stats, best *candidate) bool {
	if _, seen := oddControls(st.head[:min(len(st.head), 4096)]); seen&^separating == 0 || st.high*5 < st.size {
		return false
	}
	return best == nil || 2*len(k.odd(k.costs(best), oddSpan)) > len(k.spans)
}

const senseless = "has control characters, and words in no charset"

// oddControls counts the control characters that no text has, and which there are. NULs
// do not count, as UTF-16 and padded fields have them, nor does what ends lines and
// pages, what shifts in ISO-2022, ESC and Ctrl-Z; EBCDIC's line ends are 0x15 and 0x25.
func oddControls(head []byte) (n int, seen uint32) {
	for ; len(head) >= 8; head = head[8:] {
		w := word(head)
		for below := (w - toBlank) &^ w & highBits; below != 0; below &= below - 1 { // a blank, or the blank behind such
			c := w >> (bits.TrailingZeros64(below) &^ 7) & 0xFF
			n += unprinted >> c & 1
			seen |= 1 << c & unprinted
		}
	}
	for _, c := range head {
		n += unprinted >> c & 1
		seen |= 1 << c & unprinted
	}
	return n, seen
}

// lows counts the bytes below a blank, those that text has among them, and a few blanks:
// most text has too few to be looked at one by one.
func lows(head []byte) int {
	n := len(head) % 32
	for ; len(head) >= 32; head = head[32:] {
		a, b, c, d := word(head), word(head[8:]), word(head[16:]), word(head[24:])
		n += bits.OnesCount64((a-toBlank)&^a&highBits | (b-toBlank)&^b&highBits>>1 | (c-toBlank)&^c&highBits>>2 | (d-toBlank)&^d&highBits>>3)
	}
	return n
}

// toBlank are eight blanks.
const toBlank = 0x2020202020202020

// unprinted has a bit for each control character that no text has, separating for those
// of them that some programs write between fields or records.
const (
	unprinted  = 0b1111_0011_1101_1111<<0x10 | 0b1001_1111_1110
	separating = 0b1111<<0x1C | 0b1000_0000_1110
)
