package adopt

import (
	"cmp"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"
)

// Pattern is a kind of file name seen in a directory.
type Pattern struct {
	Feed  string   // a name for it, fit for a configuration
	Globs []string // as path.Match reads them, without a letter's case twice
	Names []string // the files, in the order given
}

// moving are the parts of a file's name that change from delivery to delivery, each
// with what stands for it; earlier ones win. Digits at other places move where the
// names of a directory differ in them.
var moving = sync.OnceValue(func() *regexp.Regexp {
	const (
		year  = `(?:19|20)\d\d`
		month = `(?:0[1-9]|1[0-2])`
		day   = `(?:0[1-9]|[12]\d|3[01])`
		clock = `(?:[-_.T ]?(?:[01]\d|2[0-3])[-_.:h]?[0-5]\d(?:[-_.:]?[0-5]\d)?(?:\d{3,6})?Z?)?`
		name  = `(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mai|okt|dez)[a-z]{0,6}`
	)
	return regexp.MustCompile(`(?i)` + strings.Join([]string{
		year + `[-_.]?` + month + `[-_.]?` + day + clock, // 20261124, 2026-11-24T0315
		day + `[-_.]?` + month + `[-_.]?` + year + clock, // 24.11.2026
		`(?:` + day + `[-_. ]?)?\b` + name + `[-_. ]?` + year,
		`(?:` + day + `)?_` + name + `_?` + year,
		year + `[-_.]?w?(?:[0-4]\d|5[0-3])\b`, // a month or week
		`\d{2}` + month + day + `(?:\D|$)`,    // 261124, its end is given back below
		`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`,
		`\d+`,
	}, "|"))
})

// part is a piece of a name: text as it is, or something that moves.
type part struct {
	text  string
	moves bool // whatever the other names are: a date
	digit bool // digits that are no date
}

func parts(name string) []part {
	var out []part
	for name != "" {
		at := moving().FindStringIndex(name)
		if at == nil {
			return append(out, part{text: name})
		}
		if at[0] > 0 {
			out = append(out, part{text: name[:at[0]]})
		}
		text := name[at[0]:at[1]]
		if last := text[len(text)-1]; last < '0' || last > '9' && last < 'A' {
			text = text[:len(text)-1] // six digits and what ends them
		}
		digits := strings.Trim(text, "0123456789") == ""
		date := !digits || len(text) >= 6
		out = append(out, part{text: text, moves: date, digit: !date})
		name = name[at[0]+len(text):]
	}
	return out
}

// shape is what names of one pattern have in common.
func shape(ps []part) string {
	var b strings.Builder
	for _, p := range ps {
		if p.moves || p.digit {
			b.WriteByte(0)
			continue
		}
		b.WriteString(strings.ToLower(p.text))
	}
	return b.String()
}

// minSequence is how many digits of a file that is alone are taken for a number that
// counts: "export_00017.csv", not "shop_2.csv".
const minSequence = 3

// Patterns groups the names of files by what does not change in them, in the order of
// the feeds' names.
func Patterns(names []string) []Pattern {
	groups := map[string][]string{}
	var shapes []string
	for _, name := range names {
		s := shape(parts(name))
		if groups[s] == nil {
			shapes = append(shapes, s)
		}
		groups[s] = append(groups[s], name)
	}
	var out []Pattern
	used := map[string]bool{}
	slices.Sort(shapes)
	for _, s := range shapes {
		p := Pattern{Names: groups[s], Globs: globs(groups[s], "*")}
		for _, wild := range []string{"[0-9]*", exact} {
			if overlaps(p.Globs, groups, s) {
				p.Globs = globs(groups[s], wild)
			}
		}
		p.Feed = unique(feedName(p.Globs[0]), used)
		out = append(out, p)
	}
	slices.SortStableFunc(out, func(a, b Pattern) int { return cmp.Compare(a.Feed, b.Feed) })
	return out
}

