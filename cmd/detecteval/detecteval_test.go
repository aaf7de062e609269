package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/cmd/detecteval/trivial"
)

// TestFresh holds detection to a floor on the built set, whose words are those of
// words.txt: what it was when the page was written, less a little.
func TestFresh(t *testing.T) {
	files, err := buildFresh("", freshSeed)
	if err != nil {
		t.Fatal(err)
	}
	results, err := measure(files)
	if err != nil {
		t.Fatal(err)
	}
	p := page{files: files, results: map[string][]result{ours: results}}
	all := p.tally(results, inSet(freshSet))
	more := p.tally(results, func(f file) bool { return f.class != "1" })
	if len(files) < 4000 || all.all() < 97.5 || all.macro() < 96.5 || all.weighted() < 99 || more.all() < 99 {
		t.Errorf("%d files: %.2f %% right, macro %.2f, mix %.2f; with three characters or more %.2f", len(files), all.all(), all.macro(), all.weighted(), more.all())
	}
	again, err := buildFresh("", freshSeed, "ar")
	if err != nil {
		t.Fatal(err)
	}
	for i := range again {
		if !bytes.Equal(files[i].data, again[i].data) {
			t.Fatalf("%s is built differently every time", files[i].path)
		}
	}
}

// TestLabelledFolder reads both kinds of folders and writes the page.
func TestLabelledFolder(t *testing.T) {
	dir := t.TempDir()
	write := func(name, data string) {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("cp1250/a.csv", "ksi\xb9\xbfka\n")
	write("utf_8/b.csv", "café\n")
	for _, manifest := range []string{"", "path\tsource\ttrue_encoding\tlanguage\tsize_class\tbytes\tnon_ascii\tcount_class\tbase\n" +
		"cp1250/a.csv\tcsv\tcp1250\tpl\t200\t8\t2\t1\ten\nutf_8/b.csv\tcsv\tutf_8\tfr\t200\t6\t1\t1\ten\n"} {
		if manifest != "" {
			write("manifest.tsv", manifest)
		}
		files, err := load(dir, "")
		if err != nil || len(files) != 2 {
			t.Fatalf("%d files, %v", len(files), err)
		}
		results, err := measure(files)
		if err != nil || !results[0].right || !results[1].right || results[0].charset != "cp1250" || !results[1].proof {
			t.Errorf("%+v, %v", results, err)
		}
		p := page{files: files, results: map[string][]result{ours: results}}
		if err := p.others(); err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if err := p.write(&out); err != nil || !strings.Contains(out.String(), "| feedparity | 100.0 / 100.0 / 100.0 |") {
			t.Errorf("%s, %v", out.String(), err)
		}
	}
	if half, err := load(dir, "1"); err != nil || len(half) != 1 {
		t.Errorf("half: %d files, %v", len(half), err)
	}
}

func TestRightText(t *testing.T) {
	latin := file{truth: "iso8859-1", data: []byte("caf\xe9")}
	for charset, want := range map[string]bool{"cp1252": true, "iso8859-1": true, "cp1251": false, "utf-8": false} {
		if rightText(latin, charset) != want {
			t.Errorf("%s for Latin-1: %v", charset, !want)
		}
	}
	if !rightText(file{truth: "utf-8-sig", data: []byte("\ufeffé")}, "utf-8") {
		t.Error("a byte order mark aside, UTF-8 is UTF-8")
	}
	for in, want := range map[string]string{"a\xe9": "cp1252", "é": "utf-8", "a\x00b\x00": "utf-16-le", "\xff\xfea\x00": "utf-16"} {
		if got := trivial.Rule([]byte(in)); got != want {
			t.Errorf("trivially %q: %s, want %s", in, got, want)
		}
	}
	if peerCodec("GB-18030") != "gb18030" || peerCodec("windows-1252") != "cp1252" || peerCodec("no such") != "no such" {
		t.Error("labels of other libraries")
	}
}

// TestSpeedGoals: the page holds what was measured against what was asked.
func TestSpeedGoals(t *testing.T) {
	p := page{speeds: []speed{
		{ours, "all, 200 B", 10, 100_000}, {"saintfish/chardet", "all, 200 B", 10, 310_000},
		{ours, "all, 200 KB", 10, 100_000}, {"saintfish/chardet", "all, 200 KB", 10, 1_990_000},
		{ours, "UTF-8, 20 KB", 10, 60_000}, {validRule, "UTF-8, 20 KB", 10, 20_000},
	}}
	var out bytes.Buffer
	p.speedGoals(&out)
	want := `| speed, 200 B | 3 times saintfish/chardet | 3.1 | holds |
| speed, 200 KB | 20 times saintfish/chardet | 19.9 | MISSED |
| speed, UTF-8, 20 KB | at most 6.0 µs, twice utf8.Valid and 2 | 6.0 µs | holds |
`
	if out.String() != want {
		t.Errorf("got\n%s", out.String())
	}
}
