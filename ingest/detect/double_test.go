package detect

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/interp/interptest"
)

// again encodes a text as if its UTF-8 had been read as cp1252, or Latin-1 where strict
// cp1252 has none.
func again(text string) string {
	var out []rune
	for _, c := range []byte(text) {
		r := tableOf("cp1252")[c]
		if r == undefined {
			r = rune(c)
		}
		out = append(out, r)
	}
	return string(out)
}

// latin encodes a text as if its UTF-8 had been read as Latin-1.
func latin(text string) string {
	var out []rune
	for _, c := range []byte(text) {
		out = append(out, rune(c))
	}
	return string(out)
}

// spoiled are texts that were encoded twice, and what they were.
var spoiled = []struct {
	name, in, was string
	layers, words int
	of            int
	repair        string
}{
	{"cp1252", again("name\ncafé\nDon’t\nthé\n"), "name\ncafé\nDon’t\nthé\n", 1, 3, 3, "text.encode('cp1252').decode('utf-8')"},
	{"Latin-1", latin("name,x\ncafé crème,1\nÁgua,2\nDon’t,3\n"), "name,x\ncafé crème,1\nÁgua,2\nDon’t,3\n", 1, 4, 4, "text.encode('latin-1').decode('utf-8')"},
	{"cp1252 where it has none", again("name,x\ncafé,1\nÁgua,2\nDon’t,3\n"), "", 1, 3, 3, ""},
	{"three times", again(again("name,x\ncafé crème,1\nthé,3\n")), "name,x\ncafé crème,1\nthé,3\n", 2, 3, 3, "text.encode('cp1252').decode('utf-8').encode('cp1252').decode('utf-8')"},
	{"three times by Latin-1", latin(latin("name,x\ncafé crème,1\nÁgua,3\n")), "name,x\ncafé crème,1\nÁgua,3\n", 2, 3, 3, "text.encode('latin-1').decode('utf-8').encode('latin-1').decode('utf-8')"},
	{"some rows", "name,x\ncafé,1\nthé,2\nmûr,3\npâté,4\n" + again("crème,5\nbrûlée,6\n"), "", 1, 2, 6, ""},
	{"with a mark", "\ufeff" + again("name\ncafé\n"), "name\ncafé\n", 1, 1, 1, "text.encode('cp1252').decode('utf-8')"},
	{"one of many", "name\n" + again("café") + "\nthé\nmûr\n", "", 0, 0, 0, ""},
	{"one of many, again and again", "name\n" + strings.Repeat(again("café")+"\nthé\nmûr\n", 5), "", 0, 0, 0, ""},
	{"none", "name\ncafé\nthé\n", "", 0, 0, 0, ""},
	{"Portuguese", "name\nMANHÃ\u00a0E TARDE\nAMANHÃ\u00a0CEDO\nação\nirmã\n", "", 0, 0, 0, ""},
	{"brands", "brand;item\nNESTLÉ®;milk\n„MENÜ“;x\nCAFÉ™;ROSÉ®\nCITÉ»;«É»\n", "", 0, 0, 0, ""},
	{"two rows of many", strings.Repeat("thé,mûr\n", 5000) + again("crème,brûlée\n") + strings.Repeat("thé,mûr\n", 5000), "", 1, 2, 20002, ""},
	{"a long word", again("name\ncafé\nthé\n") + strings.Repeat("é", 10_000) + "\n", "", 1, 2, 2, ""},
}

// TestDoubled counts the words that were encoded twice, and repairs only what is
// repaired by it as a whole.
func TestDoubled(t *testing.T) {
	for _, c := range spoiled {
		for _, chunk := range []int{0, 1, 7} {
			r, err := Bytes([]byte(c.in), Options{chunk: chunksOf(chunk)})
			if want := (Doubled{c.layers, c.words, c.of, c.repair}); err != nil || r.Doubled != want {
				t.Errorf("%s in chunks of %d: %+v, %v; want %+v", c.name, chunk, r.Doubled, err, want)
			}
		}
	}
	in := "name\ncaf\xcc\xa9\nth\xcc\xa9\nbr\xcc\xc8l\xcc\xa9e\n"
	if r, err := Bytes([]byte(in), Options{}); err != nil || r.Doubled != (Doubled{1, 3, 3, "text.encode('cp1252').decode('utf-8')"}) {
		t.Errorf("in Mac Roman: %s, %+v, %v", r.Charset, r.Doubled, err)
	}
}

const repairs = `
def repair(args):
    text = bytearray.fromhex(args[0]).decode(args[1])
    return eval(args[2])
`

// TestRepairConfirm has every Python run what repairs a text.
func TestRepairConfirm(t *testing.T) {
	interptest.Each(t, func(t *testing.T, p *interp.Process) {
		if err := p.Load(t.Context(), "det", repairs); err != nil {
			t.Fatal(err)
		}
		cases, bad := 0, 0
		for _, c := range spoiled {
			if c.repair == "" {
				continue
			}
			r, err := Bytes([]byte(c.in), Options{})
			if err != nil {
				t.Fatal(err)
			}
			cases++
			raw, err := p.Call(t.Context(), "det.repair", []string{fmt.Sprintf("%x", c.in), r.Charset, r.Doubled.Repair})
			var got string
			if err == nil {
				err = json.Unmarshal(raw, &got)
			}
			if err != nil || got != c.was {
				bad++
				t.Errorf("%s: %s, %v; want %q", c.name, raw, err, c.was)
			}
		}
		interptest.Record(t, "detect", p, cases, bad)
	})
}