// globs are the patterns of names of one shape: several where they differ in case.
func globs(names []string, wild string) []string {
	all := make([][]part, len(names))
	for i, name := range names {
		all[i] = parts(name)
	}
	var out []string
	for _, ps := range all {
		var b strings.Builder
		for i, p := range ps {
			if p.moves || p.digit && sequence(all, i) {
				if !strings.HasSuffix(b.String(), "*") {
					b.WriteString(wildcard(p.text, wild))
				}
				continue
			}
			b.WriteString(escapeGlob(p.text))
		}
		if g := b.String(); !slices.Contains(out, g) {
			out = append(out, g)
		}
	}
	return out
}

// exact asks for a pattern that matches as many digits as there are, and nothing else.
const exact = "[0-9]"

// wildcard is what stands for a part that moves.
func wildcard(text, wild string) string {
	switch {
	case text[0] < '0' || text[0] > '9':
		return "*" // a month by its name
	case wild != exact:
		return wild
	}
	var b strings.Builder
	for _, r := range text {
		if r >= '0' && r <= '9' {
			b.WriteString(exact)
		} else {
			b.WriteString(escapeGlob(string(r)))
		}
	}
	return b.String()
}

// sequence reports whether digits at a place differ between names. In a name that is
// alone they count something if they are many and no part of a word, as in "cp1252".
func sequence(all [][]part, i int) bool {
	for _, ps := range all {
		if ps[i].text != all[0][i].text {
			return true
		}
	}
	if len(all) > 1 || len(all[0][i].text) < minSequence {
		return false
	}
	before := ""
	if i > 0 {
		before = all[0][i-1].text
	}
	return before == "" || all[0][i].text[0] == '0' || !unicode.IsLetter(rune(before[len(before)-1]))
}

// escapeGlob writes text as a pattern that matches it; a byte that is no UTF-8, which
// a configuration cannot hold, is any.
func escapeGlob(s string) string {
	return strings.ToValidUTF8(strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`, "{", `\{`, "}", `\}`).Replace(s), "?")
}

// overlaps reports whether a pattern also matches names of another one.
func overlaps(globs []string, groups map[string][]string, own string) bool {
	for s, names := range groups {
		if s == own {
			continue
		}
		for _, name := range names {
			if slices.ContainsFunc(globs, func(g string) bool { ok, _ := path.Match(g, name); return ok }) {
				return true
			}
		}
	}
	return false
}

// feedName makes a name of what a pattern leaves fixed.
func feedName(glob string) string {
	glob = strings.NewReplacer("[0-9]", "*", `\`, "").Replace(glob)
	for _, ext := range []string{".gz", ".zip", ".csv", ".txt", ".tsv", ".dat"} {
		if len(glob) > len(ext) && strings.EqualFold(glob[len(glob)-len(ext):], ext) {
			glob = glob[:len(glob)-len(ext)]
		}
	}
	words := strings.FieldsFunc(strings.ToLower(glob), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	name := strings.Join(words, "-")
	if len(name) > 48 {
		name = strings.TrimRight(name[:48], "-")
	}
	switch name {
	case "", "con", "prn", "aux", "nul":
		return "feed"
	}
	return name
}

// unique adds a number where a name is taken.
func unique(name string, used map[string]bool) string {
	out := name
	for n := 2; used[out]; n++ {
		out = name + "-" + strconv.Itoa(n)
	}
	used[out] = true
	return out
}

// noDelivery are endings of files that lie beside deliveries and are none.
var noDelivery = []string{".pdf", ".xml", ".json", ".jpg", ".jpeg", ".png", ".gif", ".doc", ".docx", ".xls", ".xlsx", ".html", ".htm", ".md", ".md5", ".sha1",
	".sha256", ".sig", ".asc", ".ok", ".done", ".log", ".py", ".exe"}

// Deliverable reports whether a file can be a delivery by its name.
func Deliverable(name string) bool {
	lower := strings.ToLower(name)
	if strings.HasPrefix(lower, "readme") || strings.HasPrefix(lower, ".") {
		return false
	}
	return !slices.Contains(noDelivery, path.Ext(lower))
}
