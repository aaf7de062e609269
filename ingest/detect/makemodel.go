//go:build ignore

// Makemodel writes model.bin, the counts of letters by which detect tells charsets
// apart, from a folder in which Debian packages were unpacked:
//
//	apt-get download unicode-cldr-core iso-codes libglib2.0-data ...  (all of packages)
//	for d in *.deb; do dpkg-deb -x $d FOLDER; done
//	FEEDPARITY_TEXTS=FOLDER go generate ./ingest/detect
//
// Without the folder it writes nothing and says so. The texts are under GPL, LGPL,
// MPL, BSD or the Unicode licence; only counts of letters are kept.
package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"log"
	"math"
	"os"
	"sort"
	"strings"
	"unicode"

	"github.com/klauspost/compress/zstd"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// packages are what the committed model.bin was made from.
const packages = "unicode-cldr-core iso-codes libglib2.0-data libgtk-3-common gnucash-common installation-guide-amd64 homebank-data gramps evolution-common " +
	"python3-django gourmand tryton-modules-product tryton-modules-stock tryton-modules-sale tryton-modules-purchase tryton-modules-party tryton-modules-company gimp-data kmymoney-common " +
	"libgweather-4-common kgeography-data gnumeric-common klavaro marble-data"

// scripts are the groups of languages that share letters. Those of the last have
// too many letters for pairs.
var scripts = []struct {
	name      string
	languages []string
	letters   int // most kept
}{
	{"latin", strings.Fields("en de fr es it pt sv da nl fi nb is ca gl eu ga cy mt eo pl cs hu sk hr sl ro sq tr az lt lv et vi xx"), 190},
	{"cyrillic", strings.Fields("ru uk bg sr mk be kk"), 75},
	{"greek", []string{"el"}, 40},
	{"hebrew", []string{"he"}, 40},
	{"arabic", strings.Fields("ar fa ur"), 70},
	{"thai", []string{"th"}, 90},
	{"ideographs", strings.Fields("zh_CN zh_TW ja ko"), 0},
}

func isLetter(r rune) bool { return unicode.IsLetter(r) || unicode.Is(unicode.M, r) || r == 'ー' }

func lower(s string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case 'İ':
			return 'i'
		case 'ș', 'Ș': // the letters with a cedilla, which older charsets have, count as the same
			return 'ş'
		case 'ț', 'Ț':
			return 'ţ'
		}
		return unicode.ToLower(r)
	}, s)
}

// belongs reports whether a letter is one of a script.
func belongs(script string, r rune) bool {
	tables := map[string]*unicode.RangeTable{"latin": unicode.Latin, "cyrillic": unicode.Cyrillic, "greek": unicode.Greek, "hebrew": unicode.Hebrew,
		"arabic": unicode.Arabic, "thai": unicode.Thai}
	if script == "ideographs" {
		return r >= 0x1100 && (unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul) || r == 'ー')
	}
	if strings.ContainsRune("ªº", r) {
		return false
	}
	return unicode.Is(tables[script], r)
}

func main() {
	log.SetFlags(0)
	log.SetPrefix("makemodel: ")
	root := os.Getenv("FEEDPARITY_TEXTS")
	if root == "" {
		log.Print("FEEDPARITY_TEXTS names no folder of texts; nothing written")
		return
	}
	c := newCorpus()
	if err := c.read(root); err != nil {
		log.Fatal(err)
	}
	w, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBestCompression), zstd.WithEncoderConcurrency(1))
	if err != nil {
		log.Fatal(err)
	}
	var out, all bytes.Buffer
	header(&out, c)
	uvarint(&out, len(scripts))
	for _, s := range scripts {
		var body bytes.Buffer
		letters := ""
		if s.letters == 0 {
			writeIdeographs(&body, c, s.languages)
		} else {
			letters = writeScript(&body, c, s.name, s.languages, s.letters)
		}
		packed := w.EncodeAll(body.Bytes(), nil)
		text(&out, s.name)
		text(&out, strings.Join(s.languages, " "))
		text(&out, letters)
		uvarint(&out, body.Len())
		uvarint(&out, len(packed))
		all.Write(packed)
	}
	out.Write(all.Bytes())
	if err := os.WriteFile("model.bin", out.Bytes(), 0o644); err != nil {
		log.Fatal(err)
	}
	log.Printf("model.bin: %d bytes", out.Len())
}

// header names sources and counts, ended by an empty line.
func header(out *bytes.Buffer, c *corpus) {
	fmt.Fprintf(out, "Counts of letters, made by makemodel.go from the texts of these Debian packages:\n%s\n", packages)
	fmt.Fprint(out, "Characters by source:")
	for _, s := range c.names() {
		fmt.Fprintf(out, " %s %d", s, c.sources[s])
	}
	fmt.Fprint(out, "\nDistinct words by language:")
	for _, s := range scripts {
		for _, l := range s.languages {
			fmt.Fprintf(out, " %s %d", l, len(c.words[l]))
		}
	}
	fmt.Fprint(out, "\n\n")
}

