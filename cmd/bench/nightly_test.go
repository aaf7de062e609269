package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest/fetch/ftptest"
)

// TestMain: run by the bench's code as "work TASK", the tests are the bench.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "work" {
		main()
		return
	}
	os.Exit(m.Run())
}

// TestBare: the loop without us fetches each file once, over two connections.
func TestBare(t *testing.T) {
	files := map[string]ftptest.File{}
	for i := range 7 {
		files[fmt.Sprintf("out/stock_%05d.csv", i)] = ftptest.File{Data: delivery(i)}
	}
	s, err := ftptest.New(ftptest.Options{Files: files})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, _, err := work(t.Context(), "retrieve", s.Addr(), 7); err != nil || s.Count("RETR") != 7 || s.Count("USER") != 2 {
		t.Errorf("%v: %d transfers, %d logins", err, s.Count("RETR"), s.Count("USER"))
	}
	if err := retrieveAll(s.Addr(), 8); err == nil {
		t.Error("a file that is not there was fetched")
	}
}

// TestNightly: every row of the sweep's benchmarks can be measured, and stands in the page.
func TestNightly(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(root)
	page := filepath.Join(t.TempDir(), "page.md")
	n := nightly{entries: 50, files: 5, feeds: 4, hosts: 2}
	n.out = page
	var out strings.Builder
	if err := n.bench(context.Background(), &out); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"| a listing of 50 files | < 5 s |", "| peak memory at a listing of 50 files |", "| 5 new deliveries of 2 KB, end to end, archive and state on this disk,", "archive and state in memory,", "| CPU of a sweep with nothing new of 4 feeds on 2 hosts, its state in a file |", "the first sweep, of 12 deliveries"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the page lacks %q:\n%s", want, text)
		}
	}
}
