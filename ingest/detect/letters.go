package detect

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"
)

// A charset of an alphabet is judged by how its reading of the sample would look to
// a person: letters should be ones that a single language of its region uses, in
// places and cases where letters stand, and symbols should stand where symbols do.
// Each oddity costs points. "ksi¹¿ka" costs two under cp1252 and nothing under
// cp1250.

// alphabets are the non-ASCII lower-case letters of the languages written in a
// group of charsets, loans in everyday use included.
var alphabets = map[string][]string{
	"western": {
		"àâæçéèêëîïôœùûüÿñ", "äöüßéèàç", "áéíóúüñçàèòï", "áàâãçéêíóôõúü", "àèéìíòóù", "éëïöüèêáóíçà", // fr de es/ca pt it nl
		"æøåéèôäöü", "åäöéàü", "äöåéšž", "áðéíóúýþæö", "áéíóúàèç", "éèêçüöñ", // da/no sv fi is ga/en en
	},
	"central": {
		"ąćęłńóśźż", "áčďéěíňóřšťúůýžöü", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "ăâîșțşţé", "čćđšžéö", // pl cs sk hu ro hr/sl
	},
	"turkish": {"çğıöşüâîûİ"},
	"baltic":  {"āčēģīķļņšūžō", "ąčęėįšųūž", "äöõüšž"}, // lv lt et

	"cyrillic": {"абвгдежзийклмнопрстуфхцчшщъыьэюяё", "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя", "абвгдежзийклмнопрстуфхцчшщъьюя", "абвгдђежзијклљмнњопрстћуфхцчџш"}, // ru uk bg sr
	"greek":    {"αβγδεζηθικλμνξοπρστυφχψωςάέήίόύώϊϋΐΰ"},
	"arabic":   {"ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىيپچژگ"},
}

// spoken are the charsets that are read, with what they cost before the first
// byte: the rarer one is among suppliers, the more must speak for it.
var spoken = []struct {
	charset, group string
	prior          float64
}{
	{"iso8859-1", "western", 0}, {"cp1252", "western", 0.1}, {"cp1250", "central", 2}, {"iso8859-2", "central", 2.5},
	{"cp1254", "turkish", 2.6}, {"cp1257", "baltic", 3}, {"mac-roman", "western", 3.5}, {"cp850", "western", 4}, {"cp852", "central", 4.5},
	{"cp1251", "cyrillic", 2}, {"koi8-r", "cyrillic", 3}, {"iso8859-5", "cyrillic", 3.5}, {"cp866", "cyrillic", 4},
	{"cp1253", "greek", 2.5}, {"iso8859-7", "greek", 3}, {"cp1256", "arabic", 2.5}, {"iso8859-6", "arabic", 3},
}

// isSpoken reports whether a charset is judged by its reading, so that saintfish
// has nothing to add.
func isSpoken(charset string) bool {
	for _, l := range spoken {
		if l.charset == charset {
			return true
		}
	}
	return charset == "iso8859-9" || charset == "iso8859-15"
}

// symbols that suppliers write, by where they may stand: joining two letters, or
// only beside digits, blanks and the cell's end.
const (
	joiners = "’‘'·–—®™\u00a0\u00ad"
	marks   = "£€¥$¢°º²³µ½¼¾×±“”„«»‚…•§©®™´¿¡ª–—’‘÷†·\u00a0\u00ad"
)

// readings returns the charsets whose reading of the sample is complete, best
// first; costs turn into confidence by how much better one is than the others.
func readings(sample []byte) []Candidate {
	var out []Candidate
	var costs []float64
	add := func(charset, why string, cost float64) {
		out = append(out, Candidate{Charset: charset, Why: why})
		costs = append(costs, cost)
	}
	for _, l := range spoken {
		if cost, ok := reading(sample, tableOf(l.charset), alphabets[l.group]); ok {
			add(l.charset, fmt.Sprintf("its reading as %s text has %.0f oddities", l.group, cost), cost+l.prior)
		}
	}
	for _, p := range pairCharsets() {
		if cost, ok := p.pairs(sample); ok {
			add(p.charset, p.why(cost), cost+p.prior)
		}
	}
	if len(out) == 0 {
		return nil
	}
	best := slices.Min(costs)
	var sum float64
	for _, c := range costs {
		sum += math.Exp(best - c)
	}
	for i := range out {
		// Even a flawless reading is a guess; a bad one is a bad guess.
		out[i].Confidence = math.Exp(best-costs[i]) / sum * 0.95 * plausible(best, sample)
	}
	sortCandidates(out)
	return out
}

// plausible falls from 1 to 0 the more oddities there are per byte above 0x7F.
func plausible(cost float64, sample []byte) float64 {
	high := 0
	for _, c := range sample {
		if c >= 0x80 {
			high++
		}
	}
	return max(0, 1-cost/float64(high+4))
}

// reading sums the oddities of a sample under a table, for the alphabet that fits
// best. A letter from another alphabet of the group costs half: lists of names
// mix languages. ok is false if a byte is undefined.
func reading(sample []byte, t *[256]rune, languages []string) (cost float64, ok bool) {
	all := strings.Join(languages, "")
	foreign := make([]float64, len(languages))
	for i, c := range sample {
		if c < 0x80 {
			continue
		}
		r := t[c]
		if r == undefined {
			return 0, false
		}
		prev, next := neighbour(sample, t, i-1), neighbour(sample, t, i+1)
		if !unicode.IsLetter(r) || strings.ContainsRune("ºª", r) {
			cost += symbolCost(r, prev, next)
			continue
		}
		cost += letterCost(r, prev, next)
		low := unicode.ToLower(r)
		if !strings.ContainsRune(all, low) {
			cost++
			continue
		}
		for k, a := range languages {
			if !strings.ContainsRune(a, low) {
				foreign[k] += 0.5
			}
		}
	}
	least := math.Inf(1)
	for _, f := range foreign {
		least = min(least, f)
	}
	return cost + least, true
}

func neighbour(sample []byte, t *[256]rune, i int) rune {
	if i < 0 || i >= len(sample) {
		return '\n'
	}
	return t[sample[i]]
}

// letterCost is for a letter's place: beside a digit, alone, or upper case after
// lower case.
func letterCost(r, prev, next rune) float64 {
	switch {
	case unicode.IsDigit(prev) || unicode.IsDigit(next):
		return 1
	case unicode.IsUpper(r) && unicode.IsLower(prev):
		return 1
	case unicode.IsLower(r) && unicode.IsUpper(prev) && unicode.IsUpper(next):
		return 1
	case r > 0x24F && (latinLetter(prev) || latinLetter(next)): // two scripts in a word
		return 2
	case !unicode.IsLetter(prev) && !unicode.IsLetter(next):
		return 0.6
	}
	return 0
}

func latinLetter(r rune) bool { return r < 0x250 && unicode.IsLetter(r) }

// symbolCost is for what is no letter: controls, box drawing, rare signs, and
// signs in the middle of a word.
func symbolCost(r, prev, next rune) float64 {
	switch {
	case unicode.IsControl(r):
		return 4
	case r >= 0x2500 && r < 0x2600 || r >= 0xE000 && r < 0xF900:
		return 3
	case !strings.ContainsRune(marks, r):
		return 1.5
	case unicode.IsLetter(prev) && unicode.IsLetter(next) && !strings.ContainsRune(joiners, r):
		return 1.5
	case strings.ContainsRune("¿¡", r) && (unicode.IsLetter(prev) || prev >= 0x80): // they open a sentence
		return 1.5
	}
	return 0
}
