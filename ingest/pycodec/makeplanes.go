//go:build ignore

// Makeplanes writes planes.bin, or the file it is given: the tables of the
// multi-byte codecs, as planes.go describes and reads them. It asks the
// interpreters themselves, one of every modelled version (or of the versions given
// after the file) wherever interp.Find finds it, and refuses to write anything
// unless all have the same tables. Without all of them it writes nothing and says
// so.
package main

import (
	"context"
	_ "embed"
	"encoding/binary"
	"encoding/json"
	"log"
	"os"
	"os/exec"
	"slices"

	"github.com/feedparity/feedparity/ingest/interp"
)

//go:embed makeplanes.py
var script string

var versions = []string{"2.7", "3.6", "3.7", "3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14"}

// order lists the planes, each with those it may copy from, which come before it.
var order = [][]string{
	{"gb18030"}, {"gbk", "gb18030"}, {"gb2312", "gbk"}, {"gb2312_set", "gb2312"}, {"gb18030_four"},
	{"big5"}, {"cp950", "big5"}, {"big5hkscs", "big5"},
	{"cp949"}, {"euc_kr", "cp949"}, {"ksx1001", "cp949"}, {"johab", "cp949"},
	{"jisx0208"}, {"jisx0212"}, {"euc_jp", "jisx0208"}, {"euc_jp_8f", "jisx0212"},
	{"shift_jis", "jisx0208"}, {"cp932", "jisx0208"},
	{"jisx0213_1", "jisx0208"}, {"jisx0213_2"}, {"jisx0213_2000_1", "jisx0213_1"}, {"jisx0213_2000_2", "jisx0213_2"},
	{"euc_jis_2004", "jisx0213_1"}, {"euc_jis_2004_8f", "jisx0213_2", "jisx0212"},
	{"euc_jisx0213", "euc_jis_2004"}, {"euc_jisx0213_8f", "euc_jis_2004_8f"},
	{"shift_jis_2004", "jisx0213_1", "jisx0213_2"}, {"shift_jisx0213", "shift_jis_2004"},
}

// pairBase is added to the index of a pair of characters to make its entry.
const pairBase = 0x110000

// plane is a table of code points, of pairs or of 0.
type plane []rune

func main() {
	log.SetFlags(0)
	log.SetPrefix("makeplanes: ")
	if len(os.Args) > 2 {
		versions = os.Args[2:]
	}
	var planes map[string][]json.RawMessage
	for _, v := range versions {
		path := find(v)
		if path == "" {
			log.Printf("found no python %s; nothing written", v)
			return
		}
		next := ask(path)
		for name := range planes {
			if !slices.EqualFunc(planes[name], next[name], func(a, b json.RawMessage) bool { return string(a) == string(b) }) {
				log.Fatalf("%s: python %s decodes otherwise than the versions before it", name, v)
			}
		}
		planes = next
	}
	out := "planes.bin"
	if len(os.Args) > 1 {
		out = os.Args[1]
	}
	if err := os.WriteFile(out, encode(planes), 0o644); err != nil {
		log.Fatal(err)
	}
}

// find returns an interpreter of a version, "" if there is none.
func find(version string) string {
	for _, i := range interp.Newest(interp.Find(context.Background())) {
		if i.Version.String() == version {
			return i.Path
		}
	}
	return ""
}

func ask(path string) map[string][]json.RawMessage {
	cmd := exec.Command(path, "-W", "ignore", "-c", script)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		log.Fatalf("run %s: %v", path, err)
	}
	var p struct{ Planes map[string][]json.RawMessage }
	if err := json.Unmarshal(out, &p); err != nil {
		log.Fatalf("read %s: %v", path, err)
	}
	return p.Planes
}

