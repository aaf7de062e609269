package detect

import "strings"

// symbols are the signs above ASCII with their cost in sixteenths of a nat, and
// where they stand: pairs of classes of what is before and after, S for a blank, a
// delimiter or an edge, D for a digit, L for a letter, P for other ASCII, O for
// another sign and * for any. Elsewhere they cost misplaced more. The costs are
// set by hand: what suppliers write is in no licence-clean text.
var symbols = []struct {
	signs            string
	cost             cost
	contexts, seldom string
}{
	{"’", 80, "LL LS LP", "SD DS SL"}, {"‘", 112, "SL PL", ""}, {"“„", 104, "SL SD PL PD", ""}, {"”", 112, "LS LP DS DP PS PP", ""},
	{"£€", 88, "*D SS DS DP SP PS PP", "PL SL LS"}, {"¥", 128, "*D", "PP SP PS"}, {"¢", 128, "DS DP", ""},
	{"°", 83, "DS DL DP", "SL SS PL LS DD PS PP"}, {"®™", 80, "LS LP DS", "LD LL SS PS PP"}, {"©", 112, "*D SS PS PP SP", "SL"},
	{"½¼¾", 104, "DS SS DP SP DL", "PS SL"}, {"²³", 104, "LS LP", "LL LD DS"}, {"¹", 136, "LS LP", "DS"}, {"×", 104, "DD SS DS SD", ""}, {"µμ", 104, "SL DL", "PL"}, {"±", 112, "SD SS PD", "PS"},
	{"–", 83, "SS DD DS SD", "LL LS SL"}, {"—", 104, "SS DD LL", "LS SL"}, {"•", 112, "SS SL", "PS SD"}, {"·", 112, "SS SL LS", "LL PS SD"}, {"…", 104, "LS LP DS PS", "SS LL SL"},
	{"\u00a0", 77, "DL DD LD DS SD SS SL DP PL SP PS", "LL LS LP PP PD"}, {"«", 120, "SL SD PL", "SS"}, {"»", 120, "LS LP DS PS", "SS"},
	{"ºª", 112, "DS DP", "LS LP DL"}, {"¿¡", 128, "SL", "PL"}, {"№§", 120, "SD SS", "PD"}, {"Ωω", 112, "DS SS", "SD SP PS SL DP"}, {"\u00ad\u200e\u200f", 168, "LL SL LS", ""}, {"´", 144, "LL LS", ""},
	{"¨¸¬¦¯¤¶‡†‰˜ˆ‹›÷‚ƒˇ˘˙˛˝", 168, "SS DS", ""}, {"→←≤≥≈≠√∞∆", 160, "SS SD DD", ""},
	{"、。・「」（）【】，：；！？　〜～／％＋－＆０１２３４５６７８９ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ《》", 96, "OO LO OL SO OS SS LL SL LS DO OD PO OP", "DL LD PL LP"},
}

const (
	misplaced   cost = 72
	seldom      cost = 28
	rarestSign  cost = 176
	boxDrawing  cost = 208
	controlSign cost = 256
	privateSign cost = 288
)

// sign is an entry of symbols: for each class before, the classes after between
// which it stands, and between which it does so seldom.
type sign struct {
	cost      cost
	fits, may [32]uint8
}

// signTable is symbols for looking up, made once for the model.
type signTable struct {
	list   []sign
	number map[rune]byte // 1 + number in list
}

func signs() *signTable {
	t := &signTable{number: map[rune]byte{}}
	for _, s := range symbols {
		e := sign{cost: s.cost}
		allow(&e.fits, s.contexts)
		allow(&e.may, s.seldom)
		t.list = append(t.list, e)
		for _, r := range s.signs {
			t.number[r] = byte(len(t.list))
		}
	}
	return t
}

// allow sets the pairs of classes that contexts name.
func allow(where *[32]uint8, contexts string) {
	classes := map[byte]uint8{'S': classSpace, 'D': classDigit, 'L': classLetter, 'P': classPunct, 'O': classOther, '*': classSpace | classDigit | classLetter | classPunct | classOther}
	for _, pair := range strings.Fields(contexts) {
		for c := uint8(1); c < 32; c *= 2 {
			if classes[pair[0]]&c != 0 {
				where[c] |= classes[pair[1]]
			}
		}
	}
}

// signCost is what a sign costs between two classes.
func (m *model) signCost(c *char, before, after byte) cost {
	if c.sign > 0 {
		s := &m.signs[c.sign-1]
		switch {
		case s.fits[before]&after != 0:
			return s.cost
		case s.may[before]&after != 0:
			return s.cost + seldom
		}
		return s.cost + misplaced
	}
	switch r := c.r; {
	case r < 0xA0:
		return controlSign
	case r >= 0x2500 && r <= 0x25FF:
		return boxDrawing
	case r >= 0xE000 && r <= 0xF8FF || r >= 0xF0000:
		return privateSign
	}
	return rarestSign + misplaced
}
