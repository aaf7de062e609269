package pycodec

import (
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/interp/interptest"
)

// environment makes an Environment of words: variables, and "-X" for the option.
func environment(words string) Environment {
	e := Environment{Env: map[string]string{}}
	for _, w := range strings.Fields(words) {
		name, value, _ := strings.Cut(w, "=")
		if name == "-X" {
			e.XUTF8 = value
		} else {
			e.Env[name] = value
		}
	}
	return e
}

// localeRows say what open() uses in 2.7 (there io.open), 3.6, and 3.7 and later; "!" is
// a Python that does not start. TestLocaleConfirm judges by what the machine has.
var localeRows = []struct{ env, py27, py36, later, why string }{
	{"", "ascii", "ascii", "utf-8", "the C locale: PEP 540"},
	{"LC_ALL=C", "ascii", "ascii", "utf-8", "a cron job"},
	{"LC_ALL=POSIX", "ascii", "ascii", "utf-8", ""},
	{"LANG=C", "ascii", "ascii", "utf-8", ""},
	{"LC_ALL= LC_CTYPE=C LANG=en_GB.UTF-8", "ascii", "ascii", "utf-8", "an empty variable is none; LC_CTYPE goes before LANG"},
	{"LC_ALL=C LC_CTYPE=de_DE", "ascii", "ascii", "utf-8", "LC_ALL goes before both"},
	{"LC_ALL=C PYTHONUTF8=0", "ascii", "ascii", "ascii", ""},
	{"LANG=C PYTHONUTF8=0", "ascii", "ascii", "utf-8", "coerced to C.UTF-8: PEP 538"},
	{"LC_CTYPE=POSIX PYTHONUTF8=0", "ascii", "ascii", "utf-8", ""},
	{"LANG=C PYTHONUTF8=0 PYTHONCOERCECLOCALE=warn", "ascii", "ascii", "utf-8", "coerced, with a word"},
	{"LANG=C PYTHONUTF8=0 PYTHONCOERCECLOCALE=0", "ascii", "ascii", "ascii", ""},
	{"LANG=C PYTHONCOERCECLOCALE=0", "ascii", "ascii", "utf-8", "UTF-8 mode all the same"},
	{"LANG=C PYTHONUTF8=0 LC_ALL=", "ascii", "ascii", "utf-8", "an empty LC_ALL does not forbid it"},
	{"LC_ALL=C PYTHONUTF8=", "ascii", "ascii", "utf-8", "an empty PYTHONUTF8 is none"},
	{"LC_ALL=C PYTHONUTF8=1", "ascii", "ascii", "utf-8", ""},
	{"LC_ALL=C PYTHONUTF8=2", "ascii", "ascii", "!", ""},
	{"LC_ALL=C PYTHONUTF8=1 -X=0", "ascii", "ascii", "ascii", "the option wins"},
	{"LC_ALL=C PYTHONUTF8=2 -X=1", "ascii", "ascii", "utf-8", "and the variable is not looked at"},
	{"LC_ALL=C -X=x", "ascii", "ascii", "!", ""},
	{"LC_ALL=C PYTHONUTF8=0 PYTHONIOENCODING=latin-1", "ascii", "ascii", "ascii", "for standard streams only"},
	{"LC_ALL=C.UTF-8", "utf-8", "utf-8", "utf-8", ""},
	{"LC_ALL=C.utf8 PYTHONUTF8=0", "utf-8", "utf-8", "utf-8", "the locale, not the mode"},
	{"LC_ALL=C.ISO-8859-1", "ascii", "ascii", "utf-8", "there is no such locale"},
	{"LC_ALL=POSIX.UTF-8 PYTHONUTF8=0", "ascii", "ascii", "ascii", ""},
	{"LC_ALL=nope", "ascii", "ascii", "utf-8", "nor this"},
	{"LC_ALL=en_GB.UTF-8", "utf-8", "utf-8", "utf-8", ""},
	{"LC_ALL=en_GB.ISO-8859-1", "iso8859-1", "iso8859-1", "iso8859-1", "a charset in the name"},
	{"LC_ALL=en_GB.iso88591 PYTHONUTF8=1", "iso8859-1", "iso8859-1", "utf-8", ""},
	{"LANG=de_DE@euro", "iso8859-15", "iso8859-15", "iso8859-15", "a charset that glibc knows"},
	{"LANG=de_DE.UTF-8@euro", "utf-8", "utf-8", "utf-8", ""},
	{"LANG=de_DE", "iso8859-1", "iso8859-1", "iso8859-1", ""},
	{"LANG=bg_BG", "cp1251", "cp1251", "cp1251", ""},
	{"LANG=am_ET", "utf-8", "utf-8", "utf-8", ""},
	{"LANG=ja_JP.eucJP", "euc_jp", "euc_jp", "euc_jp", ""},
	{"LANG=ja_JP", "euc_jp", "euc_jp", "euc_jp", "an alias of locale.alias"},
	{"LANG=russian", "koi8-r", "koi8-r", "koi8-r", ""},
	{"LANG=zh_CN.GB18030", "gb18030", "gb18030", "gb18030", ""},
	{"LANG=ja_JP.SJIS", "shift_jis", "shift_jis", "shift_jis", "glibc supports none, but somebody may have made it"},
	{"LANG=zh_TW.EUC-TW", "EUC-TW", "!", "!", "no Python has this codec"},
	{"LANG=zh_TW.EUC-TW PYTHONUTF8=1", "EUC-TW", "!", "utf-8", ""},
}

