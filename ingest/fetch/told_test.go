package fetch

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/feedparity/feedparity/ingest/fetch/ftptest"
)

// TestTold: what MLSD told of a file need not be asked for; what proves wrong is.
func TestTold(t *testing.T) {
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	refused := ftptest.Fault{Command: "MLST", Action: ftptest.Reply, Reply: "502 no"}
	for name, c := range map[string]struct {
		file  ftptest.File // when it is listed
		now   ftptest.File // and when it is fetched
		fault ftptest.Fault
		asked string // RETR, MLST, SIZE
		err   error
	}{
		"as listed":    {asked: "1 1 0"},
		"no MLST":      {fault: refused, asked: "1 1 1"},
		"MLST says no": {fault: ftptest.Fault{Command: "MLST", Action: ftptest.Reply, Reply: "550 no"}, asked: "1 1 1"},
		"no times":     {fault: ftptest.Fault{Command: "MLST", Action: ftptest.Reply, Reply: "250-as asked\r\n size=300; a.csv\r\n250 End"}, asked: "1 1 1"},
		"another file": {now: ftptest.File{Data: payload(200), MTime: at}, asked: "1 1 0", err: ErrChanged},
		"another time": {now: ftptest.File{Data: payload(300), MTime: at.Add(time.Hour)}, asked: "1 1 0", err: ErrChanged},
		"a link":       {file: ftptest.File{Data: payload(300), MTime: at, Link: "b.csv"}, asked: "2 1 3"}, // SIZE, and before and after
		"two times":    {file: ftptest.File{Data: payload(300), MTime: at}, fault: refused, now: ftptest.File{Data: payload(300), MTime: at.Add(time.Hour)}, asked: "2 1 3"},
		"short":        {fault: ftptest.Fault{Command: "RETR", Action: ftptest.Short, After: 100}, asked: "1 1 1", err: &LengthError{}},
		"grows after":  {fault: ftptest.Fault{Command: "MLST", Action: ftptest.Reply, Reply: "250-as asked\r\n type=file;size=301;modify=20260301120000; a.csv\r\n250 End"}, asked: "1 1 0", err: ErrChanged},
		"MLST cut":     {fault: ftptest.Fault{Command: "MLST", Action: ftptest.KillControl}, asked: "1 1 0", err: errAny},
	} {
		t.Run(name, func(t *testing.T) {
			if c.file.Data == nil {
				c.file = ftptest.File{Data: payload(300), MTime: at}
			}
			srv := serve(t, ftptest.Options{Files: map[string]ftptest.File{"a.csv": c.file}})
			src, dir := open(t, srv.URL(), quick(srv)), openDir(t)
			entries, _, err := src.List(t.Context(), "")
			if err != nil || len(entries) != 1 {
				t.Fatal(entries, err)
			}
			want := c.file.Data
			if c.now.Data != nil {
				srv.Put("a.csv", c.now)
				want = c.now.Data
			}
			if c.fault.Command != "" {
				srv.AddFault(c.fault)
			}
			d, err := NewMany(src, dir, 1000).Take(t.Context(), entries[0], "a.csv")
			if asked := fmt.Sprint(srv.Count("RETR"), srv.Count("MLST"), srv.Count("SIZE")); asked != c.asked {
				t.Errorf("RETR, MLST, SIZE: %s, want %s", asked, c.asked)
			}
			var length *LengthError
			switch {
			case c.err == nil && (err != nil || string(d.Data) != string(want)):
				t.Errorf("%d bytes, %v, want %d", len(d.Data), err, len(want))
			case c.err != nil && err == nil,
				errors.Is(c.err, ErrChanged) && !errors.Is(err, ErrChanged),
				errors.As(c.err, &length) && !errors.As(err, &length):
				t.Errorf("error %v, want %v", err, c.err)
			}
		})
	}
}

var errAny = errors.New("any")

// TestToldOnce: a server whose listing proved wrong is asked about every file.
func TestToldOnce(t *testing.T) {
	srv := serve(t, ftptest.Options{Files: map[string]ftptest.File{"a.csv": {Data: payload(30), Link: "b"}, "b.csv": {Data: payload(40)}}})
	src, dir := open(t, srv.URL(), quick(srv)), openDir(t)
	entries, _, err := src.List(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		d, err := NewMany(src, dir, 1000).Take(t.Context(), e, e.Path)
		if err != nil || d.Size == int64(len("b")) {
			t.Errorf("%s: %d bytes, %v", e.Path, d.Size, err)
		}
	}
	if n := srv.Count("MLST"); n != 1 {
		t.Errorf("MLST %d times", n)
	}
}
