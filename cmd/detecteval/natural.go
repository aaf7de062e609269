package main

import (
	"archive/tar"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path"
	"strings"
)

// naturalSet is the name of the set of whole texts.
const naturalSet = "natural"

// loadNatural reads the texts that chardet tests itself by, which are in the source
// archive that it has on PyPI (pip download --no-deps --no-binary :all: chardet==5.2.0): pages, subtitles
// and feeds below tests/, in folders named after their encoding and language. They
// are under many licences, and nothing was counted from them. It also returns how many
// files it left out as their encoding does not decode them, or Python has no such.
func loadNatural(archive string) (out []file, left int, err error) {
	f, err := os.Open(archive)
	if err != nil {
		return nil, 0, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, 0, err
	}
	for t := tar.NewReader(z); ; {
		h, err := t.Next()
		if err == io.EOF {
			return out, left, nil
		}
		if err != nil {
			return nil, 0, err
		}
		part := strings.Split(h.Name, "/")
		if len(part) != 4 || part[1] != "tests" || h.Typeflag != tar.TypeReg {
			continue
		}
		data, err := io.ReadAll(t)
		if err != nil {
			return nil, 0, err
		}
		one := natural(part[2], path.Base(h.Name), data)
		text, ok := decode(one.truth, data)
		if !ok {
			left++
			continue
		}
		one.class = classOf(text)
		out = append(out, one)
	}
}

// natural labels a text by its folder, such as windows-1251-russian. A label of East
// Asia may mean what everybody writes under that name, too.
func natural(folder, name string, data []byte) file {
	out := file{path: fmt.Sprintf("%s-%s-%s", naturalSet, folder, name), set: naturalSet, size: int64(len(data)), data: data}
	encoding := strings.ToLower(folder)
	for encoding != "" && out.truth == "" {
		if known, err := codecName(peerCodec(encoding)); err == nil {
			out.truth = known
			if own, err := codecName(encoding); err == nil {
				out.also = own
			}
			break
		}
		i := max(0, strings.LastIndexByte(encoding, '-'))
		encoding, out.language = encoding[:i], encoding[min(i+1, len(encoding)):]
	}
	return out
}
