package report

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

// sampled is a night in which real Pythons read one delivery as the models do, and another
// one otherwise.
func sampled() Document {
	line := func(name, view string) Delivery {
		return Delivery{Feed: "acme", Delivery: name, View: view, Verdict: "parity", Charset: "utf-8", Pair: "utf8"}
	}
	good, bad := line("a.csv", "raw"), line("b.csv", "normalized")
	good.Confirmed = []string{"2.7.18", "3.13.0"}
	bad.Cause, bad.Signature, bad.Severity, bad.Error = Model, "model:3.13.0", "info", "confirm parity: model of python 3.13.0\n"
	d := Document{Version: "1.0", Engine: "embedded", Started: start, Ended: start, Feeds: []Feed{{Name: "acme", New: 2, Confirmed: 1, Failed: 1}, {Name: "beta"}}, Deliveries: []Delivery{good, line("b.csv", "raw"), bad}}
	d.Finish()
	return d
}

// TestSampled: what real Pythons confirmed is counted, and what they did not is told where
// people and machines look.
func TestSampled(t *testing.T) {
	d := sampled()
	forms := map[string]string{}
	for name, form := range map[string]func(*bytes.Buffer) error{
		"text": func(b *bytes.Buffer) error { return Text(b, d) }, "json": func(b *bytes.Buffer) error { return JSON(b, d) },
		"junit": func(b *bytes.Buffer) error { return JUnit(b, d) }, "metrics": func(b *bytes.Buffer) error { return Metrics(b, d) },
	} {
		var b bytes.Buffer
		if err := form(&b); err != nil {
			t.Fatal(err)
		}
		forms[name] = b.String()
	}
	for _, want := range [][2]string{
		{"text", "\nconfirmed on real Pythons: 1 delivery\n"},
		{"text", "\nfailed: acme/b.csv normalized: confirm parity: model of python 3.13.0\\n\n"},
		{"text", " parity   model "},
		{"junit", `name="b.csv normalized"`},
		{"junit", `<error message="confirm parity: model of python 3.13.0\n" type="model">`},
		{"junit", `errors="1"`},
		{"metrics", `feedparity_feed_deliveries{feed="acme",what="confirmed"} 1`},
		{"metrics", `feedparity_feed_deliveries{feed="acme",what="failed"} 1`},
	} {
		if !strings.Contains(forms[want[0]], want[1]) {
			t.Errorf("no %q in\n%s", want[1], forms[want[0]])
		}
	}
	var back struct {
		Summary    struct{ Confirmed int }
		Feeds      []struct{ Confirmed int }
		Deliveries []struct {
			Cause, Error string
			Confirmed    []string
		}
	}
	if err := json.Unmarshal([]byte(forms["json"]), &back); err != nil || back.Summary.Confirmed != 1 || back.Feeds[0].Confirmed != 1 || len(back.Deliveries[0].Confirmed) != 2 || back.Deliveries[2].Cause != "model" || back.Deliveries[2].Error == "" {
		t.Errorf("%v, %+v", err, back)
	}
	if strings.Count(forms["json"], `"confirmed"`) != 3 {
		t.Errorf("what nobody confirmed is told of:\n%s", forms["json"])
	}
}

// TestSampledChanges: that a model is wrong is told once, and nobody tells that it is mended:
// no other night looks at the same delivery.
func TestSampledChanges(t *testing.T) {
	d := sampled()
	first, standing := Changes(Standing{}, d.Feeds[0], d.Deliveries, start)
	if len(first) != 1 || first[0].What != "failed" || !strings.HasPrefix(first[0].Text, "b.csv: confirm parity: ") {
		t.Errorf("%+v", first)
	}
	if next, _ := Changes(standing, Feed{Name: "acme"}, nil, start.AddDate(0, 0, 1)); len(next) > 0 {
		t.Errorf("the next night: %+v", next)
	}
}
