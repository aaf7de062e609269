package detect

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/pycodec"
)

// The languages written in groups of charsets, those after a plus less often. A
// charset reads the others too, but nobody would choose it for them.
const (
	west    = "en de fr es it pt sv da nl fi nb is ca gl eu ga xx"
	east    = "pl cs hu sk hr sl ro sq + de en"
	baltics = "lt lv et + en de"
	turkish = "tr az + en de"
	slavic  = "ru uk bg sr mk be"
	arabic  = "ar fa ur"
	small   = "is sq ga cy mt eo eu gl az xx" // that few feeds are in, whatever the charset
)

// strangers are the languages not written in Latin letters.
const strangers = slavic + " kk el he th zh_CN zh_TW ja ko " + arabic

// charsets are the candidates with how rare each is among suppliers, in nats, and
// the languages it is meant for. Rarity decides where one sign is all there is.
var charsets = []struct {
	name      string
	rarity    float64
	languages string
}{
	{"cp1252", 0, west}, {"iso8859-1", 0.1, west}, {"iso8859-15", 4, west}, {"mac-roman", 4.1, west}, {"cp850", 3.6, west}, {"cp437", 5, west}, {"cp858", 7.2, west},
	{"cp1250", 2.2, east}, {"iso8859-2", 3.2, east}, {"cp852", 4.1, east}, {"mac-latin2", 5, east}, {"iso8859-16", 12.6, east},
	{"cp1251", 2.5, slavic}, {"koi8-r", 4, "ru bg"}, {"koi8-u", 4.7, "uk ru"}, {"iso8859-5", 4.5, slavic}, {"cp866", 4.1, "ru uk bg be"}, {"mac-cyrillic", 5.4, slavic}, {"cp855", 6.3, slavic}, {"cp1125", 5.8, "uk ru"},
	{"cp1253", 2.9, "el + en"}, {"iso8859-7", 3.8, "el + en"}, {"cp737", 5.2, "el + en"}, {"cp869", 6.1, "el + en"}, {"mac-greek", 6.8, "el + en"},
	{"cp1254", 2.7, turkish}, {"iso8859-9", 3.1, turkish}, {"cp857", 5.6, turkish}, {"mac-turkish", 6.8, turkish},
	{"cp1255", 3.4, "he + en"}, {"iso8859-8", 4.5, "he + en"}, {"cp862", 5.2, "he + en"}, {"cp1256", 3.1, arabic + " + en"}, {"iso8859-6", 4.5, "ar"}, {"cp720", 6.3, "ar fa"}, {"cp864", 9, "ar"},
	{"cp1257", 2.9, baltics}, {"iso8859-13", 3.8, baltics}, {"cp775", 5.2, baltics}, {"iso8859-4", 5.9, baltics}, {"iso8859-10", 6.7, "is nb sv fi et lt lv"},
	{"cp1258", 4.9, "vi + en"}, {"cp874", 3.1, "th + en"}, {"iso8859-3", 6.7, "mt eo tr + en"}, {"iso8859-14", 6.7, "ga cy + en"},
	{"cp860", 6.3, "pt"}, {"cp861", 6.3, "is"}, {"cp863", 6.3, "fr"}, {"cp865", 5.9, "nb da sv"}, {"mac-iceland", 7.2, "is"}, {"kz1048", 6.3, "kk ru"}, {"ptcp154", 7.2, "kk ru"},
	{"gb18030", 2.5, "zh_CN"}, {"cp950", 2.9, "zh_TW"}, {"big5", 5.4, "zh_TW"}, {"big5hkscs", 5.4, "zh_TW"}, {"cp932", 2.7, "ja"}, {"euc_jp", 3.6, "ja"}, {"cp949", 2.7, "ko"}, {"johab", 6.3, "ko"},
}

// candidate is one charset with its table, as the scorer needs it.
type candidate struct {
	name  string
	prior cost
	*nativeWeights
	tones    bool // letters are followed by their tone marks
	unspoken cost // of a charset for other letters than Latin, where no letter tells why anybody chose it
	table    *[256]rune
	chars    *[256]char            // of table
	quotes   [5]byte               // what « » “ ” „ are in table, 0 for none
	multi    func() *pycodec.Codec // where a character may have more bytes; its table is read when asked for
	shape    *shape                // of multi, nil if it is not known
}

// nativeWeights is how much a charset is meant for each language; those that are meant
// for the same share one.
type nativeWeights struct {
	native  []float32
	latins  int     // of them are of Latin letters, the first
	strange float32 // sum of the others
}

// Weights of languages that a charset is not meant for in the first place: those
// after the plus, others in the letters of one that it is meant for, and others.
const (
	guestLanguage   = 0.3
	strangeLanguage = 0.04
	strangeScript   = 0.004
	smallLanguage   = 0.2 // times one of these
)

