package config

import (
	"strings"
	"testing"
	"time"
)

func TestExpect(t *testing.T) {
	c, err := Read("feedparity.yaml", []byte(`defaults: {expect: {every: 26h}}
feeds:
  a: {source: /in, expect: {every: 8d, deliveries: 1, min_size: 10KB, min_rows: 100, max_shrink: 50%, max_growth: 300%}}
  b: {source: /in}
`))
	if err != nil {
		t.Fatal(err)
	}
	if want := (Expect{8 * 24 * time.Hour, 1, 10 << 10, 100, 0.5, 3}); c.Feeds[0].Expect != want {
		t.Errorf("%+v, want %+v", c.Feeds[0].Expect, want)
	}
	if small, err := Read("feedparity.yaml", []byte("feeds: {a: {source: /in, expect: {min_size: 20B}}}\n")); err != nil || small.Feeds[0].Expect.MinSize != 20 {
		t.Errorf("a few bytes: %+v, %v", small, err)
	}
	if c.Feeds[1].Expect != (Expect{Every: 26 * time.Hour}) {
		t.Errorf("of the defaults: %+v", c.Feeds[1].Expect)
	}
	for in, want := range map[string]string{
		"every: daily":     `1:42: every: "daily": want a duration`,
		"every: -1h":       "want a duration",
		"every: 1e9d":      "want a duration",
		"every: xd":        "want a duration",
		"deliveries: -1":   "deliveries: -1: want 0 or more",
		"min_rows: some":   `"some"`,
		"min_size: 10":     "want an amount",
		"max_shrink: 0.5":  `1:47: max_shrink: "0.5": want a percentage such as 50%`,
		"max_shrink: 101%": "want a percentage",
		"max_growth: 0%":   "want a percentage",
		"max_growth: nan%": "want a percentage",
		"max_shrunk: 1%":   `did you mean "max_shrink"`,
	} {
		_, err := Read("feedparity.yaml", []byte("feeds: {a: {source: /in, expect: {"+in+"}}}\n"))
		if err == nil {
			t.Errorf("%s is taken", in)
			continue
		}
		text := err.Error()
		if e, ok := err.(*Error); ok {
			text += " " + e.Hint
		}
		if !strings.Contains(text, want) {
			t.Errorf("%s: %s, want %s", in, text, want)
		}
	}
}
