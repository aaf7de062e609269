package pycodec

import (
	"bytes"
	"compress/flate"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/fuzz/questions"
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/interp/interptest"
)

// pieced returns n random inputs of up to max pieces and, now and then, any byte.
func pieced(pieces string, n, max int) [][]byte {
	of := strings.Split(pieces, " ")
	r := rand.New(rand.NewPCG(11, 13))
	out := make([][]byte, n)
	for i := range out {
		var s string
		for range r.IntN(max + 1) {
			s += of[r.IntN(len(of))]
		}
		out[i] = []byte(strings.ReplaceAll(s, "~", " "))
		if len(out[i]) > 0 && r.IntN(5) == 0 {
			out[i][r.IntN(len(out[i]))] = byte(r.IntN(256))
		}
	}
	return out
}

var allHandlers = slices.Concat(mainHandlers, otherHandlers)

// TestWholeConfirm decodes random inputs with the codecs that take each as a whole
// and, for those that have it, with unicode_internal.
func TestWholeConfirm(t *testing.T) {
	eachJudge(t, func(j *judge) {
		for _, errors := range allHandlers {
			j.decode("punycode", errors, pieced(questions.Punycode, interptest.Cases(20000), 8))
			j.decode("undefined", errors, [][]byte{nil, []byte("a")})
			if !j.py.AtLeast(3, 8) {
				j.decode("unicode_internal", errors, pieced(questions.Internal, interptest.Cases(5000), 5))
			}
			j.decode("unicode_escape", errors, pieced(questions.Names, interptest.Cases(20000), 5))
			j.decode("raw_unicode_escape", errors, pieced(questions.Names, interptest.Cases(2000), 5))
		}
		for _, errors := range []string{"strict", "replace", "ignore", "surrogateescape", ""} {
			j.decode("idna", errors, pieced(questions.IDNA, interptest.Cases(40000), 7))
		}
		j.decode("idna", "strict", longLabels())
	})
}

// TestWholeDecoderConfirm cuts inputs at every point and every two points.
func TestWholeDecoderConfirm(t *testing.T) {
	eachJudge(t, func(j *judge) {
		for _, errors := range []string{"strict", "replace", "ignore", "backslashreplace", "nope"} {
			j.chunks("punycode", errors, pieced(questions.Punycode, interptest.Cases(200), 3))
			j.chunks("idna", errors, pieced(questions.IDNA, interptest.Cases(300), 4))
			j.chunks("undefined", errors, [][]byte{nil, []byte("ab")})
			if !j.py.AtLeast(3, 8) {
				j.chunks("unicode_internal", errors, pieced(questions.Internal, interptest.Cases(150), 3))
			}
			j.chunks("unicode_escape", errors, pieced(questions.Names, interptest.Cases(150), 2))
		}
	})
}

// longLabels are around the sizes at which a label is refused.
func longLabels() (out [][]byte) {
	for _, n := range []int{55, 56, 57, 58, 59, 60, 63, 64, 65, 1019, 1020, 1021, 1024, 1025} {
		as := strings.Repeat("a", n)
		for _, text := range []string{as, as + ".xn--tda", "xn--" + as + "-", "b.xn--" + string(encodePunycode([]rune(as+"ü"))), "xn--" + string(encodePunycode([]rune(strings.Repeat("ü", n))))} {
			out = append(out, []byte(text))
		}
	}
	return out
}

// TestNameprepConfirm decodes labels of one character, and of the two that a
// character and a mark, a letter or a digit are: all that nameprep does something
// about, and a sample of the rest.
func TestNameprepConfirm(t *testing.T) {
	eachJudge(t, func(j *judge) {
		r, err := rulesOf(j.py)
		if err != nil {
			t.Fatal(err)
		}
		special := specialChars(r.preparation())
		labels := [][]rune{}
		for i := range interptest.Cases(len(special)) {
			c := special[i*len(special)/interptest.Cases(len(special))]
			labels = append(labels, []rune{c}, []rune{c, 0x301}, []rune{'a', c}, []rune{c, 0x5D0}, []rune{0x5D0, c}, []rune{0x5D0, c, 0x5D0}, []rune{0x1100, c}, []rune{0xAC00, c})
		}
		for c, step := rune(0), rune(0x110000/interptest.Cases(0x11000)); c < 0x110000; c += step {
			labels = append(labels, []rune{c})
		}
		labels = append(labels, randomLabels(special, interptest.Cases(40000))...)
		inputs := make([][]byte, len(labels))
		for i, text := range labels {
			inputs[i] = append([]byte("b.xn--"), encodePunycode(text)...)
		}
		j.decode("idna", "strict", inputs)
	})
}

// specialChars are the characters that the tables name, and the ends of ranges.
func specialChars(p *preparation) []rune {
	all := map[rune]bool{}
	for _, m := range []map[rune][]rune{p.mapped, p.decompositions} {
		for c := range maps.Keys(m) {
			all[c] = true
		}
	}
	for c := range p.classes {
		all[c] = true
	}
	for pair, c := range p.pairs {
		all[c], all[pair[0]], all[pair[1]] = true, true, true
	}
	for _, ranges := range [][]charRange{p.prohibited, p.left, p.right} {
		for _, r := range ranges {
			all[r.lo-1], all[r.lo], all[r.hi], all[r.hi+1] = true, true, true, true
		}
	}
	delete(all, -1)
	delete(all, 0x110000)
	return slices.Sorted(maps.Keys(all))
}