func TestLocaleCodec(t *testing.T) {
	for _, r := range localeRows {
		for _, v := range []struct{ python, want string }{{"2.7", r.py27}, {"3.6", r.py36}, {"3.7", r.later}, {"3.13", r.later}, {"3.14", r.later}} {
			got, err := environment(r.env).LocaleCodec(py(v.python))
			if errors.Is(err, ErrNoStart) {
				got = "!"
			} else if err != nil {
				t.Error(err)
			}
			if got != v.want {
				t.Errorf("%s in %q: %q, want %q (%s)", v.python, r.env, got, v.want, r.why)
			}
		}
	}
	missing := environment("LANG=de_DE PYTHONUTF8=0 PYTHONCOERCECLOCALE=0")
	missing.Missing = func(name string) bool { return name == "de_DE" }
	if got, err := missing.LocaleCodec(py("3.13")); got != "ascii" || err != nil {
		t.Errorf("a locale that is not installed: %q, %v, want ascii", got, err)
	}
	for words, want := range map[string]string{
		"LANG=nope LC_CTYPE=de_DE": "utf-8", "LC_TIME=nope LC_CTYPE=de_DE": "utf-8", "LC_TIME=nope LC_ALL=de_DE": "iso8859-1",
		"LANG=nope LC_CTYPE=de_DE PYTHONUTF8=0": "utf-8", "LANG=nope LC_CTYPE=de_DE PYTHONUTF8=0 PYTHONCOERCECLOCALE=0": "iso8859-1",
	} {
		if got, err := environment(words).LocaleCodec(py("3.7")); got != want || err != nil {
			t.Errorf("3.7 in %q: %q, %v, want %q", words, got, err, want)
		}
		if got, err := environment(words).LocaleCodec(py("3.8")); got != "iso8859-1" || err != nil {
			t.Errorf("3.8 in %q: %q, %v, want iso8859-1", words, got, err)
		}
	}
	if _, err := environment("LANG=xx_YY.no-such").LocaleCodec(py("3.13")); err == nil || !strings.Contains(err.Error(), `charset "no-such" is not known`) {
		t.Errorf("a charset that nobody knows: %v", err)
	}
}

// openedBy prints what a Python makes of open() without an encoding, and then what it
// reads in the files of a directory.
const openedBy = `
import codecs, io, os, sys
try:
    files = [io.open(os.devnull), open(os.devnull)]
    for f in files[:1] if str is bytes else files:
        print('%s %s' % (codecs.lookup(f.encoding).name, f.errors))
except LookupError as e:
    print('%s' % e)
    sys.exit()
print('')
for name in sorted(os.listdir(sys.argv[1])):
    with io.open(os.path.join(sys.argv[1], name), newline='') as f:
        try:
            print(codecs.encode(f.read().encode('utf-8'), 'hex').decode('ascii'))
        except Exception as e:
            print('%s: %s' % (type(e).__name__, e))
`

// spawned is what a real Python answers in an environment: how it opens files, and what
// it reads in each of those in dir.
func spawned(t *testing.T, p interp.Interpreter, e Environment, dir string) (opens string, reads []string) {
	t.Helper()
	args := []string{"-S", "-s", "-B", "-c", openedBy, dir}
	if e.XUTF8 != "" && p.Version.AtLeast(3, 7) {
		args = append([]string{"-X", "utf8=" + e.XUTF8}, args...)
	}
	cmd := exec.CommandContext(t.Context(), p.Path, args...)
	cmd.Env = []string{"LOCPATH=" + os.Getenv("LOCPATH")}
	for name, value := range e.Env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	out, err := cmd.Output()
	if err != nil {
		return "!", nil
	}
	head, rest, _ := strings.Cut(string(out), "\n\n")
	lines := slices.Compact(strings.Split(strings.TrimSpace(head), "\n"))
	return strings.Join(lines, "; "), strings.Split(strings.TrimSuffix(rest, "\n"), "\n")
}

// predicted is what spawned should answer.
func predicted(t *testing.T, p interp.Interpreter, e Environment) string {
	t.Helper()
	codec, err := e.LocaleCodec(p.Version)
	switch c, _, _ := Lookup(p.Version, codec); {
	case errors.Is(err, ErrNoStart):
		return "!"
	case err != nil:
		t.Fatal(err)
	case c == nil:
		return "unknown encoding: " + codec
	}
	return codec + " strict"
}

// readAs is what spawned should read in a file by the codec that it opens it with.
func readAs(t *testing.T, py ingest.Python, opens string, data []byte) string {
	t.Helper()
	codec, _, err := Lookup(py, strings.TrimSuffix(opens, " strict"))
	if err != nil {
		t.Fatal(err)
	}
	text, raised := codec.NewDecoder("strict").Decode(nil, data, true)
	if raised != nil {
		return raised.Error()
	}
	return hex.EncodeToString(text)
}

