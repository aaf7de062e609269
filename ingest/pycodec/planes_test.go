package pycodec

import (
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/feedparity/feedparity/ingest/interp/interptest"
)

// planeSums are the number of characters and a checksum of each plane, so that
// neither planes.bin nor its reader changes unnoticed. The interpreters themselves
// are asked by TestPlanesAreCurrentConfirm and TestEasternConfirm.
var planeSums = map[string]string{
	"big5":            "13710 0bf90f44",
	"big5hkscs":       "18402 7deaea72",
	"cp932":           "9604 3b9b2dfc",
	"cp949":           "17048 d7509c6b",
	"cp950":           "13752 298b3e43",
	"euc_jis_2004":    "8860 9ae46c15",
	"euc_jis_2004_8f": "8503 068336c4",
	"euc_jisx0213":    "8850 f57f1491",
	"euc_jisx0213_8f": "8503 d86b7a0b",
	"euc_jp":          "6942 bb69c532",
	"euc_jp_8f":       "6067 9131dd51",
	"euc_kr":          "8225 0d93e610",
	"gb18030":         "23940 c9f4797a",
	"gb18030_four":    "39420 01c38bb7",
	"gb2312":          "7445 7aa68f1e",
	"gb2312_set":      "7445 7aa68f1e",
	"gbk":             "21791 1d29f9d0",
	"jisx0208":        "6879 c75883fd",
	"jisx0212":        "6067 9131dd51",
	"jisx0213_1":      "8797 746eb180",
	"jisx0213_2":      "2436 b5049d7f",
	"jisx0213_2000_1": "8787 94d33bb3",
	"jisx0213_2000_2": "2436 b5049d7f",
	"johab":           "17065 5098268d",
	"ksx1001":         "8226 29eea02e",
	"shift_jis":       "6879 d1fd3dc4",
	"shift_jis_2004":  "11233 ef973cf0",
	"shift_jisx0213":  "11223 e2655a65",
}

func TestPlanes(t *testing.T) {
	d := planes()
	for name, number := range d.number {
		count, sum := 0, crc32.NewIEEE()
		entries := d.expand(number)
		for _, r := range entries {
			if r != 0 {
				count++
			}
			fmt.Fprintf(sum, "%x ", r)
		}
		if got := fmt.Sprintf("%d %08x", count, sum.Sum32()); got != planeSums[name] {
			t.Errorf("%q: %q,", name, got)
		}
		if len(entries) != planeSize && name != "gb18030_four" {
			t.Errorf("%s has %d entries", name, len(entries))
		}
	}
	if len(d.number) != len(planeSums) || len(d.pairs) != 29 {
		t.Errorf("%d planes and %d pairs", len(d.number), len(d.pairs))
	}
}

// TestPlanesAreCurrentConfirm asks the interpreters again: one, or all at full scale.
func TestPlanesAreCurrentConfirm(t *testing.T) {
	path := filepath.Join(t.TempDir(), "planes")
	args := []string{"run", "makeplanes.go", path}
	if interptest.Cases(9) < 9 {
		args = append(args, "3.13")
	}
	if out, err := exec.Command("go", args...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	fresh, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		t.Skip("not every python to ask is here; \"make python314\" unpacks a 3.14")
	}
	if err != nil || string(fresh) != planesBin {
		t.Errorf("planes.bin differs from what the interpreters say (%v): go generate ./ingest/pycodec", err)
	}
}
