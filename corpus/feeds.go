package corpus

import "github.com/feedparity/feedparity/ingest"

// Delivery is one feed of the demo with the one delivery its supplier sends, and
// what is known about it. The claims were measured on CPython 2.7.18 and 3.13.0
// (README.md) and TestFeedsConfirm measures them again.
type Delivery struct {
	// Feed holds the name, the pair, and a Match that only the seed's file name
	// meets. Its Source is for the demo to set. A nil dialect and the codec
	// ingest.Detected in the pair stand for what detection finds.
	Feed ingest.Feed
	// Seed is the delivery's "topic/name" for Open.
	Seed string
	// Charset is the Python codec in which the supplier really wrote the file,
	// and Dialect the arguments csv.reader needs beside its defaults.
	Charset string
	Dialect []string
	// Raw and Normalized are the verdicts on the two views.
	Raw, Normalized ingest.Verdict
	// Cause is the catalogue's name for the one divergence of the raw view, ""
	// at parity; Severity ranks it.
	Cause    string
	Severity ingest.Severity
	// Py2 and Py3 say in a few words what the paths do differently.
	Py2, Py3 string
}

// Feeds returns the feeds of the demo in the order in which it shows them:
// parities first, then by topic.
func Feeds() []Delivery {
	return append(agreeing(), append(diverging(), conversions()...)...)
}

// delivery completes what every feed has in common. change edits the pair, which
// starts as the built-in pair of that name.
func delivery(d Delivery, name, pair string, change func(py2, py3 *ingest.Settings)) Delivery {
	p, err := ingest.BuiltinPair(pair)
	if err != nil {
		panic(err) // a name in the tables below is wrong
	}
	if change != nil {
		change(&p.Py2, &p.Py3)
		p.Name = name
	}
	s, err := Open(d.Seed)
	if err != nil {
		panic(err)
	}
	d.Feed = ingest.Feed{Name: name, Match: []string{s.Name}, Pair: p, Backfill: 3}
	return d
}

func agreeing() []Delivery {
	same := func(name, seed, charset string, dialect ...string) Delivery {
		return delivery(Delivery{Seed: seed, Charset: charset, Dialect: dialect, Raw: ingest.Parity, Normalized: ingest.Parity}, name, "detected", nil)
	}
	dict := func(py2, py3 *ingest.Settings) { py2.Reader, py3.Reader = ingest.DictReader, ingest.DictReader }
	decimals := func(py2, py3 *ingest.Settings) {
		py2.Types = []ingest.ColumnType{{Column: "net", Type: "decimal"}, {Column: "vat", Type: "int"}, {Column: "gross", Type: "float"}}
		py3.Types = py2.Types
	}
	known := Delivery{Charset: "ascii", Raw: ingest.Parity, Normalized: ingest.Parity}
	orders, tax := known, known
	orders.Seed, tax.Seed = "clean/millgate_orders.csv", "numbers/abacus_tax.csv"
	return []Delivery{
		same("hartwell", "clean/hartwell_stock.csv", "ascii"),
		same("gardenia", "clean/gardenia_lager.csv", "ascii", "delimiter=;"),
		same("kestrel", "clean/kestrel_shipments.csv", "ascii", `delimiter=\t`),
		same("brasserie", "clean/brasserie_utf8.csv", "utf-8"),
		same("nordverktyg", "clean/nordverktyg_latin1.csv", "iso8859-1", "delimiter=;"),
		delivery(orders, "millgate", "detected", dict),
		delivery(tax, "abacus", "detected", decimals),
	}
}

