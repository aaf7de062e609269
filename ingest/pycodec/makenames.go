//go:build ignore

// Makenames writes charnames.bin, or the file it is given: the names of characters,
// as charnames.go describes and reads them. It asks the interpreters themselves, one
// of every modelled version (or of the versions given after the file) wherever
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

//go:embed makenames.py
var script string

// versions are the modelled ones; their order gives the bits of a version mask.
var versions = []string{"2.7", "3.6", "3.7", "3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14"}

// named is a name and the character it is, or a range of ideographs whose names
// begin with it.
type named struct {
	lo, hi int // the same for a name
	name   string
}

func main() {
	log.SetFlags(0)
	log.SetPrefix("makenames: ")
	asked := versions
	if len(os.Args) > 2 {
		asked = os.Args[2:]
	}
	names, ranges := map[named]uint{}, map[named]uint{}
	for _, v := range asked {
		path := find(v)
		if path == "" {
			log.Printf("found no python %s; nothing written", v)
			return
		}
		ask(path, 1<<slices.Index(versions, v), names, ranges)
	}
	out := "charnames.bin"
	if len(os.Args) > 1 {
		out = os.Args[1]
	}
	if err := os.WriteFile(out, compressed(encode(sorted(names), names, sorted(ranges), ranges)), 0o644); err != nil {
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

// ask adds what one interpreter knows.
func ask(path string, bit uint, names, ranges map[named]uint) {
	cmd := exec.Command(path, "-W", "ignore", "-c", script)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		log.Fatalf("run %s: %v", path, err)
	}
	for lines := bufio.NewScanner(bytes.NewReader(out)); lines.Scan(); {
		kind, rest, _ := strings.Cut(lines.Text(), " ")
		first, rest, _ := strings.Cut(rest, " ")
		switch kind {
		case "name", "alias":
			names[named{hex(first), hex(first), rest}] |= bit
		case "range":
			lo, hi, _ := strings.Cut(rest, " ")
			ranges[named{hex(lo), hex(hi), strings.ReplaceAll(first, "_", " ")}] |= bit
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

func sorted(m map[named]uint) []named {
	var out []named
	for n := range m {
		out = append(out, n)
	}
	slices.SortFunc(out, func(a, b named) int {
		return cmp.Or(a.lo-b.lo, a.hi-b.hi, strings.Compare(a.name, b.name))
	})
	return out
}

func encode(names []named, nameMasks map[named]uint, ranges []named, rangeMasks map[named]uint) []byte {
	seen := map[string]bool{}
	b := binary.AppendUvarint(nil, uint64(len(names)))
	before := named{}
	for _, n := range names {
		if seen[n.name] {
			log.Fatalf("%s is two characters", n.name)
		}
		seen[n.name] = true
		b = append(append(entry(b, n, before, nameMasks[n]), n.name[shared(n.name, before.name):]...), '\n')
		before = n
	}
	b = binary.AppendUvarint(b, uint64(len(ranges)))
	before = named{}
	for _, r := range ranges {
		b = append(append(entry(b, r, before, rangeMasks[r]), r.name[shared(r.name, before.name):]...), '\n')
		b = binary.AppendUvarint(b, uint64(r.hi-r.lo))
		before = r
	}
	return b
}

// entry writes what stands before a name.
func entry(b []byte, n, before named, mask uint) []byte {
	b = binary.AppendUvarint(b, uint64(n.lo-before.lo))
	b = binary.AppendUvarint(b, uint64(mask))
	return binary.AppendUvarint(b, uint64(shared(n.name, before.name)))
}

func shared(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
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
