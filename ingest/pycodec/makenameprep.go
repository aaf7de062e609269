//go:build ignore

// Makenameprep writes nameprep.bin, or the file it is given: what idna makes of a
// label, as nameprep.go describes and reads it. It asks the interpreters themselves,
// one of every modelled version (or of the versions given after the file) wherever
// interp.Find finds it. Without all of them it writes nothing and says so.
package main

import (
	"bufio"
	"bytes"
	"cmp"
	"compress/flate"
	"context"
	_ "embed"
	"encoding/binary"
	"log"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"

	"github.com/feedparity/feedparity/ingest/interp"
)

//go:embed makenameprep.py
var script string

// versions are the modelled ones; their order gives the bits of a version mask.
var versions = []string{"2.7", "3.6", "3.7", "3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14"}

// kinds are the sections of the file, in order.
var kinds = []string{"map", "class", "decompose", "pair", "prohibited", "right", "left"}

// fact is a line about one character, its values in hexadecimal.
type fact struct {
	char   int
	values string
}

func main() {
	log.SetFlags(0)
	log.SetPrefix("makenameprep: ")
	asked := versions
	if len(os.Args) > 2 {
		asked = os.Args[2:]
	}
	facts := map[string]map[fact]uint{}
	for _, k := range kinds {
		facts[k] = map[fact]uint{}
	}
	for _, v := range asked {
		path := find(v)
		if path == "" {
			log.Printf("found no python %s; nothing written", v)
			return
		}
		ask(path, 1<<slices.Index(versions, v), facts)
	}
	out := "nameprep.bin"
	if len(os.Args) > 1 {
		out = os.Args[1]
	}
	var b []byte
	for _, k := range kinds {
		b = section(b, facts[k])
	}
	if err := os.WriteFile(out, compressed(b), 0o644); err != nil {
		log.Fatal(err)
	}
}

// find returns the newest interpreter of a version, "" if there is none.
func find(version string) (path string) {
	for _, i := range interp.Find(context.Background()) {
		if i.Version.String() == version {
			path = i.Path
		}
	}
	return path
}

// ask adds what one interpreter says.
func ask(path string, bit uint, facts map[string]map[fact]uint) {
	cmd := exec.Command(path, "-W", "ignore", "-c", script)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		log.Fatalf("run %s: %v", path, err)
	}
	for lines := bufio.NewScanner(bytes.NewReader(out)); lines.Scan(); {
		kind, rest, _ := strings.Cut(lines.Text(), " ")
		if of := facts[kind]; of != nil {
			char, values, _ := strings.Cut(rest, " ")
			of[fact{hex(char), values}] |= bit
		}
	}
}

func hex(s string) int {
	n, err := strconv.ParseInt(s, 16, 32)
	if err != nil {
		log.Fatal(err)
	}
	return int(n)
}

// section writes the facts of one kind in the order of their characters.
func section(b []byte, facts map[fact]uint) []byte {
	var sorted []fact
	for f := range facts {
		sorted = append(sorted, f)
	}
	slices.SortFunc(sorted, func(x, y fact) int { return cmp.Or(x.char-y.char, strings.Compare(x.values, y.values)) })
	b = binary.AppendUvarint(b, uint64(len(sorted)))
	before := 0
	for _, f := range sorted {
		b = binary.AppendUvarint(b, uint64(f.char-before))
		b = binary.AppendUvarint(b, uint64(facts[f]))
		values := strings.Fields(f.values)
		b = binary.AppendUvarint(b, uint64(len(values)))
		for _, v := range values {
			b = binary.AppendVarint(b, int64(hex(v)-f.char))
		}
		before = f.char
	}
	return b
}

func compressed(b []byte) []byte {
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, flate.BestCompression)
	if err != nil {
		log.Fatal(err)
	}
	if _, err := w.Write(b); err != nil {
		log.Fatal(err)
	}
	if err := w.Close(); err != nil {
		log.Fatal(err)
	}
	return out.Bytes()
}
