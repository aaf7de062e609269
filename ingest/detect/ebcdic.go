package detect

import (
	"bytes"
	"cmp"
	"fmt"
	"math"
	"slices"
)

// ebcdics are IBM's charsets of mainframes, the commonest first, each a nat rarer than
// the one before. They differ in a dozen signs.
var ebcdics = []string{"cp037", "cp500", "cp1140"}

// bcd is one of ebcdics for an input.
type bcd struct {
	name string
	text []rune  // of each byte that the input has
	odd  int     // bytes of the head that are no letters, digits or signs of everyday use
	far  int     // those, and those above ASCII
	cost float64 // nats
}

// byEBCDIC answers for text of a mainframe: nearly all its bytes are letters, digits,
// blanks and separators of EBCDIC, and it has none of the line ends and blanks of ASCII.
func byEBCDIC(src source, st *stats, o Options) (Result, bool, error) {
	if !looksBCD(st) {
		return Result{}, false, nil
	}
	var all []bcd
	for i, name := range ebcdics {
		b := newBCD(name, st.head)
		b.cost += float64(i) - float64(known(name, o))/float64(nat)
		all = append(all, b)
	}
	if b := slices.MinFunc(all, func(a, b bcd) int { return cmp.Compare(a.odd, b.odd) }); b.odd*16 > len(st.head) || b.far*4 > len(st.head) {
		return Result{}, false, nil
	}
	var present [256]bool
	err := src.each(func(p []byte) {
		for _, c := range p {
			present[c] = true
		}
	})
	if err != nil {
		return Result{}, false, err
	}
	for i := range all {
		all[i].reads(&present)
	}
	slices.SortStableFunc(all, func(a, b bcd) int { return cmp.Compare(a.cost, b.cost) })
	return ofBCD(all, len(st.head)), true, nil
}

// looksBCD looks for what EBCDIC has above ASCII: letters and digits, a tenth at least,
// and with the blanks, which are low, a half; and for its comma, semicolon, or blank.
func looksBCD(st *stats) bool {
	size := len(st.head)
	if size < 8 || bytes.ContainsAny(st.head, "\n ") || !bytes.ContainsAny(st.head, "@k^") { // what most have comes early
		return false
	}
	high := int(survey(st.head).high)
	return 10*high >= size && 2*(high+bytes.Count(st.head, []byte{'@'})) >= size
}

// ofBCD words the ranking of charsets of mainframes.
func ofBCD(all []bcd, size int) Result {
	best := all[0]
	other := slices.IndexFunc(all, func(b bcd) bool { return !slices.Equal(b.text, best.text) })
	right := 0.97
	r := result(best.name, right, fmt.Sprintf("reads as EBCDIC: %d of the first %d bytes would be odd", best.odd, size))
	if other >= 0 {
		r.Margin = max(all[other].cost-best.cost, 0)
		right = min(right, confidence(r.Margin))
		r.Why += fmt.Sprintf("; %s, %.1f nats likelier than as %s", best.differs(all[other]), r.Margin, all[other].name)
	}
	r.Confidence, r.Candidates[0] = right, Candidate{best.name, right, r.Why, true}
	sum := 0.0 // at least 1, of the runner-up
	for _, b := range all[1:] {
		if !slices.Equal(b.text, best.text) {
			sum += math.Exp(best.cost + r.Margin - b.cost)
		}
	}
	for _, b := range all[1:] {
		c := Candidate{Charset: b.name, Confidence: right, Why: "gives the same text", Same: slices.Equal(b.text, best.text)}
		if !c.Same {
			c.Confidence = (1 - right) * math.Exp(best.cost+r.Margin-b.cost) / sum
			c.Why = fmt.Sprintf("%.1f nats behind, %s", b.cost-best.cost, b.differs(best))
		}
		r.Candidates = append(r.Candidates, c)
	}
	return r
}

// differs says which signs of an input are others in another charset.
func (b bcd) differs(other bcd) string {
	var own, others []rune
	for i, r := range b.text {
		if r != other.text[i] {
			own, others = append(own, r), append(others, other.text[i])
		}
	}
	return fmt.Sprintf("has %q for %q", string(own), string(others))
}

// newBCD weighs the head of an input as a charset of mainframes.
func newBCD(name string, head []byte) bcd {
	b := bcd{name: name, text: make([]rune, 256)}
	table := tableOf(name)
	for i := range b.text {
		b.text[i] = table[i]
	}
	counts := [256]int{}
	for _, c := range head {
		counts[c]++
	}
	lines := max(counts[0x15], counts[0x25], counts[0x0D], 1)
	for c, n := range counts {
		if r := b.text[c]; r >= 0x80 && r != 0x85 || oddBCD(r) {
			b.far += n
		}
		switch r := b.text[c]; {
		case n == 0:
		case r == '[' || r == ']' || r == '!':
			b.cost += float64(n)
		case r == '|':
			if 2*n < lines || n < 3 { // else it delimits
				b.cost += 3 * float64(n)
			}
		case r == '¤':
			b.cost += 10 * float64(n) // where another has the euro
		case r != '£' && r != '€' && oddBCD(r):
			b.odd += n
			b.cost += 4 * float64(n)
		}
	}
	return b
}

// oddBCD reports whether a sign is seldom written, and no letter of Western languages.
func oddBCD(r rune) bool {
	switch r {
	case '\n', '\r', 0x85, '\t':
		return false
	case '^', '`', '~', '{', '}':
		return true
	}
	return (r < ' ' || r >= 0x7F) && (classOf(r) != classLetter || r >= 0x180)
}

// reads keeps only what the bytes are that the input has.
func (b *bcd) reads(present *[256]bool) {
	text := b.text[:0]
	for c, r := range b.text {
		if present[c] {
			text = append(text, r)
		}
	}
	b.text = text
}