// weights weighs the languages of the model by those that a charset is meant for.
func (m *model) weights(languages string) *nativeWeights {
	meant, guests, _ := strings.Cut(languages, "+")
	fields, rest, few := strings.Fields(meant), strings.Fields(guests), strings.Fields(small)
	out := make([]float32, len(m.languages))
	set := func(first, n int) {
		weight := float32(strangeScript)
		for _, l := range m.languages[first : first+n] {
			if first == 0 || slices.Contains(fields, l) { // signs stand among Latin letters everywhere
				weight = strangeLanguage
			}
		}
		for i := first; i < first+n; i++ {
			switch out[i] = weight; {
			case slices.Contains(fields, m.languages[i]):
				out[i] = 1
			case slices.Contains(rest, m.languages[i]):
				out[i] = guestLanguage
			}
			if slices.Contains(few, m.languages[i]) {
				out[i] *= smallLanguage
			}
		}
	}
	for _, s := range m.scripts {
		set(s.first, len(s.languages))
	}
	set(m.ideographs.first, len(m.ideographs.languages))
	w := &nativeWeights{native: out, latins: len(m.scripts[0].languages)}
	for _, strange := range out[w.latins:] {
		w.strange += strange
	}
	return w
}

// rankable are charsets with their tables, the least rare first, made when first
// needed.
var rankable = sync.OnceValue(func() []*candidate {
	var out []*candidate
	for _, c := range charsets {
		n := newCandidate(c.name, c.rarity, c.languages)
		if n == nil {
			continue
		}
		if i := slices.IndexFunc(out, func(o *candidate) bool { return slices.Equal(o.native, n.native) }); i >= 0 {
			n.nativeWeights = out[i].nativeWeights
		}
		out = append(out, n)
	}
	slices.SortStableFunc(out, func(a, b *candidate) int { return cmp.Compare(a.prior, b.prior) })
	return out
})

// newCandidate returns nil for a charset that is not read character by character.
func newCandidate(name string, rarity float64, languages string) *candidate {
	m := theModel()
	n := &candidate{name: name, prior: cost(rarity * float64(nat)), nativeWeights: m.weights(languages), tones: name == "cp1258", shape: shapes[name]}
	if strings.Contains(strangers, strings.Fields(languages)[0]) {
		n.unspoken = 4 * nat
		if strings.HasPrefix(name, "cp125") {
			n.unspoken = 5 * nat / 2
		}
	}
	n.multi = sync.OnceValue(func() *pycodec.Codec {
		if c, fault, err := pycodec.Lookup(ingest.Python313, name); err == nil && fault == nil && c.Characters() {
			return c
		}
		return nil
	})
	if n.shape != nil {
		return n
	}
	if n.table = tableOf(name); n.table != nil {
		n.chars, n.multi = new([256]char), nil
		for i, r := range n.table {
			n.chars[i] = char{r, m.glyph(r)}
		}
		n.greekSigns(m)
		for i, r := range []rune("«»“”„") {
			n.quotes[i] = byte(max(0, slices.Index(n.table[:], r)))
		}
	} else if n.multi() == nil {
		return nil
	}
	return n
}

// greekSigns makes signs of the Greek letters of a charset that has too few to write
// Greek, such as cp437.
func (c *candidate) greekSigns(m *model) {
	var at []int
	for i, r := range c.table {
		if r >= 0x391 && r <= 0x3C9 {
			at = append(at, i)
		}
	}
	if len(at) > 20 {
		return
	}
	for _, i := range at {
		c.chars[i].glyph = glyph{class: classOther, sign: m.signOf['Ω']}
	}
}

// byteMeanings are the tables of charsets by byte, so that what one byte means in all
// is together.
type byteMeanings struct {
	list  []*candidate
	runes [256][]rune // nothing for charsets without a table
	none  [256]uint64 // a bit for each charset that the byte means nothing in
	sums  []uint64    // of no byte: what tells charsets without a table apart
}

// meanings are those of rankable.
var meanings = sync.OnceValue(func() *byteMeanings {
	m := &byteMeanings{list: rankable()}
	for _, c := range m.list {
		m.sums = append(m.sums, c.hash(nil))
	}
	for b := range m.runes {
		m.runes[b] = make([]rune, len(m.list))
		for i, c := range m.list {
			if c.table == nil {
				continue
			}
			if m.runes[b][i] = c.table[b]; c.table[b] == undefined {
				m.none[b] |= 1 << i
			}
		}
	}
	return m
})

// The factors of the sums by which charsets are compared.
const (
	firstFactor uint64 = 0x9E3779B97F4A7C15
	nextFactor  uint64 = 0xBF58476D1CE4E5B8 // more than the one before
)

// sum sums up, for each charset, what some bytes mean in it.
func (m *byteMeanings) sum(sums *[64]uint64, present []byte) {
	out := sums[:len(m.list)]
	copy(out, m.sums)
	factor := firstFactor
	for _, b := range present {
		for i, r := range m.runes[b][:len(out)] {
			out[i] += uint64(r) * factor
		}
		factor += nextFactor
	}
}

