package detect

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"
)

// shown words cells as row, column, text and other reading, with dots where they were cut.
func shown(r Result) []string {
	var out []string
	dots := map[bool]string{true: "..."}
	for _, c := range r.Cells {
		out = append(out, fmt.Sprintf("%d.%d %s%s%s = %s", c.Row, c.Column, dots[c.Before], norm.NFC.String(c.Text), dots[c.After], c.Other))
	}
	return out
}

// TestWholeCells shows the cells that decide as people see them: whole, without quotes,
// each once, in their column.
func TestWholeCells(t *testing.T) {
	long := strings.Repeat("plain words ", 40)
	for _, c := range []struct {
		name, in string
		want     []string
	}{
		{"Vietnamese", "t\xean,gi\xe1\nB\xe0n gh\xea\xec g\xf4\xde t\xfd\xf2 nhi\xean,5\nM\xe1y khoan \xf0i\xea\xf2n c\xe2\xccm tay,6\n\xd0\xf4\xccng h\xf4\xcc,7\n",
			[]string{"3.1 Máy khoan điện cầm tay = Máy khoan ðiêòn câÌm tay", "2.1 Bàn ghế gỗ tự nhiên = Bàn ghêì gôÞ týò nhiên"}},
		{"Polish", polish, []string{"3.2 śrubokręt; duży = \u009crubokręt; duży", "2.2 książka = ksišżka", "4.2 źródło = \u009fródło"}},
		{"blanks after delimiters", "sku, name, price\nA1, \"saw, big\", 5\nA2, \"bit, small\", 6\nA3, \"x, y\", \"n\xe9cessaire\"\nA4, \"p, q\", \"cr\xe8me br\xfbl\xe9e\"\n", []string{"5.3 crème brûlée = "}},
		{"a long cell", "name,x\n" + long + "ksi\xb9\xbfka " + long + ",\x9crubokr\xeat\n", []string{"2.1 ...words plain words plain words plain words plain words książka plain words plain words plain words plain words plain... = "}},
		{"no line end at the last", "name\nksi\xb9\xbfka", []string{"2.1 książka = "}},
		{"CR LF", "name\r\nksi\xb9\xbfka\r\n", []string{"2.1 książka = "}},
	} {
		r, err := Bytes([]byte(c.in), Options{Explain: true})
		got := shown(r)
		for _, want := range c.want {
			ok := slices.ContainsFunc(got, func(s string) bool {
				return s == want || strings.HasSuffix(want, "= ") && strings.HasPrefix(s, strings.TrimSuffix(want, "= "))
			})
			if err != nil || !ok {
				t.Errorf("%s: %s against %s: %q, %v; want %q", c.name, r.Charset, r.Against, got, err, want)
			}
		}
		if slices.ContainsFunc(r.Cells, func(x Cell) bool { return x.Text == x.Other }) {
			t.Errorf("%s: a cell has two readings that are one: %q", c.name, got)
		}
		places := map[string]bool{}
		for _, x := range r.Cells {
			if place := fmt.Sprint(x.Row, ".", x.Column); places[place] {
				t.Errorf("%s: cell %s is there twice", c.name, place)
			} else {
				places[place] = true
			}
			if got := c.in[x.Offset : x.Offset+int64(len(x.Bytes))]; got != string(x.Bytes) {
				t.Errorf("%s: at %d is %q, not %q", c.name, x.Offset, got, x.Bytes)
			}
		}
	}
}

// TestRepairedCells weighs cells that were UTF-8 once as the ranking did.
func TestRepairedCells(t *testing.T) {
	r, err := Bytes([]byte("name\ncaf\xcc\xa9\nth\xcc\xa9\nbr\xcc\xc8l\xcc\xa9e\n"), Options{Explain: true})
	if err != nil || r.Charset != "mac-roman" || len(r.Cells) == 0 || r.Cells[0].Nats <= 0 {
		t.Errorf("%s: %+v, %v", r.Charset, r.Cells, err)
	}
}

// TestProvingCells shows what a proof goes by, whatever the charset.
func TestProvingCells(t *testing.T) {
	russian := "код,имя\n1,\"Молоток, 5\"\n2,x\n"
	long := strings.Repeat("plain words ", 40)
	for _, c := range []struct {
		name, in string
		want     []string
	}{
		{"UTF-8", "sku,name\r\n1,café\r\n2,x\r\n3,\"naïve, é\"\r\n", []string{"2.2 café = cafÃ©", "4.2 naïve, é = naÃ¯ve, Ã©"}},
		{"UTF-8 with a mark", "\ufeffnäme,x\n1,2\n", []string{"1.1 näme = nÃ¤me"}},
		{"UTF-8, blanks after delimiters", "a, b\n\"x\", \"é\"\n\"y\", \"z\"\n", []string{"2.2 é = Ã©"}},
		{"UTF-8, a long cell", "a,b\n" + long + "é" + strings.Repeat("è", 100) + ",x\n", []string{"2.1 ...plain words plain words plain words plain words plain words é" + strings.Repeat("è", 29) + "... = "}},
		{"UTF-16", units(russian, 2, binary.LittleEndian), []string{"1.1 код = :\x04>\x044\x04", "1.2 имя = 8\x04<\x04O\x04", "2.2 Молоток, 5 = "}},
		{"UTF-16 with a mark", "\xfe\xff" + units(russian, 2, binary.BigEndian), []string{"1.1 код = \x04:\x04>\x044", "1.2 имя = \x048\x04<\x04O", "2.2 Молоток, 5 = "}},
		{"UTF-16 of ASCII", units("sku,qty\n1,2\n", 2, binary.LittleEndian), []string{"1.1 sku = s\x00k\x00u\x00", "1.2 qty = q\x00t\x00y\x00"}},
		{"UTF-32", units("é,b\n1,2\n", 4, binary.LittleEndian), []string{"1.1 é = é\x00\x00\x00"}},
		{"EBCDIC", mainframe(t, "cp037", rows(20, "N,Hammer and nails,5.50\n")), []string{"1.1 0000 = ðððð", "1.2 Hammer and nails = "}},
		{"EBCDIC by a sign", mainframe(t, "cp500", rows(20, "N,Hammer and nails,5.50\n")+"A4!,x,1\n"), []string{"21.1 A4! = A4|"}},
		{"ISO-2022-JP", "a,b\n1,\x1b$B$\"$$$&$(\x1b(B\n2,x\n", []string{"2.2 あいうえ = \x1b$B$\"$$$&$(\x1b(B"}},
		{"ISO-2022-KR", "\x1b$)Ca,b\n1,\x0e\x38\x41\x44\x21\x0f\n", []string{"2.2 망치 = \x0e8AD!\x0f"}},
		{"HZ", "a,b\n~{B]K?~},1\n", []string{"2.1 螺丝 = ~{B]K?~}"}},
		{"ASCII", stock, nil},
	} {
		r, err := Bytes([]byte(c.in), Options{Explain: true})
		got := shown(r)
		ok := len(got) == len(c.want)
		for i, want := range c.want {
			ok = ok && (got[i] == want || strings.HasSuffix(want, "= ") && strings.HasPrefix(got[i], strings.TrimSuffix(want, "= ")))
		}
		if err != nil || !ok {
			t.Errorf("%s: %s against %s: %q, %v; want %q", c.name, r.Charset, r.Against, got, err, c.want)
		}
		for _, x := range r.Cells {
			if got := c.in[x.Offset : x.Offset+int64(len(x.Bytes))]; got != string(x.Bytes) {
				t.Errorf("%s: at %d is %q, not %q", c.name, x.Offset, got, x.Bytes)
			}
		}
	}
}
