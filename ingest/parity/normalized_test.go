package parity

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/embedded"
)

// TestNormalizedViewIsNotRepeated where it could only say again what the raw one said, and is
// run wherever it might say something else.
func TestNormalizedViewIsNotRepeated(t *testing.T) {
	bounded := func(p *ingest.Pair) { p.Py2.Codec, p.Py3.Codec = "utf-16", "utf-16" }
	for _, tt := range []struct {
		name string
		data string
		pair ingest.Pair
		runs int // of both paths, in both views
	}{
		{"ASCII, by codecs that read it alike", "sku,name\n1,cap\n", pair(t, "latin1-cp1252"), 2},
		{"ASCII, as detected", "sku,name\n1,cap\n", pair(t, "detected"), 2},
		{"ASCII with a line break in quotes", "sku,name\n1,\"c\nap\"\n", pair(t, "detected"), 2},
		{"ASCII, by a codec that reads it otherwise", "sku,name\n1,cap\n", pair(t, "utf8", bounded), 4},
		{"UTF-8, read as that", "sku,name\n1,caf\u00e9\n", pair(t, "utf8"), 2},
		{"UTF-8, by policies that the view changes", "sku,name\n1,caf\u00e9\n", pair(t, "sig"), 4},
		{"another charset", "sku,name\n1,caf\xe9\n2,na\xefve\n", pair(t, "detected"), 4},
		{"a mark is taken out", "\ufeffsku,name\n1,cap\n", pair(t, "detected"), 4},
		{"the last line break is missing", "sku,name\n1,cap", pair(t, "detected"), 2},
		{"Ctrl-Z at the end", "sku,name\n1,cap\n\x1a", pair(t, "detected"), 4},
		{"what differs is explained in both views", "sku,qty\n1,1_0\n", pair(t, "detected", quantities), 4},
	} {
		t.Run(tt.name, func(t *testing.T) {
			n := 0
			l := &Line{Engine: engineFunc(func(ctx context.Context, in ingest.Input) (ingest.Rows, error) {
				n++
				return embedded.New().Ingest(ctx, in)
			})}
			r := check(t, l, delivery(tt.data, tt.pair))
			defer r.Close()
			if explained := len(r.Views[0].Findings) > 0; n != tt.runs && !explained || n < tt.runs { // to explain runs them as well
				t.Errorf("%d runs, want %d", n, tt.runs)
			}
			sameAsAlone(t, l, delivery(tt.data, tt.pair), &r.Views[1])
		})
	}
}

// sameAsAlone holds a normalized view against what it says where no raw one was run.
func sameAsAlone(t *testing.T, l *Line, d Delivery, v *View) {
	t.Helper()
	alone := l.View(t.Context(), d, ingest.Normalized)
	defer alone.Close()
	said := func(v *View) string {
		v.Result.Order = nil // a pointer, and the first finding has what it points to
		return fmt.Sprintf("%+v\n%s\n%s\n%+v\n%+v\n%q", v.Result, v.Py2, v.Py3, v.Edits, v.Findings, v.Warnings)
	}
	if with, without := said(v), said(&alone); with != without {
		t.Errorf("with the raw view\n%s\nalone\n%s", with, without)
	}
}

// TestNormalizedViewAlone: over all built-in pairs and deliveries of little but what makes a
// difference, the normalized view says what it says alone.
func TestNormalizedViewAlone(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	pieces := []string{"a", "1", ",", ";", "\n", "\r\n", "\r", "\"", "\"\"", " ", "\t", "\x00", "\x1a", "\x1c", "\ufeff", "é", "\xe9", "\u2028", "١", "1_0", "+AGE-", "~{", "\x1b$B"}
	l := models()
	for range 40 {
		var b strings.Builder
		for range 1 + r.IntN(12) {
			n := len(pieces)
			if r.IntN(2) == 0 {
				n = 6 // nothing that is not ASCII and canonical
			}
			b.WriteString(pieces[r.IntN(n)])
		}
		for _, builtin := range ingest.Builtin() {
			for _, change := range []func(*ingest.Pair){func(*ingest.Pair) {}, func(p *ingest.Pair) { p.Py2.Reader, p.Py3.Reader = ingest.DictReader, ingest.DictReader }} {
				d := delivery(b.String(), pair(t, builtin.Name, change))
				found, err := l.Check(t.Context(), d)
				if err != nil { // no text
					continue
				}
				if v := &found.Views[1]; v.Err == nil {
					sameAsAlone(t, l, d, v)
				}
				found.Close()
				if t.Failed() {
					t.Fatalf("%q, pair %s", b.String(), builtin.Name)
				}
			}
		}
	}
}

// TestCallsAreNotRepeated on a normalized view that is the delivery itself.
func TestCallsAreNotRepeated(t *testing.T) {
	for data, want := range map[string]int{"sku,name\n1,cap\n": 1, "sku,name\n1,caf\u00e9\n": 1, "sku,name\r\n1,cap\r\n": 2} {
		n := [2]int{}
		l := &Line{Engine: embedded.New(), NoRepeats: true, Calls: engineFunc(func(ctx context.Context, in ingest.Input) (ingest.Rows, error) {
			p := in.Settings.Python.Path()
			n[p]++
			in.Call = nil
			rows, err := embedded.New().Ingest(ctx, in)
			return ran{rows, [2]string{"2.7.18", "3.11.7"}[p]}, err
		})}
		d := delivery(data, pair(t, "utf8"))
		d.Calls = [2]*ingest.Call{{Function: "shop:load"}, {Function: "shop:load"}}
		r := check(t, l, d)
		if n != [2]int{want, want} {
			t.Errorf("%q: called %v times, want %d", data, n, want)
		}
		for _, v := range r.Views {
			if v.Err != nil || v.Result.Verdict != ingest.Parity || v.Py3.Python.String() != "3.11" {
				t.Errorf("%q, %s: %s on %s, %v", data, v.View, v.Result.Verdict, v.Py3.Python, v.Err)
			}
		}
		r.Close()
	}
}

// TestViewsOfWhatWasSent need no room of their own, and one that differs only at its end is whole.
func TestViewsOfWhatWasSent(t *testing.T) {
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	canonical := "sku,name\n" + strings.Repeat("1,caf\u00e9\n", inMemory/4)
	for _, tt := range []struct {
		tail  string
		files int
	}{{"", 0}, {"2,tea", 0}, {"2,tea\r\n", 1}, {"2,tea\n\x1a", 1}} {
		data := canonical + tt.tail
		r := check(t, models(), delivery(data, pair(t, "detected")))
		v := &r.Views[1]
		if v.Err != nil || v.Result.Verdict != ingest.Parity || v.Result.Py3Rows != strings.Count(strings.TrimRight(data, "\x1a\r\n"), "\n")+1 {
			t.Errorf("tail %q: %s, %d rows, %v", tt.tail, v.Result.Verdict, v.Result.Py3Rows, v.Err)
		}
		if n := left(t, tmp); n != tt.files {
			t.Errorf("tail %q: %d temporary files, want %d", tt.tail, n, tt.files)
		}
		r.Close()
	}
}
