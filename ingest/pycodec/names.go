package pycodec

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/pyword"
)

// A Use is the function of Python that is given a codec's name: they refuse the same
// names, but word it differently.
type Use uint8

// The functions that are given the name of a codec.
const (
	ByLookup Use = iota // codecs.lookup, which codecs.open, getreader and iterdecode call
	ByDecode            // bytes.decode
	ByOpen              // io.open
)

// Lookup finds a codec as codecs.lookup does in that version: by its module's
// name or an alias of it, after Python's normalization of the spelling.
//
// The Fault is what Python raises where this version does not know the name:
// LookupError "unknown encoding: koi8_t". The error wraps ErrNotText or
// ErrNotModelled; with it nothing can be said about what Python would do.
func Lookup(py ingest.Python, name string) (*Codec, *ingest.Fault, error) {
	return LookupBy(ByLookup, py, name)
}

// LookupBy is Lookup in another function than codecs.lookup. In 3.x bytes.decode and
// open() refuse what is no text codec, which then is the Fault.
func LookupBy(use Use, py ingest.Python, name string) (*Codec, *ingest.Fault, error) {
	r, err := rulesOf(py)
	if err != nil {
		return nil, nil, fmt.Errorf("look up codec %q: %w", name, err)
	}
	if strings.IndexByte(name, 0) >= 0 {
		return nil, nulFault(use, py), nil
	}
	m, ok := r.find(name)
	if !ok && use == ByDecode && shortcut(name) { // which no codec is looked up for
		m, ok = r.find(normalize(name))
	}
	if !ok {
		return nil, ingest.Faultf("LookupError", "unknown encoding: %s", name), nil
	}
	c, fault, err := r.open(name, m)
	if c != nil && c.shape != signature {
		c.plain, _ = c.kernel.(plainKernel)
	}
	if errors.Is(err, ErrNotText) && use != ByLookup && py.Path() == ingest.Py3 {
		return nil, notTextFault(use, py, name), nil
	}
	return c, fault, err
}

// CheckName says why nobody can mean a text codec by a name: ErrUnknown where no
// modelled version knows it, ErrNotText where this one does. What Python makes of
// such a name is for Lookup to tell.
func CheckName(py ingest.Python, name string) error {
	_, fault, err := Lookup(py, name)
	switch {
	case errors.Is(err, ErrNotText):
		return err
	case fault != nil && !knownElsewhere(name) && !windowsOnly[normalize(name)]:
		return fmt.Errorf("look up codec %q: %w", name, ErrUnknown)
	}
	return nil
}

// nulFault is how the argument parser refuses a NUL, before any lookup.
func nulFault(use Use, py ingest.Python) *ingest.Fault {
	if py.Path() == ingest.Py3 {
		return ingest.Faultf("ValueError", "embedded null character")
	}
	argument := [...]string{
		ByLookup: "lookup() argument 1 must be string without null bytes, not str",
		ByDecode: "decode() argument 1 must be string without null bytes, not str",
		ByOpen:   "open() argument 4 must be string without null bytes or None, not str",
	}
	return ingest.Faultf("TypeError", "%s", argument[use])
}

// notTextFault is _PyCodec_LookupTextEncoding's (Python/codecs.c), which the callers tell
// what to recommend instead; open() does not any more since 3.14.
func notTextFault(use Use, py ingest.Python, name string) *ingest.Fault {
	instead := "; use codecs.decode() to handle arbitrary codecs"
	switch {
	case use == ByOpen && py.AtLeast(3, 14):
		instead = ""
	case use == ByOpen:
		instead = "; use codecs.open() to handle arbitrary codecs"
	}
	return ingest.Faultf("LookupError", "'%s' is not a text encoding%s", name, instead)
}

// windowsOnly are the names of modules that cannot be imported elsewhere and say so
// like those there are not.
var windowsOnly = map[string]bool{"mbcs": true, "dbcs": true, "ansi": true, "oem": true}

func knownElsewhere(name string) bool {
	for _, r := range modelled() {
		if _, ok := r.find(name); ok {
			return true
		}
	}
	return false
}

// open makes the codec of a module that the version has.
func (r *rules) open(given string, m module) (*Codec, *ingest.Fault, error) {
	c := &Codec{rules: r, given: given, name: m.codec}
	switch m.name {
	case "ascii":
		c.kernel = asciiKernel{}
	case "latin_1", "charmap": // charmap without a mapping is latin-1
		c.kernel = latin1()
	case "utf_8":
		c.kernel, c.shape = r.utf8, buffered
	case "utf_8_sig":
		c.kernel, c.shape = r.utf8, signature
	case "utf_16":
		c.marked, c.shape = &r.utf16, byteOrder
	case "utf_16_le":
		c.kernel, c.shape = r.utf16.little, buffered
	case "utf_16_be":
		c.kernel, c.shape = r.utf16.big, buffered
	case "utf_32":
		c.marked, c.shape = &r.utf32, byteOrder
	case "utf_32_le":
		c.kernel, c.shape = r.utf32.little, buffered
	case "utf_32_be":
		c.kernel, c.shape = r.utf32.big, buffered
	case "utf_7":
		c.kernel, c.shape = utf7Kernel{strict: r.python.AtLeast(3, 8)}, buffered
	case "unicode_escape", "raw_unicode_escape":
		c.kernel = escapeKernel{raw: m.name != "unicode_escape", py2: r.python.Path() == ingest.Py2, rules: r}
		if r.python.AtLeast(3, 9) { // bpo-45461
			c.shape = buffered
		}
	case "hz":
		c.kernel, c.shape = &hzKernel{plane: gb2312(), whole: r.python.Path() == ingest.Py2}, eastern
	case "unicode_internal":
		c.kernel = internalKernel{}
	case "punycode":
		c.whole, c.shape = punycodeCodec{r}, whole
	case "idna":
		c.whole, c.shape = idnaCodec{r}, whole
	case "undefined":
		c.whole, c.shape = undefinedCodec{}, whole
	default:
		return r.openListed(c, m)
	}
	return c, nil, nil
}

