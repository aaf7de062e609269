package fuzz

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/fuzz/generator"
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/detect"
)

func learned(t *testing.T, names []string, deliveries ...string) *generator.Grammar {
	t.Helper()
	l := Learner{Names: names}
	for _, d := range deliveries {
		if err := l.Add(t.Context(), []byte(d)); err != nil {
			t.Fatal(err)
		}
	}
	g, err := l.Grammar()
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// people is a table of what must not get out, by row.
func people(day int) string {
	var b strings.Builder
	b.WriteString("Kundennummer;contact_person;e-mail;Rabatt\r\n")
	for i := range 30 {
		name := []string{"Gerlinde Xaver", "Øystein Bråthen", "Wanda Quill"}[(i+day)%3]
		fmt.Fprintf(&b, "K-%04d;%s;%s@zweibrick.example;+49 30 %d;\r\n", 7000+i*13+day, name, strings.ToLower(name[:4]), 5550100+i)
	}
	return b.String()
}

// Of a thousand deliveries nothing is kept that a cell held: no word, no number.
func TestLearnKeepsNoValues(t *testing.T) {
	secrets := []string{"gerlinde", "xaver", "bråthen", "quill", "wanda", "zweibrick", "7000", "7013", "5550", "smith"}
	for name, deliveries := range map[string][]string{
		"a header":              {people(0), people(1)},
		"one delivery":          {people(0)},
		"no header":             {"Smith Ltd;Wanda Quill;wanda@zweibrick.example\r\nXaver;Gerlinde;5550100\r\nQuill;Wanda;7000\r\n"},
		"a value on top":        {"Wanda Quill,2024\nname,qty\nGerlinde,7000\nXaver,7013\n"},
		"a value for a name":    {"sku,Wanda Quill\nA-1,5\nB-7,12\n", "sku,Wanda Xaver\nA-1,5\nB-7,12\n"},
		"a name that is a cell": {"sku,Smith\nA-1,Smith\nB-7,Smith\n", "sku,Smith\nA-1,Smith\n"},
	} {
		g := learned(t, nil, deliveries...)
		dir := t.TempDir()
		if err := WriteGrammar(dir, g); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(filepath.Join(dir, GrammarFile))
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range secrets {
			if strings.Contains(strings.ToLower(string(text)), secret) {
				t.Errorf("%s: %q is in what was learned:\n%s", name, secret, text)
			}
		}
	}
}

// The names that are kept are those which are no supplier's.
func TestLearnKeepsHarmlessNames(t *testing.T) {
	for name, tt := range map[string]struct {
		names, deliveries, want []string
	}{
		"words of any header":        {nil, []string{"sku,unitPrice,Rabattstaffel\nA-1,5,7\nB-7,12,8\n"}, []string{"sku", "unitPrice", ""}},
		"one that is configured":     {[]string{"Rabattstaffel"}, []string{"sku,Rabattstaffel\nA-1,5\nB-7,12\n"}, []string{"sku", "Rabattstaffel"}},
		"on top of every delivery":   {nil, []string{"sku,Rabattstaffel\nA-1,5\nB-7,12\n", "sku,Rabattstaffel\nC-1,5\nD-7,12\n"}, []string{"sku", "Rabattstaffel"}},
		"of one delivery of the two": {nil, []string{"sku,Rabattstaffel\nA-1,5\nB-7,12\n", "sku,Nachlass\nC-1,5\nD-7,12\n"}, []string{"sku", ""}},
	} {
		var got []string
		for _, c := range learned(t, tt.names, tt.deliveries...).Columns {
			got = append(got, c.Name)
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}

// What is made by a grammar is laid out as what it was learned from, whatever is in it.
func TestLearnedDeliveriesAreLaidOutAlike(t *testing.T) {
	for _, delivery := range []string{
		people(0),
		"sku,name,qty\nA-100,blue lamp,12\nB-7,two words,3\nC-12,\"a, b\",140\n",
		"sku\tname\nA-1\tcafé\nB-7\t12\u00a0\x1c\n",
		"\xef\xbb\xbf\"sku\";\"name\"\r\n\"A-1\";\"x\"\r\n\"B-7\";\"y\"\r\n",
	} {
		g := learned(t, nil, delivery)
		want := dialectOf(t, []byte(delivery))
		for seed := range 20 {
			made := g.CSV(generator.RandomChoices(uint64(seed), 400))
			if got := dialectOf(t, made); got.Delimiter != want.Delimiter || got.LineEnding != want.LineEnding {
				t.Errorf("%q is laid out as %c %s, want %c %s", made, got.Delimiter, got.LineEnding, want.Delimiter, want.LineEnding)
			}
			if bytes.HasPrefix(made, []byte("\xef\xbb\xbf")) != strings.HasPrefix(delivery, "\xef\xbb\xbf") {
				t.Errorf("%q: its mark", made)
			}
		}
		dir := t.TempDir()
		if err := WriteGrammar(dir, g); err != nil {
			t.Fatal(err)
		}
		if again, err := ReadGrammar(dir); err != nil || !reflect.DeepEqual(again, g) {
			t.Errorf("%+v is read as %+v, %v", g, again, err)
		}
	}
}

func dialectOf(t *testing.T, data []byte) detect.Dialect {
	t.Helper()
	found, err := detect.Detect(bytes.NewReader(data), int64(len(data)), detect.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return found.Dialect
}

func TestLearnFromNothing(t *testing.T) {
	var l Learner
	for _, data := range []string{"", "PK\x03\x04\x00\x00"} {
		if err := l.Add(t.Context(), []byte(data)); err != nil {
			t.Error(err)
		}
	}
	if _, err := l.Grammar(); !errors.Is(err, ErrNothingLearned) {
		t.Error(err)
	}
	dir := t.TempDir()
	if g, err := ReadGrammar(dir); g != nil || err != nil {
		t.Errorf("%+v, %v", g, err)
	}
	for _, text := range []string{"version: 2\n", "columns: 7\n", "\x00"} {
		if err := os.WriteFile(filepath.Join(dir, GrammarFile), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadGrammar(dir); err == nil || !strings.Contains(err.Error(), "read grammar") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// keyed is the team's own code: it reads a column by name, which nothing else has.
type keyed struct{ reached int }

func (k *keyed) Ingest(_ context.Context, in ingest.Input) (ingest.Rows, error) {
	data := make([]byte, in.Size)
	if _, err := in.Data.ReadAt(data, 0); err != nil && len(data) > 0 {
		return nil, err
	}
	header, rest, _ := bytes.Cut(data, []byte("\n"))
	if bytes.Contains(header, []byte("Rabattstaffel")) && len(rest) > 0 {
		k.reached++
	}
	return (&ingest.Outcome{}).Stream(), nil
}

// A campaign that has learned gets past a header that it would never guess.
func TestCampaignUsesWhatWasLearned(t *testing.T) {
	reached := func(g *generator.Grammar) int {
		code, h := new(keyed), hunter(t)
		h.Of("acme", [2]*ingest.Call{{Function: "m:f", Version: ingest.Python27}, {Function: "m:f", Version: ingest.Python313}}, code, nil, ingest.Comparison{})
		if _, err := h.Campaign(t.Context(), CampaignOptions{Pair: builtin(t, "detected"), Learned: g, Execs: 400, Found: func(context.Context, Prey) error { return nil }}); err != nil {
			t.Fatal(err)
		}
		return code.reached
	}
	g := learned(t, []string{"Rabattstaffel"}, "sku,Rabattstaffel\nA-1,5\nB-7,12\n")
	if without, with := reached(nil), reached(g); without != 0 || with < 100 {
		t.Errorf("the column is there in %d runs, with a grammar in %d", without, with)
	}
}
