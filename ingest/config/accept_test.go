package config

import (
	"strings"
	"testing"
	"time"
)

func TestAccept(t *testing.T) {
	c, err := Read("/etc/fp/feedparity.yaml", []byte(`
accept:
  - {cause: dict-order, owner: ops, reason: nobody looks}
  - {signature: "mojibake:iso8859-1", feed: "acme-*", column: price, values: number, tolerance: 0.01, owner: kim, reason: asked, expires: 2026-12-31}
feeds:
  acme-stock: {source: drop}
`))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		rule            int
		feed, signature string
		want            bool
	}{
		{0, "acme", "dict-order:bytes-decode/text", true},
		{0, "acme", "dict-orders:x", false},
		{1, "acme-stock", "mojibake:iso8859-1/cp1252:bytes-decode/text", true},
		{1, "beta", "mojibake:iso8859-1/cp1252:bytes-decode/text", false},
		{1, "acme-stock", "mojibake:utf-8/cp1252:bytes-decode/text", false},
	} {
		if got := c.Accept[tt.rule].Matches(tt.feed, tt.signature); got != tt.want {
			t.Errorf("rule %d, feed %s, %s: %v", tt.rule, tt.feed, tt.signature, got)
		}
	}
	last := time.Date(2026, 12, 31, 23, 59, 0, 0, time.Local)
	if a := c.Accept[1]; a.Over(last) || !a.Over(last.Add(time.Minute)) || c.Accept[0].Over(last.AddDate(100, 0, 0)) {
		t.Error("a rule holds for its last day and no longer")
	}
	if got, want := c.Accept[1].String(), `mojibake:iso8859-1 of acme-*, column "price", number values, within 0.01 (kim)`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	for text, want := range map[string]string{
		"{owner: a, reason: b}":                          "1:11: accept: want a cause or a signature",
		"{cause: a, signature: b, owner: a, reason: b}":  "1:11: accept: want a cause or a signature",
		"{cause: a, reason: b}":                          "1:11: accept: want an owner and a reason",
		"{cause: a, owner: a}":                           "1:11: accept: want an owner and a reason",
		"{cause: a, owner: a, reason: b, expires: soon}": `expires "soon": want a date such as 2026-12-31`,
		`{cause: a, owner: a, reason: b, feed: "["}`:     `feed "[" is no pattern`,
		"{cause: a, owner: a, reason: b, colum: x}":      "colum",
		"{cause: a, owner: a, reason: b, values: money}": `accept: values "money": want one of number, date,`,
		"{cause: a, owner: a, reason: b, tolerance: -1}": "accept: tolerance -1: want a number from 0",
	} {
		if _, err := Read("x.yaml", []byte("accept: [ "+text+" ]\nfeeds: {a: {source: b}}\n")); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}