func uvarint(out *bytes.Buffer, n int) { out.Write(binary.AppendUvarint(nil, uint64(n))) }

func text(out *bytes.Buffer, s string) { uvarint(out, len(s)); out.WriteString(s) }

// cost is a probability in sixteenths of a nat.
func cost(p float64, most int) byte { return byte(min(float64(most), math.Round(-16*math.Log(p)))) }

// alphabet returns the letters of a script by what the languages need most.
func alphabet(c *corpus, script string, languages []string, most int) []rune {
	share := map[rune]float64{}
	for _, l := range languages {
		low, sum := map[rune]float64{}, 0.0
		for r, n := range c.runes[l] {
			if r = []rune(lower(string(r)))[0]; belongs(script, r) {
				low[r] += n
				sum += n
			}
		}
		for r, n := range low {
			if n >= 3 {
				share[r] = max(share[r], n/sum)
			}
		}
	}
	var out []rune
	for r := range share {
		out = append(out, r)
	}
	sort.Slice(out, func(i, j int) bool {
		if share[out[i]] != share[out[j]] {
			return share[out[i]] > share[out[j]]
		}
		return out[i] < out[j]
	})
	return out[:min(len(out), most)]
}

// weight damps how often a word occurs: the texts say "file" far oftener than feeds do.
func weight(n float64) float64 { return math.Sqrt(n) }

// counts are of one language: sums over pairs and triples of letters by number,
// 0 being the edge of a word.
type counts struct {
	n      int
	pair   []float64
	before []float64 // sums of pair by its first letter
	single []float64
	total  float64
	triple map[int]float64
}

func (k *counts) add(word []int, w float64) {
	two, one := 0, 0 // the letters before
	step := func(c int, first bool) {
		k.pair[one*k.n+c] += w
		k.before[one] += w
		k.single[c] += w
		k.total += w
		if !first {
			k.triple[(two*k.n+one)*k.n+c] += w
		}
		two, one = one, c
	}
	for i, c := range word {
		step(c, i == 0)
	}
	step(0, len(word) == 0)
}

func (k *counts) pairP(a, b int) float64 {
	// Witten-Bell would be finer, and was no better.
	ml := 0.0
	if k.before[a] > 0 {
		ml = k.pair[a*k.n+b] / k.before[a]
	}
	return 0.86*ml + 0.139*k.single[b]/k.total + 0.001/float64(k.n)
}

func count(c *corpus, language string, number map[rune]int, n int) *counts {
	k := &counts{n: n, pair: make([]float64, n*n), before: make([]float64, n), single: make([]float64, n), triple: map[int]float64{}}
	words := make([]string, 0, len(c.words[language]))
	for w := range c.words[language] {
		words = append(words, w)
	}
	sort.Strings(words) // sums of floats depend on the order
	for _, w := range words {
		var part []int
		flush := func() {
			if len(part) > 0 {
				k.add(part, weight(c.words[language][w]))
			}
			part = nil
		}
		for _, r := range w {
			if i, ok := number[r]; ok {
				part = append(part, i)
			} else {
				flush()
			}
		}
		flush()
	}
	return k
}

// row writes a byte for each language, filled up to words of eight.
func row(out *bytes.Buffer, costs []byte) {
	out.Write(costs)
	out.Write(make([]byte, -len(costs)&7))
}

// writeScript returns the letters that it has written of.
func writeScript(out *bytes.Buffer, c *corpus, script string, languages []string, most int) string {
	letters := alphabet(c, script, languages, most)
	number := map[rune]int{}
	for i, r := range letters {
		number[r] = i + 1
	}
	n := len(letters) + 1
	var all []*counts
	for _, l := range languages {
		all = append(all, count(c, l, number, n))
	}
	costs := make([]byte, len(languages))
	for a := range n {
		for b := range n {
			for l, k := range all {
				costs[l] = cost(k.pairP(a, b), 224)
			}
			row(out, costs)
		}
	}
	writeTriples(out, script, letters, all)
	writeWords(out, c, script, languages, number)
	log.Printf("%s: %d letters", script, len(letters))
	return string(letters)
}

// commonWords is the most words kept of a language.
const commonWords = 8000

