package main

import (
	_ "embed"
	"fmt"
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// freshSet is the name of the set built here.
const freshSet = "fresh"

// Files are built for every language, encoding, size and number of non-ASCII
// characters (words, where the script is not Latin).
var (
	sizes   = []int{200, 2000, 20_000}
	classes = []string{"1", "3", "10", "dense"}
)

const (
	westernEncodings = "utf-8 cp1252 iso8859-1 iso8859-15 mac-roman cp850 cp437 utf-16-le"
	centralEncodings = "utf-8 cp1250 iso8859-2 cp852 mac-latin2 utf-16-le"
)

// encodings are those that feeds of a language come in.
var encodings = map[string]string{
	"sym": westernEncodings + " utf-8-sig utf-16 utf-16-be cp1250 cp1251 cp1254",
	"de":  westernEncodings, "fr": westernEncodings + " utf-8-sig utf-16", "es": westernEncodings, "it": westernEncodings, "pt": westernEncodings, "sv": westernEncodings,
	"da": westernEncodings, "nl": westernEncodings, "fi": westernEncodings, "nb": westernEncodings,
	"pl": centralEncodings, "cs": centralEncodings, "hu": centralEncodings, "sk": centralEncodings, "hr": centralEncodings, "sl": centralEncodings, "ro": centralEncodings,
	"ru": "utf-8 cp1251 koi8-r iso8859-5 cp866 mac-cyrillic cp855 utf-16-le", "uk": "utf-8 cp1251 koi8-u iso8859-5 cp1125 mac-cyrillic utf-16-le", "bg": "utf-8 cp1251 koi8-r iso8859-5 cp866 mac-cyrillic utf-16-le",
	"el": "utf-8 cp1253 iso8859-7 cp737 cp869 utf-16-le", "tr": "utf-8 cp1254 iso8859-9 cp857 utf-16-le", "he": "utf-8 cp1255 iso8859-8 cp862 utf-16-le", "ar": "utf-8 cp1256 iso8859-6 utf-16-le",
	"lt": "utf-8 cp1257 iso8859-13 cp775 utf-16-le", "lv": "utf-8 cp1257 iso8859-13 cp775 utf-16-le", "et": "utf-8 cp1257 iso8859-13 utf-16-le", "vi": "utf-8 cp1258 utf-16-le", "th": "utf-8 cp874 utf-16-le",
	"zh_CN": "utf-8 gb18030 utf-16-le", "zh_TW": "utf-8 cp950 utf-16-le", "ja": "utf-8 cp932 euc_jp iso2022_jp utf-16-le", "ko": "utf-8 cp949 johab utf-16-le",
}

//go:embed words.txt
var wordList string

// filler are words for the rest of a file.
var filler = strings.Fields("Steel Screw Bolt Hex Nut Washer LED Bulb Lamp Garden Hose Paint White Black Blue Shelf Chair Table Bed Candle Towel Kettle Iron Headphones Charger Leather " +
	"Plastic Toy Case Cable USB Adapter Filter Pump Valve Pipe Bracket Hinge Drill Hammer Saw Glue Tape Box Set of Large Small Medium Kids Cotton Wool Shirt Jacket Shoes Gloves Bag " +
	"Watch Mug Plate Bowl Fork Knife Pan Lid Rack Stand Holder Cover Mat Curtain Pillow Heavy Duty Premium Classic Standard Replacement with for and in Waterproof Wireless Battery")

// marks are what feeds hold above ASCII beside words: each a few ways to write it.
var marks = [][]string{{"£12.50", "£3", "(£)"}, {"€9", "12 €"}, {"Velcro®", "Lycra®"}, {"FlexGrip™", "ProLine™"}, {"Men’s", "Kid’s", "don’t"}, {"10 – 20 cm", "S – XL", "2–4"},
	{"12\u00a0mm", "5\u00a0kg"}, {"60°C", "90°", "20 °C"}, {"½ in", "1½"}, {"10 m²", "2.5mm²"}, {"5 m³"}, {"50 µm", "10µF"}, {"±5%"}, {"4×6", "10 × 20"}, {"Ø12", "Ø 8mm"}, {"“Deluxe”"},
	{"and more…"}, {"©2019"}, {"Café", "Décor", "Crème"}, {"Jalapeño"}, {"Müsli", "Zürich"}, {"Köln", "Böhm"}, {"Åhléns"}, {"Façade"}, {"• light"}, {"Weiß"}, {"Bjørn"}}

// buildFresh builds the set in memory by a seed, for the languages given or for all.
func buildFresh(wordsDir string, seed uint64, languages ...string) (out []file, err error) {
	words := map[string][]string{}
	for line := range strings.Lines(wordList) {
		f := strings.Fields(line)
		words[f[0]] = f[1:]
	}
	if wordsDir != "" {
		if words, err = fakerWords(wordsDir); err != nil {
			return nil, err
		}
	}
	if len(languages) == 0 {
		languages = slices.Sorted(maps.Keys(encodings))
	}
	for _, language := range languages {
		for _, encoding := range strings.Fields(encodings[language]) {
			e, err := newEncoder(encoding)
			if err != nil {
				return nil, err
			}
			b := builder{language: language, encoder: e, words: words[language], seed: seed}
			out = append(out, b.all()...)
		}
	}
	return out, nil
}

// writeFresh writes the files that are only in memory to a folder, where other programs
// find them.
func writeFresh(dir string, files []file) error {
	for i := range files {
		if files[i].set != freshSet && files[i].set != naturalSet {
			continue
		}
		files[i].path = filepath.Join(dir, files[i].path)
		if err := os.WriteFile(files[i].path, files[i].data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// builder makes the files of one language in one encoding.
type builder struct {
	language string
	encoder  *encoder
	words    []string
	seed     uint64
	rng      *rand.Rand
}

func (b *builder) all() []file {
	var out []file
	for _, size := range sizes {
		for _, class := range classes {
			for i := range 2 {
				name := fmt.Sprintf("%s-%s-%d-%s-%d.csv", b.language, b.encoder.name, size, class, i)
				h := fnv.New64a()
				h.Write([]byte(name))
				b.rng = rand.New(rand.NewPCG(h.Sum64(), b.seed))
				text := b.text(size, class, i == 1)
				data, ok := b.encoder.encode(text)
				if !ok || !high(text) {
					continue
				}
				out = append(out, file{path: name, set: freshSet, truth: b.encoder.name, language: b.language, size: int64(len(data)), class: class, data: data})
			}
		}
	}
	return out
}

func high(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }) >= 0
}

// text makes a CSV file with the wanted number of non-ASCII characters, its other
// words English or of the language.
func (b *builder) text(size int, class string, native bool) string {
	delimiter := pick(b.rng, []string{",", ",", ";", "\t", "|"})
	eol := pick(b.rng, []string{"\r\n", "\n"})
	insert := b.insert(class)
	out := []string{strings.Join([]string{"sku", "name", "qty", "price", "description"}, delimiter)}
	length := len(out[0])
	for _, w := range insert {
		length += len(w)
	}
	var rows [][]string
	for len(rows) < 2 || length < size/b.encoder.width {
		row := []string{fmt.Sprintf("SKU-%d", b.rng.IntN(1_000_000)), b.phrase(class, native, 3), fmt.Sprint(b.rng.IntN(500)), fmt.Sprintf("%d.%02d", b.rng.IntN(300), b.rng.IntN(100)), b.phrase(class, native, b.rng.IntN(6))}
		rows = append(rows, row)
		for _, c := range row {
			length += len(c) + 1
		}
	}
	for _, w := range insert {
		row := rows[b.rng.IntN(len(rows))]
		k := pick(b.rng, []int{1, 4})
		parts := append(strings.Fields(row[k]), w)
		b.rng.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
		row[k] = strings.Join(parts, " ")
	}
	for _, row := range rows {
		out = append(out, strings.Join(row, delimiter))
	}
	return strings.Join(out, eol) + eol
}

// insert chooses the words with non-ASCII characters.
func (b *builder) insert(class string) []string {
	want := map[string]int{"1": 1, "3": 3, "10": 10}[class]
	var out []string
	for tries := 0; want > 0 && tries < 4000; tries++ {
		w := b.word()
		n := 0
		for _, r := range w {
			if r >= utf8.RuneSelf {
				n++
			}
		}
		if n == 0 || latin(w) && n > want || !b.encoder.can(w) {
			continue
		}
		if !latin(w) {
			n = 1
		}
		want -= n
		out = append(out, w)
	}
	return out
}

func latin(w string) bool {
	return strings.IndexFunc(w, func(r rune) bool { return unicode.IsLetter(r) && !unicode.Is(unicode.Latin, r) }) < 0
}

func (b *builder) word() string {
	if b.language == "sym" {
		return pick(b.rng, pick(b.rng, marks))
	}
	return pick(b.rng, b.words)
}

// phrase makes a cell of n words or so.
func (b *builder) phrase(class string, native bool, n int) string {
	var out []string
	for range n {
		w := pick(b.rng, filler)
		if class == "dense" && b.rng.IntN(2) == 0 || native && b.language != "sym" {
			if v := b.word(); b.encoder.can(v) && (class == "dense" || !high(v)) {
				w = v
			}
		}
		out = append(out, w)
	}
	return strings.Join(out, " ")
}

func pick[T any](rng *rand.Rand, list []T) T { return list[rng.IntN(len(list))] }
