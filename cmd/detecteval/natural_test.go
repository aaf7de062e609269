package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"testing"
)

// TestNatural reads an archive laid out like chardet's.
func TestNatural(t *testing.T) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	for name, text := range map[string]string{"tests/windows-1251-russian/a.txt": "\xe4\xee\xec", "tests/Big5/b.txt": "\xa4\xa4", "tests/utf-8/bad.txt": "\xff", "chardet/x/y.py": "pass"} {
		if err := w.WriteHeader(&tar.Header{Name: "chardet-1/" + name, Mode: 0o644, Size: int64(len(text)), Typeflag: tar.TypeReg}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	w.Close()
	z.Close()
	archive := filepath.Join(t.TempDir(), "chardet-1.tar.gz")
	if err := os.WriteFile(archive, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	files, left, err := loadNatural(archive)
	if err != nil || len(files) != 2 || left != 1 {
		t.Fatalf("%d files, %d left out, %v; want 2 and 1", len(files), left, err)
	}
	for _, f := range files {
		switch f.truth {
		case "cp1251":
			if f.language != "russian" {
				t.Errorf("language %q", f.language)
			}
		case "cp950":
			if f.also != "big5" || !rightText(f, "big5") {
				t.Errorf("Big5 may mean %q, too", f.also)
			}
		default:
			t.Errorf("%s is labelled %s", f.path, f.truth)
		}
	}
}

// TestMeasurePage: pages are asked for their charset, though they are no tables.
func TestMeasurePage(t *testing.T) {
	data := []byte("<html><body><p>Le caf\xe9 cr\xe8me</p></body></html>\n")
	results, err := measure([]file{{path: "page", truth: "cp1252", size: int64(len(data)), data: data}})
	if err != nil || !results[0].right {
		t.Errorf("%+v, %v", results, err)
	}
}
