package detect

import (
	"math/bits"
	"slices"
	"strings"
	"unsafe"
)

// A reading is what a span means in one charset, as its cost in each language that
// writes its letters.
type reading struct {
	script    int                // number in model.scripts, signsOnly or ideographs
	costs     [maxLanguages]cost // by language of the script; with signsOnly only the first
	languages int
	least     cost // of costs
}

// The scripts beside those of the model.
const (
	signsOnly    = -1
	ideographSet = -2
)

// Costs beside those that were counted.
const (
	foreignLetter = 60       // a letter of ASCII where no Latin language is meant
	alienCost     = 15 * nat // a letter of no language
	unseenChar    = 13 * nat // an ideograph that no text had
	mixedScripts  = 9 * nat  // letters of two scripts in a word
	besideDigit   = 4 * nat
	besideSign    = 4 * nat
	aloneCost     = 5 * nat // a letter of Latin by itself
	aloneWord     = nat     // that is a word somewhere
	aloneForeign  = 5 * nat // a letter of another script than Latin by itself
	upperAfterLow = 6 * nat
	upperAfterUp  = 10
	lastUpper     = 2 * nat // and more where it ends the word
	lowAfterUpper = 4
	twoCapitals   = 56 // and no more at the start of a word
	firstLetter   = 14 // that is above ASCII and has a case
	diameter      = 48 // what Ø costs less as a sign than as a word
	wordKnown     = 1 * nat
	loneInWord    = 9 * nat // an ideograph with a letter of ASCII at its side
	loneIdeograph = 5 * nat
	loneByDigit   = 1 * nat
	loneAlone     = 2 * nat
	repeatedSign  = 2 * nat
	shapeCost     = nat // a letter of Arabic written as its shape
)

// look returns the script of most of the letters above ASCII, and what letters cost
// that are not of it.
func (m *model) look(text []char) (script int, misfits cost) {
	var count, again [parts]uint16 // all, and what is no evidence of them
	last, run, n, there := rune(-1), 0, len(text), uint16(0)
	for i := range text {
		c := &text[i]
		if c.r != last {
			last, run = c.r, 0
		} else if run++; run > 1 { // see repeats
			again[c.part]++
			n--
		}
		count[c.part%parts]++
		there |= 1 << (c.part % parts)
	}
	script = mainScript(&count, there, text)
	if script == signsOnly {
		return script, 0
	}
	mine := script + 1
	if script == ideographSet {
		mine = partIdeo
	}
	if n < len(text) {
		for i := range again {
			count[i] -= again[i]
		}
	}
	others := n - int(count[partOther]) - int(count[partASCII]) - int(count[mine])
	misfits = cost(others) * alienCost
	if script != 0 {
		misfits += cost(count[partASCII]) * foreignLetter
	}
	return script, misfits
}

// mainScript returns the script that most letters are of; of several the one that was
// the first to have so many. there has a bit for each part.
func mainScript(count *[parts]uint16, there uint16, text []char) int {
	best, even := 0, false
	for there &= 1<<partASCII - 2; there != 0; there &= there - 1 {
		i := bits.TrailingZeros16(there)
		if best == 0 || count[i] >= count[best] {
			best, even = i, best > 0 && count[i] == count[best]
		}
	}
	if even {
		best = firstWith(count[best], text)
	}
	switch ideo := count[partIdeo]; {
	case ideo > 0 && (best == 0 || ideo > count[best]):
		return ideographSet
	case best > 0:
		return best - 1
	case count[partAlien] > 0:
		return 0
	}
	return signsOnly
}

// firstWith returns the part of the script that is the first to have so many letters.
func firstWith(most uint16, text []char) int {
	var count [parts]uint16
	for i := range text {
		part := text[i].part
		if count[part]++; count[part] == most && part != partOther && part < partASCII {
			return int(part)
		}
	}
	return partOther
}

// judge works out the costs of a reading.
func (k *ranking) judge(out *reading, text []char, s *span) {
	k.judgeSigns(out, text, s)
	k.judgeWords(out, text, s)
}

// judgeSigns works out what does not depend on the language, which is the least that
// the reading costs.
func (k *ranking) judgeSigns(out *reading, text []char, s *span) {
	script, misfits := k.m.look(text)
	out.script, out.least = script, misfits+k.m.judgeRules(text, s)
}

// judgeWords adds what each language says.
func (k *ranking) judgeWords(out *reading, text []char, s *span) {
	switch out.script {
	case ideographSet:
		out.languages = len(k.m.ideographs.languages)
		for i := range out.costs[:out.languages] {
			out.costs[i] = out.least
		}
		k.m.judgeIdeographs(out, text)
		out.least = slices.Min(out.costs[:out.languages])
	case signsOnly:
		out.languages = 1
		out.least += k.asciiCost(s)
		out.costs[0] = out.least
	default:
		out.languages = len(k.m.scripts[out.script].languages)
		k.m.judgeLetters(out, text)
	}
}

// add adds a cost in every language.
func (r *reading) add(c cost) {
	for i := range r.costs[:r.languages] {
		r.costs[i] += c
	}
	r.least += c
}

