package main

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// A feed is one generated input. The same seed gives the same bytes everywhere.
type feed struct {
	name  string
	codec string // Python's name for it
	// row appends one record to dst, in UTF-8.
	row func(r *rand.Rand, dst []byte) []byte
	// encode turns a record into the feed's codec in place; nil: it is UTF-8.
	encode func([]byte) []byte
}

// wordList are what cells are made of; rows come to about 140 bytes.
var wordList = []string{
	"anchor", "bracket", "cable", "drill bit", "enamel paint", "flange", "gasket", "hex nut M8", "inlet valve",
	"jigsaw", "kettle", "lamp holder", "mains adapter", "needle file", "orbital sander", "pipe clamp",
}

// foreign are put into one row of twenty, as suppliers do.
var foreign = []string{"£", "’", "é", "–", "™", "\u00a0", "😀"}

// plainRow is a record of eight cells, in one of ten of them one cell quoted.
func plainRow(foreign []string) func(*rand.Rand, []byte) []byte {
	return func(r *rand.Rand, dst []byte) []byte {
		word := func() string { return wordList[r.IntN(len(wordList))] }
		odd := ""
		if len(foreign) > 0 && r.IntN(20) == 0 {
			odd = foreign[r.IntN(len(foreign))]
		}
		name := word() + " " + word() + odd
		if r.IntN(10) == 0 {
			name = `"` + word() + `, ""` + word() + odd + `"""`
		}
		return fmt.Appendf(dst, "SKU-%07d,%s,%s %s with %s and %s, %d.%02d ,%d,2026-%02d-%02d,https://example.com/img/%08x.jpg\n",
			r.IntN(1e7), name, word(), word(), word(), word(), r.IntN(500), r.IntN(100), r.IntN(1000), 1+r.IntN(12), 1+r.IntN(28), r.Uint32())
	}
}

// quotedRow has every field quoted, with newlines and doubled quotes in them.
func quotedRow(r *rand.Rand, dst []byte) []byte {
	word := func() string { return wordList[r.IntN(len(wordList))] }
	return fmt.Appendf(dst, "\"SKU-%07d\",\"%s %s\",\"%s for\n%s, the \"\"%s\"\" kind\",\"%d.%02d\",\"%d\",\"%s\"\n",
		r.IntN(1e7), word(), word(), word(), word(), word(), r.IntN(500), r.IntN(100), r.IntN(1000), word())
}

// chineseRow is mostly two-byte characters, written in GB18030 already.
func chineseRow(r *rand.Rand, dst []byte) []byte {
	dst = fmt.Appendf(dst, "SKU-%07d,", r.IntN(1e7))
	for range 4 {
		for range 6 + r.IntN(12) {
			// The first rows of GB 2312's level 1, B0 to D6, have no gaps.
			dst = append(dst, byte(0xB0+r.IntN(0x27)), byte(0xA1+r.IntN(0x5E)))
		}
		dst = append(dst, ',')
	}
	return fmt.Appendf(dst, "%d.%02d\n", r.IntN(500), r.IntN(100))
}

// toCP1252 encodes the characters of foreign that cp1252 has.
func toCP1252(p []byte) []byte {
	bytesOf := map[rune]byte{'£': 0xA3, '’': 0x92, 'é': 0xE9, '–': 0x96, '™': 0x99, '\u00a0': 0xA0}
	out := p[:0]
	for _, c := range string(p) {
		if b, ok := bytesOf[c]; ok {
			out = append(out, b)
		} else {
			out = append(out, byte(c))
		}
	}
	return out
}

var (
	asciiFeed   = feed{"ascii", "utf-8", plainRow(nil), nil}
	utf8Feed    = feed{"utf8", "utf-8", plainRow(foreign), nil}
	cp1252Feed  = feed{"cp1252", "cp1252", plainRow(foreign[:6]), toCP1252}
	quotedFeed  = feed{"quoted", "utf-8", quotedRow, nil}
	gb18030Feed = feed{"gb18030", "gb18030", chineseRow, nil}
)

const header = "sku,name,description,price,stock,date,image\n"

// write writes records until there are size bytes.
func (f feed) write(w io.Writer, seed uint64, size int) error {
	r := rand.New(rand.NewPCG(seed, 1))
	buf := []byte(header)
	for size > 0 {
		n, err := w.Write(buf)
		if err != nil {
			return err
		}
		size -= n
		if buf = f.row(r, buf[:0]); f.encode != nil {
			buf = f.encode(buf)
		}
	}
	return nil
}

// file writes the feed to dir and returns its path.
func (f feed) file(dir string, size int) (path string, err error) {
	path = filepath.Join(dir, f.name+".csv")
	out, err := os.Create(path)
	if err != nil {
		return "", fmt.Errorf("make feed: %w", err)
	}
	w := bufio.NewWriterSize(out, 1<<16)
	err = f.write(w, 1, size)
	if ferr := w.Flush(); err == nil {
		err = ferr
	}
	if cerr := out.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return "", fmt.Errorf("make feed %s: %w", f.name, err)
	}
	return path, nil
}

// files writes n files of the feed to a directory of their own.
func (f feed) files(dir string, n, size int) (string, error) {
	dir = filepath.Join(dir, fmt.Sprintf("%s-%d", f.name, n))
	if err := os.Mkdir(dir, 0o755); err != nil {
		return "", fmt.Errorf("make feeds: %w", err)
	}
	for i, data := range f.inputs(n, size) {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%05d.csv", i)), data, 0o644); err != nil {
			return "", fmt.Errorf("make feeds: %w", err)
		}
	}
	return dir, nil
}

// inputs returns n inputs of size bytes, give or take half a row: they end with the
// record whose end is nearest, and hold one at least.
func (f feed) inputs(n, size int) [][]byte {
	out := make([][]byte, n)
	r := rand.New(rand.NewPCG(7, 2))
	for i := range out {
		data := []byte(header)
		for rows := 0; rows == 0 || len(data) < size; rows++ {
			was := len(data)
			if data = f.row(r, data); f.encode != nil {
				data = data[:was+len(f.encode(data[was:]))]
			}
			if rows > 0 && len(data)-size > size-was {
				data = data[:was]
				break
			}
		}
		out[i] = data
	}
	return out
}
