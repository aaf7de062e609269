package main

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/pycodec"
)

// file is one labelled file.
type file struct {
	path     string
	set      string
	truth    string // Python's name of the true codec
	also     string // another that the label may mean
	language string
	size     int64
	class    string // by non-ASCII characters: 1, 3, 10, dense
	half     int    // of the manifest: 0 is what rules and rarities were tuned on
	data     []byte
}

// load reads a labelled folder.
func load(dir, half string) ([]file, error) {
	f, err := os.Open(filepath.Join(dir, "manifest.tsv"))
	if os.IsNotExist(err) {
		return loadFolders(dir)
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var out []file
	s := bufio.NewScanner(f)
	s.Scan() // the header
	for i := 0; s.Scan(); i++ {
		if half != "" && half != fmt.Sprint(i%2) {
			continue
		}
		c := strings.Split(s.Text(), "\t")
		if len(c) < 8 {
			return nil, fmt.Errorf("manifest.tsv: line %d has %d columns, not 8", i+2, len(c))
		}
		one, err := read(filepath.Join(dir, c[0]), c[1], c[2])
		if err != nil {
			return nil, err
		}
		one.language, one.class, one.half = c[3], c[7], i%2
		out = append(out, one)
	}
	return out, s.Err()
}

// loadFolders reads a folder of folders named after encodings.
func loadFolders(dir string) ([]file, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*", "*"))
	if err != nil {
		return nil, err
	}
	var out []file
	for _, p := range paths {
		if info, err := os.Stat(p); err != nil || info.IsDir() {
			continue
		}
		one, err := read(p, filepath.Base(dir), filepath.Base(filepath.Dir(p)))
		if err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	return out, nil
}

func read(path, set, encoding string) (file, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return file{}, err
	}
	name, err := codecName(encoding)
	if err != nil {
		return file{}, fmt.Errorf("%s: %w", path, err)
	}
	f := file{path: path, set: set, truth: name, size: int64(len(data)), data: data}
	if text, ok := decode(name, data); ok {
		f.class = classOf(text)
	}
	return f, nil
}

// codecName returns Python's name of an encoding.
func codecName(encoding string) (string, error) {
	c, fault, err := pycodec.Lookup(ingest.Python313, encoding)
	if err != nil {
		return "", err
	}
	if fault != nil {
		return "", fmt.Errorf("%s", fault.Message)
	}
	return c.Name(), nil
}

// decode returns the text without its byte order mark; ok is false where the codec
// does not decode it.
func decode(codec string, data []byte) (text string, ok bool) {
	c, fault, err := pycodec.Lookup(ingest.Python313, codec)
	if err != nil || fault != nil {
		return "", false
	}
	out, bad := c.Decode(nil, data, "strict")
	if bad != nil {
		return "", false
	}
	return strings.TrimPrefix(string(out), "\ufeff"), true
}

// classOf sorts a text by its non-ASCII characters.
func classOf(text string) string {
	n := 0
	for _, r := range text {
		if r >= utf8.RuneSelf {
			n++
		}
	}
	switch {
	case n == 0:
		return "0"
	case n < 3:
		return "1"
	case n < 10:
		return "3"
	case n < 100:
		return "10"
	}
	return "dense"
}

// sizeClass sorts a file by its size.
func sizeClass(n int64) string {
	switch {
	case n <= 300:
		return "200 B"
	case n <= 3000:
		return "2 KB"
	case n <= 30_000:
		return "20 KB"
	}
	return "200 KB"
}
