package interptest

import (
	"testing"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/interp"
)

const reprSource = `
import marshal
def show(blob):
    return repr(marshal.loads(blob)).replace('L', '').replace("b'", "'").replace("u'", "'").encode('ascii')
`

// TestMarshalConfirm has every interpreter read what AppendMarshal writes.
func TestMarshalConfirm(t *testing.T) {
	all := ingest.List(
		ingest.None, ingest.Bool(true), ingest.Bool(false), ingest.Bytes("a\xff\x00"), ingest.Text("\xed\xa0\xbd\xed\xb8\x80"),
		ingest.Int(0), ingest.Int(-7), ingest.Int(1<<31-1), ingest.Int(-1<<31), ingest.Int(1<<31), ingest.Int(1<<62), ingest.BigInt("-1180591620717411303424"),
		ingest.Float("1.5"), ingest.Float("-inf"), ingest.Float("1e+22"), ingest.Float("-0.0"),
		ingest.Decimal("1.50"), ingest.Date("2026-11-25"), ingest.Dict(ingest.Text("k"), ingest.Int(1)), ingest.List(),
	)
	const want = `[None, True, False, 'a\xff\x00', '\ud83d\ude00', 0, -7, 2147483647, -2147483648, 2147483648, 4611686018427387904, -1180591620717411303424, ` +
		`1.5, -inf, 1e+22, -0.0, ('decimal', '1.50'), ('date', '2026-11-25'), ('dict', [['k', 1]]), []]`
	Each(t, func(t *testing.T, p *interp.Process) {
		if err := p.Load(t.Context(), "show", reprSource); err != nil {
			t.Fatal(err)
		}
		got, err := p.CallBytes(t.Context(), "show.show", AppendMarshal(nil, all))
		if err != nil || string(got) != want {
			t.Errorf("python reads %s, %v\nwant %s", got, err, want)
		}
	})
}

// TestStream counts the cases, and stops where there are too many mismatches.
func TestStream(t *testing.T) {
	p := firstProcess(t)
	if err := p.Load(t.Context(), "echo", "def echo(blob):\n    return blob"); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []int{0, 8} {
		asked := 0
		done, mismatches := Stream(t, p, "echo.echo", 95, 10, func(n int) Batch {
			asked++
			request := []byte{byte(n), byte(asked)}
			return Batch{request, func(answer []byte) int {
				if string(answer) != string(request) {
					t.Errorf("asked %v, told %v", request, answer)
				}
				return bad
			}}
		})
		if want := map[int][2]int{0: {95, 0}, 8: {30, 24}}[bad]; done != want[0] || mismatches != want[1] {
			t.Errorf("%d mismatches a batch: %d cases, %d mismatches, want %v", bad, done, mismatches, want)
		}
	}
}

func firstProcess(t *testing.T) *interp.Process {
	t.Helper()
	p, err := interp.Start(t.Context(), judges(t)[0], interp.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}
