package archive

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"
)

// Of a zip entry's flags and methods (APPNOTE.TXT 4.4.4, 4.4.5).
const (
	flagEncrypted = 1 << 0
	methodAES     = 99
)

// isDocument reports whether a zip file is a spreadsheet or another office document:
// both formats say so by the name of a member.
func isDocument(file io.ReaderAt, size int64) bool {
	z, err := zip.NewReader(file, size)
	if err != nil {
		return false
	}
	for _, f := range z.File {
		if f.Name == "[Content_Types].xml" || f.Name == "mimetype" {
			return true
		}
	}
	return false
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