// undefined returns a bit for each charset in which one of some bytes means nothing.
func (m *byteMeanings) undefined(bytes []byte) (none uint64) {
	for _, b := range bytes {
		none |= m.none[b]
	}
	return none
}

// hash is sum for one charset.
func (c *candidate) hash(present []byte) (h uint64) {
	if c.table == nil {
		return uint64(c.prior)
	}
	factor := firstFactor
	for _, b := range present {
		h += uint64(c.table[b]) * factor
		factor += nextFactor
	}
	return h
}

// unheard is how rare a charset is that only the supplier names.
const unheard = 6

// candidatesFor returns the candidates, and what the supplier names beside them.
func candidatesFor(o Options) []*candidate {
	out := rankable()
	for _, name := range []string{o.Declared, o.History} {
		if name != "" && !slices.ContainsFunc(out, func(c *candidate) bool { return c.name == name }) && readsASCII(name) {
			if c := newCandidate(name, unheard, strings.Join(theModel().languages, " ")); c != nil {
				out = append(slices.Clip(out), c)
			}
		}
	}
	return out
}

// char is a character of a reading.
type char struct {
	r rune
	glyph
}

// read appends to dst the span's characters. ok is false if it is malformed; an
// incomplete character at the end of a span that was cut is left out.
func (c *candidate) read(dst []char, s *span, k *ranking) (_ []char, ok bool) {
	if c.table != nil {
		dst = slices.Grow(dst, len(s.raw))[:len(s.raw)]
		for i, b := range s.raw {
			dst[i] = c.chars[b]
		}
		if c.tones {
			dst = composeTones(dst, k.m)
		}
		return dst, true
	}
	if c.multi == nil {
		return k.m.readUTF8(dst, s.raw)
	}
	if c.shape != nil && !c.shape.fits(s) {
		return dst, false
	}
	if k.raw, ok = c.decode(k.raw[:0], s); !ok {
		return dst, false
	}
	return k.m.readUTF8(dst, k.raw)
}

// decode appends to dst a span's text in UTF-8, as read reads it, in a charset where a
// character may have more bytes.
func (c *candidate) decode(dst []byte, s *span) (_ []byte, ok bool) {
	codec := c.multi()
	for p := s.raw; len(p) > 0; {
		n := 0
		if dst, n = codec.Common(dst, p); n == 0 && p[0] < utf8.RuneSelf {
			dst, n = append(dst, p[0]), 1
		} else if n == 0 {
			bad := ""
			if dst, n, bad = codec.First(dst, p); bad != "" {
				return dst, s.cut && n > len(p)
			}
		}
		p = p[n:]
	}
	return dst, true
}

// defines reports whether all of some bytes mean something in a charset of single bytes;
// of one of more bytes to a character, reading it tells.
func (c *candidate) defines(raw []byte) bool { return c.table == nil || definesAll(c.table, raw) }

// readUTF8 is read where the charset is UTF-8.
func (m *model) readUTF8(dst []char, p []byte) (_ []char, ok bool) {
	for len(p) > 0 {
		r, n := rune(p[0]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRune(p)
		}
		if r == utf8.RuneError && n == 1 {
			return dst, false
		}
		dst, p = append(dst, char{r, m.glyph(r)}), p[n:]
	}
	return dst, true
}

// toned are the letters of Vietnamese that cp1258 writes with a tone mark behind
// them, and tones the marks, in the order of the composed letters below.
const (
	toned    = "aăâeêioôơuưyAĂÂEÊIOÔƠUƯY"
	tones    = "\u0300\u0301\u0303\u0309\u0323"
	composed = "àáãảạằắẵẳặầấẫẩậèéẽẻẹềếễểệìíĩỉịòóõỏọồốỗổộờớỡởợùúũủụừứữửựỳýỹỷỵÀÁÃẢẠẰẮẴẲẶẦẤẪẨẬÈÉẼẺẸỀẾỄỂỆÌÍĨỈỊÒÓÕỎỌỒỐỖỔỘỜỚỠỞỢÙÚŨỦỤỪỨỮỬỰỲÝỸỶỴ"
)

var composition = sync.OnceValue(func() map[[2]rune]rune {
	m := map[[2]rune]rune{}
	all := []rune(composed)
	for i, base := range []rune(toned) {
		for j, mark := range []rune(tones) {
			m[[2]rune{base, mark}] = all[i*5+j]
		}
	}
	return m
})

// composeTones joins tone marks to the letter before them, as the model has them.
func composeTones(text []char, m *model) []char {
	out := text[:0]
	for _, c := range text {
		if n := len(out); n > 0 && c.r >= 0x300 && c.r < 0x370 {
			if r, ok := composition()[[2]rune{out[n-1].r, c.r}]; ok {
				out[n-1] = char{r, m.glyph(r)}
				continue
			}
		}
		out = append(out, c)
	}
	return out
}
