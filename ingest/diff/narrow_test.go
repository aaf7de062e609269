package diff

import (
	"testing"

	"github.com/feedparity/feedparity/ingest"
)

func TestMeans(t *testing.T) {
	cent := 0.01
	text, bytes := ingest.Text, ingest.Bytes
	price := func(a, b ingest.Value) Divergence {
		return Divergence{Kind: KindCell, Py2Row: 2, Py3Row: 2, Column: 3, Name: "price", Py2: a, Py3: b}
	}
	for _, tt := range []struct {
		why  string
		rule ingest.Narrow
		d    Divergence
		want bool
	}{
		{"anything", ingest.Narrow{}, Divergence{Kind: KindFault}, true},
		{"a name", ingest.Narrow{Column: "price"}, price(text("a"), text("b")), true},
		{"a position", ingest.Narrow{Column: "3"}, price(text("a"), text("b")), true},
		{"another column", ingest.Narrow{Column: "name"}, price(text("a"), text("b")), false},
		{"a whole row", ingest.Narrow{Column: "price"}, Divergence{Kind: KindRowExtra, Py3Row: 2}, false},
		{"an exception", ingest.Narrow{Values: "text"}, Divergence{Kind: KindFault, Py3Row: 2}, false},
		{"close", ingest.Narrow{Tolerance: &cent}, price(text("1.10"), text("1.11")), true},
		{"not close", ingest.Narrow{Tolerance: &cent}, price(text("1.10"), text("1.12")), false},
		{"no numbers", ingest.Narrow{Tolerance: &cent}, price(text("a"), text("b")), false},
		{"numbers", ingest.Narrow{Values: "number"}, price(bytes("1"), text(" 2.5")), true},
		{"one number", ingest.Narrow{Values: "number"}, price(bytes("1"), text("x")), false},
		{"dates", ingest.Narrow{Values: "date"}, price(text("2026-11-26"), text("2026-11-26 10:00")), true},
		{"no date", ingest.Narrow{Values: "date"}, price(text("2026-13-26"), text("2026-11-26")), false},
		{"text", ingest.Narrow{Values: "text"}, price(bytes("caf\xe9"), text("café")), true},
		{"text and a number", ingest.Narrow{Values: "text"}, price(text("1"), text("café")), false},
		{"empty", ingest.Narrow{Values: "empty"}, price(ingest.None, text("x")), true},
		{"not empty", ingest.Narrow{Values: "empty"}, price(text("y"), text("x")), false},
		{"space", ingest.Narrow{Values: "space"}, price(text("x"), text("x\u00a0")), true},
		{"more than space", ingest.Narrow{Values: "space"}, price(text("x"), text("y ")), false},
		{"newline", ingest.Narrow{Values: "newline"}, price(text("a\r\nb"), text("a\nb")), true},
		{"case", ingest.Narrow{Values: "case"}, price(text("STRAßE"), text("STRASSE")), true},
		{"other letters", ingest.Narrow{Values: "case"}, price(text("a"), text("b")), false},
		{"both, of which one fails", ingest.Narrow{Column: "price", Values: "date"}, price(text("a"), text("b")), false},
	} {
		if got := Means(tt.rule, tt.d); got != tt.want {
			t.Errorf("%s: %v", tt.why, got)
		}
	}
}
