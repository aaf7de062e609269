//go:build ignore

package main

import (
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"html"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"sync"

	"golang.org/x/text/unicode/norm"
)

// corpus is the training text: for each language its distinct words with the number
// of distinct strings they occur in, and where they came from.
type corpus struct {
	strings map[string]map[string]bool    // by language, to count no string twice
	words   map[string]map[string]float64 // by language
	runes   map[string]map[rune]float64   // by language, of all letters
	sources map[string]int64              // by package, characters taken
}

func newCorpus() *corpus {
	return &corpus{map[string]map[string]bool{}, map[string]map[string]float64{}, map[string]map[rune]float64{}, map[string]int64{}}
}

// locales maps the names of locales in catalogues and in CLDR to our languages.
// What is not here is not read.
var locales = func() map[string]string {
	m := map[string]string{"en_GB": "en", "en_CA": "en", "pt_BR": "pt", "pt_PT": "pt", "nb_NO": "nb", "no": "nb", "sr@latin": "hr", "sr_Latn": "hr", "bs": "hr",
		"zh_CN": "zh_CN", "zh_TW": "zh_TW", "zh_HK": "zh_TW", "zh": "zh_CN", "zh_Hans": "zh_CN", "zh_Hant": "zh_TW", "es_MX": "es", "es_419": "es", "de_AT": "de", "de_CH": "de", "fr_CA": "fr", "nn": "nb", "nl_BE": "nl"}
	for _, group := range scripts {
		for _, l := range group.languages {
			m[l] = l
		}
	}
	return m
}()

// junk is what is no text in a catalogue: formats, markup, accelerators, addresses.
var junk = pattern(`%[-+ #0-9.$*]*(\([a-z_]+\))?[hlqLjzt]*[a-zA-Z]|<[^>]*>|&[a-z]+;|\\[nt]|[_&]|\{[^}]*\}|\$[a-z_]+|[a-z]+://\S+`)

// pattern is a regular expression compiled when first needed, as everywhere here.
func pattern(s string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(s) })
}

// add takes one string of a language.
func (c *corpus) add(source, language, text string) {
	text = norm.NFC.String(junk().ReplaceAllString(text, ""))
	if c.strings[language] == nil {
		c.strings[language], c.words[language], c.runes[language] = map[string]bool{}, map[string]float64{}, map[rune]float64{}
	}
	if len(text) < 2 || c.strings[language][text] {
		return
	}
	c.strings[language][text] = true
	c.sources[source] += int64(len([]rune(text)))
	c.count(language, text)
}

func (c *corpus) count(language, text string) {
	for _, w := range strings.FieldsFunc(text, func(r rune) bool { return !isLetter(r) }) {
		c.words[language][lower(w)]++
		for _, r := range w {
			c.runes[language][r]++
		}
	}
}

// read walks a folder in which Debian packages were unpacked.
func (c *corpus) read(root string) error {
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		slashed := filepath.ToSlash(path)
		switch filepath.Ext(path) {
		case ".mo":
			return c.readWith(path, catalogueLocale(slashed), readMO)
		case ".po":
			return c.readWith(path, strings.TrimSuffix(filepath.Base(path), ".po"), readPO)
		case ".xml":
			if strings.Contains(slashed, "/cldr/common/") {
				return c.readWith(path, strings.TrimSuffix(filepath.Base(path), ".xml"), readCLDR)
			}
		case ".html":
			if _, rest, ok := strings.Cut(slashed, "/installation-guide-amd64/"); ok {
				return c.readWith(path, strings.Split(rest, "/")[0], readHTML)
			}
		}
		return nil
	})
}

func catalogueLocale(path string) string {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		if p == "LC_MESSAGES" && i > 0 {
			return parts[i-1]
		}
	}
	return ""
}

