package diff

import (
	"strings"
	"testing"
	"unsafe"

	"github.com/feedparity/feedparity/ingest"
)

// TestKeep: copies are what they were made of, share no memory with it or with each other,
// and outlive the block they are in.
func TestKeep(t *testing.T) {
	source := []byte("the row's memory")
	var k keep
	var copies []ingest.Value
	for n := range 600 {
		v := ingest.List(ingest.Text(unsafe.String(unsafe.SliceData(source), n%16)), ingest.None, ingest.Value{Kind: ingest.KindList, Items: []ingest.Value{}}, ingest.Bytes(strings.Repeat("y", n*17)))
		if got := k.clone(v); !got.Equal(v) || got.Items[2].Items == nil || got.Items[1].Items != nil {
			t.Fatalf("%d: %+v", n, got)
		}
		copies = append(copies, k.clone(v))
	}
	copy(source, "overwritten by x")
	for n, v := range copies {
		if want := "the row's memory"[:n%16]; v.Items[0].Str != want || v.Items[3].Str != strings.Repeat("y", n*17) {
			t.Fatalf("%d: %.80v", n, v)
		}
	}
	if k.reset(); cap(k.text) > blockText || cap(k.items) > blockItems {
		t.Errorf("%d bytes and %d items are kept", cap(k.text), cap(k.items))
	}
	one := ingest.List(ingest.Text("a"))
	if got := testing.AllocsPerRun(100, func() { k.reset(); k.clone(one) }); got != 0 {
		t.Errorf("%v allocations", got)
	}
}
