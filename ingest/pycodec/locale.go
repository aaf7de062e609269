package pycodec

import (
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/feedparity/feedparity/ingest"
)

// Environment is what decides which codec open() takes where no encoding= is given:
// in Python 3 open() and io.open(), in Python 2.7 io.open() alone, whose open() never
// decodes. The error handler is "strict" everywhere, whatever the environment says:
// PYTHONIOENCODING is for the standard streams.
type Environment struct {
	// Env holds the environment variables. Of account are LC_ALL, LC_CTYPE and LANG,
	// and from 3.7 on PYTHONUTF8 and PYTHONCOERCECLOCALE.
	Env map[string]string
	// XUTF8 is the value of the option -X utf8, which wins over PYTHONUTF8: "1" or
	// "0", "" where it is not given. Plain "-X utf8" is "1".
	XUTF8 string
	// Missing reports whether the machine lacks a locale of that name, so that
	// setlocale fails. Nil means that it has every locale there could be.
	Missing func(locale string) bool
}

// ErrNoStart says that a Python does not even start in an environment.
var ErrNoStart = errors.New("does not start")

// LocaleCodec returns Python's canonical name of the codec that open(path) uses; in
// 2.7, where a charset that Python has no codec for is only found out by io.open, the
// name of that charset.
//
// The locale is the first of LC_ALL, LC_CTYPE and LANG that is not empty; one that is
// not installed counts as "C", whose charset is ASCII. From 3.7 on (PEP 538, PEP 540)
// the C locale switches UTF-8 mode on unless PYTHONUTF8=0, and unless LC_ALL is what
// set it or PYTHONCOERCECLOCALE=0 it is replaced by C.UTF-8 in any case; PYTHONUTF8=1
// is UTF-8 in every locale. 3.7 alone takes a locale for "C" also where another
// category's is not installed. Source: Python/preconfig.c and
// _Py_CoerceLegacyLocale of Python/pylifecycle.c (3.8), Modules/main.c (3.7),
// _io_TextIOWrapper___init___impl of Modules/_io/textio.c, Lib/locale.py (2.7).
func (e Environment) LocaleCodec(py ingest.Python) (string, error) {
	r, err := rulesOf(py)
	if err != nil {
		return "", err
	}
	charset, _, err := e.charset(e.locale("LC_CTYPE"))
	if err != nil {
		return "", err
	}
	if r.utf8Mode {
		mode, err := e.utf8Mode(py)
		c := charset == "" || r.wholeLocale && e.fails()
		switch {
		case err != nil:
			return "", err
		case mode == "1" || mode == "" && c || c && e.coerced():
			return "utf-8", nil
		}
	}
	if charset == "" {
		return "ascii", nil
	}
	codec, _, err := Lookup(py, charset)
	switch {
	case codec != nil:
		return codec.Name(), nil
	case py.Path() == ingest.Py2 || errors.Is(err, ErrNotModelled):
		return charset, nil
	}
	return "", fmt.Errorf("python %s %w: it has no codec for %s, the charset of the locale %s", py, ErrNoStart, charset, e.locale("LC_CTYPE"))
}

// utf8Mode is what the option or the variable says: "1", "0", or "" for neither.
func (e Environment) utf8Mode(py ingest.Python) (string, error) {
	for _, v := range []struct{ name, value string }{{"-X utf8", e.XUTF8}, {"PYTHONUTF8", e.Env["PYTHONUTF8"]}} {
		switch v.value {
		case "":
			continue
		case "0", "1":
			return v.value, nil
		}
		return "", fmt.Errorf("python %s %w: %s is %q, want 0 or 1", py, ErrNoStart, v.name, v.value)
	}
	return "", nil
}

// coerced reports whether the C locale is replaced by C.UTF-8 (PEP 538).
func (e Environment) coerced() bool {
	return e.Env["LC_ALL"] == "" && e.Env["PYTHONCOERCECLOCALE"] != "0"
}

// categories are those of setlocale(LC_ALL, "").
var categories = strings.Fields("LC_CTYPE LC_NUMERIC LC_TIME LC_COLLATE LC_MONETARY LC_MESSAGES LC_PAPER LC_NAME LC_ADDRESS LC_TELEPHONE LC_MEASUREMENT LC_IDENTIFICATION")

// fails reports whether setlocale(LC_ALL, "") does: a category's locale is missing.
func (e Environment) fails() bool {
	return slices.ContainsFunc(categories, func(category string) bool {
		_, installed, err := e.charset(e.locale(category))
		return err == nil && !installed
	})
}

// locale is the name that setlocale(category, "") takes.
func (e Environment) locale(category string) string {
	for _, name := range []string{"LC_ALL", category, "LANG"} {
		if v := e.Env[name]; v != "" {
			return v
		}
	}
	return "C"
}

// charset is nl_langinfo(CODESET) in a locale, "" for the C locale, where it is
// ANSI_X3.4-1968, and where the locale is not installed. The error says that nothing
// tells its charset.
func (e Environment) charset(name string) (charset string, installed bool, err error) {
	l := locales()
	if target, ok := l.aliases[name]; ok {
		name = target
	}
	if name == "C" || name == "POSIX" {
		return "", true, nil
	}
	if e.Missing != nil && e.Missing(name) {
		return "", false, nil
	}
	name, modifier, _ := strings.Cut(name, "@")
	language, codeset, explicit := strings.Cut(name, ".")
	if !explicit {
		if modifier != "" {
			name += "@" + modifier
		}
		charset, installed = l.charsets[name]
		return charset, installed, nil // an unknown one is not installed anywhere
	}
	charset, known := l.codesets[normalCodeset(codeset)]
	switch {
	case language == "POSIX" || language == "C" && charset != "UTF-8":
		return "", false, nil // glibc has C.UTF-8 alone
	case known:
		return charset, true, nil
	}
	if _, ok := modelled()[ingest.Python313].find(codeset); ok {
		return codeset, true, nil // a locale that somebody made
	}
	return "", false, fmt.Errorf("locale %s: charset %q is not known", name, codeset)
}

// normalCodeset is _nl_normalize_codeset of glibc: letters and digits only, in lower
// case, with "iso" before what is digits alone.
func normalCodeset(s string) string {
	letters := false
	s = strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z':
			letters = true
			return r + 'a' - 'A'
		case r >= 'a' && r <= 'z':
			letters = true
			return r
		case r >= '0' && r <= '9':
			return r
		}
		return -1
	}, s)
	if !letters {
		return "iso" + s
	}
	return s
}

//go:generate go run makelocales.go

// localesText is what makelocales.go describes.
//
//go:embed locales.txt
var localesText string

// localeTable is what is known of locales by their names.
type localeTable struct {
	charsets map[string]string // by a name without a charset in it
	codesets map[string]string // by a charset as normalCodeset writes it
	aliases  map[string]string
}

var locales = sync.OnceValue(func() localeTable {
	t := localeTable{map[string]string{}, map[string]string{}, map[string]string{}}
	for line := range strings.Lines(localesText) {
		f := strings.Fields(line)
		if f[0] == "=" {
			t.aliases[f[1]] = f[2]
			continue
		}
		t.codesets[normalCodeset(f[0])] = f[0]
		for _, name := range f[1:] {
			t.charsets[name] = f[0]
		}
	}
	return t
})
