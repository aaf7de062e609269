package main

import (
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/pycodec"
)

// encoder writes text in an encoding by asking Python's decoder, which is all we
// have, what each byte or pair of bytes means.
type encoder struct {
	name  string
	width int // bytes of an ASCII character
	back  map[rune]string
}

func newEncoder(name string) (*encoder, error) {
	e := &encoder{name: name, width: 1}
	switch {
	case strings.HasPrefix(name, "utf-16"):
		e.width = 2
		return e, nil
	case strings.HasPrefix(name, "utf-8"):
		return e, nil
	}
	c, fault, err := pycodec.Lookup(ingest.Python313, name)
	if err != nil || fault != nil {
		return nil, fmt.Errorf("encode as %s: %v %v", name, err, fault)
	}
	e.back = map[rune]string{}
	add := func(p string) {
		text, bad := c.Decode(nil, []byte(p), "strict")
		r, n := utf8.DecodeRune(text)
		if bad == nil && n == len(text) && n > 0 {
			if _, ok := e.back[r]; !ok {
				e.back[r] = p
			}
		}
	}
	lead, prefix, suffix := 0x80, "", ""
	if name == "iso2022_jp" {
		lead, prefix, suffix = 0x21, "\x1b$B", "\x1b(B"
	}
	for i := range 256 {
		add(string([]byte{byte(i)}))
	}
	if !c.SingleByte() {
		for i := lead; i < 0xFF; i++ {
			for j := 0x21; j < 0xFF; j++ {
				add(prefix + string([]byte{byte(i), byte(j)}) + suffix)
			}
		}
	}
	return e, nil
}

// can reports whether the encoding has all characters of a word.
func (e *encoder) can(word string) bool {
	_, ok := e.encode(word)
	return ok
}

func (e *encoder) encode(text string) ([]byte, bool) {
	switch e.name {
	case "utf-8":
		return []byte(text), true
	case "utf-8-sig":
		return []byte("\ufeff" + text), true
	case "utf-16", "utf-16-le", "utf-16-be":
		return e.wide(text), true
	case "cp1250", "iso8859-2", "cp852", "mac-latin2": // Romanian with the old letters
		text = strings.NewReplacer("ș", "ş", "ț", "ţ", "Ș", "Ş", "Ț", "Ţ").Replace(text)
	}
	var out []byte
	for _, r := range text {
		p, ok := e.back[r]
		if !ok && e.name == "cp1258" {
			p, ok = e.toned(r)
		}
		if !ok {
			return nil, false
		}
		out = append(out, p...)
	}
	return out, true
}

func (e *encoder) wide(text string) []byte {
	order := binary.AppendByteOrder(binary.LittleEndian)
	if e.name == "utf-16-be" {
		order = binary.BigEndian
	}
	var out []byte
	if e.name == "utf-16" {
		out = order.AppendUint16(out, 0xFEFF)
	}
	for _, u := range utf16.Encode([]rune(text)) {
		out = order.AppendUint16(out, u)
	}
	return out
}

// toned writes a letter of Vietnamese as cp1258 has it: a letter and a tone mark.
func (e *encoder) toned(r rune) (string, bool) {
	d := []rune(norm.NFD.String(string(r)))
	for i, mark := range d {
		if !strings.ContainsRune("\u0300\u0301\u0303\u0309\u0323", mark) {
			continue
		}
		base := []rune(norm.NFC.String(string(append(append([]rune{}, d[:i]...), d[i+1:]...))))
		p, ok := e.back[base[0]]
		q, too := e.back[mark]
		return p + q, ok && too && len(base) == 1
	}
	return "", false
}
