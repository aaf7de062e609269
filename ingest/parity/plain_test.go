package parity

import (
	"slices"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/classify"
)

// wordy are policies that say much more than any one finding needs.
func wordy(t *testing.T, options ...string) ingest.Pair {
	t.Helper()
	return pair(t, "detected", func(p *ingest.Pair) {
		for _, s := range []*ingest.Settings{&p.Py2, &p.Py3} {
			s.Codec, s.Errors, s.Reader, s.FieldLimit = "cp1252", "replace", ingest.DictReader, 9000
			s.Clean = []ingest.Step{"strip", "upper"}
			s.Types = []ingest.ColumnType{{Column: "price", Type: "float|round:2"}, {Column: "qty", Type: "int"}}
			var err error
			if s.Dialect, err = ingest.ParseDialect(s.Python.Path(), options...); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// What a finding does not need of its feed's policies is not in what is left of them.
func TestMinimizeTakesSettingsToTheirDefaults(t *testing.T) {
	for _, tt := range []struct {
		data, finding string
		pair          ingest.Pair
		want          string // what both policies still say
	}{
		{"sku;name;qty\nA-1;bl\x00ue;1\n", "nul-byte", wordy(t, "delimiter=;", "quotechar='"), ""},
		{"sku;name;qty\nA-1;blue;1_0\n", "underscore-digits", wordy(t, "delimiter=;"), "--type qty=int"},
		{"sku;name;qty\nA-1;bl\xfce\\\n;12\n", "escape-newline", wordy(t, "delimiter=;", `escapechar=\\`), `--dialect 'escapechar=\\'`},
		{"sku;name;qty\nA-1;bl\xdfe;12\n", "case-mapping", wordy(t, "delimiter=;"), "--codec cp1252 --clean upper"},
	} {
		d := delivery(tt.data, tt.pair)
		v := &check(t, models(), d).Views[0]
		f := slices.IndexFunc(v.Findings, func(f classify.Finding) bool { return string(f.Cause) == tt.finding })
		if f < 0 {
			t.Errorf("%s: found %+v", tt.finding, v.Findings)
			continue
		}
		m, err := models().Minimize(t.Context(), d, v, v.Findings[f])
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range m.Settings {
			if got := strings.Join(s.Given(), " "); got != tt.want {
				t.Errorf("%s, %s: %q shows %s with %s, want %s", tt.finding, s.Python.Path(), m.Input, m.Finding.Signature, got, tt.want)
			}
		}
		if !v.Py3.Same(&tt.pair.Py3) {
			t.Errorf("%s: the view's own settings are %s", tt.finding, v.Py3)
		}
	}
}

// What both policies say alike goes from both or from none.
func TestPlainerMakesNoDifference(t *testing.T) {
	p := wordy(t, "delimiter=;", "strict=True")
	p.Py3.Codec, p.Py2.Open, p.Py3.Open = "latin-1", ingest.OpenSplitlines, ingest.OpenSplitlines
	got := plainer(policies{p.Py2, p.Py3}, func(at policies) bool {
		plain := ingest.DefaultSettings(ingest.Python313)
		one := func(take func(s *ingest.Settings) bool) bool { return take(&at[0]) != take(&at[1]) }
		// Any of these would be a finding of another pair than the feed's.
		if one(func(s *ingest.Settings) bool { return s.Errors == plain.Errors }) || one(func(s *ingest.Settings) bool { return len(s.Clean) == 0 }) {
			t.Errorf("tried %s and %s", at[0], at[1])
		}
		_, delimiter := at[1].Dialect.Get("delimiter")
		return at[1].Codec == "latin-1" && at[0].Open == ingest.OpenSplitlines && delimiter && slices.Contains(at[0].Clean, "upper")
	})
	want := [2]string{"--open splitlines --dialect 'delimiter=;' --clean upper", "--open splitlines --codec latin-1 --dialect 'delimiter=;' --clean upper"}
	for p, s := range got {
		if s := strings.Join(s.Given(), " "); s != want[p] {
			t.Errorf("%s: got %s, want %s", ingest.Path(p), s, want[p])
		}
	}
}