// randomLabels are of characters with which something happens, in any order.
func randomLabels(special []rune, n int) [][]rune {
	r := rand.New(rand.NewPCG(17, 19))
	common := ingest.Runes("aAzß\u0301\u0323\u0345\u093c\u1161\u11a8\u1100가ｱﾞ\u05d0\u0627\u00ad")
	out := make([][]rune, n)
	for i := range out {
		for range 1 + r.IntN(6) {
			if r.IntN(3) == 0 {
				out[i] = append(out[i], common[r.IntN(len(common))])
			} else {
				out[i] = append(out[i], special[r.IntN(len(special))])
			}
		}
	}
	return out
}

// TestCharnamesConfirm asks for every name of any version, in both cases and with
// something too much, for syllables and for the numbers of ideographs.
func TestCharnamesConfirm(t *testing.T) {
	eachJudge(t, func(j *judge) {
		var names []string
		for _, name := range slices.Sorted(maps.Keys(allNames().named)) {
			names = append(names, name, strings.ToLower(name), name+"S", name[1:])
		}
		for _, l := range jamo[0] {
			for _, v := range jamo[1] {
				for _, f := range jamo[2] {
					names = append(names, "HANGUL SYLLABLE "+l+v+f, "Hangul syllable "+l+v+f, "HANGUL SYLLABLE "+f+v+l)
				}
			}
		}
		names = append(thinned(names, interptest.Cases(len(names))), ideographNames()...)
		inputs := make([][]byte, len(names))
		for i, name := range names {
			inputs[i] = []byte(`\N{` + name + `}`)
		}
		j.decode("unicode_escape", "strict", inputs)
	})
}

// ideographNames are the ends of all ranges and a sample of all numbers (at full scale
// one in 64), written in several ways.
func ideographNames() (out []string) {
	var numbers []rune
	for _, r := range allNames().ranges {
		numbers = append(numbers, r.lo-1, r.lo, r.hi, r.hi+1)
	}
	step := rune(0x110000 / interptest.Cases(0x4400))
	for c := rune(0); c < 0x110000; c += step {
		numbers = append(numbers, c)
	}
	for _, c := range numbers {
		for _, prefix := range []string{"CJK UNIFIED IDEOGRAPH-", "TANGUT IDEOGRAPH-", "cjk unified ideograph-"} {
			out = append(out, prefix+fmt.Sprintf("%04X", c), prefix+fmt.Sprintf("%05X", c))
		}
		out = append(out, fmt.Sprintf("CJK UNIFIED IDEOGRAPH-%04x", c), fmt.Sprintf("CJK UNIFIED IDEOGRAPH-%X ", c), fmt.Sprintf("CJK UNIFIED IDEOGRAPH-%06X", c))
	}
	return out
}

// TestNamesConfirm: every name that an interpreter has is in the table.
func TestNamesConfirm(t *testing.T) {
	eachJudge(t, func(j *judge) {
		r, err := rulesOf(j.py)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range j.ask("names", 0x110000/interptest.Cases(0x110000)) {
			number, name, _ := strings.Cut(line, " ")
			char, ok := r.character([]byte(name))
			if j.cases++; !ok || strconv.FormatInt(int64(char), 16) != number {
				j.differ("%s is U+%04x, python %s", name, char, number)
			}
		}
	})
}

// TestModulesConfirm: whatever module an interpreter's encodings package has, it is
// modelled if it is a text codec, and known not to be one if it is not.
func TestModulesConfirm(t *testing.T) {
	// 2.7 does not tell which they are.
	noText := []string{"base64_codec", "bz2_codec", "hex_codec", "quopri_codec", "rot_13", "string_escape", "uu_codec", "zlib_codec"}
	eachJudge(t, func(j *judge) {
		for _, line := range j.ask("modules", nil) {
			var m [3]string
			if err := json.Unmarshal([]byte(line), &m); err != nil {
				t.Fatal(err)
			}
			if slices.Contains(noText, m[0]) {
				m[1] = "bytes"
			}
			c, fault, err := Lookup(j.py, m[0])
			got := [3]string{m[0], "text"}
			switch {
			case errors.Is(err, ErrNotText):
				got[1], got[2] = "bytes", m[2]
			case err != nil:
				got[2] = err.Error()
			case fault != nil:
				got[2] = "E " + fault.Type + ": " + fault.Message
			default:
				got[2] = c.Name()
			}
			if j.cases++; got != m {
				j.differ("module %q, python %q", got, m)
			}
		}
	})
}

// TestNamesAreCurrentConfirm makes the tables again from all interpreters, in a long run:
// what is in them TestWholeConfirm asks each of them anyway.
func TestNamesAreCurrentConfirm(t *testing.T) {
	if interptest.Cases(9) <= 9 {
		t.Skip("takes minutes, and is for make confirm-long: FEEDPARITY_CONFIRM=2")
	}
	for generator, current := range map[string]string{"makenames.go": charnamesBin, "makenameprep.go": nameprepBin} {
		path := filepath.Join(t.TempDir(), "made")
		if out, err := exec.Command("go", "run", generator, path).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		fresh, err := os.ReadFile(path)
		if os.IsNotExist(err) {
			t.Skip("not every modelled python is there to be asked")
		}
		if err != nil || !bytes.Equal(inflate(t, fresh), inflate(t, []byte(current))) {
			t.Errorf("what %s makes differs from what is there (%v): go generate ./ingest/pycodec", generator, err)
		}
	}
}

func inflate(t *testing.T, b []byte) []byte {
	out, err := io.ReadAll(flate.NewReader(bytes.NewReader(b)))
	if err != nil {
		t.Fatal(err)
	}
	return out
}