// openListed treats the modules of which only the generated list knows the kind.
func (r *rules) openListed(c *Codec, m module) (*Codec, *ingest.Fault, error) {
	if k := multibyte(m.name, r.python.Path() == ingest.Py2); k != nil {
		c.kernel, c.shape = k, eastern
		return c, nil, nil
	}
	if k := iso2022For(m.name); k != nil {
		c.kernel, c.shape = k, eastern
		return c, nil, nil
	}
	switch m.kind {
	case "table":
		c.kernel = single(m.table)
		return c, nil, nil
	case "windows": // the module refuses to be imported elsewhere
		return nil, ingest.Faultf("LookupError", "%s encoding is only available on Windows", m.name), nil
	case "bytes":
		return nil, nil, fmt.Errorf("look up codec %q: %w", c.given, ErrNotText)
	}
	return nil, nil, fmt.Errorf("look up codec %q: %w", c.given, ErrNotModelled)
}

// module is a module of the encodings package that registers a codec.
type module struct {
	name  string // of the module: "latin_1"
	codec string // codecs.lookup(name).name: "iso8859-1"
	kind  string // "table", "text", "bytes" or "windows"
	table string // its name in singleTables, if kind is "table"
	mask  uint   // versions, as bits
}

// alias is one entry of encodings.aliases.
type alias struct {
	module string
	mask   uint
}

// catalogue is the generated lists, parsed. A name may have several entries, for
// different versions.
type catalogue struct {
	modules map[string][]module
	aliases map[string][]alias
}

var names = sync.OnceValue(func() catalogue {
	c := catalogue{map[string][]module{}, map[string][]alias{}}
	for line := range strings.SplitSeq(moduleList, "\n") {
		f := strings.Fields(line)
		kind, table, named := strings.Cut(f[2], ":")
		if !named {
			table = f[0]
		}
		c.modules[f[0]] = append(c.modules[f[0]], module{f[0], f[1], kind, table, parseMask(f[3])})
	}
	for line := range strings.SplitSeq(aliasList, "\n") {
		f := strings.Fields(line)
		c.aliases[f[0]] = append(c.aliases[f[0]], alias{f[1], parseMask(f[2])})
	}
	return c
})

func parseMask(s string) uint {
	mask, err := strconv.ParseUint(s, 16, 32)
	if err != nil {
		panic("tables.go: " + err.Error())
	}
	return uint(mask)
}

// find does what encodings.search_function does: an alias first, then a module of
// the normalized name, in which no dot may remain.
func (r *rules) find(given string) (module, bool) {
	if r.foreign(given) {
		return module{}, false
	}
	n := normalize(given)
	for _, key := range []string{n, strings.ReplaceAll(n, ".", "_")} {
		for _, a := range names().aliases[key] {
			if a.mask&r.bit != 0 {
				return r.module(a.module)
			}
		}
	}
	return r.module(n)
}

func (r *rules) module(name string) (module, bool) {
	for _, m := range names().modules[name] {
		if m.mask&r.bit != 0 {
			return m, true
		}
	}
	return module{}, false
}

// foreign reports whether a name holds characters beyond ASCII that no codec has:
// what str.isalnum() is true of stays part of it in Python 3.6 to 3.8
// (normalize_encoding of Lib/encodings/__init__.py), while elsewhere it separates words
// like punctuation.
func (r *rules) foreign(given string) bool {
	if r.python.Path() == ingest.Py2 || r.python.AtLeast(3, 9) {
		return false
	}
	return strings.ContainsFunc(given, func(c rune) bool {
		return c > unicode.MaxASCII && pyword.Alnum(r.python, c)
	})
}

// normalize mirrors encodings.normalize_encoding after the lower-casing that
// codecs.lookup does: runs of anything but ASCII letters, digits and dots become
// one underscore, none at either end.
func normalize(name string) string {
	var b strings.Builder
	gap := false
	for i := 0; i < len(name); i++ {
		c := name[i]
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != '.' && (c < '0' || c > '9') && (c < 'a' || c > 'z') {
			gap = true
			continue
		}
		if gap && b.Len() > 0 {
			b.WriteByte('_')
		}
		gap = false
		b.WriteByte(c)
	}
	return b.String()
}