// writeWords writes the commonest words of each language that hold a letter above
// ASCII, as hashes of the numbers of their letters.
func writeWords(out *bytes.Buffer, c *corpus, script string, languages []string, number map[rune]int) {
	if script != "latin" {
		uvarint(out, 0)
		return
	}
	type entry struct {
		hash     uint32
		language int
		cost     byte
	}
	var all []entry
	for i, l := range languages {
		total := 0.0
		var words []string
		for w, n := range c.words[l] {
			total += weight(n)
			if letters := []rune(w); len(letters) >= 2 && strings.IndexFunc(w, func(r rune) bool { return r >= 0x80 }) >= 0 && known(letters, number) {
				words = append(words, w)
			}
		}
		sort.Slice(words, func(a, b int) bool {
			if c.words[l][words[a]] != c.words[l][words[b]] {
				return c.words[l][words[a]] > c.words[l][words[b]]
			}
			return words[a] < words[b]
		})
		for _, w := range words[:min(len(words), commonWords)] {
			all = append(all, entry{hashWord([]rune(w), number), i, cost(weight(c.words[l][w])/total, 250)})
		}
	}
	sort.Slice(all, func(a, b int) bool {
		if all[a].hash != all[b].hash {
			return all[a].hash < all[b].hash
		}
		return all[a].language < all[b].language
	})
	uvarint(out, len(all))
	last := uint32(0)
	for _, e := range all {
		uvarint(out, int(e.hash-last))
		last = e.hash
	}
	for _, e := range all {
		out.WriteByte(byte(e.language))
	}
	for _, e := range all {
		out.WriteByte(e.cost)
	}
	log.Printf("%s: %d words", script, len(all))
}

func known(word []rune, number map[rune]int) bool {
	for _, r := range word {
		if number[r] == 0 {
			return false
		}
	}
	return true
}

// hashWord is FNV-1a of the numbers of the letters, as in words.go.
func hashWord(word []rune, number map[rune]int) uint32 {
	h := uint32(2166136261)
	for _, r := range word {
		h = (h ^ uint32(number[r])) * 16777619
	}
	return h
}

const none = 255 // marks what a language has nothing of its own to say about

// writeTriples writes what three letters say beyond two, where a letter above ASCII
// is among them and the difference is worth it.
func writeTriples(out *bytes.Buffer, script string, letters []rune, all []*counts) {
	n := len(letters) + 1
	high := func(i int) bool { return i > 0 && letters[i-1] >= 0x80 }
	rows := map[int][]byte{}
	for l, k := range all {
		sums := map[int]float64{}
		for key, v := range k.triple {
			sums[key/n] += v
		}
		for key, v := range k.triple {
			a, b, c := key/n/n, key/n%n, key%n
			if script == "latin" && !high(a) && !high(b) && !high(c) || v < 1.5 {
				continue
			}
			back := k.pairP(b, c)
			sum := sums[key/n]
			p := (v-0.6)/(sum+3) + 3.6/(sum+3)*back
			if math.Abs(math.Log(p/back)) < 0.4 {
				continue
			}
			if rows[key] == nil {
				rows[key] = bytes.Repeat([]byte{none}, len(all))
			}
			rows[key][l] = cost(p, 224)
		}
	}
	var keys []int
	for key := range rows {
		keys = append(keys, key)
	}
	sort.Ints(keys)
	uvarint(out, len(keys))
	last := 0
	for _, key := range keys {
		uvarint(out, key-last)
		last = key
	}
	for _, key := range keys {
		row(out, rows[key])
	}
	log.Printf("%s: %d triples", script, len(keys))
}

// firstLevel returns the characters that the standard of a language has in its
// first level, which are in use even if our texts have none.
func firstLevel(language string) []rune {
	standard := map[string]struct {
		encoding    encoding.Encoding
		first, last byte
	}{"zh_CN": {simplifiedchinese.GBK, 0xB0, 0xD7}, "zh_TW": {traditionalchinese.Big5, 0xA4, 0xC6}, "ja": {japanese.EUCJP, 0xA4, 0xCF}, "ko": {korean.EUCKR, 0xB0, 0xC8}}[language]
	var out []rune
	for lead := int(standard.first); lead <= int(standard.last); lead++ {
		for trail := 0x40; trail < 0xFF; trail++ {
			if trail < 0xA1 && language != "zh_TW" {
				continue
			}
			p, err := standard.encoding.NewDecoder().Bytes([]byte{byte(lead), byte(trail)})
			if r := []rune(string(p)); err == nil && len(r) == 1 && belongs("ideographs", r[0]) {
				out = append(out, r[0])
			}
		}
	}
	return out
}

// writeIdeographs writes how common each character is in each language.
func writeIdeographs(out *bytes.Buffer, c *corpus, languages []string) {
	for _, l := range languages {
		var runes []int
		total := 0.0
		for _, r := range firstLevel(l) {
			c.runes[l][r] += 0.5
		}
		for r, n := range c.runes[l] {
			if belongs("ideographs", r) {
				runes = append(runes, int(r))
				total += n
			}
		}
		sort.Ints(runes)
		uvarint(out, len(runes))
		last := 0
		for _, r := range runes {
			uvarint(out, r-last)
			last = r
		}
		for _, r := range runes {
			out.WriteByte(cost(c.runes[l][rune(r)]/total, 208))
		}
		log.Printf("%s: %d characters, %.0f in all", l, len(runes), total)
	}
}
