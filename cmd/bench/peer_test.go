package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/interp/interptest"
)

// TestPeerConfirm: what worker.py answers on every Python, for bytes and for files.
func TestPeerConfirm(t *testing.T) {
	inputs := [][]byte{[]byte("a, £ \n\"x\ny\",2\r\n"), nil, []byte("\xff\n")}
	const want = "[[\"a\", \"\\u00a3\"], [\"x\\ny\", \"2\"]]\n[]\n\"UnicodeDecodeError\""
	var paths [][]byte
	for i, data := range inputs {
		path := filepath.Join(t.TempDir(), string(rune('a'+i)))
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, []byte(path))
	}
	interptest.Each(t, func(t *testing.T, judge *interp.Process) {
		for kind, items := range map[string][][]byte{"bytes": inputs, "files": paths} {
			p, err := startPeer(t.Context(), judge.Interpreter.Path, kind)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := p.in.Write(appendRequest(nil, items)); err != nil {
				t.Fatal(err)
			}
			if got, err := p.receive(); err != nil || string(got) != want {
				t.Errorf("%s: got %s, %v", kind, got, err)
			}
			if err := p.end(); err != nil {
				t.Errorf("%s: %v", kind, err)
			}
		}
	})
}

// TestPeersDifferConfirm: what the two Pythons answer differently is no measurement.
func TestPeersDifferConfirm(t *testing.T) {
	interptest.Pairs(t, func(t *testing.T, pair [2]*interp.Process) {
		both := []string{pair[ingest.Py2].Interpreter.Path, pair[ingest.Py3].Interpreter.Path}
		d, err := comparePeers(t.Context(), "bytes", [][]byte{[]byte("a\n"), []byte("b\n")}, 5, 2, both)
		if err != nil || d.Inputs != 5 {
			t.Errorf("compared %d of 5, %v", d.Inputs, err)
		}
		_, err = comparePeers(t.Context(), "bytes", [][]byte{[]byte("a\rb")}, 1, 1, both)
		if err == nil || !strings.Contains(err.Error(), "they answer") {
			t.Errorf("a lone CR, which only Python 2 refuses: %v", err)
		}
	})
}
