package golden

import (
	"bytes"
	"math/rand"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/embedded"
	"github.com/feedparity/feedparity/ingest/parity"
	"github.com/feedparity/feedparity/ingest/shrink"
)

// secrets are what a supplier would not like to find in a repository; the lists are
// short so that each comes with each fault.
var secrets = [][]string{
	{"Margarethe Wiśniewska", "Jérôme Lefèbvre", "Siobhan O'Donoghue", "Владимир Кузнецов", "佐藤美咲子"},
	{"m.wisniewska@example.pl", "jerome.lefebvre@exemple.fr", "siobhan_od@example.ie"},
	{"+48 601 774 933", "07700 955381", "(030) 5519-6638", "+33-6-98-76-54-39"},
	{"SW1A 9QZ", "83-557", "75689", "K1A 7B6"},
	{"4539 5787 6362 1486", "5425233438109903", "374245455405126"},
}

// deliveryOf makes a delivery full of secrets, with one fault in one of its cells,
// and returns the pair of policies that it makes diverge.
func deliveryOf(r *rand.Rand, n int) ([]byte, ingest.Pair) {
	faults := []struct{ pair, put string }{
		{"utf8", "\xe9"}, {"latin1-utf8", "é"}, {"naive", "ü"}, {"detected", "\x00"}, {"universal", "\r"}, {"translated", "\r\n"},
		{"lines", "\u2028"}, {"latin1-cp1252", "\x93"}, {"sig", ""}, {"replace", "\xe0\x80"},
	}
	f := faults[n%len(faults)]
	rows := [][]string{{"name", "email", "phone", "postcode", "card"}}
	for range 1 + r.Intn(5) {
		var row []string
		for _, of := range secrets {
			row = append(row, of[r.Intn(len(of))])
		}
		rows = append(rows, row)
	}
	at, column := 1+r.Intn(len(rows)-1), r.Intn(len(secrets))
	cell := rows[at][column]
	cut := r.Intn(len(cell) + 1)
	rows[at][column] = `"` + cell[:cut] + f.put + cell[cut:] + `"`
	var out bytes.Buffer
	if f.pair == "sig" {
		out.WriteString("\ufeff")
	}
	for _, row := range rows {
		out.WriteString(strings.Join(row, ",") + "\n")
	}
	for _, p := range ingest.Builtin() {
		if p.Name == f.pair {
			return out.Bytes(), p
		}
	}
	panic("no pair " + f.pair)
}

// needles are the parts of a delivery's secrets that nobody could take for chance.
func needles() []string {
	var out []string
	for _, of := range secrets {
		for _, s := range of {
			for _, part := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(" @.-_()+'", r) }) {
				if len(part) >= 4 && part != "example" && part != "exemple" {
					out = append(out, part)
				}
			}
		}
	}
	return out
}

// TestNoSecretsInCases plants names, addresses, numbers of telephones and cards in a
// thousand deliveries and looks for them in every file of every case made of them.
func TestNoSecretsInCases(t *testing.T) {
	// Half of them are not minimised, so that nothing but scrubbing hides what they hold.
	lines := []*parity.Line{{Engine: embedded.New()}, {Engine: embedded.New(), MinimizeFor: 1}}
	hidden, made := needles(), 0
	for n := range 1000 {
		line := lines[n/10%2]
		data, pair := deliveryOf(rand.New(rand.NewSource(int64(n))), n)
		d := parity.Delivery{Feed: "acme", Name: "customers.csv", Data: bytes.NewReader(data), Size: int64(len(data)), Pair: pair}
		rep, err := line.Check(t.Context(), d)
		if err != nil {
			t.Fatalf("delivery %d, %q: %v", n, data, err)
		}
		for i := range rep.Views {
			for _, f := range rep.Views[i].Findings {
				c, err := FromFinding(t.Context(), line, d, &rep.Views[i], f, Judge{})
				if err != nil {
					t.Fatalf("delivery %d, %q: %v", n, data, err)
				}
				made++
				looked(t, c, hidden, data)
			}
		}
		rep.Close()
	}
	if made < 900 {
		t.Errorf("%d cases were made of 1000 deliveries: the faults planted do not show", made)
	}
}

func looked(t *testing.T, c *Case, hidden []string, data []byte) {
	t.Helper()
	files, err := c.files()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		for _, s := range hidden {
			if bytes.Contains(f.data, []byte(s)) {
				t.Errorf("%s: %s holds %q of %q, residue %q", c.Signature, f.name, s, data, c.Residue)
			}
		}
	}
	if c.Held() {
		t.Errorf("%s: held back, residue %q of %q", c.Signature, c.Residue, data)
	}
}

// A case that is mostly the supplier's stays in the inbox until somebody allows it.
func TestPullHoldsBack(t *testing.T) {
	inbox, into := NewStore(t.TempDir()), NewStore(filepath.Join(t.TempDir(), "cases"))
	c := fullCase(t)
	c.Input = []byte("Margarethe Wisniewska,4539578763621486\n")
	c.Residue = []string{"byte 0x0: Margarethe", "byte 0xb: Wisniewska", "byte 0x16: 4539578763621486"}
	if got := c.Unscrubbed(); got != 36 {
		t.Errorf("Unscrubbed = %d, want 36", got)
	}
	if _, _, err := inbox.Write(c); err != nil {
		t.Fatal(err)
	}
	pulled, err := Pull(inbox, into)
	if err != nil || len(pulled) != 1 || !pulled[0].Held || pulled[0].Copied {
		t.Fatalf("Pull = %+v, %v, want the case held back", pulled, err)
	}
	if _, err := os.Stat(into.Root()); err == nil {
		t.Error("something was written into the checkout")
	}
	c.Allow("kim", time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC))
	if err := inbox.Update(c); err != nil {
		t.Fatal(err)
	}
	if pulled, err = Pull(inbox, into); err != nil || len(pulled) != 1 || !pulled[0].Copied {
		t.Fatalf("Pull after Allow = %+v, %v, want the case copied", pulled, err)
	}
	there, err := Load(into.Path(c))
	if last := there.History[len(there.History)-1]; err != nil || last.Who != "kim" || last.Date != "2026-11-26T00:00:00Z" {
		t.Errorf("the history ends with %+v, %v", last, err)
	}
}

func TestUnscrubbedCountsBytes(t *testing.T) {
	c := &Case{Residue: []string{"byte 0x2: 100%25 %FF", "byte 0x9: é"}}
	if got, want := c.Unscrubbed(), len("100% \xff")+len("é"); got != want {
		t.Errorf("Unscrubbed = %d, want %d", got, want)
	}
}

func TestNeeded(t *testing.T) {
	c := &Case{Input: []byte("qty\n1_4"), Essential: []string{"byte 0x0: 71 74 79 0a", "byte 0x4: 31, any digit", "\u00a0 after a digit", "byte 0x6: 34 35", "byte 0xzz: 31"}}
	if got, want := c.Needed(), []shrink.Span{{Start: 0, End: 4}, {Start: 4, End: 5}}; !slices.Equal(got, want) {
		t.Errorf("Needed = %v, want %v", got, want)
	}
}
