package detect

import (
	"encoding/binary"
	"strings"
	"testing"
)

// TestMarkup: what is a page or a document to its end is named; a table that has markup or
// JSON in its cells is a table.
func TestMarkup(t *testing.T) {
	long := strings.Repeat(`{"sku":"A1","name":"Hammer, big","qty":12},`+"\n", 5000)
	for _, c := range []struct{ in, kind string }{
		{"<!DOCTYPE html>\n<html><head><title>502</title></head><body>Bad, very bad</body></html>\n", "html"},
		{"\ufeff\n <!doctype HTML PUBLIC \"-//W3C//DTD HTML 4.01//EN\" \"http://www.w3.org/TR/html4/strict.dtd\">\n<HTML lang=de>\n<BODY>\n<p>weg</p>", "html"},
		{"<html><body><h1>It works!</h1></body></html><!-- 12 -->\n", "html"},
		{wideRows("<!DOCTYPE html>\n<html><body>Bad, very bad</body></html>\n", binary.LittleEndian, true), "html"},
		{wideRows("{\"sku\": \"A1\", \"qty\": 2}\n", binary.BigEndian, true), "json"},
		{"<table border=1>\n<tr><td>A1<td>2\n<tr><td><table><tr><td>x</table></table>\n", "html"},
		{"<!-- a,b -->\n<html><body>x</body></html>", "html"},
		{"<?xml version=\"1.0\"?>\n<feed><item sku=\"1\"/><item/></feed>\n", "xml"},
		{"<?xml version=\"1.0\"?><?mso-application progid=\"Excel.Sheet\"?>\n<Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\"><Worksheet/></Workbook>", "xml"},
		{"<rss xmlns:g=\"http://base.google.com/ns/1.0\"><channel>", "xml"},
		{"<svg width=\"1\"><path d=\"M1,2\"/></svg>", "svg"},
		{"{\"sku\": \"A1\", \"qty\": 2}\n", "json"},
		{" [\n {\"sku\": \"A1\"},\n {\"sku\": \"A2\"}\n]\n", "json"},
		{"[" + long, "json"},
		{"{\"items\": [" + long, "json"},
		{"{\"sku\": \"A1\", \"qty\": 2}\n{\"sku\": \"A2\", \"qty\": 3}\n", "jsonl"},
		{"\ufeff{\"sku\":\"A1\",\"qty\":2}\r\n\r\n{\"sku\":\"A2\"}", "jsonl"},
		{"{\"a\":1}\n{\"a\":2,\"b\":\"x\"}\n{\"a\":3,\"b\":\"cu", "jsonl"},
		{strings.ReplaceAll(long, "},", "}"), "jsonl"},
		{wideRows("{\"sku\": \"A1\", \"qty\": 2}\n{\"sku\": \"A2\", \"qty\": 3}\n", binary.LittleEndian, true), "jsonl"},
		{"{\n \"sku\": \"A1\",\n \"qty\": 2\n}\n{\n \"sku\": \"A2\",\n \"qty\": 3\n}\n", "jsonl"},

		{"<b>A1</b>,1\n<b>A2</b>,2\n", ""},
		{"<html><body>a</body></html>,1\n<html><body>b</body></html>,2\n", ""},
		{"<html>,1\n<body>,2\n", ""},
		{"<table><tr><td>1</td></tr></table>;2\n", ""},
		{"<table><tr><td>1</td></tr></table>\n<table><tr><td>2</td></tr></table>\n", ""},
		{"<?xml version=\"1.0\"?><a/>,1\n<?xml version=\"1.0\"?><a/>,2\n", ""},
		{"<a xmlns=\"u\"><b/></a>;1\n", ""},
		{"<unknown>,1\n<none>,2\n", ""},
		{"<10,1\n<20,2\n", ""},
		{"<email@example.org>,1\n", ""},
		{"<html", ""},
		{"<!DOCTYPE html>,1\n", ""},
		{"{\"a\":1},5\n{\"a\":2},6\n", ""},
		{"{\"a\":1}\n{\"a\":2}\n", ""},
		{"{\"a\":1,\"b\":2}\t5\n{\"a\":2,\"b\":3}\t6\n", ""},
		{"{\"a\":1,\"b\":2};5\n{\"a\":2,\"b\":3};6\n", ""},
		{"{\"a\":1,\"b\":2}|{\"a\":2}\n{\"a\":3,\"b\":4}|{}\n", ""},
		{"{\"a\":1,\"b\":2} {\"a\":2,\"b\":3}\n", ""},
		{"{\"a\":1,\"b\":2}\nnull\n", ""},
		{"{\"a\":1,\"b\":2}\nTotal,1\n", ""},
		{"payload\n{\"a\":1,\"b\":2}\n{\"a\":2,\"b\":3}\n", ""},
		{"\"{\"\"a\"\":1,\"\"b\"\":2}\"\n\"{\"\"a\"\":2,\"\"b\"\":3}\"\n", ""},
		{"1,{\"a\":1,\"b\":2}\n2,{\"a\":2,\"b\":3}\n", ""},
		{"[{\"a\":1}],5\n", ""},
		{"[1,2]\n", ""},
		{"{guid},1\n{other},2\n", ""},
		{"{\"a\":1}" + strings.Repeat(",1\n{\"a\":1}", 20000), ""},
		{"{}", ""},
		{"\"<html><body></body></html>\",1\n", ""},
	} {
		r, err := Bytes([]byte(c.in), Options{})
		if err != nil || r.Binary != c.kind {
			t.Errorf("%.60q: %q, %s, %v, want %q", c.in, r.Binary, r.Why, err, c.kind)
		}
		for _, o := range []Options{{Markup: true}, {Charset: "utf-8"}} {
			if r, err := Bytes([]byte(c.in), o); err != nil || r.Binary != "" {
				t.Errorf("%.60q: %q, %v, want a text", c.in, r.Binary, err)
			}
		}
	}
}
