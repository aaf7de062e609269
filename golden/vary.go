package golden

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/parity"
)

// Freedom says what may stand in the place of some bytes of a case's input without its
// divergence being lost.
type Freedom struct {
	Start, End int // bytes of the input
	// Holds are the classes and ranges of what will do, most telling first; none where
	// nothing but what is there does.
	Holds []string
	// Any is set where everything that was tried will do.
	Any bool
}

// maxVaried is how large an input may be: each byte of it is replaced by every other.
const maxVaried = 256

// Vary finds out what in a case's input may be something else: of a single byte every
// other one is tried, of a longer character of UTF-8 one of each class of characters. It
// runs the models some hundred times for each byte.
func Vary(ctx context.Context, line *parity.Line, c *Case) ([]Freedom, error) {
	switch {
	case c.Calls != [2]string{} || c.Handover != nil:
		return nil, fmt.Errorf("vary the input of %q: it runs the team's own code, too slow to be run so often", c.Dir())
	case len(c.Input) > maxVaried:
		return nil, fmt.Errorf("vary the input of %q: it has %d bytes, more than %d", c.Dir(), len(c.Input), maxVaried)
	}
	v := variation{ctx: ctx, line: line, c: c}
	v.utf8 = utf8.Valid(c.Input) && strings.HasPrefix(strings.ToLower(c.Py3.Codec), "utf-8")
	var out []Freedom
	for at := 0; at < len(c.Input); {
		f := v.at(at)
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("vary the input of %q: %w", c.Dir(), err)
		}
		if n := len(out); n > 0 && slices.Equal(f.Holds, out[n-1].Holds) {
			out[n-1].End = f.End
		} else {
			out = append(out, f)
		}
		at = f.End
	}
	return out, nil
}

type variation struct {
	ctx  context.Context
	line *parity.Line
	c    *Case
	utf8 bool // the input is to be taken apart as UTF-8
}

// at looks at the byte or character that begins there.
func (v *variation) at(start int) Freedom {
	n := 1
	if v.utf8 {
		_, n = utf8.DecodeRune(v.c.Input[start:])
	}
	f := Freedom{Start: start, End: start + n}
	if n > 1 {
		f.Holds, f.Any = v.characters(f)
		return f
	}
	set, all := [256]bool{}, true
	for b := range set {
		if byte(b) != v.c.Input[start] {
			set[b] = v.holds(f, []byte{byte(b)})
			all = all && set[b]
		}
	}
	if f.Any = all; all {
		f.Holds = []string{"any byte"}
		return f
	}
	if slices.Contains(set[:], true) {
		set[v.c.Input[start]] = true
		f.Holds = describeBytes(set)
	}
	return f
}

// holds reports whether the case's signature shows with other bytes in a place.
func (v *variation) holds(f Freedom, with []byte) bool {
	if v.ctx.Err() != nil {
		return false
	}
	data := slices.Concat(v.c.Input[:f.Start], with, v.c.Input[f.End:])
	d := parity.Delivery{Feed: v.c.Feed, Name: v.c.Filename, Data: bytes.NewReader(data), Size: int64(len(data)), Compare: v.c.Compare,
		Pair: ingest.Pair{Name: v.c.Pair, Py2: v.c.Py2, Py3: v.c.Py3}}
	of := *v.c
	of.View = ingest.Raw // the input is that of the view
	hits, err := Shows(v.ctx, v.line, &of, d)
	return err == nil && hits.Count > 0
}

// byteClasses are the sets of bytes that have a name.
var byteClasses = []struct {
	name     string
	from, to byte
}{{"digits", '0', '9'}, {"upper-case letters", 'A', 'Z'}, {"lower-case letters", 'a', 'z'}}

// describeBytes names classes that are in a set as a whole and lists the rest of it as
// ranges, in hex.
func describeBytes(set [256]bool) []string {
	var out []string
	for _, class := range byteClasses {
		whole := true
		for b := int(class.from); b <= int(class.to); b++ {
			whole = whole && set[b]
		}
		if whole {
			out = append(out, class.name)
			for b := int(class.from); b <= int(class.to); b++ {
				set[b] = false
			}
		}
	}
	for b := 0; b < len(set); b++ {
		if !set[b] {
			continue
		}
		from := b
		for b+1 < len(set) && set[b+1] {
			b++
		}
		if from == b {
			out = append(out, fmt.Sprintf("%02x", b))
		} else {
			out = append(out, fmt.Sprintf("%02x-%02x", from, b))
		}
	}
	return out
}

// charClasses has two characters of each class, as the causes of the catalogue tell them
// apart.
var charClasses = []struct{ name, members string }{
	{"ASCII letters", "qX"}, {"ASCII digits", "47"}, {"Latin-1 letters", "\u00e9\u00c4"}, {"a sharp s", "\u00df"}, {"other Latin letters", "\u0159\u0105"},
	{"Greek letters", "\u03b1\u03a9"}, {"Cyrillic letters", "\u0436\u0414"}, {"Georgian letters", "\u10d0\u10d3"}, {"Chinese characters", "\u4e2d\u6587"},
	{"digits of other scripts", "\uff11\u0663"}, {"C1 controls", "\u0081\u0096"}, {"NEL", "\u0085"}, {"no-break spaces", "\u00a0\u202f"}, {"other spaces", "\u2003\u3000"},
	{"line and paragraph separators", "\u2028\u2029"}, {"U+180E", "\u180e"}, {"U+FEFF", "\ufeff"}, {"combining marks", "\u0301\u0308"}, {"punctuation", "\u2013\u20ac"},
	{"characters beyond U+FFFF", "\U0001f600\U00020000"},
}

// characters names the classes of which all members will do in the place of a character.
func (v *variation) characters(f Freedom) (names []string, all bool) {
	all = true
	for _, class := range charClasses {
		whole := true
		for _, r := range class.members {
			whole = whole && v.holds(f, []byte(string(r)))
		}
		if all = all && whole; whole {
			names = append(names, class.name)
		}
	}
	if all {
		names = []string{"any character"}
	}
	return names, all
}
