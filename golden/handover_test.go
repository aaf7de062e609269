package golden

import (
	"bytes"
	"context"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/embedded"
	"github.com/feedparity/feedparity/ingest/handover"
	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/interp/interptest"
	"github.com/feedparity/feedparity/ingest/parity"
	"github.com/feedparity/feedparity/ingest/wire"
)

// handed are ways that lose rows of a delivery with an é, with the loss that the
// signature names.
var handed = []struct {
	way  handover.Way
	loss string
}{
	{handover.Way{Direction: handover.Forward, Format: "pickle:2", Reader: "ASCII"}, "UnicodeDecodeError"},
	{handover.Way{Direction: handover.Forward, Format: "cPickle:1", Reader: "latin1"}, "text"},
	{handover.Way{Direction: handover.Forward, Format: "signed-pickle:2", Reader: "ASCII"}, "UnicodeDecodeError"},
	{handover.Way{Direction: handover.Forward, Format: "signed-repr"}, "text"},
	{handover.Way{Direction: handover.Forward, Format: "shelve-dumb:2"}, "UnicodeDecodeError"},
	{handover.Way{Direction: handover.Rollback, Format: "pickle:3", Reader: "pickle"}, "ValueError"},
	{handover.Way{Direction: handover.Rollback, Format: "pickle:3", Reader: "cPickle"}, "ValueError"},
}

// TestHandoverConfirm makes a case of each way, writes and reads it, replays it,
// and runs its script on both Pythons.
func TestHandoverConfirm(t *testing.T) {
	data := []byte("sku,name,qty\r\nA1,caf\xc3\xa9 noir,3\r\nA2,tea,4\r\n")
	interptest.Pairs(t, func(t *testing.T, pair [2]*interp.Process) {
		py3 := pair[ingest.Py3].Interpreter.Version
		if py3.Minor%2 == 0 && interptest.Cases(1000) < 1000 {
			return // make confirm asks for all
		}
		pythons, err := handover.Use(t.Context(), pair)
		if err != nil {
			t.Fatal(err)
		}
		v := &parity.View{View: ingest.Raw, Py2: policy(t, ingest.Python27, "bytes"), Py3: policy(t, py3, "text")}
		d := parity.Delivery{Feed: "acme", Name: "stock.csv", Pair: ingest.Pair{Name: "naive"}}
		for _, tt := range handed {
			eng := &handover.Engine{Inner: embedded.New(), Pair: pythons, Way: tt.way, Settings: v.Py2}
			if tt.way.Direction == handover.Rollback {
				eng.Settings = v.Py3
			}
			c, err := FromHandover(t.Context(), d, v, eng, data, handover.Advice{})
			if err != nil || c == nil {
				t.Fatalf("%v: case %v, error %v", tt.way, c, err)
			}
			if filepath.Ext(c.Signature) != "" || !bytes.HasSuffix([]byte(c.Signature), []byte(":"+tt.loss)) {
				t.Errorf("%v: signature %q, want one that ends in %q", tt.way, c.Signature, tt.loss)
			}
			if len(c.Input) > 20 {
				t.Errorf("%v: input %q is not minimal", tt.way, c.Input)
			}
			dir, _, err := NewStore(t.TempDir()).Write(c)
			if err != nil {
				t.Fatal(err)
			}
			back, err := Load(dir)
			if err != nil {
				t.Fatal(err)
			}
			o := ReplayOptions{Now: time.Now(), Handover: func(context.Context, *Case) (handover.Pair, error) { return pythons, nil }}
			if got := Replay(t.Context(), embedded.New(), back, o); got.Status != OK {
				t.Errorf("%v: replayed: %s %s", tt.way, got.Status, got.Detail)
			}
			for path, p := range pair {
				out, err := exec.Command(p.Interpreter.Path, filepath.Join(dir, reproFile)).CombinedOutput()
				if want := wire.AppendOutcome(nil, c.Outcomes[path]); err != nil || !bytes.Equal(withoutComments(out), want) {
					t.Errorf("%v: python %s: %v, printed\n%swant\n%s", tt.way, p.Interpreter.Full, err, out, want)
				}
			}
		}
	})
}
