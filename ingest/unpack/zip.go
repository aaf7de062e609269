package unpack

import (
	"archive/zip"
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
	methodAES     = 99
)

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
	var files []*zip.File
	for _, e := range z.File {
		if wanted(e) {
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
	if err != nil {
		return fmt.Errorf("member %q: %w", e.Name, corrupt(0, err))
	}
	defer r.Close()
	return u.add(e.Name, r)
}
