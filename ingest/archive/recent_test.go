package archive

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"testing"
)

// TestRecent: what was just put is read from memory, once, and no more than there is room
// for.
func TestRecent(t *testing.T) {
	dir := t.TempDir()
	s := InDirectory(dir)
	data := []byte("a,b\n1,2\n")
	hash := sha256.Sum256(data)
	sum := hex.EncodeToString(hash[:])
	if err := s.PutAll(t.Context(), Blob{SHA256: sum, Data: data}); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(dir, "blobs")); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Read(t.Context(), sum); err != nil || string(got) != string(data) {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := s.Read(t.Context(), sum); err == nil {
		t.Error("it was still in memory")
	}

	var r recent
	for i := range 40 {
		r.add([]Blob{{SHA256: string(rune('a' + i)), Data: make([]byte, 1<<20)}})
	}
	if r.bytes > recentBytes || len(r.blobs) != recentBytes>>20 || r.take(string(rune('a'+39))) == nil || r.take("a") != nil {
		t.Errorf("%d bytes of %d blobs", r.bytes, len(r.blobs))
	}
}
