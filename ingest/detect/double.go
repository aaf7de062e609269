package detect

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/mojibake"
)

// Doubled is text that was UTF-8 before somebody read it as cp1252 and saved what they
// saw ("cafÃ©"), in UTF-8 or in Result.Charset.
type Doubled struct {
	Layers    int // how often that was done to most such words, 0 to none
	Words, Of int // how many of the words with characters above ASCII it was done to
	// Repair is what repairs all of the text in Python, which names it text; "" if no
	// such call does, as other words are whole or bytes were lost.
	Repair string
}

// some reports whether it is worth telling: hardly any text has such words by
// chance, but one alone may be one.
func (d Doubled) some(distinct int) bool { return d.Words > 0 && (2*d.Words > d.Of || distinct >= 2) }

// doubled looks for words that were encoded twice or three times in the text that an
// input is in a charset.
func doubled(src source, charset string) (Doubled, error) {
	w := wordScan{distinct: map[string]bool{}}
	var err error
	if charset == "utf-8" || charset == "utf-8-sig" {
		err = src.each(w.add)
	} else {
		_, err = decodes(src, charset, w.add)
	}
	if err != nil {
		return Doubled{}, err
	}
	w.end()
	return w.Doubled.withRepair(src, charset, len(w.distinct))
}

// withRepair completes what was counted, which is forgotten if it is not worth telling.
func (d Doubled) withRepair(src source, charset string, distinct int) (Doubled, error) {
	if !d.some(distinct) {
		return Doubled{}, nil
	}
	for _, codec := range []string{"cp1252", "latin-1"} {
		p := newPeels(codec, d.Layers)
		ok, err := decodes(src, charset, p.text)
		if err != nil {
			return Doubled{}, err
		}
		if ok && p.whole() {
			d.Repair = "text" + strings.Repeat(".encode('"+codec+"').decode('utf-8')", d.Layers)
			break
		}
	}
	return d, nil
}

// maxWord bounds the words that are looked at, maxDistinct how many are told apart.
const (
	maxWord     = 4096
	maxDistinct = 2
)

// wordScan counts the words of a text in UTF-8 that have characters above ASCII.
type wordScan struct {
	Doubled
	distinct map[string]bool // those that were encoded twice
	part     []byte          // of a word, in the reads before
	before   mojibake.Text
	run      []rune // of a word, of what may have been encoded twice
	layers   [3]int
}

func (w *wordScan) add(p []byte) {
	for len(p) > 0 {
		n := 0
		for n < len(p) && !delimits(p[n]) {
			n++
		}
		if n == len(p) {
			w.part = append(w.part, p[:min(n, maxWord+1-len(w.part))]...)
			return
		}
		if len(w.part) > 0 {
			w.part = append(w.part, p[:min(n, maxWord+1-len(w.part))]...)
			w.word(w.part, rune(p[n]))
			w.part = w.part[:0]
		} else {
			w.word(p[:n], rune(p[n]))
		}
		p = p[n+1:]
	}
}

// word takes the next word and the character behind it.
func (w *wordScan) word(word []byte, after rune) {
	word = dropMark(word)
	if len(word) == 0 {
		w.before.Add(after)
		return
	}
	if ingest.IsASCII(word) || len(word) > maxWord {
		w.before.End(rune(word[len(word)-1]), after)
		return
	}
	w.Of++
	n := w.repaired(word, after)
	if w.before.Add(after); n == 0 || layersOf(word) == 0 {
		w.layers[0]++
		return
	}
	if w.layers[min(n, 2)]++; len(w.distinct) < maxDistinct {
		w.distinct[string(word)] = true
	}
}

