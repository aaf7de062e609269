package pytext

import (
	"bytes"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest"
)

// FuzzLines checks on any bytes what holds for every mode whatever Python is: the
// items of modes that keep line ends are the whole text in order, one line each,
// and offsets grow.
func FuzzLines(f *testing.F) {
	for _, c := range linesTable {
		f.Add([]byte(c.data))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, mode := range []ingest.OpenMode{ingest.OpenText, ingest.OpenCodecs, ingest.OpenIterdecode, ingest.OpenStringIO} {
			fuzzOne(t, data, way{mode, "latin-1", "strict"}.settings(py313), ingest.Latin1Text(data))
		}
		fuzzOne(t, data, way{"bytes", "", ""}.settings(py27), string(data))
		translated := strings.ReplaceAll(strings.ReplaceAll(string(data), "\r\n", "\n"), "\r", "\n")
		fuzzOne(t, data, way{"universal", "", ""}.settings(py27), translated)
	})
}

func fuzzOne(t *testing.T, data []byte, s ingest.Settings, want string) {
	t.Helper()
	l, fault, err := Open(bytes.NewReader(data), int64(len(data)), s)
	if err != nil || fault != nil {
		t.Fatal(err, fault)
	}
	var all strings.Builder
	for last := int64(-1); ; last = l.Offset() {
		v, ok := l.Next()
		if !ok {
			break
		}
		if v.Str == "" || l.Offset() <= last || strings.Contains(v.Str[:len(v.Str)-1], "\n") {
			t.Fatalf("%s: item %q at %d after one at %d", s.Open, v.Str, l.Offset(), last)
		}
		all.WriteString(v.Str)
	}
	if all.String() != want {
		t.Errorf("%s: items join to %q, want %q", s.Open, all.String(), want)
	}
}

func BenchmarkLines(b *testing.B) {
	data := []byte(strings.Repeat(line100, 100000))
	for _, s := range []ingest.Settings{
		way{"bytes", "", ""}.settings(py27), way{"text", "utf-8", "strict"}.settings(py313), way{"codecs-open", "utf-8", "strict"}.settings(py313),
	} {
		b.Run(string(s.Open), func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				l, _, _ := Open(bytes.NewReader(data), int64(len(data)), s)
				for ok := true; ok; {
					_, ok = l.Next()
				}
			}
		})
	}
}
