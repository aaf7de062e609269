package generator

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/embedded"
)

// trial is what the generator makes of a seed.
func trial(seed int) Trial { return NewTrial(RandomChoices(uint64(seed), seed%300), nil) }

func TestGeneratorIsDeterministic(t *testing.T) {
	for seed := range 500 {
		a, b := trial(seed), trial(seed)
		if !bytes.Equal(a.Input, b.Input) || !same(a.Pair, b.Pair) || a.Pair.Name != b.Pair.Name {
			t.Fatalf("seed %d gives %q %v, then %q %v", seed, a.Input, a.Pair, b.Input, b.Pair)
		}
	}
}

func TestRawBytesAreTheInput(t *testing.T) {
	if got := NewTrial(NewChoices([]byte{1, 2, 3}), []byte("a,\xff")); string(got.Input) != "a,\xff" {
		t.Errorf("the input is %q", got.Input)
	}
}

// No choices at all are the plainest trial: the engine shortens what it keeps.
func TestNoChoicesAreThePlainestPair(t *testing.T) {
	got, want := NewPair(NewChoices(nil)), ingest.Pair{Py2: ingest.DefaultSettings(ingest.Python27), Py3: ingest.DefaultSettings(ingest.Python313)}
	if !same(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// What is drawn can be run: no Settings are invalid or without a model.
func TestGeneratedSettingsRun(t *testing.T) {
	eng := embedded.New()
	for seed := range 2000 {
		tr := trial(seed)
		for _, p := range ingest.Paths {
			s := tr.Pair.Policy(p)
			if err := s.Validate(); err != nil || s.Codec == ingest.Detected {
				t.Fatalf("seed %d: %s: %v", seed, s, err)
			}
			rows, err := eng.Ingest(context.Background(), ingest.Input{Name: "fuzz.csv", Data: bytes.NewReader(tr.Input), Size: int64(len(tr.Input)), Settings: s})
			if err != nil {
				t.Fatalf("seed %d: %s: %v", seed, s, err)
			}
			if _, err := ingest.Collect(rows); err != nil {
				t.Fatalf("seed %d: %s: %v", seed, s, err)
			}
		}
	}
}

// Every alternative of every dimension is drawn, and none crowds out the rest.
func TestEverythingIsDrawn(t *testing.T) {
	const trials = 10_000
	drawn := map[string]int{}
	for seed := range trials {
		tr := NewTrial(RandomChoices(uint64(seed), 250), nil)
		for label := range labels(tr) {
			drawn[label]++
		}
	}
	for _, label := range wanted() {
		if n := drawn[label]; n < trials/10_000 || n > trials*99/100 {
			t.Errorf("%s is drawn %d times in %d", label, n, trials)
		}
	}
}

// labels name what a trial has.
func labels(tr Trial) map[string]bool {
	out := map[string]bool{"pair " + tr.Pair.Name: true, fmt.Sprint("python ", tr.Pair.Py3.Python): true}
	for _, p := range ingest.Paths {
		s := tr.Pair.Policy(p)
		out[fmt.Sprint(p, " open ", s.Open)] = true
		out[fmt.Sprint(p, " codec ", s.Codec)] = true
		out[fmt.Sprint(p, " errors ", s.Errors)] = true
	}
	s := tr.Pair.Py3
	out[fmt.Sprint("limit ", s.FieldLimit)] = true
	out[fmt.Sprint("reader ", s.Reader)] = true
	out[fmt.Sprint("sniff ", s.Sniff)] = true
	for _, o := range s.Dialect {
		out["dialect "+o.String()] = true
	}
	for _, step := range s.Clean {
		out["clean "+string(step)] = true
	}
	for _, c := range s.Types {
		out["column "+c.Column], out["type "+c.Type] = true, true
		for _, s := range strings.Split(c.Type, "|")[1:] {
			out["then "+s] = true
		}
	}
	if out["two codecs"] = s.Codec != tr.Pair.Py2.Codec; !out["two codecs"] {
		delete(out, "two codecs")
	}
	for label, holds := range map[string]bool{
		"no input": len(tr.Input) == 0, "input beyond a chunk": len(tr.Input) > 8192,
		"input ASCII": ingest.IsASCII(string(tr.Input)), "input NUL": bytes.IndexByte(tr.Input, 0) >= 0,
		"input CR": bytes.IndexByte(tr.Input, '\r') >= 0, "input quotes": bytes.IndexByte(tr.Input, '"') >= 0,
		"input UTF-8 mark": bytes.HasPrefix(tr.Input, []byte("\xef\xbb\xbf")), "input surrogate": bytes.Contains(tr.Input, []byte("\xed\xa0")),
	} {
		if holds {
			out[label] = true
		}
	}
	return out
}

// wanted are the labels that must be drawn.
func wanted() []string {
	out := []string{"reader reader", "reader dict", "sniff true", "two codecs", "pair fuzz", "pair quiet", "input beyond a chunk", "input ASCII", "input NUL",
		"input CR", "input quotes", "input UTF-8 mark", "input surrogate"}
	for _, p := range ingest.Builtin() {
		out = append(out, "pair "+p.Name)
	}
	for _, py := range Py3Versions {
		out = append(out, fmt.Sprint("python ", py))
	}
	for _, p := range ingest.Paths {
		for _, m := range ingest.ModesOf(p) {
			out = append(out, fmt.Sprint(p, " open ", m))
		}
		for _, c := range Codecs() {
			out = append(out, fmt.Sprint(p, " codec ", c))
		}
		for _, h := range Handlers {
			out = append(out, fmt.Sprint(p, " errors ", h))
		}
	}
	for _, n := range limits {
		out = append(out, fmt.Sprint("limit ", n))
	}
	for name, list := range map[string][]string{"delimiter=": delimiters, "quotechar=": quotechars, "escapechar=": escapechars, "quoting=": quotings, "": flags} {
		for _, v := range list {
			out = append(out, "dialect "+name+v)
		}
	}
	for _, s := range CellSteps {
		out = append(out, "clean "+string(s))
	}
	for _, c := range columns {
		out = append(out, "column "+c)
	}
	for _, typ := range Conversions {
		out = append(out, "type "+typ)
	}
	for _, s := range chainSteps {
		out = append(out, "then "+s)
	}
	return out
}

func TestPlanIsTheInverseOfNewPair(t *testing.T) {
	free := 0
	for seed := range 3000 {
		p := NewPair(RandomChoices(uint64(seed), 60))
		plan, ok := Plan(p)
		if !ok {
			if p.Name == "fuzz" {
				t.Errorf("seed %d: no plan for %s and %s", seed, p.Py2, p.Py3)
			}
			continue
		}
		free++
		if got := NewPair(NewChoices(plan)); !same(got, p) {
			t.Errorf("seed %d: the plan of %s and %s draws %s and %s", seed, p.Py2, p.Py3, got.Py2, got.Py3)
		}
	}
	if free < 2000 {
		t.Errorf("only %d of 3000 pairs have a plan", free)
	}
}

func TestPlanRefusesWhatIsNotDrawn(t *testing.T) {
	good := NewPair(NewChoices(nil))
	for why, edit := range map[string]func(*ingest.Pair){
		"a codec that is not on the list": func(p *ingest.Pair) { p.Py2.Codec, p.Py3.Codec = "no-such-codec", "no-such-codec" },
		"two readers":                     func(p *ingest.Pair) { p.Py2.Reader = ingest.DictReader },
		"a limit of its own":              func(p *ingest.Pair) { p.Py2.FieldLimit, p.Py3.FieldLimit = 99, 99 },
		"an unknown step":                 func(p *ingest.Pair) { p.Py2.Clean, p.Py3.Clean = []ingest.Step{"x"}, []ingest.Step{"x"} },
	} {
		p := good
		edit(&p)
		if plan, ok := Plan(p); ok {
			t.Errorf("%s: plan %v", why, plan)
		}
	}
}
