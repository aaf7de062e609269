package pycodec

import "testing"

func TestSingleByte(t *testing.T) {
	for name, want := range map[string]bool{"ascii": true, "latin-1": true, "charmap": true, "cp1252": true, "cp037": true, "utf-8": false, "utf-8-sig": false, "utf-16": false, "utf-32-le": false} {
		c, fault, err := Lookup(py("3.13"), name)
		if fault != nil || err != nil {
			t.Fatal(fault, err)
		}
		if got := c.SingleByte(); got != want {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}

// TestFirst takes the first character, says what is wrong, or asks for more.
func TestFirst(t *testing.T) {
	for _, r := range []struct {
		codec, in, text, reason string
		n                       int
	}{
		{"gbk", "a\xb0", "a", "", 1},
		{"gbk", "\xb0\xa1\xb0", "啊", "", 2},
		{"gbk", "\xb0", "", incomplete, 2},
		{"gbk", "\xb0,", "", illegal, 1},
		{"gb18030", "\x81\x30", "", incomplete, 4},
		{"shift_jis", "\x80", "", illegal, 1},
		{"shift_jis", "\xb1\xb1", "ｱ", "", 1},
		{"shift_jis_2004", "\\", "¥", "", 1},
		{"euc_jisx0213", "\xae\xa1", "", illegal, 2},
		{"euc_kr", "\xa4\xd4\xa4\xb6", "", incomplete, 8},
	} {
		c, _, _ := Lookup(py("3.13"), r.codec)
		text, n, reason := c.First([]byte("+"), []byte(r.in))
		if string(text) != "+"+r.text || n != r.n || reason != r.reason {
			t.Errorf("%s %q: %q, %d, %q", r.codec, r.in, text, n, reason)
		}
	}
	for _, codec := range []string{"hz", "iso2022_jp", "utf-8", "cp1252", "utf-7"} {
		if c, _, _ := Lookup(py("3.13"), codec); c.Characters() {
			t.Errorf("%s: its characters do not stand alone", codec)
		}
	}
}

// TestCommon reads by Common and First what Decode reads at once.
func TestCommon(t *testing.T) {
	for codec, in := range map[string]string{
		"gb18030": "Temp./\xa1\xe3C \x81\x30\x81\x30\xd6\xd0", "cp932": "\x8a\xbf\xb1\xb2 a\\ \x83\x5c", "euc_jp": "\xb4\xc1 \x8f\xb0\xa1\xb4\xc1",
		"big5hkscs": "\xa4\xa4 \x88\x62\xa4\xa4", "johab": "\xb8\xe5\\\x95\xb7 a", "cp949": "\xb0\xa1 \x81\x41,", "cp950": "\xa4\xa4",
	} {
		c, _, _ := Lookup(py("3.13"), codec)
		want, fault := c.Decode(nil, []byte(in), "strict")
		var text []byte
		for p := []byte(in); len(p) > 0; {
			n, reason := 0, ""
			if text, n = c.Common(text, p); n == 0 {
				text, n, reason = c.First(text, p)
			}
			if reason != "" {
				t.Fatalf("%s %q: %s", codec, p, reason)
			}
			p = p[n:]
		}
		if fault != nil || string(text) != string(want) {
			t.Errorf("%s %q: %q, want %q, %v", codec, in, text, want, fault)
		}
	}
	c, _, _ := Lookup(py("3.13"), "gb18030")
	if text, n := c.Common([]byte("+"), []byte("a\xd6\xd0\xd6")); string(text) != "+a中" || n != 3 {
		t.Errorf("the common characters before one that is cut: %q, %d", text, n)
	}
}