func (c *corpus) readWith(path, locale string, parse func([]byte) []string) error {
	language, ok := locales[locale]
	if !ok {
		return nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	for _, s := range parse(data) {
		c.add(sourceOf(path), language, s)
	}
	if strings.HasSuffix(path, "iso_3166-2.mo") { // its originals are the names of places in their own languages
		for _, s := range originals(data) {
			c.add(sourceOf(path), "xx", s)
		}
	}
	return nil
}

// sourceOf names the catalogue a file belongs to, for the header.
func sourceOf(path string) string {
	slashed := filepath.ToSlash(path)
	switch {
	case strings.Contains(slashed, "/cldr/"):
		return "unicode-cldr-core"
	case strings.HasSuffix(path, ".html"):
		return "installation-guide-amd64"
	case strings.Contains(slashed, "/django/"):
		return "python3-django"
	case strings.Contains(slashed, "/trytond/"):
		return "tryton-modules"
	case strings.HasSuffix(path, ".po"):
		return "other .po"
	case strings.HasPrefix(filepath.Base(path), "iso_"):
		return "iso-codes"
	}
	return strings.TrimSuffix(filepath.Base(path), ".mo")
}

// readMO returns the translations of a compiled catalogue.
func readMO(data []byte) []string { return tableMO(data, 16) }

func originals(data []byte) []string { return tableMO(data, 12) }

func tableMO(data []byte, field int) []string {
	if len(data) < 28 || binary.LittleEndian.Uint32(data) != 0x950412de {
		return nil
	}
	n, at := binary.LittleEndian.Uint32(data[8:]), binary.LittleEndian.Uint32(data[field:])
	var out []string
	for i := range n {
		e := data[at+8*i:]
		size, start := binary.LittleEndian.Uint32(e), binary.LittleEndian.Uint32(e[4:])
		out = append(out, strings.Split(string(data[start:start+size]), "\x00")...)
	}
	if len(out) > 0 {
		out = out[1:] // the catalogue's header
	}
	return out
}

var msgstr = pattern(`(?m)^msgstr(?:\[\d\])? ((?:".*"\n)+)`)

func readPO(data []byte) []string {
	var out []string
	for _, m := range msgstr().FindAllSubmatch(data, -1) {
		s := strings.ReplaceAll(strings.ReplaceAll(string(m[1]), "\"\n\"", ""), "\n", "")
		out = append(out, strings.Trim(s, `"`))
	}
	if len(out) > 0 {
		out = out[1:]
	}
	return out
}

// named are the elements of CLDR that hold words rather than patterns.
var named = map[string]bool{"language": true, "territory": true, "script": true, "variant": true, "displayName": true, "month": true, "day": true,
	"exemplarCity": true, "annotation": true, "subdivision": true, "long": true, "unitPattern": true, "dayPeriod": true}

func readCLDR(data []byte) []string {
	var out []string
	d := xml.NewDecoder(bytes.NewReader(data))
	element := ""
	for {
		t, err := d.Token()
		if err != nil {
			return out
		}
		switch t := t.(type) {
		case xml.StartElement:
			element = t.Name.Local
		case xml.EndElement:
			element = ""
		case xml.CharData:
			if named[element] {
				out = append(out, strings.Split(string(t), " | ")...)
			}
		}
	}
}

var code = pattern(`(?s)<(pre|code|script|style|head)\b.*?</(pre|code|script|style|head)>`)
var block = pattern(`</?(p|li|td|th|h\d|div|dt|dd|title)\b[^>]*>`)
var tag = pattern(`<[^>]*>`)

func readHTML(data []byte) []string {
	text := block().ReplaceAllString(code().ReplaceAllString(strings.ToValidUTF8(string(data), ""), " "), "\x00")
	return strings.Split(html.UnescapeString(tag().ReplaceAllString(text, " ")), "\x00")
}

// sourceLines describes the sources, the largest first.
func (c *corpus) names() []string {
	var out []string
	for s := range c.sources {
		out = append(out, s)
	}
	sort.Slice(out, func(i, j int) bool {
		if c.sources[out[i]] != c.sources[out[j]] {
			return c.sources[out[i]] > c.sources[out[j]]
		}
		return out[i] < out[j]
	})
	return out
}
