package unpack

import (
	"archive/zip"
	"bufio"
	"cmp"
	"compress/bzip2"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strings"
)

// Of a zip entry's flags and methods (APPNOTE.TXT 4.4.4, 4.4.5).
const (
	flagEncrypted = 1 << 0
	methodBzip2   = 12
	methodZstd    = 93
	methodAES     = 99
)

// methods are those that are known by name alone: what Windows packs large files by, and what
// 7-Zip and others may be told to.
var methods = map[uint16]string{6: "Implode", 9: "Deflate64", 14: "LZMA", 95: "xz", 98: "PPMd"}

// isDocument reports whether a zip file is a spreadsheet or another office document:
// both formats say so by the names of their members. Of a file whose list at the end
// is missing the first member's is looked at.
func isDocument(file io.ReaderAt, size int64) bool {
	z, err := zip.NewReader(file, size)
	if err != nil {
		return ofDocument(firstName(file))
	}
	return slices.ContainsFunc(z.File, func(f *zip.File) bool { return ofDocument(f.Name) })
}

// firstName is the name in the first local file header (APPNOTE.TXT 4.3.7), as far as
// it is there.
func firstName(file io.ReaderAt) string {
	head := make([]byte, 30+1024)
	n, _ := file.ReadAt(head, 0)
	if head = head[:n]; n < 30 {
		return ""
	}
	size := int(binary.LittleEndian.Uint16(head[26:]))
	return string(head[30:min(30+size, n)])
}

// unzip unpacks the regular files of a zip file. A list that promises too much is
// refused before anything is unpacked; what it says of sizes is not believed.
func unzip(u *unpacker, f *os.File, _ string) error {
	z, err := zip.NewReader(f, u.packed)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) { // no name of it becomes a path
		return corrupt(0, err)
	}
	z.RegisterDecompressor(methodBzip2, func(r io.Reader) io.ReadCloser { return io.NopCloser(bzip2.NewReader(r)) })
	z.RegisterDecompressor(methodZstd, unzstdMember)
	var files []*zip.File
	for _, e := range z.File {
		if wanted(e) && !u.limits.excludes(Member{Name: e.Name}) {
			files = append(files, e)
		}
	}
	if len(files) > u.limits.Members {
		return fmt.Errorf("%w: %d files, %d are allowed", ErrTooLarge, len(files), u.limits.Members)
	}
	for _, e := range files {
		if err := u.entry(e); err != nil {
			return err
		}
	}
	return nil
}

// wanted leaves out directories, links and what a Mac adds of its own.
func wanted(e *zip.File) bool {
	name := strings.ReplaceAll(e.Name, `\`, "/")
	return e.Mode().IsRegular() && !strings.HasSuffix(name, "/") &&
		!strings.HasPrefix(name, "__MACOSX/") && path.Base(name) != ".DS_Store"
}

func (u *unpacker) entry(e *zip.File) error {
	if e.Flags&flagEncrypted != 0 || e.Method == methodAES {
		return fmt.Errorf("member %q: %w", e.Name, ErrEncrypted)
	}
	r, err := e.Open()
	if errors.Is(err, zip.ErrAlgorithm) {
		return fmt.Errorf("member %q: %w: %s", e.Name, ErrMethod, cmp.Or(methods[e.Method], fmt.Sprintf("number %d", e.Method)))
	}
	if err != nil {
		return fmt.Errorf("member %q: %w", e.Name, corrupt(0, err))
	}
	defer r.Close()
	return u.add(e.Name, r)
}

// unzstdMember reads what is packed by zstd, as a file of its own is.
func unzstdMember(r io.Reader) io.ReadCloser {
	d, err := unzstd(bufio.NewReader(r))
	if err != nil {
		return io.NopCloser(broken{err})
	}
	return d
}

// broken is a reader of what cannot be read.
type broken struct{ error }

// Read implements io.Reader.
func (b broken) Read([]byte) (int, error) { return 0, b.error }