// lanes are the costs of up to forty languages, four to a word so that they are
// added four at a time: those of the languages 0, 2, 4, 6 of each eight in one
// word, those of 1, 3, 5, 7 in the next. A span is too short to overflow them.
type lanes [maxLanguages / 4]uint64

const laneBits = 0x00FF00FF00FF00FF

// add adds a row of costs.
func (l *lanes) add(row []byte) {
	if len(row) == maxLanguages {
		r := (*[maxLanguages]byte)(row)
		a, b, c, d, e := word(r[0:]), word(r[8:]), word(r[16:]), word(r[24:]), word(r[32:])
		l[0] += a & laneBits
		l[1] += a >> 8 & laneBits
		l[2] += b & laneBits
		l[3] += b >> 8 & laneBits
		l[4] += c & laneBits
		l[5] += c >> 8 & laneBits
		l[6] += d & laneBits
		l[7] += d >> 8 & laneBits
		l[8] += e & laneBits
		l[9] += e >> 8 & laneBits
		return
	}
	for i := 0; len(row) >= 8 && i < len(l); i += 2 {
		w := word(row)
		l[i] += w & laneBits
		l[i+1] += w >> 8 & laneBits
		row = row[8:]
	}
}

// spread puts the languages of a script in order, adds a cost in each, and returns the
// least.
func (l *lanes) spread(s *script, out *[maxLanguages]cost, fixed cost) (least cost) {
	return spreadLanes(l, &out[0], s.stride/8, fixed)
}

// spreadLanesPortable is spreadLanes in plain Go, for other processors and as its judge.
func spreadLanesPortable(l *lanes, out *cost, eights int, fixed cost) (least cost) {
	least = 1<<16 - 1
	o := unsafe.Slice(out, eights*8)
	for i := range o {
		c := l.get(byte(i))
		least = min(least, c)
		o[i] = c + fixed
	}
	return least + fixed
}

// laneOf returns where a language's costs are.
func laneOf(language byte) (word, shift int) {
	return int(language/8*2 + language%2), int(language % 8 / 2 * 16)
}

func (l *lanes) get(language byte) cost {
	w, shift := laneOf(language)
	return cost(l[w] >> shift & 0xFFFF)
}

func (l *lanes) set(language byte, c cost) {
	w, shift := laneOf(language)
	l[w] = l[w]&^(0xFFFF<<shift) | uint64(c)<<shift
}

// letters follows the words of a text in one script.
type letters struct {
	*script
	sum, start lanes
	two, one   byte // the letters before
	inside     bool // a word
	near       int  // letters since one above ASCII
	hash       uint32
	high       bool // the word has one
}

func (w *letters) letter(c *char) {
	switch {
	case !w.inside:
		w.start, w.hash, w.high, w.near, w.two, w.one = w.sum, firstHash, false, 3, 0, 0
		if c.r >= 0x80 {
			w.near = 0
		}
		w.sum.add(w.pair(0, c.letter))
	default:
		if w.near++; c.r >= 0x80 {
			w.near = 0
		}
		w.step(c.letter)
	}
	w.high = w.high || c.r >= 0x80
	w.hash = hashLetter(w.hash, c.letter)
	w.two, w.one, w.inside = w.one, c.letter, true
}

// step adds what a letter, or the end of a word, costs after those before. Only
// where one of the three is above ASCII the model knows more than of two.
func (w *letters) step(letter byte) {
	if w.near < 3 {
		w.sum.add(w.triple(w.two, w.one, letter))
	} else {
		w.sum.add(w.pair(w.one, letter))
	}
}

func (w *letters) end() {
	if !w.inside {
		return
	}
	w.near++
	w.step(0)
	w.inside = false
	if w.high {
		w.known()
	}
}

// known lowers the costs of a word in the languages in which it is common.
func (w *letters) known() {
	at := w.hash >> (32 - wordBits)
	for i := int(w.wordFrom[at]); i < int(w.wordFrom[at+1]) && w.words[i] <= w.hash; i++ {
		if w.words[i] < w.hash {
			continue
		}
		l := w.wordOf[i]
		if c := w.start.get(l) + cost(w.wordCost[i]) + wordKnown; c < w.sum.get(l) {
			w.sum.set(l, c)
		}
	}
}

// judgeLetters puts in what each language says of the words.
func (m *model) judgeLetters(out *reading, text []char) {
	w := letters{script: m.script(out.script)}
	mine := byte(out.script + 1)
	for i := range text {
		switch c := &text[i]; {
		case repeats(text, i):
		case c.script == mine:
			w.letter(c)
		default:
			w.end()
		}
	}
	w.end()
	out.least = w.sum.spread(w.script, &out.costs, out.least)
}

// repeats reports whether a character stands for the third time or more: a ruler
// or a filler, whatever it is, and no evidence.
func repeats(text []char, i int) bool {
	return i >= 2 && text[i].r == text[i-1].r && text[i].r == text[i-2].r
}

