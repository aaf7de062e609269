package questions

// Codec is a codec by the name of its module, and the pieces, set apart by spaces, that
// its random inputs are made of.
type Codec struct{ Name, Pieces string }

// Eastern are the multi-byte codecs, and others that have a state. Their pieces are
// whole characters, leads that go wrong with a comma, a quote or a line end behind them,
// and escape sequences.
var Eastern = []Codec{
	{"gb18030", "\x81\x30\x81\x30 \x81\x30 \x84\x31\xa4\x39 \x90\x30\x81\x30 \xe3\x32\x9a\x35 \xe3\x32\x9a\x36 \xb0\xa1 \xa3\xa0 \x81 \x80 \xff \xfe\xfe 0 9"},
	{"gbk", "\xb0\xa1 \xa1\xa4 \xa1\xaa \xa8\x44 \x81\x40 \x81 \x80 \xff \xfe\xfe \x7f"},
	{"gb2312", "\xb0\xa1 \xa1\xa4 \xa1\xaa \xa8\x44 \xb0 \x80 \xff \xf7\xfe"},
	{"big5", "\xa4\x40 \xa1\x5c \xf9\xd5 \xa4 \x80 \xff \xc9\x40 \x7f"},
	{"cp950", "\xa4\x40 \xa1\x5c \xf9\xfe \xa4 \x80 \xff \xa3\xe1"},
	{"big5hkscs", "\xa4\x40 \x88\x62 \x88\x64 \x88\xa3 \x88\xa5 \x88\x66 \x87\x40 \xfe\xfe \x80 \xff \x88 \xc6\xa1"},
	{"cp949", "\xb0\xa1 \x81\x41 \xa4\xd4 \xc6\x52 \x81 \x80 \xff \xc9\xa1"},
	{"euc_kr", "\xb0\xa1 \xa4\xd4\xa4\xb6\xa4\xd0\xa4\xd4 \xa4\xd4\xa4\xa1\xa4\xbf\xa4\xbe \xa4\xd4 \xa4\xa1 \xa4\xbf \xa4 \xd4 \x80 \xff"},
	{"johab", "\x88\x61 \xd9\x31 \xe0\x31 \xda\xa1 \xdf\x31 \x84\x41 \x80 \xff \xd3\xbd"},
	{"shift_jis", "\x88\x9f \x81\x5f \xb1 \x80 \xa0 \xf0\x40 \xfd \x81 \xea\xa4 \xfc\x4b \x7f"},
	{"cp932", "\x88\x9f \x81\x5f \x81\x60 \xb1 \x80 \xa0 \xf0\x40 \xfd \x81 \xed\x40 \xfa\x40 \xeb\x40"},
	{"shift_jis_2004", "\x88\x9f \x82\xf5 \x86\x63 \xb1 \x80 \xa0 \xf0\x40 \xfc\xf4 \xfd \x81 \\ ~"},
	{"shift_jisx0213", "\x88\x9f \x82\xf5 \x86\x63 \xb1 \x80 \xa0 \xf0\x40 \xfc\xf4 \xfd \x81 \\ ~"},
	{"euc_jp", "\xb0\xa1 \xa1\xc0 \x8e\xb1 \x8e \x8f\xb0\xa1 \x8f\xb0 \x8f \x80 \xff \xad\xa1"},
	{"euc_jis_2004", "\xb0\xa1 \xa4\xf7 \x8e\xb1 \x8e \x8f\xb0\xa1 \x8f\xa1\xa1 \x8f\xb0 \x8f \x80 \xff \xae\xa1"},
	{"euc_jisx0213", "\xb0\xa1 \xa4\xf7 \x8e\xb1 \x8e \x8f\xb0\xa1 \x8f\xfd\xbb \x8f\xb0 \x8f \x80 \xff \xae\xa1"},
	{"hz", "~{ ~} ~~ ~\n ~x ~ VPND !! \x80 \xb0\xa1 ~{VP~}"},
	{"iso2022_jp", isoPieces}, {"iso2022_jp_1", isoPieces}, {"iso2022_jp_2", isoPieces}, {"iso2022_jp_2004", isoPieces},
	{"utf-7", "+ +- +AOk- +AOk +2D3eAA- +2D0- +2D0AYQ- +AOl- +A AB / zI & ~ \\ = \x80 \xe9 ++ -"},
	{"unicode_escape", escapePieces}, {"raw_unicode_escape", escapePieces},
	{"iso2022_jp_3", isoPieces}, {"iso2022_jp_ext", isoPieces}, {"iso2022_kr", isoPieces},
}

const isoPieces = "\x1b$B \x1b$@ \x1b(B \x1b(J \x1b(I \x1b$(D \x1b$(C \x1b$)C \x1b$A \x1b.A \x1b.F \x1b.B \x1b.J \x1bN \x1bNa \x1b$(Q \x1b$(O \x1b$(P \x1b&@\x1b$B \x1b&@ " +
	"\x0e \x0f \x1b \x1b[1A \x1b$ \x1b(A \x1b)B \x1b$)))))))) !! $\" 0! -! }; \\ ~ \xa1 \x80 \x01"

// escapePieces have no name that would have to be looked up.
const escapePieces = "\\ \\\\ \\x41 \\x4 \\xg \\u00e9 \\u12 \\u12g \\ud83d\\ude00 \\U0001F600 \\U00110000 \\U0011 \\N \\N{ \\N{} } \\0 \\777 \\08 \\q \\n \\' 0123 fF x u U N \xe9 \x80"

// The pieces of codecs that take an input as a whole, or look names up.
const (
	Punycode = "- a A z 9 0 tda Mnchen-3ya 3B-ww4c5e180e575a65lsy2b zzzz99999a 99999999999999999999a -qc4g $ _ \xe9 , . \n \x00 999999999999999999999999999999a"
	IDNA     = ". . . xn-- XN-- xN-- a A 0 - tda mnchen-3ya psa zca a-zhc 1-zhc zzzz99999a a- ' \" \\ , \n \xe9 \x00 \x7f xn--tda xn--a-ein xn--mnchen-3ya"
	Internal = "a\x00\x00\x00 \xff\xff\x10\x00 \x00\x00\x11\x00 \x00\xd8\x00\x00 \xe9 \x00 \x00\x01\xf6\x01"
	Names    = `\N{BULLET} \N{bullet} \N{HANGUL~SYLLABLE~GAGG} \N{hangul~syllable~i} \N{CJK~UNIFIED~IDEOGRAPH-4E00} \N{CJK~UNIFIED~IDEOGRAPH-04e00} \N{NO~BREAK~SPACE} \N{NBSP} \N{GRINNING~FACE} \N{BULLETS} ` +
		"\\N{ \\N{} \\N{\xe9} \\N } BULLET { \\ \\x41 \\u00e9 ~ \xe9"
)

// The bytes of random inputs of these.
const (
	UTF8  = "\xEF\xBB\xBF\xEF\xBB\xBFaé€\xED\xA0\x80\xED\xBF\xBF\U0001F600\xF0\xF4\x90\xE0\x9F\xC0\xFF,\n"
	UTF16 = "\xFF\xFE\xFE\xFF\xD8\xD8\xDC\xDC\x00\x00\x41\x20\xDB\xDF\x10\x11"
)

// UTF32 are code units of either order, valid ones and others.
var UTF32 = []uint32{0xFEFF, 0xFFFE0000, 'A', 0x41000000, 0xE9, 0xD800, 0xDFFF, 0x00D80000, 0xE000, 0x10FFFF, 0x110000, 0xFFFF1000, 0x00001100, 0x1F600, 1 << 31}