func encode(planes map[string][]json.RawMessage) []byte {
	var pairs [][2]rune
	read := map[string]plane{}
	for _, names := range order {
		read[names[0]] = runes(planes[names[0]], &pairs)
	}
	b := binary.AppendUvarint(nil, uint64(len(pairs)))
	for _, p := range pairs {
		b = binary.AppendUvarint(binary.AppendUvarint(b, uint64(p[0])), uint64(p[1]))
	}
	b = binary.AppendUvarint(b, uint64(len(order)))
	for _, names := range order {
		e := newEncoder(read, names)
		e.run(read[names[0]])
		b = append(append(b, byte(len(names[0]))), names[0]...)
		b = binary.AppendUvarint(b, uint64(len(e.out)))
		b = append(b, e.out...)
	}
	return b
}

// runes reads the entries of a plane and adds its new pairs to the list.
func runes(raw []json.RawMessage, pairs *[][2]rune) plane {
	out := make(plane, len(raw))
	for i, r := range raw {
		if json.Unmarshal(r, &out[i]) == nil {
			continue
		}
		var p [2]rune
		if err := json.Unmarshal(r, &p); err != nil {
			log.Fatal(err)
		}
		at := slices.Index(*pairs, p)
		if at < 0 {
			at = len(*pairs)
			*pairs = append(*pairs, p)
		}
		out[i] = pairBase + rune(at)
	}
	return out
}

// encoder writes one plane, taking the longest run at each place.
type encoder struct {
	sources []plane
	ids     []int // of the sources in order
	places  []map[rune]int
	out     []byte
	prev    rune // the last entry written other than 0
	from    int  // the place after the last one copied
	pending []rune
}

func newEncoder(read map[string]plane, names []string) *encoder {
	e := &encoder{}
	for _, s := range names[1:] {
		places := map[rune]int{}
		for i, r := range slices.Backward(read[s]) {
			places[r] = i
		}
		e.sources = append(e.sources, read[s])
		e.ids = append(e.ids, slices.IndexFunc(order, func(n []string) bool { return n[0] == s }))
		e.places = append(e.places, places)
	}
	return e
}

func (e *encoder) run(p plane) {
	for at := 0; at < len(p); {
		src, from, n := e.match(p[at:])
		k := successors(p[at:])
		switch {
		case p[at] == 0:
			n = zeros(p[at:])
			e.op(opNone, n)
		case n > 2 && n >= k:
			e.op(opCopy, n)
			e.out = binary.AppendUvarint(e.out, uint64(e.ids[src]))
			e.out = binary.AppendVarint(e.out, int64(from-e.from))
			e.from, e.prev = from+n, p[at+n-1]
		case k > 2:
			n = k
			e.op(opSuccessors, n)
			e.delta(p[at])
			e.prev += rune(n - 1)
		default:
			n = 1
			e.pending = append(e.pending, p[at])
		}
		at += n
	}
	e.flush()
}

const (
	opNone = iota
	opSuccessors
	opLiteral
	opCopy
)

func (e *encoder) op(op, n int) {
	e.flush()
	e.out = binary.AppendUvarint(e.out, uint64(n<<2|op))
}

func (e *encoder) flush() {
	if n := len(e.pending); n > 0 {
		e.out = binary.AppendUvarint(e.out, uint64(n<<2|opLiteral))
		for _, r := range e.pending {
			e.delta(r)
		}
		e.pending = e.pending[:0]
	}
}

func (e *encoder) delta(r rune) {
	e.out = binary.AppendVarint(e.out, int64(r-e.prev))
	e.prev = r
}

// match returns the longest run of p in a source.
func (e *encoder) match(p plane) (src, from, n int) {
	for s, q := range e.sources {
		at, ok := e.places[s][p[0]]
		if !ok {
			continue
		}
		k := 0
		for k < len(p) && at+k < len(q) && p[k] == q[at+k] {
			k++
		}
		for k > 0 && p[k-1] == 0 {
			k--
		}
		if k > n {
			src, from, n = s, at, k
		}
	}
	return src, from, n
}

func successors(p plane) int {
	n := 1
	for n < len(p) && p[n] == p[0]+rune(n) {
		n++
	}
	return n
}

func zeros(p plane) int {
	n := 0
	for n < len(p) && p[n] == 0 {
		n++
	}
	return n
}