// judgeIdeographs adds how common each character is in each language.
func (m *model) judgeIdeographs(out *reading, text []char) {
	for at, c := range text {
		if c.kind != ideographic || repeats(text, at) {
			continue
		}
		for i, table := range m.common() {
			if k := table[c.r-ideographBase]; k > 0 {
				out.costs[i] += min(cost(k), 200)
			} else {
				out.costs[i] += m.unseen(i, c.r)
			}
		}
	}
}

// unseen is what a character costs that no text of a language had.
func (m *model) unseen(language int, r rune) cost {
	han, hangul := r >= 0x3400 && r <= 0x9FFF, r >= 0xAC00
	if han && language < 3 || hangul && language == 3 {
		return unseenChar + 8
	}
	return 17 * nat
}

// judgeRules adds what does not depend on the language: signs and where they
// stand, and the cases and neighbours of letters.
func (m *model) judgeRules(text []char, s *span) cost {
	var sum cost
	first, last := &m.ascii[s.prev&0x7F], &m.ascii[s.next&0x7F]
	high := -3 // the last character above ASCII
	for i := range text {
		c := &text[i]
		if c.r >= 0x80 {
			high = i
		} else if i-high > 2 {
			continue
		}
		if i >= 2 && c.kind == lowerCase && text[i-1].kind == upperCase && text[i-2].kind == upperCase && (i == 2 || text[i-3].kind != upperCase) {
			sum += twoCapitals
		}
		if i-high > 1 || repeats(text, i) {
			continue
		}
		before, after := first, last
		if i > 0 {
			before = &text[i-1]
		}
		if i+1 < len(text) {
			after = &text[i+1]
		}
		sum += m.neighbourCost(c, before, after)
		if c.sign > 0 {
			sum += inWord(text, i)
		}
	}
	return sum
}

// neighbourCost is for a character that is above ASCII, or behind one.
func (m *model) neighbourCost(c, before, after *char) (sum cost) {
	if c.r >= 0x80 {
		sum += m.ruleCost(c, before, after)
	}
	switch {
	case c.class != classLetter:
	case before.class == classLetter:
		if sum += caseCost(c.kind, before.kind); c.kind == upperCase && before.kind == lowerCase && after.class != classLetter {
			sum += lastUpper
		}
	case c.r >= 0x80:
		sum += firstCost(c.kind)
	}
	return sum
}

// oneLetterWords are words of French, Italian, Portuguese, Catalan, Irish, Icelandic,
// Scandinavian, Hungarian, Lithuanian, Slavic, Greek and Arabic.
const oneLetterWords = "àáâæåèéêìíòóôöøúőįÀÁÂÆÅÈÉÊÌÍÒÓÔÖØÚŐĮавикосуяєійАВИКОСУЯЄІЙηοήόΗΟΌو"

// ruleCost is for a character above ASCII in its place.
func (m *model) ruleCost(c, before, after *char) cost {
	switch {
	case c.class != classLetter && c.r == before.r:
		return repeatedSign
	case c.class != classLetter:
		return m.signCost(c, before.class, after.class)
	case (c.r == 'Ø' || c.r == 'ø') && before.class == classSpace && after.class&(classDigit|classSpace) != 0:
		return -diameter
	case c.kind == ideographic:
		return loneCost(before, after)
	}
	var sum cost
	if c.r >= presented {
		sum += shapeCost
	}
	if c.script > 1 && (before.r < 0x80 && before.class == classLetter || after.r < 0x80 && after.class == classLetter) {
		sum += mixedScripts
	}
	switch {
	case before.class == classDigit || after.class == classDigit:
		sum += besideDigit
	case before.class == classLetter || after.class == classLetter:
	case before.class == classSpace && after.class == classSpace && strings.ContainsRune(oneLetterWords, c.r):
		sum += aloneWord
	case before.class == classSpace && after.class == classSpace && c.r < 0x250:
		sum += aloneCost
	case before.class == classSpace && after.class == classSpace:
		sum += aloneForeign
	default:
		sum += besideSign
	}
	return sum
}

// loneCost is for an ideograph that stands by itself.
func loneCost(before, after *char) cost {
	ascii := func(c *char, class byte) bool { return c.r < 0x80 && c.class == class }
	switch {
	case before.r >= 0x80 && before.class != classSpace || after.r >= 0x80:
		return 0
	case ascii(before, classDigit) || ascii(after, classDigit):
		return loneByDigit
	case ascii(before, classLetter) || ascii(after, classLetter):
		return loneInWord
	case before.class == classSpace && after.class == classSpace:
		return loneAlone
	}
	return loneIdeograph
}

func caseCost(kind, before byte) cost {
	switch {
	case kind == upperCase && before == lowerCase:
		return upperAfterLow
	case kind == upperCase && before == upperCase:
		return upperAfterUp
	case kind == lowerCase && before == upperCase:
		return lowAfterUpper
	}
	return 0
}

func firstCost(kind byte) cost {
	if kind == upperCase || kind == lowerCase {
		return firstLetter
	}
	return 0
}
