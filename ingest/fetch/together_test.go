package fetch

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/feedparity/feedparity/ingest/fetch/ftptest"
)

// TestConfirm: much of a directory is looked at by one more listing, with the same answers
// as a question about each file gives.
func TestConfirm(t *testing.T) {
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	name := func(i int) string { return fmt.Sprintf("in/%03d.csv", i) }
	refused := ftptest.Fault{Command: "MLSD", Action: ftptest.Reply, Reply: "550 not now"}
	for what, c := range map[string]struct {
		take, more int // of so many more in the directory
		later      bool
		change     func(*ftptest.Server)
		fault      ftptest.Fault
		again      string // what is to be taken again
		asked      string // MLSD and MLST, in all
	}{
		"as they were":     {take: 40, later: true, asked: "2 0"},
		"few":              {take: fewTogether - 1, asked: "1 31"},
		"few of many":      {take: 32, more: 32 * 16, asked: "1 32"},
		"just as many":     {take: 32, more: 32 * 15, later: true, asked: "2 0"},
		"another time":     {take: 40, later: true, change: func(s *ftptest.Server) { s.Put(name(3), ftptest.File{Data: payload(300), MTime: at.Add(time.Hour)}) }, again: "in/003.csv", asked: "2 0"},
		"another size":     {take: 40, later: true, change: func(s *ftptest.Server) { s.Put(name(4), ftptest.File{Data: payload(301), MTime: at}) }, again: "in/004.csv", asked: "2 0"},
		"one is gone":      {take: 40, later: true, change: func(s *ftptest.Server) { s.Remove(name(5)) }, again: "in/005.csv", asked: "2 0"},
		"other lines":      {take: 40, later: true, fault: ftptest.Fault{Command: "MLSD", Action: ftptest.ListData, Data: otherLines(40, name)}, asked: "2 0"},
		"a cut listing":    {take: 40, later: true, fault: ftptest.Fault{Command: "MLSD", Action: ftptest.ListData, Data: otherLines(40, name)[:1000]}, asked: "2 40"},
		"no second look":   {take: 40, later: true, fault: refused, asked: "2 40"},
		"one of them gone": {take: 40, later: true, fault: refused, change: func(s *ftptest.Server) { s.Remove(name(6)) }, again: "in/006.csv", asked: "2 40"},
	} {
		t.Run(what, func(t *testing.T) {
			files := map[string]ftptest.File{}
			for i := range c.take + c.more {
				files[name(i)] = ftptest.File{Data: payload(300), MTime: at}
			}
			srv := serve(t, ftptest.Options{Files: files})
			src, dir := open(t, srv.URL(), quick(srv)), openDir(t)
			entries, _, err := src.List(t.Context(), "in")
			if err != nil || len(entries) != c.take+c.more {
				t.Fatal(len(entries), err)
			}
			if c.fault.Command != "" {
				srv.AddFault(c.fault)
			}
			many := NewMany(src, dir, 1000, entries[:c.take]...)
			var taken []Entry
			for _, e := range entries[:c.take] {
				d, err := many.Take(t.Context(), e, LocalName(e.Name()))
				if err != nil || d.Size != 300 || d.Later != c.later {
					t.Fatalf("%s: %d bytes, later %v, %v", e.Path, d.Size, d.Later, err)
				}
				if d.Later {
					taken = append(taken, d.Entry)
				}
			}
			if c.change != nil {
				c.change(srv)
			}
			var again []string
			for i, a := range many.Confirm(t.Context(), taken...) {
				if a {
					again = append(again, taken[i].Path)
				}
			}
			if got := strings.Join(again, " "); got != c.again {
				t.Errorf("again: %s, want %s", got, c.again)
			}
			if got := fmt.Sprint(srv.Count("MLSD"), srv.Count("MLST")); got != c.asked {
				t.Errorf("MLSD, MLST: %s, want %s", got, c.asked)
			}
		})
	}
}

// otherLines say of files what is said by other facts, too.
func otherLines(n int, name func(int) string) []byte {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "type=file;size=300;modify=20260301120000.000;UNIX.atime=%d; %s\r\n", i, strings.TrimPrefix(name(i), "in/"))
	}
	return []byte(b.String())
}

// TestLargerAtOnce: what is in a file is looked at right after it was taken.
func TestLargerAtOnce(t *testing.T) {
	files := map[string]ftptest.File{}
	for i := range 40 {
		files[fmt.Sprintf("%03d.csv", i)] = ftptest.File{Data: payload(1001)}
	}
	srv := serve(t, ftptest.Options{Files: files})
	src, dir := open(t, srv.URL(), quick(srv)), openDir(t)
	entries, _, err := src.List(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	d, err := NewMany(src, dir, 1000, entries...).Take(t.Context(), entries[0], "a")
	if err != nil || d.Later || srv.Count("MLST") != 1 {
		t.Errorf("later %v after %d questions, %v", d.Later, srv.Count("MLST"), err)
	}
}
