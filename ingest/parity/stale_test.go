package parity

import (
	"slices"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest"
)

func text(s string) *string { return &s }

// TestStale: what a pair declares against what code of every idiom is seen to do.
func TestStale(t *testing.T) {
	at := ingest.Frame{File: "shop/stock.py", Line: 12, Function: "read"}
	open := func(function, mode string, encoding, errors, newline *string) *ingest.Opened {
		return &ingest.Opened{Function: function, Input: function != "codecs.getreader" && function != "codecs.iterdecode", Mode: mode, Encoding: encoding, Errors: errors, Newline: newline, Frame: at}
	}
	reader := func(source string, change ...func(*ingest.CSVUse)) *ingest.CSVUse {
		u := &ingest.CSVUse{Function: "csv.reader", Dialect: slices.Clone(ingest.Excel), FieldLimit: ingest.DefaultFieldLimit, Source: source, Frame: at}
		for _, c := range change {
			c(u)
		}
		return u
	}
	set := func(name string, v ingest.Value) func(*ingest.CSVUse) {
		return func(u *ingest.CSVUse) {
			for i := range u.Dialect {
				if u.Dialect[i].Name == name {
					u.Dialect[i].Value = v
				}
			}
		}
	}
	type change = func(*ingest.Settings)
	codec := func(name string) change { return func(s *ingest.Settings) { s.Codec = name } }
	mode := func(m ingest.OpenMode) change { return func(s *ingest.Settings) { s.Open = m } }
	dialect := func(options ...string) change {
		return func(s *ingest.Settings) {
			d, err := ingest.ParseDialect(s.Python.Path(), options...)
			if err != nil {
				t.Fatal(err)
			}
			s.Dialect = append(ingest.Dialect{}, d...)
		}
	}
	for _, tt := range []struct {
		name     string
		path     ingest.Path
		declared []change
		opens    []*ingest.Opened
		csv      []*ingest.CSVUse
		want     string // one after the other, "" for none
	}{
		{"py3 as declared", ingest.Py3, []change{codec("utf-8")}, []*ingest.Opened{open("open", "r", text("UTF8"), nil, text(""))}, []*ingest.CSVUse{reader("_io.TextIOWrapper")}, ""},
		{"py3 another codec", ingest.Py3, []change{codec("utf-8")}, []*ingest.Opened{open("open", "r", text("cp1252"), nil, text(""))}, []*ingest.CSVUse{reader("_io.TextIOWrapper")},
			"py3 has codec cp1252 (shop/stock.py:12 in read) and not utf-8; declare py3: {open: text, codec: cp1252}"},
		{"py3 a detected codec says nothing", ingest.Py3, nil, []*ingest.Opened{open("open", "r", text("cp1252"), nil, text(""))}, nil, ""},
		{"py3 newline is missing", ingest.Py3, []change{codec("utf-8")}, []*ingest.Opened{open("open", "r", text("utf-8"), nil, nil)}, nil,
			"py3 has open mode text-universal (shop/stock.py:12 in read) and not text; declare py3: {open: text-universal, codec: utf-8}"},
		{"py3 the locale's", ingest.Py3, []change{codec("utf-8")}, []*ingest.Opened{open("open", "r", nil, nil, nil)}, []*ingest.CSVUse{reader("_io.TextIOWrapper", func(u *ingest.CSVUse) { u.Encoding = "ANSI_X3.4-1968" })},
			"py3 has open mode locale (shop/stock.py:12 in read) and not text; declare py3: {open: locale, codec: ANSI_X3.4-1968}\npy3 has codec ANSI_X3.4-1968 (shop/stock.py:12 in read) and not utf-8; declare py3: {open: locale, codec: ANSI_X3.4-1968}"},
		{"py3 errors", ingest.Py3, []change{codec("utf-8")}, []*ingest.Opened{open("open", "r", text("utf-8"), text("replace"), text(""))}, nil,
			"py3 has errors replace (shop/stock.py:12 in read) and not strict; declare py3: {open: text, codec: utf-8, errors: replace}"},
		{"py3 stringio", ingest.Py3, []change{mode(ingest.OpenStringIO)}, []*ingest.Opened{open("open", "rb", nil, nil, nil)}, []*ingest.CSVUse{reader("_io.StringIO")}, ""},
		{"py3 lines", ingest.Py3, []change{mode(ingest.OpenStringIO)}, []*ingest.Opened{open("open", "rb", nil, nil, nil)}, []*ingest.CSVUse{reader("list")},
			"py3 has open mode splitlines (shop/stock.py:12 in read) and not stringio; declare py3: {open: splitlines}"},
		{"py3 a generator may be anything", ingest.Py3, nil, []*ingest.Opened{open("open", "rb", nil, nil, nil)}, []*ingest.CSVUse{reader("generator")}, ""},
		{"py3 iterdecode", ingest.Py3, []change{mode(ingest.OpenIterdecode), codec("utf-8")}, []*ingest.Opened{open("open", "rb", nil, nil, nil), open("codecs.iterdecode", "", text("latin-1"), nil, nil)}, []*ingest.CSVUse{reader("generator")},
			"py3 has codec latin-1 (shop/stock.py:12 in read) and not utf-8; declare py3: {open: iterdecode, codec: latin-1}"},
		{"py2 bytes", ingest.Py2, []change{mode(ingest.OpenBytes)}, []*ingest.Opened{open("open", "rb", nil, nil, nil)}, []*ingest.CSVUse{reader("file")}, ""},
		{"py2 cells decoded show no codec", ingest.Py2, []change{codec("latin-1")}, []*ingest.Opened{open("open", "rb", nil, nil, nil)}, []*ingest.CSVUse{reader("file")}, ""},
		{"py2 universal", ingest.Py2, nil, []*ingest.Opened{open("file", "rU", nil, nil, nil)}, []*ingest.CSVUse{reader("file")},
			"py2 has open mode universal (shop/stock.py:12 in read) and not bytes-decode; declare py2: {open: universal}"},
		{"py2 codecs.open", ingest.Py2, []change{codec("utf-8")}, []*ingest.Opened{open("codecs.open", "r", text("utf-8-sig"), nil, nil)}, []*ingest.CSVUse{reader("codecs.StreamReaderWriter")},
			"py2 has open mode codecs-open (shop/stock.py:12 in read) and not bytes-decode; declare py2: {open: codecs-open, codec: utf-8-sig}\npy2 has codec utf-8-sig (shop/stock.py:12 in read) and not utf-8; declare py2: {open: codecs-open, codec: utf-8-sig}"},
		{"py2 recode", ingest.Py2, []change{mode(ingest.OpenRecode), codec("latin1")}, []*ingest.Opened{open("open", "rb", nil, nil, nil), open("codecs.getreader", "", text("iso-8859-1"), nil, nil)}, []*ingest.CSVUse{reader("generator")}, ""},
		{"py2 io.open", ingest.Py2, []change{mode(ingest.OpenIO), codec("utf-8")}, []*ingest.Opened{open("io.open", "r", text("utf-8"), nil, text(""))}, []*ingest.CSVUse{reader("_io.TextIOWrapper")}, ""},
		{"one of several opens", ingest.Py3, []change{codec("utf-8")}, []*ingest.Opened{open("open", "rb", nil, nil, nil), open("open", "r", text("latin-1"), nil, text("")), open("open", "r", text("utf-8"), nil, text(""))}, []*ingest.CSVUse{reader("_io.TextIOWrapper")}, ""},
		{"another file", ingest.Py3, []change{codec("utf-8")}, []*ingest.Opened{{Function: "open", Mode: "r", Encoding: text("cp437")}}, nil, ""},

		{"reader and limit", ingest.Py3, nil, nil, []*ingest.CSVUse{reader("_io.TextIOWrapper", func(u *ingest.CSVUse) { u.Function, u.FieldLimit = "csv.DictReader", 1<<20 })},
			"py3 has reader dict (shop/stock.py:12 in read) and not reader; declare py3: {open: text, reader: dict, field_limit: 1048576}\npy3 has field_limit 1048576 (shop/stock.py:12 in read) and not 131072; declare py3: {open: text, reader: dict, field_limit: 1048576}"},
		{"the dialect is not declared", ingest.Py3, nil, nil, []*ingest.CSVUse{reader("_io.TextIOWrapper", set("delimiter", ingest.Text(";")))}, ""},
		{"the dialect is excel's", ingest.Py3, []change{dialect()}, nil, []*ingest.CSVUse{reader("_io.TextIOWrapper")}, ""},
		{"what is as declared is declared again", ingest.Py3, []change{dialect(), codec("utf-8")}, []*ingest.Opened{open("open", "r", text("cp1252"), nil, text(""))}, nil,
			`py3 has codec cp1252 (shop/stock.py:12 in read) and not utf-8; declare py3: {open: text, codec: cp1252, dialect: excel}`},
		{"a Sniffer too", ingest.Py3, []change{func(s *ingest.Settings) { s.Sniff = true }, codec("utf-8")}, []*ingest.Opened{open("open", "r", text("cp1252"), nil, text(""))}, nil,
			`py3 has codec cp1252 (shop/stock.py:12 in read) and not utf-8; declare py3: {open: text, codec: cp1252, sniff: true}`},
		{"a delimiter", ingest.Py3, []change{dialect(`delimiter=\t`)}, nil, []*ingest.CSVUse{reader("_io.TextIOWrapper", set("delimiter", ingest.Text(";")))},
			`py3 has delimiter ; (shop/stock.py:12 in read) and not \t; declare py3: {open: text, dialect: ['delimiter=;']}`},
		{"as it is declared, in bytes", ingest.Py2, []change{dialect("delimiter=;", "quoting=QUOTE_ALL")}, nil, []*ingest.CSVUse{reader("file", set("delimiter", ingest.Bytes(";")), set("quoting", ingest.Int(1)))}, ""},
	} {
		p := pair(t, "detected")
		p.Name = "acme"
		policy := &p.Py2
		if tt.path == ingest.Py3 {
			policy = &p.Py3
		}
		for _, c := range tt.declared {
			c(policy)
		}
		var seen [2]*ingest.Recording
		seen[tt.path] = &ingest.Recording{Opens: tt.opens, CSV: tt.csv}
		var got []string
		for _, s := range stale(Delivery{Pair: p}, seen) {
			got = append(got, s.String())
		}
		if strings.Join(got, "\n") != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.name, strings.Join(got, "\n"), tt.want)
		}
		if got := stale(Delivery{Pair: pair(t, "detected")}, seen); len(got) > 0 {
			t.Errorf("%s: without a declared pair %v", tt.name, got)
		}
	}
}