// localeFiles writes files such as are opened without an encoding: text in the locales'
// charsets, whole or cut, and bytes of any kind.
func localeFiles(t *testing.T) (dir string, files [][]byte) {
	t.Helper()
	dir = t.TempDir()
	rng := rand.New(rand.NewPCG(8, 14))
	words := []string{"sku;stock\r\n", "caf\xc3\xa9", "caf\xe9", "\xa41,50", "\xe2\x82\xac", "\x80 12", "\xef\xbb\xbf", "\xa5\xab\xa5\xca", "\xb1\xe2\xb5\xa5", "\x8f\xa2\xb7", "\x816\xa50", "a\x00b", "\xed\xa0\x80", "\xff\xfe"}
	for i := range localeFileCount {
		var data []byte
		for range rng.IntN(8) {
			data = append(data, words[rng.IntN(len(words))]...)
		}
		if i%4 == 0 && len(data) > 0 {
			data[rng.IntN(len(data))] = byte(rng.IntN(256))
		}
		if i%8 == 1 {
			data = data[:len(data)-min(1, len(data))]
		}
		files = append(files, data)
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%03d", i)), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir, files
}

// localeFileCount makes some 20,000 cases of the environments of a whole "make confirm".
const localeFileCount = 90

// TestLocaleConfirm starts every interpreter in generated environments, with the
// locales that this machine has, those it has not, and the table's, and has it read the
// same files in each.
func TestLocaleConfirm(t *testing.T) {
	installed := installedLocales(t)
	t.Logf("locales of this machine: %s", strings.Join(installed, " "))
	missing := func(name string) bool { return !slices.Contains(installed, normalLocale(name)) }
	dir, files := localeFiles(t)
	interptest.Each(t, func(t *testing.T, p *interp.Process) {
		var all []Environment
		for _, r := range localeRows {
			all = append(all, environment(r.env))
		}
		rng := rand.New(rand.NewPCG(8, uint64(p.Interpreter.Version.Minor)))
		for range interptest.Cases(250) {
			all = append(all, randomEnvironment(rng, installed))
		}
		cases, bad := 0, 0
		judge := func(e Environment, what, got, want string) {
			if cases++; got != want {
				bad++
				t.Errorf("mismatch: python %s, env %v, -X utf8 %q: %s %q, the model says %q", p.Interpreter.Full, e.Env, e.XUTF8, what, got, want)
			}
		}
		for _, e := range all {
			e.Missing = missing
			opens, reads := spawned(t, p.Interpreter, e, dir)
			want := predicted(t, p.Interpreter, e)
			judge(e, "open() uses", opens, want)
			if opens != want || !strings.HasSuffix(opens, " strict") {
				continue
			}
			for i, data := range files {
				judge(e, fmt.Sprintf("of %q it reads", data), reads[i], readAs(t, p.Interpreter.Version, opens, data))
			}
		}
		interptest.Record(t, "locale", p, cases, bad)
	})
}

func randomEnvironment(rng *rand.Rand, installed []string) Environment {
	names := slices.Concat(installed, installed, []string{"C", "POSIX", "C.UTF-8", "C.utf8", "nope", "xx_YY.UTF-8", "C.ISO-8859-1", ""})
	e := Environment{Env: map[string]string{}}
	set := func(name string, odds int, values ...string) {
		if rng.IntN(odds) == 0 {
			e.Env[name] = values[rng.IntN(len(values))]
		}
	}
	set("LC_ALL", 2, names...)
	set("LC_CTYPE", 2, names...)
	set("LANG", 2, names...)
	set("LC_TIME", 6, names...)
	set("PYTHONUTF8", 2, "0", "0", "1", "")
	set("PYTHONCOERCECLOCALE", 2, "0", "1", "warn", "")
	set("PYTHONIOENCODING", 8, "latin-1", "utf-8:replace")
	if rng.IntN(4) == 0 {
		e.XUTF8 = fmt.Sprint(rng.IntN(2))
	}
	return e
}

// installedLocales are those of "locale -a" and those in $LOCPATH, where localedef
// can put locales for this test alone.
func installedLocales(t *testing.T) []string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "locale", "-a").Output()
	if err != nil {
		t.Skipf("locale -a: %v", err)
	}
	own, _ := os.ReadDir(os.Getenv("LOCPATH")) // none
	var names []string
	for _, name := range strings.Fields(string(out)) {
		names = append(names, normalLocale(name))
	}
	for _, dir := range own {
		names = append(names, dir.Name())
	}
	return names
}

// normalLocale is a name as "locale -a" has it.
func normalLocale(name string) string {
	name, modifier, has := strings.Cut(name, "@")
	if language, codeset, ok := strings.Cut(name, "."); ok {
		name = language + "." + normalCodeset(codeset)
	}
	if has {
		name += "@" + modifier
	}
	return name
}