// diverging are the deliveries whose bytes the two paths read differently.
func diverging() []Delivery {
	codecs := func(py2, py3 string) func(*ingest.Settings, *ingest.Settings) {
		return func(s2, s3 *ingest.Settings) { s2.Codec, s3.Codec = py2, py3 }
	}
	return []Delivery{
		delivery(Delivery{Seed: "bom/lumenhaus_catalogue.csv", Charset: "utf-8-sig", Raw: ingest.Diverge, Normalized: ingest.Parity,
			Cause: "bom-in-header", Severity: ingest.Silent, Py2: `header \ufeffsku`, Py3: "header sku"}, "lumenhaus", "sig", nil),
		delivery(Delivery{Seed: "mojibake/moorwood_prices.csv", Charset: "cp1252", Raw: ingest.Diverge, Normalized: ingest.Parity,
			Cause: "mojibake", Severity: ingest.Silent, Py2: "C1 controls", Py3: "quotes, dashes, euros"}, "moorwood", "latin1-cp1252", nil),
		delivery(Delivery{Seed: "undecodable/halewood_accounts.csv", Charset: "iso8859-1", Raw: ingest.Diverge, Normalized: ingest.Parity,
			Cause: "undecodable-bytes", Severity: ingest.Py3Fault, Py2: "33 rows", Py3: "UnicodeDecodeError"}, "halewood", "latin1-utf8", nil),
		delivery(Delivery{Seed: "mojibake/wislana_cennik.csv", Charset: "cp1250", Dialect: []string{"delimiter=;"}, Raw: ingest.Diverge, Normalized: ingest.Parity,
			Cause: "mojibake", Severity: ingest.Silent, Py2: "other letters and C1 controls", Py3: "Polish"}, "wislana", "detected", codecs("iso8859-2", "cp1250")),
		delivery(Delivery{Seed: "newlines/quayside_mac.csv", Charset: "ascii", Raw: ingest.Diverge, Normalized: ingest.Parity,
			Cause: "lone-cr", Severity: ingest.Py2Fault, Py2: "csv.Error", Py3: "13 rows"}, "quayside", "detected", nil),
		delivery(Delivery{Seed: "newlines/ironbridge_stock.csv", Charset: "ascii", Raw: ingest.Diverge, Normalized: ingest.Parity,
			Cause: "crcrlf-blank-rows", Severity: ingest.Silent, Py2: "12 rows", Py3: "24 rows"}, "ironbridge", "detected", nil),
		delivery(Delivery{Seed: "newlines/selby_despatch.csv", Charset: "ascii", Raw: ingest.Diverge, Normalized: ingest.Diverge,
			Cause: "newline-in-quotes-translated", Severity: ingest.Silent, Py2: `\r\n in a cell`, Py3: `\n in it`}, "selby", "translated", nil),
		delivery(Delivery{Seed: "nulbytes/toytown_export.csv", Charset: "utf-16", Dialect: []string{`delimiter=\t`}, Raw: ingest.Diverge, Normalized: ingest.Parity,
			Cause: "nul-byte", Severity: ingest.Py2Fault, Py2: "csv.Error: line contains NUL", Py3: "25 rows"}, "toytown", "detected", nil),
		delivery(Delivery{Seed: "nulbytes/pallas_inventory.csv", Charset: "ascii", Raw: ingest.Diverge, Normalized: ingest.Parity,
			Cause: "nul-byte", Severity: ingest.Py2Fault, Py2: "csv.Error: line contains NUL", Py3: "21 rows"}, "pallas", "detected", nil),
		delivery(Delivery{Seed: "surrogates/papermoon_cards.csv", Charset: "utf-8", Raw: ingest.Diverge, Normalized: ingest.Parity,
			Cause: "cesu-surrogate", Severity: ingest.Silent, Py2: "2 surrogates", Py3: "6 U+FFFD"}, "papermoon", "replace", nil),
		delivery(Delivery{Seed: "newlines/fernlea_books.csv", Charset: "utf-8", Raw: ingest.Diverge, Normalized: ingest.Diverge,
			Cause: "unicode-line-separator", Severity: ingest.Silent, Py2: "1 row", Py3: "2 rows"}, "fernlea", "lines", nil),
		delivery(Delivery{Seed: "limits/verbose_notes.csv", Charset: "utf-8", Raw: ingest.Diverge, Normalized: ingest.Diverge,
			Cause: "field-limit", Severity: ingest.Py2Fault, Py2: "csv.Error: field larger than field limit (131072)", Py3: "9 rows"}, "verbose", "detected", nil),
	}
}

// conversions are the deliveries that both paths read alike and then clean or
// convert differently, so that normalizing their bytes settles nothing.
func conversions() []Delivery {
	quantity := func(py2, py3 *ingest.Settings) {
		py2.Types = []ingest.ColumnType{{Column: "qty", Type: "int"}}
		py3.Types = py2.Types
	}
	// The quantity is converted from the bytes of the file in the old code, from
	// text in the new: what a mechanical port of int(row[3]) gives.
	ported := func(py2, py3 *ingest.Settings) {
		quantity(py2, py3)
		py2.Open, py2.Codec, py3.Codec = ingest.OpenBytes, "utf-8", "utf-8"
	}
	upper := func(py2, py3 *ingest.Settings) {
		py2.Clean, py3.Clean = []ingest.Step{"upper"}, []ingest.Step{"upper"}
	}
	return []Delivery{
		delivery(Delivery{Seed: "numbers/northgate_qty.csv", Charset: "utf-8", Raw: ingest.Diverge, Normalized: ingest.Diverge,
			Cause: "unicode-whitespace", Severity: ingest.Py2Fault, Py2: "ValueError", Py3: "12"}, "northgate", "naive", ported),
		delivery(Delivery{Seed: "numbers/kiyora_qty.csv", Charset: "utf-8", Raw: ingest.Diverge, Normalized: ingest.Diverge,
			Cause: "unicode-digits", Severity: ingest.Py2Fault, Py2: "ValueError", Py3: "12"}, "kiyora", "naive", ported),
		delivery(Delivery{Seed: "numbers/datavine_qty.csv", Charset: "ascii", Raw: ingest.Diverge, Normalized: ingest.Diverge,
			Cause: "underscore-digits", Severity: ingest.Py2Fault, Py2: "ValueError", Py3: "12345"}, "datavine", "detected", quantity),
		delivery(Delivery{Seed: "case/hanse_depots.csv", Charset: "utf-8", Raw: ingest.Diverge, Normalized: ingest.Diverge,
			Cause: "case-mapping", Severity: ingest.Silent, Py2: "LANGE STRAßE 7", Py3: "LANGE STRASSE 7"}, "hanse", "detected", upper),
	}
}