// repaired counts the layers that normalizing takes off a word.
func (w *wordScan) repaired(word []byte, after rune) (layers int) {
	run := w.run[:0]
	for at := 0; at < len(word); {
		r, n := utf8.DecodeRune(word[at:])
		if at += n; mojibake.Byte(r) != 0 {
			run = append(run, r)
			continue
		}
		_, k := w.before.Repair(run, r)
		layers, run = max(layers, k), run[:0]
		w.before.Add(r)
	}
	w.run = run
	_, k := w.before.Repair(run, after)
	return max(layers, k)
}

func (w *wordScan) end() {
	w.word(w.part, 0)
	w.Doubled.count(w.layers)
}

// count sums up words by their layers.
func (d *Doubled) count(layers [3]int) {
	if d.Words = layers[1] + layers[2]; d.Words > 0 {
		d.Layers = 1
	}
	if layers[2] > layers[1] {
		d.Layers = 2
	}
}

// peels are layers that Python is to take off a text, the outermost first.
type peels []peel

// peel is one: the text is encoded, and what comes of it decoded as UTF-8.
type peel struct {
	bytes *[0x2123]byte // for each character, 0 for none
	check utf8Check
	out   []byte
	lost  bool
}

// newPeels takes Windows' extension of cp1252 away, which Python has not.
func newPeels(codec string, layers int) peels {
	table := new([0x2123]byte)
	for c, r := range tableOf(codec) {
		if r != undefined {
			table[r] = byte(c)
		}
	}
	p := make(peels, layers)
	for i := range p {
		p[i].bytes = table
	}
	return p
}

// text takes off the layers of the next part, which is of whole characters.
func (p peels) text(part []byte) {
	if len(p) == 0 || p[0].lost {
		return
	}
	l := &p[0]
	from := len(l.out)
	for len(part) > 0 {
		r, n := utf8.DecodeRune(part)
		part = part[n:]
		if int(r) >= len(l.bytes) || r > 0 && l.bytes[r] == 0 {
			l.lost = true
			return
		}
		l.out = append(l.out, l.bytes[r])
	}
	l.check.add(l.out[from:], 0, false)
	end := len(l.out)
	if l.check.need > 0 {
		end -= int(l.check.taken - l.check.start)
	}
	p[1:].text(l.out[:end])
	l.out = append(l.out[:0], l.out[end:]...)
}

// whole reports whether all of the text came through.
func (p peels) whole() bool {
	for i := range p {
		if c := &p[i].check; p[i].lost || c.bad > 0 || c.need > 0 || c.cesu > 0 {
			return false
		}
	}
	return true
}

// layersOf counts the layers of encoding that can be taken off a word of UTF-8.
func layersOf(word []byte) int {
	n := 0
	for n < 2 {
		var ok bool
		if word, ok = unwrap(word); !ok {
			return n
		}
		n++
	}
	return n
}

// unwrap takes one layer off. ok is false if what is left would not be UTF-8 with
// characters above ASCII.
func unwrap(word []byte) (_ []byte, ok bool) {
	out, back := make([]byte, 0, len(word)), backTo1252()
	for len(word) > 0 {
		r, n := utf8.DecodeRune(word)
		word = word[n:]
		switch {
		case r <= 0xFF: // whatever Latin-1 has, the controls included
			out = append(out, byte(r))
		case int(r) >= len(back) || back[r] == 0:
			return nil, false
		default:
			out = append(out, back[r])
		}
	}
	return out, utf8.Valid(out) && !ingest.IsASCII(out)
}

// String words it for people, what repairs it included.
func (d Doubled) String() string {
	times, through := "twice", "cp1252"
	if strings.Contains(d.Repair, "latin-1") {
		through = "Latin-1"
	}
	if d.Layers > 1 {
		times = "three times"
	}
	repair := "; feedparity normalize --fix-double-encoding repairs them"
	if d.Repair != "" {
		repair = "; in Python, " + d.Repair + " repairs all"
	}
	return fmt.Sprintf("encoded %s: %d of %d words with non-ASCII characters were UTF-8 that somebody read as %s%s", times, d.Words, d.Of, through, repair)
}
