package main

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// fakerLocales maps the languages we build to the locales of Faker.
var fakerLocales = map[string]string{"zh_CN": "zh_CN", "zh_TW": "zh_TW", "nb": "no_NO"}

// fakerWords returns, by language, the words in the string literals of Faker's
// providers: names of people, places, firms, jobs and colours, and filler text.
// They are no part of what detect's model was counted from.
func fakerWords(dir string) (map[string][]string, error) {
	literal := regexp.MustCompile(`"((?:[^"\\\n]|\\.)*)"`)
	seen := map[string]map[string]bool{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Base(path) != "__init__.py" {
			return err
		}
		language := languageOf(filepath.Base(filepath.Dir(path)))
		if _, ok := encodings[language]; !ok {
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if seen[language] == nil {
			seen[language] = map[string]bool{}
		}
		for _, m := range literal.FindAllSubmatch(data, -1) {
			for _, w := range wordsIn(string(m[1]), language) {
				seen[language][w] = true
			}
		}
		return nil
	})
	out := map[string][]string{}
	for l, words := range seen {
		out[l] = slices.Sorted(maps.Keys(words))
	}
	return out, err
}

func languageOf(locale string) string {
	for l, name := range fakerLocales {
		if locale == name {
			return l
		}
	}
	language, _, _ := strings.Cut(locale, "_")
	return language
}

// wordsIn splits a text into words of at least two letters; texts without blanks
// into pieces.
func wordsIn(text, language string) []string {
	fields := strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.Is(unicode.Mn, r) && r != '-' && r != '’' })
	var out []string
	for _, w := range fields {
		w = strings.Trim(w, "-’")
		n := utf8.RuneCountInString(w)
		if slices.Contains([]string{"zh_CN", "zh_TW", "ja", "th"}, language) && !high(w) || n < 2 || n > 20 {
			continue
		}
		out = append(out, w)
	}
	return out
}
